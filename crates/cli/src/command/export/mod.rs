//! `chronicle export`: what belongs to an organisation or a meeting, in the formats of others.
//!
//! In reading order: `named` is what is spoken of; `events` are the events themselves; `local` asks the log, `remote` a service, for the same files;
//! `files` is what becomes of them.

mod events;
mod files;
mod local;
mod named;
mod remote;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use projector::export::{Code, ExportError, FEED_ENTRIES, Format, Tabular, Terms, UNLICENSED, Years};
use summit::{MeetingId, OrganisationId, PartyId, Position, Vantage};

use self::events::Events;
use crate::ask::Shell;
use crate::error::Failure;
use crate::values::{Spelt, Spoken};
use crate::vantage::VantageOptions;

/// What belongs to an organisation or a meeting, for others to read
///
/// jsonl: the events themselves, as they were stored, each once: those of an organisation also through their meetings,
/// those of a meeting with its parts, and what corrects or takes back any of them. `chronicle import jsonl` reads them
/// elsewhere. They are those up to a position, the last or that of --at-position or --token: asked again with it, the same.
///
/// All other formats are written from a vantage, and the same token gives the same bytes:
/// csv: tidy rows, one per party and spell, or one per person at a meeting; an apostrophe stands before what a spreadsheet
/// would take for a formula. `chronicle import spells` reads them. csv-raw: the same with every text verbatim.
/// states: one row per state and year, one column per organisation, by the status held at the end of the year: 0 none,
/// 1 full, 2 associate, 3 observer, -9 not stated or only possibly.
/// popolo: persons, organisations, memberships, events. ics: meetings as a calendar. atom: events and corrections as a feed.
/// json: the answers of `chronicle timeline` or `chronicle attendance`.
///
/// What a format cannot say is in deploy/formats.md.
#[derive(Debug, Clone, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:
  chronicle export sco --format jsonl > sco.jsonl
  chronicle export sco --format csv --output sco
  chronicle export sco \"Eurasian Economic Union\" --format states --from 1990 --to 2024
  chronicle export --all --format states --code dialogue_partner=3 --output states
  chronicle export sco-astana-2024 --format ics > astana.ics"
)]
pub(crate) struct Export {
    /// An organisation or a meeting, by its slug or any of its names; for jsonl, csv and states also several organisations
    #[arg(value_name = "ORG|MEETING", required_unless_present = "all")]
    of: Vec<Spoken<OrganisationId>>,
    /// Every organisation: for csv and states
    #[arg(long, conflicts_with = "of")]
    all: bool,
    /// How: jsonl, json, csv, csv-raw, states, popolo, ics or atom
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    format: Wanted,
    /// Write files into this folder: tables with datapackage.json, which describes them and says how to cite them
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// For csv: only this party, such as KAZ, or by any of its names
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    /// For states: the first year [default: when some status is first held]
    #[arg(long, value_name = "YEAR", allow_negative_numbers = true)]
    from: Option<i16>,
    /// For states: the last year [default: that of the vantage]
    #[arg(long, value_name = "YEAR", allow_negative_numbers = true)]
    to: Option<i16>,
    /// For states: another status with a code of 0, 1, 2 or 3; repeats
    #[arg(long, value_name = "STATUS=CODE")]
    code: Vec<Code>,
    /// For states: rows of parties that are no states, too
    #[arg(long)]
    every_party: bool,
    /// For atom: how many entries [default: 100]
    #[arg(long, value_name = "NUMBER")]
    entries: Option<usize>,
    /// For atom: only entries before this position
    #[arg(long, value_name = "POSITION")]
    before: Option<Position>,
    /// The licence line of what is written [default: "licence not stated"]
    #[arg(long, value_name = "TEXT", env = "CHRONICLE_LICENCE", hide_env_values = true)]
    licence: Option<String>,
    #[command(flatten)]
    vantage: VantageOptions,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// `CloudEvents`, one JSON document a line.
    Jsonl,
    /// From a vantage.
    View(Format),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("jsonl", _) => Ok(Self::Jsonl),
            // It comes with --output.
            (_, Ok(Format::Datapackage(_)) | Err(_)) => {
                Err("allowed is jsonl, json, csv, csv-raw, states, popolo, ics or atom".to_owned())
            }
            (_, Ok(format)) => Ok(Self::View(format)),
        }
    }
}

