//! The forum behind its doors: one endpoint, made of schema and pages.

use std::{io::Write, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Request as Query, parser::types::OperationType};
use frontend::{Assets, Fields, Pages, routes::ROUTES};
use futures_util::future::BoxFuture;
use ipnet::IpNet;
use poem::{
    Addr, Endpoint, Request, Response, Route,
    endpoint::make,
    error::ReadBodyError,
    get,
    http::{Extensions, Method, StatusCode, header},
};
use schema::{
    Code, Forum, Schema, Visit, desk,
    forum::Token,
    members::{self, Joining, Member, Role},
    resources, sessions, tokens, topics,
    visit::Client,
};
use tokio::sync::OnceCell;
use url::{Host, Url};

use crate::{
    door,
    guard::Measure,
    providers::Providers,
    rates::Rates,
    shell::Shell,
    sign_in::{self, Jar},
    streams::Streams,
};

/// Where people reach the site: what is same-origin, and how cookies are named.
#[derive(Clone)]
pub struct Site(Url);

impl Site {
    /// The site at `base`: scheme, host and port.
    pub fn new(base: Url) -> Site {
        Site(base)
    }

    /// The whole address of a path.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0.as_str().trim_end_matches('/'))
    }

    /// The host without the port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or("localhost")
    }

    /// Whether people reach it by https.
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Whether it is on this machine alone.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// Whether a `Host` header names this site. On this machine its three names are one.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        self.is_origin(&format!("{}://{host}", self.0.scheme()))
    }

    /// Whether `origin` is this site's. On this machine its three names are one.
    pub(crate) fn is_origin(&self, origin: &str) -> bool {
        let Ok(origin) = Url::parse(origin) else {
            return false;
        };
        let same_place = origin.scheme() == self.0.scheme() && origin.port_or_known_default() == self.0.port_or_known_default();
        same_place && (origin.host() == self.0.host() || (self.is_loopback() && Site(origin).is_loopback()))
    }
}

/// The forum behind its doors.
#[derive(Clone)]
pub struct App {
    /// What every visit shares.
    pub forum: Arc<Forum>,
    /// The schema that pages and strangers ask alike.
    pub schema: Schema,
    /// Every page and letter.
    pub pages: Arc<Pages>,
    /// Where people reach it.
    pub site: Site,
    /// Who vouches for people who sign in.
    pub providers: Providers,
    /// Who may say where a request really comes from.
    pub proxies: Arc<[IpNet]>,
    /// Who follows what happens.
    pub streams: Streams,
    /// How much was asked lately.
    pub rates: Rates,
    /// What strangers' documents are measured with.
    pub measure: Arc<Measure>,
}

/// How many statements a request cost; on every response, for tests.
#[derive(Clone, Copy)]
pub struct Statements(pub u64);

/// A posted form of a page: text of at most 50,000 characters, each up to twelve bytes once encoded.
const FORM: usize = 1024 * 1024;

/// What a request shows of who sends it.
pub(crate) struct Shown {
    visit: Visit,
    bearer: Option<Token>,
    session: Option<Token>,
}

/// Bytes of a report of a broken policy.
const REPORT: usize = 4 * 1024;

