//! A table of resources in a CSV file: which columns it has, then its rows one by one, each read or refused with a reason.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek},
    path::Path,
    sync::Arc,
};

use encoding_rs::{Decoder, DecoderResult, UTF_8, WINDOWS_1252};

/// Rows in a file, the header and empty rows not counted.
const MOST_ROWS: u64 = 100_000;
/// Bytes of a row, as UTF-8: all that is ever held of a file, give or take a chunk.
const MOST_ROW_BYTES: usize = 4 << 20;
/// Bytes of a field, as UTF-8.
const MOST_FIELD_BYTES: usize = 64 << 10;
/// Fields of a row; what follows stays one field. A row of nothing but separators would hold thirty times its size otherwise.
const MOST_FIELDS: usize = 1_000;
/// Bytes read at once.
const CHUNK_BYTES: u64 = 256 << 10;
/// Stands where the bytes were no text: a character that Unicode promises never to assign.
const NO_TEXT: char = '\u{FFFF}';

/// What a column says about a resource.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Column {
    /// What it is called. Every table has this column.
    Title,
    /// Where it is. Every table has this column.
    Url,
    /// What it is about.
    Description,
    /// What sort of thing it is.
    Kind,
    /// The topics it belongs to, separated within the field.
    Topics,
    /// Where the record was taken from.
    Source,
    /// What it may be used for.
    Licence,
    /// Who made it.
    Authors,
    /// Who brought it out.
    Publisher,
    /// When it came out.
    Date,
    /// The language it is in.
    Language,
    /// When an event begins.
    Starts,
    /// When an event is over.
    Ends,
    /// Where an event takes place.
    Place,
    /// When an opportunity ends.
    Closes,
}

/// How headers call the columns, in lower case and without spaces. The first two are the required ones.
const NAMES: [(Column, &[&str]); 15] = [
    (Column::Title, &["title", "título", "titulo"]),
    (Column::Url, &["url", "link", "address", "enlace"]),
    (Column::Description, &["description", "summary", "descripción", "descripcion"]),
    (Column::Kind, &["kind", "type", "tipo"]),
    (Column::Topics, &["topics", "tags", "keywords", "themes", "temas"]),
    (Column::Source, &["source", "fuente"]),
    (Column::Licence, &["licence", "license", "licencia"]),
    (Column::Authors, &["authors", "author"]),
    (Column::Publisher, &["publisher"]),
    (Column::Date, &["date"]),
    (Column::Language, &["language"]),
    (Column::Starts, &["starts"]),
    (Column::Ends, &["ends"]),
    (Column::Place, &["place"]),
    (Column::Closes, &["closes"]),
];

impl Column {
    fn parse(name: &str) -> Option<Column> {
        // An accent that is a character of its own is not alphanumeric, and goes with the spaces.
        let name: String = name.chars().flat_map(char::to_lowercase).filter(|letter| letter.is_alphanumeric()).collect();
        NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
    }
}

/// A file of resources, checked once and ready to be read row by row.
pub struct Table {
    text: Text,
    separator: char,
    header: Vec<String>,
    places: Arc<BTreeMap<Column, usize>>,
    bytes: u64,
}

impl Table {
    /// Looks the file over once (encoding, separator, header), without holding it: memory does not grow with the file.
    ///
    /// # Errors
    /// A sentence for a person: the file cannot be read, is empty, is JSON, or its header has no `title` or no `url` or one column twice.
    pub fn open(path: &Path) -> Result<Table, String> {
        let file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        let mut text = Text::new(file)?;
        text.fill()?;
        if text.held.trim_start().starts_with(['{', '[']) {
            return Err("this is JSON, not CSV: the first line has to name the columns, such as `title,url,description`".into());
        }
        loop {
            let (line, separator) = (text.line, text.separator()?);
            let cut =
                text.take(separator)?.ok_or("the file is empty: the first line has to name the columns, at least `title` and `url`")?;
            if cut.is_empty() {
                continue;
            }
            if let Some(reason) = cut.refusal(&cut.fields) {
                return Err(format!("line {line} cannot be a header: {reason}; is this a text file, saved as CSV?"));
            }
            let places = Arc::new(places(&cut.fields).map_err(|reason| format!("line {line} {reason}"))?);
            return Ok(Table { text, separator, header: cut.fields, places, bytes });
        }
    }

