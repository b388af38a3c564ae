//! `chronicle rehearse`: a past meeting again, in a chronicle of its own.

use std::collections::{HashMap, HashSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chronicle::{Chronicle, MAX_BATCH};
use chronicle_nats::NatsChronicle;
use clap::Args;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use producer::{Acknowledged, Directory, Known, Producer};
use projector::{Index, Pace, Record, Speed};
use summit::{EventId, MeetingId, OrganisationId, Position, Vantage};
use wire::Document;

use super::demo::quoted;
use crate::ask::{Shell, understand_now};
use crate::connect::{Connection, Place, own_data};
use crate::error::Failure;
use crate::output::Output;
use crate::release::{Release, told};
use crate::render::{changes, page};
use crate::script::{SPREAD, Scene, Script};
use crate::stage::Stage;
use crate::values::Spoken;

/// What the directory of a rehearsal is called after the real one's name.
const BESIDE: &str = "-rehearsal";
/// Its name among the user's own, where the real chronicle is on a server.
const DATA: &str = "chronicle-rehearsal";
/// Names a server, which would be asked instead of a directory.
const SERVER_VARIABLE: &str = "CHRONICLE_NATS_URL";

/// A past meeting again, in a chronicle of its own, for training
///
/// First stands what the meeting stands on: every other event of its organisations. Then the events of the meeting, of its
/// parts and of meetings on its sidelines happen again, with the gaps of their stored times. Where most of them were stored
/// within a minute, as when they were published from a file, they come evenly over two hours (two minutes at 60x), in the
/// order of the world. `watch` and `attendance` can be used beside it with --data and the directory of the rehearsal; each
/// run throws the former rehearsal away. The real chronicle is only read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle rehearse sco-astana-2024
  chronicle rehearse sco-plus-astana-2024 --speed step --into /tmp/training")]
pub(crate) struct Rehearse {
    /// The meeting, such as sco-astana-2024, or by its title
    meeting: Spoken<MeetingId>,
    /// How fast: original; 60x or any whole number, with gaps so many times shorter, at most 10 s each; max, without gaps;
    /// step, one event for each line on standard input
    #[arg(long, default_value = "60x")]
    speed: Speed,
    /// The rehearsal's own directory, empty or of an earlier one [default: beside the real one, with -rehearsal at the end]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl Rehearse {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let place = Place::of(&shell.global)?;
        let (connection, index) = shell.read(None).await?;
        let mut meeting = self.meeting.clone();
        let notes = understand_now(vec![&mut meeting], &index, shell.today)?;
        for note in notes {
            shell.output().note(note);
        }
        let meeting = meeting.id();
        // Who asks for a meeting that is not there is told the nearest.
        index.view(&Vantage::default(), shell.today)?.attendance(meeting)?;
        let script = Script::of(&index, meeting);
        let real = if let Place::Data(data) = &place { Some(data.as_path()) } else { None };
        let directory = match &self.into {
            Some(directory) => directory.clone(),
            None => default(real)?,
        };
        let stage = Stage::set(&directory, real).await?;
        let output = shell.output();
        let mut shadow = Connection::open(&Place::Data(stage.directory.clone()), output).await?;
        let index = Arc::new(index);
        let producer = Producer::new(shadow.log.clone(), Shadow(Arc::clone(&index)), Timestamp::now);
        let play = Play { meeting: meeting.clone(), script, index, log: shadow.log.clone(), producer, output };
        tokio::select! {
            played = self.play(play, connection, &stage.directory) => played,
            _ = tokio::signal::ctrl_c() => Ok(()),
            lost = shadow.lost() => Err(lost),
        }
    }

    async fn play(&self, play: Play, real: Connection, directory: &Path) -> Result<(), Failure> {
        let output = play.output;
        let mut documents = output.meanwhile("setting the stage", play.set(&real)).await?;
        // From here on nothing of the real one is needed.
        drop(real);
        output.remark(self.announcement(&play.meeting, &play.script));
        output.remark(Self::beside(&play.meeting, directory, play.log.tail().await?));
        let mut release = Release::new(self.speed, output);
        let mut happened = 0;
        for scene in &play.script.scenes {
            if !release.wait(scene.at).await {
                break;
            }
            if let Some(document) = documents.remove(&scene.id) {
                play.happen(scene, document).await?;
                happened += 1;
            }
        }
        output.remark(format_args!("the rehearsal is over, {happened} events happened"));
        if std::io::stdout().is_terminal() {
            output.remark("it stays open; ctrl-c ends it");
            std::future::pending::<()>().await;
        }
        Ok(())
    }

    /// What will happen, and how fast.
    fn announcement(&self, meeting: &MeetingId, script: &Script) -> String {
        let (events, others) = (script.scenes.len(), script.meetings.len() - 1);
        let with = match others {
            0 => String::new(),
            1 => " with another meeting as its part or on its sidelines".to_owned(),
            others => format!(" with {others} other meetings as its parts or on its sidelines"),
        };
        let length = if self.speed == Speed::Step {
            "one for each line on standard input".to_owned()
        } else {
            format!("in {}", told(Pace::length(self.speed, script.scenes.iter().map(|scene| scene.at))))
        };
        let order = match (script.is_spread, self.speed) {
            (false, _) => "as they were stored".to_owned(),
            (true, Speed::Max | Speed::Step) => {
                "most were stored within a minute: in the order of the world".to_owned()
            }
            (true, Speed::Original | Speed::Times(_)) => format!(
                "most were stored within a minute: in the order of the world, as if evenly over {}, at {}",
                told(SPREAD),
                self.speed
            ),
        };
        format!("{meeting}{with}: {events} events, {length}\n{order}")
    }

    /// What to type beside it.
    fn beside(meeting: &MeetingId, directory: &Path, standing: Position) -> String {
        // A server named by the variable comes before a directory; an empty name is none.
        let named = std::env::var_os(SERVER_VARIABLE).is_some_and(|url| !url.is_empty());
        let (nats, data) = (if named { "--nats '' " } else { "" }, quoted(directory));
        let commands = [format!("watch attendance {meeting} --since {standing}"), format!("attendance {meeting}")];
        let typed = commands.map(|command| page::command(&format!("chronicle {nats}--data {data} {command}")));
        format!("{standing} events stand before; type beside it:\n{}\n", typed.join("\n"))
    }
}

