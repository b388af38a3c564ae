//! Pages: what an event says is text on them, whatever it holds.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{ASTANA, Answered, Stage};

/// What would be markup, or the end of an attribute or of an element, if it were not text.
const HOSTILE: &str =
    "</title></textarea></style><script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=alert(3) '&lt;\u{202e}";
/// The same as pages write it: only the characters that would end something are other ones.
const WRITTEN: &str = "&lt;script&gt;alert(1)&lt;/script&gt;";

/// A document of a kind, with markup in every text that it may hold.
fn document(number: u8, kind: &str, data: &Value) -> String {
    let mut all = json!({
        "occurred": "2024-07-05", "zone": "Asia/Almaty", "place": HOSTILE, "note": HOSTILE, "organisation": "sco",
        "meeting": "sco-astana-2024", "attribution": [
            {"name": HOSTILE, "url": format!("javascript:alert(4)//{HOSTILE}")},
            {"name": HOSTILE, "url": "https://example.org/\"><script>alert(5)</script>"},
        ],
    });
    for (name, value) in data.as_object().expect("an object") {
        all[name] = value.clone();
    }
    json!({
        "specversion": "1.0", "id": format!("0000000{number}-0000-4000-8000-000000000000"), "source": "/desks/any",
        "type": format!("chronicle.{kind}.v1"), "extension": HOSTILE, "data": all,
    })
    .to_string()
}

async fn stage() -> Stage {
    let person = json!({"name": HOSTILE, "id": "a-person", "office": HOSTILE});
    let documents = [
        document(1, "statement", &json!({"speaker": person, "party": "IND", "words": HOSTILE})),
        document(2, "attendance", &json!({"party": "IND", "person": person, "level": "FM", "in_lieu_of": person})),
        document(
            3,
            "signing",
            &json!({"instrument": "paper", "title": HOSTILE, "signatories": [{"person": person, "party": "IND"}]}),
        ),
        document(
            4,
            "meeting",
            &json!({"title": HOSTILE, "theme": HOSTILE, "venue": HOSTILE, "participants": [{"group": HOSTILE}]}),
        ),
        document(5, "naming", &json!({"of": {"organisation": "sco"}, "name": HOSTILE, "meeting": null})),
        document(6, "naming", &json!({"of": {"party": "IND"}, "name": HOSTILE, "meeting": null, "organisation": null})),
        document(7, "suspension", &json!({"party": "IND", "scope": HOSTILE, "meeting": null})),
        document(
            8,
            "retraction",
            &json!({"retracts": "00000001-0000-4000-8000-000000000000", "reason": HOSTILE, "meeting": null}),
        ),
        document(9, "admission", &json!({"party": "IND", "occurred": "2018", "meeting": null})),
    ];
    let mut lines: Vec<String> = ASTANA.lines().map(ToOwned::to_owned).collect();
    for one in documents {
        let mut one: Value = serde_json::from_str(&one).expect("JSON");
        one["data"].as_object_mut().expect("data").retain(|_, value| !value.is_null());
        lines.push(one.to_string());
    }
    Stage::told(&lines.join("\n")).await
}

async fn read(stage: &Stage, address: &str) -> Answered {
    let request = Request::get(address).header("accept", "text/html").body(Body::empty()).expect("a request");
    stage.send(request).await
}

#[tokio::test]
async fn an_event_with_markup_in_every_text_stays_text_on_every_page() {
    let stage = stage().await;
    let mut seen = 0;
    let events: Vec<String> =
        (1..=9).map(|number| format!("/events/0000000{number}-0000-4000-8000-000000000000")).collect();
    let quoted: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect();
    let others = [
        "/".to_owned(),
        format!("/?filter={quoted}"),
        format!("/?according_to={quoted}"),
        format!("/find?q={quoted}"),
        "/find?q=script".to_owned(),
        "/organisations/sco/why/IND".to_owned(),
        "/organisations/sco/changes?from=70".to_owned(),
        format!("/organisations/sco/changes?from=70&according_to={quoted}"),
        "/meetings/sco-astana-2024/why/IND".to_owned(),
        "/parties/IND".to_owned(),
        "/people/a-person".to_owned(),
    ];
    // Whoever is called so has an address of their own.
    let led = read(&stage, &format!("/people/{}", quoted.replace('+', "%20"))).await;
    assert_eq!((led.status, led.header("location")), (StatusCode::TEMPORARY_REDIRECT, "/people/a-person"));
    for address in events.iter().chain(&others) {
        let page = read(&stage, address).await;
        let text = String::from_utf8(page.body.to_vec()).expect("UTF-8");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{address}: {text}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{address}");
        for bad in ["<script>alert", "<img", "onerror=alert(2)>", "\" onfocus", "href=\"javascript:", "</textarea>"] {
            assert!(!text.contains(bad), "{address} holds {bad}: {text}");
        }
        seen += usize::from(text.contains(WRITTEN));
    }
    assert!(seen > events.len(), "only {seen} pages show what they were told");
}

