//! Hostile texts in every format, the codes of states and years, dates that formats know and do not know, and equal bytes
//! from equal tokens.

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};
use summit::{AsOf, Position, Vantage};
use wire::Document;

use super::{
    About, BadStates, FEED_ENTRIES, Feeding, Held, Package, States, Table, UNLICENSED, Writing, Years, defused,
    package, undefused,
};
use crate::filter::EventFilter;
use crate::index::{Index, Record};
use crate::view::View;

const TODAY: Date = date(2026, 1, 1);

/// What breaks tables, markup, calendars and lines.
const HOSTILE: [&str; 15] = [
    "=HYPERLINK(\"http://evil.example\",\"x\")",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " \n=1",
    "＝1",
    "'=1",
    "\"quoted\", with a comma; and ^carets\\n",
    "two\nlines\r\nand\rthree",
    "<b>&amp;</b><script>alert(1)</script>]]>",
    "🏔️ Астана 阿斯塔纳",
    "\u{202e}مرحبا",
    "BEGIN:VEVENT\nUID:x;CN=\"y\":",
];

fn index(events: impl IntoIterator<Item = (&'static str, Value)>) -> Index {
    let mut index = Index::new();
    for (kind, data) in events {
        add(&mut index, kind, data);
    }
    index
}

/// Adds an event; `corrects` in its data is the position of the one that it corrects.
fn add(index: &mut Index, kind: &str, mut data: Value) {
    let position = index.tail().next();
    let id = |number: u64| format!("00000000-0000-4000-8000-{number:012}");
    let mut document = json!({ "specversion": "1.0", "id": id(position.get()), "source": "/desks/test",
        "type": format!("chronicle.{kind}.v1"), "recordedtime": format!("2024-07-04T00:00:{:02}Z", position.get() % 60) });
    if let Some(target) = data.as_object_mut().and_then(|data| data.remove("corrects")).and_then(|it| it.as_u64()) {
        document["corrects"] = id(target).into();
    }
    if data.get("attribution").is_none() {
        data["attribution"] = json!([{ "name": "Gazette", "url": "https://gazette.example/1" }]);
    }
    document["data"] = data;
    let event = Document::decode(document.to_string().as_bytes()).expect("an event").event().clone();
    let stored_at: Timestamp = "2024-07-05T00:00:00Z".parse().expect("an instant");
    index.record(Record { position, stored_at, event });
}

fn from(as_of: &str) -> Vantage {
    Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() }
}

/// A meeting full of one text.
fn full_of(text: &str) -> Index {
    index([
        ("founding", json!({ "occurred": "2001", "organisation": "sco", "name": text, "place": text })),
        (
            "admission",
            json!({ "occurred": "2001", "organisation": "sco", "party": "IND",
            "note": text, "attribution": [{ "name": text, "url": text }, { "name": "B" }] }),
        ),
        (
            "meeting",
            json!({ "occurred": "2024-07-04", "organisation": "sco", "meeting": "summit", "title": text,
            "theme": text, "place": text, "venue": text, "zone": "Asia/Almaty", "form": "summit" }),
        ),
        (
            "attendance",
            json!({ "occurred": "2024-07-04", "meeting": "summit", "party": "IND", "level": "FM",
            "person": { "name": text, "id": "subrahmanyam-jaishankar", "office": text },
            "in_lieu_of": { "name": text, "id": "narendra-modi", "office": text } }),
        ),
        ("attendance", json!({ "occurred": "2024-07-04", "meeting": "summit", "group": text })),
    ])
}

fn of_sco() -> EventFilter {
    EventFilter { organisation: Some("sco".parse().expect("a slug")), ..EventFilter::default() }
}

fn of_summit() -> EventFilter {
    EventFilter { meeting: Some("summit".parse().expect("a slug")), ..EventFilter::default() }
}

fn records(table: &Table) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(table.csv.as_bytes());
    reader.records().map(|row| row.expect("a table").iter().map(ToOwned::to_owned).collect()).collect()
}

