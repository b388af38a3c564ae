//! Signing in, for people: a browser keeps a token as a cookie, which reads and nothing else.

use axum::http::{HeaderMap, HeaderValue, Uri, header};

/// The cookie, where pages come over TLS: no other host, no other path, and nobody without TLS can have set it.
const OVER_TLS: &str = "__Host-chronicle";
/// The cookie on this machine without TLS.
const PLAIN: &str = "chronicle-reading";
/// Says where a request comes from; scripts cannot set it.
const FETCH_SITE: &str = "sec-fetch-site";

/// The token that a browser keeps. One that is given more than once is none: somebody else may have given one of them.
pub(super) fn kept(headers: &HeaderMap, tls: bool) -> Option<&str> {
    let name = name(tls);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut own = pairs.filter(|(given, _)| *given == name).map(|(_, value)| value);
    own.next().filter(|_| own.next().is_none())
}

/// Has a browser keep a token until it is closed; the token is one that was identified.
pub(crate) fn keep(token: &str, tls: bool) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("{}={token}{}", name(tls), attributes(tls))).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Has it forget the token.
pub(crate) fn forget(tls: bool) -> HeaderValue {
    let text = format!("{}=; Max-Age=0{}", name(tls), attributes(tls));
    HeaderValue::from_str(&text).expect("it is ASCII")
}

const fn name(tls: bool) -> &'static str {
    if tls { OVER_TLS } else { PLAIN }
}

const fn attributes(tls: bool) -> &'static str {
    if tls { "; Path=/; HttpOnly; SameSite=Strict; Secure" } else { "; Path=/; HttpOnly; SameSite=Strict" }
}

/// Whether a request was sent by a page of this service itself. Browsers say so in a header that scripts cannot set; those
/// that do not know it say at least of which origin the page is.
pub(crate) fn from_own_page(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(FETCH_SITE) {
        return site == "same-origin";
    }
    let host = uri.authority().map(axum::http::uri::Authority::as_str).or_else(|| text(header::HOST.as_str()));
    let origin = text(header::ORIGIN.as_str()).and_then(|origin| origin.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host))
}

/// Whether somebody followed a link of somebody else's page here: then nothing that is kept was shown, and it is when the
/// page asks again itself.
pub(crate) fn followed_from_elsewhere(headers: &HeaderMap) -> bool {
    let elsewhere = headers.get(FETCH_SITE).is_some_and(|site| site == "cross-site");
    elsewhere && headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

    use super::{forget, from_own_page, keep, kept};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        let mut all = HeaderMap::new();
        for (name, value) in pairs.iter().map(pair) {
            all.append(name, value);
        }
        all
    }

    #[test]
    fn a_cookie_is_taken_by_its_whole_name_once_and_is_kept_from_scripts_and_other_sites() {
        let of = |cookie: &'static str, tls| kept(&headers(&[("cookie", cookie)]), tls).map(ToOwned::to_owned);
        assert_eq!(of("a=b; __Host-chronicle=x_1; c=d", true).as_deref(), Some("x_1"));
        assert_eq!(of("chronicle-reading=x_1", false).as_deref(), Some("x_1"));
        assert_eq!(of("chronicle-reading=x_1", true), None, "over TLS only what nobody else can have set counts");
        assert_eq!(of("__Host-chronicle=x_1", false), None);
        assert_eq!(of("chronicle-reading=a; chronicle-reading=b", false), None);
        assert_eq!(of("xchronicle-reading=a; chronicle=b; Chronicle-Reading=c", false), None);
        let twice = headers(&[("cookie", "chronicle-reading=a"), ("cookie", "chronicle-reading=b")]);
        assert_eq!(kept(&twice, false), None);

        let set = keep("chronicle_1_2", true).expect("it is ASCII");
        assert!(set.is_sensitive());
        assert_eq!(set, "__Host-chronicle=chronicle_1_2; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(forget(false), "chronicle-reading=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict");
    }

    #[test]
    fn only_a_page_of_the_service_itself_signs_in_or_out() {
        let own =
            |pairs: &[(&'static str, &'static str)]| from_own_page(&headers(pairs), &Uri::from_static("/sign-in"));
        assert!(own(&[("sec-fetch-site", "same-origin"), ("origin", "null"), ("host", "a.example")]));
        assert!(own(&[("origin", "https://a.example:8443"), ("host", "a.example:8443")]));
        for other in [
            &[("sec-fetch-site", "same-site"), ("origin", "https://a.example"), ("host", "a.example")][..],
            &[("sec-fetch-site", "cross-site"), ("host", "a.example")],
            &[("sec-fetch-site", "none"), ("host", "a.example")],
            &[("origin", "https://b.example"), ("host", "a.example")],
            &[("origin", "https://a.example:1"), ("host", "a.example:2")],
            &[("origin", "null"), ("host", "a.example")],
            &[("host", "a.example")],
            &[("origin", "https://a.example")],
        ] {
            assert!(!own(other), "{other:?}");
        }
        let http2 = Uri::from_static("https://a.example/sign-in");
        assert!(from_own_page(&headers(&[("origin", "https://a.example")]), &http2));
    }
}
