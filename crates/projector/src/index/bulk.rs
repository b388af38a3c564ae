//! Many entries at once: read on one thread, decoded on another, folded in their order on the caller's.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use chronicle::Entry;
use summit::Event;
use wire::{Document, Fingerprint};

use super::Index;

/// How many entries go from thread to thread together.
const BATCH_ENTRIES: usize = 256;
/// How many batches may wait between two threads.
const WAITING_BATCHES: usize = 4;

/// What an entry says: an event and its fingerprint, or every fault of it.
pub(super) type Decoded = Result<(Event, Fingerprint), String>;

/// Decodes an entry. It depends on nothing else, so it may be done anywhere.
pub(super) fn decoded(entry: &Entry) -> Decoded {
    Document::read_event(&entry.headers, &entry.bytes).map_err(|refused| refused.to_string())
}

/// Items in their order, and the error behind them, where one ended them.
type Batch<T, E> = (Vec<T>, Option<E>);

impl Index {
    /// Takes in entries in their order, each as [`append`](Self::append) does. Where one of them is an error, those before
    /// it are taken in. Two more threads read and decode meanwhile.
    pub fn append_all<E: Send>(
        &mut self,
        entries: impl IntoIterator<Item = Result<Entry, E>, IntoIter: Send>,
    ) -> Result<(), E> {
        let entries = entries.into_iter();
        let (to_decode, read) = sync_channel(WAITING_BATCHES);
        let (to_fold, batches) = sync_channel(WAITING_BATCHES);
        thread::scope(|scope| {
            scope.spawn(move || read_all(entries, &to_decode));
            scope.spawn(move || decode_all(read, &to_fold));
            for (batch, failed) in batches {
                for (entry, decoded) in batch {
                    self.append_decoded(&entry, decoded);
                }
                if let Some(error) = failed {
                    return Err(error);
                }
            }
            Ok(())
        })
    }
}

/// Nobody takes what is sent only where the caller's thread has panicked: then there is nothing more to do.
fn read_all<E>(mut entries: impl Iterator<Item = Result<Entry, E>>, to: &SyncSender<Batch<Entry, E>>) {
    loop {
        let (mut batch, mut failed) = (Vec::with_capacity(BATCH_ENTRIES), None);
        while batch.len() < BATCH_ENTRIES && failed.is_none() {
            match entries.next() {
                Some(Ok(entry)) => batch.push(entry),
                Some(Err(error)) => failed = Some(error),
                None => break,
            }
        }
        let ended = batch.len() < BATCH_ENTRIES;
        if to.send((batch, failed)).is_err() || ended {
            return;
        }
    }
}

fn decode_all<E>(from: Receiver<Batch<Entry, E>>, to: &SyncSender<Batch<(Entry, Decoded), E>>) {
    for (batch, failed) in from {
        let with_decoded = |entry: Entry| {
            let decoded = decoded(&entry);
            (entry, decoded)
        };
        if to.send((batch.into_iter().map(with_decoded).collect(), failed)).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use chronicle::Entry;
    use summit::Position;

    use super::BATCH_ENTRIES;
    use crate::Index;

    /// Real events told again and again, some of them no events at all.
    fn entries() -> impl Iterator<Item = Entry> {
        let lines = include_str!("../../../wire/tests/data/sco-history.jsonl").lines().cycle();
        (1..).zip(lines).map(|(number, line)| Entry {
            position: Position::new(number),
            stored_at: "2026-01-01T00:00:00Z".parse().expect("an instant"),
            subject: "elsewhere".to_owned(),
            headers: Vec::new(),
            bytes: if number % 7 == 0 { "no event".into() } else { line.as_bytes().to_vec().into() },
        })
    }

    #[test]
    fn many_at_once_are_taken_in_as_one_by_one_up_to_an_error() {
        for count in [0, 1, BATCH_ENTRIES - 1, BATCH_ENTRIES, 5 * BATCH_ENTRIES + 3] {
            let mut one_by_one = Index::new();
            for entry in entries().take(count) {
                one_by_one.append(&entry);
            }
            for fails in [false, true] {
                let mut at_once = Index::new();
                let error = fails.then_some(Err("the end"));
                let result = at_once.append_all(entries().take(count).map(Ok).chain(error));
                assert_eq!(result, if fails { Err("the end") } else { Ok(()) });
                assert_eq!((at_once.tail(), at_once.len()), (one_by_one.tail(), one_by_one.len()));
                assert_eq!((at_once.last(), at_once.undecodable()), (one_by_one.last(), one_by_one.undecodable()));
            }
        }
    }
}
