//! `chronicle demo`: the summit of Astana, as one news report tells it.

use std::io::IsTerminal;
use std::path::Path;

use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use producer::Producer;
use projector::{AskError, Index, MembersFilter, View};
use serde::Serialize;
use summit::{AsOf, Content, EventId, InstrumentId, MeetingId, OrganisationId, PartyId, Vantage};
use wire::Document;

use crate::anchors::Anchors;
use crate::ask::Shell;
use crate::connect::{Connection, Place, own_data};
use crate::directory::Indexed;
use crate::error::Failure;
use crate::output::Output;
use crate::read;
use crate::render::{Page, Text, page};

/// The report, sentence by sentence: events of and around the summit of the Shanghai Cooperation Organization.
pub(crate) const REPORT: &str = include_str!("../../../wire/tests/data/astana-2024.jsonl");
/// Its data directory, among the user's own.
const DATA: &str = "chronicle-demo";
/// The day of the report: asked from there, the answers stay.
const DAY: &str = "2024-07-04";
const ORGANISATION: &str = "sco";
const MEETING: &str = "sco-plus-astana-2024";
const GUEST: &str = "IND";
const NEWCOMER: &str = "BLR";
const SIGNED: &str = "belarus-admission-2024";

/// Start everything, load a summit as one news report tells it, and show what can be asked
///
/// It keeps a chronicle of its own in the user's data directory (chronicle-demo), unless --data or --nats name another,
/// which must be empty or the demo's. Run it again: nothing is stored twice. On a terminal it stays open until ctrl-c.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle demo
  chronicle demo --data /tmp/demo")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let named = [shell.global.nats.is_some(), shell.global.data.is_some()].contains(&true);
        let place = if named { Place::of(&shell.global)? } else { Place::Data(own_data(DATA)?) };
        let output = shell.output();
        let mut connection = Connection::open_checked(&place, Anchors::of(&place, &shell.global), output).await?;
        let index = load(&connection, output).await?;
        let tour = Tour { index: &index, shell };
        tour.show()?;
        if !output.json {
            Output::text(&next(&place, &index))?;
        }
        if !std::io::stdout().is_terminal() {
            return Ok(());
        }
        output.remark("\nthe chronicle stays open; ctrl-c ends it");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Ok(()),
            lost = connection.lost() => Err(lost),
        }
    }
}

/// Publishes the report where it is not there yet, and reads what is there.
async fn load(connection: &Connection, output: Output) -> Result<Index, Failure> {
    let documents: Vec<Document> = REPORT
        .lines()
        .map(|line| Document::decode(line.as_bytes()).expect("the report is well-formed, a test reads it"))
        .collect();
    let index = read::index(&connection.log, None, output).await?;
    if !index.is_empty() && !documents.iter().any(|document| index.event(document.event().id).is_some()) {
        return Err(Failure::NotTheDemo);
    }
    let producer = Producer::new(connection.log.clone(), Indexed(index), Timestamp::now);
    let (mut published, mut known) = (0, 0);
    let mut answers = producer.publish_many(stream::iter(documents)).boxed();
    while let Some(acknowledged) = answers.try_next().await? {
        if acknowledged.duplicate { known += 1 } else { published += 1 }
    }
    output.remark(format_args!("{published} events published, {known} known\n"));
    read::index(&connection.log, None, output).await
}

/// What the demo shows: questions, as somebody would type them, and their answers.
struct Tour<'a> {
    index: &'a Index,
    shell: &'a Shell,
}

