//! Members: who they are, what role they have, and apart from it their standing.

use std::collections::HashMap;

use async_graphql::{Enum, SimpleObject};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use crate::{
    Code, Error, Forum, Refusal, Visit,
    database::Transaction,
    desk,
    error::ErrorCode,
    forum::Token,
    limits, log,
    outbox::{self, Letter},
    sessions,
    text::{self, Reader},
    tokens::{self, Scopes},
};

/// A new address, once its owner has confirmed it.
mod email;
mod entity;
mod graphql;
/// Leaving: what stays of somebody, and what does not.
mod leaving;
/// A copy of everything that the forum holds about one member.
mod own_data;
/// What members say about themselves, who sees it, and how many they are.
mod profile;
/// What administrators change about others: role, silence, suspension.
mod roles;

pub(crate) use email::ask_to_confirm;
pub use email::confirm_token;
use graphql::MemberId;
pub(crate) use graphql::answer;
pub use graphql::{MemberMutation, MemberPayload, MemberQuery};
pub use own_data::{Copy, export_token, fetch as fetch_copy, gather as gather_copy, next as next_copy, store as store_copy};
pub(crate) use profile::{CommunityFigures, figures};
pub(crate) use roles::{KNOWN, is_new, known};

/// What a member may do for others.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Shares.
    Member,
    /// Shares, and decides on what others share.
    Moderator,
    /// Decides, and runs the forum.
    Admin,
}

/// How far the community knows a member.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    /// Joined, and not yet known.
    New,
    /// Known: three contributions were approved.
    Member,
    /// Known well.
    Trusted,
    /// Reads, and contributes nothing for a while.
    Silenced,
    /// Cannot sign in.
    Suspended,
}

/// The member whose session or token a request carries. The actor of every act comes from here, never from input.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who it is.
    pub id: Uuid,
    /// The session, so that signing out ends this one; for a token, the token.
    pub session: Uuid,
    /// What the member may do for others; through a token never more than its scopes say.
    pub role: Role,
    /// Until when they contribute nothing; none when they may.
    pub silenced_until: Option<DateTime<Utc>>,
    /// When they last proved who they are.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What the token allows that the request came with; none for a session, which allows all that its member may.
    pub scopes: Option<Scopes>,
    /// The language in which they read, such as `es`; none when they have not chosen one.
    pub language: Option<String>,
}

impl Viewer {
    /// Somebody in whose name the program itself acts or asks: an operator's command, a letter.
    pub fn trusted(id: Uuid, role: Role) -> Viewer {
        Viewer { id, session: id, role, silenced_until: None, confirmed_at: None, scopes: None, language: None }
    }

    /// Whether the program itself acts in this name.
    pub(crate) fn is_trusted(&self) -> bool {
        self.session == self.id
    }
}

/// What somebody may not do for a while, and why.
#[derive(Clone, Debug, SimpleObject)]
pub struct Restriction {
    /// `SILENCED` or `SUSPENDED`.
    pub kind: Standing,
    /// Until when; null for a suspension without an end.
    pub until: Option<DateTime<Utc>>,
    /// An administrator's words for the member.
    pub reason: String,
}

/// A person of the community.
#[derive(Clone)]
pub struct Member(entity::Model);

impl Member {
    /// Who it is, inside the forum.
    pub fn local_id(&self) -> Uuid {
        self.0.id
    }

    pub(crate) fn rank(&self) -> Role {
        self.0.role
    }

    pub(crate) fn has_email(&self) -> bool {
        self.0.email.is_some()
    }

    /// What the member may not do at a time, and why.
    fn restriction(&self, now: DateTime<Utc>) -> Option<Restriction> {
        let row = &self.0;
        let kind = row.restriction.filter(|_| row.restricted_until.is_none_or(|until| until > now))?;
        Some(Restriction { kind, until: row.restricted_until, reason: row.restriction_reason.clone().unwrap_or_default() })
    }

