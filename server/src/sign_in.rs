//! Signing in and out, and what only a server can do: the one side door, since a mutation cannot own a cookie or hand out a file.

use std::sync::Arc;

use frontend::{
    Fields, FormToken, Problem,
    routes::{ROUTES, Route},
};
use poem::{
    Endpoint, IntoResponse, Request, Response,
    endpoint::make,
    http::{StatusCode, Uri, header},
    web::cookie::{Cookie, SameSite},
};
use schema::{
    Code, Error, Refusal, Visit,
    error::ErrorCode,
    forum::Token,
    members::{self, Joining},
    sessions::{self, Arrival, Kept, SignedIn},
};

use crate::{
    App, Site,
    app::form,
    providers::{Answer, Provider, Trouble},
};

/// Seconds that a browser remembers an attempt at a provider, and what its person wrote before they said who they are.
const ATTEMPT_SECONDS: u64 = 10 * 60;
const KEPT_SECONDS: u64 = 24 * 60 * 60;
/// Seconds that a browser remembers a language.
const LANGUAGE_SECONDS: u64 = 365 * 24 * 60 * 60;

/// The cookies of a site: the session, an attempt at a provider, and what a visitor wrote.
#[derive(Clone, Copy)]
pub enum Jar {
    /// The session's secret.
    Session,
    /// What binds an attempt at a provider to this browser.
    Attempt,
    /// What finds again what a visitor wrote.
    Kept,
    /// The language in which somebody reads who is not signed in: no secret.
    Language,
}

impl Jar {
    fn name(self, site: &Site) -> &'static str {
        match (self, site.is_secure()) {
            (Jar::Session, true) => "__Host-sid",
            (Jar::Session, false) => "sid",
            (Jar::Attempt, true) => "__Host-pre",
            (Jar::Attempt, false) => "pre",
            (Jar::Kept, true) => "__Host-kept",
            (Jar::Kept, false) => "kept",
            (Jar::Language, true) => "__Host-language",
            (Jar::Language, false) => "language",
        }
    }

    /// The secret that a request carries in this cookie.
    pub fn open(self, site: &Site, request: &Request) -> Option<Token> {
        let all = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut values =
            all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().strip_prefix(self.name(site))?.strip_prefix('='));
        values.next().filter(|value| !value.is_empty()).map(|value| Token(value.to_owned()))
    }

    /// Gives a browser a secret to keep for so many seconds; an empty one for none is forgotten.
    pub fn fill(self, site: &Site, response: &mut Response, secret: &str, seconds: u64) {
        let mut cookie = Cookie::new_with_str(self.name(site), secret);
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(site.is_secure());
        cookie.set_same_site(SameSite::Lax);
        cookie.set_max_age(std::time::Duration::from_secs(seconds));
        if let Ok(value) = cookie.to_string().parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}

/// What a signed-in person's forms carry: known to the session alone, so another site cannot write it.
pub fn form_token(visit: &Visit) -> Option<String> {
    visit.viewer().map(|viewer| visit.derived_token("form", viewer.session).0)
}

fn see_other(to: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, to).finish()
}

/// The same address with a word about what was done.
fn with_done(path: &str, done: &str) -> String {
    format!("{path}{}done={done}", if path.contains('?') { '&' } else { '?' })
}

fn visit_of(request: &Request) -> Visit {
    request.extensions().get::<Visit>().cloned().expect("the shell knows who asks")
}

/// What the shell tells of a fault or a limit.
fn failed(error: Error) -> poem::Error {
    poem::Error::from_status(match error {
        Error::Denied(Code::RateLimited) => StatusCode::TOO_MANY_REQUESTS,
        Error::Denied(Code::Unauthenticated) => StatusCode::UNAUTHORIZED,
        Error::Denied(_) => StatusCode::FORBIDDEN,
        error => {
            tracing::error!(?error, "somebody could not sign in or out");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    })
}

/// Pressing the button behind a link: signs in, or lets join and signs in.
pub fn in_(app: App, route: &'static Route) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            let fields = form(&mut request).await?;
            let typed = |name: &str| fields.get(name).unwrap_or("").to_owned();
            let joining =
                Joining { name: typed("name"), handle: typed("handle"), sector: typed("sector"), organisation: typed("organisation") };
            let token = Token(request.path_params::<String>().unwrap_or_default());
            match sessions::sign_in(&visit_of(&request), &token, &typed("email"), joining, fields.get("agrees").is_some()).await {
                Ok(signed_in) => Ok(welcome(&app, &request, signed_in).await),
                Err(Error::Refused(refusals)) => {
                    let problems = refusals.into_iter().map(problem).collect();
                    Ok(app.pages.refuse(route, &request, &fields, problems).await)
                }
                Err(error) => Err(failed(error)),
            }
        }
    })
}

