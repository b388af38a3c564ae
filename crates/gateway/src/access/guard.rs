//! Who comes in: the token of a request, the right that its route needs.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tokio::sync::watch;

use super::caller::{Caller, Role};
use super::file::{TokenFile, TokenFileError};
use super::rates::{REQUESTS_PER_SECOND, Rates, address, network};
use super::session;
use super::table::{Needed, Right, needed};
use super::tokens::{Bad, Tokens};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// What who shows no token is asked for.
const NEEDED: &str = "Bearer realm=\"chronicle\"";
/// What who shows a bad one is asked for.
const REFUSED: &str = "Bearer realm=\"chronicle\", error=\"invalid_token\"";

/// Bytes of a body that are read away where its request is refused.
const REST_MAX_BYTES: usize = 64 << 10;
/// How long they may take to come.
const REST_WITHIN: Duration = Duration::from_secs(1);

/// Whether reading needs a token, where there are tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Everybody reads.
    Public,
    /// Who has a token reads.
    #[default]
    Tokens,
}

/// Who may come in, and from where.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The file of tokens. As long as there is none, everybody may everything: for an address of this machine only.
    pub tokens: Option<TokenFile>,
    /// Whether reading needs a token.
    pub reading: Reading,
    /// Proxies in front: what they say of where a request comes from is believed.
    pub proxies: Vec<IpAddr>,
    /// Requests a second, for a token and for an address; [`super::REQUESTS_PER_SECOND`] unless something else is said.
    pub requests_per_second: Option<NonZeroU32>,
    /// Whether it is served over TLS, and nothing else is to be used from now on.
    pub tls: bool,
}

/// Who may come in; clones are the same.
#[derive(Debug, Clone)]
pub struct Access(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    tokens: Option<Tokens>,
    rates: Rates,
    settings: Settings,
    /// True once the service ends.
    ending: watch::Sender<bool>,
}

impl Access {
    /// As the settings say. A file of tokens that cannot be read, or that others may read, is an error.
    pub fn new(settings: Settings) -> Result<Self, TokenFileError> {
        let tokens = settings.tokens.clone().map(Tokens::open).transpose()?;
        let rates = Rates::new(settings.requests_per_second.unwrap_or(REQUESTS_PER_SECOND));
        Ok(Self(Arc::new(Parts { tokens, rates, settings, ending: watch::Sender::new(false) })))
    }

    /// Everybody may everything.
    pub fn open() -> Self {
        Self::new(Settings::default()).expect("without a file nothing can be wrong with it")
    }

    /// Whether nobody is let in without a token but where it is said.
    pub fn is_guarded(&self) -> bool {
        self.0.tokens.as_ref().is_some_and(Tokens::any)
    }

    /// What is wrong with the file of tokens; those of before count meanwhile.
    pub fn trouble(&self) -> Option<String> {
        self.0.tokens.as_ref().and_then(Tokens::trouble)
    }

    /// Whether an answer to a question is for everybody.
    pub(super) fn is_public(&self) -> bool {
        self.0.settings.reading == Reading::Public || !self.is_guarded()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether browsers come over TLS: to us, or to a proxy in front.
    pub(crate) fn browsers_use_tls(&self) -> bool {
        self.settings().tls || !self.settings().proxies.is_empty()
    }

    /// Who signs in with a token; nobody where no token is needed.
    pub(crate) fn sign_in(&self, token: &str, now: Timestamp) -> Result<Option<Caller>, Problem> {
        let tokens = self.0.tokens.as_ref().filter(|tokens| tokens.any());
        tokens.map(|tokens| tokens.identify(token, now).map_err(refused)).transpose()
    }

    /// Whose token a browser keeps, where it counts.
    pub(crate) fn signed_in(&self, headers: &HeaderMap, now: Timestamp) -> Option<Caller> {
        let kept = session::kept(headers, self.browsers_use_tls())?;
        self.sign_in(kept, now).ok().flatten()
    }

    /// Says that the service ends: streams end with it.
    pub(crate) fn end(&self) {
        self.0.ending.send_replace(true);
    }

    /// Comes true when the service ends.
    pub(super) fn ending(&self) -> watch::Receiver<bool> {
        self.0.ending.subscribe()
    }

    /// Whether somebody who was let in would still be.
    pub(super) fn still_good(&self, caller: &Caller, now: Timestamp) -> bool {
        match (caller.token(), &self.0.tokens) {
            (Some(id), Some(tokens)) => tokens.still_good(id, now),
            (None, _) | (_, None) => true,
        }
    }

    /// Who asks, where it is somebody who has this right. To read, and for nothing else, the token that a browser keeps
    /// suffices where no header shows one.
    pub(super) fn admit(&self, headers: &HeaderMap, right: Right, now: Timestamp) -> Result<Caller, Problem> {
        let Some(tokens) = self.0.tokens.as_ref().filter(|tokens| tokens.any()) else { return Ok(Caller::anybody()) };
        let role = match right {
            Right::Anyone => return Ok(Caller::stranger()),
            Right::Read => Role::Reader,
            Right::Publish => Role::Publisher,
            Right::Operate => Role::Operator,
        };
        let shown = bearer(headers)?;
        if shown.is_none() && right == Right::Read && self.is_public() {
            return Ok(Caller::stranger());
        }
        let kept = || session::kept(headers, self.browsers_use_tls()).filter(|_| right == Right::Read);
        let Some(token) = shown.or_else(kept) else {
            let detail = "show a token: Authorization: Bearer chronicle_…; the operator makes them with `chronicle token create`";
            return Err(Problem::new(Code::TokenNeeded, detail));
        };
        let caller = tokens.identify(token, now).map_err(refused)?;
        if caller.role() < role {
            let detail = format!("this needs the role {role}, the token has the role {}", caller.role());
            return Err(Problem::new(Code::NotPermitted, detail).with("role", role.to_string()));
        }
        Ok(caller)
    }
}

/// Why a token does not count, for who shows it.
#[expect(clippy::needless_pass_by_value, reason = "errors are handed over so")]
fn refused(bad: Bad) -> Problem {
    let detail = match bad {
        Bad::Unknown => "there is no such token".to_owned(),
        Bad::Expired(at) => format!("the token expired at {at}"),
        Bad::Revoked(at) => format!("the token was revoked at {at}"),
    };
    Problem::new(Code::TokenRefused, detail)
}

/// The token in the headers; but for the one that a browser keeps, to read, it is taken from nowhere else.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), more) = (all.next(), all.next()) else { return Ok(None) };
    let refused = |detail: &str| Err(Problem::new(Code::TokenRefused, detail));
    if more.is_some() {
        return refused("one header Authorization, please");
    }
    let text = one.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => refused("the header Authorization is not of the form: Bearer TOKEN"),
    }
}