    pub(crate) fn suspension(&self, now: DateTime<Utc>) -> Option<Restriction> {
        self.restriction(now).filter(|restriction| restriction.kind == Standing::Suspended)
    }

    pub(crate) fn is_suspended(&self, now: DateTime<Utc>) -> bool {
        self.suspension(now).is_some()
    }

    /// The member as the actor of a request through a session.
    pub(crate) fn viewer(&self, session: Uuid, confirmed_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Viewer {
        let silenced = self.restriction(now).filter(|restriction| restriction.kind == Standing::Silenced);
        let silenced_until = silenced.map(|restriction| restriction.until.unwrap_or(DateTime::<Utc>::MAX_UTC));
        let language = self.0.language.clone();
        Viewer { session, silenced_until, confirmed_at, language, ..Viewer::trusted(self.0.id, self.0.role) }
    }
}

/// What a person says about themselves when joining.
#[derive(Clone, Debug, Default)]
pub struct Joining {
    /// As others read it.
    pub name: String,
    /// As addresses spell it: 3 to 20 of `a` to `z`, `0` to `9` and hyphen.
    pub handle: String,
    /// One of the community's sectors.
    pub sector: String,
    /// Where the person works or lives; may be empty.
    pub organisation: String,
}

/// Characters of a name and of an organisation.
const NAME: usize = 80;
const ORGANISATION: usize = 120;
/// Names that would pass for the people who run the forum.
const RESERVED: [&str; 10] =
    ["admin", "administrator", "desk", "library", "lyceum", "moderation", "moderator", "root", "support", "system"];

impl Joining {
    /// Parses the fields into a row for a member who is not known yet.
    pub(crate) fn parse(self, forum: &Forum, email: Option<String>, role: Role, reader: &mut Reader) -> entity::ActiveModel {
        let name = a_name(reader, &self.name);
        let handle = self.handle.trim().to_ascii_lowercase();
        if handle.is_empty() {
            reader.refuse(Refusal::new(ErrorCode::Required, "handle"));
        } else if handle.len() < 3 {
            reader.refuse(Refusal::new(ErrorCode::TooShort, "handle").with("limit", 3));
        } else if handle.len() > 20 {
            reader.refuse(Refusal::new(ErrorCode::TooLong, "handle").with("limit", 20));
        } else if !handle.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            reader.refuse(Refusal::new(ErrorCode::Invalid, "handle"));
        } else if is_reserved(&handle) {
            reader.refuse(Refusal::new(ErrorCode::Duplicate, "handle"));
        }
        let (sector, organisation) = background(forum, reader, &self.sector, &self.organisation);
        let standing = if role == Role::Member { Standing::New } else { Standing::Member };
        entity::Model { name, email, sector, organisation, role, standing, ..blank(forum, handle) }.with_keys().into_active_model()
    }
}

/// Whether a name would pass for those who run the forum, or for a built-in member.
fn is_reserved(name: &str) -> bool {
    let skeleton = text::skeleton(name);
    RESERVED.iter().chain(&BUILT_IN).any(|reserved| text::skeleton(reserved) == skeleton)
}

/// Somebody of whom only the handle is known.
fn blank(forum: &Forum, handle: String) -> entity::Model {
    entity::Model {
        id: forum.id(),
        handle,
        handle_key: None,
        name: String::new(),
        name_key: String::new(),
        organisation_key: String::new(),
        email: None,
        sector: String::new(),
        organisation: String::new(),
        pronouns: String::new(),
        region: String::new(),
        about: String::new(),
        about_html: String::new(),
        links: String::new(),
        hidden: String::new(),
        role: Role::Member,
        standing: Standing::Member,
        restriction: None,
        restricted_until: None,
        restriction_reason: None,
        joined_at: forum.clock.now(),
        reply_letters: true,
        language: None,
    }
}

