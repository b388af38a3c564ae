//! The pages: what the chronicle answers, for people to read, cite and keep open.
//!
//! HTML and SVG are written here, on the service; every fact stands in them, without scripts and in print. A few small
//! modules make them livelier where scripts run. Nothing is asked of any other host, nothing is written into a page but
//! through [`maud`], which escapes it.
//!
//! **An address is a view.** It holds the vantage, in the words of `/v1`: `as_of`, `known_at`, `at_position`,
//! `according_to`, or a `token`. Every link of a page keeps it ([`links::Links`]).
//!
//! In reading order: links that keep the vantage; what a page is and how it is sent; the frame around it; words and links
//! for what pages name; marks that all share; what is served beside them; what is shown when something is wrong; then page after page.

mod links;

mod shown;

mod frame;

mod words;

mod spoken;

mod marks;

mod sentence;

mod chain;

mod changed;

mod assets;

mod sign_in;

mod trouble;

mod home;

mod lists;

mod organisation;

mod meeting;

mod party;

mod find;

mod erratum;

mod why;

mod event;

mod apart;

mod live;

mod record;

use axum::routing::{get, post};
use utoipa_axum::router::OpenApiRouter;

use crate::service::Service;

pub(crate) use trouble::for_people;

/// The routes of pages. They are no part of the interface for programs, so they are not documented there; each has its line
/// in the table of rights.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .route("/", get(home::home))
        .route("/organisations", get(lists::organisations))
        .route("/parties", get(lists::parties))
        .route("/people", get(lists::people))
        .route("/organisations/{organisation}", get(organisation::organisation))
        .route("/organisations/{organisation}/timeline.svg", get(organisation::timeline_svg))
        .route("/meetings", get(meeting::meetings))
        .route("/meetings/{meeting}", get(meeting::meeting))
        .route("/meetings/{meeting}/sheet", get(meeting::sheet))
        .route("/meetings/{meeting}/attendance.svg", get(meeting::attendance))
        .route("/parties/{party}", get(party::party))
        .route("/people/{person}", get(party::person))
        .route("/find", get(find::find))
        .route("/organisations/{organisation}/changes", get(erratum::erratum))
        .route("/organisations/{organisation}/why/{party}", get(why::membership))
        .route("/meetings/{meeting}/why/{party}", get(why::attendance))
        .route("/events/{id}", get(event::event))
        .route("/live", get(live::live))
        .route("/live/entries", get(live::entries))
        .route("/record", get(record::kinds))
        .route("/record/{kind}", get(record::record))
        .route("/record/correct/{id}", get(record::correct))
        .route("/record/retract/{id}", get(record::retract))
        .route("/sign-in", get(sign_in::state).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/assets/{version}/{name}", get(assets::asset))
}
