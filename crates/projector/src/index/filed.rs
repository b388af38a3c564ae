//! Files by what they are about: those of a snapshot, and those that came or changed since.

use std::collections::BTreeMap;
use std::hash::Hash;

use hashbrown::HashMap;

use crate::snapshot::{Coded, Table, merged};

/// Files by key, in order.
pub(crate) struct Filed<K, F> {
    /// What a snapshot kept.
    kept: Table<K, F>,
    /// What came since, whole: a kept file that grows is copied first.
    own: Vec<F>,
    /// The places of the keys in `own`: most events are of what is known already.
    places: HashMap<K, usize>,
    /// The same, in the order of the keys.
    order: BTreeMap<K, usize>,
}

impl<K, F> Default for Filed<K, F> {
    fn default() -> Self {
        Self::of(Table::default())
    }
}

impl<K, F> Filed<K, F> {
    /// Those of a snapshot.
    pub(super) fn of(kept: Table<K, F>) -> Self {
        Self { kept, own: Vec::new(), places: HashMap::new(), order: BTreeMap::new() }
    }
}

impl<K: Coded + Ord + Hash + Clone, F: Coded + Default + Clone> Filed<K, F> {
    pub(crate) fn get(&self, key: &K) -> Option<&F> {
        match self.places.get(key) {
            Some(place) => Some(&self.own[*place]),
            None => self.kept.get(key),
        }
    }

    /// The file to write in; an empty one where there is none.
    pub(super) fn file(&mut self, key: &K) -> &mut F {
        if let Some(place) = self.places.get(key) {
            return &mut self.own[*place];
        }
        let place = self.own.len();
        self.places.insert(key.clone(), place);
        self.order.insert(key.clone(), place);
        self.own.push(self.kept.get(key).cloned().unwrap_or_default());
        &mut self.own[place]
    }

    /// Every file from a key on, in order.
    pub(crate) fn from(&self, key: K) -> impl Iterator<Item = (&K, &F)> {
        let own = self.order.range(key.clone()..).map(|(key, place)| (key, &self.own[*place]));
        merged(own, self.kept.from(key).map(|(key, file)| (key, file)), |(key, _)| *key)
    }

    /// Verifies what a snapshot kept.
    pub(super) fn verify(&self) {
        self.kept.verify();
    }

    /// Every key, in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        merged(self.order.keys(), self.kept.rows().map(|(key, _)| key), |key| *key)
    }
}
