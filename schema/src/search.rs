//! Search: one query language, one ranking and one way to split words on both engines; FTS5 beside `tsvector`.
//!
//! Words are folded and split in Rust. The rank is a sum over where the words stand, so that both engines give the same order.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, Statement, Value,
    sea_query::{Expr, ExprTrait},
};

use crate::{Refusal, error::ErrorCode, text::search_words};

/// Characters of a query. Source: SECURITY, section 4.
const LONGEST: usize = 200;
/// Terms that are looked for; what follows is left out.
const MOST: usize = 40;
/// Terms whose places count for the rank; all of them must be found.
const RANKED: usize = 12;

/// What somebody looks for, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    wanted: Vec<Term>,
    unwanted: Vec<Term>,
}

/// A word, the beginning of a word, or several words in a row.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    words: Vec<String>,
    is_prefix: bool,
}

/// Where a term may stand.
#[derive(Copy, Clone)]
enum Place {
    Anywhere,
    Title,
    Labels,
}

impl Query {
    /// Understands a query: words, `"phrases"`, `-not`. The last word may be the beginning of one. No text is an error of syntax.
    ///
    /// # Errors
    /// `TOO_LONG` past 200 characters, `INVALID` when there is no word in it; both of the field `query`.
    pub fn parse(text: &str) -> Result<Option<Query>, Refusal> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.chars().count() > LONGEST {
            return Err(Refusal::new(ErrorCode::TooLong, "query").with("limit", LONGEST));
        }
        let mut query = Query::default();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let negated = first == '-' && rest.len() > 1;
            let chunk = if negated { &rest[1..] } else { rest };
            let (chunk, is_phrase, after) = match chunk.strip_prefix('"') {
                // A phrase that is never closed goes to the end.
                Some(phrase) => phrase.split_once('"').map_or((phrase, true, ""), |(phrase, after)| (phrase, true, after)),
                None => {
                    let end = chunk.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(chunk.len());
                    (&chunk[..end], false, &chunk[end..])
                }
            };
            let mut words = search_words(chunk);
            // One sign may unfold to a sentence; what nobody typed need not be looked for.
            words.truncate(MOST - query.wanted.len().min(MOST));
            let side = if negated { &mut query.unwanted } else { &mut query.wanted };
            // What is written together in a script without spaces is meant together.
            let together = is_phrase || negated || words.iter().all(|word| word.chars().count() == 1) && words.len() > 1;
            match together {
                true if !words.is_empty() => side.push(Term { words, is_prefix: false }),
                _ => side.extend(words.into_iter().map(|word| Term { words: vec![word], is_prefix: false })),
            }
            // The same word twice asks for nothing more.
            if let Some((last, before)) = side.split_last()
                && before.contains(last)
            {
                side.pop();
            }
            if after.trim().is_empty()
                && !is_phrase
                && !negated
                && !together
                && let Some(last) = query.wanted.last_mut()
            {
                last.is_prefix = true;
            }
            rest = after.trim_start();
        }
        match query.wanted.is_empty() && query.unwanted.is_empty() {
            true => Err(Refusal::new(ErrorCode::Invalid, "query")),
            false => Ok(Some(query)),
        }
    }

    /// The condition that a resource is found.
    pub fn condition(&self, engine: DbBackend) -> Expr {
        let (and, or) = if engine == DbBackend::Sqlite { (" AND ", " OR ") } else { (" & ", " | ") };
        let spelled = |terms: &[Term], link: &str| {
            // In brackets, so that a phrase stays together.
            terms.iter().map(|term| format!("({})", term.spelled(engine, Place::Anywhere))).collect::<Vec<_>>().join(link)
        };
        // One question to the index, however many terms there are.
        let found = (!self.wanted.is_empty()).then(|| within(engine, spelled(&self.wanted, and)));
        let kept_out = (!self.unwanted.is_empty()).then(|| within(engine, spelled(&self.unwanted, or)).not());
        found.into_iter().chain(kept_out).reduce(ExprTrait::and).unwrap_or_else(|| Expr::val(true))
    }

    /// How well a resource fits: a word in the title counts more than any number of words elsewhere.
    pub fn rank(&self, engine: DbBackend) -> Expr {
        let ranked = || self.wanted.iter().take(RANKED);
        let whole = Term { words: ranked().flat_map(|term| term.words.clone()).collect(), is_prefix: true };
        let title = ranked().map(|term| (term.spelled(engine, Place::Title), 40));
        // A whole word before the beginning of one.
        let exact = ranked().filter(|term| term.is_prefix);
        let exact = exact.map(|term| (Term { is_prefix: false, ..term.clone() }.spelled(engine, Place::Title), 10));
        let labels = ranked().map(|term| (term.spelled(engine, Place::Labels), 1));
        let phrase = (whole.words.len() > 1).then(|| (whole.spelled(engine, Place::Title), 15));
        let points: Vec<(String, i64)> = title.chain(exact).chain(labels).chain(phrase).collect();
        if points.is_empty() {
            return Expr::value(0i64);
        }
        if engine == DbBackend::Sqlite {
            // Each term once for the whole statement: the index lists its resources.
            let sum = points
                .into_iter()
                .map(|(term, points)| Expr::case(within(engine, term), Expr::value(points)).finally(Expr::value(0i64)).into());
            return sum.reduce(|sum: Expr, more: Expr| sum.add(more)).unwrap_or_else(|| Expr::value(0i64));
        }
        // Of the resources that were found alone: asked for everything that has a word, PostgreSQL reads every vector that has it.
        let (terms, points): (Vec<String>, Vec<i64>) = points.into_iter().unzip();
        let sum = points
            .iter()
            .enumerate()
            .map(|(index, points)| format!("CASE WHEN words @@ CAST(${} AS tsquery) THEN {points} ELSE 0 END", index + 1));
        let sum = sum.collect::<Vec<_>>().join(" + ");
        let sql = format!(r#"(SELECT CAST({sum} AS bigint) FROM resource_search WHERE resource_search.number = "resource"."number")"#);
        Expr::cust_with_values(sql, terms)
    }

    /// Whether a word of a text is one that was looked for.
    pub fn finds(&self, word: &str) -> bool {
        let folded = search_words(word);
        let is = |term: &Term, word: &String| {
            term.words.iter().any(|wanted| wanted == word) || (term.is_prefix && term.words.iter().any(|wanted| word.starts_with(wanted)))
        };
        folded.iter().any(|word| self.wanted.iter().any(|term| is(term, word)))
    }
}

