//! Markdown to safe HTML. Nothing else makes an [`Html`], so what carries that type is safe to put in a page.

use std::{collections::HashSet, sync::LazyLock};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use comrak::{
    Arena, Options,
    arena_tree::NodeEdge,
    nodes::{AstNode, NodeValue},
};
use tokio::sync::Semaphore;

use crate::{Error, Refusal, error::ErrorCode};

/// Moves when the renderer or the allow-list changes, so that stored HTML can be told to be old.
pub const RENDERER: i32 = 2;

/// Quotes and list items inside each other, and marks (emphasis, links) inside marks.
const DEEPEST: i32 = 16;
const MOST_MARKS: i32 = 32;
/// Of a table.
const COLUMNS: usize = 50;
const ROWS: usize = 200;
/// Bytes of the HTML of a text.
const LARGEST: usize = 256 * 1024;
/// A guard for every caller; each field has its own, lower limit.
const LONGEST: usize = 50_000;

/// HTML that `markup` made from what a person wrote: sanitised, safe to put in a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Html(String);

/// A string of HTML that the server made and sanitised: safe to put in a page as it is.
#[Scalar]
impl ScalarType for Html {
    fn parse(_: Value) -> InputValueResult<Self> {
        Err(InputValueError::custom("Html is never an input"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl Html {
    /// The markup itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes back what [`render`] made and a table of ours kept.
    pub(crate) fn stored(html: String) -> Html {
        Html(html)
    }
}

/// Plain text with some of it marked: escaped here, so that it is safe to put in a page.
#[derive(Default)]
pub(crate) struct Marked {
    html: String,
    open: Option<&'static str>,
}

impl Marked {
    /// Adds text, inside an element of that name or none. Neighbours of one name share an element.
    pub fn push(&mut self, element: Option<&'static str>, text: &str) {
        if element != self.open {
            self.close();
            if let Some(element) = element {
                self.html.push_str(&format!("<{element}>"));
            }
            self.open = element;
        }
        for character in text.chars() {
            match character {
                '<' => self.html.push_str("&lt;"),
                '>' => self.html.push_str("&gt;"),
                '&' => self.html.push_str("&amp;"),
                '"' => self.html.push_str("&quot;"),
                other => self.html.push(other),
            }
        }
    }

    fn close(&mut self) {
        if let Some(element) = self.open.take() {
            self.html.push_str(&format!("</{element}>"));
        }
    }

    /// The whole.
    pub fn done(mut self) -> Html {
        self.close();
        Html(self.html)
    }
}

/// A text with the words that were looked for inside `mark`.
pub(crate) fn highlighted(text: &str, finds: impl Fn(&str) -> bool) -> Html {
    let mut marked = Marked::default();
    for (word, is_word) in pieces(text) {
        marked.push((is_word && finds(word)).then_some("mark"), word);
    }
    marked.done()
}

/// Some `limit` characters of a text around the first word that was looked for, which is inside `mark`; the beginning when there is none.
pub(crate) fn excerpt(text: &str, limit: usize, finds: impl Fn(&str) -> bool) -> Html {
    let pieces: Vec<_> = pieces(text).collect();
    let first = pieces.iter().position(|(word, is_word)| *is_word && finds(word)).unwrap_or(0);
    let mut start = first;
    let mut before = 0;
    while start > 0 && before < limit / 4 {
        start -= 1;
        before += pieces[start].0.chars().count();
    }
    let mut length = 0;
    let cut: String = pieces[start..]
        .iter()
        .map(|(word, _)| *word)
        .take_while(|word| {
            length += word.chars().count();
            length <= limit
        })
        .collect();
    let cut = format!("{}{}{}", if start > 0 { "…" } else { "" }, cut.trim(), if length > limit { "…" } else { "" });
    highlighted(&cut, finds)
}

/// A text cut into words and what stands between them. What a script without spaces writes is cut sign by sign.
fn pieces(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_word = first.is_alphanumeric();
        if is_word && crate::text::is_unspaced(first) {
            let marks = rest[first.len_utf8()..].chars().take_while(|c| unicode_normalization::char::is_combining_mark(*c));
            let (piece, after) = rest.split_at(first.len_utf8() + marks.map(char::len_utf8).sum::<usize>());
            rest = after;
            return Some((piece, true));
        }
        // An accent that stands for itself belongs to the letter before it.
        let ends = |c: char| {
            if is_word {
                (!c.is_alphanumeric() && !unicode_normalization::char::is_combining_mark(c)) || crate::text::is_unspaced(c)
            } else {
                c.is_alphanumeric()
            }
        };
        let end = rest.find(ends).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some((piece, is_word))
    })
}

/// Refuses Markdown that would cost too much to render, or to read: found out before rendering, since the sanitiser's cost is quadratic in nesting.
///
/// # Errors
/// `INVALID` when more than 16 quotes and list items nest, more than 32 marks inside them, a table has more than 50 columns or 200 rows, or the
/// HTML would be larger than 256 KiB.
pub fn check(field: &str, source: &str) -> Result<(), Refusal> {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, source, &OPTIONS);
    match fits(root) && written(root).len() <= LARGEST {
        true => Ok(()),
        false => Err(Refusal::new(ErrorCode::Invalid, field)),
    }
}

fn written<'a>(root: &'a AstNode<'a>) -> String {
    let mut html = String::new();
    comrak::format_html(root, &OPTIONS, &mut html).expect("writing to a string does not fail");
    html
}

