//! The fields of events as options: one table, from which options, help and checks are made.

use std::collections::BTreeMap;
use std::ops::Range;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use projector::{Language, What};
use serde_json::{Map, Value, json};
use summit::Kind;

/// A field of `data`, by its name in the vocabulary.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    shape: Shape,
    /// The kinds that have it; none: every kind.
    kinds: &'static [Kind],
    help: &'static str,
}

/// How a field is written as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Integer,
    /// `true` where the option stands alone.
    Boolean,
    /// Texts; the option repeats.
    List,
    /// One text, or several for a succession.
    TextOrList,
    /// `Name (Office)`.
    Person,
    /// `Name <url>`; the option repeats.
    Sources,
    /// `PARTY`, `PARTY=Name (Office)` or `Name (Office)`; the option repeats.
    Delegates,
    /// `OCCURRED=STATUS`.
    Previous,
    /// `party=KAZ`, `organisation=sco` …
    Bearer,
    /// A language as BCP 47 writes it.
    Language,
    /// An event's id, or how it begins.
    Event,
}

const fn field(name: &'static str, shape: Shape, kinds: &'static [Kind], help: &'static str) -> Field {
    Field { name, shape, kinds, help }
}

use Kind::{
    Admission, Arrival, Attendance, Departure, Founding, Meeting, Naming, Reclassification, Reinstatement, Retraction,
    Signing, Standing, Statement, Step, Succession, Suspension, Tally, Withdrawal,
};

/// Every field of the vocabulary, in its order.
pub(crate) const FIELDS: &[Field] = &[
    field("occurred", Shape::Text, &[], "When, as EDTF: 2017, 2024-07-04, 2024-07-04T15:00:00+05:00, 2022-09~"),
    field("zone", Shape::Text, &[], "IANA time zone of the place, such as Asia/Almaty"),
    field("order", Shape::Integer, &[], "Place among the events of the same day"),
    field("attribution", Shape::Sources, &[], "Who says so, nearest first: \"Name\" or \"Name <url>\"; repeats"),
    field("authority", Shape::Text, &[], "official, record, press or unverified"),
    field("certainty", Shape::Text, &[], "asserted, implied or editorial"),
    field("organisation", Shape::Text, &[], "Slug, such as sco"),
    field("meeting", Shape::Text, &[], "Slug, such as sco-astana-2024"),
    field("place", Shape::Text, &[], "Where"),
    field("note", Shape::Text, &[], "Free text"),
    field("party", Shape::Text, PARTY, "Code of a state (KAZ) or slug of an organisation (un)"),
    field("status", Shape::Text, &[Admission, Standing], "Such as member, observer, dialogue_partner"),
    field("manner", Shape::Text, &[Admission, Withdrawal, Succession], "How it came about"),
    field("instrument", Shape::Text, &[Admission, Signing], "Slug, such as astana-declaration-2024"),
    field("previous", Shape::Previous, &[Standing], "The source's look before, OCCURRED=STATUS: 2016=observer"),
    field("towards", Shape::Text, &[Step], "The status at the top of the ladder"),
    field("step", Shape::Text, &[Step], "The rung: applied, invited, obligations_signed, ratified …"),
    field(
        "scope",
        Shape::Text,
        &[Suspension, Reinstatement, Arrival, Departure],
        "Which rights; country, city or venue",
    ),
    field("from", Shape::List, &[Reclassification, Succession], "Statuses replaced, or predecessors; repeats"),
    field(
        "to",
        Shape::TextOrList,
        &[Reclassification, Succession],
        "Status that replaces, or successors (repeats; none where a dissolution leaves no heir)",
    ),
    field("name", Shape::Text, &[Founding, Naming], "The name"),
    field("form", Shape::Text, &[Meeting, Signing, Naming], "Of a meeting, an instrument or a name"),
    field("phase", Shape::Text, &[Meeting], "announced, opened, held, closed, postponed or cancelled"),
    field("title", Shape::Text, &[Meeting, Signing], "Of a meeting or an instrument"),
    field("theme", Shape::Text, &[Meeting], "Of a meeting"),
    field("host", Shape::Text, &[Meeting], "The party that hosts it"),
    field("venue", Shape::Text, &[Meeting], "Building or room"),
    field("mode", Shape::Text, &[Meeting, Attendance, Statement], "in_person, video, hybrid; quoted, paraphrased"),
    field("part_of", Shape::Text, &[Meeting], "The meeting that it is a part of"),
    field("sidelines_of", Shape::Text, &[Meeting], "The meeting on whose sidelines it is held"),
    field("participants", Shape::Delegates, &[Meeting], "KAZ or \"KAZ=Name (Office)\"; repeats"),
    field("group", Shape::Text, &[Arrival, Departure, Attendance], "Words for unnamed ones"),
    field("presence", Shape::Text, &[Attendance], "present, announced or absent"),
    field("person", Shape::Person, &[Arrival, Departure, Attendance], "\"Name (Office)\""),
    field("level", Shape::Text, &[Arrival, Departure, Attendance], "HS, HG, FM, M … or leader"),
    field("capacity", Shape::Text, &[Attendance], "member, observer, guest_of_chair …"),
    field("in_lieu_of", Shape::Person, &[Attendance], "In whose place: \"Name (Office)\""),
    field("complete", Shape::Boolean, &[Attendance], "The list that this belongs to is complete"),
    field("welcomed_by", Shape::Person, &[Arrival, Departure], "\"Name (Office)\""),
    field("act", Shape::Text, &[Signing], "signature, adoption, ratification, entry_into_force …"),
    field("signatories", Shape::Delegates, &[Signing], "KAZ or \"KAZ=Name (Office)\"; repeats"),
    field("signatories_complete", Shape::Boolean, &[Signing], "Those are all"),
    field("speaker", Shape::Person, &[Statement], "\"Name (Office)\""),
    field("words", Shape::Text, &[Statement], "What was said"),
    field("what", Shape::Text, &[Tally], "What is counted: a status, delegations, population …"),
    field("value", Shape::Integer, &[Tally], "The number"),
    field("qualifier", Shape::Text, &[Tally], "exactly, about, over or nearly"),
    field("list_complete", Shape::Boolean, &[Tally], "The source lists them all"),
    field("of", Shape::Bearer, &[Naming], "What is named: party=KAZ, organisation=sco, person=xi-jinping …"),
    field("language", Shape::Language, &[Naming], "BCP 47, such as en"),
    field("retracts", Shape::Event, &[Retraction], "The event taken back; its id may be shortened"),
    field("reason", Shape::Text, &[Retraction], "Why it is taken back"),
];

