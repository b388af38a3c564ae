//! Every route that answers questions: its parameters, what it names, and how it is asked.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};

use crate::support::Stage;

/// The parameters of a vantage, each with what cannot stand there.
const VANTAGE: &[(&str, &str)] = &[
    ("as_of", "2024-13"),
    ("known_at", "yesterday"),
    ("at_position", "-1"),
    ("token", "{}"),
    ("min_position", "first"),
    ("language", "e n"),
];
const PAGE: &[(&str, &str)] = &[("limit", "0"), ("limit", "1001"), ("limit", "many")];
const FILTERS: &[(&str, &str)] = &[
    ("organisation", "!!"),
    ("meeting", "!!"),
    ("kind", "sining"),
    ("kind", "signing,"),
    ("party", "!!"),
    ("from", "2024-13"),
    ("to", "then"),
    ("min_position", "first"),
    ("after", "first"),
];

/// An address that is answered, with the parameters of its own and what cannot stand there.
struct Route {
    address: &'static str,
    own: &'static [&'static [(&'static str, &'static str)]],
}

const ROUTES: &[Route] = &[
    Route { address: "/v1/organisations", own: &[VANTAGE, PAGE, &[("after", "SCO")]] },
    Route { address: "/v1/organisations/sco/members", own: &[VANTAGE, &[("party", "!!"), ("status", "a member")]] },
    Route { address: "/v1/organisations/sco/timeline", own: &[VANTAGE, &[("party", "!!")]] },
    Route { address: "/v1/organisations/sco/remarks", own: &[VANTAGE] },
    Route { address: "/v1/organisations/sco/diff?from=40&to=73", own: &[VANTAGE] },
    Route { address: "/v1/meetings", own: &[VANTAGE, PAGE, &[("organisation", "!!"), ("after", "Astana")]] },
    Route { address: "/v1/meetings/sco-plus-astana-2024", own: &[VANTAGE] },
    Route { address: "/v1/meetings/sco-plus-astana-2024/attendance", own: &[VANTAGE, &[("party", "!!")]] },
    Route { address: "/v1/parties", own: &[VANTAGE, PAGE, &[("after", "India")]] },
    Route { address: "/v1/parties/IND", own: &[VANTAGE] },
    Route { address: "/v1/people", own: &[VANTAGE, PAGE, &[("after", "Xi Jinping")]] },
    Route { address: "/v1/people/xi-jinping", own: &[VANTAGE] },
    Route {
        address: "/v1/signings",
        own: &[VANTAGE, &[("organisation", "!!"), ("instrument", "!!"), ("party", "!!"), ("meeting", "!!")]],
    },
    Route { address: "/v1/statements", own: &[VANTAGE, &[("meeting", "!!"), ("party", "!!"), ("person", "!!")]] },
    Route { address: "/v1/find?q=India", own: &[VANTAGE, &[("kind", "country")]] },
    Route { address: "/v1/remarks", own: &[VANTAGE, &[("organisation", "!!")]] },
    Route { address: "/v1/explain?organisation=sco&party=IND", own: &[VANTAGE] },
    Route {
        address: "/v1/events",
        own: &[PAGE, FILTERS, &[("belonging", "SCO"), ("at_position", "last"), ("token", "{}")]],
    },
    Route { address: "/v1/events/3be78c39", own: &[&[("min_position", "first")]] },
    Route { address: "/v1/quarantine", own: &[PAGE, &[("after", "first"), ("min_position", "first")]] },
];

fn with(address: &str, name: &str, value: &str) -> String {
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{address}{}{name}={value}", if address.contains('?') { '&' } else { '?' })
}

#[tokio::test]
async fn a_bad_parameter_is_refused_with_its_name_what_was_found_and_what_is_allowed() {
    let stage = Stage::astana().await;
    for Route { address, own } in ROUTES {
        for (name, value) in own.iter().flat_map(|some| some.iter()) {
            let address = with(address, name, value);
            let problem = stage.ask(&address).await.json();
            assert_eq!(
                (&problem["code"], &problem["parameter"]),
                (&"bad-parameter".into(), &(*name).into()),
                "{address}"
            );
            assert!(value.ends_with(problem["found"].as_str().unwrap_or("?")), "{address}: {problem}");
            assert!(!problem["allowed"].as_str().unwrap_or_default().is_empty(), "{address}: {problem}");
        }
        let own: Vec<&str> = own.iter().flat_map(|some| some.iter()).map(|(name, _)| *name).collect();
        let unknown = stage.ask(&with(address, "as_off", "2024")).await.json();
        assert_eq!((&unknown["code"], &unknown["found"]), (&"bad-parameter".into(), &"as_off".into()), "{address}");
        let allowed: Vec<&str> =
            unknown["allowed"].as_array().into_iter().flatten().filter_map(|one| one.as_str()).collect();
        assert!(own.iter().all(|name| allowed.contains(name)), "{address}: {allowed:?}");
        for name in allowed
            .iter()
            .filter(|name| !["kind", "belonging"].contains(name) && !address.contains(&format!("{name}=")))
        {
            let once = with(address, name, "7");
            let twice = stage.ask(&with(&once, name, "7")).await.json();
            assert_eq!(
                (&twice["parameter"], &twice["allowed"]),
                (&(*name).into(), &"the parameter once".into()),
                "{once}"
            );
        }
    }
}

