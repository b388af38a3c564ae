//! From JSON values to events, by the fields of `vocabulary.md`.

use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Map, Value};
use summit::{
    Admission, Attribution, Content, Event, Founding, Kind, Meeting, Named, Naming, Participation, Previous,
    Reclassification, Retraction, Shared, Signatory, Signing, Standing, Statement, Status, Step, Succession,
    Suspension, Tally, Travel, Withdrawal,
};

use crate::fault::Fault;
use crate::fields::Fields;

/// Attributes of the envelope that are not extensions.
const KNOWN: [&str; 11] = [
    "specversion",
    "id",
    "source",
    "type",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
    "recordedtime",
    "corrects",
    "data",
];
/// The longest name of an extension attribute, in bytes (CloudEvents 1.0, attribute naming).
const MAX_ATTRIBUTE_BYTES: usize = 20;

pub(crate) fn event(document: &Map<String, Value>, faults: &mut Vec<Fault>) -> Option<Event> {
    extensions(document, faults);
    let mut envelope = Fields::new(document, String::new(), faults);
    let version = envelope.string("specversion");
    if let Some(version) = envelope.required("specversion", version).filter(|version| version != "1.0") {
        envelope.fault("specversion", format!("{version:?}"), "\"1.0\"");
    }
    let id = envelope.parsed("id");
    let id = envelope.required("id", id);
    let source = envelope.string("source");
    let source = envelope.required("source", source);
    if let Some(bad) = source.as_ref().filter(|source| source.chars().any(|c| c.is_whitespace() || c.is_control())) {
        envelope.fault("source", format!("{bad:?}"), "a URI reference such as /desks/astana");
    }
    if let Some(other) = envelope.string("datacontenttype").filter(|kind| kind != "application/json") {
        envelope.fault("datacontenttype", format!("{other:?}"), "application/json");
    }
    let kind = kind(&mut envelope);
    let time = instant(&mut envelope, "time");
    let recorded_at = instant(&mut envelope, "recordedtime");
    let corrects = envelope.parsed("corrects");
    let data = envelope.object("data", |data| Some((shared(data), kind.and_then(|kind| content(kind, data)))));
    let data = envelope.required("data", data);
    let (shared, content) = data?;
    Some(Event { id: id?, source: source?, time, recorded_at, corrects, shared: shared?, content: content? })
}

fn extensions(document: &Map<String, Value>, faults: &mut Vec<Fault>) {
    for (name, value) in document.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str())) {
        let named = !name.is_empty()
            && name.len() <= MAX_ATTRIBUTE_BYTES
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if !named {
            faults.push(Fault::new(name.clone(), "an attribute name", "1 to 20 of a-z and 0-9"));
        } else if value.is_object() || value.is_array() {
            faults.push(Fault::new(name.clone(), "an object or array", "a string, number or boolean"));
        }
    }
}

fn kind(envelope: &mut Fields<'_>) -> Option<Kind> {
    let text = envelope.string("type");
    let text = envelope.required("type", text)?;
    let kind =
        text.strip_prefix("chronicle.").and_then(|rest| rest.strip_suffix(".v1")).and_then(|word| word.parse().ok());
    if kind.is_none() {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        envelope.fault("type", format!("{text:?}"), format!("chronicle.<kind>.v1 with a kind of {}", kinds.join(" ")));
    }
    kind
}

fn instant(fields: &mut Fields<'_>, name: &str) -> Option<Timestamp> {
    let text = fields.string(name)?;
    // RFC 3339 has neither the bracketed zone nor the short forms that the library reads as well.
    let plain = text.len() >= "2024-07-04T15:00:00Z".len() && !text.contains('[');
    match Timestamp::from_str(&text) {
        Ok(instant) if plain => Some(instant),
        _ => {
            fields.fault(name, format!("{text:?}"), "an RFC 3339 instant such as 2024-07-04T15:00:00+05:00");
            None
        }
    }
}

