//! What is called by a text.

use comfy_table::Cell;
use projector::{Found, Hit, MatchedBy, What};

use super::members::since;
use super::page::{answer, count, marks, word};
use super::{Page, Text};

impl Text for Found {
    fn text(&self, page: &mut Page<'_>) {
        page.heading(format_args!("\"{}\"", self.text), &self.token);
        if self.hits.is_empty() {
            page.line("nothing is called so");
        }
        let rows = self.hits.iter().map(|hit| {
            let matched = hit.matched.as_ref();
            [
                Cell::new(What::of(&hit.of)),
                Cell::new(hit.identifier()),
                word(hit.name.as_ref()),
                word(matched.map(|name| &name.name)),
                word(matched.and_then(|name| name.form)),
                since(matched.map(|name| &name.since)),
                since(matched.and_then(|name| name.until.as_ref())),
                matched.map_or_else(|| Cell::new(""), |name| answer(name.answer.as_str())),
                marks(alike(hit)),
            ]
        });
        let rows = rows.collect();
        page.table(["KIND", "IDENTIFIER", "NAME", "CALLED", "FORM", "SINCE", "UNTIL", "ANSWER", "MARKS"], rows);
        if self.more {
            page.line(format_args!("{} and more: write more of it", count(self.hits.len(), "hit", "hits")));
        }
    }
}

/// The mark of what is only spelt like the text.
fn alike(hit: &Hit) -> Option<String> {
    (hit.by == MatchedBy::Alike).then(|| "spelt like it".to_owned())
}