/// Lets a request in, or not; tells handlers who asks. Where everybody may everything, nobody asks too often.
pub(super) async fn guard(
    State((access, service)): State<(Access, Service)>,
    mut request: Request,
    next: Next,
) -> Response {
    let rates = Some(&access.0.rates).filter(|_| access.is_guarded());
    let from = address(&request, &access.settings().proxies);
    let mut left = match rates.map(|rates| rates.at_address(from)).transpose() {
        Ok(left) => left,
        Err(refused) => return refused.into_response(),
    };
    let caller = match admitted(&access, &service, &request) {
        Ok(caller) if rates.is_some() => caller.counted(network(from)),
        Ok(caller) => caller,
        Err(refused) => {
            heard_out(request.into_body()).await;
            return *refused;
        }
    };
    if let (Some(rates), Some(id)) = (rates, caller.token()) {
        match rates.with_token(id) {
            Ok(of_token) => left = Some(of_token),
            Err(refused) => return refused.into_response(),
        }
    }
    request.extensions_mut().insert(caller);
    request.extensions_mut().insert(access.clone());
    let mut response = next.run(request).await;
    if let Some(left) = left {
        left.tell(response.headers_mut());
    }
    response
}

/// Reads away the little that who is refused still sends: over HTTP/2, who is cut off while sending may not hear why.
pub(crate) async fn heard_out(body: Body) {
    if body.size_hint().lower() <= REST_MAX_BYTES as u64 {
        let _ = tokio::time::timeout(REST_WITHIN, to_bytes(body, REST_MAX_BYTES)).await;
    }
}

/// Who asks, by the route.
fn admitted(access: &Access, service: &Service, request: &Request) -> Result<Caller, Box<Response>> {
    let Some(template) = request.extensions().get::<MatchedPath>() else {
        // Nothing is there: everybody may hear that.
        return Ok(Caller::stranger());
    };
    match needed(request.method(), template.as_str()) {
        Needed::Right(right) => {
            access.admit(request.headers(), right, service.now()).map_err(|problem| Box::new(challenged(problem)))
        }
        Needed::OtherMethod(allowed) => {
            let detail = format!("{:?} takes {allowed}, not {}", request.uri().path(), request.method());
            let allowed = HeaderValue::from_str(&allowed).expect("names of methods");
            Err(Box::new(([(header::ALLOW, allowed)], Problem::new(Code::BadMethod, detail)).into_response()))
        }
        Needed::Undecided => {
            tracing::error!(path = template.as_str(), "a route has no line in the table of rights");
            Err(Box::new(Problem::new(Code::NotPermitted, "nobody may use this address").into_response()))
        }
    }
}

/// A refusal; who could do better with a token, or with another one, is asked for it.
fn challenged(problem: Problem) -> Response {
    let code = problem.code();
    let mut response = problem.into_response();
    if code == Code::TokenNeeded || code == Code::TokenRefused {
        let wanted = if code == Code::TokenNeeded { NEEDED } else { REFUSED };
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(wanted));
    }
    response
}
