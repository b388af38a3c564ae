//! All organisations at a glance, kept: what an entry cannot have changed is not folded again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use summit::{AsOf, MeetingId, OrganisationId, Position, Status, Vantage};

use crate::answer::{Count, Remark};
use crate::changes::{Cell, current, touched};
use crate::index::{Index, Record};
use crate::membership::{MembersFilter, as_organisation, succession};
use crate::shared::Indexed;
use crate::view::{AskError, View, end_of};

/// How many entries are looked at for what they touch; behind more of them all is folded again.
const LOOKED_AT_MOST: u64 = 256;

/// How many hold which status in every organisation, and what is odd, in the views of one day at one position.
///
/// It is always what [`View::members`] and [`View::remarks`] tell then; kept, it is brought up to date by what came since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    at: Option<(Position, Date)>,
    organisations: BTreeMap<OrganisationId, Arc<AtAGlance>>,
    meetings: BTreeMap<MeetingId, Arc<[Remark]>>,
    /// What is odd about links, ids, and entries that are no events.
    log: Arc<[Remark]>,
}

/// One organisation at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtAGlance {
    /// Parties by status.
    pub counts: BTreeMap<Status, Count>,
    /// What is odd about its memberships.
    pub remarks: Vec<Remark>,
}

/// What entries may have changed.
#[derive(Default)]
struct Touched {
    organisations: BTreeSet<OrganisationId>,
    meetings: BTreeSet<MeetingId>,
    log: bool,
}

impl Overview {
    /// At one vantage, folded whole. Cost: that of all claims.
    pub fn of(view: &View<'_>) -> Result<Self, AskError> {
        let mut all = Self::default();
        let organisations = view.index.organisations().filter(|one| view.names_organisation(one));
        for one in organisations {
            all.organisations.insert(one.clone(), Arc::new(glance(view, one)?));
        }
        for one in view.index.meetings().filter(|one| view.names_meeting(one)) {
            all.meetings.insert(one.clone(), view.meeting_remarks(one).into());
        }
        all.log = view.remarks_on_log().into();
        Ok(all)
    }

    /// Brings it to the tail and to a day. All is asked of the index part by part: whoever keeps it current waits for one
    /// organisation or meeting at most. Cost: that of what came since, or of all claims on another day.
    pub fn refresh(&mut self, index: &impl Indexed, today: Date) {
        let (tail, touched) = index.ask(|index| (index.tail(), self.touched_since(index, today)));
        if self.at == Some((tail, today)) {
            return;
        }
        let vantage = Vantage { at_position: Some(tail), as_of: Some(AsOf::End(end_of(today))), ..Vantage::default() };
        let ask = |question: &mut dyn FnMut(&View<'_>)| {
            index.ask(|index| question(&index.view(&vantage, today).expect("a day names no event")));
        };
        let Touched { organisations, meetings, log } = touched;
        for one in organisations {
            ask(&mut |view| match glance(view, &one) {
                Ok(glance) => drop(self.organisations.insert(one.clone(), Arc::new(glance))),
                Err(_) => drop(self.organisations.remove(&one)),
            });
        }
        for one in meetings {
            ask(&mut |view| {
                if view.names_meeting(&one) {
                    self.meetings.insert(one.clone(), view.meeting_remarks(&one).into());
                }
            });
        }
        if log {
            ask(&mut |view| self.log = view.remarks_on_log().into());
        }
        self.at = Some((tail, today));
    }

    /// What is to be folded again.
    fn touched_since(&self, index: &Index, today: Date) -> Touched {
        let tail = index.tail();
        let all = || Touched {
            organisations: index.organisations().cloned().collect(),
            meetings: index.meetings().cloned().collect(),
            log: true,
        };
        let Some((at, day)) = self.at else { return all() };
        let gap = tail.get().saturating_sub(at.get());
        if day != today || gap > LOOKED_AT_MOST {
            return all();
        }
        let mut touched = Touched::default();
        let view = current(index, Some(tail), today);
        for number in at.next().get()..=tail.get() {
            match index.record_at(Position::new(number)) {
                Some(record) => touched.by(&view, record),
                // No event: it changes no more than that it is there; or an id that stands already.
                None if index.undecodable().iter().rev().any(|one| one.position.get() == number) => touched.log = true,
                None => return all(),
            }
        }
        // What is named for the first time, by whatever names it.
        let new = index.organisations().filter(|one| !self.organisations.contains_key(*one));
        touched.organisations.extend(new.cloned());
        touched.meetings.extend(index.meetings().filter(|one| !self.meetings.contains_key(*one)).cloned());
        touched
    }

    /// Every organisation, in order.
    pub fn organisations(&self) -> impl Iterator<Item = (&OrganisationId, &AtAGlance)> {
        self.organisations.iter().map(|(name, glance)| (name, glance.as_ref()))
    }

    /// Everything odd, each once, in order.
    pub fn remarks(&self) -> BTreeSet<&Remark> {
        let organisations = self.organisations.values().flat_map(|glance| &glance.remarks);
        organisations.chain(self.meetings.values().flat_map(|remarks| remarks.iter())).chain(self.log.iter()).collect()
    }

    /// What is odd about every meeting, in order.
    pub fn meetings(&self) -> impl Iterator<Item = (&MeetingId, &[Remark])> {
        self.meetings.iter().map(|(name, remarks)| (name, remarks.as_ref()))
    }
}

fn glance(view: &View<'_>, organisation: &OrganisationId) -> Result<AtAGlance, AskError> {
    let members = view.members(organisation, &MembersFilter::default())?;
    Ok(AtAGlance { counts: members.counts, remarks: members.remarks })
}

impl Touched {
    /// Adds what an event bears on: itself, through what it takes out of effect, and through what takes it out.
    fn by(&mut self, view: &View<'_>, record: &Record) {
        let index = view.index;
        let (mut seen, mut open) = (BTreeSet::new(), vec![record]);
        while let Some(record) = open.pop() {
            let event = &record.event;
            if !seen.insert(event.id) {
                continue;
            }
            let linkers = index.linkers(event.id).iter().map(|slot| index.at(*slot));
            open.extend(event.targets().filter_map(|id| index.event(id)).chain(linkers));
            self.log |= index.is_linked(event.id);
            self.organisations.extend(index.organisations_of(event.id));
            // An organisation that nobody belongs to may be succeeded, and oddly.
            let succeeded = succession(event).into_iter().flat_map(|said| said.from.iter().chain(&said.to));
            self.organisations.extend(succeeded.filter_map(as_organisation));
            if let Some(meeting) = &event.shared.meeting {
                for one in index.with_wholes(meeting).into_iter().chain(index.with_parts_and_sidelines(meeting)) {
                    self.organisations.extend(index.organisations_of_meeting(&one));
                    self.meetings.insert(one);
                }
            }
            for cell in touched(view, event) {
                match cell {
                    Cell::Membership(organisation, _) => drop(self.organisations.insert(organisation)),
                    Cell::Attendance(meeting, _) => drop(self.meetings.insert(meeting)),
                }
            }
        }
    }
}