fn shared(data: &mut Fields<'_>) -> Option<Shared> {
    let occurred = data.parsed("occurred");
    let occurred = data.required("occurred", occurred);
    let zone = data.string("zone");
    if let Some(unknown) = zone.as_ref().filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        data.fault("zone", format!("{unknown:?}"), "an IANA time zone such as Asia/Almaty");
    }
    let attribution = data.objects("attribution", |entry| {
        let name = entry.string("name");
        let name = entry.required("name", name);
        let url = entry.string("url");
        Some(Attribution { name: name?, url })
    });
    if !data.has("attribution") {
        data.required::<()>("attribution", None);
    } else if attribution.is_empty() {
        data.fault("attribution", "no usable entry", "at least one entry with a name");
    }
    Some(Shared {
        zone,
        order: data.integer("order"),
        attribution,
        authority: data.parsed("authority"),
        certainty: data.parsed("certainty"),
        organisation: data.parsed("organisation"),
        meeting: data.parsed("meeting"),
        place: data.string("place"),
        note: data.string("note"),
        occurred: occurred?,
    })
}

macro_rules! need {
    ($data:ident, $method:ident, $name:literal) => {{
        let value = $data.$method($name);
        $data.required($name, value)
    }};
}

fn content(kind: Kind, data: &mut Fields<'_>) -> Option<Content> {
    let organisation = matches!(
        kind,
        Kind::Founding
            | Kind::Admission
            | Kind::Standing
            | Kind::Step
            | Kind::Suspension
            | Kind::Reinstatement
            | Kind::Withdrawal
            | Kind::Reclassification
    );
    if organisation {
        data.required::<()>("organisation", None);
    }
    if matches!(kind, Kind::Meeting | Kind::Attendance) {
        data.required::<()>("meeting", None);
    }
    Some(match kind {
        Kind::Founding => Content::Founding(Founding { name: data.string("name") }),
        Kind::Admission => Content::Admission(admission(data)?),
        Kind::Standing => Content::Standing(standing(data)?),
        Kind::Step => {
            let (party, towards, step) =
                (need!(data, parsed, "party"), need!(data, parsed, "towards"), need!(data, parsed, "step"));
            Content::Step(Step { party: party?, towards: towards?, step: step? })
        }
        Kind::Suspension => Content::Suspension(suspension(data)?),
        Kind::Reinstatement => Content::Reinstatement(suspension(data)?),
        Kind::Withdrawal => {
            let (party, manner) = (need!(data, parsed, "party"), data.parsed("manner"));
            Content::Withdrawal(Withdrawal { party: party?, manner })
        }
        Kind::Reclassification => {
            let (from, to) = (need!(data, list, "from"), need!(data, parsed, "to"));
            Content::Reclassification(Reclassification { from: from?, to: to? })
        }
        Kind::Meeting => Content::Meeting(meeting(data)),
        Kind::Arrival => Content::Arrival(travel(data)),
        Kind::Departure => Content::Departure(travel(data)),
        Kind::Attendance => Content::Attendance(participation(data)?),
        Kind::Signing => Content::Signing(signing(data)?),
        Kind::Statement => {
            let (speaker, party, words, mode) =
                (data.person("speaker"), data.parsed("party"), need!(data, string, "words"), data.parsed("mode"));
            Content::Statement(Statement { speaker, party, words: words?, mode })
        }
        Kind::Tally => tally(data)?,
        Kind::Naming => naming(data)?,
        Kind::Succession => {
            let (from, to, manner) = (need!(data, list, "from"), need!(data, list, "to"), data.parsed("manner"));
            Content::Succession(Succession { from: from?, to: to?, manner })
        }
        Kind::Retraction => {
            let (retracts, reason) = (need!(data, parsed, "retracts"), data.string("reason"));
            Content::Retraction(Retraction { retracts: retracts?, reason })
        }
    })
}

fn admission(data: &mut Fields<'_>) -> Option<Admission> {
    let party = need!(data, parsed, "party");
    let status = if data.has("status") { data.parsed("status") } else { Some(Status::member()) };
    if status.as_ref().is_some_and(Status::is_none) {
        data.fault("status", "\"none\"", "a status; that none is held is said by a standing or a withdrawal");
    }
    let (manner, instrument) = (data.parsed("manner"), data.parsed("instrument"));
    Some(Admission { party: party?, status: status?, manner, instrument })
}