impl Tour<'_> {
    fn show(&self) -> Result<(), Failure> {
        let (organisation, meeting) = (organisation(), meeting());
        self.question(&format!("members {ORGANISATION}"), None, |view| {
            view.members(&organisation, &MembersFilter::default())
        })?;
        self.question(&format!("attendance {MEETING}"), None, |view| view.attendance(&meeting))?;
        let guest = party(GUEST);
        self.question(&format!("attendance {MEETING} --party {GUEST}"), None, |view| {
            view.attendance_of(&meeting, Some(&guest))
        })?;
        self.question("remarks", None, |view| view.remarks(None))?;
        match self.signing() {
            Some(signing) => self.before_and_after(signing),
            None => Ok(()),
        }
    }

    /// Asks from just before the signing, and from just after what it brought.
    fn before_and_after(&self, signing: EventId) -> Result<(), Failure> {
        let only = MembersFilter { party: Some(party(NEWCOMER)), ..MembersFilter::default() };
        let now = self.index.view(&Vantage::default(), self.shell.today)?.members(&organisation(), &only)?;
        let admitted = now.parties.first().and_then(|row| row.evidence.first()).copied();
        let sides = [Some(AsOf::Before(signing)), admitted.map(AsOf::After)];
        for as_of in sides.into_iter().flatten() {
            let (AsOf::Before(id) | AsOf::After(id)) = &as_of else { continue };
            let side = if matches!(as_of, AsOf::Before(_)) { "before" } else { "after" };
            let side = format!("{side}:{}", Page::new(self.index, None).id(*id));
            let typed = format!("members {ORGANISATION} --party {NEWCOMER}");
            self.question(&typed, Some((side, as_of)), |view| view.members(&organisation(), &only))?;
        }
        Ok(())
    }

    /// The act on the instrument by which the newcomer came in.
    fn signing(&self) -> Option<EventId> {
        let instrument: InstrumentId = SIGNED.parse().expect("a slug");
        let mut records = self.index.ids_beginning("").filter_map(|id| self.index.event(id));
        let signed = records
            .find(|record| matches!(&record.event.content, Content::Signing(act) if act.instrument == instrument));
        signed.map(|record| record.event.id)
    }

    /// Shows a question and its answer; where it does not say from when, it is asked from the day of the report.
    fn question<T: Serialize + Text>(
        &self,
        typed: &str,
        as_of: Option<(String, AsOf)>,
        ask: impl FnOnce(&View<'_>) -> Result<T, AskError>,
    ) -> Result<(), Failure> {
        let day = || (DAY.to_owned(), AsOf::End(DAY.parse().expect("a day")));
        let (written, as_of) = as_of.unwrap_or_else(day);
        let vantage = Vantage { as_of: Some(as_of), ..Vantage::default() };
        let answer = ask(&self.index.view(&vantage, self.shell.today)?)?;
        let output = self.shell.output();
        if output.json {
            return Output::json(&answer);
        }
        Output::text(&format!("{}\n", page::command(&format!("chronicle {typed} --as-of {written}"))))?;
        output.answer(&answer, self.index)?;
        Output::text("\n")
    }
}

/// What to type next.
fn next(place: &Place, index: &Index) -> String {
    let whereabouts = match place {
        Place::Url(_) => String::new(),
        Place::Data(data) => format!("--data {} ", quoted(data)),
    };
    let lines = [
        format!("explain {ORGANISATION} {GUEST}"),
        format!("timeline {ORGANISATION} --as-of 2017-03-01"),
        format!("party {NEWCOMER}"),
        format!("signings --organisation {ORGANISATION}"),
        format!("diff {ORGANISATION} --from 0 --to {}", index.tail()),
        format!("watch members {ORGANISATION} --since 0"),
        format!(
            "record admission --organisation {ORGANISATION} --party AFG --occurred 2030 --attribution me --source /desks/me"
        ),
    ];
    let typed = lines.iter().map(|line| page::command(&format!("chronicle {whereabouts}{line}")));
    let lines: Vec<String> = std::iter::once("Type next:".to_owned()).chain(typed).collect();
    lines.join("\n") + "\n"
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

fn organisation() -> OrganisationId {
    ORGANISATION.parse().expect("a slug")
}

fn meeting() -> MeetingId {
    MEETING.parse().expect("a slug")
}

fn party(code: &str) -> PartyId {
    code.parse().expect("a code of ISO 3166")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use projector::{MembersFilter, View};
    use summit::Vantage;

    use super::{DAY, GUEST, MEETING, NEWCOMER, ORGANISATION, quoted};
    use crate::samples::{self, TODAY};

    #[test]
    fn the_report_is_well_formed_and_speaks_of_what_the_demo_asks() {
        let index = samples::astana();
        assert_eq!((index.len(), index.undecodable()), (super::REPORT.lines().count(), &[][..]));
        let vantage = Vantage { as_of: Some(DAY.parse().expect("a day")), ..Vantage::default() };
        let view: View<'_> = index.view(&vantage, TODAY).expect("a day is no event");
        let organisation = ORGANISATION.parse().expect("a slug");
        let members = view.members(&organisation, &MembersFilter::default()).expect("it is there");
        assert!(members.parties.iter().any(|row| row.party.as_str() == NEWCOMER));
        let attendance = view.attendance(&MEETING.parse().expect("a slug")).expect("it is there");
        assert!(attendance.delegations.iter().any(|row| row.party.as_str() == GUEST));
    }

    #[test]
    fn a_data_directory_is_written_as_a_shell_takes_it() {
        assert_eq!(quoted(Path::new("/home/me/.local/share/chronicle-demo")), "/home/me/.local/share/chronicle-demo");
        assert_eq!(quoted(Path::new("/my data/it's")), r"'/my data/it'\''s'");
    }
}
