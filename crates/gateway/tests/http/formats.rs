//! Answers in the formats of others: chosen by name or by what is accepted, the same bytes for the same token, and each
//! with what is to be said beside it.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use chronicle::Chronicle;
use serde_json::{Value, json};

use crate::support::{Answered, HISTORY, Stage, store};

async fn accepting(stage: &Stage, address: &str, accept: &str) -> Answered {
    stage.send(Request::get(address).header("accept", accept).body(Body::empty()).expect("a request")).await
}

fn text(answer: &Answered) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

/// What is answered where, by which name and which type.
const ANSWERS: &[(&str, &str, &str, &str)] = &[
    ("/v1/organisations/sco/timeline", "csv", "text/csv", "organisation,party,name,status,from,until,"),
    ("/v1/organisations/sco/members", "csv", "text/csv", "organisation,party,name,status,from,until,"),
    ("/v1/organisations/sco/timeline", "states", "text/csv", "party,name,year,sco\r\n"),
    ("/v1/organisations", "states", "text/csv", "party,name,year,"),
    ("/v1/organisations", "csv", "text/csv", "organisation,party,"),
    ("/v1/organisations/sco/timeline", "popolo", "application/vnd.popolo+json", "{\n"),
    ("/v1/organisations/sco/members", "popolo", "application/vnd.popolo+json", "{\n"),
    ("/v1/organisations/sco/timeline", "atom", "application/atom+xml", "<?xml version=\"1.0\"?>"),
    ("/v1/organisations/sco/timeline", "datapackage", "application/vnd.datapackage+json", "{\n"),
    ("/v1/meetings/sco-plus-astana-2024/attendance", "csv", "text/csv", "meeting,title,held,party,"),
    ("/v1/meetings/sco-plus-astana-2024/attendance", "csv-raw", "text/csv", "meeting,title,held,party,"),
    ("/v1/meetings/sco-plus-astana-2024/attendance", "ics", "text/calendar", "BEGIN:VCALENDAR\r\n"),
    ("/v1/meetings/sco-plus-astana-2024", "ics", "text/calendar", "BEGIN:VCALENDAR\r\n"),
    ("/v1/meetings/sco-plus-astana-2024", "atom", "application/atom+xml", "<?xml version=\"1.0\"?>"),
    ("/v1/meetings?organisation=sco", "ics", "text/calendar", "BEGIN:VCALENDAR\r\n"),
    ("/v1/meetings", "csv", "text/csv", "meeting,title,held,party,"),
    ("/v1/events?organisation=sco", "atom", "application/atom+xml", "<?xml version=\"1.0\"?>"),
];

#[tokio::test]
async fn every_format_is_answered_by_its_name_and_by_its_type() {
    let stage = Stage::astana().await;
    for (address, name, media_type, begins) in ANSWERS {
        let mark = if address.contains('?') { '&' } else { '?' };
        let named = stage.ask(&format!("{address}{mark}format={name}")).await;
        assert_eq!(named.status, StatusCode::OK, "{address} {name}: {named:?}");
        assert!(named.header("content-type").starts_with(media_type), "{address}: {:?}", named.headers);
        assert!(text(&named).starts_with(begins), "{address} {name}: {}", text(&named));
        let varies =
            named.headers.get_all("vary").iter().any(|names| names.to_str().is_ok_and(|it| it.contains("Accept,")));
        assert!(varies, "{:?}", named.headers);
        let accepted = accepting(&stage, address, &format!("text/html;q=0.5, {media_type}, */*;q=0.1")).await;
        assert!(accepted.header("content-type").starts_with(media_type), "{address}: {:?}", accepted.headers);
    }
    for address in ANSWERS.iter().map(|(address, ..)| address) {
        for accept in ["*/*", "application/json", "application/*", "text/html, */*;q=0.1"] {
            let answer = accepting(&stage, address, accept).await;
            assert_eq!(answer.header("content-type"), "application/json", "{address}: {accept}");
        }
    }
}

