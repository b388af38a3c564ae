//! Asking another service: the other end of the questions. One connection for each, closed behind it.

use std::fmt::Display;
use std::time::Duration;

use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, Request, Response, StatusCode, Uri, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use projector::Token;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::ask::{CITATION, LICENCE, LINES, NOTES, STALE, TOKEN};

/// How long it may take to be connected.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// How long an answer may take to begin, and then each part of it.
const ANSWER_PATIENCE: Duration = Duration::from_secs(60);
/// How many bytes an answer may have that is kept in memory whole.
const MAX_ANSWER_BYTES: usize = 1024 * 1024 * 1024;

/// A service somewhere.
#[derive(Debug, Clone)]
pub struct Remote {
    scheme: Scheme,
    authority: Authority,
    /// What stands before every path, without a slash at its end.
    prefix: String,
    /// Who asks.
    token: Option<String>,
}

/// A question as an address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedFor {
    path: String,
    parameters: Vec<(&'static str, String)>,
}

/// What a service answered.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub body: Bytes,
    /// What it says beside.
    pub said: SaidBeside,
}

/// What a service says beside an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SaidBeside {
    /// What may be wrong with the question.
    pub notes: Vec<String>,
    /// Why the answer is not current, if it is not.
    pub stale: Option<String>,
    /// From where an export was asked: asked again, it gives the same bytes.
    pub token: Option<Token>,
    /// Under which terms an export may be used.
    pub licence: Option<String>,
    /// How to cite an export.
    pub citation: Option<String>,
}

impl SaidBeside {
    fn read(headers: &HeaderMap) -> Self {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let text = |name: &str| header(name).map(|text| serde_json::from_str(text).unwrap_or_else(|_| text.to_owned()));
        Self {
            notes: header(NOTES).and_then(|notes| serde_json::from_str(notes).ok()).unwrap_or_default(),
            stale: text(STALE),
            token: header(TOKEN).and_then(|token| serde_json::from_str(token).ok()),
            licence: text(LICENCE),
            citation: text(CITATION),
        }
    }
}

/// Why a service did not answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RemoteError {
    /// There is no such address.
    #[error("{0:?} is no address of a service, such as http://127.0.0.1:8080")]
    BadAddress(String),
    /// A token is a secret, and would be shown to everybody on the way.
    #[error("a token is sent over https only, or to this machine")]
    TokenInTheOpen,
    /// Nobody answers there.
    #[error("no answer from {address}: {reason}")]
    Unreachable {
        /// Where.
        address: String,
        /// Why.
        reason: String,
    },
    /// It answers that something is wrong.
    #[error("{detail}")]
    Problem {
        /// The problem's word.
        code: String,
        /// What is wrong.
        detail: String,
        /// All of the problem.
        members: Value,
    },
    /// What answers is no such service.
    #[error("what answers at {address} is no chronicle: {reason}")]
    Foreign {
        /// Where.
        address: String,
        /// What it answered.
        reason: String,
    },
}

impl AskedFor {
    /// A question at a path.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), parameters: Vec::new() }
    }

    /// With a parameter, where it has a value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.parameters.extend(value.map(|value| (name, value.to_string())));
        self
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&self.parameters);
        query.finish()
    }
}

