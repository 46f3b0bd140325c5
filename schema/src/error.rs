//! One error type with three arms: a rule says no, the viewer may not, or something broke.

use std::sync::Arc;

use async_graphql::{Enum, ErrorExtensions, SimpleObject};
use sea_orm::{DbErr, RuntimeErr, sqlx};
use uuid::Uuid;

use crate::desk::Submission;

/// Why a rule refused, as data in a payload.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum ErrorCode {
    /// The field may not be empty.
    Required,
    /// More characters, or more entries, than the limit.
    TooLong,
    /// Fewer characters than the limit.
    TooShort,
    /// Not of the form or from the list that the field asks for.
    Invalid,
    /// Somebody was first: `current` names the submission that holds it.
    Duplicate,
    /// No such thing, or none that the viewer may know of.
    NotFound,
    /// Known to the viewer, but not theirs to change.
    Forbidden,
    /// Somebody acted on this meanwhile: `current` shows what is there now.
    StaleVersion,
    /// The decision names a revision that is no longer the newest.
    StaleRevision,
    /// From the state it is in, the submission cannot go there.
    InvalidTransition,
    /// Another moderator is on it: `current` shows until when.
    ClaimedByOther,
    /// Nobody decides on their own contribution.
    ConflictOfInterest,
    /// The idempotency key was used before, with another input.
    IdempotencyMismatch,
    /// An administrator has silenced the viewer; `until` says how long they contribute nothing.
    Silenced,
    /// This asks for a proof of who one is that is at most ten minutes old: sign in again.
    SignInAgain,
}

/// Why a whole request was refused, as `extensions.code` of a top-level error.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Code {
    /// Nobody is signed in.
    Unauthenticated,
    /// The viewer's role does not allow it.
    Forbidden,
    /// An argument is not of the form that the schema describes.
    BadRequest,
    /// There is no such thing, or none that the viewer may know of.
    NotFound,
    /// Too many tries in a short time.
    RateLimited,
    /// The database does not answer, or takes no writes, at the moment.
    Unavailable,
    /// Something broke.
    Internal,
}

impl Code {
    /// A sentence for developers; the words for people live with the pages.
    pub fn message(self) -> &'static str {
        match self {
            Code::Unauthenticated => "Sign in first.",
            Code::Forbidden => "Your role does not allow this.",
            Code::BadRequest => "An argument is not of the form that the schema describes.",
            Code::NotFound => "There is no such thing.",
            Code::RateLimited => "Too many tries in a short time. Wait a few minutes.",
            Code::Unavailable => "The library cannot be reached at the moment. Try again in a few seconds.",
            Code::Internal => "Something went wrong.",
        }
    }

    /// The word that clients match on.
    pub fn word(self) -> &'static str {
        match self {
            Code::Unauthenticated => "UNAUTHENTICATED",
            Code::Forbidden => "FORBIDDEN",
            Code::BadRequest => "BAD_REQUEST",
            Code::NotFound => "NOT_FOUND",
            Code::RateLimited => "RATE_LIMITED",
            Code::Unavailable => "UNAVAILABLE",
            Code::Internal => "INTERNAL",
        }
    }
}

/// A rule saying no: a stable code, the field it concerns, and what the words need.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The stable code.
    pub code: ErrorCode,
    /// The path inside the mutation's `input`, such as `["authors", "0"]`; empty when no field is to blame.
    pub field: Vec<String>,
    /// Named values that the words mention, such as `limit`.
    pub arguments: Vec<(&'static str, String)>,
    /// The submission as it stands now, when that explains the refusal.
    pub current: Option<Uuid>,
}

impl Refusal {
    /// A refusal of `field`; a dot separates the steps of a path, and an empty text means the whole input.
    pub fn new(code: ErrorCode, field: &str) -> Refusal {
        let field = field.split('.').filter(|step| !step.is_empty()).map(String::from).collect();
        Refusal { code, field, arguments: Vec::new(), current: None }
    }

