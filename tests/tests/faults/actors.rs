//! Those who publish and watch meanwhile, and go on after whatever happens to them.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::checker::{Journal, Line, Outcome, Transcript};
use tests::{Chronicle, Running};

use crate::load;

/// So many events of a producer may be handed in and not acknowledged.
const WINDOW: u64 = 24;

/// What is counted.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// Events acknowledged for the first time.
    pub(crate) acknowledged: u64,
    /// Events handed in again.
    pub(crate) retried: u64,
    /// Acknowledgements that say the event was there before.
    pub(crate) duplicates: u64,
    /// How many processes ended by themselves, by how they did.
    pub(crate) ended: BTreeMap<String, u64>,
    /// How many projectors ended by themselves that had taken up the views.
    pub(crate) serving_ended: u64,
}

impl Figures {
    fn ended(&mut self, who: &str, running: &mut Running) -> bool {
        let Some((status, said)) = running.ended() else { return false };
        self.serving_ended += u64::from(said.contains("serving version"));
        let error = said.lines().find(|line| line.starts_with("error:")).unwrap_or("no error told");
        let who = who.split(' ').next().unwrap_or(who);
        *self.ended.entry(format!("{who}, {status}, {error}")).or_default() += 1;
        true
    }
}

/// `chronicle publish -`, fed for as long as it lives.
pub(crate) struct Feeder {
    number: u64,
    running: Option<Running>,
    /// Events before this one are acknowledged.
    pub(crate) acknowledged: u64,
    /// Events before this one were handed in to the process that runs.
    said: u64,
    /// Events before this one were ever handed in.
    ever: u64,
    /// Events from this one on are not handed in yet.
    limit: u64,
}

impl Feeder {
    pub(crate) fn new(number: u64) -> Self {
        Self { number, running: None, acknowledged: 0, said: 0, ever: 0, limit: 0 }
    }

    fn name(&self) -> String {
        format!("producer {}", self.number)
    }

    /// Takes what was acknowledged, and hands in more.
    pub(crate) fn pump(&mut self, chronicle: &Chronicle, journal: &mut Journal, figures: &mut Figures) {
        let name = self.name();
        let Some(running) = &mut self.running else {
            self.running = Some(chronicle.spawn(["publish", "-"]));
            return;
        };
        let lines: Vec<String> = std::iter::from_fn(|| running.line_now()).collect();
        let ended = figures.ended(&name, running);
        self.take(lines, journal, figures);
        if ended {
            self.gone(journal, figures);
            return;
        }
        let until = (self.acknowledged + WINDOW).min(self.limit.max(self.ever));
        // Many at once, as each time waits for the journal's disk.
        if until > self.said && self.said - self.acknowledged <= WINDOW / 2 {
            let events: Vec<load::Event> = (self.said..until).map(|n| load::event(self.number, n)).collect();
            journal.write(&events.iter().map(|event| Line::Intent(event.intent.clone())).collect::<Vec<_>>());
            figures.retried += self.ever.saturating_sub(self.said).min(until - self.said);
            if let Some(running) = &mut self.running {
                for event in &events {
                    running.try_say(&event.line);
                }
            }
            self.said = until;
            self.ever = self.ever.max(until);
        }
    }

    /// From now on, at most so many new events are handed in.
    pub(crate) fn allow(&mut self, more: u64) {
        self.limit = self.ever.saturating_add(more);
    }

    /// `kill -9`; what it had said already is taken.
    pub(crate) fn kill(&mut self, journal: &mut Journal, figures: &mut Figures) {
        if let Some(running) = &mut self.running {
            running.kill();
            self.gone(journal, figures);
        }
    }

    /// Takes the last of a process that is gone.
    fn gone(&mut self, journal: &mut Journal, figures: &mut Figures) {
        let Some(running) = self.running.take() else { return };
        let lines: Vec<String> = std::iter::from_fn(|| running.line()).collect();
        self.take(lines, journal, figures);
        let unknown = |n| Line::Outcome { id: load::id(self.number, n), outcome: Outcome::Unknown };
        journal.write(&(self.acknowledged..self.said).map(unknown).collect::<Vec<_>>());
        self.said = self.acknowledged;
    }

    fn take(&mut self, lines: Vec<String>, journal: &mut Journal, figures: &mut Figures) {
        let mut told = Vec::new();
        for line in lines {
            // The last line of a process that was killed may be torn.
            let Ok(ack) = serde_json::from_str::<Value>(&line) else { continue };
            let id = ack["id"].as_str().expect("an id").to_owned();
            assert_eq!(id, load::id(self.number, self.acknowledged), "acknowledged in the order of handing in");
            let position = ack["position"].as_u64().expect("a position");
            let duplicate = ack["duplicate"].as_bool().expect("said or not");
            told.push(Line::Outcome { id, outcome: Outcome::Acknowledged { position, duplicate } });
            self.acknowledged += 1;
            figures.acknowledged += 1;
            figures.duplicates += u64::from(duplicate);
        }
        journal.write(&told);
    }

    /// Whether everything that was ever handed in is acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        self.acknowledged == self.ever
    }

    /// Ends its process, and tells what that said on stderr.
    pub(crate) fn end(&mut self) -> String {
        let Some(mut running) = self.running.take() else { return String::new() };
        running.kill();
        running.end();
        running.ended().map(|(_, said)| said).unwrap_or_default()
    }
}

/// `chronicle watch events --json`, resumed behind what it told last.
pub(crate) struct Watcher {
    running: Option<Running>,
    lines: Vec<Value>,
}

impl Watcher {
    pub(crate) fn new() -> Self {
        Self { running: None, lines: Vec::new() }
    }

    /// The last position that it told.
    pub(crate) fn position(&self) -> u64 {
        self.lines.last().and_then(|line| line["position"].as_u64()).unwrap_or_default()
    }

    pub(crate) fn pump(&mut self, chronicle: &Chronicle, figures: &mut Figures) {
        let Some(running) = &mut self.running else {
            let since = self.position().to_string();
            self.running = Some(chronicle.spawn(["watch", "events", "--json", "--since", &since]));
            return;
        };
        while let Some(line) = running.line_now() {
            self.lines.extend(serde_json::from_str::<Value>(&line).ok());
        }
        if figures.ended("watcher", running) {
            self.gone();
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(running) = &mut self.running {
            running.kill();
            self.gone();
        }
    }

    fn gone(&mut self) {
        let Some(running) = self.running.take() else { return };
        // A torn last line is told again.
        let rest = std::iter::from_fn(|| running.line());
        self.lines.extend(rest.filter_map(|line| serde_json::from_str::<Value>(&line).ok()));
    }

    pub(crate) fn transcript(&self) -> Transcript {
        Transcript { by: "a watcher".to_owned(), since: 0, lines: self.lines.clone() }
    }
}

/// `chronicle serve`.
pub(crate) struct Projector {
    name: String,
    running: Option<Running>,
}

impl Projector {
    pub(crate) fn new(number: u64) -> Self {
        Self { name: format!("projector {number}"), running: None }
    }

    pub(crate) fn pump(&mut self, chronicle: &Chronicle, figures: &mut Figures) {
        match &mut self.running {
            None => self.running = Some(chronicle.spawn(["serve"])),
            Some(running) => {
                if figures.ended(&self.name, running) {
                    self.running = None;
                }
            }
        }
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.kill();
        }
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.running.as_ref().map(Running::id)
    }
}