#[tokio::test]
async fn what_nobody_named_is_told_with_ways_to_what_is_near() {
    let stage = Stage::astana().await;
    for (address, near) in [
        ("/organisations/scoo/why/IND", "/organisations/sco"),
        ("/organisations/scco/changes", "/organisations/sco"),
        ("/meetings/sco-astana-2025/why/IND", "/meetings/sco-astana-2024"),
        ("/people/xi-jinpin", "/people/xi-jinping"),
    ] {
        let page = read(&stage, address).await;
        let text = String::from_utf8(page.body.to_vec()).expect("UTF-8");
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}: {text}");
        assert!(text.contains(&format!("href=\"{near}\"")), "{address}: {text}");
    }
}

#[tokio::test]
async fn an_organisation_is_called_by_the_name_that_it_bears_at_the_vantage_in_the_wanted_language() {
    let naming = |number: u8, name: &str, language: &str| {
        json!({
            "specversion": "1.0", "id": format!("0000000{number}-0000-4000-8000-000000000000"), "source": "/desks/any",
            "type": "chronicle.naming.v1",
            "data": {"occurred": "2001-06-15", "attribution": [{"name": "desk"}], "of": {"organisation": "sco"}, "name": name, "language": language},
        })
        .to_string()
    };
    let names = [naming(1, "Shanghai Cooperation Organisation", "en"), naming(2, "Organisation de Shanghai", "fr")];
    let stage = Stage::told(&format!("{ASTANA}{}\n{}", names[0], names[1])).await;
    for (address, name) in [
        ("/organisations/sco/why/IND", "Shanghai Cooperation Organisation"),
        ("/organisations/sco/why/IND?language=fr", "Organisation de Shanghai"),
        ("/?language=fr", "Organisation de Shanghai"),
    ] {
        let text = String::from_utf8(read(&stage, address).await.body.to_vec()).expect("UTF-8");
        assert!(text.contains(&format!("<bdi>{name}</bdi>")), "{address}: {text}");
    }
    let text = String::from_utf8(read(&stage, "/?language=fr").await.body.to_vec()).expect("UTF-8");
    assert!(text.contains("/organisations/sco?language=fr"), "links keep the language: {text}");
}

#[tokio::test]
async fn what_is_wrong_is_told_on_a_page_to_who_takes_it_compressed_too() {
    let stage = Stage::astana().await;
    let request =
        Request::get("/organisations/scco").header("accept", "text/html").header("accept-encoding", "gzip, br");
    let page = stage.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((page.status, page.header("content-encoding")), (StatusCode::NOT_FOUND, "br"));
    assert!(page.body.len() > 200, "{:?}", page.body);
}

#[tokio::test]
async fn all_that_is_on_record_is_listed_with_its_way_from_the_same_vantage() {
    let stage = Stage::astana().await;
    for (page, list, name) in [
        ("/organisations", "organisations", "organisation"),
        ("/parties", "parties", "party"),
        ("/people", "people", "person"),
    ] {
        let shown = stage.ask(&format!("{page}?as_of=2024-07-04")).await;
        let html = String::from_utf8_lossy(&shown.body).into_owned();
        let rows = stage.ask(&format!("/v1{page}?limit=1000&as_of=2024-07-04")).await.json();
        let rows = rows[list].as_array().expect("a list").clone();
        assert!(!rows.is_empty(), "{page}");
        assert_eq!(html.matches("data-listed=").count(), rows.len().min(200), "{page}");
        for row in rows.iter().take(200) {
            let id = row[name].as_str().expect("an identifier");
            assert!(html.contains(&format!("href=\"{page}/{id}?as_of=2024-07-04\"")), "{id}: {html}");
        }
        let behind = rows[0][name].as_str().expect("an identifier");
        let rest = stage.ask(&format!("{page}?after={behind}")).await;
        assert_eq!(String::from_utf8_lossy(&rest.body).matches("data-listed=").count(), rows.len() - 1, "{page}");
        assert_eq!(stage.ask(&format!("{page}?after=%00")).await.status, StatusCode::BAD_REQUEST, "{page}");
    }
}
