//! JSON read strictly: UTF-8 (RFC 8259 section 8.1), no key twice in an object, a bounded depth.

use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use summit::MAX_DOCUMENT_BYTES;

use crate::fault::{Fault, quoted};

/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 32;

/// Reads a value that stands `depth` deep in its document. Its faults are those of `field`; they name line and column
/// within `bytes`.
pub(crate) fn parse(bytes: &[u8], depth: usize, field: &str) -> Result<Value, Fault> {
    bounded(bytes.len(), field)?;
    parse_any(bytes, depth, field)
}

/// The same, whatever its size.
pub(crate) fn parse_any(bytes: &[u8], depth: usize, field: &str) -> Result<Value, Fault> {
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
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {} twice", quoted(&key))));
            }
            let value = entries.next_value_seed(inner)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
