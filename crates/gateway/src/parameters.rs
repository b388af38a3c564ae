//! Parameters of a question: each is taken by name, and what nobody took is refused.

use std::convert::Infallible;
use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::problem::{Code, Problem};

/// The query of a request.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    pairs: Vec<(String, String)>,
    /// The names that were asked for: those that are allowed.
    asked: Vec<&'static str>,
}

impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Ok(Self { pairs, asked: Vec::new() })
    }
}

impl Parameters {
    /// The value of a parameter, if it is given. Given twice it is refused; `allowed` says what may stand there.
    pub(crate) fn take<T>(
        &mut self,
        name: &'static str,
        allowed: &str,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Problem> {
        self.asked.push(name);
        let Some(at) = self.pairs.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let (_, value) = self.pairs.swap_remove(at);
        if self.pairs.iter().any(|(given, _)| given == name) {
            return Err(Problem::parameter(name, &value, "the parameter once"));
        }
        match read(&value) {
            Ok(read) => Ok(Some(read)),
            Err(why) => Err(refused(name, &value, allowed, &why)),
        }
    }

    /// The values of a parameter that may be given several times, and hold several values each, with commas between them.
    pub(crate) fn take_all<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
        allowed: &str,
    ) -> Result<Vec<T>, Problem> {
        self.asked.push(name);
        let (own, rest) = std::mem::take(&mut self.pairs).into_iter().partition(|(given, _)| given == name);
        self.pairs = rest;
        let own: Vec<(String, String)> = own;
        let values = own.iter().flat_map(|(_, values)| values.split(','));
        let read =
            |value: &str| value.parse().map_err(|error: T::Err| refused(name, value, allowed, &error.to_string()));
        values.map(read).collect()
    }

    /// The same of what is read from its text.
    pub(crate) fn parse<T: FromStr<Err: Display>>(
        &mut self,
        name: &'static str,
        allowed: &str,
    ) -> Result<Option<T>, Problem> {
        self.take(name, allowed, |text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// Leaves out what is given empty: a form sends every field it has.
    pub(crate) fn leave_out_empty(&mut self) {
        self.pairs.retain(|(_, value)| !value.is_empty());
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self) -> Result<(), Problem> {
        let Some((name, _)) = self.pairs.first() else { return Ok(()) };
        let allowed = if self.asked.is_empty() { "no parameter".to_owned() } else { self.asked.join(", ") };
        let detail = format!("there is no parameter {name:?} here, allowed is {allowed}");
        let problem = Problem::new(Code::BadParameter, detail);
        Err(problem.with("parameter", name.as_str()).with("found", name.as_str()).with("allowed", self.asked))
    }
}

/// A parameter that cannot be meant; and why, where that says more than what was found and what is allowed.
fn refused(name: &str, found: &str, allowed: &str, told: &str) -> Problem {
    let problem = Problem::parameter(name, found, allowed);
    let reason = allowed_by(told);
    if reason == allowed || reason == format!("{found:?} is none") { problem } else { problem.with("reason", reason) }
}

/// A part of the path as what it names.
pub(crate) fn named<T: FromStr<Err: Display>>(name: &'static str, text: &str) -> Result<T, Problem> {
    let refused = |error: T::Err| {
        let told = error.to_string();
        Problem::parameter(name, text, allowed_by(&told))
    };
    text.parse().map_err(refused)
}

/// What a refusal says is allowed, where it says first what was found: the problem says that itself.
fn allowed_by(told: &str) -> &str {
    let allowed = told.rsplit_once(", allowed is ").filter(|_| told.starts_with("found "));
    allowed.map_or(told, |(_, allowed)| allowed)
}

#[cfg(test)]
mod tests {
    use summit::OrganisationId;

    use super::{named, refused};

    #[test]
    fn what_was_found_is_said_once() {
        let refused = named::<OrganisationId>("organisation", "SCO").expect_err("no slug").to_string();
        assert!(refused.starts_with("the parameter \"organisation\" is \"SCO\", allowed is a slug: "), "{refused}");
        assert!(!refused.contains("found"), "{refused}");
    }

    #[test]
    fn a_reason_says_more_than_what_was_found_and_is_allowed() {
        let reason = |told: &str| {
            let problem = serde_json::to_value(refused("x", "XX", "a code", told)).expect("a problem is JSON");
            problem["reason"].as_str().map(ToOwned::to_owned)
        };
        assert_eq!(reason("found \"XX\", allowed is a code"), None);
        assert_eq!(reason("\"XX\" is none"), None);
        assert_eq!(reason("found \"XX\", allowed is three letters").as_deref(), Some("three letters"));
        assert_eq!(reason("the token was given under fold 1").as_deref(), Some("the token was given under fold 1"));
    }
}