    /// Size of the file in bytes, which [`Row::position`] grows to.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The header as it stands in the file, unknown columns included.
    pub fn columns(&self) -> &[String] {
        &self.header
    }

    /// The rows in the order of the file.
    pub fn rows(self) -> Rows {
        Rows { table: self, count: 0, done: false }
    }
}

/// Where in a row the columns are.
fn places(header: &[String]) -> Result<BTreeMap<Column, usize>, String> {
    let mut places = BTreeMap::new();
    for (place, name) in header.iter().enumerate() {
        if let Some(column) = Column::parse(name)
            && let Some(first) = places.insert(column, place)
        {
            return Err(format!("names one column twice, as {} and {}: keep one of them", shown(&header[first]), shown(name)));
        }
    }
    let required = NAMES.iter().take(2).filter(|(column, _)| !places.contains_key(column));
    let missing: Vec<_> = required.map(|(_, names)| format!("no column `{}`", names[0])).collect();
    if missing.is_empty() {
        return Ok(places);
    }
    let found: Vec<_> = header.iter().take(10).map(|name| shown(name)).collect();
    let more = if header.len() > found.len() { ", …" } else { "" };
    Err(format!("names {}: a table needs `title` and `url`, and this line has {}{more}", missing.join(" and "), found.join(", ")))
}

/// A row that has as many fields as the header.
#[derive(Debug)]
pub struct Row {
    /// The line of the file where it begins, from 1.
    pub line: u64,
    /// Bytes of the file read so far, in steps of 256 KiB.
    pub position: u64,
    /// All its fields, in the order of the file.
    pub raw: Vec<String>,
    places: Arc<BTreeMap<Column, usize>>,
}

impl Row {
    /// The field as it stands in the file, spaces included; empty when the table has no such column.
    pub fn get(&self, column: Column) -> &str {
        self.places.get(&column).map_or("", |&place| &self.raw[place])
    }
}

/// Why a row was refused, or why reading stopped.
#[derive(Debug)]
pub struct Problem {
    /// The line of the file where the row begins, from 1.
    pub line: u64,
    /// The reason for a person.
    pub reason: String,
    /// The fields as far as they could be told apart, U+FFFF where bytes are no text; none when reading stopped.
    pub raw: Vec<String>,
    /// Whether reading stopped: no row follows.
    pub fatal: bool,
}

/// The rows of a table. A row that cannot be taken is a [`Problem`], and the next one follows unless it was fatal.
pub struct Rows {
    table: Table,
    count: u64,
    done: bool,
}

impl Iterator for Rows {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        let Table { text, separator, header, places, .. } = &mut self.table;
        while !self.done {
            let line = text.line;
            let reason = match text.take(*separator) {
                Ok(None) => break,
                Ok(Some(cut)) if cut.is_empty() => continue,
                Ok(Some(cut)) if self.count < MOST_ROWS => {
                    self.count += 1;
                    return Some(match cut.refusal(header) {
                        None => Ok(Row { line, position: text.position, raw: cut.fields, places: places.clone() }),
                        Some(reason) => Err(Problem { line, reason, raw: cut.fields, fatal: false }),
                    });
                }
                Ok(Some(_)) => format!("line {line} is beyond the {MOST_ROWS} rows of one import: split the file"),
                Err(reason) => reason,
            };
            self.done = true;
            return Some(Err(Problem { line, reason, raw: Vec::new(), fatal: true }));
        }
        self.done = true;
        None
    }
}

