//! The pages in a real browser: what they tell, how they look, who can use them.
//!
//! Each test is a story told to a browser (`tests/node/page/NAME.mjs`) before a service of its own. `CHRONICLE_SHOTS` names a
//! directory for the pictures that are taken; without it they are in `target/shots`.

mod live;
mod people;
mod record;
mod stage;

use stage::{ASTANA, HISTORY, Stage};

#[test]
fn every_page_can_be_used_by_everybody_and_tells_the_same_without_scripts() {
    Stage::told(&[ASTANA, HISTORY]).story("everywhere");
}

#[test]
fn an_organisation_is_seen_from_every_vantage() {
    Stage::told(&[ASTANA, HISTORY]).story("organisation");
}

#[test]
fn a_meeting_tells_who_took_part_in_which_of_its_parts_at_what_level_and_in_whose_place() {
    Stage::told(&[ASTANA, HISTORY]).story("meeting");
}
