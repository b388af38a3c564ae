//! Successions: what ends, what passes over, what is left to admissions, in the history of states and organisations.

use jiff::civil::Date;
use projector::{
    Calendar, Change, Index, Knowledge, MembersFilter, Record, SpellRow, View, calendar_changes, changes, diff,
};
use summit::{AccordingTo, OrganisationId, PartyId, Position, Vantage};
use wire::Document;

/// Behind everything that is told here.
const TODAY: Date = jiff::civil::date(2026, 1, 1);

/// Events, as lines of `kind` and data; the nth has the id that ends in n, and is recorded on the nth day of a year.
#[derive(Clone)]
struct Given(Vec<(String, String)>);

fn given<const N: usize>(events: [(&str, &str); N]) -> Given {
    Given(events.into_iter().map(|(kind, data)| (kind.to_owned(), data.to_owned())).collect())
}

impl Given {
    fn and<const N: usize>(mut self, events: [(&str, &str); N]) -> Self {
        self.0.extend(given(events).0);
        self
    }

    fn records(&self) -> Vec<Record> {
        let record = |(n, (kind, data)): (u64, &(String, String))| {
            let text = format!(
                r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{n:012}","source":"/t",
                "type":"chronicle.{kind}.v1","recordedtime":"2024-01-{n:02}T00:00:00Z",
                "data":{{{data}{}}}}}"#,
                if data.contains("attribution") { "" } else { r#","attribution":[{"name":"t"}]"# }
            );
            let event =
                Document::decode(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).event().clone();
            Record { position: Position::new(n), stored_at: "2024-02-01T00:00:00Z".parse().expect("an instant"), event }
        };
        (1..).zip(&self.0).map(record).collect()
    }

    fn index(&self) -> Index {
        let mut index = Index::new();
        for record in self.records() {
            index.record(record);
        }
        index
    }

    /// The spells of a party in an organisation as `status since..until`, with a mark on those contested.
    #[track_caller]
    fn then(&self, organisation: &str, party: &str, expected: &[&str]) -> &Self {
        self.then_from(&Vantage::default(), organisation, party, expected)
    }

    #[track_caller]
    fn then_from(&self, vantage: &Vantage, organisation: &str, party: &str, expected: &[&str]) -> &Self {
        let index = self.index();
        assert_eq!(texts(&spells(&view(&index, vantage), organisation, party)), expected, "{party} in {organisation}");
        self
    }

    /// Who holds what on a day.
    #[track_caller]
    fn holds(&self, organisation: &str, as_of: &str, expected: &str) -> &Self {
        let index = self.index();
        let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
        let members = view(&index, &vantage).members(&slug(organisation), &MembersFilter::default()).expect("known");
        let rows = members.parties.iter().map(|row| {
            format!(
                "{} {} {}",
                row.party,
                row.status.as_ref().map(ToString::to_string).unwrap_or_default(),
                row.answer.as_str()
            )
        });
        assert_eq!(rows.collect::<Vec<_>>().join(", "), expected, "{organisation} {as_of}");
        self
    }

    #[track_caller]
    fn remarks(&self, organisation: &str, kinds: &[&str]) -> &Self {
        let index = self.index();
        let members = view(&index, &Vantage::default()).members(&slug(organisation), &MembersFilter::default());
        let remarks = members.expect("known").remarks;
        assert_eq!(remarks.iter().map(|remark| remark.kind.as_ref()).collect::<Vec<_>>(), kinds, "{remarks:?}");
        self
    }
}

fn view<'a>(index: &'a Index, vantage: &Vantage) -> View<'a> {
    index.view(vantage, TODAY).expect("a vantage")
}

fn slug(text: &str) -> OrganisationId {
    text.parse().expect("a slug")
}

fn code(text: &str) -> PartyId {
    text.parse().expect("a party")
}

fn spells(view: &View<'_>, organisation: &str, party: &str) -> Vec<SpellRow> {
    let timeline = view.timeline(&slug(organisation), Some(&code(party))).expect("known");
    timeline.parties.into_iter().flat_map(|row| row.spells).collect()
}

