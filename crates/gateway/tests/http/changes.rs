//! Changes as they happen: everything once, in order, whoever comes and goes when.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use bytes::Bytes;
use chronicle::{Chronicle, Draft, MemoryChronicle};
use futures::FutureExt;
use gateway::{HEARTBEAT, MAX_STREAM_AGE, MAX_STREAMS, Service, app};
use http_body_util::BodyExt;
use jiff::{SignedDuration, Timestamp};
use projector::{Change, Changes, Live, MembersFilter, catch_up};
use serde_json::{Value, json};
use summit::{Position, Vantage};
use tokio::task::unconstrained;
use tower::ServiceExt;
use wire::Document;

use crate::listener::{Block, Listener};
use crate::support::{ASTANA, store};

/// What the history of memberships says.
const HISTORY: &str = include_str!("../../../wire/tests/data/sco-history.jsonl");
/// When the report was stored.
const BEGUN: &str = "2024-07-03T12:00:00Z";
/// A day.
pub(crate) const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A clock that tests set.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn at(text: &str) -> Self {
        let at: Timestamp = text.parse().expect("an instant");
        Self(Arc::new(AtomicI64::new(at.as_second())))
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).expect("an instant")
    }

    fn pass(&self, time: SignedDuration) {
        self.0.fetch_add(time.as_secs(), Ordering::Relaxed);
    }
}

/// A log, the service that follows it, and the clocks of both. Nothing is told but by [`Desk::tell`].
pub(crate) struct Desk {
    log: MemoryChronicle,
    stored: Clock,
    clock: Clock,
    live: Live,
    service: Service,
    pub(crate) app: Router,
}

impl Desk {
    pub(crate) async fn new(lines: impl IntoIterator<Item = &str>) -> Self {
        let stored = Clock::at(BEGUN);
        let log = MemoryChronicle::with_clock({
            let stored = stored.clone();
            move || stored.now()
        });
        for line in lines {
            store(&log, line).await;
        }
        Self::of(log, stored.clone(), stored).await
    }

    async fn of(log: MemoryChronicle, stored: Clock, clock: Clock) -> Self {
        let now = {
            let clock = clock.clone();
            move || clock.now()
        };
        let mut live = Live::begin(&log, None, now.clone()).await.expect("following");
        live.catch_up().await.expect("caught up");
        let service = Service::new(log.clone(), Arc::clone(live.index()), now);
        Self { log, stored, clock, live, app: app(service.clone()), service }
    }

    /// Another service on the same log, as after a restart.
    async fn again(&self) -> Self {
        Self::of(self.log.clone(), self.stored.clone(), self.clock.clone()).await
    }

    /// Tells what came, days too.
    async fn tell(&mut self) {
        while let Some(update) = unconstrained(self.live.next()).now_or_never() {
            self.service.feed().tell(&update.expect("an update"));
        }
        tokio::task::yield_now().await;
    }

    async fn store(&mut self, line: &str) {
        store(&self.log, line).await;
        self.tell().await;
    }

    /// Both clocks go on.
    async fn pass(&mut self, time: SignedDuration) {
        self.stored.pass(time);
        if !Arc::ptr_eq(&self.stored.0, &self.clock.0) {
            self.clock.pass(time);
        }
        self.tell().await;
    }

    /// Its streams end.
    pub(crate) fn end(&self) {
        self.service.feed().end();
    }

    async fn status(&self, address: &str) -> (StatusCode, Value) {
        let request = Request::get(address).body(Body::empty()).expect("a request");
        let (status, body) = self.send(request).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Sends a request whose answer ends.
    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Bytes) {
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        (status, response.into_body().collect().await.expect("a body").to_bytes())
    }
}

fn admission(number: u32, party: &str, day: &str) -> String {
    event(number, "admission", &format!(r#""occurred":"{day}","organisation":"sco","party":"{party}""#))
}

fn event(number: u32, kind: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"00000000-0000-4000-8000-{number:012}","source":"/t","type":"chronicle.{kind}.v1","data":{{{data},"attribution":[{{"name":"t"}}]}}}}"#
    )
}

