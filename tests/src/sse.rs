//! A listener to server-sent events over a socket: as little of HTTP as that takes.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};

use crate::wait::PATIENCE;

/// How long to wait before coming back, where the service is not there.
const PAUSE: Duration = Duration::from_millis(50);

/// A stream that is read.
#[derive(Debug)]
pub struct Listener {
    stream: BufReader<TcpStream>,
    /// What was read of it and not taken yet.
    text: Vec<u8>,
    /// The id behind which to come back.
    pub last_id: Option<String>,
}

/// An event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Its id.
    pub id: String,
    /// Its name.
    pub event: String,
    /// What it says.
    pub data: Value,
}

impl Listener {
    /// Asks for an address, behind an id where there is one.
    pub async fn open(service: SocketAddr, address: &str, last_id: Option<&str>) -> Result<Self> {
        Self::on(TcpStream::connect(service).await?, service, address, last_id).await
    }

    /// The same with room for so many bytes in the socket.
    pub async fn open_narrow(service: SocketAddr, address: &str, room: u32) -> Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(room)?;
        Self::on(socket.connect(service).await?, service, address, None).await
    }

    async fn on(mut stream: TcpStream, service: SocketAddr, address: &str, last_id: Option<&str>) -> Result<Self> {
        let last = last_id.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        let request = format!("GET {address} HTTP/1.1\r\nHost: {service}\r\nAccept: text/event-stream\r\n{last}\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut stream = BufReader::with_capacity(4096, stream);
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if stream.read_until(b'\n', &mut head).await? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        if !head.starts_with("HTTP/1.1 200") || !head.contains("chunked") {
            return Err(Error::other(head));
        }
        Ok(Self { stream, text: Vec::new(), last_id: last_id.map(ToOwned::to_owned) })
    }

    /// The next event; nothing where the stream ended in order.
    pub async fn next(&mut self) -> Result<Option<Told>> {
        loop {
            while let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.text.drain(..end + 2).collect();
                if let Some(told) = self.block(&String::from_utf8_lossy(&block)) {
                    return Ok(Some(told));
                }
            }
            if !self.chunk().await? {
                return Ok(None);
            }
        }
    }

    /// The next event, if it comes in time.
    ///
    /// # Panics
    ///
    /// Where none does.
    pub async fn told(&mut self) -> Told {
        let next = tokio::time::timeout(PATIENCE, self.next()).await;
        let next = next.unwrap_or_else(|_| panic!("waited {PATIENCE:?} for an event behind {:?}", self.last_id));
        next.expect("a stream").unwrap_or_else(|| panic!("an event behind {:?}, and the stream ended", self.last_id))
    }

    fn block(&mut self, block: &str) -> Option<Told> {
        let fields = block.lines().filter_map(|line| line.split_once(": "));
        let (mut event, mut data) = (String::new(), None);
        for (field, value) in fields {
            match field {
                "id" => self.last_id = Some(value.to_owned()),
                "event" => value.clone_into(&mut event),
                "data" => data = serde_json::from_str(value).ok(),
                _ => {}
            }
        }
        data.map(|data| Told { id: self.last_id.clone().unwrap_or_default(), event, data })
    }

    /// Reads a chunk; false at the last one.
    async fn chunk(&mut self) -> Result<bool> {
        let mut size = String::new();
        if self.stream.read_line(&mut size).await? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let size = usize::from_str_radix(size.trim(), 16).map_err(Error::other)?;
        let before = self.text.len();
        self.text.resize(before + size, 0);
        self.stream.read_exact(&mut self.text[before..]).await?;
        self.stream.read_exact(&mut [0; 2]).await?;
        Ok(size > 0)
    }
}

/// One who comes back whenever his stream breaks, until he was told so many events. Each of them in order.
pub async fn persistent(service: SocketAddr, address: &str, count: usize) -> Vec<Told> {
    let (mut told, mut last_id) = (Vec::new(), None);
    while told.len() < count {
        let opened = Listener::open(service, address, last_id.as_deref()).await;
        let Ok(mut listener) = opened else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // What was told before it broke counts; the rest comes again.
        while let Ok(Some(next)) = listener.next().await {
            told.push(next);
            if told.len() == count {
                break;
            }
        }
        last_id = listener.last_id;
    }
    told
}
