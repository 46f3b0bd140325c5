//! A provider of our own that can be told to misbehave, as OpenID Connect and as GitHub. It lives on a port of this machine, on the forum's clock.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, OnceLock},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use poem::{
    Request, Response, Server,
    endpoint::make,
    http::{Method, StatusCode},
    listener::TcpAcceptor,
};
use serde_json::{Value, json};
use server::Clock;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

use crate::harness::{Forum, ORIGIN, Page, Person};

/// Whom it takes for the forum.
pub const CLIENT: &str = "lyceum";
pub const SECRET: &str = "what-only-the-provider-and-lyceum-know";

/// How an endpoint answers when it does not answer as it should.
#[derive(Clone)]
pub enum Manner {
    /// A page for people where JSON should be.
    Html,
    Fails(StatusCode),
    /// It sends on to another address.
    Redirects(String),
    /// What it should say, behind a megabyte of nothing.
    Long,
    /// Never.
    Hangs,
    /// Something else, to whoever may ask.
    Says(Value),
}

/// What an ID token is closed with.
pub enum Seal {
    /// The key that this number makes.
    Key(u8),
    /// A secret, as HS256 has it.
    Secret(Vec<u8>),
    Nothing,
}

/// An ID token before it is sealed.
pub struct Token {
    pub header: Value,
    pub claims: Value,
    pub seal: Seal,
    /// Seconds since 1970.
    pub now: i64,
}

impl Token {
    pub fn loses(&mut self, claim: &str) {
        self.claims.as_object_mut().expect("claims").remove(claim);
    }

    fn sealed(&self) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let said = format!("{}.{}", part(&self.header), part(&self.claims));
        let seal = match &self.seal {
            Seal::Key(number) => {
                let signature: Signature = key(*number).sign(said.as_bytes());
                signature.to_bytes().to_vec()
            }
            Seal::Secret(secret) => {
                let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
                mac.update(said.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Seal::Nothing => Vec::new(),
        };
        format!("{said}.{}", BASE64_URL_SAFE_NO_PAD.encode(seal))
    }
}

fn key(number: u8) -> SigningKey {
    SigningKey::from_slice(&[number; 32]).expect("a key")
}

/// The public half of a key: a byte of no use here, 32 bytes of x, 32 of y.
pub fn public(number: u8) -> Vec<u8> {
    key(number).verifying_key().to_sec1_point(false).as_bytes().to_vec()
}

fn published(name: &str, number: u8) -> Value {
    let point = public(number);
    let part = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
    json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": name, "x": part(&point[1..33]), "y": part(&point[33..]) })
}

/// What a test does to an ID token before it is sealed.
pub type Spoils = fn(&mut Token);

/// How the provider behaves. By default it is honest, and speaks of Amara.
pub struct Behaviour {
    /// What it says about itself instead, or besides.
    pub metadata: Value,
    /// The keys that it publishes, each with its name.
    pub keys: Vec<(&'static str, u8)>,
    /// The one that it signs with.
    pub signs_with: (&'static str, u8),
    /// Who is there: claims of the ID token, and of the userinfo endpoint.
    pub person: Value,
    pub spoils: Spoils,
    /// The endpoints that do not answer as they should: discovery, jwks, token, userinfo; GitHub's user and emails.
    pub manners: BTreeMap<&'static str, Manner>,
}

impl Default for Behaviour {
    fn default() -> Behaviour {
        Behaviour {
            metadata: json!({}),
            keys: vec![("one", 1)],
            signs_with: ("one", 1),
            person: claims("amara"),
            spoils: |_| {},
            manners: BTreeMap::new(),
        }
    }
}

fn claims(handle: &str) -> Value {
    json!({ "sub": format!("sub-{handle}"), "name": handle, "email": format!("{handle}@example.org"), "email_verified": true })
}

#[derive(Default)]
struct Inner {
    behaviour: Behaviour,
    /// The codes that nobody has used yet, each with what the browser was sent with.
    codes: HashMap<String, HashMap<String, String>>,
    given: usize,
    counts: BTreeMap<&'static str, usize>,
}

#[derive(Clone)]
pub struct Provider {
    pub issuer: String,
    clock: Arc<OnceLock<Clock>>,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    /// Opens on a free port, for as long as the test runs.
    pub async fn opens() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let provider = Provider { issuer, clock: Arc::default(), inner: Arc::default() };
        let acceptor = TcpAcceptor::from_tokio(listener).expect("a port");
        let here = provider.clone();
        let endpoint = make(move |request: Request| {
            let provider = here.clone();
            async move { poem::Result::<Response>::Ok(provider.answer(request).await) }
        });
        tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(endpoint).await });
        provider
    }