#[tokio::test]
async fn what_must_be_there_is_asked_for() {
    let stage = Stage::astana().await;
    for (address, missing) in [
        ("/v1/explain?party=IND", "organisation"),
        ("/v1/explain?organisation=sco", "party"),
        ("/v1/organisations/sco/diff?to=73", "from"),
        ("/v1/organisations/sco/diff?from=40", "to"),
    ] {
        let problem = stage.ask(address).await.json();
        assert_eq!((&problem["code"], &problem["parameter"]), (&"bad-parameter".into(), &missing.into()), "{problem}");
    }
    let again = stage.ask("/v1/organisations/sco/diff?from=40&to=73&at_position=60").await.json();
    assert_eq!(again["parameter"], "at_position", "{again}");
    let beside =
        stage.ask(&with("/v1/remarks?as_of=2024", "token", r#"{"position":7,"as_of":"2024","fold":3}"#)).await.json();
    assert_eq!(beside["parameter"], "token", "{beside}");
}

#[tokio::test]
async fn every_route_answers_get_and_head_alike_and_nothing_else() {
    let stage = Stage::astana().await;
    for Route { address, .. } in ROUTES {
        let got = stage.ask(address).await;
        assert_eq!(got.status, StatusCode::OK, "{address}: {got:?}");
        let head = Request::head(*address).body(Body::empty()).expect("a request");
        let head = stage.send(head).await;
        assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0), "{address}");
        for name in ["etag", "content-type", "cache-control"] {
            assert_eq!(head.header(name), got.header(name), "{address}");
        }
        let delete = Request::builder().method(Method::DELETE).uri(*address).body(Body::empty()).expect("a request");
        assert_eq!(stage.send(delete).await.status, StatusCode::METHOD_NOT_ALLOWED, "{address}");
    }
}

#[tokio::test]
async fn every_answer_has_a_tag_of_its_own_and_is_not_given_twice() {
    let stage = Stage::astana().await;
    let mut tags = std::collections::BTreeSet::new();
    for Route { address, .. } in ROUTES {
        let first = stage.ask(address).await;
        assert!(tags.insert(first.header("etag").to_owned()), "{address}: {first:?}");
        let request = Request::get(*address).header("if-none-match", format!("W/\"other\", {}", first.header("etag")));
        let again = stage.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{address}");
        assert_eq!(again.header("etag"), first.header("etag"));
    }
}

#[tokio::test]
async fn what_nobody_names_is_answered_with_the_nearest_names() {
    let stage = Stage::astana().await;
    for (address, what, nearest) in [
        ("/v1/organisations/sc0/members", "organisation", "sco"),
        ("/v1/organisations/sc0/timeline", "organisation", "sco"),
        ("/v1/organisations/sc0/remarks", "organisation", "sco"),
        ("/v1/organisations/sc0/diff?from=1&to=2", "organisation", ""),
        ("/v1/remarks?organisation=sc0", "organisation", "sco"),
        ("/v1/explain?organisation=sc0&party=IND", "organisation", "sco"),
        ("/v1/meetings?organisation=sc0", "organisation", "sco"),
        ("/v1/meetings/sco-plus-astana-2042", "meeting", "sco-plus-astana-2024"),
        ("/v1/meetings/sco-plus-astana-2042/attendance", "meeting", "sco-plus-astana-2024"),
        ("/v1/statements?meeting=sco-plus-astana-2042", "meeting", "sco-plus-astana-2024"),
        ("/v1/people/xi-jinpin", "person", "xi-jinping"),
        ("/v1/statements?person=xi-jinpin", "person", "xi-jinping"),
        ("/v1/parties/unn", "party", "un"),
        ("/v1/signings?party=unn", "party", "un"),
        ("/v1/signings?instrument=astana-declaratio", "instrument", "astana-declaration-2024"),
        ("/v1/events?organisation=sc0", "organisation", "sco"),
        ("/v1/events?meeting=sco-plus-astana-2042", "meeting", "sco-plus-astana-2024"),
    ] {
        let answer = stage.ask(address).await;
        let problem = answer.json();
        assert_eq!((answer.status, &problem["code"]), (StatusCode::NOT_FOUND, &"unknown-name".into()), "{address}");
        assert_eq!(problem["what"], what, "{address}: {problem}");
        let names: Vec<&str> =
            problem["nearest"].as_array().into_iter().flatten().filter_map(|one| one.as_str()).collect();
        assert!(nearest.is_empty() || names.contains(&nearest), "{address}: {problem}");
    }
}

