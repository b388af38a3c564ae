//! A meeting as it is looked at: its own events, its parts, and the organisations that it belongs to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graphmap::DiGraphMap;
use summit::{Content, Cutoff, MeetingId, OrganisationId};

use super::about::About;
use crate::answer::MeetingInfo;
use crate::index::Record;
use crate::membership::EventKey;
use crate::view::View;

/// A meeting from a view, at some time in the world: the view's, or another for a comparison.
pub(super) struct Gathering<'v> {
    pub(super) view: &'v View<'v>,
    pub(super) at: Cutoff,
    pub(super) meeting: &'v MeetingId,
    pub(super) about: About<'v>,
    pub(super) parts: Parts<'v>,
    /// Its organisations, each with events that make it so.
    pub(super) organisations: BTreeMap<&'v OrganisationId, Vec<&'v Record>>,
}

/// The meetings that are parts of a meeting, however deep, by active events.
pub(super) struct Parts<'v> {
    /// All of them, with what is said of each.
    pub(super) all: BTreeMap<&'v MeetingId, About<'v>>,
    /// Those at which presence counts for the whole, with the step up: a void one hides what is beneath it.
    pub(super) counted: BTreeMap<&'v MeetingId, Link<'v>>,
}

/// How a part hangs on the meeting above it.
#[derive(Clone, Copy)]
pub(super) struct Link<'v> {
    pub(super) whole: &'v MeetingId,
    pub(super) by: &'v Record,
}

impl<'v> Gathering<'v> {
    pub(super) fn new(view: &'v View<'v>, meeting: &'v MeetingId, at: Cutoff) -> Self {
        let all: BTreeMap<_, _> = parts_under(view, meeting, |_| true)
            .into_keys()
            .map(|part| (part, About::new(about(view, part), &at)))
            .collect();
        let counted = parts_under(view, meeting, |part| !all.get(part).is_some_and(About::is_void));
        let own = About::new(about(view, meeting), &at);
        Self {
            view,
            at,
            meeting,
            about: own,
            parts: Parts { all, counted },
            organisations: organisations(view, meeting),
        }
    }

    /// The events by which a part is a part of the meeting.
    pub(super) fn path(&self, part: &MeetingId) -> Vec<&'v Record> {
        let above = |link: &Link<'v>| self.parts.counted.get(link.whole).copied();
        let steps = std::iter::successors(self.parts.counted.get(part).copied(), above);
        steps.map(|link| link.by).collect()
    }

    /// Circles of meetings that are parts of each other, or of themselves: the meetings, and the events that say so.
    pub(super) fn circles(&self) -> Vec<(Vec<&'v MeetingId>, BTreeSet<EventKey>)> {
        let mut links: DiGraphMap<&MeetingId, ()> = DiGraphMap::new();
        let all = || self.parts.all.iter().map(|(part, about)| (*part, about)).chain([(self.meeting, &self.about)]);
        let said = || {
            all().flat_map(|(part, about)| {
                about.active.iter().filter_map(move |(by, says)| Some((part, says.part_of.as_ref()?, *by)))
            })
        };
        for (part, whole, _) in said() {
            links.add_edge(part, whole, ());
        }
        let circular = |circle: &Vec<&MeetingId>| circle.len() > 1 || links.contains_edge(circle[0], circle[0]);
        let circles = tarjan_scc(&links).into_iter().filter(circular);
        circles
            .map(|mut circle| {
                circle.sort_unstable();
                let within = said().filter(|(part, whole, _)| circle.contains(part) && circle.contains(whole));
                let by = within.map(|(.., by)| EventKey::of(&by.event)).collect();
                (circle, by)
            })
            .collect()
    }
}

/// What is said of a meeting itself.
pub(super) fn info(view: &View<'_>, meeting: &MeetingId) -> MeetingInfo {
    let organisations = organisations(view, meeting).into_keys().cloned().collect();
    MeetingInfo { organisations, ..About::new(about(view, meeting), &view.cutoff).info() }
}

/// The active `meeting` events of a meeting.
pub(super) fn about<'v>(view: &'v View<'v>, meeting: &MeetingId) -> impl Iterator<Item = &'v Record> + use<'v> {
    let slots = view.index.meeting(meeting).map_or(&[][..], |file| &file.about);
    view.activity.filter(slots)
}

/// The organisations of a meeting by active events: those that its own events name, and those of the meetings that it is
/// a part of or held on the sidelines of; with each the shortest way to it.
fn organisations<'v>(view: &'v View<'v>, root: &'v MeetingId) -> BTreeMap<&'v OrganisationId, Vec<&'v Record>> {
    let mut found: BTreeMap<&OrganisationId, Vec<&Record>> = BTreeMap::new();
    let (mut seen, mut open) = (BTreeSet::from([root]), VecDeque::from([(root, Vec::new())]));
    while let Some((meeting, way)) = open.pop_front() {
        let mut said: Vec<&Record> = about(view, meeting).collect();
        said.sort_by_cached_key(|record| EventKey::of(&record.event));
        for record in said {
            let Content::Meeting(says) = &record.event.content else { continue };
            let way: Vec<&Record> = way.iter().copied().chain([record]).collect();
            for whole in says.part_of.iter().chain(&says.sidelines_of).filter(|whole| seen.insert(whole)) {
                open.push_back((whole, way.clone()));
            }
            if let Some(organisation) = &record.event.shared.organisation {
                found.entry(organisation).or_insert(way);
            }
        }
    }
    found
}

/// The parts of a meeting that can be reached through those that may be entered, nearest first; cycles are cut.
pub(super) fn parts_under<'v>(
    view: &'v View<'v>,
    root: &'v MeetingId,
    enter: impl Fn(&MeetingId) -> bool,
) -> BTreeMap<&'v MeetingId, Link<'v>> {
    let (mut found, mut open) = (BTreeMap::new(), VecDeque::from([root]));
    while let Some(whole) = open.pop_front() {
        for part in view.index.meeting(whole).into_iter().flat_map(|file| &file.parts) {
            if part == root || found.contains_key(part) || !enter(part) {
                continue;
            }
            let says = |record: &&Record| {
                let Content::Meeting(about) = &record.event.content else { return false };
                about.part_of.as_ref() == Some(whole)
            };
            if let Some(by) = about(view, part).filter(says).min_by_key(|record| EventKey::of(&record.event)) {
                found.insert(part, Link { whole, by });
                open.push_back(part);
            }
        }
    }
    found
}
