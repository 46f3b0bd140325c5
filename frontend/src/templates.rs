//! What templates can say. Undefined names and nulls are errors; text is escaped unless one function here made it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use fluent_bundle::{FluentArgs, FluentValue};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, State, UndefinedBehavior, Value, escape_formatter, syntax::SyntaxConfig, value::Kwargs,
};
use rust_embed::RustEmbed;

use crate::{
    Assets,
    words::{self, Languages, Words},
};

/// The files that the program carries inside it.
#[derive(RustEmbed)]
#[folder = "."]
#[include = "pages/**"]
#[include = "letters/**"]
#[include = "styles/**"]
#[include = "scripts/**"]
#[include = "words/**"]
pub struct Files;

impl Files {
    /// The names of the files under a folder, such as `pages/`.
    pub fn under(folder: &'static str) -> impl Iterator<Item = String> {
        Files::iter().map(String::from).filter(move |name| name.starts_with(folder))
    }

    /// The text of a file.
    pub fn text(name: &str) -> Result<String, String> {
        let file = Files::get(name).ok_or_else(|| format!("there is no {name}"))?;
        String::from_utf8(file.data.into_owned()).map_err(|_| format!("{name} is not UTF-8"))
    }
}

/// Every template of pages and letters with the functions they share.
pub fn environment(languages: Arc<Languages>) -> Result<Environment<'static>, String> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|error| error.to_string())?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(2_000_000));
    // By name, and only these two: a template without an extension would not be escaped.
    environment.set_auto_escape_callback(|name| if name.ends_with(".txt") { AutoEscape::None } else { AutoEscape::Html });
    environment.set_formatter(|out, state, value| match value.is_none() {
        true => Err(Error::new(ErrorKind::UndefinedError, "null reached the page")),
        false => escape_formatter(out, state, value),
    });
    let known = languages.clone();
    environment.add_function("t", move |state: &State, key: &str, arguments: Kwargs| translate(spoken(state, &known), key, arguments));
    let known = languages.clone();
    environment.add_function("has_words", move |state: &State, key: &str| spoken(state, &known).get(key, &FluentArgs::new()).is_some());
    let known = languages.clone();
    environment.add_function("refusal", move |state: &State, problem: Value| refusal(spoken(state, &known), &problem));
    let known = languages.clone();
    environment
        .add_function("day", move |state: &State, time: &str| time_element(time, |at| Ok(spoken(state, &known).date(at.date_naive()))));
    let known = languages.clone();
    environment.add_function("moment", move |state: &State, time: &str| time_element(time, |at| date_and_time(spoken(state, &known), at)));
    environment.add_function("lang", lang);
    environment.add_function("minutes", minutes);
    let known = languages.clone();
    environment.add_function("ago", move |state: &State, time: &str| {
        let now = state.lookup("page").map(|page| page.get_attr("now")).transpose()?.and_then(|now| i64::try_from(now).ok());
        let now = now.and_then(|now| DateTime::from_timestamp(now, 0)).ok_or_else(|| missing("page.now"))?;
        time_element(time, |at| ago(spoken(state, &known), at, now))
    });
    let known = languages.clone();
    environment.add_function("day_of_month", move |state: &State, time: &str| {
        let at = read_time(time)?;
        Ok(time_tag(at, &format!("<b>{}</b> {}", at.format("%-d"), spoken(state, &known).short_month(at.date_naive()))))
    });
    let known = languages.clone();
    environment.add_function("number", move |state: &State, number: i64| spoken(state, &known).number(number));
    environment.add_function("partial_date", move |state: &State, text: &str| partial_date(spoken(state, &languages), text));
    environment.add_function("html", |html: &str| Value::from_safe_string(html.to_owned()));
    environment.add_function("icon", |name: &str| {
        let symbols = Assets::all().address("symbols.svg").unwrap_or_default();
        Value::from_safe_string(format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"{symbols}#{}\"/></svg>", escaped(name)))
    });
    environment.add_function("asset", |name: &str| {
        Assets::all().address(name).map(String::from).ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no asset `{name}`")))
    });
    environment.add_function("asked", asked);
    environment.add_function("address", address);
    environment.add_function("typed", typed);
    environment.add_function("chosen", chosen);
    environment.add_function("problems_of", problems_of);
    for name in Files::under("pages/").chain(Files::under("letters/")).filter(|name| !name.ends_with(".graphql")) {
        if ![".html", ".txt", ".xml"].iter().any(|end| name.ends_with(end)) {
            return Err(format!("{name}: a template ends in .html, .txt or .xml"));
        }
        let short = name.strip_prefix("pages/").unwrap_or(&name).to_owned();
        environment.add_template_owned(short, Files::text(&name)?).map_err(|error| format!("{name}: {error:#}"))?;
    }
    Ok(environment)
}

