//! Membership of the Shanghai Cooperation Organisation, from the report of its summit and from its record.

use std::collections::BTreeMap;

use jiff::civil::Date;
use projector::{Index, Members, MembersFilter, Record, Remark, SpellRow, Stated};
use proptest::prelude::*;
use summit::{AccordingTo, OrganisationId, PartyId, Position, Vantage};
use wire::Document;

const ASTANA: &str = include_str!("../../wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = include_str!("../../wire/tests/data/sco-history.jsonl");
/// Iran's admission as the record has it.
const IRAN: &str = r#"{"specversion":"1.0","id":"0197d0a0-0000-7000-8000-000000000001","source":"/desks/record",
    "type":"chronicle.admission.v1","recordedtime":"2025-12-02T00:00:00Z","data":{"occurred":"2023-07-04",
    "attribution":[{"name":"SCO Secretariat"}],"authority":"record","organisation":"sco","party":"IRN"}}"#;
const RETRACTED: &str = r#"{"specversion":"1.0","id":"0197d0a0-0000-7000-8000-000000000002","source":"/desks/record",
    "type":"chronicle.retraction.v1","recordedtime":"2025-12-03T00:00:00Z","data":{"occurred":"2025-12-03",
    "attribution":[{"name":"SCO Secretariat"}],"retracts":"0197d0a0-0000-7000-8000-000000000001"}}"#;
const BEFORE_THE_SIGNING: &str = "before:b5364d9f-d187-5fb4-b66f-f9f065db5ba6";
const AFTER_THE_ADMISSION: &str = "after:35984089-b65c-5559-889f-358f31df4dd7";
/// Behind everything that the data tells.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

fn records<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<Record> {
    let decode = |line: &str| Document::decode(line.as_bytes()).expect("a good document").event().clone();
    let stored_at = "2026-01-01T00:00:00Z".parse().expect("an instant");
    (1..).zip(lines).map(|(n, line)| Record { position: Position::new(n), stored_at, event: decode(line) }).collect()
}

/// The index of some records.
fn index(records: &[Record]) -> Index {
    let mut index = Index::new();
    for record in records {
        index.record(record.clone());
    }
    index
}

/// All spells of every party, as the fold tells them from a vantage.
fn membership(records: &[Record], vantage: &Vantage) -> BTreeMap<PartyId, Vec<SpellRow>> {
    let index = index(records);
    let view = index.view(vantage, TODAY).expect("a vantage");
    let Ok(timeline) = view.timeline(&sco(), None) else { return BTreeMap::new() };
    timeline.parties.into_iter().map(|row| (row.party, row.spells)).filter(|(_, spells)| !spells.is_empty()).collect()
}

/// The members from a vantage whose other parts are open.
fn members(records: &[Record], as_of: &str) -> Members {
    let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
    index(records).view(&vantage, TODAY).expect("a vantage").members(&sco(), &MembersFilter::default()).expect("known")
}

/// The parties that hold a status with an answer, as one text.
fn holding(records: &[Record], status: &str, answer: Stated, as_of: &str) -> String {
    let members = members(records, as_of);
    let rows = members.parties.iter().filter(|row| row.answer == answer);
    let holds = rows.filter(|row| row.status.as_ref().is_some_and(|held| held.as_str() == status));
    holds.map(|row| row.party.as_str()).collect::<Vec<_>>().join(" ")
}

fn sco() -> OrganisationId {
    "sco".parse().expect("a slug")
}

fn texts(remarks: &[Remark], kind: &str) -> Vec<String> {
    remarks.iter().filter(|remark| remark.kind == kind).map(|remark| remark.text.clone()).collect()
}

#[test]
fn ten_members_after_the_summit_of_astana() {
    let astana = records(ASTANA.lines());
    let day = "2024-07-04";
    assert_eq!(holding(&astana, "member", Stated::Yes, day), "BLR CHN IND IRN KAZ KGZ PAK RUS TJK UZB");
    assert_eq!(holding(&astana, "observer", Stated::Yes, day), "AFG MNG");
    assert_eq!(holding(&astana, "dialogue_partner", Stated::Yes, day), "LKA TUR");
}

#[test]
fn nine_before_the_signing_and_ten_after_the_admission() {
    let astana = records(ASTANA.lines());
    assert_eq!(holding(&astana, "member", Stated::Yes, BEFORE_THE_SIGNING), "CHN IND IRN KAZ KGZ PAK RUS TJK UZB");
    assert_eq!(holding(&astana, "member", Stated::Possibly, BEFORE_THE_SIGNING), "");
    assert_eq!(holding(&astana, "member", Stated::Yes, AFTER_THE_ADMISSION), "BLR CHN IND IRN KAZ KGZ PAK RUS TJK UZB");
}