/// So many of these are more than the feed holds.
const HEAVY: u32 = 135;

/// An event that takes much room.
fn heavy(number: u32) -> String {
    event(
        number,
        "admission",
        &format!(
            r#""occurred":"2024","organisation":"heavy","party":"p-{}","note":"{}""#,
            number % 7,
            "x".repeat(64_800)
        ),
    )
}

/// A history of some days, with what happens on days on which nothing is stored.
pub(crate) async fn days(desk: &mut Desk) {
    desk.store(&admission(1, "BRA", "2024-07-06")).await;
    desk.store(&admission(2, "ARG", "2024-07-09")).await;
    desk.pass(DAY).await;
    desk.store(&admission(3, "CHL", "2024-07-04")).await;
    let garbage = Draft { bytes: Bytes::from_static(b"{"), ..draft(&admission(99, "KAZ", "2024")) };
    desk.log.append(garbage).await.expect("stored");
    desk.pass(DAY * 3).await;
    desk.store(&admission(4, "PER", "2024-07-07/2024-07-10")).await;
    desk.pass(DAY * 5).await;
}

pub(crate) fn ids(blocks: &[Block]) -> Vec<&str> {
    blocks.iter().map(Block::id).collect()
}

fn draft(line: &str) -> Draft {
    let document = Document::decode(line.as_bytes()).expect("a good document");
    let subject = wire::subject(document.event(), None);
    Draft { id: document.event().id, subject, headers: vec![], bytes: Bytes::from(document.encode()) }
}

/// What `chronicle watch` prints of a chronicle that was all stored on one day, from its beginning.
async fn watched(desk: &Desk, keep: impl Fn(&mut Changes)) -> Vec<Value> {
    let clock = desk.clock.clone();
    let mut live = Live::begin(&desk.log, Some(Position::START), move || clock.now()).await.expect("following");
    let mut lines = Vec::new();
    while let Some(update) = unconstrained(live.next()).now_or_never() {
        let mut changes = update.expect("an update").changes;
        keep(&mut changes);
        if !changes.changes.is_empty() {
            lines.push(serde_json::to_value(&changes).expect("JSON"));
        }
    }
    lines
}

fn without_event(block: &Block) -> Value {
    let mut value = block.json();
    let members = value.as_object_mut().expect("members");
    members.shift_remove("event").expect("an event");
    members.shift_remove("stored_at").expect("a time");
    value
}

#[tokio::test(start_paused = true)]
async fn every_position_is_told_once_with_what_chronicle_watch_tells_and_its_document() {
    let desk = Desk::new(ASTANA.lines()).await;
    let told = Listener::new(&desk.app, "/v1/changes?after=0").events(73).await;
    let positions: Vec<String> = (1..=73).map(|position| position.to_string()).collect();
    assert_eq!(ids(&told), positions);
    assert!(told.iter().all(|block| block.event == "changes"));
    for (block, line) in told.iter().zip(ASTANA.lines()) {
        let document: Value = serde_json::from_str(line).expect("JSON");
        assert_eq!((&block.json()["event"]["id"], &block.json()["stored_at"]), (&document["id"], &json!(BEGUN)));
    }
    let changed = told.iter().map(without_event).filter(|told| told["changes"] != json!([]));
    assert_eq!(changed.collect::<Vec<_>>(), watched(&desk, |_| {}).await);

    let members = "/v1/changes?after=0&organisation=sco&view=membership";
    let of_sco = |changes: &mut Changes| {
        changes.changes.retain(
            |change| matches!(change, Change::Membership { organisation, .. } if organisation.as_str() == "sco"),
        );
    };
    let expected = watched(&desk, of_sco).await;
    let told = Listener::new(&desk.app, members).events(expected.len()).await;
    assert_eq!(told.iter().map(without_event).collect::<Vec<_>>(), expected);
}

