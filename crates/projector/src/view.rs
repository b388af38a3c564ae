//! A question's vantage, resolved: what exists from there, and when in the world it looks.

use jiff::civil::Date;
use summit::{
    AccordingTo, AsOf, Cutoff, Event, EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId,
    Position, Vantage,
};

use crate::FOLD;
use crate::answer::Token;
use crate::index::{Activity, Index, Record, Selection, Slot};
use crate::nearest::nearest;

/// The chronicle from a vantage. Every question is asked of it; each reads only what it is about.
pub struct View<'a> {
    pub(crate) index: &'a Index,
    pub(crate) activity: Activity<'a>,
    pub(crate) cutoff: Cutoff,
    /// A claim of a status that is taken to be on record, to see what it would do.
    pub(crate) tried: Option<Box<Event>>,
    token: Token,
}

/// Why a question cannot be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// No event names it.
    #[error("no event names the {what} \"{name}\"")]
    Unknown {
        /// Such as `organisation`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// The nearest names that events do use, the nearest first.
        nearest: Vec<String>,
    },
    /// No event has this id, or begins so.
    #[error("no event has the id \"{0}\"")]
    UnknownEvent(String),
    /// Several events begin so.
    #[error("several events have an id that begins with \"{prefix}\": {}", .ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// Some of them.
        ids: Vec<EventId>,
    },
}

/// How many ids an ambiguous beginning is answered with.
const SHOWN_IDS: usize = 4;

impl Index {
    /// Looks from a vantage. `today` stands in where it leaves `as_of` open: the civil date in UTC, read once by the
    /// caller.
    pub fn view(&self, vantage: &Vantage, today: Date) -> Result<View<'_>, AskError> {
        let as_of = vantage.as_of.clone().unwrap_or_else(|| AsOf::End(end_of(today)));
        let exists = |record: &Record| vantage.at_position.is_none_or(|position| record.position <= position);
        let around = |id: EventId, inclusive| {
            let record = self.event(id).filter(|record| exists(record));
            let shared = &record.ok_or_else(|| AskError::UnknownEvent(id.to_string()))?.event.shared;
            Ok(Cutoff::around(&shared.occurred, shared.order, inclusive))
        };
        let cutoff = match &as_of {
            AsOf::End(when) => Cutoff::Moment(when.range().latest),
            AsOf::Before(id) => around(*id, false)?,
            AsOf::After(id) => around(*id, true)?,
        };
        let token = Token {
            position: vantage.at_position.unwrap_or_else(|| self.tail()),
            as_of: as_of.to_string(),
            known_at: vantage.known_at,
            at_position: vantage.at_position,
            according_to: vantage.according_to.as_ref().map(AccordingTo::to_string),
            fold: FOLD,
        };
        Ok(View { index: self, activity: Activity::new(self, Selection::of(vantage)), cutoff, tried: None, token })
    }

    /// The one event whose id is or begins with a text.
    pub fn find(&self, prefix: &str) -> Result<EventId, AskError> {
        let ids: Vec<EventId> = self.ids_beginning(prefix).take(SHOWN_IDS).collect();
        match ids.as_slice() {
            [] => Err(AskError::UnknownEvent(prefix.to_owned())),
            [id] => Ok(*id),
            _ => Err(AskError::Ambiguous { prefix: prefix.to_owned(), ids }),
        }
    }
}

/// A day as EDTF.
pub(crate) fn end_of(day: Date) -> summit::When {
    day.to_string().parse().expect("a civil date is EDTF of level 0")
}

impl View<'_> {
    /// From where it looks: asked again, it answers the same.
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// The same, were one event taken out of effect.
    pub(crate) fn without(&self, id: EventId) -> Self {
        let activity = Activity::without(self.index, self.activity.selection().clone(), id);
        Self { index: self.index, activity, cutoff: self.cutoff, tried: None, token: self.token.clone() }
    }

    /// The same, were one more claim of a status on record.
    pub(crate) fn trying(&self, claim: &Event) -> Self {
        let activity = Activity::new(self.index, self.activity.selection().clone());
        let tried = Some(Box::new(claim.clone()));
        Self { index: self.index, activity, cutoff: self.cutoff, tried, token: self.token.clone() }
    }

    /// Whether an event has happened by `as_of`.
    pub(crate) fn reached(&self, event: &Event) -> summit::Answer {
        self.cutoff.reached(event.shared.occurred.range(), event.shared.order)
    }

    /// The last position that exists from here.
    pub(crate) fn exists(&self, position: Position) -> bool {
        self.activity.selection().at_position.is_none_or(|last| position <= last)
    }

    /// Whether an event belongs to an organisation, as far as is known from here.
    pub(crate) fn belongs(&self, id: EventId, organisation: &OrganisationId) -> bool {
        let on_record = |record: &Record| self.activity.selection().on_record(record);
        self.index.organisations_told(id, &on_record).contains(organisation)
    }

    /// Whether a meeting belongs to an organisation, as far as is known from here.
    pub(crate) fn meeting_belongs(&self, meeting: &MeetingId, organisation: &OrganisationId) -> bool {
        let on_record = |record: &Record| self.activity.selection().on_record(record);
        self.index.organisations_of_meeting_told(meeting, &on_record).contains(organisation)
    }

    /// Whether the event that first named something exists from here.
    pub(crate) fn named(&self, first: Option<Slot>) -> bool {
        first.is_some_and(|slot| self.exists(self.index.at(slot).position))
    }

    pub(crate) fn known_organisation(&self, organisation: &OrganisationId) -> Result<(), AskError> {
        let first = |name: &OrganisationId| self.index.organisation(name).and_then(|file| file.first);
        self.known("organisation", organisation, self.index.organisations(), first)
    }

    pub(crate) fn known_meeting(&self, meeting: &MeetingId) -> Result<(), AskError> {
        let first = |name: &MeetingId| self.index.meeting(name).and_then(|file| file.first);
        self.known("meeting", meeting, self.index.meetings(), first)
    }

    pub(crate) fn known_party(&self, party: &PartyId) -> Result<(), AskError> {
        let first = |name: &PartyId| self.index.party(name).and_then(|file| file.first);
        self.known("party", party, self.index.parties(), first)
    }

    pub(crate) fn known_person(&self, person: &PersonId) -> Result<(), AskError> {
        let first = |name: &PersonId| self.index.person(name).first().copied();
        self.known("person", person, self.index.people(), first)
    }

    pub(crate) fn known_instrument(&self, instrument: &InstrumentId) -> Result<(), AskError> {
        let first = |name: &InstrumentId| {
            let named = Named::Instrument(name.clone());
            let either = self.index.acts(name).first().into_iter().chain(self.index.namings(&named).first());
            either.copied().min_by_key(|slot| self.index.at(*slot).position)
        };
        self.known("instrument", instrument, self.index.instruments(), first)
    }

    /// Whether some event that exists from here names something; else the nearest that such events name.
    fn known<'n, N: ToString + 'n>(
        &self,
        what: &'static str,
        name: &N,
        names: impl Iterator<Item = &'n N>,
        first: impl Fn(&N) -> Option<Slot>,
    ) -> Result<(), AskError> {
        if self.named(first(name)) {
            return Ok(());
        }
        let names: Vec<String> = names.filter(|name| self.named(first(name))).map(ToString::to_string).collect();
        let name = name.to_string();
        let nearest = nearest(&name, names.iter().map(String::as_str));
        Err(AskError::Unknown { what, name, nearest })
    }
}
