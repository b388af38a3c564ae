//! An anchor: what a log was, in a few bytes, and whether it still is.

use std::fs;
use std::io;
use std::path::Path;

use chronicle::{Chronicle, Damage, Entry, LogState, ReadError};
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use summit::Position;

use super::digest::Digest;
use super::folder;

/// The name of an anchor's file.
pub const ANCHOR: &str = "anchor.json";

/// What a log was when it was last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// When the log was created.
    pub created_at: Timestamp,
    /// A position that it had; 0 where it was empty.
    pub position: Position,
    /// The digest of the entry there.
    pub entry: Digest,
    /// The digest of all entries up to there, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<Digest>,
}

/// As it stands in its file: an anchor that was changed by a flipped bit must not accuse the log.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    anchor: Anchor,
    sum: Digest,
}

impl Anchor {
    /// An anchor of a log at this entry; nothing stands for an empty log.
    pub fn at(created_at: Timestamp, entry: Option<&Entry>) -> Self {
        let position = entry.map_or(Position::START, |entry| entry.position);
        Self { created_at, position, entry: entry.map(Digest::of).unwrap_or_default(), chain: None }
    }

    /// Reads the one in a file. One that is not there, or that is not what was written, is none.
    pub fn load(path: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let kept: Option<Kept> = serde_json::from_slice(&text).ok();
        Ok(kept.filter(|kept| kept.sum == kept.anchor.sum()).map(|kept| kept.anchor))
    }

    /// Writes it, the whole of it or nothing.
    pub fn keep(&self, path: &Path) -> io::Result<()> {
        let kept = Kept { anchor: self.clone(), sum: self.sum() };
        let mut text = serde_json::to_vec(&kept).map_err(io::Error::other)?;
        text.push(b'\n');
        folder::replace(path, &text).map(drop)
    }

    fn sum(&self) -> Digest {
        let Self { created_at, position, entry, chain } = self;
        Digest::of_bytes(&[format!("{created_at} {position} {entry} {chain:?}").as_bytes()])
    }
}

/// Whether a log has everything, and is the one that it was: three requests at most, whatever its length. Gives what it
/// holds; damage is an error that names what was expected, what was found and where.
///
/// An anchor has to be read before this is asked, for the log goes on.
pub async fn check(log: &impl Chronicle, anchor: Option<&Anchor>) -> Result<LogState, ReadError> {
    let state = log.state().await?;
    if let Some(expected) = anchor.map(|anchor| anchor.created_at).filter(|expected| *expected != state.created_at) {
        return Err(ReadError::Damaged(Damage::Recreated { expected, found: state.created_at }));
    }
    if let Some(position) = state.missing {
        return Err(ReadError::Damaged(Damage::Missing { position }));
    }
    let Some(anchor) = anchor.filter(|anchor| anchor.position > Position::START) else { return Ok(state) };
    let position = anchor.position;
    if position > state.last {
        return Err(ReadError::Damaged(Damage::Rewound { expected: position, found: state.last }));
    }
    let found = log.read(position).try_next().await?.map(|entry| Digest::of(&entry)).unwrap_or_default();
    if found == anchor.entry {
        return Ok(state);
    }
    let (expected, found) = (anchor.entry.short(), found.short());
    Err(ReadError::Damaged(Damage::Replaced { position, expected, found }))
}

#[cfg(test)]
mod tests {
    use chronicle::{Chronicle, Damage, MemoryChronicle, ReadError, Repair};
    use summit::Position;

    use super::{ANCHOR, Anchor, check};
    use crate::archive::samples::{entries, entry};

    async fn log(numbers: std::ops::RangeInclusive<u64>) -> MemoryChronicle {
        let log = MemoryChronicle::new();
        log.restore(entries(numbers)).await.expect("stored");
        log
    }

    async fn damage(log: &MemoryChronicle, anchor: &Anchor) -> Option<Damage> {
        match check(log, Some(anchor)).await {
            Ok(_) => None,
            Err(ReadError::Damaged(damage)) => Some(damage),
            Err(other) => panic!("{other}"),
        }
    }

    #[tokio::test]
    async fn a_log_that_went_on_is_the_same_and_every_other_one_is_named() {
        let long = log(1..=9).await;
        let created_at = long.state().await.expect("state").created_at;
        let anchor = Anchor::at(created_at, Some(&entry(9)));
        assert_eq!(damage(&long, &anchor).await, None);
        long.restore(entries(10..=12)).await.expect("stored");
        assert_eq!(damage(&long, &anchor).await, None);
        assert_eq!(damage(&long, &Anchor::at(created_at, None)).await, None);

        let ahead = Anchor::at(created_at, Some(&entry(15)));
        let (expected, found) = (Position::new(15), Position::new(12));
        let rewound = damage(&long, &ahead).await.expect("damage");
        assert_eq!(rewound, Damage::Rewound { expected, found });
        assert_eq!(rewound.position(), Position::new(13));

        let other = chronicle::Entry { bytes: "{}".into(), ..entry(9) };
        let replaced = damage(&long, &Anchor::at(created_at, Some(&other))).await.expect("damage");
        assert!(matches!(replaced, Damage::Replaced { position, .. } if position == Position::new(9)), "{replaced}");

        let again = log(1..=12).await;
        let recreated = damage(&again, &anchor).await.expect("damage");
        assert!(matches!(recreated, Damage::Recreated { expected, .. } if expected == created_at), "{recreated}");
    }

    #[tokio::test]
    async fn an_anchor_that_was_changed_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(ANCHOR);
        assert_eq!(Anchor::load(&path).expect("readable"), None);
        let anchor =
            Anchor { chain: Some(super::Digest::default()), ..Anchor::at(entry(1).stored_at, Some(&entry(3))) };
        anchor.keep(&path).expect("written");
        assert_eq!(Anchor::load(&path).expect("readable"), Some(anchor));
        let text = std::fs::read_to_string(&path).expect("text");
        for (from, to) in [("\"position\":3", "\"position\":4"), ("}", ""), ("2024", "2025")] {
            std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
            assert_eq!(Anchor::load(&path).expect("readable"), None, "{to}");
        }
        assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1, "nothing is left over");
    }
}
