//! The words by which things are found: those of every name that any event gives, active or not, and of identifiers.

use summit::{Event, Named};

use super::Index;
use crate::names::{called, identifier, words};

/// So many names of one thing are remembered as filed; the words of others are looked up again.
const MAX_REMEMBERED: usize = 8;

impl Index {
    /// Files what an event calls by a name under the words of the name.
    pub(super) fn file_words(&mut self, event: &Event) {
        for (of, name) in called(event) {
            let known = self.called.get(&of).map_or(&[][..], Vec::as_slice);
            if known.iter().any(|known| **known == *name) {
                continue;
            }
            let remembered = known.len() < MAX_REMEMBERED;
            self.file_under(&of, name);
            if remembered {
                self.called.entry(of).or_default().push(name.into());
            }
        }
    }

    /// Files what is named for the first time under the words of its identifier, and of its name in ISO 3166.
    pub(super) fn file_identifier(&mut self, of: &Named) {
        self.file_under(of, identifier(of));
        if let Named::Party(party) = of
            && let Some(name) = party.iso_name()
        {
            self.file_under(of, name);
        }
    }

    fn file_under(&mut self, of: &Named, text: &str) {
        for word in words(text) {
            // Most is filed already: what a snapshot keeps is not copied for that.
            if !self.words.get(&word).is_some_and(|owners| owners.contains(of)) {
                self.words.file(&word).insert(of.clone());
            }
        }
    }
}
