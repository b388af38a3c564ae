//! The summit of Astana, published by one command and asked for by others, over a real nats-server.

use serde_json::{Value, json};
use tests::Chronicle;

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");
const SIGNING: &str = "b5364d9f-d187-5fb4-b66f-f9f065db5ba6";
const ADMISSION: &str = "35984089-b65c-5559-889f-358f31df4dd7";

/// The report, published.
fn astana() -> Chronicle {
    let chronicle = Chronicle::embedded();
    let acks = chronicle.run(["publish", ASTANA]).good();
    assert_eq!(acks.lines().count(), 73);
    chronicle
}

/// The parties with a status and an answer, as one text.
fn holding(members: &Value, status: &str, answer: &str) -> String {
    let rows = members["parties"].as_array().expect("rows").iter();
    let held = rows.filter(|row| row["status"] == status && row["answer"] == answer);
    held.map(|row| row["party"].as_str().expect("a party")).collect::<Vec<_>>().join(" ")
}

fn ids(value: &Value) -> Vec<&str> {
    value.as_array().expect("a list").iter().map(|id| id.as_str().expect("an id")).collect()
}

#[test]
fn the_members_at_the_summit_before_the_signing_and_after() {
    let chronicle = astana();
    let members = |as_of: &str| chronicle.run(["members", "sco", "--json", "--as-of", as_of]).json();

    let day = members("2024-07-04");
    assert_eq!(holding(&day, "member", "yes"), "BLR CHN IND IRN KAZ KGZ PAK RUS TJK UZB");
    assert_eq!(holding(&day, "observer", "yes"), "AFG MNG");
    assert_eq!(holding(&day, "dialogue_partner", "yes"), "LKA TUR");
    assert_eq!(day["counts"]["member"], json!({"yes": 10, "possibly": 0}));
    let remarks: Vec<&str> =
        day["remarks"].as_array().expect("remarks").iter().filter_map(|remark| remark["text"].as_str()).collect();
    assert!(remarks.iter().any(|text| text.contains("14") && text.contains("counts 2")), "{remarks:?}");
    assert!(remarks.iter().any(|text| text.contains("10") && text.contains("counts 9")), "{remarks:?}");

    let before = members(&format!("before:{SIGNING}"));
    assert_eq!(holding(&before, "member", "yes"), "CHN IND IRN KAZ KGZ PAK RUS TJK UZB");
    assert_eq!(holding(&before, "member", "possibly"), "");
    // An id may be shortened as far as it stays the only one.
    let after = members(&format!("after:{}", &ADMISSION[..8]));
    assert_eq!(after["counts"]["member"]["yes"], 10);
    assert_eq!(after["token"]["as_of"], format!("after:{ADMISSION}"));

    let belarus = chronicle.run(["members", "sco", "--json", "--party", "BLR", "--as-of", "2024-07-04"]).json();
    assert_eq!(ids(&belarus["parties"][0]["evidence"]).len(), 3, "stated three times, counted once");
}

#[test]
fn what_is_uncertain_is_possibly_and_what_is_unsaid_is_not_stated() {
    let chronicle = astana();
    let spring = chronicle.run(["members", "sco", "--json", "--as-of", "2017-03-01"]).json();
    assert_eq!(holding(&spring, "member", "yes"), "CHN KAZ KGZ RUS TJK UZB");
    assert_eq!(holding(&spring, "member", "possibly"), "IND PAK");
    assert_eq!(holding(&spring, "observer", "possibly"), "AFG MNG");
    assert_eq!(holding(&spring, "dialogue_partner", "possibly"), "LKA TUR");

    let none = chronicle.run(["members", "sco", "--json", "--as-of", "2000"]).json();
    assert_eq!(none["parties"], json!([]));
    let brazil = chronicle.run(["members", "sco", "--json", "--party", "BRA"]).json();
    assert_eq!(brazil["parties"][0]["answer"], "not_stated");
}

