//! The outermost layer: panics, errors, headers, foreign forms. Nothing leaves without passing here.

use std::panic::AssertUnwindSafe;

use frontend::{FormToken, Moment};
use futures_util::FutureExt;
use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};

use schema::{Visit, sessions};

use crate::{
    App,
    app::{Statements, bearer},
    door,
    sign_in::{self, Jar},
};

/// The layer around all routes.
pub struct Shell<E> {
    app: App,
    routes: E,
}

/// Bytes of an address and of all header fields together.
const ADDRESS: usize = 8 * 1024;
const HEADERS: usize = 16 * 1024;

impl<E: Endpoint> Shell<E> {
    /// Puts the layer around `routes`.
    pub fn new(app: App, routes: E) -> Shell<E> {
        Shell { app, routes }
    }

    async fn answer(&self, mut request: Request) -> (Response, u64) {
        let stranger = Visit::new(self.app.forum.clone(), None);
        let mut frame = frame(&request);
        frame.extensions_mut().insert(Moment { now: stranger.clock.now(), base: self.app.site.link("").trim_end_matches('/').to_owned() });
        frame.extensions_mut().insert(stranger.clone());
        let too_long = request.uri().to_string().len() > ADDRESS;
        let too_large = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>() > HEADERS;
        if too_long && !too_large && request.uri().path() == "/library" {
            // A search is never an error page: cut short, it is still too long, and the library says so beside its box.
            return (Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, too_long_a_search(&request)).finish(), 0);
        }
        if too_long || too_large {
            let status = if too_long { StatusCode::URI_TOO_LONG } else { StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE };
            return (self.problem(&frame, status).await, stranger.statements());
        }
        if is_asset(request.uri().path()) {
            return (self.routed(request, &frame).await, stranger.statements());
        }
        let (visit, renewed, refused) = match self.app.recognise(stranger, &request).await {
            Ok(recognised) => recognised,
            Err(error) => {
                tracing::error!(?error, "nobody could be recognised");
                return (self.problem(&frame, StatusCode::INTERNAL_SERVER_ERROR).await, 0);
            }
        };
        if let Some(secret) = sign_in::form_token(&visit) {
            frame.extensions_mut().insert(FormToken { secret, once: visit.id().to_string() });
        }
        frame.extensions_mut().insert(visit.clone());
        request.extensions_mut().extend(frame.extensions().clone());
        let mut response = match (refused, self.is_foreign(&request)) {
            (true, _) => door::refuse(StatusCode::UNAUTHORIZED, None),
            (false, true) => self.problem(&frame, StatusCode::FORBIDDEN).await,
            (false, false) => self.routed(request, &frame).await,
        };
        // A response that ends a session, or begins one, has the last word about its cookie.
        if let Some(secret) = renewed.filter(|_| !response.headers().contains_key(header::SET_COOKIE)) {
            Jar::Session.fill(&self.app.site, &mut response, &secret.0, sessions::COOKIE_SECONDS);
        }
        (response, visit.statements())
    }

    async fn routed(&self, request: Request, frame: &Request) -> Response {
        match AssertUnwindSafe(self.routes.call(request)).catch_unwind().await {
            Ok(Ok(response)) => {
                let response = poem::IntoResponse::into_response(response);
                if response.status() == StatusCode::NOT_FOUND && is_asset(frame.uri().path()) {
                    self.problem(frame, StatusCode::NOT_FOUND).await
                } else {
                    response
                }
            }
            Ok(Err(error)) => {
                let status = error.status();
                if status.is_server_error() {
                    tracing::error!(%error, "a route failed");
                }
                let mut response = self.problem(frame, status).await;
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
                }
                response
            }
            Err(_) => {
                tracing::error!("a route panicked");
                self.problem(frame, StatusCode::INTERNAL_SERVER_ERROR).await
            }
        }
    }

    /// What went wrong, as a page for people or as JSON for programs.
    async fn problem(&self, frame: &Request, status: StatusCode) -> Response {
        match door::is_door(frame.uri().path()) {
            true => door::refuse(status, None),
            false => self.app.pages.problem_page(frame, status, None).await,
        }
    }

    /// Whether another site sends this. Browsers say where a request comes from; only they carry somebody's cookie without being told to.
    fn is_foreign(&self, request: &Request) -> bool {
        if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
            return false;
        }
        // A program that shows a token, and carries no cookie that a browser would have added by itself.
        if Jar::Session.open(&self.app.site, request).is_none() && bearer(request).is_some() {
            return false;
        }
        match (request.header("sec-fetch-site"), request.header(header::ORIGIN)) {
            (Some(site), _) => !matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => !self.app.site.is_origin(origin),
            (None, None) => Jar::Session.open(&self.app.site, request).is_some(),
        }
    }
}

impl<E: Endpoint> Endpoint for Shell<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Response> {
        let path = request.uri().path().to_owned();
        let with_cookie = Jar::Session.open(&self.app.site, &request).is_some() || bearer(&request).is_some();
        let (mut response, statements) = self.answer(request).await;
        response.extensions_mut().insert(Statements(statements));
        let status = response.status();
        headers(response.headers_mut(), &path, status, with_cookie, self.app.site.is_secure());
        Ok(response)
    }
}

/// The library with the first words of a search that no address can hold.
fn too_long_a_search(request: &Request) -> String {
    let asked = frontend::Fields::parse(request.uri().query().unwrap_or("").as_bytes());
    let query: String = asked.get("query").unwrap_or("").chars().take(400).collect();
    format!("/library?{}", serde_urlencoded::to_string([("query", query)]).unwrap_or_default())
}

/// The request without its body, for a page about what became of it.
fn frame(request: &Request) -> Request {
    Request::builder().method(request.method().clone()).uri(request.uri().clone()).finish()
}

fn is_asset(path: &str) -> bool {
    path.starts_with("/assets/")
}

/// The header fields of every response. Source: SECURITY, section 5.
fn headers(headers: &mut HeaderMap, path: &str, status: StatusCode, with_cookie: bool, secure: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if door::is_door(path) {
        set(header::CACHE_CONTROL, "no-store");
        set(header::VARY, "Origin, Sec-Fetch-Site, Cookie");
        set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
        return;
    }
    let secret = ["/sign-in/", "/letters/stop/", "/settings/address/", "/settings/data/"].iter().any(|secret| path.starts_with(secret));
    let fresh = with_cookie || secret || !status.is_success();
    set(header::CACHE_CONTROL, if fresh { "no-store" } else { "no-cache" });
    set(header::VARY, "Cookie, Accept-Language, Accept-Encoding");
    // Over plain http `upgrade-insecure-requests` would stop every style and form.
    set(
        header::CONTENT_SECURITY_POLICY,
        match secure {
            true => concat!(policy!(), "; upgrade-insecure-requests"),
            false => policy!(),
        },
    );
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, if secret { "same-origin" } else { "strict-origin-when-cross-origin" });
    set(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
}

/// What a page may load and where its forms may lead.
macro_rules! policy {
    () => {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
         form-action 'self'; base-uri 'none'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types preview"
    };
}
use policy;
