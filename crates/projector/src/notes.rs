//! What may be wrong with a question although it has an answer.

use summit::{AccordingTo, EventId, PartyId, Vantage};

use crate::index::Index;

/// What to tell who asks for a source that nobody names.
pub fn unknown_source(index: &Index, vantage: &Vantage) -> Option<String> {
    let Some(AccordingTo::Name(name)) = &vantage.according_to else { return None };
    let events = index.ids_beginning("").filter_map(|id: EventId| index.event(id));
    let mut alike = None;
    for source in events.flat_map(|record| &record.event.shared.attribution) {
        if source.name == *name {
            return None;
        }
        if alike.is_none() && source.name.to_lowercase().contains(&name.to_lowercase()) {
            alike = Some(&source.name);
        }
    }
    let alike = alike.map(|alike| format!("; did you mean \"{alike}\"?")).unwrap_or_default();
    Some(format!("no event is attributed to \"{name}\"{alike}"))
}

/// What to tell who asks for a party that no event names; questions about it have an answer all the same.
pub fn unknown_party(index: &Index, party: Option<&PartyId>) -> Option<String> {
    let party = party?;
    if index.party(party).is_some() {
        return None;
    }
    let meant = state_named(party.as_str()).filter(|meant| index.party(meant).is_some());
    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(format!("no event names the party \"{party}\"{meant}"))
}

/// The state of this name in ISO 3166-1, or whose code this is in other letters.
pub fn state_named(text: &str) -> Option<PartyId> {
    let text = text.to_lowercase();
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    let parties =
        codes.filter_map(|code| std::str::from_utf8(&code).ok().and_then(|code| code.parse::<PartyId>().ok()));
    let mut begins = None;
    for party in parties {
        let name = party.iso_name().unwrap_or_default().to_lowercase();
        if name == text || party.as_str().eq_ignore_ascii_case(&text) {
            return Some(party);
        }
        if begins.is_none() && text.len() > 2 && name.starts_with(&text) {
            begins = Some(party);
        }
    }
    begins
}
