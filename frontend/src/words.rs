//! Words, from one Fluent file a language, and how that language writes dates and numbers, from CLDR.

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use chrono::{Datelike, NaiveDate};
use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use icu_calendar::Iso;
use icu_datetime::{DateTimeFormatter, fieldsets, input::Date};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_locale_core::Locale;
use intl_memoizer::{Memoizable, concurrent::IntlLangMemoizer};
use serde::Serialize;
use unic_langid::{LanguageIdentifier, LanguageIdentifierError};

use crate::templates::Files;

/// The language of what has none of its own, and of words that another language lacks.
pub const FIRST: &str = "en";

/// Every language that has a file of words, by its tag.
pub struct Languages(BTreeMap<String, Words>);

/// A language, as people choose it.
#[derive(Serialize)]
pub struct Language {
    /// Its tag, such as `es`.
    pub id: String,
    /// What it calls itself.
    pub name: String,
}

impl Languages {
    /// Reads every file of words.
    ///
    /// # Errors
    /// Which file does not read, and why.
    pub fn read() -> Result<Languages, String> {
        let tags = Files::under("words/").filter_map(|file| Some(file.strip_prefix("words/")?.strip_suffix(".ftl")?.to_owned()));
        tags.map(|tag| Ok((tag.clone(), Words::read(&tag)?))).collect::<Result<_, _>>().map(Languages)
    }

    /// The words of that language, or of the first.
    pub fn of(&self, tag: &str) -> &Words {
        self.0.get(tag).unwrap_or_else(|| &self.0[FIRST])
    }

    /// The languages to choose from.
    pub fn all(&self) -> Vec<Language> {
        let name = |words: &Words| words.get("language-name", &FluentArgs::new()).and_then(Result::ok).unwrap_or_default();
        self.0.iter().map(|(tag, words)| Language { id: tag.clone(), name: name(words) }).collect()
    }

    /// The tag of the language that somebody asks for first and that has words here. `wishes` is a tag, or a whole `Accept-Language`.
    /// Source: RFC 9110, section 12.5.4.
    pub fn wanted(&self, wishes: &str) -> Option<&str> {
        let primary = |wish: &str| wish.split('-').next().unwrap_or_default().to_ascii_lowercase();
        accept_language::parse(wishes).iter().find_map(|wish| self.0.get_key_value(&primary(wish))).map(|(tag, _)| tag.as_str())
    }
}

/// The words of one language.
pub struct Words {
    bundle: FluentBundle<Arc<FluentResource>>,
    date: DateTimeFormatter<fieldsets::YMD>,
    month_of_year: DateTimeFormatter<fieldsets::YM>,
    short_month: DateTimeFormatter<fieldsets::M>,
    numbers: DecimalFormatter,
}

impl Words {
    /// Reads `words/{language}.ftl`. Its message `locale` says how its dates and numbers are written, such as `en-GB`.
    fn read(language: &str) -> Result<Words, String> {
        let wrong = |what: &dyn Debug| format!("words/{language}.ftl: {what:?}");
        let text = Files::text(&format!("words/{language}.ftl"))?;
        let resource = Arc::new(FluentResource::try_new(text).map_err(|(_, errors)| wrong(&errors))?);
        let bundle = |tag: &str| {
            let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().map_err(|error: LanguageIdentifierError| wrong(&error))?]);
            // What people typed stands in elements of its own with dir="auto"; marks around it would be copied along.
            bundle.set_use_isolating(false);
            bundle.set_formatter(Some(number));
            bundle.add_resource(resource.clone()).map_err(|errors| wrong(&errors))?;
            Ok::<_, String>(bundle)
        };
        let tag = get(&bundle(language)?, "locale", &FluentArgs::new()).ok_or_else(|| wrong(&"no `locale`"))??;
        let locale: Locale = tag.parse().map_err(|error| wrong(&error))?;
        Ok(Words {
            bundle: bundle(&tag)?,
            date: DateTimeFormatter::try_new((&locale).into(), fieldsets::YMD::long()).map_err(|error| wrong(&error))?,
            month_of_year: DateTimeFormatter::try_new((&locale).into(), fieldsets::YM::long()).map_err(|error| wrong(&error))?,
            short_month: DateTimeFormatter::try_new((&locale).into(), fieldsets::M::medium()).map_err(|error| wrong(&error))?,
            numbers: DecimalFormatter::try_new((&locale).into(), Default::default()).map_err(|error| wrong(&error))?,
        })
    }

    /// The message of that key, if there is one, with its arguments filled in.
    pub fn get(&self, key: &str, arguments: &FluentArgs) -> Option<Result<String, String>> {
        get(&self.bundle, key, arguments)
    }

    /// A day, such as "5 October 2026".
    pub fn date(&self, day: NaiveDate) -> String {
        self.date.format(&plain(day)).to_string()
    }

    /// The month of a day, such as "October 2026".
    pub fn month_of_year(&self, day: NaiveDate) -> String {
        self.month_of_year.format(&plain(day)).to_string()
    }

    /// The month of a day, as short as can be, such as "Oct".
    pub fn short_month(&self, day: NaiveDate) -> String {
        self.short_month.format(&plain(day)).to_string()
    }

    /// A whole number, such as "2,142".
    pub fn number(&self, number: i64) -> String {
        self.numbers.format(&number.into()).to_string()
    }
}

fn get(bundle: &FluentBundle<Arc<FluentResource>>, key: &str, arguments: &FluentArgs) -> Option<Result<String, String>> {
    let pattern = bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    Some(if errors.is_empty() { Ok(text) } else { Err(format!("`{key}`: {errors:?}")) })
}

fn plain(day: NaiveDate) -> Date<Iso> {
    Date::try_new_iso(day.year(), day.month() as u8, day.day() as u8).expect("both count days alike")
}

/// How a language groups the digits of a number.
struct Grouped(DecimalFormatter);

impl Memoizable for Grouped {
    type Args = ();
    type Error = String;

    fn construct(language: LanguageIdentifier, (): ()) -> Result<Grouped, String> {
        let locale: Locale = language.to_string().parse().map_err(|error| format!("{error}"))?;
        DecimalFormatter::try_new((&locale).into(), Default::default()).map(Grouped).map_err(|error| error.to_string())
    }
}

/// A whole number as its language writes it; everything else is left to Fluent.
fn number(value: &FluentValue, known: &IntlLangMemoizer) -> Option<String> {
    let FluentValue::Number(number) = value else { return None };
    let whole = Decimal::from(number.value as i64);
    known.with_try_get::<Grouped, _, _>((), |grouped| grouped.0.format(&whole).to_string()).ok()
}
