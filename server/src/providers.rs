//! Who vouches for people who sign in: OpenID Connect by discovery, and GitHub's plain OAuth 2.
//!
//! Issuers come from the settings alone, no redirect is followed, no answer is longer than a megabyte, and nobody waits longer than five seconds.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use oauth2::basic::BasicClient;
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, JsonWebKeySet, Nonce, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, SubjectIdentifier, TokenResponse, TokenUrl, core::*,
};
use schema::{
    Clock,
    sessions::{Begun, Proof},
    text,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::Site;

/// How long a provider may take, for all that one step asks of it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer.
const ANSWER: usize = 1024 * 1024;
/// How long what a provider says about itself is believed, and how soon its keys are asked for again when one is unknown.
const KEPT: chrono::Duration = chrono::Duration::hours(1);
const AGAIN: chrono::Duration = chrono::Duration::minutes(1);
/// How far a provider's clock may be off.
const LEEWAY: chrono::Duration = chrono::Duration::seconds(60);
/// Addresses that are not a provider's.
const RESERVED: [&str; 2] = ["sent", "failed"];

/// A `[[provider]]` of the settings file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderOptions {
    /// As addresses spell it, such as `campus`; `github`, `google`, `orcid` and `microsoft` bring the rest along.
    id: String,
    /// As people read it.
    name: Option<String>,
    /// Where an OpenID Connect provider describes itself, without `/.well-known/…`.
    issuer: Option<String>,
    client_id: String,
    client_secret: String,
    /// What is asked for besides `openid` [default: profile, email].
    scopes: Option<Vec<String>>,
    /// Under which names the provider says `name`, `email`, `email_verified` and `label`.
    #[serde(default)]
    claims: BTreeMap<String, String>,
    /// Where plain OAuth 2 lives, for a GitHub of one's own: `authorize`, `token` and `api`.
    #[serde(default)]
    addresses: BTreeMap<String, String>,
}

/// One provider, and what it has said about itself.
pub struct Provider {
    /// As addresses spell it.
    pub id: String,
    /// As people read it.
    pub name: String,
    client_id: ClientId,
    client_secret: ClientSecret,
    scopes: Vec<String>,
    way: Way,
}

#[allow(clippy::large_enum_variant)] // A handful, made once.
enum Way {
    Discovery { issuer: IssuerUrl, claims: BTreeMap<String, String>, known: Mutex<Option<Known>> },
    GitHub { authorize: AuthUrl, token: TokenUrl, api: String },
}

/// What a provider says about itself, and when it said so.
#[derive(Clone)]
struct Known {
    metadata: Metadata,
    at: DateTime<Utc>,
    keys_at: DateTime<Utc>,
}

/// Whether its answers to a browser name the issuer. Source: RFC 9207, section 3.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct NamesIssuer {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for NamesIssuer {}

type Metadata = ProviderMetadata<
    NamesIssuer,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// Why somebody did not get in. The text is for the log: no secret is in it.
#[derive(Debug)]
pub enum Trouble {
    /// The provider does not answer, or answers something else than what was asked.
    Unavailable(String),
    /// What it answered does not hold.
    Untrusted(String),
}

impl Trouble {
    fn unavailable(error: impl std::fmt::Display) -> Trouble {
        Trouble::Unavailable(error.to_string())
    }

    fn untrusted(error: impl std::fmt::Display) -> Trouble {
        Trouble::Untrusted(error.to_string())
    }
}

/// What a browser brings back.
pub struct Answer<'a> {
    /// The code to be exchanged for the token.
    pub code: &'a str,
    /// Who says so, where the provider says it.
    pub issuer: Option<&'a str>,
}

/// Every provider of the settings.
#[derive(Clone, Default)]
pub struct Providers(Vec<Arc<Provider>>);

impl Providers {
    /// Reads the settings.
    ///
    /// # Errors
    /// Which provider does not work, and what would.
    pub fn read(options: Vec<ProviderOptions>) -> Result<Providers, String> {
        let mut providers: Vec<Arc<Provider>> = Vec::new();
        for options in options {
            let id = options.id.clone();
            let provider = Provider::read(options).map_err(|problem| format!("the provider `{id}` does not work: {problem}"))?;
            if providers.iter().any(|known| known.id == id) {
                return Err(format!("there are two providers `{id}`"));
            }
            providers.push(Arc::new(provider));
        }
        Ok(Providers(providers))
    }

