//! What an event says, in a sentence, with ways to what it names.

use maud::{Markup, html};
use summit::{Attribution, Content, Event, Level, Named, Participation, PartyId, Person, Succession};

use super::shown::Look;
use super::words;

/// What an event says.
pub(super) fn of(look: &Look<'_>, event: &Event) -> Markup {
    html! {
        @if let Some(corrected) = event.corrects { "In place of " (words::event(look, corrected)) ": " }
        (said(look, event))
        @if let Some(place) = &event.shared.place { " (" bdi { (place) } ")" }
        "."
    }
}

fn said(look: &Look<'_>, event: &Event) -> Markup {
    let organisation = || here(look, event);
    match &event.content {
        Content::Founding(founding) => html! {
            (organisation()) " comes into being"
            @if let Some(name) = &founding.name { " as " q { bdi { (name) } } }
        },
        Content::Admission(admission) => html! {
            (words::party(look, &admission.party)) " becomes " (words::status(&admission.status)) " of " (organisation())
            @if let Some(manner) = admission.manner { " (" (word(manner.as_str())) ")" }
            @if let Some(instrument) = &admission.instrument { " by " bdi { (instrument) } }
        },
        Content::Standing(standing) => html! {
            (words::party(look, &standing.party))
            @if standing.status.is_none() { " holds no status in " } @else { " is " (words::status(&standing.status)) " of " }
            (organisation()) " then"
            @if let Some(previous) = &standing.previous {
                "; the source looked before in " (previous.occurred) " and found "
                @if previous.status.is_none() { "none" } @else { (words::status(&previous.status)) }
            }
        },
        Content::Step(step) => html! {
            (words::party(look, &step.party)) " on its way to " (words::status(&step.towards)) " of " (organisation()) ": "
            (word(step.step.as_str()))
        },
        Content::Suspension(rights) => html! {
            "The rights of " (words::party(look, &rights.party)) " in " (organisation()) " are suspended"
            @if let Some(scope) = &rights.scope { " (" bdi { (scope) } ")" }
        },
        Content::Reinstatement(rights) => html! {
            "The rights of " (words::party(look, &rights.party)) " in " (organisation()) " are restored"
            @if let Some(scope) = &rights.scope { " (" bdi { (scope) } ")" }
        },
        Content::Withdrawal(withdrawal) => html! {
            (words::party(look, &withdrawal.party)) " holds no status in " (organisation()) " any more"
            @if let Some(manner) = withdrawal.manner { " (" (word(manner.as_str())) ")" }
        },
        Content::Reclassification(change) => html! {
            "In " (organisation()) " whoever was "
            @for (place, from) in change.from.iter().enumerate() { @if place > 0 { " or " } (words::status(from)) }
            " is " (words::status(&change.to)) " from now on"
        },
        Content::Meeting(meeting) => html! {
            @match &event.shared.meeting {
                Some(id) => (words::meeting(look, id)),
                None => "A meeting",
            }
            " is " (meeting.phase.map_or("held", |phase| phase.as_str()))
            @if let Some(form) = meeting.form { ", " (form) }
            @if let Some(host) = &meeting.host { ", host " (words::party(look, host)) }
            @if let Some(whole) = &meeting.part_of { ", part of " (words::meeting(look, whole)) }
            @if let Some(beside) = &meeting.sidelines_of { ", on the sidelines of " (words::meeting(look, beside)) }
            @if !meeting.participants.is_empty() {
                ", with "
                @for (place, entry) in meeting.participants.iter().enumerate() { @if place > 0 { "; " } (participant(look, entry)) }
            }
        },
        Content::Arrival(travel) | Content::Departure(travel) => html! {
            (someone(look, travel.party.as_ref(), travel.group.as_deref(), travel.person.as_ref(), travel.level))
            @if matches!(event.content, Content::Arrival(_)) { " arrives" } @else { " leaves" }
            @if let Some(host) = &travel.welcomed_by { ", welcomed by " (person(look, host)) }
        },
        Content::Attendance(entry) => html! {
            (participant(look, entry))
            @if let Some(id) = &event.shared.meeting { ", at " (words::meeting(look, id)) }
        },
        Content::Signing(signing) => html! {
            q { bdi { (signing.title.as_deref().unwrap_or(signing.instrument.as_str())) } } ": "
            (word(signing.act.unwrap_or(summit::Act::Signature).as_str()))
            @if !signing.signatories.is_empty() {
                " by "
                @for (place, one) in signing.signatories.iter().enumerate() {
                    @if place > 0 { "; " }
                    (someone(look, one.party.as_ref(), None, one.person.as_ref(), None))
                }
            }
        },
        Content::Statement(said) => html! {
            @if said.speaker.is_some() || said.party.is_some() {
                (someone(look, said.party.as_ref(), None, said.speaker.as_ref(), None))
            } @else { bdi { (event.shared.attribution[0].name) } }
            " says: " q { bdi { (said.words) } }
        },
        Content::Tally(tally) => html! {
            (organisation()) " counts "
            @if let Some(how) = tally.qualifier { (how) " " }
            (tally.value) " of " (word(tally.what.as_str()))
        },
        Content::Naming(naming) => html! {
            (named(look, &naming.of)) " is named " q { bdi { (naming.name) } }
            @if let Some(language) = &naming.language { " (" bdi { (language) } ")" }
        },
        Content::Succession(succession) => succeeded(look, succession),
        Content::Retraction(retraction) => html! {
            (words::event(look, retraction.retracts)) " is taken back"
            @if let Some(reason) = &retraction.reason { ": " q { bdi { (reason) } } }
        },
    }
}

