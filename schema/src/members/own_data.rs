//! A copy of everything that the forum holds about one member: made by a job, announced by letter, handed out once.

use super::{entity::data_export, *};

/// How long a copy waits for its member.
const COPY: Duration = Duration::hours(24);

/// A file of a copy.
pub struct Copy {
    /// Such as `contributions.csv`.
    pub name: &'static str,
    /// What it holds.
    pub text: String,
}

/// The secret of a copy, made again from its id.
pub fn export_token(forum: &Forum, export: Uuid) -> Token {
    forum.derived_token("own data", export)
}

/// Asks for a copy. One that was asked for before makes room.
pub(super) async fn request(visit: &Visit) -> Result<(), Error> {
    let viewer = visit.confirmed()?.id;
    limits::allow(visit, "own data", Some(&viewer.to_string()), 5, Duration::hours(24)).await?;
    let transaction = visit.begin().await?;
    if !row(&transaction, viewer).await?.is_some_and(|member| member.has_email()) {
        // The way to it goes by letter.
        return Err(Refusal::new(ErrorCode::Required, "email").into());
    }
    data_export::Entity::delete_many().filter(data_export::Column::MemberId.eq(viewer)).exec(&transaction).await?;
    let row = data_export::Model { id: visit.id(), member_id: viewer, created_at: visit.clock.now(), ready_at: None, archive: None };
    row.into_active_model().insert(&transaction).await?;
    Ok(transaction.commit().await?)
}

/// When the viewer's newest copy was asked for and made.
pub(super) async fn newest(visit: &Visit, member: Uuid) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, Error> {
    let newest = data_export::Entity::find()
        .select_only()
        .columns([data_export::Column::CreatedAt, data_export::Column::ReadyAt])
        .filter(data_export::Column::MemberId.eq(member));
    Ok(newest.into_tuple().one(visit.database()).await?)
}

/// The oldest copy that is to be made, and of whom.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn next(visit: &Visit) -> Result<Option<(Uuid, Uuid)>, Error> {
    let waiting = data_export::Entity::find()
        .select_only()
        .columns([data_export::Column::Id, data_export::Column::MemberId])
        .filter(data_export::Column::ReadyAt.is_null())
        .order_by_asc(data_export::Column::CreatedAt);
    Ok(waiting.into_tuple().one(visit.database()).await?)
}

/// Everything that the forum holds about a member: what they wrote, what was said to them about it, how they sign in. Nothing of others.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn gather(visit: &Visit, member: Uuid) -> Result<Vec<Copy>, Error> {
    let database = visit.database();
    let Some(Member(row)) = row(database, member).await? else { return Ok(Vec::new()) };
    let profile = serde_json::json!({
        "handle": row.handle, "name": row.name, "email": row.email, "pronouns": row.pronouns, "sector": row.sector,
        "organisation": row.organisation, "region": row.region, "about": row.about, "links": row.links.lines().collect::<Vec<_>>(),
        "hiddenFromVisitors": row.hidden.split_whitespace().collect::<Vec<_>>(), "role": log::word(&row.role),
        "standing": log::word(&row.standing), "restriction": row.restriction.map(|restriction| log::word(&restriction)),
        "restrictedUntil": row.restricted_until, "restrictionReason": row.restriction_reason, "joinedAt": row.joined_at,
        "lettersAboutReplies": row.reply_letters,
        "language": row.language,
    });
    let (open, identities) = sessions::of_member(database, member).await?;
    let sign_in = serde_json::json!({
        "sessions": open.iter().map(|session| serde_json::json!({
            "browser": session.label, "since": session.created_at, "lastSeen": session.last_seen_at
        })).collect::<Vec<_>>(),
        "identities": identities.iter().map(|identity| serde_json::json!({
            "provider": identity.provider, "issuer": identity.issuer, "subject": identity.subject, "label": identity.label,
            "since": identity.created_at, "lastUsed": identity.last_used_at
        })).collect::<Vec<_>>(),
        "tokens": tokens::of_member(database, member).await?.iter().map(|token| serde_json::json!({
            "name": token.name, "ending": token.ending, "scopes": token.scopes, "since": token.created_at, "until": token.expires_at,
            "lastUsed": token.last_used_at
        })).collect::<Vec<_>>(),
    });
    let (contributions, table) = desk::copy_of(database, member).await?;
    let votes = crate::topics::copy_of_votes(database, member).await?;
    let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value);
    Ok(vec![
        Copy { name: "profile.json", text: pretty(&profile)? },
        Copy { name: "sign-in.json", text: pretty(&sign_in)? },
        Copy { name: "contributions.json", text: pretty(&contributions)? },
        Copy { name: "contributions.csv", text: sheet(&["number", "kind", "state", "title", "created", "changed"], table) },
        Copy { name: "votes.csv", text: sheet(&["topic", "voted"], votes) },
    ])
}

/// A table as spreadsheets read it. What a spreadsheet would run as a formula begins with an apostrophe.
fn sheet(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let cell = |text: &str| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0']) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    let line = |cells: Vec<String>| format!("{}\r\n", cells.join(","));
    let head = line(head.iter().map(|name| cell(name)).collect());
    rows.iter().fold(head, |sheet, row| sheet + &line(row.iter().map(|text| cell(text)).collect()))
}

/// Keeps a copy that was made, and tells its member where it is.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn store(visit: &Visit, export: Uuid, archive: Vec<u8>) -> Result<(), Error> {
    let transaction = visit.begin().await?;
    let Some(row) = data_export::Entity::find_by_id(export).one(&transaction).await? else { return Ok(()) };
    // Two servers may both have made it: one of them says so.
    let made = data_export::Entity::update_many()
        .col_expr(data_export::Column::ReadyAt, Expr::value(visit.clock.now()))
        .col_expr(data_export::Column::Archive, Expr::value(archive))
        .filter(data_export::Column::Id.eq(export))
        .filter(data_export::Column::ReadyAt.is_null())
        .exec(&transaction)
        .await?;
    if made.rows_affected == 1
        && let Some(address) = address(&transaction, row.member_id).await?
    {
        let variables = serde_json::json!({ "export": export });
        outbox::post(visit, &transaction, Letter::DataExport, address, Some(row.member_id), variables).await?;
    }
    Ok(transaction.commit().await?)
}

/// Hands out the viewer's copy, once.
///
/// # Errors
/// `UNAUTHENTICATED` for a stranger; a fault when the database does not answer. None for a secret that is used, old, none or somebody else's.
pub async fn fetch(visit: &Visit, token: &Token) -> Result<Option<Vec<u8>>, Error> {
    let viewer = visit.account()?.id;
    let transaction = visit.begin().await?;
    let mine = data_export::Entity::find()
        .filter(data_export::Column::MemberId.eq(viewer))
        .filter(data_export::Column::ReadyAt.gt(visit.clock.now() - COPY));
    let Some(row) = mine.one(&transaction).await? else { return Ok(None) };
    if export_token(visit, row.id).hash() != token.hash() {
        return Ok(None);
    }
    let taken = data_export::Entity::delete_by_id(row.id).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(row.archive.filter(|_| taken.rows_affected == 1))
}

/// Forgets copies that nobody fetched.
pub(super) async fn sweep(visit: &Visit, transaction: &Transaction) -> Result<(), Error> {
    let old = data_export::Column::ReadyAt.lt(visit.clock.now() - COPY);
    data_export::Entity::delete_many().filter(old).exec(transaction).await?;
    Ok(())
}
