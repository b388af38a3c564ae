//! Reading the fields of an object, noting every fault instead of stopping at the first.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use summit::{BadId, Person, PersonId};

use crate::fault::{Fault, quoted};
use crate::json::Json;

/// An object at a path, and the list that its faults go to.
pub(crate) struct Fields<'a> {
    members: &'a [(Cow<'a, str>, Json<'a>)],
    path: Path<'a>,
    /// Whether a null says the same as an absent field.
    null_is_unset: bool,
    faults: &'a mut Vec<Fault>,
}

/// Where an object stands: written out only where there is a fault.
struct Path<'a> {
    /// Nothing at the document itself.
    within: Option<&'a Self>,
    name: &'a str,
    /// Which one of a list.
    item: Option<usize>,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(within) = self.within else { return Ok(()) };
        write!(f, "{within}{}", self.name)?;
        match self.item {
            Some(item) => write!(f, "[{item}]."),
            None => f.write_str("."),
        }
    }
}

impl<'a> Fields<'a> {
    /// The attributes of an event. The JSON event format says that a null is an unset attribute; in `data`, which is
    /// ours, it is a fault.
    pub(crate) const fn attributes(members: &'a [(Cow<'a, str>, Json<'a>)], faults: &'a mut Vec<Fault>) -> Self {
        Self { members, path: Path { within: None, name: "", item: None }, null_is_unset: true, faults }
    }

    fn value(&self, name: &str) -> Option<&'a Json<'a>> {
        let found = self.members.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        found.filter(|value| !(self.null_is_unset && matches!(value, Json::Null)))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn fault(&mut self, name: &str, found: impl Into<String>, allowed: impl Into<String>) {
        let field = format!("{}{name}", self.path);
        self.faults.push(Fault::new(field.trim_end_matches('.'), found, allowed));
    }

    fn wrong(&mut self, name: &str, value: &Json<'_>, allowed: &str) {
        let kind = match value {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        };
        self.fault(name, kind, allowed);
    }

    /// An optional text, neither empty nor with control characters other than line breaks and tabs.
    pub(crate) fn text(&mut self, name: &str) -> Option<&'a str> {
        match self.value(name)? {
            Json::String(text) if text.is_empty() => self.fault(name, "an empty string", "a text"),
            Json::String(text) if has_controls(text) => {
                self.fault(name, quoted(text), "text without control characters");
            }
            Json::String(text) => return Some(text),
            value => self.wrong(name, value, "a string"),
        }
        None
    }

    /// The same, to keep.
    pub(crate) fn string(&mut self, name: &str) -> Option<String> {
        self.text(name).map(ToOwned::to_owned)
    }

    /// An optional text that must parse.
    pub(crate) fn parsed<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Option<T> {
        match self.value(name)? {
            Json::String(text) => match text.parse() {
                Ok(value) => return Some(value),
                Err(BadId { found, allowed }) => self.fault(name, format!("{found:?}"), allowed),
            },
            value => self.wrong(name, value, "a string"),
        }
        None
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        let whole = if let Json::Number(number) = value { number.as_i64() } else { None };
        if whole.is_none() {
            let mut found = Vec::new();
            value.write(&mut found, false);
            self.fault(name, String::from_utf8_lossy(&found), "a whole number of 64 bits");
        }
        whole
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        if let Json::Bool(value) = value {
            return Some(*value);
        }
        self.wrong(name, value, "true or false");
        None
    }

    /// Notes a fault where a required field is absent; a fault of its value is noted by whoever read it.
    pub(crate) fn required<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        if !self.has(name) {
            self.fault(name, "nothing", "this field is required");
        }
        value
    }

    /// An optional object, read by `read`.
    pub(crate) fn object<T>(&mut self, name: &str, read: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> Option<T> {
        match self.value(name)? {
            Json::Object(members) => {
                let path = Path { within: Some(&self.path), name, item: None };
                read(&mut Fields { members, path, null_is_unset: false, faults: self.faults })
            }
            value => {
                self.wrong(name, value, "an object");
                None
            }
        }
    }

    /// A list of objects, each read by `read`; empty where absent.
    pub(crate) fn objects<T>(&mut self, name: &str, read: impl Fn(&mut Fields<'_>) -> Option<T>) -> Vec<T> {
        let mut list = Vec::new();
        for (index, value) in self.items(name).iter().enumerate() {
            if let Json::Object(members) = value {
                let path = Path { within: Some(&self.path), name, item: Some(index) };
                list.extend(read(&mut Fields { members, path, null_is_unset: false, faults: self.faults }));
            } else {
                self.wrong(&format!("{name}[{index}]"), value, "an object");
            }
        }
        list
    }

    /// A list of texts that must parse, not empty.
    pub(crate) fn list<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Option<Vec<T>> {
        if matches!(self.value(name), Some(Json::Array(items)) if items.is_empty()) {
            self.fault(name, "an empty list", "at least one entry");
            return None;
        }
        Some(self.perhaps_empty(name))
    }

    /// A list of texts that must parse, perhaps empty; empty where absent.
    pub(crate) fn perhaps_empty<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Vec<T> {
        let items = self.items(name);
        let mut list = Vec::new();
        for (index, value) in items.iter().enumerate() {
            match value {
                Json::String(text) => match text.parse() {
                    Ok(value) => list.push(value),
                    Err(BadId { found, allowed }) => {
                        self.fault(&format!("{name}[{index}]"), format!("{found:?}"), allowed);
                    }
                },
                value => self.wrong(&format!("{name}[{index}]"), value, "a string"),
            }
        }
        list
    }

    fn items(&mut self, name: &str) -> &'a [Json<'a>] {
        match self.value(name) {
            None => &[],
            Some(Json::Array(items)) => items,
            Some(value) => {
                self.wrong(name, value, "a list");
                &[]
            }
        }
    }

    pub(crate) fn person(&mut self, name: &str) -> Option<Person> {
        self.object(name, |fields| {
            let text = fields.text("name");
            let text = fields.required("name", text);
            let office = fields.string("office");
            let id = if fields.has("id") {
                fields.parsed("id")?
            } else if let Some(id) = PersonId::from_name(text?) {
                id
            } else {
                fields.fault("id", "nothing", "required where the name has no ASCII letter or digit");
                return None;
            };
            Some(Person { name: text?.to_owned(), id, office })
        })
    }
}

/// Whether a text holds control characters other than line breaks and tabs.
fn has_controls(text: &str) -> bool {
    // What begins none of them, in UTF-8, is passed over at once.
    text.bytes().any(|byte| byte < 0x20 || matches!(byte, 0x7f | 0xc2))
        && text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r'))
}