#[test]
fn who_came_to_sco_plus_and_at_what_level() {
    let chronicle = astana();
    let plus = chronicle.run(["attendance", "sco-plus-astana-2024", "--json"]).json();
    let delegations = plus["delegations"].as_array().expect("rows");
    let present: Vec<&Value> = delegations.iter().filter(|row| row["presence"] == "present").collect();
    let (states, others): (Vec<&Value>, Vec<&Value>) =
        present.iter().copied().partition(|row| row["party"].as_str().is_some_and(|party| party.len() == 3));
    assert_eq!((delegations.len(), states.len(), others.len()), (17, 16, 1));
    assert_eq!((&others[0]["party"], &others[0]["level"]), (&json!("un"), &json!("IOH")));

    let india = delegations.iter().find(|row| row["party"] == "IND").expect("India's row");
    assert_eq!(india["level"], "FM");
    assert_eq!(india["person"]["name"], "Subrahmanyam Jaishankar");
    assert_eq!(india["in_lieu_of"]["name"], "Narendra Modi");
    assert_eq!(india["absent_levels"], json!(["leader"]));

    let strangers = present.iter().filter(|row| row["capacity"] != "member" && row["party"] != "un");
    let strangers: Vec<&str> = strangers.filter_map(|row| row["party"].as_str()).collect();
    assert_eq!(strangers, ["ARE", "AZE", "MNG", "QAT", "TKM", "TUR"]);
    assert_eq!(plus["not_stated"], json!([]));
}

