//! What the library shows of itself: narrowed, searched, sorted, counted.

use async_graphql::{
    Enum, InputObject, Object, SimpleObject,
    connection::{Connection as RelayConnection, Edge},
};
use sea_orm::{
    ColumnType, DbErr, FromQueryResult, Order, QueryResult, Select,
    sea_query::{ExprTrait, UnionType},
};

use super::*;
use crate::{
    error::{ErrorCode, UserError},
    limits, members, paging,
    paging::{Cursor, Total},
};

/// A page of the library with how many there are of what.
pub type Results = RelayConnection<Cursor, Resource, Found>;

/// What to show of the library. Entries of one list are alternatives; lists narrow each other.
#[derive(InputObject, Default, Clone)]
pub struct LibraryFilter {
    /// Ids of kinds.
    pub kinds: Option<Vec<String>>,
    /// Slugs of topics.
    pub topics: Option<Vec<String>>,
    /// Ids of focus areas.
    pub focus_areas: Option<Vec<String>>,
    /// Ids of strategies.
    pub strategies: Option<Vec<String>>,
    /// Only what is ahead: events to come, and funding that is still open.
    pub upcoming: Option<bool>,
    /// Only what this member brought: their own page asks that.
    #[graphql(skip)]
    pub submitter: Option<Uuid>,
}

/// Entries of one list of a filter: more than any of the community's lists has.
const ENTRIES: usize = 100;

impl LibraryFilter {
    fn refused(&self) -> Vec<Refusal> {
        let lists = [("kinds", &self.kinds), ("topics", &self.topics), ("focusAreas", &self.focus_areas), ("strategies", &self.strategies)];
        let long = lists.into_iter().filter(|(_, list)| list.as_ref().is_some_and(|list| list.len() > ENTRIES));
        long.map(|(name, _)| Refusal::new(ErrorCode::TooLong, &format!("filter.{name}")).with("limit", ENTRIES)).collect()
    }
}

/// The order of the library.
#[derive(Enum, Copy, Clone, Debug, Eq, PartialEq)]
pub enum LibrarySort {
    /// What fits a search best first; without a search, what came last.
    Relevance,
    /// What came last first.
    Newest,
    /// By title, without case and accents.
    Title,
    /// What begins or closes next first; only what has a date.
    Soonest,
}

/// How many there are, of what; and why a search could not be made.
pub struct Found {
    narrowed: Narrowed,
    total: Option<Total>,
    refused: Vec<Refusal>,
}

/// A choice that narrows the results, and how many would be left.
#[derive(SimpleObject)]
pub struct Facet {
    /// As the filter takes it.
    id: String,
    /// As people read it.
    name: String,
    /// How many there are with this choice and all others that were made, those of its own list apart.
    count: i64,
}

/// The choices of each list that leave something, most first.
#[derive(SimpleObject, Default)]
pub struct Facets {
    kinds: Vec<Facet>,
    topics: Vec<Facet>,
    focus_areas: Vec<Facet>,
    strategies: Vec<Facet>,
}

#[Object]
impl Found {
    /// How many there are altogether, on this page and off it.
    async fn total_count(&self) -> Result<i64, Error> {
        match &self.total {
            Some(total) => total.count().await,
            None => Ok(0),
        }
    }

    /// How many there are of each kind, topic, focus area and strategy.
    async fn facets(&self, context: &Context<'_>) -> Result<Facets, Error> {
        if self.total.is_some() { self.narrowed.facets(Visit::of(context)).await } else { Ok(Facets::default()) }
    }

    /// Why the search could not be made; then there are no results.
    async fn user_errors(&self, context: &Context<'_>) -> Result<Vec<UserError>, Error> {
        UserError::all(Visit::of(context), self.refused.clone()).await
    }
}

/// The library as somebody narrowed it.
struct Narrowed {
    filter: LibraryFilter,
    query: Option<search::Query>,
}

