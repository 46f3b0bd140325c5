//! Signing in and out: the one side door, since a mutation cannot own a cookie.

use frontend::{Problem, routes::Route};
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{StatusCode, header},
    web::cookie::{Cookie, SameSite},
};
use schema::{Refusal, Visit, forum::Token, members::Joining, sessions};

use crate::{App, Site, app::form};

/// The session's secret that a request carries.
pub fn cookie(site: &Site, request: &Request) -> Option<Token> {
    let pairs = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let mut values = pairs.filter_map(|pair| pair.trim().strip_prefix(site.cookie())?.strip_prefix('='));
    values.next().filter(|value| !value.is_empty()).map(|value| Token(value.to_owned()))
}

/// What a signed-in person's forms carry: known to the session alone, so another site cannot write it.
pub fn form_token(visit: &Visit) -> Option<String> {
    visit.viewer().map(|viewer| visit.derived_token("form", viewer.session).0)
}

fn set_cookie(site: &Site, response: &mut Response, secret: &str, seconds: u64) {
    let mut cookie = Cookie::new_with_str(site.cookie(), secret);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(site.is_secure());
    cookie.set_same_site(SameSite::Lax);
    cookie.set_max_age(std::time::Duration::from_secs(seconds));
    if let Ok(value) = cookie.to_string().parse() {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn see_other(to: &str) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, to).finish()
}

/// Pressing the button behind a link: signs in, or lets join and signs in.
pub fn in_(app: App, route: &'static Route) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            let fields = form(&mut request).await?;
            let visit = request.extensions().get::<Visit>().cloned().expect("the shell knows who asks");
            let typed = |name: &str| fields.get(name).unwrap_or("").to_owned();
            let joining =
                Joining { name: typed("name"), handle: typed("handle"), sector: typed("sector"), organisation: typed("organisation") };
            let token = Token(request.path_params::<String>().unwrap_or_default());
            match sessions::sign_in(&visit, &token, &typed("email"), joining, fields.get("agrees").is_some()).await {
                Ok((secret, newcomer)) => {
                    let mut response = see_other(if newcomer { "/?done=joined" } else { "/?done=signed-in" });
                    set_cookie(&app.site, &mut response, &secret.0, 30 * 24 * 60 * 60);
                    Ok(response)
                }
                Err(schema::Error::Refused(refusals)) => {
                    let problems = refusals.into_iter().map(problem).collect();
                    Ok(app.pages.refuse(route, &request, &fields, problems).await)
                }
                Err(error) => {
                    tracing::error!(?error, "somebody could not sign in");
                    Err(poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR))
                }
            }
        }
    })
}

fn problem(refusal: Refusal) -> Problem {
    // The schema spells its codes; asking it keeps one spelling.
    let code = async_graphql::resolver_utils::enum_value(refusal.code);
    let code = if let async_graphql::Value::Enum(code) = code { code.to_string() } else { String::new() };
    let arguments = refusal.arguments.iter().map(|(name, value)| serde_json::json!({ "name": name, "value": value })).collect();
    Problem { message: refusal.message(), code, field: refusal.field.join("."), arguments, current: None }
}

/// Signing out: the session ends in the database, and the browser forgets what it kept.
pub fn out(app: App) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let app = app.clone();
        async move {
            let fields = form(&mut request).await?;
            let visit = request.extensions().get::<Visit>().cloned().expect("the shell knows who asks");
            if form_token(&visit).as_deref() != fields.get("token") {
                return poem::Result::<Response>::Ok(app.pages.problem_page(&request, StatusCode::FORBIDDEN, None).await);
            }
            sessions::sign_out(&visit).await.map_err(|error| {
                tracing::error!(?error, "somebody could not sign out");
                poem::Error::from_status(StatusCode::INTERNAL_SERVER_ERROR)
            })?;
            let mut response = see_other("/?done=signed-out");
            set_cookie(&app.site, &mut response, "", 0);
            response.headers_mut().insert("clear-site-data", "\"cache\", \"cookies\", \"storage\"".parse().expect("a header value"));
            Ok(response)
        }
    })
}