impl entity::Model {
    /// What is sorted, searched and compared by, made from what people read.
    fn with_keys(self) -> entity::Model {
        let handle_key = Some(text::skeleton(&self.handle));
        // The handle behind the name: no two keys are the same, so a key is a place in the list.
        let name_key = format!("{} {}", text::fold(&self.name), self.handle);
        entity::Model { handle_key, name_key, organisation_key: text::fold(&self.organisation), ..self }
    }
}

/// A name: one line that is no address, so that no mail program makes a link of it, and that does not pass for the people who run the forum.
fn a_name(reader: &mut Reader, typed: &str) -> String {
    one_line(reader, "name", typed);
    let name = reader.required_line("name", typed, NAME);
    let lower = name.to_lowercase();
    if ["://", "www.", "@"].iter().any(|mark| lower.contains(mark)) || is_reserved(&name) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "name"));
    }
    name
}

/// Refuses control characters. A name goes into the heads of letters: a line break there would begin another header.
fn one_line(reader: &mut Reader, field: &str, typed: &str) {
    if typed.trim().chars().any(char::is_control) {
        reader.refuse(Refusal::new(ErrorCode::Invalid, field));
    }
}

fn background(forum: &Forum, reader: &mut Reader, sector: &str, organisation: &str) -> (String, String) {
    let sector = reader.required_word("sector", sector, forum.community.sectors.iter().map(|sector| sector.id.as_str()));
    one_line(reader, "organisation", organisation);
    (sector, reader.line("organisation", organisation, ORGANISATION))
}

/// Adds a member. The database judges uniqueness, so two who want one handle at once cannot both have it.
/// Two handles that look alike are one.
pub(crate) async fn add(database: &impl ConnectionTrait, member: entity::ActiveModel) -> Result<Member, Error> {
    let taken = |field| Error::from(Refusal::new(ErrorCode::Duplicate, field));
    let inserted = member.insert(database).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("email") => taken("email"),
        Some(SqlErr::UniqueConstraintViolation(_)) => taken("handle"),
        _ => error.into(),
    })?;
    Ok(Member(inserted))
}

/// Adds a member by an operator's word, without a link.
///
/// # Errors
/// Every field that does not pass; `DUPLICATE` for a handle or an address that is taken.
pub async fn add_by_operator(visit: &Visit, joining: Joining, email: &str, role: Role) -> Result<Uuid, Error> {
    let mut reader = Reader::default();
    let email = text::email(email).unwrap_or_else(|| {
        reader.refuse(Refusal::new(ErrorCode::Invalid, "email"));
        String::new()
    });
    let member = joining.parse(visit, Some(email), role, &mut reader);
    reader.done()?;
    let transaction = visit.begin().await?;
    let member = add(&transaction, member).await?;
    transaction.commit().await?;
    Ok(member.local_id())
}

/// Who has this e-mail address, and in which role.
pub(crate) async fn by_email(database: &impl ConnectionTrait, email: &str) -> Result<Option<Member>, Error> {
    Ok(entity::Entity::find().filter(entity::Column::Email.eq(email)).one(database).await?.map(Member))
}

/// The member of that handle, for operators.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn by_handle(visit: &Visit, handle: &str) -> Result<Option<Member>, Error> {
    Ok(entity::Entity::find().filter(entity::Column::Handle.eq(handle)).one(visit.database()).await?.map(Member))
}

/// The first who became an administrator.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn first_administrator(visit: &Visit) -> Result<Option<Member>, Error> {
    let first = entity::Entity::find().filter(entity::Column::Role.eq(Role::Admin)).order_by_asc(entity::Column::JoinedAt);
    Ok(first.one(visit.database()).await?.map(Member))
}

/// Whether nobody has joined yet.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn is_empty(visit: &Visit) -> Result<bool, Error> {
    Ok(entity::Entity::find().limit(1).one(visit.database()).await?.is_none())
}

