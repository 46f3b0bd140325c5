//! `lyceum import resources FILE`: a file of records becomes submissions of the built-in member `library`, one row each.
//!
//! Every row is a transaction of its own under an idempotency key made of its source and address. An import that is interrupted,
//! however roughly, ends with the same library when it is run again.

use std::{
    collections::HashMap,
    io::{IsTerminal, Read, Write},
    path::{Path, PathBuf},
};

use async_graphql::{ID, Request, Variables};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use schema::{Schema, Visit, members, text, topics};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    app::execute,
    commands::Failure,
    table::{Column, Row, Table},
};

/// How many rows became what.
#[derive(Default)]
struct Outcome {
    /// Sent to the desk by this run or an earlier one, and waiting there.
    waiting: u64,
    /// Put into the library by this run.
    published: u64,
    /// Their address was here already.
    skipped: u64,
    refused: u64,
}

const SUBMIT: &str = "mutation Import($input: SubmitResourceInput!) { submitResource(input: $input) {
    submission { id state version revision } userErrors { code message field } } }";
const DECIDE: &str = "mutation Publish($input: DecideInput!) { decide(input: $input) {
    submission { state } userErrors { code message field } } }";

/// Imports a file (`-` is standard input). With `publisher`, each record is approved as that moderator.
///
/// # Errors
/// Exit code 1 for a file that cannot be read or a publisher who may not decide, 75 when it was interrupted.
pub async fn resources(visit: &Visit, schema: Schema, file: &Path, publisher: Option<&str>) -> Result<(), Failure> {
    let moderator = match publisher {
        Some(handle) => {
            let found = members::visit_by(visit, handle).await?.ok_or_else(|| Failure::wrong(format!("there is no member {handle}")))?;
            if !found.is_moderator() {
                return Err(Failure::wrong(format!("{handle} is no moderator, so nothing can be published as {handle}")));
            }
            Some(found)
        }
        None => None,
    };
    let spooled = if file == Path::new("-") { Some(spool()?) } else { None };
    let path = spooled.as_ref().map_or(file, |file| file.path());
    let named = |reason: String| Failure::wrong(format!("{}: {reason}", file.display()));
    let table = Table::open(path).map_err(named)?;
    topics::found(visit).await?;
    let importer = Importer { schema, library: members::library(visit).await?, moderator, topics: topics::by_name(visit).await? };
    let stem = if spooled.is_some() { "import".into() } else { file.file_stem().unwrap_or_default().to_string_lossy().into_owned() };
    let mut refused = Refused::new(PathBuf::from(format!("{stem}.refused.csv")), table.columns());
    let bar = progress(table.bytes());
    let mut outcome = Outcome::default();
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut stopped = None;
    for row in table.rows() {
        match row {
            Ok(row) => {
                bar.set_position(row.position);
                if let Some(reason) = importer.row(&row, &mut outcome).await? {
                    outcome.refused += 1;
                    refused.write(row.line, &reason, &row.raw)?;
                }
            }
            Err(problem) => {
                outcome.refused += 1;
                refused.write(problem.line, &problem.reason, &problem.raw)?;
                if problem.fatal {
                    stopped = Some(named(problem.reason));
                }
            }
        }
        bar.set_message(format!("{} in the library, {} skipped, {} refused", outcome.published, outcome.skipped, outcome.refused));
        if futures_util::FutureExt::now_or_never(&mut interrupted).is_some() {
            stopped = Some(Failure::later("interrupted; what was imported stays, and the same command goes on from there"));
        }
        if stopped.is_some() {
            break;
        }
    }
    bar.finish_and_clear();
    let Outcome { waiting, published, skipped, refused: not } = outcome;
    crate::say(format_args!(
        "{published} put into the library, {waiting} waiting on the desk, {skipped} skipped (their address is here), {not} refused."
    ));
    if let Some(path) = refused.finish()? {
        crate::say(format_args!("What was refused, with line and reason: {}", path.display()));
    }
    if let Some(memory) = peak_memory() {
        crate::say(format_args!("Peak memory: {memory} MB."));
    }
    stopped.map_or(Ok(()), Err)
}

struct Importer {
    schema: Schema,
    library: Visit,
    moderator: Option<Visit>,
    topics: HashMap<String, ID>,
}

impl Importer {
    /// Brings one row to the desk, and on into the library. Answers why not, when a rule says so.
    async fn row(&self, row: &Row, outcome: &mut Outcome) -> Result<Option<String>, Failure> {
        let input = self.input(row);
        let sent = act(&self.schema, &self.library, SUBMIT, input).await?;
        let submission = match sent {
            Ok(submission) => submission,
            Err(reasons) if reasons.iter().all(|(code, _)| ["DUPLICATE", "IDEMPOTENCY_MISMATCH"].contains(&code.as_str())) => {
                outcome.skipped += 1;
                return Ok(None);
            }
            Err(reasons) => return Ok(Some(in_words(&reasons))),
        };
        // An earlier run may have brought it; one that was interrupted may have left it on the desk.
        match (&self.moderator, submission["state"].as_str()) {
            (None, Some("PENDING")) => outcome.waiting += 1,
            (Some(moderator), Some("PENDING")) => {
                let input = json!({
                    "submissionId": submission["id"], "version": submission["version"], "revision": submission["revision"], "decision": "APPROVE",
                });
                match act(&self.schema, moderator, DECIDE, input).await? {
                    Ok(_) => outcome.published += 1,
                    Err(reasons) => return Ok(Some(in_words(&reasons))),
                }
            }
            _ => outcome.skipped += 1,
        }
        Ok(None)
    }

