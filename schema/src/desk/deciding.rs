//! A decision and all that follows from it, in one transaction.
//!
//! Rows are locked in one order, so that two who wait for each other do not exist: the record's own submission, its edit, the record, what
//! belongs to it, and last the log, which all appends share.

use super::*;

/// Decides on a submission: the newest revision, at the current version, by somebody other than its author.
pub(super) async fn decide(visit: &Visit, input: DecideInput) -> Result<Submission, Error> {
    visit.contributor()?;
    let decider = visit.moderator()?.id;
    let row = rules::seen(visit, &input.submission_id).await?;
    let content = content(visit.database(), row.id, row.revision).await?;
    let decided = decide_on(visit, decider, &row, &content, input).await;
    if matches!(decided, Err(Error::Refused(_))) {
        // Filling in the form again is work on the item, too.
        claims::extend(visit, row.id, decider).await?;
    }
    decided
}

async fn decide_on(
    visit: &Visit,
    decider: Uuid,
    row: &submission::Model,
    content: &Content,
    input: DecideInput,
) -> Result<Submission, Error> {
    let verdict = Verdict::parse(visit, &input, content.fields())?;
    let html = if verdict.kind == DecisionKind::Approve { Some(content.render().await?) } else { None };
    let now = visit.clock.now();
    let transaction = visit.begin().await?;
    let asked = (&input.submission_id.0, input.version, input.revision, &verdict);
    if let Some(made) = once(visit, &transaction, input.idempotency_key.as_deref(), "decide", &asked, row.id).await? {
        // Reading needs a connection of its own: nobody holds two.
        transaction.rollback().await?;
        return again(visit, made).await;
    }
    limits::act(visit, &transaction, Act::Decide).await?;
    if row.author_id == decider {
        return Err(refuse(ErrorCode::ConflictOfInterest, ""));
    }
    if input.revision != row.revision {
        return Err(stale(ErrorCode::StaleRevision, row.id));
    }
    guard(row, input.version, verdict.needs())?;
    settle(visit, &transaction, row, decider, verdict, html.map(|html| (content, html)), now).await?;
    transaction.commit().await?;
    again(visit, row.id).await
}

/// Everything that a decision does, inside its transaction: the guarded write first, so that the loser of a race has written nothing
/// into the library; the entry in the log last.
async fn settle(
    visit: &Visit,
    transaction: &Transaction,
    row: &submission::Model,
    decider: Uuid,
    verdict: Verdict,
    published: Option<(&Content, Html)>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let (to, action, letter) = verdict.outcome(row.revises_id.is_some());
    let record = row.published_id.or(row.revises_id).unwrap_or_else(|| visit.id());
    if let Some(edited) = row.revises_id {
        // Whoever takes the record down begins with this row, too: of the two, one waits for the other.
        original(transaction, edited, true).await?;
    }
    let mut change = submission::Entity::update_many();
    if published.is_some() {
        change = change.col_expr(submission::Column::PublishedId, Expr::value(Some(record)));
    }
    if matches!(to, SubmissionState::Declined | SubmissionState::Removed) {
        change = change.col_expr(submission::Column::AddressHold, Expr::value(None::<String>));
    }
    moved(transaction, change, row, to, now).await?;
    // Who left meanwhile has handed it over; nobody else changes whose it is.
    let author_id = super::row(transaction, row.id).await?.map_or(row.author_id, |row| row.author_id);
    let row = &submission::Model { author_id, ..row.clone() };
    claims::refuse_other(transaction, row.id, decider, now).await?;
    claims::end(transaction, row.id).await?;
    if let Some((content, html)) = published {
        let was = resources::address_key(transaction, record).await?;
        content.publish(&Gate::of(visit, transaction, row, record, now), html).await?;
        if row.revises_id.is_some() && row.kind == SubmissionKind::Resource && content.address_key() != was {
            rehold(transaction, record, content.address_key().filter(|_| !row.not_duplicate)).await?;
        }
        // Counted for newcomers alone: an import approves thousands of one member's.
        if members::is_new(transaction, row.author_id).await? && approved(transaction, row.author_id).await? >= members::KNOWN {
            members::known(transaction, row.author_id).await?;
        }
    }
    let followed = match (to, row.kind) {
        (SubmissionState::Removed, _) => take_down(transaction, row, decider, verdict.reason.clone(), now).await?,
        (SubmissionState::Archived, SubmissionKind::Topic) => topics::archive(transaction, record, now).await.map(|()| Vec::new())?,
        (SubmissionState::Archived, _) => resources::archive(transaction, record, now).await.map(|()| Vec::new())?,
        _ => Vec::new(),
    };
    let decision = record_decision(visit, transaction, row, decider, verdict, now).await?;
    if let Some(letter) = letter
        && let Some(address) = members::address(transaction, row.author_id).await?
    {
        let variables =
            serde_json::json!({ "decision": Kind::Decision.global(decision.id).0, "record": row.kind.names().global(record).0 });
        outbox::post(visit, transaction, letter, address, Some(row.author_id), variables).await?;
    }
    let event = log::Event { decision: Some(&decision), ..row.event(action, decider, to, now) };
    log::append_all(visit, transaction, std::iter::once(event).chain(followed)).await
}

