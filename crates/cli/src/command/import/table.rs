//! What every import of a table does: check all of it, then publish what the chronicle does not know.

use std::fmt::{Display, Write};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};

use clap::Args;
use futures::stream::{self, Stream, StreamExt};
use indicatif::{HumanDuration, ProgressBar, ProgressBarIter, ProgressState, ProgressStyle};
use jiff::Timestamp;
use producer::import::{Column, ImportError, Item, Mapping, Reading, Rows, Source, Summary};
use producer::{Acknowledged, Producer, PublishError};
use serde::Serialize;
use summit::{Authority, OrganisationId, PartyId};

use super::rejects::Rejects;
use super::spelling::{column, delimiter, meaning};
use super::{Imported, tell};
use crate::ask::Shell;
use crate::directory::Indexed;
use crate::error::Failure;
use crate::output::Output;

/// How progress is shown: the share that is done, and how long the rest takes at this pace.
const PROGRESS: &str = "{msg} {wide_bar} {percent}%{left}";
/// One part in so many has to be done before it says anything about the rest: the first event travels alone, and slowly.
const TELLING_PART: u64 = 50;

/// A file, and who made it.
#[derive(Debug, Args)]
pub(super) struct Table {
    /// The file
    pub(super) file: PathBuf,
    /// Who made it; events come from /imports/ and the slug of this name
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
    /// What a spelling of the file means; repeats
    #[arg(long, value_name = "TEXT=PARTY", value_parser = meaning::<PartyId>)]
    party_map: Vec<(String, String)>,
    /// What a spelling of the file means; repeats
    #[arg(long, value_name = "TEXT=ORGANISATION", value_parser = meaning::<OrganisationId>)]
    organisation_map: Vec<(String, String)>,
    /// Where to write what is rejected with its reasons, as a table of line, column, found, allowed
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Only check the file and sum it up; no chronicle is asked
    #[arg(long)]
    dry_run: bool,
}

/// How the columns of a table stand.
#[derive(Debug, Args)]
pub(super) struct Columns {
    /// What a column is called in the table; repeats
    #[arg(long, value_name = "COLUMN=NAME", value_parser = column)]
    column: Vec<(Column, String)>,
    /// What stands between two columns; tab is a tabulator
    #[arg(long, value_name = "CHARACTER", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
}

impl Columns {
    /// Says so in a mapping, where all of them are columns of this import.
    pub(super) fn put(&self, mapping: &mut Mapping, allowed: &[Column]) -> Result<(), Failure> {
        mapping.delimiter = self.delimiter;
        for (column, name) in &self.column {
            if !allowed.contains(column) {
                let allowed: Vec<_> = allowed.iter().map(|column| column.as_str()).collect();
                let (found, allowed) = (column.as_str(), allowed.join(", "));
                let said = format!("--column {found}={name}: found \"{found}\", allowed is one of {allowed}");
                return Err(Failure::usage(said, "each import reads columns of its own"));
            }
            mapping.columns.insert(*column, name.clone());
        }
        Ok(())
    }
}

/// What came of reading a table.
pub(super) trait SumUp: Serialize {
    /// How many events it comes to.
    fn events(&self) -> u64;
    /// How many rows are rejected.
    fn rejected(&self) -> u64;
    /// What a dry run answers.
    fn text(&self) -> String;
}

impl SumUp for Summary {
    fn events(&self) -> u64 {
        self.changes + self.revisions.unwrap_or_default()
    }

    fn rejected(&self) -> u64 {
        self.rejected
    }

    fn text(&self) -> String {
        let Self { editions, pictures, rows, changes, nones, revisions, unsaid, rejected } = self;
        let editions = editions.map_or(String::new(), |editions| format!("{editions} editions with "));
        let revisions = revisions.map_or(String::new(), |revisions| {
            format!(", and {revisions} times that what was said is taken back or said again")
        });
        let spoiled = match rejected {
            0 => String::new(),
            _ => format!("{rejected} rejected; what these rows may speak of is left unsaid {unsaid} times\n"),
        };
        format!(
            "{editions}{pictures} pictures of {rows} rows show {changes} changes, {nones} of them to none{revisions}\n{spoiled}"
        )
    }
}

impl SumUp for Rows {
    fn events(&self) -> u64 {
        self.events
    }

    fn rejected(&self) -> u64 {
        self.rejected
    }

    fn text(&self) -> String {
        let Self { rows, events, rejected } = self;
        let spoiled = if *rejected == 0 { String::new() } else { format!("{rejected} rejected\n") };
        format!("{rows} rows are {events} events\n{spoiled}")
    }
}