fn about(view: &View<'_>) -> About {
    view.about("what is shown", UNLICENSED)
}

fn slugs<T: std::str::FromStr<Err: std::fmt::Debug>>(names: &[&str]) -> Vec<T> {
    names.iter().map(|name| name.parse().expect("a slug")).collect()
}

proptest! {
    #[test]
    fn what_is_defused_is_no_formula_and_comes_back_as_it_was(text in "['=+@\\-\t\r\n ＝a\"]{0,6}") {
        let safe = defused(&text);
        prop_assert_eq!(undefused(&safe), text.as_str());
        prop_assert!(!safe.trim_start().starts_with(['=', '+', '-', '@', '＝']), "{:?}", safe);
        prop_assert!(!safe.starts_with(['\t', '\r', '\n']), "{:?}", safe);
    }
}

#[test]
fn hostile_texts_stand_in_tables_defused_or_verbatim_and_nowhere_else() {
    for text in HOSTILE {
        let index = full_of(text);
        let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
        let tables = |writing| {
            let spells = view.spells_table(&slugs(&["sco"]), None, Held::Ever, writing).expect("known");
            let attendance = view.attendance_table(&slugs(&["summit"]), None, writing).expect("known");
            [spells, attendance].map(|table| records(&table))
        };
        let (raw, safe) = (tables(Writing::Raw), tables(Writing::Safe));
        assert!(raw[0][0].iter().any(|cell| cell.starts_with(text)), "{text:?}: {raw:?}");
        assert!(raw[1][0].iter().filter(|cell| *cell == text).count() >= 4, "{text:?}: {raw:?}");
        for (raw, safe) in raw.iter().flatten().flatten().zip(safe.iter().flatten().flatten()) {
            assert_eq!(undefused(safe), raw);
            assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{safe:?}");
        }
    }
}

#[test]
fn hostile_texts_break_no_line_of_a_calendar() {
    for text in HOSTILE {
        let index = full_of(text);
        let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
        let calendar = view.calendar_of(&slugs(&["summit"]), &about(&view)).expect("known");
        assert!(!calendar.replace("\r\n", "").contains(|c: char| c.is_control() && c != '\t'), "{calendar:?}");
        for line in calendar.split("\r\n") {
            assert!(line.len() <= 75, "{} bytes: {line}", line.len());
        }
        let lines = unfolded(&calendar);
        let begun = lines.iter().filter(|line| line.starts_with("BEGIN:")).count();
        assert_eq!(begun, 2, "{text:?}: {lines:#?}");
        let attendees: Vec<&String> = lines.iter().filter(|line| line.starts_with("ATTENDEE")).collect();
        let [replaced, came] = attendees.as_slice() else { panic!("{text:?}: {lines:#?}") };
        assert!(
            replaced.contains(";PARTSTAT=DELEGATED") && replaced.ends_with(":urn:chronicle:person:narendra-modi"),
            "{replaced}"
        );
        assert!(replaced.contains(";DELEGATED-TO=\"urn:chronicle:person:subrahmanyam-jaishankar\";"), "{replaced}");
        assert!(came.contains(";DELEGATED-FROM=\"urn:chronicle:person:narendra-modi\";"), "{came}");
        assert!(came.contains(";PARTSTAT=ACCEPTED"), "{came}");
    }
}

fn unfolded(calendar: &str) -> Vec<String> {
    calendar.replace("\r\n ", "").split_terminator("\r\n").map(ToOwned::to_owned).collect()
}

