//! The stream that keeps the log: how it must be set up, and whether it is.

use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::link::{Failure, Link};

/// The stream of the log.
pub const STREAM: &str = "CHRONICLE";
/// What it takes.
pub(crate) const SUBJECTS: &str = "chronicle.event.>";
/// The largest message, headers included. The bound on documents is ours, see [`summit::MAX_DOCUMENT_BYTES`].
const MAX_MESSAGE_BYTES: u64 = 72 * 1024;
/// How long the server remembers ids, in nanoseconds. For retries only: each id costs it memory.
const DUPLICATE_WINDOW_NANOS: u64 = 120 * 1_000_000_000;
/// Settings that an operator may choose, and what the server adds by itself.
const FREE: [&str; 6] = ["description", "metadata", "num_replicas", "placement", "republish", "name"];
/// By how many bytes a restored message may be larger: it says when it was first stored, and its id.
const RESTORED_BYTES: u64 = 1024;
/// The name in the stream's metadata under which stands up to which position it was restored.
const RESTORED_TO: &str = "chronicle_restored_to";
/// JetStream's code for a message that does not exist, or that cannot be read any more.
pub(crate) const NO_MESSAGE: u64 = 10037;
/// JetStream's code for a stream that does not exist.
pub(crate) const NO_STREAM: u64 = 10059;

/// A setting of a stream that is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name in the server's configuration, such as `deny_delete`.
    pub setting: String,
    /// What it must be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {}, must be {}", self.setting, self.found, self.expected)
    }
}

/// What the server says of a stream.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Info {
    /// How it is set up.
    pub(crate) config: Map<String, Value>,
    /// When it was created.
    pub(crate) created: jiff::Timestamp,
    /// What it holds.
    pub(crate) state: State,
    /// Who keeps it, in a cluster.
    #[serde(default)]
    cluster: Option<Kept>,
}

/// Who keeps a stream in a cluster.
#[derive(Debug, Clone, Deserialize)]
struct Kept {
    /// Where nobody leads it, a node that is left answers for its own copy.
    #[serde(default)]
    leader: String,
}

/// What a stream holds.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct State {
    pub(crate) messages: u64,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    /// Sequences that are missing between the first and the last, where they were asked for.
    #[serde(default)]
    pub(crate) deleted: Option<Vec<u64>>,
}

impl State {
    /// Whether every sequence from 1 to the last is there, by the count.
    pub(crate) fn is_whole(&self) -> bool {
        self.messages == self.last_seq && self.first_seq <= 1
    }

    /// The first sequence that is not there.
    pub(crate) fn missing(&self) -> Option<u64> {
        if self.is_whole() {
            None
        } else if self.first_seq > 1 {
            Some(1)
        } else {
            let first = self.deleted.as_ref().and_then(|deleted| deleted.iter().min().copied());
            // Nothing is said of which, so the count must do.
            Some(first.unwrap_or(self.messages + 1))
        }
    }
}

impl Info {
    /// Whether this is said for the stream, and not by a node that is left of a cluster for its own copy.
    pub(crate) fn is_led(&self) -> bool {
        self.cluster.as_ref().is_none_or(|kept| !kept.leader.is_empty())
    }

    /// How many servers keep it.
    pub(crate) fn replicas(&self) -> Option<usize> {
        self.config.get("num_replicas").and_then(Value::as_u64).and_then(|replicas| usize::try_from(replicas).ok())
    }

    /// Up to which sequence the log was restored from another one; 0 where it was not.
    pub(crate) fn restored_to(&self) -> u64 {
        restored_to(&self.config)
    }
}

/// Up to which sequence a log of this configuration was restored; 0 where it was not.
pub(crate) fn restored_to(config: &Map<String, Value>) -> u64 {
    let said = config.get("metadata").and_then(|metadata| metadata[RESTORED_TO].as_str());
    said.and_then(|said| said.parse().ok()).unwrap_or_default()
}

/// The log's stream as it must be, where it was restored up to a sequence or not (0).
pub(crate) fn wanted(replicas: usize, restored_to: u64) -> Value {
    let mut wanted = made(replicas);
    if restored_to > 0 {
        wanted["max_msg_size"] = (MAX_MESSAGE_BYTES + RESTORED_BYTES).into();
        wanted["metadata"] = json!({ RESTORED_TO: restored_to.to_string() });
    }
    wanted
}

fn made(replicas: usize) -> Value {
    json!({
        "name": STREAM,
        "description": "Summit Chronicle: what happened, in the order of recording",
        "subjects": [SUBJECTS],
        "retention": "limits",
        "storage": "file",
        "compression": "s2",
        "discard": "new",
        "max_consumers": -1,
        "max_msgs": -1,
        "max_msgs_per_subject": -1,
        "max_bytes": -1,
        "max_age": 0,
        "max_msg_size": MAX_MESSAGE_BYTES,
        "duplicate_window": DUPLICATE_WINDOW_NANOS,
        "num_replicas": replicas,
        "deny_delete": true,
        "deny_purge": true,
        "allow_direct": true,
        "allow_atomic": true,
    })
}