/// Takes somebody who has signed in to what they wrote before, or to the page they came from.
async fn welcome(app: &App, request: &Request, signed_in: SignedIn) -> Response {
    let SignedIn { secret, newcomer, next, kept, viewer } = signed_in;
    let done = if newcomer { "joined" } else { "signed-in" };
    let mut response = match kept {
        Some(kept) => draft(app, request, kept, visit_of(request).by(Some(viewer))).await,
        None => see_other(&with_done(next.as_deref().unwrap_or("/"), done)),
    };
    Jar::Session.fill(&app.site, &mut response, &secret.0, sessions::COOKIE_SECONDS);
    if Jar::Kept.open(&app.site, request).is_some() {
        Jar::Kept.fill(&app.site, &mut response, "", 0);
    }
    response
}

/// Posts what a visitor wrote once more, as a draft of whom they are now. What is not accepted comes back as it was typed.
async fn draft(app: &App, request: &Request, kept: Kept, visit: Visit) -> Response {
    let Some(route) = ROUTES.iter().find(|route| route.guests && route.path == kept.path) else {
        return see_other("/submissions");
    };
    let mut fields = Fields::parse(kept.form.as_bytes());
    let secret = form_token(&visit).unwrap_or_default();
    fields.0.retain(|(name, _)| !["token", "draft", "idempotencyKey"].contains(&name.as_str()));
    fields.0.extend([("token".to_owned(), secret.clone()), ("draft".to_owned(), "true".to_owned())]);
    let mut theirs = Request::builder().uri(Uri::from_static(route.path)).finish();
    theirs.extensions_mut().extend(request.extensions().clone());
    theirs.extensions_mut().insert(FormToken { secret, once: visit.id().to_string() });
    theirs.extensions_mut().insert(visit);
    let mut response = app.pages.answer(route, &theirs, Some(fields)).await;
    // They pressed "Send" and are where a draft is: the page says what became of it, and what is next.
    let made = response.header(header::LOCATION).map(|to| with_done(to.split('?').next().unwrap_or(to), "drafted"));
    if let Some(to) = made.and_then(|to| to.parse().ok()) {
        response.headers_mut().insert(header::LOCATION, to);
    }
    response
}

/// Keeps what a visitor posted and asks who they are.
pub(crate) async fn keep(app: &App, route: &Route, request: &Request, fields: Fields) -> poem::Result<Response> {
    let form = serde_urlencoded::to_string(&fields.0).unwrap_or_default();
    let secret = match sessions::keep(&visit_of(request), route.path, form).await {
        Ok(secret) => secret,
        Err(Error::Refused(_)) => return Err(poem::Error::from_status(StatusCode::PAYLOAD_TOO_LARGE)),
        Err(error) => return Err(failed(error)),
    };
    let mut response = see_other("/sign-in?done=kept");
    Jar::Kept.fill(&app.site, &mut response, &secret.0, KEPT_SECONDS);
    Ok(response)
}

fn problem(refusal: Refusal) -> Problem {
    // The schema spells its codes; asking it keeps one spelling.
    let code = async_graphql::resolver_utils::enum_value(refusal.code);
    let code = if let async_graphql::Value::Enum(code) = code { code.to_string() } else { String::new() };
    let arguments = refusal.arguments.iter().map(|(name, value)| serde_json::json!({ "name": name, "value": value })).collect();
    Problem { message: refusal.message(), code, field: refusal.field.join("."), arguments, current: None }
}

/// A form that only a page of the session's own can have sent; else the page that says so, with what was typed.
async fn own_form(app: &App, request: &mut Request) -> poem::Result<Result<(Visit, Fields), Response>> {
    let fields = form(request).await?;
    let visit = visit_of(request);
    Ok(match form_token(&visit).as_deref() == fields.get("token") {
        true => Ok((visit, fields)),
        false => Err(app.pages.problem_page(request, StatusCode::FORBIDDEN, Some(&fields)).await),
    })
}

