//! Settings: flag over environment over file over default.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{Args, CommandFactory, FromArgMatches};
use ipnet::IpNet;
use schema::community::Community;
use serde::Deserialize;
use url::Url;

use crate::{
    Site,
    commands::Failure,
    providers::{ProviderOptions, Providers},
};

/// What can be set; everything has a default.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Where everything is kept: sqlite:FILE or postgres://USER@HOST/NAME [default: lyceum.db in the data folder]
    #[arg(long, env = "LYCEUM_DATABASE_URL", global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Address and port to listen on [default: 127.0.0.1:8000]
    #[arg(long, env = "LYCEUM_LISTEN", global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Where people reach the site, for links in letters [default: http:// and the address listened on]
    #[arg(long, env = "LYCEUM_BASE_URL", global = true, value_name = "URL")]
    base_url: Option<String>,
    /// Folder for the database, the secret, and letters while there is no mail server [default: data]
    #[arg(long, env = "LYCEUM_DATA", global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Mail server, such as smtps://USER:PASSWORD@HOST; without one, letters are files in the data folder
    #[arg(long, env = "LYCEUM_SMTP_URL", global = true, value_name = "URL", hide_env_values = true)]
    smtp_url: Option<String>,
    /// Seconds until a mail server that does not answer is left alone [default: 10]
    #[arg(long, env = "LYCEUM_SMTP_TIMEOUT", global = true, value_name = "SECONDS")]
    smtp_timeout: Option<u64>,
    /// Who letters are from [default: lyceum@ and the host of the site]
    #[arg(long, env = "LYCEUM_MAIL_FROM", global = true, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// A community file instead of the built-in one
    #[arg(long, env = "LYCEUM_COMMUNITY", global = true, value_name = "FILE")]
    community: Option<PathBuf>,
    /// Key for sign-in links, 32 bytes or more [default: made once in the data folder]
    #[arg(long, env = "LYCEUM_SECRET", global = true, value_name = "TEXT", hide_env_values = true)]
    secret: Option<String>,
    /// Proxies that may say where a request really comes from, as addresses or networks, with commas between [default: none]
    #[arg(long, env = "LYCEUM_TRUSTED_PROXIES", global = true, value_name = "NETWORKS")]
    trusted_proxies: Option<String>,
    /// `off` stops counting how often somebody tries something; for load tests alone [default: on]
    #[arg(long, env = "LYCEUM_RATE_LIMITS", global = true, value_name = "on|off")]
    rate_limits: Option<String>,
    /// Who vouches for people who sign in; in the settings file alone, since it holds secrets.
    #[arg(skip)]
    #[serde(default)]
    provider: Vec<ProviderOptions>,
    /// Serve plain http off this machine, as behind a proxy that does TLS
    #[arg(long, env = "LYCEUM_INSECURE_HTTP", global = true, num_args = 0..=1, default_missing_value = "true")]
    insecure_http: Option<bool>,
}

/// The settings that a command works with.
#[derive(Clone)]
pub struct Settings {
    /// Where everything is kept.
    pub database_url: String,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach the site.
    pub site: Site,
    /// The data folder.
    pub data: PathBuf,
    /// The mail server, if there is one.
    pub smtp_url: Option<String>,
    /// How long a mail server may take to answer.
    pub smtp_timeout: Duration,
    /// Who letters are from.
    pub mail_from: String,
    /// Who the community is.
    pub community: Community,
    /// Who vouches for people who sign in.
    pub providers: Providers,
    /// Who may say where a request really comes from.
    pub proxies: Vec<IpNet>,
    /// Whether it is counted how often somebody tries something.
    pub limits: bool,
    secret: Option<String>,
}

