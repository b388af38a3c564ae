//! An entry as bytes: little-endian numbers, every text and list behind its length. The position is not among them; it
//! is one more than the one before.

use bytes::{Buf, BufMut, Bytes};
use chronicle::Entry;
use jiff::Timestamp;
use summit::Position;

/// Writes an entry.
pub(super) fn write(into: &mut Vec<u8>, entry: &Entry) {
    write_time(into, entry.stored_at);
    write_content(into, entry);
}

/// Writes what an entry says, without time and place.
pub(super) fn write_content(into: &mut Vec<u8>, entry: &Entry) {
    write_bytes(into, entry.subject.as_bytes());
    write_length(into, entry.headers.len());
    for (name, value) in &entry.headers {
        write_bytes(into, name.as_bytes());
        write_bytes(into, value.as_bytes());
    }
    write_bytes(into, &entry.bytes);
}

/// Reads an entry, if one stands there.
pub(super) fn read(from: &mut Bytes, position: Position) -> Option<Entry> {
    let stored_at = read_time(from)?;
    let subject = read_text(from)?;
    let count = from.try_get_u32_le().ok()?;
    let headers: Option<Vec<(String, String)>> =
        (0..count).map(|_| Some((read_text(from)?, read_text(from)?))).collect();
    Some(Entry { position, stored_at, subject, headers: headers?, bytes: read_bytes(from)? })
}

pub(super) fn write_time(into: &mut Vec<u8>, time: Timestamp) {
    into.put_i64_le(time.as_second());
    into.put_i32_le(time.subsec_nanosecond());
}

pub(super) fn read_time(from: &mut impl Buf) -> Option<Timestamp> {
    let (seconds, nanoseconds) = (from.try_get_i64_le().ok()?, from.try_get_i32_le().ok()?);
    Timestamp::new(seconds, nanoseconds).ok()
}

fn write_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    write_length(into, bytes.len());
    into.put_slice(bytes);
}

fn write_length(into: &mut Vec<u8>, length: usize) {
    // An entry that long is refused before: see `MAX_ENTRY_BYTES`.
    into.put_u32_le(u32::try_from(length).unwrap_or(u32::MAX));
}

fn read_bytes(from: &mut Bytes) -> Option<Bytes> {
    let length = usize::try_from(from.try_get_u32_le().ok()?).ok()?;
    (length <= from.len()).then(|| from.split_to(length))
}

fn read_text(from: &mut Bytes) -> Option<String> {
    String::from_utf8(read_bytes(from)?.to_vec()).ok()
}
