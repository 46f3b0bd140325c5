//! The desk as GraphQL shows it: to a submission's author and to moderators; its decisions to everyone.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, dataloader::Loader};
use sea_orm::DbErr;

use super::*;
use crate::{error::UserError, ids::Node, members::Member, paging};
use inputs::{
    ClaimSubmissionInput, DecideManyInput, DecideManyPayload, DecidePayload, DecisionFilter, QueueFilter, ReleaseSubmissionInput,
    SubmissionPayload,
};
use loaders::{ClaimOf, DecisionAt, DecisionOf, RequestsOf, RevisionOf, SubmissionId};
use public_log::{Tombstone, decision_log};

/// A submission, what was done to it, and who is on it.
mod case;
/// What clients give, and what they get back.
mod inputs;
/// What is read for many submissions at once.
mod loaders;
/// Decisions, the log of them, and what stays of what was taken down.
mod public_log;

pub use case::Submission;
pub use inputs::{DecideInput, EditPublishedInput, ReviseSubmissionInput, SubmitPayload, WithdrawSubmissionInput};
pub use public_log::Decision;

/// Questions about the desk.
#[derive(Default)]
pub struct DeskQuery;

#[Object]
impl DeskQuery {
    /// A submission by its id or by its number, for its author and for moderators; null for everyone else.
    async fn submission(&self, context: &Context<'_>, id: Option<ID>, number: Option<i32>) -> Result<Option<Submission>, Error> {
        let visit = Visit::of(context);
        match (id.as_deref().map(|id| Kind::Submission.local(id)), number) {
            (Some(Some(id)), _) => visible(visit, id).await,
            (None, Some(number)) => by_number(visit, number.into()).await,
            _ => Ok(None),
        }
    }

