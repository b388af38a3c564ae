//! Who may do what: every route, asked by everybody.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::num::NonZeroU32;
use std::path::Path;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use futures::stream;
use gateway::{Access, NewToken, RIGHTS, Reading, Right, Role, Scope, Secret, Settings, TokenFile, guarded};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::support::{Stage, noon};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Nobody,
    Wrong,
    Expired,
    Revoked,
    Reader,
    Publisher,
    /// A publisher of another organisation.
    Stranger,
    Operator,
}

const EVERYBODY: [Who; 8] =
    [Who::Nobody, Who::Wrong, Who::Expired, Who::Revoked, Who::Reader, Who::Publisher, Who::Stranger, Who::Operator];

/// A service with tokens for everybody.
pub(crate) struct Guarded {
    pub(crate) stage: Stage,
    tokens: Vec<(Who, String)>,
    _folder: tempfile::TempDir,
}

fn make(file: &TokenFile, role: Role, scope: Scope, expires_at: Option<Timestamp>) -> (String, Secret) {
    let wanted = NewToken { name: None, role, scope, expires_at };
    let (token, secret) = file.create(wanted, noon()).expect("made");
    (token.id, secret)
}

fn only(organisation: &str) -> Scope {
    Scope::Only(BTreeSet::from([organisation.parse().expect("a slug")]))
}

impl Guarded {
    pub(crate) async fn new(reading: Reading, requests_per_second: Option<u32>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("tokens.json"));
        let (_, reader) = make(&file, Role::Reader, Scope::Only(BTreeSet::new()), None);
        let (_, publisher) = make(&file, Role::Publisher, only("sco"), None);
        let (_, stranger) = make(&file, Role::Publisher, only("apec"), None);
        let (_, operator) = make(&file, Role::Operator, Scope::All, None);
        let (_, expired) = make(&file, Role::Operator, Scope::All, Some(noon() - SignedDuration::from_secs(1)));
        let (id, revoked) = make(&file, Role::Operator, Scope::All, None);
        file.revoke(&id, noon()).expect("revoked");
        let mut tokens = vec![(Who::Wrong, format!("chronicle_{id}_{}", "0".repeat(64)))];
        for (who, secret) in [
            (Who::Expired, expired),
            (Who::Revoked, revoked),
            (Who::Reader, reader),
            (Who::Publisher, publisher),
            (Who::Stranger, stranger),
            (Who::Operator, operator),
        ] {
            tokens.push((who, secret.reveal()));
        }
        let mut stage = Stage::astana().await;
        stage.app = with(&stage, &file, reading, requests_per_second);
        Self { stage, tokens, _folder: folder }
    }

    pub(crate) fn token(&self, who: Who) -> Option<&str> {
        self.tokens.iter().find(|(one, _)| *one == who).map(|(_, token)| token.as_str())
    }

    /// The head of an answer; streams have no end.
    async fn head(&self, who: Who, method: &Method, address: &str) -> (StatusCode, HeaderMap) {
        let mut request = Request::builder().method(method).uri(address);
        if let Some(token) = self.token(who) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = if *method == Method::POST {
            request = request.header("content-type", "application/cloudevents+json");
            Body::from(admission().to_string())
        } else {
            Body::empty()
        };
        let response = self.stage.app.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        (response.status(), response.headers().clone())
    }
}

fn with(stage: &Stage, file: &TokenFile, reading: Reading, requests_per_second: Option<u32>) -> Router {
    let requests_per_second = requests_per_second.or(Some(100_000)).and_then(NonZeroU32::new);
    let settings = Settings { tokens: Some(file.clone()), reading, requests_per_second, ..Settings::default() };
    guarded(&stage.service, &Access::new(settings).expect("tokens"))
}

pub(crate) fn admission() -> Value {
    json!({
        "specversion": "1.0", "id": "00000000-0000-4000-8000-000000000001", "source": "/desks/astana",
        "type": "chronicle.admission.v1",
        "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": "sco", "party": "BLR"},
    })
}

/// An address that a template stands for.
pub(crate) fn address(template: &str) -> String {
    let named = [
        ("{organisation}", "sco"),
        ("{meeting}", "sco-astana-2024"),
        ("{party}", "IND"),
        ("{person}", "xi-jinping"),
        ("{id}", "3be78c39"),
        ("{kind}", "admission"),
        ("{name}", "admission.v1.json"),
        ("{version}", "of-another-program"),
    ];
    let address = named.iter().fold(template.to_owned(), |address, (name, value)| address.replace(name, value));
    assert!(!address.contains('{'), "{address} has a part that has no example here");
    address
}