impl Options {
    /// Fills in what flags and environment leave open from the settings file, and the rest from defaults.
    ///
    /// # Errors
    /// Exit code 78, with the setting that does not work and what would.
    pub fn settle(self, file: Option<PathBuf>) -> Result<Settings, Failure> {
        refuse_unknown_variables()?;
        let wrong = |text: String| Failure::settings(text);
        let from_file: Options = match &file {
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| wrong(format!("cannot read the settings file {}: {error}", path.display())))?;
                toml::from_str(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?
            }
            None => Options::default(),
        };
        let data = self.data.or(from_file.data).unwrap_or_else(|| "data".into());
        let listen = self.listen.or(from_file.listen).unwrap_or_else(|| "127.0.0.1:8000".into());
        let listen: SocketAddr = listen
            .replace("localhost", "127.0.0.1")
            .parse()
            .map_err(|_| wrong(format!("cannot listen on `{listen}`: give an address and a port, such as 127.0.0.1:8000")))?;
        let base = self.base_url.or(from_file.base_url).unwrap_or_else(|| format!("http://{listen}"));
        let site = Url::parse(&base).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host() && url.path() == "/");
        let site = Site::new(
            site.ok_or_else(|| wrong(format!("`{base}` cannot be the base URL: give scheme and host, such as https://library.example")))?,
        );
        let insecure = self.insecure_http.or(from_file.insecure_http).unwrap_or(false);
        if !site.is_secure() && !site.is_loopback() && !insecure {
            return Err(wrong(format!(
                "{base} is plain http off this machine, where sessions can be read on the way. Set LYCEUM_BASE_URL to its https address; \
                 or pass --insecure-http if you know that nobody listens"
            )));
        }
        let community = match self.community.or(from_file.community) {
            Some(path) => {
                let text = std::fs::read_to_string(&path)
                    .map_err(|error| wrong(format!("cannot read the community file {}: {error}", path.display())))?;
                let community = Community::parse(&text).map_err(|error| wrong(format!("{}: {error}", path.display())))?;
                translations(&path).into_iter().try_fold(community, |community, (language, path)| {
                    let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
                    let translated = text.and_then(|text| community.with_translation(&language, &text));
                    translated.map_err(|error| wrong(format!("{}: {error}", path.display())))
                })?
            }
            None => Community::built_in(),
        };
        let providers = Providers::read(from_file.provider).map_err(wrong)?;
        let mut community = community;
        community.providers = providers.names();
        let proxies = self.trusted_proxies.or(from_file.trusted_proxies).unwrap_or_default();
        let network = |typed: &str| typed.parse().or_else(|_| typed.parse::<IpAddr>().map(IpNet::from)).map_err(|_| typed.to_owned());
        let proxies = proxies.split(',').map(str::trim).filter(|typed| !typed.is_empty()).map(network).collect::<Result<Vec<IpNet>, _>>();
        let proxies = proxies.map_err(|typed| wrong(format!("`{typed}` is no address or network, such as 127.0.0.1 or 10.0.0.0/8")))?;
        let limits = match self.rate_limits.or(from_file.rate_limits).as_deref() {
            None | Some("on") => true,
            Some("off") => false,
            Some(other) => return Err(wrong(format!("rate limits are `on` or `off`, not `{other}`"))),
        };
        let secret = self.secret.or(from_file.secret);
        if secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            return Err(wrong("the secret is shorter than 32 bytes; leave LYCEUM_SECRET unset and one is made in the data folder".into()));
        }
        let database_url = self.database_url.or(from_file.database_url);
        let database_url = database_url.unwrap_or_else(|| format!("sqlite:{}", data.join("lyceum.db").display()));
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err(wrong("the database URL begins with sqlite: or postgres:".into()));
        }
        let mail_from = self.mail_from.or(from_file.mail_from).unwrap_or_else(|| format!("{} <lyceum@{}>", community.name, site.host()));
        let smtp_timeout = Duration::from_secs(self.smtp_timeout.or(from_file.smtp_timeout).unwrap_or(10));
        Ok(Settings {
            database_url,
            listen,
            site,
            data,
            smtp_url: self.smtp_url.or(from_file.smtp_url),
            smtp_timeout,
            mail_from,
            community,
            providers,
            proxies,
            limits,
            secret,
        })
    }
}

/// A misspelt setting that is quietly ignored is found out in production: refuse it now.
fn refuse_unknown_variables() -> Result<(), Failure> {
    let command = Options::augment_args(crate::commands::Arguments::command());
    let known: Vec<String> =
        command.get_arguments().filter_map(|argument| Some(argument.get_env()?.to_string_lossy().into_owned())).collect();
    let unknown = std::env::vars_os()
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .find(|name| name.starts_with("LYCEUM_") && !known.contains(name));
    match unknown {
        Some(name) => Err(Failure::settings(format!("there is no setting {name}; `lyceum --help` lists them"))),
        None => Ok(()),
    }
}

impl Settings {
    /// Makes the data folder when it is not there.
    ///
    /// # Errors
    /// Exit code 78 when it cannot be made.
    pub fn make_data(&self) -> Result<(), Failure> {
        let mut folder = std::fs::DirBuilder::new();
        // Letters with links that sign in, and the database, are nobody else's to read.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder
            .recursive(true)
            .create(&self.data)
            .map_err(|error| Failure::settings(format!("cannot make the data folder {}: {error}", self.data.display())))
    }

    /// The secret that was set, or the one in the data folder, made once and readable by its owner alone.
    ///
    /// # Errors
    /// Exit code 78 when it can be neither read nor made.
    pub fn secret(&self, fresh: impl FnOnce() -> String) -> Result<Vec<u8>, Failure> {
        if let Some(secret) = &self.secret {
            return Ok(secret.clone().into_bytes());
        }
        let path = self.data.join("secret");
        let wrong = |error| Failure::settings(format!("cannot keep a secret in {}: {error}", path.display()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(mut file) => file.write_all(fresh().as_bytes()).map_err(wrong)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(wrong(error)),
        }
        let secret = std::fs::read(&path).map_err(wrong)?;
        match secret.len() >= 32 {
            true => Ok(secret),
            false => Err(Failure::settings(format!("{} holds fewer than 32 bytes; remove it and a new one is made", path.display()))),
        }
    }
}

/// Reads the command line, or says what is wrong with it and ends the program.
pub fn arguments() -> crate::commands::Arguments {
    let matches = crate::commands::Arguments::command().get_matches();
    crate::commands::Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

/// The files beside a community file that say the same in other languages: `community.es.toml` beside `community.toml`.
fn translations(path: &Path) -> Vec<(String, PathBuf)> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let language = |name: &str| Some(name.strip_prefix(&stem)?.strip_prefix('.')?.strip_suffix(".toml")?.to_owned());
    beside.filter_map(|file| Some((language(file.file_name().to_str()?)?, file.path()))).collect()
}