    /// What is on the desk; for moderators.
    async fn moderation_queue(
        &self,
        context: &Context<'_>,
        filter: Option<QueueFilter>,
        sort: Option<QueueSort>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Submission>, Error> {
        let window = Window::parse(first, after, last, before)?;
        let filter = filter.unwrap_or_default();
        let state = filter.state.unwrap_or(SubmissionState::Pending);
        let visit = Visit::of(context);
        let found = queue(visit, state, filter.kind, sort.unwrap_or(QueueSort::Oldest), &window).await?;
        prime(context, &found).await?;
        Ok(found)
    }

    /// What the viewer would open next; for moderators.
    async fn next_in_queue(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        next(Visit::of(context), None).await
    }

    /// Every decision, newest first; for everyone. What a decision says to an author is for author and moderators.
    async fn decision_log(
        &self,
        context: &Context<'_>,
        filter: Option<DecisionFilter>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<Decision>, Error> {
        decision_log(context, filter.unwrap_or_default(), &Window::parse(first, after, None, None)?).await
    }

    /// What stood at an address once and was taken down, or back by its author; null when nothing did.
    async fn gone(
        &self,
        context: &Context<'_>,
        of: SubmissionKind,
        #[graphql(desc = "The slug of a resource or topic.")] slug: Option<String>,
        #[graphql(desc = "The number of a comment.")] number: Option<i32>,
    ) -> Result<Option<Tombstone>, Error> {
        let slug = slug.or(number.map(|number| number.to_string())).unwrap_or_default();
        let stone = tombstone::Entity::find().filter(tombstone::Column::Kind.eq(of)).filter(tombstone::Column::Slug.eq(slug));
        Ok(stone.one(Visit::of(context).database()).await?.map(Tombstone))
    }
}

/// What a record is in the library now; null when it is not there.
async fn node_of(visit: &Visit, kind: SubmissionKind, record: Uuid) -> Result<Option<Node>, Error> {
    Ok(match kind {
        SubmissionKind::Resource => resources::by_id(visit, record).await?.map(Node::Resource),
        SubmissionKind::Topic => topics::by_id(visit, record).await?.map(Node::Topic),
        SubmissionKind::Comment => comments::by_id(visit, record).await?.map(Node::Comment),
    })
}

/// How many decisions one request may bring.
const MANY: usize = 100;

/// What authors and moderators do on the desk.
#[derive(Default)]
pub struct DeskMutation;

#[Object]
impl DeskMutation {
    /// Replaces the text of one's own open submission and sends it to the desk.
    async fn revise_submission(&self, context: &Context<'_>, input: ReviseSubmissionInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, edits::revise_with(visit, input).await).await
    }

    /// Puts another text for something published on the desk. Everyone reads the old one until a moderator approves.
    async fn edit_published(&self, context: &Context<'_>, input: EditPublishedInput) -> Result<SubmitPayload, Error> {
        let visit = Visit::of(context);
        SubmitPayload::answer(visit, edits::edit_published(visit, input).await).await
    }

    /// Says "I'm on it", for a quarter of an hour; again, to hold on to it; for moderators.
    async fn claim_submission(&self, context: &Context<'_>, input: ClaimSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, claims::claim(visit, &input.submission_id).await).await
    }

    /// Lets a submission go; administrators may break a colleague's claim, with a reason.
    async fn release_submission(&self, context: &Context<'_>, input: ReleaseSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, claims::release(visit, &input.submission_id, input.reason).await).await
    }

    /// Decides on up to 100 submissions, each for itself: one that is refused stops no other.
    async fn decide_many(&self, context: &Context<'_>, input: DecideManyInput) -> Result<DecideManyPayload, Error> {
        let visit = Visit::of(context);
        visit.moderator()?;
        let refusal = match input.decisions.len() {
            0 => Some(Refusal::new(ErrorCode::Required, "decisions")),
            1..=MANY => None,
            _ => Some(Refusal::new(ErrorCode::TooLong, "decisions").with("limit", MANY)),
        };
        let mut payload = DecideManyPayload { results: Vec::new(), user_errors: Vec::new() };
        if let Some(refusal) = refusal {
            payload.user_errors = UserError::all(visit, vec![refusal]).await?;
            return Ok(payload);
        }
        for input in input.decisions {
            payload.results.push(DecidePayload::answer(visit, deciding::decide(visit, input).await).await?);
        }
        Ok(payload)
    }

    /// Takes back one's own submission: an open one leaves the desk, a published one leaves the library.
    async fn withdraw_submission(&self, context: &Context<'_>, input: WithdrawSubmissionInput) -> Result<SubmissionPayload, Error> {
        let visit = Visit::of(context);
        SubmissionPayload::answer(visit, withdraw(visit, &input.submission_id, input.version).await).await
    }

    /// Decides on a submission; for moderators, and never on one's own.
    async fn decide(&self, context: &Context<'_>, input: DecideInput) -> Result<DecidePayload, Error> {
        let visit = Visit::of(context);
        let mut payload = DecidePayload::answer(visit, deciding::decide(visit, input).await).await?;
        if let Some(Submission(row)) = &payload.submission {
            payload.next_in_queue = next(visit, Some(row)).await?;
        }
        Ok(payload)
    }
}

/// Reads at once what a query names of every submission in a list.
pub(crate) async fn prime(context: &Context<'_>, list: &Connection<Submission>) -> Result<(), Error> {
    let (visit, rows) = (Visit::of(context), || list.edges.iter().map(|edge| &edge.node.0));
    if paging::names(context, "author") {
        members::prime(visit, rows().map(|row| row.author_id)).await?;
    }
    if ["resource", "topic", "comment"].iter().any(|text| paging::names(context, text)) {
        visit.loaders().load_many(rows().map(|row| RevisionOf(row.id, row.revision))).await?;
    }
    if paging::names(context, "decision") || paging::names(context, "requests") {
        visit.loaders().load_many(rows().map(|row| DecisionOf(row.id))).await?;
    }
    if paging::names(context, "claim") || paging::names(context, "viewerActions") {
        visit.loaders().load_many(rows().map(|row| ClaimOf(row.id))).await?;
    }
    if paging::names(context, "published") {
        let of = |kind| rows().filter(move |row| row.kind == kind).filter_map(|row| row.published_id);
        resources::prime(visit, of(SubmissionKind::Resource)).await?;
        topics::by_ids(visit, &of(SubmissionKind::Topic).collect::<Vec<_>>()).await?;
        comments::prime_ids(visit, &of(SubmissionKind::Comment).collect::<Vec<_>>()).await?;
    }
    Ok(())
}
