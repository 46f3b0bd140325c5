//! What clients give to the desk, and what they get back.

use async_graphql::{ID, InputObject};

use super::*;
use crate::{
    comments::CommentInput,
    error::{UserError, payload},
    resources::ResourceInput,
    topics::TopicInput,
};

payload! {
    /// The submission that was made or changed, or why not.
    SubmitPayload { submission: Submission }
    /// The submission that was changed, or why not.
    SubmissionPayload { submission: Submission }
    /// The submission that was decided and the one to open next, or why not.
    DecidePayload { submission: Submission, next_in_queue: Submission }
}

/// Another text for one's own open submission.
#[derive(InputObject)]
pub struct ReviseSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the author looked at.
    pub version: i32,
    /// The whole new text, when it is of a resource.
    pub resource: Option<ResourceInput>,
    /// The whole new text, when it is of a topic.
    pub topic: Option<TopicInput>,
    /// The whole new text, when it is of a comment.
    pub comment: Option<CommentInput>,
    /// The requests that this text answers.
    pub answered: Option<Vec<ID>>,
    /// Keep it as a draft; only a draft can be kept.
    pub draft: Option<bool>,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
}

/// Another text for something that is in the library.
#[derive(InputObject)]
pub struct EditPublishedInput {
    /// A resource, a topic, or one's own comment.
    pub id: ID,
    /// The whole new text, when it is of a resource.
    pub resource: Option<ResourceInput>,
    /// The whole new text, when it is of a topic.
    pub topic: Option<TopicInput>,
    /// The whole new text, when it is of a comment.
    pub comment: Option<CommentInput>,
    /// Yes, the address is here already, and this is something else.
    pub not_duplicate: Option<bool>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// "I'm on it".
#[derive(InputObject)]
pub struct ClaimSubmissionInput {
    /// Which.
    pub submission_id: ID,
}

/// Letting go of a submission.
#[derive(InputObject)]
pub struct ReleaseSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// Why a colleague's claim is broken; from administrators, at most 500 characters.
    pub reason: Option<String>,
}

/// Many decisions at once.
#[derive(InputObject)]
pub struct DecideManyInput {
    /// At most 100; each is decided on its own.
    pub decisions: Vec<DecideInput>,
}

/// What became of each decision, in order.
#[derive(async_graphql::SimpleObject)]
pub struct DecideManyPayload {
    /// One for each decision that was given.
    pub(super) results: Vec<DecidePayload>,
    /// Why none was looked at; empty otherwise.
    pub(super) user_errors: Vec<UserError>,
}

/// Taking back one's own submission.
#[derive(InputObject)]
pub struct WithdrawSubmissionInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the author looked at.
    pub version: i32,
}

/// A decision on a submission.
#[derive(InputObject)]
pub struct DecideInput {
    /// Which.
    pub submission_id: ID,
    /// The version that the moderator looked at.
    pub version: i32,
    /// The revision that the moderator read: the newest.
    pub revision: i32,
    /// What is decided.
    pub decision: DecisionKind,
    /// One of the community's reasons; required to decline and to remove.
    pub reason: Option<String>,
    /// Words for the author.
    pub message: Option<String>,
    /// What should change; at least one with words to request changes.
    pub requests: Option<Vec<ChangeRequestInput>>,
    /// The same key and input give the same answer, once.
    pub idempotency_key: Option<String>,
}

/// What should change in one field.
#[derive(InputObject)]
pub struct ChangeRequestInput {
    /// Such as `title`.
    pub field: String,
    /// What should change; without words it is no request.
    pub message: String,
}

/// Which part of the desk.
#[derive(InputObject, Default)]
pub struct QueueFilter {
    /// Waiting for review, when nobody says.
    pub(super) state: Option<SubmissionState>,
    /// All kinds, when nobody says.
    pub(super) kind: Option<SubmissionKind>,
}

/// Which decisions.
#[derive(InputObject, Default)]
pub struct DecisionFilter {
    /// About what.
    pub(super) kind: Option<SubmissionKind>,
    /// What was decided.
    pub(super) decision: Option<DecisionKind>,
    /// In which month, such as `2026-03`.
    pub(super) month: Option<String>,
}
