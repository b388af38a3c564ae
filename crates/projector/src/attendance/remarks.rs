//! What is odd about who took part.

use std::collections::BTreeSet;

use summit::{Answer, Content, MeetingId, PartyId};

use super::claims::{Claim, Claims};
use super::gathering::Gathering;
use crate::answer::{Count, PresenceAnswer, Remark};
use crate::membership::{EventKey, just_after, tally_remark};

impl<'v> Gathering<'v> {
    /// Everything odd, in order.
    pub(super) fn remarks(&self, claims: &Claims<'v>) -> Vec<Remark> {
        let parties = claims.parties.iter().flat_map(|(party, claims)| self.contested(party.as_str(), claims));
        let groups = claims.groups.iter().flat_map(|(words, claims)| self.contested(&format!("\"{words}\""), claims));
        let strangers = claims.parties.iter().filter_map(|(party, claims)| self.never_admitted(party, claims));
        let mut remarks: Vec<Remark> = parties.chain(groups).chain(strangers).collect();
        remarks.extend(self.void_presence(claims));
        remarks.extend(self.circles().into_iter().map(|(circle, by)| part_cycle(&circle, &by)));
        remarks.extend(self.tallies());
        remarks.sort();
        remarks
    }

    fn contested(&self, whose: &str, claims: &[Claim<'v>]) -> Vec<Remark> {
        let disputes = self.fold(claims).disputes.into_iter();
        disputes.map(|dispute| remark("contested", format!("{whose}: {}", dispute.text), &dispute.events)).collect()
    }

    /// A party that took part in no stated capacity, and of which the organisations' record says nothing.
    fn never_admitted(&self, party: &PartyId, claims: &[Claim<'v>]) -> Option<Remark> {
        let folded = self.fold(claims);
        if folded.presence != PresenceAnswer::Present || folded.capacity.is_some() {
            return None;
        }
        let organisations = &self.organisations;
        let on_record = organisations.keys().any(|organisation| {
            let file = self.view.index.organisation(organisation).and_then(|file| file.parties.get(party));
            let said = file.into_iter().any(|file| {
                let slots = [&file.status, &file.rights, &file.steps];
                slots.into_iter().any(|slots| self.view.events(slots).next().is_some())
            });
            said || !self.view.spells_of(organisation, party).spells.is_empty()
        });
        if organisations.is_empty() || on_record {
            return None;
        }
        let names: Vec<String> = organisations.keys().map(|organisation| format!("\"{organisation}\"")).collect();
        let text = format!("{party} took part; nothing is on record of it in {}", names.join(", "));
        Some(remark("never-admitted", text, &keys(claims)))
    }

    /// Presence at a meeting that was cancelled or postponed.
    fn void_presence(&self, claims: &Claims<'v>) -> Option<Remark> {
        let said = self.about.phase().filter(|_| self.about.is_void())?;
        let all = claims.parties.values().chain(claims.groups.values()).flatten();
        let present: Vec<Claim<'v>> = all.filter(|claim| claim.says_present()).copied().collect();
        if present.is_empty() {
            return None;
        }
        let mut events = keys(&present);
        events.insert(EventKey::of(&said.by.event));
        let text = format!("\"{}\" is {}: what is said of presence at it does not count", self.meeting, said.phase);
        Some(remark("void-presence", text, &events))
    }

    /// Numbers of delegations that the count does not bear out, each as of just after itself.
    fn tallies(&self) -> Vec<Remark> {
        let slots = self.view.index.meeting(self.meeting).map_or(&[][..], |file| &file.tallies);
        let events = self.view.events(slots).filter(|event| self.view.reached(event) != Answer::No);
        let delegations = events.filter_map(|event| {
            let Content::Tally(tally) = &event.content else { return None };
            (tally.what.as_str() == "delegations").then_some((event, tally))
        });
        delegations
            .filter_map(|(event, tally)| {
                let then = Gathering::new(self.view, self.meeting, just_after(event));
                tally_remark(event, tally, then.present())
            })
            .collect()
    }

    /// How many parties took part.
    fn present(&self) -> Count {
        let mut count = Count::default();
        let folded = self.claims().parties.into_values().map(|claims| self.fold(&claims));
        for folded in folded.filter(|folded| folded.presence == PresenceAnswer::Present) {
            match folded.answer {
                Answer::Yes => count.yes += 1,
                Answer::Possibly => count.possibly += 1,
                Answer::No => {}
            }
        }
        count
    }
}

fn part_cycle(circle: &[&MeetingId], by: &BTreeSet<EventKey>) -> Remark {
    let names: Vec<String> = circle.iter().map(|meeting| format!("\"{meeting}\"")).collect();
    let text = format!("parts of each other, or of themselves, which counts for nothing: {}", names.join(", "));
    remark("part-cycle", text, by)
}

fn remark(kind: &'static str, text: String, events: &BTreeSet<EventKey>) -> Remark {
    Remark { kind: kind.into(), text, events: events.iter().map(EventKey::id).collect() }
}

fn keys(claims: &[Claim<'_>]) -> BTreeSet<EventKey> {
    claims.iter().map(|claim| EventKey::of(&claim.record.event)).collect()
}
