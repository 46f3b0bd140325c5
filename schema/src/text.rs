//! Plain text that people type: normalised, measured, parsed. What does not pass is collected, each with its field.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use url::{Host, Url};

use crate::{Error, Refusal, error::ErrorCode, markup};

/// Reads the fields of an input and collects everything that speaks against them.
#[derive(Default)]
pub struct Reader {
    refusals: Vec<Refusal>,
}

impl Reader {
    /// Adds a refusal.
    pub fn refuse(&mut self, refusal: Refusal) {
        self.refusals.push(refusal);
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was refused.
    pub fn done(self) -> Result<(), Error> {
        if self.refusals.is_empty() { Ok(()) } else { Err(Error::Refused(self.refusals)) }
    }

    /// The same, except that what is only missing or too short may still be filled in.
    ///
    /// # Errors
    /// Everything that was refused for another reason.
    pub fn done_as_draft(mut self) -> Result<(), Error> {
        self.refusals.retain(|refusal| !matches!(refusal.code, ErrorCode::Required | ErrorCode::TooShort));
        self.done()
    }

    /// One line of at most `limit` characters; may be empty.
    pub fn line(&mut self, field: &str, typed: &str, limit: usize) -> String {
        self.measured(field, line(typed), limit)
    }

    /// One line of at most `limit` characters; must not be empty.
    pub fn required_line(&mut self, field: &str, typed: &str, limit: usize) -> String {
        let text = self.line(field, typed, limit);
        self.required(field, text)
    }

    /// Paragraphs of at most `limit` characters; may be empty.
    pub fn paragraphs(&mut self, field: &str, typed: &str, limit: usize) -> String {
        self.measured(field, paragraphs(typed), limit)
    }

    /// Paragraphs of Markdown of at most `limit` characters, which can be rendered; may be empty.
    pub fn markdown(&mut self, field: &str, typed: &str, limit: usize) -> String {
        let known = self.refusals.len();
        let text = self.paragraphs(field, typed, limit);
        // What is too long is not parsed as well.
        if self.refusals.len() == known
            && let Err(refusal) = markup::check(field, &text)
        {
            self.refuse(refusal);
        }
        text
    }

    /// Refuses an empty text, and one that shows nothing.
    pub fn required(&mut self, field: &str, text: String) -> String {
        if !text.chars().any(shows) {
            self.refuse(Refusal::new(ErrorCode::Required, field));
        }
        text
    }

    /// At most `most` lines of at most `limit` characters each; empty and repeated ones are dropped.
    pub fn lines(&mut self, field: &str, typed: &[String], most: usize, limit: usize) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for (index, typed) in typed.iter().enumerate().take(most + 1) {
            let line = self.line(&format!("{field}.{index}"), typed, limit);
            if !line.is_empty() && !lines.contains(&line) {
                lines.push(line);
            }
        }
        if typed.len() > most {
            self.refuse(Refusal::new(ErrorCode::TooLong, field).with("limit", most));
        }
        lines
    }

    /// Words of a fixed list, matched case-blind, answered as the list spells them.
    pub fn words<'a>(&mut self, field: &str, typed: &[String], list: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for (index, typed) in typed.iter().enumerate().take(list.clone().count() + 1) {
            let word = self.word(&format!("{field}.{index}"), typed, list.clone());
            if !word.is_empty() && !words.contains(&word) {
                words.push(word);
            }
        }
        words
    }

    /// A word of a fixed list, matched case-blind, answered as the list spells it; may be empty.
    pub fn word<'a>(&mut self, field: &str, typed: &str, mut list: impl Iterator<Item = &'a str>) -> String {
        let typed = line(typed);
        match list.find(|word| word.eq_ignore_ascii_case(&typed)) {
            Some(word) => return word.to_owned(),
            None if !typed.is_empty() => self.refuse(Refusal::new(ErrorCode::Invalid, field)),
            None => {}
        }
        String::new()
    }

    /// The same; must not be empty.
    pub fn required_word<'a>(&mut self, field: &str, typed: &str, list: impl Iterator<Item = &'a str>) -> String {
        match line(typed).is_empty() {
            true => self.required(field, String::new()),
            false => self.word(field, typed, list),
        }
    }

    fn measured(&mut self, field: &str, text: String, limit: usize) -> String {
        if text.chars().count() > limit {
            self.refuse(Refusal::new(ErrorCode::TooLong, field).with("limit", limit));
        }
        text
    }
}

