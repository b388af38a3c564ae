//! A client that does nothing but read and write: what the server gives, and no more. As little of the protocol as that
//! takes (<https://docs.nats.io/reference/reference-protocols/nats-protocol>).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use chronicle_nats::STREAM;

use crate::events::Told;

/// How long nothing may come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 20;
/// Where answers come.
const INBOX: &str = "_INBOX.plain";

/// A connection.
pub(crate) struct Plain {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    /// How many batches were sent.
    batches: u64,
}

/// A message: its subject of reply and its body, headers in front.
struct Message {
    reply: Option<String>,
    headers: usize,
    body: Vec<u8>,
}

impl Plain {
    /// To a server.
    pub(crate) fn connect(url: &str) -> Self {
        let address = url.strip_prefix("nats://").expect("an address of a server");
        let writer = TcpStream::connect(address).expect("a connection");
        writer.set_nodelay(true).expect("a socket");
        writer.set_read_timeout(Some(PATIENCE)).expect("a socket");
        let reader = BufReader::with_capacity(READ_BYTES, writer.try_clone().expect("a socket"));
        let mut plain = Self { reader, writer, batches: 0 };
        plain.say(b"CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\n");
        // Each by its name: who listens behind a wildcard does not count as listening to a consumer.
        for (number, answers) in (1..).zip(["stored", "made", "pushed", "deleted"]) {
            plain.say(format!("SUB {INBOX}.{answers} {number}\r\n").as_bytes());
        }
        plain
    }

    fn say(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).expect("the server takes what is sent");
    }

    /// Stores events as one batch, and waits until it is acknowledged.
    pub(crate) fn store(&mut self, events: &[Told]) {
        self.batches += 1;
        let (batch, last) = (self.batches, events.len());
        let mut said = Vec::with_capacity(events.len() * 700);
        for (number, event) in (1..).zip(events) {
            let commit = if number == last { "Nats-Batch-Commit: 1\r\n" } else { "" };
            let headers = format!(
                "NATS/1.0\r\nNats-Msg-Id: {}\r\nContent-Type: application/cloudevents+json\r\nNats-Batch-Id: plain-{}-{batch}\r\n\
                 Nats-Batch-Sequence: {number}\r\n{commit}\r\n",
                event.id,
                std::process::id()
            );
            let reply = if number == last { format!(" {INBOX}.stored") } else { String::new() };
            let whole = headers.len() + event.bytes.len();
            write!(said, "HPUB {}{reply} {} {whole}\r\n{headers}", event.subject, headers.len()).expect("memory");
            said.extend_from_slice(&event.bytes);
            said.extend_from_slice(b"\r\n");
        }
        self.say(&said);
        let answer = self.next();
        let answer = String::from_utf8_lossy(&answer.body);
        assert!(answer.contains("\"seq\""), "the batch is not stored: {answer}");
    }

    /// Reads so many messages from the first on, with flow control: how many bytes they hold.
    pub(crate) fn read(&mut self, count: u64) -> u64 {
        self.batches += 1;
        let name = format!("plain-{}-{}", std::process::id(), self.batches);
        let config = format!(
            "{{\"stream_name\":\"{STREAM}\",\"config\":{{\"name\":\"{name}\",\"deliver_subject\":\"{INBOX}.pushed\",\"ack_policy\":\"none\",\
             \"max_deliver\":1,\"deliver_policy\":\"all\",\"replay_policy\":\"instant\",\"flow_control\":true,\"idle_heartbeat\":5000000000,\
             \"inactive_threshold\":10000000000,\"mem_storage\":true,\"num_replicas\":1}}}}"
        );
        let request = format!("$JS.API.CONSUMER.CREATE.{STREAM}.{name} {INBOX}.made");
        self.say(format!("PUB {request} {}\r\n{config}\r\n", config.len()).as_bytes());
        let (mut read, mut bytes) = (0, 0);
        while read < count {
            let message = self.next();
            match &message.reply {
                Some(reply) if reply.starts_with("$JS.ACK.") => {
                    read += 1;
                    bytes += message.body.len() as u64;
                }
                // Flow control: the server asks whether we have come so far.
                Some(reply) => {
                    let answer = format!("PUB {reply} 0\r\n\r\n");
                    self.say(answer.as_bytes());
                }
                // A heartbeat, or the answer that the consumer is made.
                None => {
                    let said = String::from_utf8_lossy(&message.body);
                    assert!(message.headers > 0 || !said.contains("\"error\""), "the server says {said}");
                }
            }
        }
        let request = format!("PUB $JS.API.CONSUMER.DELETE.{STREAM}.{name} {INBOX}.deleted 0\r\n\r\n");
        self.say(request.as_bytes());
        while !self.next().body.starts_with(b"{\"type\":\"io.nats.jetstream.api.v1.consumer_delete") {}
        bytes
    }

    /// The next message.
    fn next(&mut self) -> Message {
        let mut line = Vec::new();
        loop {
            line.clear();
            self.reader.read_until(b'\n', &mut line).expect("the server sends");
            let text = std::str::from_utf8(&line).expect("a line of the protocol").trim_end();
            let mut words = text.split(' ');
            let kind = words.next().unwrap_or_default();
            let words: Vec<&str> = words.collect();
            let number = |word: Option<&&str>| word.and_then(|word| word.parse::<usize>().ok()).expect("a length");
            let (reply, headers, length) = match (kind, words.len()) {
                ("MSG", 3) => (None, 0, number(words.get(2))),
                ("MSG", 4) => (Some(words[2].to_owned()), 0, number(words.get(3))),
                ("HMSG", 4) => (None, number(words.get(2)), number(words.get(3))),
                ("HMSG", 5) => (Some(words[2].to_owned()), number(words.get(3)), number(words.get(4))),
                ("PING", _) => {
                    self.say(b"PONG\r\n");
                    continue;
                }
                ("-ERR", _) => panic!("the server says {text}"),
                _ => continue,
            };
            let mut body = vec![0; length + 2];
            self.reader.read_exact(&mut body).expect("a body");
            body.truncate(length);
            return Message { reply, headers, body };
        }
    }
}
