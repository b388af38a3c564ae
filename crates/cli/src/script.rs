//! What happens at a rehearsal: which events stand before it begins, and which come when. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use projector::{Index, Record};
use summit::{EventId, MeetingId, Position};

/// Events whose stored times lie within so long came at once.
const MOMENT: SignedDuration = SignedDuration::from_secs(60);
/// A meeting whose events came at once is played as if they had come evenly over so long.
pub(crate) const SPREAD: Duration = Duration::from_secs(2 * 60 * 60);

/// What happens at the rehearsal of a meeting.
#[derive(Debug)]
pub(crate) struct Script {
    /// The meeting, its parts, and those on the sidelines.
    pub(crate) meetings: BTreeSet<MeetingId>,
    /// What the meeting stands on: every other event of its organisations, and of none.
    pub(crate) standing: BTreeSet<EventId>,
    /// The events of the meetings, and what corrects or retracts them, in the order of their coming.
    pub(crate) scenes: Vec<Scene>,
    /// Whether the stored times say nothing, so that the events come evenly and in the order of the world.
    pub(crate) is_spread: bool,
}

/// An event, and the time that stands for its stored time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scene {
    pub(crate) id: EventId,
    pub(crate) at: Timestamp,
}

impl Script {
    /// The script of a meeting. Where most of its events were stored within a moment, as when it was published from a
    /// file, the stored times say nothing of what came when.
    pub(crate) fn of(index: &Index, meeting: &MeetingId) -> Self {
        let meetings = index.with_parts_and_sidelines(meeting);
        let organisations: BTreeSet<_> =
            meetings.iter().flat_map(|meeting| index.organisations_of_meeting(meeting)).collect();
        let records = (1..=index.tail().get()).filter_map(|number| index.record_at(Position::new(number)));
        let (mut acts, others): (Vec<&Record>, Vec<&Record>) =
            records.partition(|record| bears_on(index, &meetings, record));
        let stands = |record: &&Record| {
            let of = index.organisations_of(record.event.id);
            of.is_empty() || !of.is_disjoint(&organisations)
        };
        let standing = others.into_iter().filter(stands).map(|record| record.event.id).collect();
        let is_spread = came_at_once(acts.iter().map(|record| record.stored_at).collect());
        if is_spread {
            in_the_order_of_the_world(&mut acts);
        }
        let count = acts.len();
        let scene = |(number, record): (usize, &Record)| {
            let at = if is_spread { spread(number, count) } else { record.stored_at };
            Scene { id: record.event.id, at }
        };
        Self { meetings, standing, scenes: acts.into_iter().enumerate().map(scene).collect(), is_spread }
    }
}

/// Whether an event is one of these meetings', or corrects or retracts one that is.
fn bears_on(index: &Index, meetings: &BTreeSet<MeetingId>, record: &Record) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![record]);
    while let Some(record) = open.pop() {
        if record.event.shared.meeting.as_ref().is_some_and(|meeting| meetings.contains(meeting)) {
            return true;
        }
        let targets = record.event.targets().filter(|target| seen.insert(*target));
        open.extend(targets.filter_map(|target| index.event(target)));
    }
    false
}

/// Whether more than half of these times lie within one moment.
fn came_at_once(mut times: Vec<Timestamp>) -> bool {
    times.sort_unstable();
    let within = |first: usize| times[first..].partition_point(|time| time.duration_since(times[first]) <= MOMENT);
    (0..times.len()).any(|first| 2 * within(first) > times.len())
}

/// By when they happened, then by `order`. What has no order of its own comes with the first of its meeting's that has.
fn in_the_order_of_the_world(acts: &mut [&Record]) {
    let mut orders: BTreeMap<&MeetingId, i64> = BTreeMap::new();
    for shared in acts.iter().map(|record| &record.event.shared) {
        if let (Some(meeting), Some(order)) = (&shared.meeting, shared.order) {
            orders.entry(meeting).and_modify(|least| *least = order.min(*least)).or_insert(order);
        }
    }
    acts.sort_by_key(|record| {
        let shared = &record.event.shared;
        let of_meeting = || shared.meeting.as_ref().and_then(|meeting| orders.get(meeting)).copied();
        let order = shared.order.or_else(of_meeting).unwrap_or_default();
        (shared.occurred.range().earliest, order, record.position)
    });
}

/// The time of one of so many events that come evenly.
fn spread(number: usize, count: usize) -> Timestamp {
    let [number, gaps] = [number, count.saturating_sub(1).max(1)].map(|some| u32::try_from(some).unwrap_or(u32::MAX));
    let after = SPREAD / gaps * number;
    Timestamp::UNIX_EPOCH.saturating_add(after).expect("a time without calendar units can be added")
}

#[cfg(test)]
mod tests {
    use chronicle::Entry;
    use jiff::{SignedDuration, Timestamp};
    use projector::{Index, Pace};
    use summit::Position;

    use super::{SPREAD, Script, came_at_once};
    use crate::command::demo::REPORT;
    use crate::samples;

