//! Why a delegation's row at a meeting says what it says: attribute by attribute.

use axum::response::Response;
use maud::html;
use summit::{MeetingId, PartyId};

use crate::ask::{Asking, Lane};
use crate::page::shown::{Page, shown};
use crate::page::words;
use crate::problem::Problem;

pub(in crate::page) async fn attendance(asking: Asking) -> Result<Response, Problem> {
    let meeting: MeetingId = asking.name("meeting")?;
    let party: PartyId = asking.name("party")?;
    shown(asking, Lane::Quick, move |look| {
        let answer = look.view.attendance_of(&meeting, Some(&party))?;
        let [at, name] = [words::meeting_name(look.view, &meeting), words::party_name(look.view, &party)];
        let main = html! {
            p.lead {
                "What the chronicle says of " (words::party(look, &party)) " at " (words::meeting(look, &meeting))
                ", and from which events."
            }
            @if answer.delegations.is_empty() { p.note { "Not stated: no event speaks of it." } }
            @for row in &answer.delegations {
                ul { @for event in &row.evidence { li { (words::event(look, *event)) } } }
            }
        };
        Ok(Page { title: format!("Why: {name} at {at}"), main, modules: &[] })
    })
    .await
}
