//! `chronicle record`: one event from options.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use producer::{Producer, PublishError};
use projector::Index;
use summit::{EventId, Kind};
use wire::Document;

use crate::ask::Shell;
use crate::connect::Connection;
use crate::directory::Indexed;
use crate::document::{Said, whole, written_out};
use crate::error::Failure;
use crate::identified::{identified, is_anything_named};
use crate::output::Output;

/// Record one event, from options
///
/// Each kind of event has its own fields, named behind the options; --attribution and --source say who publishes. What
/// a field identifies may be named instead, where exactly one thing bears the name: what is taken for what is said.
/// A field wrong or missing is told with what was found and what is allowed, and nothing is stored.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle record admission --organisation sco --party BLR --occurred 2024-07-04 \\
    --source /desks/astana --attribution \"Asia news report\"
  chronicle record attendance --meeting sco-plus-astana-2024 --party IND --level FM \\
    --person \"S. Jaishankar (Minister)\" --occurred 2024-07-04")]
pub(crate) struct Record {
    /// What it is
    #[arg(value_parser = kind())]
    kind: Kind,
    /// The event that this one replaces; its id may be shortened
    #[arg(long, value_name = "ID", value_parser = projector::id_prefix, help_heading = "Envelope")]
    corrects: Option<String>,
    #[command(flatten)]
    said: Said,
}

/// The kinds, so that a misspelt one is answered with the nearest.
pub(super) fn kind() -> impl TypedValueParser<Value = Kind> {
    let parse = |text: String| text.parse::<Kind>();
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str())).try_map(parse)
}

impl Record {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let mut said = self.said.clone();
        let ids: Vec<&String> = self.corrects.iter().collect();
        let shortened = |id: &String| id.parse::<EventId>().is_err();
        // The chronicle is read only where it has to be: what is refused is refused without it.
        let shortened = ids.into_iter().any(shortened) || said.given.events().any(|id| shortened(id));
        let known = if shortened || is_anything_named(&mut said.given, self.kind) {
            Some(shell.read(None).await?)
        } else {
            None
        };
        let find = |prefix: &str| match &known {
            Some((_, index)) => index.find(prefix).map_err(Failure::from),
            None => Err(Failure::usage(format!("\"{prefix}\" is no id"), "write the whole id")),
        };
        written_out(&mut said, find)?;
        if let Some((_, index)) = &known {
            identified(&mut said.given, self.kind, index, shell)?;
        }
        let corrects = self.corrects.as_deref().map(|id| whole(id, find)).transpose()?;
        let document = said.record(self.kind, corrects, Timestamp::now())?;
        if said.envelope.dry_run {
            return print(&document);
        }
        let (connection, index) = match known {
            Some(known) => known,
            None => shell.read(None).await?,
        };
        store(shell.output(), &connection, index, document).await
    }
}

/// Prints a document instead of publishing it.
pub(super) fn print(document: &Document) -> Result<(), Failure> {
    let mut line = document.encode();
    line.push(b'\n');
    Output::bytes(&line)
}

/// Publishes one event, and prints where it stands.
pub(super) async fn store(
    output: Output,
    connection: &Connection,
    index: Index,
    document: Document,
) -> Result<(), Failure> {
    let id = document.event().id;
    let producer = Producer::new(connection.log.clone(), Indexed(index), Timestamp::now);
    match producer.publish(document).await {
        Ok(acknowledged) => {
            Output::json(&acknowledged)?;
            connection.keep_anchor().await
        }
        Err(error) => {
            if let PublishError::OutcomeUnknown(_) = error {
                output.note(format_args!("add --id {id} to publish the same event again"));
            }
            Err(error.into())
        }
    }
}
