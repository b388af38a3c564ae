//! `chronicle import`: what others hold, as history.

mod rejects;
mod spelling;
mod table;
mod tables;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use self::tables::{ActTable, Pictures, Popolo, SpellTable};
use super::publish::Publish;
use crate::ask::Shell;
use crate::error::Failure;
use crate::output::Output;

/// Import what others hold
#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Snapshots(Box<Pictures>),
    Spells(Box<SpellTable>),
    TreatyActs(Box<ActTable>),
    Popolo(Box<Popolo>),
    Jsonl(Jsonl),
}

impl Import {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        match &self.what {
            What::Snapshots(import) => import.run(shell).await,
            What::Spells(import) => import.run(shell).await,
            What::TreatyActs(import) => import.run(shell).await,
            What::Popolo(import) => import.run(shell).await,
            What::Jsonl(import) => import.run(shell).await,
        }
    }
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