#[test]
fn hostile_texts_are_no_markup_in_a_feed() {
    for text in HOSTILE {
        let index = full_of(text);
        let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
        let asked = Feeding { filter: of_sco(), most: 10, ..Feeding::default() };
        let feed = view.feed(&asked, &about(&view)).expect("known");
        assert!(!feed.contains("<b>") && !feed.contains("<script>") && !feed.contains("]]>"), "{feed}");
        assert!(!feed.contains(|c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{ffff}'), "{feed:?}");
        let read = feed.parse::<atom_syndication::Feed>().expect("a feed");
        assert_eq!(read.entries.len(), 5);
        assert_eq!(read.entries[0].id, "urn:uuid:00000000-0000-4000-8000-000000000005");
        assert_eq!(read.entries[0].updated.to_rfc3339(), "2024-07-04T00:00:05+00:00");
        let of_admission = &read.entries[3];
        assert_eq!(of_admission.links.iter().filter(|link| link.rel == "via").count(), 0, "no address is no link");
        assert_eq!(of_admission.contributors.len(), 1);
    }
}

#[test]
fn the_entries_of_a_feed_are_bounded_and_the_older_ones_are_in_the_next() {
    let admission = |party: &str| json!({ "occurred": "2001", "organisation": "sco", "party": party });
    let index =
        index([("admission", admission("CHN")), ("admission", admission("RUS")), ("admission", admission("KAZ"))]);
    let view = index.view(&from("2024"), TODAY).expect("a vantage");
    let at = super::Addresses {
        own: "/feed".to_owned(),
        events: "/v1/events/".to_owned(),
        older: "/feed?before=".to_owned(),
    };
    let page = |before, most| {
        let asked = Feeding { before, most, at: Some(at.clone()), ..Feeding::default() };
        let feed = view.feed(&asked, &about(&view)).expect("known").parse::<atom_syndication::Feed>().expect("a feed");
        let next = feed.links.iter().find(|link| link.rel == "next").map(|link| link.href.clone());
        (feed.entries.iter().map(|entry| entry.title.value.clone()).collect::<Vec<_>>(), next)
    };
    let told = |party: &str| format!("admission: {party} in sco, 2001");
    assert_eq!(page(None, 2), (vec![told("KAZ"), told("RUS")], Some("/feed?before=2".to_owned())));
    assert_eq!(page(Some(Position::new(2)), 2), (vec![told("CHN")], None));
    assert_eq!(page(None, FEED_ENTRIES).1, None);
}

#[test]
fn corrections_are_entries_of_their_own_and_count_in_the_sequence() {
    let meeting = |place: &str| json!({ "occurred": "2024-07-04", "organisation": "sco", "meeting": "summit", "phase": "announced", "place": place });
    let mut index = index([("meeting", meeting("Almaty"))]);
    let told = |index: &Index| {
        let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
        let calendar = unfolded(&view.calendar_of(&slugs(&["summit"]), &about(&view)).expect("known"));
        let value =
            |name: &str| calendar.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
        ["SEQUENCE:", "LOCATION:", "DTSTAMP:", "LAST-MODIFIED:", "STATUS:", "UID:"].map(value)
    };
    let uid = "summit@summit-chronicle";
    assert_eq!(told(&index), ["0", "Almaty", "20240704T000001Z", "20240704T000001Z", "TENTATIVE", uid]);
    let mut correction = meeting("Astana");
    correction["corrects"] = 1.into();
    add(&mut index, "meeting", correction);
    assert_eq!(told(&index), ["1", "Astana", "20240704T000002Z", "20240704T000002Z", "TENTATIVE", uid]);
    let again = json!({ "occurred": "2024-07-05", "organisation": "sco", "meeting": "summit", "phase": "cancelled" });
    add(&mut index, "meeting", again);
    assert_eq!(told(&index)[0], "1", "no correction");
    assert_eq!(told(&index)[4], "CANCELLED");

    let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
    let asked = Feeding { filter: of_summit(), most: 10, ..Feeding::default() };
    let feed = view.feed(&asked, &about(&view)).expect("known").parse::<atom_syndication::Feed>().expect("a feed");
    let corrected = &feed.entries[1];
    assert_eq!(corrected.title.value, "meeting (a correction): at summit, 2024-07-04");
    assert_eq!(corrected.links[1].href, "urn:uuid:00000000-0000-4000-8000-000000000001");
}

#[test]
fn the_times_of_a_meeting_are_days_clocks_or_instants_and_vaguer_ones_are_left_out() {
    for (occurred, zone, expected) in [
        ("2024-07-04", None, &["DTSTART;VALUE=DATE:20240704", "DTEND;VALUE=DATE:20240705"][..]),
        ("2024-07-04~", None, &["DTSTART;VALUE=DATE:20240704", "DTEND;VALUE=DATE:20240705"]),
        ("2024-07-03/2024-07-04", None, &["DTSTART;VALUE=DATE:20240703", "DTEND;VALUE=DATE:20240705"]),
        ("2024-07-04T15:00:00+05:00", Some("Asia/Almaty"), &["DTSTART:20240704T100000Z"]),
        ("2024-07-04T15:00:00", Some("Asia/Almaty"), &["DTSTART:20240704T100000Z"]),
        ("2024-07-04T15:00:00", None, &["DTSTART:20240704T150000"]),
        ("2024-07", None, &[]),
        ("2024", None, &[]),
        ("2024-07-04/..", None, &[]),
        ("2024-07-XX", None, &[]),
        ("-0043-03-15", None, &[]),
    ] {
        let mut meeting = json!({ "occurred": occurred, "organisation": "sco", "meeting": "summit" });
        if let Some(zone) = zone {
            meeting["zone"] = zone.into();
        }
        let index = index([("meeting", meeting)]);
        let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
        let calendar = unfolded(&view.calendar_of(&slugs(&["summit"]), &about(&view)).expect("known"));
        let mut times: Vec<&str> = calendar.iter().map(String::as_str).filter(|line| line.starts_with("DT")).collect();
        times.retain(|line| !line.starts_with("DTSTAMP"));
        times.sort_by_key(|line| line.starts_with("DTEND"));
        assert_eq!(times, expected, "{occurred}");
        let left_out = if expected.is_empty() { "1 summit" } else { "0 " };
        let left_out = format!("X-CHRONICLE-LEFT-OUT;VALUE=TEXT:{left_out}");
        assert!(calendar.contains(&left_out), "{occurred}: {calendar:#?}");
    }
}

#[test]
fn a_meeting_that_was_opened_and_closed_at_a_time_ends_then() {
    let meeting = |time: &str, phase: &str| {
        let occurred = format!("2024-07-04T{time}+05:00");
        json!({ "occurred": occurred, "meeting": "summit", "phase": phase, "zone": "Asia/Almaty" })
    };
    let index = index([("meeting", meeting("15:00:00", "opened")), ("meeting", meeting("16:30:00", "closed"))]);
    let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
    let calendar = unfolded(&view.calendar_of(&slugs(&["summit"]), &about(&view)).expect("known"));
    assert!(calendar.contains(&"DTSTART:20240704T100000Z".to_owned()), "{calendar:#?}");
    assert!(calendar.contains(&"DTEND:20240704T113000Z".to_owned()), "{calendar:#?}");
}

#[test]
fn what_no_calendar_and_no_markup_can_hold_is_shown_as_lost() {
    assert_eq!(
        super::text::clean("\u{0}a\u{1b}\u{7f}\u{85}\u{ffff}\r\nb\rc\td"),
        "\u{fffd}a\u{fffd}\u{fffd}\u{fffd}\u{fffd}\nb\nc\td"
    );
}

/// Four parties and two organisations.
fn history() -> Index {
    let admission = |occurred: &str, organisation: &str, party: &str, status: &str| {
        ("admission", json!({ "occurred": occurred, "organisation": organisation, "party": party, "status": status }))
    };
    index([
        admission("2005-07-05", "sco", "IND", "observer"),
        admission("2017-06-09", "sco", "IND", "member"),
        admission("2017", "sco", "PAK", "member"),
        ("withdrawal", json!({ "occurred": "2019-03", "organisation": "sco", "party": "PAK" })),
        admission("2016/2018", "sco", "BLR", "associate"),
        admission("2018", "sco", "LKA", "dialogue_partner"),
        admission("2017", "sco", "un", "observer"),
        admission("2017", "year", "IND", "guest"),
    ])
}

fn states(asked: &States) -> Vec<Vec<String>> {
    let index = history();
    let view = index.view(&from("2019"), TODAY).expect("a vantage");
    records(&view.states_table(asked).expect("a table"))
}

fn codes_of(rows: &[Vec<String>], party: &str, column: usize) -> String {
    rows.iter().filter(|row| row[0] == party).map(|row| row[column].as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn who_is_replaced_by_two_or_comes_for_two_is_on_the_list_once() {
    let person = |id: &str| json!({ "name": id, "id": id });
    let came = |party: &str, who: &str, level: &str| {
        let mut data = json!({ "occurred": "2024-07-04", "meeting": "summit", "party": party, "level": level });
        data["person"] = person(who);
        data
    };
    let replacing = |mut data: Value| {
        data["in_lieu_of"] = person("p");
        data
    };
    let index = index([
        ("meeting", json!({ "occurred": "2024-07-04", "meeting": "summit" })),
        ("attendance", replacing(came("IND", "a", "FM"))),
        ("attendance", replacing(came("IND", "b", "AMB"))),
        ("attendance", came("NPL", "a", "FM")),
    ]);
    let view = index.view(&Vantage::default(), TODAY).expect("a vantage");
    let meeting = "summit".parse().expect("a slug");
    let calendar = view.calendar_of(&[meeting], &view.about("", UNLICENSED)).expect("known");
    let lines = unfolded(&calendar);
    let of = |who: &str| -> Vec<&String> {
        let ends = format!(":urn:chronicle:person:{who}");
        lines.iter().filter(|line| line.starts_with("ATTENDEE") && line.ends_with(&ends)).collect()
    };
    assert_eq!((of("p").len(), of("a").len(), of("b").len()), (1, 1, 1), "{lines:#?}");
    let to = r#";DELEGATED-TO="urn:chronicle:person:a","urn:chronicle:person:b";"#;
    assert!(of("p")[0].contains(to), "{lines:#?}");
    assert!(of("a")[0].contains(r#";MEMBER="urn:chronicle:party:IND","urn:chronicle:party:NPL";"#), "{lines:#?}");
}

#[test]
fn a_state_has_the_code_of_what_it_holds_at_the_end_of_each_year() {
    let years = Years { from: Some(2015), to: Some(2020) };
    let asked = States { organisations: slugs(&["sco", "year"]), years, ..States::default() };
    let rows = states(&asked);
    assert_eq!(rows.len(), 4 * 6);
    assert_eq!(codes_of(&rows, "IND", 3), "3 3 1 1 1 1", "a member once the year of the admission ends");
    assert_eq!(codes_of(&rows, "PAK", 3), "0 0 1 1 0 0", "none once the year of the withdrawal ends");
    assert_eq!(codes_of(&rows, "BLR", 3), "0 -9 -9 2 2 2", "only possibly, until it is sure");
    assert_eq!(codes_of(&rows, "LKA", 3), "0 0 0 0 0 0", "a status without a code is none of those that have one");
    assert_eq!(codes_of(&rows, "BLR", 4), "-9 -9 -9 -9 -9 -9", "nothing is said of it there");
    assert_eq!(codes_of(&rows, "IND", 1), "India India India India India India");
    assert_eq!(codes_of(&rows, "un", 3), "", "no state");
}

#[test]
fn statuses_are_given_codes_and_every_party_a_row_where_that_is_asked_for() {
    let years = Years { from: Some(2017), to: Some(2018) };
    let codes: Vec<_> = ["dialogue_partner=3", "member=2"].map(|code| code.parse().expect("a code")).into();
    let asked = States { organisations: slugs(&["sco"]), years, codes, every_party: true };
    let rows = states(&asked);
    let told = ["IND", "LKA", "un"].map(|party| codes_of(&rows, party, 3));
    assert_eq!(told, ["2 2", "0 3", "3 3"]);
    for bad in ["partner", "partner=4", "partner=-9", "none=1", "=1", "Partner=1"] {
        assert!(bad.parse::<super::Code>().is_err(), "{bad}");
    }
}

#[test]
fn years_begin_with_the_first_status_and_end_with_the_vantage_and_are_bounded() {
    let asked = States { organisations: slugs(&["sco"]), ..States::default() };
    let rows = states(&asked);
    let years: Vec<&str> = rows.iter().filter(|row| row[0] == "IND").map(|row| row[2].as_str()).collect();
    assert_eq!((years.first(), years.last(), years.len()), (Some(&"2005"), Some(&"2019"), 15));

    let index = history();
    let view = index.view(&from("2019"), TODAY).expect("a vantage");
    let years = Years { from: Some(i16::MIN), to: Some(i16::MAX) };
    // The same one again is no other one.
    let twice = States { organisations: slugs(&["sco", "sco"]), ..asked.clone() };
    assert_eq!(view.states_table(&twice), view.states_table(&asked));
    let many: Vec<String> = (0..160).map(|number| format!("org-{number}")).collect();
    let founded = |name: &String| ("admission", json!({ "occurred": "2000", "organisation": name, "party": "IND" }));
    let world = self::index(many.iter().map(founded));
    let view_of_many = world.view(&from("2019"), TODAY).expect("a vantage");
    let organisations = slugs(&many.iter().map(String::as_str).collect::<Vec<_>>());
    let too_large = view_of_many.states_table(&States { organisations, years, ..asked });
    assert!(matches!(too_large, Err(BadStates::TooLarge { rows: 65_536, columns: 160 })), "{too_large:?}");
    let unknown = States { organisations: slugs(&["sc0"]), ..States::default() };
    assert!(matches!(view.states_table(&unknown), Err(BadStates::Ask(_))));
    // The slug of an organisation may be the name of another column.
    let table = view.states_table(&States { organisations: slugs(&["year"]), ..States::default() }).expect("a table");
    assert!(table.csv.starts_with("party,name,year,organisation:year\r\n"), "{}", table.csv);
}

#[test]
fn dates_that_popolo_does_not_know_are_left_out_and_counted() {
    for (occurred, date, undated) in [
        ("2017-06-09", json!("2017-06-09"), 0),
        ("2017-06-09T12:00:00+05:00", json!("2017-06-09"), 0),
        ("2017-06", json!("2017-06"), 0),
        ("2017", json!("2017"), 0),
        ("2017-03/2017-05", json!("2017"), 0),
        ("2016-12-31/2017-01-01", Value::Null, 1),
        ("../2017", Value::Null, 1),
        ("Y17000", Value::Null, 1),
        ("-0043-03-15", Value::Null, 1),
    ] {
        let index = index([("admission", json!({ "occurred": occurred, "organisation": "sco", "party": "IND" }))]);
        let view = index.view(&from("2024"), TODAY).expect("a vantage");
        let popolo = view.popolo_of_organisation(&"sco".parse().expect("a slug"), Held::Ever, &about(&view));
        let popolo: Value = serde_json::from_str(&popolo.expect("known")).expect("JSON");
        let [membership] = popolo["memberships"].as_array().expect("a list").as_slice() else { panic!("{popolo}") };
        assert_eq!(membership["start_date"], date, "{occurred}");
        assert_eq!(popolo["meta"]["undated"], undated, "{occurred}");
        assert!(membership["label"].as_str().is_some_and(|label| label.contains(occurred)), "{membership}");
    }
}

#[test]
fn popolo_has_whom_a_meeting_is_attended_by_and_for_whom() {
    let index = full_of("<Name>");
    let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
    let popolo = view.popolo_of_meeting(&"summit".parse().expect("a slug"), &about(&view)).expect("known");
    let popolo: Value = serde_json::from_str(&popolo).expect("JSON");
    assert_eq!(popolo["events"][0]["attendees"], json!([{ "id": "subrahmanyam-jaishankar", "name": "<Name>" }]));
    let ids =
        |what: &str| -> Vec<&Value> { popolo[what].as_array().into_iter().flatten().map(|it| &it["id"]).collect() };
    assert_eq!(ids("persons"), ["subrahmanyam-jaishankar"]);
    assert_eq!(ids("organizations"), ["IND", "sco"]);
    assert_eq!(ids("memberships"), ["summit:IND:subrahmanyam-jaishankar"]);
}

#[test]
fn the_same_token_gives_the_same_bytes_whatever_comes_later() {
    let mut index = history();
    let everything = |index: &Index, vantage: &Vantage| {
        let view = index.view(vantage, TODAY).expect("a vantage");
        let about = about(&view);
        let organisations = slugs(&["sco", "year"]);
        let spells = view.spells_table(&organisations, None, Held::Ever, Writing::Safe).expect("known");
        let states = view.states_table(&States { organisations, ..States::default() }).expect("known");
        let tables = [(spells, "spells.csv".to_owned()), (states, "states.csv".to_owned())];
        let described = package(&about, &Package { name: "all", tables: &tables, writing: Writing::Safe });
        let sco = "sco".parse().expect("a slug");
        let feeding = Feeding { filter: of_sco(), most: 3, ..Feeding::default() };
        let written = vec![
            described,
            tables[0].0.csv.clone(),
            tables[1].0.csv.clone(),
            view.popolo_of_organisation(&sco, Held::AtTheVantage, &about).expect("known"),
            view.calendar_of(&view.meetings(Some(&sco), None, 10).expect("known"), &about).expect("known"),
            view.feed(&feeding, &about).expect("known"),
        ];
        (about.token, written)
    };
    let (token, before) = everything(&index, &from("2019"));
    assert_eq!(token.at_position, Some(Position::new(8)), "an export's token says where it ends");
    add(&mut index, "admission", json!({ "occurred": "2001", "organisation": "sco", "party": "KAZ" }));
    add(&mut index, "retraction", json!({ "occurred": "2024", "retracts": "00000000-0000-4000-8000-000000000001" }));
    let (again, after) = everything(&index, &token.vantage().expect("a token"));
    assert_eq!((&again, &after), (&token, &before));
    let (_, now) = everything(&index, &from("2019"));
    assert!(now.iter().zip(&before).all(|(now, before)| now != before), "all of them have changed since");
    let expected: AsOf = "2019".parse().expect("a time");
    assert_eq!(token.as_of, expected.to_string());
}

#[test]
fn every_export_names_its_token_its_licence_and_how_to_cite_it() {
    let index = full_of("x");
    let view = index.view(&from("2024-12"), TODAY).expect("a vantage");
    let about = view.about("status in sco", "CC BY 4.0,\nthe desk's");
    assert_eq!(
        about.citation,
        "Summit Chronicle: status in sco; as of 2024-12, position 5 of 2024-07-05, fold 1; CC BY 4.0, the \
         desk's"
            .replace("fold 1", &format!("fold {}", crate::FOLD))
    );
    let meetings = slugs(&["summit"]);
    let tables = [(view.attendance_table(&meetings, None, Writing::Raw).expect("known"), "attendance.csv".to_owned())];
    let calendar = unfolded(&view.calendar_of(&meetings, &about).expect("known")).join("\n").replace('\\', "");
    let feed = view.feed(&Feeding { most: 1, ..Feeding::default() }, &about).expect("known");
    let popolo = view.popolo_of_meeting(&meetings[0], &about).expect("known");
    let described = package(&about, &Package { name: "summit", tables: &tables, writing: Writing::Raw });
    for written in [calendar, feed.replace("&apos;", "'").replace("&quot;", "\""), popolo, described] {
        for said in [&about.citation, &about.licence] {
            assert!(written.contains(said.as_str()), "{said}: {written}");
        }
        assert!(written.contains("at_position"), "{written}");
    }
}
