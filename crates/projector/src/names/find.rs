//! Finding things by any of their names.
//!
//! The words of a text lead to what any event calls by such words; what the names are from here, and which of them are
//! borne, the fold tells. Cost: that of the names of the things that are looked at, which are bounded, never of the whole
//! history.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use summit::{Answer, Named};

use super::claims::twin;
use super::fold::{Borne, Turn};
use super::identifier;
use super::plain::{plain, words};
use super::wanted::WantedName;
use crate::answer::{Found, Hit, Matched, MatchedBy, What};
use crate::nearest::MOST;
use crate::view::{Near, View};

/// How many hits are answered.
pub const MAX_HITS: usize = 20;
/// How many things are looked at; where a text leads to more, those of whole words.
const LOOKED_AT: usize = 500;
/// How many things are gathered for one word.
const GATHERED: usize = 20_000;
/// How many words of a text are looked up.
const WORDS: usize = 12;
/// How many known words are compared with one that leads to nothing.
const COMPARED: usize = 100_000;
/// How many of them stand in for it.
const STAND_INS: usize = 3;
/// So many letters they may have more or less.
const LETTERS: usize = 3;
/// How alike words or names must be: 1 is the same (Jaro-Winkler similarity).
const ALIKE: f64 = 0.8;

/// A text that is looked for.
struct Sought<'t> {
    text: &'t str,
    plain: String,
    words: Vec<String>,
}

/// Things, each with how many words of a text are whole words of its names.
type Leads = BTreeMap<Named, usize>;

impl View<'_> {
    /// What is called by a text, of all or of one kind: by an identifier, a name, how a name begins, its words or how they begin; where nothing
    /// is, what is spelt alike. What fits best comes first, of that what bears the name at the vantage. At most
    /// [`MAX_HITS`].
    pub fn find(&self, text: &str, only: Option<What>) -> Found {
        let wanted = self.wanted();
        let mut hits = self.search(text, only, &wanted);
        let more = hits.len() > MAX_HITS;
        hits.truncate(MAX_HITS);
        let (text, language) = (text.to_owned(), wanted.language.to_string());
        Found { text, token: self.token().clone(), language, hits, more }
    }

    /// What may be meant by a text that is the identifier of nothing: what is called by it, then what identifiers are spelt
    /// like it, then what names are.
    pub(crate) fn near(&self, what: &str, text: &str, spelt: Vec<String>) -> Vec<Near> {
        let wanted = self.wanted();
        let only = what.parse::<What>().ok();
        let hits = only.map_or_else(Vec::new, |only| self.search(text, Some(only), &wanted));
        let (alike, called): (Vec<Hit>, Vec<Hit>) = hits.into_iter().partition(|hit| hit.by == MatchedBy::Alike);
        let named = |identifier: String| {
            let of = only.and_then(|only| only.named(&identifier));
            let name = of.and_then(|of| self.shown_name(&of, &wanted)).map(|shown| shown.name.into_owned());
            Near { identifier, name }
        };
        let mut near: Vec<Near> = called.iter().map(Hit::near).collect();
        near.extend(spelt.into_iter().map(named));
        near.extend(alike.iter().map(Hit::near));
        let mut seen = BTreeSet::new();
        near.retain(|one| seen.insert(one.identifier.clone()));
        near.truncate(MOST);
        near
    }

    /// All hits among those of a kind, the best first.
    fn search(&self, text: &str, only: Option<What>, wanted: &WantedName) -> Vec<Hit> {
        let of = &|one: &Named| only.is_none_or(|only| only == What::of(one));
        let words: Vec<String> = words(text).into_iter().take(WORDS).collect();
        let sought = Sought { text: text.trim(), plain: plain(text), words };
        if sought.words.is_empty() {
            return Vec::new();
        }
        let leads = sought.words.iter().map(|word| self.begun_by(word, of));
        let hits = self.hits(&sought, &all_of(leads), wanted, false);
        if hits.is_empty() { self.hits(&sought, &self.alike(&sought, of), wanted, true) } else { hits }
    }

    /// What is called by a word that begins so.
    fn begun_by(&self, beginning: &str, of: &dyn Fn(&Named) -> bool) -> Leads {
        let mut leads = Leads::new();
        for (word, called) in self.index.words_from(beginning).take_while(|(word, _)| word.starts_with(beginning)) {
            let whole = usize::from(word == beginning);
            for one in called.iter().flat_map(|one| std::iter::once(one.clone()).chain(twin(one))).filter(|one| of(one))
            {
                leads.entry(one).or_insert(whole);
            }
            if leads.len() >= GATHERED {
                break;
            }
        }
        leads
    }

    /// What is called by words like these; by one of them, where nothing is by all.
    fn alike(&self, sought: &Sought<'_>, of: &dyn Fn(&Named) -> bool) -> Leads {
        let each: Vec<Leads> = sought
            .words
            .iter()
            .map(|word| {
                let leads = self.begun_by(word, of);
                if leads.is_empty() {
                    self.stand_ins(word).iter().flat_map(|other| self.begun_by(other, of)).collect()
                } else {
                    leads
                }
            })
            .collect();
        let leads = all_of(each.iter().cloned());
        if leads.is_empty() { each.into_iter().flatten().collect() } else { leads }
    }

    /// Known words that are like one.
    fn stand_ins(&self, word: &str) -> Vec<String> {
        let length = |word: &str| word.chars().count();
        let own = length(word);
        let near = self.index.words_from("").take(COMPARED).map(|(other, _)| other);
        let near = near.filter(|other| length(other).abs_diff(own) <= LETTERS);
        let mut near: Vec<(f64, &String)> = near.map(|other| (strsim::jaro_winkler(word, other), other)).collect();
        near.retain(|(likeness, _)| *likeness >= ALIKE);
        near.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(right.1)));
        near.into_iter().take(STAND_INS).map(|(_, other)| other.clone()).collect()
    }

    /// What a text fits of these things.
    fn hits(&self, sought: &Sought<'_>, leads: &Leads, wanted: &WantedName, alike: bool) -> Vec<Hit> {
        let mut leads: Vec<(&Named, usize)> = leads.iter().map(|(one, whole)| (one, *whole)).collect();
        leads.sort_by_key(|(one, whole)| (Reverse(*whole), identifier(one).len()));
        let looked_at = leads.into_iter().take(LOOKED_AT).filter(|(one, _)| self.is_named(one));
        let mut hits: Vec<_> = looked_at.filter_map(|(one, _)| self.hit(sought, one, wanted, alike)).collect();
        hits.sort_by(|(left, one), (right, other)| left.order(right).then_with(|| one.of.cmp(&other.of)));
        hits.into_iter().map(|(_, hit)| hit).collect()
    }

    /// How a text fits one thing, with what sorts it among others; nothing where it does not.
    fn hit(&self, sought: &Sought<'_>, of: &Named, wanted: &WantedName, alike: bool) -> Option<(Rank, Hit)> {
        let names = self.borne(of);
        let by_name = names.iter().filter_map(|name| {
            let (by, apart) = sought.fits(name.name, alike)?;
            Some((Rank { by, borne: name.holds(&self.cutoff), apart }, Some(name)))
        });
        let fits = if identifier(of).eq_ignore_ascii_case(sought.text) {
            Some((MatchedBy::Identifier, 0.0))
        } else {
            sought.fits(identifier(of), alike).map(|(by, apart)| (by.max(MatchedBy::Words), apart))
        };
        let by_identifier = fits.map(|(by, apart)| (Rank { by, borne: Answer::Yes, apart }, None));
        let (rank, matched) = by_name.chain(by_identifier).min_by(|(one, _), (other, _)| one.order(other))?;
        let shown = self.choose(&names, wanted);
        // An identifier in other letters may be meant as a name.
        let as_name = || names.iter().filter(|name| sought.is(name.name)).max_by_key(|name| name.holds(&self.cutoff));
        let other_letters = rank.by == MatchedBy::Identifier && identifier(of) != sought.text;
        let matched = if other_letters { as_name() } else { matched };
        let hit = Hit {
            of: of.clone(),
            by: rank.by,
            name: shown.map(|shown| shown.name),
            matched: matched.map(|name| self.matched(name)),
        };
        Some((rank, hit))
    }

    fn matched(&self, name: &Borne<'_>) -> Matched {
        Matched {
            name: name.name.to_owned(),
            language: name.language.map(ToOwned::to_owned),
            form: name.form,
            answer: name.holds(&self.cutoff),
            since: name.since.dated(),
            until: name.until.as_ref().map(Turn::dated),
        }
    }
}

