//! Why a delegation's row says what it says: attribute by attribute.

use jiff::Timestamp;
use summit::{
    Attribution, Authority, Capacity, EventId, Kind, Level, MeetingId, OrganisationId, PartyId, Person, Position,
};

use super::claims::Claim;
use super::gathering::Gathering;
use super::merge::{Attended, Merged, Value, merge};
use super::people::{Figure, People};
use crate::answer::{Delegation, Token};
use crate::view::{AskError, View};

/// Why the view says what it says of one party at a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationExplained {
    /// The meeting.
    pub meeting: MeetingId,
    /// The party.
    pub party: PartyId,
    /// From where it was asked.
    pub token: Token,
    /// The row; nothing where nothing is said.
    pub row: Option<Delegation>,
    /// What is said of it, attribute by attribute, as far as something is.
    pub attributes: Vec<Attribute>,
    /// Where the capacity follows from: organisations of the meeting, where it is not stated.
    pub capacity_from: Vec<OrganisationId>,
}

/// One attribute of a row, and every claim that says something of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Such as `presence`, `level`, `absent at level`.
    pub what: &'static str,
    /// Whose it is, where that is a person.
    pub of: Option<Person>,
    /// The value that won.
    pub value: String,
    /// The claims, what decides first.
    pub claims: Vec<Said>,
}

/// What one claim says of an attribute, and what that did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// What it says.
    pub value: String,
    /// What it did.
    pub weight: Weight,
    /// At which part of the meeting; nothing: at the meeting itself.
    pub part: Option<MeetingId>,
    /// The event.
    pub event: EventId,
    /// Its kind.
    pub kind: Kind,
    /// When, as its source wrote it.
    pub occurred: String,
    /// The rank of the claim.
    pub authority: Authority,
    /// Who says so.
    pub attribution: Vec<Attribution>,
    /// When it was put on record.
    pub recorded_at: Timestamp,
    /// Where it stands in the chronicle.
    pub position: Position,
}

/// What a claim did to an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// It gives the value.
    Decides,
    /// It says the same.
    Agrees,
    /// It says less, and nothing against it.
    SaysLess,
    /// It says otherwise.
    Contests,
}

impl Weight {
    /// The word: `decides`, `agrees`, `says_less`, `contests`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decides => "decides",
            Self::Agrees => "agrees",
            Self::SaysLess => "says_less",
            Self::Contests => "contests",
        }
    }
}

impl View<'_> {
    /// Why the view says what it says of a party at a meeting. Cost: the claims of that party there.
    pub fn explain_delegation(&self, meeting: &MeetingId, party: &PartyId) -> Result<DelegationExplained, AskError> {
        self.known_meeting(meeting)?;
        let gathering = Gathering::new(self, meeting, self.cutoff);
        let claims = gathering.claims_about(party);
        let row = (!claims.is_empty()).then(|| gathering.delegation(party, &claims));
        let derived = row.as_ref().is_some_and(|row| row.capacity_derived);
        let organisations = gathering.organisations.keys().map(|one| (*one).clone());
        Ok(DelegationExplained {
            meeting: meeting.clone(),
            party: party.clone(),
            token: self.token().clone(),
            row,
            attributes: attributes(&claims, gathering.about.is_void()),
            capacity_from: organisations.filter(|_| derived).collect(),
        })
    }
}

