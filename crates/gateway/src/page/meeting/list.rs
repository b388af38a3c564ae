//! The meetings on record, the latest first.

use axum::response::Response;
use maud::html;
use projector::MeetingRow;
use summit::OrganisationId;

use super::about;
use crate::ask::{Asking, Lane};
use crate::page::shown::{Page, shown};
use crate::page::words;
use crate::problem::Problem;

/// How many meetings are listed.
const MEETINGS: usize = 1000;

pub(in crate::page) async fn meetings(mut asking: Asking) -> Result<Response, Problem> {
    asking.parameters.leave_out_empty();
    let organisation: Option<OrganisationId> =
        asking.parameters.parse("organisation", "an organisation, such as sco")?;
    shown(asking, Lane::Long, move |look| {
        let names = look.view.meetings(organisation.as_ref(), None, MEETINGS + 1)?;
        let more = names.len() > MEETINGS;
        let mut rows: Vec<MeetingRow> = names.iter().take(MEETINGS).map(|name| look.view.meeting_row(name)).collect();
        let begins = |row: &MeetingRow| row.held.as_ref().and_then(|held| held.earliest.clone());
        rows.sort_by_key(|row| std::cmp::Reverse(begins(row)));
        let main = html! {
            @if let Some(organisation) = &organisation { p.lead { "Of " (words::organisation(look, organisation)) } }
            @if more { p.note role="status" { "There are more: these are the first " (MEETINGS) " by name." } }
            div.scroll role="region" tabindex="0" aria-label="Meetings" {
                table.meetings {
                    caption { (rows.len()) " on record, the latest first" }
                    thead { tr {
                        @for head in ["When", "Meeting", "Form", "Phase", "Place"] { th scope="col" { (head) } }
                        @if organisation.is_none() { th scope="col" { "Organisations" } }
                    } }
                    tbody {
                        @for row in &rows {
                            tr data-meeting=(row.meeting) {
                                td.when { @if let Some(held) = &row.held { (about::when(held, None)) } @else { span.quiet { "not stated" } } }
                                th scope="row" { (words::meeting(look, &row.meeting)) }
                                td { @if let Some(form) = row.form { (form) } }
                                td { (about::standing(look, row.phase, row.held.as_ref())) }
                                td { @if let Some(place) = &row.place { bdi { (place) } } }
                                @if organisation.is_none() {
                                    td { @for (place, one) in row.organisations.iter().enumerate() { @if place > 0 { ", " } (words::organisation(look, one)) } }
                                }
                            }
                        }
                    }
                }
            }
        };
        Ok(Page { title: "Meetings".to_owned(), main, modules: &[] })
    })
    .await
}
