//! The log: what it promises, and the entries it carries.

use std::collections::HashSet;
use std::future::Future;

use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;
use summit::{EventId, MAX_DOCUMENT_BYTES, Position};

/// The most drafts that [`Chronicle::append_all`] takes as one.
pub const MAX_BATCH: usize = 1000;

/// The most that a draft's headers may take together, in bytes: names, values and four bytes each.
pub const MAX_HEADER_BYTES: usize = 4096;
/// The longest subject, in bytes. NATS closes the connection of whoever sends one beyond 4096.
pub const MAX_SUBJECT_BYTES: usize = 1024;
/// The header that carries an entry's id.
pub const ID_HEADER: &str = "Nats-Msg-Id";
/// What every subject begins with.
pub const SUBJECT_PREFIX: &str = "chronicle.event.";
/// What the names of the substrate's own headers begin with, in any case.
const OWN_HEADERS: &str = "nats-";

/// What a producer hands to the log: a document under a subject, with the event's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The event's id, for the log's own removal of quick repeats.
    pub id: EventId,
    /// Where it is filed, such as `chronicle.event.sco.-.admission`.
    pub subject: String,
    /// Headers beside the document, such as its content type.
    pub headers: Vec<(String, String)>,
    /// The document.
    pub bytes: Bytes,
}

impl Draft {
    /// Whether a log may take it: its size, its subject and its headers. Every implementation asks this first.
    pub fn check(&self) -> Result<(), AppendError> {
        bounded("a document", self.bytes.len(), MAX_DOCUMENT_BYTES)?;
        bounded("a subject", self.subject.len(), MAX_SUBJECT_BYTES)?;
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
        bounded("headers", headers, MAX_HEADER_BYTES)?;
        let plain =
            |token: &str| !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic() && !b"*>".contains(&b));
        if !self.subject.strip_prefix(SUBJECT_PREFIX).is_some_and(|rest| rest.split('.').all(plain)) {
            return Err(AppendError::Refused(format!("\"{}\" is no subject of events", self.subject.escape_debug())));
        }
        for (name, value) in &self.headers {
            let named = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':');
            let own = name.get(..OWN_HEADERS.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN_HEADERS));
            if !named || own || value.trim() != value || value.chars().any(char::is_control) {
                return Err(AppendError::Refused(format!(
                    "the header \"{}\" is not for producers",
                    name.escape_debug()
                )));
            }
        }
        Ok(())
    }
}

/// Whether a log may take these drafts as one: some, but not too many, each in order, and no id twice.
pub fn check_batch(drafts: &[Draft]) -> Result<(), AppendError> {
    if drafts.is_empty() {
        return Err(AppendError::Refused("the batch is empty".to_owned()));
    }
    if drafts.len() > MAX_BATCH {
        let (found, allowed) = (format!("{} drafts", drafts.len()), format!("{MAX_BATCH} drafts"));
        return Err(AppendError::TooLarge { found, allowed });
    }
    drafts.iter().try_for_each(Draft::check)?;
    let ids: HashSet<EventId> = drafts.iter().map(|draft| draft.id).collect();
    if ids.len() < drafts.len() { Err(AppendError::Repeated) } else { Ok(()) }
}

/// Refuses what is larger than allowed.
fn bounded(what: &str, found: usize, allowed: usize) -> Result<(), AppendError> {
    if found <= allowed {
        return Ok(());
    }
    Err(AppendError::TooLarge { found: format!("{what} of {found} bytes"), allowed: format!("{allowed} bytes") })
}

/// One entry of the log, as stored. Its bytes may decode or not: the log does not look into them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub position: Position,
    /// When the log stored it.
    pub stored_at: Timestamp,
    /// Where it was filed.
    pub subject: String,
    /// Headers in the order of their names, its id (`Nats-Msg-Id`) among them, the substrate's other ones left out.
    pub headers: Vec<(String, String)>,
    /// The document.
    pub bytes: Bytes,
}

impl Entry {
    /// The first value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// The answer to an append of one draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where the draft stands, now or already.
    pub position: Position,
    /// Whether it stood there before. The caller compares what stands there: the id may be somebody else's.
    pub duplicate: bool,
}

