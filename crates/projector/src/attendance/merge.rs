//! Values that several claims give for one attribute, merged (`design.md` section 3, *Attendance*).

use summit::{Capacity, Level, Mode, Person, Presence};

use super::claims::{Claim, Rank};

/// A value of one attribute.
pub(super) trait Value: Clone {
    /// Whether both say the same.
    fn same(&self, other: &Self) -> bool;

    /// Whether `other` says the same and more, so that both may be true.
    fn refined_by(&self, _other: &Self) -> bool {
        false
    }

    /// How much it says, to choose between claims of equal authority.
    fn specificity(&self) -> u8 {
        0
    }

    /// Whether a source states it; else it stands for what is not stated.
    fn stated(&self) -> bool {
        true
    }
}

/// What claims come to.
#[derive(Debug, Clone)]
pub(super) struct Merged<'v, T> {
    /// The value that won.
    pub(super) value: T,
    /// The claim that gives it.
    pub(super) by: Claim<'v>,
    /// Values that contest it, with their claims.
    pub(super) against: Vec<(T, Claim<'v>)>,
}

/// Merges one attribute: stated values before defaults, then higher authority, then the more specific, then what came
/// later on record, then the greater id. Nothing where no claim gives a value.
pub(super) fn merge<'v, T: Value>(
    claims: &[Claim<'v>],
    value: impl Fn(&Claim<'v>) -> Option<T>,
) -> Option<Merged<'v, T>> {
    let given: Vec<(T, Claim<'v>)> = claims.iter().filter_map(|claim| Some((value(claim)?, *claim))).collect();
    let key = |(value, claim): &(T, Claim<'v>)| {
        let Rank(authority, came) = claim.rank();
        (value.stated(), authority, value.specificity(), came)
    };
    let (value, by) = given.iter().max_by_key(|one| key(one))?.clone();
    let contests = |(other, _): &(T, Claim<'v>)| !other.same(&value) && !other.refined_by(&value);
    let against = given.iter().filter(|one| contests(one)).cloned().collect();
    Some(Merged { value, by, against })
}

/// The levels that `leader` may mean.
const LEADERS: [Level; 5] = [
    Level::HeadOfState,
    Level::HeadOfGovernment,
    Level::ActingHeadOfState,
    Level::ActingHeadOfGovernment,
    Level::HighRepresentative,
];

impl Value for Level {
    fn same(&self, other: &Self) -> bool {
        self == other
    }

    fn refined_by(&self, other: &Self) -> bool {
        match self {
            Self::Unknown => *other != Self::Unknown,
            Self::Leader => LEADERS.contains(other),
            Self::HeadOfState
            | Self::HeadOfGovernment
            | Self::ActingHeadOfState
            | Self::ActingHeadOfGovernment
            | Self::CrownPrince
            | Self::VicePresident
            | Self::DeputyHeadOfGovernment
            | Self::ForeignMinister
            | Self::Minister
            | Self::HighRepresentative
            | Self::Adviser
            | Self::DeputyMinister
            | Self::Ambassador
            | Self::OrganisationHead
            | Self::OrganisationDeputy
            | Self::OrganisationRepresentative => false,
        }
    }

    fn specificity(&self) -> u8 {
        if *self == Self::Unknown {
            0
        } else if *self == Self::Leader {
            1
        } else {
            2
        }
    }
}

/// Whether a level is that of a leader, or of one of those whom the word may mean.
pub fn is_leader(level: Level) -> bool {
    level == Level::Leader || LEADERS.contains(&level)
}

/// A level's place in the order of precedence, the smallest first: `leader` right behind the heads and acting heads of
/// state and government, `unknown` and no level last.
pub fn precedence(level: Option<Level>) -> u8 {
    match level {
        None | Some(Level::Unknown) => u8::MAX,
        Some(Level::Leader) => 2 * Level::ActingHeadOfGovernment as u8 + 1,
        Some(level) => 2 * level as u8,
    }
}

/// Presence as a claim states it, or leaves it to the default.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attended {
    pub(super) stated: Option<Presence>,
    /// Whether it stands in the announcement of a meeting.
    pub(super) announced: bool,
}

impl Attended {
    /// The presence; where not stated `present`, but who takes part in a meeting that is announced is announced.
    pub(super) fn presence(self) -> Presence {
        self.stated.unwrap_or(if self.announced { Presence::Announced } else { Presence::Present })
    }
}

impl Value for Attended {
    fn same(&self, other: &Self) -> bool {
        self.presence() == other.presence()
    }

    fn refined_by(&self, other: &Self) -> bool {
        self.presence() == Presence::Announced && other.presence() != Presence::Announced
    }

    fn specificity(&self) -> u8 {
        u8::from(self.presence() != Presence::Announced)
    }

    fn stated(&self) -> bool {
        self.stated.is_some()
    }
}

impl Value for Mode {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

impl Value for &Capacity {
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// One person is one id; a claim that names the office says more.
impl Value for &Person {
    fn same(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn specificity(&self) -> u8 {
        u8::from(self.office.is_some())
    }
}
