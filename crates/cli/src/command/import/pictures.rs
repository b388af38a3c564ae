//! `chronicle import snapshots`: repeated pictures of who belongs where.

use std::fmt::{Display, Write};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use clap::Args;
use futures::stream::{self, Stream, StreamExt};
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use jiff::Timestamp;
use producer::import::{Columns, ImportError, Item, Mapping, Snapshots, Source, Summary};
use producer::{Acknowledged, Producer, PublishError};
use summit::{Authority, OrganisationId, PartyId, Status};

use super::rejects::Rejects;
use super::spelling::{Column, column, delimiter, meaning};
use super::{Imported, tell};
use crate::ask::Shell;
use crate::directory::Indexed;
use crate::error::Failure;
use crate::output::Output;

/// How progress is shown: the share that is done, and how long the rest takes at this pace.
const PROGRESS: &str = "{msg} {wide_bar} {percent}%{left}";
/// One part in so many has to be done before it says anything about the rest: the first event travels alone, and slowly.
const TELLING_PART: u64 = 50;

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
pub(super) struct Pictures {
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

impl Pictures {
    pub(super) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
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
        let mut rejects = Rejects::new(&self.file, self.rejects.as_deref())?;
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

/// How many are new and how many are known. What is known is passed in no time, so it is no part of the way.
async fn count(
    answers: impl Stream<Item = Result<Acknowledged, PublishError>>,
    bar: &ProgressBar,
) -> Result<(u64, u64), Failure> {
    let mut answers = pin!(answers);
    let (mut published, mut known) = (0, 0);
    while let Some(answer) = answers.next().await {
        if answer?.duplicate {
            known += 1;
            bar.dec_length(1);
        } else {
            published += 1;
            bar.inc(1);
        }
    }
    Ok((published, known))
}

fn progress(output: Output, what: &'static str, steps: u64) -> ProgressBar {
    let left = |state: &ProgressState, text: &mut dyn Write| {
        let (done, all) = (state.pos(), state.len().unwrap_or_default());
        if done * TELLING_PART >= all.max(1) {
            let part = u32::try_from(done).ok().zip(u32::try_from(all.saturating_sub(done)).ok());
            let left = part.map(|(done, left)| state.elapsed().mul_f64(f64::from(left) / f64::from(done)));
            // A text that cannot be shown is nobody's loss.
            let _ = left.map(|left| write!(text, " {} left", HumanDuration(left)));
        }
    };
    let style = ProgressStyle::with_template(PROGRESS).expect("the template is well-formed").with_key("left", left);
    output.progress(steps).with_style(style).with_message(what)
}

fn unreadable(path: &Path, source: io::Error) -> Failure {
    Failure::Unreadable { name: path.display().to_string(), source }
}

fn bad_source(error: impl Display) -> Failure {
    Failure::usage(error.to_string(), "name the source with --source, and its slug with --slug where the name has none")
}