    /// As the settings list them.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.0.iter()
    }

    /// How pages name them.
    pub fn names(&self) -> Vec<schema::community::Provider> {
        self.iter().map(|provider| schema::community::Provider { id: provider.id.clone(), name: provider.name.clone() }).collect()
    }
}

impl Provider {
    fn read(options: ProviderOptions) -> Result<Provider, String> {
        let ProviderOptions { id, name, issuer, client_id, client_secret, scopes, claims, addresses } = options;
        let is_id = matches!(id.len(), 1..=32) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if !is_id || RESERVED.contains(&id.as_str()) {
            return Err("give an id of a to z, 0 to 9 and hyphen, at most 32, and neither `sent` nor `failed`".into());
        }
        if client_id.trim().is_empty() || client_secret.trim().is_empty() {
            return Err("give the client_id and the client_secret that the provider gave you".into());
        }
        if let Some(unknown) = claims.keys().find(|claim| !["name", "email", "email_verified", "label"].contains(&claim.as_str())) {
            return Err(format!("`claims` maps name, email, email_verified and label, not {unknown}"));
        }
        let (preset_name, preset_issuer, preset_scopes) = match id.as_str() {
            "github" => ("GitHub", None, "read:user user:email"),
            "google" => ("Google", Some("https://accounts.google.com"), "profile email"),
            // ORCID vouches for no e-mail address.
            "orcid" => ("ORCID", Some("https://orcid.org"), ""),
            "microsoft" => ("Microsoft", None, "profile email"),
            _ => (id.as_str(), None, "profile email"),
        };
        let scopes = scopes.unwrap_or_else(|| preset_scopes.split_whitespace().map(String::from).collect());
        let way = match (id.as_str(), issuer.as_deref().or(preset_issuer)) {
            ("github", None) => {
                let address = |name: &str, usual: &str| addresses.get(name).cloned().unwrap_or_else(|| usual.to_owned());
                let safe = |address: String| if is_safe(&address) { Ok(address) } else { Err(format!("`{address}` is not https")) };
                Way::GitHub {
                    authorize: AuthUrl::new(safe(address("authorize", "https://github.com/login/oauth/authorize"))?).map_err(spelled)?,
                    token: TokenUrl::new(safe(address("token", "https://github.com/login/oauth/access_token"))?).map_err(spelled)?,
                    api: safe(address("api", "https://api.github.com"))?,
                }
            }
            ("microsoft", None) => {
                return Err("give the issuer of your tenant, such as https://login.microsoftonline.com/TENANT/v2.0".into());
            }
            (_, None) => return Err("give its issuer, such as https://login.example.org".into()),
            (_, Some(issuer)) if !is_safe(issuer) => return Err(format!("the issuer {issuer} is not https")),
            (_, Some(issuer)) => {
                Way::Discovery { issuer: IssuerUrl::new(issuer.to_owned()).map_err(spelled)?, claims, known: Mutex::default() }
            }
        };
        let name = name.unwrap_or_else(|| preset_name.to_owned());
        Ok(Provider { id, name, client_id: ClientId::new(client_id), client_secret: ClientSecret::new(client_secret), scopes, way })
    }

    fn redirect(&self, site: &Site) -> Result<RedirectUrl, Trouble> {
        RedirectUrl::new(site.link(&format!("/sign-in/{}/callback", self.id))).map_err(Trouble::unavailable)
    }

    /// Where to send a browser.
    ///
    /// # Errors
    /// The provider does not say where.
    pub async fn address(&self, site: &Site, clock: &Clock, begun: &Begun) -> Result<Url, Trouble> {
        let verifier = PkceCodeVerifier::new(begun.verifier.0.clone());
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let scopes = self.scopes.iter().cloned().map(Scope::new);
        let (state, nonce) = (CsrfToken::new(begun.state.0.clone()), Nonce::new(begun.nonce.0.clone()));
        let state = move || state.clone();
        match &self.way {
            Way::Discovery { issuer, known, .. } => {
                let metadata = patiently(self.known(issuer, known, clock.now())).await?.metadata;
                let client = CoreClient::from_provider_metadata(metadata, self.client_id.clone(), Some(self.client_secret.clone()))
                    .set_redirect_uri(self.redirect(site)?);
                let nonce = move || nonce.clone();
                let request = client.authorize_url(CoreAuthenticationFlow::AuthorizationCode, state, nonce);
                Ok(request.add_scopes(scopes).set_pkce_challenge(challenge).url().0)
            }
            Way::GitHub { authorize, .. } => {
                let client =
                    BasicClient::new(self.client_id.clone()).set_auth_uri(authorize.clone()).set_redirect_uri(self.redirect(site)?);
                Ok(client.authorize_url(state).add_scopes(scopes).set_pkce_challenge(challenge).url().0)
            }
        }
    }

