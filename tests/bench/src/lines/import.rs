//! Thirty yearly pictures of who belongs where, as a factbook draws them.

use std::fmt::Write as _;
use std::path::Path;

use chronicle::{Chronicle as _, ID_HEADER};
use futures::TryStreamExt;
use summit::Position;
use tests::Chronicle;

use super::Size;
use crate::events::Told;
use crate::measure::{Goal, Measured, Run, alternately};
use crate::plain::Plain;
use crate::store::{BATCH, Store};

/// The years of the pictures.
const YEARS: std::ops::RangeInclusive<u64> = 1990..=2019;
/// Parties in organisations, as many as the real one has rows a year.
const CELLS: u64 = 9_000;
/// The same in a run that only shows that it runs.
const FEW_CELLS: u64 = 200;
/// How many organisations they are in.
const IN: u64 = 300;
/// One in so many is no more in the next picture, and one in so many that was not there is.
const TURNOVER: u64 = 36;
/// The organisation that is asked for in the end.
const ASKED: &str = "union-7";

/// From an empty log to an answer: beside publishing what comes of it, raw.
pub(crate) fn import(size: Size) -> Vec<Measured> {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("pictures.csv");
    std::fs::write(&table, pictures(if size.rounds > 1 { CELLS } else { FEW_CELLS })).expect("a table");
    let events = imported(&table);
    let theirs = || {
        let store = Store::empty();
        let mut plain = Plain::connect(&store.server.url());
        Run::of(store.process(), || {
            events.chunks(BATCH).for_each(|batch| plain.store(batch));
            events.len() as u64
        })
    };
    let ours = || {
        let store = Store::empty();
        let chronicle = Chronicle::on(&store.server.url());
        Run::of(store.process(), || {
            chronicle.run(arguments(&table)).good();
            chronicle.run(["members", ASKED]).good();
            events.len() as u64
        })
    };
    let runs = alternately(size.rounds, theirs, ours);
    let what = "events of thirty pictures, imported and folded";
    vec![Measured::by_second(what, "the same published raw", &runs).reaching(Goal::RatioAtLeast(0.8))]
}

fn arguments(table: &Path) -> [&str; 7] {
    let table = table.to_str().expect("UTF-8");
    ["import", "snapshots", table, "--authority", "record", "--source", "Factbook"]
}

/// A table: most of a picture is that of the year before.
fn pictures(cells: u64) -> String {
    let mut table = "date,party,organisation,status\n".to_owned();
    for year in YEARS {
        for cell in 0..cells {
            // Where in its life a cell is: there for most of it.
            if (cell * 7 + year) % TURNOVER != 0 {
                let status = if cell % 9 == 0 { "observer" } else { "member" };
                writeln!(table, "{year},state-{},union-{},{status}", cell / IN, cell % IN).expect("memory");
            }
        }
    }
    table
}

/// The events that come of it, as they are stored.
fn imported(table: &Path) -> Vec<Told> {
    let store = Store::empty();
    Chronicle::on(&store.server.url()).run(arguments(table)).good();
    store.runtime.block_on(async {
        let entries = store.log.read(Position::START);
        let told = entries.map_ok(|entry| Told {
            id: entry.header(ID_HEADER).expect("every event has an id").to_owned(),
            subject: entry.subject.clone(),
            bytes: entry.bytes.to_vec(),
        });
        told.try_collect().await.expect("it can be read")
    })
}
