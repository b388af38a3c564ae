//! Services beside each other on one log, and many who ask one service at once.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;
use tests::http::{Answer, Served, ask};
use tests::{Chronicle, NatsServer, wait};

const ASTANA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/astana-2024.jsonl");
const HISTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/wire/tests/data/sco-history.jsonl");

/// More than must come before a snapshot is written.
const EVENTS: u32 = 10_500;
/// How many rows of a list are asked about one by one.
const ROWS: usize = 4;
/// How many ask at once for all that there is.
const EXPENSIVE: usize = 50;
/// How many ask meanwhile for little, again and again.
const CHEAP: usize = 4;

/// So many claims on twenty organisations from a number on, as lines.
fn claims(from: u32, count: u32) -> String {
    (from..from + count).fold(String::new(), |mut lines, number| {
        let (organisation, party, year) = (number % 20, number / 20 % 60, 1950 + number * 7 % 70);
        let status = ["member", "observer", "none"][(number / 3 % 3) as usize];
        writeln!(
            lines,
            r#"{{"specversion":"1.0","id":"{number:08x}-0000-4000-8000-000000000000","source":"/desks/{organisation}","type":"chronicle.standing.v1","recordedtime":"2024-07-04T10:00:00Z","data":{{"occurred":"{year}","organisation":"org-{organisation}","party":"party-{party}","status":"{status}","authority":"record","attribution":[{{"name":"Yearbook {year}"}}]}}}}"#,
        )
        .expect("a string takes what is written");
        lines
    })
}

/// The names of the rows of a list.
fn names(list: &Answer, what: &str, name: &str) -> Vec<String> {
    let rows = list.json()[what].as_array().cloned().unwrap_or_default();
    let names: Vec<String> = rows.iter().filter_map(|row| row[name].as_str().map(ToOwned::to_owned)).collect();
    assert!(!names.is_empty(), "{what}: {list:?}");
    names
}

/// Both give the same answer, byte for byte, with the same tag and the same notes.
#[track_caller]
fn same(twins: [&Served; 2], address: &str, asked: &mut BTreeSet<String>) -> Answer {
    let [one, other] = twins.map(|twin| ask(twin.address, address));
    assert_eq!(one.status, 200, "{address}: {one:?}");
    assert!(one.body == other.body, "{address}:\n{}\nis not\n{}", one.body, other.body);
    for header in ["etag", "link", "chronicle-notes", "chronicle-stale", "cache-control"] {
        assert_eq!(one.header(header), other.header(header), "{header} of {address}");
    }
    asked.insert(address.to_owned());
    one
}

/// Every kind of question, from the lists to single events, at a position. How many were asked.
fn walk(twins: [&Served; 2], position: u64) -> usize {
    let asked = &mut BTreeSet::new();
    // From one vantage, which an answer of the first one says; and from that of the newest knowledge on a day.
    let address = format!("/v1/organisations/sco/members?as_of=2024-07-04&min_position={position}");
    let [first, _] =
        twins.map(|twin| wait("it to have come so far", || ask(twin.address, &address), |answer| answer.status == 200));
    let token = first.json()["token"].to_string();
    let token = token.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
    for vantage in [format!("token={token}&min_position={position}"), format!("as_of=2017-06&min_position={position}")]
    {
        let organisations = same(twins, &format!("/v1/organisations?{vantage}"), asked);
        let parties = same(twins, &format!("/v1/parties?{vantage}"), asked);
        let meetings = same(twins, &format!("/v1/meetings?{vantage}"), asked);
        let people = same(twins, &format!("/v1/people?{vantage}"), asked);
        for question in ["signings", "statements", "remarks"] {
            same(twins, &format!("/v1/{question}?{vantage}"), asked);
        }
        let parties = names(&parties, "parties", "party");
        for organisation in names(&organisations, "organisations", "organisation").iter().rev().take(ROWS) {
            for question in ["members", "timeline", "remarks"] {
                same(twins, &format!("/v1/organisations/{organisation}/{question}?{vantage}"), asked);
            }
            same(twins, &format!("/v1/explain?organisation={organisation}&party={}&{vantage}", parties[0]), asked);
        }
        same(twins, &format!("/v1/explain?organisation=sco&party=IND&{vantage}"), asked);
        for meeting in names(&meetings, "meetings", "meeting").iter().rev().take(ROWS) {
            same(twins, &format!("/v1/meetings/{meeting}?{vantage}"), asked);
            same(twins, &format!("/v1/meetings/{meeting}/attendance?{vantage}"), asked);
        }
        for party in parties.iter().take(ROWS) {
            same(twins, &format!("/v1/parties/{party}?{vantage}"), asked);
        }
        for person in names(&people, "people", "person").iter().take(ROWS) {
            same(twins, &format!("/v1/people/{person}?{vantage}"), asked);
        }
    }
    same(twins, "/v1/organisations/sco/diff?from=40&to=283&as_of=2024-07-04", asked);
    let events = same(twins, &format!("/v1/events?organisation=sco&limit=1000&min_position={position}"), asked);
    let page = same(twins, &format!("/v1/events?after=10000&limit=500&min_position={position}"), asked);
    assert!(page.json()["events"].as_array().is_some_and(|events| events.len() > 400), "{page:?}");
    for id in names(&events, "events", "id").iter().take(ROWS) {
        same(twins, &format!("/v1/events/{id}"), asked);
    }
    same(twins, "/v1/quarantine", asked);
    asked.len()
}