fn escaped(text: &str) -> String {
    text.chars().filter(|character| character.is_ascii_alphanumeric() || *character == '-').collect()
}

fn missing(key: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("no words for `{key}`"))
}

fn say(words: &Words, key: &str, arguments: &FluentArgs) -> Result<String, Error> {
    words.get(key, arguments).ok_or_else(|| missing(key))?.map_err(|error| Error::new(ErrorKind::InvalidOperation, error))
}

fn fluent(value: &Value) -> FluentValue<'static> {
    match i64::try_from(value.clone()) {
        Ok(number) => FluentValue::from(number),
        Err(_) => FluentValue::from(value.to_string()),
    }
}

/// The words of a key, with its arguments.
fn translate(words: &Words, key: &str, arguments: Kwargs) -> Result<String, Error> {
    let mut given = FluentArgs::new();
    for name in arguments.args() {
        given.set(name.to_owned(), fluent(&arguments.get::<Value>(name)?));
    }
    say(words, key, &given)
}

/// The words of a refusal: those for this field and code, or those for the code, or the developers' sentence.
fn refusal(words: &Words, problem: &Value) -> Result<String, Error> {
    let code = problem.get_attr("code")?.to_string();
    // A path, as a form spells it or as the schema answers it.
    let field = match problem.get_attr("field")? {
        path if path.kind() == minijinja::value::ValueKind::Seq => {
            path.try_iter()?.map(|step| step.to_string()).collect::<Vec<_>>().join(".")
        }
        path => path.to_string(),
    };
    let field = field.split('.').rfind(|step| step.parse::<u32>().is_err()).unwrap_or("").to_owned();
    let mut given = FluentArgs::new();
    for argument in problem.get_attr("arguments")?.try_iter()? {
        given.set(argument.get_attr("name")?.to_string(), fluent(&argument.get_attr("value")?));
    }
    for key in [format!("refusal-{field}-{code}"), format!("refusal-{code}")] {
        if let Some(text) = words.get(&key, &given) {
            return text.map_err(|error| Error::new(ErrorKind::InvalidOperation, error));
        }
    }
    Ok(problem.get_attr("message")?.to_string())
}

/// The words in which the page or letter speaks.
fn spoken<'a>(state: &State, languages: &'a Languages) -> &'a Words {
    let tag = state.lookup("locale");
    languages.of(tag.as_ref().and_then(|tag| tag.as_str()).unwrap_or(words::FIRST))
}

fn read_time(time: &str) -> Result<DateTime<Utc>, Error> {
    let at = DateTime::parse_from_rfc3339(time).map_err(|_| Error::new(ErrorKind::InvalidOperation, format!("`{time}` is no time")))?;
    Ok(at.with_timezone(&Utc))
}

/// A `time` element: the machine's time inside, people's words on the page.
fn time_element(time: &str, words: impl Fn(DateTime<Utc>) -> Result<String, Error>) -> Result<Value, Error> {
    let at = read_time(time)?;
    Ok(time_tag(at, &words(at)?))
}

fn time_tag(at: DateTime<Utc>, words: &str) -> Value {
    Value::from_safe_string(format!("<time datetime=\"{}\">{words}</time>", at.format("%Y-%m-%dT%H:%M:%SZ")))
}

fn date_and_time(words: &Words, at: DateTime<Utc>) -> Result<String, Error> {
    let mut given = FluentArgs::new();
    given.set("date", words.date(at.date_naive()));
    given.set("time", at.format("%H:%M").to_string());
    say(words, "date-time", &given)
}

/// The attribute that says in which language a text is, where somebody has said so.
fn lang(language: Option<&str>) -> Value {
    Value::from_safe_string(language.map_or_else(String::new, |language| format!(" lang=\"{}\"", escaped(language))))
}

/// A time as a browser's own control takes it; empty for none.
fn minutes(time: Option<&str>) -> Result<String, Error> {
    let Some(time) = time.filter(|time| !time.is_empty()) else { return Ok(String::new()) };
    Ok(read_time(time)?.format("%Y-%m-%dT%H:%M").to_string())
}

