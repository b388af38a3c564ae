//! `chronicle import`: what others hold, as history.

use std::fmt::Display;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use clap::{Args, Subcommand};
use futures::stream::{self, Stream, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use producer::import::{Columns, ImportError, Item, Mapping, Reject, Snapshots, Source, Summary};
use producer::{Acknowledged, Producer, PublishError};
use serde::Serialize;
use summit::{Authority, OrganisationId, PartyId, Status};

use super::publish::Publish;
use crate::ask::Shell;
use crate::directory::Indexed;
use crate::error::Failure;
use crate::output::{self, Output};

/// How many rejected rows are told where no file takes them.
const TOLD_REJECTS: u64 = 20;
/// How progress is shown: the share that is done, and how long the rest takes at this pace.
const PROGRESS: &str = "{msg} {wide_bar} {percent}% {eta} left";

/// Import what others hold
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Snapshots(Box<Pictures>),
    Jsonl(Jsonl),
}

impl Import {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        match &self.what {
            What::Snapshots(import) => import.run(shell).await,
            What::Jsonl(import) => import.run(shell).await,
        }
    }
}

/// Import repeated pictures of who belongs where: only what changed from one to the next is published
///
/// The file is a table of comma-separated values with a line of column names, compressed by gzip or not. The rows of one
/// date (EDTF, such as 1990) are one picture, and pictures come in their order. Each change becomes a standing with the
/// picture before as its "previous"; a pair that is missing from a picture becomes a "none", which is implied.
///
/// The file is read twice: first all of it is checked, then changes are published. A row that is no good is rejected, not
/// the file, and what it may speak of is left unsaid; exit code 4 tells that there were some. Ids are derived from what the
/// rows say: after an interruption, the same command sends what is missing, and once more nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle import snapshots factbook.csv.gz --authority record --source \"The World Factbook\"
  chronicle import snapshots table.csv --source \"My table\" --column date=year --status-map oberver=observer --dry-run
  chronicle import snapshots table.csv --source \"My table\" --party-map XKX=kosovo --rejects rejects.csv")]
struct Pictures {
    /// The table
    file: PathBuf,
    /// Who took the pictures; events come from /imports/ and the slug of this name
    #[arg(long, value_name = "NAME")]
    source: String,
    /// The slug, where the name has no ASCII letters
    #[arg(long)]
    slug: Option<OrganisationId>,
    /// Where the source says so
    #[arg(long)]
    url: Option<String>,
    /// The rank of what it says: official, record, press, unverified
    #[arg(long, value_name = "RANK", default_value = "unverified")]
    authority: Authority,
    /// What a column is called in the table: date, party, organisation or status; repeats
    #[arg(long, value_name = "COLUMN=NAME", value_parser = column)]
    column: Vec<(Column, String)>,
    /// What stands between two columns; tab is a tabulator
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// What a spelling of the table means; repeats
    #[arg(long, value_name = "TEXT=STATUS", value_parser = meaning::<Status>)]
    status_map: Vec<(String, String)>,
    /// What a spelling of the table means; repeats
    #[arg(long, value_name = "TEXT=PARTY", value_parser = meaning::<PartyId>)]
    party_map: Vec<(String, String)>,
    /// What a spelling of the table means; repeats
    #[arg(long, value_name = "TEXT=ORGANISATION", value_parser = meaning::<OrganisationId>)]
    organisation_map: Vec<(String, String)>,
    /// Where to write rejected rows with their reasons, as a table of line, column, found, allowed
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only check the table and sum it up; no chronicle is asked
    #[arg(long)]
    dry_run: bool,
}

/// Import CloudEvents from elsewhere, one JSON document a line
///
/// As `publish` does, under the ids that they have, with a summary in place of acknowledgements.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle import jsonl elsewhere.jsonl")]
struct Jsonl {
    /// The file; - is standard input
    file: PathBuf,
    /// Store the good lines, tell the others
    #[arg(long)]
    keep_going: bool,
}

impl Jsonl {
    async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        Publish::summed_up(self.file.clone(), self.keep_going).run(shell).await
    }
}

/// What came of an import: what was read, and what the chronicle did not know of it.
#[derive(Debug, Serialize)]
pub(super) struct Imported<T> {
    #[serde(flatten)]
    read: T,
    published: u64,
    known: u64,
}

/// What was read of a file of documents.
#[derive(Debug, Serialize)]
pub(super) struct Lines {
    rejected: u64,
}

impl Imported<Lines> {
    /// For people to standard error, for programs to standard output.
    pub(super) fn tell(published: u64, known: u64, rejected: u64, output: Output) -> Result<(), Failure> {
        tell(&Self { read: Lines { rejected }, published, known }, rejected, output)
    }
}