#[test]
fn the_record_beside_the_report_in_either_order_and_twice_over_tells_the_same() {
    let told = |files: &[&str]| {
        let chronicle = Chronicle::embedded();
        for file in files {
            chronicle.run(["publish", file]).good();
        }
        let mut members = chronicle.run(["members", "sco", "--json", "--as-of", "2024-07-04"]).json();
        let timeline = chronicle.run(["timeline", "sco", "--json", "--as-of", "2024-07-04"]).json();
        members["token"]["position"] = Value::Null;
        members["citation"] = Value::Null;
        (members, timeline["founded"].clone(), timeline["parties"].clone())
    };
    let (members, founded, parties) = told(&[ASTANA, HISTORY]);
    assert_eq!(founded["edtf"], "2001-06-15");
    for party in ["IND", "PAK"] {
        let row = members["parties"].as_array().expect("rows").iter().find(|row| row["party"] == party);
        let row = row.expect("a row");
        assert_eq!((&row["status"], &row["since"]["edtf"]), (&json!("member"), &json!("2017-06-09")));
        assert_eq!(row["contested"], false, "2017 agrees with a day in it");
    }
    let same = (members, founded, parties);
    assert_eq!(told(&[HISTORY, ASTANA]), same);
    assert_eq!(told(&[ASTANA, HISTORY, ASTANA, HISTORY]), same);

    // Line by line from both.
    let [astana, history] = [ASTANA, HISTORY].map(|file| std::fs::read_to_string(file).expect("the data"));
    let (mut astana, mut history) = (astana.lines(), history.lines());
    let mut mixed = String::new();
    for _ in 0..astana.clone().count().max(history.clone().count()) {
        for line in astana.next().into_iter().chain(history.next()) {
            mixed.push_str(line);
            mixed.push('\n');
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mixed.jsonl");
    std::fs::write(&file, mixed).expect("written");
    assert_eq!(told(&[file.to_str().expect("a path")]), same);
}

#[test]
fn a_correction_of_the_record_contests_the_report_is_explained_and_can_be_taken_back() {
    let chronicle = astana();
    chronicle.run(["publish", HISTORY]).good();
    let iran = |more: &[&str]| {
        let ask = ["members", "sco", "--json", "--party", "IRN"];
        chronicle.run(ask.iter().chain(more)).json()["parties"].clone()
    };
    let since = |rows: &Value| {
        let rows = rows.as_array().expect("rows").iter();
        let member = rows.filter(|row| row["status"] == "member").map(|row| row["since"]["edtf"].clone());
        member.collect::<Vec<_>>()
    };
    let former = iran(&[]);
    let ack = chronicle
        .run([
            "record",
            "admission",
            "--organisation",
            "sco",
            "--party",
            "IRN",
            "--occurred",
            "2023-07-04",
            "--authority",
            "record",
            "--attribution",
            "SCO Secretariat",
            "--source",
            "/desks/record",
        ])
        .json();
    let position = ack["position"].as_u64().expect("a position");
    let before = (position - 1).to_string();

    let summer = iran(&["--as-of", "2022-06-01"]);
    assert_eq!((&summer[0]["status"], &summer[0]["answer"]), (&json!("observer"), &json!("yes")));
    assert_eq!(summer[0]["contested"], true);
    let now = iran(&[]);
    assert_eq!((since(&now), &now[0]["contested"]), (vec![json!("2023-07-04")], &json!(true)));
    assert_eq!(now[0]["competing"][0]["date"], "2021");
    let report = iran(&["--according-to", "Asia news report, 4 July 2024"]);
    assert_eq!(since(&report), [json!("2021")]);
    assert_eq!(since(&iran(&["--at-position", &before])), [json!("2021")]);

    let why = chronicle.run(["explain", "sco", "IRN", "--json"]).json();
    let spells = why["spells"].as_array().expect("spells");
    let member = spells.iter().find(|spell| spell["status"] == "member").expect("the membership");
    let roles = |role: &str| {
        let claims = member["claims"].as_array().expect("claims").iter();
        claims.filter(|claim| claim["role"] == role).map(|claim| claim["occurred"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((roles("dates"), roles("competes")), (vec![json!("2023-07-04")], vec![json!("2021")]));

    let position = position.to_string();
    let diff = chronicle.run(["diff", "sco", "--json", "--from", &before, "--to", &position]).json();
    let changes = diff["changes"].as_array().expect("changes");
    assert_eq!((changes.len(), &changes[0]["party"]), (1, &json!("IRN")));
    assert_eq!(ids(&changes[0]["causes"]), [ack["id"].as_str().expect("an id")]);

    let id = ack["id"].as_str().expect("an id");
    chronicle.run(["retract", &id[..13], "--reason", "entered by mistake", "--source", "/desks/record"]).good();
    assert_eq!(iran(&[]), former);
}

#[test]
fn an_answer_with_position_and_time_fixed_is_the_same_bytes_later() {
    let chronicle = astana();
    let ask = ["members", "sco", "--json", "--as-of", "2024-07-04", "--at-position", "73"];
    let first = chronicle.run(ask).good();
    chronicle.run(["publish", HISTORY]).good();
    assert_eq!(chronicle.run(ask).good(), first);
    let answer: Value = serde_json::from_str(&first).expect("JSON");
    let token = answer["token"].to_string();
    assert_eq!(chronicle.run(["members", "sco", "--json", "--token", &token]).good(), first);
}

#[test]
fn replay_gives_the_history_as_it_was_stored_and_it_publishes_again_to_equal_answers() {
    let chronicle = astana();
    let replayed = chronicle.run(["replay", "--speed", "max"]).good();
    let lines = |text: &str| text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>().expect("JSON");
    assert_eq!(lines(&replayed), lines(&std::fs::read_to_string(ASTANA).expect("the data")));
    let again = Chronicle::embedded();
    again.feed(["publish", "-"], replayed.as_bytes()).good();
    let ask = ["attendance", "sco-astana-2024", "--json", "--as-of", "2024-07-05"];
    assert_eq!(again.run(ask).good(), chronicle.run(ask).good());

    let signings = chronicle.run(["events", "--organisation", "sco", "--kind", "signing"]).good();
    assert_eq!(signings.lines().count(), 2);
    let kazakh = chronicle.run(["events", "--party", "KAZ", "--to", "2024-07-03"]).good();
    let kinds = lines(&kazakh);
    assert!(kinds.iter().any(|event| event["type"] == "chronicle.meeting.v1"), "{kazakh}");
    assert!(kinds.iter().all(|event| event["data"]["occurred"].as_str().is_some_and(|day| day <= "2024-07-03")));
}
