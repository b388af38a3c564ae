//! What every export says of itself: from where it was asked, under which terms, and how to cite it.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;
use summit::Position;

use super::text::TEXT;
use crate::answer::Token;
use crate::names::Language;
use crate::runtime::date_of;
use crate::view::View;

/// The licence line where the operator gives none.
pub const UNLICENSED: &str = "licence not stated";

/// What an export says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// What it holds, in words.
    pub title: String,
    /// From where it was asked, its position fixed: asked again, it gives the same bytes.
    pub token: Token,
    /// Under which terms it may be used, as the operator says.
    pub licence: String,
    /// How to cite it, in one line.
    pub citation: String,
    /// When the last entry that it knows was stored; nothing where it knows none.
    #[serde(skip)]
    pub stored_at: Option<Timestamp>,
}

impl View<'_> {
    /// What an export from here says of itself.
    pub fn about(&self, title: &str, licence: &str) -> About {
        let token = Token { at_position: Some(self.token().position), ..self.token().clone() };
        let mut numbers = (1..=token.position.get()).rev();
        let stored_at = numbers.find_map(|number| self.index.record_at(Position::new(number))).map(|it| it.stored_at);
        let mut from = format!("as of {}, position {}", token.as_of, token.position);
        if let Some(instant) = stored_at {
            write!(from, " of {}", date_of(instant)).expect(TEXT);
        }
        if let Some(instant) = token.known_at {
            write!(from, ", on record by {instant}").expect(TEXT);
        }
        if let Some(source) = &token.according_to {
            write!(from, ", according to {source}").expect(TEXT);
        }
        if let Some(language) = self.language_of_names() {
            write!(from, ", names in {language}").expect(TEXT);
        }
        let citation = one_line(&format!("Summit Chronicle: {title}; {from}, fold {}; {licence}", token.fold));
        About { title: one_line(title), token, licence: one_line(licence), citation, stored_at }
    }

    /// The language in which names are wanted, where it is not the usual one: the token does not say it.
    fn language_of_names(&self) -> Option<Language> {
        let language = self.wanted().language;
        (language != Language::default()).then_some(language)
    }
}

/// A text without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