#[tokio::test]
async fn who_accepts_nothing_that_is_answered_is_told_what_is() {
    let stage = Stage::astana().await;
    let refused = accepting(&stage, "/v1/organisations/sco/timeline", "text/html, text/csv;q=0").await;
    assert_eq!(refused.status, StatusCode::NOT_ACCEPTABLE);
    let problem = refused.json();
    assert_eq!(problem["code"], "not-acceptable");
    assert!(problem["possible"].as_array().is_some_and(|all| all.contains(&json!("text/csv"))), "{problem}");
    assert_eq!(problem["formats"], json!(["json", "csv", "csv-raw", "states", "datapackage", "popolo", "atom"]));
    for (address, told) in [
        ("/v1/organisations/sco/timeline?format=ics", "json, csv, csv-raw, states, datapackage, popolo, atom"),
        ("/v1/organisations/sco/timeline?format=datapackage&table=xlsx", "csv, csv-raw or states"),
        ("/v1/meetings/sco-plus-astana-2024?format=datapackage&table=states", "csv or csv-raw"),
        ("/v1/organisations/sco/timeline?format=csv&from=1990", "from"),
        ("/v1/organisations/sco/timeline?format=states&from=MCMXC", "a year such as 1990"),
        ("/v1/organisations/sco/timeline?format=states&code=partner", "partner=3"),
        ("/v1/organisations/sco/timeline?format=states&from=-30000&to=30000&code=a=1", ""),
        ("/v1/organisations/sco/members?format=csv&status=member", "status"),
        ("/v1/organisations/sco/timeline?format=popolo&party=IND", "of all of them"),
        ("/v1/meetings?format=ics&party=IND", "of all of them"),
        ("/v1/organisations?format=states&party=IND", "of all of them"),
        ("/v1/organisations?format=csv&limit=3", "limit"),
        ("/v1/organisations/sc0/timeline?format=csv", "sc0"),
    ] {
        let answer = stage.ask(address).await;
        let problem = answer.status.is_client_error();
        assert!(problem || told.is_empty(), "{address}: {answer:?}");
        assert!(text(&answer).contains(told), "{address}: {}", text(&answer));
    }
}

#[tokio::test]
async fn an_answer_says_its_token_and_the_token_gives_the_same_bytes_later() {
    let stage = Stage::astana().await;
    for (address, name, ..) in ANSWERS.iter().filter(|(address, ..)| !address.starts_with("/v1/events")) {
        let mark = if address.contains('?') { '&' } else { '?' };
        let first = stage.ask(&format!("{address}{mark}format={name}")).await;
        let token: Value = serde_json::from_str(first.header("chronicle-token")).expect("JSON");
        assert_eq!(token["at_position"], token["position"], "{address}: {token}");
        let citation: String = serde_json::from_str(first.header("chronicle-citation")).expect("JSON");
        let position = format!("position {} of ", token["position"]);
        assert!(citation.contains(&position) && citation.ends_with("; licence not stated"), "{citation}");
        crate::support::store(&stage.log, HISTORY.lines().next().expect("a line")).await;
        let again = stage.ask(&format!("{address}{mark}format={name}&token={}", escaped(&token.to_string()))).await;
        let (first, again) = (text(&first), text(&again));
        // A feed names its own address.
        let same =
            |text: &str| text.lines().filter(|line| !line.contains("rel=\"self\"")).collect::<Vec<_>>().join("\n");
        assert_eq!(same(again), same(first), "{address} {name}");
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| format!("{escaped}%{byte:02X}"))
}

