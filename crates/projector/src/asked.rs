//! From where a question is asked, as who asks writes it: texts first, resolved in a chronicle later.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use summit::{AccordingTo, AsOf, Position, Vantage, When};

use crate::answer::{BadToken, Token};
use crate::index::Index;
use crate::membership::Knowledge;
use crate::view::AskError;

/// From where a question is asked. A token says all of it: no other part may stand beside one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Asked {
    /// When in the world.
    pub as_of: Option<Seen>,
    /// Only what was on record by then counts.
    pub known_at: Option<Timestamp>,
    /// Only entries up to this position exist.
    pub at_position: Option<Position>,
    /// Only claims of this source count.
    pub according_to: Option<String>,
    /// From where an earlier answer was given.
    pub token: Option<Token>,
}

/// When in the world, with ids that may be shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The end of a period.
    End(When),
    /// Just before the event whose id begins so.
    Before(String),
    /// Just after the event whose id begins so.
    After(String),
}

/// Why a vantage cannot be asked from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VantageError {
    /// Its event is not there, or not the only one.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// Its token is of no use.
    #[error(transparent)]
    Token(#[from] BadToken),
    /// The chronicle has not come so far: an answer from there would change when it does.
    #[error("the chronicle ends at position {tail}, position {needed} was asked for")]
    NotReached {
        /// Where it ends.
        tail: Position,
        /// What was asked for.
        needed: Position,
    },
}

impl Asked {
    /// Whether it can be meant, before anything is read.
    pub fn check(&self) -> Result<(), BadToken> {
        self.token.as_ref().map_or(Ok(()), |token| token.vantage().map(drop))
    }

    /// The vantage, in this chronicle.
    pub fn resolve(&self, index: &Index) -> Result<Vantage, VantageError> {
        let vantage = match &self.token {
            Some(token) => {
                index.reached(token.position)?;
                token.vantage()?
            }
            None => Vantage {
                as_of: self.as_of.as_ref().map(|seen| seen.resolve(index)).transpose()?,
                known_at: self.known_at,
                at_position: self.at_position,
                according_to: self.according_to.as_deref().map(AccordingTo::from),
            },
        };
        if let Some(position) = vantage.at_position {
            index.reached(position)?;
        }
        Ok(vantage)
    }
}

impl Index {
    /// Refuses what the chronicle has not come to yet.
    pub fn reached(&self, needed: Position) -> Result<(), VantageError> {
        let tail = self.tail();
        if needed <= tail { Ok(()) } else { Err(VantageError::NotReached { tail, needed }) }
    }
}

impl Seen {
    /// Whether it says the same for ever: a shortened id may become that of several events.
    pub fn is_written_out(&self) -> bool {
        match self {
            Self::End(_) => true,
            Self::Before(id) | Self::After(id) => id.len() == WHOLE_ID,
        }
    }

    fn resolve(&self, index: &Index) -> Result<AsOf, AskError> {
        Ok(match self {
            Self::End(when) => AsOf::End(when.clone()),
            Self::Before(id) => AsOf::Before(index.find(id)?),
            Self::After(id) => AsOf::After(index.find(id)?),
        })
    }
}

impl FromStr for Seen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("before", id)) => id_prefix(id).map(Self::Before),
            Some(("after", id)) => id_prefix(id).map(Self::After),
            _ => text.parse().map(Self::End).map_err(|bad: summit::BadId| bad.to_string()),
        }
    }
}

/// How many characters an id has.
const WHOLE_ID: usize = 36;

/// An event's id, or how one begins, in small letters.
pub fn id_prefix(text: &str) -> Result<String, String> {
    let begins = !text.is_empty() && text.len() <= WHOLE_ID && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if begins {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!("found {text:?}, allowed is an event's id, or how one begins, such as d0653777"))
}

/// An RFC 3339 instant, or a date, which means its end in UTC.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    if text.len() == "2024-07-04".len()
        && let Ok(date) = text.parse::<Date>()
    {
        return TimeZone::UTC.to_timestamp(date.at(23, 59, 59, 999_999_999)).map_err(|error| error.to_string());
    }
    text.parse().map_err(|_| "an instant such as 2024-07-04T15:00:00+05:00, or a date, which means its end".to_owned())
}

impl FromStr for Knowledge {
    type Err = String;

    /// A position where it is a number, else an instant or a date.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let position = text.parse().map_err(|bad: summit::BadId| bad.to_string())?;
            return Ok(Self::Position(position));
        }
        instant(text).map(Self::Instant).map_err(|allowed| format!("a position, {allowed}"))
    }
}

#[cfg(test)]
mod tests {
    use summit::Position;

    use super::{Knowledge, Seen, id_prefix, instant};

    #[test]
    fn a_date_means_its_end_in_utc() {
        let end = instant("2024-07-04").map(|instant| instant.to_string());
        assert_eq!(end.as_deref(), Ok("2024-07-04T23:59:59.999999999Z"));
        let noon = instant("2024-07-04T15:00:00+05:00").map(|instant| instant.to_string());
        assert_eq!(noon.as_deref(), Ok("2024-07-04T10:00:00Z"));
        for neither in ["2024", "2024-07", "2024-02-30", "2024-07-04T15", "yesterday"] {
            assert!(instant(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_number_is_a_position_and_a_date_is_none() {
        assert_eq!("12".parse(), Ok(Knowledge::Position(Position::new(12))));
        assert!(matches!("2024-07-04".parse(), Ok(Knowledge::Instant(_))));
        assert!("-1".parse::<Knowledge>().is_err());
    }

    #[test]
    fn an_id_may_be_shortened_but_not_empty() {
        assert_eq!(id_prefix("D0653777").as_deref(), Ok("d0653777"));
        for neither in ["", "xyz", "d0653777-6d69-536b-a4fd-52d10a1fb5170"] {
            assert!(id_prefix(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_shortened_id_may_become_that_of_several_events() {
        let written_out = |text: &str| text.parse::<Seen>().map(|seen| seen.is_written_out());
        assert_eq!(written_out("2024"), Ok(true));
        assert_eq!(written_out("before:b5364d9f"), Ok(false));
        assert_eq!(written_out("before:b5364d9f-d187-5fb4-b66f-f9f065db5ba6"), Ok(true));
    }
}