#[tokio::test]
async fn a_party_that_nobody_names_and_a_source_that_nobody_is_are_answered_with_a_note() {
    let stage = Stage::astana().await;
    for (address, note) in [
        ("/v1/organisations/sco/members?party=BRA", "no event names the party \"BRA\""),
        ("/v1/organisations/sco/timeline?party=BRA", "no event names the party \"BRA\""),
        ("/v1/meetings/sco-plus-astana-2024/attendance?party=BRA", "no event names the party \"BRA\""),
        ("/v1/explain?organisation=sco&party=BRA", "no event names the party \"BRA\""),
        ("/v1/remarks?according_to=%D0%90%D1%81%D1%82%D0%B0%D0%BD%D0%B0", "no event is attributed to \"Астана\""),
        ("/v1/people?according_to=Pravda", "no event is attributed to \"Pravda\""),
    ] {
        let answer = stage.ask(address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {answer:?}");
        let notes: Vec<String> = serde_json::from_str(answer.header("chronicle-notes"))
            .unwrap_or_else(|error| panic!("{address}: {error}: {answer:?}"));
        assert_eq!(notes, [note], "{address}");
    }
    let members = stage.ask("/v1/organisations/sco/members?party=BRA").await.json();
    assert_eq!(members["parties"][0]["answer"], "not_stated");
    assert!(!stage.ask("/v1/organisations/sco/members?party=IND").await.headers.contains_key("chronicle-notes"));
}

#[tokio::test]
async fn whoever_wrote_reads_it_and_whoever_did_not_is_told_how_far_the_chronicle_is() {
    let stage = Stage::astana().await;
    let line = crate::support::HISTORY.lines().next().expect("a line");
    let (answer, ()) = tokio::join!(stage.ask("/v1/organisations/sco/members?min_position=74"), async {
        crate::support::store(&stage.log, line).await;
    });
    assert_eq!(answer.json()["token"]["position"], 74);
    tokio::time::pause();
    for address in ["/v1/remarks", "/v1/parties", "/v1/events", "/v1/events/3be78c39", "/v1/quarantine"] {
        let late = stage.ask(&with(address, "min_position", "99")).await;
        let problem = late.json();
        assert_eq!((late.status, &problem["code"]), (StatusCode::CONFLICT, &"not-reached".into()), "{address}");
        assert_eq!((&problem["tail"], &problem["asked"]), (&74.into(), &99.into()), "{address}");
    }
}

#[tokio::test]
async fn only_what_is_written_out_is_kept_for_ever() {
    let stage = Stage::astana().await;
    let whole = "b5364d9f-d187-5fb4-b66f-f9f065db5ba6";
    let fixed = r#"{"position":73,"at_position":73,"as_of":"2024","fold":3}"#;
    let open = r#"{"position":73,"as_of":"2024","fold":3}"#;
    for (parameters, kept) in [
        (vec![("as_of", format!("before:{whole}")), ("at_position", "73".to_owned())], true),
        (vec![("as_of", "before:b5364d9f".to_owned()), ("at_position", "73".to_owned())], false),
        (vec![("as_of", "2024".to_owned())], false),
        (vec![("at_position", "73".to_owned())], false),
        (vec![("token", fixed.to_owned())], true),
        (vec![("token", open.to_owned())], false),
    ] {
        let address = "/v1/organisations/sco/members".to_owned();
        let address = parameters.iter().fold(address, |address, (name, value)| with(&address, name, value));
        let answer = stage.ask(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}: {answer:?}");
        assert_eq!(answer.header("cache-control").contains("immutable"), kept, "{address}");
    }
}
