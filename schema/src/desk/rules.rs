//! Who may do what to a submission, when; what a decision needs; what is refused.

use sea_orm::DbErr;
use sha2::{Digest, Sha256};

use super::*;

/// Characters of words to an author, of a request, and of an idempotency key.
const MESSAGE: usize = 2_000;
const REQUEST: usize = 1_000;
const KEY: usize = 100;

pub(crate) fn refuse(code: ErrorCode, field: &str) -> Error {
    Refusal::new(code, field).into()
}

/// "There is something else now than you looked at", with what is there now.
pub(super) fn stale(code: ErrorCode, submission: Uuid) -> Error {
    Refusal::new(code, "").current(submission).into()
}

/// A decision as a moderator gives it, parsed.
#[derive(Serialize)]
pub(super) struct Verdict {
    #[serde(serialize_with = "as_word")]
    pub kind: DecisionKind,
    pub reason: Option<String>,
    pub message: Option<String>,
    pub requests: Vec<(String, String)>,
}

fn as_word<S: serde::Serializer>(kind: &DecisionKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{kind:?}"))
}

impl Verdict {
    /// Parses what a moderator gave.
    ///
    /// # Errors
    /// Every field that does not pass, with its name.
    pub fn parse(visit: &Visit, input: &DecideInput, fields: &[&str]) -> Result<Verdict, Error> {
        let mut reader = Reader::default();
        let typed = |text: &Option<String>| text.clone().unwrap_or_default();
        let reasons = visit.community.reasons.iter().map(|reason| reason.id.as_str());
        // Only a restriction needs a reason; what a form sends along with another decision is left alone.
        let reason = match input.decision {
            DecisionKind::Decline | DecisionKind::Remove => reader.required_word("reason", &typed(&input.reason), reasons),
            _ => String::new(),
        };
        let message = reader.paragraphs("message", &typed(&input.message), MESSAGE);
        let mut requests = Vec::new();
        for (index, request) in input.requests.iter().flatten().enumerate().take(fields.len() + 1) {
            let message = reader.paragraphs(&format!("requests.{index}.message"), &request.message, REQUEST);
            // A form shows every field; one about which nothing was asked is no request.
            if message.is_empty() {
                continue;
            }
            let field = reader.word(&format!("requests.{index}.field"), &request.field, fields.iter().copied());
            let field = reader.required(&format!("requests.{index}.field"), field);
            requests.push((field, message));
        }
        if input.decision != DecisionKind::RequestChanges {
            requests.clear();
        } else if requests.is_empty() {
            reader.refuse(Refusal::new(ErrorCode::Required, "requests"));
        }
        reader.done()?;
        let given = |text: String| (!text.is_empty()).then_some(text);
        Ok(Verdict { kind: input.decision, reason: given(reason), message: given(message), requests })
    }

    /// The action that the state must allow.
    pub fn needs(&self) -> SubmissionAction {
        match self.kind {
            DecisionKind::Approve => SubmissionAction::Approve,
            DecisionKind::RequestChanges => SubmissionAction::RequestChanges,
            DecisionKind::Decline => SubmissionAction::Decline,
            DecisionKind::Remove => SubmissionAction::Remove,
            DecisionKind::Archive => SubmissionAction::Archive,
        }
    }

    /// Where the submission goes, what the log says, and which letter its author gets.
    pub fn outcome(&self, is_edit: bool) -> (SubmissionState, Action, Option<Letter>) {
        match self.kind {
            DecisionKind::Approve => {
                (SubmissionState::Published, Action::Approve, Some(if is_edit { Letter::EditPublished } else { Letter::Published }))
            }
            DecisionKind::RequestChanges => (SubmissionState::ChangesRequested, Action::RequestChanges, Some(Letter::ChangesRequested)),
            DecisionKind::Decline => {
                (SubmissionState::Declined, Action::Decline, Some(if is_edit { Letter::EditDeclined } else { Letter::Declined }))
            }
            DecisionKind::Remove => (SubmissionState::Removed, Action::Remove, Some(Letter::Removed)),
            DecisionKind::Archive => (SubmissionState::Archived, Action::Archive, None),
        }
    }
}

