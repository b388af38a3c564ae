//! Documents of events that are made from options.

use clap::Args;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use summit::{Attribution, Event, EventId, Kind, When};
use uuid::Uuid;
use wire::Document;

use crate::error::Failure;
use crate::fields::Given;
use crate::setting::Setting;

/// What an event says, as options.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Said {
    #[command(flatten)]
    pub(crate) given: Given,
    /// Any field as JSON, by its path.
    #[arg(
        long = "set",
        value_name = "PATH=JSON",
        value_parser = Setting::parse,
        help = "Any field as JSON, by its path: data.participants='[…]', data.participants[0].level='\"HS\"'; null removes it",
        help_heading = "Fields of every kind"
    )]
    pub(crate) settings: Vec<Setting>,
    #[command(flatten)]
    pub(crate) envelope: Envelope,
}

/// What stands around what an event says.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Envelope")]
pub(crate) struct Envelope {
    /// The desk that publishes, such as /desks/astana
    #[arg(long, value_name = "URI", env = "CHRONICLE_SOURCE", hide_env_values = true)]
    pub(crate) source: Option<String>,
    /// The event's id; without it a new UUID of version 7
    #[arg(long, value_name = "UUID")]
    pub(crate) id: Option<EventId>,
    /// The instant of the occurrence, where it is really known
    #[arg(long, value_name = "INSTANT")]
    pub(crate) time: Option<String>,
    /// When the claim was put on record, where that is not now
    #[arg(long, alias = "recorded-time", value_name = "INSTANT")]
    pub(crate) recordedtime: Option<String>,
    /// Print the document instead of publishing it
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// An event as it is made.
struct Made {
    kind: Kind,
    source: Option<String>,
    time: Option<String>,
    corrects: Option<EventId>,
    data: Map<String, Value>,
}

impl Said {
    /// A new event of a kind. Shortened ids are written out before.
    pub(crate) fn record(&self, kind: Kind, corrects: Option<EventId>, now: Timestamp) -> Result<Document, Failure> {
        let (source, time) = (self.envelope.source.clone(), self.envelope.time.clone());
        let mut data = self.given.data(kind);
        if kind == Kind::Succession && data.get("manner").is_some_and(|manner| manner == "dissolution") {
            // Who leaves no heir names none.
            data.entry("to").or_insert_with(|| json!([]));
        }
        self.document(Made { kind, source, time, corrects, data }, now)
    }

    /// An event in the place of another: what that says, with the given fields replaced and the desk put first.
    pub(crate) fn correct(&self, target: &Document, now: Timestamp) -> Result<Document, Failure> {
        let event = target.event();
        let kind = event.kind();
        let mut data = data_of(target);
        let mut given = self.given.data(kind);
        let desk = given.remove("attribution").unwrap_or(json!([]));
        if given.is_empty() && self.envelope.time.is_none() && self.settings.is_empty() {
            return Err(Failure::usage("nothing is corrected", "name the fields to replace, such as --occurred"));
        }
        let same_time = !given.contains_key("occurred");
        data.extend(given);
        data.insert("attribution".into(), chain(desk, event));
        let time = self.envelope.time.clone().or_else(|| event.time.filter(|_| same_time).map(|time| time.to_string()));
        let source = Some(self.envelope.source.clone().unwrap_or_else(|| event.source.clone()));
        self.document(Made { kind, source, time, corrects: Some(event.id), data }, now)
    }

