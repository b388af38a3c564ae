//! Who may read how many streams at once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::access::Caller;
use crate::problem::{Code, Problem};

/// How many streams there may be.
pub const MAX_STREAMS: usize = 2048;
/// How many of them one caller may read: a token, or an address without one.
pub const MAX_STREAMS_PER_CALLER: usize = 64;
/// When to come back.
const LATER: Duration = Duration::from_secs(10);

/// Who reads, as far as his streams are counted: nobody's on a service that is open to this machine only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading(Option<String>);

impl<S: Sync> FromRequestParts<S> for Reading {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(parts.extensions.get::<Caller>().and_then(Caller::name).map(ToOwned::to_owned)))
    }
}

/// The streams that are read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<Read>>);

#[derive(Debug, Default)]
struct Read {
    all: usize,
    by_caller: HashMap<String, usize>,
}

/// One stream that is read, until this is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    streams: Streams,
    caller: Option<String>,
}

/// Why there may be no more streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// The service reads as many as it can.
    All,
    /// The caller does.
    OfCaller,
}

impl Streams {
    /// One more stream.
    pub(crate) fn enter(&self, reading: &Reading) -> Result<Permit, TooMany> {
        let caller = reading.0.as_deref();
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if read.all >= MAX_STREAMS {
            return Err(TooMany::All);
        }
        if let Some(caller) = caller {
            let of_caller = read.by_caller.entry(caller.to_owned()).or_default();
            if *of_caller >= MAX_STREAMS_PER_CALLER {
                return Err(TooMany::OfCaller);
            }
            *of_caller += 1;
        }
        read.all += 1;
        Ok(Permit { streams: self.clone(), caller: caller.map(ToOwned::to_owned) })
    }

    /// How many are read.
    #[cfg(test)]
    fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut read = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.all -= 1;
        if let Some(caller) = &self.caller
            && let Some(of_caller) = read.by_caller.get_mut(caller)
        {
            *of_caller -= 1;
            if *of_caller == 0 {
                read.by_caller.remove(caller);
            }
        }
    }
}

impl IntoResponse for TooMany {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::All => Problem::new(Code::Busy, format!("{MAX_STREAMS} streams are read, and no more may be")),
            Self::OfCaller => Problem::new(
                Code::TooManyStreams,
                format!("you read {MAX_STREAMS_PER_CALLER} streams, and may read no more: end one of them first"),
            ),
        };
        let later = [(header::RETRY_AFTER, HeaderValue::from(LATER.as_secs()))];
        (later, problem).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_STREAMS, MAX_STREAMS_PER_CALLER, Reading, Streams, TooMany};

    fn of(name: &str) -> Reading {
        Reading(Some(name.to_owned()))
    }

    #[test]
    fn a_caller_reads_so_many_streams_and_all_together_so_many() {
        let streams = Streams::default();
        let mut own: Vec<_> = (0..MAX_STREAMS_PER_CALLER).map(|_| streams.enter(&of("desk")).expect("room")).collect();
        assert_eq!(streams.enter(&of("desk")).err(), Some(TooMany::OfCaller));
        own.pop();
        own.push(streams.enter(&of("desk")).expect("room again"));
        let others: Vec<_> = (own.len()..MAX_STREAMS).map(|_| streams.enter(&Reading(None)).expect("room")).collect();
        assert_eq!(streams.enter(&of("other")).err(), Some(TooMany::All));
        drop((own, others));
        assert_eq!(streams.count(), 0);
        assert!(streams.enter(&of("desk")).is_ok());
    }
}
