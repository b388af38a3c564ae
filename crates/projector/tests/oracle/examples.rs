//! Single cases in which a fold and the oracle once differed, each as small as it can be.

use projector::MembersFilter;
use proptest::test_runner::TestCaseError;
use summit::{OrganisationId, Position, Vantage};
use wire::Document;

use crate::arbitrary::agree::{asking, evidence_of_rows_suffices, seats_agree, statuses_agree, view};
use crate::arbitrary::folded::{everything, index};
use crate::arbitrary::{Log, placed};

/// A log of events of these kinds; the nth has the id that ends in n.
fn log(said: &[(&str, &str)]) -> Log {
    let document = |(n, (kind, data)): (usize, &(&str, &str))| {
        let text = format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{n:012}","source":"/desks/any",
               "type":"chronicle.{kind}.v1","data":{{"attribution":[{{"name":"Tass"}}],{data}}}}}"#
        );
        Document::decode(text.as_bytes()).expect("a good document").event().clone()
    };
    placed(said.iter().enumerate().map(document))
}

fn at(as_of: &str) -> Vantage {
    Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() }
}

fn sco() -> OrganisationId {
    "sco".parse().expect("a slug")
}

#[test]
fn before_an_event_at_an_hour_is_the_end_of_the_day_before() -> Result<(), TestCaseError> {
    let log = log(&[
        ("founding", r#""occurred":"2024-07-04T15:00:00Z","order":2,"organisation":"sco""#),
        ("admission", r#""occurred":"2024-07-04","organisation":"sco","party":"KAZ""#),
    ]);
    statuses_agree(&log, &at("before:00000000-0000-4000-8000-000000000000"), &sco(), &[])
}

#[test]
fn who_surely_holds_a_status_is_counted_so() -> Result<(), TestCaseError> {
    let log = log(&[
        ("admission", r#""occurred":"2024-07","organisation":"sco","party":"KAZ","status":"member""#),
        ("reclassification", r#""occurred":"2024-07-04","organisation":"sco","from":["member"],"to":"member""#),
    ]);
    statuses_agree(&log, &at("2024-07-04"), &sco(), &[])
}

#[test]
fn what_is_odd_can_be_asked_before_an_organisation_is_named() {
    let log = log(&[
        ("attendance", r#""occurred":"2024-07-04","meeting":"summit","party":"KAZ""#),
        ("founding", r#""occurred":"2024-07-04","organisation":"sco""#),
    ]);
    let vantage = Vantage { at_position: Some(Position::new(1)), ..Vantage::default() };
    assert!(view(&index(&log.0), &vantage).remarks(None).is_ok());
}

/// A retraction of `sco` of an event of `brics`, which is put on record after it.
fn retracted_before_it_is_told() -> (Log, Vantage) {
    let mut log = log(&[
        ("founding", r#""occurred":"2024-07-04","organisation":"brics""#),
        (
            "retraction",
            r#""occurred":"2024-07-04","organisation":"sco","retracts":"00000000-0000-4000-8000-000000000002""#,
        ),
        ("admission", r#""occurred":"2024-07-04","organisation":"brics","party":"KAZ""#),
    ]);
    for line in &mut log.0 {
        line.event.recorded_at = Some(line.stored_at);
    }
    let known = Vantage { known_at: Some(log.0[1].stored_at), ..Vantage::default() };
    (log, known)
}

#[test]
fn a_target_that_is_put_on_record_later_is_not_known_before() {
    let (log, then) = retracted_before_it_is_told();
    let (all, known) = (index(&log.0), index(&log.0[..2]));
    assert_eq!(everything(&all, &known, &then), everything(&known, &known, &Vantage::default()));
}

#[test]
fn whose_an_event_is_does_not_follow_from_later_ones() {
    let (log, _) = retracted_before_it_is_told();
    let (all, known) = (index(&log.0), index(&log.0[..2]));
    let then = Vantage { at_position: Some(Position::new(2)), ..Vantage::default() };
    assert_eq!(everything(&all, &known, &then), everything(&known, &known, &Vantage::default()));
}

#[test]
fn the_evidence_of_a_no_suffices_for_it() -> Result<(), TestCaseError> {
    let log = log(&[
        ("withdrawal", r#""occurred":"2024-07-03","organisation":"sco","party":"KAZ""#),
        ("admission", r#""occurred":"[2024-07-03,2024-07-05]","organisation":"sco","party":"KAZ","status":"member""#),
        ("admission", r#""occurred":"2024-07-04","organisation":"sco","party":"KAZ","status":"partner""#),
        ("withdrawal", r#""occurred":"2024-07-04T15:00:00Z","organisation":"sco","party":"KAZ""#),
    ]);
    let kazakhstan = asking(&"KAZ".parse().expect("a party"), None);
    evidence_of_rows_suffices(&log, &at("2024-07-04"), &sco(), &MembersFilter::default())?;
    evidence_of_rows_suffices(&log, &at("2024-07-04"), &sco(), &kazakhstan)
}

#[test]
fn what_took_an_event_back_is_told_in_an_order_of_its_own() {
    let retraction = r#""occurred":"2024-07-04","retracts":"00000000-0000-4000-8000-000000000000""#;
    let log = log(&[
        ("admission", r#""occurred":"2024-07-04","organisation":"sco","party":"KAZ""#),
        ("retraction", retraction),
        ("retraction", retraction),
    ]);
    let other = placed([0, 2, 1].map(|n| log.0[n].event.clone()));
    let (one, other) = (index(&log.0), index(&other.0));
    let now = Vantage::default();
    assert_eq!(everything(&one, &one, &now), everything(&other, &one, &now));
}

#[test]
fn what_does_not_say_when_it_was_recorded_is_not_weighed_by_its_arrival() {
    let log = log(&[
        ("attendance", r#""occurred":"2024-07-04","meeting":"summit","party":"KAZ","mode":"video""#),
        ("attendance", r#""occurred":"2024-07-04","meeting":"summit","party":"KAZ","mode":"in_person""#),
    ]);
    let other = placed([1, 0].map(|n| log.0[n].event.clone()));
    let (one, other) = (index(&log.0), index(&other.0));
    let now = Vantage::default();
    assert_eq!(everything(&one, &one, &now), everything(&other, &one, &now));
}

#[test]
fn a_postponement_to_come_voids_nothing_yet() -> Result<(), TestCaseError> {
    let log = log(&[
        ("attendance", r#""occurred":"2024-07-03","meeting":"summit","party":"KAZ""#),
        ("meeting", r#""occurred":"2024-07-04","meeting":"summit","phase":"postponed""#),
    ]);
    seats_agree(&log, &at("2024-07-03"), &"summit".parse().expect("a slug"))
}