#[test]
fn what_is_uncertain_is_possibly() {
    let astana = records(ASTANA.lines());
    let spring = "2017-03-01";
    assert_eq!(holding(&astana, "member", Stated::Yes, spring), "CHN KAZ KGZ RUS TJK UZB");
    assert_eq!(holding(&astana, "member", Stated::Possibly, spring), "IND PAK");
    assert_eq!(holding(&astana, "observer", Stated::Possibly, spring), "AFG MNG");
    assert_eq!(holding(&astana, "dialogue_partner", Stated::Possibly, spring), "LKA TUR");
    assert_eq!(members(&astana, "2000").parties, []);
    assert_eq!(
        membership(&astana, &Vantage::default())[&"TUR".parse().expect("a code")][0].since.edtf,
        "2001/2024-07-04"
    );
}

#[test]
fn tallies_that_the_counts_do_not_bear_out_are_remarked() {
    let remarks = members(&records(ASTANA.lines()), "2024-07-04").remarks;
    assert_eq!(
        texts(&remarks, "tally"),
        [
            "\"Asia news report, 4 July 2024\" states 10 of \"member\"; the chronicle counts 9 then",
            "\"Asia news report, 4 July 2024\" states 14 of \"dialogue_partner\"; the chronicle counts 2 then",
        ]
    );
}

#[test]
fn of_whom_nothing_is_said_the_answer_is_not_stated() {
    let index = index(&records(ASTANA.lines()));
    let ask = |party: &str, as_of: &str| {
        let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
        let only = MembersFilter { status: None, party: Some(party.parse().expect("a code")) };
        let members = index.view(&vantage, TODAY).expect("a vantage").members(&sco(), &only).expect("known");
        members.parties.iter().map(|row| row.answer).collect::<Vec<_>>()
    };
    assert_eq!(ask("BRA", "2024"), [Stated::NotStated]);
    assert_eq!(ask("BLR", "2023"), [Stated::No]);
    assert_eq!(ask("BLR", "2024"), [Stated::Yes]);
    assert_eq!(ask("IND", "2017-03-01"), [Stated::Possibly]);
}

#[test]
fn what_is_said_three_times_counts_once() {
    let spells = &membership(&records(ASTANA.lines()), &Vantage::default())[&"BLR".parse().expect("a code")];
    assert_eq!((spells.len(), spells[0].evidence.len(), spells[0].contested), (1, 3, false));
}

#[test]
fn the_record_dates_what_the_report_leaves_vague() {
    let both = records(ASTANA.lines().chain(HISTORY.lines()));
    for (party, since) in [("IND", "2017-06-09"), ("PAK", "2017-06-09"), ("CHN", "2001-06-15")] {
        let spells = &membership(&both, &Vantage::default())[&party.parse().expect("a code")];
        let last = spells.last().expect("a spell");
        assert_eq!((last.status.as_str(), last.since.edtf.as_str(), last.contested), ("member", since, false));
    }
}

#[test]
fn a_correction_of_the_record_contests_the_report_and_can_be_taken_back() {
    let mut all = records(ASTANA.lines().chain(HISTORY.lines()).chain([IRAN]));
    let iran = |records: &[Record], vantage: &Vantage| {
        membership(records, vantage).remove(&"IRN".parse().expect("a code")).expect("Iran has spells")
    };
    let told = iran(&all, &Vantage::default());
    assert_eq!(told[0].status.as_str(), "observer");
    assert!(told[0].contested);
    assert_eq!((told[1].since.edtf.as_str(), told[1].contested), ("2023-07-04", true));
    let report =
        Vantage { according_to: Some(AccordingTo::from("Asia news report, 4 July 2024")), ..Vantage::default() };
    assert_eq!(iran(&all, &report)[0].since.edtf, "2021");
    let before = Vantage { at_position: Some(Position::new(283)), ..Vantage::default() };
    let former = iran(&all, &before);
    assert_eq!(former[1].since.edtf, "2021");
    all.extend(records([RETRACTED]).into_iter().map(|record| Record { position: Position::new(285), ..record }));
    assert_eq!(iran(&all, &Vantage::default()), former);
}

#[test]
fn the_evidence_of_each_spell_suffices_for_it() {
    let all = records(ASTANA.lines().chain(HISTORY.lines()).chain([IRAN]));
    for (party, spells) in membership(&all, &Vantage::default()) {
        for spell in spells {
            let suffices = |record: &&Record| spell.evidence.contains(&record.event.id);
            let only: Vec<Record> = all.iter().filter(suffices).cloned().collect();
            let told = membership(&only, &Vantage::default()).remove(&party).expect("the party is still known");
            assert!(told.contains(&spell), "{spell:?} became {told:?}");
        }
    }
}

/// One more claim about Belarus, numbered, with the rest of its data as JSON.
fn claim(number: u8, kind: &str, rest: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-0000000000{number:02}","source":"/t",
        "type":"chronicle.{kind}.v1","recordedtime":"2024-01-01T00:00:00Z","data":{{"organisation":"sco","party":"BLR",
        "attribution":[{{"name":"t"}}],{rest}}}}}"#
    )
}

/// The spells of Belarus as `status since..until`, with a mark on those contested.
fn told(claims: &[String]) -> Vec<String> {
    let view = membership(&records(claims.iter().map(String::as_str)), &Vantage::default());
    let text = |spell: &SpellRow| {
        let end = spell.until.as_ref().map(|end| end.edtf.clone()).unwrap_or_default();
        format!("{} {}..{end}{}", spell.status, spell.since.edtf, if spell.contested { " contested" } else { "" })
    };
    view.values().flatten().map(text).collect()
}

