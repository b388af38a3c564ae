//! JSON read strictly: UTF-8 (RFC 8259 section 8.1), no key twice in an object, a bounded depth.
//!
//! What is read borrows its texts from the bytes, as far as they hold no escapes, and keeps the order of its keys.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use summit::MAX_DOCUMENT_BYTES;

use crate::fault::{Fault, quoted};

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 32;
/// Among so many keys of an object, another one is looked for one by one.
const FEW_KEYS: usize = 32;
/// Most objects of a document hold so many members, and no more.
const USUAL_MEMBERS: usize = 8;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'a, str>),
    Array(Vec<Self>),
    Object(Object<'a>),
}

/// The members of an object, in the order of its author, no key twice.
pub(crate) type Object<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// The same as a value that is made already.
    fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::String(Cow::Borrowed(text)),
            Value::Array(items) => Self::Array(items.iter().map(Self::of).collect()),
            Value::Object(map) => Self::Object(members(map)),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(value),
            Self::Number(number) => Value::Number(number),
            Self::String(text) => Value::String(text.into_owned()),
            Self::Array(items) => Value::Array(items.into_iter().map(Self::into_value).collect()),
            Self::Object(members) => Value::Object(into_map(members)),
        }
    }

    /// Writes it without spaces.
    pub(crate) fn write(&self, to: &mut Vec<u8>, sorted: bool) {
        match self {
            Self::Null => to.extend(b"null"),
            Self::Bool(value) => to.extend(if *value { b"true".as_slice() } else { b"false" }),
            Self::Number(number) => written(number, to),
            Self::String(text) => written(text, to),
            Self::Array(items) => {
                to.push(b'[');
                for (number, item) in items.iter().enumerate() {
                    if number > 0 {
                        to.push(b',');
                    }
                    item.write(to, sorted);
                }
                to.push(b']');
            }
            Self::Object(members) => write(members.iter(), to, sorted),
        }
    }
}

/// Writes an object without spaces, its keys in the order of its author, or sorted, then those of all within it too.
pub(crate) fn write<'o>(members: impl Iterator<Item = &'o (Cow<'o, str>, Json<'o>)>, to: &mut Vec<u8>, sorted: bool) {
    let mut members: Vec<_> = members.collect();
    if sorted {
        members.sort_unstable_by(|(left, _), (right, _)| left.cmp(right));
    }
    to.push(b'{');
    for (number, (key, value)) in members.into_iter().enumerate() {
        if number > 0 {
            to.push(b',');
        }
        written(key, to);
        to.push(b':');
        value.write(to, sorted);
    }
    to.push(b'}');
}

fn written<T: serde::Serialize + ?Sized>(value: &T, to: &mut Vec<u8>) {
    serde_json::to_writer(to, value).expect("a JSON text or number can be written to memory");
}

/// The members of an object that is made already.
pub(crate) fn members(map: &Map<String, Value>) -> Object<'_> {
    map.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), Json::of(value))).collect()
}

/// An object by itself.
pub(crate) fn into_map(members: Object<'_>) -> Map<String, Value> {
    members.into_iter().map(|(key, value)| (key.into_owned(), value.into_value())).collect()
}

/// Reads a value that stands `depth` deep in its document. Its faults are those of `field`; they name line and column
/// within `bytes`.
pub(crate) fn parse<'a>(bytes: &'a [u8], depth: usize, field: &str) -> Result<Json<'a>, Fault> {
    bounded(bytes.len(), field)?;
    parse_any(bytes, depth, field)
}

/// The same, whatever its size.
pub(crate) fn parse_any<'a>(bytes: &'a [u8], depth: usize, field: &str) -> Result<Json<'a>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Fault::new(field, format!("a byte that is not UTF-8 at offset {}", error.valid_up_to()), "UTF-8")
    })?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let allowed = format!("one JSON object without repeated keys, nested at most {MAX_DEPTH} deep");
        Fault::new(field, error.to_string(), allowed)
    })
}

/// The value as one that owns its texts.
pub(crate) fn owned(value: Json<'_>) -> Value {
    value.into_value()
}

/// Refuses what has more bytes than a document may have.
pub(crate) fn bounded(bytes: usize, field: &str) -> Result<(), Fault> {
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    Err(Fault::new(field, format!("{bytes} bytes"), format!("at most {MAX_DOCUMENT_BYTES} bytes")))
}

/// Reads any value, counting how deep it stands.
#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nesting deeper than {MAX_DEPTH}")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Json<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Json<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json<'de>, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json<'de>, E> {
        Ok(Json::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json<'de>, A::Error> {
        let inner = self.deeper()?;
        let mut members: Object<'de> = Vec::with_capacity(USUAL_MEMBERS);
        let mut many: HashSet<Cow<'de, str>> = HashSet::new();
        while let Some(key) = entries.next_key_seed(Key)? {
            let twice = if members.len() < FEW_KEYS {
                members.iter().any(|(known, _)| *known == key)
            } else {
                if many.is_empty() {
                    many.extend(members.iter().map(|(known, _)| known.clone()));
                }
                !many.insert(key.clone())
            };
            if twice {
                return Err(A::Error::custom(format_args!("the key {} twice", quoted(&key))));
            }
            let value = entries.next_value_seed(inner)?;
            members.push((key, value));
        }
        Ok(Json::Object(members))
    }
}

/// Reads a key of an object, as it stands there where it can.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(value.to_owned()))
    }
}