const PARTY: &[Kind] =
    &[Admission, Standing, Step, Suspension, Reinstatement, Withdrawal, Arrival, Departure, Attendance, Statement];

impl Field {
    /// Whether events of a kind have it.
    pub(crate) fn belongs_to(&self, kind: Kind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// The kinds that have it, as a list of words.
    pub(crate) fn kinds(&self) -> String {
        if self.kinds.is_empty() {
            return "every kind".to_owned();
        }
        self.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// Whether its value is an event's id, which may be shortened.
    pub(crate) fn is_event(&self) -> bool {
        self.shape == Shape::Event
    }

    /// What a text of it identifies, and which part of the text does.
    fn identifies(&self, kind: Kind, text: &str) -> Option<(What, Range<usize>)> {
        let equals = text.find('=');
        let what = match (self.shape, self.name) {
            (Shape::Bearer, _) => {
                let equals = equals?;
                return Some((text[..equals].parse().ok()?, equals + 1..text.len()));
            }
            // What has a space and no party before it is a person.
            (Shape::Delegates, _) if equals.is_none() && text.contains(' ') => return None,
            (Shape::Delegates, _) => return Some((What::Party, 0..equals.unwrap_or(text.len()))),
            (_, "organisation") => What::Organisation,
            (_, "meeting" | "part_of" | "sidelines_of") => What::Meeting,
            (_, "party" | "host") => What::Party,
            (_, "instrument") => What::Instrument,
            (_, "from" | "to") if kind == Succession => What::Party,
            _ => return None,
        };
        Some((what, 0..text.len()))
    }

    fn repeats(&self) -> bool {
        matches!(self.shape, Shape::List | Shape::TextOrList | Shape::Sources | Shape::Delegates)
    }

    /// The name of its option, as options are written.
    fn flag(&self) -> &'static str {
        match self.name {
            "part_of" => "part-of",
            "sidelines_of" => "sidelines-of",
            "in_lieu_of" => "in-lieu-of",
            "welcomed_by" => "welcomed-by",
            "signatories_complete" => "signatories-complete",
            "list_complete" => "list-complete",
            name => name,
        }
    }

    /// Its option: the name with hyphens; underscores are understood too.
    fn option(&self) -> Arg {
        let flag = self.flag();
        let value = match self.shape {
            Shape::Text | Shape::List | Shape::TextOrList => "TEXT",
            Shape::Integer => "NUMBER",
            Shape::Boolean => "BOOL",
            Shape::Person => "PERSON",
            Shape::Sources => "SOURCE",
            Shape::Delegates => "WHO",
            Shape::Previous => "LOOK",
            Shape::Bearer => "WHAT",
            Shape::Language => "LANGUAGE",
            Shape::Event => "ID",
        };
        let mut option = Arg::new(self.name).long(flag).value_name(value);
        option = if self.repeats() { option.action(ArgAction::Append) } else { option.action(ArgAction::Set) };
        if flag != self.name {
            option = option.alias(self.name);
        }
        option = match self.name {
            "attribution" => option.env("CHRONICLE_ATTRIBUTION").hide_env_values(true),
            "signatories" => option.alias("signatory"),
            "participants" => option.alias("participant"),
            _ => option,
        };
        option = match self.shape {
            // Negative ones, too.
            Shape::Integer => option.value_parser(clap::value_parser!(i64)).allow_negative_numbers(true),
            Shape::Boolean => option
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_parser(clap::value_parser!(bool)),
            Shape::Event => option.value_parser(ValueParser::new(projector::id_prefix)),
            // What is stored otherwise could never be asked for.
            Shape::Language => option.value_parser(clap::value_parser!(Language)),
            Shape::Text
            | Shape::List
            | Shape::TextOrList
            | Shape::Person
            | Shape::Sources
            | Shape::Delegates
            | Shape::Previous
            | Shape::Bearer => option,
        };
        if self.kinds.is_empty() {
            return option.help(self.help).help_heading("Fields of every kind");
        }
        option.help(format!("{} [{}]", self.help, self.kinds())).help_heading("Fields of some kinds")
    }

    /// The values of its option, in their order; nothing where it was not given.
    fn given(&self, matches: &ArgMatches) -> Vec<String> {
        if self.shape == Shape::Boolean {
            // Standing alone, it has no raw value.
            return matches.get_one::<bool>(self.name).map(ToString::to_string).into_iter().collect();
        }
        let raw = matches.get_raw(self.name).into_iter().flatten();
        raw.map(|text| text.to_string_lossy().into_owned()).collect()
    }

    /// What its option says, as JSON. What it says wrongly is left for the reader of the document to refuse.
    fn value(&self, kind: Kind, texts: &[String]) -> Value {
        let first = texts.first().map(String::as_str).unwrap_or_default();
        match self.shape {
            Shape::Text | Shape::Language | Shape::Event => json!(first),
            Shape::Integer => first.parse::<i64>().map_or_else(|_| json!(first), |number| json!(number)),
            Shape::Boolean => json!(first == "true"),
            Shape::TextOrList if kind != Succession && texts.len() == 1 => json!(first),
            Shape::List | Shape::TextOrList => json!(texts),
            Shape::Person => person(first),
            Shape::Sources => texts.iter().map(|text| source(text)).collect(),
            Shape::Delegates => texts.iter().map(|text| delegate(text)).collect(),
            Shape::Previous => match first.rsplit_once('=') {
                Some((occurred, status)) => json!({"occurred": occurred, "status": status}),
                None => json!({"occurred": first}),
            },
            Shape::Bearer => match first.split_once('=') {
                Some((what, name)) => json!({what: name}),
                None => json!(first),
            },
        }
    }
}

/// `Name (Office)`; the office may hold parentheses itself.
fn person(text: &str) -> Value {
    let mut depth = 0_i32;
    let opens = text.char_indices().rev().find(|(_, c)| {
        depth += i32::from(*c == ')') - i32::from(*c == '(');
        depth == 0
    });
    match opens {
        Some((open, '(')) if open > 0 => {
            json!({"name": text[..open].trim_end(), "office": &text[open + 1..text.len() - 1]})
        }
        _ => json!({"name": text}),
    }
}

/// `Name <url>`.
fn source(text: &str) -> Value {
    let url = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
    match url {
        Some((name, url)) => json!({"name": name.trim(), "url": url}),
        None => json!({"name": text}),
    }
}

/// `PARTY`, `PARTY=Name (Office)` or `Name (Office)`.
fn delegate(text: &str) -> Value {
    match text.split_once('=') {
        Some((party, who)) => json!({"party": party, "person": person(who)}),
        None if text.contains(' ') => json!({"person": person(text)}),
        None => json!({"party": text}),
    }
}

/// Fields that options gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// By the place of the field in [`FIELDS`].
    values: BTreeMap<usize, Vec<String>>,
}

