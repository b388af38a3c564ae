//! A request that asks: its address, what it names, its parameters, and what the asker has already.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use projector::{Language, Token};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use crate::access::hexadecimal;
use crate::parameters::{Parameters, named};
use crate::problem::Problem;
use crate::service::Service;

/// A request that asks.
pub(crate) struct Asking {
    pub(crate) service: Service,
    pub(crate) parameters: Parameters,
    pub(crate) has: Has,
    /// Path and query, for addresses of what comes next.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// Whether a format is asked for by its name: what is answered is a file, whose token is good for ever.
    pub(super) is_file: bool,
    /// What the path names, still as text.
    names: Vec<(String, String)>,
}

/// What the asker has already, of this address.
pub(crate) struct Has {
    /// Path and query; behind them why answers are stale, where they are.
    address: String,
    /// The line that answers carry: it is the operator's, and may change.
    licence: String,
    tags: String,
    /// Why answers are stale, where they are.
    stale: Option<String>,
    /// The language of names, where not the address says it but what is accepted.
    language: Option<String>,
}

impl FromRequestParts<Service> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let Ok(parameters) = Parameters::from_request_parts(parts, service).await;
        let names = RawPathParams::from_request_parts(parts, service).await;
        let names = names.map_err(|_| Problem::parameter("path", parts.uri.path(), "UTF-8"))?;
        let names = names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let tags: Vec<&str> =
            parts.headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok()).collect();
        let licence = service.licence().to_owned();
        let has = Has::new(parts.uri.to_string(), licence, tags.join(","), service.stale());
        let path = parts.uri.path().to_owned();
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let (service, headers) = (service.clone(), parts.headers.clone());
        Ok(Self { service, parameters, has, path, query, headers, is_file: false, names })
    }
}

impl Asking {
    /// What the path names.
    pub(crate) fn name<T: FromStr<Err: Display>>(&self, name: &'static str) -> Result<T, Problem> {
        named(name, self.name_as_text(name))
    }

    /// The same as text.
    pub(crate) fn name_as_text(&self, name: &'static str) -> &str {
        let named = self.names.iter().find(|(given, _)| given == name);
        named.map(|(_, value)| value.as_str()).expect("the route has this part")
    }
}

impl Has {
    /// Of an address, whose answers are stale for a reason: marked, an answer is another than unmarked, and has another tag.
    fn new(address: String, licence: String, tags: String, stale: Option<String>) -> Self {
        let address = stale.iter().fold(address, |address, reason| format!("{address}\n{reason}"));
        Self { address, licence, tags, stale, language: None }
    }

    /// Why the answer is stale, if it is.
    pub(crate) fn stale(&self) -> Option<&str> {
        self.stale.as_deref()
    }

    /// From now on the same in this language, which the address does not say.
    pub(crate) fn speak(&mut self, language: &Language) {
        self.language = Some(language.to_string());
    }

    /// Whether the language of names may be another one at the same address.
    pub(crate) const fn varies(&self) -> bool {
        self.language.is_some()
    }

    /// What a kept answer goes by: path and query, and the language where that is not said there.
    pub(super) fn key(&self) -> Cow<'_, str> {
        let Some(language) = &self.language else { return self.address.as_str().into() };
        format!("{} {language}", self.address).into()
    }

    /// The tag of an answer from here: another address, accepted language, state of the record, licence or program, another
    /// tag.
    pub(crate) fn tag(&self, from: &impl Serialize) -> String {
        let language = self.language.as_deref().unwrap_or_default();
        let from = serde_json::to_vec(from).expect("what tells answers apart is JSON");
        let mut digest = Sha256::new();
        let said = [&self.address, language, &self.licence, env!("CARGO_PKG_VERSION")].map(str::as_bytes);
        for part in said.into_iter().chain([from.as_slice()]) {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        format!("\"{}\"", hexadecimal(&digest.finalize()))
    }

    /// Whether the asker has the answer with this tag.
    pub(crate) fn is(&self, tag: &str) -> bool {
        self.tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
    }

    /// The tag of an answer from where a token says, and whether the asker has it.
    pub(crate) fn of(&self, tokens: &[&Token]) -> (String, bool) {
        let tag = self.tag(&tokens);
        let has = self.is(&tag);
        (tag, has)
    }
}

#[cfg(test)]
mod tests {
    use super::Has;

    #[test]
    fn other_addresses_and_other_states_have_other_tags() {
        let has = |address: &str, tags: &str| Has::new(address.to_owned(), "none".to_owned(), tags.to_owned(), None);
        let tag = has("/v1/remarks", "").tag(&73);
        assert_ne!(tag, has("/v1/remarks", "").tag(&74));
        assert_ne!(tag, has("/v1/remarks?as_of=2024", "").tag(&73));
        assert_ne!(tag, Has { licence: "another".to_owned(), ..has("/v1/remarks", "") }.tag(&73));
        let gone = Some("gone".to_owned());
        assert_ne!(tag, Has::new("/v1/remarks".to_owned(), "none".to_owned(), String::new(), gone).tag(&73));
        assert!(has("/v1/remarks", &format!("\"other\", W/{tag}")).is(&tag));
        assert!(!has("/v1/remarks", "\"other\"").is(&tag));
        let mut french = has("/v1/remarks", "");
        french.speak(&"fr".parse().expect("a language"));
        assert_ne!(tag, french.tag(&73));
    }
}
