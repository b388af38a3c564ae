//! Putting on record: a form for each kind, made from its published schema; corrections and retractions of what is there.
//!
//! Nothing is sent by a form: a script sends what it shows, with a token that its user typed, as any program does. No other
//! page can have a browser do that.

mod field;

use axum::response::Response;
use jiff::Timestamp;
use maud::{Markup, html};
use projector::{Index, Indexed};
use serde_json::{Map, Value, json};
use summit::{Event, EventId, Kind, When};

use super::apart::drawn;
use super::shown::Look;
use super::{frame, live, sentence, words};
use crate::ask::{Asking, document_at};
use crate::problem::{Code, Problem};
use field::Form;

/// How many names are suggested of each sort.
const SUGGESTED: usize = 1000;
/// The module that sends.
const MODULE: &str = "record";
/// Fields that are asked for by every kind: who says so.
const CLAIM: [&str; 3] = ["attribution", "authority", "certainty"];
/// Fields of every kind that are seldom said.
const SELDOM: [&str; 6] = ["organisation", "meeting", "place", "zone", "order", "note"];
/// Statuses that organisations use, and other words that are not listed anywhere.
const WORDS: [(&str, &[&str]); 3] = [
    ("statuses", &["member", "observer", "dialogue_partner", "associate", "candidate", "guest", "none"]),
    ("capacities", &["member", "observer", "dialogue_partner", "guest_of_chair", "host", "organisation"]),
    ("counted", &["member", "observer", "dialogue_partner", "delegations", "population"]),
];

/// What is filled in, and why.
struct Begun {
    kind: Kind,
    title: String,
    /// The document as far as it is there.
    document: Value,
    /// What is told above the form.
    about: Markup,
    /// The command that does the same.
    command: String,
}

/// The kinds, each with what it says.
pub(super) async fn kinds(mut asking: Asking) -> Result<Response, Problem> {
    std::mem::take(&mut asking.parameters).finish()?;
    drawn(asking, |look, _| {
        let main = html! {
            p.lead { "What happened, as a source tells it: choose what it is. To send it needs a token of a publisher." }
            dl.kinds {
                @for kind in Kind::ALL {
                    dt { a href=(format!("/record/{kind}")) { (titled(*kind)) } }
                    dd { (told(*kind)) }
                }
            }
            p.quiet { "To correct or retract what is on record, open the event. " a href="/sign-in" { "Sign in or out" } " where reading needs a token." }
        };
        Ok(frame::alone("Record", &[], look, &main))
    })
    .await
}

/// A form for an event of a kind.
pub(super) async fn record(mut asking: Asking) -> Result<Response, Problem> {
    let kind: Kind = asking.name("kind")?;
    asking.parameters.leave_out_empty();
    let mut data = Map::new();
    for name in ["organisation", "meeting", "party"] {
        let said: Option<String> = asking.parameters.parse(name, "a name")?;
        data.extend(said.map(|said| (name.to_owned(), json!(said))));
    }
    std::mem::take(&mut asking.parameters).finish()?;
    drawn(asking, move |look, index| {
        let about = html! { p.lead { (told(kind)) } };
        let (title, document) = (format!("Record: {}", titled(kind)), json!({ "data": data }));
        Ok(page(look, index, &Begun { kind, title, document, about, command: command(kind) }))
    })
    .await
}

/// The form of an event, to be replaced by a better one.
pub(super) async fn correct(asking: Asking) -> Result<Response, Problem> {
    let (asking, id, stored) = found(asking).await?;
    drawn(asking, move |look, index| {
        let event = event(index, id)?;
        let mut document = json!({ "corrects": id, "data": stored["data"], "time": stored["time"] });
        document["data"]["attribution"] = chain(event);
        keep(&mut document, &stored);
        let about = html! {
            p.lead { "In the place of this event, whose fields are filled in: change what is wrong. Put your desk first among the sources." }
            blockquote { (sentence::of(look, event)) " " (words::event(look, id)) }
        };
        let title = format!("Correct: {}", titled(event.kind()));
        let command = format!("chronicle correct {id} --occurred … --attribution \"Your desk\" --source /desks/…");
        Ok(page(look, index, &Begun { kind: event.kind(), title, document, about, command }))
    })
    .await
}

