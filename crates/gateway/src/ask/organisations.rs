//! One organisation: its members, all their spells, what is odd, and what changed in what is known.

use axum::http::HeaderMap;
use axum::response::Response;
use projector::export::{Format, Held, Subject};
use projector::{AskError, Indexed, Knowledge, MembersFilter, View, remarks_by_parts, unknown_party, unknown_source};
use summit::{OrganisationId, PartyId};

use super::asking::Asking;
use super::formats::OF_STATUSES;
use super::lanes::Lane;
use super::reply::{Reply, json};
use super::vantage::{From, VantageParameters};
use crate::problem::Problem;

/// What stands for a party.
pub(super) const A_PARTY: &str = "a party such as KAZ or un";
/// What stands for a moment of knowledge.
const A_MOMENT: &str = "a position, an instant, or a date, which means its end in UTC";

/// Statuses in an organisation, for a format of others.
fn statuses(
    organisation: OrganisationId,
    party: Option<PartyId>,
    held: Held,
) -> impl FnOnce(&View<'_>) -> Result<Subject, AskError> {
    move |_| Ok(Subject::Organisations { organisations: vec![organisation], party, held })
}

/// Who holds which status in an organisation
#[utoipa::path(
    get,
    path = "/v1/organisations/{organisation}/members",
    tag = "ask",
    params(
        ("organisation" = String, Path, description = "The organisation, such as sco"),
        ("status" = Option<String>, Query, description = "Only this status"),
        ("party" = Option<String>, Query, description = "Only this party; answers no and not_stated, too"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, states, datapackage, popolo or atom"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv, csv-raw or states"),
        ("from" = Option<i16>, Query, description = "For states: the first year; that in which a status is first held, where nothing is said"),
        ("to" = Option<i16>, Query, description = "For states: the last year; that of the vantage, where nothing is said"),
        ("code" = Option<Vec<String>>, Query, description = "For states: another status with a code of 0, 1, 2 or 3, such as partner=3; repeats"),
        ("every_party" = Option<bool>, Query, description = "For states: rows of parties that are no states, too"),
        ("before" = Option<u64>, Query, description = "For atom: only entries before this position"),
        ("limit" = Option<usize>, Query, description = "For atom: how many entries, 1 to 1000; 100 where nothing is said"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "Its members from the vantage",
        content(
            ("application/json"),
            ("text/csv"),
            ("application/vnd.datapackage+json"),
            ("application/vnd.popolo+json"),
            ("application/atom+xml")
        )
    ))
)]
pub(super) async fn members(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    let format = asking.format(OF_STATUSES)?;
    let only = MembersFilter {
        status: asking.parameters.parse("status", "member, observer, partner and the like")?,
        party: asking.party_of(format)?,
    };
    let party = only.party.clone();
    if format != Format::Json {
        if only.status.is_some() {
            return Err(Problem::parameter("status", format.as_str(), "no status: it is of JSON only"));
        }
        return asking.export(Lane::Quick, format, statuses(organisation, party, Held::AtTheVantage)).await;
    }
    let question = move |view: &projector::View<'_>| view.members(&organisation, &only);
    asking.answer_noting(Lane::Quick, question, move |index| unknown_party(index, party.as_ref())).await
}

/// Every status that parties held in an organisation, with its beginning and end
#[utoipa::path(
    get,
    path = "/v1/organisations/{organisation}/timeline",
    tag = "ask",
    params(
        ("organisation" = String, Path, description = "The organisation, such as sco"),
        ("party" = Option<String>, Query, description = "Only this party"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, states, datapackage, popolo or atom"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv, csv-raw or states"),
        ("from" = Option<i16>, Query, description = "For states: the first year; that in which a status is first held, where nothing is said"),
        ("to" = Option<i16>, Query, description = "For states: the last year; that of the vantage, where nothing is said"),
        ("code" = Option<Vec<String>>, Query, description = "For states: another status with a code of 0, 1, 2 or 3, such as partner=3; repeats"),
        ("every_party" = Option<bool>, Query, description = "For states: rows of parties that are no states, too"),
        ("before" = Option<u64>, Query, description = "For atom: only entries before this position"),
        ("limit" = Option<usize>, Query, description = "For atom: how many entries, 1 to 1000; 100 where nothing is said"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "All spells, past, present and announced",
        content(
            ("application/json"),
            ("text/csv"),
            ("application/vnd.datapackage+json"),
            ("application/vnd.popolo+json"),
            ("application/atom+xml")
        )
    ))
)]
pub(super) async fn timeline(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    let format = asking.format(OF_STATUSES)?;
    let party = asking.party_of(format)?;
    if format != Format::Json {
        return asking.export(Lane::Quick, format, statuses(organisation, party, Held::Ever)).await;
    }
    let only = party.clone();
    let question = move |view: &projector::View<'_>| view.timeline(&organisation, only.as_ref());
    asking.answer_noting(Lane::Quick, question, move |index| unknown_party(index, party.as_ref())).await
}