/// Who comes in whose place.
fn succeeded(look: &Look<'_>, succession: &Succession) -> Markup {
    html! {
        @if succession.to.is_empty() {
            (parties(look, &succession.from)) (verb(&succession.from, " ceases", " cease")) ", and nobody follows"
        } @else {
            (parties(look, &succession.to)) (verb(&succession.to, " comes", " come")) " in the place of "
            (parties(look, &succession.from))
        }
        @if let Some(manner) = succession.manner { " (" (word(manner.as_str())) ")" }
    }
}

/// The verb of one, or of several.
const fn verb<'w>(of: &[PartyId], one: &'w str, several: &'w str) -> &'w str {
    if of.len() > 1 { several } else { one }
}

/// Where it happened: the organisation, else the meeting.
fn here(look: &Look<'_>, event: &Event) -> Markup {
    match (&event.shared.organisation, &event.shared.meeting) {
        (Some(organisation), _) => words::organisation(look, organisation),
        (None, Some(meeting)) => words::meeting(look, meeting),
        (None, None) => html! { "an organisation that is not named" },
    }
}

fn participant(look: &Look<'_>, entry: &Participation) -> Markup {
    html! {
        (someone(look, entry.party.as_ref(), entry.group.as_deref(), entry.person.as_ref(), entry.level))
        @if let Some(presence) = entry.presence { " " (presence) }
        @if let Some(capacity) = &entry.capacity { " as " (word(capacity.as_str())) }
        @if let Some(mode) = entry.mode { ", " (word(mode.as_str())) }
        @if let Some(absent) = &entry.in_lieu_of { ", in the place of " (person(look, absent)) }
    }
}

/// A delegation: the party, its head, at which level.
fn someone(
    look: &Look<'_>,
    party: Option<&PartyId>,
    group: Option<&str>,
    who: Option<&Person>,
    level: Option<Level>,
) -> Markup {
    html! {
        @if let Some(party) = party { (words::party(look, party)) }
        @if let Some(group) = group { bdi { (group) } }
        @if let Some(who) = who {
            @if party.is_some() || group.is_some() { ", " }
            (person(look, who))
        }
        @if let Some(level) = level { " (" (level) ")" }
        @if party.is_none() && group.is_none() && who.is_none() { "somebody" }
    }
}

/// A person, with the office that a source gives them.
pub(super) fn person(look: &Look<'_>, person: &Person) -> Markup {
    html! {
        (words::person(look, &person.id, &person.name))
        @if let Some(office) = &person.office { " (" bdi { (office) } ")" }
    }
}

fn parties(look: &Look<'_>, parties: &[PartyId]) -> Markup {
    html! { @for (place, party) in parties.iter().enumerate() { @if place > 0 { ", " } (words::party(look, party)) } }
}

fn named(look: &Look<'_>, named: &Named) -> Markup {
    match named {
        Named::Party(party) => words::party(look, party),
        Named::Organisation(organisation) => words::organisation(look, organisation),
        Named::Meeting(meeting) => words::meeting(look, meeting),
        Named::Instrument(instrument) => html! { bdi { (instrument) } },
        Named::Person(person) => words::person(look, person, person.as_str()),
    }
}

/// A word of the vocabulary, as people write it.
pub(super) fn word(word: &str) -> String {
    word.replace('_', " ")
}

/// Words as a sentence begins.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Who says so, nearest first: the chain.
pub(super) fn sources(chain: &[Attribution]) -> Markup {
    html! {
        span.chain {
            @for (place, link) in chain.iter().enumerate() {
                @if place > 0 { span.citing { " citing " } }
                (source(link))
            }
        }
    }
}

/// One of them, with the way to what it says where that is a page of the web.
pub(super) fn source(link: &Attribution) -> Markup {
    html! {
        @match link.url.as_deref().filter(|url| leads_out(url)) {
            Some(url) => a rel="noreferrer" href=(url) { bdi { (link.name) } },
            None => bdi { (link.name) },
        }
    }
}

/// Whether an address that a source gives may be followed: a page of the web, and nothing that runs.
fn leads_out(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn what_a_source_calls_its_address_is_followed_only_where_it_is_a_page_of_the_web() {
        assert!(leads_out("https://example.org/a") && leads_out("http://example.org"));
        for other in ["javascript:alert(1)", " https://a", "data:text/html,x", "/v1", "//a.example", "HTTPS:x"] {
            assert!(!leads_out(other), "{other}");
        }
    }
}
