//! The community file: who the community is, its lists and its words. Another community is another file, not a fork.

use std::collections::BTreeMap;

use async_graphql::{Context, Object, SimpleObject};
use serde::Deserialize;

use crate::{
    Error, Visit,
    markup::{self, Html},
    resources,
};

/// The community that is built in, and what it says in other languages.
const DEFAULT: &str = include_str!("community.toml");
const TRANSLATIONS: [(&str, &str); 1] = [("es", include_str!("community.es.toml"))];

/// The community file, read and checked.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Community {
    /// Its name.
    pub name: String,
    /// What the home page says first.
    pub headline: String,
    /// What the library is, in a sentence.
    pub purpose: String,
    about: String,
    guidelines: String,
    privacy: String,
    /// Whether authors and the public read who decided, or "Moderation team".
    pub name_moderators: bool,
    /// Where members come from.
    pub sectors: Vec<Term>,
    /// What the community works towards.
    pub strategic_areas: Vec<Term>,
    /// The fields it works in.
    pub focus_areas: Vec<Term>,
    /// How it works.
    pub strategies: Vec<Term>,
    /// Its first topics.
    pub themes: Vec<Term>,
    /// The kinds of resource.
    pub kinds: Vec<Kind>,
    /// Why a contribution is not included.
    pub reasons: Vec<Reason>,
    /// Who vouches for people who sign in, besides the letter. Said by the settings, not by the community's file.
    #[serde(skip)]
    pub providers: Vec<Provider>,
    /// The same in other languages, each from a file of its own.
    #[serde(skip)]
    translations: BTreeMap<String, Community>,
}

/// Somebody who vouches for people who sign in.
#[derive(Clone, Debug, SimpleObject)]
pub struct Provider {
    /// As addresses spell it: `/sign-in/{id}`.
    pub id: String,
    /// As people read it.
    pub name: String,
}

/// A word of one of the community's lists.
#[derive(Clone, Deserialize, SimpleObject)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// As inputs and filters spell it.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// What it is about; for the themes.
    pub about: Option<String>,
}

/// A kind of resource.
#[derive(Clone, Deserialize, SimpleObject)]
#[serde(deny_unknown_fields)]
#[graphql(name = "ResourceKind")]
pub struct Kind {
    /// As inputs and filters spell it.
    pub id: String,
    /// One of them.
    pub name: String,
    /// Many of them.
    pub plural: String,
    /// Where it stands: `read`, `use`, `hear` or `join`.
    pub shelf: String,
}

/// Why a contribution is not included.
#[derive(Clone, Deserialize, SimpleObject)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Stable, such as `OUT_OF_SCOPE`.
    pub id: String,
    /// As moderators choose it.
    pub name: String,
    /// What the author reads.
    pub words: String,
}

/// A kind of resource and how many of it the library holds.
#[derive(SimpleObject)]
pub struct Shelf {
    /// The kind.
    kind: Kind,
    /// How many the library holds.
    resource_count: i64,
    /// How wide the book stands on the shelf, from 1 to 6, against the largest.
    size: i64,
}

impl Community {
    /// The community that is built in.
    pub fn built_in() -> Community {
        let translated = |community: Community, (language, text)| community.with_translation(language, text);
        Community::parse(DEFAULT)
            .and_then(|community| TRANSLATIONS.into_iter().try_fold(community, translated))
            .expect("a test reads the built-in community files")
    }

    /// Reads a community file.
    ///
    /// # Errors
    /// What is wrong with it and where, for the person who wrote it.
    pub fn parse(text: &str) -> Result<Community, String> {
        let community: Community = toml::from_str(text).map_err(|error| error.to_string())?;
        for (list, length) in [("kinds", community.kinds.len()), ("sectors", community.sectors.len()), ("reasons", community.reasons.len())]
        {
            if length == 0 {
                return Err(format!("`{list}` needs at least one entry"));
            }
        }
        Ok(community)
    }

    /// The same community with what it says in one more language: a file like its own, with the same ids in the same order.
    ///
    /// # Errors
    /// What is wrong with it and where, for the person who wrote it.
    pub fn with_translation(mut self, language: &str, text: &str) -> Result<Community, String> {
        let translation = Community::parse(text)?;
        for ((list, ids), (_, translated)) in self.ids().into_iter().zip(translation.ids()) {
            if ids != translated {
                return Err(format!("`{list}` has other entries, or another order, than the file that it translates"));
            }
        }
        self.translations.insert(language.to_owned(), translation);
        Ok(self)
    }

