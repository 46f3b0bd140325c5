//! Opaque global ids and the `Node` interface.
//!
//! Source: Relay, Global Object Identification.

use async_graphql::{ID, Interface};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::{
    Error, Visit,
    comments::{self, Comment},
    desk::{self, Decision, Submission},
    members::{self, Member},
    resources::{self, Resource},
    topics::{self, Topic},
};

/// Anything with an id that the viewer may know of.
#[derive(Interface)]
#[allow(clippy::large_enum_variant)] // One at a time, and never kept.
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for ever."))]
pub enum Node {
    /// A person of the community.
    Member(Member),
    /// A published resource.
    Resource(Resource),
    /// A subject that the community works on.
    Topic(Topic),
    /// Something said about a resource or a topic.
    Comment(Comment),
    /// A contribution on the desk; its author and moderators see it.
    Submission(Submission),
    /// What was decided about a submission; what it says to the author is seen by author and moderators.
    Decision(Decision),
}

/// The kinds of thing that an id can name.
#[derive(Copy, Clone, Debug, Eq, PartialEq)]
pub enum Kind {
    Member,
    Resource,
    Topic,
    Comment,
    Submission,
    Decision,
    ChangeRequest,
    Session,
    Identity,
    AccessToken,
}

const KINDS: [(Kind, u8); 10] = [
    (Kind::Member, b'm'),
    (Kind::Resource, b'r'),
    (Kind::Topic, b't'),
    (Kind::Comment, b'k'),
    (Kind::Submission, b's'),
    (Kind::Decision, b'd'),
    (Kind::ChangeRequest, b'c'),
    (Kind::Session, b'e'),
    (Kind::Identity, b'i'),
    (Kind::AccessToken, b'a'),
];

impl Kind {
    /// The global id of one thing of this kind.
    pub fn global(self, id: Uuid) -> ID {
        let letter = KINDS.iter().find(|(kind, _)| *kind == self).map_or(b'?', |(_, letter)| *letter);
        let mut bytes = vec![letter];
        bytes.extend_from_slice(id.as_bytes());
        ID(BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The id inside a global id of this kind; none for garbage and for ids of another kind.
    pub fn local(self, id: &str) -> Option<Uuid> {
        parse(id).filter(|(kind, _)| *kind == self).map(|(_, id)| id)
    }
}

/// What an id names; none for garbage.
pub(crate) fn parse(id: &str) -> Option<(Kind, Uuid)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(id).ok()?;
    let (letter, id) = bytes.split_first()?;
    let (kind, _) = KINDS.iter().find(|(_, known)| known == letter)?;
    Some((*kind, Uuid::from_slice(id).ok()?))
}

/// What an id names, as far as the viewer may know of it. What is hidden and what never was answer alike.
pub async fn node(visit: &Visit, id: &str) -> Result<Option<Node>, Error> {
    Ok(match parse(id) {
        Some((Kind::Member, id)) => members::by_id(visit, id).await?.map(Node::Member),
        Some((Kind::Resource, id)) => resources::by_id(visit, id).await?.map(Node::Resource),
        Some((Kind::Topic, id)) => topics::by_id(visit, id).await?.map(Node::Topic),
        Some((Kind::Comment, id)) => comments::by_id(visit, id).await?.map(Node::Comment),
        Some((Kind::Submission, id)) => desk::visible(visit, id).await?.map(Node::Submission),
        Some((Kind::Decision, id)) => desk::decision(visit, id).await?.map(Node::Decision),
        Some((Kind::ChangeRequest | Kind::Session | Kind::Identity | Kind::AccessToken, _)) | None => None,
    })
}
