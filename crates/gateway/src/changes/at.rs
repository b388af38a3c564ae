//! How far a reader was told: the ids of frames.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use summit::Position;

/// How far a reader was told: everything up to a position, and what the calendar brought up to a day. All that comes
/// behind follows from this and the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) position: Position,
    /// Nothing before the first event: the calendar has nothing to bring.
    pub(crate) day: Option<Date>,
}

impl At {
    /// Whether a reader here was told all that one there was.
    pub(crate) fn covers(self, other: Self) -> bool {
        other.position <= self.position && other.day <= self.day
    }

    /// As an id; `own` is the day of the position itself, which goes without saying.
    pub(crate) fn id(self, own: Option<Date>) -> String {
        match self.day.filter(|day| Some(*day) > own) {
            Some(day) => format!("{}.{day}", self.position),
            None => self.position.to_string(),
        }
    }
}

/// What an id says: a position, and a day where it is a later one than the position's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) position: Position,
    pub(crate) day: Option<Date>,
}

/// What may stand for an id.
pub(crate) const IDS: &str = "the id of a frame: a position, or a position and a date such as 73.2024-07-05";

impl FromStr for Id {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (position, day) = match text.split_once('.') {
            Some((position, day)) => (position, Some(day)),
            None => (text, None),
        };
        let whole = !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_digit());
        let position = position.parse().ok().filter(|_| whole).ok_or_else(|| format!("{position:?} is no position"))?;
        let date = |day: &str| day.parse().ok().filter(|date: &Date| date.to_string() == day);
        let day = day.map(|day| date(day).ok_or_else(|| format!("{day:?} is no date"))).transpose()?;
        Ok(Self { position, day })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.day {
            Some(day) => write!(f, "{}.{day}", self.position),
            None => write!(f, "{}", self.position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn an_id_is_read_as_it_is_written_and_anything_else_is_refused() {
        for text in ["0", "73", "73.2024-07-05"] {
            assert_eq!(text.parse::<Id>().map(|id| id.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "x", "-1", "+1", "73.", ".2024-07-05", "73.2024-7-5", "73.2024-07-32", "73.1", "1.2.3"] {
            assert!(text.parse::<Id>().is_err(), "{text}");
        }
    }
}