fn standing(data: &mut Fields<'_>) -> Option<Standing> {
    let (party, status) = (need!(data, parsed, "party"), need!(data, parsed, "status"));
    let previous = data.object("previous", |previous| {
        let (occurred, status) = (need!(previous, parsed, "occurred"), need!(previous, parsed, "status"));
        Some(Previous { occurred: occurred?, status: status? })
    });
    Some(Standing { party: party?, status: status?, previous })
}

fn suspension(data: &mut Fields<'_>) -> Option<Suspension> {
    let (party, scope) = (need!(data, parsed, "party"), data.string("scope"));
    Some(Suspension { party: party?, scope })
}

fn meeting(data: &mut Fields<'_>) -> Meeting {
    Meeting {
        form: data.parsed("form"),
        phase: data.parsed("phase"),
        title: data.string("title"),
        theme: data.string("theme"),
        host: data.parsed("host"),
        venue: data.string("venue"),
        mode: data.parsed("mode"),
        part_of: data.parsed("part_of"),
        sidelines_of: data.parsed("sidelines_of"),
        participants: data.objects("participants", participation),
    }
}

fn travel(data: &mut Fields<'_>) -> Travel {
    Travel {
        party: data.parsed("party"),
        group: data.string("group"),
        person: data.person("person"),
        level: data.parsed("level"),
        scope: data.parsed("scope"),
        welcomed_by: data.person("welcomed_by"),
    }
}

fn participation(data: &mut Fields<'_>) -> Option<Participation> {
    if !data.has("party") && !data.has("group") {
        data.fault("party", "nothing", "a party, or words for unnamed ones in group");
        return None;
    }
    Some(Participation {
        party: data.parsed("party"),
        group: data.string("group"),
        presence: data.parsed("presence"),
        person: data.person("person"),
        level: data.parsed("level"),
        capacity: data.parsed("capacity"),
        mode: data.parsed("mode"),
        in_lieu_of: data.person("in_lieu_of"),
        complete: data.boolean("complete"),
    })
}

fn signing(data: &mut Fields<'_>) -> Option<Signing> {
    let instrument = need!(data, parsed, "instrument");
    let (title, form, act) = (data.string("title"), data.parsed("form"), data.parsed("act"));
    let signatories = data.objects("signatories", |entry| {
        Some(Signatory { party: entry.parsed("party"), person: entry.person("person") })
    });
    let signatories_complete = data.boolean("signatories_complete");
    Some(Signing { instrument: instrument?, title, form, act, signatories, signatories_complete })
}

fn tally(data: &mut Fields<'_>) -> Option<Content> {
    if !data.has("organisation") && !data.has("meeting") {
        data.fault("organisation", "nothing", "an organisation, or a meeting");
    }
    let (what, value) = (need!(data, parsed, "what"), need!(data, integer, "value"));
    let (qualifier, list_complete) = (data.parsed("qualifier"), data.boolean("list_complete"));
    Some(Content::Tally(Tally { what: what?, value: value?, qualifier, list_complete }))
}

fn naming(data: &mut Fields<'_>) -> Option<Content> {
    let of = data.object("of", |of| {
        let bearers = [
            of.parsed("party").map(Named::Party),
            of.parsed("organisation").map(Named::Organisation),
            of.parsed("meeting").map(Named::Meeting),
            of.parsed("instrument").map(Named::Instrument),
            of.parsed("person").map(Named::Person),
        ];
        let mut bearers = bearers.into_iter().flatten();
        if let (Some(one), None) = (bearers.next(), bearers.next()) {
            return Some(one);
        }
        of.fault("", "none or several", "one of party, organisation, meeting, instrument, person");
        None
    });
    let of = data.required("of", of);
    let (name, language, form) = (need!(data, string, "name"), data.string("language"), data.parsed("form"));
    Some(Content::Naming(Naming { of: of?, name: name?, language, form }))
}