/// A form that takes an event back.
pub(super) async fn retract(asking: Asking) -> Result<Response, Problem> {
    let (asking, id, _) = found(asking).await?;
    drawn(asking, move |look, index| {
        let event = event(index, id)?;
        let document = json!({ "data": retraction(event, look.now) });
        let about = html! {
            p.lead { "It takes this event out of effect: say why. Put your desk first among the sources." }
            blockquote { (sentence::of(look, event)) " " (words::event(look, id)) }
        };
        let command = format!("chronicle retract {id} --reason … --attribution \"Your desk\" --source /desks/…");
        let title = "Retract".to_owned();
        Ok(page(look, index, &Begun { kind: Kind::Retraction, title, document, about, command }))
    })
    .await
}

/// The event that the path names, as it was stored.
async fn found(mut asking: Asking) -> Result<(Asking, EventId, Value), Problem> {
    std::mem::take(&mut asking.parameters).finish()?;
    let found = asking.name_as_text("id");
    let prefix = projector::id_prefix(found)
        .map_err(|_| Problem::parameter("id", found, "an event's id, or how one begins, such as d0653777"))?;
    let stands = |index: &Index| {
        let id = index.find(&prefix)?;
        Ok::<_, Problem>(index.event(id).map(|record| (id, record.position)))
    };
    let stands = asking.service.index().ask(stands)?;
    let (id, position) = stands.ok_or_else(|| Problem::new(Code::UnknownEvent, "no such event"))?;
    let document = document_at(&asking.service, position).await?;
    Ok((asking, id, serde_json::from_slice(&document).unwrap_or_default()))
}

fn event(index: &Index, id: EventId) -> Result<&Event, Problem> {
    let record = index.event(id).ok_or_else(|| Problem::new(Code::UnknownEvent, "no such event"))?;
    Ok(&record.event)
}

/// Room for the desk, and behind it those whom the event names.
fn chain(event: &Event) -> Value {
    let named = event.shared.attribution.iter().map(|source| json!(source));
    std::iter::once(json!({})).chain(named).collect()
}

/// What takes an event back, now, with the authority that the event has: whoever counts the one counts the other.
fn retraction(event: &Event, now: Timestamp) -> Value {
    let shared = &event.shared;
    let mut data = json!({
        "occurred": When::from_instant(now), "retracts": event.id, "attribution": chain(event), "authority": shared.authority,
        "organisation": shared.organisation, "meeting": shared.meeting,
    });
    data.as_object_mut().into_iter().for_each(|fields| fields.retain(|_, value| !value.is_null()));
    data
}

/// Keeps the attributes of a document that nobody here knows.
fn keep(document: &mut Value, stored: &Value) {
    const KNOWN: [&str; 8] =
        ["specversion", "id", "source", "type", "recordedtime", "corrects", "data", "datacontenttype"];
    for (name, value) in stored.as_object().into_iter().flatten().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        document[name] = value.clone();
    }
    document.as_object_mut().into_iter().for_each(|fields| fields.retain(|_, value| !value.is_null()));
}

fn titled(kind: Kind) -> String {
    let mut word = sentence::word(kind.as_str());
    word[..1].make_ascii_uppercase();
    word
}

/// What an event of a kind says: as its schema tells it, where that is not that of another kind, too.
fn told(kind: Kind) -> String {
    const OWN: [(Kind, &str); 6] = [
        (Kind::Suspension, "Rights are suspended."),
        (Kind::Reinstatement, "Rights are restored."),
        (Kind::Arrival, "A delegation or person reaches a place."),
        (Kind::Departure, "A delegation or person leaves a place."),
        (Kind::Meeting, "A meeting, ceremony, photo or briefing, and who took part."),
        (Kind::Attendance, "Who took part in a meeting, and how."),
    ];
    let own = OWN.iter().find(|(one, _)| *one == kind).map(|(_, told)| (*told).to_owned());
    own.unwrap_or_else(|| wire::schema(kind)["description"].as_str().unwrap_or_default().to_owned())
}