    /// An event that takes another back, now. It has the other's authority, so that whoever counts the one counts both.
    pub(crate) fn retract(&self, target: &Event, now: Timestamp) -> Result<Document, Failure> {
        let shared = &target.shared;
        let mut data = Map::new();
        data.insert("occurred".into(), json!(When::from_instant(now)));
        data.insert("authority".into(), json!(shared.authority));
        data.insert("organisation".into(), json!(shared.organisation));
        data.insert("meeting".into(), json!(shared.meeting));
        data.insert("retracts".into(), json!(target.id));
        data.retain(|_, value| !value.is_null());
        let mut given = self.given.data(Kind::Retraction);
        let desk = given.remove("attribution").unwrap_or(json!([]));
        data.extend(given);
        data.insert("attribution".into(), chain(desk, target));
        let source = Some(self.envelope.source.clone().unwrap_or_else(|| target.source.clone()));
        self.document(
            Made { kind: Kind::Retraction, source, time: self.envelope.time.clone(), corrects: None, data },
            now,
        )
    }

    fn document(&self, made: Made, now: Timestamp) -> Result<Document, Failure> {
        let Made { kind, source, time, corrects, data } = made;
        let foreign: Vec<String> = self
            .given
            .foreign(kind)
            .map(|field| {
                format!("data.{}: found a field of {}, allowed is a field of {kind}", field.name, field.kinds())
            })
            .collect();
        if !foreign.is_empty() {
            let said = "the event is refused, nothing is stored".to_owned();
            let hint = Some("`chronicle record --help` lists the fields of every kind");
            return Err(Failure::Refused { said, faults: foreign, hint });
        }
        let id = self.envelope.id.unwrap_or_else(|| EventId::new(Uuid::now_v7()));
        let mut document = json!({
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": format!("chronicle.{kind}.v1"),
            "datacontenttype": "application/json",
            "time": time,
            "recordedtime": self.envelope.recordedtime,
            "corrects": corrects,
            "data": data,
        });
        if let Some(fields) = document.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        self.settings.iter().for_each(|setting| setting.apply(&mut document));
        let bytes = serde_json::to_vec(&document).expect("a JSON value can be written");
        let document = Document::decode(&bytes).map_err(|refused| Failure::refused(&refused))?;
        Ok(document.recorded_at(now))
    }
}

/// What a document says in `data`, fields beyond the vocabulary included.
fn data_of(document: &Document) -> Map<String, Value> {
    let mut said: Value = serde_json::from_slice(&document.encode()).expect("a document is JSON");
    if let Value::Object(data) = said["data"].take() { data } else { Map::new() }
}

/// The desk, then those that the target names; nobody twice.
fn chain(desk: Value, target: &Event) -> Value {
    let mut chain = if let Value::Array(desk) = desk { desk } else { Vec::new() };
    let names: Vec<Value> = chain.iter().map(|source| source["name"].clone()).collect();
    let others = target.shared.attribution.iter().filter(|source| !names.contains(&json!(source.name)));
    chain.extend(others.map(|source: &Attribution| json!(source)));
    Value::Array(chain)
}

/// The ids that options gave, written out.
pub(crate) fn written_out(said: &mut Said, find: impl Fn(&str) -> Result<EventId, Failure>) -> Result<(), Failure> {
    said.given.events().try_for_each(|id| {
        *id = whole(id, &find)?.to_string();
        Ok(())
    })
}

/// An id that is whole as it is, whoever has it; a shortened one must be somebody's.
pub(crate) fn whole(id: &str, find: impl Fn(&str) -> Result<EventId, Failure>) -> Result<EventId, Failure> {
    id.parse().or_else(|_| find(id))
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use jiff::Timestamp;
    use serde_json::{Value, json};
    use summit::Kind;
    use wire::Document;

    use super::Said;
    use crate::error::{Code, Failure};
    use crate::samples;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        said: Said,
    }

    const BY: [&str; 4] = ["--source", "/desks/test", "--attribution", "Test desk <https://desk.example>"];

    fn said(options: &[&str]) -> Said {
        Line::parse_from(["record"].iter().chain(&BY).chain(options)).said
    }

    fn json(document: &Document) -> Value {
        serde_json::from_slice(&document.encode()).expect("JSON")
    }