impl Given {
    /// Fields by their names.
    pub(crate) fn of<const N: usize>(fields: [(&str, Vec<String>); N]) -> Self {
        let place = |name| FIELDS.iter().position(|field| field.name == name).expect("a field of the vocabulary");
        let given = fields.into_iter().filter(|(_, texts)| !texts.is_empty());
        Self { values: given.map(|(name, texts)| (place(name), texts)).collect() }
    }

    /// The fields that are there although events of the kind do not have them.
    pub(crate) fn foreign(&self, kind: Kind) -> impl Iterator<Item = &'static Field> {
        self.fields().map(|(field, _)| field).filter(move |field| !field.belongs_to(kind))
    }

    /// As the fields of `data`.
    pub(crate) fn data(&self, kind: Kind) -> Map<String, Value> {
        self.fields().map(|(field, texts)| (field.name.to_owned(), field.value(kind, texts))).collect()
    }

    /// Every field whose value is an event's id.
    pub(crate) fn events(&mut self) -> impl Iterator<Item = &mut String> {
        self.values.iter_mut().filter(|(field, _)| FIELDS[**field].is_event()).flat_map(|(_, texts)| texts)
    }

    /// Asks for the identifier of everything that is written otherwise than by its own, and writes that in its place.
    pub(crate) fn identify<E>(
        &mut self,
        kind: Kind,
        mut identify: impl FnMut(What, &str) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        for (place, text) in
            self.values.iter_mut().flat_map(|(place, texts)| texts.iter_mut().map(|text| (*place, text)))
        {
            let named = FIELDS[place].identifies(kind, text);
            let Some((what, part)) = named.filter(|(what, part)| what.named(&text[part.clone()]).is_none()) else {
                continue;
            };
            if let Some(identifier) = identify(what, &text[part.clone()])? {
                text.replace_range(part, &identifier);
            }
        }
        Ok(())
    }

    fn fields(&self) -> impl Iterator<Item = (&'static Field, &Vec<String>)> {
        self.values.iter().map(|(field, texts)| (&FIELDS[*field], texts))
    }
}

impl clap::FromArgMatches for Given {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = FIELDS.iter().enumerate().map(|(place, field)| (place, field.given(matches)));
        Ok(Self { values: given.filter(|(_, texts)| !texts.is_empty()).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.values.extend(Self::from_arg_matches(matches)?.values);
        Ok(())
    }
}

impl clap::Args for Given {
    fn augment_args(command: Command) -> Command {
        command.args(FIELDS.iter().map(Field::option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::Given;

    #[test]
    fn a_language_that_could_never_be_asked_for_is_refused() {
        let said = |language: &str| {
            let command = Given::augment_args(Command::new("record"));
            command.try_get_matches_from(["record", "--language", language]).map_err(|error| error.to_string())
        };
        for language in ["fr", "en-GB", "zh-Hans"] {
            assert!(said(language).is_ok(), "{language}");
        }
        for language in ["en_US", "!!", "", "en "] {
            let refused = said(language).expect_err("it is none");
            assert!(refused.contains("a value is required") || refused.contains("BCP 47"), "{refused}");
        }
    }
}