    /// Adds a value that the words mention.
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Refusal {
        self.arguments.push((name, value.to_string()));
        self
    }

    /// Names the submission as it stands now.
    pub fn current(mut self, submission: Uuid) -> Refusal {
        self.current = Some(submission);
        self
    }

    /// The same refusal, one level further inside the input.
    pub fn within(mut self, outer: &str) -> Refusal {
        self.field.insert(0, outer.to_owned());
        self
    }

    /// A sentence for developers; the words for people live with the pages.
    pub fn message(&self) -> String {
        let argument = |name| self.arguments.iter().find(|(key, _)| *key == name).map_or("?", |(_, value)| value.as_str());
        match self.code {
            ErrorCode::Required => "This may not be empty.".into(),
            ErrorCode::TooLong => format!("At most {} are allowed.", argument("limit")),
            ErrorCode::TooShort => format!("At least {} are needed.", argument("limit")),
            ErrorCode::Invalid => match argument("limit") {
                "?" => "This is not of the form that is asked for.".into(),
                limit => format!("This is not of the form that is asked for; at most {limit}."),
            },
            ErrorCode::Duplicate => "Somebody was first with this.".into(),
            ErrorCode::NotFound => "There is no such thing.".into(),
            ErrorCode::Forbidden => "This is not yours to change.".into(),
            ErrorCode::StaleVersion => "Somebody acted on this meanwhile; look at what is there now.".into(),
            ErrorCode::StaleRevision => "There is a newer revision; read it before deciding.".into(),
            ErrorCode::InvalidTransition => "From its state this cannot be done.".into(),
            ErrorCode::ClaimedByOther => "Another moderator is on it.".into(),
            ErrorCode::ConflictOfInterest => "Nobody decides on their own contribution.".into(),
            ErrorCode::IdempotencyMismatch => "This key was used with another input.".into(),
            ErrorCode::Silenced => format!("You contribute nothing until {}.", argument("until")),
            ErrorCode::SignInAgain => "Sign in again for this: your last proof of who you are is more than ten minutes old.".into(),
        }
    }
}

/// What a rule answers when it does not do what was asked.
#[derive(Clone, Debug)]
pub enum Error {
    /// The rule said no, and lists everything it has against it.
    Refused(Vec<Refusal>),
    /// The viewer may not ask this at all.
    Denied(Code),
    /// Something broke; the text is for the log alone.
    Fault(Arc<dyn std::error::Error + Send + Sync>),
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        Error::Fault(Arc::new(error))
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(vec![refusal])
    }
}

impl Error {
    /// A fault that no library reported: the program's own mistake.
    pub fn bug(text: &'static str) -> Error {
        Error::from(std::io::Error::other(text))
    }
}

// The one place where an error of ours becomes public text; a test keeps the library's own `Error` out of the other files.
impl From<Error> for async_graphql::Error {
    fn from(error: Error) -> Self {
        let (message, code, id) = match error {
            Error::Denied(code) => (code.message().to_owned(), code, None),
            Error::Refused(refusals) => {
                let named = refusals.iter().map(|refusal| match refusal.field.as_slice() {
                    [] => refusal.message(),
                    field => format!("`{}`: {}", field.join("."), refusal.message()),
                });
                (named.collect::<Vec<_>>().join(" "), Code::BadRequest, None)
            }
            Error::Fault(fault) => {
                let (id, code) = (fault_id(), if is_away(&*fault) { Code::Unavailable } else { Code::Internal });
                tracing::error!(fault = %id, error = ?fault, "a request met a fault");
                (code.message().to_owned(), code, Some(id))
            }
        };
        async_graphql::Error::new(message).extend_with(|_, extensions| {
            extensions.set("code", code.word());
            if let Some(id) = id {
                extensions.set("id", id);
            }
        })
    }
}

