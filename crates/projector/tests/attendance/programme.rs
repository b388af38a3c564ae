//! What belongs to a meeting, in the order of the world; whose leader did not come.

use projector::{Missing, PresenceAnswer, is_leader, precedence, without_leader};

use summit::Level;

use crate::ask::*;

#[test]
fn the_summit_of_astana_has_its_parts_and_its_sidelines_in_the_order_of_the_day() {
    let told = programme(&lines(ASTANA), "sco-astana-2024", "2024-07-05");
    let expected = [
        "(chn-rus-2024-07-03)",
        "-chn-rus-2024-07-03-handshake",
        "sco-astana-2024-family-photo",
        "sco-astana-2024-photo-ceremony",
        "sco-plus-astana-2024",
    ];
    assert_eq!(told, expected);
    assert_eq!(programme(&lines(ASTANA), "sco-plus-astana-2024", "2024-07-05"), [] as [&str; 0]);
}

#[test]
fn parts_are_nested_the_earlier_first_and_circles_are_cut() {
    let on_day = |number, day, rest: &str| on(number, "meeting", day, rest);
    let events = [
        meeting(1, r#""part_of":"c""#),
        on_day(2, "2024-07-06", r#""meeting":"a","part_of":"m""#),
        on_day(3, "2024-07-05", r#""meeting":"b","part_of":"m","order":2"#),
        on_day(4, "2024-07-05", r#""meeting":"c","part_of":"m","order":1"#),
        on_day(5, "2024-07-04", r#""meeting":"d","part_of":"a""#),
        on_day(6, "2024-07-04", r#""meeting":"e","sidelines_of":"d""#),
        on_day(7, "2024-07-04", r#""meeting":"m","sidelines_of":"e""#),
    ];
    assert_eq!(programme(&events, "m", "2025"), ["c", "b", "a", "-d", "--(e)"]);
}

#[test]
fn a_meeting_that_is_a_part_stands_there_and_not_on_the_sidelines() {
    let events = [
        meeting(1, ""),
        doc(2, "meeting", r#""meeting":"a","part_of":"m""#),
        doc(3, "meeting", r#""meeting":"b","part_of":"a","sidelines_of":"m""#),
    ];
    assert_eq!(programme(&events, "m", "2025"), ["a", "-b"]);
}

#[test]
fn what_is_announced_stands_where_it_is_to_be_and_then_where_it_was() {
    let at = |number, day, phase: &str| {
        on(number, "meeting", day, &format!(r#""meeting":"a","part_of":"m","phase":"{phase}""#))
    };
    let events = [
        meeting(1, ""),
        on(2, "meeting", "2024-07-05", r#""meeting":"b","part_of":"m""#),
        at(3, "2024-07-04", "announced"),
    ];
    assert_eq!(programme(&events, "m", "2024-07-03"), ["a", "b"]);
    let late: Vec<String> = events.into_iter().chain([at(4, "2024-07-06", "held")]).collect();
    assert_eq!(programme(&late, "m", "2025"), ["b", "a"]);
}

#[test]
fn a_member_without_its_leader_is_listed_with_the_reason() {
    let member = |number, party, rest: &str| attended(number, party, &with(r#""capacity":"member""#, rest));
    let events = [
        meeting(1, r#""organisation":"o""#),
        admission(2, "KAZ", ""),
        member(3, "BLR", r#""level":"HS""#),
        member(4, "CHN", r#""level":"FM""#),
        member(5, "IND", ""),
        member(6, "IRN", r#""presence":"announced","level":"HS""#),
        member(7, "KGZ", r#""presence":"absent""#),
        member(8, "PAK", r#""level":"leader""#),
        member(9, "PAK", r#""presence":"absent","level":"leader""#),
        member(10, "RUS", r#""presence":"absent","level":"HS""#),
        attended(11, "TUR", r#""capacity":"dialogue_partner","level":"FM""#),
    ];
    let told = ask(&events, "m", "2025");
    let list: Vec<(&str, Missing)> =
        without_leader(&told).iter().map(|one| (one.party.as_str(), one.missing)).collect();
    let expected = [
        ("CHN", Missing::Below),
        ("IND", Missing::LevelNotStated),
        ("IRN", Missing::Announced),
        ("KGZ", Missing::Absent),
        ("PAK", Missing::Contested),
        ("RUS", Missing::NotStated),
        ("KAZ", Missing::NotStated),
    ];
    assert_eq!(list, expected);
    // That a leader was absent does not say that nobody came.
    let russia = told.delegations.iter().find(|row| row.party.as_str() == "RUS").map(|row| row.presence);
    assert_eq!(russia, Some(PresenceAnswer::NotStated));
}

#[test]
fn at_sco_plus_india_alone_of_the_members_came_without_its_leader() {
    let told = ask(&lines(ASTANA), "sco-plus-astana-2024", "2024-07-05");
    let list: Vec<(&str, Missing)> =
        without_leader(&told).iter().map(|one| (one.party.as_str(), one.missing)).collect();
    assert_eq!(list, [("IND", Missing::Below)]);
}

#[test]
fn a_leader_stands_behind_those_whom_the_word_may_mean_and_before_all_others() {
    assert!(is_leader(Level::HeadOfState) && is_leader(Level::Leader) && is_leader(Level::HighRepresentative));
    assert!(!is_leader(Level::VicePresident) && !is_leader(Level::Unknown));
    let place = |level| precedence(Some(level));
    assert!(place(Level::ActingHeadOfGovernment) < place(Level::Leader));
    assert!(place(Level::Leader) < place(Level::CrownPrince));
    assert_eq!(place(Level::Unknown), precedence(None));
}
