//! The pages in a real browser: what they tell, how they look, who can use them.
//!
//! Each test is a story told to a browser (`tests/node/page/NAME.mjs`) before a service of its own. `CHRONICLE_SHOTS` names a
//! directory for the pictures that are taken; without it they are in `target/shots`.

mod live;
mod people;
mod record;
mod stage;

use std::net::SocketAddr;

use stage::{ASTANA, HISTORY, Stage};
use tests::{Chronicle, http, wait};

#[test]
fn the_demo_says_first_of_all_where_its_page_is() {
    let chronicle = Chronicle::embedded();
    let mut demo = chronicle.spawn(["demo", "--serve"]);
    let line = demo.line().expect("a first line");
    let address = line.strip_prefix("The page: http://").and_then(|rest| rest.strip_suffix('/'));
    let address: SocketAddr = address.and_then(|address| address.parse().ok()).unwrap_or_else(|| panic!("{line}"));
    let page =
        wait("the page", || http::send(address, "GET", "/", "").map_err(|error| error.to_string()), Result::is_ok);
    let page = page.expect("waited for");
    assert!(page.status == 200 && page.body.contains("href=\"/organisations/sco\""), "{}", page.head);
    wait("it to stay open", || demo.said(), |said| said.contains("ctrl-c ends them"));
    assert!(demo.interrupt().success(), "{}", demo.said());
}

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