/// Whether a character has no place in text: controls, direction overrides, and what shows nothing.
/// Joiners stay: Persian, Hindi and emoji need them.
fn has_no_place(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        // Unicode promises never to assign these, and XML refuses them.
        || (character as u32 & 0xFFFE) == 0xFFFE
        || matches!(character, '\u{200B}' | '\u{2060}'..='\u{2069}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Whether there is anything to see of a character by itself.
fn shows(character: char) -> bool {
    !character.is_whitespace()
        && !is_combining_mark(character)
        && !matches!(character, '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
        && !matches!(character, '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D159}' | '\u{1D173}'..='\u{1D17A}')
        && !matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// One line: composed, without invisible characters, white space folded.
pub fn line(typed: &str) -> String {
    let spaced = typed.chars().map(|c| if matches!(c, '\r' | '\n' | '\t') { ' ' } else { c });
    // Composed at last: an accent may have stood apart from its letter by something that is not there any more.
    let text: String = spaced.filter(|c| !has_no_place(*c)).nfc().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paragraphs: composed, without invisible characters, line ends as `\n`, trimmed.
pub fn paragraphs(typed: &str) -> String {
    let text = typed.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !has_no_place(*c)).nfc().collect::<String>().trim().to_owned()
}

/// Letters as they sort and compare: without case and without accents, alike on both engines.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// A name as the eye reads it: two that look alike have one skeleton. Source: Unicode Technical Standard 39, section 4.
pub fn skeleton(text: &str) -> String {
    let seen: String = unicode_security::confusable_detection::skeleton(&fold(&line(text))).collect();
    // What a small letter looks like after the table has turned a digit or a mark into a capital one.
    let seen: String = unicode_security::confusable_detection::skeleton(&seen.to_lowercase()).collect();
    fold(&seen).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Characters of an address. Source: SECURITY, section 4.
pub(crate) const LONGEST_ADDRESS: usize = 2_000;

/// A page of this site that one may be sent back to after signing in; none for what a browser could read as another place.
pub fn local_path(typed: &str) -> Option<String> {
    if typed.len() > LONGEST_ADDRESS || !typed.starts_with('/') || !typed.chars().all(|c| c.is_ascii_graphic() && c != '\\') {
        return None;
    }
    let base = Url::parse("http://here.invalid/").ok()?;
    let url = base.join(typed).ok().filter(|url| url.origin() == base.origin())?;
    // What the parser made of it counts: it takes out steps like `..`, and what is left may begin like another site's address.
    let path = url.path();
    let begins = path[1..].chars().next().is_none_or(|c| c.is_ascii_alphanumeric());
    let elsewhere = ["sign-in", "sign-out", "join"].contains(&path[1..].split('/').next().unwrap_or(""));
    (begins && !elsewhere).then(|| url.query().map_or(path.to_owned(), |query| format!("{path}?{query}")))
}

/// Whether a script is written without spaces, so that each of its characters is searched for as a word.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The words of a text as the search index holds them: folded, at most 64 characters each.
pub fn search_words(text: &str) -> Vec<String> {
    const LONGEST: usize = 64;
    let mut words: Vec<String> = Vec::new();
    let mut inside = 0;
    for character in fold(text).chars() {
        if is_unspaced(character) && character.is_alphanumeric() {
            words.push(character.into());
            inside = 0;
        } else if !character.is_alphanumeric() {
            inside = 0;
        } else if inside == 0 {
            words.push(character.into());
            inside = 1;
        } else if inside < LONGEST {
            words.last_mut().expect("a word was begun").push(character);
            inside += 1;
        }
    }
    words
}

/// The part of an address that names a title: lower-case ASCII words with hyphens, at most 80 characters; `else_` where there are none.
pub fn slug(title: &str, else_: &str) -> String {
    let mut slug = String::new();
    for character in fold(title).chars() {
        match character.is_ascii_alphanumeric() {
            true => slug.push(character),
            false if !slug.is_empty() && !slug.ends_with('-') && !matches!(character, '\'' | '’') => slug.push('-'),
            false => {}
        }
    }
    // A title in another script has no ASCII words; its number will tell it apart.
    slug.truncate(slug.char_indices().map(|(index, _)| index).take_while(|index| *index < 80).last().map_or(0, |last| last + 1));
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { else_.to_owned() } else { slug.to_owned() }
}

/// An address on the web, and the key by which two spellings of it are one.
#[derive(Debug, Clone, PartialEq)]
pub struct Address {
    /// The address as links use it.
    pub url: String,
    /// Without scheme, `www.`, port, fragment, trackers and closing slash.
    pub key: String,
}

impl Address {
    /// Parses an absolute `http` or `https` address. People leave the scheme out, so a name with a dot in it is taken for `https`.
    pub fn parse(typed: &str) -> Option<Address> {
        // A parser would drop tabs and line breaks and so make a harmless-looking address out of another.
        if typed.chars().any(|c| c.is_control() || c.is_whitespace() || has_no_place(c)) {
            return None;
        }
        let bare = typed.split(['/', '?', '#']).next().is_some_and(|name| name.contains('.') && !name.contains([':', '@', '\\']));
        let url = Url::parse(&if bare { format!("https://{typed}") } else { typed.to_owned() }).ok()?;
        let host = url.host_str()?.to_owned();
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() || !host.contains(['.', ':'])
        {
            return None;
        }
        let host = host.trim_start_matches("www.");
        let path = url.path().trim_end_matches('/');
        let query: Vec<_> = url.query().unwrap_or("").split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("utm_")).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        Some(Address { key: format!("{host}{path}{query}"), url: url.into() })
    }
}

/// An e-mail address in the one spelling that is stored: lower case, the domain as it stands in the DNS.
///
/// Quoted names, comments and encoded words are refused: what a mail server reads in them differs from server to server.
pub fn email(typed: &str) -> Option<String> {
    let (name, domain) = typed.trim().rsplit_once('@')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/^_`{|}~.".contains(c);
    let dotted = name.split('.').all(|part| !part.is_empty());
    let Host::Domain(domain) = Host::parse(domain).ok()? else {
        return None;
    };
    let fits = name.len() <= 64 && domain.contains('.') && !domain.ends_with('.') && name.len() + domain.len() < 254;
    (fits && dotted && name.chars().all(plain)).then(|| format!("{}@{domain}", name.to_ascii_lowercase()))
}

/// A date as precise as it is known: `2026`, `2026-10` or `2026-10-05`.
pub fn is_partial_date(text: &str) -> bool {
    let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    let full = [text, "-01-01"].concat();
    let full = full.get(..10).unwrap_or("");
    matches!(parts.len(), 1..=3)
        && digits(parts[0], 4)
        && parts[1..].iter().all(|part| digits(part, 2))
        && chrono::NaiveDate::parse_from_str(full, "%Y-%m-%d").is_ok()
}

/// Bytes of a language tag: what every program can hold. Source: BCP 47, section 4.4.1.
const LONGEST_TAG: usize = 35;

/// A language tag such as `es` or `pt-BR`. Source: BCP 47, its shape alone.
pub fn is_language_tag(text: &str) -> bool {
    let is_part = |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (2..=LONGEST_TAG).contains(&text.len()) && text.split('-').all(is_part)
}
