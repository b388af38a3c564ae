//! A field that is set as JSON, by its path.

use serde_json::{Value, json};

/// A field set as JSON.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    path: Vec<Key>,
    value: Value,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Field(String),
    Item(usize),
}

/// The highest place in a list that a path may name.
const MAX_ITEM: usize = 999;

impl Setting {
    /// `data.participants[0].level="HS"`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (path, value) = text.split_once('=').ok_or("a path, '=' and JSON, such as data.note='\"seen\"'")?;
        let value = serde_json::from_str(value)
            .map_err(|error| format!("{value:?} is no JSON ({error}); a text stands in quotes: '\"…\"'"))?;
        let mut keys = Vec::new();
        for part in path.split('.') {
            let mut pieces = part.split('[');
            let field = pieces.next().unwrap_or_default();
            if field.is_empty() {
                return Err(format!("{path:?} is no path; write data.participants[0].level"));
            }
            keys.push(Key::Field(field.to_owned()));
            for piece in pieces {
                let item =
                    piece.strip_suffix(']').and_then(|piece| piece.parse().ok()).filter(|item| *item <= MAX_ITEM);
                keys.push(Key::Item(
                    item.ok_or_else(|| format!("\"[{piece}\" is no place in a list, 0 to {MAX_ITEM}"))?,
                ));
            }
        }
        Ok(Self { path: keys, value })
    }

    /// Sets it, or removes it where it is null.
    pub(crate) fn apply(&self, document: &mut Value) {
        let (last, way) = self.path.split_last().expect("a path has a field at least");
        let mut at = document;
        for key in way {
            at = enter(at, key);
        }
        match (last, self.value.is_null()) {
            (Key::Field(field), true) => {
                at.as_object_mut().map(|map| map.shift_remove(field));
            }
            (Key::Item(item), true) => {
                at.as_array_mut().filter(|list| *item < list.len()).map(|list| list.remove(*item));
            }
            (key, false) => *enter(at, key) = self.value.clone(),
        }
    }
}

/// What stands under a key; made where it is not there.
fn enter<'v>(at: &'v mut Value, key: &Key) -> &'v mut Value {
    match key {
        Key::Field(field) => {
            if !at.is_object() {
                *at = json!({});
            }
            &mut at[field]
        }
        Key::Item(item) => {
            if !at.is_array() {
                *at = json!([]);
            }
            let list = at.as_array_mut().expect("it was made a list");
            list.resize(list.len().max(item + 1), Value::Null);
            &mut list[*item]
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Setting;

    #[test]
    fn a_path_leads_through_fields_and_lists_and_makes_what_is_not_there() {
        let mut document = json!({"data": {"note": "seen"}, "time": "now"});
        for text in
            ["data.participants[1].person.name=\"A\"", "data.note=null", "time=null", "data.order=-1", "motto=true"]
        {
            Setting::parse(text).expect("well-formed").apply(&mut document);
        }
        assert_eq!(
            document,
            json!({"data": {"participants": [null, {"person": {"name": "A"}}], "order": -1}, "motto": true})
        );
        Setting::parse("data.participants[0]=null").expect("well-formed").apply(&mut document);
        assert_eq!(document["data"]["participants"], json!([{"person": {"name": "A"}}]));
    }

    #[test]
    fn what_is_no_path_or_no_json_is_refused() {
        for text in ["data.note", "data.note=seen", ".note=1", "data.list[x]=1", "data.list[1=1", "data.list[1000]=1"] {
            assert!(Setting::parse(text).is_err(), "{text}");
        }
    }
}