    fn ids(&self) -> [(&'static str, Vec<&str>); 7] {
        fn ids<'a, T>(list: &'a [T], id: fn(&'a T) -> &'a String) -> Vec<&'a str> {
            list.iter().map(|entry| id(entry).as_str()).collect()
        }
        [
            ("sectors", ids(&self.sectors, |term| &term.id)),
            ("strategic_areas", ids(&self.strategic_areas, |term| &term.id)),
            ("focus_areas", ids(&self.focus_areas, |term| &term.id)),
            ("strategies", ids(&self.strategies, |term| &term.id)),
            ("themes", ids(&self.themes, |term| &term.id)),
            ("kinds", ids(&self.kinds, |kind| &kind.id)),
            ("reasons", ids(&self.reasons, |reason| &reason.id)),
        ]
    }

    /// What it says in that language; in its own where there is none, or where it is not translated.
    pub fn in_language(&self, language: Option<&str>) -> &Community {
        language.and_then(|language| self.translations.get(language)).unwrap_or(self)
    }

    /// What a term's id reads like; the id itself when the list no longer has it.
    pub fn name_in<'a>(list: &'a [Term], id: &'a str) -> &'a str {
        list.iter().find(|term| term.id == id).map_or(id, |term| &term.name)
    }

    /// The kind of that id; one that the file no longer lists stands on the first shelf under its id.
    pub fn kind(&self, id: &str) -> Kind {
        let unknown = || Kind { id: id.to_owned(), name: id.to_owned(), plural: id.to_owned(), shelf: "read".into() };
        self.kinds.iter().find(|kind| kind.id == id).cloned().unwrap_or_else(unknown)
    }
}

/// Who the community is, its lists and its figures.
#[Object(name = "Community")]
impl Community {
    /// Its name.
    async fn name(&self) -> &str {
        &self.name
    }

    /// What the home page says first.
    async fn headline(&self) -> &str {
        &self.headline
    }

    /// What the library is, in a sentence.
    async fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Who the community is, at length.
    async fn about(&self) -> Html {
        markup::render_own(&self.about)
    }

    /// What belongs here and how it is decided.
    async fn guidelines(&self) -> Html {
        markup::render_own(&self.guidelines)
    }

    /// What is stored about people.
    async fn privacy(&self) -> Html {
        markup::render_own(&self.privacy)
    }

    /// Where members come from.
    async fn sectors(&self) -> &[Term] {
        &self.sectors
    }

    /// What the community works towards.
    async fn strategic_areas(&self) -> &[Term] {
        &self.strategic_areas
    }

    /// The fields it works in.
    async fn focus_areas(&self) -> &[Term] {
        &self.focus_areas
    }

    /// How it works.
    async fn strategies(&self) -> &[Term] {
        &self.strategies
    }

    /// Its first topics.
    async fn themes(&self) -> &[Term] {
        &self.themes
    }

    /// The kinds of resource.
    async fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Why a contribution may not be included.
    async fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// Who vouches for people who sign in, besides the letter.
    async fn providers<'a>(&self, context: &Context<'a>) -> &'a [Provider] {
        &Visit::of(context).community.providers
    }

    /// The community in numbers.
    async fn figures(&self, context: &Context<'_>) -> Result<crate::members::CommunityFigures, Error> {
        crate::members::figures(Visit::of(context)).await
    }

    /// The kinds of which the library holds something.
    async fn shelves(&self, context: &Context<'_>) -> Result<Vec<Shelf>, Error> {
        let counts = resources::counts_by_kind(Visit::of(context)).await?;
        let largest = counts.values().copied().max().unwrap_or(1);
        let size = |count: i64| 1 + (count * 5 / largest.max(1)).min(5);
        let shelf =
            |kind: &Kind| counts.get(&kind.id).map(|count| Shelf { kind: kind.clone(), resource_count: *count, size: size(*count) });
        Ok(self.kinds.iter().filter_map(shelf).collect())
    }

    /// Whether everything here is a demonstration.
    async fn demonstration(&self, context: &Context<'_>) -> bool {
        Visit::of(context).demonstration
    }
}
