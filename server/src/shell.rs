//! The outermost layer: panics, errors, headers, foreign forms. Nothing leaves without passing here.

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use frontend::{FIRST, FormToken, Moment};
use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};
use schema::{Visit, sessions};
use sha2::{Digest, Sha256};

use crate::{
    App,
    app::{Statements, bearer},
    door,
    sign_in::{self, Jar},
};

/// The layer around all routes.
pub struct Shell<E> {
    app: App,
    routes: Arc<E>,
}

/// How long it may take to find out who asks.
const RECOGNISED: Duration = Duration::from_secs(3);
/// Seconds after which it may be tried again, when nothing better is known.
const RETRY: u64 = 5;
/// Bytes of an address and of all header fields together.
const ADDRESS: usize = 8 * 1024;
const HEADERS: usize = 16 * 1024;

impl<E: Endpoint + 'static> Shell<E> {
    /// Puts the layer around `routes`.
    pub fn new(app: App, routes: E) -> Shell<E> {
        Shell { app, routes: Arc::new(routes) }
    }

    async fn answer(&self, mut request: Request) -> (Response, u64) {
        let stranger = Visit::new(self.app.forum.clone(), None);
        let mut frame = frame(&request);
        let language = self.app.language(&request);
        let moment = Moment {
            now: stranger.clock.now(),
            base: self.app.site.link("").trim_end_matches('/').to_owned(),
            language: language.unwrap_or(FIRST.to_owned()),
        };
        frame.extensions_mut().insert(moment.clone());
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
        if is_health(request.uri().path()) {
            return (self.routed(request, &frame).await, 0);
        }
        if !self.is_ours(&request) {
            return (self.problem(&frame, StatusCode::MISDIRECTED_REQUEST).await, stranger.statements());
        }
        // As with a route: a session may be renewed here.
        let asked = self.app.ask(stranger, &request);
        let app = self.app.clone();
        let recognised = tokio::time::timeout(RECOGNISED, tokio::spawn(async move { app.recognise(asked).await })).await;
        let (visit, renewed, refused) = match recognised.map(|task| task.unwrap_or_else(|panic| Err(panic.into()))) {
            Ok(Ok(recognised)) => recognised,
            Ok(Err(error)) => {
                tracing::error!(?error, "nobody could be recognised");
                let status = if error.is_away() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
                return (self.problem(&frame, status).await, 0);
            }
            Err(_) => return (self.problem(&frame, StatusCode::SERVICE_UNAVAILABLE).await, 0),
        };
        if let Err(seconds) = self.app.rates.request(&visit) {
            return (door::retry_later(self.problem(&frame, StatusCode::TOO_MANY_REQUESTS).await, seconds), visit.statements());
        }
        if let Some(secret) = sign_in::form_token(&visit) {
            frame.extensions_mut().insert(FormToken { secret, once: visit.id().to_string() });
        }
        if let Some(language) = visit.language().and_then(|language| self.app.pages.languages.wanted(language)) {
            frame.extensions_mut().insert(Moment { language: language.to_owned(), ..moment });
        }
        frame.extensions_mut().insert(visit.clone());
        request.extensions_mut().extend(frame.extensions().clone());
        let mut response = match (refused, self.is_foreign(&request)) {
            (true, _) => door::refuse(StatusCode::UNAUTHORIZED),
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
        // A task of its own: whoever hangs up must not stop in the middle what writes.
        let routes = self.routes.clone();
        let call = tokio::spawn(async move { routes.call(request).await.map(poem::IntoResponse::into_response) });
        match call.await {
            Ok(Ok(response)) => {
                // Whoever answers with a status alone leaves the words to us.
                match response.status() {
                    status if status.is_client_error() && response.content_type().is_none() => {
                        let mut page = self.problem(frame, status).await;
                        page.headers_mut().extend(response.headers().clone());
                        page
                    }
                    _ => response,
                }
            }
            Ok(Err(error)) => {
                let status = error.status();
                if status.is_server_error() {
                    tracing::error!(%error, "a route failed");
                }
                let mut response = self.problem(frame, status).await;
                if status == StatusCode::METHOD_NOT_ALLOWED {
                    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed(frame.uri().path())));
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
            true => door::refuse(status),
            false => self.app.pages.problem_page(frame, status, None).await,
        }
    }

    /// Whether a request names this site: what is answered, and what letters say, belongs to no other. What names no site is a program.
    fn is_ours(&self, request: &Request) -> bool {
        let authority = request.uri().authority().map(|authority| authority.as_str());
        let Some(host) = authority.or_else(|| request.header(header::HOST)) else { return !request.headers().contains_key(header::HOST) };
        self.app.site.is_host(host)
    }

    /// Whether another site sends this. Browsers say where a request comes from; only they carry somebody's cookie without being told to.
    fn is_foreign(&self, request: &Request) -> bool {
        // What a browser reports of itself changes nothing.
        if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || request.uri().path() == "/csp-report" {
            return false;
        }
        // What a program asks without a cookie, anybody may ask. A form signs in, so it has to be ours all the same.
        if door::is_door(request.uri().path()) && Jar::Session.open(&self.app.site, request).is_none() {
            return false;
        }
        match (request.header("sec-fetch-site"), request.header(header::ORIGIN)) {
            (Some(site), _) => !matches!(site, "same-origin" | "none"),
            (None, Some(origin)) => !self.app.site.is_origin(origin),
            (None, None) => Jar::Session.open(&self.app.site, request).is_some(),
        }
    }
}