/// Whether a fault means that the database is away, busy beyond its time-outs, full or read-only: that it may well work in a while.
///
/// Source: PostgreSQL, appendix A, classes 08, 40, 53, 57 and 58, and 25006, 25P03 and 55P03; SQLite, result codes 5, 6, 8, 10, 13 and 14.
fn is_away(fault: &(dyn std::error::Error + 'static)) -> bool {
    let Some(error) = fault.downcast_ref::<DbErr>().or_else(|| fault.downcast_ref::<Arc<DbErr>>().map(|error| &**error)) else {
        return false;
    };
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_));
    };
    match &**error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| match code.len() {
            5 => ["08", "40", "53", "57", "58"].contains(&&code[..2]) || ["25006", "25P03", "55P03"].contains(&&*code),
            _ => code.parse::<u32>().is_ok_and(|code| [5, 6, 8, 10, 13, 14].contains(&(code & 0xff))),
        }),
        _ => false,
    }
}

impl Error {
    /// Whether it may well work in a while.
    pub fn is_away(&self) -> bool {
        match self {
            Error::Fault(fault) => is_away(&**fault),
            _ => false,
        }
    }
}

/// A short id that a person can read out and an operator can find in the log.
fn fault_id() -> String {
    let mut bytes = [0; 4];
    #[allow(clippy::disallowed_methods)]
    // It names a log line and nothing else; no test depends on it.
    let _ = getrandom::fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A value that the words of a refusal mention.
#[derive(SimpleObject, Clone)]
pub struct ErrorArgument {
    /// Such as `limit`.
    name: &'static str,
    /// Such as `200`.
    value: String,
}

/// Why the rule said no, and where.
#[derive(SimpleObject, Clone)]
pub struct UserError {
    /// Stable; match on this.
    code: ErrorCode,
    /// An English sentence for developers.
    message: String,
    /// The path inside `input`, such as `["resource", "title"]`; null when no field is to blame.
    field: Option<Vec<String>>,
    /// Values that the words mention, such as `limit`.
    arguments: Vec<ErrorArgument>,
    /// The submission as it stands now, when that explains the refusal and the viewer may see it.
    current: Option<Submission>,
}

impl UserError {
    /// Makes refusals public, with the submissions that they name as far as the viewer may see them.
    pub(crate) async fn all(visit: &crate::Visit, refusals: Vec<Refusal>) -> Result<Vec<UserError>, Error> {
        let mut errors = Vec::new();
        for refusal in refusals {
            let current = match refusal.current {
                Some(id) => crate::desk::visible(visit, id).await?,
                None => None,
            };
            errors.push(UserError {
                code: refusal.code,
                message: refusal.message(),
                field: (!refusal.field.is_empty()).then_some(refusal.field),
                arguments: refusal.arguments.into_iter().map(|(name, value)| ErrorArgument { name, value }).collect(),
                current,
            });
        }
        Ok(errors)
    }
}

/// The payload of each mutation: the thing it made or changed, or every reason why not.
///
/// A generic type cannot name its field, so each payload is spelled out here in a line.
macro_rules! payload {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $of:ty $(, $more:ident: $other:ty)* })*) => { $(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            /// What was made or changed; null when the rule said no.
            pub $field: Option<$of>,
            $(
                /// See its type.
                pub $more: Option<$other>,
            )*
            /// Every reason why not; empty when it was done.
            pub user_errors: Vec<$crate::error::UserError>,
        }

        impl $name {
            pub(crate) async fn answer(visit: &$crate::Visit, result: Result<$of, $crate::Error>) -> Result<$name, $crate::Error> {
                match result {
                    Ok(thing) => Ok($name { $field: Some(thing), $($more: None,)* user_errors: Vec::new() }),
                    Err($crate::Error::Refused(refusals)) => {
                        Ok($name { $field: None, $($more: None,)* user_errors: $crate::error::UserError::all(visit, refusals).await? })
                    }
                    Err(error) => Err(error),
                }
            }
        }
    )* };
}
pub(crate) use payload;