/// Why an append was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It may be stored or not. Ask the log, or send the same ids again.
    #[error("the outcome is unknown: {0}")]
    OutcomeUnknown(String),
    /// A batch holds an id that the log has seen lately, or holds one twice. Nothing of it was stored.
    #[error("an id of the batch is already in the log")]
    Repeated,
    /// The log has moved past the position that the caller expected. Nothing was stored.
    #[error("the chronicle is no longer at position {expected}")]
    Moved {
        /// The expected tail.
        expected: Position,
    },
    /// A document or a batch is larger than the log takes. Nothing was stored.
    #[error("too large: {found}, allowed is {allowed}")]
    TooLarge {
        /// What was handed in.
        found: String,
        /// The bound.
        allowed: String,
    },
    /// The log has no room left. Nothing was stored.
    #[error("the chronicle is full: {0}")]
    Full(String),
    /// The log's keeper does not let this producer write there. Nothing was stored.
    #[error("not permitted: {0}")]
    NotPermitted(String),
    /// The log refused for another reason. Nothing was stored.
    #[error("refused: {0}")]
    Refused(String),
}

/// What a log holds, by its keeper's own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// When the log was created. Another time means another log.
    pub created_at: Timestamp,
    /// The first position; 0 or 1 where there is none.
    pub first: Position,
    /// The last position.
    pub last: Position,
    /// How many entries there are. Nothing is ever deleted, so any other number than `last` is damage.
    pub entries: u64,
    /// The first position up to `last` that the keeper does not have, where one is: damage.
    pub missing: Option<Position>,
}

/// How a log is not what it was. Nothing is ever deleted or changed, so each of these is damage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Another log stands in its place.
    #[error("the log of {expected} is gone, another one of {found} stands in its place")]
    Recreated {
        /// When the log was created.
        expected: Timestamp,
        /// When the one was created that is found.
        found: Timestamp,
    },
    /// It is not there any more, nor another one.
    #[error("the log of {created_at} is gone, and none stands in its place")]
    Gone {
        /// When it was created.
        created_at: Timestamp,
    },
    /// The log ends before a position that it had.
    #[error("position {} and those behind it are lost: the log ends at position {found}, it had position {expected}", found.next())]
    Rewound {
        /// A position that it had.
        expected: Position,
        /// Where it ends.
        found: Position,
    },
    /// An entry is not there any more, or its keeper cannot read it.
    #[error("position {position} is lost: its entry is missing or cannot be read")]
    Missing {
        /// Its position, the first such.
        position: Position,
    },
    /// Another entry stands at a position.
    #[error("position {position} holds another entry than it did: expected {expected}, found {found}")]
    Replaced {
        /// The position.
        position: Position,
        /// What stood there, in short.
        expected: String,
        /// What stands there, in short.
        found: String,
    },
}

impl Damage {
    /// The first position that is known to be damaged.
    pub const fn position(&self) -> Position {
        match self {
            Self::Recreated { .. } | Self::Gone { .. } => Position::new(1),
            Self::Rewound { found, .. } => found.next(),
            Self::Missing { position } | Self::Replaced { position, .. } => *position,
        }
    }
}

/// Why the log could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The log cannot be reached now; reading may be tried again from the same position.
    #[error("the chronicle cannot be reached: {0}")]
    Unreachable(String),
    /// Positions are missing or appear again: nothing is ever deleted, so this is damage.
    #[error("the log is damaged: position {expected} was expected, position {found} came")]
    Gap {
        /// The next position in order.
        expected: Position,
        /// What came instead.
        found: Position,
    },
    /// The log is not what it was.
    #[error("the log is damaged: {0}")]
    Damaged(Damage),
    /// The log's keeper does not let this reader read.
    #[error("not permitted: {0}")]
    NotPermitted(String),
}

impl ReadError {
    /// The first position that is known to be damaged, where this is damage.
    pub fn damaged_at(&self) -> Option<Position> {
        match self {
            Self::Gap { expected, found } => Some(*expected.min(found)),
            Self::Damaged(damage) => Some(damage.position()),
            Self::Unreachable(_) | Self::NotPermitted(_) => None,
        }
    }
}