/// Where letters to a member go.
pub(crate) async fn address(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<String>, Error> {
    Ok(entity::Entity::find_by_id(id).one(database).await?.and_then(|member| member.email))
}

/// Where letters about replies to a member go; none when they are not wanted.
pub(crate) async fn address_for_replies(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<String>, Error> {
    let member = entity::Entity::find_by_id(id).one(database).await?;
    Ok(member.filter(|member| member.reply_letters).and_then(|member| member.email))
}

/// The member as the reader of a letter: it can hold nothing that they may not see, and speaks their language.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn reader(visit: &Visit, id: Uuid) -> Result<Viewer, Error> {
    let language = entity::Entity::find_by_id(id).one(visit.database()).await?.and_then(|member| member.language);
    Ok(Viewer { language, ..Viewer::trusted(id, Role::Member) })
}

/// A visit by the built-in member `library`, who brings what the community file and imports bring. Nobody can sign in as it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn library(visit: &Visit) -> Result<Visit, Error> {
    let transaction = visit.begin().await?;
    let name = visit.community.name.clone();
    let id = built_in(visit, &transaction, "library", "The library", name).await?;
    transaction.commit().await?;
    Ok(visit.clone().by(Some(Viewer::trusted(id, Role::Member))))
}

/// Who cannot sign in, is in no directory and counts in no figure.
const BUILT_IN: [&str; 2] = ["library", "former-member"];

/// A member whom the program itself makes, once.
async fn built_in(visit: &Visit, transaction: &Transaction, handle: &str, name: &str, organisation: String) -> Result<Uuid, Error> {
    let find = || entity::Entity::find().filter(entity::Column::Handle.eq(handle));
    if let Some(member) = find().one(transaction).await? {
        return Ok(member.id);
    }
    let row = entity::Model {
        name: name.to_owned(),
        organisation,
        reply_letters: false,
        hidden: profile::everything(),
        ..blank(visit, handle.to_owned())
    };
    let once = OnConflict::column(entity::Column::Handle).do_nothing().to_owned();
    entity::Entity::insert(row.with_keys().into_active_model()).on_conflict(once).exec_without_returning(transaction).await?;
    Ok(find().one(transaction).await?.ok_or(Error::bug("a built-in member is a member"))?.id)
}

/// A visit by the member of that handle, for operators.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn visit_by(visit: &Visit, handle: &str) -> Result<Option<Visit>, Error> {
    let member = by_handle(visit, handle).await?;
    Ok(member.map(|Member(member)| visit.clone().by(Some(Viewer::trusted(member.id, member.role)))))
}

/// The secret in a letter by which its reader stops letters about replies, without signing in.
pub fn stop_token(forum: &Forum, member: Uuid) -> String {
    format!("{}.{}", BASE64_URL_SAFE_NO_PAD.encode(member.as_bytes()), forum.derived_token(STOP, member).0)
}

const STOP: &str = "stop letters about replies";

/// Whom a secret of [`stop_token`] names.
fn stops(forum: &Forum, token: &str) -> Result<Uuid, Error> {
    let named = token.split_once('.').and_then(|(member, _)| BASE64_URL_SAFE_NO_PAD.decode(member).ok());
    let member = named.and_then(|bytes| Uuid::from_slice(&bytes).ok()).filter(|member| {
        // A hash on both sides, so that the time it takes tells nothing about the secret.
        Token(stop_token(forum, *member)).hash() == Token(token.to_owned()).hash()
    });
    member.ok_or_else(|| Refusal::new(ErrorCode::NotFound, "token").into())
}

async fn set_reply_letters(visit: &Visit, id: Uuid, wanted: bool) -> Result<Member, Error> {
    let transaction = visit.begin().await?;
    // Who has left has no letters to stop.
    held(&transaction, id).await?.ok_or(Error::from(Refusal::new(ErrorCode::NotFound, "token")))?;
    let member = entity::ActiveModel { id: Set(id), reply_letters: Set(wanted), ..Default::default() }.update(&transaction).await?;
    transaction.commit().await?;
    Ok(Member(member))
}