/// A file as UTF-8, of which only the part that is being read is held.
struct Text {
    file: File,
    decoder: Decoder,
    held: String,
    start: usize,
    line: u64,
    position: u64,
    ended: bool,
}

impl Text {
    /// The file from its beginning, in the encoding that its bytes speak for.
    fn new(file: File) -> Result<Text, String> {
        // Byte-order marks are no matter here: the decoder that reads the rows heeds them above all else.
        let decoder = UTF_8.new_decoder_without_bom_handling();
        // Room for the longest row from the start: growing would copy it, and memory that nothing touches costs nothing.
        let held = String::with_capacity(MOST_ROW_BYTES + 4 * CHUNK_BYTES as usize);
        let mut text = Text { file, decoder, held, start: 0, line: 1, position: 0, ended: false };
        let (mut broken, mut multibyte) = (false, false);
        while !text.ended && !multibyte {
            text.fill()?;
            broken |= text.held.contains(NO_TEXT);
            multibyte = text.held.chars().any(|letter| !letter.is_ascii() && letter != NO_TEXT);
            text.held.clear();
        }
        text.file.rewind().map_err(unreadable)?;
        let encoding = if broken && !multibyte { WINDOWS_1252 } else { UTF_8 };
        Ok(Text { decoder: encoding.new_decoder(), position: 0, ended: false, ..text })
    }

    /// Lets go of what was read, and holds a chunk more.
    fn fill(&mut self) -> Result<(), String> {
        self.held.drain(..std::mem::take(&mut self.start));
        let mut chunk = Vec::new();
        self.position += (&self.file).take(CHUNK_BYTES).read_to_end(&mut chunk).map_err(unreadable)? as u64;
        self.ended = chunk.is_empty();
        // By way of a small buffer: the decoder touches all the room that it is given, for every malformed byte again.
        let (mut rest, mut piece) = (chunk.as_slice(), String::with_capacity(4 << 10));
        loop {
            let (result, read) = self.decoder.decode_to_string_without_replacement(rest, &mut piece, self.ended);
            self.held.push_str(&piece);
            piece.clear();
            rest = &rest[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.held.push(NO_TEXT),
            }
        }
    }

    /// The separator that makes most of the row that comes next: known columns first, then columns at all.
    fn separator(&mut self) -> Result<char, String> {
        let mut best = (0, 0, ',');
        for separator in [',', ';', '\t', '|'] {
            let fields = self.peek(separator)?.map(|cut| cut.fields).unwrap_or_default();
            let known = fields.iter().filter(|name| Column::parse(name).is_some()).count();
            best = best.max((known, fields.len(), separator));
        }
        Ok(best.2)
    }

    /// The next row, and past it.
    fn take(&mut self, separator: char) -> Result<Option<Cut>, String> {
        let cut = self.peek(separator)?;
        if let Some(cut) = &cut {
            let row = &self.held[self.start..][..cut.length];
            self.line += (row.matches(['\r', '\n']).count() - row.matches("\r\n").count()) as u64;
            self.start += cut.length;
        }
        Ok(cut)
    }

    /// The next row, or none at the end of the file.
    fn peek(&mut self, separator: char) -> Result<Option<Cut>, String> {
        loop {
            let rest = &self.held[self.start..];
            let cut = Cut::first(rest, separator, self.ended);
            if cut.as_ref().map_or(rest.len(), |cut| cut.length) > MOST_ROW_BYTES {
                return Err(format!("line {} begins a row of more than 4 MiB: is a quote left open there?", self.line));
            }
            match cut {
                Some(cut) => return Ok((cut.length > 0).then_some(cut)),
                None => self.fill()?,
            }
        }
    }
}

/// A row cut off a text.
struct Cut {
    /// Bytes of the text, line end included.
    length: usize,
    fields: Vec<String>,
    /// The field whose opening quote has no partner.
    astray: Option<usize>,
}