impl Narrowed {
    /// The resources that fit, without regard to the list named by `except`.
    fn select(&self, visit: &Visit, except: &str) -> Select<resource::Entity> {
        let mut select = resource::Entity::find();
        if let Some(query) = &self.query {
            select = select.filter(query.condition(visit.database().get_database_backend()));
        }
        let chosen = |values: &Option<Vec<String>>| values.clone().filter(|values| !values.is_empty());
        if except != KIND
            && let Some(kinds) = chosen(&self.filter.kinds)
        {
            select = select.filter(resource::Column::Kind.is_in(kinds.iter().map(|kind| kind.to_ascii_lowercase())));
        }
        let lists = [(FOCUS_AREA, &self.filter.focus_areas), (STRATEGY, &self.filter.strategies), (TOPIC, &self.filter.topics)];
        for (scheme, values) in lists.into_iter().filter(|(scheme, _)| *scheme != except) {
            let Some(values) = chosen(values) else { continue };
            let labelled = label::Entity::find()
                .select_only()
                .column(label::Column::ResourceNumber)
                .filter(label::Column::Scheme.eq(scheme))
                .filter(label::Column::Value.is_in(values));
            select = select.filter(resource::Column::Number.in_subquery(labelled.into_query()));
        }
        if let Some(submitter) = self.filter.submitter {
            select = select.filter(resource::Column::SubmitterId.eq(submitter));
        }
        if self.filter.upcoming == Some(true) {
            let ahead = resource::Column::OverAt.gt(visit.clock.now()).and(resource::Column::ArchivedAt.is_null());
            select = select.filter(ahead);
        }
        select
    }

    /// Whether anything narrows the library, without regard to the list named by `except`.
    fn narrows(&self, except: &str) -> bool {
        let LibraryFilter { kinds, topics, focus_areas, strategies, upcoming, submitter } = &self.filter;
        let lists = [(KIND, kinds), (TOPIC, topics), (FOCUS_AREA, focus_areas), (STRATEGY, strategies)];
        let chosen =
            |(list, values): (&str, &Option<Vec<String>>)| list != except && values.as_ref().is_some_and(|values| !values.is_empty());
        self.query.is_some() || submitter.is_some() || *upcoming == Some(true) || lists.into_iter().any(chosen)
    }

    /// Counts all lists in one statement.
    async fn facets(&self, visit: &Visit) -> Result<Facets, Error> {
        let mut counts = self
            .select(visit, KIND)
            .select_only()
            .expr_as(Expr::value(KIND), "scheme")
            .expr_as(Expr::col(resource::Column::Kind), "value")
            .expr_as(Expr::cust("COUNT(*)"), "count")
            .group_by(resource::Column::Kind)
            .into_query();
        for scheme in [TOPIC, FOCUS_AREA, STRATEGY] {
            let mut labels = label::Entity::find()
                .select_only()
                .expr_as(Expr::value(scheme), "scheme")
                .expr_as(Expr::col(label::Column::Value), "value")
                .expr_as(Expr::cust("COUNT(*)"), "count")
                .filter(label::Column::Scheme.eq(scheme))
                .group_by(label::Column::Value);
            // A label goes with its resource: where nothing narrows, all of them count.
            if self.narrows(scheme) {
                let numbers = self.select(visit, scheme).select_only().column(resource::Column::Number).into_query();
                labels = labels.filter(label::Column::ResourceNumber.in_subquery(numbers));
            }
            counts.union(UnionType::All, labels.into_query());
        }
        let rows = visit.database().query_all(&counts).await?;
        let read = |row: &QueryResult| -> Result<(String, String, i64), DbErr> {
            Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?))
        };
        let mut rows = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
        let slugs = rows.iter().filter(|(scheme, ..)| scheme == TOPIC).map(|(_, slug, _)| slug);
        let topics = topics::by_slugs(visit, slugs).await?;
        let mut facets = Facets::default();
        for (scheme, id, count) in rows {
            let term = |list: &[Term]| crate::community::Community::name_in(list, &id).to_owned();
            let (list, name) = match scheme.as_str() {
                KIND => (&mut facets.kinds, visit.community().kind(&id).plural),
                FOCUS_AREA => (&mut facets.focus_areas, term(&visit.community().focus_areas)),
                STRATEGY => (&mut facets.strategies, term(&visit.community().strategies)),
                _ => (&mut facets.topics, topics.get(&id).cloned().unwrap_or_else(|| id.clone())),
            };
            list.push(Facet { id, name, count });
        }
        Ok(facets)
    }
}