fn tell<T: Serialize>(imported: &Imported<T>, rejected: u64, output: Output) -> Result<(), Failure> {
    let Imported { published, known, .. } = imported;
    let nothing = if *published == 0 { ": nothing is new" } else { "" };
    output.remark(format_args!("{published} published, {known} known, {rejected} rejected{nothing}"));
    if output.json { Output::json(imported) } else { Ok(()) }
}

impl Pictures {
    async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let output = shell.output();
        let source = self.source()?;
        let table = self.check(output)?;
        if self.dry_run {
            sum_up(table, output)?;
        } else {
            tell(&self.publish(shell, table, source).await?, table.rejected, output)?;
        }
        self.end(table.rejected)
    }

    /// Reads the whole table once, tells its rejected rows, and finds what spoils all of it.
    fn check(&self, output: Output) -> Result<Summary, Failure> {
        let (file, bytes) = self.open()?;
        let bar = progress(output, "checking the table", bytes);
        let mut rejects = Rejects::new(self)?;
        let mut items = Snapshots::read(bar.wrap_read(file), self.mapping()).map_err(|error| self.failure(error))?;
        for item in items.by_ref() {
            if let Item::Rejected(reject) = item.map_err(|error| self.failure(error))? {
                bar.suspend(|| rejects.take(&reject))?;
            }
        }
        bar.finish_and_clear();
        rejects.end()?;
        Ok(items.summary())
    }

    /// Reads it again, and publishes what the chronicle does not know.
    async fn publish(&self, shell: &Shell, table: Summary, source: Source) -> Result<Imported<Summary>, Failure> {
        let (mut connection, index) = shell.read(None).await?;
        // One import is one moment of knowledge.
        let now = Timestamp::now();
        let producer = Producer::new(connection.log.clone(), Indexed(index), move || now);
        let spoiled: Arc<OnceLock<ImportError>> = Arc::default();
        let items = Snapshots::read(self.open()?.0, self.mapping()).map_err(|error| self.failure(error))?;
        let documents = items.map_while({
            let spoiled = Arc::clone(&spoiled);
            move |item| match item {
                Ok(Item::Change(change)) => Some(Some(source.document(&change))),
                Ok(Item::Rejected(_)) => Some(None),
                Err(error) => {
                    spoiled.get_or_init(|| error);
                    None
                }
            }
        });
        let bar = progress(shell.output(), "publishing changes", table.changes);
        let answers = producer.publish_many(stream::iter(documents.flatten()));
        let (published, known) = tokio::select! {
            counted = count(answers, &bar) => counted?,
            lost = connection.lost() => return Err(lost),
        };
        bar.finish_and_clear();
        if let Some(error) = Arc::into_inner(spoiled).and_then(OnceLock::into_inner) {
            return Err(self.failure(error));
        }
        Ok(Imported { read: table, published, known })
    }

    /// Rejected rows are told by the exit code, too.
    fn end(&self, rejected: u64) -> Result<(), Failure> {
        let rows = match rejected {
            0 => return Ok(()),
            1 => "one row is rejected".to_owned(),
            some => format!("{some} rows are rejected"),
        };
        let rest = if self.dry_run { "" } else { ", the others are imported" };
        let hint = match &self.rejects {
            Some(_) => None,
            None => Some(
                "--rejects FILE writes all of them; --status-map, --party-map and --organisation-map say what a spelling means",
            ),
        };
        Err(Failure::Refused { said: format!("{rows}{rest}"), faults: Vec::new(), hint })
    }

    fn source(&self) -> Result<Source, Failure> {
        let named = match &self.slug {
            Some(slug) => Source::with_slug(&self.source, slug, self.authority),
            None => Source::new(&self.source, self.authority),
        };
        let named = self.url.iter().try_fold(named.map_err(bad_source)?, |source, url| source.at(url));
        named.map_err(bad_source)
    }

    fn mapping(&self) -> Mapping {
        let mut columns = Columns::default();
        for (column, name) in &self.column {
            let place = match column {
                Column::Date => &mut columns.date,
                Column::Party => &mut columns.party,
                Column::Organisation => &mut columns.organisation,
                Column::Status => &mut columns.status,
            };
            place.clone_from(name);
        }
        let map = |pairs: &[(String, String)]| pairs.iter().cloned().collect();
        Mapping {
            columns,
            delimiter: self.delimiter,
            parties: map(&self.party_map),
            organisations: map(&self.organisation_map),
            statuses: map(&self.status_map),
        }
    }

    /// The file, and how many bytes it has.
    fn open(&self) -> Result<(File, u64), Failure> {
        let unreadable = |source| unreadable(&self.file, source);
        let file = File::open(&self.file).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Failure::usage(
                format!("\"{}\" is no file", self.file.display()),
                "a table is read twice: name a file",
            ));
        }
        Ok((file, metadata.len()))
    }

    fn failure(&self, error: ImportError) -> Failure {
        let said = match error {
            ImportError::Unreadable(source) => return unreadable(&self.file, source),
            ImportError::NoColumn { .. } => {
                return Failure::usage(
                    error.to_string(),
                    "--column date=NAME says what a column is called, --delimiter what parts them",
                );
            }
            ImportError::Unordered { .. } => format!("{}: {error}; nothing is stored", self.file.display()),
        };
        Failure::Refused { said, faults: Vec::new(), hint: Some("sort the table by date") }
    }
}