/// Takes a record out of the library: a tombstone stays, and open edits of it are withdrawn. Answers the entries of those, for the log.
pub(super) async fn take_down(
    transaction: &Transaction,
    row: &submission::Model,
    actor: Uuid,
    reason: Option<String>,
    now: DateTime<Utc>,
) -> Result<Vec<log::Event<'static>>, Error> {
    let record = row.published_id.ok_or(Error::bug("what is published names its record"))?;
    let slug = match row.kind {
        SubmissionKind::Resource => resources::remove(transaction, record).await?,
        SubmissionKind::Topic => topics::remove(transaction, record).await?,
        SubmissionKind::Comment => comments::remove(transaction, record, now).await?,
    };
    let by_author = actor == row.author_id;
    let stone = tombstone::Model { record_id: record, kind: row.kind, slug, submission_id: row.id, reason, by_author, at: now };
    stone.into_active_model().insert(transaction).await?;
    if row.kind != SubmissionKind::Comment {
        comments::orphan(transaction, record).await?;
    }
    let edits = submission::Entity::find()
        .filter(submission::Column::RevisesId.eq(record))
        .filter(submission::Column::State.is_in(OPEN))
        .all(transaction)
        .await?;
    let mut withdrawn = Vec::new();
    for edit in edits {
        moved(transaction, submission::Entity::update_many(), &edit, SubmissionState::Withdrawn, now).await?;
        claims::end(transaction, edit.id).await?;
        withdrawn.push(edit.event(Action::Withdraw, actor, SubmissionState::Withdrawn, now));
    }
    Ok(withdrawn)
}

/// Moves to Past what is over. Answers how many were moved; each in a transaction of its own, with its decision and log entry.
///
/// # Errors
/// A fault when the database does not answer.
pub async fn retire(visit: &Visit) -> Result<usize, Error> {
    let now = visit.clock.now();
    let mut moved_to_past = 0;
    for record in resources::over(visit, now).await? {
        let row =
            submission::Entity::find().filter(submission::Column::PublishedId.eq(record)).filter(submission::Column::RevisesId.is_null());
        let Some(row) = row.filter(submission::Column::State.eq(SubmissionState::Published)).one(visit.database()).await? else { continue };
        let transaction = visit.begin().await?;
        let verdict = Verdict { kind: DecisionKind::Archive, reason: None, message: None, requests: Vec::new() };
        match settle(visit, &transaction, &row, SYSTEM, verdict, None, now).await {
            Ok(()) => {
                transaction.commit().await?;
                moved_to_past += 1;
            }
            // Another server was faster.
            Err(Error::Refused(_)) => transaction.rollback().await?,
            Err(error) => return Err(error),
        }
    }
    Ok(moved_to_past)
}

/// Writes a decision with its requests, once.
async fn record_decision(
    visit: &Visit,
    transaction: &Transaction,
    row: &submission::Model,
    decider: Uuid,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> Result<DecisionRow, Error> {
    let decision = DecisionRow {
        id: visit.id(),
        submission_id: row.id,
        decider_id: decider,
        kind: verdict.kind,
        revision: row.revision,
        version: row.version + 1,
        reason: verdict.reason,
        message: verdict.message,
        created_at: now,
    };
    let decision = decision.into_active_model().insert(transaction).await?;
    for (position, (field, message)) in verdict.requests.into_iter().enumerate() {
        let request = change_request::Model {
            id: visit.id(),
            submission_id: row.id,
            decision_id: decision.id,
            position: position as i32,
            field,
            message,
            answered_in: None,
        };
        request.into_active_model().insert(transaction).await?;
    }
    Ok(decision)
}

/// How many contributions of somebody were approved.
async fn approved(transaction: &Transaction, author: Uuid) -> Result<u64, Error> {
    let theirs = submission::Entity::find()
        .filter(submission::Column::AuthorId.eq(author))
        .filter(submission::Column::PublishedId.is_not_null())
        .filter(submission::Column::RevisesId.is_null());
    Ok(theirs.count(transaction).await?)
}

/// The address of a record moves with the edit that changed it; its own submission holds it.
async fn rehold(transaction: &Transaction, record: Uuid, address: Option<String>) -> Result<(), Error> {
    let Some(original) = original(transaction, record, false).await? else { return Ok(()) };
    let change = submission::ActiveModel { number: Set(original.number), address_hold: Set(address), ..Default::default() };
    change.update(transaction).await.map_err(twin)?;
    Ok(())
}
