//! The laws, each a question to the evidence.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;

use super::evidence::{Evidence, Stored, Transcript, Views, past};
use super::journal::{Intent, Line, Outcome};

/// A promise of the chronicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Law {
    /// Every acknowledged id stands at its acknowledged position with what it says.
    L1,
    /// An id is in effect at most once.
    L2,
    /// One producer's events keep their order.
    L3,
    /// An unknown outcome is there once or not at all.
    L4,
    /// What was refused is not there.
    L5,
    /// Positions are contiguous, and the server counts as many, as does every node of a cluster.
    L6,
    /// Everyone's views are those of a rebuild from nothing.
    L7,
    /// A transcript is gapless and without repeats.
    L8,
    /// What a reader sees never goes back.
    L9,
    /// Answers about the past are those of a fold by hand.
    L10,
}

/// What breaks a law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The law.
    pub law: Law,
    /// What shows it.
    pub evidence: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.law, self.evidence)
    }
}

/// Holds the evidence against every law. Nothing is good.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let told = Told::of(&evidence.journal);
    let laws = [
        (Law::L1, acknowledged(evidence, &told)),
        (Law::L2, once_in_effect(evidence, &told)),
        (Law::L3, in_order(evidence, &told)),
        (Law::L4, unknown(evidence, &told)),
        (Law::L5, refused(evidence, &told)),
        (Law::L6, contiguous(evidence)),
        (Law::L7, same_views(evidence)),
        (Law::L8, evidence.transcripts.iter().flat_map(|one| gapless(evidence, one)).collect()),
        (Law::L9, forward(evidence)),
        (Law::L10, answered(evidence)),
    ];
    let violation = |law| move |evidence| Violation { law, evidence };
    laws.into_iter().flat_map(|(law, broken)| broken.into_iter().map(violation(law))).collect()
}

/// The journal by id.
struct Told<'a> {
    /// Each event as it was first meant, in that order.
    intents: Vec<&'a Intent>,
    outcomes: HashMap<&'a str, Vec<Outcome>>,
}

impl<'a> Told<'a> {
    fn of(journal: &'a [Line]) -> Self {
        let (mut intents, mut outcomes, mut seen) = (Vec::new(), HashMap::<_, Vec<_>>::new(), HashSet::new());
        for line in journal {
            match line {
                Line::Intent(intent) if seen.insert(&intent.id) => intents.push(intent),
                Line::Intent(_) => {}
                Line::Outcome { id, outcome } => outcomes.entry(id.as_str()).or_default().push(*outcome),
            }
        }
        Self { intents, outcomes }
    }

    fn of_id(&self, id: &str) -> &[Outcome] {
        self.outcomes.get(id).map_or(&[], Vec::as_slice)
    }

    fn positions(&self, id: &str) -> impl Iterator<Item = u64> {
        self.of_id(id).iter().filter_map(|outcome| match outcome {
            Outcome::Acknowledged { position, .. } => Some(*position),
            Outcome::Refused | Outcome::Unknown => None,
        })
    }
}

/// Entries by the id that they say.
fn by_id(log: &[Stored]) -> HashMap<&str, Vec<&Stored>> {
    let mut places: HashMap<&str, Vec<&Stored>> = HashMap::new();
    for stored in log {
        if let Some(id) = &stored.id {
            places.entry(id).or_default().push(stored);
        }
    }
    places
}

fn acknowledged(evidence: &Evidence, told: &Told<'_>) -> Vec<String> {
    let at: HashMap<u64, &Stored> = evidence.log.iter().map(|stored| (stored.position, stored)).collect();
    let mut broken = Vec::new();
    for intent in &told.intents {
        for position in told.positions(&intent.id) {
            let (id, stands) = (&intent.id, at.get(&position));
            match stands {
                None => broken.push(format!("{id} was acknowledged at {position}, where nothing stands")),
                Some(stored) if stored.id.as_ref() != Some(id) => {
                    broken.push(format!("{id} was acknowledged at {position}, where {:?} stands", stored.id));
                }
                Some(stored) if stored.hash != intent.hash => {
                    broken.push(format!("{id} says something else at {position}: {}", stored.document));
                }
                Some(_) => {}
            }
        }
    }
    broken
}

fn once_in_effect(evidence: &Evidence, told: &Told<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    let mut seen = BTreeSet::new();
    for id in &evidence.history {
        if !seen.insert(id.as_str()) {
            broken.push(format!("history tells {id} twice"));
        }
    }
    let places = by_id(&evidence.log);
    let stored: BTreeSet<&str> = places.keys().copied().collect();
    broken.extend(stored.difference(&seen).map(|id| format!("{id} stands in the log, and history does not tell it")));
    broken.extend(seen.difference(&stored).map(|id| format!("history tells {id}, which does not stand in the log")));
    for intent in &told.intents {
        let stands: Vec<u64> = places.get(intent.id.as_str()).into_iter().flatten().map(|one| one.position).collect();
        // Once in effect is not enough here: nothing was published again after the log forgot it.
        if stands.len() > 1 {
            broken.push(format!("{} stands at {stands:?}", intent.id));
        }
    }
    broken
}

