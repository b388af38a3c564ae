//! Documents from a file of JSON lines, read with bounded memory and every fault told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, BufRead, BufReader, Read};

use summit::{EventId, MAX_DOCUMENT_BYTES};
use wire::{Document, Fault, Fingerprint, Refused};

/// The bytes at the beginning of a file by which some editors say that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// What the time of recording takes that is filled in where a document does not say it, at most.
const RECORDED_TIME_BYTES: usize = r#","recordedtime":"2024-07-04T15:00:00.123456789Z""#.len();
/// How much of one line is kept: the largest document, the mark before it, and the two bytes of its end.
const MAX_LINE_BYTES: u64 = (MAX_DOCUMENT_BYTES + BYTE_ORDER_MARK.len() + 2) as u64;

/// One line that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its number, from 1; blank lines count.
    pub number: u64,
    /// What it says, or every fault of it.
    pub document: Result<Document, Refused>,
}

/// The lines of a file, one document each; see [`read_lines`].
#[derive(Debug)]
pub struct Lines<R> {
    reader: BufReader<R>,
    /// The number of the line read last.
    number: u64,
    /// The line read last; kept for its space.
    line: Vec<u8>,
    /// Whether the reader has failed: what follows cannot be numbered.
    failed: bool,
    /// Where each id stood first, and with which body, if repeats are looked for.
    seen: Option<HashMap<EventId, (u64, Fingerprint)>>,
}

/// Reads documents line by line, blank lines skipped, lines ended by LF or CRLF, a byte order mark at the beginning
/// accepted.
///
/// A line that is too long is refused without being held in memory. Ends after an error of the reader.
pub fn read_lines<R: Read>(reader: R) -> Lines<R> {
    Lines { reader: BufReader::new(reader), number: 0, line: Vec::new(), failed: false, seen: None }
}

impl<R: Read> Lines<R> {
    /// Refuses a line, too, that repeats the id of an earlier one with another body. A repeat with the same body is
    /// no fault: it is published once.
    ///
    /// It remembers some 100 bytes for every document: for files, not for input without an end.
    #[must_use]
    pub fn refusing_taken_ids(self) -> Self {
        Self { seen: Some(HashMap::new()), ..self }
    }

    /// The next line that is not blank.
    fn read(&mut self) -> io::Result<Option<Line>> {
        loop {
            self.line.clear();
            if self.reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let mut bytes = self.line.as_slice();
            if self.number == 1 {
                bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
            }
            match bytes.strip_suffix(b"\n") {
                Some(whole) => bytes = whole.strip_suffix(b"\r").unwrap_or(whole),
                None if self.line.len() as u64 == MAX_LINE_BYTES => {
                    self.reader.skip_until(b'\n')?;
                    let found = format!("more than {MAX_DOCUMENT_BYTES} bytes");
                    let fault = fault("", found, format!("at most {MAX_DOCUMENT_BYTES} bytes"));
                    return Ok(Some(Line { number: self.number, document: Err(fault) }));
                }
                // The last line, which need not end.
                None => {}
            }
            if !bytes.trim_ascii().is_empty() {
                let document = Document::decode(bytes).and_then(with_room);
                return Ok(Some(Line {
                    number: self.number,
                    document: document.and_then(|read| self.not_taken(read)),
                }));
            }
        }
    }

    fn not_taken(&mut self, document: Document) -> Result<Document, Refused> {
        let (Some(seen), id) = (&mut self.seen, document.event().id) else { return Ok(document) };
        let fingerprint = document.fingerprint();
        match seen.entry(id) {
            Entry::Vacant(fresh) => {
                fresh.insert((self.number, fingerprint));
                Ok(document)
            }
            Entry::Occupied(first) if first.get().1 == fingerprint => Ok(document),
            Entry::Occupied(first) => {
                let found = format!("\"{id}\", which line {} gives to another body", first.get().0);
                Err(fault("id", found, "one id for one event".to_owned()))
            }
        }
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let line = self.read();
        self.failed = line.is_err();
        line.transpose()
    }
}

/// Why a file was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It could not be read.
    #[error("the input cannot be read")]
    Unreadable(#[from] io::Error),
    /// Some of its lines are no good documents: their numbers, and every fault of each.
    #[error("{} of the input's lines are refused", .0.len())]
    Refused(Vec<(u64, Refused)>),
}

/// Reads a whole file before anything of it is published: all its documents, or every fault of every line.
///
/// It holds the documents in memory, some kilobytes each. What does not fit is read twice: once through
/// [`read_lines`] with [`Lines::refusing_taken_ids`], and again to be published.
pub fn check(reader: impl Read) -> Result<Vec<Document>, CheckError> {
    let (mut documents, mut refused) = (Vec::new(), Vec::new());
    for line in read_lines(reader).refusing_taken_ids() {
        match line? {
            Line { document: Ok(document), .. } if refused.is_empty() => documents.push(document),
            Line { document: Ok(_), .. } => {}
            Line { number, document: Err(faults) } => {
                documents = Vec::new();
                refused.push((number, faults));
            }
        }
    }
    if refused.is_empty() { Ok(documents) } else { Err(CheckError::Refused(refused)) }
}

/// Refuses a document that would be too large with the time of recording that is to be filled in.
fn with_room(document: Document) -> Result<Document, Refused> {
    if document.event().recorded_at.is_some() {
        return Ok(document);
    }
    let bytes = document.encode().len() + RECORDED_TIME_BYTES;
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(document);
    }
    let found = format!("{bytes} bytes with the recordedtime that is filled in");
    Err(fault("", found, format!("at most {MAX_DOCUMENT_BYTES} bytes")))
}

fn fault(field: &str, found: String, allowed: String) -> Refused {
    Refused { faults: vec![Fault { field: field.to_owned(), found, allowed }] }
}