/// What sorts hits.
struct Rank {
    by: MatchedBy,
    /// Whether the name is borne at the vantage.
    borne: Answer,
    /// How far text and name are apart; 0 is the same.
    apart: f64,
}

impl Rank {
    fn order(&self, other: &Self) -> Ordering {
        let (one, two) = ((self.by, Reverse(self.borne)), (other.by, Reverse(other.borne)));
        one.cmp(&two).then_with(|| self.apart.total_cmp(&other.apart))
    }
}

impl Sought<'_> {
    /// Whether the text is this name, however it is written.
    fn is(&self, name: &str) -> bool {
        plain(name) == self.plain
    }

    /// How the text fits a name, and how far they are apart.
    fn fits(&self, name: &str, alike: bool) -> Option<(MatchedBy, f64)> {
        let name = plain(name);
        let apart = 1.0 - strsim::jaro_winkler(&self.plain, &name);
        if name == self.plain {
            return Some((MatchedBy::Name, 0.0));
        }
        if name.starts_with(&self.plain) {
            return Some((MatchedBy::Beginning, apart));
        }
        let own: BTreeSet<&str> = name.split(' ').collect();
        let whole = |word: &String| own.contains(word.as_str());
        let begun = |word: &String| own.iter().any(|one| one.starts_with(word.as_str()));
        if self.words.iter().all(whole) {
            Some((MatchedBy::Words, apart))
        } else if self.words.iter().all(begun) {
            Some((MatchedBy::Words, 1.0 + apart))
        } else if alike {
            let nearest = |word: &String| own.iter().map(|one| strsim::jaro_winkler(word, one)).fold(0.0, f64::max);
            let least = self.words.iter().map(nearest).fold(1.0, f64::min);
            (least >= ALIKE).then_some((MatchedBy::Alike, 1.0 - least + apart))
        } else {
            None
        }
    }
}

/// What all of these lead to.
fn all_of(each: impl IntoIterator<Item = Leads>) -> Leads {
    let both = |left: Leads, right: Leads| {
        left.into_iter().filter_map(|(one, whole)| right.get(&one).map(|other| (one, whole + other))).collect()
    };
    each.into_iter().reduce(both).unwrap_or_default()
}