#[tokio::test(start_paused = true)]
async fn wherever_a_reader_is_cut_off_he_is_told_the_rest_live_or_from_history_before_or_after_a_restart() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut live = Listener::new(&desk.app, "/v1/changes").opened().await;
    assert_eq!(live.last_id.as_deref(), Some("73"));
    days(&mut desk).await;
    let whole = live.events(8).await;
    let expected = ["74", "75", "75.2024-07-04", "76", "77.2024-07-06", "78", "78.2024-07-09", "78.2024-07-10"];
    let expected = expected.map(ToOwned::to_owned);
    assert_eq!(ids(&whole), expected, "{whole:?}");

    for desk in [&desk.again().await, &desk] {
        for cut in 0..whole.len() {
            let id = if cut == 0 { "73" } else { whole[cut - 1].id() };
            let rest = Listener::behind(&desk.app, "/v1/changes", id).events(whole.len() - cut).await;
            assert_eq!(rest, whole[cut..], "behind {id}");
            let rest = Listener::new(&desk.app, &format!("/v1/changes?after={id}")).events(whole.len() - cut).await;
            assert_eq!(rest, whole[cut..], "after {id}");
        }
    }

    // He who leaves after each event is told everything once, and so is he who leaves after each block.
    let mut restless = Listener::behind(&desk.app, "/v1/changes", "73");
    let mut told = Vec::new();
    while told.len() < whole.len() {
        told.push(restless.event().await);
        restless.leave();
    }
    assert_eq!((told, restless.connected), (whole, 8));
}