/// The directory of a rehearsal that names none.
fn default(real: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(real) = real else { return own_data(DATA) };
    let unusable = |source| Failure::Directory { directory: real.to_owned(), source };
    let real = real.canonicalize().map_err(unusable)?;
    let name =
        real.file_name().ok_or_else(|| Failure::usage("nothing lies beside that directory", "name one with --into"))?;
    let mut name = name.to_owned();
    name.push(BESIDE);
    Ok(real.with_file_name(name))
}

/// A rehearsal under way.
struct Play {
    meeting: MeetingId,
    script: Script,
    /// Of the real chronicle.
    index: Arc<Index>,
    /// The shadow.
    log: NatsChronicle,
    /// Into the shadow.
    producer: Producer,
    output: Output,
}

impl Play {
    /// Publishes what the meeting stands on, and keeps the documents of what will happen.
    async fn set(&self, real: &Connection) -> Result<HashMap<EventId, Document>, Failure> {
        let (mut waiting, mut documents) = (Vec::new(), HashMap::new());
        let acts: HashSet<EventId> = self.script.scenes.iter().map(|scene| scene.id).collect();
        let mut entries = real.log.read(Position::START);
        while let Some(entry) = entries.try_next().await? {
            let Some(record) = self.index.record_at(entry.position) else { continue };
            let id = record.event.id;
            let document = || {
                let stored = Document::read(&entry.headers, &entry.bytes);
                // What was known when stays as it was.
                stored.unwrap_or_else(|_| Document::from_event(record.event.clone())).recorded_at(record.stored_at)
            };
            if acts.contains(&id) {
                documents.insert(id, document());
            } else if self.script.standing.contains(&id) {
                waiting.push(document());
            }
            if waiting.len() == MAX_BATCH {
                self.publish(std::mem::take(&mut waiting)).await?;
            }
        }
        self.publish(waiting).await?;
        Ok(documents)
    }

    async fn publish(&self, documents: Vec<Document>) -> Result<(), Failure> {
        let mut answers = self.producer.publish_many(stream::iter(documents)).boxed();
        while answers.try_next().await?.is_some() {}
        Ok(())
    }

    /// Lets an event happen, and tells it.
    async fn happen(&self, scene: &Scene, document: Document) -> Result<(), Failure> {
        let acknowledged: Acknowledged = self.producer.publish(document).await?;
        if let Some(record) = self.index.event(scene.id) {
            // As the shadow has it.
            let record = Record { position: acknowledged.position, ..record.clone() };
            self.output.remark(changes::event(&record, &self.index).trim_end());
        }
        if self.output.json { Output::json(&acknowledged) } else { Ok(()) }
    }
}

/// What is known of the shadow: nothing stands there yet, and organisations are those of the real chronicle.
struct Shadow(Arc<Index>);

impl Directory for Shadow {
    fn known(&self, _: EventId) -> Option<Known> {
        None
    }

    fn organisation_of_meeting(&self, meeting: &MeetingId) -> Option<OrganisationId> {
        self.0.organisations_of_meeting(meeting).into_iter().next()
    }

    fn organisation_of_event(&self, id: EventId) -> Option<OrganisationId> {
        self.0.organisations_of(id).into_iter().next()
    }
}
