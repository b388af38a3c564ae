//! Files by what they are about: those of a snapshot, and those that came or changed since.

use std::collections::BTreeMap;

use crate::snapshot::{Coded, Table, merged};

/// Files by key, in order.
pub(crate) struct Filed<K, F> {
    /// What a snapshot kept.
    kept: Table<K, F>,
    /// What came since, whole: a kept file that grows is copied first.
    own: BTreeMap<K, F>,
}

impl<K, F> Default for Filed<K, F> {
    fn default() -> Self {
        Self { kept: Table::default(), own: BTreeMap::new() }
    }
}

impl<K: Coded + Ord + Clone, F: Coded + Default + Clone> Filed<K, F> {
    /// Those of a snapshot.
    pub(super) const fn of(kept: Table<K, F>) -> Self {
        Self { kept, own: BTreeMap::new() }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&F> {
        self.own.get(key).or_else(|| self.kept.get(key))
    }

    /// The file to write in; an empty one where there is none.
    pub(super) fn file(&mut self, key: &K) -> &mut F {
        if !self.own.contains_key(key) {
            self.own.insert(key.clone(), self.kept.get(key).cloned().unwrap_or_default());
        }
        self.own.get_mut(key).expect("it was put there if it was not")
    }

    /// Every file from a key on, in order.
    pub(crate) fn from(&self, key: K) -> impl Iterator<Item = (&K, &F)> {
        let own = self.own.range(key.clone()..);
        merged(own, self.kept.from(key).map(|(key, file)| (key, file)), |(key, _)| *key)
    }

    /// Verifies what a snapshot kept.
    pub(super) fn verify(&self) {
        self.kept.verify();
    }

    /// Every key, in order.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        merged(self.own.keys(), self.kept.rows().map(|(key, _)| key), |key| *key)
    }
}