    /// A forum that knows providers by their names in the settings, on one clock with them.
    pub async fn forum(providers: &[(&str, &Provider)]) -> Forum {
        let settings: String = providers.iter().map(|(id, provider)| provider.settings(id)).collect();
        let forum = Forum::with_providers(&settings).await;
        for (_, provider) in providers {
            provider.keeps_time_with(&forum);
        }
        forum
    }

    pub fn keeps_time_with(&self, forum: &Forum) {
        self.clock.get_or_init(|| forum.clock.clone());
    }

    /// The table of a settings file that makes it known.
    pub fn settings(&self, id: &str) -> String {
        let here = &self.issuer;
        let place = match id {
            "github" => format!(r#"addresses = {{ authorize = "{here}/authorize", token = "{here}/token", api = "{here}/api" }}"#),
            _ => format!(r#"issuer = "{here}""#),
        };
        format!("[[provider]]\nid = \"{id}\"\nclient_id = \"{CLIENT}\"\nclient_secret = \"{SECRET}\"\n{place}\n")
    }

    pub fn behaves(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.inner.lock().expect("the provider").behaviour);
    }

    /// Somebody else is there, whose address is verified.
    pub fn speaks_of(&self, handle: &str) {
        self.behaves(|behaviour| behaviour.person = claims(handle));
    }

    pub fn says(&self, endpoint: &'static str, value: Value) {
        self.behaves(|behaviour| {
            behaviour.manners.insert(endpoint, Manner::Says(value));
        });
    }

    /// How often an endpoint was asked; for `basic` and `post`, how often the client showed its secret in this way.
    pub fn count(&self, endpoint: &str) -> usize {
        self.inner.lock().expect("the provider").counts.get(endpoint).copied().unwrap_or(0)
    }

    /// The person at the provider says yes: a code for the browser to take back.
    pub fn grants(&self, journey: &Journey) -> String {
        let mut inner = self.inner.lock().expect("the provider");
        inner.given += 1;
        let code = format!("code-{}", inner.given);
        inner.codes.insert(code.clone(), journey.asked.clone());
        code
    }

    /// Goes all the way from a link of ours to what the browser is shown when it is back; keeps the session, if there is one.
    pub async fn signs_in(&self, person: &mut Person, path: &str) -> Page {
        let page = person.sends(Method::GET, path, &[], "").await;
        if page.status != StatusCode::SEE_OTHER {
            return page;
        }
        let journey = Journey::of(person, &page);
        let page = journey.comes_back(&self.grants(&journey)).await;
        if let Some(session) = page.cookie("sid") {
            person.cookie = Some(session);
        }
        page
    }

    async fn answer(self, mut request: Request) -> Response {
        let endpoint = match request.uri().path() {
            "/.well-known/openid-configuration" => "discovery",
            "/jwks" => "jwks",
            "/token" => "token",
            "/userinfo" => "userinfo",
            "/api/user" => "user",
            "/api/user/emails" => "emails",
            _ => return StatusCode::NOT_FOUND.into(),
        };
        let shown = request.header("authorization").unwrap_or("").to_owned();
        let body = request.take_body().into_vec().await.expect("a body");
        let (manner, (status, honest)) = {
            let mut inner = self.inner.lock().expect("the provider");
            *inner.counts.entry(endpoint).or_default() += 1;
            (inner.behaviour.manners.get(endpoint).cloned(), self.honest(&mut inner, endpoint, &shown, &body))
        };
        let says = |text: String| Response::builder().status(status).content_type("application/json").body(text);
        match manner {
            None => says(honest.to_string()),
            Some(Manner::Says(value)) if status.is_success() => says(value.to_string()),
            Some(Manner::Says(_)) => says(honest.to_string()),
            Some(Manner::Long) => says(" ".repeat(1024 * 1024) + &honest.to_string()),
            Some(Manner::Html) => Response::builder().content_type("text/html").body("<!doctype html><h1>Be right back</h1>"),
            Some(Manner::Fails(status)) => Response::builder().status(status).body("oops"),
            Some(Manner::Redirects(to)) => Response::builder().status(StatusCode::FOUND).header("location", to).finish(),
            Some(Manner::Hangs) => std::future::pending::<Response>().await,
        }
    }

    fn honest(&self, inner: &mut Inner, endpoint: &str, shown: &str, body: &[u8]) -> (StatusCode, Value) {
        match endpoint {
            "discovery" => (StatusCode::OK, self.metadata(inner)),
            "jwks" => {
                let keys: Vec<Value> = inner.behaviour.keys.iter().map(|(name, number)| published(name, *number)).collect();
                (StatusCode::OK, json!({ "keys": keys }))
            }
            "token" => self.tokens(inner, shown, body),
            _ if shown.starts_with("Bearer access-of-") => (StatusCode::OK, inner.behaviour.person.clone()),
            _ => (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_token" })),
        }
    }

    fn metadata(&self, inner: &Inner) -> Value {
        let at = |path: &str| format!("{}/{path}", self.issuer);
        let metadata = json!({
            "issuer": self.issuer, "authorization_endpoint": at("authorize"), "token_endpoint": at("token"),
            "userinfo_endpoint": at("userinfo"), "jwks_uri": at("jwks"), "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        });
        with(metadata, &inner.behaviour.metadata)
    }

    /// Exchanges a code, once, for whoever knows the secret and began the attempt. Source: RFC 7636, section 4.6.
    fn tokens(&self, inner: &mut Inner, shown: &str, body: &[u8]) -> (StatusCode, Value) {
        let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let said = |name: &str| form.get(name).map_or("", String::as_str);
        let basic = shown == format!("Basic {}", BASE64_STANDARD.encode(format!("{CLIENT}:{SECRET}")));
        let post = (said("client_id"), said("client_secret")) == (CLIENT, SECRET);
        *inner.counts.entry("basic").or_default() += usize::from(basic);
        *inner.counts.entry("post").or_default() += usize::from(post);
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(said("code_verifier")));
        let fits = |asked: &HashMap<String, String>| asked["code_challenge"] == challenge && asked["redirect_uri"] == said("redirect_uri");
        let Some(asked) = inner.codes.remove(said("code")).filter(|asked| (basic || post) && fits(asked)) else {
            return (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" }));
        };
        let now = self.clock.get().expect("a forum").now().timestamp();
        let (name, number) = inner.behaviour.signs_with;
        let claims = json!({ "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked.get("nonce") });
        let mut token = Token {
            header: json!({ "typ": "JWT", "alg": "ES256", "kid": name }),
            claims: with(claims, &inner.behaviour.person),
            seal: Seal::Key(number),
            now,
        };
        (inner.behaviour.spoils)(&mut token);
        let access = format!("access-of-{}", said("code"));
        (StatusCode::OK, json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token.sealed() }))
    }
}

fn with(mut object: Value, more: &Value) -> Value {
    object.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    object
}

/// An attempt as its browser sees it: sent to the provider, on the way back.
#[derive(Clone)]
pub struct Journey {
    pub person: Person,
    /// What the browser was sent with.
    pub asked: HashMap<String, String>,
    /// The cookie that binds the attempt to it.
    pub browser: String,
    /// The page of ours that it comes back to.
    pub back: String,
}

impl Journey {
    /// Sets out in a browser that remembers no other attempt.
    pub async fn begins(person: &Person, path: &str) -> Journey {
        Journey::of(person, &person.sends(Method::GET, path, &[], "").await.is_accepted())
    }

    /// Sets out once more, in another tab.
    pub async fn begins_again(&self, path: &str) -> Journey {
        let page = self.person.sends(Method::GET, path, &[("cookie", &self.cookie())], "").await;
        Journey::of(&self.person, &page.is_accepted())
    }

    fn of(person: &Person, page: &Page) -> Journey {
        let to = Url::parse(page.leads_to.as_deref().unwrap_or_default()).expect("the provider's address");
        let asked: HashMap<String, String> = to.query_pairs().into_owned().collect();
        let back = asked["redirect_uri"].strip_prefix(ORIGIN).expect("a page of ours").to_owned();
        Journey { person: person.clone(), asked, browser: page.cookie("pre").expect("a cookie"), back }
    }

    fn cookie(&self) -> String {
        format!("pre={}", self.browser)
    }

    pub fn state(&self) -> &str {
        &self.asked["state"]
    }

    pub async fn comes_back(&self, code: &str) -> Page {
        self.answers(&[("code", code), ("state", self.state())]).await
    }

    /// Comes back with whatever the address says.
    pub async fn answers(&self, said: &[(&str, &str)]) -> Page {
        let said = form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        self.person.sends(Method::GET, &format!("{}?{said}", self.back), &[("cookie", &self.cookie())], "").await
    }
}
