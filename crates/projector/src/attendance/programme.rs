//! The programme of a meeting: its parts and what is held on its sidelines, in the order of the world.

use std::collections::{BTreeMap, VecDeque};

use summit::{Content, MeetingId, Moment};

use super::about::About;
use super::gathering::{about, info, parts_under};
use crate::answer::MeetingInfo;
use crate::view::{AskError, View};

/// One meeting of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scheduled {
    /// The meeting.
    pub meeting: MeetingId,
    /// How deep it stands: 0 for what belongs to the meeting that was asked for itself.
    pub depth: usize,
    /// Whether it is held on the sidelines of the meeting above it; else it is a part of it.
    pub on_sidelines: bool,
    /// What is said of it.
    pub info: MeetingInfo,
}

/// How a meeting hangs on the one above it.
struct Hung<'v> {
    whole: &'v MeetingId,
    on_sidelines: bool,
}

/// Meetings by the one above them, each with its place in the order of the world.
type Below<'v> = BTreeMap<&'v MeetingId, Vec<(Option<(Moment, i64, Moment)>, &'v MeetingId, bool)>>;

impl View<'_> {
    /// The parts of a meeting and the meetings on its sidelines, and theirs, however deep: each above what belongs to it,
    /// the earlier first. A meeting that is a part somewhere stands there only; circles are cut. Cost: the events of the
    /// kind `meeting` about them.
    pub fn programme(&self, meeting: &MeetingId) -> Result<Vec<Scheduled>, AskError> {
        self.known_meeting(meeting)?;
        let mut below: Below<'_> = BTreeMap::new();
        for (name, hung) in hung(self, meeting) {
            let place = About::new(about(self, name), &self.cutoff).place();
            below.entry(hung.whole).or_default().push((place, name, hung.on_sidelines));
        }
        for names in below.values_mut() {
            names.sort_unstable();
        }
        let mut programme = Vec::new();
        // The last on the pile comes next.
        let mut pile: Vec<(usize, &MeetingId, bool)> = Vec::new();
        let mut next = Some((0, meeting));
        while let Some((depth, whole)) = next {
            let under = below.remove(whole).unwrap_or_default();
            pile.extend(under.into_iter().rev().map(|(_, name, beside)| (depth, name, beside)));
            next = pile.pop().map(|(depth, name, on_sidelines)| {
                let info = info(self, name);
                programme.push(Scheduled { meeting: name.clone(), depth, on_sidelines, info });
                (depth + 1, name)
            });
        }
        Ok(programme)
    }
}

/// Everything that hangs on a meeting: its parts first, then what is beside it and them, then the parts of that.
fn hung<'v>(view: &'v View<'v>, root: &'v MeetingId) -> BTreeMap<&'v MeetingId, Hung<'v>> {
    let (mut found, mut open) = (BTreeMap::<&MeetingId, Hung<'v>>::new(), VecDeque::from([root]));
    while let Some(start) = open.pop_front() {
        let parts = parts_under(view, start, |part| part != root && !found.contains_key(part));
        let wholes: Vec<&MeetingId> = std::iter::once(start).chain(parts.keys().copied()).collect();
        found.extend(parts.into_iter().map(|(part, link)| (part, Hung { whole: link.whole, on_sidelines: false })));
        for whole in wholes {
            for other in view.index.meeting(whole).into_iter().flat_map(|file| &file.sidelines) {
                let said = about(view, other).any(|record| {
                    matches!(&record.event.content, Content::Meeting(says) if says.sidelines_of.as_ref() == Some(whole))
                });
                if said && other != root && !found.contains_key(other) {
                    found.insert(other, Hung { whole, on_sidelines: true });
                    open.push_back(other);
                }
            }
        }
    }
    found
}