/// Everything odd about one organisation: contested, unmatched, repeated, out of order
#[utoipa::path(
    get,
    path = "/v1/organisations/{organisation}/remarks",
    tag = "ask",
    params(("organisation" = String, Path, description = "The organisation, such as sco"), VantageParameters),
    responses((status = 200, description = "What is odd about it"))
)]
pub(super) async fn remarks(asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    remarks_of(asking, Some(organisation)).await
}

/// Everything odd, of one organisation or of all.
pub(super) async fn remarks_of(mut asking: Asking, of: Option<OrganisationId>) -> Result<Response, Problem> {
    let (from, citing) = (asking.vantage()?, asking.citing());
    let lane = Lane::Long;
    asking
        .reply(lane, from.min_position, move |ground| {
            let (vantage, notes, tag, has) = ground.index.ask(|index| {
                let vantage = from.resolve(index)?;
                let notes = unknown_source(index, &vantage).into_iter().collect();
                let (tag, has) = ground.has.of(&[index.view(&vantage, ground.today)?.token()]);
                Ok::<_, Problem>((vantage, notes, tag, has))
            })?;
            let fixed = from.is_fixed();
            if has {
                return Ok(Reply { tag, fixed, notes, body: None, headers: HeaderMap::new() });
            }
            let remarks = remarks_by_parts(ground.index, of.as_ref(), &vantage, ground.today)?;
            // It may have grown meanwhile.
            let (tag, _) = ground.has.of(&[&remarks.token]);
            let cited = ground.index.ask(|index| index.cited(&remarks, &citing.licence, &from.names));
            let mut headers = HeaderMap::new();
            citing.link(&mut headers, &remarks.token);
            Ok(Reply { tag, fixed, notes, body: Some(json(&cited)), headers })
        })
        .await
}

/// What changed in what is known of an organisation, and by which events
#[utoipa::path(
    get,
    path = "/v1/organisations/{organisation}/diff",
    tag = "ask",
    params(
        ("organisation" = String, Path, description = "The organisation, such as sco"),
        ("from" = String, Query, description = "The former moment of knowledge: a position, an instant, or a date"),
        ("to" = String, Query, description = "The later moment of knowledge"),
        VantageParameters,
    ),
    responses((status = 200, description = "What changed, by party"))
)]
pub(super) async fn diff(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    let former = asking.parameters.parse("from", A_MOMENT)?;
    let later = asking.parameters.parse("to", A_MOMENT)?;
    let (from, citing) = (asking.vantage()?, asking.citing());
    let (former, later) = (needed(former, "from", A_MOMENT)?, needed(later, "to", A_MOMENT)?);
    for side in [former, later] {
        once(side, &from)?;
    }
    asking
        .reply(Lane::Quick, from.min_position, move |ground| {
            let (answer, notes) = ground.index.ask(|index| {
                for side in [former, later] {
                    if let Knowledge::Position(position) = side {
                        index.reached(position)?;
                    }
                }
                let rest = from.resolve(index)?;
                let notes = unknown_source(index, &rest).into_iter().collect();
                let answer = projector::diff(index, &organisation, (former, later), &rest, ground.today)?;
                Ok::<_, Problem>((index.cited(answer, &citing.licence, &from.names), notes))
            })?;
            // Its address says both moments of knowledge already: no token could.
            let (tag, has) = ground.has.of(&[&answer.answer.from, &answer.answer.to]);
            let positions = [former, later].iter().all(|side| matches!(side, Knowledge::Position(_)));
            let fixed = from.is_at_a_fixed_time() && (positions || from.is_fixed());
            let body = (!has).then(|| json(&answer));
            Ok(Reply { tag, fixed, notes, body, headers: HeaderMap::new() })
        })
        .await
}

/// A moment of knowledge says that part of the vantage: it cannot be said again.
fn once(side: Knowledge, from: &From) -> Result<(), Problem> {
    let (at_position, known_at) = from.knowledge();
    let again = match side {
        Knowledge::Position(_) => at_position.map(|position| ("at_position", position.to_string())),
        Knowledge::Instant(_) => known_at.map(|instant| ("known_at", instant.to_string())),
    };
    again.map_or(Ok(()), |(name, found)| {
        Err(Problem::parameter(name, &found, "nothing: both moments of knowledge are given by from and to"))
    })
}

/// A parameter that must be there.
pub(super) fn needed<T>(value: Option<T>, name: &'static str, allowed: &'static str) -> Result<T, Problem> {
    value.ok_or_else(|| Problem::missing(name, allowed))
}
