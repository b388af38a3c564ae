//! Where each id stands: by the id itself, and by how it begins.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::{DefaultHashBuilder, HashTable};
use summit::EventId;

/// Ids that came since their order was last made are looked through one by one, as long as they are not more than this,
/// or than one in [`SHARE_UNORDERED`].
const MAX_UNORDERED: usize = 1024;
const SHARE_UNORDERED: usize = 64;

/// Ids by their places: 0 for the first.
#[derive(Default)]
pub(crate) struct Ids {
    known: Vec<EventId>,
    /// The place of each, by the id.
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// The places of the first so many ids, in the order of the ids. Made when somebody asks for it.
    order: Mutex<Arc<Vec<u32>>>,
}

impl Ids {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn at(&self, place: usize) -> EventId {
        self.known[place]
    }

    fn id(&self, place: u32) -> EventId {
        self.known[place as usize]
    }

    pub(super) fn push(&mut self, id: EventId) {
        let place = u32::try_from(self.known.len()).expect("an index holds fewer than four billion events");
        self.known.push(id);
        let (known, hasher) = (&self.known, &self.hasher);
        self.places.insert_unique(hasher.hash_one(id), place, |place| hasher.hash_one(known[*place as usize]));
    }

    pub(super) fn find(&self, id: EventId) -> Option<usize> {
        let found = self.places.find(self.hasher.hash_one(id), |place| self.id(*place) == id);
        found.map(|place| *place as usize)
    }

    /// The ids from one on with their places, in their order. Cost: that of finding the first one, and now and then, when
    /// many have come since, that of sorting all.
    pub(crate) fn from(&self, least: EventId) -> impl Iterator<Item = (EventId, usize)> {
        let order = self.order();
        let mut late: Vec<u32> =
            (0..).take(self.known.len()).skip(order.len()).filter(|at| self.id(*at) >= least).collect();
        late.sort_unstable_by_key(|place| self.id(*place));
        let begin = order.partition_point(|place| self.id(*place) < least);
        let ordered = (begin..order.len()).map(move |number| order[number]);
        let places = crate::snapshot::merged(ordered, late.into_iter(), |place| self.id(*place));
        places.map(|place| (self.id(place), place as usize))
    }

    /// The order of all ids but the latest.
    fn order(&self) -> Arc<Vec<u32>> {
        let mut order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        let late = self.known.len() - order.len();
        if late > MAX_UNORDERED.max(self.known.len() / SHARE_UNORDERED) {
            let mut all: Vec<u32> = (0..).take(self.known.len()).collect();
            all.sort_unstable_by_key(|place| self.id(*place));
            *order = Arc::new(all);
        }
        Arc::clone(&order)
    }
}

#[cfg(test)]
mod tests {
    use summit::EventId;
    use uuid::Uuid;

    use super::{Ids, MAX_UNORDERED};

    #[test]
    fn ids_are_found_and_told_in_their_order_however_many_came_since_it_was_made() {
        let id = |number: usize| EventId::new(Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_le_bytes()));
        let (mut ids, mut all) = (Ids::default(), Vec::new());
        for number in 0..3 * MAX_UNORDERED {
            ids.push(id(number));
            all.push((id(number), number));
            if number % 700 == 0 {
                all.sort_unstable();
                for least in [Uuid::nil(), id(number / 2).uuid(), Uuid::max()].map(EventId::new) {
                    let expected: Vec<_> = all.iter().copied().filter(|(id, _)| *id >= least).collect();
                    assert_eq!(ids.from(least).collect::<Vec<_>>(), expected);
                }
            }
        }
        assert!((0..3 * MAX_UNORDERED).all(|number| ids.find(id(number)) == Some(number)));
        assert_eq!(ids.find(id(usize::MAX)), None);
    }
}
