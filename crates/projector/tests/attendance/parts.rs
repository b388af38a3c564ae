//! Parts of a meeting, and meetings that did not take place.

use crate::ask::*;

#[test]
fn presence_at_a_part_counts_for_the_whole_and_absence_does_not() {
    let events = [meeting(1, ""), part(2, ""), there(3, "p", HOST)];
    assert_eq!(told(&events), ["KAZ present HS Ann (President) at p"]);
    for rest in [r#""presence":"absent""#, r#""presence":"announced""#, r#""presence":"absent","level":"HS""#] {
        assert_eq!(told(&[meeting(1, ""), part(2, ""), there(3, "p", rest)]), [] as [&str; 0]);
    }
    let entries = part(2, r#""participants":[{"party":"KAZ","level":"HS"},{"party":"UZB","presence":"absent"}]"#);
    assert_eq!(told(&[meeting(1, ""), entries]), ["KAZ present HS at p"]);
    let sidelines = doc(2, "meeting", r#""meeting":"p","sidelines_of":"m""#);
    assert_eq!(told(&[meeting(1, ""), sidelines, there(3, "p", HOST)]), [] as [&str; 0]);
}

#[test]
fn claims_at_the_whole_and_at_its_parts_are_merged() {
    let deep = doc(3, "meeting", r#""meeting":"q","part_of":"p""#);
    let events = [
        meeting(1, ""),
        part(2, ""),
        deep,
        there(4, "m", r#""level":"leader""#),
        there(5, "q", HOST),
        there(6, "p", r#""person":{"name":"Ben"},"level":"FM","in_lieu_of":{"name":"Cy"}"#),
    ];
    let told = ask(&events, "m", "2025");
    assert_eq!(rows(&told), ["KAZ present HS Ann (President) with Ben FM for Cy at p+q"]);
    assert_eq!(told.parts.iter().map(summit::MeetingId::as_str).collect::<Vec<_>>(), ["p", "q"]);
}

#[test]
fn a_circle_of_parts_is_cut_and_remarked() {
    let events = [
        doc(1, "meeting", r#""meeting":"m","part_of":"p""#),
        part(2, ""),
        there(3, "p", HOST),
        there(4, "m", r#""level":"FM","person":{"name":"Ben"}"#),
    ];
    let told = ask(&events, "m", "2025");
    assert_eq!(rows(&told), ["KAZ present HS Ann (President) with Ben FM at p"]);
    assert_eq!(kinds(&told), ["part-cycle"]);
    assert_eq!(told.remarks[0].events.len(), 2);
    let itself = doc(1, "meeting", r#""meeting":"m","part_of":"m""#);
    assert_eq!(kinds(&ask(&[itself], "m", "2025")), ["part-cycle"]);
}

#[test]
fn a_part_that_was_cancelled_contributes_nothing_nor_does_what_is_beneath_it() {
    let cancelled = part(2, r#""phase":"cancelled","order":5"#);
    let deep = doc(3, "meeting", r#""meeting":"q","part_of":"p""#);
    let events = [meeting(1, ""), cancelled, deep, there(4, "p", HOST), there(5, "q", HOST)];
    let told = ask(&events, "m", "2025");
    assert_eq!(rows(&told), [] as [&str; 0]);
    assert_eq!(told.parts.len(), 2);
    // It was held after all: the row needs the event that says so.
    let held = doc(6, "meeting", r#""meeting":"p","phase":"held","order":6"#);
    let events: Vec<String> = events.into_iter().chain([held]).collect();
    assert_eq!(rows(&ask(&events, "m", "2025")), ["KAZ present HS Ann (President) at p+q"]);
}

#[test]
fn nobody_was_present_at_a_meeting_that_was_postponed() {
    let events = [
        meeting(1, r#""order":1,"participants":[{"party":"KAZ","level":"HS"}]"#),
        meeting(2, r#""phase":"postponed","order":2"#),
        attended(3, "UZB", r#""presence":"announced""#),
        part(4, ""),
        doc(5, "attendance", r#""meeting":"p","party":"TJK""#),
    ];
    let told = ask(&events, "m", "2025");
    assert_eq!(rows(&told), ["KAZ not_stated HS", "TJK not_stated at p", "UZB announced"]);
    assert_eq!(texts(&told, "void-presence"), ["\"m\" is postponed: what is said of presence at it does not count"]);
    assert_eq!(told.remarks.len(), 1);
    assert_eq!(told.remarks[0].events.len(), 3);
    // Announced anew, it is no longer void.
    let anew = meeting(6, r#""phase":"held","order":3"#);
    let events: Vec<String> = events.into_iter().chain([anew]).collect();
    assert_eq!(rows(&ask(&events, "m", "2025")), ["KAZ present HS", "TJK present at p", "UZB announced"]);
}