/// What is to be answered: 401, 403, or anything else.
fn expected(right: Right, who: Who, reading: Reading) -> Option<u16> {
    let bad = matches!(who, Who::Wrong | Who::Expired | Who::Revoked);
    match right {
        Right::Anyone => None,
        _ if bad => Some(401),
        Right::Read if who == Who::Nobody && reading == Reading::Public => None,
        _ if who == Who::Nobody => Some(401),
        Right::Read => None,
        Right::Publish => matches!(who, Who::Reader | Who::Stranger).then_some(403),
        Right::Operate => (who != Who::Operator).then_some(403),
    }
}

#[tokio::test]
async fn every_route_is_open_to_whom_the_table_says_and_to_nobody_else() {
    for reading in [Reading::Tokens, Reading::Public] {
        let guarded = Guarded::new(reading, None).await;
        for (method, template, right) in RIGHTS {
            for who in EVERYBODY {
                let (status, headers) = guarded.head(who, method, &address(template)).await;
                let said = format!("{who:?} {method} {template}: {status}");
                let refused = matches!(status.as_u16(), 401 | 403).then_some(status.as_u16());
                assert_eq!(refused, expected(*right, who, reading), "{said}");
                // What belongs to another version of the program is there only with that one.
                let there = !matches!(status.as_u16(), 405 | 500) && (status != 404 || template.contains("{version}"));
                assert!(there, "{said}: the table names what is there");
                let challenge = headers.get("www-authenticate").map(|value| value.to_str().expect("text"));
                assert_eq!(challenge.is_some_and(|text| text.starts_with("Bearer ")), status == 401, "{said}");
                if refused.is_some() {
                    assert_eq!(headers["content-type"], "application/problem+json", "{said}");
                }
            }
        }
    }
}

#[tokio::test]
async fn methods_that_the_table_does_not_name_are_refused_everywhere() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    for (_, template, _) in RIGHTS {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE, Method::CONNECT] {
            let (status, headers) = guarded.head(Who::Operator, &method, &address(template)).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method} {template}");
            assert!(headers.contains_key("allow"), "{method} {template}: {headers:?}");
        }
    }
}

#[tokio::test]
async fn nothing_but_the_header_and_the_cookie_of_signing_in_is_taken_for_a_token() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    let token = guarded.token(Who::Operator).expect("one");
    let members = "/v1/organisations/sco/members";
    let bearer = format!("Bearer {token}");
    for (address, headers, status) in [
        (members.to_owned(), vec![("authorization", bearer.clone())], 200),
        (members.to_owned(), vec![("authorization", format!("bearer {token}"))], 200),
        (format!("{members}?access_token={token}"), vec![], 401),
        (format!("{members}?token={token}"), vec![], 401),
        (members.to_owned(), vec![("cookie", format!("token={token}"))], 401),
        (members.to_owned(), vec![("cookie", format!("__Host-chronicle={token}"))], 401),
        (members.to_owned(), vec![("cookie", format!("Chronicle-Reading={token}"))], 401),
        (members.to_owned(), vec![("cookie", format!("chronicle-reading={token}; chronicle-reading={token}"))], 401),
        (members.to_owned(), vec![("x-api-key", token.to_owned())], 401),
        (members.to_owned(), vec![("authorization", format!("Basic {token}"))], 401),
        (members.to_owned(), vec![("authorization", token.to_owned())], 401),
        (members.to_owned(), vec![("authorization", "Bearer ".to_owned())], 401),
        (members.to_owned(), vec![("authorization", bearer.clone()), ("authorization", bearer.clone())], 401),
    ] {
        let request =
            headers.iter().fold(Request::get(&address), |request, (name, value)| request.header(*name, value));
        let answer = guarded.stage.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status.as_u16(), status, "{address} {headers:?}");
        assert!(!String::from_utf8_lossy(&answer.body).contains(token), "what was shown is not shown again");
    }
}

