//! `chronicle demo`: the summit of Astana, as one news report tells it.

use std::io::IsTerminal;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use gateway::{Access, Bound, Service};
use jiff::Timestamp;
use producer::Producer;
use projector::{AskError, Index, Live, MembersFilter, View};
use serde::Serialize;
use summit::{AsOf, Content, EventId, InstrumentId, MeetingId, OrganisationId, PartyId, Vantage};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use wire::Document;

use super::serve::told_to_end;
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
/// which must be empty or the demo's. Run it again: nothing is stored twice. On a terminal it stays open until ctrl-c, and
/// so does its page, whose address it prints first: for this machine only.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle demo
  chronicle demo --serve | cat
  chronicle demo --data /tmp/demo")]
pub(crate) struct Demo {
    /// Stay open, and serve the page, where stdout is no terminal, too
    #[arg(long)]
    serve: bool,
}

/// Where the page is looked for first: a port that is free, from here on.
const FIRST_PORT: u16 = 8080;
/// So many ports are tried; then any one that is free is taken.
const PORTS_TRIED: u16 = 20;

impl Demo {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let named = [shell.global.nats.is_some(), shell.global.data.is_some()].contains(&true);
        let place = if named { Place::of(&shell.global)? } else { Place::Data(own_data(DATA)?) };
        let output = shell.output();
        let page = (self.serve || std::io::stdout().is_terminal()).then(Bind::new).transpose()?;
        if let Some(page) = &page {
            page.tell(output)?;
        }
        let mut connection = Connection::open_checked(&place, Anchors::of(&place, &shell.global), output).await?;
        let index = load(&connection, output).await?;
        let page = match page {
            Some(page) => Some(page.open(&connection).await?),
            None => None,
        };
        let tour = Tour { index: &index, shell };
        tour.show()?;
        if !output.json {
            Output::text(&next(&place, &index))?;
        }
        let Some(mut page) = page else { return Ok(()) };
        // Listened for before it is said.
        let told = told_to_end();
        output.remark("\nthe chronicle and its page stay open; ctrl-c ends them");
        let over = tokio::select! {
            () = told => Ok(()),
            over = page.follow() => Err(over),
            lost = connection.lost() => Err(lost),
        };
        page.close().await;
        over
    }
}

/// The page, before there is anything on it: whoever opens it waits until there is.
struct Bind {
    bound: Bound,
    address: SocketAddr,
}

impl Bind {
    fn new() -> Result<Self, Failure> {
        let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let bound = (FIRST_PORT..FIRST_PORT + PORTS_TRIED).find_map(|port| Bound::to(at(port)).ok());
        let bound = bound.map_or_else(|| Bound::to(at(0)), Ok);
        let bound = bound.and_then(|bound| bound.address().map(|address| Self { bound, address }));
        bound.map_err(|source| Failure::Listen { address: at(FIRST_PORT), source })
    }

    /// Says where it is, before anything else.
    fn tell(&self, output: Output) -> Result<(), Failure> {
        let line = format!("The page: http://{}/\n\n", self.address);
        if output.json {
            output.remark(line.trim_end());
            return Ok(());
        }
        Output::text(&line)
    }

    /// Serves it, to this machine.
    async fn open(self, connection: &Connection) -> Result<Opened, Failure> {
        let mut live = Live::begin(&connection.log, None, Timestamp::now).await?;
        live.catch_up().await?;
        let service = Service::new(connection.log.clone(), Arc::clone(live.index()), Timestamp::now);
        let (end, ended) = oneshot::channel();
        let access = Access::open();
        let app = gateway::guarded(&service, &access);
        let ended = async { ended.await.unwrap_or_default() };
        let served = tokio::spawn(gateway::serve(self.bound, app, access, None, ended));
        Ok(Opened { live, service, end, served })
    }
}

/// The page, as it is served.
struct Opened {
    live: Live,
    service: Service,
    end: oneshot::Sender<()>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Opened {
    /// Keeps it current, until that fails.
    async fn follow(&mut self) -> Failure {
        loop {
            match self.live.next().await {
                Ok(update) => self.service.feed().tell(&update),
                Err(error) => return error.into(),
            }
        }
    }

    /// Whoever asks is answered to the end.
    async fn close(self) {
        self.service.feed().end();
        // Where it has ended already there is nobody to tell.
        let _ = self.end.send(());
        let _ = self.served.await;
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
        Place::Url(..) => String::new(),
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