impl<E: Endpoint + 'static> Endpoint for Shell<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let path = request.uri().path().to_owned();
        let with_cookie = Jar::Session.open(&self.app.site, &request).is_some() || bearer(&request).is_some();
        let known = request.header(header::IF_NONE_MATCH).map(String::from);
        let is_head = *request.method() == Method::HEAD;
        if is_head {
            request.set_method(Method::GET);
        }
        let is_get = *request.method() == Method::GET;
        let (response, statements) = self.answer(request).await;
        let mut response = door::retry_later(response, RETRY);
        response.extensions_mut().insert(Statements(statements));
        let status = response.status();
        headers(response.headers_mut(), &path, status, with_cookie, self.app.site.is_secure());
        if is_get && status == StatusCode::OK && response.headers().get(header::CACHE_CONTROL).is_some_and(|it| it == "no-cache") {
            response = tagged(response, known.as_deref()).await;
        }
        if is_head {
            drop(response.take_body());
        }
        Ok(response)
    }
}

/// Gives a page its tag, and no body when the browser has it already.
async fn tagged(mut response: Response, known: Option<&str>) -> Response {
    let Ok(body) = response.take_body().into_bytes().await else { return StatusCode::INTERNAL_SERVER_ERROR.into() };
    let tag = format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(&body)[..12]));
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag || one.trim() == "*"));
    response.headers_mut().insert(header::ETAG, HeaderValue::from_str(&tag).expect("base64 is fit for a header"));
    if is_known {
        response.set_status(StatusCode::NOT_MODIFIED);
        response.headers_mut().remove(header::CONTENT_TYPE);
    } else {
        response.set_body(body);
    }
    response
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

/// What may be done at an address.
fn allowed(path: &str) -> &'static str {
    match path {
        "/sign-out" | "/language" | "/csp-report" => "POST",
        path if is_asset(path) || is_health(path) => "GET, HEAD",
        _ => "GET, HEAD, POST",
    }
}

/// What is asked by whoever watches over the process, by any name.
fn is_health(path: &str) -> bool {
    matches!(path, "/healthz" | "/readyz")
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
    if path.ends_with(".atom") && status.is_success() {
        set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    }
    let secret = ["/sign-in/", "/letters/stop/", "/settings/address/", "/settings/data/"].iter().any(|secret| path.starts_with(secret));
    let fresh = with_cookie || secret || !status.is_success();
    set(header::CACHE_CONTROL, if fresh { "no-store" } else { "no-cache" });
    set(header::VARY, "Cookie, Accept-Language, Accept-Encoding");
    // Over plain http `upgrade-insecure-requests` would stop every style and form.
    set(
        header::CONTENT_SECURITY_POLICY,
        match secure {
            true => concat!(policy!(), "; upgrade-insecure-requests; report-to csp"),
            false => concat!(policy!(), "; report-to csp"),
        },
    );
    set(HeaderName::from_static("reporting-endpoints"), "csp=\"/csp-report\"");
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
