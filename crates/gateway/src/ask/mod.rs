//! Questions: each is answered with the JSON of the command line, from a vantage.
//!
//! In reading order: a request that asks; from where; whose turn it is; what was answered before; how it is answered, in
//! which format, and how it is cited; one question after another; lists, by pages that go on behind a name; names in the
//! place of identifiers; history, by pages that go on behind a position.

mod asking;
mod cited;
mod formats;
mod kept;
mod lanes;
mod reply;
mod vantage;

mod acts;
mod find;
mod meetings;
mod organisations;
mod parties;
mod reasons;

mod lists;

mod named;

mod event;
mod events;
mod history;
mod page;
mod quarantine;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::service::Service;

pub(crate) use asking::Asking;
pub(crate) use cited::{CITATION, LICENCE, TOKEN};
pub(crate) use formats::formats_of;
pub(crate) use history::document_at;
pub(crate) use kept::Answers;
pub(crate) use lanes::{Lane, Lanes};
pub(crate) use named::by_name;
pub(crate) use page::LINES;
pub(crate) use reply::{NOTES, Reply, STALE, stale};
pub(crate) use vantage::From;

/// The routes of questions.
pub(crate) fn routes() -> OpenApiRouter<Service> {
    OpenApiRouter::new()
        .routes(routes!(lists::organisations))
        .routes(routes!(organisations::members))
        .routes(routes!(organisations::timeline))
        .routes(routes!(organisations::remarks))
        .routes(routes!(organisations::diff))
        .routes(routes!(lists::meetings))
        .routes(routes!(meetings::meeting))
        .routes(routes!(meetings::attendance))
        .routes(routes!(lists::parties))
        .routes(routes!(parties::party))
        .routes(routes!(lists::people))
        .routes(routes!(parties::person))
        .routes(routes!(acts::signings))
        .routes(routes!(acts::statements))
        .routes(routes!(find::find))
        .routes(routes!(reasons::remarks))
        .routes(routes!(reasons::explain))
        .routes(routes!(events::events))
        .routes(routes!(event::event))
        .routes(routes!(quarantine::quarantine))
}
