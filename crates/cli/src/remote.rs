//! A service that answers instead of the log: the same questions, the same answers, the same exit codes.

use gateway::{AskedFor, OUT_OF_REACH, Remote, RemoteError};
use projector::{AskError, Found, Index, Near, What};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use summit::{Named, Position};

use crate::ask::Shell;
use crate::error::{Code, Failure};
use crate::output::Output;
use crate::render::Text;
use crate::values::{self, Spelt};
use crate::vantage::VantageOptions;

/// Holds who asks, where a service wants to know. No option: others see the options of a command.
const TOKEN: &str = "CHRONICLE_TOKEN";

impl Shell {
    /// The service that is asked instead of the log, if one is named. An empty variable says nothing.
    pub(crate) fn remote(&self) -> Result<Option<Remote>, Failure> {
        let Some(address) = self.global.gateway.as_ref().filter(|address| !address.is_empty()) else { return Ok(None) };
        let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
        Ok(Some(Remote::at(address, token)?))
    }

    /// Asks a service, and prints its answer: JSON as it comes, text from it. Ids are shortened to their first block: only
    /// the log could tell whether another begins so, too.
    pub(crate) async fn ask_remote<A>(&self, remote: &Remote, question: &AskedFor) -> Result<(), Failure>
    where
        A: DeserializeOwned + Serialize + Text,
    {
        let answered = self.output().meanwhile("asking the service", remote.ask(question)).await?;
        for note in answered.said.notes {
            self.output().note(note);
        }
        if self.global.json {
            let mut line = answered.body.to_vec();
            line.push(b'\n');
            Output::bytes(&line)?;
        } else {
            let answer: A = serde_json::from_slice(&answered.body).map_err(|error| unreadable(&error))?;
            Output::text(&self.output().written(&answer, &Index::new()))?;
        }
        stale(answered.said.stale)
    }

    /// Says what is meant by names in a question: the service finds what bears them. A state's code needs no looking for.
    pub(crate) async fn understand_remote(
        &self,
        remote: &Remote,
        spoken: Vec<&mut dyn Spelt>,
        from: &VantageOptions,
    ) -> Result<(), Failure> {
        for one in spoken {
            let state = |of: Named| if let Named::Party(party) = of { party.iso_name() } else { None };
            if one.named().and_then(state).is_some() {
                continue;
            }
            let known = one.named().is_some();
            let Some(found) = self.found_by(remote, one.text(), one.what(), known, from).await? else { continue };
            if let Some(note) = values::understand(one, &found)? {
                self.output().note(note);
            }
        }
        Ok(())
    }

    /// What a service finds that is called so. Nothing: it is an older one, which finds nothing, and may know an identifier.
    pub(crate) async fn found_by(
        &self,
        remote: &Remote,
        text: &str,
        what: What,
        known: bool,
        from: &VantageOptions,
    ) -> Result<Option<Found>, Failure> {
        let question = AskedFor::at("/v1/find").with("q", Some(text)).with("kind", Some(what));
        match remote.ask(&from.asked_of(question)).await {
            Err(RemoteError::Problem { code, .. }) if code == "no-such-address" && known => Ok(None),
            answered => serde_json::from_slice(&answered?.body).map(Some).map_err(|error| unreadable(&error)),
        }
    }

    /// Asks a service for lines, and prints them as they come; `none` is noted where there are none.
    pub(crate) async fn lines_of_remote(
        &self,
        remote: &Remote,
        question: &AskedFor,
        none: Option<&str>,
    ) -> Result<(), Failure> {
        let mut any = false;
        let print = |part: &[u8]| {
            any |= !part.is_empty();
            Output::bytes(part)
        };
        let reason = remote.lines(question, print).await?.stale;
        if let Some(none) = none.filter(|_| !any) {
            self.output().note(none);
        }
        stale(reason)
    }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Remote {
        said: format!("the service's answer cannot be read: {error}"),
        code: Code::Failed,
        hint: Some("it may be of another version than this program; --json prints its answer as it is"),
    }
}

