//! Fields of a form, from the schema of a kind.

use maud::{Markup, html};
use serde_json::Value;

use super::super::sentence;

/// Fields that are longer than a line.
const LONG: [&str; 3] = ["words", "note", "reason"];
/// What stands for times.
const EDTF_HINT: &str =
    "EDTF: 2017, 2024-07, 2024-07-04, 2024-07-04T15:00:00+05:00; 2022-09~ is about then, 2016/2017 between";

/// The fields of `data` of a kind.
pub(super) struct Form<'s> {
    schema: &'s Value,
    data: &'s Value,
}

/// Where a field stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// As a prefix of ids; none within items of a list, which may be there several times.
    prefix: Option<&'p str>,
    required: bool,
}

impl<'s> Form<'s> {
    pub(super) fn new(schema: &'s Value) -> Self {
        Self { schema, data: &schema["properties"]["data"] }
    }

    /// Every field, in the order of the vocabulary.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> + use<'s> {
        let properties = self.data["properties"].as_object();
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }

    /// Whether the kind demands it.
    pub(super) fn required(&self, name: &str) -> bool {
        demands(self.data, name)
    }

    /// A field of `data`, with what it says already.
    pub(super) fn field(&self, name: &str, value: &Value) -> Markup {
        let place = Place { prefix: Some("data"), required: self.required(name) };
        self.of(name, &self.data["properties"][name], value, place)
    }

    /// What a reference leads to, and its name.
    fn resolved(&self, schema: &'s Value) -> (&'s Value, &'s str) {
        let Some(name) = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()) else {
            return (schema, "");
        };
        (&self.schema["$defs"][name], name)
    }

    fn of(&self, name: &str, schema: &'s Value, value: &Value, place: Place<'_>) -> Markup {
        let (meant, sort) = self.resolved(schema);
        match meant["type"].as_str().unwrap_or_default() {
            "object" => self.object(name, meant, value, place),
            "array" => self.list(name, meant, value, place),
            _ => {
                let hint = schema["description"].as_str().or(meant["description"].as_str()).unwrap_or_default();
                leaf(name, (meant, sort), hint, value, place)
            }
        }
    }

    fn members(&self, meant: &'s Value, value: &Value, place: Place<'_>, prefix: Option<&str>) -> Markup {
        let properties = meant["properties"].as_object();
        html! {
            @for (name, schema) in properties.into_iter().flatten() {
                (self.of(name, schema, &value[name.as_str()], Place { prefix, required: place.required && demands(meant, name) }))
            }
        }
    }

    fn object(&self, name: &str, meant: &'s Value, value: &Value, place: Place<'_>) -> Markup {
        let prefix = place.prefix.map(|prefix| format!("{prefix}-{name}"));
        html! {
            fieldset.inner data-object=(name) {
                legend { (labelled(name)) @if place.required { " " span.required { "required" } } }
                (self.members(meant, value, place, prefix.as_deref()))
            }
        }
    }

    fn list(&self, name: &str, meant: &'s Value, value: &Value, place: Place<'_>) -> Markup {
        let (item, _) = self.resolved(&meant["items"]);
        let said = value.as_array().map_or(&[][..], Vec::as_slice);
        let one = |value: &Value| {
            html! {
                div.item data-item {
                    @if item["type"] == "object" { (self.members(item, value, Place { prefix: None, required: true }, None)) }
                    @else { (self.of("", &meant["items"], value, Place { prefix: None, required: place.required })) }
                    button.plain.remove type="button" data-remove { "Remove" span.unseen { " this of " (labelled(name)) } }
                }
            }
        };
        html! {
            fieldset.inner data-list=(name) data-demanded[place.required] {
                legend { (labelled(name)) @if place.required { " " span.required { "required" } } }
                @if let Some(hint) = meant["description"].as_str() { p.hint { (hint) } }
                @for value in said { (one(value)) }
                @if value.is_null() && place.required { (one(&Value::Null)) }
                template { (one(&Value::Null)) }
                button.plain type="button" data-add { "Add" span.unseen { " to " (labelled(name)) } }
            }
        }
    }
}

/// An attribute beside `data`.
pub(super) fn attribute(name: &str, label: &str, hint: &str, required: bool, value: &str) -> Markup {
    let (id, hint_id) = (format!("attribute-{name}"), format!("attribute-{name}-hint"));
    html! {
        div.field data-path=(name) {
            label for=(id) { (label) @if required { " " span.required { "required" } } }
            input id=(id) data-field=(name) value=(value) aria-required=[required.then_some("true")] aria-describedby=(hint_id);
            p.hint id=(hint_id) { (hint) }
        }
    }
}

