//! One party, one person: where they belong, and what they did.

use comfy_table::Cell;
use projector::{PartyView, PersonView, Stop};
use summit::PartyId;

use super::members::{chain, spell_cells, successions};
use super::page::{answer, person, sources, with_name, word};
use super::{Page, Text};

impl Text for PartyView {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(with_name(&self.party, self.name.as_deref()), &self.token);
        let spells = self.memberships.iter().flat_map(|membership| {
            membership.spells.iter().map(|spell| {
                let [status, since, until, answer, marks] = spell_cells(spell);
                [
                    Cell::new(&membership.organisation),
                    word(membership.name.as_ref()),
                    status,
                    since,
                    until,
                    answer,
                    marks,
                ]
            })
        });
        page.table(["ORGANISATION", "NAME", "STATUS", "SINCE", "UNTIL", "ANSWER", "MARKS"], spells.collect());
        successions(page, chain(&self.party, &self.succeeds, &self.succeeded_by));
        itinerary(page, &self.itinerary);
        page.remarks(&self.remarks);
    }
}

impl Text for PersonView {
    fn text(&self, page: &mut Page<'_>) {
        let title = self.name.as_deref().or_else(|| self.names.first().map(String::as_str));
        let title = title.unwrap_or(self.person.as_str());
        page.heading(title, &self.token);
        let others: Vec<String> = self.names.iter().filter(|name| *name != title).cloned().collect();
        for (what, said) in [("also named", &others), ("office", &self.offices)] {
            if !said.is_empty() {
                page.line(format_args!("{what}: {}", said.join("; ")));
            }
        }
        if !self.parties.is_empty() {
            let parties = self.parties.iter().map(PartyId::as_str).collect::<Vec<_>>().join(" ");
            page.line(format_args!("for: {parties}"));
        }
        itinerary(page, &self.itinerary);
    }
}

fn itinerary(page: &mut Page<'_>, stops: &[Stop]) {
    if stops.is_empty() {
        return;
    }
    page.part("itinerary");
    let rows = stops.iter().map(|stop| {
        let place = stop.meeting.as_ref().map(ToString::to_string);
        let place = place.or_else(|| stop.instrument.as_ref().map(ToString::to_string));
        let place =
            place.or_else(|| stop.place.clone()).or_else(|| stop.organisation.as_ref().map(ToString::to_string));
        [
            Cell::new(&stop.occurred),
            answer(stop.answer.as_str()),
            Cell::new(stop.kind),
            Cell::new(stop.role.replace('_', " ")),
            word(stop.party.as_ref()),
            word(stop.person.as_ref().map(|who| person(who, stop.person_name.as_deref()))),
            word(stop.level),
            stop.presence.map_or_else(|| Cell::new(""), |presence| answer(presence.as_str())),
            word(place),
            word(stop.words.as_ref()),
            Cell::new(sources(&stop.attribution)),
            Cell::new(page.id(stop.event)),
        ]
    });
    let rows = rows.collect();
    let header =
        ["WHEN", "ANSWER", "KIND", "ROLE", "PARTY", "PERSON", "LEVEL", "PRESENCE", "WHERE", "WORDS", "SOURCE", "EVENT"];
    page.table(header, rows);
}
