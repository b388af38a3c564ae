//! A question's vantage, resolved: what exists from there, and when in the world it looks.

use std::borrow::Cow;
use std::fmt;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use summit::{
    AccordingTo, AsOf, Cutoff, Event, EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, Person,
    PersonId, Position, Vantage,
};

use crate::FOLD;
use crate::answer::Token;
use crate::index::{Activity, Index, Record, Selection, Slot};
use crate::names::WantedName;
use crate::nearest::nearest;

/// The chronicle from a vantage. Every question is asked of it; each reads only what it is about.
pub struct View<'a> {
    pub(crate) index: &'a Index,
    pub(crate) activity: Activity<'a>,
    pub(crate) cutoff: Cutoff,
    /// Which successions lead back to where they began, in an organisation, as far as it was asked.
    pub(crate) rounds: RefCell<HashMap<(EventId, OrganisationId), bool>>,
    token: Token,
    /// Which names rows show; nothing: they show none.
    named: Option<WantedName>,
    /// What was asked to be called by its name, and the name: a row names the same people again and again.
    called: RefCell<BTreeMap<Named, Option<Cow<'static, str>>>>,
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
        /// The nearest that events do name, the nearest first.
        nearest: Vec<Near>,
    },
    /// Several things bear it as a name.
    #[error("several are called \"{name}\": {}", .called.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    Several {
        /// Such as `organisation`.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// They.
        called: Vec<Near>,
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

/// What may be meant: an identifier, and the name that is shown for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The identifier.
    pub identifier: String,
    /// The name; nothing where it has none, or where that is the identifier.
    pub name: Option<String>,
}

impl fmt::Display for Near {
    /// `TUR (Türkiye)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.identifier)?;
        self.name.as_ref().map_or(Ok(()), |name| write!(f, " ({name})"))
    }
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
        Ok(View {
            index: self,
            activity: Activity::new(self, Selection::of(vantage)),
            cutoff,
            rounds: RefCell::default(),
            token,
            named: None,
            called: RefCell::default(),
        })
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

    /// The same view, whose rows show names: of parties, organisations, meetings, instruments and people, those that are
    /// borne at the vantage. It takes no part in what is folded, nor in the token.
    #[must_use]
    pub fn showing(self, names: WantedName) -> Self {
        Self { named: Some(names), called: RefCell::default(), ..self }
    }

    /// Which names are shown.
    pub(crate) fn wanted(&self) -> WantedName {
        self.named.clone().unwrap_or_default()
    }

    /// The name that something bears here, in the language that is wanted; nothing where nobody calls it by a name.
    pub fn called(&self, of: &Named) -> Option<Cow<'static, str>> {
        if let Some(known) = self.called.borrow().get(of) {
            return known.clone();
        }
        let name = self.shown_name(of, &self.wanted()).map(|shown| shown.name);
        self.called.borrow_mut().insert(of.clone(), name.clone());
        name
    }

    /// The name that rows show for something, where they show names and there is one.
    fn name_in_rows(&self, of: impl FnOnce() -> Named) -> Option<Cow<'static, str>> {
        self.named.as_ref().and_then(|_| self.called(&of()))
    }

    pub(crate) fn party_name(&self, party: &PartyId) -> Option<Cow<'static, str>> {
        self.name_in_rows(|| Named::Party(party.clone()))
    }

    pub(crate) fn organisation_name(&self, organisation: &OrganisationId) -> Option<Cow<'static, str>> {
        self.name_in_rows(|| Named::Organisation(organisation.clone()))
    }

    pub(crate) fn person_name(&self, person: &PersonId) -> Option<Cow<'static, str>> {
        self.name_in_rows(|| Named::Person(person.clone()))
    }

    /// The name that rows show for somebody whom an event names.
    pub(crate) fn name_of(&self, person: Option<&Person>) -> Option<Cow<'static, str>> {
        person.and_then(|person| self.person_name(&person.id))
    }

    /// The same, were one event taken out of effect.
    pub(crate) fn without(&self, id: EventId) -> Self {
        let activity = Activity::without(self.index, self.activity.selection().clone(), id);
        Self {
            index: self.index,
            activity,
            cutoff: self.cutoff,
            token: self.token.clone(),
            named: self.named.clone(),
            called: RefCell::default(),
            rounds: RefCell::default(),
        }
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

    /// Whether some event that exists from here names something.
    pub fn is_named(&self, of: &Named) -> bool {
        let first = match of {
            Named::Organisation(name) => self.index.organisation(name).and_then(|file| file.first),
            Named::Meeting(name) => self.index.meeting(name).and_then(|file| file.first),
            Named::Party(name) => self.index.party(name).and_then(|file| file.first),
            Named::Person(name) => self.index.person(name).first().copied(),
            Named::Instrument(name) => {
                let either = self.index.acts(name).first().into_iter().chain(self.index.namings(of).first());
                either.copied().min_by_key(|slot| self.index.at(*slot).position)
            }
        };
        self.named(first)
    }

    pub(crate) fn known_organisation(&self, organisation: &OrganisationId) -> Result<(), AskError> {
        self.known("organisation", organisation, self.index.organisations(), Named::Organisation)
    }

    pub(crate) fn known_meeting(&self, meeting: &MeetingId) -> Result<(), AskError> {
        self.known("meeting", meeting, self.index.meetings(), Named::Meeting)
    }

    pub(crate) fn known_party(&self, party: &PartyId) -> Result<(), AskError> {
        self.known("party", party, self.index.parties(), Named::Party)
    }

    pub(crate) fn known_person(&self, person: &PersonId) -> Result<(), AskError> {
        self.known("person", person, self.index.people(), Named::Person)
    }

    pub(crate) fn known_instrument(&self, instrument: &InstrumentId) -> Result<(), AskError> {
        self.known("instrument", instrument, self.index.instruments(), Named::Instrument)
    }

    /// Whether some event that exists from here names something; else the nearest that such events name.
    fn known<'n, N: ToString + Clone + 'n>(
        &self,
        what: &'static str,
        name: &N,
        names: impl Iterator<Item = &'n N>,
        of: impl Fn(N) -> Named,
    ) -> Result<(), AskError> {
        let is_named = |name: &N| self.is_named(&of(name.clone()));
        if is_named(name) {
            return Ok(());
        }
        let names: Vec<String> = names.filter(|name| is_named(name)).map(ToString::to_string).collect();
        let name = name.to_string();
        let spelt = nearest(&name, names.iter().map(String::as_str));
        Err(AskError::Unknown { what, nearest: self.near(what, &name, spelt), name })
    }
}