impl SubmissionKind {
    /// The kind of id that its records have.
    pub(crate) fn names(self) -> Kind {
        match self {
            SubmissionKind::Resource => Kind::Resource,
            SubmissionKind::Topic => Kind::Topic,
            SubmissionKind::Comment => Kind::Comment,
        }
    }
}

/// Refuses a version that is no longer the current one, and an action that the state does not allow.
pub(super) fn guard(row: &submission::Model, version: i32, action: SubmissionAction) -> Result<(), Error> {
    if row.version != version {
        return Err(stale(ErrorCode::StaleVersion, row.id));
    }
    if !allowed(row).contains(&action) {
        return Err(stale(ErrorCode::InvalidTransition, row.id));
    }
    Ok(())
}

/// The state machine: what may be done to a submission in each state.
///
/// What was published by an edit belongs to the record: it is the record's own submission that is taken down or back.
pub(super) fn allowed(row: &submission::Model) -> &'static [SubmissionAction] {
    use SubmissionAction::{Approve, Archive, Claim, Decline, Release, Remove, RequestChanges, Revise, Withdraw};
    match row.state {
        SubmissionState::Draft | SubmissionState::ChangesRequested => &[Revise, Withdraw],
        SubmissionState::Pending => &[Revise, Withdraw, Claim, Release, Approve, RequestChanges, Decline],
        SubmissionState::Published if row.revises_id.is_some() => &[],
        SubmissionState::Published if row.kind == SubmissionKind::Comment => &[Withdraw, Remove],
        SubmissionState::Published => &[Withdraw, Remove, Archive],
        SubmissionState::Archived => &[Withdraw, Remove],
        SubmissionState::Declined | SubmissionState::Withdrawn | SubmissionState::Removed => &[],
    }
}

/// Which of the actions are this viewer's: revising and taking back are the author's, the rest is anybody else's on the desk,
/// unless a colleague is on it.
pub(super) fn actions(visit: &Visit, row: &submission::Model, claim: Option<&claim::Model>) -> Vec<SubmissionAction> {
    use SubmissionAction::{Claim, Release, Revise, Withdraw};
    let Some(viewer) = visit.viewer() else { return Vec::new() };
    let held_by_other = claim.is_some_and(|claim| claim.member_id != viewer.id);
    let may = |action: &SubmissionAction| match action {
        Revise | Withdraw => viewer.id == row.author_id,
        _ if viewer.id == row.author_id || !visit.is_moderator() => false,
        Release => claim.is_some() && (!held_by_other || viewer.role == members::Role::Admin),
        Claim => claim.is_none(),
        _ => !held_by_other,
    };
    allowed(row).iter().filter(|action| may(action)).copied().collect()
}

/// The author sees it; moderators see what was ever sent to the desk. A draft is its author's alone.
pub(super) fn may_see(visit: &Visit, row: &submission::Model) -> bool {
    let own = visit.viewer().is_some_and(|viewer| viewer.id == row.author_id);
    own || (visit.is_moderator() && row.sent_at.is_some())
}

/// The submission of that id; what is hidden and what never was answer alike.
pub(super) async fn seen(visit: &Visit, id: &str) -> Result<submission::Model, Error> {
    let found = match Kind::Submission.local(id) {
        Some(id) => row(visit.database(), id).await?.filter(|row| may_see(visit, row)),
        None => None,
    };
    found.ok_or_else(|| refuse(ErrorCode::NotFound, "submissionId"))
}

/// One's own submission; somebody else's and none at all answer alike, unless the viewer may know of it.
pub(super) async fn own(visit: &Visit, id: &str) -> Result<submission::Model, Error> {
    let viewer = visit.member()?.id;
    let row = seen(visit, id).await?;
    if row.author_id == viewer { Ok(row) } else { Err(refuse(ErrorCode::Forbidden, "submissionId")) }
}

