//! What every export says of itself: from where it was asked, under which terms, and how to cite it.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::text::TEXT;
use crate::answer::Token;
use crate::index::Index;
use crate::names::{Language, WantedName};
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
        self.index.about(self.token(), title, licence, &self.wanted())
    }
}

impl Index {
    /// What an export says of itself that was asked for with a token, in which such names are shown.
    pub fn about(&self, token: &Token, title: &str, licence: &str, names: &WantedName) -> About {
        let token = Token { at_position: Some(token.position), ..token.clone() };
        let stored_at = self.stored_by(token.position);
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
        // The token does not say it; the usual language goes without saying.
        if names.language != Language::default() {
            write!(from, ", names in {}", names.language).expect(TEXT);
        }
        let citation = one_line(&format!("Summit Chronicle: {title}; {from}, fold {}; {licence}", token.fold));
        About { title: one_line(title), token, licence: one_line(licence), citation, stored_at }
    }
}

/// A text without line breaks and other control characters.
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
