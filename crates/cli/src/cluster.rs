//! The nodes of a cluster and their copies, held against each other.

use std::time::Duration;

use chronicle::ReadError;
use chronicle_nats::{NatsChronicle, Node, Replica, ServerCopy, Settings, Version, nodes};
use indicatif::HumanBytes;
use jiff::Timestamp;
use projector::archive::Digest;
use serde::Serialize;
use summit::Position;
use tokio::time::{Instant, sleep};

use crate::error::Failure;

/// What to do about a copy that is not as the others are.
const RUNBOOK: &str = "throw it away and have it filled from the others, as deploy/nats/README.md says";
/// How long a copy may be behind the others before that is told, while it moves or not.
const BEHIND_PATIENCE: Duration = Duration::from_secs(5);
/// The pause before it is looked at again.
const BEHIND_PAUSE: Duration = Duration::from_millis(250);
/// A node that has stored so many tenths of what it may has little room.
const FULL_TENTHS: u64 = 9;

/// A node, as it is told.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) name: String,
    /// Whether it answered. Nothing else is known of it where it did not.
    pub(crate) answers: bool,
    pub(crate) version: Option<String>,
    pub(crate) syncs_always: Option<bool>,
    /// Bytes, as it counts.
    pub(crate) stored: Option<u64>,
    pub(crate) may_store: Option<u64>,
    pub(crate) log: Option<Copy>,
}

