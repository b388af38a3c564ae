//! The pages in a real browser: what they tell, how they look, who can use them.
//!
//! Each test is a story told to a browser (`tests/node/page/NAME.mjs`) before a service of its own. `CHRONICLE_SHOTS` names a
//! directory for the pictures that are taken; without it they are in `target/shots`.

mod live;
mod stage;

use stage::{ASTANA, HISTORY, Stage};

#[test]
fn the_first_page_leads_to_every_organisation() {
    Stage::told(&[ASTANA, HISTORY]).story("home");
}

#[test]
fn any_cell_leads_to_its_evidence() {
    Stage::told(&[ASTANA, HISTORY]).story("why");
}