const KIND: &str = "KIND";

/// A row with how well it fits a search.
struct Ranked {
    row: resource::Model,
    rank: i64,
}

impl FromQueryResult for Ranked {
    fn from_query_result(result: &QueryResult, prefix: &str) -> Result<Ranked, DbErr> {
        Ok(Ranked { row: resource::Model::from_query_result(result, prefix)?, rank: result.try_get(prefix, "rank")? })
    }
}

/// Reads one page of the library.
pub(super) async fn read(
    context: &Context<'_>,
    query: Option<&str>,
    filter: LibraryFilter,
    sort: LibrarySort,
    window: &Window,
) -> Result<Results, Error> {
    let visit = Visit::of(context);
    let query = match query.map(search::Query::parse).transpose() {
        Ok(query) => query.flatten(),
        // What cannot be searched for finds nothing, and says why; it is no error of the whole request.
        Err(refusal) => {
            let found = Found { narrowed: Narrowed { filter, query: None }, total: None, refused: vec![refusal] };
            return Ok(Results::with_additional_fields(false, false, found));
        }
    };
    if query.is_some() {
        limits::search(visit)?;
    }
    let refused = filter.refused();
    if !refused.is_empty() {
        let found = Found { narrowed: Narrowed { filter: LibraryFilter::default(), query: None }, total: None, refused };
        return Ok(Results::with_additional_fields(false, false, found));
    }
    let narrowed = Narrowed { filter, query };
    let mut select = narrowed.select(visit, "");
    let engine = visit.database().get_database_backend();
    let column = |column: resource::Column| (Expr::col((resource::Entity, column)), column.def().get_column_type().clone());
    let rank = narrowed.query.as_ref().map(|query| query.rank(engine));
    let ranked = match (sort, rank) {
        (LibrarySort::Relevance, Some(rank)) => rank,
        _ => Expr::value(0i64),
    };
    let by_rank = sort == LibrarySort::Relevance && narrowed.query.is_some();
    let (key, order) = match sort {
        LibrarySort::Relevance if by_rank => ((ranked.clone(), ColumnType::BigInteger), Order::Desc),
        LibrarySort::Relevance | LibrarySort::Newest => (column(resource::Column::PublishedAt), Order::Desc),
        LibrarySort::Title => (column(resource::Column::TitleKey), Order::Asc),
        LibrarySort::Soonest => {
            select = select.filter(resource::Column::SoonAt.is_not_null());
            (column(resource::Column::SoonAt), Order::Asc)
        }
    };
    let total = Total::of(visit, select.clone());
    let select = select.expr_as(ranked, "rank");
    let (rows, previous, next) = window.stretch::<_, Ranked>(visit, select, key, resource::Column::Number, order).await?;
    let cursor = |row: &Ranked| match sort {
        _ if by_rank => Cursor::Count(row.rank, row.row.number),
        LibrarySort::Title => Cursor::Text(row.row.title_key.clone(), row.row.number),
        LibrarySort::Soonest => Cursor::Time(row.row.soon_at.unwrap_or_default().timestamp_micros(), row.row.number),
        _ => Cursor::Time(row.row.published_at.timestamp_micros(), row.row.number),
    };
    let query = narrowed.query.clone().map(std::sync::Arc::new);
    let mut results = Results::with_additional_fields(previous, next, Found { narrowed, total: Some(total), refused: Vec::new() });
    results.edges.extend(rows.into_iter().map(|row| Edge::new(cursor(&row), Resource::found(row.row, query.clone()))));
    if paging::names(context, "submitter") {
        members::prime(visit, results.edges.iter().map(|edge| edge.node.submitter_id())).await?;
    }
    if paging::names(context, "commentCount") {
        let ids: Vec<_> = results.edges.iter().map(|edge| edge.node.local_id()).collect();
        crate::comments::prime_counts(visit, &ids).await?;
    }
    if paging::names(context, "topics") {
        let ids: Vec<Uuid> = results.edges.iter().flat_map(|edge| edge.node.topic_ids().to_vec()).collect();
        topics::by_ids(visit, &ids).await?;
    }
    Ok(results)
}
