//! Members: who they are, what role they have, and apart from it their standing.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Enum, ID, InputObject, Object, dataloader::Loader};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, SqlErr,
};
use uuid::Uuid;

use crate::{
    Code, Error, Forum, Refusal, Visit,
    community::Term,
    desk::{self, Submission},
    error::{ErrorCode, payload},
    ids::Kind,
    paging::{Connection, Window},
    text::{self, Reader},
    visit::Loaders,
};

mod entity {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "member")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub handle: String,
        pub name: String,
        pub email: Option<String>,
        pub sector: String,
        pub organisation: String,
        pub role: super::Role,
        pub standing: super::Standing,
        pub joined_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

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

/// What a member may change about themselves.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    name: String,
    sector: String,
    organisation: Option<String>,
}

payload! {
    /// The member with the new profile, or why not.
    MemberPayload { member: Member }
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

#[derive(Clone, Eq, Hash, PartialEq)]
struct MemberId(Uuid);

impl Loader<MemberId> for Loaders {
    type Value = Member;
    type Error = Arc<DbErr>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Member>, Self::Error> {
        let rows = entity::Entity::find().filter(entity::Column::Id.is_in(ids.iter().map(|id| id.0))).all(&self.database).await?;
        Ok(rows.into_iter().map(|row| (MemberId(row.id), Member(row))).collect())
    }
}

impl Member {
    /// Who it is, inside the forum.
    pub fn local_id(&self) -> Uuid {
        self.0.id
    }

    fn is_viewer(&self, visit: &Visit) -> bool {
        visit.viewer().is_some_and(|viewer| viewer.id == self.0.id)
    }
}

/// A person of the community.
#[Object(name = "Member")]
impl Member {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Member.global(self.0.id)
    }

    /// As addresses spell it.
    async fn handle(&self) -> &str {
        &self.0.handle
    }

    /// As others read it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the member comes from.
    async fn sector(&self, context: &Context<'_>) -> Term {
        let sectors = &Visit::of(context).community.sectors;
        Term { id: self.0.sector.clone(), name: crate::community::Community::name_in(sectors, &self.0.sector).to_owned() }
    }

    /// Where the member works or lives; may be empty.
    async fn organisation(&self) -> &str {
        &self.0.organisation
    }

    /// What the member may do for others.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// How far the community knows the member.
    async fn standing(&self) -> Standing {
        self.0.standing
    }

    /// Since when.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at
    }

    /// Where letters go. Null for everyone but the member.
    async fn email(&self, context: &Context<'_>) -> Option<&str> {
        if self.is_viewer(Visit::of(context)) { self.0.email.as_deref() } else { None }
    }

    /// What the member brought, newest first. Null for everyone but the member.
    async fn submissions(
        &self,
        context: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Option<Connection<Submission>>, Error> {
        let visit = Visit::of(context);
        let window = Window::parse(first, after, None, None)?;
        if !self.is_viewer(visit) {
            return Ok(None);
        }
        let found = desk::by_author(visit, self.0.id, &window).await?;
        desk::prime(context, &found).await?;
        Ok(Some(found))
    }
}

/// Questions about members.
#[derive(Default)]
pub struct MemberQuery;

#[Object]
impl MemberQuery {
    /// Who asks; null for a stranger.
    async fn viewer(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        match visit.viewer() {
            Some(viewer) => by_id(visit, viewer.id).await,
            None => Ok(None),
        }
    }
}

/// What members change about themselves.
#[derive(Default)]
pub struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Changes what others read about the viewer.
    async fn update_profile(&self, context: &Context<'_>, input: UpdateProfileInput) -> Result<MemberPayload, Error> {
        let visit = Visit::of(context);
        MemberPayload::answer(visit, update_profile(visit, input).await).await
    }
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
