//! The page of an organisation and its picture: whatever events say stays text; who has one is not sent it again.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::support::Stage;

const MARKUP: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>]]>&amp;";

fn event(n: u8, kind: &str, data: &Value) -> String {
    let mut data = data.clone();
    data["organisation"] = "sco".into();
    data["attribution"] = json!([{"name": format!("{MARKUP}{n}"), "url": "javascript:alert(3)"}]);
    let id = format!("00000000-0000-4000-8000-0000000000{n:02}");
    json!({"specversion": "1.0", "id": id, "source": "/desks/other", "type": format!("chronicle.{kind}.v1"), "data": data})
        .to_string()
}

/// Somebody who writes markup wherever text is taken.
fn hostile() -> String {
    let events = [
        event(1, "founding", &json!({"occurred": "2001", "name": MARKUP, "place": MARKUP, "note": MARKUP})),
        event(2, "admission", &json!({"occurred": "2017-06-09", "party": "IND", "authority": "official"})),
        event(3, "admission", &json!({"occurred": "2015", "party": "IND", "authority": "press", "note": MARKUP})),
        event(4, "step", &json!({"occurred": "2014", "party": "IND", "towards": "member", "step": "applied"})),
        event(5, "suspension", &json!({"occurred": "2018", "party": "IND", "scope": MARKUP})),
        event(
            6,
            "meeting",
            &json!({"occurred": "2019", "meeting": "m", "title": MARKUP, "place": MARKUP, "venue": MARKUP}),
        ),
        event(7, "tally", &json!({"occurred": "2019", "what": "member", "value": 99})),
        event(8, "naming", &json!({"occurred": "2019", "of": {"party": "IND"}, "name": MARKUP, "language": "en"})),
        event(
            9,
            "naming",
            &json!({"occurred": "2019", "of": {"organisation": "sco"}, "name": MARKUP, "language": "en"}),
        ),
    ];
    events.join("\n")
}

#[tokio::test]
async fn markup_in_events_stays_text_on_the_page_and_in_the_picture() {
    let stage = Stage::told(&hostile()).await;
    for address in ["/organisations/sco", "/organisations/sco/timeline.svg", "/organisations/sco?order=party"] {
        for query in ["as_of=2020", "according_to=%3Cscript%3Ealert(1)%3C/script%3E", "known_at=2026-01-01"] {
            let address = format!("{address}{}{query}", if address.contains('?') { '&' } else { '?' });
            let answer = stage.ask(&address).await;
            assert_eq!(answer.status, 200, "{address}: {answer:?}");
            let text = String::from_utf8(answer.body.to_vec()).expect("text");
            for bad in ["<script>alert", "<img src=x", "]]>", "href=\"javascript:"] {
                assert!(!text.contains(bad), "{address} holds {bad}: {text}");
            }
        }
    }
    let page = String::from_utf8(stage.ask("/organisations/sco?as_of=2020").await.body.to_vec()).expect("text");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "what was said is there");
    assert!(page.contains("data-party=\"IND\""), "and whom it is about");
}

#[tokio::test]
async fn the_picture_is_kept_by_whoever_has_it_and_may_be_shown_anywhere() {
    let stage = Stage::astana().await;
    let address = "/organisations/sco/timeline.svg?as_of=2024-07-04&at_position=73";
    let picture = stage.ask(address).await;
    assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, "image/svg+xml; charset=utf-8"));
    assert_eq!(picture.header("cross-origin-resource-policy"), "cross-origin");
    assert!(picture.header("cache-control").contains("immutable"), "{picture:?}");
    assert!(picture.header("content-security-policy").contains("default-src 'none'"), "{picture:?}");
    let request = Request::get(address).header("if-none-match", picture.header("etag"));
    assert_eq!(stage.send(request.body(Body::empty()).expect("a request")).await.status, 304);

    let unknown = stage.ask("/organisations/sch/timeline.svg").await;
    assert_eq!((unknown.status.as_u16(), unknown.header("content-type")), (404, "application/problem+json"));
    let refused = stage.ask("/organisations/sco?order=age").await;
    assert_eq!((refused.status.as_u16(), &refused.json()["allowed"]), (400, &"status or party".into()));
}

#[tokio::test]
async fn the_picture_is_well_formed_and_names_from_where_it_was_drawn() {
    let stage = Stage::told(&hostile()).await;
    let picture = stage.ask("/organisations/sco/timeline.svg?as_of=2020&known_at=2030-01-01").await;
    let text = String::from_utf8(picture.body.to_vec()).expect("text");
    assert!(text.contains("position 9, as of 2020, as known at 2030-01-01T23:59:59.999999999Z"), "{text}");
    assert!(
        text.contains(": member since 2017-06-09, contested, suspended at times; applied towards member 2014"),
        "{text}"
    );
    // Every element that opens closes, in order.
    let mut open = Vec::new();
    for tag in text.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{text}");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().expect("a name"));
        }
    }
    assert!(open.is_empty(), "{open:?}");
}