impl Term {
    /// The term in the engine's own language. Words hold letters and digits alone, so quoting them is safe.
    fn spelled(&self, engine: DbBackend, place: Place) -> String {
        match engine {
            DbBackend::Sqlite => {
                let column = match place {
                    Place::Anywhere => "",
                    Place::Title => "title : ",
                    Place::Labels => "labels : ",
                };
                format!("{column}\"{}\"{}", self.words.join(" "), if self.is_prefix { " *" } else { "" })
            }
            _ => {
                let weight = match place {
                    Place::Anywhere => "",
                    Place::Title => "A",
                    Place::Labels => "B",
                };
                let last = self.words.len().saturating_sub(1);
                let word = |(index, word): (usize, &String)| {
                    let marks = format!("{}{weight}", if self.is_prefix && index == last { "*" } else { "" });
                    format!("'{word}'{}{marks}", if marks.is_empty() { "" } else { ":" })
                };
                self.words.iter().enumerate().map(word).collect::<Vec<_>>().join(" <-> ")
            }
        }
    }
}

/// The condition that the index finds a resource for one spelled term.
fn within(engine: DbBackend, spelled: String) -> Expr {
    let sql = match engine {
        DbBackend::Sqlite => r#""resource"."number" IN (SELECT rowid FROM resource_search WHERE resource_search MATCH ?)"#,
        _ => r#""resource"."number" IN (SELECT number FROM resource_search WHERE words @@ CAST($1 AS tsquery))"#,
    };
    Expr::cust_with_values(sql, [spelled])
}