fn fits<'a>(root: &'a AstNode<'a>) -> bool {
    let (mut blocks, mut marks) = (0i32, 0i32);
    for edge in root.traverse() {
        let (NodeEdge::Start(node) | NodeEdge::End(node)) = edge;
        let value = &node.data.borrow().value;
        let step = if matches!(edge, NodeEdge::Start(_)) { 1 } else { -1 };
        match value {
            NodeValue::BlockQuote | NodeValue::Item(_) => blocks += step,
            value if value.block() => {}
            _ => marks += step,
        }
        if blocks > DEEPEST
            || marks > MOST_MARKS
            || matches!(value, NodeValue::Table(table) if table.num_columns > COLUMNS || table.num_rows > ROWS)
        {
            return false;
        }
    }
    true
}

/// Renders what a member wrote, off the threads that answer requests. Headings start at level 3: the page's own come first.
///
/// # Errors
/// `TOO_LONG` past 50,000 characters; what [`check`] refuses; a fault when the renderer panics.
pub async fn render(field: &str, source: &str) -> Result<Html, Error> {
    if source.chars().count() > LONGEST {
        return Err(Refusal::new(ErrorCode::TooLong, field).with("limit", LONGEST).into());
    }
    check(field, source)?;
    let source = source.to_owned();
    // As many at once as there are processors: more would only make each other wait.
    static PLACES: LazyLock<Semaphore> =
        LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));
    let _place = PLACES.acquire().await?;
    let html = tokio::task::spawn_blocking(move || convert(&source, 2)).await?;
    html.ok_or_else(|| Refusal::new(ErrorCode::Invalid, field).into())
}

/// The same for whoever is about to publish or decline it. What an earlier version took and this one would not render is shown as typed.
///
/// # Errors
/// A fault when the renderer panics.
pub async fn preview(source: &str) -> Result<Html, Error> {
    match render("", source).await {
        Err(Error::Refused(_)) => {
            let mut typed = Marked::default();
            typed.push(Some("pre"), source);
            Ok(typed.done())
        }
        rendered => rendered,
    }
}

/// Renders a text of the community file, whose author is the operator. Headings keep their level.
pub(crate) fn render_own(source: &str) -> Html {
    convert(source, 0).unwrap_or_else(|| Html(String::new()))
}