impl Table {
    /// What the options say of spellings.
    pub(super) fn mapping(&self) -> Mapping {
        let (parties, organisations) = (spellings(&self.party_map), spellings(&self.organisation_map));
        Mapping { parties, organisations, ..Mapping::default() }
    }

    /// Imports the table as `read` reads it.
    pub(super) async fn import<T>(
        &self,
        shell: &Shell,
        read: impl Fn(ProgressBarIter<File>) -> Result<T, ImportError>,
    ) -> Result<(), Failure>
    where
        T: Reading<Summary: SumUp> + Send,
    {
        let output = shell.output();
        let source = self.source()?;
        let summary = self.check(output, &read)?;
        let rejected = summary.rejected();
        if !self.dry_run {
            tell(&self.publish(shell, summary, source, &read).await?, rejected, output)?;
        } else if output.json {
            Output::json(&summary)?;
        } else {
            Output::text(&summary.text())?;
        }
        self.end(rejected)
    }

    /// Reads the whole table once, tells its rejected rows, and finds what spoils all of it.
    fn check<T: Reading>(
        &self,
        output: Output,
        read: impl Fn(ProgressBarIter<File>) -> Result<T, ImportError>,
    ) -> Result<T::Summary, Failure> {
        let (file, bytes) = self.open()?;
        let bar = progress(output, "checking the table", bytes);
        let mut rejects = Rejects::new(&self.file, self.rejects.as_deref())?;
        let mut items = read(bar.wrap_read(file)).map_err(|error| self.failure(error))?;
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
    async fn publish<T>(
        &self,
        shell: &Shell,
        table: T::Summary,
        source: Source,
        read: impl Fn(ProgressBarIter<File>) -> Result<T, ImportError>,
    ) -> Result<Imported<T::Summary>, Failure>
    where
        T: Reading<Summary: SumUp> + Send,
    {
        let (mut connection, index) = shell.read(None).await?;
        // One import is one moment of knowledge.
        let now = Timestamp::now();
        let producer = Producer::new(connection.log.clone(), Indexed(index), move || now);
        let spoiled: Arc<OnceLock<ImportError>> = Arc::default();
        let unseen = ProgressBar::hidden();
        let items = read(unseen.wrap_read(self.open()?.0)).map_err(|error| self.failure(error))?;
        let documents = items.map_while({
            let spoiled = Arc::clone(&spoiled);
            move |item| match item {
                Ok(Item::Said(said)) => Some(Some(source.document(&*said))),
                Ok(Item::Rejected(_)) => Some(None),
                Err(error) => {
                    spoiled.get_or_init(|| error);
                    None
                }
            }
        });
        let bar = progress(shell.output(), "publishing", table.events());
        let answers = producer.publish_many(stream::iter(documents.flatten()));
        let (published, known) = tokio::select! {
            counted = count(answers, &bar) => counted?,
            lost = connection.lost() => return Err(lost),
        };
        bar.finish_and_clear();
        connection.keep_anchor().await?;
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
                "--rejects FILE writes all of them; --party-map, --organisation-map and the like say what a spelling means",
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

    /// The file, and how many bytes it has.
    fn open(&self) -> Result<(File, u64), Failure> {
        let unreadable = |source| unreadable(&self.file, source);
        let file = File::open(&self.file).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(Failure::usage(
                format!("\"{}\" is no file", self.file.display()),
                "it is read twice: name a file",
            ));
        }
        Ok((file, metadata.len()))
    }

    fn failure(&self, error: ImportError) -> Failure {
        let (said, hint) = match error {
            ImportError::Unreadable(source) => return unreadable(&self.file, source),
            ImportError::NoColumn { .. } => {
                return Failure::usage(
                    error.to_string(),
                    "--column date=NAME says what a column is called, --delimiter what parts them",
                );
            }
            ImportError::Unordered { what: "edition", .. } => (error.to_string(), "sort the table by edition"),
            ImportError::Unordered { .. } => {
                (error.to_string(), "sort the table by date, within its editions where it has any")
            }
            ImportError::TooLong { .. } => {
                (error.to_string(), "import it in parts, all rows of an organisation in one of them")
            }
            ImportError::TooLarge { .. } => (error.to_string(), "import it in parts"),
            ImportError::NoPopolo(ref source) => (format!("{error}: {source}"), "name a file of Popolo's JSON"),
        };
        let said = format!("{}: {said}; nothing is stored", self.file.display());
        Failure::Refused { said, faults: Vec::new(), hint: Some(hint) }
    }
}

/// Spellings, as options give them.
pub(super) fn spellings(pairs: &[(String, String)]) -> std::collections::BTreeMap<String, String> {
    pairs.iter().cloned().collect()
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