/// An answer that is not current is an answer, and a failure all the same.
pub(crate) fn stale(reason: Option<String>) -> Result<(), Failure> {
    let stale = |reason: String| {
        if reason.starts_with(OUT_OF_REACH) {
            let said = format!("the service's answer may not be current: {reason}");
            return Failure::Remote { said, code: Code::NoServer, hint: Some("try again in a moment") };
        }
        Failure::Remote {
            said: format!("the service answers from what is surely good of its log: {reason}"),
            code: Code::Damaged,
            hint: Some("its operator rebuilds the log"),
        }
    };
    reason.map_or(Ok(()), |reason| Err(stale(reason)))
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let said = error.to_string();
        match error {
            RemoteError::BadAddress(_) | RemoteError::TokenInTheOpen => {
                Self::usage(said, "--gateway names a service, such as https://chronicle.example.org")
            }
            RemoteError::Unreachable { .. } => Self::Remote {
                said,
                code: Code::NoServer,
                hint: Some("`chronicle serve` runs a service; without --gateway the log itself is asked"),
            },
            RemoteError::Foreign { .. } => Self::Remote { said, code: Code::NoServer, hint: None },
            RemoteError::Problem { code, members, .. } => told(&code, said, &members),
        }
    }
}

/// What a service said is wrong, as it would be said here.
fn told(code: &str, said: String, members: &Value) -> Failure {
    let text = |name: &str| members[name].as_str().unwrap_or_default().to_owned();
    let nearest = || members["nearest"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let (code, hint) = match code {
        "unknown-name" => {
            if let Some(what) = what(&text("what")) {
                let names =
                    members["names"].as_array().into_iter().flatten().map(|name| name.as_str().map(ToOwned::to_owned));
                let names = names.chain(std::iter::repeat(None));
                let nearest = nearest().map(ToOwned::to_owned).zip(names);
                let nearest = nearest.map(|(identifier, name)| Near { identifier, name }).collect();
                return AskError::Unknown { what, name: text("found"), nearest }.into();
            }
            (Code::Failed, None)
        }
        "unknown-event" => {
            let ids: Vec<_> = nearest().filter_map(|id| id.parse().ok()).collect();
            let found = text("found");
            let unknown = AskError::UnknownEvent(found.clone());
            return if ids.is_empty() { unknown } else { AskError::Ambiguous { prefix: found, ids } }.into();
        }
        "not-reached" => {
            if let (Some(tail), Some(needed)) = (members["tail"].as_u64(), members["asked"].as_u64()) {
                return Failure::NotReached { tail: Position::new(tail), needed: Position::new(needed) };
            }
            (Code::Failed, None)
        }
        "bad-parameter" => (Code::Usage, Some("the service may be of another version than this program")),
        "token-needed" | "token-refused" | "not-permitted" => {
            (Code::NotPermitted, Some("CHRONICLE_TOKEN holds the token that the service's operator gave"))
        }
        "damaged" => (Code::Damaged, Some("its operator rebuilds the log")),
        "unreachable" | "busy" => (Code::NoServer, Some("try again in a moment")),
        _ => (Code::Failed, None),
    };
    Failure::Remote { said, code, hint }
}

/// What is unknown, as the views name it.
fn what(text: &str) -> Option<&'static str> {
    ["organisation", "meeting", "organisation or meeting", "party", "person", "instrument"]
        .into_iter()
        .find(|what| *what == text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;
    use crate::error::Code;

    #[test]
    fn what_a_service_says_is_wrong_is_said_as_here() {
        let unknown = json!({"what": "organisation", "found": "sc0", "nearest": ["sco"]});
        let unknown = told("unknown-name", "no".to_owned(), &unknown);
        assert_eq!(unknown.to_string(), "no event names the organisation \"sc0\"");
        assert_eq!((unknown.hint().as_deref(), unknown.code()), (Some("did you mean sco?"), Code::Failed));
        let late = told("not-reached", "no".to_owned(), &json!({"tail": 73, "asked": 74}));
        assert_eq!(late.to_string(), "the chronicle ends at position 73, position 74 was asked for");
        for (code, exit) in [
            ("bad-parameter", Code::Usage),
            ("token-refused", Code::NotPermitted),
            ("damaged", Code::Damaged),
            ("busy", Code::NoServer),
            ("failed", Code::Failed),
        ] {
            assert_eq!(told(code, "no".to_owned(), &json!({})).code(), exit, "{code}");
        }
    }
}