/// A node's copy of the log.
#[derive(Debug, Serialize)]
pub(crate) struct Copy {
    pub(crate) leads: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

/// Reads the log from each of these nodes, and from no other, up to a position; what is not as it must be.
pub(crate) async fn read_copies(log: &NatsChronicle, nodes: &[Told], to: Position) -> Vec<String> {
    let (mut faults, mut good) = (Vec::new(), Vec::<(&str, Digest)>::new());
    for node in nodes.iter().filter(|node| node.log.is_some()) {
        let name = node.name.as_str();
        let read = async {
            let copy = log.copy_of(name).await?;
            let mut copy = copy.ok_or_else(|| ReadError::Unreachable("it delivers nothing".into()))?;
            digest(&mut copy, to).await
        };
        match read.await {
            Ok(Ok(digest)) => good.push((name, digest)),
            Ok(Err(at)) => {
                faults.push(format!(
                    "replica damaged {name}: the entry at position {at} cannot be read from it; {RUNBOOK}"
                ));
            }
            Err(error) => faults.push(format!("the copy of {name} could not be read: {error}")),
        }
    }
    let agree = |digest: &Digest| good.iter().filter(|(_, other)| other == digest).count();
    let usual = good.iter().map(|(_, digest)| digest).max_by_key(|digest| agree(digest)).copied();
    let others = good.iter().filter(|(_, digest)| Some(*digest) != usual);
    faults.extend(
        others.map(|(name, _)| format!("replica damaged {name}: it says something else than the others; {RUNBOOK}")),
    );
    faults
}

/// The digest of a copy up to a position; or the first one that cannot be read from it.
async fn digest(copy: &mut ServerCopy, to: Position) -> Result<Result<Digest, Position>, ReadError> {
    let (mut digest, mut next) = (Digest::of_bytes(&[]), Position::new(1));
    while next <= to {
        let Some(entry) = copy.next().await? else { return Ok(Err(next)) };
        digest = digest.then(&entry);
        next = next.next();
    }
    Ok(Ok(digest))
}

/// What the nodes say, and what of it is not as it must be.
pub(crate) async fn examine(settings: &Settings) -> Result<(Vec<Told>, Vec<String>), Failure> {
    let end = Instant::now() + BEHIND_PATIENCE;
    loop {
        let nodes = nodes(settings).await?;
        // What is only under way is waited for.
        if behind(&nodes).is_empty() || Instant::now() >= end {
            return Ok((told(&nodes), faults(&nodes)));
        }
        sleep(BEHIND_PAUSE).await;
    }
}

fn told(nodes: &[Node]) -> Vec<Told> {
    let here = nodes.iter().map(|node| Told {
        name: node.name.clone(),
        answers: true,
        version: Some(node.version.clone()),
        syncs_always: Some(node.syncs_always),
        stored: Some(node.stored.0),
        may_store: Some(node.stored.1),
        log: node.log().map(|log| Copy {
            leads: log.leader.as_ref() == Some(&node.name),
            created_at: log.created_at,
            first: log.first,
            last: log.last,
            entries: log.messages,
            bytes: log.bytes,
        }),
    });
    let gone = silent(nodes).into_iter().map(|name| Told {
        name,
        answers: false,
        version: None,
        syncs_always: None,
        stored: None,
        may_store: None,
        log: None,
    });
    let mut told: Vec<Told> = here.chain(gone).collect();
    told.sort_by(|left, right| left.name.cmp(&right.name));
    told
}

/// Nodes that others know, and that did not answer.
fn silent(nodes: &[Node]) -> Vec<String> {
    let known = nodes.iter().flat_map(|node| &node.others).map(|(name, _)| name);
    let mut silent: Vec<String> = known.filter(|name| nodes.iter().all(|node| node.name != **name)).cloned().collect();
    silent.sort_unstable();
    silent.dedup();
    silent
}

/// Everything that is not as it must be, in sentences that say what to do.
fn faults(nodes: &[Node]) -> Vec<String> {
    let silent = silent(nodes);
    let all = nodes.len() + silent.len();
    let mut faults: Vec<String> = silent
        .iter()
        .map(|name| format!("{name} does not answer: start it; where its disk is lost, on an empty store"))
        .collect();
    if nodes.len() <= all / 2 {
        faults.push(format!(
            "{} of {all} nodes {} left, so nothing is stored: start another one",
            nodes.len(),
            if nodes.len() == 1 { "is" } else { "are" }
        ));
    } else if nodes.iter().all(|node| node.log().is_some_and(|log| log.leader.is_none())) {
        faults.push(
            "nobody leads the log, so nothing is stored: it is elected within seconds, or a node is cut off".into(),
        );
    }
    for node in nodes {
        faults.extend(of_itself(node));
    }
    let mut versions: Vec<&str> = nodes.iter().map(|node| node.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    if versions.len() > 1 {
        faults.push(format!("the nodes run several versions ({}): finish the upgrade", versions.join(", ")));
    }
    faults.extend(damaged(nodes));
    faults.extend(behind(nodes));
    faults.extend(set_up(nodes, all));
    faults
}

/// What a node needs no other for.
fn of_itself(node: &Node) -> Vec<String> {
    let (name, mut faults) = (&node.name, Vec::new());
    if !node.syncs_always {
        faults.push(format!("{name} acknowledges before it is on disk: set `sync_interval: always` there"));
    }
    if Version::parse(&node.version).is_none_or(|version| version < chronicle_nats::NEEDED) {
        faults.push(format!("{name} runs nats-server {}, and {} is needed", node.version, chronicle_nats::NEEDED));
    }
    let (stored, may) = node.stored;
    if may > 0 && stored > may / 10 * FULL_TENTHS {
        let (stored, may) = (HumanBytes(stored), HumanBytes(may));
        faults.push(format!("{name} has stored {stored} of {may}: give it more (max_file_store), below its disk"));
    }
    faults
}

/// Copies that are not what the others are: lost entries first, for there is no doubt of them.
fn damaged(nodes: &[Node]) -> Vec<String> {
    let mut faults = Vec::new();
    for node in nodes {
        let Some(log) = node.log() else { continue };
        if log.lost() > 0 || log.first > 1 {
            let (name, entries, last) = (&node.name, log.messages, log.last);
            faults.push(format!("replica damaged {name}: it holds {entries} of {last} entries; {RUNBOOK}"));
        }
    }
    for copies in streams(nodes) {
        let usual = |of: fn(&Replica) -> u64| {
            let count = |value| copies.iter().filter(|(_, copy)| of(copy) == value).count();
            copies.iter().map(|(_, copy)| of(copy)).max_by_key(|value| count(*value)).unwrap_or_default()
        };
        let (last, bytes, messages) = (usual(|copy| copy.last), usual(|copy| copy.bytes), usual(|copy| copy.messages));
        let created = copies.iter().map(|(_, copy)| copy.created_at).min();
        for (name, copy) in copies {
            let stream = &copy.stream;
            if Some(copy.created_at) != created {
                faults.push(format!(
                    "replica damaged {name}: its {stream} was created at {}; {RUNBOOK}",
                    copy.created_at
                ));
            } else if copy.last == last && copy.messages != messages && copy.lost() == 0 {
                let found = copy.messages;
                faults.push(format!(
                    "replica damaged {name}: its {stream} holds {found} messages, others {messages}; {RUNBOOK}"
                ));
            } else if copy.last == last && copy.messages == messages && copy.bytes != bytes {
                let found = copy.bytes;
                faults
                    .push(format!("replica damaged {name}: its {stream} has {found} bytes, others {bytes}; {RUNBOOK}"));
            }
        }
    }
    faults
}

/// Copies that do not reach as far as others.
fn behind(nodes: &[Node]) -> Vec<String> {
    let mut faults = Vec::new();
    for copies in streams(nodes) {
        let furthest = copies.iter().map(|(_, copy)| copy.last).max().unwrap_or_default();
        for (name, copy) in copies.iter().filter(|(_, copy)| copy.last < furthest) {
            let (stream, last) = (&copy.stream, copy.last);
            faults.push(format!(
                "{name} is behind: its {stream} reaches to {last}, another one to {furthest}: wait, and see whether it runs and \
                 reaches the others"
            ));
        }
    }
    faults
}

/// How streams are set up, and whether every node has the copy that it must have.
fn set_up(nodes: &[Node], all: usize) -> Vec<String> {
    let mut faults = Vec::new();
    for copies in streams(nodes) {
        let Some((_, one)) = copies.first() else { continue };
        let stream = &one.stream;
        if !one.is_of_the_log() {
            // Those of the log are told whether there is a monitor or not.
            faults.extend(one.differences.iter().map(|difference| format!("{stream}: {difference}")));
        }
        if one.copies < all.min(3) {
            faults.push(format!(
                "{stream} is kept {} of {all} nodes: set its num_replicas to 3 (`nats stream update {stream} --replicas 3`)",
                if one.copies == 1 { "on one".to_owned() } else { format!("on {}", one.copies) }
            ));
        } else if one.copies >= all {
            let without = nodes.iter().filter(|node| copies.iter().all(|(name, _)| *name != node.name));
            faults.extend(without.map(|node| format!("{} has no copy of {stream}: {RUNBOOK}", node.name)));
        }
    }
    faults
}

/// The copies of each stream, with whose they are.
fn streams(nodes: &[Node]) -> Vec<Vec<(&str, &Replica)>> {
    let mut copies: Vec<(&str, &Replica)> =
        nodes.iter().flat_map(|node| node.replicas.iter().map(|replica| (node.name.as_str(), replica))).collect();
    copies.sort_by_key(|(name, copy)| (&copy.account, &copy.stream, *name));
    let same = |left: &(&str, &Replica), right: &(&str, &Replica)| {
        (&left.1.account, &left.1.stream) == (&right.1.account, &right.1.stream)
    };
    copies.chunk_by(same).map(<[_]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use chronicle_nats::{Node, Replica, STREAM};
    use jiff::Timestamp;

    use super::faults;

    fn copy(stream: &str) -> Replica {
        Replica {
            account: "CHRONICLE".into(),
            stream: stream.into(),
            created_at: Timestamp::UNIX_EPOCH,
            leader: Some("n1".into()),
            messages: 6000,
            bytes: 24_000_000,
            first: 1,
            last: 6000,
            copies: 3,
            differences: Vec::new(),
        }
    }

    fn three() -> Vec<Node> {
        let node = |name: &str| Node {
            name: name.into(),
            version: "2.15.1".into(),
            syncs_always: true,
            stored: (1, 100),
            leader: Some("n1".into()),
            others: ["n1", "n2", "n3"]
                .iter()
                .filter(|other| **other != name)
                .map(|other| ((*other).into(), true))
                .collect(),
            replicas: vec![copy(STREAM), copy("KV_membership-1")],
        };
        vec![node("n1"), node("n2"), node("n3")]
    }

    #[track_caller]
    fn told(change: impl FnOnce(&mut Vec<Node>), expected: &[&str]) {
        let mut nodes = three();
        change(&mut nodes);
        let faults = faults(&nodes);
        let same =
            faults.len() == expected.len() && faults.iter().zip(expected).all(|(fault, part)| fault.contains(part));
        assert!(same, "{faults:#?}\nexpected {expected:#?}");
    }

    #[test]
    fn whatever_is_not_as_it_must_be_is_told_with_the_node_that_it_concerns() {
        told(|_| {}, &[]);
        told(|nodes| nodes[1].replicas[0].messages = 4996, &["replica damaged n2: it holds 4996 of 6000 entries"]);
        told(|nodes| nodes[0].replicas[0].first = 3, &["replica damaged n1"]);
        told(
            |nodes| nodes[2].replicas[0].bytes = 7,
            &["replica damaged n3: its CHRONICLE has 7 bytes, others 24000000"],
        );
        told(|nodes| nodes[2].replicas[1].messages = 7, &["replica damaged n3: its KV_membership-1 holds 7 messages"]);
        let behind = |nodes: &mut Vec<Node>| (nodes[2].replicas[0].last, nodes[2].replicas[0].messages) = (10, 10);
        told(behind, &["n3 is behind: its CHRONICLE reaches to 10, another one to 6000"]);
        told(|nodes| drop(nodes.remove(1)), &["n2 does not answer"]);
        told(
            |nodes| nodes.truncate(1),
            &["n2 does not answer", "n3 does not answer", "1 of 3 nodes is left, so nothing is stored"],
        );
        told(|nodes| nodes[1].syncs_always = false, &["n2 acknowledges before it is on disk"]);
        let old = |nodes: &mut Vec<Node>| nodes[1].version = "2.11.0".into();
        told(old, &["n2 runs nats-server 2.11.0", "several versions (2.11.0, 2.15.1)"]);
        told(|nodes| nodes[0].stored = (91, 100), &["n1 has stored 91 B of 100 B"]);
        told(|nodes| drop(nodes[2].replicas.remove(0)), &["n3 has no copy of CHRONICLE"]);
        let once = |nodes: &mut Vec<Node>| {
            for node in nodes.iter_mut() {
                node.replicas.truncate(1);
            }
            nodes.drain(1..).for_each(drop);
            nodes[0].replicas[0].copies = 1;
            nodes[0].others.clear();
        };
        told(once, &[]);
        told(
            |nodes| nodes.iter_mut().for_each(|node| node.replicas[0].leader = None),
            &["nobody leads the log, so nothing is stored"],
        );
    }
}
