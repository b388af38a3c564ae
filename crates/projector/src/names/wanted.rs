//! Which name is wanted, and which is shown: the one that is borne at the vantage, in the wanted language.

use std::fmt;
use std::str::FromStr;

use summit::{Answer, BadId, Cutoff, NameForm};

use super::fold::{Borne, Origin};

/// The longest language tag, in bytes.
const MAX_LANGUAGE_BYTES: usize = 35;
/// The language of names where none is wanted: that of ISO 3166's names and of the interface.
const DEFAULT: &str = "en";

/// Why a text is no language.
pub type BadLanguage = BadId;

/// A language as BCP 47 writes it, such as `en`, `en-GB` or `zh-Hans`; its letters may be of either case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language(String);

impl Language {
    /// The tag as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How well a name of a language fits: the very one, then ever wider ones (`en` for `en-GB`), then others of the same
    /// first part, then English, then one that does not say, then any.
    fn distance(&self, of: Option<&str>) -> usize {
        const OTHERS: usize = MAX_LANGUAGE_BYTES;
        let Some(of) = of else { return OTHERS + 2 };
        let parts = |tag: &str| tag.split('-').map(str::to_ascii_lowercase).collect::<Vec<_>>();
        let (own, of) = (parts(&self.0), parts(of));
        if own.starts_with(&of) {
            own.len() - of.len()
        } else if own.first() == of.first() {
            OTHERS
        } else if of.first().is_some_and(|first| first == DEFAULT) {
            OTHERS + 1
        } else {
            OTHERS + 3
        }
    }
}

impl Default for Language {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl FromStr for Language {
    type Err = BadLanguage;

    fn from_str(text: &str) -> Result<Self, BadLanguage> {
        let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let first = text.split('-').next().unwrap_or_default();
        let tag = text.len() <= MAX_LANGUAGE_BYTES
            && first.bytes().all(|byte| byte.is_ascii_alphabetic())
            && text.split('-').all(part);
        if tag {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadId::new(text, "a language (BCP 47) such as en, en-GB or zh-Hans"))
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Which name is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WantedName {
    /// In which language; others stand in where there is none.
    pub language: Language,
    /// Whether the official name is wanted before a short one: for a heading or a document, not for a table.
    pub official: bool,
}

impl WantedName {
    /// How well the form of a name fits, best first. A short name is one that a table has room for; a name of no stated
    /// form may be anything; ISO's is not dated and nobody's claim; an abbreviation says little to who does not know it.
    fn rank(&self, name: &Borne<'_>) -> u8 {
        match (name.origin, name.form) {
            (Origin::Standard, _) => 4,
            (Origin::Passing, _) => 3,
            (Origin::Given, Some(NameForm::Short)) => 2 * u8::from(self.official),
            (Origin::Given, Some(NameForm::Official)) => 2 * u8::from(!self.official),
            (Origin::Given, None) => 1,
            (Origin::Given, Some(NameForm::Abbreviation)) => 5,
            (Origin::Given, Some(NameForm::Alias)) => 6,
            (Origin::Given, Some(NameForm::Former)) => 7,
        }
    }

    /// The name that is shown, whether it is borne at the cutoff, and those that are as good.
    pub(super) fn choose<'n, 'a>(
        &self,
        names: &'n [Borne<'a>],
        at: &Cutoff,
    ) -> Option<(&'n Borne<'a>, Answer, Vec<&'n Borne<'a>>)> {
        let fit = |name: &Borne<'_>| (self.language.distance(name.language), self.rank(name));
        let held = names.iter().map(|name| (name, name.holds(at))).filter(|(_, answer)| *answer != Answer::No);
        let best = held.clone().min_by_key(|(name, answer)| {
            (fit(name), std::cmp::Reverse(*answer), std::cmp::Reverse(name.weight()), name.name)
        });
        let Some((best, answer)) = best else {
            return self.fallback(names, at).map(|name| (name, Answer::No, Vec::new()));
        };
        let as_good = |(name, other): &(&'n Borne<'a>, Answer)| {
            name.name != best.name
                && name.origin == Origin::Given
                && best.origin == Origin::Given
                && fit(name) == fit(best)
                && *other == answer
                && (answer == Answer::Possibly || name.authority() == best.authority())
        };
        let mut others: Vec<&Borne<'a>> = held.filter(as_good).map(|(name, _)| name).collect();
        others.sort_by_key(|name| name.name);
        others.dedup_by_key(|name| name.name);
        Some((best, answer, others))
    }

    /// Where none is borne: the next one to come, or else the one that ended last.
    fn fallback<'n, 'a>(&self, names: &'n [Borne<'a>], at: &Cutoff) -> Option<&'n Borne<'a>> {
        let fit = |name: &&Borne<'_>| (self.language.distance(name.language), self.rank(name));
        let to_come = names.iter().filter(|name| name.begins(at) == Answer::No);
        let to_come =
            to_come.min_by_key(|name| (fit(name), name.since.range.earliest, std::cmp::Reverse(name.weight())));
        to_come.or_else(|| {
            let ended = |name: &&Borne<'_>| name.until.as_ref().map(|until| until.range.latest);
            names
                .iter()
                .min_by_key(|name| (fit(name), std::cmp::Reverse(ended(name)), std::cmp::Reverse(name.weight())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn where_a_language_is_missing_english_stands_in_before_any_other() {
        let order = |wanted: &str| {
            let wanted: Language = wanted.parse().expect("a language");
            let mut tags = [Some("th"), None, Some("EN"), Some("de-CH"), Some("de"), Some("de-AT")];
            tags.sort_by_key(|tag| wanted.distance(*tag));
            tags
        };
        assert_eq!(order("de-AT"), [Some("de-AT"), Some("de"), Some("de-CH"), Some("EN"), None, Some("th")]);
        assert_eq!(order("fr")[..2], [Some("EN"), None]);
        assert_eq!(order("en")[..2], [Some("EN"), None]);
    }
}