#[test]
fn two_services_on_one_log_give_the_same_bytes_however_each_came_to_what_it_knows() {
    let server = NatsServer::start();
    let [first, second] = [(); 2].map(|()| Chronicle::on(&server.url()));
    first.run(["publish", ASTANA]).good();
    first.run(["publish", HISTORY]).good();
    // One is there from the beginning, the other comes when most is stored.
    let live = Served::start(&first);
    first.feed(["publish", "-"], claims(0, EVENTS).as_bytes()).good();
    let mut late = Served::start(&second);
    let mut position = u64::from(EVENTS) + 283;
    let asked = walk([&live, &late], position);
    assert!(asked > 60, "{asked} were asked");

    // Killed, it goes on from its snapshot, and some comes meanwhile.
    wait("a snapshot", || late.running.said(), |said| said.contains("wrote the snapshot"));
    first.feed(["publish", "-"], claims(EVENTS, 100).as_bytes()).good();
    position += 100;
    late.kill_and_start_again(&second);
    let from_snapshot = |said: &String| {
        said.split_once("read a snapshot up to position ").is_some_and(|(_, rest)| !rest.starts_with("0,"))
    };
    wait("it to read its snapshot", || late.running.said(), from_snapshot);
    assert_eq!(walk([&live, &late], position), asked);
    // And so does the other.
    first.feed(["publish", "-"], claims(EVENTS + 100, 1).as_bytes()).good();
    assert_eq!(walk([&late, &live], position + 1), asked);
}

#[test]
fn fifty_who_ask_for_everything_at_once_keep_nobody_waiting_who_asks_for_little() {
    let server = NatsServer::start();
    let chronicle = Chronicle::on(&server.url());
    chronicle.run(["publish", ASTANA]).good();
    chronicle.feed(["publish", "-"], claims(0, EVENTS).as_bytes()).good();
    let service = Served::start(&chronicle);
    let address = service.address;
    let under_way = AtomicUsize::new(EXPENSIVE);
    let (expensive, cheap) = thread::scope(|threads| {
        let expensive: Vec<_> = (0..EXPENSIVE)
            .map(|number| {
                let under_way = &under_way;
                threads.spawn(move || {
                    let question = ["remarks?", "organisations?limit=1000&", "parties?limit=1000&"][number % 3];
                    let answer = ask(address, &format!("/v1/{question}as_of=20{}", 10 + number / 3));
                    under_way.fetch_sub(1, Ordering::Relaxed);
                    answer
                })
            })
            .collect();
        let cheap: Vec<_> = (0..CHEAP)
            .map(|number| {
                let under_way = &under_way;
                threads.spawn(move || {
                    let mut answers = Vec::new();
                    while under_way.load(Ordering::Relaxed) > 0 {
                        answers.push(ask(address, &format!("/v1/organisations/org-{number}/members?as_of=2000")));
                    }
                    answers
                })
            })
            .collect();
        let expensive: Vec<Answer> = expensive.into_iter().map(|one| one.join().expect("answered")).collect();
        let cheap: Vec<Vec<Answer>> = cheap.into_iter().map(|one| one.join().expect("answered")).collect();
        (expensive, cheap)
    });
    for answers in &cheap {
        assert!(!answers.is_empty(), "they were answered meanwhile");
        for answer in answers {
            assert_eq!((answer.status, &answer.body), (200, &answers[0].body), "{answer:?}");
        }
    }
    let mut answered = 0;
    for answer in &expensive {
        match answer.status {
            200 => answered += 1,
            503 => {
                assert_eq!(answer.json()["code"], Value::from("busy"), "{answer:?}");
                assert!(
                    answer.header("retry-after").is_some_and(|seconds| seconds.parse::<u32>().is_ok()),
                    "{answer:?}"
                );
            }
            _ => panic!("{answer:?}"),
        }
    }
    assert!(answered > 0, "none of {EXPENSIVE} was answered");
    let told: Vec<usize> = cheap.iter().map(Vec::len).collect();
    println!(
        "{answered} of {EXPENSIVE} who asked for everything were answered; {told:?} who asked for little meanwhile"
    );
}
