//! What the users of `deploy/nats` may publish and subscribe to, asked of a real server, subject by subject.

mod support;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use async_nats::{ConnectOptions, Event, ServerError};
use chronicle_nats::embedded::find_server;
use support::{PATIENCE, wait};
use tempfile::TempDir;

/// What nobody may do.
const NEVER: [&str; 9] = [
    "$JS.API.STREAM.DELETE.CHRONICLE",
    "$JS.API.STREAM.PURGE.CHRONICLE",
    "$JS.API.STREAM.MSG.DELETE.CHRONICLE",
    "$JS.API.STREAM.RESTORE.CHRONICLE",
    "$JS.API.CONSUMER.DELETE.CHRONICLE.other",
    "$JS.API.META.LEADER.STEPDOWN",
    "$SYS.REQ.SERVER.PING.CONNZ",
    "_INBOX.other",
    "chronicle.other",
];
/// Events: of an organisation, of another one, and one that is too deep for any stream.
const EVENTS: [&str; 3] =
    ["chronicle.event.sco.-.admission", "chronicle.event.apec.-.admission", "chronicle.event.sco.a.b.c"];
/// Reading the log.
const READING: [&str; 4] = [
    "$JS.API.INFO",
    "$JS.API.STREAM.INFO.CHRONICLE",
    "$JS.API.STREAM.MSG.GET.CHRONICLE",
    "$JS.API.CONSUMER.CREATE.CHRONICLE.some",
];
/// Reading and writing views.
const VIEWS: [&str; 3] = [
    "$KV.membership-1.sco.BLR",
    "$JS.API.STREAM.CREATE.KV_membership-1",
    "$JS.API.DIRECT.GET.KV_membership-1.$KV.membership-1.a",
];
/// Setting up.
const SETTING_UP: [&str; 2] = ["$JS.API.STREAM.CREATE.CHRONICLE", "$JS.API.STREAM.UPDATE.CHRONICLE"];
/// Looking at the servers.
const LOOKING: [&str; 2] = ["$SYS.REQ.SERVER.PING.JSZ", "$SYS.REQ.SERVER.PING.VARZ"];
/// What is published last: refused to everybody, so that everything before it was judged.
const LAST: &str = "nobody.may.this";

/// One node alone, as far as permissions go.
struct Node {
    server: support::NatsServer,
    made: PathBuf,
    _folder: TempDir,
}

impl Node {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats");
        for file in ["keys", "permissions.conf", "accounts.conf", "common.conf"] {
            std::fs::copy(from.join(file), folder.path().join(file)).expect("copied");
        }
        let keys = Command::new(folder.path().join("keys"))
            .args(["n1=127.0.0.1", "n2=127.0.0.1", "n3=127.0.0.1", "--publishers", "sco,apec", "--room", "1"])
            .output()
            .expect("python3 runs; hint: ./deploy/setup --tests");
        assert!(keys.status.success(), "{}", String::from_utf8_lossy(&keys.stderr));
        let accounts = folder.path().join("accounts.conf");
        let server = support::NatsServer::start_with(&format!("include \"{}\"", relative(&accounts)));
        Self { server, made: folder.path().join("made"), _folder: folder }
    }

    /// What a user is refused: to publish and to subscribe.
    async fn refused(&self, user: &str, publish: &[&str], subscribe: &[&str]) -> BTreeSet<String> {
        let seed = std::fs::read_to_string(self.made.join(format!("users/{user}.nk"))).expect("a seed");
        let heard = Arc::<Mutex<Vec<String>>>::default();
        let told = Arc::clone(&heard);
        let options = ConnectOptions::with_nkey(seed.trim().to_owned()).event_callback(move |event| {
            if let Event::ServerError(ServerError::Other(text)) = event {
                told.lock().unwrap_or_else(PoisonError::into_inner).push(text);
            }
            std::future::ready(())
        });
        let client = tokio::time::timeout(PATIENCE, options.connect(self.server.url())).await.expect("in time");
        let client = client.unwrap_or_else(|error| panic!("{user}: {error}"));
        let mut held = Vec::new();
        for subject in subscribe {
            held.push(client.subscribe((*subject).to_owned()).await.expect("sent"));
        }
        for subject in publish.iter().chain([&LAST]) {
            client.publish((*subject).to_owned(), "".into()).await.expect("sent");
        }
        client.flush().await.expect("sent");
        let all = || heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let said = wait("the last refusal", all, |said| said.iter().any(|text| text.contains(LAST)));
        let named = said.iter().filter_map(|text| text.split('"').nth(1)).filter(|subject| *subject != LAST);
        named.map(str::to_owned).collect()
    }
}

/// A path as a configuration includes it: relative to that of the server, which lies in a folder beside.
fn relative(path: &Path) -> String {
    let inner: PathBuf = path.strip_prefix("/").expect("an absolute path").to_owned();
    let up = "../".repeat(std::env::temp_dir().components().count() + 1);
    format!("{up}{}", inner.display())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_user_may_publish_and_take_what_its_work_needs_and_nothing_else() {
    assert!(find_server(Path::new(env!("CARGO_MANIFEST_DIR"))).is_ok(), "hint: ./deploy/setup");
    let node = Node::start();
    let everything: Vec<&str> =
        [&NEVER[..], &EVENTS, &READING, &VIEWS, &SETTING_UP, &LOOKING].into_iter().flatten().copied().collect();
    let [sco, apec, _] = EVENTS;
    let [value, bucket, get] = VIEWS;
    let [create, update] = SETTING_UP;
    for (user, may) in [
        ("publisher-sco", [&[sco][..], &READING].concat()),
        ("publisher-apec", [&[apec][..], &READING].concat()),
        ("reader", READING.to_vec()),
        ("gateway", [&[sco, apec, get][..], &READING].concat()),
        ("projector", [&[value, bucket, get][..], &READING].concat()),
        ("serve", [&[sco, apec, value, bucket, get][..], &READING].concat()),
        ("setup", [&[sco, apec, EVENTS[2], create, update, bucket][..], &READING].concat()),
        ("monitor", LOOKING.to_vec()),
    ] {
        let own = format!("_INBOX_{user}.a");
        let taken = [own.as_str(), "_INBOX.>", "_INBOX_serve.>", "chronicle.>", "$KV.>", ">"];
        let refused = node.refused(user, &everything, &taken).await;
        let expected: BTreeSet<String> = everything
            .iter()
            .filter(|subject| !may.contains(subject))
            .chain(&taken[1..])
            .filter(|subject| **subject != format!("_INBOX_{user}.>"))
            .map(|subject| (*subject).to_owned())
            .collect();
        let (more, less): (Vec<_>, Vec<_>) =
            (refused.difference(&expected).collect(), expected.difference(&refused).collect());
        assert!(more.is_empty() && less.is_empty(), "{user} is refused {more:?}, and is not refused {less:?}");
    }
}
