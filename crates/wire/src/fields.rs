//! Reading the fields of an object, noting every fault instead of stopping at the first.

use std::str::FromStr;

use serde_json::{Map, Value};
use summit::{BadId, Person, PersonId};

use crate::fault::{Fault, quoted};

/// An object at a path, and the list that its faults go to.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    path: String,
    /// Whether a null says the same as an absent field.
    null_is_unset: bool,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Fields<'a> {
    /// The attributes of an event. The JSON event format says that a null is an unset attribute; in `data`, which is
    /// ours, it is a fault.
    pub(crate) const fn attributes(map: &'a Map<String, Value>, faults: &'a mut Vec<Fault>) -> Self {
        Self { map, path: String::new(), null_is_unset: true, faults }
    }

    const fn inner(map: &'a Map<String, Value>, path: String, faults: &'a mut Vec<Fault>) -> Self {
        Self { map, path, null_is_unset: false, faults }
    }

    fn value(&self, name: &str) -> Option<&'a Value> {
        self.map.get(name).filter(|value| !(self.null_is_unset && value.is_null()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub(crate) fn fault(&mut self, name: &str, found: impl Into<String>, allowed: impl Into<String>) {
        let field = format!("{}{name}", self.path);
        self.faults.push(Fault::new(field.trim_end_matches('.'), found, allowed));
    }

    fn wrong(&mut self, name: &str, value: &Value, allowed: &str) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        };
        self.fault(name, kind, allowed);
    }

    /// An optional text, neither empty nor with control characters other than line breaks and tabs.
    pub(crate) fn string(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::String(text) if text.is_empty() => self.fault(name, "an empty string", "a text"),
            Value::String(text) if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) => {
                self.fault(name, quoted(text), "text without control characters");
            }
            Value::String(text) => return Some(text.clone()),
            value => self.wrong(name, value, "a string"),
        }
        None
    }

    /// An optional text that must parse.
    pub(crate) fn parsed<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Option<T> {
        match self.value(name)? {
            Value::String(text) => match text.parse() {
                Ok(value) => return Some(value),
                Err(BadId { found, allowed }) => self.fault(name, format!("{found:?}"), allowed),
            },
            value => self.wrong(name, value, "a string"),
        }
        None
    }

    pub(crate) fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.value(name)?;
        if value.as_i64().is_none() {
            self.fault(name, value.to_string(), "a whole number of 64 bits");
        }
        value.as_i64()
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.value(name)?;
        if value.as_bool().is_none() {
            self.wrong(name, value, "true or false");
        }
        value.as_bool()
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
            Value::Object(map) => {
                let path = format!("{}{name}.", self.path);
                read(&mut Fields::inner(map, path, self.faults))
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
            let at = format!("{name}[{index}]");
            if let Value::Object(map) = value {
                let path = format!("{}{at}.", self.path);
                list.extend(read(&mut Fields::inner(map, path, self.faults)));
            } else {
                self.wrong(&at, value, "an object");
            }
        }
        list
    }

    /// A list of texts that must parse, not empty.
    pub(crate) fn list<T: FromStr<Err = BadId>>(&mut self, name: &str) -> Option<Vec<T>> {
        if matches!(self.value(name), Some(Value::Array(items)) if items.is_empty()) {
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
            let at = format!("{name}[{index}]");
            match value {
                Value::String(text) => match text.parse() {
                    Ok(value) => list.push(value),
                    Err(BadId { found, allowed }) => self.fault(&at, format!("{found:?}"), allowed),
                },
                value => self.wrong(&at, value, "a string"),
            }
        }
        list
    }

    fn items(&mut self, name: &str) -> &'a [Value] {
        match self.value(name) {
            None => &[],
            Some(Value::Array(items)) => items,
            Some(value) => {
                self.wrong(name, value, "a list");
                &[]
            }
        }
    }

    pub(crate) fn person(&mut self, name: &str) -> Option<Person> {
        self.object(name, |fields| {
            let text = fields.string("name");
            let text = fields.required("name", text);
            let office = fields.string("office");
            let id = if fields.has("id") {
                fields.parsed("id")?
            } else if let Some(id) = PersonId::from_name(text.as_deref()?) {
                id
            } else {
                fields.fault("id", "nothing", "required where the name has no ASCII letter or digit");
                return None;
            };
            Some(Person { name: text?, id, office })
        })
    }
}
