//! Members: who they are, what role they have, and apart from it their standing.

use std::collections::HashMap;

use async_graphql::Enum;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    SqlErr, sea_query::OnConflict,
};
use uuid::Uuid;

use crate::{
    Code, Error, Forum, Refusal, Visit,
    error::ErrorCode,
    forum::Token,
    text::{self, Reader},
};

mod entity;
mod graphql;

use graphql::{MemberId, UpdateProfileInput};
pub use graphql::{MemberMutation, MemberQuery};

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
    /// Known.
    Member,
}

/// The member whose session a request carries. The actor of every act comes from here, never from input.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// Who it is.
    pub id: Uuid,
    /// The session, so that signing out ends this one.
    pub session: Uuid,
    /// What the member may do for others.
    pub role: Role,
}

/// A person of the community.
#[derive(Clone)]
pub struct Member(entity::Model);

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
const NAME: usize = 50;
const ORGANISATION: usize = 120;
/// Names that would pass for the people who run the forum.
const RESERVED: [&str; 10] =
    ["admin", "administrator", "desk", "library", "lyceum", "moderation", "moderator", "root", "support", "system"];

impl Joining {
    /// Parses the fields into a row for a member who is not known yet.
    pub(crate) fn parse(self, forum: &Forum, email: String, role: Role, reader: &mut Reader) -> entity::ActiveModel {
        one_line(reader, "name", &self.name);
        let name = reader.required_line("name", &self.name, NAME);
        let handle = self.handle.trim().to_ascii_lowercase();
        if handle.is_empty() {
            reader.refuse(Refusal::new(ErrorCode::Required, "handle"));
        } else if handle.len() < 3 {
            reader.refuse(Refusal::new(ErrorCode::TooShort, "handle").with("limit", 3));
        } else if handle.len() > 20 {
            reader.refuse(Refusal::new(ErrorCode::TooLong, "handle").with("limit", 20));
        } else if !handle.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            reader.refuse(Refusal::new(ErrorCode::Invalid, "handle"));
        } else if RESERVED.contains(&handle.as_str()) {
            reader.refuse(Refusal::new(ErrorCode::Duplicate, "handle"));
        }
        let (sector, organisation) = background(forum, reader, &self.sector, &self.organisation);
        entity::ActiveModel {
            id: Set(forum.id()),
            handle: Set(handle),
            name: Set(name),
            email: Set(Some(email)),
            sector: Set(sector),
            organisation: Set(organisation),
            role: Set(role),
            standing: Set(if role == Role::Member { Standing::New } else { Standing::Member }),
            joined_at: Set(forum.clock.now()),
            reply_letters: Set(true),
        }
    }
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
pub(crate) async fn add(database: &impl ConnectionTrait, member: entity::ActiveModel) -> Result<(Uuid, Role), Error> {
    let handle = member.handle.clone().unwrap();
    let taken = |field| Error::from(Refusal::new(ErrorCode::Duplicate, field));
    if entity::Entity::find().filter(entity::Column::Handle.eq(&handle)).count(database).await? > 0 {
        return Err(taken("handle"));
    }
    let inserted = member.insert(database).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("email") => taken("email"),
        Some(SqlErr::UniqueConstraintViolation(_)) => taken("handle"),
        _ => error.into(),
    })?;
    Ok((inserted.id, inserted.role))
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
    let member = joining.parse(visit, email, role, &mut reader);
    reader.done()?;
    let transaction = visit.begin().await?;
    let (id, _) = add(&transaction, member).await?;
    transaction.commit().await?;
    Ok(id)
}

async fn update_profile(visit: &Visit, input: UpdateProfileInput) -> Result<Member, Error> {
    let id = visit.member()?.id;
    let mut reader = Reader::default();
    one_line(&mut reader, "name", &input.name);
    let name = reader.required_line("name", &input.name, NAME);
    let (sector, organisation) = background(visit, &mut reader, &input.sector, input.organisation.as_deref().unwrap_or(""));
    reader.done()?;
    let transaction = visit.begin().await?;
    let changed =
        entity::ActiveModel { id: Set(id), name: Set(name), sector: Set(sector), organisation: Set(organisation), ..Default::default() };
    let member = changed.update(&transaction).await?;
    transaction.commit().await?;
    Ok(Member(member))
}

/// Who has this e-mail address, and in which role.
pub(crate) async fn by_email(database: &impl ConnectionTrait, email: &str) -> Result<Option<(Uuid, Role)>, Error> {
    let row = entity::Entity::find().filter(entity::Column::Email.eq(email)).one(database).await?;
    Ok(row.map(|member| (member.id, member.role)))
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

/// A visit by the built-in member `library`, who brings what the community file and imports bring. Nobody can sign in as it.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn library(visit: &Visit) -> Result<Visit, Error> {
    const HANDLE: &str = "library";
    let find = || entity::Entity::find().filter(entity::Column::Handle.eq(HANDLE));
    if find().one(visit.database()).await?.is_none() {
        let row = entity::ActiveModel {
            id: Set(visit.id()),
            handle: Set(HANDLE.to_owned()),
            name: Set("The library".to_owned()),
            email: Set(None),
            sector: Set(String::new()),
            organisation: Set(visit.community.name.clone()),
            role: Set(Role::Member),
            standing: Set(Standing::Member),
            joined_at: Set(visit.clock.now()),
            reply_letters: Set(false),
        };
        let transaction = visit.begin().await?;
        let once = OnConflict::column(entity::Column::Handle).do_nothing().to_owned();
        entity::Entity::insert(row).on_conflict(once).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
    }
    let member = find().one(visit.database()).await?.ok_or(Error::bug("the library is a member"))?;
    Ok(visit.clone().by(Some(Viewer { id: member.id, session: member.id, role: Role::Member })))
}

/// A visit by the member of that handle, for operators.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn visit_by(visit: &Visit, handle: &str) -> Result<Option<Visit>, Error> {
    let member = by_handle(visit, handle).await?;
    Ok(member.map(|Member(member)| visit.clone().by(Some(Viewer { id: member.id, session: member.id, role: member.role }))))
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
    let member = entity::ActiveModel { id: Set(id), reply_letters: Set(wanted), ..Default::default() }.update(&transaction).await?;
    transaction.commit().await?;
    Ok(Member(member))
}

/// A member by id.
pub(crate) async fn by_id(visit: &Visit, id: Uuid) -> Result<Option<Member>, Error> {
    Ok(visit.loaders().load_one(MemberId(id)).await?)
}

/// What a session needs to know of its member: role, and whether there is one.
pub(crate) async fn role(database: &impl ConnectionTrait, id: Uuid) -> Result<Option<Role>, Error> {
    Ok(entity::Entity::find_by_id(id).one(database).await?.map(|member| member.role))
}

/// Reads many members at once, for a list that will name them.
pub(crate) async fn prime(visit: &Visit, ids: impl Iterator<Item = Uuid>) -> Result<(), Error> {
    visit.loaders().load_many(ids.map(MemberId)).await?;
    Ok(())
}

/// The role of a session's member, whom the visit then knows: the frame of every page names them.
pub(crate) async fn recognise(visit: &Visit, id: Uuid) -> Result<Option<Role>, Error> {
    let Some(row) = entity::Entity::find_by_id(id).one(visit.database()).await? else {
        return Ok(None);
    };
    let role = row.role;
    visit.loaders().feed_one(MemberId(id), Member(row)).await;
    Ok(Some(role))
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