#[tokio::test]
async fn every_answer_carries_what_protects_it() {
    for reading in [Reading::Tokens, Reading::Public] {
        let guarded = Guarded::new(reading, None).await;
        let addresses = RIGHTS.iter().filter(|(method, _, _)| *method == Method::GET).map(|row| address(row.1));
        let fixed = "/v1/organisations/sco/members?as_of=2024-07-04&at_position=73".to_owned();
        for address in addresses.chain([fixed, "/nowhere".to_owned(), "/v1/parties/India".to_owned()]) {
            let (status, headers) = guarded.head(Who::Operator, &Method::GET, &address).await;
            let said = |name: &str| {
                let all = headers.get_all(name).iter().map(|value| value.to_str().expect("text"));
                all.collect::<Vec<_>>().join(", ").to_lowercase()
            };
            let all = format!("{address} {status} {headers:?}");
            assert_eq!(said("x-content-type-options"), "nosniff", "{all}");
            assert!(said("content-security-policy").contains("default-src 'none'"), "{all}");
            // Pictures may be shown anywhere, and do nothing there.
            let framed = if Path::new(&address).extension() == Some("svg".as_ref()) {
                "sandbox"
            } else {
                "frame-ancestors 'none'"
            };
            assert!(said("content-security-policy").contains(framed), "{all}");
            assert_eq!(said("referrer-policy"), "no-referrer", "{all}");
            assert!(said("vary").contains("accept") && said("vary").contains("authorization"), "{all}");
            assert!(!said("cache-control").is_empty(), "{all}");
            let kept_by_others = said("cache-control").contains("public");
            assert!(reading == Reading::Public || !kept_by_others, "{all}");
            for absent in ["set-cookie", "access-control-allow-origin", "server", "strict-transport-security"] {
                assert_eq!(said(absent), "", "{all}");
            }
        }
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let guarded = Guarded::new(Reading::Tokens, Some(1)).await;
    let members = "/v1/organisations/sco/members";
    let mut left = Vec::new();
    let (status, headers) = loop {
        let (status, headers) = guarded.head(Who::Reader, &Method::GET, members).await;
        if status != StatusCode::OK {
            break (status, headers);
        }
        left.push(headers["ratelimit"].to_str().expect("text").to_owned());
        assert!(left.len() < 100, "{left:?}");
    };
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!((&left[0][..], left.len() >= 4), ("\"requests\";r=3", true), "{left:?}");
    let after: u64 = headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!((1..=2).contains(&after), "{after}");
    assert_eq!(headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn a_file_that_others_may_read_is_no_file_of_tokens() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let file = TokenFile::at(folder.path().join("tokens.json"));
    make(&file, Role::Reader, Scope::All, None);
    let open = |path: &Path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
    open(file.path(), 0o644).expect("set");
    let error = Access::new(Settings { tokens: Some(file), ..Settings::default() }).expect_err("it is exposed");
    assert!(error.to_string().contains("0644"), "{error}");
}

#[tokio::test]
async fn who_is_refused_was_heard_out_first() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    let service = Guarded::new(Reading::Tokens, None).await;
    let event = "application/cloudevents+json";
    for (who, address, header, status) in [
        (Who::Nobody, "/v1/events", ("content-type", event), 401),
        (Who::Reader, "/v1/events", ("content-type", event), 403),
        (Who::Publisher, "/v1/organisations", ("content-type", event), 405),
        (Who::Publisher, "/v1/events?atomic=perhaps", ("content-type", event), 400),
        (Who::Publisher, "/v1/events", ("content-type", "text/plain"), 415),
        (Who::Publisher, "/v1/events", ("content-encoding", "gzip"), 415),
    ] {
        let heard = Arc::new(AtomicBool::new(false));
        let sent = stream::once({
            let heard = Arc::clone(&heard);
            async move {
                heard.store(true, Ordering::Relaxed);
                Ok::<_, Infallible>(admission().to_string())
            }
        });
        let mut request = Request::post(address).header(header.0, header.1);
        if let Some(token) = service.token(who) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Body::from_stream(sent)).expect("a request");
        let response = service.stage.app.clone().oneshot(request).await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{who:?} {address}");
        assert!(heard.load(Ordering::Relaxed), "{who:?} {address} {header:?}");
    }
}

/// A form as a page of the service sends it.
fn form(address: &str) -> axum::http::request::Builder {
    Request::post(address).header("content-type", "application/x-www-form-urlencoded").header("host", "here.example")
}

#[tokio::test]
async fn who_signs_in_reads_with_the_cookie_and_does_nothing_else() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    for who in [Who::Reader, Who::Publisher, Who::Operator] {
        let token = guarded.token(who).expect("one");
        let body = format!("token={token}&next=%2Forganisations%2Fsco%3Fas_of%3D2017");
        let request = form("/sign-in").header("sec-fetch-site", "same-origin");
        let answer = guarded.stage.send(request.body(Body::from(body)).expect("a request")).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("location")),
            (303, "/organisations/sco?as_of=2017"),
            "{who:?}"
        );
        assert_eq!(answer.header("cache-control"), "no-store");
        let cookie = answer.header("set-cookie").to_owned();
        let (pair, attributes) = cookie.split_once(';').expect("attributes");
        assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Strict", "{who:?}");
        for (method, template, right) in RIGHTS {
            let request = Request::builder().method(method).uri(address(template)).header("cookie", pair);
            let request = request.header("content-type", "application/cloudevents+json");
            let body = if *method == Method::POST { Body::from(admission().to_string()) } else { Body::empty() };
            let response =
                guarded.stage.app.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
            let expected = matches!(right, Right::Publish | Right::Operate).then_some(401);
            let refused = matches!(response.status().as_u16(), 401 | 403).then_some(response.status().as_u16());
            assert_eq!(refused, expected, "{who:?} {method} {template}");
            let kept = response.headers()["cache-control"].to_str().expect("text");
            assert!(*right != Right::Read || !kept.contains("public"), "{method} {template}: {kept}");
        }
        // A header that is shown counts before the cookie.
        let both = Request::get("/v1/organisations").header("cookie", pair).header("authorization", "Bearer x");
        assert_eq!(guarded.stage.send(both.body(Body::empty()).expect("a request")).await.status, 401);
        let out = form("/sign-out").header("sec-fetch-site", "same-origin").header("cookie", pair);
        let answer = guarded.stage.send(out.body(Body::empty()).expect("a request")).await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/sign-in"));
        assert!(answer.header("set-cookie").contains("=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict"));
    }
}

