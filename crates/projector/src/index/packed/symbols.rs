//! What many events say alike, kept once and numbered. Never stored: the numbers are those of one index in memory.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use hashbrown::{DefaultHashBuilder, HashTable};
use summit::{Capacity, InstrumentId, MeetingId, OrganisationId, PartyId, PersonId, Status, Tallied, When};

use super::pack::Pack;
use crate::snapshot::Coded;

/// Values, each once, by their numbers.
pub(super) struct Table<T> {
    values: Vec<T>,
    /// Where each stands, by what it is.
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { values: Vec::new(), places: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl<T> Table<T> {
    /// The number of a value, a new one where it was not met before.
    fn number<Q: Hash + Eq + ?Sized>(&mut self, value: &Q, own: impl FnOnce(&Q) -> T) -> u32
    where
        T: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(value);
        let values = &self.values;
        if let Some(place) = self.places.find(hash, |place| values[*place as usize].borrow() == value) {
            return *place;
        }
        let place = u32::try_from(values.len()).expect("fewer are different than there are events");
        self.values.push(own(value));
        let (values, hasher) = (&self.values, &self.hasher);
        self.places.insert_unique(hash, place, |place| hasher.hash_one(values[*place as usize].borrow()));
        place
    }

    fn value(&self, from: &mut &[u8]) -> &T {
        let number = u32::read(from).expect("a number was packed there");
        &self.values[number as usize]
    }
}

macro_rules! symbols {
    ($($field:ident: $type:ty,)+) => {
        /// The tables of one index.
        #[derive(Default)]
        pub(super) struct Symbols {
            texts: Table<Box<str>>,
            $($field: Table<$type>,)+
        }

        $(
            impl Pack for $type {
                fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
                    symbols.$field.number(self, Clone::clone).write(to);
                }

                fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
                    symbols.$field.value(from).clone()
                }
            }
        )+
    };
}

symbols! {
    whens: When,
    organisations: OrganisationId,
    meetings: MeetingId,
    parties: PartyId,
    instruments: InstrumentId,
    people: PersonId,
    statuses: Status,
    capacities: Capacity,
    tallied: Tallied,
}

/// Texts that others say too: names, offices, places, addresses.
impl Pack for String {
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
        symbols.texts.number(self.as_str(), |text| text.into()).write(to);
    }

    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
        symbols.texts.value(from).to_string()
    }
}
