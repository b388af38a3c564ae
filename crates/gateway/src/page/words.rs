//! Words for what pages name, and links to it. What an event says stands in `bdi`: it may be written in any direction.

use maud::{Markup, html};
use projector::{Dated, Remark, View};
use summit::{EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId, Status};

use super::shown::Look;

/// How many characters of an event's id are shown.
const SHOWN_ID: usize = 8;

/// A party's name at the vantage.
pub(super) fn party_name(view: &View<'_>, party: &PartyId) -> String {
    view.called(&Named::Party(party.clone())).map_or_else(|| party.to_string(), Into::into)
}

/// An organisation's name at the vantage.
pub(super) fn organisation_name(view: &View<'_>, organisation: &OrganisationId) -> String {
    view.called(&Named::Organisation(organisation.clone())).map_or_else(|| organisation.to_string(), Into::into)
}

/// A meeting's title at the vantage.
pub(super) fn meeting_name(view: &View<'_>, meeting: &MeetingId) -> String {
    view.called(&Named::Meeting(meeting.clone())).map_or_else(|| meeting.to_string(), Into::into)
}

/// An instrument's title at the vantage.
pub(super) fn instrument_name(view: &View<'_>, instrument: &InstrumentId) -> String {
    view.called(&Named::Instrument(instrument.clone())).map_or_else(|| instrument.to_string(), Into::into)
}

/// A person's name at the vantage.
pub(super) fn person_name(view: &View<'_>, person: &PersonId) -> String {
    view.called(&Named::Person(person.clone())).map_or_else(|| person.to_string(), Into::into)
}

/// A party, with the way to its page.
pub(super) fn party(look: &Look<'_>, party: &PartyId) -> Markup {
    let name = party_name(look.view, party);
    html! { a href=(look.links.to(format_args!("/parties/{party}"))) { bdi { (name) } } }
}

/// An organisation, with the way to its page.
pub(super) fn organisation(look: &Look<'_>, organisation: &OrganisationId) -> Markup {
    let name = organisation_name(look.view, organisation);
    html! { a href=(look.links.to(format_args!("/organisations/{organisation}"))) { bdi { (name) } } }
}

/// A meeting, with the way to its page.
pub(super) fn meeting(look: &Look<'_>, meeting: &MeetingId) -> Markup {
    let name = meeting_name(look.view, meeting);
    html! { a href=(look.links.to(format_args!("/meetings/{meeting}"))) { bdi { (name) } } }
}

/// A person by their name at the vantage, with the way to their page; as an event names them where they have none.
pub(super) fn person(look: &Look<'_>, id: &PersonId, said: &str) -> Markup {
    let called = look.view.called(&Named::Person(id.clone()));
    let name = called.as_deref().unwrap_or(said);
    html! { a href=(look.links.to(format_args!("/people/{id}"))) { bdi { (name) } } }
}

/// An event, by the beginning of its id, with the way to its page.
pub(super) fn event(look: &Look<'_>, id: EventId) -> Markup {
    let text = id.to_string();
    html! { a.event href=(look.links.to(format_args!("/events/{id}"))) { code { (text[..SHOWN_ID]) } } }
}

/// What a remark says: where its text begins with the code of a party, its name first.
pub(super) fn remark(look: &Look<'_>, remark: &Remark) -> Markup {
    let end = remark.text.find([' ', ':', ',']).unwrap_or(remark.text.len());
    let (code, rest) = remark.text.split_at(end);
    let name = code.parse().ok().and_then(|party: PartyId| look.view.called(&Named::Party(party))).map(String::from);
    html! {
        @match name {
            Some(name) if name != code => { bdi { (name) } " (" code { (code) } ")" bdi { (rest) } },
            _ => bdi { (remark.text) },
        }
    }
}

/// A status in words.
pub(super) fn status(status: &Status) -> String {
    status.as_str().replace('_', " ")
}

/// A time as its source wrote it, with its bounds where these say more.
pub(super) fn dated(dated: &Dated) -> Markup {
    html! { time.edtf { (dated.edtf) } }
}