    /// What the options of a kind say in `data`, beside who says it.
    #[track_caller]
    fn data(kind: Kind, options: &[&str]) -> Value {
        let document = match said(options).record(kind, None, Timestamp::UNIX_EPOCH) {
            Ok(document) => document,
            Err(failure) => panic!("{}", failure.report()),
        };
        let mut data = json(&document)["data"].take();
        let fields = data.as_object_mut().expect("an object");
        let by = fields.remove("attribution");
        assert_eq!(by, Some(json!([{"name": "Test desk", "url": "https://desk.example"}])));
        data
    }

    #[test]
    fn options_become_the_fields_of_the_vocabulary() {
        let shared = ["--occurred", "2024-07-04", "--organisation", "sco"];
        let with = |options: &[&'static str]| [&shared[..], options].concat();
        assert_eq!(
            data(Kind::Admission, &with(&["--party", "BLR", "--order", "-50", "--zone", "Asia/Almaty"])),
            json!({"occurred": "2024-07-04", "zone": "Asia/Almaty", "order": -50, "organisation": "sco", "party": "BLR"})
        );
        let standing = ["--party", "AFG", "--status", "observer", "--previous", "2016-01/2016-02=none"];
        assert_eq!(
            data(Kind::Standing, &with(&standing))["previous"],
            json!({"occurred": "2016-01/2016-02", "status": "none"})
        );
        let replaced =
            data(Kind::Reclassification, &with(&["--from", "guest", "--from", "observer", "--to", "partner"]));
        assert_eq!((&replaced["from"], &replaced["to"]), (&json!(["guest", "observer"]), &json!("partner")));
        let succeeded = data(Kind::Succession, &with(&["--from", "SUHH", "--to", "RUS", "--manner", "continuation"]));
        assert_eq!((&succeeded["from"], &succeeded["to"]), (&json!(["SUHH"]), &json!(["RUS"])));
        let dissolved = data(Kind::Succession, &with(&["--from", "CSHH", "--manner", "dissolution"]));
        assert_eq!((&dissolved["from"], &dissolved["to"]), (&json!(["CSHH"]), &json!([])));
        let named = data(Kind::Naming, &with(&["--of", "meeting=sco-astana-2024", "--name", "Astana"]));
        assert_eq!(named["of"], json!({"meeting": "sco-astana-2024"}));
        let tally = data(Kind::Tally, &with(&["--what", "member", "--value", "10", "--list-complete"]));
        assert_eq!((&tally["value"], &tally["list_complete"]), (&json!(10), &json!(true)));
    }

    #[test]
    fn people_and_delegations_are_written_with_their_offices() {
        let shared = ["--occurred", "2024-07-04", "--meeting", "m"];
        let with = |options: &[&'static str]| [&shared[..], options].concat();
        let delegate =
            ["--party", "IND", "--person", "S. Jaishankar (Minister (external affairs))", "--in_lieu_of", "N. Modi"];
        let row = data(Kind::Attendance, &with(&delegate));
        assert_eq!(row["person"], json!({"name": "S. Jaishankar", "office": "Minister (external affairs)"}));
        assert_eq!(row["in_lieu_of"], json!({"name": "N. Modi"}));
        let signed = ["--instrument", "i", "--signatories", "KAZ=K. Tokayev (President)", "--signatory", "BLR"];
        assert_eq!(
            data(Kind::Signing, &with(&signed))["signatories"],
            json!([{"party": "KAZ", "person": {"name": "K. Tokayev", "office": "President"}}, {"party": "BLR"}])
        );
        let set = |setting| ["--set", setting];
        let settings = [
            set(r#"data.participants=[{"party":"KAZ"}]"#),
            set(r#"data.participants[1].party="RUS""#),
            set(r#"data.participants[0].level="HS""#),
            set("data.note=null"),
        ];
        assert_eq!(
            data(Kind::Meeting, &with(&settings.concat()))["participants"],
            json!([{"party": "KAZ", "level": "HS"}, {"party": "RUS"}])
        );
    }

    /// The faults of an event that is refused.
    #[track_caller]
    fn faults(kind: Kind, options: &[&str]) -> Vec<String> {
        let failure = said(options).record(kind, None, Timestamp::UNIX_EPOCH).expect_err("it is refused");
        assert_eq!(failure.code(), Code::Refused);
        if let Failure::Refused { faults, .. } = failure { faults } else { panic!("{failure}") }
    }

    #[test]
    fn what_is_wrong_is_told_by_field_found_and_allowed() {
        assert_eq!(
            faults(
                Kind::Admission,
                &["--organisation", "sco", "--occurred", "2024", "--party", "BLR", "--level", "HS"]
            ),
            ["data.level: found a field of arrival, departure, attendance, allowed is a field of admission"]
        );
        let lacking = faults(Kind::Admission, &["--organisation", "SCO", "--occurred", "2024-02-30"]);
        let fields: Vec<&str> = lacking.iter().filter_map(|fault| fault.split(": ").next()).collect();
        assert_eq!(fields, ["data.occurred", "data.organisation", "data.party"]);
        let order = Line::try_parse_from(["record", "--order", "first"]).err().expect("no number");
        assert_eq!(order.exit_code(), 2);
    }

    #[test]
    fn a_correction_keeps_what_is_not_given_and_puts_the_desk_first() {
        let line =
            samples::line("47891d5d").replace(r#""data": {"#, r#""motto": "kept not", "data": {"mood": "kept", "#);
        let target = Document::decode(line.as_bytes()).expect("well-formed");
        let correction = said(&["--occurred", "2024-07-05", "--set", "data.order=null"]);
        let correction = json(&correction.correct(&target, Timestamp::UNIX_EPOCH).expect("well-formed"));
        assert_eq!(correction["corrects"], "47891d5d-188c-5792-96f5-ecb750f795ab");
        assert_ne!(correction["id"], correction["corrects"]);
        assert_eq!((&correction["type"], &correction["motto"]), (&json!("chronicle.admission.v1"), &Value::Null));
        assert_eq!(correction["recordedtime"], "1970-01-01T00:00:00Z");
        assert_eq!(
            correction["data"],
            json!({
                "mood": "kept",
                "occurred": "2024-07-05",
                "attribution": [
                    {"name": "Test desk", "url": "https://desk.example"},
                    {"name": "Asia news report, 4 July 2024"},
                ],
                "authority": "press",
                "organisation": "sco",
                "party": "BLR",
                "status": "member",
            })
        );
    }

    #[test]
    fn a_field_that_only_set_names_is_corrected() {
        let target = Document::decode(samples::line("47891d5d").as_bytes()).expect("well-formed");
        let correction = said(&["--set", r#"data.note="in Astana""#]);
        let correction = json(&correction.correct(&target, Timestamp::UNIX_EPOCH).expect("well-formed"));
        assert_eq!((&correction["data"]["note"], &correction["data"]["party"]), (&json!("in Astana"), &json!("BLR")));
        assert!(said(&[]).correct(&target, Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn a_retraction_stands_where_its_target_does_with_the_targets_authority() {
        let target = Document::decode(samples::line("2a45af3c").as_bytes()).expect("well-formed");
        let said = Said { given: crate::fields::Given::of([("reason", vec!["twice".to_owned()])]), ..Said::default() };
        let retraction = said.retract(target.event(), Timestamp::UNIX_EPOCH).expect("well-formed");
        let retraction = json(&retraction);
        assert_eq!(retraction["source"], "/desks/astana", "the source takes back what it said");
        let data = &retraction["data"];
        assert_eq!(data["occurred"], "1970-01-01T00:00:00Z");
        assert_eq!((&data["meeting"], &data["authority"]), (&json!("sco-plus-astana-2024"), &json!("press")));
        assert_eq!((&data["retracts"], &data["reason"]), (&json!(target.event().id), &json!("twice")));
        assert_eq!(data["attribution"], json!(target.event().shared.attribution));
    }
}
