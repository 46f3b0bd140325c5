//! Decisions as everyone reads them, the log of them, and what stays of what was taken down.

use super::{
    case::{ChangeRequest, TimelineItem, requests},
    *,
};

/// What was decided about a submission, written once.
#[derive(Clone, Debug)]
pub struct Decision(pub(in crate::desk) decision::Model);

/// What stays of something that was taken down: where it was and why, and nothing of what it said.
pub struct Tombstone(pub(in crate::desk) tombstone::Model);

/// Reads one page of the public log: the entries of the chain that are decisions.
pub(super) async fn decision_log(context: &Context<'_>, filter: DecisionFilter, window: &Window) -> Result<Connection<Decision>, Error> {
    let visit = Visit::of(context);
    let decisions = Action::DECISIONS.iter().filter(|(_, kind)| filter.decision.is_none_or(|wanted| wanted == *kind));
    let mut select = log::entry::Entity::find().filter(log::entry::Column::Action.is_in(decisions.map(|(action, _)| *action)));
    if let Some(kind) = filter.kind {
        let of_kind = submission::Entity::find().select_only().column(submission::Column::Id).filter(submission::Column::Kind.eq(kind));
        select = select.filter(log::entry::Column::SubmissionId.in_subquery(sea_orm::QueryTrait::into_query(of_kind)));
    }
    if let Some(month) = filter.month.filter(|month| !month.trim().is_empty()) {
        let start = DateTime::parse_from_rfc3339(&format!("{}-01T00:00:00Z", month.trim()));
        let start = start.map_err(|_| refuse(ErrorCode::Invalid, "month"))?.to_utc();
        let end = start.checked_add_months(chrono::Months::new(1)).unwrap_or(start);
        select = select.filter(log::entry::Column::At.gte(start)).filter(log::entry::Column::At.lt(end));
    }
    let order = (log::entry::Column::At, log::entry::Column::Number, Order::Desc);
    let entries = window.read(visit, select, order, |entry| Cursor::Time(entry.at.timestamp_micros(), entry.number), TimelineItem).await?;
    let at = |entry: &TimelineItem| DecisionAt(entry.0.submission_id, entry.0.version);
    let mut decisions = visit.loaders().load_many(entries.edges.iter().map(|edge| at(&edge.node))).await?;
    visit.loaders().load_many(entries.edges.iter().map(|edge| SubmissionId(edge.node.0.submission_id))).await?;
    let mut log = Connection::with_additional_fields(entries.has_previous_page, entries.has_next_page, entries.additional_fields);
    for edge in entries.edges {
        let decision = decisions.remove(&at(&edge.node)).ok_or(Error::bug("an entry of a decision has its decision"))?;
        log.edges.push(async_graphql::connection::Edge::new(edge.cursor, Decision(decision)));
    }
    if paging::names(context, "published") {
        let mut records: [Vec<Uuid>; 3] = Default::default();
        for edge in &log.edges {
            let row = visit.loaders().load_one(SubmissionId(edge.node.0.submission_id)).await?;
            if let Some((kind, record)) = row.and_then(|row| Some((row.kind, row.published_id?))) {
                records[kind as usize].push(record);
            }
        }
        resources::prime(visit, records[SubmissionKind::Resource as usize].iter().copied()).await?;
        topics::by_ids(visit, &records[SubmissionKind::Topic as usize]).await?;
        comments::prime_ids(visit, &records[SubmissionKind::Comment as usize]).await?;
    }
    if paging::names(context, "decider") && (visit.is_moderator() || visit.community.name_moderators) {
        members::prime(visit, log.edges.iter().map(|edge| edge.node.0.decider_id)).await?;
    }
    Ok(log)
}

/// What was decided about a submission: by whom, when, on which revision, and why. What it says to the author is for author and moderators.
#[Object(name = "Decision")]
impl Decision {
    /// Opaque, and the same for ever.
    pub async fn id(&self) -> ID {
        Kind::Decision.global(self.0.id)
    }

    /// What was decided.
    async fn kind(&self) -> DecisionKind {
        self.0.kind
    }

