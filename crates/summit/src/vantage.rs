//! Where a question is asked from.

use crate::event::Authority;
use crate::id::{BadId, EventId, Position};
use crate::time::{Answer, Day, Moment, Range, When};

/// The four parts from which a question is asked; each may be left open (`design.md` section 2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vantage {
    /// When in the world; open: now.
    pub as_of: Option<AsOf>,
    /// Only what was on record by this instant counts; open: everything.
    pub known_at: Option<jiff::Timestamp>,
    /// Only the chronicle's entries up to this position exist; open: its tail.
    pub at_position: Option<Position>,
    /// Only claims of this source count; open: all.
    pub according_to: Option<AccordingTo>,
}

/// A time in the world: the end of a period, or just before or after an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AsOf {
    /// The end of this period: `2017` is its last moment.
    End(When),
    /// Just before an event.
    Before(EventId),
    /// Just after an event.
    After(EventId),
}

impl std::str::FromStr for AsOf {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if let Some(id) = text.strip_prefix("before:") {
            id.parse().map(Self::Before)
        } else if let Some(id) = text.strip_prefix("after:") {
            id.parse().map(Self::After)
        } else {
            text.parse().map(Self::End)
        }
    }
}

impl std::fmt::Display for AsOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::End(when) => write!(f, "{when}"),
            Self::Before(id) => write!(f, "before:{id}"),
            Self::After(id) => write!(f, "after:{id}"),
        }
    }
}

/// Whose claims count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccordingTo {
    /// Claims with exactly this authority.
    Authority(Authority),
    /// Claims with exactly this name anywhere in their attribution.
    Name(String),
}

impl From<&str> for AccordingTo {
    fn from(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Name(text.to_owned()), Self::Authority)
    }
}

impl std::fmt::Display for AccordingTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Authority(authority) => write!(f, "{authority}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A moment to judge facts by, or a place in the order of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cutoff {
    /// Everything up to this moment, itself included.
    Moment(Moment),
    /// Earlier days, and of this day what comes up to a place in its order.
    Order {
        /// The day.
        day: Day,
        /// The place.
        order: i64,
        /// Whether the place itself is included.
        inclusive: bool,
    },
}

impl Cutoff {
    /// Just before (`inclusive` false) or just after an event with this time and order.
    pub fn around(occurred: &When, order: Option<i64>, inclusive: bool) -> Self {
        match (occurred.whole_day(), order) {
            (Some(day), Some(order)) => Self::Order { day, order, inclusive },
            _ if inclusive => Self::Moment(occurred.range().latest),
            _ if occurred.range().earliest.is_bounded() => {
                Self::Moment(occurred.range().earliest.day().previous().last())
            }
            _ => Self::Moment(Moment::EVER),
        }
    }

    /// Whether what happened within `range` has happened by this cutoff. `order` is its place in the order of a
    /// day, if the whole range lies in one.
    pub fn reached(&self, range: &Range, order: Option<i64>) -> Answer {
        match *self {
            Self::Moment(moment) => range.reached_by(moment),
            Self::Order { day, order: place, inclusive } => {
                let in_one_day = range.earliest.day() == range.latest.day();
                match order {
                    Some(order) if in_one_day && range.earliest.day() == day => {
                        Answer::from(if inclusive { order <= place } else { order < place })
                    }
                    _ if range.latest < day.first() => Answer::Yes,
                    _ if range.earliest > day.last() => Answer::No,
                    _ => Answer::Possibly,
                }
            }
        }
    }
}