impl App {
    /// Puts schema and pages together.
    ///
    /// # Errors
    /// Which page does not fit the schema, and why.
    pub async fn open(forum: Arc<Forum>, site: Site) -> Result<App, String> {
        // Neither knows of any forum: one set serves as many as the process opens.
        static PARTS: OnceCell<(Schema, Arc<Pages>, Arc<Measure>)> = OnceCell::const_new();
        let make = async || {
            let schema = schema::schema();
            let asked = schema.clone();
            let run = Arc::new(move |extensions: &Extensions, query: Query| -> BoxFuture<'static, _> {
                Box::pin(execute(asked.clone(), extensions.get::<Visit>().cloned(), query))
            });
            let measure = Measure::of(&schema.sdl())?;
            Ok::<_, String>((schema, Arc::new(Pages::open(run).await?), Arc::new(measure)))
        };
        let (schema, pages, measure) = PARTS.get_or_try_init(make).await?.clone();
        let (providers, proxies, streams, rates) = Default::default();
        Ok(App { forum, schema, pages, site, providers, proxies, streams, rates, measure })
    }

    /// The endpoint that answers everything.
    pub fn endpoint(&self) -> impl Endpoint<Output = Response> + 'static {
        let mut routes = Route::new().at("/graphql", door::endpoint(self.clone())).at("/sign-out", poem::post(sign_in::out(self.clone())));
        routes = routes.at("/language", poem::post(sign_in::language(self.clone())));
        for route in ROUTES {
            let endpoint = self.clone();
            let page = make(move |request| {
                let app = endpoint.clone();
                async move { app.page(route, request).await }
            });
            let methods = get(page);
            let posts = self.clone();
            let methods = match route.pair {
                "account/link" => methods.post(sign_in::in_(self.clone(), route)),
                "account/fetch" => methods.post(sign_in::own_data(self.clone(), route)),
                _ => methods.post(make(move |request| {
                    let app = posts.clone();
                    async move { app.posted(route, request).await }
                })),
            };
            routes = routes.at(route.path, methods);
        }
        for provider in self.providers.iter() {
            let begin = get(sign_in::begin(self.clone(), provider.clone()));
            let finish = get(sign_in::finish(self.clone(), provider.clone()));
            routes = routes.at(format!("/sign-in/{}", provider.id), begin).at(format!("/sign-in/{}/callback", provider.id), finish);
        }
        routes = routes.nest_no_strip("/assets", make(|request: Request| async move { poem::Result::<Response>::Ok(asset(&request)) }));
        let reports = self.clone();
        let reported = make(move |request| {
            let app = reports.clone();
            async move { app.reported(request).await }
        });
        routes = routes.at("/csp-report", poem::post(reported));
        routes = routes.at("/healthz", get(make(|_| async { poem::Result::<Response>::Ok("ok\n".into()) })));
        let app = self.clone();
        routes = routes.at(
            "/readyz",
            get(make(move |_| {
                let app = app.clone();
                async move { poem::Result::<Response>::Ok(app.ready().await) }
            })),
        );
        Shell::new(self.clone(), routes)
    }

    /// Brings what a forum begins with: the community's first topics, and an index of what an earlier version published.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn prepare(&self) -> Result<(), schema::Error> {
        let visit = Visit::new(self.forum.clone(), None);
        members::prepare(&visit).await?;
        topics::found(&visit).await?;
        resources::index_missing(&visit).await?;
        Ok(())
    }

    /// Moves to Past what is over. Answers how many were moved.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn retire(&self) -> Result<usize, schema::Error> {
        let moved = desk::retire(&Visit::new(self.forum.clone(), None)).await?;
        self.forum.news.wake();
        self.rates.sweep();
        Ok(moved)
    }

    /// Packs the copies of their own data that members have asked for. Answers how many.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn pack(&self) -> Result<usize, schema::Error> {
        let visit = Visit::new(self.forum.clone(), None);
        let mut packed = 0;
        while let Some((export, member)) = members::next_copy(&visit).await? {
            let copy = members::gather_copy(&visit, member).await?;
            members::store_copy(&visit, export, zipped(copy)?).await?;
            packed += 1;
        }
        Ok(packed)
    }

    /// Forgets what has run out: links, attempts, unclaimed text, copies that nobody fetched.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn sweep(&self) -> Result<(), schema::Error> {
        let visit = Visit::new(self.forum.clone(), None);
        sessions::sweep(&visit).await?;
        members::sweep(&visit).await
    }

    /// Adds a member by an operator's word, from the community's first sector.
    ///
    /// # Errors
    /// Every field that does not pass; `DUPLICATE` for a handle or an address that is taken.
    pub async fn add_member(&self, handle: &str, name: &str, email: &str, role: Role) -> Result<(), schema::Error> {
        let sector = self.forum.community.sectors.first().map(|sector| sector.id.clone()).unwrap_or_default();
        let joining = Joining { name: name.to_owned(), handle: handle.to_owned(), sector, organisation: String::new() };
        members::add_by_operator(&Visit::new(self.forum.clone(), None), joining, email, role).await?;
        Ok(())
    }

    /// A link that signs a member in: single use, 15 minutes. None when there is no such member.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn sign_in_link(&self, handle: &str) -> Result<Option<String>, schema::Error> {
        let visit = Visit::new(self.forum.clone(), None);
        match members::by_handle(&visit, handle).await? {
            Some(member) => Ok(Some(self.operator_link(Some(&member)).await?)),
            None => Ok(None),
        }
    }

    /// A link for a member, or for the administrator who has yet to join.
    pub(crate) async fn operator_link(&self, member: Option<&Member>) -> Result<String, schema::Error> {
        let visit = Visit::new(self.forum.clone(), None);
        let token = sessions::operator_link(&visit, member.map(Member::local_id), Role::Admin).await?;
        Ok(self.site.link(&format!("/sign-in/{}", token.0)))
    }

    async fn page(&self, route: &'static frontend::routes::Route, request: Request) -> poem::Result<Response> {
        Ok(self.pages.answer(route, &request, None).await)
    }

    async fn posted(&self, route: &'static frontend::routes::Route, mut request: Request) -> poem::Result<Response> {
        let fields = form(&mut request).await?;
        let is_guest = request.extensions().get::<Visit>().is_some_and(|visit| visit.viewer().is_none());
        if route.guests && is_guest {
            return sign_in::keep(self, route, &request, fields).await;
        }
        Ok(self.pages.answer(route, &request, Some(fields)).await)
    }

    /// Whether the database answers, and the process is not about to end.
    async fn ready(&self) -> Response {
        let visit = Visit::new(self.forum.clone(), None);
        let not = |why: &'static str| Response::builder().status(StatusCode::SERVICE_UNAVAILABLE).body(why);
        if self.streams.are_stopping() {
            return not("going down\n");
        }
        match tokio::time::timeout(QUERY, members::is_empty(&visit)).await {
            Ok(Ok(_)) => "ready\n".into(),
            _ => not("the database does not answer\n"),
        }
    }

    /// Takes a browser's report of something that a page's policy has stopped, for the operator to read.
    async fn reported(&self, mut request: Request) -> poem::Result<Response> {
        let visit = request.extensions().get::<Visit>().cloned().expect("the shell knows who asks");
        if let Err(seconds) = self.rates.report(&visit) {
            return Ok(door::retry_later(StatusCode::TOO_MANY_REQUESTS.into(), seconds));
        }
        let report = body(&mut request, REPORT).await.map_err(poem::Error::from_status)?;
        tracing::warn!(report = ?String::from_utf8_lossy(&report[..report.len().min(1024)]), "a page's policy stopped something");
        Ok(StatusCode::NO_CONTENT.into())
    }

    /// What a request shows of who sends it.
    pub(crate) fn ask(&self, visit: Visit, request: &Request) -> Shown {
        let visit = visit.from(Client {
            address: self.address(request),
            agent: request.header(header::USER_AGENT).unwrap_or("").to_owned(),
            kept: Jar::Kept.open(&self.site, request),
            language: self.language(request),
        });
        let bearer = bearer(request).filter(|_| door::is_door(request.uri().path()));
        Shown { visit, bearer, session: Jar::Session.open(&self.site, request) }
    }

    /// The language that a browser asks for: the one chosen here before the one that its owner reads elsewhere.
    pub(crate) fn language(&self, request: &Request) -> Option<String> {
        let chosen = Jar::Language.open(&self.site, request);
        let wishes = [chosen.as_ref().map(|token| token.0.as_str()), request.header(header::ACCEPT_LANGUAGE)];
        wishes.into_iter().flatten().find_map(|wish| self.pages.languages.wanted(wish)).map(String::from)
    }

    /// Finds out by a token or the session cookie who asks. Answers also the session's new secret, if it got one, and whether a token was shown
    /// that nobody may use.
    pub(crate) async fn recognise(&self, shown: Shown) -> Result<(Visit, Option<Token>, bool), schema::Error> {
        let Shown { visit, bearer, session } = shown;
        if let Some(secret) = bearer {
            let viewer = tokens::viewer(&visit, &secret).await?;
            let refused = viewer.is_none();
            return Ok((visit.by(viewer), None, refused));
        }
        let Some(secret) = session else { return Ok((visit, None, false)) };
        let (viewer, renewed) = sessions::viewer(&visit, &secret).await?.unzip();
        Ok((visit.by(viewer), renewed.flatten(), false))
    }

    /// Where a request comes from, as limits count it: the nearest address that is no proxy of ours; of IPv6 the network.
    fn address(&self, request: &Request) -> Option<String> {
        let Addr::SocketAddr(peer) = request.remote_addr().0 else { return None };
        let is_proxy = |address: &IpAddr| self.proxies.iter().any(|network| network.contains(address));
        let mut nearest = peer.ip().to_canonical();
        let said =
            request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",");
        // From right to left: what stands left of an address that we do not trust, whoever is there may have made up.
        for hop in said.rsplit(',').map(str::trim) {
            if !is_proxy(&nearest) {
                break;
            }
            let Ok(hop) = hop.parse::<IpAddr>() else { break };
            nearest = hop.to_canonical();
        }
        Some(match nearest {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => std::net::Ipv6Addr::from(u128::from(address) >> 64 << 64).to_string(),
        })
    }
}

