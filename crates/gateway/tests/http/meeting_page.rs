//! The pages and the picture of a meeting: what they take, what they are sent with, and that an event stays text.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::{ASTANA, Answered, Stage};

const ADDRESSES: [&str; 4] = [
    "/meetings",
    "/meetings/sco-plus-astana-2024",
    "/meetings/sco-plus-astana-2024/sheet",
    "/meetings/sco-plus-astana-2024/attendance.svg",
];

/// Markup for every place where a text may stand, with what no XML may hold.
const NASTY: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&amp;<!--\u{202e}\u{feff}";
/// What must not be found of it.
const RAW: [&str; 4] = ["<script>alert", "<img src=x", "href=\"javascript", "]]>&amp;<"];

fn text(answer: &Answered) -> String {
    String::from_utf8(answer.body.to_vec()).expect("text")
}

/// An event with markup in every field that takes a text.
fn event(number: usize, kind: &str, data: &Value) -> String {
    let person = json!({"name": NASTY, "id": "nasty", "office": NASTY});
    let mut event = json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desks/astana",
        "type": format!("chronicle.{kind}.v1"),
        "data": {
            "occurred": "2024-07-04", "place": NASTY, "note": NASTY, "meeting": "nasty",
            "attribution": [{"name": NASTY, "url": "javascript:alert(1)"}, {"name": NASTY, "url": format!("https://a/{NASTY}")}],
        },
    });
    let fields = event["data"].as_object_mut().expect("an object");
    for (name, value) in data.as_object().expect("an object") {
        let value = if value == "PERSON" { person.clone() } else { value.clone() };
        fields.insert(name.clone(), value);
    }
    event.to_string()
}

fn nasty() -> String {
    let person = "PERSON";
    let signatories = json!([{"party": "KAZ", "person": {"name": NASTY, "id": "nasty", "office": NASTY}}]);
    [
        ("meeting", json!({"organisation": "sco", "form": "summit", "title": NASTY, "theme": NASTY, "venue": NASTY, "host": "KAZ"})),
        ("meeting", json!({"meeting": "nasty-part", "part_of": "nasty", "title": NASTY, "venue": NASTY})),
        ("attendance", json!({"party": "KAZ", "person": person, "level": "FM", "in_lieu_of": person})),
        ("attendance", json!({"party": "KAZ", "person": {"name": NASTY, "id": "other", "office": NASTY}, "level": "AMB"})),
        ("attendance", json!({"meeting": "nasty-part", "group": NASTY})),
        ("attendance", json!({"party": "UZB", "capacity": "guest_of_chair", "person": person})),
        ("attendance", json!({"group": NASTY})),
        ("signing", json!({"instrument": "nasty", "title": NASTY, "signatories": signatories})),
        ("statement", json!({"speaker": person, "party": "KAZ", "words": NASTY, "mode": "quoted"})),
    ]
    .iter()
    .enumerate()
    .map(|(number, (kind, data))| event(number + 1, kind, data))
    .collect::<Vec<_>>()
    .join("\n")
}

#[tokio::test]
async fn markup_in_every_text_of_a_meeting_stays_text() {
    let stage = Stage::told(&nasty()).await;
    for (address, least) in [
        ("/meetings", 2),
        ("/meetings/nasty", 25),
        ("/meetings/nasty/sheet", 10),
        ("/meetings/nasty/attendance.svg", 8),
        ("/meetings/nasty-part", 4),
    ] {
        let answer = stage.ask(address).await;
        assert_eq!(answer.status, 200, "{address} {answer:?}");
        let page = text(&answer);
        for raw in RAW {
            assert!(!page.contains(raw), "{raw:?} stands in {address}: {page}");
        }
        let told = page.matches("&lt;script&gt;alert(1)").count() + page.matches("&lt;script…").count();
        assert!(told >= least, "{address} tells {told} of the texts: {page}");
    }
}

#[tokio::test]
async fn what_a_page_of_a_meeting_takes_is_told_where_it_is_asked_otherwise() {
    let stage = Stage::astana().await;
    for address in ADDRESSES {
        assert_eq!(stage.ask(address).await.status, 200, "{address}");
        for (name, value) in
            [("as_of", "2024-13"), ("known_at", "yesterday"), ("at_position", "-1"), ("token", "{}"), ("color", "red")]
        {
            let answer = stage.ask(&format!("{address}?{name}={value}")).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["parameter"]), (400, &name.into()), "{address}");
        }
        let twice = stage.ask(&format!("{address}?as_of=2024&as_of=2025")).await;
        assert_eq!(twice.status, 400, "{address}");
    }
    for address in &ADDRESSES[1..] {
        let answer = stage.ask(&format!("{address}?sort=size")).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["parameter"]), (400, &"sort".into()), "{address}");
        assert_eq!(stage.ask(&format!("{address}?sort=")).await.status, 200, "{address}");
        let unknown = stage.ask(&address.replace("plus-astana", "plus-astna")).await;
        assert_eq!((unknown.status.as_u16(), &unknown.json()["nearest"][0]), (404, &"sco-plus-astana-2024".into()));
    }
    let unknown = stage.ask("/meetings?organisation=sko").await;
    assert_eq!((unknown.status.as_u16(), &unknown.json()["nearest"][0]), (404, &"sco".into()));
}

#[tokio::test]
async fn a_page_of_a_meeting_is_sent_once_and_kept_for_ever_where_nothing_can_change_it() {
    let stage = Stage::astana().await;
    for address in ADDRESSES {
        let answer = stage.ask(address).await;
        assert_eq!(answer.header("cache-control"), "no-cache", "{address}");
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"), "{address}");
        let again = Request::get(address).header("if-none-match", answer.header("etag"));
        let again = stage.send(again.body(Body::empty()).expect("a request")).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0), "{address}");
        let fixed = stage.ask(&format!("{address}?as_of=2024-07-05&at_position=73")).await;
        assert_eq!(fixed.header("cache-control"), "public, max-age=31536000, immutable", "{address}");
    }
    let picture = stage.ask(ADDRESSES[3]).await;
    assert!(picture.header("content-type").starts_with("image/svg+xml"), "{picture:?}");
    assert_eq!(picture.header("cross-origin-resource-policy"), "cross-origin");
}

#[tokio::test]
async fn every_link_of_a_meeting_keeps_the_vantage() {
    let stage = Stage::astana().await;
    let vantage = "as_of=2024-07-05&according_to=press";
    let page = text(&stage.ask(&format!("/meetings/sco-astana-2024?{vantage}&sort=level")).await);
    let from = page.find("<div class=\"meeting\">").expect("the page");
    let to = page.find("<footer").expect("its end");
    let links = page[from..to].split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default());
    let inside: Vec<&str> = links.filter(|link| link.starts_with('/')).collect();
    assert!(inside.len() > 100, "{inside:?}");
    for link in inside {
        assert!(link.replace("&amp;", "&").contains(vantage), "{link}");
    }
}

#[tokio::test]
async fn a_meeting_of_whose_participants_nothing_is_said_says_so() {
    let lines = ASTANA.lines().filter(|line| line.contains("sco-astana-2024-family-photo"));
    let stage = Stage::told(&lines.collect::<Vec<_>>().join("\n")).await;
    let page = text(&stage.ask("/meetings/sco-astana-2024-family-photo").await);
    assert!(page.contains("Nothing is said of who took part.") && !page.contains("<table"), "{page}");
    assert_eq!(stage.ask("/meetings/sco-astana-2024-family-photo/attendance.svg").await.status, 200);
    assert_eq!(stage.ask("/meetings/sco-astana-2024-family-photo/sheet").await.status, 200);
}