    /// Exchanges what a browser brought back for a proof of who its person is.
    ///
    /// # Errors
    /// The provider does not answer, or its answer does not hold.
    pub async fn proof(&self, site: &Site, clock: &Clock, begun: &Begun, answer: Answer<'_>) -> Result<Proof, Trouble> {
        patiently(async {
            match &self.way {
                Way::Discovery { issuer, claims, known } => self.proof_by_token(site, clock, begun, answer, issuer, claims, known).await,
                Way::GitHub { authorize, token, api } => self.proof_by_api(site, begun, answer, authorize, token, api).await,
            }
        })
        .await
    }

    /// What the provider says about itself, asked for at most once an hour.
    async fn known(&self, issuer: &IssuerUrl, known: &Mutex<Option<Known>>, now: DateTime<Utc>) -> Result<Known, Trouble> {
        let mut known = known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now - known.at < KEPT) {
            return Ok(known.clone());
        }
        // It checks that who describes itself is the issuer of the settings, letter for letter.
        let metadata = Metadata::discover_async(issuer.clone(), &Http).await.map_err(Trouble::unavailable)?;
        let addresses = [Some(metadata.authorization_endpoint().as_str()), metadata.token_endpoint().map(|token| token.as_str())];
        if let Some(address) = addresses.into_iter().flatten().find(|address| !is_safe(address)) {
            return Err(Trouble::Untrusted(format!("{address} is not https")));
        }
        let fresh = Known { metadata, at: now, keys_at: now };
        *known = Some(fresh.clone());
        Ok(fresh)
    }

    /// The same with newer keys than those of `seen`, in which one is unknown. Asked for at most once a minute, whoever asks and whatever comes.
    async fn with_new_keys(&self, known: &Mutex<Option<Known>>, seen: &Known, now: DateTime<Utc>) -> Result<Option<Known>, Trouble> {
        let mut known = known.lock().await;
        let Some(old) = known.as_mut() else { return Ok(None) };
        if old.keys_at > seen.keys_at {
            // Somebody else has asked while this one waited.
            return Ok(Some(old.clone()));
        }
        if now - old.keys_at < AGAIN {
            return Ok(None);
        }
        old.keys_at = now;
        let keys = JsonWebKeySet::fetch_async(old.metadata.jwks_uri(), &Http).await.map_err(Trouble::unavailable)?;
        old.metadata = old.metadata.clone().set_jwks(keys);
        Ok(Some(old.clone()))
    }

    #[allow(clippy::too_many_arguments)] // The parts of one step.
    async fn proof_by_token(
        &self,
        site: &Site,
        clock: &Clock,
        begun: &Begun,
        answer: Answer<'_>,
        issuer: &IssuerUrl,
        names: &BTreeMap<String, String>,
        cache: &Mutex<Option<Known>>,
    ) -> Result<Proof, Trouble> {
        let now = clock.now();
        let known = self.known(issuer, cache, now).await?;
        match answer.issuer {
            Some(named) if named != issuer.as_str() => return Err(Trouble::Untrusted("the answer names another issuer".into())),
            None if known.metadata.additional_metadata().authorization_response_iss_parameter_supported => {
                return Err(Trouble::Untrusted("the answer names no issuer".into()));
            }
            _ => {}
        }
        let methods = known.metadata.token_endpoint_auth_methods_supported();
        let by_body = methods.is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost) && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        });
        let client = CoreClient::from_provider_metadata(known.metadata.clone(), self.client_id.clone(), Some(self.client_secret.clone()))
            .set_redirect_uri(self.redirect(site)?)
            .set_auth_type(if by_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        let exchange = client.exchange_code(AuthorizationCode::new(answer.code.to_owned())).map_err(Trouble::unavailable)?;
        let tokens = exchange.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.0.clone())).request_async(&Http).await;
        let tokens = tokens.map_err(not_exchanged)?;
        let id_token = tokens.id_token().ok_or(Trouble::Untrusted("there is no ID token".into()))?;
        let nonce = Nonce::new(begun.nonce.0.clone());
        let check = |metadata: &Metadata| {
            let verifier = CoreIdTokenVerifier::new_confidential_client(
                self.client_id.clone(),
                self.client_secret.clone(),
                issuer.clone(),
                metadata.jwks().clone(),
            )
            .set_allowed_algs(SIGNED_WITH)
            .set_time_fn(move || now - LEEWAY)
            .set_issue_time_verifier_fn(move |issued| if issued <= now + LEEWAY { Ok(()) } else { Err("issued in the future".into()) });
            id_token.claims(&verifier, &nonce).map(|claims| claims.subject().clone())
        };
        let subject = match check(&known.metadata) {
            Err(openidconnect::ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                let known = self
                    .with_new_keys(cache, &known, now)
                    .await?
                    .ok_or(Trouble::Untrusted("signed with a key that nobody knows".into()))?;
                check(&known.metadata)
            }
            checked => checked,
        };
        let subject = subject.map_err(Trouble::untrusted)?;
        // One that is empty would make everybody one person. Source: OpenID Connect Core, section 2.
        if !matches!(subject.len(), 1..=255) || !subject.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_control()) {
            return Err(Trouble::Untrusted("the subject is no subject".into()));
        }
        let mut claims = payload(&id_token.to_string()).ok_or(Trouble::Untrusted("the ID token does not read".into()))?;
        let wanted = |name: &'static str| names.get(name).map_or(name, String::as_str).to_owned();
        if claims.get(&wanted("email")).is_none() && self.scopes.iter().any(|scope| scope == "email") {
            self.ask_userinfo(&known.metadata, tokens.access_token().secret(), &subject, &mut claims).await?;
        }
        let said = |name: &str| claims.get(name).and_then(Value::as_str).map(text::line).filter(|text| !text.is_empty());
        let is_verified = claims.get(&wanted("email_verified")).is_some_and(|verified| *verified == true || *verified == "true");
        let email = said(&wanted("email"));
        let label = names.get("label").and_then(|name| said(name)).or_else(|| email.clone()).or_else(|| said("preferred_username"));
        Ok(Proof {
            provider: self.id.clone(),
            issuer: issuer.to_string(),
            label: shortened(label.unwrap_or_else(|| subject.to_string())),
            subject: subject.to_string(),
            name: said(&wanted("name")).map(shortened),
            email: email.filter(|_| is_verified).and_then(|email| text::email(&email)),
        })
    }

    /// Adds what the provider says about the person elsewhere; it must be about the same one.
    async fn ask_userinfo(
        &self,
        metadata: &Metadata,
        access: &str,
        subject: &SubjectIdentifier,
        claims: &mut serde_json::Map<String, Value>,
    ) -> Result<(), Trouble> {
        let Some(address) = metadata.userinfo_endpoint().map(|address| address.url()).filter(|address| is_safe(address.as_str())) else {
            return Ok(());
        };
        let Value::Object(more) = ask(address.as_str(), access).await? else { return Err(Trouble::Untrusted("no claims".into())) };
        if more.get("sub").and_then(Value::as_str) != Some(subject.as_str()) {
            return Err(Trouble::Untrusted("the claims are about somebody else".into()));
        }
        claims.extend(more);
        Ok(())
    }

    async fn proof_by_api(
        &self,
        site: &Site,
        begun: &Begun,
        answer: Answer<'_>,
        authorize: &AuthUrl,
        token: &TokenUrl,
        api: &str,
    ) -> Result<Proof, Trouble> {
        let client = BasicClient::new(self.client_id.clone())
            .set_client_secret(self.client_secret.clone())
            .set_auth_uri(authorize.clone())
            .set_token_uri(token.clone())
            .set_redirect_uri(self.redirect(site)?)
            .set_auth_type(AuthType::RequestBody);
        let exchange = client.exchange_code(AuthorizationCode::new(answer.code.to_owned()));
        let tokens = exchange.set_pkce_verifier(PkceCodeVerifier::new(begun.verifier.0.clone())).request_async(&Http).await;
        let tokens = tokens.map_err(not_exchanged)?;
        let access = tokens.access_token().secret();
        let user = ask(&format!("{api}/user"), access).await?;
        // A login can change hands; the number cannot.
        let subject = user["id"].as_u64().ok_or(Trouble::Untrusted("there is no account in the answer".into()))?.to_string();
        let emails = ask(&format!("{api}/user/emails"), access).await?;
        let primary = emails.as_array().into_iter().flatten().find(|email| email["primary"] == true && email["verified"] == true);
        let said = |name: &str| user[name].as_str().map(text::line).filter(|text| !text.is_empty()).map(shortened);
        let mut site_of = authorize.url().clone();
        site_of.set_path("");
        Ok(Proof {
            provider: self.id.clone(),
            issuer: site_of.as_str().trim_end_matches('/').to_owned(),
            label: said("login").unwrap_or_else(|| subject.clone()),
            subject,
            name: said("name").or_else(|| said("login")),
            email: primary.and_then(|email| email["email"].as_str()).and_then(text::email),
        })
    }
}

