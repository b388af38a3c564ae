//! The first page: organisations with their counts, meetings, what changed last, what wants an editor.

use axum::response::Response;
use maud::html;

use super::shown::{Page, shown};
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// How many organisations are listed.
const ORGANISATIONS: usize = 1000;

pub(super) async fn home(asking: Asking) -> Result<Response, Problem> {
    shown(asking, Lane::Long, |look| {
        let organisations = look.view.organisations(None, ORGANISATIONS);
        let main = html! {
            section {
                h2 { "Organisations" }
                ul { @for name in &organisations { li { (words::organisation(look, name)) } } }
            }
        };
        Ok(Page { title: "Summit Chronicle".to_owned(), main, modules: &[] })
    })
    .await
}
