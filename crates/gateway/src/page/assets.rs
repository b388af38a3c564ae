//! What is served beside pages: their style and their scripts, part of the program, at addresses that change with them.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::access::hexadecimal;
use crate::problem::{Code, Problem};

/// How pages look.
pub(super) const STYLE: &str = concat!(
    include_str!("assets/style.css"),
    include_str!("assets/organisation.css"),
    include_str!("assets/meeting.css"),
    include_str!("assets/people.css"),
    include_str!("assets/live.css"),
);
/// Name, media type and text of each.
const ASSETS: &[(&str, &str, &str)] = &[
    ("style.css", "text/css; charset=utf-8", STYLE),
    ("home.js", "text/javascript; charset=utf-8", include_str!("assets/home.js")),
    ("page.js", "text/javascript; charset=utf-8", include_str!("assets/page.js")),
    ("organisation.js", "text/javascript; charset=utf-8", include_str!("assets/organisation.js")),
    ("stream.js", "text/javascript; charset=utf-8", include_str!("assets/stream.js")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("assets/live.js")),
    ("record.js", "text/javascript; charset=utf-8", include_str!("assets/record.js")),
];
/// How many digits of the digest stand in an address.
const VERSION_DIGITS: usize = 16;
/// What an address that names the version may be kept for: ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for (name, _, text) in ASSETS {
        for part in [name, text] {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
    }
    let mut version = hexadecimal(&digest.finalize());
    version.truncate(VERSION_DIGITS);
    version
});

/// Tells what is served beside pages from that of every other version of the program.
pub(super) fn version() -> &'static str {
    &VERSION
}

/// Where one of them is. Modules import each other as `./name.js`.
pub(super) fn address(name: &str) -> String {
    format!("/assets/{}/{name}", version())
}

/// One of them, of this version of the program; another version is served by another program.
pub(super) async fn asset(Path((asked, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = ASSETS.iter().find(|(own, _, _)| *own == name && asked == version());
    let Some((_, kind, text)) = found else {
        let detail = format!("there is no {name:?} of the version {asked:?}; load the page again");
        return Err(Problem::new(Code::NoSuchAddress, detail));
    };
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CACHE_CONTROL, FOR_EVER)];
    Ok((headers, *text).into_response())
}