impl Remote {
    /// The service at an address, asked by whoever has this token.
    pub fn at(address: &str, token: Option<String>) -> Result<Self, RemoteError> {
        let bad = || RemoteError::BadAddress(address.to_owned());
        let uri: Uri = address.parse().map_err(|_| bad())?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else { return Err(bad()) };
        let prefix = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned()).unwrap_or_default();
        // What lets one in does not belong into an address.
        if (scheme != Scheme::HTTP && scheme != Scheme::HTTPS) || authority.as_str().contains('@') {
            return Err(bad());
        }
        let here = authority.host() == "localhost"
            || authority.host().trim_matches(['[', ']']).parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if token.is_some() && scheme == Scheme::HTTP && !here {
            return Err(RemoteError::TokenInTheOpen);
        }
        Ok(Self { scheme, authority, prefix, token })
    }

    /// Asks, and waits for the whole answer.
    pub async fn ask(&self, question: &AskedFor) -> Result<Answered, RemoteError> {
        let response = self.send(question, "application/json").await?;
        let said = SaidBeside::read(response.headers());
        let body = self.whole(response.into_body()).await?;
        Ok(Answered { body, said })
    }

    /// Whether it is ready: what `/readyz` answers, in either case.
    pub async fn readiness(&self) -> Result<Bytes, RemoteError> {
        let response = self.answer(&AskedFor::at("/readyz"), "application/json").await?;
        match response.status() {
            StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE => self.whole(response.into_body()).await,
            _ => Err(self.problem(response).await),
        }
    }

    /// Asks for lines, and hands on what comes as it comes. Gives what is said beside them.
    pub async fn lines<E: From<RemoteError>>(
        &self,
        question: &AskedFor,
        mut part: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<SaidBeside, E> {
        let response = self.send(question, LINES).await?;
        let said = SaidBeside::read(response.headers());
        let mut body = response.into_body();
        loop {
            let frame = tokio::time::timeout(ANSWER_PATIENCE, body.frame()).await;
            let frame = frame.map_err(|_| self.unreachable("it stopped in the middle of its answer"))?;
            let Some(frame) = frame.transpose().map_err(|error| self.unreachable(&error))? else { return Ok(said) };
            if let Some(data) = frame.data_ref() {
                part(data)?;
            }
        }
    }

    async fn send(&self, question: &AskedFor, accept: &str) -> Result<Response<Incoming>, RemoteError> {
        let response = self.answer(question, accept).await?;
        if response.status() == StatusCode::OK { Ok(response) } else { Err(self.problem(response).await) }
    }

    /// Whatever it answers.
    async fn answer(&self, question: &AskedFor, accept: &str) -> Result<Response<Incoming>, RemoteError> {
        let query = question.query();
        let mark = if query.is_empty() { "" } else { "?" };
        let mut request = Request::get(format!("{}{}{mark}{query}", self.prefix, question.path))
            .header(header::HOST, self.authority.as_str())
            .header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request =
            request.body(Empty::<Bytes>::new()).map_err(|error| RemoteError::BadAddress(error.to_string()))?;
        let connected = tokio::time::timeout(CONNECT_PATIENCE, self.connect()).await;
        let stream = connected.map_err(|_| self.unreachable("it takes too long to be connected"))??;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.unreachable(&error))?;
        // It ends with the answer.
        tokio::spawn(connection);
        let response = tokio::time::timeout(ANSWER_PATIENCE, sender.send_request(request)).await;
        response
            .map_err(|_| self.unreachable(&format!("nothing within {} s", ANSWER_PATIENCE.as_secs())))?
            .map_err(|error| self.unreachable(&error))
    }

    async fn connect(&self) -> Result<Box<dyn Stream>, RemoteError> {
        let host = self.authority.host().trim_matches(['[', ']']);
        let secure = self.scheme == Scheme::HTTPS;
        let port = self.authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let stream = TcpStream::connect((host, port)).await.map_err(|error| self.unreachable(&error))?;
        if !secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(|error| self.unreachable(&error))?;
        let config = trusting().map_err(|error| self.unreachable(&error))?;
        let stream = TlsConnector::from(std::sync::Arc::new(config)).connect(name, stream).await;
        Ok(Box::new(stream.map_err(|error| self.unreachable(&error))?))
    }

    async fn whole(&self, body: Incoming) -> Result<Bytes, RemoteError> {
        let whole = Limited::new(body, MAX_ANSWER_BYTES).collect();
        let whole = tokio::time::timeout(ANSWER_PATIENCE, whole).await;
        let whole = whole.map_err(|_| self.unreachable("it stopped in the middle of its answer"))?;
        whole.map(http_body_util::Collected::to_bytes).map_err(|error| self.unreachable(&error))
    }

    async fn problem(&self, response: Response<Incoming>) -> RemoteError {
        let status = response.status();
        let members: Value = match self.whole(response.into_body()).await {
            Ok(body) => serde_json::from_slice(&body).unwrap_or_default(),
            Err(error) => return error,
        };
        match (members["code"].as_str(), members["detail"].as_str()) {
            (Some(code), Some(detail)) => {
                RemoteError::Problem { code: code.to_owned(), detail: detail.to_owned(), members }
            }
            _ => RemoteError::Foreign { address: self.address(), reason: status.to_string() },
        }
    }

    fn address(&self) -> String {
        format!("{}://{}{}", self.scheme, self.authority, self.prefix)
    }

    fn unreachable(&self, reason: &(impl Display + ?Sized)) -> RemoteError {
        RemoteError::Unreachable { address: self.address(), reason: reason.to_string() }
    }
}

/// A connection, in the open or not.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Trusts whom the machine trusts.
fn trusting() -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::{AskedFor, Remote, RemoteError};

    #[test]
    fn a_token_is_not_sent_in_the_open() {
        let with_token = |address| Remote::at(address, Some("secret".to_owned())).map(drop);
        assert_eq!(with_token("http://chronicle.example.org"), Err(RemoteError::TokenInTheOpen));
        for address in
            ["https://chronicle.example.org/desk/", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"]
        {
            assert_eq!(with_token(address), Ok(()), "{address}");
        }
        for address in ["chronicle", "nats://localhost", "http://user:secret@localhost", "/v1", ""] {
            assert!(matches!(with_token(address), Err(RemoteError::BadAddress(_))), "{address}");
        }
    }

    #[test]
    fn a_question_holds_what_was_given() {
        let question = AskedFor::at("/v1/remarks").with("as_of", Some("2024-07")).with("token", None::<String>);
        assert_eq!(question.with("according_to", Some("A & B")).query(), "as_of=2024-07&according_to=A+%26+B");
    }
}
