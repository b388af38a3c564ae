//! From where a question is asked, as parameters.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use projector::{AskError, Index, Token};
use summit::{AccordingTo, AsOf, Position, Vantage, When};

use crate::parameters::Parameters;
use crate::problem::{Code, Problem};

/// From where a question is asked.
#[derive(Debug)]
pub(crate) struct From {
    as_of: Option<Seen>,
    known_at: Option<Timestamp>,
    at_position: Option<Position>,
    according_to: Option<String>,
    token: Option<Token>,
    pub(super) min_position: Option<Position>,
}

/// When in the world, with ids that may be shortened.
#[derive(Debug)]
enum Seen {
    End(When),
    Before(String),
    After(String),
}

impl From {
    /// Takes the parameters of a vantage.
    pub(crate) fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let from = Self {
            as_of: parameters.take("as_of", "EDTF such as 2017 or 2024-07-04, before:ID or after:ID", seen)?,
            known_at: parameters.take("known_at", "an instant, or a date, which means its end in UTC", instant)?,
            at_position: parameters.parse("at_position", "a position: a whole number")?,
            according_to: parameters.parse("according_to", "a name, or an authority")?,
            token: parameters.take("token", "the \"token\" of an earlier answer, as JSON", |text| {
                serde_json::from_str(text).map_err(|error| error.to_string())
            })?,
            min_position: parameters.parse("min_position", "a position: a whole number")?,
        };
        let others = from.as_of.is_some()
            || from.known_at.is_some()
            || from.at_position.is_some()
            || from.according_to.is_some();
        if from.token.is_some() && others {
            let detail = "a token says all of the vantage: no other part may stand beside it";
            return Err(Problem::new(Code::BadParameter, detail).with("parameter", "token"));
        }
        Ok(from)
    }

    /// The vantage, in this chronicle.
    pub(crate) fn resolve(&self, index: &Index) -> Result<Vantage, Problem> {
        let vantage = match &self.token {
            Some(token) => {
                reached(index, token.position)?;
                token
                    .vantage()
                    .map_err(|bad| Problem::new(Code::BadParameter, bad.to_string()).with("parameter", "token"))?
            }
            None => Vantage {
                as_of: self.as_of.as_ref().map(|seen| seen.resolve(index)).transpose()?,
                known_at: self.known_at,
                at_position: self.at_position,
                according_to: self.according_to.as_deref().map(AccordingTo::from),
            },
        };
        if let Some(position) = vantage.at_position {
            reached(index, position)?;
        }
        Ok(vantage)
    }
}

impl Seen {
    fn resolve(&self, index: &Index) -> Result<AsOf, AskError> {
        Ok(match self {
            Self::End(when) => AsOf::End(when.clone()),
            Self::Before(id) => AsOf::Before(index.find(id)?),
            Self::After(id) => AsOf::After(index.find(id)?),
        })
    }
}

fn seen(text: &str) -> Result<Seen, String> {
    let prefix = |id: &str| {
        let begins = !id.is_empty() && id.len() <= 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
        begins.then(|| id.to_ascii_lowercase()).ok_or_else(|| format!("{id:?} is no beginning of an event's id"))
    };
    match text.split_once(':') {
        Some(("before", id)) => prefix(id).map(Seen::Before),
        Some(("after", id)) => prefix(id).map(Seen::After),
        _ => text.parse().map(Seen::End).map_err(|bad: summit::BadId| bad.to_string()),
    }
}

/// An RFC 3339 instant, or a date, which means its end in UTC.
fn instant(text: &str) -> Result<Timestamp, String> {
    if text.len() == "2024-07-04".len()
        && let Ok(date) = text.parse::<Date>()
    {
        return TimeZone::UTC.to_timestamp(date.at(23, 59, 59, 999_999_999)).map_err(|error| error.to_string());
    }
    text.parse().map_err(|error: jiff::Error| error.to_string())
}

/// Refuses what the chronicle has not come to yet: an answer from there would change when it does.
fn reached(index: &Index, needed: Position) -> Result<(), Problem> {
    let tail = index.tail();
    if needed <= tail {
        return Ok(());
    }
    let detail = format!("the chronicle ends at position {tail}, position {needed} was asked for");
    Err(Problem::new(Code::NotReached, detail).with("tail", tail.get()).with("asked", needed.get()))
}