/// What an ID token may be signed with: with a key of the provider's, never with a secret that we share.
const SIGNED_WITH: [CoreJwsSigningAlgorithm; 6] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::EdDsa,
];

fn spelled(error: url::ParseError) -> String {
    format!("an address does not read: {error}")
}

/// Whether an address is https, or on this machine: nothing in between can read or change what goes there.
fn is_safe(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| url.scheme() == "https" || (url.scheme() == "http" && Site::new(url).is_loopback()))
}

/// The first hundred characters of what a provider says.
fn shortened(text: String) -> String {
    text.chars().take(100).collect()
}

/// The claims inside a token whose signature was checked.
fn payload(token: &str) -> Option<serde_json::Map<String, Value>> {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
}

fn not_exchanged<E: std::error::Error, T: oauth2::ErrorResponse>(error: RequestTokenError<E, T>) -> Trouble {
    match error {
        // A code that was used, or is somebody else's: the provider itself says no.
        RequestTokenError::ServerResponse(_) => Trouble::Untrusted("the provider does not take the code".into()),
        RequestTokenError::Request(error) => Trouble::unavailable(error),
        // GitHub says no with a status of success.
        RequestTokenError::Parse(_, said) if serde_json::from_slice::<Value>(&said).is_ok_and(|said| said["error"].is_string()) => {
            Trouble::Untrusted("the provider does not take the code".into())
        }
        RequestTokenError::Parse(error, _) => Trouble::unavailable(error),
        RequestTokenError::Other(error) => Trouble::unavailable(error),
    }
}

