//! Identifiers, each a type of its own, parsed once at the edge.
//!
//! `vocabulary.md` fixes their forms: slugs for organisations, meetings, instruments and people; ISO 3166-1
//! alpha-3, ISO 3166-3 alpha-4 or an organisation's slug for parties; UUIDs for events.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use compact_str::CompactString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

/// The longest slug, in bytes.
pub const MAX_SLUG_BYTES: usize = 63;
/// The longest token (a status, a capacity), in bytes.
pub const MAX_TOKEN_BYTES: usize = 63;

/// Why a text is not the identifier it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("found {found:?}, allowed is {allowed}")]
pub struct BadId {
    /// What stood there, shortened to a readable length.
    pub found: String,
    /// What may stand there.
    pub allowed: Cow<'static, str>,
}

impl BadId {
    /// A refusal of `found`, which is cut to 80 characters so that a message stays a message.
    pub fn new(found: &str, allowed: impl Into<Cow<'static, str>>) -> Self {
        let mut shown: String = found.chars().take(80).collect();
        if shown.len() < found.len() {
            shown.push('…');
        }
        Self { found: shown, allowed: allowed.into() }
    }
}

const SLUG: &str = "a slug: 1 to 63 of a-z, 0-9 and '-', beginning with a letter or digit";
const PARTY: &str =
    "an ISO 3166-1 alpha-3 code (KAZ), an ISO 3166-3 alpha-4 code (SUHH) or an organisation's slug (un)";
const TOKEN: &str = "1 to 63 of a-z and '_'";

fn is_slug(text: &str) -> bool {
    let bytes = text.as_bytes();
    !bytes.is_empty()
        && bytes.len() <= MAX_SLUG_BYTES
        && bytes[0] != b'-'
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_TOKEN_BYTES && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

fn is_party(text: &str) -> bool {
    match text.len() {
        3 if text.bytes().all(|b| b.is_ascii_uppercase()) => rust_iso3166::from_alpha3(text).is_some(),
        4 if text.bytes().all(|b| b.is_ascii_uppercase()) => rust_iso3166::iso3166_3::from_code(text).is_some(),
        _ => is_slug(text),
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $check:ident, $allowed:ident, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(CompactString);

        impl $name {
            /// The identifier as it is written.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            fn from_str(text: &str) -> Result<Self, BadId> {
                if $check(text) { Ok(Self(text.into())) } else { Err(BadId::new(text, $allowed)) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::written(deserializer)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern, "description": $allowed })
            }
        }
    };
}

text_id!(
    /// An organisation's slug, such as `sco`.
    OrganisationId, is_slug, SLUG, "^[a-z0-9][a-z0-9-]{0,62}$"
);
text_id!(
    /// A meeting's slug, such as `sco-astana-2024`.
    MeetingId, is_slug, SLUG, "^[a-z0-9][a-z0-9-]{0,62}$"
);
text_id!(
    /// An instrument's slug, such as `astana-declaration-2024`.
    InstrumentId, is_slug, SLUG, "^[a-z0-9][a-z0-9-]{0,62}$"
);
text_id!(
    /// A person's slug, such as `xi-jinping`.
    PersonId, is_slug, SLUG, "^[a-z0-9][a-z0-9-]{0,62}$"
);
text_id!(
    /// A party: a state by its ISO 3166-1 alpha-3 code, a former state by its ISO 3166-3 alpha-4 code, or the slug
    /// of an organisation or of an entity outside the standards.
    PartyId, is_party, PARTY, "^([A-Z]{3,4}|[a-z0-9][a-z0-9-]{0,62})$"
);
text_id!(
    /// A status that a party holds in an organisation: an open list of tokens (`member`, `observer` …). `none`
    /// says that no status is held and stands only in a `standing`.
    Status, is_token, TOKEN, "^[a-z_]{1,63}$"
);
text_id!(
    /// The capacity in which a delegation takes part: an open list of tokens (`member`, `guest_of_chair` …).
    Capacity, is_token, TOKEN, "^[a-z_]{1,63}$"
);
text_id!(
    /// What a tally counts: a status, `delegations`, `population` …; an open list of tokens.
    Tallied, is_token, TOKEN, "^[a-z_]{1,63}$"
);

impl PartyId {
    /// The English short name in ISO 3166 of a state or former state; nothing for organisations.
    pub fn iso_name(&self) -> Option<&'static str> {
        match self.0.len() {
            3 => rust_iso3166::from_alpha3(&self.0).map(|code| code.name),
            4 => rust_iso3166::iso3166_3::from_code(&self.0).map(|code| code.name),
            _ => None,
        }
    }
}

impl PersonId {
    /// The slug of a name: NFKD, ASCII letters and digits in lower case, everything else a single `-`.
    /// Nothing where no letter or digit is left, as for a name in another script.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut slug = String::new();
        for c in name.nfkd() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if unicode_normalization::char::is_combining_mark(c) || c == '\'' || c == '’' {
                // A mark belongs to the letter before it; an apostrophe joins.
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= MAX_SLUG_BYTES {
                break;
            }
        }
        slug.truncate(MAX_SLUG_BYTES);
        slug.trim_end_matches('-').parse().ok()
    }
}

impl Status {
    /// The status `member`.
    pub fn member() -> Self {
        Self(CompactString::const_new("member"))
    }

    /// `none`: the party is said to hold no status.
    pub fn none() -> Self {
        Self(CompactString::const_new("none"))
    }

    /// Whether this is `none`.
    pub fn is_none(&self) -> bool {
        self.0 == "none"
    }
}

/// The id of an event: a UUID. The same id is the same event, however often it is sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(Uuid);

impl EventId {
    /// Wraps a UUID that was made elsewhere.
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID itself.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for EventId {
    type Err = BadId;

    /// Reads the hyphenated form, in either case: one id, one text.
    fn from_str(text: &str) -> Result<Self, BadId> {
        let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
        match Uuid::try_parse(text) {
            Ok(uuid) if hyphenated => Ok(Self(uuid)),
            _ => Err(BadId::new(text, "a UUID such as d0653777-6d69-536b-a4fd-52d10a1fb517")),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0.as_hyphenated(), f)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::written(deserializer)
    }
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for EventId {
    fn schema_name() -> Cow<'static, str> {
        "EventId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "uuid",
            "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        })
    }
}

/// The place of an entry in the chronicle: 1 for the first, without gaps. It orders knowledge, never the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Position(u64);

impl Position {
    /// Before the first entry: the tail of an empty chronicle.
    pub const START: Self = Self(0);

    /// The position with this number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The position right behind this one. The greatest of all has none, no log comes so far, and stays: whoever asks says
    /// any number.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Position {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        text.parse().map(Self).map_err(|_| BadId::new(text, "a position: a whole number from 0"))
    }
}
