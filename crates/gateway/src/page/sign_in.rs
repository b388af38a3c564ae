//! Signing in: a browser cannot show a token in a header when an address is typed, so it keeps one as a cookie, to read.

use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::frame;
use super::shown::{HTML, POLICY};
use crate::access::{Access, forget, from_own_page, keep};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// The form takes no more than this, in bytes: a token and an address.
const FORM_MAX_BYTES: usize = 16 << 10;
/// What forms of pages are sent as.
const FORM: &str = "application/x-www-form-urlencoded";
/// Where to go where nothing else is said, or somewhere else than here.
const HOME: &str = "/";

/// Whether one is signed in, and the way in or out.
pub(super) async fn state(
    State(service): State<Service>,
    Extension(access): Extension<Access>,
    headers: HeaderMap,
) -> Response {
    let main = if !access.is_guarded() {
        html! { p { "Nobody needs to sign in here: this service is open to everybody on its machine." } }
    } else if let Some(caller) = access.signed_in(&headers, service.now()) {
        html! {
            p { "You are signed in, with a token for the role " strong { (caller.role()) } ". It reads, and does nothing else: to record, its text is asked for again." }
            form method="post" action="/sign-out" { button { "Sign out" } }
        }
    } else {
        form(HOME)
    };
    page("Sign in", &main)
}

/// Keeps a token that counts, and goes where one wanted to go.
pub(super) async fn sign_in(
    State(service): State<Service>,
    Extension(access): Extension<Access>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let sent = own_form(&headers, &uri, body).await?;
    let field = |name: &str| {
        form_urlencoded::parse(&sent).find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
    };
    let next = own_address(&field("next").unwrap_or_default()).to_owned();
    let token = field("token").unwrap_or_default();
    if access.sign_in(token.trim(), service.now()).map_err(|problem| problem.with("next", next.as_str()))?.is_none() {
        return Ok(go(&next, None));
    }
    let cookie = keep(token.trim(), access.browsers_use_tls());
    Ok(go(&next, cookie))
}

/// Forgets the token.
pub(super) async fn sign_out(
    Extension(access): Extension<Access>,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    own_form(&headers, &uri, body).await?;
    Ok(go("/sign-in", Some(forget(access.browsers_use_tls()))))
}

/// A form of one of our own pages; what others have a browser send is refused.
async fn own_form(headers: &HeaderMap, uri: &Uri, body: Body) -> Result<Vec<u8>, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != FORM {
        return Err(Problem::new(Code::BadContentType, format!("a form is sent as {FORM}")).with("allowed", FORM));
    }
    if !from_own_page(headers, uri) {
        return Err(Problem::new(Code::NotPermitted, "only a page of this service signs in or out"));
    }
    let bytes = to_bytes(body, FORM_MAX_BYTES).await;
    let bytes = bytes.map_err(|_| Problem::new(Code::TooLarge, format!("at most {FORM_MAX_BYTES} bytes")))?;
    Ok(bytes.to_vec())
}

/// An address within this service; anything else leads to the beginning.
fn own_address(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { HOME }
}

fn go(next: &str, cookie: Option<HeaderValue>) -> Response {
    let place = HeaderValue::from_str(next).expect("an own address is ASCII");
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
    response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn page(title: &str, main: &Markup) -> Response {
    let headers = [(header::CONTENT_TYPE, HTML), (header::CONTENT_SECURITY_POLICY, POLICY)];
    let kept = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (headers, kept, frame::plain(title, main).into_string()).into_response()
}

/// The form that takes a token; behind it one goes on to `next`.
pub(super) fn form(next: &str) -> Markup {
    html! {
        form.sign-in method="post" action="/sign-in" {
            input type="hidden" name="next" value=(own_address(next));
            label for="token" { "Token" }
            input id="token" name="token" type="password" autocomplete="current-password" spellcheck="false"
                autocapitalize="none" required placeholder="chronicle_…" aria-describedby="token-hint";
            p.quiet id="token-hint" {
                "The operator of the service makes one with " code { "chronicle token create --role reader" }
                ". This browser keeps it until it is closed, and shows it to read, for nothing else."
            }
            button { "Sign in" }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn one_goes_on_to_nowhere_but_this_service() {
        assert_eq!(own_address("/organisations/sco?as_of=2017&x=%20"), "/organisations/sco?as_of=2017&x=%20");
        for other in
            ["", "//a.example", "https://a.example", "/\\a.example", "javascript:x", "a", "/a b", "/a\r\nx: y", "/ä"]
        {
            assert_eq!(own_address(other), "/", "{other}");
        }
    }
}
