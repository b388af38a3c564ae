//! Answers that were given: whoever asks the same while nothing has changed is given the same bytes, and nobody folds again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use bytes::Bytes;
use jiff::civil::Date;
use summit::Position;

use super::asking::Has;
use super::reply::Reply;

/// How many bytes of answers are kept, with their addresses. Where more come, all are let go: what is asked for often is
/// soon there again.
const KEPT_BYTES: usize = 16 << 20;
/// The longest answer that is kept, in bytes.
const LONGEST_BYTES: usize = 256 << 10;

/// The latest answer at each address.
#[derive(Default)]
pub(crate) struct Answers(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    answers: HashMap<String, Arc<Answer>>,
    bytes: usize,
}

/// An answer that was given.
pub(super) struct Answer {
    /// How far the index was.
    pub(super) tail: Position,
    /// The day on which it was asked for.
    pub(super) today: Date,
    /// Whether it is the same for ever.
    pub(super) fixed: bool,
    pub(super) tag: String,
    pub(super) notes: Vec<String>,
    /// How it is cited.
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answers {
    /// The answer at an address, where it is still the same: the index is where it was, and the day is the same, or neither
    /// matters.
    pub(super) fn find(&self, address: &str, tail: Position, today: Date) -> Option<Arc<Answer>> {
        self.kept().answers.get(address).filter(|answer| answer.holds(tail, today)).cloned()
    }

    /// Keeps an answer, if it is not too long.
    pub(super) fn keep(&self, address: &str, answer: Answer) {
        let size = address.len() + answer.body.len() + size_of::<Answer>();
        if size > LONGEST_BYTES {
            return;
        }
        let mut kept = self.kept();
        if kept.bytes + size > KEPT_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += size;
        if let Some(before) = kept.answers.insert(address.to_owned(), Arc::new(answer)) {
            kept.bytes -= address.len() + before.body.len() + size_of::<Answer>();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answer {
    fn holds(&self, tail: Position, today: Date) -> bool {
        // What was noted of it may have changed where it has not.
        (self.fixed && self.notes.is_empty()) || (self.tail, self.today) == (tail, today)
    }

    /// The same once more, for who has this already.
    pub(super) fn reply(&self, has: &Has) -> Reply {
        let body = (!has.is(&self.tag)).then(|| self.body.clone());
        let headers = body.as_ref().map(|_| self.headers.clone()).unwrap_or_default();
        let (tag, notes) = (self.tag.clone(), self.notes.clone());
        Reply { tag, fixed: self.fixed, notes, body, headers }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use bytes::Bytes;
    use jiff::civil::{Date, date};
    use summit::Position;

    use super::{Answer, Answers, KEPT_BYTES, LONGEST_BYTES};

    const TODAY: Date = date(2024, 7, 4);

    fn answer(tail: u64, fixed: bool, notes: &[&str], length: usize) -> Answer {
        let (tail, notes) = (Position::new(tail), notes.iter().map(|note| (*note).to_owned()).collect());
        Answer {
            tail,
            today: TODAY,
            fixed,
            tag: "\"a\"".into(),
            notes,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![b' '; length]),
        }
    }

    #[test]
    fn an_answer_is_given_again_as_long_as_nothing_changes_and_for_ever_where_nothing_can() {
        let answers = Answers::default();
        answers.keep("/now", answer(7, false, &[], 9));
        answers.keep("/then", answer(7, true, &[], 9));
        answers.keep("/noted", answer(7, true, &["no event is attributed to \"x\""], 9));
        let found = |address, tail, today| answers.find(address, Position::new(tail), today).is_some();
        assert!(found("/now", 7, TODAY) && !found("/now", 8, TODAY) && !found("/now", 7, date(2024, 7, 5)));
        assert!(found("/then", 7, TODAY) && found("/then", 8, date(2024, 7, 5)));
        assert!(found("/noted", 7, TODAY) && !found("/noted", 8, TODAY));
        assert!(!found("/other", 7, TODAY));
    }

    #[test]
    fn no_more_is_kept_than_is_said() {
        let answers = Answers::default();
        answers.keep("/long", answer(7, true, &[], LONGEST_BYTES));
        assert!(answers.find("/long", Position::new(7), TODAY).is_none());
        for number in 0..2 * KEPT_BYTES / (LONGEST_BYTES / 2) {
            answers.keep(&format!("/{number}"), answer(7, true, &[], LONGEST_BYTES / 2));
            assert!(answers.kept().bytes <= KEPT_BYTES);
        }
        // The same address again takes no more room.
        let before = answers.kept().bytes;
        answers.keep("/0", answer(7, true, &[], 9));
        let first = answers.kept().bytes;
        answers.keep("/0", answer(8, true, &[], 9));
        assert!(answers.kept().bytes == first && first != before);
    }
}