fn in_order(evidence: &Evidence, told: &Told<'_>) -> Vec<String> {
    let places = by_id(&evidence.log);
    let mut last: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
    let mut broken = Vec::new();
    for intent in &told.intents {
        let Some(stored) = places.get(intent.id.as_str()).and_then(|places| places.first()) else { continue };
        let before = last.insert(&intent.producer, (stored.position, &intent.id));
        if let Some((position, id)) = before.filter(|(position, _)| *position >= stored.position) {
            let (producer, later, at) = (&intent.producer, &intent.id, stored.position);
            broken.push(format!("{producer} published {id} before {later}, and they stand at {position} and {at}"));
        }
    }
    broken
}

fn unknown(evidence: &Evidence, told: &Told<'_>) -> Vec<String> {
    let places = by_id(&evidence.log);
    let known = |id: &str| told.of_id(id).iter().any(|outcome| *outcome != Outcome::Unknown);
    let mut broken = Vec::new();
    for intent in told.intents.iter().filter(|intent| !known(&intent.id)) {
        let stands = places.get(intent.id.as_str()).map_or(&[][..], Vec::as_slice);
        if stands.len() > 1 {
            broken.push(format!("the outcome of {} is unknown, and it stands {} times", intent.id, stands.len()));
        }
        broken.extend(stands.iter().filter(|stored| stored.hash != intent.hash).map(|stored| {
            format!("the outcome of {} is unknown, and it says something else at {}", intent.id, stored.position)
        }));
    }
    broken
}

fn refused(evidence: &Evidence, told: &Told<'_>) -> Vec<String> {
    let places = by_id(&evidence.log);
    let refused = |id: &str| {
        told.of_id(id).contains(&Outcome::Refused) && !told.of_id(id).iter().any(|one| *one != Outcome::Refused)
    };
    let mut broken = Vec::new();
    for intent in told.intents.iter().filter(|intent| refused(&intent.id)) {
        let stands = places.get(intent.id.as_str()).into_iter().flatten();
        let same = stands.filter(|stored| stored.hash == intent.hash);
        broken.extend(same.map(|stored| format!("{} was refused, and stands at {}", intent.id, stored.position)));
    }
    broken
}

fn contiguous(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (expected, stored) in (1..).zip(&evidence.log) {
        if stored.position != expected {
            broken.push(format!("position {expected} was to come, and {} came", stored.position));
            break;
        }
    }
    let count = evidence.log.len() as u64;
    let expected = (u64::from(count > 0), count, count);
    if evidence.state != expected {
        broken.push(format!("{count} entries were read, and the server tells {:?}", evidence.state));
    }
    let others = evidence.replicas.iter().filter(|(_, state)| *state != expected);
    broken.extend(others.map(|(name, state)| format!("{count} entries were read, and {name} holds {state:?}")));
    broken
}

fn same_views(evidence: &Evidence) -> Vec<String> {
    let Some((first, others)) = evidence.views.split_first() else { return vec!["nobody tells any views".to_owned()] };
    others.iter().flat_map(|other| difference(first, other)).collect()
}

fn difference(one: &Views, other: &Views) -> Vec<String> {
    if one.position != other.position {
        return vec![format!("{} is at {}, {} at {}", one.by, one.position, other.by, other.position)];
    }
    let keys: BTreeSet<&(String, String)> = one.cells.keys().chain(other.cells.keys()).collect();
    let differs = keys.into_iter().filter(|key| one.cells.get(*key) != other.cells.get(*key));
    let tell = |key: &(String, String)| {
        let [a, b] = [one, other].map(|views| views.cells.get(key).map_or("nothing", String::as_str));
        format!("{key:?}: {} has {a}, {} has {b}", one.by, other.by)
    };
    differs.map(tell).collect()
}

fn gapless(evidence: &Evidence, transcript: &Transcript) -> Vec<String> {
    let mut counted = HashSet::new();
    let counts = evidence.log.iter().filter(|stored| stored.id.as_ref().is_some_and(|id| counted.insert(id.as_str())));
    let expected = counts.map(|stored| (stored.position, stored.hash.as_str()));
    let mut expected = expected.filter(|(position, _)| *position > transcript.since);
    for line in &transcript.lines {
        let told = (line["position"].as_u64(), super::hash(line["event"].to_string().as_bytes()));
        let Some((position, hash)) = expected.next() else {
            return vec![format!("{} was told {told:?} behind the last event", transcript.by)];
        };
        if told.0 != Some(position) || told.1 != hash {
            return vec![format!("{} was to be told position {position}, and was told {line}", transcript.by)];
        }
    }
    let missing = expected.next().map(|(position, _)| format!("{} was not told position {position}", transcript.by));
    missing.into_iter().collect()
}

fn forward(evidence: &Evidence) -> Vec<String> {
    let pairs = evidence.sightings.windows(2).filter(|pair| pair[1] < pair[0]);
    pairs.map(|pair| format!("the published views were at {}, and then at {}", pair[0], pair[1])).collect()
}

fn answered(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for answer in &evidence.answers {
        let should = past(&evidence.log, &answer.organisation, &answer.as_of, answer.at_position);
        if should != answer.members {
            let wrong: Vec<&String> = should.symmetric_difference(&answer.members).collect();
            broken.push(format!("{answer:?} is wrong about {wrong:?}"));
        }
    }
    broken
}