/// What is said, in the order of the row.
fn attributes(claims: &[Claim<'_>], void: bool) -> Vec<Attribute> {
    let (absent, others): (Vec<Claim<'_>>, Vec<Claim<'_>>) =
        claims.iter().copied().partition(|claim| claim.absent_level().is_some());
    let attended = |claim: &Claim<'_>| Some(claim.attended()).filter(|_| !(void && claim.says_present()));
    let presence = merge(&others, attended);
    let capacity = merge(claims, |claim| claim.entry.capacity.as_ref());
    let people = People::of(&others);
    let mut all = Vec::new();
    let how = |attended: &Attended| match attended.stated {
        Some(presence) => presence.to_string(),
        None => format!("{}, as nothing else is stated", attended.presence()),
    };
    all.extend(presence.map(|won| weighed("presence", None, &others, &won, attended, how)));
    for figure in people.head.iter().chain(&people.members) {
        all.extend(of_figure(figure));
    }
    let given = |claim: &Claim<'_>| claim.absent_level();
    let levels: std::collections::BTreeSet<Level> = absent.iter().filter_map(given).collect();
    for level in levels {
        let mut of_level = absent.clone();
        of_level.retain(|claim| claim.absent_level() == Some(level));
        let won = merge(&of_level, given);
        all.extend(won.map(|won| weighed("absent at level", None, &of_level, &won, given, Level::to_string)));
    }
    let stated = |capacity: &&Capacity| capacity.as_str().replace('_', " ");
    all.extend(
        capacity.map(|won| weighed("capacity", None, claims, &won, |claim| claim.entry.capacity.as_ref(), stated)),
    );
    all
}

/// What is said of one person, or of whoever heads the delegation.
fn of_figure(figure: &Figure<'_>) -> Vec<Attribute> {
    let of = figure.person;
    let name = |person: &&Person| match &person.office {
        Some(office) => format!("{} ({office})", person.name),
        None => person.name.clone(),
    };
    let claims = figure.claims();
    let person = merge(claims, |claim| claim.entry.person.as_ref());
    let own = [
        person.map(|won| weighed("person", of, claims, &won, |claim| claim.entry.person.as_ref(), name)),
        figure.level.as_ref().map(|won| weighed("level", of, claims, won, |claim| claim.entry.level, Level::to_string)),
        figure.mode.as_ref().map(|won| {
            weighed("mode", of, claims, won, |claim| claim.entry.mode, |mode| mode.as_str().replace('_', " "))
        }),
        figure
            .in_lieu_of
            .as_ref()
            .map(|won| weighed("in the place of", of, claims, won, |claim| claim.entry.in_lieu_of.as_ref(), name)),
    ];
    own.into_iter().flatten().collect()
}

fn weighed<'v, T: Value>(
    what: &'static str,
    of: Option<&Person>,
    claims: &[Claim<'v>],
    won: &Merged<'v, T>,
    value: impl Fn(&Claim<'v>) -> Option<T>,
    word: impl Fn(&T) -> String,
) -> Attribute {
    let weight = |said: &T, claim: &Claim<'_>| {
        if claim.rank() == won.by.rank() {
            Weight::Decides
        } else if said.same(&won.value) {
            Weight::Agrees
        } else if said.refined_by(&won.value) {
            Weight::SaysLess
        } else {
            Weight::Contests
        }
    };
    let mut all: Vec<(T, Claim<'v>)> = claims.iter().filter_map(|claim| Some((value(claim)?, *claim))).collect();
    // Whoever names nobody may contest the head, without being counted to it.
    let strays = won.against.iter().filter(|(_, stray)| !claims.iter().any(|claim| claim.rank() == stray.rank()));
    all.extend(strays.cloned());
    let mut said: Vec<Said> = all.iter().map(|(value, claim)| said(word(value), weight(value, claim), claim)).collect();
    said.sort_by(|left, right| {
        (left.weight, right.authority, left.position).cmp(&(right.weight, left.authority, right.position))
    });
    Attribute { what, of: of.cloned(), value: word(&won.value), claims: said }
}

fn said(value: String, weight: Weight, claim: &Claim<'_>) -> Said {
    let (record, shared) = (claim.record, &claim.record.event.shared);
    Said {
        value,
        weight,
        part: claim.part.cloned(),
        event: record.event.id,
        kind: record.event.kind(),
        occurred: shared.occurred.to_string(),
        authority: shared.authority(),
        attribution: shared.attribution.clone(),
        recorded_at: record.recorded_at(),
        position: record.position,
    }
}