/// Where rejected rows go: to a file, or the first of them to standard error.
struct Rejects<'a> {
    table: &'a Path,
    file: Option<(&'a Path, csv::Writer<File>)>,
    told: u64,
}

impl<'a> Rejects<'a> {
    fn new(import: &'a Pictures) -> Result<Self, Failure> {
        let file = import.rejects.as_deref().map(|path| {
            let mut file = csv::Writer::from_path(path).map_err(|error| unwritten(path, error))?;
            file.write_record(["line", "column", "found", "allowed"]).map_err(|error| unwritten(path, error))?;
            Ok::<_, Failure>((path, file))
        });
        Ok(Self { table: &import.file, file: file.transpose()?, told: 0 })
    }

    fn take(&mut self, reject: &Reject) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.file {
            let line = reject.line.to_string();
            let mut faults = reject.faults.iter();
            return faults
                .try_for_each(|fault| file.write_record([&line, &fault.field, &fault.found, &fault.allowed]))
                .map_err(|error| unwritten(path, error));
        }
        self.told += 1;
        if self.told <= TOLD_REJECTS {
            output::say(&format!("{}:{}: {reject}\n", self.table.display(), reject.line));
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        if let Some((path, mut file)) = self.file {
            return file.flush().map_err(|error| unwritten(path, error));
        }
        if let Some(more) = self.told.checked_sub(TOLD_REJECTS).filter(|more| *more > 0) {
            output::say(&format!("and {more} more\n"));
        }
        Ok(())
    }
}

/// What a dry run answers.
fn sum_up(table: Summary, output: Output) -> Result<(), Failure> {
    if output.json {
        return Output::json(&table);
    }
    let Summary { pictures, rows, changes, nones, unsaid, rejected } = table;
    let spoiled = match rejected {
        0 => String::new(),
        _ => format!("{rejected} rejected; what these rows may speak of is left unsaid {unsaid} times\n"),
    };
    Output::text(&format!(
        "{pictures} pictures of {rows} rows show {changes} changes, {nones} of them to none\n{spoiled}"
    ))
}

/// How many are new and how many are known, each shown as it comes.
async fn count(
    answers: impl Stream<Item = Result<Acknowledged, PublishError>>,
    bar: &ProgressBar,
) -> Result<(u64, u64), Failure> {
    let mut answers = pin!(answers);
    let (mut published, mut known) = (0, 0);
    while let Some(answer) = answers.next().await {
        let duplicate = answer?.duplicate;
        published += u64::from(!duplicate);
        known += u64::from(duplicate);
        bar.inc(1);
    }
    Ok((published, known))
}

fn progress(output: Output, what: &'static str, steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(PROGRESS).expect("the template is well-formed");
    output.progress(steps).with_style(style).with_message(what)
}

fn unreadable(path: &Path, source: io::Error) -> Failure {
    Failure::Unreadable { name: path.display().to_string(), source }
}

fn unwritten(path: &Path, error: impl Display) -> Failure {
    Failure::System {
        what: "write the rejected rows",
        source: io::Error::other(format!("{}: {error}", path.display())),
    }
}

fn bad_source(error: impl Display) -> Failure {
    Failure::usage(error.to_string(), "name the source with --source, and its slug with --slug where the name has none")
}

/// A column that is read.
#[derive(Debug, Clone, Copy)]
enum Column {
    Date,
    Party,
    Organisation,
    Status,
}

fn column(text: &str) -> Result<(Column, String), String> {
    let (column, name) = text.split_once('=').unwrap_or((text, ""));
    let column = match column {
        "date" => Column::Date,
        "party" => Column::Party,
        "organisation" => Column::Organisation,
        "status" => Column::Status,
        _ => return Err("allowed is date=NAME, party=NAME, organisation=NAME or status=NAME".to_owned()),
    };
    Ok((column, name.trim().to_owned()))
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'"' => Ok(*byte),
        _ => Err("allowed is one ASCII character such as ; or the word tab".to_owned()),
    }
}

/// A spelling, and what it means.
fn meaning<T: FromStr<Err: Display>>(text: &str) -> Result<(String, String), String> {
    let (spelling, meant) = text.rsplit_once('=').ok_or("allowed is TEXT=MEANING")?;
    match meant.parse::<T>() {
        Ok(_) => Ok((spelling.trim().to_owned(), meant.to_owned())),
        Err(bad) => Err(bad.to_string()),
    }
}