    /// A row as the schema takes it. Words that name a topic are topics, the others keywords.
    fn input(&self, row: &Row) -> Value {
        let get = |column| row.get(column).trim();
        let words = |column| get(column).split(';').map(str::trim).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        let topic = |word: &&str| self.topics.get(&text::fold(word));
        let all = words(Column::Topics);
        let topics: Vec<&ID> = all.iter().filter_map(topic).collect();
        let keywords: Vec<&str> = all.iter().filter(|word| topic(word).is_none()).copied().collect();
        let url = get(Column::Url);
        // What has no address is known by its title and when it begins.
        let named = || format!("{url} {} {}", get(Column::Title), get(Column::Starts));
        let key = text::Address::parse(url).map_or_else(named, |address| address.key);
        let key = Sha256::digest(format!("{}\n{key}", get(Column::Source)));
        let given = |column| Some(get(column)).filter(|text| !text.is_empty());
        json!({
            "title": get(Column::Title), "url": given(Column::Url), "description": get(Column::Description), "kind": get(Column::Kind),
            "topics": topics, "keywords": keywords, "source": given(Column::Source), "licence": given(Column::Licence),
            "authors": words(Column::Authors), "publisher": given(Column::Publisher), "publishedOn": given(Column::Date),
            "language": given(Column::Language), "startsAt": given(Column::Starts), "endsAt": given(Column::Ends),
            "place": given(Column::Place), "closesAt": given(Column::Closes),
            "idempotencyKey": format!("import {}", key.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        })
    }
}

/// Codes of refusals, each with a sentence.
type Reasons = Vec<(String, String)>;

fn in_words(reasons: &Reasons) -> String {
    reasons.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" ")
}

/// Runs a mutation and answers the submission, or every reason why not.
async fn act(schema: &Schema, visit: &Visit, mutation: &str, input: Value) -> Result<Result<Value, Reasons>, Failure> {
    // What one row has read must not be remembered for the next.
    let visit = Visit::new(visit.forum(), visit.viewer().cloned());
    let request = Request::new(mutation).variables(Variables::from_json(json!({ "input": input })));
    let answer = execute(schema.clone(), Some(visit), request).await;
    if let Some(error) = answer.errors.first() {
        // A value that the schema cannot read at all, such as a date, is the row's own fault; errors of the forum's own carry a code.
        let is_the_rows = error.extensions.as_ref().is_none_or(|extensions| extensions.get("code").is_none());
        return if is_the_rows {
            Ok(Err(vec![("INVALID".into(), error.message.clone())]))
        } else {
            Err(Failure::wrong(error.message.clone()))
        };
    }
    let data = serde_json::to_value(&answer.data).unwrap_or_default();
    let payload = data.as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
    let reason = |error: &Value| {
        let field: Vec<&str> = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let (code, message) = (error["code"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default());
        (code.to_owned(), format!("{} {code}: {message}", field.join(".")).trim().to_owned())
    };
    let reasons: Reasons = payload["userErrors"].as_array().into_iter().flatten().map(reason).collect();
    Ok(if reasons.is_empty() { Ok(payload["submission"].clone()) } else { Err(reasons) })
}

/// The rows that were not taken, with line and reason, in the working directory.
struct Refused {
    path: PathBuf,
    columns: Vec<String>,
    writer: Option<csv::Writer<std::fs::File>>,
}

impl Refused {
    fn new(path: PathBuf, columns: &[String]) -> Refused {
        // What an earlier run refused is refused again, or mended.
        let _ = std::fs::remove_file(&path);
        Refused { path, columns: columns.to_vec(), writer: None }
    }

    fn write(&mut self, line: u64, reason: &str, raw: &[String]) -> Result<(), Failure> {
        let cannot = |error: &dyn std::fmt::Display| Failure::wrong(format!("cannot write what was refused: {error}"));
        if self.writer.is_none() {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_path(&self.path).map_err(|error| cannot(&error))?;
            let head = ["line", "reason"].into_iter().chain(self.columns.iter().map(String::as_str));
            writer.write_record(head).map_err(|error| cannot(&error))?;
            self.writer = Some(writer);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let line = line.to_string();
        let row = [line.as_str(), reason].into_iter().chain(raw.iter().map(String::as_str));
        writer.write_record(row).map_err(|error| cannot(&error))
    }

    /// Where the rows are; none when there is none.
    fn finish(self) -> Result<Option<PathBuf>, Failure> {
        match self.writer {
            Some(mut writer) => {
                writer.flush().map_err(|error| Failure::wrong(format!("cannot write what was refused: {error}")))?;
                Ok(Some(self.path))
            }
            None => Ok(None),
        }
    }
}

/// Standard input as a file, since a table is looked over before it is read.
fn spool() -> Result<tempfile::NamedTempFile, Failure> {
    let copy = || -> std::io::Result<tempfile::NamedTempFile> {
        let mut file = tempfile::NamedTempFile::new()?;
        std::io::copy(&mut std::io::stdin().lock().take(4 << 30), &mut file)?;
        file.flush()?;
        Ok(file)
    };
    copy().map_err(|error| Failure::wrong(format!("cannot read standard input: {error}")))
}

/// How far the file is read, for whoever watches.
fn progress(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    bar.set_draw_target(if std::io::stderr().is_terminal() {
        ProgressDrawTarget::stderr_with_hz(10)
    } else {
        ProgressDrawTarget::hidden()
    });
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent:>3} % · {msg} · {eta} to go") {
        bar.set_style(style);
    }
    bar
}

/// The most memory that this process has held, in MB; where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()?.div_ceil(1024))
}
