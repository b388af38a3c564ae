//! Waiting for a condition, but not for ever.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long to rest between two looks.
const REST: Duration = Duration::from_millis(10);

/// Looks until what it sees is good; says what it saw last where that never happens.
#[track_caller]
pub fn wait<T: Debug>(what: &str, mut look: impl FnMut() -> T, good: impl Fn(&T) -> bool) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        let seen = look();
        if good(&seen) {
            return seen;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}, saw last: {seen:?}");
        std::thread::park_timeout(REST);
    }
}