#[tokio::test]
async fn a_bad_token_signs_nobody_in_and_a_cookie_counts_no_longer_than_its_token() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    for who in [Who::Wrong, Who::Expired, Who::Revoked] {
        let token = guarded.token(who).expect("one");
        let body = format!("token={token}&next=%2Flive");
        let request = form("/sign-in").header("sec-fetch-site", "same-origin").header("accept", "text/html");
        let answer = guarded.stage.send(request.body(Body::from(body)).expect("a request")).await;
        let page = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (401, ""), "{who:?}");
        assert!(page.contains("value=\"/live\"") && !page.contains(token), "{who:?}: {page}");
        let kept = Request::get("/v1/organisations").header("cookie", format!("chronicle-reading={token}"));
        assert_eq!(guarded.stage.send(kept.body(Body::empty()).expect("a request")).await.status, 401, "{who:?}");
    }
}

#[tokio::test]
async fn no_page_of_somebody_else_signs_anybody_in_or_out_and_nobody_is_led_elsewhere() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    let token = guarded.token(Who::Reader).expect("one");
    for address in ["/sign-in", "/sign-out"] {
        for (headers, status) in [
            (&[("sec-fetch-site", "cross-site")][..], 403),
            (&[("sec-fetch-site", "same-site")], 403),
            (&[("sec-fetch-site", "none")], 403),
            (&[("origin", "https://there.example")], 403),
            (&[("origin", "null")], 403),
            (&[], 403),
            (&[("origin", "https://here.example")], 303),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], 303),
        ] {
            let body = format!("token={token}");
            let request = headers.iter().fold(form(address), |request, (name, value)| request.header(*name, *value));
            let answer = guarded.stage.send(request.body(Body::from(body)).expect("a request")).await;
            assert_eq!(answer.status, status, "{address} {headers:?}");
            assert_eq!(answer.header("set-cookie").is_empty(), status == 403, "{address} {headers:?}");
        }
        let json = Request::post(address).header("sec-fetch-site", "same-origin").header("content-type", "text/plain");
        let answer = guarded.stage.send(json.body(Body::from(format!("token={token}"))).expect("a request")).await;
        assert_eq!(answer.status, 415);
    }
    for next in ["https://there.example/", "//there.example", "/\\there.example", "/%0d%0aset-cookie: a=b"] {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("next", next)
            .finish();
        let request = form("/sign-in").header("sec-fetch-site", "same-origin");
        let answer = guarded.stage.send(request.body(Body::from(body)).expect("a request")).await;
        let place = answer.header("location");
        assert!(place == "/" || place.starts_with("/%0d%0a"), "{next}: {place}");
    }
}

#[tokio::test]
async fn who_reads_pages_is_shown_the_way_in_and_comes_back_to_where_he_was() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    let ask = |fetch: &'static [(&'static str, &'static str)]| {
        let request = Request::get("/organisations/sco?as_of=2017&x=%22%3E").header("accept", "text/html,*/*;q=0.8");
        let request = fetch.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        guarded.stage.send(request.body(Body::empty()).expect("a request"))
    };
    let answer = ask(&[]).await;
    let page = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (401, "no-store"));
    assert!(answer.header("www-authenticate").starts_with("Bearer "));
    assert!(page.contains("value=\"/organisations/sco?as_of=2017&amp;x=%22%3E\""), "{page}");
    assert!(!page.contains("http-equiv"), "{page}");
    // By a link of somebody else's page the cookie is not shown: ours asks again.
    let answer = ask(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]).await;
    assert!(String::from_utf8_lossy(&answer.body).contains("http-equiv=\"refresh\" content=\"0\""));
}

#[tokio::test]
async fn a_check_needs_the_right_to_publish_what_is_checked() {
    let guarded = Guarded::new(Reading::Tokens, None).await;
    for (who, status) in [(Who::Nobody, 401), (Who::Reader, 403), (Who::Stranger, 403), (Who::Publisher, 200)] {
        let (answered, _) = guarded.head(who, &Method::POST, "/v1/events?check=true").await;
        assert_eq!(answered, status, "{who:?}");
    }
}
