//! What becomes of the submissions of somebody who leaves, and the copy of them that a member may take along.

use super::*;

/// Takes back what somebody who leaves has open, and what they brought into the library if that is to go as well. Each in a transaction of its own.
pub(crate) async fn take_back(visit: &Visit, author: Uuid, everything: bool) -> Result<(), Error> {
    loop {
        let rows = to_take_back(author, everything).limit(100).all(visit.database()).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in rows {
            match take_one_back(visit, author, &row).await {
                // Somebody decided on it meanwhile; the next round sees what it is now.
                Ok(()) | Err(Error::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

fn to_take_back(author: Uuid, everything: bool) -> Select<submission::Entity> {
    let mut states = vec![SubmissionState::Draft, SubmissionState::ChangesRequested];
    if everything {
        states.extend([SubmissionState::Pending, SubmissionState::Published, SubmissionState::Archived]);
    }
    // An edit that was taken over is part of the record by now, which may be somebody else's.
    let theirs = Condition::any()
        .add(submission::Column::RevisesId.is_null())
        .add(submission::Column::State.is_not_in([SubmissionState::Published, SubmissionState::Archived]));
    submission::Entity::find()
        .filter(submission::Column::AuthorId.eq(author))
        .filter(submission::Column::State.is_in(states))
        .filter(theirs)
}

/// Whether [`take_back`] would find anything.
pub(crate) async fn has_to_take_back(transaction: &Transaction, author: Uuid, everything: bool) -> Result<bool, Error> {
    Ok(to_take_back(author, everything).one(transaction).await?.is_some())
}

async fn take_one_back(visit: &Visit, author: Uuid, row: &submission::Model) -> Result<(), Error> {
    let now = visit.clock.now();
    let to = SubmissionState::Withdrawn;
    let transaction = visit.begin().await?;
    let change = submission::Entity::update_many().col_expr(submission::Column::AddressHold, Expr::value(None::<String>));
    moved(&transaction, change, row, to, now).await?;
    claims::end(&transaction, row.id).await?;
    let event = row.event(Action::Withdraw, author, to, now);
    let followed = if OPEN.contains(&row.state) { Vec::new() } else { deciding::take_down(&transaction, row, author, None, now).await? };
    log::append_all(visit, &transaction, std::iter::once(event).chain(followed)).await?;
    Ok(transaction.commit().await?)
}

/// Hands everything of one member to another, who stands for all who left. The text of what is not in the library is erased: of what was
/// taken back, and of all of it if `everything` goes.
pub(crate) async fn hand_over(transaction: &Transaction, from: Uuid, to: Uuid, everything: bool) -> Result<(), Error> {
    let mut erased = vec![SubmissionState::Draft, SubmissionState::Withdrawn];
    if everything {
        erased.extend([SubmissionState::Declined, SubmissionState::Removed]);
    }
    let gone = submission::Entity::find().filter(submission::Column::AuthorId.eq(from)).filter(submission::Column::State.is_in(erased));
    for row in gone.all(transaction).await? {
        erase(transaction, &row).await?;
    }
    let nobody = Expr::value(to);
    let submissions = submission::Entity::update_many().col_expr(submission::Column::AuthorId, nobody.clone());
    submissions.filter(submission::Column::AuthorId.eq(from)).exec(transaction).await?;
    let revisions = revision::Entity::update_many().col_expr(revision::Column::AuthorId, nobody.clone());
    revisions.filter(revision::Column::AuthorId.eq(from)).exec(transaction).await?;
    let decisions = decision::Entity::update_many().col_expr(decision::Column::DeciderId, nobody);
    decisions.filter(decision::Column::DeciderId.eq(from)).exec(transaction).await?;
    idempotency_key::Entity::delete_many().filter(idempotency_key::Column::MemberId.eq(from)).exec(transaction).await?;
    release_all(transaction, from).await?;
    resources::hand_over(transaction, from, to).await?;
    topics::hand_over(transaction, from, to).await?;
    comments::hand_over(transaction, from, to).await
}

/// Erases what a submission said and what was said to its author about it. That it was, and how it was decided, stays.
async fn erase(transaction: &Transaction, row: &submission::Model) -> Result<(), Error> {
    let latest = content(transaction, row.id, row.revision).await?;
    let blank = match latest {
        Content::Resource(_) => Content::Resource(ResourceText::default()),
        Content::Topic(_) => Content::Topic(TopicText::default()),
        Content::Comment(text) => Content::Comment(CommentText { body: String::new(), ..text }),
    };
    let words = revision::Entity::update_many().col_expr(revision::Column::Content, Expr::value(serde_json::to_string(&blank)?));
    words.filter(revision::Column::SubmissionId.eq(row.id)).exec(transaction).await?;
    let title = submission::Entity::update_many().col_expr(submission::Column::Title, Expr::value(""));
    title.filter(submission::Column::Number.eq(row.number)).exec(transaction).await?;
    let message = decision::Entity::update_many().col_expr(decision::Column::Message, Expr::value(None::<String>));
    message.filter(decision::Column::SubmissionId.eq(row.id)).exec(transaction).await?;
    let requests = change_request::Entity::update_many().col_expr(change_request::Column::Message, Expr::value(""));
    requests.filter(change_request::Column::SubmissionId.eq(row.id)).exec(transaction).await?;
    // The chain holds salted hashes of those words; without the salt they prove nothing and tell nothing.
    log::erase_details_of(transaction, row.id).await
}

/// Ends every claim of a member.
pub(crate) async fn release_all(transaction: &Transaction, member: Uuid) -> Result<(), Error> {
    claim::Entity::delete_many().filter(claim::Column::MemberId.eq(member)).exec(transaction).await?;
    Ok(())
}

/// What a member brought with every version and every word to them about it, and the same as rows of a table.
pub(crate) async fn copy_of(database: &impl ConnectionTrait, author: Uuid) -> Result<(serde_json::Value, Vec<Vec<String>>), Error> {
    let rows = submission::Entity::find().filter(submission::Column::AuthorId.eq(author)).order_by_asc(submission::Column::Number);
    let (mut all, mut table) = (Vec::new(), Vec::new());
    let mut after = 0;
    loop {
        let rows = rows.clone().filter(submission::Column::Number.gt(after)).limit(100).all(database).await?;
        let Some(last) = rows.last() else { return Ok((all.into(), table)) };
        after = last.number;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let revisions = revision::Entity::find().filter(revision::Column::SubmissionId.is_in(ids.clone()));
        let revisions = revisions.order_by_asc(revision::Column::Number).all(database).await?;
        let decisions = decision::Entity::find().filter(decision::Column::SubmissionId.is_in(ids.clone()));
        let decisions = decisions.order_by_asc(decision::Column::Version).all(database).await?;
        let requests = change_request::Entity::find().filter(change_request::Column::SubmissionId.is_in(ids));
        let requests = requests.order_by_asc(change_request::Column::Position).all(database).await?;
        for row in &rows {
            let time = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let (kind, state) = (log::word(&row.kind), log::word(&row.state));
            // Moderators' own versions of the text are theirs.
            let mine = revisions.iter().filter(|revision| revision.submission_id == row.id && revision.author_id == author);
            let versions = mine.map(|revision| {
                let content: serde_json::Value = serde_json::from_str(&revision.content)?;
                Ok(serde_json::json!({ "number": revision.number, "at": time(revision.created_at), "content": content }))
            });
            let decided = decisions.iter().filter(|decision| decision.submission_id == row.id).map(|decision| {
                let asked = requests.iter().filter(|request| request.decision_id == decision.id);
                let asked: Vec<_> =
                    asked.map(|request| serde_json::json!({ "field": request.field, "message": request.message })).collect();
                serde_json::json!({
                    "decision": log::word(&decision.kind), "at": time(decision.created_at), "reason": decision.reason,
                    "message": decision.message, "requests": asked
                })
            });
            all.push(serde_json::json!({
                "number": row.number, "kind": kind, "state": state, "title": row.title, "created": time(row.created_at),
                "changed": time(row.updated_at), "versions": versions.collect::<Result<Vec<_>, Error>>()?, "decisions": decided.collect::<Vec<_>>()
            }));
            table.push(vec![row.number.to_string(), kind, state, row.title.clone(), time(row.created_at), time(row.updated_at)]);
        }
    }
}
