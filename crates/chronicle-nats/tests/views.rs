//! Published views on a real nats-server: the contract, and what other clients see.

mod support;

use std::sync::Mutex;

use chronicle::{Change, Revision, ViewStore, view_contract};
use futures::StreamExt;
use summit::Position;
use support::{NatsServer, PATIENCE};

#[tokio::test(flavor = "multi_thread")]
async fn views_on_jetstream_keep_the_contract() {
    let servers = Mutex::new(Vec::new());
    view_contract::all(async || {
        let server = NatsServer::start();
        let views = server.chronicle().await.views();
        servers.lock().expect("one suite").push(server);
        views
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_goes_on_after_the_server_was_killed() {
    let mut server = NatsServer::start();
    let views = server.chronicle().await.views();
    let put = |value: &'static str| vec![Change { key: "sco.BLR".into(), value: Some(value.into()) }];
    let mut watched = views.watch("membership-1");
    let one = views.apply("membership-1", Revision::NONE, put("observer"), Position::new(1)).await.expect("applied");
    let mut seen = Vec::new();
    for _ in 0..2 {
        seen.push(tokio::time::timeout(PATIENCE, watched.next()).await.expect("pushed"));
    }
    server.kill();
    server.run();
    support::wait("the connection", || server.port, |port| support::greeting(*port).starts_with("INFO"));
    let end = std::time::Instant::now() + PATIENCE;
    while let Err(error) = views.apply("membership-1", one.revision, put("member"), Position::new(2)).await {
        assert!(std::time::Instant::now() < end, "{error}");
    }
    for _ in 0..2 {
        seen.push(tokio::time::timeout(PATIENCE, watched.next()).await.expect("pushed"));
    }
    let values: Vec<String> = seen.iter().map(|update| format!("{update:?}")).collect();
    assert!(values[1].contains("observer") && values[3].contains("member"), "{values:?}");
}
