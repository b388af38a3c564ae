//! Who may read how many streams at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::problem::{Code, Problem};

/// How many streams there may be.
pub const MAX_STREAMS: usize = 2048;
/// How many of them one caller may read: a token, or an address without one.
pub const MAX_STREAMS_PER_CALLER: usize = 64;
/// When to come back.
const LATER: Duration = Duration::from_secs(10);

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
    /// One more stream; of a caller whose streams are counted, where there is a name for him.
    pub(crate) fn enter(&self, caller: Option<&str>) -> Result<Permit, TooMany> {
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
    use super::{MAX_STREAMS, MAX_STREAMS_PER_CALLER, Streams, TooMany};

    #[test]
    fn a_caller_reads_so_many_streams_and_all_together_so_many() {
        let streams = Streams::default();
        let mut own: Vec<_> = (0..MAX_STREAMS_PER_CALLER).map(|_| streams.enter(Some("desk")).expect("room")).collect();
        assert_eq!(streams.enter(Some("desk")).err(), Some(TooMany::OfCaller));
        own.pop();
        own.push(streams.enter(Some("desk")).expect("room again"));
        let others: Vec<_> = (own.len()..MAX_STREAMS).map(|_| streams.enter(None).expect("room")).collect();
        assert_eq!(streams.enter(Some("other")).err(), Some(TooMany::All));
        drop((own, others));
        assert_eq!(streams.count(), 0);
        assert!(streams.enter(Some("desk")).is_ok());
    }
}
