//! What an event says: the fields of `data`, as `vocabulary.md` lists them.

use summit::{
    Admission, Attribution, Content, Founding, Kind, Meeting, Named, Naming, Participation, Previous, Reclassification,
    Retraction, Shared, Signatory, Signing, Standing, Statement, Status, Step, Succession, SuccessionManner,
    Suspension, Tally, Travel, Withdrawal,
};

use crate::fault::quoted;
use crate::fields::Fields;

/// The shared fields that a kind demands beyond those that every kind does.
pub(crate) const fn demanded(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Founding
        | Kind::Admission
        | Kind::Standing
        | Kind::Step
        | Kind::Suspension
        | Kind::Reinstatement
        | Kind::Withdrawal
        | Kind::Reclassification => &["organisation"],
        Kind::Meeting | Kind::Attendance => &["meeting"],
        Kind::Arrival
        | Kind::Departure
        | Kind::Signing
        | Kind::Statement
        | Kind::Tally
        | Kind::Naming
        | Kind::Succession
        | Kind::Retraction => &[],
    }
}

pub(crate) fn shared(data: &mut Fields<'_>) -> Option<Shared> {
    let occurred = data.parsed("occurred");
    let occurred = data.required("occurred", occurred);
    let zone = data.string("zone");
    if let Some(unknown) = zone.as_ref().filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
        data.fault("zone", quoted(unknown), "an IANA time zone such as Asia/Almaty");
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

pub(crate) fn content(kind: Kind, data: &mut Fields<'_>) -> Option<Content> {
    for name in demanded(kind) {
        data.required::<()>(name, None);
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
            let (from, manner) = (need!(data, list, "from"), data.parsed("manner"));
            // Whoever dissolves may leave no heir; everybody else comes to somebody.
            let to = if manner == Some(SuccessionManner::Dissolution) {
                let nobody = data.perhaps_empty("to");
                data.required("to", Some(nobody))
            } else {
                need!(data, list, "to")
            };
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

/// What may bear a name.
const BEARERS: [&str; 5] = ["party", "organisation", "meeting", "instrument", "person"];

fn naming(data: &mut Fields<'_>) -> Option<Content> {
    let of = data.object("of", |of| {
        if BEARERS.iter().filter(|name| of.has(name)).count() != 1 {
            of.fault("", "none or several", format!("one of {}", BEARERS.join(", ")));
            return None;
        }
        (of.parsed("party").map(Named::Party))
            .or_else(|| of.parsed("organisation").map(Named::Organisation))
            .or_else(|| of.parsed("meeting").map(Named::Meeting))
            .or_else(|| of.parsed("instrument").map(Named::Instrument))
            .or_else(|| of.parsed("person").map(Named::Person))
    });
    let of = data.required("of", of);
    let (name, language, form) = (need!(data, string, "name"), data.string("language"), data.parsed("form"));
    Some(Content::Naming(Naming { of: of?, name: name?, language, form }))
}
