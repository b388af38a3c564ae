//! How a question ends early: a snapshot is read while questions are answered, and a part of it may be bad.
//!
//! No fold expects that, and none shall answer from what it was not given. So reading a bad part unwinds the question
//! to where it began, without a panic's message, as rust-analyzer ends a query that is cancelled.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

/// A part of a snapshot is not what it was when it was written: nothing was answered from it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a part of the snapshot \"{}\" is bad: {what}", .path.display())]
pub struct Damaged {
    pub(super) path: PathBuf,
    pub(super) what: String,
}

thread_local! {
    /// Whether somebody waits for the end of a question on this thread.
    static ASKED: Cell<bool> = const { Cell::new(false) };
}

/// Does what may read a snapshot; ends early where a part of it is bad. What is done must leave nothing half done that
/// outlives it, but for an index that is thrown away.
pub(crate) fn guarded<T>(question: impl FnOnce() -> T) -> Result<T, Damaged> {
    let before = ASKED.replace(true);
    let answer = catch_unwind(AssertUnwindSafe(question));
    ASKED.set(before);
    match answer {
        Ok(answer) => Ok(answer),
        Err(thrown) => match thrown.downcast::<Damaged>() {
            Ok(damaged) => Err(*damaged),
            // A bug, which goes on.
            Err(panic) => resume_unwind(panic),
        },
    }
}

/// Ends the question under way.
pub(super) fn found(path: &Path, what: impl Into<String>) -> ! {
    let damaged = Damaged { path: path.to_owned(), what: what.into() };
    assert!(ASKED.get(), "an index that was not verified is read outside of a question: {damaged}");
    resume_unwind(Box::new(damaged))
}