/// A log of entries that is only ever appended to.
///
/// The rules, each with the contract test in [`crate::contract`] that checks it:
/// - Positions are 1, 2, 3 … without a gap, in the order of acknowledgement (`positions_have_no_gap`).
/// - An acknowledged draft is on disk; every later read returns it, byte for byte, with its subject and headers
///   (`what_is_acknowledged_is_read_back_byte_for_byte`).
/// - [`append`](Self::append) of an id that the log has seen lately stores nothing and answers the position of the
///   earlier entry, marked `duplicate` (`a_repeated_id_is_answered_with_its_first_position`).
/// - [`append_all`](Self::append_all) stores all drafts at consecutive positions, or none
///   (`a_batch_stands_together_or_not_at_all`).
/// - With an expected tail, it stores only if the tail is still that (`an_expected_tail_that_moved_refuses_the_batch`).
/// - [`read`](Self::read) ends at the tail that it found when it began (`reading_ends_at_the_tail`).
/// - [`follow`](Self::follow) never ends, skips nothing, and asks nothing of the log while nothing happens
///   (`following_sees_what_comes_later`).
/// - A follower that starts beyond the next position is told so: the log was longer once
///   (`a_follower_ahead_of_the_log_is_told`).
/// - [`find`](Self::find) sees every acknowledged entry behind the given position (`finding_by_id`).
/// - [`state`](Self::state) counts every entry, and tells one log from another (`the_state_counts_every_entry`).
/// - A draft that [`Draft::check`] refuses is not stored, nor is its batch (`what_may_not_be_stored_is_refused`).
pub trait Chronicle: Send + Sync + 'static {
    /// Stores one draft, or answers where its id already stands.
    fn append(&self, draft: Draft) -> impl Future<Output = Result<Appended, AppendError>> + Send;

    /// Stores up to [`MAX_BATCH`] drafts as one, at consecutive positions; answers the first of them. With
    /// `expected`, only if the tail is still there.
    fn append_all(
        &self,
        drafts: Vec<Draft>,
        expected: Option<Position>,
    ) -> impl Future<Output = Result<Position, AppendError>> + Send;

    /// The entries from `from` (inclusive; 0 and 1 are the beginning) to the tail as it is now, in order.
    fn read(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>>;

    /// The entries from `from` (inclusive), and then every later one as it is stored, pushed. After an error the
    /// stream ends; the caller may follow again from where it was.
    fn follow(&self, from: Position) -> BoxStream<'static, Result<Entry, ReadError>>;

    /// The position of the last entry, 0 when there is none.
    fn tail(&self) -> impl Future<Output = Result<Position, ReadError>> + Send;

    /// What the log holds, and since when it is there.
    fn state(&self) -> impl Future<Output = Result<LogState, ReadError>> + Send;

    /// The first entry behind `after` whose `Nats-Msg-Id` header is `id`. Cost grows with the entries
    /// behind `after`: the index, not this, answers for the whole history.
    fn find(&self, id: EventId, after: Position) -> impl Future<Output = Result<Option<Entry>, ReadError>> + Send;
}

/// A log that can be rebuilt, for those who repair one.
///
/// Its rule, with the contract test: what was [`restore`](Self::restore)d is read back as it was, its first-stored time
/// and id included, wherever it stood (`what_is_restored_is_read_back_as_it_was`).
pub trait Repair: Chronicle {
    /// Stores entries of another log at their positions: the first one's follows the tail, each one's the one before.
    /// All are stored or none, at most [`MAX_BATCH`] of them. Repeated ids are stored as often as they come.
    fn restore(&self, entries: Vec<Entry>) -> impl Future<Output = Result<(), AppendError>> + Send;

    /// What can still be read up to the tail, in order: what cannot is passed over.
    fn readable(&self) -> BoxStream<'static, Result<Entry, ReadError>>;
}

/// Whether these entries may be restored behind a tail: some, but not too many, at the positions that follow.
pub fn check_restored(entries: &[Entry], tail: Position) -> Result<(), AppendError> {
    if entries.is_empty() || entries.len() > MAX_BATCH {
        return Err(AppendError::Refused(format!(
            "1 to {MAX_BATCH} entries are restored at once, not {}",
            entries.len()
        )));
    }
    let mut expected = tail;
    for entry in entries {
        expected = expected.next();
        if entry.position != expected {
            return Err(AppendError::Refused(format!("position {expected} is to be restored, not {}", entry.position)));
        }
    }
    Ok(())
}