/// The address that a submission holds while it is open or published. A draft holds none: it may never be sent.
pub(super) fn held(content: &Content, state: SubmissionState, not_duplicate: bool) -> Option<String> {
    content.address_key().filter(|_| state != SubmissionState::Draft && !not_duplicate)
}

/// Refuses an address that another open or published submission holds, and says which.
pub(super) async fn refuse_twin(transaction: &impl ConnectionTrait, hold: Option<&str>, except: &[Option<Uuid>]) -> Result<(), Error> {
    let Some(hold) = hold else { return Ok(()) };
    let twin = submission::Entity::find()
        .filter(submission::Column::AddressHold.eq(hold))
        .filter(submission::Column::Id.is_not_in(except.iter().flatten().copied()));
    match twin.one(transaction).await? {
        Some(twin) => Err(Refusal::new(ErrorCode::Duplicate, "url").current(twin.id).into()),
        None => Ok(()),
    }
}

pub(super) async fn open_edit(database: &impl ConnectionTrait, record: Uuid) -> Result<Option<submission::Model>, Error> {
    let open = submission::Entity::find().filter(submission::Column::RevisesId.eq(record)).filter(submission::Column::State.is_in(OPEN));
    Ok(open.one(database).await?)
}

/// Refuses a second open edit of one record, and says which is there.
pub(super) async fn refuse_second_edit(transaction: &impl ConnectionTrait, record: Uuid) -> Result<(), Error> {
    match open_edit(transaction, record).await? {
        Some(open) => Err(Refusal::new(ErrorCode::Duplicate, "id").current(open.id).into()),
        None => Ok(()),
    }
}

/// What the unique indexes say when two arrive at the same moment: of one address, or to edit one record.
pub(super) fn twin(error: DbErr) -> Error {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(which)) if which.contains("revises") || which.contains("one_edit") => {
            refuse(ErrorCode::Duplicate, "id")
        }
        Some(SqlErr::UniqueConstraintViolation(_)) => refuse(ErrorCode::Duplicate, "url"),
        _ => error.into(),
    }
}

/// Takes an idempotency key: the same key and input give the same answer, once.
///
/// Answers the submission that an earlier use of the key was about. The key's row comes first in the transaction,
/// so that a second use waits for the first.
pub(super) async fn once(
    visit: &Visit,
    transaction: &impl ConnectionTrait,
    key: Option<&str>,
    mutation: &str,
    input: &impl Serialize,
    made: Uuid,
) -> Result<Option<Uuid>, Error> {
    let Some(key) = key.map(str::trim).filter(|key| !key.is_empty()) else {
        return Ok(None);
    };
    if key.chars().count() > KEY || key.chars().any(char::is_control) {
        return Err(Refusal::new(ErrorCode::Invalid, "idempotencyKey").with("limit", KEY).into());
    }
    let member = visit.member()?.id;
    let input_hash = Sha256::digest(serde_json::to_vec(&(mutation, input))?).to_vec();
    let row = idempotency_key::ActiveModel {
        member_id: Set(member),
        key: Set(key.to_owned()),
        input_hash: Set(input_hash.clone()),
        submission_id: Set(Some(made)),
        created_at: Set(visit.clock.now()),
    };
    let columns = [idempotency_key::Column::MemberId, idempotency_key::Column::Key];
    let insert = idempotency_key::Entity::insert(row).on_conflict(OnConflict::columns(columns).do_nothing().to_owned());
    if insert.exec_without_returning(transaction).await? == 1 {
        return Ok(None);
    }
    let earlier = idempotency_key::Entity::find_by_id((member, key.to_owned())).one(transaction).await?;
    match earlier {
        Some(earlier) if earlier.input_hash == input_hash => Ok(earlier.submission_id),
        _ => Err(refuse(ErrorCode::IdempotencyMismatch, "idempotencyKey")),
    }
}