    /// When.
    async fn decided_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// The revision that the moderator read.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// What it was about.
    async fn of(&self, context: &Context<'_>) -> Result<SubmissionKind, Error> {
        Ok(self.about(Visit::of(context)).await?.kind)
    }

    /// The number of the submission.
    async fn number(&self, context: &Context<'_>) -> Result<i64, Error> {
        Ok(self.about(Visit::of(context)).await?.number)
    }

    /// Whether it was about an edit of something published.
    async fn is_edit(&self, context: &Context<'_>) -> Result<bool, Error> {
        Ok(self.about(Visit::of(context)).await?.revises_id.is_some())
    }

    /// Whether nobody decided it: its date passed.
    async fn by_system(&self) -> bool {
        self.0.decider_id == SYSTEM
    }

    /// Who decided; null where the community does not name its moderators: read "Moderation team".
    async fn decider(&self, context: &Context<'_>) -> Result<Option<Member>, Error> {
        let visit = Visit::of(context);
        match self.0.decider_id != SYSTEM && (visit.is_moderator() || visit.community.name_moderators) {
            true => members::by_id(visit, self.0.decider_id).await,
            false => Ok(None),
        }
    }

    /// Why it was not included or taken down; null otherwise.
    async fn reason(&self, context: &Context<'_>) -> Option<crate::community::Reason> {
        reason(Visit::of(context), self.0.reason.as_ref())
    }

    /// The moderator's words for the author; null for everyone else.
    async fn message(&self, context: &Context<'_>) -> Result<Option<&str>, Error> {
        Ok(if self.is_seen(Visit::of(context)).await? { self.0.message.as_deref() } else { None })
    }

    /// What should change; empty for everyone but author and moderators.
    async fn requests(&self, context: &Context<'_>) -> Result<Vec<ChangeRequest>, Error> {
        let visit = Visit::of(context);
        if self.is_seen(visit).await? { requests(visit, self.0.id).await } else { Ok(Vec::new()) }
    }

    /// What it was decided about; null for everyone but author and moderators.
    async fn submission(&self, context: &Context<'_>) -> Result<Option<Submission>, Error> {
        let visit = Visit::of(context);
        Ok(Some(self.about(visit).await?).filter(|row| rules::may_see(visit, row)).map(Submission))
    }

    /// What it is in the library now; null when it is not, or not any more, there.
    async fn published(&self, context: &Context<'_>) -> Result<Option<Node>, Error> {
        let visit = Visit::of(context);
        let row = self.about(visit).await?;
        match row.published_id {
            Some(record) => node_of(visit, row.kind, record).await,
            None => Ok(None),
        }
    }
}

impl Decision {
    async fn about(&self, visit: &Visit) -> Result<submission::Model, Error> {
        let row = visit.loaders().load_one(SubmissionId(self.0.submission_id)).await?;
        row.ok_or(Error::bug("a decision is about a submission"))
    }

    async fn is_seen(&self, visit: &Visit) -> Result<bool, Error> {
        Ok(visit.viewer().is_some() && rules::may_see(visit, &self.about(visit).await?))
    }
}

fn reason(visit: &Visit, id: Option<&String>) -> Option<crate::community::Reason> {
    visit.community().reasons.iter().find(|known| Some(&known.id) == id).cloned()
}

/// What stays of something that was taken down.
#[Object(name = "Tombstone")]
impl Tombstone {
    /// Where it stood.
    async fn path(&self) -> String {
        match self.0.kind {
            SubmissionKind::Resource => format!("/resources/{}", self.0.slug),
            SubmissionKind::Topic => format!("/topics/{}", self.0.slug),
            SubmissionKind::Comment => format!("/comments/{}", self.0.slug),
        }
    }

    /// What it was.
    async fn kind(&self) -> SubmissionKind {
        self.0.kind
    }

    /// Since when it is gone.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Whether its author took it back.
    async fn by_author(&self) -> bool {
        self.0.by_author
    }

    /// Why it was taken down; null when its author took it back.
    async fn reason(&self, context: &Context<'_>) -> Option<crate::community::Reason> {
        reason(Visit::of(context), self.0.reason.as_ref())
    }
}
