//! The meeting itself: what is said of it, who is missing, who is unnamed, what is odd.

use projector::PresenceAnswer;

use crate::ask::*;

#[test]
fn the_phase_is_the_latest_and_an_announcement_never_stands_against_an_earlier_word_that_it_was_held() {
    let phase = |phases: &[(&str, i64)]| {
        let events = (1..).zip(phases);
        let events: Vec<String> = events
            .map(|(number, (phase, order))| meeting(number, &format!(r#""phase":"{phase}","order":{order}"#)))
            .collect();
        ask(&events, "m", "2025").meeting_info.phase.map(summit::Phase::as_str)
    };
    assert_eq!(phase(&[("announced", 1), ("opened", 2), ("closed", 3)]), Some("closed"));
    assert_eq!(phase(&[("held", 1), ("announced", 2)]), Some("held"));
    assert_eq!(phase(&[("announced", 2), ("cancelled", 1)]), Some("announced"));
    assert_eq!(phase(&[("held", 1), ("cancelled", 2), ("announced", 3)]), Some("cancelled"));
    assert_eq!(ask(&[meeting(1, "")], "m", "2025").meeting_info.phase.map(summit::Phase::as_str), Some("held"));
}

#[test]
fn of_a_meeting_still_to_come_nothing_holds_but_its_announcement() {
    let [held, announced] = ["held", "announced"].map(|phase| meeting(1, &format!(r#""phase":"{phase}""#)));
    let phase = |event: &String| ask(std::slice::from_ref(event), "m", "2020").meeting_info.phase;
    assert_eq!((phase(&held), phase(&announced)), (None, Some(summit::Phase::Announced)));
}

#[test]
fn a_meeting_is_told_attribute_by_attribute_and_an_announced_one_is_shown() {
    let events = [
        meeting(1, r#""title":"Report","venue":"Hall","authority":"press""#),
        meeting(2, r#""title":"Record","theme":"Peace","authority":"record","mode":"hybrid""#),
        on(3, "meeting", "2024-07-05", r#""meeting":"m","title":"Later","authority":"official","part_of":"w""#),
    ];
    let told = ask(&events, "m", "2024-07-04").meeting_info;
    assert_eq!(
        (told.title.as_deref(), told.theme.as_deref(), told.venue.as_deref(), told.evidence.len()),
        (Some("Record"), Some("Peace"), Some("Hall"), 2)
    );
    assert_eq!((told.held.expect("dated").edtf.as_str(), told.part_of.len()), ("2024-07-04", 0));
    let told = ask(&events, "m", "2024-07-05").meeting_info;
    assert_eq!((told.title.as_deref(), told.held.expect("dated").edtf.as_str()), (Some("Later"), "2024-07-05"));
    let announced = ask(&events, "m", "2024-01").meeting_info;
    assert_eq!((announced.title.as_deref(), announced.evidence.len()), (Some("Later"), 3));
}

#[test]
fn it_was_held_from_the_first_to_the_last_day_of_those_who_know_best() {
    let day = |number, day: &str, rest: &str| on(number, "meeting", day, &with(r#""meeting":"m""#, rest));
    let held = |events: &[String]| ask(events, "m", "2025").meeting_info.held.map(|held| held.edtf);
    let opened = day(1, "2024-07-03", r#""phase":"opened""#);
    let closed = day(2, "2024-07-04", r#""phase":"closed""#);
    let announced = day(3, "2024-06", r#""phase":"announced","authority":"official""#);
    assert_eq!(held(&[opened.clone(), closed, announced.clone()]).as_deref(), Some("2024-07-03/2024-07-04"));
    assert_eq!(held(&[opened.clone(), day(4, "2024-07-03~", "")]).as_deref(), Some("2024-07-03~"));
    assert_eq!(held(&[announced.clone(), day(5, "2024-06-02", r#""phase":"cancelled""#)]).as_deref(), Some("2024-06"));
    assert_eq!(held(&[opened, announced]).as_deref(), Some("2024-07-03"));
    assert_eq!(held(&[attended(1, "KAZ", "")]), None);
}

#[test]
fn not_stated_are_members_of_whom_no_claim_counts_where_members_are_expected() {
    let joined = [admission(1, "KAZ", ""), admission(2, "UZB", ""), admission(3, "TJK", r#""status":"observer""#)];
    let asked = |events: &[String]| {
        let events: Vec<String> = joined.iter().chain(events).cloned().collect();
        missing(&ask(&events, "m", "2025"))
    };
    assert_eq!(asked(&[meeting(4, HELD)]), "KAZ UZB");
    assert_eq!(asked(&[meeting(4, HELD), attended(5, "KAZ", r#""presence":"absent","level":"HS""#)]), "UZB");
    assert_eq!(asked(&[meeting(4, HELD), part(5, ""), there(6, "p", "")]), "UZB");
    assert_eq!(asked(&[meeting(4, HELD), part(5, ""), there(6, "p", r#""presence":"absent""#)]), "KAZ UZB");
    assert_eq!(asked(&[meeting(4, HELD).replace("2024-07-04", "2024-07-04/..")]), "");
    assert_eq!(asked(&[meeting(4, HELD).replace("summit", "bilateral")]), "");
    assert_eq!(asked(&[meeting(4, r#""organisation":"o","phase":"cancelled""#)]), "");
    assert_eq!(asked(&[meeting(4, HELD).replace("2024-07-04", "2019-07-04")]), "");
}

#[test]
fn unnamed_ones_are_gathered_by_their_words() {
    let group = |number, rest: &str| doc(number, "attendance", &with(r#""meeting":"m","group":"other guests""#, rest));
    let told =
        ask(&[group(1, r#""level":"leader""#), group(2, r#""level":"HG","capacity":"guest_of_chair""#)], "m", "2025");
    assert_eq!(told.delegations, []);
    let [row] = told.groups.as_slice() else { panic!("{:?}", told.groups) };
    assert_eq!((row.group.as_str(), row.presence, row.evidence.len()), ("other guests", PresenceAnswer::Present, 2));
    assert_eq!(row.level.map(summit::Level::as_str), Some("HG"));
    assert_eq!(row.capacity.as_ref().map(summit::Capacity::as_str), Some("guest_of_chair"));
}

#[test]
fn a_tally_of_delegations_counts_parties_that_were_present_by_then() {
    let tally =
        |day: &str, value: u8| on(9, "tally", day, &format!(r#""meeting":"m","what":"delegations","value":{value}"#));
    let told = |tally: String| {
        let events = [
            attended(1, "KAZ", ""),
            attended(2, "un", ""),
            attended(3, "UZB", r#""presence":"absent""#),
            on(4, "attendance", "2024-07-05", r#""meeting":"m","party":"TJK""#),
            doc(5, "attendance", r#""meeting":"m","group":"others""#),
            tally,
        ];
        texts(&ask(&events, "m", "2025"), "tally")
    };
    assert_eq!(told(tally("2024-07-04", 2)), [] as [&str; 0]);
    assert_eq!(told(tally("2024-07-05", 3)), [] as [&str; 0]);
    assert_eq!(told(tally("2024-07-04", 3)), ["\"t\" states 3 of \"delegations\"; the chronicle counts 2 then"]);
    // A tally to come is of no account yet.
    assert_eq!(told(tally("2026", 9)), [] as [&str; 0]);
}

#[test]
fn a_party_that_nobody_admitted_is_remarked_where_it_is_present_in_no_stated_capacity() {
    let asked = |events: &[String]| {
        let events: Vec<String> = [meeting(1, HELD)].iter().chain(events).cloned().collect();
        texts(&ask(&events, "m", "2025"), "never-admitted")
    };
    assert_eq!(asked(&[attended(2, "KAZ", "")]), ["KAZ took part; nothing is on record of it in \"o\""]);
    assert_eq!(asked(&[attended(2, "un", "")]).len(), 1);
    assert_eq!(asked(&[attended(2, "KAZ", r#""capacity":"guest_of_chair""#)]), [] as [&str; 0]);
    assert_eq!(asked(&[attended(2, "KAZ", r#""presence":"announced""#)]), [] as [&str; 0]);
    let left = on(3, "withdrawal", "2010", r#""organisation":"o","party":"KAZ""#);
    assert_eq!(asked(&[attended(2, "KAZ", ""), left]), [] as [&str; 0]);
    assert_eq!(ask(&[meeting(1, ""), attended(2, "KAZ", "")], "m", "2025").remarks, []);
}
