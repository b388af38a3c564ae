//! What the chronicle names, with what helps choosing. Every page is of the position of the first: its successors say so
//! in their addresses.

use std::fmt::Display;
use std::str::FromStr;

use axum::response::Response;
use projector::export::{Format, Held, Subject};
use projector::{AskError, Indexed, View, unknown_source};
use serde::Serialize;
use serde_json::{Map, Value};
use summit::{MeetingId, OrganisationId, PartyId, PersonId, Vantage};

use super::acts::{A_MEETING, AN_ORGANISATION};
use super::asking::Asking;
use super::formats::{OF_MEETINGS, OF_ORGANISATIONS};
use super::lanes::Lane;
use super::organisations::A_PARTY;
use super::page::{Page, link, next};
use super::reply::{Reply, json};
use super::vantage::VantageParameters;
use crate::problem::Problem;

/// What the next page says by the rest of the vantage.
const SAID: [&str; 2] = ["token", "min_position"];

/// Every organisation that the chronicle names, with how many hold which status
#[utoipa::path(
    get,
    path = "/v1/organisations",
    tag = "ask",
    params(
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 where nothing is said"),
        ("after" = Option<String>, Query, description = "Only those behind this one: the next page names it"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, states or datapackage; but for json without pages"),
        ("organisation" = Option<Vec<String>>, Query, description = "But for json: only these; repeats, or several with commas between them"),
        ("party" = Option<String>, Query, description = "For csv: only this party"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv, csv-raw or states"),
        ("from" = Option<i16>, Query, description = "For states: the first year; that in which a status is first held, where nothing is said"),
        ("to" = Option<i16>, Query, description = "For states: the last year; that of the vantage, where nothing is said"),
        ("code" = Option<Vec<String>>, Query, description = "For states: another status with a code of 0, 1, 2 or 3, such as partner=3; repeats"),
        ("every_party" = Option<bool>, Query, description = "For states: rows of parties that are no states, too"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "A page of organisations, in the order of their names; or all statuses in them",
        content(("application/json"), ("text/csv"), ("application/vnd.datapackage+json"))
    ))
)]
pub(super) async fn organisations(mut asking: Asking) -> Result<Response, Problem> {
    let format = asking.format(OF_ORGANISATIONS)?;
    if format != Format::Json {
        let organisations = asking.parameters.take_all("organisation", AN_ORGANISATION)?;
        let party = asking.party_of(format)?;
        let subject = move |view: &View<'_>| {
            let all = || view.organisations(None, usize::MAX);
            let organisations = if organisations.is_empty() { all() } else { organisations };
            Ok(Subject::Organisations { organisations, party, held: Held::Ever })
        };
        return asking.export(Lane::Long, format, subject).await;
    }
    let page = Page::take(&mut asking.parameters, AN_ORGANISATION)?;
    let names = |view: &View<'_>, after: Option<&OrganisationId>, most| Ok(view.organisations(after, most));
    list(asking, "organisations", page, names, |view: &View<'_>, name: &OrganisationId| view.organisation_row(name))
        .await
}

/// Every meeting that the chronicle names: when, where, of whom
#[utoipa::path(
    get,
    path = "/v1/meetings",
    tag = "ask",
    params(
        ("organisation" = Option<Vec<String>>, Query, description = "Only meetings of this organisation; but for json also of several: repeats, or with commas between them"),
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 where nothing is said"),
        ("after" = Option<String>, Query, description = "Only those behind this one: the next page names it"),
        ("format" = Option<String>, Query, description = "Rather than by Accept: json, csv, csv-raw, datapackage or ics; but for json without pages"),
        ("party" = Option<String>, Query, description = "For csv: only this party's delegations"),
        ("table" = Option<String>, Query, description = "The table that datapackage describes: csv or csv-raw"),
        VantageParameters,
    ),
    responses((
        status = 200,
        description = "A page of meetings, in the order of their names; or who took part in all of them",
        content(("application/json"), ("text/csv"), ("application/vnd.datapackage+json"), ("text/calendar"))
    ))
)]
pub(super) async fn meetings(mut asking: Asking) -> Result<Response, Problem> {
    let format = asking.format(OF_MEETINGS)?;
    if format != Format::Json {
        let of: Vec<OrganisationId> = asking.parameters.take_all("organisation", AN_ORGANISATION)?;
        let party = asking.party_of(format)?;
        let subject = move |view: &View<'_>| {
            if of.is_empty() {
                return Ok(Subject::Meetings { meetings: view.meetings(None, None, usize::MAX)?, party });
            }
            let subject = Subject::Organisations { organisations: of, party: None, held: Held::Ever };
            if format == Format::Ics {
                return Ok(subject);
            }
            Ok(Subject::Meetings { meetings: view.meetings_of(&subject)?, party })
        };
        return asking.export(Lane::Long, format, subject).await;
    }
    let of: Option<OrganisationId> = asking.parameters.parse("organisation", AN_ORGANISATION)?;
    let page = Page::take(&mut asking.parameters, A_MEETING)?;
    let names = move |view: &View<'_>, after: Option<&MeetingId>, most| view.meetings(of.as_ref(), after, most);
    list(asking, "meetings", page, names, |view: &View<'_>, name: &MeetingId| view.meeting_row(name)).await
}