impl Cut {
    /// The row at the beginning of `text`, or `None` while it could go on beyond.
    ///
    /// Written here since csv parsers take whatever follows an opening quote, up to any other quote: rows would vanish in a field.
    fn first(text: &str, separator: char, ended: bool) -> Option<Cut> {
        let (mut fields, mut start, mut astray) = (Vec::new(), 0, None);
        loop {
            let rest = &text[start..];
            let next = |character| character == '\r' || character == '\n' || character == separator && fields.len() + 1 < MOST_FIELDS;
            let quoted = rest.strip_prefix('"').map(|inside| (inside, closing(inside)));
            let (value, length) = match quoted {
                None => (None, rest.find(next).unwrap_or(rest.len())),
                Some((_, None)) if !ended => return None,
                Some((inside, Some(close))) if inside[close + 1..].trim_start_matches(' ').chars().next().is_none_or(next) => {
                    (Some(&inside[..close]), rest.len() - inside[close + 1..].trim_start_matches(' ').len())
                }
                // The line goes without its quotes, and the next line is a row again: one quote costs one row.
                Some(_) => {
                    astray = Some(fields.len());
                    (None, rest.find(['\r', '\n']).unwrap_or(rest.len()))
                }
            };
            let (field, after) = rest.split_at(length);
            if !ended && (after.is_empty() || after == "\r") {
                return None;
            }
            match value {
                Some(value) => fields.push(value.replace("\"\"", "\"")),
                None if astray.is_some() => fields.extend(field.splitn(MOST_FIELDS - fields.len(), separator).map(String::from)),
                None => fields.push(field.into()),
            }
            start += length;
            if !after.starts_with(separator) {
                let end = if after.starts_with("\r\n") { 2 } else { after.len().min(1) };
                return Some(Cut { length: start + end, fields, astray });
            }
            start += 1;
        }
    }

    fn is_empty(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }

    /// Why this is no row under the header, if it is none.
    fn refusal(&self, header: &[String]) -> Option<String> {
        let called = |place: usize| header.get(place).map_or_else(|| format!("field {}", place + 1), |name| shown(name));
        if let Some(place) = self.astray {
            return Some(format!(
                "the quote that opens {} is not closed where the field ends; inside a field write it twice",
                called(place)
            ));
        }
        for (place, field) in self.fields.iter().enumerate() {
            // Line ends can only be here inside quotes; a tab is a space to whoever pasted it.
            let control = |letter: char| letter.is_control() && !matches!(letter, '\t' | '\r' | '\n');
            if field.contains(NO_TEXT) {
                return Some(format!("{} has bytes that are not Unicode text: save the file as UTF-8", called(place)));
            } else if field.contains(control) {
                return Some(format!("{} has control characters", called(place)));
            } else if field.len() > MOST_FIELD_BYTES {
                return Some(format!("{} is longer than {} KiB", called(place), MOST_FIELD_BYTES >> 10));
            }
        }
        let (has, wants) = (self.fields.len(), header.len());
        (has != wants).then(|| format!("the header has {wants} fields, this row {has}"))
    }
}

/// Where the quote is that closes a field: the first that no other follows.
fn closing(inside: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(quote) = inside[from..].find('"') {
        from += quote;
        if !inside[from + 1..].starts_with('"') {
            return Some(from);
        }
        from += 2;
    }
    None
}

/// A name out of the file, fit for a terminal.
fn shown(name: &str) -> String {
    format!("`{}`", name.trim().chars().filter(|letter| !letter.is_control()).take(40).collect::<String>())
}