/// Finds a stream, or creates it. Two who create it at once both find it.
pub(crate) async fn ensure(link: &Link, wanted: &Value) -> Result<Info, Failure> {
    let name = wanted["name"].as_str().unwrap_or_default();
    match info(link, name).await {
        Err(Failure::Code(NO_STREAM, _)) => link.api(format!("STREAM.CREATE.{name}"), wanted).await,
        found => found,
    }
}

/// Changes a stream.
pub(crate) async fn update(link: &Link, wanted: &Value) -> Result<Info, Failure> {
    link.api(format!("STREAM.UPDATE.{}", wanted["name"].as_str().unwrap_or_default()), wanted).await
}

/// Whether the message of a sequence can be read.
pub(crate) async fn is_readable(link: &Link, name: &str, sequence: u64) -> Result<bool, Failure> {
    let answer: Result<Value, Failure> = link.api(format!("STREAM.MSG.GET.{name}"), &json!({ "seq": sequence })).await;
    match answer {
        Ok(_) => Ok(true),
        Err(Failure::Code(NO_MESSAGE, _)) => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// A message as JSON, as it is asked for: its subject as far as it is text, and the rest in Base64.
#[derive(Deserialize)]
pub(crate) struct Stored {
    pub(crate) subject: String,
    pub(crate) seq: u64,
    #[serde(default)]
    pub(crate) hdrs: String,
    #[serde(default)]
    pub(crate) data: String,
    pub(crate) time: Timestamp,
}

/// The message of a sequence.
pub(crate) async fn get(link: &Link, name: &str, sequence: u64) -> Result<Stored, Failure> {
    stored(link, name, &json!({ "seq": sequence })).await
}

/// The last message of a subject.
pub(crate) async fn last(link: &Link, name: &str, subject: &str) -> Result<Stored, Failure> {
    stored(link, name, &json!({ "last_by_subj": subject })).await
}

async fn stored(link: &Link, name: &str, which: &Value) -> Result<Stored, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        message: Stored,
    }
    let answer: Answer = link.api(format!("STREAM.MSG.GET.{name}"), which).await?;
    Ok(answer.message)
}

/// What the server says of a stream.
pub(crate) async fn info(link: &Link, name: &str) -> Result<Info, Failure> {
    link.api(format!("STREAM.INFO.{name}"), &json!({})).await
}

/// The same, with the sequences that are missing where any are.
pub(crate) async fn whole_info(link: &Link, name: &str) -> Result<Info, Failure> {
    let info = info(link, name).await?;
    if info.state.is_whole() || info.state.first_seq > 1 {
        return Ok(info);
    }
    link.api(format!("STREAM.INFO.{name}"), &json!({ "deleted_details": true })).await
}

/// Setting by setting, where a stream is not as it must be.
pub(crate) fn differences(wanted: &Value, found: &Map<String, Value>) -> Vec<Difference> {
    let none = Map::new();
    let wanted = wanted.as_object().unwrap_or(&none);
    let mut names: Vec<&String> = wanted.keys().chain(found.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differs = |name: &&String| !FREE.contains(&name.as_str()) && said(wanted.get(*name)) != said(found.get(*name));
    let shown = |value: Option<&Value>| said(value).map_or("absent".to_owned(), ToString::to_string);
    let differing = names.into_iter().filter(differs);
    differing
        .map(|name| Difference {
            setting: name.clone(),
            expected: shown(wanted.get(name)),
            found: shown(found.get(name)),
        })
        .collect()
}

/// A setting that says something: what is off, empty or zero may also be absent.
fn said(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => fields.values().any(|value| said(Some(value)).is_some()),
        Value::Bool(true) => true,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{differences, wanted};

    #[test]
    fn what_an_operator_may_choose_is_no_difference_and_the_rest_is_named() {
        let mut found = wanted(3, 0);
        found["placement"] = json!({"tags": ["sync:always"]});
        found["metadata"] = json!({"_nats.level": "2"});
        found["sealed"] = json!(false);
        found["consumer_limits"] = json!({});
        let of = |found: &Value| differences(&wanted(1, 0), found.as_object().expect("settings are an object"));
        assert_eq!(of(&found), []);

        found["deny_delete"] = json!(false);
        found["max_age"] = json!(5);
        found["allow_msg_ttl"] = json!(true);
        let texts: Vec<String> = of(&found).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "allow_msg_ttl is true, must be absent",
                "deny_delete is absent, must be true",
                "max_age is 5, must be absent",
            ]
        );
    }
}