static OPTIONS: LazyLock<Options> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    // What somebody typed as HTML is shown as typed: dropping it would lose words.
    options.render.escape = true;
    options
});

/// The HTML of a text; none when it is too large to be cleaned.
fn convert(source: &str, deeper: u8) -> Option<Html> {
    let arena = Arena::new();
    let root = comrak::parse_document(&arena, source, &OPTIONS);
    for node in root.descendants() {
        let mut data = node.data.borrow_mut();
        match &mut data.value {
            NodeValue::Heading(heading) => heading.level = (heading.level + deeper).min(6),
            // An image would tell a stranger's server who reads what: it becomes a link.
            NodeValue::Image(link) => {
                let link = link.clone();
                data.value = NodeValue::Link(link);
            }
            _ => {}
        }
    }
    let html = written(root);
    (html.len() <= LARGEST).then(|| Html(ALLOWED.clean(&html).to_string()))
}

/// The one allow-list.
static ALLOWED: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "strong",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(tags.into())
        .generic_attributes(HashSet::new())
        .tag_attributes([("a", ["href"].into()), ("ol", ["start"].into())].into())
        .url_schemes(["http", "https", "mailto"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("ugc nofollow noopener"));
    builder
});

/// The words of a rendered text without its marks, cut after a whole word at some `limit` characters.
pub fn plain(html: &Html, limit: usize) -> String {
    // After the sanitiser every `<` opens a tag and every other one is an entity.
    let mut text = String::new();
    let mut inside = false;
    for character in html.0.chars() {
        match character {
            '<' => {
                inside = true;
                text.push(' ');
            }
            '>' if inside => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    let mut text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&nbsp;", " ").replace("&amp;", "&");
    for mark in [",", ".", ";", ":", "!", "?"] {
        text = text.replace(&format!(" {mark}"), mark);
    }
    let mut cut = String::new();
    for word in text.split_whitespace() {
        if cut.chars().count() + word.chars().count() > limit {
            cut.push('…');
            break;
        }
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut.push_str(word);
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_allow_list_comes_through() {
        let typed = "# T\n<script>x</script>\n\n<b onclick=x>b</b> [x](javascript:x) [y](https://y.example) ![z](https://z.example/z.png)";
        let html = convert(typed, 2).unwrap();
        assert!(html.as_str().starts_with("<h3>T</h3>"), "{html:?}");
        for gone in ["<script", "javascript", "<img", "<b"] {
            assert!(!html.as_str().contains(gone), "{gone} in {html:?}");
        }
        for link in ["<a href=\"https://y.example\" rel=\"ugc nofollow noopener\">y</a>", "<a href=\"https://z.example/z.png\""] {
            assert!(html.as_str().contains(link), "no {link} in {html:?}");
        }
    }

    #[test]
    fn what_would_cost_too_much_is_refused_before_it_is_rendered() {
        let table = |columns: usize, rows: usize| format!("{}|\n{}|\n{}", "|a".repeat(columns), "|-".repeat(columns), "|a|\n".repeat(rows));
        let nested = |depth: usize| format!("{}a{}", "*a **b ".repeat(depth), "c** c* ".repeat(depth));
        for (text, is_fine) in [
            (">".repeat(16) + "a", true),
            (">".repeat(17) + "a", false),
            (">".repeat(10_000), false),
            ((0..30).map(|depth| "  ".repeat(depth) + "- a\n").collect(), false),
            (nested(5), true),
            (nested(200), false),
            (table(50, 199), true),
            (table(51, 3), false),
            (table(3, 201), false),
            ("[".repeat(50_000), true),
            ("![".repeat(25_000), true),
            ("`".repeat(50_000), true),
            ("*a_ ".repeat(12_500), true),
            ("<!-- ".repeat(10_000), true),
        ] {
            let beginning: String = text.chars().take(40).collect();
            assert_eq!(check("body", &text).is_ok(), is_fine, "{beginning}");
        }
    }
}
