//! The current view over HTTP.

use std::net::SocketAddr;

use tests::http::ask;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::Size;
use crate::events::organisation;
use crate::measure::{Goal, Measured, Run, alternately};
use crate::service::Service;
use crate::store::Store;

/// How many ask at once, each on a connection that is kept.
const ASKERS: u64 = 64;
/// A tenth of the events is asked for, that often in all.
const SHARE: u64 = 10;

/// The members of an organisation: beside plain axum, which answers a constant as long.
pub(crate) fn view(size: Size) -> Vec<Measured> {
    let store = Store::with((size.events / SHARE).max(1000));
    let (ours, alone) = (Service::chronicle(&store.server.url()), Service::axum_alone());
    let address = format!("/v1/organisations/{}/members", organisation(0));
    let answer = ask(ours.address, &address);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let constant = format!("/constant/{}", answer.body.len());
    let each = (size.events / SHARE / ASKERS).max(1);
    let asked = |service: &Service, address: &str| {
        Run::of_service(service.process(), Some(store.process()), || {
            store.runtime.block_on(asked(service.address, address, each));
            each * ASKERS
        })
    };
    let runs = alternately(size.rounds, || asked(&alone, &constant), || asked(&ours, &address));
    let what = format!("members of an organisation, {} bytes", answer.body.len());
    let measured = Measured::by_core(&what, "a constant of axum", &runs).reaching(Goal::RatioAtLeast(0.8));
    vec![measured, Measured::by_second(&what, "a constant of axum", &runs)]
}

/// All ask at once, so often each.
async fn asked(service: SocketAddr, address: &str, each: u64) {
    let mut askers = JoinSet::new();
    for _ in 0..ASKERS {
        let request = format!("GET {address} HTTP/1.1\r\nHost: {service}\r\n\r\n");
        askers.spawn(async move {
            let mut stream = BufReader::new(TcpStream::connect(service).await.expect("a connection"));
            for _ in 0..each {
                stream.write_all(request.as_bytes()).await.expect("it is asked");
                answer(&mut stream).await;
            }
        });
    }
    askers.join_all().await;
}

/// Reads one answer away.
async fn answer(stream: &mut BufReader<TcpStream>) {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.expect("it answers");
        if line == "\r\n" {
            break;
        }
        assert!(!line.starts_with("HTTP/1.1") || line.contains(" 200 "), "{line}");
        if let Some((name, value)) = line.trim_end().split_once(": ")
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("all of it");
}
