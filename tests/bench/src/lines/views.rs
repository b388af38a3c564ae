//! Questions of an index, and what one event costs, whatever the history.

use std::time::Instant;

use chronicle::{Chronicle, Entry};
use chronicle_nats::NatsChronicle;
use futures::TryStreamExt;
use jiff::civil::date;
use projector::{Index, MembersFilter, Snapshots, catch_up, changes};
use summit::{OrganisationId, Position, Vantage};
use tokio::runtime::Runtime;

use super::Size;
use crate::events::{ORGANISATIONS, events, events_of_another, organisation};
use crate::measure::{Goal, Measured};
use crate::store::Store;

/// How often a question is asked.
const ASKED: usize = 1000;
/// As many events a history has at least: all of one organisation.
const LEAST: u64 = 283;
/// How much longer the longer history is.
const LONGER: u64 = 10;

pub(crate) fn views(size: Size) -> Vec<Measured> {
    let short = History::of(size.events / LONGER);
    let long = History::of(size.events);
    let mut measured = vec![
        asked(&long, &short, size.rounds),
        vantages(&long, size.rounds).reaching(Goal::RatioAtMost(3.0)),
        following(&long, &short, size.rounds),
    ];
    measured.push(restart(&long, &short, size.rounds).reaching(Goal::AtMost(100.0)));
    measured
}

/// A history, and what comes behind it one by one: events of an organisation that it does not know, so that they are of as
/// much behind every history.
struct History {
    store: Store,
    index: Index,
    behind: Vec<Entry>,
}

impl History {
    fn of(count: u64) -> Self {
        let count = count.max(LEAST);
        let store = Store::holding(events(count).chain(events_of_another()));
        let mut index = Index::new();
        let mut behind = Vec::new();
        store.runtime.block_on(async {
            let mut entries = store.log.read(Position::START);
            while let Some(entry) = entries.try_next().await.expect("it can be read") {
                if entry.position.get() <= count {
                    index.append(&entry);
                } else {
                    behind.push(entry);
                }
            }
        });
        Self { store, index, behind }
    }

    /// Microseconds of one question each, from the vantages that are given in turn.
    fn ask(&self, vantages: &[Vantage]) -> Vec<f64> {
        let names = (0..ORGANISATIONS).map(organisation).map(|name| name.parse::<OrganisationId>().expect("a slug"));
        let names: Vec<_> = names.filter(|name| self.index.organisations().any(|known| known == name)).collect();
        let mut took: Vec<f64> = (0..ASKED)
            .map(|turn| {
                let (name, vantage) = (&names[turn % names.len()], &vantages[turn % vantages.len()]);
                let begun = Instant::now();
                let view = self.index.view(vantage, date(2026, 3, 1)).expect("a vantage");
                // Of an earlier position it may be unknown.
                let _ = std::hint::black_box(view.members(name, &MembersFilter::default()));
                begun.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        took.sort_by(f64::total_cmp);
        took
    }
}

fn p99(took: &[f64]) -> f64 {
    took[took.len() * 99 / 100]
}

/// Vantages of all kinds.
fn past(tail: Position) -> Vec<Vantage> {
    let mut vantages = Vec::new();
    for as_of in ["1996-04-26", "2001", "2005-07", "2017-06-09", "2024-07-04"] {
        let as_of = Some(as_of.parse().expect("EDTF"));
        vantages.push(Vantage { as_of: as_of.clone(), ..Vantage::default() });
        let known_at = "2020-01-01T00:00:00Z".parse().ok();
        vantages.push(Vantage { as_of: as_of.clone(), known_at, ..Vantage::default() });
        vantages.push(Vantage { as_of: as_of.clone(), according_to: Some("official".into()), ..Vantage::default() });
        vantages.push(Vantage { as_of, at_position: Some(Position::new(tail.get() / 2)), ..Vantage::default() });
    }
    vantages
}

/// The same question where the history is longer.
fn asked(long: &History, short: &History, rounds: usize) -> Measured {
    let now = [Vantage::default()];
    let pairs: Vec<_> = (0..rounds).map(|_| (p99(&long.ask(&now)), p99(&short.ask(&now)))).collect();
    Measured::amounts("members now, p99", "a tenth of the history", "µs", &pairs)
}

/// Members from any vantage, beside the default one.
fn vantages(long: &History, rounds: usize) -> Measured {
    let (past, now) = (past(long.index.tail()), [Vantage::default()]);
    let pairs: Vec<_> = (0..rounds).map(|_| (p99(&long.ask(&past)), p99(&long.ask(&now)))).collect();
    Measured::amounts("members from any vantage, p99", "the default vantage", "µs", &pairs)
}

/// What an event costs: taken in, and told what it changes.
fn following(long: &History, short: &History, rounds: usize) -> Measured {
    let follow = |history: &History| {
        // An index that grows cannot shrink: each round has its own.
        let runtime = &history.store.runtime;
        let mut index = runtime.block_on(catch_up_to(&history.store.log, history.index.tail()));
        let begun = Instant::now();
        for entry in &history.behind {
            index.append(entry);
            std::hint::black_box(changes(&index, entry.position, date(2026, 3, 1)));
        }
        begun.elapsed().as_secs_f64() * 1e6 / crate::measure::precise(history.behind.len() as u64)
    };
    let pairs: Vec<_> = (0..rounds.min(2)).map(|_| (follow(long), follow(short))).collect();
    Measured::amounts("one event into the views", "a tenth of the history", "µs", &pairs)
}

async fn catch_up_to(log: &NatsChronicle, tail: Position) -> Index {
    let mut index = Index::new();
    let mut entries = log.read(Position::START);
    while index.tail() < tail {
        index.append(&entries.try_next().await.expect("it can be read").expect("there is more"));
    }
    index
}

/// From a snapshot to the first answer.
fn restart(long: &History, short: &History, rounds: usize) -> Measured {
    let written = |history: &History| {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = &history.store.runtime;
        let created_at = runtime.block_on(history.store.log.state()).expect("the log is there").created_at;
        let snapshots = Snapshots::new(Some(folder.path().to_owned()), created_at);
        let whole = runtime.block_on(catch_up(&history.store.log, None)).expect("it can be read");
        snapshots.write_index(&whole).expect("written").expect("it is due");
        (folder, created_at)
    };
    let kept = (written(long), written(short));
    let again = |history: &History, (folder, created_at): &(tempfile::TempDir, jiff::Timestamp)| {
        first_answer(&history.store.runtime, &history.store.log, folder, *created_at)
    };
    let pairs: Vec<_> = (0..rounds.max(2)).map(|_| (again(long, &kept.0), again(short, &kept.1))).collect();
    Measured::amounts("from a snapshot to the first answer", "a tenth of the history", "ms", &pairs)
}

/// Milliseconds.
fn first_answer(
    runtime: &Runtime,
    log: &NatsChronicle,
    folder: &tempfile::TempDir,
    created_at: jiff::Timestamp,
) -> f64 {
    let begun = Instant::now();
    let snapshots = Snapshots::new(Some(folder.path().to_owned()), created_at);
    let opened = runtime.block_on(snapshots.catch_up(log, None, |aside| panic!("{aside}"))).expect("it can be read");
    let name = organisation(0).parse().expect("a slug");
    let answered = opened.ask(|index| {
        let view = index.view(&Vantage::default(), date(2026, 3, 1)).expect("a vantage");
        view.members(&name, &MembersFilter::default()).expect("it is known").parties.len()
    });
    assert!(answered.expect("a good snapshot") > 0, "it has members");
    begun.elapsed().as_secs_f64() * 1e3
}