/// An endpoint for a form that carries the secret of the session it was made for.
fn own<F, A>(app: App, act: F) -> impl Endpoint<Output = Response>
where
    F: Fn(App, Request, Visit, Fields) -> A + Copy + Send + Sync + 'static,
    A: Future<Output = poem::Result<Response>> + Send,
{
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            match own_form(&app, &mut request).await? {
                Ok((visit, fields)) => act(app, request, visit, fields).await,
                Err(response) => Ok(response),
            }
        }
    })
}

/// Signing out: the session ends in the database, and the browser forgets what it kept.
pub fn out(app: App) -> impl Endpoint<Output = Response> {
    own(app, |app, _, visit, _| async move {
        sessions::sign_out(&visit).await.map_err(failed)?;
        let mut response = see_other("/?done=signed-out");
        Jar::Session.fill(&app.site, &mut response, "", 0);
        response.headers_mut().insert("clear-site-data", "\"cache\", \"cookies\", \"storage\"".parse().expect("a header value"));
        Ok(response)
    })
}

/// The page of this site on which a form stood, as the browser says; without the word about what was done before.
fn came_from(app: &App, request: &Request) -> Option<String> {
    let from =
        url::Url::parse(request.header(header::REFERER)?).ok().filter(|from| app.site.is_origin(&from.origin().ascii_serialization()))?;
    let asked = Fields::parse(from.query().unwrap_or("").as_bytes());
    let asked = serde_urlencoded::to_string(asked.0.iter().filter(|(name, _)| name != "done").collect::<Vec<_>>()).ok()?;
    schema::text::local_path(&if asked.is_empty() { from.path().to_owned() } else { format!("{}?{asked}", from.path()) })
}

/// Choosing a language: kept by the browser, and by the account of whoever is signed in.
pub fn language(app: App) -> impl Endpoint<Output = Response> {
    own(app, |app, request, visit, fields| async move {
        let Some(language) = fields.get("language").and_then(|wanted| app.pages.languages.wanted(wanted)) else {
            return Ok(app.pages.problem_page(&request, StatusCode::BAD_REQUEST, None).await);
        };
        if visit.viewer().is_some() {
            members::set_language(&visit, language).await.map_err(failed)?;
        }
        let mut response = see_other(&came_from(&app, &request).unwrap_or("/".into()));
        Jar::Language.fill(&app.site, &mut response, language, LANGUAGE_SECONDS);
        Ok(response)
    })
}

/// Hands out the copy of one's own data behind a link, once.
pub fn own_data(app: App, route: &'static Route) -> impl Endpoint<Output = Response> {
    own(app, move |app, request, visit, fields| async move {
        let token = Token(request.path_params::<String>().unwrap_or_default());
        match members::fetch_copy(&visit, &token).await.map_err(failed)? {
            Some(archive) => Ok(Response::builder()
                .content_type("application/zip")
                .header(header::CONTENT_DISPOSITION, "attachment; filename=\"my-data.zip\"")
                .body(archive)),
            None => Ok(app.pages.refuse(route, &request, &fields, vec![Problem::new("NOT_FOUND", "token")]).await),
        }
    })
}

/// Sends a browser to a provider.
pub fn begin(app: App, provider: Arc<Provider>) -> impl Endpoint<Output = Response> {
    make(move |request: Request| {
        let (app, provider) = (app.clone(), provider.clone());
        async move {
            let visit = visit_of(&request);
            let asked = Fields::parse(request.uri().query().unwrap_or("").as_bytes());
            let next = asked.get("next").unwrap_or("");
            // Only a page of the session's own knows its secret: nobody else can begin to add a way in to somebody's account.
            let linking = asked.get("link").filter(|link| !link.is_empty());
            if linking.is_some_and(|link| form_token(&visit).as_deref() != Some(link)) {
                return Ok(no_entry(&app, &request, &provider, ("state", StatusCode::BAD_REQUEST), next).await);
            }
            let browser = Jar::Attempt.open(&app.site, &request).unwrap_or_else(|| visit.token());
            let begun = match sessions::begin(&visit, &provider.id, &browser, next, linking.is_some()).await {
                Ok(begun) => begun,
                Err(Error::Refused(_)) => return Ok(no_entry(&app, &request, &provider, ("unlinked", StatusCode::FORBIDDEN), next).await),
                Err(error) => return Err(failed(error)),
            };
            match provider.address(&app.site, &visit.clock, &begun).await {
                Ok(address) => {
                    let mut response = see_other(address.as_str());
                    Jar::Attempt.fill(&app.site, &mut response, &browser.0, ATTEMPT_SECONDS);
                    Ok(response)
                }
                Err(trouble) => Ok(in_trouble(&app, &request, &provider, trouble, next).await),
            }
        }
    })
}

