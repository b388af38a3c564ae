//! SHA-256 of entries, alone and in a chain.

use std::fmt;
use std::str::FromStr;

use chronicle::Entry;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::codec;

/// A SHA-256. The digest of nothing yet, where a chain begins, is all zeros.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// How many bytes a digest takes.
pub(super) const DIGEST_BYTES: usize = 32;

impl Digest {
    /// Of bytes.
    pub fn of_bytes(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Of one entry, its position included.
    pub fn of(entry: &Entry) -> Self {
        Self::default().then(entry)
    }

    /// Of what an entry says, wherever and whenever it was stored.
    pub fn of_content(entry: &Entry) -> Self {
        let mut encoded = Vec::new();
        codec::write_content(&mut encoded, entry);
        Self::of_bytes(&[&encoded])
    }

    /// The chain so far, one entry on.
    #[must_use]
    pub fn then(self, entry: &Entry) -> Self {
        let mut encoded = Vec::new();
        codec::write(&mut encoded, entry);
        self.then_encoded(entry.position.get(), &encoded)
    }

    pub(super) fn then_encoded(self, position: u64, encoded: &[u8]) -> Self {
        Self::of_bytes(&[&self.0, &position.to_le_bytes(), encoded])
    }

    pub(super) const fn bytes(&self) -> &[u8; DIGEST_BYTES] {
        &self.0
    }

    pub(super) const fn from_bytes(bytes: [u8; DIGEST_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its first digits, for people.
    pub fn short(&self) -> String {
        self.to_string().chars().take(12).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("found \"{}\", allowed are 64 hexadecimal digits", text.escape_debug());
        let digits: Option<Vec<u8>> =
            text.chars().map(|c| c.to_digit(16).map(|digit| digit.to_le_bytes()[0])).collect();
        let digits = digits.filter(|digits| digits.len() == 2 * DIGEST_BYTES).ok_or_else(wrong)?;
        let mut bytes = [0; DIGEST_BYTES];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
