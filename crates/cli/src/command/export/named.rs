//! What is spoken of: an organisation or a meeting, by its slug or any of its names.

use std::collections::BTreeSet;

use gateway::Remote;
use projector::{AskError, Found, Hit, Meant, View, What};
use summit::{Named, OrganisationId, PartyId};

use super::{Export, meeting};
use crate::ask::{Shell, understand};
use crate::error::Failure;
use crate::values::{Spelt, Spoken, spoken, taken};

/// What a name may be of, organisations first.
const KINDS: [What; 2] = [What::Organisation, What::Meeting];

impl Export {
    /// Says what is meant by names, each thing once, and what to note of that. What events name needs no looking for.
    pub(super) fn understand(&mut self, view: &View<'_>) -> Result<Vec<String>, AskError> {
        let is_known = |id: &OrganisationId| view.names_organisation(id) || view.names_meeting(&meeting(id));
        let mut notes = Vec::new();
        for one in self.of.iter_mut().filter(|one| !one.known().is_some_and(is_known)) {
            let found = KINDS.map(|what| view.find(one.text(), Some(what)));
            notes.extend(either(one, &found)?);
        }
        notes.extend(understand(spoken(&mut self.party).into_iter().collect(), view)?);
        self.each_once();
        Ok(notes)
    }

    /// The same, where a service finds what bears the names.
    pub(super) async fn understand_remote(&mut self, remote: &Remote, shell: &Shell) -> Result<(), Failure> {
        for one in &mut self.of {
            let known = one.known().is_some();
            let mut found = Vec::new();
            for what in KINDS {
                found.extend(shell.found_by(remote, one.text(), what, known, &self.vantage).await?);
            }
            let Ok(found) = <[Found; 2]>::try_from(found) else { continue };
            if let Some(note) = either(one, &found)? {
                shell.output().note(note);
            }
        }
        shell.understand_remote(remote, spoken(&mut self.party).into_iter().collect(), &self.vantage).await?;
        self.each_once();
        Ok(())
    }

    /// The slugs, once names are understood.
    pub(super) fn slugs(&self) -> Vec<OrganisationId> {
        self.of.iter().map(|one| one.id().clone()).collect()
    }

    /// The party, once names are understood.
    pub(super) fn only(&self) -> Option<&PartyId> {
        self.party.as_ref().map(Spoken::id)
    }

    fn each_once(&mut self) {
        let mut seen = BTreeSet::new();
        self.of.retain(|one| seen.insert(one.id().clone()));
    }
}

/// Says what is meant by a name: an organisation that bears it, or else a meeting that does.
fn either(one: &mut Spoken<OrganisationId>, found: &[Found; 2]) -> Result<Option<String>, AskError> {
    let [organisations, meetings] = found;
    let is_written = || one.known().is_some();
    match (Meant::of(organisations), Meant::of(meetings)) {
        (Meant::One(hit), _) | (Meant::Nothing, Meant::One(hit)) => {
            let slug = hit.identifier().parse().expect("slugs of organisations and meetings have one form");
            one.mean(&Named::Organisation(slug));
            Ok(taken(one.text(), hit))
        }
        (Meant::Several(hits), _) | (Meant::Nothing, Meant::Several(hits)) => {
            let what = What::of(&hits[0].of).as_str();
            Err(AskError::Several {
                what,
                name: one.text().to_owned(),
                called: hits.into_iter().map(Hit::near).collect(),
            })
        }
        (Meant::Nothing, Meant::Nothing) if is_written() => Ok(None),
        (Meant::Nothing, Meant::Nothing) => {
            let nearest = found.iter().filter_map(|found| found.hits.first()).map(Hit::near).collect();
            Err(AskError::Unknown { what: "organisation or meeting", name: one.text().to_owned(), nearest })
        }
    }
}
