//! History again, at a pace: the gaps between stored times, so many times shorter.
//!
//! A [`Pace`] is pure: stored times in, times of release out. A [`Pacer`] waits for them.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

/// The longest gap between two entries, at every speed but [`Speed::Original`].
pub const MAX_GAP: Duration = Duration::from_secs(10);

/// How fast history comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// With the gaps of the stored times, however long.
    Original,
    /// With gaps so many times shorter, at most [`MAX_GAP`] each.
    Times(NonZeroU32),
    /// Without gaps.
    Max,
    /// Without gaps of its own: one entry at a time, whenever somebody says so.
    Step,
}

/// A text that is no speed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {0:?}, allowed are original, max, step, or a whole number of times, such as 60x")]
pub struct BadSpeed(String);

impl FromStr for Speed {
    type Err = BadSpeed;

    fn from_str(text: &str) -> Result<Self, BadSpeed> {
        let times = || text.strip_suffix('x').filter(|number| number.bytes().all(|b| b.is_ascii_digit()));
        match text {
            "original" => Ok(Self::Original),
            "max" => Ok(Self::Max),
            "step" => Ok(Self::Step),
            _ => {
                times().and_then(|number| number.parse().ok()).map(Self::Times).ok_or_else(|| BadSpeed(text.to_owned()))
            }
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original => f.write_str("original"),
            Self::Times(times) => write!(f, "{times}x"),
            Self::Max => f.write_str("max"),
            Self::Step => f.write_str("step"),
        }
    }
}

/// When each entry of a history is due, counted from the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    speed: Speed,
    /// When the entry before was stored.
    last: Option<Timestamp>,
    /// When it was due.
    due: Duration,
}

impl Pace {
    /// The pace of a history that has not begun.
    pub const fn new(speed: Speed) -> Self {
        Self { speed, last: None, due: Duration::ZERO }
    }

    /// When the next entry is due, which was stored at this time. One that was stored before the last one, by a clock
    /// that was set back, is due with it. Gaps are rounded down to whole nanoseconds.
    pub fn due(&mut self, stored_at: Timestamp) -> Duration {
        let last = self.last.replace(stored_at).unwrap_or(stored_at);
        // Fails where it is negative.
        let gap = Duration::try_from(stored_at.duration_since(last)).unwrap_or_default();
        let gap = match self.speed {
            Speed::Original => gap,
            Speed::Times(times) => (gap / times.get()).min(MAX_GAP),
            Speed::Max | Speed::Step => Duration::ZERO,
        };
        self.due = self.due.saturating_add(gap);
        self.due
    }

    /// How long it takes from the first of these entries to the last.
    pub fn length(speed: Speed, stored_at: impl IntoIterator<Item = Timestamp>) -> Duration {
        let mut pace = Self::new(speed);
        stored_at.into_iter().fold(Duration::ZERO, |_, stored_at| pace.due(stored_at))
    }
}

/// Waits until entries are due. Its time begins with the first one, so whoever is slow with one entry does not put off
/// those behind it.
#[derive(Debug, Clone)]
pub struct Pacer {
    pace: Pace,
    begun: Option<Instant>,
}

impl Pacer {
    /// For a history that has not begun.
    pub const fn new(speed: Speed) -> Self {
        Self { pace: Pace::new(speed), begun: None }
    }

    /// How long the next entry would have to wait from now, if it was stored at this time.
    pub fn ahead(&self, stored_at: Timestamp) -> Duration {
        let Some(begun) = self.begun else { return Duration::ZERO };
        let mut pace = self.pace;
        pace.due(stored_at).saturating_sub(begun.elapsed())
    }

    /// Waits until the next entry is due, which was stored at this time.
    pub async fn wait(&mut self, stored_at: Timestamp) {
        let due = self.pace.due(stored_at);
        let begun = *self.begun.get_or_insert_with(Instant::now);
        sleep_until(begun + due).await;
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::{MAX_GAP, Pace, Speed};

    /// Nanoseconds of the longest gap.
    const CAP: i128 = 10_000_000_000;

    fn times(number: u32) -> Speed {
        Speed::Times(NonZeroU32::new(number).expect("not zero"))
    }

    fn dues(speed: Speed, stored_at: &[Timestamp]) -> Vec<Duration> {
        let mut pace = Pace::new(speed);
        stored_at.iter().map(|at| pace.due(*at)).collect()
    }

    /// Stored times of a log: moments apart as a rule, sometimes years, sometimes backwards.
    fn stored_at() -> impl Strategy<Value = Vec<Timestamp>> {
        let gap = prop_oneof![
            6 => 0..90_000_000_000_i64,
            1 => 0..100_000_000_000_000_000_i64,
            1 => -90_000_000_000_i64..0,
        ];
        proptest::collection::vec(gap, 1..30).prop_map(|gaps| {
            let mut at = 1_720_000_000_000_000_000_i128;
            let add = |gap: i64| {
                at += i128::from(gap);
                Timestamp::from_nanosecond(at).expect("within thousands of years")
            };
            gaps.into_iter().map(add).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_gap_is_the_stored_one_so_many_times_shorter_never_negative_and_never_too_long(
            stored_at in stored_at(),
            number in prop_oneof![Just(1_u32), Just(60), 1..u32::MAX],
        ) {
            let nanoseconds = |due: &Duration| i128::try_from(due.as_nanos()).expect("short");
            for (speed, divisor, cap) in [(times(number), i128::from(number), CAP), (Speed::Original, 1, i128::MAX)] {
                let dues = dues(speed, &stored_at);
                prop_assert_eq!(dues[0], Duration::ZERO);
                for (due, stored) in dues.windows(2).zip(stored_at.windows(2)) {
                    let stored = stored[1].as_nanosecond() - stored[0].as_nanosecond();
                    let expected = (stored / divisor).clamp(0, cap);
                    prop_assert_eq!(nanoseconds(&due[1]) - nanoseconds(&due[0]), expected);
                }
                prop_assert_eq!(dues.last().copied(), Some(Pace::length(speed, stored_at.iter().copied())));
            }
        }

        #[test]
        fn without_gaps_everything_is_due_at_once(stored_at in stored_at()) {
            for speed in [Speed::Max, Speed::Step] {
                prop_assert!(dues(speed, &stored_at).iter().all(Duration::is_zero));
            }
        }
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_wait_and_time_goes_on_from_there() {
        let stored_at = ["12:00:00", "12:01:00", "11:00:00", "11:02:00", "23:00:00"];
        let stored_at = stored_at.map(|time| format!("2024-07-04T{time}Z").parse().expect("an instant"));
        let seconds = [0, 1, 1, 3, 13].map(Duration::from_secs);
        assert_eq!(dues(times(60), &stored_at), seconds);
        assert_eq!(seconds[4], seconds[3] + MAX_GAP);
    }

    #[test]
    fn a_speed_is_written_as_it_is_read_and_anything_else_is_refused() {
        for text in ["original", "max", "step", "1x", "60x", "4294967295x"] {
            assert_eq!(text.parse::<Speed>().map(|speed| speed.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "x", "0x", "60", "+60x", "1.5x", "60X", "4294967296x", "Max"] {
            let refused = text.parse::<Speed>().expect_err(text);
            assert!(refused.to_string().ends_with("such as 60x"), "{refused}");
        }
    }
}
