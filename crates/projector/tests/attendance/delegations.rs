//! One delegation: its claims, value by value, person by person.

use crate::ask::*;

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
    assert_eq!(told(&[level(1, "FM", "press"), level(2, "leader", "press")]), ["KAZ present FM Ann contested"]);
    assert_eq!(told(&[level(1, "unknown", "press"), level(2, "leader", "press")]), ["KAZ present leader Ann"]);
    let events = [level(1, "HG", "press"), level(2, "HS", "press")];
    assert_eq!(told(&events), ["KAZ present HS Ann contested"]);
    assert_eq!(texts(&ask(&events, "m", "2025"), "contested"), ["KAZ: level \"HS\" is contested by \"HG\""]);
    let later = level(1, "HG", "press").replace("2024-08-01", "2024-08-02");
    assert_eq!(told(&[later, level(2, "HS", "press")]), ["KAZ present HG Ann contested"]);
}

#[test]
fn an_event_that_does_not_say_when_it_was_recorded_came_before_those_that_do() {
    let unsaid = attended(2, "KAZ", r#""level":"HG""#).replace(r#""recordedtime":"2024-08-01T00:00:00Z","#, "");
    assert_eq!(told(&[unsaid, attended(1, "KAZ", r#""level":"HS""#)]), ["KAZ present HS contested"]);
}

#[test]
fn who_takes_part_in_a_meeting_that_is_announced_is_announced() {
    let entries = r#""phase":"announced","participants":[{"party":"KAZ"},{"party":"UZB","presence":"present"}]"#;
    assert_eq!(told(&[meeting(1, entries)]), ["KAZ announced", "UZB present"]);
    assert_eq!(told(&[meeting(1, entries), attended(2, "KAZ", "")]), ["KAZ present", "UZB present"]);
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
    let organisations: Vec<&str> =
        answer.meeting_info.organisations.iter().map(summit::OrganisationId::as_str).collect();
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