#[tokio::test]
async fn a_table_names_its_description_and_that_names_a_table_that_stays_as_it_is() {
    let stage = Stage::astana().await;
    stage.service.license("CC BY 4.0");
    let address = "/v1/organisations/sco/timeline";
    let table = stage.ask(&format!("{address}?format=csv&as_of=2024-07-04")).await;
    let link = table.header("link");
    let described = link.strip_prefix('<').and_then(|link| link.split_once(">; rel=\"describedby\"")).expect(link).0;
    let package = stage.ask(described).await.json();
    let resource = &package["resources"][0];
    assert_eq!((&package["name"], &resource["name"]), (&json!("sco-spells"), &json!("spells")));
    assert_eq!(package["licenses"], json!([{ "name": "CC-BY-4.0", "title": "CC BY 4.0" }]));
    let path = resource["path"].as_str().expect("a path");
    let same = stage.ask(&format!("/v1/organisations/sco/{path}")).await;
    assert_eq!(text(&same), text(&table));
    assert_eq!(resource["bytes"], table.body.len());
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"sco-spells.csv\"");
}

#[tokio::test]
async fn who_has_the_export_already_is_told_so_and_other_formats_have_other_tags() {
    let stage = Stage::astana().await;
    let address = "/v1/organisations/sco/timeline";
    let csv = accepting(&stage, address, "text/csv").await;
    let json = accepting(&stage, address, "application/json").await;
    assert_ne!(csv.header("etag"), json.header("etag"));
    let request = Request::get(address).header("accept", "text/csv").header("if-none-match", csv.header("etag"));
    let again = stage.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let request = Request::get(address).header("accept", "text/csv").header("if-none-match", json.header("etag"));
    assert_eq!(stage.send(request.body(Body::empty()).expect("a request")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_feed_goes_on_with_older_entries_until_there_are_none() {
    let stage = Stage::astana().await;
    let (mut address, mut entries, mut pages) = ("/v1/events?format=atom&limit=30".to_owned(), 0, 0);
    loop {
        let feed = stage.ask(&address).await;
        assert_eq!(feed.status, StatusCode::OK, "{feed:?}");
        let feed = text(&feed).to_owned();
        entries += feed.matches("<entry>").count();
        pages += 1;
        let Some(link) = feed.lines().find(|line| line.contains("rel=\"next\"")) else { break };
        let href = link.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"')).expect("an address").0;
        address = href.replace("&amp;", "&");
    }
    assert_eq!((entries, pages), (73, 3));
}

/// The addresses of links with a relation.
fn links(answer: &Answered, relation: &str) -> Vec<String> {
    let links = answer.headers.get_all("link").iter().filter_map(|link| link.to_str().ok());
    let ends = format!(">; rel=\"{relation}\"");
    links.filter_map(|link| Some(link.strip_prefix('<')?.strip_suffix(&ends)?.to_owned())).collect()
}

/// The chronicle goes on.
async fn more(stage: &Stage, last: Option<&Value>) {
    for line in HISTORY.lines() {
        store(&stage.log, line).await;
    }
    if let Some(last) = last {
        store(&stage.log, &last.to_string()).await;
    }
    stage.service.index().reach(stage.log.tail().await.expect("a tail")).await.expect("it follows");
}

#[tokio::test]
async fn an_answer_as_json_names_its_licence_and_how_to_cite_it_and_its_link_gives_the_same_bytes_for_ever() {
    const LICENCE: &str = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/";
    let stage = Stage::astana().await;
    stage.service.license(LICENCE);
    let mut cited = Vec::new();
    for address in [
        "/v1/organisations/sco/members?as_of=2024-07-04",
        "/v1/organisations/sco/timeline?format=json",
        "/v1/organisations/sco/remarks",
        "/v1/meetings/sco-plus-astana-2024/attendance?language=fr",
        "/v1/parties/IND",
        "/v1/signings",
        "/v1/explain?organisation=sco&party=IND",
        "/v1/organisations?limit=2",
        "/v1/events?limit=2&organisation=sco",
    ] {
        let answer = stage.ask(address).await;
        let said = answer.json();
        assert_eq!(said["licence"], LICENCE, "{address}");
        let citation = said["citation"].as_str().expect("a text");
        assert!(citation.starts_with("Summit Chronicle: ") && citation.ends_with(LICENCE), "{citation}");
        assert!(citation.contains("position 73 of "), "{citation}");
        assert_eq!(citation.contains("names in fr"), address.contains("=fr"), "{citation}");
        assert_eq!(links(&answer, "license"), ["https://creativecommons.org/licenses/by/4.0/"], "{address}");
        let fixed = links(&answer, "cite-as");
        assert_eq!(fixed.len(), 1, "{address}: {fixed:?}");
        let again = stage.ask(&fixed[0]).await;
        assert_eq!((again.status, links(&again, "cite-as")), (StatusCode::OK, fixed.clone()), "{again:?}");
        assert_eq!(again.json()["citation"], citation, "{fixed:?}");
        if address.contains("format=") {
            // A file names a token that is fixed by itself.
            assert_eq!((&said["token"]["at_position"], &again.body), (&said["token"]["position"], &answer.body));
        }
        cited.push((fixed[0].clone(), again.body));
    }
    more(&stage, None).await;
    for (fixed, body) in cited {
        assert!(stage.ask(&fixed).await.body == body, "{fixed}");
    }
}

#[tokio::test]
async fn history_in_lines_is_the_same_bytes_for_its_position_whatever_comes_behind_it() {
    let stage = Stage::astana().await;
    let address = "/v1/events?format=jsonl&belonging=sco,sco-plus-astana-2024";
    let first = stage.ask(address).await;
    assert_eq!(first.header("content-type"), "application/x-ndjson");
    let citation = first.header("chronicle-citation");
    assert!(citation.contains("the events that the views of sco, sco-plus-astana-2024 rest on"), "{citation}");
    assert_eq!(first.header("chronicle-licence"), "\"licence not stated\"");
    let token: Value = serde_json::from_str(first.header("chronicle-token")).expect("JSON");
    assert_eq!((&token["at_position"], &token["known_at"]), (&json!(73), &Value::Null));
    let fixed = links(&first, "cite-as");
    // What a meeting belongs to is told later, and changes nothing of what was known.
    let later = json!({ "specversion": "1.0", "id": "00000000-0000-4000-8000-000000000001", "source": "/t",
        "type": "chronicle.meeting.v1", "data": { "occurred": "2024", "meeting": "elsewhere",
        "part_of": "sco-astana-2024", "attribution": [{ "name": "t" }] } });
    more(&stage, Some(&later)).await;
    assert!(stage.ask(&fixed[0]).await.body == first.body, "{fixed:?}");
    assert!(stage.ask(&format!("{address}&at_position=73")).await.body == first.body);
    let now = stage.ask(address).await;
    assert!(now.body.len() > first.body.len() && text(&now).contains("elsewhere"), "{now:?}");
    let pressed = "token=%7B%22position%22:7,%22as_of%22:%222024%22,%22fold%22:3,%22according_to%22:%22press%22%7D";
    for (query, code, member, value) in [
        ("belonging=sc0", "unknown-name", "what", "organisation or meeting"),
        ("belonging=sco&at_position=99999", "not-reached", "asked", "99999"),
        ("at_position=x", "bad-parameter", "parameter", "at_position"),
        (pressed, "bad-parameter", "parameter", "token"),
    ] {
        let problem = stage.ask(&format!("/v1/events?format=jsonl&{query}")).await.json();
        let found = problem[member].as_str().map_or_else(|| problem[member].to_string(), ToOwned::to_owned);
        assert_eq!((problem["code"].as_str(), found.as_str()), (Some(code), value), "{query}: {problem}");
    }
}

#[tokio::test]
async fn years_that_end_before_they_begin_are_refused() {
    let stage = Stage::astana().await;
    let problem = stage.ask("/v1/organisations/sco/timeline?format=states&from=2020&to=2010").await.json();
    assert_eq!((&problem["code"], &problem["parameter"]), (&json!("bad-parameter"), &json!("from")), "{problem}");
    assert_eq!(problem["detail"], "the last year, 2010, is before the first, 2020");
}
