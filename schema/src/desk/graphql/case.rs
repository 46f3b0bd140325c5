//! A submission, what was done to it, and who is on it.

use super::*;
use crate::{comments::WrittenComment, desk::edits, diff::FieldChange, resources::Written, topics::WrittenTopic};

/// The case of one contribution.
#[derive(Clone, Debug)]
pub struct Submission(pub(in crate::desk) submission::Model);

/// A change that a moderator asked for, anchored to a field.
#[derive(Clone, Debug)]
pub struct ChangeRequest(pub(in crate::desk) change_request::Model);

/// One thing that was done to a submission.
pub struct TimelineItem(pub(in crate::desk) log::entry::Model);

/// "I'm on it": a moderator's lease on a submission.
pub struct Claim(pub(in crate::desk) claim::Model);

/// The case of one contribution: it owns state and version.
#[Object(name = "Submission")]
impl Submission {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Submission.global(self.0.id)
    }

    /// A number for people; gaps mean nothing.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// What it is of.
    async fn kind(&self) -> SubmissionKind {
        self.0.kind
    }

    /// Where it stands.
    async fn state(&self) -> SubmissionState {
        self.0.state
    }

    /// Rises with every new revision and change of state; name it when changing or deciding.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The number of the newest revision.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The title of the newest revision; empty in a draft that has none yet.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Who brought it.
    async fn author(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        members::by_id(Visit::of(context), self.0.author_id).await
    }

    /// Where its author follows it.
    async fn path(&self) -> String {
        format!("/submissions/{}", self.0.number)
    }

    /// Where moderators review it.
    async fn desk_path(&self) -> String {
        format!("/desk/{}", self.0.number)
    }

    /// When it was begun.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it first came to the desk; null for a draft.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// What it became in the library.
    async fn published(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        match self.0.published_id {
            Some(id) => node_of(Visit::of(context), self.0.kind, id).await,
            None => Ok(None),
        }
    }

    /// The record in the library that it is an edit of; null when it is none, or the record is gone.
    async fn revises(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        match self.0.revises_id {
            Some(id) => node_of(Visit::of(context), self.0.kind, id).await,
            None => Ok(None),
        }
    }

    /// Whether it is an edit of something published.
    async fn is_edit(&self) -> bool {
        self.0.revises_id.is_some()
    }

    /// The text of the newest revision, of a resource.
    async fn resource(&self, context: &Context<'_>) -> Result<Option<Written>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Resource(text)) => Some(Written(text)),
            _ => None,
        })
    }

    /// The text of the newest revision, of a topic.
    async fn topic(&self, context: &Context<'_>) -> Result<Option<WrittenTopic>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Topic(text)) => Some(text.into()),
            _ => None,
        })
    }

    /// The text of the newest revision, of a comment.
    async fn comment(&self, context: &Context<'_>) -> Result<Option<WrittenComment>, Error> {
        Ok(match newest(context, &self.0).await? {
            Some(Content::Comment(text)) => Some(text.into()),
            _ => None,
        })
    }

    /// What changed, field by field and word by word, between two revisions.
    ///
    /// `to` is the newest when nobody says; `from` is the published text for an edit, and else the revision before. 0 is the published text.
    async fn changes(&self, context: &Context<'_>, from: Option<i32>, to: Option<i32>) -> Result<Vec<FieldChange>, Error> {
        edits::changes(Visit::of(context), &self.0, from, to).await
    }

    /// Who is on it, and until when.
    async fn claim(&self, context: &Context<'_>) -> Result<Option<Claim>, Error> {
        Ok(claim_of(Visit::of(context), self.0.id).await?.map(Claim))
    }

    /// What the viewer may do with it now.
    async fn viewer_actions(&self, context: &Context<'_>) -> Result<Vec<SubmissionAction>, Error> {
        let visit = Visit::of(context);
        let claim = if visit.is_moderator() { claim_of(visit, self.0.id).await? } else { None };
        Ok(rules::actions(visit, &self.0, claim.as_ref()))
    }

    /// What the newest decision asks for; empty unless it asked for changes.
    async fn requests(&self, context: &Context<'_>) -> Result<Vec<ChangeRequest>, Error> {
        match Visit::of(context).loaders().load_one(DecisionOf(self.0.id)).await? {
            Some(decision) => requests(Visit::of(context), decision.id).await,
            None => Ok(Vec::new()),
        }
    }

    /// The newest decision.
    async fn decision(&self, context: &Context<'_>) -> Result<Option<Decision>, Error> {
        Ok(Visit::of(context).loaders().load_one(DecisionOf(self.0.id)).await?.map(Decision))
    }

    /// Everything that was done to it, oldest first.
    async fn timeline(&self, context: &Context<'_>, first: Option<i32>, after: Option<String>) -> Result<Connection<TimelineItem>, Error> {
        let window = Window::parse(first, after, None, None)?;
        let select = log::entry::Entity::find().filter(log::entry::Column::SubmissionId.eq(self.0.id));
        let order = (log::entry::Column::At, log::entry::Column::Number, Order::Asc);
        window.read(Visit::of(context), select, order, |entry| Cursor::Time(entry.at.timestamp_micros(), entry.number), TimelineItem).await
    }
}

async fn newest(context: &Context<'_>, row: &submission::Model) -> Result<Option<Content>, Error> {
    Ok(Visit::of(context).loaders().load_one(RevisionOf(row.id, row.revision)).await?)
}

/// The claim on a submission that has not run out.
async fn claim_of(visit: &Visit, submission: Uuid) -> Result<Option<claim::Model>, Error> {
    let now = visit.clock.now();
    Ok(visit.loaders().load_one(ClaimOf(submission)).await?.flatten().filter(|claim| claim.until > now))
}

/// "I'm on it": it ends by itself.
#[Object(name = "Claim")]
impl Claim {
    /// Who is on it; null for the author.
    async fn member(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        if visit.is_moderator() { members::by_id(visit, self.0.member_id).await } else { Ok(None) }
    }

    /// Whether it is the viewer.
    async fn is_viewer(&self, context: &Context<'_>) -> bool {
        Visit::of(context).viewer().is_some_and(|viewer| viewer.id == self.0.member_id)
    }

    /// When it ends, without further work.
    async fn until(&self) -> DateTime<Utc> {
        self.0.until
    }
}

/// A change that a moderator asked for.
#[Object(name = "ChangeRequest")]
impl ChangeRequest {
    /// Name it in `answered` when the new text answers it.
    pub async fn id(&self) -> ID {
        Kind::ChangeRequest.global(self.0.id)
    }

    /// The field that it is about, such as `title`.
    async fn field(&self) -> &str {
        &self.0.field
    }

    /// What should change.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// The revision that answered it, says its author.
    async fn answered_in(&self) -> Option<i32> {
        self.0.answered_in
    }
}

/// One thing that was done to a submission.
#[Object(name = "TimelineItem")]
impl TimelineItem {
    /// What was done.
    async fn action(&self) -> Action {
        self.0.action
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// The revision it was done with.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// The decision, where one was made.
    async fn decision(&self, context: &Context<'_>) -> Result<Option<Decision>, Error> {
        let key = DecisionAt(self.0.submission_id, self.0.version);
        Ok(Visit::of(context).loaders().load_one(key).await?.map(Decision))
    }
}

pub(super) async fn requests(visit: &Visit, decision: Uuid) -> Result<Vec<ChangeRequest>, Error> {
    let requests = visit.loaders().load_one(RequestsOf(decision)).await?.unwrap_or_default();
    Ok(requests.into_iter().map(ChangeRequest).collect())
}
