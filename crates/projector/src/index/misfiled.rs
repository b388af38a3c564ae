//! Whether an event is filed where it belongs: who may write where is a matter of subjects, so an event under another
//! organisation's subject does not count (`design.md` section 3, *Whose event*).

use std::collections::BTreeSet;

use summit::{Content, Event, MeetingId, Named, OrganisationId};

use super::Index;

/// What stands for an organisation or meeting that an event does not name.
const UNNAMED: &str = "-";

impl Index {
    /// Why an event does not belong under its subject, if it does not. Where it names no organisation, any will do of those
    /// that it is known to belong to by then, and any at all where none is known.
    pub(super) fn misfiled(&self, subject: &str, event: &Event) -> Option<String> {
        let rest = subject.strip_prefix(chronicle::SUBJECT_PREFIX)?;
        let mut parts = rest.split('.');
        let parts = (parts.next(), parts.next(), parts.next(), parts.next());
        let (Some(organisation), Some(meeting), Some(kind), None) = parts else {
            let found = rest.split('.').count();
            return Some(format!("its subject has {found} parts behind \"{}\"", chronicle::SUBJECT_PREFIX));
        };
        let shared = &event.shared;
        let said = shared.meeting.as_ref().map_or(UNNAMED, MeetingId::as_str);
        if kind != event.kind().as_str() || meeting != said {
            return Some(format!(
                "its subject says \"{meeting}\" and \"{kind}\", it says \"{said}\" and \"{}\"",
                event.kind()
            ));
        }
        let own = match &shared.organisation {
            Some(named) if named.as_str() == organisation => return None,
            Some(named) => BTreeSet::from([named.clone()]),
            None if organisation == UNNAMED => return None,
            None => self.organisations_by_links(event),
        };
        if own.is_empty() || own.iter().any(|one| one.as_str() == organisation) {
            return None;
        }
        let own = own.iter().map(OrganisationId::as_str).collect::<Vec<_>>().join(", ");
        Some(format!("its subject says \"{organisation}\", it belongs to \"{own}\""))
    }

    /// The organisations that an event belongs to without naming them.
    fn organisations_by_links(&self, event: &Event) -> BTreeSet<OrganisationId> {
        let mut found = BTreeSet::new();
        if let Some(meeting) = &event.shared.meeting {
            found.extend(self.organisations_of_meeting(meeting));
        }
        if let Content::Meeting(about) = &event.content {
            let wholes = about.part_of.iter().chain(&about.sidelines_of);
            found.extend(wholes.flat_map(|whole| self.organisations_of_meeting(whole)));
        }
        if let Content::Naming(naming) = &event.content
            && let Named::Organisation(bearer) = &naming.of
        {
            found.insert(bearer.clone());
        }
        found.extend(event.targets().flat_map(|target| self.organisations_of(target)));
        found
    }
}