/// Takes in a browser that comes back from a provider.
pub fn finish(app: App, provider: Arc<Provider>) -> impl Endpoint<Output = Response> {
    make(move |request: Request| {
        let (app, provider) = (app.clone(), provider.clone());
        async move {
            let visit = visit_of(&request);
            let answer = Fields::parse(request.uri().query().unwrap_or("").as_bytes());
            let said = |name: &str| answer.get(name).filter(|value| !value.is_empty());
            let refuse = async |reason, status, next: &str| Ok(no_entry(&app, &request, &provider, (reason, status), next).await);
            let (Some(state), Some(browser)) = (said("state"), Jar::Attempt.open(&app.site, &request)) else {
                return refuse("state", StatusCode::BAD_REQUEST, "").await;
            };
            let underway = sessions::resume(&visit, &provider.id, &Token(state.to_owned()), &browser).await.map_err(failed)?;
            let Some(underway) = underway else { return refuse("state", StatusCode::BAD_REQUEST, "").await };
            let next = underway.next().unwrap_or("").to_owned();
            let Some(code) = said("code") else { return refuse("refused", StatusCode::FORBIDDEN, &next).await };
            let answer = Answer { code, issuer: said("iss") };
            let proof = match provider.proof(&app.site, &visit.clock, &underway.begun, answer).await {
                Ok(proof) => proof,
                Err(trouble) => return Ok(in_trouble(&app, &request, &provider, trouble, &next).await),
            };
            match sessions::arrive(&visit, underway, proof).await {
                Ok(Arrival::SignedIn(signed_in)) => Ok(welcome(&app, &request, *signed_in).await),
                Ok(Arrival::Joins(token)) => Ok(see_other(&format!("/sign-in/{}", token.0))),
                Ok(Arrival::Linked(next)) => Ok(see_other(&with_done(next.as_deref().unwrap_or("/settings/account"), "linked"))),
                Err(Error::Refused(refusals)) => {
                    let taken = refusals.iter().any(|refusal| refusal.code == ErrorCode::Duplicate);
                    let reason = match (taken, refusals.iter().any(|refusal| refusal.field == ["token"])) {
                        (true, _) => "taken",
                        (false, true) => "suspended",
                        (false, false) => "unlinked",
                    };
                    refuse(reason, StatusCode::FORBIDDEN, &next).await
                }
                Err(Error::Denied(Code::Unauthenticated | Code::Forbidden)) => refuse("unlinked", StatusCode::FORBIDDEN, &next).await,
                Err(error) => Err(failed(error)),
            }
        }
    })
}

async fn in_trouble(app: &App, request: &Request, provider: &Provider, trouble: Trouble, next: &str) -> Response {
    let (reason, status, why) = match &trouble {
        Trouble::Unavailable(why) => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, why),
        Trouble::Untrusted(why) => ("untrusted", StatusCode::BAD_REQUEST, why),
    };
    tracing::warn!(provider = provider.id, reason, why, "a provider let nobody in");
    no_entry(app, request, provider, (reason, status), next).await
}

/// The page for somebody who did not get in, with another way in to the page they came from. It says nothing of what came in the address.
async fn no_entry(app: &App, request: &Request, provider: &Provider, (reason, status): (&str, StatusCode), next: &str) -> Response {
    tracing::info!(provider = provider.id, reason, "somebody came back from a provider and was not signed in");
    let route = ROUTES.iter().find(|route| route.pair == "account/failed").expect("there is a page for it");
    let next = schema::text::local_path(next).unwrap_or_default();
    let asked = serde_urlencoded::to_string([("reason", reason), ("next", &next)]).unwrap_or_default();
    let address = format!("{}?{asked}", route.path).parse().unwrap_or_default();
    let mut shown = Request::builder().uri(address).finish();
    shown.extensions_mut().extend(request.extensions().clone());
    let mut response = app.pages.answer(route, &shown, None).await.into_response();
    response.set_status(status);
    response
}
