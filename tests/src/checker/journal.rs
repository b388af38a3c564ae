//! What a harness meant to publish and what it was told, on a disk of its own.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// An event that is about to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Who hands it in. One producer's events are handed in one after the other.
    pub producer: String,
    /// Its id.
    pub id: String,
    /// What it says; see [`hash`].
    pub hash: String,
}

/// What was told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is on disk.
    Acknowledged {
        /// Where.
        position: u64,
        /// Whether it was there before it was handed in.
        duplicate: bool,
    },
    /// It was not stored.
    Refused,
    /// Nothing was told, or that nothing is known.
    Unknown,
}

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Written before the event is handed in, each time.
    Intent(Intent),
    /// Written when it is known.
    Outcome {
        /// The event.
        id: String,
        /// What was told of it.
        outcome: Outcome,
    },
}

/// A file of JSON lines, on disk before anything goes on.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// A new one, which must not exist.
    pub fn create(path: &Path) -> Self {
        let file = OpenOptions::new().create_new(true).append(true).open(path).expect("a new journal");
        Self { path: path.to_owned(), file }
    }

    /// Writes lines, and waits until they are on disk.
    pub fn write(&mut self, lines: &[Line]) {
        if lines.is_empty() {
            return;
        }
        let mut text = Vec::new();
        for line in lines {
            text.extend(serde_json::to_vec(line).expect("lines are JSON"));
            text.push(b'\n');
        }
        self.file.write_all(&text).and_then(|()| self.file.sync_data()).expect("the journal is written");
    }

    /// Everything that was written.
    pub fn read(&self) -> Vec<Line> {
        let lines = BufReader::new(File::open(&self.path).expect("the journal")).lines();
        let read = |line: std::io::Result<String>| {
            serde_json::from_str(&line.expect("the journal is read")).expect("a line of the journal")
        };
        lines.map(read).collect()
    }
}

/// What a document says: SHA-256 over its JSON value with keys sorted, or over the bytes where it is no JSON.
pub fn hash(document: &[u8]) -> String {
    let said = serde_json::from_slice(document).map(|mut value: Value| {
        value.sort_all_objects();
        value.to_string().into_bytes()
    });
    let digest = Sha256::digest(said.unwrap_or_else(|_| document.to_vec()));
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}