/// The secret that a program shows.
pub(crate) fn bearer(request: &Request) -> Option<Token> {
    let (scheme, secret) = request.header(header::AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token(secret.trim().to_owned()))
}

fn zipped(copy: Vec<members::Copy>) -> Result<Vec<u8>, schema::Error> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for file in copy {
        archive.start_file(file.name, zip::write::SimpleFileOptions::default())?;
        archive.write_all(file.text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

/// How long a query may take, and how long one waits for what became of a mutation.
const QUERY: Duration = Duration::from_secs(3);
const MUTATION: Duration = Duration::from_secs(10);

/// Runs an operation. It is a task of its own: a client that hangs up must not stop a mutation half way, and neither must a clock. A query that
/// takes too long is given up; a mutation goes on, and whoever sends it again with its idempotency key learns what became of it.
pub(crate) async fn execute(schema: Schema, visit: Option<Visit>, mut query: Query) -> async_graphql::Response {
    let name = query.operation_name.clone();
    let is_mutation = query.parsed_query().is_ok_and(|document| operation_type(document, name.as_deref()) == Some(OperationType::Mutation));
    query.variables.values_mut().for_each(without_nul);
    let forum = visit.as_ref().map(|visit| visit.forum());
    // Without a visit there is nobody to answer to: what a page looks like can be asked, and nothing else.
    let query = match visit {
        Some(visit) => query.data(visit),
        None => query.only_introspection(),
    };
    let mut task = tokio::spawn(async move { schema.execute(query).await });
    let ended = tokio::time::timeout(if is_mutation { MUTATION } else { QUERY }, &mut task).await;
    if let Some(forum) = forum.filter(|_| is_mutation) {
        forum.news.wake();
    }
    match ended {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => {
            tracing::error!(%panic, "an operation panicked");
            let error = async_graphql::Error::from(schema::Error::bug("an operation panicked"));
            async_graphql::Response::from_errors(vec![error.into_server_error(async_graphql::Pos::default())])
        }
        Err(_) => {
            if !is_mutation {
                task.abort();
            }
            tracing::error!(is_mutation, "an operation took too long");
            async_graphql::Response::from_errors(vec![door::problem(Code::Unavailable.word(), Code::Unavailable.message())])
        }
    }
}

/// Takes NUL out of every text: no text of ours holds one, and PostgreSQL takes none.
fn without_nul(value: &mut async_graphql::Value) {
    match value {
        async_graphql::Value::String(text) => text.retain(|character| character != '\0'),
        async_graphql::Value::List(all) => all.iter_mut().for_each(without_nul),
        async_graphql::Value::Object(fields) => fields.values_mut().for_each(without_nul),
        _ => {}
    }
}

/// How long the body of a request may take to come.
const BODY: Duration = Duration::from_secs(30);

/// The body of a request, of so many bytes at most.
pub(crate) async fn body(request: &mut Request, most: usize) -> Result<Vec<u8>, StatusCode> {
    match tokio::time::timeout(BODY, request.take_body().into_bytes_limit(most)).await {
        Ok(Ok(body)) => Ok(body.into()),
        Ok(Err(ReadBodyError::PayloadTooLarge)) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Ok(Err(_)) => Err(StatusCode::BAD_REQUEST),
        Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
    }
}

/// Reads a posted form.
pub(crate) async fn form(request: &mut Request) -> poem::Result<Fields> {
    let body = body(request, FORM).await.map_err(poem::Error::from_status)?;
    let kind = request.header(header::CONTENT_TYPE).unwrap_or("");
    if kind.split(';').next().unwrap_or("").trim() != "application/x-www-form-urlencoded" {
        return Err(poem::Error::from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(Fields::parse(&body))
}

fn asset(request: &Request) -> Response {
    match *request.method() {
        Method::GET | Method::HEAD => Assets::all().answer(request.uri().path(), request.header(header::ACCEPT_ENCODING).unwrap_or("")),
        _ => Response::builder().status(StatusCode::METHOD_NOT_ALLOWED).header(header::ALLOW, "GET, HEAD").finish(),
    }
}

/// Which kind of operation a document's chosen operation is; none when the name chooses none.
pub(crate) fn operation_type(document: &async_graphql::parser::types::ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    let mut operations = document.operations.iter();
    let chosen = match name {
        Some(name) => operations.find(|(known, _)| known.is_some_and(|known| known.as_str() == name)),
        None => operations.next().filter(|_| document.operations.iter().count() == 1),
    };
    chosen.map(|(_, operation)| operation.node.ty)
}
