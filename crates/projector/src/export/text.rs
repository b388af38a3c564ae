//! What may stand in a cell or in XML, and how things are named.

use std::borrow::Cow;

use summit::{Attribution, Named, OrganisationId, PartyId, Person};

use crate::view::View;

/// What a spreadsheet takes for the beginning of a formula, also in full width.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Why writing to a text does not fail.
pub(super) const TEXT: &str = "a text takes what is written";

/// Whether a spreadsheet may take a text for a formula, be it behind apostrophes and white space.
fn is_live(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(FORMULA)
}

/// A text that no spreadsheet takes for a formula: an apostrophe stands before one that begins with `=`, `+`, `-`, `@`
/// (also in full width, behind white space or behind apostrophes), a tab or a line break. [`undefused`] takes it away.
pub fn defused(text: &str) -> Cow<'_, str> {
    if is_live(text) { format!("'{text}").into() } else { text.into() }
}

/// The text that was [`defused`]: the same for every text.
pub fn undefused(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| is_live(rest)).unwrap_or(text)
}

/// A text as XML and calendars take it: other control characters than line breaks and tabs are shown as U+FFFD, and a line
/// ends with a line feed.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let shown = |c: char| match c {
        '\n' | '\t' => c,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// Whether a text is a web address as it stands.
pub(super) fn is_web(url: &str) -> bool {
    let scheme = url.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    let plain = url
        .bytes()
        .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'));
    plain && scheme.is_some_and(|(scheme, rest)| matches!(scheme.as_str(), "http" | "https") && !rest.is_empty())
}

/// Who says so, nearest first: `Korea Herald, citing Government of Kazakhstan`.
pub(super) fn chain(attribution: &[Attribution]) -> String {
    attribution.iter().map(|link| link.name.as_str()).collect::<Vec<_>>().join(", citing ")
}

impl View<'_> {
    /// The name of a party at the vantage, where it has one beside its code.
    pub(super) fn name_of_party(&self, party: &PartyId) -> Option<String> {
        self.named_so(&Named::Party(party.clone()))
    }

    /// The name of an organisation at the vantage; its slug, where it has no other.
    pub(super) fn name_of_organisation(&self, organisation: &OrganisationId) -> String {
        self.named_so(&Named::Organisation(organisation.clone())).unwrap_or_else(|| organisation.to_string())
    }

    /// The name of somebody at the vantage, whatever an event calls them; what it calls them where they have no other.
    pub(super) fn name_of_person(&self, person: &Person) -> String {
        self.named_so(&Named::Person(person.id.clone())).unwrap_or_else(|| person.name.clone())
    }

    fn named_so(&self, of: &Named) -> Option<String> {
        self.called(of).map(Cow::into_owned)
    }
}
