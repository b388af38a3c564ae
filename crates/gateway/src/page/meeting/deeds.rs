//! What was signed at the meeting, and what was said there.

use maud::{Markup, html};
use projector::{ActRow, InstrumentRow, SignatoryRow, Stated, StatementRow};
use summit::{Act, Answer, StatementMode};

use super::{sources, table};
use crate::page::shown::Look;
use crate::page::{marks, sentence, spoken, words};

/// Instruments with the acts on them here.
pub(super) fn documents(look: &Look<'_>, instruments: &[InstrumentRow]) -> Markup {
    html! {
        div.cards.documents {
            @for row in instruments {
                article.card data-instrument=(row.instrument) {
                    h3 { bdi { @if let Some(title) = &row.title { (title) } @else { (row.instrument) } } }
                    p.small.quiet { @if let Some(form) = row.form { (form) " · " } code { (row.instrument) } }
                    @for act in &row.acts { (self::act(look, act)) }
                }
            }
        }
    }
}

fn act(look: &Look<'_>, row: &ActRow) -> Markup {
    html! {
        div.act {
            p {
                b { (act_words(row.act)) } " " (when(&row.occurred))
                @if row.answer == Answer::Possibly { " " (marks::answer(Stated::Possibly)) }
            }
            p.signatories {
                @if row.signatories.is_empty() {
                    span.quiet { @if row.signatories_complete { "by nobody named" } @else { "by whom is not stated" } }
                } @else {
                    "by "
                    @for (place, one) in row.signatories.iter().enumerate() { @if place > 0 { ", " } (signatory(look, one)) }
                    " " span.quiet { @if row.signatories_complete { "(these are all)" } @else { "(perhaps others too)" } }
                }
            }
            p.small { (sources::rank(row.authority, row.certainty)) " " (sentence::sources(&row.attribution)) " " (words::event(look, row.event)) }
        }
    }
}

const fn act_words(act: Act) -> &'static str {
    match act {
        Act::Signature => "signed",
        Act::Adoption => "adopted",
        Act::Ratification => "ratified",
        Act::Acceptance => "accepted",
        Act::Approval => "approved",
        Act::Accession => "acceded to",
        Act::Succession => "succeeded to",
        Act::Deposit => "deposited",
        Act::EntryIntoForce => "entered into force",
        Act::Denunciation => "denounced",
        Act::Termination => "terminated",
    }
}

fn signatory(look: &Look<'_>, one: &SignatoryRow) -> Markup {
    html! {
        span.signatory {
            @match (&one.party, &one.person) {
                (Some(party), Some(person)) => { (words::party(look, party)) " through " (table::named(look, person)) }
                (Some(party), None) => { (words::party(look, party)) }
                (None, Some(person)) => { (table::named(look, person)) }
                (None, None) => { "somebody unnamed" }
            }
        }
    }
}

/// A time that stands alone as its source wrote it.
fn when(occurred: &str) -> Markup {
    html! {
        @if let Some(spoken) = spoken::spoken(occurred, None) { span.spoken { (spoken) } " " }
        time.edtf.quiet { (occurred) }
    }
}

/// What was said, each with the chain of those through whom it came.
pub(super) fn statements(look: &Look<'_>, statements: &[StatementRow]) -> Markup {
    html! { div.statements { @for row in statements { (statement(look, row)) } } }
}

fn statement(look: &Look<'_>, row: &StatementRow) -> Markup {
    let quoted = row.mode == Some(StatementMode::Quoted);
    let speaker = row.speaker.as_ref().map(|speaker| speaker.name.as_str());
    html! {
        figure.statement data-event=(row.event) {
            blockquote class=@if quoted { "quoted" } @else { "told" } { p { bdi { (row.words) } } }
            figcaption {
                @if let Some(person) = &row.speaker { b { (words::person(look, &person.id, &person.name)) } @if let Some(office) = &person.office { ", " bdi { (office) } } }
                @else { b { "The source itself" } }
                @if let Some(party) = &row.party { @if row.speaker.is_some() { ", for " } @else { ", of " } (words::party(look, party)) }
                @match row.mode {
                    Some(StatementMode::Quoted) => { ", quoted" }
                    Some(StatementMode::Paraphrased) => { ", paraphrased" }
                    None => {}
                }
                (sources::via(&row.attribution, speaker))
                @if row.answer == Answer::Possibly { " " (marks::answer(Stated::Possibly)) }
                div.small { time.edtf.quiet { (row.occurred) } " " (sources::rank(row.authority, row.certainty)) " " (words::event(look, row.event)) }
            }
        }
    }
}