fn texts(spells: &[SpellRow]) -> Vec<String> {
    let text = |spell: &SpellRow| {
        let end = spell.until.as_ref().map(|end| end.edtf.clone()).unwrap_or_default();
        format!("{} {}..{end}{}", spell.status, spell.since.edtf, if spell.contested { " contested" } else { "" })
    };
    spells.iter().map(text).collect()
}

/// The Soviet Union is a member of the United Nations, and Russia continues it.
fn soviet_union() -> Given {
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"SUHH","manner":"founding""#),
        ("succession", r#""occurred":"1991-12-24","from":["SUHH"],"to":["RUS"],"manner":"continuation""#),
    ])
}

#[test]
fn russia_continues_the_soviet_union_in_every_organisation_that_it_belonged_to() {
    soviet_union()
        .and([("admission", r#""occurred":"1954","organisation":"unesco","party":"SUHH""#)])
        .then("un", "SUHH", &["member 1945-10-24..1991-12-24", "none 1991-12-24.."])
        .then("un", "RUS", &["member 1991-12-24.."])
        .then("unesco", "RUS", &["member 1991-12-24.."])
        .holds("un", "1991-12-23", "SUHH member yes")
        .holds("un", "1991-12-24", "RUS member yes")
        .remarks("un", &[]);
}

#[test]
fn what_is_said_of_russia_itself_dates_its_own_membership_and_nothing_competes() {
    soviet_union()
        .and([
            ("admission", r#""occurred":"1991-12-26","organisation":"un","party":"RUS","manner":"succession""#),
            ("withdrawal", r#""occurred":"1991-12-25","organisation":"un","party":"SUHH","manner":"state_ceased""#),
        ])
        .then("un", "RUS", &["member 1991-12-26.."])
        .then("un", "SUHH", &["member 1945-10-24..1991-12-25", "none 1991-12-25.."]);
    // A withdrawal on the very day, or a standing of that year, speaks of the same end: the place passes over all the same.
    for said in [
        ("withdrawal", r#""occurred":"1991-12-24","organisation":"un","party":"SUHH""#),
        ("standing", r#""occurred":"1991","organisation":"un","party":"SUHH","status":"none""#),
    ] {
        soviet_union().and([said]).then("un", "SUHH", &["member 1945-10-24..1991-12-24", "none 1991-12-24.."]).then(
            "un",
            "RUS",
            &["member 1991-12-24.."],
        );
    }
}

#[test]
fn who_holds_another_status_or_is_said_to_hold_none_receives_nothing() {
    let observer = ("admission", r#""occurred":"1990","organisation":"un","party":"RUS","status":"observer""#);
    soviet_union().and([observer]).then("un", "RUS", &["observer 1990.."]);
    let none = ("standing", r#""occurred":"1991-12-24","organisation":"un","party":"RUS","status":"none""#);
    soviet_union().and([none]).then("un", "RUS", &["none ../1991-12-24.."]).holds("un", "1992", "");
    let earlier = ("standing", r#""occurred":"1980","organisation":"un","party":"RUS","status":"member""#);
    soviet_union().and([earlier]).then("un", "RUS", &["member ../1980.."]);
}

#[test]
fn who_had_left_before_leaves_nothing() {
    soviet_union()
        .and([("withdrawal", r#""occurred":"1980","organisation":"un","party":"SUHH""#)])
        .then("un", "SUHH", &["member 1945-10-24..1980", "none 1980.."])
        .then("un", "RUS", &[])
        .remarks("un", &[]);
}

#[test]
fn burma_is_myanmar_under_another_name() {
    given([
        ("admission", r#""occurred":"1948-04-19","organisation":"un","party":"BUMM""#),
        ("standing", r#""occurred":"1995","organisation":"un","party":"MMR","status":"member""#),
        ("succession", r#""occurred":"1989-06-18","from":["BUMM"],"to":["MMR"],"manner":"renaming""#),
    ])
    .then("un", "BUMM", &["member 1948-04-19..1989-06-18", "none 1989-06-18.."])
    .then("un", "MMR", &["member 1989-06-18.."]);
}

#[test]
fn heirs_of_what_was_dissolved_are_admitted_or_are_not() {
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"CSHH""#),
        ("succession", r#""occurred":"1992-12-31","from":["CSHH"],"to":["CZE","SVK"],"manner":"dissolution""#),
        ("admission", r#""occurred":"1993-01-19","organisation":"un","party":"CZE""#),
    ])
    .then("un", "CSHH", &["member 1945-10-24..1992-12-31", "none 1992-12-31.."])
    .then("un", "CZE", &["member 1993-01-19.."])
    .then("un", "SVK", &[]);
}

#[test]
fn yugoslavia_ended_in_the_organisation_when_its_own_record_says_so() {
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"YUCS""#),
        (
            "succession",
            r#""occurred":"1992-04-27","from":["YUCS"],"to":["HRV","SVN","MKD","BIH","CSXX"],"manner":"dissolution""#,
        ),
        ("withdrawal", r#""occurred":"2000-11-01","organisation":"un","party":"YUCS","authority":"official""#),
        ("admission", r#""occurred":"2000-11-01","organisation":"un","party":"CSXX""#),
        ("succession", r#""occurred":"2006-06-03","from":["CSXX"],"to":["SRB"],"manner":"continuation""#),
        ("succession", r#""occurred":"2006-06-03","from":["CSXX"],"to":["MNE"],"manner":"separation""#),
    ])
    .then("un", "YUCS", &["member 1945-10-24..2000-11-01", "none 2000-11-01.."])
    .then("un", "CSXX", &["member 2000-11-01..2006-06-03", "none 2006-06-03.."])
    .then("un", "SRB", &["member 2006-06-03.."])
    .then("un", "MNE", &[])
    .then("un", "HRV", &[]);
}

#[test]
fn germany_goes_on_with_what_it_held_and_takes_over_nothing() {
    for from in [r#"["DDDE","DEU"]"#, r#"["DDDE"]"#] {
        let united = format!(r#""occurred":"1990-10-03","from":{from},"to":["DEU"],"manner":"unification""#);
        given([
            ("admission", r#""occurred":"1973-09-18","organisation":"un","party":"DDDE""#),
            ("admission", r#""occurred":"1973-09-18","organisation":"un","party":"DEU""#),
            ("admission", r#""occurred":"1950-09","organisation":"comecon","party":"DDDE""#),
            ("succession", &united),
        ])
        .then("un", "DDDE", &["member 1973-09-18..1990-10-03", "none 1990-10-03.."])
        .then("un", "DEU", &["member 1973-09-18.."])
        .then("comecon", "DDDE", &["member 1950-09..1990-10-03", "none 1990-10-03.."])
        .then("comecon", "DEU", &[]);
    }
}

#[test]
fn who_unites_in_a_new_one_leaves_it_what_they_held_if_it_was_the_same() {
    let tanzania = |zanzibar: &str| {
        let zanzibar =
            format!(r#""occurred":"1963-12-16","organisation":"un","party":"zanzibar","status":"{zanzibar}""#);
        given([
            ("admission", r#""occurred":"1961-12-14","organisation":"un","party":"tanganyika""#),
            ("admission", zanzibar.as_str()),
            (
                "succession",
                r#""occurred":"1964-04-26","from":["tanganyika","zanzibar"],"to":["TZA"],"manner":"unification""#,
            ),
        ])
    };
    tanzania("member").then("un", "TZA", &["member 1964-04-26.."]).remarks("un", &[]);
    tanzania("observer").then("un", "TZA", &[]).remarks("un", &["succession-unclear"]);
}

#[test]
fn sudan_goes_on_and_south_sudan_is_admitted_or_is_not() {
    given([
        ("admission", r#""occurred":"1956-11-12","organisation":"un","party":"SDN""#),
        ("succession", r#""occurred":"2011-07-09","from":["SDN"],"to":["SSD"],"manner":"separation""#),
    ])
    .then("un", "SDN", &["member 1956-11-12.."])
    .then("un", "SSD", &[]);
}

#[test]
fn who_united_and_parted_again_is_no_cycle() {
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"EGY""#),
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"SYR""#),
        ("succession", r#""occurred":"1958-02-22","from":["EGY","SYR"],"to":["uar"],"manner":"unification""#),
        ("succession", r#""occurred":"1961-09-29","from":["uar"],"to":["EGY"],"manner":"continuation""#),
        ("admission", r#""occurred":"1961-10-13","organisation":"un","party":"SYR""#),
    ])
    .then("un", "EGY", &["member 1945-10-24..1958-02-22", "none 1958-02-22..1961-09-29", "member 1961-09-29.."])
    .then("un", "uar", &["member 1958-02-22..1961-09-29", "none 1961-09-29.."])
    .then("un", "SYR", &["member 1945-10-24..1958-02-22", "none 1958-02-22..1961-10-13", "member 1961-10-13.."])
    .remarks("un", &[]);
}

/// The Organisation of African Unity, with a member and a place of its own in another organisation.
fn african_unity(manner: &str) -> Given {
    let succession = format!(r#""occurred":"2002-07-09","from":["oau"],"to":["au"],"manner":"{manner}""#);
    given([
        ("admission", r#""occurred":"1963-05-25","organisation":"oau","party":"DZA""#),
        ("admission", r#""occurred":"1965-10-11","organisation":"un","party":"oau","status":"observer""#),
        ("succession", succession.as_str()),
    ])
}

#[test]
fn an_organisation_that_is_succeeded_ends_and_its_members_join_the_new_one_or_do_not() {
    african_unity("succession")
        .then("oau", "DZA", &["member 1963-05-25..2002-07-09", "none 2002-07-09.."])
        .then("au", "DZA", &[])
        .then("un", "oau", &["observer 1965-10-11..2002-07-09", "none 2002-07-09.."])
        .then("un", "au", &["observer 2002-07-09.."]);
    african_unity("dissolution").then("oau", "DZA", &["member 1963-05-25..2002-07-09", "none 2002-07-09.."]).then(
        "un",
        "au",
        &[],
    );
}

#[test]
fn an_organisation_under_another_name_keeps_its_members() {
    african_unity("renaming")
        .and([("succession", r#""occurred":"2010-01-01","from":["DZA"],"to":["algeria"],"manner":"renaming""#)])
        .then("oau", "DZA", &["member 1963-05-25..2002-07-09", "none 2002-07-09.."])
        .then("au", "DZA", &["member 2002-07-09..2010-01-01", "none 2010-01-01.."])
        .then("au", "algeria", &["member 2010-01-01.."])
        .then("oau", "algeria", &[])
        .holds("au", "2005", "DZA member yes");
}

#[test]
fn a_succession_in_one_organisation_holds_only_there() {
    let only = (
        "succession",
        r#""occurred":"1971-10-25","organisation":"un","from":["TWN"],"to":["CHN"],"manner":"continuation""#,
    );
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"TWN""#),
        ("admission", r#""occurred":"1947","organisation":"imf","party":"TWN""#),
        only,
    ])
    .then("un", "CHN", &["member 1971-10-25.."])
    .then("un", "TWN", &["member 1945-10-24..1971-10-25", "none 1971-10-25.."])
    .then("imf", "TWN", &["member 1947.."])
    .then("imf", "CHN", &[]);
    // Nor does what an organisation says of itself end another.
    african_unity("separation")
        .and([(
            "succession",
            r#""occurred":"2003","organisation":"au","from":["oau"],"to":["au"],"manner":"renaming""#,
        )])
        .then("oau", "DZA", &["member 1963-05-25.."])
        .then("au", "DZA", &["member 2003.."]);
}

#[test]
fn a_chain_passes_on_what_it_received() {
    for (second, third) in [("1910", "1920"), ("1910", "1910")] {
        let later = format!(r#""occurred":"{third}","from":["b-land"],"to":["c-land"],"manner":"renaming""#);
        let former = format!(r#""occurred":"{second}","from":["a-land"],"to":["b-land"],"manner":"renaming""#);
        given([
            ("succession", later.as_str()),
            ("succession", former.as_str()),
            ("admission", r#""occurred":"1900","organisation":"upu","party":"a-land""#),
        ])
        .then("upu", "b-land", &[format!("member {second}..{third}").as_str(), format!("none {third}..").as_str()])
        .then("upu", "c-land", &[format!("member {third}..").as_str()]);
    }
}

#[test]
fn successions_of_one_time_that_lead_back_have_no_effect() {
    given([
        ("admission", r#""occurred":"1900","organisation":"upu","party":"a-land""#),
        ("succession", r#""occurred":"1910","from":["a-land"],"to":["b-land"],"manner":"renaming""#),
        ("succession", r#""occurred":"1910","from":["b-land"],"to":["a-land"],"manner":"renaming""#),
    ])
    .then("upu", "a-land", &["member 1900.."])
    .then("upu", "b-land", &[])
    .remarks("upu", &["succession-cycle", "succession-cycle"]);
}

#[test]
fn two_accounts_of_one_succession_compete_for_its_date() {
    soviet_union()
        .and([(
            "succession",
            r#""occurred":"1991-12-26","from":["SUHH"],"to":["RUS"],"manner":"succession","authority":"official""#,
        )])
        .then("un", "SUHH", &["member 1945-10-24..1991-12-26 contested", "none 1991-12-26.. contested"])
        .then("un", "RUS", &["member 1991-12-26.. contested"])
        .remarks("un", &["contested", "contested", "contested"]);
}

#[test]
fn who_took_the_place_is_contested_and_the_weaker_claim_passes_nothing() {
    let other = |authority: &str| {
        let said = format!(
            r#""occurred":"1991","from":["SUHH"],"to":["UKR"],"manner":"continuation","authority":"{authority}""#
        );
        soviet_union().and([("succession", said.as_str())])
    };
    other("unverified").then("un", "RUS", &["member 1991-12-24.. contested"]).then(
        "un",
        "UKR",
        &["member 1991.. contested"],
    );
    other("official").then("un", "RUS", &[]).then("un", "UKR", &["member 1991.. contested"]);
    // Whoever tells that many came of it denies nobody's place.
    soviet_union()
        .and([(
            "succession",
            r#""occurred":"1991-12-24","from":["SUHH"],"to":["RUS","UKR","KAZ"],"manner":"dissolution""#,
        )])
        .then("un", "RUS", &["member 1991-12-24.."])
        .then("un", "KAZ", &[]);
}

#[test]
fn of_several_heirs_nobody_knows_whose_the_place_is() {
    given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"SUHH""#),
        ("succession", r#""occurred":"1991-12-24","from":["SUHH"],"to":["RUS","UKR"],"manner":"succession""#),
    ])
    .then("un", "SUHH", &["member 1945-10-24..1991-12-24", "none 1991-12-24.."])
    .then("un", "RUS", &[])
    .then("un", "UKR", &[]);
}

#[test]
fn what_is_taken_back_never_was_and_what_is_corrected_is_another() {
    soviet_union()
        .and([("retraction", r#""occurred":"2024","retracts":"00000000-0000-4000-8000-000000000002""#)])
        .then("un", "SUHH", &["member 1945-10-24.."])
        .then("un", "RUS", &[]);
}

#[test]
fn every_vantage_sees_the_successions_that_it_knows() {
    let all = given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"SUHH","attribution":[{"name":"UN"}]"#),
        (
            "succession",
            r#""occurred":"1991-12-24","order":2,"from":["SUHH"],"to":["RUS"],"manner":"continuation",
            "attribution":[{"name":"Russia"}]"#,
        ),
    ]);
    let lasts = ["member 1945-10-24.."];
    let at_position = Vantage { at_position: Some(Position::new(1)), ..Vantage::default() };
    all.then_from(&at_position, "un", "SUHH", &lasts).then_from(&at_position, "un", "RUS", &[]);
    let known_at =
        Vantage { known_at: Some("2024-01-01T12:00:00Z".parse().expect("an instant")), ..Vantage::default() };
    all.then_from(&known_at, "un", "SUHH", &lasts).then_from(&known_at, "un", "RUS", &[]);
    let according_to = Vantage { according_to: Some(AccordingTo::from("UN")), ..Vantage::default() };
    all.then_from(&according_to, "un", "SUHH", &lasts).then_from(&according_to, "un", "RUS", &[]);
    all.holds("un", "before:00000000-0000-4000-8000-000000000002", "SUHH member yes");
    all.holds("un", "after:00000000-0000-4000-8000-000000000002", "RUS member yes");
}

#[test]
fn what_is_announced_takes_effect_on_its_day() {
    let announced = given([
        ("admission", r#""occurred":"2001","organisation":"sco","party":"KAZ""#),
        ("succession", r#""occurred":"2026-03-01","from":["KAZ"],"to":["qazaqstan"],"manner":"renaming""#),
    ]);
    announced.holds("sco", "2026-02-28", "KAZ member yes").holds("sco", "2026-03-01", "qazaqstan member yes");
    let index = announced.index();
    let day = |text: &str| text.parse::<Date>().expect("a date");
    let days: Vec<Date> = Calendar::of(&index).days(TODAY, day("2026-12-31")).map(|(day, _)| day).collect();
    assert!(days.contains(&day("2026-03-01")), "{days:?}");
    let changed = calendar_changes(&index, day("2026-02-28"), day("2026-03-01"));
    assert_eq!(parties(&changed.changes), ["KAZ", "qazaqstan"]);
}

fn parties(changes: &[Change]) -> Vec<String> {
    let party = |change: &Change| match change {
        Change::Membership { party, .. } | Change::Attendance { party, .. } => party.to_string(),
    };
    changes.iter().map(party).collect()
}

#[test]
fn an_entry_changes_whatever_it_passes_on() {
    let all = soviet_union().and([
        ("admission", r#""occurred":"1954","organisation":"unesco","party":"SUHH""#),
        ("succession", r#""occurred":"2030","from":["RUS"],"to":["rossiya"],"manner":"renaming""#),
        ("retraction", r#""occurred":"2024","retracts":"00000000-0000-4000-8000-000000000002""#),
    ]);
    let index = all.index();
    let changed = |position| parties(&changes(&index, Position::new(position), TODAY).changes);
    assert_eq!(changed(2), ["RUS", "SUHH"]);
    // What is told later of the one before changes the one after.
    assert_eq!(changed(3), ["RUS"]);
    assert_eq!(changed(4), ["RUS", "RUS"]);
    assert_eq!(changed(5), ["RUS", "SUHH", "RUS", "SUHH"]);
}

#[test]
fn what_changed_in_what_is_known_names_the_succession_and_what_took_it_back() {
    let all =
        soviet_union().and([("retraction", r#""occurred":"2024","retracts":"00000000-0000-4000-8000-000000000002""#)]);
    let index = all.index();
    let causes = |from: u64, to: u64| {
        let sides = [from, to].map(|at| Knowledge::Position(Position::new(at)));
        let diff = diff(&index, &slug("un"), (sides[0], sides[1]), &Vantage::default(), TODAY).expect("known");
        let ids =
            |ids: &[summit::EventId]| ids.iter().map(|id| id.to_string().split_off(34)).collect::<Vec<_>>().join("+");
        diff.changes.iter().map(|one| format!("{} by {}", one.party, ids(&one.causes))).collect::<Vec<_>>()
    };
    assert_eq!(causes(1, 2), ["RUS by 02", "SUHH by 02"]);
    assert_eq!(causes(2, 3), ["RUS by 03", "SUHH by 03"]);
}

#[test]
fn an_explanation_names_the_succession_as_the_rule() {
    let index = soviet_union().index();
    let view = view(&index, &Vantage::default());
    let explained = |party: &str| view.explain(&slug("un"), &code(party)).expect("known").spells;
    let russia = explained("RUS");
    assert!(russia[0].rule.starts_with("a succession passes it over"), "{russia:?}");
    assert_eq!((russia[0].claims[0].kind.as_str(), russia[0].claims[0].status.as_str()), ("succession", "member"));
    let soviet_union = explained("SUHH");
    assert!(soviet_union[1].rule.starts_with("a succession ends it"), "{soviet_union:?}");
    assert_eq!(view.timeline(&slug("un"), None).expect("known").parties[0].spells[0].evidence.len(), 2);
}

#[test]
fn who_came_before_and_after_is_shown() {
    let index = african_unity("succession")
        .and([("succession", r#""occurred":"1991-12-24","from":["SUHH"],"to":["RUS"]"#)])
        .index();
    let view = view(&index, &Vantage::default());
    let oau = view.timeline(&slug("oau"), None).expect("known");
    assert_eq!(oau.succeeded_by[0].organisation, Some(slug("au")));
    assert_eq!(oau.succeeded_by[0].manner.as_str(), "succession");
    assert_eq!(view.members(&slug("oau"), &MembersFilter::default()).expect("known").succeeded_by, oau.succeeded_by);
    assert_eq!(view.organisation_row(&slug("oau")).succeeded_by, oau.succeeded_by);
    assert_eq!(view.timeline(&slug("au"), None).expect("known").succeeds[0].organisation, Some(slug("oau")));
    let un = view.timeline(&slug("un"), Some(&code("au"))).expect("known");
    assert_eq!(un.parties[0].succeeds[0].party, Some(code("oau")));
    let russia = view.party(&code("RUS")).expect("known");
    assert_eq!((&russia.succeeds[0].party, russia.succeeded_by.len()), (&Some(code("SUHH")), 0));
    assert_eq!(view.party(&code("au")).expect("known").memberships.len(), 1);
}

#[test]
fn whoever_dissolves_without_an_heir_holds_nothing_any_more_and_nobody_holds_it() {
    let dissolved = given([
        ("admission", r#""occurred":"1945-10-24","organisation":"un","party":"CSHH","manner":"founding""#),
        ("succession", r#""occurred":"1992-12-31","from":["CSHH"],"to":[],"manner":"dissolution""#),
        ("admission", r#""occurred":"1993-01-19","organisation":"un","party":"CZE""#),
    ]);
    dissolved.then("un", "CSHH", &["member 1945-10-24..1992-12-31", "none 1992-12-31.."]);
    dissolved.then("un", "CZE", &["member 1993-01-19.."]).remarks("un", &[]);
    let index = dissolved.index();
    let told = view(&index, &Vantage::default()).party(&code("CSHH")).expect("known").succeeded_by;
    assert_eq!((told.len(), &told[0].party, told[0].manner.as_str()), (1, &None, "dissolution"));
    // So is everything in an organisation that dissolves.
    let pact = given([
        ("admission", r#""occurred":"1955-05-14","organisation":"warsaw-pact","party":"POL""#),
        ("admission", r#""occurred":"1955-05-14","organisation":"warsaw-pact","party":"HUN","status":"observer""#),
        ("succession", r#""occurred":"1991-07-01","from":["warsaw-pact"],"to":[],"manner":"dissolution""#),
    ]);
    pact.then("warsaw-pact", "POL", &["member 1955-05-14..1991-07-01", "none 1991-07-01.."]);
    pact.holds("warsaw-pact", "1991-06-30", "HUN observer yes, POL member yes").holds("warsaw-pact", "1992", "");
    let index = pact.index();
    let told = view(&index, &Vantage::default()).timeline(&slug("warsaw-pact"), None).expect("known").succeeded_by;
    assert_eq!((told.len(), &told[0].organisation, &told[0].party), (1, &None, &None));
    assert_eq!(told[0].occurred, "1991-07-01");
}

/// `who` for a next link, `who through whom` for one behind it.
fn links(chain: &[projector::Successor]) -> Vec<String> {
    let name = |link: &projector::Successor| {
        let party = link.party.as_ref().map(ToString::to_string);
        party.or_else(|| link.organisation.as_ref().map(ToString::to_string)).unwrap_or_else(|| "nobody".to_owned())
    };
    let through = |link: &projector::Successor| link.through.as_ref().map(|one| format!(" through {one}"));
    chain.iter().map(|link| format!("{}{}", name(link), through(link).unwrap_or_default())).collect()
}

#[test]
fn the_whole_chain_of_successions_is_shown_both_ways() {
    let league = given([
        ("succession", r#""occurred":"1951","from":["league"],"to":["ecsc"],"manner":"succession""#),
        ("succession", r#""occurred":"1957","from":["ecsc"],"to":["eec","euratom"],"manner":"separation""#),
        ("succession", r#""occurred":"1993","from":["eec"],"to":["ec"],"manner":"renaming""#),
        ("succession", r#""occurred":"2009","from":["ec"],"to":[],"manner":"dissolution""#),
        ("admission", r#""occurred":"1952","organisation":"ecsc","party":"FRA""#),
        ("admission", r#""occurred":"1958","organisation":"ec","party":"FRA""#),
        ("admission", r#""occurred":"1958","organisation":"league","party":"FRA""#),
    ]);
    let index = league.index();
    let view = view(&index, &Vantage::default());
    let timeline = |of: &str| view.timeline(&slug(of), None).expect("known");
    let all = ["ecsc", "eec through ecsc", "euratom through ecsc", "ec through eec", "nobody through ec"];
    assert_eq!(links(&timeline("league").succeeded_by), all);
    assert_eq!(links(&timeline("ec").succeeds), ["eec", "ecsc through eec", "league through ecsc"]);
    assert_eq!(
        links(&view.party(&code("ecsc")).expect("known").succeeded_by),
        ["eec", "euratom", "ec through eec", "nobody through ec"]
    );
    assert_eq!(links(&view.organisation_row(&slug("league")).succeeded_by), ["ecsc"], "a row shows who is next");
}

#[test]
fn a_chain_that_leads_back_ends_and_so_does_a_long_one() {
    let congo = given([
        ("admission", r#""occurred":"1960","organisation":"un","party":"COD""#),
        ("succession", r#""occurred":"1971","from":["COD"],"to":["ZRCD"],"manner":"renaming""#),
        ("succession", r#""occurred":"1997","from":["ZRCD"],"to":["COD"],"manner":"renaming""#),
    ]);
    let index = congo.index();
    let told = view(&index, &Vantage::default()).party(&code("COD")).expect("known");
    assert_eq!(links(&told.succeeded_by), ["ZRCD", "COD through ZRCD"]);
    assert_eq!(links(&told.succeeds), ["ZRCD", "COD through ZRCD"]);
    let mut index = Index::new();
    for n in 0..300 {
        let text = format!(
            r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{n:012}","source":"/t","type":"chronicle.succession.v1",
            "data":{{"occurred":"{}","from":["state-{n}"],"to":["state-{}"],"attribution":[{{"name":"t"}}]}}}}"#,
            1000 + n,
            n + 1
        );
        let event = Document::decode(text.as_bytes()).expect("well-formed").event().clone();
        let stored_at = "2024-02-01T00:00:00Z".parse().expect("an instant");
        index.record(Record { position: Position::new(n + 1), stored_at, event });
    }
    let told = view_of(&index).party(&code("state-0")).expect("known").succeeded_by;
    assert_eq!((told.len(), &told[99].party), (100, &Some(code("state-100"))));
}

fn view_of(index: &Index) -> View<'_> {
    view(index, &Vantage::default())
}

#[test]
fn odd_successions_are_remarked_where_they_are_of_account() {
    let odd = given([
        ("admission", r#""occurred":"1990","organisation":"un","party":"SRB""#),
        ("succession", r#""occurred":"1992","from":["SRB"],"to":["SRB"],"manner":"renaming""#),
        ("succession", r#""occurred":"1993","from":["SRB"],"to":["un"],"manner":"separation""#),
        ("succession", r#""occurred":"2030","from":["SRB"],"to":["SRB"],"manner":"renaming""#),
        ("succession", r#""occurred":"1995","from":["kosovo"],"to":["kosovo"],"organisation":"oic""#),
    ]);
    odd.remarks("un", &["succession-idle", "succession-mixed"]).remarks("oic", &[]);
    odd.then("un", "SRB", &["member 1990.."]);
    let index = odd.index();
    let of_party = view_of(&index).party(&code("kosovo")).expect("known").remarks;
    assert_eq!(of_party.iter().map(|remark| remark.kind.as_ref()).collect::<Vec<_>>(), ["succession-idle"]);
}