/// The condition that a resource is not in the index.
pub fn is_missing(engine: DbBackend) -> Expr {
    Expr::cust(match engine {
        DbBackend::Sqlite => r#""resource"."number" NOT IN (SELECT rowid FROM resource_search)"#,
        _ => r#""resource"."number" NOT IN (SELECT number FROM resource_search)"#,
    })
}

/// Writes what a resource is found by, in place of what was there. Part of the transaction that publishes.
pub async fn index(database: &impl ConnectionTrait, number: i64, title: &str, labels: &str, words: &str) -> Result<(), DbErr> {
    forget(database, number).await?;
    let engine = database.get_database_backend();
    let parts = [search_words(title), search_words(labels), search_words(words)];
    let (sql, values): (_, Vec<Value>) = match engine {
        DbBackend::Sqlite => (
            "INSERT INTO resource_search (rowid, title, labels, words) VALUES (?, ?, ?, ?)",
            std::iter::once(number.into()).chain(parts.map(|words| words.join(" ").into())).collect(),
        ),
        _ => {
            // Spelled out, so that PostgreSQL's own parser has no say in what a word is. A gap keeps phrases within one part.
            let mut position = 0;
            let mut vector = String::new();
            for (words, weight) in parts.iter().zip(["A", "B", ""]) {
                for word in words {
                    position += 1;
                    vector.push_str(&format!("'{word}':{}{weight} ", Ord::min(position, 16_383)));
                }
                position += 1;
            }
            ("INSERT INTO resource_search (number, words) VALUES ($1, CAST($2 AS tsvector))", vec![number.into(), vector.into()])
        }
    };
    database.execute_raw(Statement::from_sql_and_values(engine, sql, values)).await?;
    Ok(())
}

/// Takes a resource out of the index.
pub async fn forget(database: &impl ConnectionTrait, number: i64) -> Result<(), DbErr> {
    let engine = database.get_database_backend();
    let sql = match engine {
        DbBackend::Sqlite => "DELETE FROM resource_search WHERE rowid = ?",
        _ => "DELETE FROM resource_search WHERE number = $1",
    };
    database.execute_raw(Statement::from_sql_and_values(engine, sql, [number.into()])).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> Vec<String> {
        let query = Query::parse(text).expect("a query").unwrap_or_default();
        let spelled = |mark: &'static str| move |term: &Term| format!("{mark}{}", term.spelled(DbBackend::Sqlite, Place::Anywhere));
        query.wanted.iter().map(spelled("")).chain(query.unwanted.iter().map(spelled("-"))).collect()
    }

    #[test]
    fn a_query_is_words_phrases_and_what_is_not_wanted() {
        assert_eq!(understood("mental health"), ["\"mental\"", "\"health\" *"]);
        assert_eq!(understood("Mental-Health"), ["\"mental\"", "\"health\" *"]);
        assert_eq!(understood("\"Mental health\" -CLINIC café"), ["\"mental health\"", "\"cafe\" *", "-\"clinic\""]);
        assert_eq!(understood("\"never closed AND"), ["\"never closed and\""]);
        assert_eq!(understood("健康"), ["\"健 康\""]);
        assert_eq!(understood("-a"), ["-\"a\""]);
        for nothing in ["-", "\"\"", "* ( ) : ^", "- - \"", "''"] {
            assert!(Query::parse(nothing).is_err(), "{nothing}");
        }
        assert!(matches!(Query::parse("  "), Ok(None)));
        assert!(Query::parse(&"a ".repeat(101)).is_err());
    }
}
