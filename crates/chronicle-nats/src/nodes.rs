//! The servers of a cluster, one by one: what each says of itself and of its own copies. A leader answers for all of them,
//! and a copy that lost what stood in its middle is not told by it.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, timeout_at};

use crate::link::Link;
use crate::log;
use crate::settings::{ConnectError, Settings};
use crate::stream::{self, Difference, STREAM};
use crate::views;

/// Where every server of a cluster is asked at once.
const ASKED: &str = "$SYS.REQ.SERVER.PING.JSZ";
/// How long servers may take to answer. Those that are there take milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a server of a cluster says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name in the cluster, such as `n1`.
    pub name: String,
    /// Its version, as it says.
    pub version: String,
    /// Whether it writes to the disk before it acknowledges.
    pub syncs_always: bool,
    /// How many bytes it stores, as it counts, and how many it may.
    pub stored: (u64, u64),
    /// Who leads the cluster, as far as this one knows.
    pub leader: Option<String>,
    /// The others, as far as this one knows, and whether they are there.
    pub others: Vec<(String, bool)>,
    /// Its copies of streams.
    pub replicas: Vec<Replica>,
}

/// One server's copy of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// In whose account.
    pub account: String,
    /// Of which stream.
    pub stream: String,
    /// When the stream was created.
    pub created_at: Timestamp,
    /// Who leads it, as far as this server knows.
    pub leader: Option<String>,
    /// Messages in the copy.
    pub messages: u64,
    /// Their bytes, as the server counts.
    pub bytes: u64,
    /// The first sequence.
    pub first: u64,
    /// The last sequence.
    pub last: u64,
    /// How many servers are to keep the stream.
    pub copies: usize,
    /// Where the log or a view is not kept as it must be.
    pub differences: Vec<Difference>,
}

impl Replica {
    /// Whether it is one of the log.
    pub fn is_of_the_log(&self) -> bool {
        self.stream == STREAM
    }

    /// How many messages of the log it has lost from between the first and the last: nothing is ever deleted.
    pub fn lost(&self) -> u64 {
        if self.is_of_the_log() { self.last.saturating_sub(self.messages) } else { 0 }
    }
}

impl Node {
    /// Its copy of the log.
    pub fn log(&self) -> Option<&Replica> {
        self.replicas.iter().find(|replica| replica.is_of_the_log())
    }
}

/// Asks every server of a cluster, as a user of its system account. Those that do not answer within two seconds are left
/// out; the others name them.
pub async fn nodes(settings: &Settings) -> Result<Vec<Node>, ConnectError> {
    let url = settings.shown_url();
    let link = Link::connect(settings).await?;
    let client = link.client();
    let refused = |reason: String| ConnectError::Refused { url: url.clone(), reason };
    let inbox = client.new_inbox();
    let mut refusals = link.refusals(vec![ASKED.to_owned()]);
    let mut answers = client.subscribe(inbox.clone()).await.map_err(|error| refused(error.to_string()))?;
    let asked = Bytes::from(json!({ "accounts": true, "streams": true, "config": true }).to_string());
    let sent = client.publish_with_reply(ASKED, inbox, asked).await;
    sent.map_err(|error| refused(error.to_string()))?;
    let (mut nodes, end) = (Vec::<Node>::new(), Instant::now() + PATIENCE);
    let mut expected = usize::MAX;
    while nodes.len() < expected {
        let Ok(Some(message)) = timeout_at(end, answers.next()).await else { break };
        let answer: Answer = match serde_json::from_slice(&message.payload) {
            Ok(answer) => answer,
            Err(error) => return Err(refused(format!("an answer that cannot be read: {error}"))),
        };
        expected = answer.data.meta_cluster.as_ref().map_or(1, |meta| meta.size);
        nodes.push(answer.into());
    }
    if let Some(refusal) = refusals.already() {
        return Err(log::refused(crate::link::Failure::NotPermitted(refusal.to_string()), &url));
    }
    nodes.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(nodes)
}

#[derive(Deserialize)]
struct Answer {
    server: Server,
    data: JetStream,
}

#[derive(Deserialize)]
struct Server {
    name: String,
    ver: String,
}

#[derive(Deserialize)]
struct JetStream {
    #[serde(default)]
    storage: u64,
    #[serde(default)]
    config: Kept,
    meta_cluster: Option<Cluster>,
    #[serde(default)]
    account_details: Vec<Account>,
}

#[derive(Deserialize, Default)]
struct Kept {
    #[serde(default)]
    max_storage: u64,
    #[serde(default)]
    sync_always: bool,
}

#[derive(Deserialize)]
struct Cluster {
    leader: Option<String>,
    #[serde(default, rename = "cluster_size")]
    size: usize,
    #[serde(default)]
    replicas: Vec<Peer>,
}

#[derive(Deserialize)]
struct Peer {
    name: String,
    #[serde(default)]
    offline: bool,
}

#[derive(Deserialize)]
struct Account {
    name: String,
    #[serde(default)]
    stream_detail: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    name: String,
    created: Timestamp,
    cluster: Option<Cluster>,
    #[serde(default)]
    config: Map<String, Value>,
    state: State,
}

#[derive(Deserialize)]
struct State {
    messages: u64,
    bytes: u64,
    first_seq: u64,
    last_seq: u64,
}

impl From<Answer> for Node {
    fn from(answer: Answer) -> Self {
        let Answer { server, data } = answer;
        let meta = data.meta_cluster;
        let leader = meta.as_ref().and_then(|meta| meta.leader.clone()).filter(|leader| !leader.is_empty());
        let others = meta.into_iter().flat_map(|meta| meta.replicas).map(|peer| (peer.name, !peer.offline));
        let copies = data.account_details.into_iter().flat_map(|account| {
            let name = account.name;
            account.stream_detail.into_iter().map(move |stream| replica(name.clone(), stream))
        });
        let mut replicas: Vec<Replica> = copies.collect();
        replicas.sort_by(|left, right| (&left.account, &left.stream).cmp(&(&right.account, &right.stream)));
        Self {
            name: server.name,
            version: server.ver,
            syncs_always: data.config.sync_always,
            stored: (data.storage, data.config.max_storage),
            leader,
            others: others.collect(),
            replicas,
        }
    }
}

fn replica(account: String, stream: Stream) -> Replica {
    let copies = stream.config.get("num_replicas").and_then(Value::as_u64).unwrap_or(1);
    let copies = usize::try_from(copies).unwrap_or(usize::MAX);
    let wanted = match stream.name.strip_prefix("KV_") {
        None if stream.name == STREAM => Some(stream::wanted(copies, stream::restored_to(&stream.config))),
        Some(view) if views::is_ours(view) => Some(views::bucket(view, copies)),
        None | Some(_) => None,
    };
    Replica {
        account,
        created_at: stream.created,
        leader: stream.cluster.and_then(|cluster| cluster.leader).filter(|leader| !leader.is_empty()),
        messages: stream.state.messages,
        bytes: stream.state.bytes,
        first: stream.state.first_seq,
        last: stream.state.last_seq,
        copies,
        differences: wanted.map(|wanted| stream::differences(&wanted, &stream.config)).unwrap_or_default(),
        stream: stream.name,
    }
}
