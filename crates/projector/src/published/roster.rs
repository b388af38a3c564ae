//! Who works at which partitions: a pure function of who is there, that every worker finds for itself.
//!
//! Nobody leads, and nothing is agreed upon. Workers are heard of; whoever is silent for [`SILENCE`] by the clock of who
//! listens is taken to be gone, and its partitions fall to the others. For a moment two may believe that a partition is
//! theirs: that costs a refused move, and nothing else, for what decides is the partition's checkpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::partitions::{Partitions, digest};

/// How often a worker lets itself be heard.
pub const BEAT: Duration = Duration::from_secs(1);
/// How long a worker may be silent before it is taken to be gone: four beats and a pause.
pub const SILENCE: Duration = Duration::from_millis(4500);
/// The longest name of a worker, in bytes: letters, digits, `-` and `_`.
pub const MAX_WORKER_BYTES: usize = 64;

/// The workers that are there, by what one of them has heard.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The one who listens: it is always there.
    me: String,
    /// When each other one was last heard.
    heard: BTreeMap<String, Instant>,
}

impl Roster {
    /// Of one who has heard of nobody yet.
    pub fn new(me: impl Into<String>) -> Self {
        Self { me: me.into(), heard: BTreeMap::new() }
    }

    /// Another one was heard.
    pub fn hear(&mut self, worker: &str, now: Instant) {
        if worker != self.me {
            self.heard.insert(worker.to_owned(), now);
        }
    }

    /// Another one said that it ends.
    pub fn left(&mut self, worker: &str) {
        self.heard.remove(worker);
    }

    /// Who is there.
    pub fn at_work(&self, now: Instant) -> BTreeSet<&str> {
        let there = self.heard.iter().filter(|(_, at)| now.saturating_duration_since(**at) < SILENCE);
        there.map(|(worker, _)| worker.as_str()).chain([self.me.as_str()]).collect()
    }

    /// How long until somebody who is there is taken to be gone, if nothing is heard; nothing where nobody is.
    pub fn until_silence(&self, now: Instant) -> Option<Duration> {
        let left = self.heard.values().map(|at| SILENCE.saturating_sub(now.saturating_duration_since(*at)));
        left.filter(|left| !left.is_zero()).min()
    }

    /// The partitions of the one who listens.
    pub fn share(&self, partitions: Partitions, now: Instant) -> BTreeSet<u16> {
        let shares = shares(&self.at_work(now), partitions);
        shares.into_iter().filter(|(_, worker)| *worker == self.me).map(|(partition, _)| partition).collect()
    }
}

/// The worker of each partition. Of any two workers neither has two partitions more than the other, and most stay where
/// they are when one comes or goes: every pair of them has a weight, and the weightiest come first.
pub fn shares<'w>(workers: &BTreeSet<&'w str>, partitions: Partitions) -> BTreeMap<u16, &'w str> {
    let count = usize::from(partitions.count());
    let (each, mut extra) = (count / workers.len().max(1), count % workers.len().max(1));
    let mut pairs: Vec<(u64, u16, &str)> = workers
        .iter()
        .flat_map(|worker| partitions.all().map(move |number| (digest(format!("{worker}/{number}")), number, *worker)))
        .collect();
    pairs.sort_unstable();
    let (mut shares, mut loads) = (BTreeMap::new(), BTreeMap::<&str, usize>::new());
    for (_, partition, worker) in pairs.into_iter().rev() {
        let load = loads.entry(worker).or_default();
        let more = *load == each && extra > 0;
        if shares.contains_key(&partition) || (*load >= each && !more) {
            continue;
        }
        extra -= usize::from(more);
        *load += 1;
        shares.insert(partition, worker);
    }
    shares
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::{Roster, SILENCE, shares};
    use crate::published::Partitions;

    fn names(workers: &BTreeSet<String>) -> BTreeSet<&str> {
        workers.iter().map(String::as_str).collect()
    }

    proptest! {
        #[test]
        fn every_partition_has_one_worker_and_none_has_two_more_than_another(
            workers in btree_set("[a-z0-9]{1,8}", 1..12),
            count in 1..=64_u16,
        ) {
            let shares = shares(&names(&workers), Partitions::new(count).expect("a count"));
            prop_assert_eq!(shares.len(), usize::from(count));
            let sizes = workers.iter().map(|one| shares.values().filter(|worker| *worker == one).count());
            let sizes: Vec<usize> = sizes.collect();
            let (least, most) = (sizes.iter().min().expect("one"), sizes.iter().max().expect("one"));
            prop_assert!(most - least <= 1, "{:?}", sizes);
        }

        #[test]
        fn all_find_the_same_whoever_listens_and_in_whatever_order_they_were_heard(
            workers in btree_set("[a-z0-9]{1,8}", 1..8),
            count in 1..=64_u16,
        ) {
            let (now, partitions) = (Instant::now(), Partitions::new(count).expect("a count"));
            let mut seen = BTreeSet::new();
            for (turn, me) in workers.iter().enumerate() {
                let mut roster = Roster::new(me);
                let others: Vec<&String> = workers.iter().collect();
                for other in others[turn..].iter().chain(&others[..turn]) {
                    roster.hear(other, now);
                }
                for partition in roster.share(partitions, now) {
                    prop_assert!(seen.insert(partition), "{} is of two", partition);
                }
            }
            prop_assert_eq!(seen.len(), usize::from(count));
        }

        #[test]
        fn where_one_goes_most_of_the_others_partitions_stay(
            workers in btree_set("[a-z0-9]{8}", 2..8),
            gone in any::<prop::sample::Index>(),
        ) {
            let before = names(&workers);
            let gone = *gone.get(&before.iter().copied().collect::<Vec<_>>());
            let partitions = Partitions::new(64).expect("a count");
            let (was, is) = (shares(&before, partitions), {
                let after = before.iter().copied().filter(|worker| *worker != gone).collect();
                shares(&after, partitions)
            });
            let kept = was.iter().filter(|(_, worker)| **worker != gone);
            let moved = kept.clone().filter(|(partition, worker)| is[partition] != **worker).count();
            prop_assert!(moved * 2 <= kept.count(), "{} moved", moved);
        }
    }

    #[test]
    fn whoever_is_silent_is_gone_for_good_until_it_is_heard_again_and_whoever_leaves_is_at_once() {
        let (begun, partitions) = (Instant::now(), Partitions::new(8).expect("a count"));
        let mut roster = Roster::new("me");
        assert_eq!((roster.share(partitions, begun).len(), roster.until_silence(begun)), (8, None));
        roster.hear("other", begun);
        roster.hear("me", begun);
        assert_eq!(roster.share(partitions, begun).len(), 4);
        assert_eq!(roster.until_silence(begun + Duration::from_secs(1)), SILENCE.checked_sub(Duration::from_secs(1)));
        let late = begun + SILENCE;
        assert_eq!((roster.share(partitions, late).len(), roster.until_silence(late)), (8, None));
        roster.hear("other", late);
        assert_eq!(roster.at_work(late), BTreeSet::from(["me", "other"]));
        roster.left("other");
        assert_eq!(roster.at_work(late), BTreeSet::from(["me"]));
    }
}
