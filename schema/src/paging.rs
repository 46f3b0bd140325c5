//! Relay connections over keyset cursors: a page stays where it is while rows come and go before it.
//!
//! Source: Relay Cursor Connections Specification, section 4.

use std::convert::Infallible;

use async_graphql::{
    Context, Object, OutputType,
    connection::{Connection as RelayConnection, CursorType, Edge},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::DateTime;
use sea_orm::{
    ColumnTrait, ColumnType, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Value,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use uuid::Uuid;

use crate::{Error, Refusal, Visit, error::ErrorCode};

/// How many a page holds when nobody says.
const DEFAULT: i32 = 20;
/// Times that both engines can hold, in microseconds since 1970: some 6,000 years to both sides.
const TIMES: std::ops::Range<i64> = -200_000_000_000_000_000..200_000_000_000_000_000;
/// How many a page holds at most.
const MOST: i32 = 100;

/// A page of things with the places where it begins and ends, and how many there are altogether.
pub type Connection<T> = RelayConnection<Cursor, T, Total>;

/// A place between rows: the sort key of the row before it, and its number where keys are equal.
#[derive(Clone, Debug, PartialEq)]
pub enum Cursor {
    /// Microseconds since 1970, and the row's number.
    Time(i64, i64),
    /// A folded title, and the row's number.
    Text(String, i64),
    /// A count or a rank, and the row's number.
    Count(i64, i64),
}

impl Cursor {
    fn values(&self) -> (Value, i64) {
        match self {
            Cursor::Time(micros, number) => (DateTime::from_timestamp_micros(*micros).unwrap_or_default().into(), *number),
            Cursor::Text(text, number) => (text.as_str().into(), *number),
            Cursor::Count(count, number) => ((*count).into(), *number),
        }
    }

    fn parse(text: &str) -> Option<Cursor> {
        let text = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (number, key) = text.get(1..)?.split_once(' ')?;
        let number = number.parse().ok()?;
        match text.as_bytes()[0] {
            b't' => Some(Cursor::Time(key.parse().ok().filter(|micros| TIMES.contains(micros))?, number)),
            b'n' => Some(Cursor::Count(key.parse().ok()?, number)),
            b's' if !key.contains('\0') => Some(Cursor::Text(key.to_owned(), number)),
            _ => None,
        }
    }
}

impl CursorType for Cursor {
    type Error = Infallible;

    fn decode_cursor(_: &str) -> Result<Self, Infallible> {
        unreachable!("Window::parse reads cursors, so that garbage is a refusal with a field")
    }

    fn encode_cursor(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(match self {
            Cursor::Time(micros, number) => format!("t{number} {micros}"),
            Cursor::Text(text, number) => format!("s{number} {text}"),
            Cursor::Count(count, number) => format!("n{number} {count}"),
        })
    }
}

/// Which stretch of a list is asked for.
pub struct Window {
    limit: u64,
    backwards: bool,
    after: Option<Cursor>,
    before: Option<Cursor>,
}

impl Window {
    /// Parses the four arguments of a connection.
    ///
    /// # Errors
    /// `INVALID` with the argument's name: a page of fewer than 1 or more than 100, both ends at once, a cursor that is none.
    pub fn parse(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Window, Error> {
        let mut refusals = Vec::new();
        let mut refuse = |field: &str| refusals.push(Refusal::new(ErrorCode::Invalid, field));
        if first.is_some() && last.is_some() {
            refuse("last");
        }
        let mut cursor = |field: &str, text: Option<String>| {
            let parsed = text.as_deref().map(Cursor::parse);
            if parsed == Some(None) {
                refuse(field);
            }
            parsed.flatten()
        };
        let (after, before) = (cursor("after", after), cursor("before", before));
        let limit = last.or(first).unwrap_or(DEFAULT);
        if !(1..=MOST).contains(&limit) {
            let field = if last.is_some() { "last" } else { "first" };
            refusals.push(Refusal::new(ErrorCode::Invalid, field).with("limit", MOST));
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        Ok(Window { limit: limit as u64, backwards: last.is_some(), after, before })
    }

    /// Reads the stretch of `select` that this window shows, sorted by `key` and then by `number`.
    ///
    /// # Errors
    /// `INVALID` for a cursor of another sort; a fault when the database does not answer.
    pub async fn read<E, C, T>(
        &self,
        visit: &Visit,
        select: Select<E>,
        (key, number, order): (C, C, Order),
        cursor: impl Fn(&E::Model) -> Cursor,
        thing: impl Fn(E::Model) -> T,
    ) -> Result<Connection<T>, Error>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
        C: ColumnTrait,
        T: OutputType,
    {
        let total = Total::of(visit, select.clone());
        let key = (Expr::col(key.as_column_ref()), key.def().get_column_type().clone());
        let (rows, previous, next) = self.stretch::<E, E::Model>(visit, select, key, number, order).await?;
        let mut connection = Connection::with_additional_fields(previous, next, total);
        connection.edges.extend(rows.into_iter().map(|row| Edge::new(cursor(&row), thing(row))));
        Ok(connection)
    }

    /// Reads a stretch of a table whose ids sort by time (UUIDv7), newest first.
    ///
    /// # Errors
    /// `INVALID` for a cursor of another sort; a fault when the database does not answer.
    pub async fn read_by_id<E, T>(
        &self,
        visit: &Visit,
        select: Select<E>,
        id: impl ColumnTrait,
        place: impl Fn(&E::Model) -> Uuid,
        thing: impl Fn(E::Model) -> T,
    ) -> Result<Connection<T>, Error>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
        T: OutputType,
    {
        self.forward(visit, select, (id, Order::Desc), |text| Uuid::parse_str(text).ok(), |row| place(row).to_string(), thing).await
    }

    /// Reads a stretch of a table by a text that no two rows share.
    ///
    /// # Errors
    /// `INVALID` for a cursor of another sort; a fault when the database does not answer.
    pub async fn read_by_text<E, T>(
        &self,
        visit: &Visit,
        select: Select<E>,
        key: impl ColumnTrait,
        place: impl Fn(&E::Model) -> String,
        thing: impl Fn(E::Model) -> T,
    ) -> Result<Connection<T>, Error>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
        T: OutputType,
    {
        self.forward(visit, select, (key, Order::Asc), |text| Some(text.to_owned()), place, thing).await
    }

    async fn forward<E, T, V: Into<Value>>(
        &self,
        visit: &Visit,
        select: Select<E>,
        (key, order): (impl ColumnTrait, Order),
        parse: impl Fn(&str) -> Option<V>,
        place: impl Fn(&E::Model) -> String,
        thing: impl Fn(E::Model) -> T,
    ) -> Result<Connection<T>, Error>
    where
        E: EntityTrait,
        E::Model: FromQueryResult + Send + Sync,
        T: OutputType,
    {
        let total = Total::of(visit, select.clone());
        let mut select = select;
        if let Some(after) = &self.after {
            let after = match after {
                Cursor::Text(text, _) => parse(text),
                _ => None,
            };
            let after = after.ok_or(Error::from(Refusal::new(ErrorCode::Invalid, "after")))?;
            select = select.filter(if order == Order::Desc { key.lt(after) } else { key.gt(after) });
        }
        let mut rows = select.order_by(key, order).limit(self.limit + 1).all(visit.database()).await?;
        let more = rows.len() as u64 > self.limit;
        rows.truncate(self.limit as usize);
        let mut connection = Connection::with_additional_fields(self.after.is_some(), more, total);
        connection.edges.extend(rows.into_iter().map(|row| Edge::new(Cursor::Text(place(&row), 0), thing(row))));
        Ok(connection)
    }

    /// The rows of this window, and whether there are more before and after. `key` may be any expression of a known type.
    ///
    /// # Errors
    /// `INVALID` for a cursor of another sort; a fault when the database does not answer.
    pub async fn stretch<E: EntityTrait, M: FromQueryResult + Send + Sync>(
        &self,
        visit: &Visit,
        select: Select<E>,
        (key, kind): (Expr, ColumnType),
        number: impl ColumnTrait,
        order: Order,
    ) -> Result<(Vec<M>, bool, bool), Error> {
        let descending = order == Order::Desc;
        let mut select = select;
        for (place, field, forward) in [(&self.after, "after", true), (&self.before, "before", false)] {
            let Some(place) = place else { continue };
            // A cursor of another sort would compare a time with a title.
            let fits = match place {
                Cursor::Text(..) => kind == ColumnType::Text,
                Cursor::Count(..) => kind == ColumnType::BigInteger,
                Cursor::Time(..) => !matches!(kind, ColumnType::Text | ColumnType::BigInteger),
            };
            if !fits {
                return Err(Refusal::new(ErrorCode::Invalid, field).into());
            }
            let (value, row) = place.values();
            let columns = Expr::tuple([key.clone(), Expr::col(number.as_column_ref())]);
            let values = Expr::tuple([Expr::val(value), Expr::val(row)]);
            select = select.filter(if forward == descending { columns.lt(values) } else { columns.gt(values) });
        }
        let direction = if descending == self.backwards { Order::Asc } else { Order::Desc };
        let select = select.order_by(key, direction.clone()).order_by(number, direction).limit(self.limit + 1);
        let mut rows = select.into_model::<M>().all(visit.database()).await?;
        let more = rows.len() as u64 > self.limit;
        rows.truncate(self.limit as usize);
        if self.backwards {
            rows.reverse();
        }
        let (previous, next) = if self.backwards { (more, self.before.is_some()) } else { (self.after.is_some(), more) };
        Ok((rows, previous, next))
    }
}

fn count<E: EntityTrait>(select: Select<E>) -> SelectStatement {
    select.select_only().expr(Expr::cust("COUNT(*)")).into_query()
}

/// Whether a query names `field` of a connection's things. What it names is read for all of them at once: left to
/// themselves, the loaders of a long list would fill more than one batch.
pub fn names(context: &Context<'_>, field: &str) -> bool {
    let asked = context.look_ahead();
    asked.field("nodes").field(field).exists() || asked.field("edges").field("node").field(field).exists()
}

/// How many there are altogether; counted only when asked.
pub struct Total {
    database: DatabaseConnection,
    select: SelectStatement,
}

impl Total {
    /// The count of what `select` finds.
    pub fn of<E: EntityTrait>(visit: &Visit, select: Select<E>) -> Total {
        Total { database: visit.database().clone(), select: count(select) }
    }

    /// Counts.
    ///
    /// # Errors
    /// A fault when the database does not answer.
    pub async fn count(&self) -> Result<i64, Error> {
        let row = self.database.query_one(&self.select).await?.ok_or(Error::bug("a count answers one row"))?;
        Ok(row.try_get_by_index(0)?)
    }
}

#[Object]
impl Total {
    /// How many there are altogether, on this page and off it.
    async fn total_count(&self) -> Result<i64, Error> {
        self.count().await
    }
}