#[test]
fn a_standing_dates_a_change_between_two_looks() {
    let claims = [
        claim(1, "admission", r#""occurred":"1990""#),
        claim(2, "standing", r#""occurred":"1995","status":"none","previous":{"occurred":"1993","status":"member"}"#),
    ];
    assert_eq!(told(&claims), ["member 1990..1994/1995", "none 1994/1995.."]);
}

#[test]
fn a_weaker_standing_contests_and_ends_nothing() {
    let strong = claim(1, "admission", r#""occurred":"2010","status":"member","authority":"record""#);
    let weak = claim(2, "standing", r#""occurred":"2012","status":"observer","authority":"press""#);
    let again = claim(3, "standing", r#""occurred":"2013","status":"member","authority":"press""#);
    assert_eq!(told(&[strong.clone(), weak, again]), ["member 2010.. contested"]);
    let equal = claim(4, "standing", r#""occurred":"2012","status":"observer","authority":"record""#);
    assert_eq!(told(&[strong, equal]), ["member 2010..2010/2012", "observer 2010/2012.."]);
}

#[test]
fn a_withdrawal_ends_a_status_and_a_standing_of_none_agrees() {
    let claims = [
        claim(1, "admission", r#""occurred":"2010""#),
        claim(2, "withdrawal", r#""occurred":"2016-05""#),
        claim(3, "standing", r#""occurred":"2020","status":"none""#),
    ];
    assert_eq!(told(&claims), ["member 2010..2016-05", "none 2016-05.."]);
}

#[test]
fn a_reclassification_changes_only_those_who_hold_what_it_replaces() {
    let scheme = claim(2, "reclassification", r#""occurred":"2025-09-01","from":["observer"],"to":"partner""#);
    let observer = claim(1, "admission", r#""occurred":"2010","status":"observer""#);
    assert_eq!(told(&[observer, scheme.clone()]), ["observer 2010..2025-09-01", "partner 2025-09-01.."]);
    let member = claim(1, "admission", r#""occurred":"2010""#);
    assert_eq!(told(&[member.clone(), scheme.clone()]), ["member 2010.."]);
    // Skipped, it separates nothing: both admissions speak of one transition.
    let again = claim(3, "admission", r#""occurred":"2026""#);
    assert_eq!(told(&[member, scheme, again]).len(), 1);
}

#[test]
fn a_standing_that_leaves_no_time_for_the_change_puts_it_at_its_end() {
    let looked_later = r#""occurred":"1995","status":"member","previous":{"occurred":"1999","status":"none"}"#;
    let view = membership(&records([claim(1, "standing", looked_later).as_str()]), &Vantage::default());
    let since = &view.values().next().expect("one party")[0].since;
    assert_eq!((since.earliest.as_deref(), since.latest.as_deref()), (Some("1995-12-31"), Some("1995-12-31")));
}

#[test]
fn a_retracted_retraction_counts_for_nothing_and_links_on_a_cycle_neither() {
    let admission = claim(1, "admission", r#""occurred":"2010""#);
    let retracts = |number: u8, target: u8| {
        let target = format!(r#""occurred":"2024","retracts":"00000000-0000-4000-8000-0000000000{target:02}""#);
        claim(number, "retraction", &target)
    };
    assert_eq!(told(&[admission.clone(), retracts(2, 1)]), [] as [&str; 0]);
    assert_eq!(told(&[admission.clone(), retracts(2, 1), retracts(3, 2)]), ["member 2010.."]);
    assert_eq!(told(&[admission.clone(), retracts(2, 1), retracts(3, 2), retracts(4, 3)]), [] as [&str; 0]);
    assert_eq!(told(&[admission, retracts(2, 3), retracts(3, 2)]), ["member 2010.."]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_order_and_any_repetition_tells_the_same(
        order in Just((0..285usize).collect::<Vec<_>>()).prop_shuffle(), twice in prop::collection::vec(0..285usize, 0..50),
    ) {
        let lines: Vec<&str> = ASTANA.lines().chain(HISTORY.lines()).chain([IRAN, RETRACTED]).collect();
        let plain = records(lines.iter().copied());
        let shuffled = records(order.iter().chain(&twice).map(|index| lines[*index]));
        prop_assert_eq!(membership(&shuffled, &Vantage::default()), membership(&plain, &Vantage::default()));
    }

    #[test]
    fn what_was_known_ignores_what_came_later(cut in 1u64..285) {
        let all = records(ASTANA.lines().chain(HISTORY.lines()).chain([IRAN, RETRACTED]));
        let vantage = Vantage { at_position: Some(Position::new(cut)), ..Vantage::default() };
        let then: Vec<Record> = all.iter().filter(|record| record.position.get() <= cut).cloned().collect();
        prop_assert_eq!(membership(&all, &vantage), membership(&then, &Vantage::default()));
    }
}
