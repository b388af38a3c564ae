//! Everything that can be asked of an index, as one text.

use std::fmt::Write;

use jiff::civil::Date;
use serde::Serialize;
use summit::{AccordingTo, Authority, Named, OrganisationId, Position, Vantage};

use super::log::CREATED_AT;
use crate::{
    EventFilter, Index, Knowledge, MembersFilter, SigningsFilter, StatementsFilter, View, WantedName, changes,
};

const TODAY: Date = jiff::civil::date(2026, 1, 1);

/// All answers: whoever gives the same text answers the same.
pub(super) fn everything(index: &Index) -> String {
    let mut text = format!("{} {} {:?}\n", index.tail(), index.len(), index.undecodable());
    for vantage in vantages(index) {
        let view = index.view(&vantage, TODAY).expect("no event is named");
        ask(&mut text, index, &view);
    }
    for position in (0..=index.tail().get()).map(Position::new) {
        say(&mut text, &changes(index, position, TODAY));
        if let Some(record) = index.record_at(position) {
            let owners = index.organisations_of(record.event.id);
            writeln!(text, "{record:?} {:?} {owners:?}", index.fingerprint(record.event.id)).expect("a string");
        }
    }
    let ids: Vec<_> = index.ids_beginning("").collect();
    writeln!(text, "{ids:?}").expect("a string");
    for id in ids {
        let prefix = &id.to_string()[..4];
        writeln!(text, "{:?} {:?}", index.find(prefix), index.ids_beginning(prefix).last()).expect("a string");
        for organisation in index.organisations() {
            let filter = EventFilter { organisation: Some(organisation.clone()), ..EventFilter::default() };
            writeln!(text, "{}", index.matches(id, &filter)).expect("a string");
        }
    }
    text
}

/// What a question about one organisation is answered with.
pub(super) fn one(index: &Index, organisation: &OrganisationId) -> String {
    let mut text = String::new();
    let view = index.view(&Vantage::default(), TODAY).expect("no event is named");
    about(&mut text, &view, organisation);
    text
}

fn vantages(index: &Index) -> Vec<Vantage> {
    let half = Position::new(index.tail().get() / 2);
    vec![
        Vantage::default(),
        Vantage { as_of: Some("1999".parse().expect("a year")), ..Vantage::default() },
        Vantage { at_position: Some(half), ..Vantage::default() },
        Vantage { known_at: Some(CREATED_AT), ..Vantage::default() },
        Vantage { according_to: Some(AccordingTo::Authority(Authority::Unverified)), ..Vantage::default() },
    ]
}

fn say(text: &mut String, answer: &impl Serialize) {
    writeln!(text, "{}", serde_json::to_string(answer).expect("answers can be written")).expect("a string");
}

/// Answers and refusals alike.
fn told<T: Serialize>(text: &mut String, answer: Result<T, crate::AskError>) {
    match answer {
        Ok(answer) => say(text, &answer),
        Err(error) => writeln!(text, "{error}").expect("a string"),
    }
}

fn about(text: &mut String, view: &View<'_>, organisation: &OrganisationId) {
    told(text, view.members(organisation, &MembersFilter::default()));
    told(text, view.timeline(organisation, None));
    told(text, view.remarks(Some(organisation)));
}

fn ask(text: &mut String, index: &Index, view: &View<'_>) {
    for organisation in index.organisations() {
        about(text, view, organisation);
        let only = SigningsFilter { organisation: Some(organisation.clone()), ..SigningsFilter::default() };
        told(text, view.signings(&only));
        for party in index.parties() {
            told(text, view.explain(organisation, party));
        }
        let (half, all) = (index.tail().get() / 2, index.tail().get());
        let sides = [half, all].map(|position| Knowledge::Position(Position::new(position)));
        told(text, crate::diff(index, organisation, (sides[0], sides[1]), &Vantage::default(), TODAY));
    }
    for meeting in index.meetings() {
        told(text, view.attendance(meeting));
        writeln!(text, "{:?}", index.organisations_of_meeting(meeting)).expect("a string");
    }
    for party in index.parties() {
        told(text, view.party(party));
    }
    for person in index.people() {
        told(text, view.person(person));
    }
    for instrument in index.instruments() {
        let only = SigningsFilter { instrument: Some(instrument.clone()), ..SigningsFilter::default() };
        told(text, view.signings(&only));
    }
    names(text, index, view);
    say(text, &view.statements(&StatementsFilter::default()));
    told(text, view.signings(&SigningsFilter::default()));
    told(text, view.remarks(None));
    told(text, view.members(&"nobody".parse().expect("a slug"), &MembersFilter::default()));
}

/// What everything is called, and what is found by the beginnings of these names.
fn names(text: &mut String, index: &Index, view: &View<'_>) {
    let bearers = (index.organisations().cloned().map(Named::Organisation))
        .chain(index.meetings().cloned().map(Named::Meeting))
        .chain(index.parties().cloned().map(Named::Party))
        .chain(index.people().cloned().map(Named::Person))
        .chain(index.instruments().cloned().map(Named::Instrument));
    for of in bearers {
        let names = view.names(&of, &WantedName::default());
        if let Some(shown) = names.as_ref().ok().and_then(|names| names.shown.as_ref()) {
            let begins: String = shown.name.chars().take(5).collect();
            say(text, &view.find(&begins, None));
        }
        told(text, names);
    }
}
