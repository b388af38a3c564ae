//! Who took part: in the summit of Astana as its report tells it, in the meetings on record, and rule by rule.

mod gathered;

use gathered::{ASTANA, HISTORY, admission, ask, attended, doc, kinds, lines, meeting, on, row, rows, texts, with};
use projector::{Attendance, PresenceAnswer};

fn astana(meeting: &str) -> Attendance {
    ask(&lines(ASTANA), meeting, "2024-07-05")
}

#[test]
fn seventeen_delegations_at_sco_plus() {
    let told = astana("sco-plus-astana-2024");
    let parties: Vec<&str> = told.delegations.iter().map(|row| row.party.as_str()).collect();
    assert_eq!(parties.join(" "), "ARE AZE BLR CHN IND IRN KAZ KGZ MNG PAK QAT RUS TJK TKM TUR UZB un");
    assert!(told.delegations.iter().all(|row| row.presence == PresenceAnswer::Present && !row.contested));
    assert_eq!(told.not_stated, []);
    assert_eq!(told.meeting_info.held.as_ref().map(|held| held.edtf.as_str()), Some("2024-07-04"));
    assert_eq!(told.meeting_info.part_of, ["sco-astana-2024".parse().expect("a slug")]);
}

#[test]
fn india_sent_its_foreign_minister_in_place_of_its_prime_minister() {
    assert_eq!(
        row(&astana("sco-plus-astana-2024"), "IND"),
        "IND present FM Subrahmanyam Jaishankar (Minister of External Affairs) for Narendra Modi as member* absent leader"
    );
}

#[test]
fn six_take_part_in_sco_plus_that_are_no_members() {
    let told = astana("sco-plus-astana-2024");
    let capacity = |party: &str| {
        let row = told.delegations.iter().find(|row| row.party.as_str() == party).expect("a row");
        row.capacity.as_ref().map(ToString::to_string)
    };
    for (party, held) in [
        ("MNG", Some("observer")),
        ("TUR", Some("dialogue_partner")),
        ("AZE", None),
        ("QAT", None),
        ("ARE", None),
        ("TKM", None),
    ] {
        assert_eq!(capacity(party).as_deref(), held, "{party}");
    }
    assert_eq!(
        kinds(&told),
        ["never-admitted", "never-admitted", "never-admitted", "never-admitted"],
        "{:?}",
        told.remarks
    );
    assert_eq!(row(&told, "un"), "un present IOH Antonio Guterres (Secretary-General) as international_organisation");
}