fn unreadable(error: io::Error) -> String {
    format!("the file cannot be read: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows as their fields joined with `/`, the refused ones as `line: reason`, of a file with these bytes.
    fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("lyceum-table-{}-{number}.csv", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let table = Table::open(&path);
        std::fs::remove_file(&path).unwrap();
        let rows = table?.rows();
        Ok(rows.map(|row| row.map_or_else(|problem| format!("{}: {}", problem.line, problem.reason), |row| row.raw.join("/"))).collect())
    }

    #[test]
    fn any_separator_line_end_and_spelling_is_read() {
        for separator in [",", ";", "\t", "|"] {
            for end in ["\n", "\r", "\r\n"] {
                let text = ["\u{feff} Título|ENLACE|note", "a|\"b \"\"c\"\"\"|d \"e\" f", "||", "", "\"g\nh\"|i|"]
                    .join(end)
                    .replace('|', separator);
                assert_eq!(read(text.as_bytes()).unwrap(), ["a/b \"c\"/d \"e\" f", "g\nh/i/"], "{text:?}");
            }
        }
    }

    #[test]
    fn the_bytes_tell_the_encoding() {
        let utf16 = |unit: fn(u16) -> [u8; 2]| "\u{feff}title,url\né,x".encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for bytes in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes), "title,url\né,x".into(), b"title,url\n\xe9,x".to_vec()] {
            assert_eq!(read(&bytes).unwrap(), ["é/x"]);
        }
        let mixed = read(b"title,url\n\xe9,x\n\xc3\xa9,y").unwrap();
        assert_eq!(mixed, ["2: `title` has bytes that are not Unicode text: save the file as UTF-8", "é/y"]);
    }

    #[test]
    fn a_file_without_the_columns_is_refused_in_a_sentence() {
        for (text, reason) in [
            ("", "the file is empty"),
            ("\n \n", "the file is empty"),
            (" [{}]", "this is JSON"),
            ("\nName,URL\n", "line 2 names no column `title`: a table needs `title` and `url`, and this line has `Name`, `URL`"),
            ("title,link,Address\n", "line 1 names one column twice, as `link` and `Address`"),
            ("PK\u{3}\u{4}", "line 1 cannot be a header: `PK` has control characters"),
            ("title,\"url\n", "line 1 cannot be a header: the quote"),
        ] {
            assert!(read(text.as_bytes()).unwrap_err().starts_with(reason), "{text:?}: {:?}", read(text.as_bytes()));
        }
        assert!(read(b"title,url").unwrap().is_empty());
    }

    #[test]
    fn a_bad_row_is_refused_and_the_next_one_read() {
        let long = "x".repeat(MOST_FIELD_BYTES + 1);
        for (row, reason) in [
            ("a", "the header has 2 fields, this row 1"),
            ("a,b,c", "the header has 2 fields, this row 3"),
            ("a\0,b", "`title` has control characters"),
            (&format!("a,{long}"), "`url` is longer than 64 KiB"),
            ("a,\"b", "the quote that opens `url` is not closed where the field ends; inside a field write it twice"),
            ("\"a\"b\",c", "the quote that opens `title` is not closed where the field ends; inside a field write it twice"),
        ] {
            let rows = read(format!("title,url\n{row}\nc,d\ne,\"f\"").as_bytes()).unwrap();
            assert_eq!(rows, [format!("2: {reason}").as_str(), "c/d", "e/f"]);
        }
    }

    #[test]
    fn reading_stops_where_a_file_has_no_end() {
        let endless = [b"title,url\na,b\nc,".as_slice(), &vec![b'x'; MOST_ROW_BYTES], b"\nd,e"].concat();
        assert_eq!(read(&endless).unwrap(), ["a/b", "3: line 3 begins a row of more than 4 MiB: is a quote left open there?"]);
        let many = format!("title,url{}", "\na,b".repeat(MOST_ROWS as usize + 2));
        let rows = read(many.as_bytes()).unwrap();
        assert_eq!((rows.len() as u64, rows.last().unwrap().starts_with("100002: ")), (MOST_ROWS + 1, true));
    }

    #[test]
    fn fields_are_asked_for_by_column() {
        let (raw, places) =
            (vec!["x".into(), "t".into()], Arc::new(places(&["Web address".into(), "TITLE".into(), "link ".into()]).unwrap()));
        let row = Row { line: 2, position: 0, raw, places };
        assert_eq!((row.get(Column::Title), row.get(Column::Kind)), ("t", ""));
    }
}
