//! The first page, evidence, parties and people, and what changed.

use crate::stage::{ASTANA, HISTORY, Stage};

/// Iran's admission as the record has it: it corrects what the report says.
const IRAN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/node/page/iran.jsonl");

#[test]
fn the_first_page_tells_what_is_counted_what_changed_and_what_is_odd() {
    Stage::told(&[ASTANA, HISTORY]).story("home");
}

#[test]
fn any_cell_leads_to_its_evidence() {
    Stage::told(&[ASTANA, HISTORY]).story("why");
}

#[test]
fn a_party_and_a_person_are_told_through_time() {
    Stage::told(&[ASTANA, HISTORY]).story("party");
}

#[test]
fn what_changed_between_two_moments_is_a_list_to_publish() {
    Stage::told(&[ASTANA, HISTORY, IRAN]).story("changes");
}