/// A date as precise as it is known: "2026", "October 2026" or "5 October 2026".
fn partial_date(words: &Words, text: &str) -> String {
    let whole = |rest: &str| NaiveDate::parse_from_str(&format!("{text}{rest}"), "%Y-%m-%d").ok();
    let written = match text.len() {
        7 => whole("-01").map(|day| words.month_of_year(day)),
        10 => whole("").map(|day| words.date(day)),
        _ => None,
    };
    written.unwrap_or_else(|| text.to_owned())
}

fn ago(words: &Words, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<String, Error> {
    let minutes = (now - at).num_minutes();
    let (key, count) = match minutes {
        ..1 => return say(words, "ago-now", &FluentArgs::new()),
        1..60 => ("ago-minutes", minutes),
        60..1440 => ("ago-hours", minutes / 60),
        1440..43200 => ("ago-days", minutes / 1440),
        _ => return Ok(words.date(at.date_naive())),
    };
    let mut given = FluentArgs::new();
    given.set("count", count);
    say(words, key, &given)
}

/// What the page's own query string says under a name; empty when it says nothing.
fn asked(state: &State, name: &str) -> Result<Value, Error> {
    let query = state.lookup("page").map(|page| page.get_attr("query")).transpose()?.unwrap_or_default();
    let value = query.get_attr(name)?;
    Ok(if value.is_undefined() { Value::from("") } else { value })
}

/// A path with a query string of the arguments that are neither empty nor null.
fn address(path: &str, arguments: Kwargs) -> Result<String, Error> {
    let mut pairs = Vec::new();
    for name in arguments.args() {
        let value = arguments.get::<Value>(name)?;
        if !value.is_none() && !value.is_undefined() && !value.to_string().is_empty() {
            pairs.push((name.to_owned(), value.to_string()));
        }
    }
    let query = serde_urlencoded::to_string(pairs).map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?;
    Ok(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
}

/// What was posted under a name, if the form that was posted is the one in which that name stands: a page may have several.
fn posted(state: &State, name: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(form) = state.lookup("form") else { return Ok(None) };
    let values = form.get_attr("values")?;
    if values.is_none() {
        return Ok(None);
    }
    let all = values.get_item(&Value::from(name))?;
    if !all.is_undefined() {
        return Ok(Some(all.try_iter()?.map(|value| value.to_string()).collect()));
    }
    // Browsers send every text but no empty box: the text fields that stand beside it tell whose form it was.
    let beside = |other: &str| match name.rsplit_once('.') {
        Some((stem, _)) => other.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.')),
        None => !["token", "action", "submissionId", "version", "idempotencyKey"].contains(&other),
    };
    let same_form = values.try_iter()?.any(|other| other.as_str().is_some_and(beside));
    Ok(same_form.then(Vec::new))
}

/// What a text field shows: what was typed, or else what is there. A list stands one a line.
fn typed(state: &State, name: &str, there: Value) -> Result<String, Error> {
    if let Some(values) = posted(state, name)? {
        return Ok(values.join("\n"));
    }
    Ok(match there.kind() {
        minijinja::value::ValueKind::None => String::new(),
        minijinja::value::ValueKind::Seq => there.try_iter()?.map(|line| line.to_string()).collect::<Vec<_>>().join("\n"),
        _ => there.to_string(),
    })
}

/// Whether a choice is marked: as it was posted, or else as it is there.
fn chosen(state: &State, name: &str, value: &str, there: Value) -> Result<bool, Error> {
    if let Some(values) = posted(state, name)? {
        return Ok(values.iter().any(|posted| posted == value));
    }
    Ok(match there.kind() {
        minijinja::value::ValueKind::Seq => there.try_iter()?.any(|one| one.as_str() == Some(value)),
        _ => there.as_str() == Some(value),
    })
}

/// The problems of a field or of anything inside it.
fn problems_of(state: &State, name: &str) -> Result<Vec<Value>, Error> {
    let Some(form) = state.lookup("form") else {
        return Ok(Vec::new());
    };
    let inside = |field: &str| field == name || field.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let problems = form.get_attr("problems")?.try_iter()?;
    Ok(problems.filter(|problem| problem.get_attr("field").is_ok_and(|field| field.as_str().is_some_and(inside))).collect())
}
