//! The configuration, and what each user can do there.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;
use tests::cluster::{Cluster, NODES};

/// An event of an organisation.
fn admission(number: u32, organisation: &str) -> String {
    json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{number:012}"), "source": "/desk",
        "type": "chronicle.admission.v1", "recordedtime": "2026-01-01T00:00:00Z",
        "data": { "occurred": "2024-07-04", "attribution": [{"name": "desk"}], "organisation": organisation, "party": "BLR" },
    })
    .to_string()
}

#[test]
fn the_configuration_of_each_node_is_good_and_a_misspelt_word_in_it_is_not() {
    let cluster = Cluster::prepare("sco");
    for number in 0..NODES {
        assert_eq!(cluster.checked(number), Ok(()));
    }
    let path = cluster.configuration(1);
    let text = std::fs::read_to_string(&path).expect("the configuration");
    std::fs::write(&path, text.replace("sync_interval", "sync_intervall")).expect("written");
    assert!(
        cluster.checked(1).is_err_and(|said| said.contains("sync_intervall")),
        "it would be passed over in silence"
    );
}

#[test]
fn three_nodes_form_a_cluster_and_each_user_does_what_it_must_and_nothing_else() {
    let mut cluster = Cluster::start("sco,apec");
    println!("formed: {}", cluster.how());
    let nodes = cluster.until_equal();
    for node in &nodes {
        let log = node.log().expect("a copy of the log");
        assert_eq!(
            (node.syncs_always, log.copies, log.differences.as_slice()),
            (true, NODES, [].as_slice()),
            "{node:?}"
        );
    }

    let publish = |user: &str, number: u32, organisation: &str| {
        cluster.chronicle(user).feed(["publish", "-"], admission(number, organisation).as_bytes())
    };
    publish("publisher-sco", 1, "sco").good();
    publish("publisher-apec", 2, "apec").good();
    publish("gateway", 3, "un").good();
    for (user, organisation) in [("publisher-sco", "apec"), ("projector", "sco"), ("reader", "sco")] {
        let refused = publish(user, 9, organisation);
        assert_eq!(refused.code, Some(5), "{user}: {}", refused.err);
        assert!(refused.err.contains("Permissions Violation"), "{}", refused.err);
    }

    for user in ["publisher-sco", "gateway", "projector", "serve", "reader", "setup"] {
        let members = cluster.chronicle(user).run(["members", "sco", "--json"]).json();
        assert_eq!(members["counts"]["member"]["yes"], 1, "{user}");
    }
    let served = cluster.chronicle("serve").spawn(["serve"]);
    let pointed = cluster.until("the views, three times each", |nodes| {
        let views =
            |node: &chronicle_nats::Node| node.replicas.iter().filter(|one| one.stream.starts_with("KV_")).count();
        nodes.len() == NODES && nodes.iter().all(|node| views(node) == 3)
    });
    assert!(
        pointed.iter().flat_map(|node| &node.replicas).all(|one| one.copies == NODES && one.differences.is_empty()),
        "{pointed:#?}"
    );
    drop(served);

    // Nobody without a key, with the key of somebody else's cluster, or who trusts nobody there.
    let stranger = Cluster::prepare("");
    let unknown =
        cluster.chronicle("reader").with("CHRONICLE_NATS_NKEY", stranger.seed("reader")).run(["members", "sco"]);
    assert_eq!(unknown.code, Some(5), "{}", unknown.err);
    let unproven =
        cluster.chronicle("reader").with("CHRONICLE_NATS_CA", stranger.made("ca.crt")).run(["members", "sco"]);
    assert_eq!(unproven.code, Some(6), "{}", unproven.err);
    let open = cluster.seed("reader");
    std::fs::set_permissions(&open, Permissions::from_mode(0o644)).expect("ours");
    let refused = cluster.chronicle("reader").run(["members", "sco"]);
    assert_eq!(refused.code, Some(5), "{}", refused.err);
    assert!(
        refused.err.contains("others may read it (mode 644)") && refused.err.contains("chmod 600"),
        "{}",
        refused.err
    );
}