/// The viewer reads pages and letters in that language from now on.
///
/// # Errors
/// Refuses what is no language tag; a fault when the database does not answer.
pub async fn set_language(visit: &Visit, language: &str) -> Result<Member, Error> {
    let id = visit.account()?.id;
    if !text::is_language_tag(language) {
        return Err(Refusal::new(ErrorCode::Invalid, "language").into());
    }
    let transaction = visit.begin().await?;
    held(&transaction, id).await?.ok_or(Error::bug("who is signed in is a member"))?;
    let row = entity::ActiveModel { id: Set(id), language: Set(Some(language.to_owned())), ..Default::default() };
    let member = row.update(&transaction).await?;
    transaction.commit().await?;
    Ok(Member(member))
}

/// A member by id.
pub(crate) async fn by_id(visit: &Visit, id: Uuid) -> Result<Option<Member>, Error> {
    Ok(visit.loaders().load_one(MemberId(id)).await?)
}

/// A member by id, as the database has them now.
pub(crate) async fn row(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<Member>, Error> {
    Ok(entity::Entity::find_by_id(id).one(database).await?.map(Member))
}

/// The same; their row stays as it is until the transaction ends.
pub(crate) async fn held(transaction: &Transaction, id: Uuid) -> Result<Option<Member>, Error> {
    Ok(entity::Entity::find_by_id(id).lock_exclusive().one(transaction).await?.map(Member))
}

/// Reads many members at once, for a list that will name them.
pub(crate) async fn prime(visit: &Visit, ids: impl Iterator<Item = Uuid>) -> Result<(), Error> {
    visit.loaders().load_many(ids.map(MemberId)).await?;
    Ok(())
}

/// A session's member, whom the visit then knows: the frame of every page names them.
pub(crate) async fn recognise(visit: &Visit, id: Uuid) -> Result<Option<Member>, Error> {
    let member = row(visit.database(), id).await?;
    if let Some(member) = &member {
        visit.loaders().feed_one(MemberId(id), member.clone()).await;
    }
    Ok(member)
}

/// Forgets what has run out: addresses that nobody confirmed, copies that nobody fetched, letters that left long ago.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn sweep(visit: &Visit) -> Result<(), Error> {
    let transaction = visit.begin().await?;
    email::sweep(visit, &transaction).await?;
    own_data::sweep(visit, &transaction).await?;
    outbox::sweep(visit, &transaction).await?;
    Ok(transaction.commit().await?)
}

/// Fills in what an earlier version did not keep: the keys that members are sorted, searched and compared by.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn prepare(visit: &Visit) -> Result<(), Error> {
    let transaction = visit.begin().await?;
    let old =
        entity::Entity::find().filter(entity::Column::NameKey.eq("")).order_by_asc(entity::Column::JoinedAt).all(&transaction).await?;
    for row in old {
        let keyed = row.clone().with_keys();
        let twin = entity::Entity::find().filter(entity::Column::HandleKey.eq(keyed.handle_key.clone())).count(&transaction).await?;
        let change = entity::ActiveModel {
            id: Set(row.id),
            // Two old handles that look alike: both stay, and the second keeps nobody else out.
            handle_key: Set(keyed.handle_key.filter(|_| twin == 0)),
            name_key: Set(keyed.name_key),
            organisation_key: Set(keyed.organisation_key),
            ..Default::default()
        };
        change.update(&transaction).await?;
    }
    Ok(transaction.commit().await?)
}

/// The role as the command line spells it.
impl std::str::FromStr for Role {
    type Err = Code;

    fn from_str(word: &str) -> Result<Role, Code> {
        match word.to_ascii_lowercase().as_str() {
            "member" => Ok(Role::Member),
            "moderator" => Ok(Role::Moderator),
            "admin" => Ok(Role::Admin),
            _ => Err(Code::BadRequest),
        }
    }
}
