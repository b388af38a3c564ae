//! What the service answers is what the views answer, byte for byte; equal tokens have equal answers, wherever and whenever
//! they are asked.

use std::fmt::Write;

use axum::http::StatusCode;
use projector::export::{Citable, UNLICENSED};
use projector::{Index, Indexed, Knowledge, MembersFilter, SigningsFilter, View, WantedName, date_of, diff};
use summit::{Position, Vantage};

use crate::support::{HISTORY, Stage, noon, store};

/// Vantages, as parameters and as what they mean.
fn vantages(stage: &Stage) -> Vec<(String, Vantage)> {
    let half = stage.service.index().tail().get() / 2;
    let as_of = |text: &str| Some(text.parse().expect("a time"));
    vec![
        (String::new(), Vantage::default()),
        ("as_of=2017-03-01".into(), Vantage { as_of: as_of("2017-03-01"), ..Vantage::default() }),
        (
            format!("as_of=2024-07-04&at_position={half}"),
            Vantage { as_of: as_of("2024-07-04"), at_position: Some(Position::new(half)), ..Vantage::default() },
        ),
        (
            "known_at=2024-07-04&according_to=press".into(),
            Vantage {
                known_at: Some("2024-07-04T23:59:59.999999999Z".parse().expect("an instant")),
                according_to: Some("press".into()),
                ..Vantage::default()
            },
        ),
    ]
}

/// Every question with its answer, as a view gives it; what is unknown is left out.
fn answers(stage: &Stage, parameters: &str, vantage: &Vantage) -> Vec<(String, Vec<u8>)> {
    stage.service.index().ask(|index| {
        let today = date_of(noon());
        let view = index.view(vantage, today).expect("no event is asked for").showing(WantedName::default());
        let mut answers = Vec::new();
        let mut told = |address: String, answer: Option<Vec<u8>>| {
            let with = if address.contains('?') { '&' } else { '?' };
            answers.extend(answer.map(|answer| (format!("{address}{with}{parameters}"), answer)));
        };
        for organisation in index.organisations() {
            let at = format!("/v1/organisations/{organisation}");
            told(format!("{at}/members"), written(index, view.members(organisation, &MembersFilter::default())));
            told(format!("{at}/timeline"), written(index, view.timeline(organisation, None)));
            told(format!("{at}/remarks"), written(index, view.remarks(Some(organisation))));
            if vantage.at_position.is_none() {
                let sides = (Knowledge::Position(Position::new(20)), Knowledge::Position(index.tail()));
                let changed = diff(index, organisation, sides, vantage, today);
                told(format!("{at}/diff?from=20&to={}", index.tail()), written(index, changed));
            }
            for party in index.parties() {
                let only = MembersFilter { party: Some(party.clone()), status: None };
                told(format!("{at}/members?party={party}"), written(index, view.members(organisation, &only)));
                let explained = format!("/v1/explain?organisation={organisation}&party={party}");
                told(explained, written(index, view.explain(organisation, party)));
            }
        }
        for meeting in index.meetings() {
            told(format!("/v1/meetings/{meeting}"), written(index, view.meeting(meeting)));
            told(format!("/v1/meetings/{meeting}/attendance"), written(index, view.attendance(meeting)));
        }
        for party in index.parties() {
            told(format!("/v1/parties/{party}"), written(index, view.party(party)));
        }
        for person in index.people() {
            told(format!("/v1/people/{person}"), written(index, view.person(person)));
        }
        told("/v1/signings".into(), written(index, view.signings(&SigningsFilter::default())));
        told("/v1/remarks".into(), written(index, view.remarks(None)));
        told("/v1/statements".into(), written(index, said(&view)));
        answers
    })
}

fn said(view: &View<'_>) -> Result<projector::Statements, projector::AskError> {
    view.said(&projector::StatementsFilter::default())
}

/// An answer with how to cite it.
fn written<A: Citable>(index: &Index, answer: Result<A, projector::AskError>) -> Option<Vec<u8>> {
    let cited = |answer| index.cited(answer, UNLICENSED, &WantedName::default());
    answer.ok().map(|answer| serde_json::to_vec(&cited(answer)).expect("JSON"))
}

async fn the_answers_are_those_of_the_views(stage: &Stage, at_least: usize) {
    for (parameters, vantage) in vantages(stage) {
        let expected = answers(stage, &parameters, &vantage);
        assert!(expected.len() >= at_least, "{parameters}: {}", expected.len());
        for (address, expected) in expected {
            let answer = stage.ask(&address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}: {answer:?}");
            assert!(
                answer.body == expected,
                "{address}: {:?} is not {:?}",
                answer.body,
                String::from_utf8_lossy(&expected)
            );
        }
    }
}

#[tokio::test]
async fn every_question_about_the_report_is_answered_as_its_view_answers() {
    the_answers_are_those_of_the_views(&Stage::astana().await, 20).await;
}

#[tokio::test]
async fn every_question_about_the_history_is_answered_as_its_view_answers() {
    the_answers_are_those_of_the_views(&Stage::told(HISTORY).await, 20).await;
}

/// The addresses of every question, with the token of its answer.
async fn with_tokens(stage: &Stage) -> Vec<(String, Vec<u8>)> {
    let mut answered = Vec::new();
    for (parameters, vantage) in vantages(stage) {
        for (address, body) in answers(stage, &parameters, &vantage) {
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            // A diff has two.
            let Some(mut token) = body.get("token").cloned() else { continue };
            // What was known by then.
            token["at_position"] = token["position"].clone();
            let token: String = form_urlencoded::byte_serialize(token.to_string().as_bytes()).collect();
            let mut again = address.split('?').next().unwrap_or_default().to_owned();
            let own = address.split('?').nth(1).unwrap_or_default();
            let own = own.split('&').filter(|one| one.starts_with("party=") || one.starts_with("organisation="));
            write!(again, "?token={token}").expect("a string takes what is written");
            own.for_each(|one| write!(again, "&{one}").expect("a string takes what is written"));
            let answer = stage.ask(&again).await;
            assert_eq!(answer.status, StatusCode::OK, "{again}: {answer:?}");
            answered.push((again, answer.body.to_vec()));
        }
    }
    answered
}

#[tokio::test]
async fn equal_tokens_are_answered_with_equal_bytes_by_two_services_and_after_one_was_begun_again_and_more_came() {
    let one = Stage::astana().await;
    let other = Stage::of(one.log.clone()).await;
    let answered = with_tokens(&one).await;
    assert!(answered.len() > 100, "{}", answered.len());
    let equal = async |stage: &Stage, when: &str| {
        for (address, expected) in &answered {
            let answer = stage.ask(address).await;
            assert!(answer.body == *expected, "{when}: {address}: {:?}", answer.body);
            assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable", "{address}");
        }
    };
    equal(&other, "another service").await;
    // More comes, and one of them ends and is begun again meanwhile.
    drop(other);
    for line in HISTORY.lines() {
        store(&one.log, line).await;
    }
    let again = Stage::of(one.log.clone()).await;
    one.service.index().reach(again.service.index().tail()).await.expect("it follows");
    equal(&again, "begun again").await;
    equal(&one, "after more came").await;
    // The tags are equal, too: a client may ask one after the other.
    let (address, _) = &answered[0];
    assert_eq!(one.ask(address).await.header("etag"), again.ask(address).await.header("etag"));
}