#[tokio::test(start_paused = true)]
async fn what_the_calendar_brings_is_what_a_question_before_and_after_tells() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut live = Listener::new(&desk.app, "/v1/changes").opened().await;
    days(&mut desk).await;
    for block in live.events(8).await {
        let told = block.json();
        let members =
            told["changes"].as_array().expect("changes").iter().filter(|change| change["view"] == "membership");
        for change in members {
            let index = catch_up(&desk.log, None).await.expect("caught up");
            let ask = |position: u64, day: &str| {
                let vantage = Vantage {
                    as_of: Some(day.parse().expect("a day")),
                    at_position: Some(Position::new(position)),
                    ..Vantage::default()
                };
                let party = change["party"].as_str().expect("a party").parse().expect("a party");
                let only = MembersFilter { party: Some(party), ..MembersFilter::default() };
                let view = index.view(&vantage, jiff::civil::Date::ZERO).expect("a view");
                let sco = "sco".parse().expect("a name");
                let rows = view.members(&sco, &only).map(|members| members.parties).unwrap_or_default();
                // A question for one party answers no and not stated, too; changes do not.
                let rows = rows.into_iter().filter(|row| ["yes", "possibly"].contains(&row.answer.as_str()));
                serde_json::to_value(rows.collect::<Vec<_>>()).expect("JSON")
            };
            let position = told["position"].as_u64().expect("a position");
            let (before, after) = if let Some(day) = told["date"].as_str() {
                let day: jiff::civil::Date = day.parse().expect("a date");
                let eve = day.yesterday().expect("a day before").to_string();
                (ask(position, &eve), ask(position, &day.to_string()))
            } else {
                let stored: Timestamp = told["stored_at"].as_str().expect("a time").parse().expect("an instant");
                let day = projector::date_of(stored).to_string();
                (ask(position - 1, &day), ask(position, &day))
            };
            assert_eq!((&change["before"], &change["after"]), (&before, &after), "{block:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn where_clocks_disagree_the_id_says_so_and_nothing_is_told_twice() {
    let stored = Clock::at("2024-07-05T23:59:59Z");
    let log = MemoryChronicle::with_clock({
        let stored = stored.clone();
        move || stored.now()
    });
    store(&log, &admission(1, "BRA", "2024-07-06")).await;
    let mut desk = Desk::of(log, stored.clone(), stored.clone()).await;
    // Here it is the next day already, there it is not.
    desk.clock = Clock::at("2024-07-06T00:00:01Z");
    let log = desk.log.clone();
    let mut desk = Desk::of(log, stored, desk.clock).await;
    let mut live = Listener::new(&desk.app, "/v1/changes?after=1").opened().await;
    let first = live.event().await;
    assert_eq!(first.id(), "1.2024-07-06");
    desk.store(&admission(2, "ARG", "2024-07-06")).await;
    let second = live.event().await;
    assert_eq!((second.id(), &second.json()["changes"][0]["after"][0]["answer"]), ("2.2024-07-06", &json!("yes")));
    desk.stored.pass(SignedDuration::from_secs(10));
    desk.store(&admission(3, "CHL", "2024-07-06")).await;
    let third = live.event().await;
    assert_eq!(third.id(), "3");
    for desk in [&desk.again().await, &desk] {
        for (id, rest) in [("1.2024-07-06", vec![&second, &third]), ("2.2024-07-06", vec![&third])] {
            let told = Listener::behind(&desk.app, "/v1/changes", id).events(rest.len()).await;
            assert_eq!(told.iter().collect::<Vec<_>>(), rest);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn filters_take_what_they_name() {
    let desk = Desk::new(ASTANA.lines()).await;
    let all = Listener::new(&desk.app, "/v1/changes?after=0").events(73).await;
    let index = catch_up(&desk.log, None).await.expect("caught up");
    let kinds = |block: &Block| block.json()["event"]["type"].as_str().expect("a type").to_owned();
    for (filter, keeps) in [
        (
            "kind=signing,tally",
            Box::new(|block: &Block| kinds(block).contains("signing") || kinds(block).contains("tally"))
                as Box<dyn Fn(&Block) -> bool>,
        ),
        ("view=attendance", Box::new(|block: &Block| block.data.contains(r#""view":"attendance""#))),
        ("view=membership", Box::new(|block: &Block| block.data.contains(r#""view":"membership""#))),
        ("view=membership,attendance", Box::new(|block: &Block| block.data.contains(r#""view":""#))),
        (
            "view=events&meeting=sco-plus-astana-2024",
            Box::new(|block: &Block| block.json()["event"]["data"]["meeting"] == "sco-plus-astana-2024"),
        ),
    ] {
        let expected: Vec<&str> = all.iter().filter(|block| keeps(block)).map(Block::id).collect();
        assert!(!expected.is_empty(), "{filter}");
        let mut listener = Listener::new(&desk.app, &format!("/v1/changes?after=0&{filter}"));
        assert_eq!(ids(&listener.events(expected.len()).await), expected, "{filter}");
        // Nothing else, up to the end.
        let block = listener.block().await.expect("a block");
        assert_eq!(
            (block.data.as_str(), index.tail().to_string().as_str()),
            ("", listener.last_id.as_deref().expect("an id")),
            "{filter}"
        );
    }
    let none = Listener::new(&desk.app, "/v1/changes?organisation=sc0").block().await.expect("an opening");
    assert_eq!(
        none.comments,
        [r#"no event names the organisation "sc0" yet; did you mean sco (Shanghai Cooperation Organisation)?"#]
    );
}

#[tokio::test(start_paused = true)]
async fn who_is_told_nothing_still_learns_how_far_he_is() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut listener = Listener::new(&desk.app, "/v1/changes?organisation=nobody&after=3").opened().await;
    assert_eq!(listener.last_id.as_deref(), Some("3"));
    let block = listener.block().await.expect("a block");
    assert_eq!((block.id.as_deref(), block.data.as_str()), (Some("73"), ""), "as soon as history is read");
    let before = tokio::time::Instant::now();
    desk.store(&admission(1, "BRA", "2024")).await;
    let block = listener.block().await.expect("a block");
    assert_eq!((block.id.as_deref(), block.data.as_str()), (Some("74"), ""));
    assert_eq!(before.elapsed(), HEARTBEAT);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_after_half_an_hour_and_when_the_service_does_and_its_reader_comes_back() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut listener = Listener::new(&desk.app, "/v1/changes").opened().await;
    let before = tokio::time::Instant::now();
    while listener.block().await.is_some() {}
    assert_eq!(before.elapsed(), MAX_STREAM_AGE);
    listener.leave();
    desk.store(&admission(1, "BRA", "2024")).await;
    assert_eq!((listener.event().await.id(), listener.connected), ("74", 2));
    desk.end();
    while listener.block().await.is_some() {}
    assert!(before.elapsed() < MAX_STREAM_AGE * 2, "it ended at once");
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_told_that_he_is_behind_and_from_where_to_come_back() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut slow = Listener::new(&desk.app, "/v1/changes").opened().await;
    let mut quick = Listener::new(&desk.app, "/v1/changes").opened().await;
    for listener in [&mut slow, &mut quick] {
        assert_eq!(listener.block().await.expect("a heartbeat").data, "", "he waits");
    }
    desk.store(&admission(1, "BRA", "2024")).await;
    assert_eq!((slow.event().await.id(), quick.event().await.id()), ("74", "74"));
    for number in 0..HEAVY {
        desk.store(&heavy(1000 + number)).await;
        assert_eq!(quick.event().await.id(), (75 + number).to_string());
    }
    let reset = slow.event().await;
    assert_eq!((reset.event.as_str(), reset.id()), ("reset", "74"));
    assert_eq!(reset.json(), json!({"position": 74, "after": "74", "tail": 74 + HEAVY}));
    assert_eq!(slow.block().await, None, "and that is the end");
    slow.leave();
    assert_eq!(
        ids(&slow.events(HEAVY as usize).await),
        ids(&Listener::behind(&desk.app, "/v1/changes", "74").events(HEAVY as usize).await)
    );
}

#[tokio::test(start_paused = true)]
async fn who_reads_history_more_slowly_than_it_is_made_is_told_all_of_it() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let mut slow = Listener::new(&desk.app, "/v1/changes?after=0").opened().await;
    for number in 0..HEAVY {
        desk.store(&heavy(1000 + number)).await;
    }
    let told = slow.events(73 + HEAVY as usize).await;
    let positions: Vec<String> = (1..=73 + HEAVY).map(|position| position.to_string()).collect();
    assert_eq!((ids(&told), slow.connected), (positions.iter().map(String::as_str).collect(), 1));
}

/// An answer as a stream tells it: how to cite it is said where it is asked for.
fn uncited(mut answer: Value) -> Value {
    if let Some(said) = answer.as_object_mut() {
        said.retain(|name, _| !matches!(name.as_str(), "licence" | "citation"));
    }
    answer
}

#[tokio::test(start_paused = true)]
async fn a_standing_question_speaks_when_its_answer_changes_and_at_no_other_time() {
    let mut desk = Desk::new(ASTANA.lines()).await;
    let address = "/v1/changes?question=members&organisation=sco&as_of=2024-07-04&party=BRA";
    let mut listener = Listener::new(&desk.app, address);
    let first = listener.event().await;
    let answer =
        uncited(desk.status("/v1/organisations/sco/members?as_of=2024-07-04&party=BRA&at_position=73").await.1);
    let told = first.json();
    assert_eq!((first.event.as_str(), first.id(), &told["answer"]), ("answer", "73", &answer));
    assert_eq!((&told["before"], &told["cause"], &told["event"]), (&Value::Null, &Value::Null, &Value::Null));
    desk.store(&admission(1, "CHL", "2024-07-04")).await;
    desk.store(&admission(2, "BRA", "2024-07-04")).await;
    desk.pass(DAY).await;
    desk.store(&admission(3, "PER", "2024-07-05")).await;
    let retraction = r#""occurred":"2024-07-05","retracts":"00000000-0000-4000-8000-000000000002","reason":"none""#;
    desk.store(&event(4, "retraction", retraction)).await;
    let told = listener.events(2).await;
    assert_eq!(ids(&told), ["75", "77.2024-07-04"].map(|id| id.split('.').next().expect("a position")));
    let (came, went) = (told[0].json(), told[1].json());
    assert_eq!(came["event"]["id"], came["cause"]);
    assert_eq!(
        (&came["before"]["parties"][0]["answer"], &came["answer"]["parties"][0]["answer"]),
        (&json!("not_stated"), &json!("yes"))
    );
    assert_eq!(came["before"]["token"]["at_position"], 74);
    assert_eq!(went["answer"]["parties"][0]["answer"], "not_stated");

    let again = Listener::behind(&desk.again().await.app, address, "73").events(2).await;
    assert_eq!(again, told, "from history too");
    assert_eq!(Listener::behind(&desk.app, address, "75").event().await, told[1]);
}

#[tokio::test(start_paused = true)]
async fn a_question_is_asked_wherever_its_answer_changes() {
    let desk = Desk::new(ASTANA.lines().chain(HISTORY.lines())).await;
    let index = catch_up(&desk.log, None).await.expect("caught up");
    let tail = index.tail().get();
    for (question, address) in [
        ("question=members&organisation=sco", "organisations/sco/members?"),
        (
            "question=members&organisation=sco&status=observer&known_at=2024-07-05",
            "organisations/sco/members?status=observer&known_at=2024-07-05&",
        ),
    ] {
        let mut expected = Vec::new();
        let mut before = json!(null);
        for position in 0..=tail {
            let (_, answer) = desk.status(&format!("/v1/{address}as_of=2024-07-04&at_position={position}")).await;
            let mut answer = uncited(answer);
            answer.as_object_mut().expect("members").shift_remove("token");
            if answer.get("organisation").is_none() {
                answer = Value::Null;
            }
            if answer != before {
                expected.push(position.to_string());
                before = answer;
            }
        }
        let mut listener = Listener::new(&desk.app, &format!("/v1/changes?after=0&as_of=2024-07-04&{question}"));
        assert_eq!(ids(&listener.events(expected.len()).await), expected, "{question}");
        assert_eq!(listener.block().await.map(|block| block.data), Some(String::new()), "nothing else: {question}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_meant_is_named() {
    let desk = Desk::new(ASTANA.lines()).await;
    for (address, status, code, told) in [
        ("/v1/changes?after=74", 409, "not-reached", "position 73"),
        ("/v1/changes?after=x", 400, "bad-parameter", "\"after\""),
        ("/v1/changes?after=73.2024-08-01", 400, "bad-parameter", "\"after\""),
        ("/v1/changes?kind=arriving", 400, "bad-parameter", "\"kind\""),
        ("/v1/changes?view=all", 400, "bad-parameter", "\"view\""),
        ("/v1/changes?organization=sco", 400, "bad-parameter", "organization"),
        ("/v1/changes?question=weather&as_of=2024", 400, "bad-parameter", "\"question\""),
        ("/v1/changes?question=members&as_of=2024", 400, "bad-parameter", "\"organisation\""),
        ("/v1/changes?question=members&organisation=sco", 400, "bad-parameter", "\"as_of\""),
        (
            "/v1/changes?question=members&organisation=sco&as_of=2024&at_position=3",
            400,
            "bad-parameter",
            "never changes",
        ),
        ("/v1/changes?question=members&organisation=sco&as_of=2024&kind=signing", 400, "bad-parameter", "\"kind\""),
        ("/v1/changes?question=members&organisation=sc0&as_of=2024", 404, "unknown-name", "sc0"),
        ("/v1/replay?speed=step", 400, "bad-parameter", "\"speed\""),
        ("/v1/replay?to=74", 409, "not-reached", "position 73"),
    ] {
        let (found, problem) = desk.status(address).await;
        assert_eq!((found.as_u16(), &problem["code"]), (status, &json!(code)), "{address}: {problem}");
        assert!(problem["detail"].as_str().unwrap_or_default().contains(told), "{address}: {problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn there_are_so_many_streams_and_no_more() {
    let desk = Desk::new(ASTANA.lines()).await;
    let mut listeners = Vec::new();
    for _ in 0..MAX_STREAMS {
        listeners.push(Listener::new(&desk.app, "/v1/changes").opened().await);
    }
    let (status, problem) = desk.status("/v1/changes").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("busy")));
    assert_eq!(desk.service.feed().listeners(), MAX_STREAMS);
    listeners.pop();
    Listener::new(&desk.app, "/v1/changes").opened().await;
}