    /// The report, each event stored so many seconds after the one before.
    fn reported(gap: i64) -> Index {
        let mut index = Index::new();
        for (number, line) in (1..).zip(REPORT.lines()) {
            index.append(&Entry {
                position: Position::new(number),
                stored_at: Timestamp::from_second(1_720_000_000 + gap * i64::try_from(number).expect("small"))
                    .expect("an instant"),
                subject: crate::samples::subject(line),
                headers: vec![],
                bytes: line.to_owned().into(),
            });
        }
        index
    }

    /// The positions of the scenes.
    fn positions(index: &Index, script: &Script) -> Vec<u64> {
        let position = |scene: &super::Scene| index.event(scene.id).map(|record| record.position.get());
        script.scenes.iter().filter_map(position).collect()
    }

    #[test]
    fn what_was_reported_in_its_time_comes_in_the_order_and_at_the_times_of_the_log() {
        let index = reported(90);
        let script = Script::of(&index, &"sco-astana-2024".parse().expect("a slug"));
        let meetings: Vec<&str> = script.meetings.iter().map(summit::MeetingId::as_str).collect();
        assert_eq!(
            meetings,
            [
                "chn-rus-2024-07-03",
                "chn-rus-2024-07-03-handshake",
                "sco-astana-2024",
                "sco-astana-2024-family-photo",
                "sco-astana-2024-photo-ceremony",
                "sco-plus-astana-2024"
            ]
        );
        assert!(!script.is_spread);
        let positions = positions(&index, &script);
        assert!(positions.is_sorted(), "{positions:?}");
        assert!(positions.contains(&72), "a meeting on the sidelines");
        assert!(!positions.contains(&4), "an admission is the organisation's");
        for scene in &script.scenes {
            assert_eq!(index.event(scene.id).map(|record| record.stored_at), Some(scene.at));
        }
        // The briefing belongs to no organisation, so nobody knows that it does not matter.
        assert_eq!(script.scenes.len() + script.standing.len(), index.len());
    }

    #[test]
    fn what_was_published_from_a_file_comes_evenly_and_in_the_order_of_the_world() {
        let index = reported(0);
        let script = Script::of(&index, &"sco-astana-2024".parse().expect("a slug"));
        assert!(script.is_spread);
        let positions = positions(&index, &script);
        // The talks of the day before, the first news of the summit, … the session with guests at the end.
        assert_eq!(positions[..4], [72, 73, 2, 3]);
        let place = |position: u64| positions.iter().position(|one| *one == position);
        assert!(place(7) < place(12) && place(12) < place(1) && place(1) < place(13) && place(13) < place(14));
        assert!(place(14) < place(43) && place(43) < place(60), "a delegation comes with its session: {positions:?}");
        let times: Vec<Timestamp> = script.scenes.iter().map(|scene| scene.at).collect();
        let length = Pace::length(projector::Speed::Original, times.clone());
        assert!(length.abs_diff(SPREAD) < std::time::Duration::from_millis(1), "{length:?}");
        let gaps: Vec<_> = times.windows(2).map(|pair| pair[1].duration_since(pair[0])).collect();
        assert!(gaps.iter().all(|gap| *gap == gaps[0]), "{gaps:?}");
    }

    #[test]
    fn what_retracts_an_event_of_the_meeting_is_played_with_it_and_other_organisations_are_left_out() {
        let retracting = |id: &str, target: &str| {
            format!(
                r#"{{"specversion":"1.0","id":"{id}","source":"/t","type":"chronicle.retraction.v1","data":
                {{"occurred":"2024-07-05","retracts":"{target}","reason":"a slip","attribution":[{{"name":"t"}}]}}}}"#
            )
        };
        let [first, second, other] = [1, 2, 3].map(|number| format!("00000000-0000-4000-8000-00000000000{number}"));
        let retraction = retracting(&first, "15c4259b-426a-5f43-aa02-c14b3e38cdfd");
        let again = retracting(&second, &first);
        let elsewhere = samples::line("47891d5d").replace("47891d5d-188c-5792-96f5-ecb750f795ab", &other);
        let elsewhere = elsewhere.replace(r#""sco""#, r#""csto""#);
        let lines = REPORT.lines().chain([again.as_str(), retraction.as_str(), elsewhere.as_str()]);
        let index = samples::index(lines);
        assert_eq!(index.len(), 76);
        let script = Script::of(&index, &"sco-astana-2024".parse().expect("a slug"));
        let positions = positions(&index, &script);
        assert!(positions.contains(&74) && positions.contains(&75), "{positions:?}");
        assert!(!positions.contains(&76) && !script.standing.contains(&other.parse().expect("an id")));
    }

    #[test]
    fn a_late_correction_does_not_make_stored_times_of_a_file_tell_anything() {
        let at = |second: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let file: Vec<Timestamp> = (0..40).map(|number| at(number / 10)).collect();
        assert!(came_at_once(file.clone()));
        assert!(came_at_once(file.into_iter().chain([at(90_000)]).collect()));
        assert!(!came_at_once((0..40).map(|number| at(number * 30)).collect()));
        // Ten delegations each quarter of an hour.
        assert!(!came_at_once((0..40).map(|number| at(number / 10 * 900)).collect()));
        assert!(!came_at_once(vec![]));
    }
}