impl Export {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut once = self.clone();
        let mut seen = BTreeSet::new();
        once.of.retain(|one| seen.insert(one.text().to_owned()));
        once.write(shell).await
    }

    /// Writes what is named, each once.
    async fn write(&self, shell: &Shell) -> Result<(), Failure> {
        let format = match self.format {
            Wanted::Jsonl => return Box::pin(self.events(shell)).await,
            Wanted::View(format) => format,
        };
        let several = matches!(format, Format::Table(_));
        if !several && (self.all || self.of.len() > 1) {
            return Err(ExportError::One(format).into());
        }
        if format != Format::Table(Tabular::States) && !self.states_only().is_empty() {
            let said = format!("{} is of states only, not of {format}", self.states_only().join(", "));
            return Err(Failure::usage(said, "leave it out, or write --format states"));
        }
        let rows = matches!(format, Format::Table(Tabular::Csv | Tabular::CsvRaw));
        if !rows && self.party.is_some() {
            return Err(Failure::usage(
                format!("{format} is of all parties"),
                "leave out --party, or write --format csv",
            ));
        }
        if format != Format::Atom && (self.before.is_some() || self.entries.is_some()) {
            let said = format!("--entries and --before are of atom only, not of {format}");
            return Err(Failure::usage(said, "leave them out, or write --format atom"));
        }
        self.vantage.check()?;
        match shell.remote()? {
            Some(remote) => self.remote(format, &remote, shell).await,
            None => self.local(format, shell).await,
        }
    }

    async fn events(&self, shell: &Shell) -> Result<(), Failure> {
        if self.all {
            let hint = "`chronicle events` prints all events, and asks a service for them";
            return Err(Failure::usage("jsonl is of organisations or meetings by name", hint));
        }
        let vantage = &self.vantage;
        let token = vantage.token.as_ref();
        let looks = vantage.as_of.is_some() || vantage.known_at.is_some() || vantage.according_to.is_some();
        if looks || token.is_some_and(|token| token.known_at.is_some() || token.according_to.is_some()) {
            let said = "jsonl is every event as it was stored up to a position, and knows no other part of a vantage";
            return Err(Failure::usage(said, "say --at-position, or --token of an answer that says no more"));
        }
        if self.party.is_some() || !self.states_only().is_empty() || self.before.is_some() || self.entries.is_some() {
            let said = "jsonl is of all events: --party is of csv, --from, --to, --code and --every-party of states, \
                        --before and --entries of atom";
            return Err(Failure::usage(said, "leave them out, or write that --format"));
        }
        vantage.check()?;
        let at = vantage.at_position.or_else(|| token.map(|token| token.at_position.unwrap_or(token.position)));
        let mut named = self.clone();
        if let Some(remote) = shell.remote()? {
            self.note_the_licence(shell);
            named.understand_remote(&remote, shell).await?;
            let events = Events { of: &named.slugs(), at, folder: self.output.as_deref() };
            return events.remote(&remote, vantage.min_position, shell).await;
        }
        let history = shell.history_from(vantage.min_position).await?;
        let upto = at.unwrap_or_else(|| history.index.tail());
        let begun = history.index.reached(upto).map_err(Failure::from).and_then(|()| {
            let existing = Vantage { at_position: Some(upto), ..Vantage::default() };
            Ok(named.understand(&history.index.view(&existing, shell.today)?)?)
        });
        match begun {
            Ok(notes) => notes.into_iter().for_each(|note| shell.output().note(note)),
            Err(failure) => return Err(history.unanswered(failure)),
        }
        let events = Events { of: &named.slugs(), at: Some(upto), folder: self.output.as_deref() };
        events.local(history, &self.terms().licence, shell).await
    }

    /// Whose the licence line is, where a service is asked.
    fn note_the_licence(&self, shell: &Shell) {
        if self.licence.is_some() {
            shell.output().note("the licence line is the service's, not that of --licence or CHRONICLE_LICENCE");
        }
    }

    /// The options given that mean something for states only.
    fn states_only(&self) -> Vec<&'static str> {
        let given = [
            (self.from.is_some(), "--from"),
            (self.to.is_some(), "--to"),
            (!self.code.is_empty(), "--code"),
            (self.every_party, "--every-party"),
        ];
        given.into_iter().filter(|(given, _)| *given).map(|(_, name)| name).collect()
    }

    fn terms(&self) -> Terms {
        let licence = self.licence.as_deref().filter(|licence| !licence.trim().is_empty());
        Terms {
            licence: licence.unwrap_or(UNLICENSED).to_owned(),
            years: Years { from: self.from, to: self.to },
            codes: self.code.clone(),
            every_party: self.every_party,
            before: self.before,
            entries: self.entries.unwrap_or(FEED_ENTRIES),
            ..Terms::default()
        }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let said = error.to_string();
        match error {
            ExportError::Ask(error) => error.into(),
            ExportError::Backwards(_) => Self::usage(said, "--from is the first year, --to the last"),
            ExportError::TooLarge(_) => Self::usage(said, "--from and --to say which years, names which organisations"),
            ExportError::One(_) => Self::usage(said, "name one, or write --format csv"),
            ExportError::NotOfMeetings(_) => Self::usage(said, "write --format csv, or name an organisation"),
        }
    }
}

/// Organisations and meetings have slugs of one form.
fn meeting(of: &OrganisationId) -> MeetingId {
    of.as_str().parse().expect("a slug is a slug")
}
