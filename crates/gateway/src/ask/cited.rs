//! Under which terms an answer may be used, and how it is cited: beside its own fields, and in its headers.

use axum::http::{HeaderMap, HeaderValue, header};
use projector::Token;
use projector::export::About;

use super::asking::Asking;
use super::page::next;
use super::reply::ascii;

/// How to cite an export that may not say so itself: a JSON text.
pub(crate) const CITATION: &str = "chronicle-citation";
/// From where it was asked, to ask again: JSON.
pub(crate) const TOKEN: &str = "chronicle-token";
/// Under which terms it may be used: a JSON text.
pub(crate) const LICENCE: &str = "chronicle-licence";
/// The parts of a vantage, and what is of no account once a token says them.
const VANTAGE: [&str; 5] = ["as_of", "known_at", "at_position", "according_to", "min_position"];

/// What an answer says of itself beside what it holds.
pub(super) struct Citing {
    pub(super) licence: String,
    path: String,
    query: String,
}

impl Asking {
    /// What answers from here say of themselves.
    pub(super) fn citing(&self) -> Citing {
        Citing { licence: self.service.licence().to_owned(), path: self.path.clone(), query: self.query.clone() }
    }
}

impl Citing {
    /// Links to the same answer for ever (RFC 8574), and to the licence where its line names an address.
    pub(super) fn link(&self, headers: &mut HeaderMap, token: &Token) {
        let token = Token { at_position: Some(token.position), ..token.clone() };
        let text = serde_json::to_string(&token).expect("a token is JSON");
        let fixed = next(&self.path, &self.query, &[("token", text)], &VANTAGE);
        let licence = address_in(&self.licence).map(|address| format!("<{address}>; rel=\"license\""));
        for link in licence.into_iter().chain([format!("<{fixed}>; rel=\"cite-as\"")]) {
            if let Ok(link) = HeaderValue::from_str(&link) {
                headers.append(header::LINK, link);
            }
        }
    }

    /// All of it in headers, for what cannot say it itself.
    pub(super) fn tell(&self, headers: &mut HeaderMap, about: &About) {
        let token = serde_json::to_value(&about.token).expect("a token is JSON");
        let texts =
            [(TOKEN, token), (CITATION, about.citation.as_str().into()), (LICENCE, about.licence.as_str().into())];
        for (name, value) in texts {
            headers.insert(name, HeaderValue::from_str(&ascii(&value)).expect("ASCII makes a header"));
        }
        self.link(headers, &about.token);
    }
}

/// The first address of the web in a text.
fn address_in(text: &str) -> Option<&str> {
    let mut words = text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '"' | ','));
    let word = words.find(|word| word.starts_with("https://") || word.starts_with("http://"))?;
    Some(word.trim_end_matches(['.', ';', ':']))
}

#[cfg(test)]
mod tests {
    use super::address_in;

    #[test]
    fn a_licence_line_may_name_an_address() {
        let by = "https://creativecommons.org/licenses/by/4.0/";
        for line in [format!("CC BY 4.0, {by}"), format!("CC BY 4.0 (<{by}>)."), by.to_owned()] {
            assert_eq!(address_in(&line), Some(by), "{line}");
        }
        assert_eq!(address_in("licence not stated"), None);
    }
}