/// Every party that the chronicle names, with where it holds a status
#[utoipa::path(
    get,
    path = "/v1/parties",
    tag = "ask",
    params(
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 where nothing is said"),
        ("after" = Option<String>, Query, description = "Only those behind this one: the next page names it"),
        VantageParameters,
    ),
    responses((status = 200, description = "A page of parties, in the order of their codes"))
)]
pub(super) async fn parties(mut asking: Asking) -> Result<Response, Problem> {
    let page = Page::take(&mut asking.parameters, A_PARTY)?;
    let names = |view: &View<'_>, after: Option<&PartyId>, most| Ok(view.parties(after, most));
    list(asking, "parties", page, names, |view: &View<'_>, name: &PartyId| view.party_row(name)).await
}

/// Every person whom the chronicle names, with names and offices
#[utoipa::path(
    get,
    path = "/v1/people",
    tag = "ask",
    params(
        ("limit" = Option<usize>, Query, description = "How many at most, 1 to 1000; 100 where nothing is said"),
        ("after" = Option<String>, Query, description = "Only those behind this one: the next page names it"),
        VantageParameters,
    ),
    responses((status = 200, description = "A page of people, in the order of their ids"))
)]
pub(super) async fn people(mut asking: Asking) -> Result<Response, Problem> {
    let page = Page::take(&mut asking.parameters, "a person such as xi-jinping")?;
    let names = |view: &View<'_>, after: Option<&PersonId>, most| Ok(view.people(after, most));
    list(asking, "people", page, names, |view: &View<'_>, name: &PersonId| view.person_row(name)).await
}

/// A page of rows. Each is one look at the index: nobody who keeps it current waits for a page.
async fn list<N, R>(
    mut asking: Asking,
    what: &'static str,
    page: Page<N>,
    names: impl FnOnce(&View<'_>, Option<&N>, usize) -> Result<Vec<N>, AskError> + Send + 'static,
    row: impl Fn(&View<'_>, &N) -> R + Send + 'static,
) -> Result<Response, Problem>
where
    N: FromStr<Err: Display> + Display + Send + 'static,
    R: Serialize,
{
    let from = asking.vantage()?;
    let (path, query, citing) = (asking.path.clone(), asking.query.clone(), asking.citing());
    asking
        .reply(Lane::Long, from.min_position, move |ground| {
            let (token, about, notes, mut names, vantage) = ground.index.ask(|index| {
                let vantage = from.resolve(index)?;
                let view = index.view(&vantage, ground.today)?;
                let notes = unknown_source(index, &vantage).into_iter().collect();
                let names = names(&view, page.after.as_ref(), page.limit() + 1)?;
                let title = format!("{what} that are named");
                let about = index.about(view.token(), &title, &citing.licence, &from.names);
                Ok::<_, Problem>((view.token().clone(), about, notes, names, vantage))
            })?;
            let more = names.len() > page.limit();
            names.truncate(page.limit());
            let next = names.last().filter(|_| more).map(|last| {
                let mut set = vec![
                    ("after", last.to_string()),
                    ("as_of", token.as_of.clone()),
                    ("at_position", token.position.to_string()),
                ];
                set.extend(token.known_at.map(|instant| ("known_at", instant.to_string())));
                set.extend(token.according_to.clone().map(|source| ("according_to", source)));
                next(&path, &query, &set, &SAID)
            });
            let (tag, has) = ground.has.of(&[&token]);
            let mut headers = link(next.as_deref());
            let body = if has {
                None
            } else {
                citing.link(&mut headers, &token);
                let vantage = Vantage { at_position: Some(token.position), ..vantage };
                let names_shown = &from.names;
                let look = |name| {
                    ground.index.ask(|index| {
                        let view = index.view(&vantage, ground.today)?.showing(names_shown.clone());
                        Ok(row(&view, name))
                    })
                };
                let rows: Result<Vec<Value>, AskError> = names
                    .iter()
                    .map(|name| look(name).map(|row| serde_json::to_value(row).expect("a row is JSON")))
                    .collect();
                let token = serde_json::to_value(&token).expect("a token is JSON");
                let rows = [
                    ("token", token),
                    (what, rows?.into()),
                    ("next", next.clone().into()),
                    ("licence", about.licence.into()),
                    ("citation", about.citation.into()),
                ];
                Some(json(&rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>()))
            };
            Ok(Reply { tag, fixed: from.is_fixed(), notes, body, headers })
        })
        .await
}
