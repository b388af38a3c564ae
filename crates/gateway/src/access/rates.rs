//! How often somebody may ask: by address, whoever it is, and by token, wherever it comes from.

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::problem::{Code, Problem};

/// How many requests a second, for a token and for an address, unless the operator says something else.
pub const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::new(100).expect("more than none");
/// So many seconds' worth of requests may come at once.
const BURST_SECONDS: u32 = 4;
/// Who has not asked for a while is forgotten, after so many requests at most.
const FORGET_EVERY: u32 = 4096;

type Limiter<K> = RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// The limits of rates.
pub(super) struct Rates {
    addresses: Limiter<IpAddr>,
    tokens: Limiter<String>,
    burst: NonZeroU32,
    asked: AtomicU32,
}

/// How often may still be asked at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Left {
    requests: u32,
    burst: NonZeroU32,
}

impl Rates {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        let burst = per_second.saturating_mul(NonZeroU32::new(BURST_SECONDS).expect("more than none"));
        let quota = Quota::per_second(per_second).allow_burst(burst);
        Self {
            addresses: RateLimiter::dashmap(quota).with_middleware(),
            tokens: RateLimiter::dashmap(quota).with_middleware(),
            burst,
            asked: AtomicU32::new(0),
        }
    }

    /// A request from an address.
    pub(super) fn at_address(&self, address: IpAddr) -> Result<Left, TooOften> {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGET_EVERY) {
            self.addresses.retain_recent();
            self.tokens.retain_recent();
        }
        self.one(&self.addresses, &network(address), "address")
    }

    /// A request with a token.
    pub(super) fn with_token(&self, id: &str) -> Result<Left, TooOften> {
        self.one(&self.tokens, &id.to_owned(), "token")
    }

    fn one<K: Hash + Eq + Clone>(&self, limiter: &Limiter<K>, key: &K, whose: &'static str) -> Result<Left, TooOften> {
        let burst = self.burst;
        match limiter.check_key(key) {
            Ok(state) => Ok(Left { requests: state.remaining_burst_capacity(), burst }),
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                Err(TooOften { whose, wait, burst })
            }
        }
    }
}

/// A refusal of who asks too often.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooOften {
    whose: &'static str,
    wait: Duration,
    burst: NonZeroU32,
}

impl IntoResponse for TooOften {
    fn into_response(self) -> Response {
        // Whole seconds, one at least.
        let seconds = self.wait.as_secs() + 1;
        let detail = format!("this {} asks too often; ask again in {seconds} s", self.whose);
        let mut response = Problem::new(Code::TooOften, detail).into_response();
        Left { requests: 0, burst: self.burst }.tell(response.headers_mut());
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").field("burst", &self.burst).finish_non_exhaustive()
    }
}

impl Left {
    /// Says so to who asked, as the working group's headers do.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let header = |text: String| HeaderValue::from_str(&text).expect("digits");
        headers.insert("ratelimit", header(format!("\"requests\";r={}", self.requests)));
        headers.insert("ratelimit-policy", header(format!("\"requests\";q={};w={BURST_SECONDS}", self.burst)));
    }
}

/// Where a request comes from. What it says itself of that counts only where a proxy that we know says it.
pub(super) fn address(request: &Request, proxies: &[IpAddr]) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical());
    if !proxies.contains(&peer) {
        return peer;
    }
    let said: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    // Each proxy adds to the right; who is left of the first stranger could say anything.
    for one in said.iter().rev() {
        let Ok(address) = one.trim().parse::<IpAddr>() else { return peer };
        let address = address.to_canonical();
        if !proxies.contains(&address) {
            return address;
        }
    }
    peer
}

/// An address of version 4, or the network of one of version 6, within which anybody has as many as he likes.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, SocketAddr};

    use axum::body::Body;
    use axum::extract::{ConnectInfo, Request};

    use super::{address, network};

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn only_a_known_proxy_says_where_a_request_comes_from() {
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        for (peer, said, from) in [
            ("192.0.2.7:1", "198.51.100.1", "192.0.2.7"),
            ("10.0.0.1:1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1:1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1:1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1:1", "198.51.100.1, nonsense", "10.0.0.1"),
            ("[::ffff:10.0.0.1]:1", "2001:db8::1", "2001:db8::1"),
            ("10.0.0.1:1", "", "10.0.0.1"),
        ] {
            let mut request = Request::get("/").header("x-forwarded-for", said).body(Body::empty()).expect("a request");
            let peer: SocketAddr = peer.parse().expect("an address");
            request.extensions_mut().insert(ConnectInfo(peer));
            assert_eq!(address(&request, &proxies), ip(from), "{peer} {said}");
        }
    }

    #[test]
    fn addresses_of_one_network_are_one_asker() {
        assert_eq!(network(ip("2001:db8:1:2:3::4")), network(ip("2001:db8:1:2:ffff::9")));
        assert_ne!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:3::1")));
        assert_eq!(network(ip("::ffff:192.0.2.7")), ip("192.0.2.7"));
    }
}
