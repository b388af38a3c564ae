//! Bytes in memory and on disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use chronicle::Chronicle;
use chronicle_nats::{NatsChronicle, Settings};
use futures::TryStreamExt;
use projector::archive::Archive;
use projector::catch_up;
use summit::Position;
use tokio::runtime::Runtime;

use super::Size;
use crate::events::events;
use crate::measure::{Goal, Measured, precise};
use crate::store::Store;

/// How many bytes are compressed as one, for the comparison.
const BLOCK_BYTES: usize = 1_000_000;
/// The level of zstd for the comparison: its default.
const LEVEL: i32 = 3;

pub(crate) fn sizes(size: Size) -> Vec<Measured> {
    let store = Store::with(size.events);
    let memory = apart(&["--index", &store.server.url()]) / precise(size.events);
    let compressed = compressed(size.events);
    let stream = bytes_of(&store.server.store());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("archive");
    store.runtime.block_on(async {
        let created_at = store.log.state().await.expect("the log is there").created_at;
        let mut archive = Archive::open(&path, created_at).expect("an archive");
        let mut entries = store.log.read(Position::START);
        while let Some(entry) = entries.try_next().await.expect("it can be read") {
            archive.append(&entry).expect("archived");
        }
        archive.flush().expect("archived");
    });
    let archive = bytes_of(&path);
    let each = |bytes: u64| precise(bytes) / precise(size.events);
    let zstd = "zstd of the events in blocks of 1 MB";
    vec![
        Measured::alone("memory of an indexed event", "bytes", &[memory]).reaching(Goal::AtMost(300.0)),
        Measured::amounts("the log on disk, an event", zstd, "bytes", &[(each(stream), each(compressed))])
            .reaching(Goal::RatioAtMost(2.5)),
        Measured::amounts("the archive on disk, an event", zstd, "bytes", &[(each(archive), each(compressed))])
            .reaching(Goal::RatioAtMost(1.3)),
    ]
}

/// What this program prints in a process of its own, with these options: bytes.
pub(super) fn apart(options: &[&str]) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let told = Command::new(program).args(options).output().expect("it runs once more");
    let told = String::from_utf8_lossy(&told.stdout);
    told.trim().parse().unwrap_or_else(|_| panic!("bytes, not {told:?}"))
}

/// Bytes of memory by which this process grows as it indexes a log.
pub(crate) fn memory(url: &str) -> f64 {
    let runtime = Runtime::new().expect("a runtime");
    let log = runtime.block_on(NatsChronicle::connect(&Settings::new(url, "bench"))).expect("the log can be reached");
    let before = resident();
    let index = runtime.block_on(catch_up(&log, None)).expect("it can be read");
    let grown = resident() - before;
    drop(index);
    grown
}

/// Bytes of memory that this process has by itself.
pub(super) fn resident() -> f64 {
    let said = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = said.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) * 1024.0
}

fn compressed(count: u64) -> u64 {
    let (mut block, mut bytes) = (Vec::with_capacity(BLOCK_BYTES + (64 << 10)), 0);
    let mut close = |block: &mut Vec<u8>| {
        bytes += zstd::bulk::compress(block, LEVEL).expect("memory").len() as u64;
        block.clear();
    };
    for event in events(count) {
        block.extend_from_slice(&event.bytes);
        block.push(b'\n');
        if block.len() >= BLOCK_BYTES {
            close(&mut block);
        }
    }
    close(&mut block);
    bytes
}

/// Bytes of all files under a path.
fn bytes_of(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().filter_map(Result::ok);
    let each = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_of(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    each.sum()
}
