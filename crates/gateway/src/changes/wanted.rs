//! What a reader wants to be told: a filter of changes and events, or a standing question.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use projector::{EventFilter, Shared};
use summit::{Kind, MeetingId, OrganisationId, PartyId};

use super::question::Question;
use super::sse;
use super::told::{Cell, Changed, Depth, Told};
use crate::parameters::Parameters;
use crate::problem::Problem;

/// What a reader wants to be told.
#[derive(Debug, PartialEq)]
pub(crate) enum Wanted {
    /// Changes and events.
    Feed(Filter),
    /// What changes an answer.
    Answer(Box<Question>),
}

/// Which changes and events; every part may be left open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Filter {
    organisation: Option<OrganisationId>,
    meeting: Option<MeetingId>,
    kinds: BTreeSet<Kind>,
    party: Option<PartyId>,
    views: BTreeSet<Shown>,
}

/// What is told: two views, and the events themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Membership,
    Attendance,
    Events,
}

impl Wanted {
    pub(crate) const fn depth(&self) -> Depth {
        match self {
            Self::Feed(_) => Depth::Changes,
            Self::Answer(_) => Depth::Events,
        }
    }

    /// The frame that a reader is sent, if any.
    pub(crate) fn frame(self: &Arc<Self>, told: &Told, index: &Shared) -> Option<Bytes> {
        told.written(self, || match self.as_ref() {
            Self::Feed(filter) => filter.document(told).map(|document| sse::frame(&told.id, "changes", &document)),
            Self::Answer(question) => {
                question.document(told, index).map(|document| sse::frame(&told.id, "answer", &document))
            }
        })
    }
}

impl Filter {
    /// Takes the parameters of a filter.
    pub(crate) fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        Ok(Self {
            organisation: parameters.parse("organisation", "an organisation such as sco")?,
            meeting: parameters.parse("meeting", "a meeting such as sco-astana-2024")?,
            kinds: parameters.take("kind", "kinds such as signing,admission", kinds)?.unwrap_or_default(),
            party: parameters.parse("party", "a party such as KAZ")?,
            views: parameters
                .take("view", "membership, attendance and events, with commas", views)?
                .unwrap_or_default(),
        })
    }

    /// The same as a filter of events, for the names that it uses.
    pub(crate) fn named(&self) -> EventFilter {
        EventFilter {
            organisation: self.organisation.clone(),
            meeting: self.meeting.clone(),
            party: self.party.clone(),
            ..EventFilter::default()
        }
    }

    /// What is told of it to who asks like this, if anything.
    pub(crate) fn document(&self, told: &Told) -> Option<String> {
        let event = self.shows(Shown::Events) && self.takes_event(told);
        let changes: Vec<&Changed> = self.changes(told).collect();
        (event || !changes.is_empty()).then(|| told.json(changes.into_iter()))
    }

    /// Whether anything is told of it to who asks like this.
    pub(crate) fn takes_any(&self, told: &Told) -> bool {
        (self.shows(Shown::Events) && self.takes_event(told)) || self.changes(told).next().is_some()
    }

    /// The changes that are told to who asks like this.
    pub(crate) fn changes<'t>(&self, told: &'t Told) -> impl Iterator<Item = &'t Changed> + use<'_, 't> {
        told.changes.iter().filter(|change| self.takes(told, &change.cell))
    }

    /// The same filter as parameters of an address.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        let one = |name, value: Option<String>| value.map(|value| (name, value));
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.as_str()).collect();
        let all = [
            one("organisation", self.organisation.as_ref().map(ToString::to_string)),
            one("meeting", self.meeting.as_ref().map(ToString::to_string)),
            one("party", self.party.as_ref().map(ToString::to_string)),
            one("kind", (!kinds.is_empty()).then(|| kinds.join(","))),
        ];
        all.into_iter().flatten().collect()
    }

    fn shows(&self, view: Shown) -> bool {
        self.views.is_empty() || self.views.contains(&view)
    }

    fn of_kind(&self, told: &Told) -> bool {
        self.kinds.is_empty() || told.named.as_ref().is_some_and(|named| self.kinds.contains(&named.kind))
    }

    /// As `chronicle watch events` does, with what was known by then.
    fn takes_event(&self, told: &Told) -> bool {
        told.named.as_ref().is_some_and(|named| {
            self.of_kind(told)
                && self.meeting.as_ref().is_none_or(|meeting| named.meeting.as_ref() == Some(meeting))
                && self.party.as_ref().is_none_or(|party| named.parties.contains(party))
                && self.organisation.as_ref().is_none_or(|one| named.organisations.contains(one))
        })
    }

    fn takes(&self, told: &Told, cell: &Cell) -> bool {
        let (view, whose) = match cell {
            // Of no meeting.
            Cell::Membership { organisation, .. } => (
                Shown::Membership,
                self.meeting.is_none() && self.organisation.as_ref().is_none_or(|asked| asked == organisation),
            ),
            Cell::Attendance { meeting, organisations, .. } => (
                Shown::Attendance,
                self.meeting.as_ref().is_none_or(|asked| asked == meeting)
                    && self.organisation.as_ref().is_none_or(|asked| organisations.contains(asked)),
            ),
        };
        let (Cell::Membership { party, .. } | Cell::Attendance { party, .. }) = cell;
        whose && self.shows(view) && self.of_kind(told) && self.party.as_ref().is_none_or(|asked| asked == party)
    }
}

fn kinds(text: &str) -> Result<BTreeSet<Kind>, String> {
    text.split(',').map(|kind| kind.parse().map_err(|error: summit::BadId| error.to_string())).collect()
}

fn views(text: &str) -> Result<BTreeSet<Shown>, String> {
    let view = |word: &str| match word {
        "membership" => Ok(Shown::Membership),
        "attendance" => Ok(Shown::Attendance),
        "events" => Ok(Shown::Events),
        _ => Err(format!("{word:?} is none of them")),
    };
    text.split(',').map(view).collect()
}