/// The command that records an event of a kind, with what it must say.
fn command(kind: Kind) -> String {
    let schema = wire::schema(kind);
    let required = schema["properties"]["data"]["required"].as_array().cloned().unwrap_or_default();
    let options = required.iter().filter_map(Value::as_str).map(|name| format!(" --{} …", name.replace('_', "-")));
    format!("chronicle record {kind}{} --source /desks/…", options.collect::<String>())
}

fn page(look: &Look<'_>, index: &Index, begun: &Begun) -> Markup {
    let schema = wire::schema(begun.kind);
    let form = Form::new(&schema);
    let data = &begun.document["data"];
    let demanded = |name: &str| form.required(name);
    let (seldom, own): (Vec<&str>, Vec<&str>) = form
        .names()
        .filter(|name| !CLAIM.contains(name) && *name != "occurred")
        .partition(|name| SELDOM.contains(name) && !demanded(name) && data[*name].is_null());
    let main = html! {
        (begun.about)
        p.no-scripts.note {
            "A form needs scripts here, so that no other page can send one. The command line does the same: "
            code { (begun.command) }
        }
        form.record.needs-scripts data-record data-kind=(begun.kind) data-base=(begun.document) novalidate autocomplete="off" {
            div data-object="data" {
                fieldset {
                    legend { "What happened" }
                    (form.field("occurred", &data["occurred"]))
                    @for name in &own { (form.field(name, &data[*name])) }
                }
                fieldset {
                    legend { "Who says so" }
                    @for name in CLAIM { (form.field(name, &data[name])) }
                }
                @if !seldom.is_empty() {
                    details.more { summary { "More that may be said" } @for name in &seldom { (form.field(name, &data[*name])) } }
                }
            }
            fieldset {
                legend { "Who publishes" }
                (field::attribute("source", "Desk", "A URI reference, such as /desks/astana", true, ""))
                (field::attribute("time", "Instant", "Only where it is really known, such as 2024-07-04T10:00:00Z", false,
                    begun.document["time"].as_str().unwrap_or_default()))
                div.field {
                    label for="token" { "Token" }
                    input id="token" type="password" autocomplete="off" spellcheck="false" placeholder="chronicle_…" aria-describedby="token-hint";
                    p.hint id="token-hint" { "Of a publisher; not needed where everybody may. It is kept until this tab is closed, and sent in a header, never in an address." }
                }
            }
            p.deeds { button type="submit" { "Check" } " " span.quiet id="nothing-stored" { "Nothing is stored yet." } }
        }
        section.checked hidden aria-labelledby="checked-title" {
            h2 id="checked-title" tabindex="-1" { "This is what will be sent" }
            pre.document tabindex="0" aria-label="The event as JSON" { code {} }
            p.deeds { button id="send" type="button" { "Send it" } " " button.plain id="back" type="button" { "Change it" } }
        }
        div.outcome role="status" tabindex="-1" {}
        (suggestions(look, index))
    };
    frame::alone(&begun.title, &[MODULE], look, &main)
}

/// Names that the chronicle knows, and words that are in use.
fn suggestions(look: &Look<'_>, index: &Index) -> Markup {
    html! {
        datalist id="parties" {
            @for party in look.view.parties(None, SUGGESTED) { option value=(party) { (words::party_name(look.view, &party)) } }
        }
        datalist id="organisations" {
            @for one in look.view.organisations(None, SUGGESTED) { option value=(one) { (words::organisation_name(look.view, &one)) } }
        }
        datalist id="meetings" { (live::meetings(look.view)) }
        datalist id="people" { @for person in look.view.people(None, SUGGESTED) { option value=(person) {} } }
        datalist id="instruments" { @for one in index.instruments().take(SUGGESTED) { option value=(one) {} } }
        @for (name, words) in WORDS { datalist id=(name) { @for word in words { option value=(word) {} } } }
    }
}