async fn patiently<T>(step: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    tokio::time::timeout(PATIENCE, step).await.unwrap_or_else(|_| Err(Trouble::Unavailable("it takes longer than five seconds".into())))
}

/// Asks an address of the provider's for JSON, in the name of the person.
async fn ask(address: &str, access: &str) -> Result<Value, Trouble> {
    let request = openidconnect::http::Request::builder()
        .uri(address)
        .header("accept", "application/json")
        .header("user-agent", "lyceum")
        .header("authorization", format!("Bearer {access}"))
        .body(Vec::new())
        .map_err(Trouble::unavailable)?;
    let answer = send(request).await.map_err(Trouble::unavailable)?;
    if !answer.status().is_success() {
        return Err(Trouble::Unavailable(format!("{} from {address}", answer.status())));
    }
    serde_json::from_slice(answer.body()).map_err(Trouble::unavailable)
}

/// How providers are asked.
struct Http;

impl<'c> openidconnect::AsyncHttpClient<'c> for Http {
    type Error = std::io::Error;
    type Future = BoxFuture<'c, Result<HttpResponse, std::io::Error>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(request))
    }
}

/// Chooses how the process encrypts; what another part has chosen already will do as well.
pub fn ready_for_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

async fn send(request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    static CLIENT: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        ready_for_tls();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE);
        client.connect_timeout(Duration::from_secs(2)).build().expect("a client without special wishes")
    });
    // Wherever an address came from: nothing goes in the open, and nothing to a place that only this machine's neighbours see by that name.
    if !is_safe(&request.uri().to_string()) {
        return Err(std::io::Error::other(format!("{} is not https", request.uri())));
    }
    let other = |error: reqwest::Error| std::io::Error::other(error.without_url().to_string());
    let (parts, body) = request.into_parts();
    let mut answer = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await.map_err(other)?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(other)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER {
            return Err(std::io::Error::other("the answer is longer than a megabyte"));
        }
    }
    let mut response = HttpResponse::new(body);
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}
