//! An organisation: who belongs to it, since when, how sure that is.

use axum::response::Response;
use maud::html;
use projector::MembersFilter;
use summit::OrganisationId;

use super::shown::{Page, shown};
use super::{marks, words};
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

pub(super) async fn organisation(asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    shown(asking, Lane::Quick, move |look| {
        let members = look.view.members(&organisation, &MembersFilter::default())?;
        let main = html! {
            table {
                thead { tr { th scope="col" { "Party" } th scope="col" { "Status" } th scope="col" { "Answer" } th scope="col" { "Since" } } }
                tbody {
                    @for row in &members.parties {
                        tr {
                            th scope="row" { (words::party(look, &row.party)) }
                            td { @if let Some(status) = &row.status { (marks::status(status)) } }
                            td { (marks::answer(row.answer)) @if row.contested { (marks::contested()) } (marks::suspended(row.suspended)) }
                            td { @if let Some(since) = &row.since { (words::dated(since)) } }
                        }
                    }
                }
            }
        };
        Ok(Page { title: words::organisation_name(look.view, &organisation), main, modules: &[] })
    })
    .await
}