#[test]
fn the_summit_as_a_whole_is_attended_through_its_parts() {
    let told = astana("sco-astana-2024");
    assert_eq!(told.delegations.len(), 17);
    assert_eq!(
        row(&told, "CHN"),
        "CHN present HS Xi Jinping (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    assert_eq!(
        row(&told, "RUS"),
        "RUS present HS Vladimir Putin (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    assert_eq!(
        row(&told, "KAZ"),
        "KAZ present leader Kassym-Jomart Tokayev (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    // That India's leader stayed away from a part says nothing of the whole.
    assert_eq!(
        row(&told, "IND"),
        "IND present FM Subrahmanyam Jaishankar (Minister of External Affairs) for Narendra Modi as member* at sco-plus-astana-2024"
    );
    let parts: Vec<&str> = told.parts.iter().map(|part| part.as_str()).collect();
    assert_eq!(parts, ["sco-astana-2024-family-photo", "sco-astana-2024-photo-ceremony", "sco-plus-astana-2024"]);
    let info = &told.meeting_info;
    assert_eq!(
        (info.title.as_deref(), info.venue.as_deref(), info.zone.as_deref()),
        (Some("Shanghai Cooperation Organization summit"), Some("Independence Palace"), Some("Asia/Almaty"))
    );
    assert_eq!(info.phase.map(|phase| phase.as_str()), Some("opened"));
}

#[test]
fn a_meeting_on_the_sidelines_is_no_part_and_its_own_photo_is() {
    assert_eq!(
        rows(&astana("chn-rus-2024-07-03")),
        [
            "CHN present HS Xi Jinping (President) as member* at chn-rus-2024-07-03-handshake",
            "RUS present HS Vladimir Putin (President) as member* at chn-rus-2024-07-03-handshake"
        ]
    );
}

#[test]
fn nothing_on_record_of_any_meeting_is_contested() {
    let both: Vec<String> = lines(ASTANA).into_iter().chain(lines(HISTORY)).collect();
    for (data, count) in [(lines(HISTORY), 24), (both, 31)] {
        let meetings = gathered::meetings(&data);
        assert_eq!(meetings.len(), count);
        for meeting in meetings {
            let told = ask(&data, &meeting, "2026");
            let contested: Vec<&str> =
                told.delegations.iter().filter(|row| row.contested).map(|row| row.party.as_str()).collect();
            assert_eq!(contested, [] as [&str; 0], "{meeting} {:?}", told.remarks);
            assert_eq!(texts(&told, "tally"), [] as [&str; 0], "{meeting}");
        }
    }
}

#[test]
fn members_of_whom_a_summit_says_nothing_are_listed() {
    let history = lines(HISTORY);
    assert_eq!(missing(&ask(&history, "sco-shanghai-2001", "2026")), "CHN KAZ KGZ RUS TJK UZB");
    assert_eq!(missing(&ask(&history, "sco-bishkek-2019", "2026")), "");
    // In the middle of the year of its accession nobody knows whether India was a member.
    let astana = lines(ASTANA);
    let early = r#""organisation":"o","meeting":"m","form":"summit""#;
    let joined =
        [on(1, "admission", "2017", r#""organisation":"o","party":"IND""#), on(2, "meeting", "2017-03-01", early)];
    assert_eq!(missing(&ask(&joined, "m", "2026")), "");
    assert_eq!(ask(&astana, "sco-astana-2024-photo-ceremony", "2026").not_stated, []);
}

fn missing(told: &Attendance) -> String {
    told.not_stated.iter().map(|party| party.as_str()).collect::<Vec<_>>().join(" ")
}

const HELD: &str = r#""organisation":"o""#;
const HOST: &str = r#""level":"HS","person":{"name":"Ann","office":"President"}"#;

/// The rows of the summit `m`.
fn told(events: &[String]) -> Vec<String> {
    rows(&ask(events, "m", "2025"))
}

#[test]
fn what_is_not_stated_is_present_and_stated_values_stand_before_that_default() {
    assert_eq!(told(&[attended(1, "KAZ", "")]), ["KAZ present"]);
    let announced = attended(1, "KAZ", r#""presence":"announced""#);
    assert_eq!(told(std::slice::from_ref(&announced)), ["KAZ announced"]);
    let official = attended(2, "KAZ", r#""authority":"official""#);
    assert_eq!(told(&[announced.clone(), official]), ["KAZ announced contested"]);
    let stated = attended(3, "KAZ", r#""presence":"present""#);
    assert_eq!(told(&[announced, stated]), ["KAZ present"]);
}

#[test]
fn absence_without_a_level_competes_with_presence() {
    let absent = attended(1, "KAZ", r#""presence":"absent","authority":"press""#);
    let present = attended(2, "KAZ", r#""presence":"present","authority":"record""#);
    let events = [absent.clone(), present];
    assert_eq!(told(&events), ["KAZ present contested"]);
    assert_eq!(
        texts(&ask(&events, "m", "2025"), "contested"),
        ["KAZ: presence \"present\" is contested by \"absent\""]
    );
    let announced = attended(3, "KAZ", r#""presence":"announced""#);
    assert_eq!(told(&[absent, announced]), ["KAZ absent"]);
}

#[test]
fn the_higher_authority_wins_then_the_more_specific_then_the_later_then_the_greater_id() {
    let level = |number, level: &str, authority: &str| {
        attended(number, "KAZ", &format!(r#""level":"{level}","authority":"{authority}","person":{{"name":"Ann"}}"#))
    };
    assert_eq!(told(&[level(1, "leader", "press"), level(2, "HS", "press")]), ["KAZ present HS Ann"]);
    assert_eq!(told(&[level(1, "leader", "official"), level(2, "HS", "press")]), ["KAZ present leader Ann contested"]);
    assert_eq!(told(&[level(1, "FM", "press"), level(2, "leader", "press")]).len(), 1);
    assert_eq!(told(&[level(1, "FM", "press"), level(2, "leader", "press")]), ["KAZ present FM Ann contested"]);
    assert_eq!(told(&[level(1, "unknown", "press"), level(2, "leader", "press")]), ["KAZ present leader Ann"]);
    let events = [level(1, "HG", "press"), level(2, "HS", "press")];
    assert_eq!(told(&events), ["KAZ present HS Ann contested"]);
    assert_eq!(texts(&ask(&events, "m", "2025"), "contested"), ["KAZ: level \"HS\" is contested by \"HG\""]);
    let later = level(1, "HG", "press").replace("2024-08-01", "2024-08-02");
    assert_eq!(told(&[later, level(2, "HS", "press")]), ["KAZ present HG Ann contested"]);
}

#[test]
fn an_event_that_does_not_say_when_it_was_recorded_came_when_the_log_stored_it() {
    let unsaid = attended(1, "KAZ", r#""level":"HG""#).replace(r#""recordedtime":"2024-08-01T00:00:00Z","#, "");
    assert_eq!(told(&[unsaid, attended(2, "KAZ", r#""level":"HS""#)]), ["KAZ present HG contested"]);
}

#[test]
fn a_person_bears_the_name_of_the_strongest_claim_and_one_with_an_office_before_one_without() {
    let named = |number, person: &str, authority: &str| {
        attended(number, "KAZ", &format!(r#""person":{{"id":"ann",{person}}},"authority":"{authority}""#))
    };
    let plain = named(3, r#""name":"Ann""#, "press");
    let office = named(2, r#""name":"Ann B.","office":"President""#, "press");
    assert_eq!(told(&[plain.clone(), office.clone()]), ["KAZ present Ann B. (President)"]);
    assert_eq!(told(&[plain, office, named(1, r#""name":"Anne""#, "record")]), ["KAZ present Anne"]);
}

#[test]
fn the_head_has_the_highest_level_and_the_others_follow_by_precedence() {
    let of = |number, name: &str, level: &str| {
        attended(number, "KAZ", &format!(r#""person":{{"name":"{name}"}},"level":"{level}""#))
    };
    let none = attended(1, "KAZ", r#""person":{"name":"None"}"#);
    let events =
        [none, of(2, "Unknown", "unknown"), of(3, "Amb", "AMB"), of(4, "Crown", "CP"), of(5, "Lead", "leader")];
    assert_eq!(told(&events), ["KAZ present leader Lead with Crown CP with Amb AMB with Unknown unknown with None"]);
    let acting = of(6, "Acting", "AHG");
    assert_eq!(told(&[events[4].clone(), acting]), ["KAZ present AHG Acting with Lead leader"]);
    let first = of(1, "First", "FM").replace(r#""level""#, r#""authority":"record","level""#);
    assert_eq!(told(&[first, of(2, "Second", "FM")]), ["KAZ present FM First with Second FM"]);
    assert_eq!(told(&[of(1, "First", "FM"), of(2, "Second", "FM")]), ["KAZ present FM Second with First FM"]);
    // In one event, whoever is named first.
    let both = meeting(
        1,
        r#""participants":[{"party":"KAZ","person":{"name":"First"}},{"party":"KAZ","person":{"name":"Second"}}]"#,
    );
    assert_eq!(told(&[both]), ["KAZ present First with Second"]);
}

#[test]
fn a_claim_that_names_nobody_joins_the_head_or_a_member_or_contests() {
    let ann = attended(1, "KAZ", r#""person":{"name":"Ann"}"#);
    let leader = attended(2, "KAZ", r#""level":"leader","mode":"video""#);
    assert_eq!(told(&[ann.clone(), leader.clone()]), ["KAZ present leader Ann by video"]);
    let state = attended(3, "KAZ", r#""level":"HS""#);
    assert_eq!(told(&[ann, leader.clone(), state.clone()]), ["KAZ present HS Ann by video"]);
    let lead = attended(4, "KAZ", r#""level":"leader","person":{"name":"Lead"}"#);
    assert_eq!(told(&[lead, state.clone()]), ["KAZ present HS Lead"]);
    let minister = attended(5, "KAZ", r#""level":"FM","person":{"name":"Min"},"mode":"in_person""#);
    let events = [minister.clone(), leader];
    assert_eq!(told(&events), ["KAZ present FM Min by in_person contested"]);
    assert_eq!(texts(&ask(&events, "m", "2025"), "contested"), ["KAZ: level \"FM\" is contested by \"leader\""]);
    let envoy = attended(6, "KAZ", r#""level":"AMB","person":{"name":"Envoy"}"#);
    let envoys = attended(7, "KAZ", r#""level":"AMB","mode":"video""#);
    assert_eq!(told(&[minister, envoy, envoys]), ["KAZ present FM Min by in_person with Envoy AMB by video"]);
}

#[test]
fn where_nobody_is_named_the_claims_make_a_head_without_a_name() {
    let claims = [attended(1, "KAZ", r#""level":"leader""#), attended(2, "KAZ", r#""level":"HG","mode":"video""#)];
    assert_eq!(told(&claims), ["KAZ present HG by video"]);
    assert_eq!(
        told(&[claims[1].clone(), attended(3, "KAZ", r#""level":"FM""#)]),
        ["KAZ present FM by video contested"]
    );
}

#[test]
fn what_is_said_of_one_person_says_nothing_of_another() {
    let ann = attended(1, "KAZ", r#""person":{"name":"Ann"},"level":"FM","mode":"video""#);
    let ben =
        attended(2, "KAZ", r#""person":{"name":"Ben"},"level":"AMB","mode":"in_person","in_lieu_of":{"name":"Cy"}"#);
    assert_eq!(told(&[ann, ben]), ["KAZ present FM Ann by video with Ben AMB by in_person for Cy"]);
}

#[test]
fn a_member_that_sources_dispute_contests_the_row() {
    let ann = attended(1, "KAZ", r#""person":{"name":"Ann"},"level":"HS""#);
    let ben = |number, level: &str| attended(number, "KAZ", &format!(r#""person":{{"name":"Ben"}},"level":"{level}""#));
    let events = [ann, ben(2, "FM"), ben(3, "M")];
    assert_eq!(told(&events), ["KAZ present HS Ann with Ben M contested"]);
    assert_eq!(texts(&ask(&events, "m", "2025"), "contested"), ["KAZ: level of Ben \"M\" is contested by \"FM\""]);
    let remarks = ask(&events, "m", "2025").remarks;
    assert_eq!(remarks[0].events.len(), 2);
}

#[test]
fn capacity_is_the_delegations_own() {
    let member = attended(1, "KAZ", r#""capacity":"member","person":{"name":"Ann"}"#);
    let guest = attended(2, "KAZ", r#""capacity":"guest_of_chair","authority":"press""#);
    assert_eq!(told(&[member, guest]), ["KAZ present Ann as guest_of_chair contested"]);
}

#[test]
fn absence_at_a_level_goes_with_presence_at_another() {
    let absent = |number, level: &str| attended(number, "KAZ", &format!(r#""presence":"absent","level":"{level}""#));
    let present = |level: &str| attended(9, "KAZ", &format!(r#""level":"{level}""#));
    assert_eq!(told(&[absent(1, "leader"), present("FM")]), ["KAZ present FM absent leader"]);
    assert_eq!(told(&[absent(1, "leader"), present("HS")]), ["KAZ present HS absent leader contested"]);
    assert_eq!(told(&[absent(1, "HS"), present("leader")]), ["KAZ present leader absent HS"]);
    assert_eq!(told(&[absent(1, "FM"), present("FM")]), ["KAZ present FM absent FM contested"]);
    assert_eq!(
        texts(&ask(&[absent(1, "FM"), present("FM")], "m", "2025"), "contested"),
        ["KAZ: level \"FM\" is contested by absence at \"FM\""]
    );
    assert_eq!(
        told(&[absent(1, "FM"), absent(2, "HS"), absent(3, "leader"), absent(4, "HS")]),
        ["KAZ not_stated absent HS+leader+FM"]
    );
}

#[test]
fn only_what_is_not_surely_to_come_counts_and_what_may_have_happened_is_possibly() {
    let events =
        [attended(1, "KAZ", r#""level":"HS""#), attended(2, "KAZ", r#""level":"FM""#).replace("2024-07-04", "2024-07")];
    assert_eq!(rows(&ask(&events, "m", "2024-06-30")), [] as [&str; 0]);
    assert_eq!(rows(&ask(&events, "m", "2024-07-03")), ["KAZ possibly present FM"]);
    assert_eq!(rows(&ask(&events, "m", "2024-07-04")), ["KAZ present FM contested"]);
}

#[test]
fn a_retracted_claim_counts_for_nothing() {
    let wrong = attended(1, "KAZ", r#""level":"HG""#);
    let back = doc(2, "retraction", r#""retracts":"00000000-0000-4000-8000-000000000001""#);
    assert_eq!(told(&[wrong, back, attended(3, "KAZ", r#""level":"HS""#)]), ["KAZ present HS"]);
}

/// The part `p` of `m`.
fn part(number: u8, rest: &str) -> String {
    doc(number, "meeting", &with(r#""meeting":"p","part_of":"m""#, rest))
}

/// A claim about Kazakhstan at the meeting `at`.
fn there(number: u8, at: &str, rest: &str) -> String {
    doc(number, "attendance", &with(&format!(r#""meeting":"{at}","party":"KAZ""#), rest))
}

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
    assert_eq!(told.parts.iter().map(|part| part.as_str()).collect::<Vec<_>>(), ["p", "q"]);
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

#[test]
fn the_phase_is_the_latest_and_an_announcement_never_stands_against_an_earlier_word_that_it_was_held() {
    let phase = |phases: &[(&str, i64)]| {
        let events = (1..).zip(phases);
        let events: Vec<String> = events
            .map(|(number, (phase, order))| meeting(number, &format!(r#""phase":"{phase}","order":{order}"#)))
            .collect();
        ask(&events, "m", "2025").meeting_info.phase.map(|phase| phase.as_str())
    };
    assert_eq!(phase(&[("announced", 1), ("opened", 2), ("closed", 3)]), Some("closed"));
    assert_eq!(phase(&[("held", 1), ("announced", 2)]), Some("held"));
    assert_eq!(phase(&[("announced", 2), ("cancelled", 1)]), Some("announced"));
    assert_eq!(phase(&[("held", 1), ("cancelled", 2), ("announced", 3)]), Some("cancelled"));
    assert_eq!(ask(&[meeting(1, "")], "m", "2025").meeting_info.phase.map(|phase| phase.as_str()), Some("held"));
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
fn a_capacity_that_is_not_stated_follows_from_the_membership_at_the_end_of_the_last_day() {
    let joined = admission(1, "KAZ", r#""status":"member""#);
    let events =
        |held: &str| vec![joined.clone(), meeting(2, HELD).replace("2024-07-04", held), attended(3, "KAZ", "")];
    assert_eq!(told(&events("2024-07-04")), ["KAZ present as member*"]);
    assert_eq!(told(&events("2024-07-04/..")), ["KAZ present"]);
    assert_eq!(told(&events("2019-07-04")), ["KAZ present"]);
    // In the year of the accession it is not sure.
    assert_eq!(told(&events("2020-07-04")), ["KAZ present"]);
    // Admitted on the last day, in order behind the meeting's own place in it.
    let same_day = doc(1, "admission", r#""organisation":"o","party":"KAZ","order":9"#);
    let at_noon = meeting(2, HELD).replace("2024-07-04", "2024-07-04T12:00:00Z");
    assert_eq!(told(&[same_day, at_noon, attended(3, "KAZ", "")]), ["KAZ present as member*"]);
    let mut stated = events("2024-07-04");
    stated.push(attended(4, "KAZ", r#""capacity":"guest_of_chair""#));
    assert_eq!(told(&stated), ["KAZ present as guest_of_chair"]);
}

#[test]
fn the_first_organisation_that_gives_a_status_gives_the_capacity_also_through_a_whole() {
    let events = [
        on(1, "admission", "2020", r#""organisation":"z","party":"KAZ","status":"observer""#),
        doc(2, "meeting", r#""meeting":"w","organisation":"z""#),
        doc(3, "meeting", r#""meeting":"v","sidelines_of":"w""#),
        meeting(4, r#""organisation":"a","part_of":"v""#),
        attended(5, "KAZ", ""),
    ];
    let answer = ask(&events, "m", "2025");
    assert_eq!(rows(&answer), ["KAZ present as observer*"]);
    let organisations: Vec<&str> = answer.meeting_info.organisations.iter().map(|one| one.as_str()).collect();
    assert_eq!(organisations, ["a", "z"]);
    let joined = on(6, "admission", "2020", r#""organisation":"a","party":"KAZ","status":"partner""#);
    let events: Vec<String> = events.into_iter().chain([joined]).collect();
    assert_eq!(told(&events), ["KAZ present as partner*"]);
}

#[test]
fn an_organisation_that_only_a_retracted_event_names_gives_nothing() {
    let events = [
        admission(1, "KAZ", ""),
        meeting(2, HELD),
        doc(3, "retraction", r#""retracts":"00000000-0000-4000-8000-000000000002""#),
        meeting(4, ""),
        attended(5, "KAZ", ""),
    ];
    assert_eq!(told(&events), ["KAZ present"]);
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
    assert_eq!(row.level.map(|level| level.as_str()), Some("HG"));
    assert_eq!(row.capacity.as_ref().map(|capacity| capacity.as_str()), Some("guest_of_chair"));
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
