//! Another text: for one's own open submission, or for something that everyone reads; and what changed between two.

use super::*;
use crate::{
    comments::CommentInput,
    diff::{self, FieldChange},
    ids,
    resources::ResourceInput,
    topics::TopicInput,
};

/// The rule speaks of a text's fields; here they stand one level further inside the input.
fn within(outer: &'static str) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Refused(refusals) => {
            let is_inside = |refusal: &Refusal| refusal.code != ErrorCode::Duplicate || refusal.field == ["url"];
            let step = |refusal: Refusal| if is_inside(&refusal) && !refusal.field.is_empty() { refusal.within(outer) } else { refusal };
            Error::Refused(refusals.into_iter().map(step).collect())
        }
        other => other,
    }
}

/// The text that a member gave for a submission or record of this kind, which keeps what nobody can change.
async fn given(
    visit: &Visit,
    old: &Content,
    draft: bool,
    (resource, topic, comment): (Option<ResourceInput>, Option<TopicInput>, Option<CommentInput>),
) -> Result<Content, Error> {
    let missing = |field| refuse(ErrorCode::Required, field);
    Ok(match old {
        Content::Resource(_) => {
            let typed = resource.ok_or_else(|| missing("resource"))?;
            Content::Resource(ResourceText::parse(visit, typed, draft).await.map_err(within("resource"))?)
        }
        Content::Topic(old) => {
            let typed = topic.ok_or_else(|| missing("topic"))?;
            Content::Topic(TopicText::parse(typed, &old.why, old.keyword.clone(), draft).map_err(within("topic"))?)
        }
        Content::Comment(old) => {
            let typed = comment.ok_or_else(|| missing("comment"))?;
            Content::Comment(old.with_body(&typed.body).map_err(within("comment"))?)
        }
    })
}

pub(super) async fn revise_with(visit: &Visit, input: ReviseSubmissionInput) -> Result<Submission, Error> {
    visit.member()?;
    let draft = input.draft.unwrap_or(false);
    let row = own(visit, &input.submission_id).await?;
    let old = content(visit.database(), row.id, row.revision).await?;
    let content = given(visit, &old, draft, (input.resource, input.topic, input.comment)).await?;
    let sending = Sending { draft, not_duplicate: input.not_duplicate.unwrap_or(false), ..Sending::new(content, None) };
    let answered: Vec<String> = input.answered.unwrap_or_default().into_iter().map(|id| id.0).collect();
    revise(visit, &input.submission_id, input.version, &answered, sending).await.map_err(twin_within)
}

/// A twin of an address is the fault of the address, which stands inside the resource.
fn twin_within(error: Error) -> Error {
    match error {
        Error::Refused(refusals) if refusals.iter().any(|refusal| refusal.field == ["url"]) => within("resource")(Error::Refused(refusals)),
        other => other,
    }
}

pub(super) async fn edit_published(visit: &Visit, input: EditPublishedInput) -> Result<Submission, Error> {
    let me = visit.member()?.id;
    let (kind, id) = ids::parse(&input.id).ok_or_else(|| refuse(ErrorCode::NotFound, "id"))?;
    let gone = || refuse(ErrorCode::NotFound, "id");
    let (old, original) = match kind {
        Kind::Resource => {
            let (text, original) = resources::by_id(visit, id).await?.ok_or_else(gone)?.written();
            (Content::Resource(text), original)
        }
        Kind::Topic => {
            let (text, original) = topics::by_id(visit, id).await?.ok_or_else(gone)?.text()?;
            (Content::Topic(text), original)
        }
        Kind::Comment => {
            let comment = comments::by_id(visit, id).await?.ok_or_else(gone)?;
            if comment.author_id() != me {
                return Err(refuse(ErrorCode::Forbidden, "id"));
            }
            let (text, original) = comment.written();
            (Content::Comment(text), original)
        }
        // An edit is of what everyone reads: one's own open edit is revised instead.
        Kind::Submission => return Err(refuse(ErrorCode::Invalid, "id")),
        _ => return Err(gone()),
    };
    let content = given(visit, &old, false, (input.resource, input.topic, input.comment)).await?;
    let not_duplicate = input.not_duplicate.unwrap_or(false);
    let sending = Sending { not_duplicate, revises: Some((id, original)), ..Sending::new(content, input.idempotency_key) };
    submit(visit, sending).await.map_err(twin_within)
}

/// What is compared between two texts, field by field.
async fn facts(visit: &Visit, content: &Content) -> Result<Vec<(&'static str, String)>, Error> {
    Ok(match content {
        Content::Resource(text) => text.facts(visit).await?,
        Content::Topic(text) => vec![("name", text.name.clone()), ("description", text.description.clone())],
        Content::Comment(text) => vec![("body", text.body.clone())],
    })
}

/// What stands in the library now, as a text.
async fn published_text(visit: &Visit, kind: SubmissionKind, record: Uuid) -> Result<Option<Content>, Error> {
    Ok(match kind {
        SubmissionKind::Resource => resources::by_id(visit, record).await?.map(|it| Content::Resource(it.written().0)),
        SubmissionKind::Topic => match topics::by_id(visit, record).await? {
            Some(topic) => Some(Content::Topic(topic.text()?.0)),
            None => None,
        },
        SubmissionKind::Comment => comments::by_id(visit, record).await?.map(|it| Content::Comment(it.written().0)),
    })
}

/// What changed between two revisions of a submission, field by field; 0 is the published text.
pub(super) async fn changes(visit: &Visit, row: &submission::Model, from: Option<i32>, to: Option<i32>) -> Result<Vec<FieldChange>, Error> {
    let record = row.revises_id.or(row.published_id);
    let to = to.unwrap_or(row.revision);
    let from = from.unwrap_or(if row.revises_id.is_some() { 0 } else { to.saturating_sub(1) });
    for (field, number, least) in [("from", from, 0), ("to", to, 1)] {
        if !(least..=row.revision).contains(&number) {
            return Err(refuse(ErrorCode::Invalid, field));
        }
    }
    let text = async |number: i32| match (number, record) {
        (0, Some(record)) => published_text(visit, row.kind, record).await,
        (0, None) => Ok(None),
        _ => Ok(Some(content(visit.database(), row.id, number).await?)),
    };
    match (text(from).await?, text(to).await?) {
        (Some(before), Some(after)) => diff::changes(facts(visit, &before).await?, facts(visit, &after).await?).await,
        _ => Ok(Vec::new()),
    }
}