/// One value.
fn leaf(name: &str, (meant, sort): (&Value, &str), hint: &str, value: &Value, place: Place<'_>) -> Markup {
    let id = place.prefix.map(|prefix| format!("{prefix}-{name}"));
    let hint = if sort == "Edtf" { EDTF_HINT.to_owned() } else { hint.replace('`', "") };
    let hint_id = id.as_ref().filter(|_| !hint.is_empty()).map(|id| format!("{id}-hint"));
    let text = value
        .as_str()
        .map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, ToOwned::to_owned);
    let kind = meant["type"].as_str().unwrap_or("string");
    let control = html! {
        @if let Some(choices) = meant["enum"].as_array() {
            select id=[id.as_deref()] data-field=(name) aria-required=[place.required.then_some("true")] aria-describedby=[hint_id.as_deref()] {
                option value="" { @if place.required { "choose" } @else { "not stated" } }
                @for choice in choices.iter().filter_map(Value::as_str) { option value=(choice) selected[choice == text] { (sentence::word(choice)) } }
            }
        } @else if kind == "boolean" {
            select id=[id.as_deref()] data-field=(name) data-type="boolean" aria-describedby=[hint_id.as_deref()] {
                option value="" { "not stated" }
                @for (choice, word) in [("true", "yes"), ("false", "no")] { option value=(choice) selected[choice == text] { (word) } }
            }
        } @else if LONG.contains(&name) {
            textarea id=[id.as_deref()] data-field=(name) rows="3" aria-required=[place.required.then_some("true")] aria-describedby=[hint_id.as_deref()] { (text) }
        } @else {
            input id=[id.as_deref()] data-field=(name) data-type=[(kind == "integer").then_some("integer")] value=(text) list=[suggested(sort)]
                inputmode=[(kind == "integer").then_some("numeric")] aria-required=[place.required.then_some("true")] aria-describedby=[hint_id.as_deref()];
        }
    };
    html! {
        div.field.long[LONG.contains(&name)] {
            @if let Some(id) = &id {
                label for=(id) { (labelled(name)) @if place.required { " " span.required { "required" } } }
                (control)
            } @else {
                label { span { (labelled(name)) @if place.required { " " span.required { "required" } } } (control) }
            }
            @if let Some(hint_id) = &hint_id { p.hint id=(hint_id) { (hint) } }
        }
    }
}

fn demands(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|required| required.iter().any(|one| one == name))
}

/// Where names of a sort are suggested.
fn suggested(sort: &str) -> Option<&'static str> {
    Some(match sort {
        "PartyId" => "parties",
        "OrganisationId" => "organisations",
        "MeetingId" => "meetings",
        "InstrumentId" => "instruments",
        "PersonId" => "people",
        "Status" => "statuses",
        "Capacity" => "capacities",
        "Tallied" => "counted",
        _ => return None,
    })
}

/// A field's name, as people write it.
fn labelled(name: &str) -> String {
    let text = match name {
        "" => "Value",
        "url" => "Address",
        "id" => "Slug",
        "in_lieu_of" => "In the place of",
        name => name,
    };
    let mut text = sentence::word(text);
    text[..1].make_ascii_uppercase();
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use summit::Kind;

    use super::Form;

    #[test]
    fn every_field_of_every_kind_is_in_its_form_with_what_it_says() {
        for kind in Kind::ALL {
            let schema = wire::schema(*kind);
            let path = format!("{}/../wire/tests/golden/events/{kind}.v1.json", env!("CARGO_MANIFEST_DIR"));
            let text = std::fs::read_to_string(&path).expect("a golden event");
            let event: Value = serde_json::from_str(&text).expect("JSON");
            let form = Form::new(&schema);
            for name in form.names() {
                let drawn = form.field(name, &event["data"][name]).into_string();
                let marks = ["data-field", "data-list", "data-object"];
                assert!(
                    marks.iter().any(|mark| drawn.contains(&format!("{mark}=\"{name}\""))),
                    "{kind}.{name}: {drawn}"
                );
                if let Some(text) = event["data"][name].as_str() {
                    let said = maud::html! { (text) }.into_string();
                    assert!(drawn.contains(&said), "{kind}.{name}: {drawn}");
                }
                assert!(!form.required(name) || drawn.contains("class=\"required\""), "{kind}.{name}: {drawn}");
            }
        }
    }

    #[test]
    fn what_an_event_says_stays_text_in_a_form() {
        let schema = wire::schema(Kind::Statement);
        let markup = "\"><script>alert(1)</script>";
        let form = Form::new(&schema);
        for (name, value) in [("words", json!(markup)), ("speaker", json!({"name": markup})), ("place", json!(markup))]
        {
            let drawn = form.field(name, &value).into_string();
            assert!(!drawn.contains("<script>"), "{drawn}");
        }
    }
}
