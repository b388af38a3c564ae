//! How a question is answered: from one state of the index, off the threads that serve connections; not again for whoever
//! has the answer, nor while it is the same.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use jiff::civil::Date;
use projector::export::Citable;
use projector::{AskError, CatchUpError, Index, Indexed, Shared, View, unknown_source};
use serde::Serialize;
use serde_json::Value;
use summit::Position;

use super::asking::{Asking, Has};
use super::kept::Answer;
use super::lanes::Lane;
use super::vantage::{From, accepted};
use crate::problem::{Code, Problem};
use crate::service::Service;

/// What may be kept for ever: the same question has the same answer.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// What must be asked for again, if only by its tag.
pub(super) const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// What is another answer in another language that is accepted.
const BY_LANGUAGE: HeaderValue = HeaderValue::from_static("Accept-Language");
/// What the asker may have got wrong, although there is an answer: a JSON list of sentences.
pub(crate) const NOTES: &str = "chronicle-notes";
/// Why an answer is not current: a JSON text.
pub(crate) const STALE: &str = "chronicle-stale";

/// An answer on its way.
pub(crate) struct Reply {
    /// Tells it from every other answer.
    pub(crate) tag: String,
    /// Whether it is the same for ever.
    pub(crate) fixed: bool,
    /// What the asker may have got wrong.
    pub(crate) notes: Vec<String>,
    /// JSON or a page; nothing where the asker has it already.
    pub(crate) body: Option<Bytes>,
    /// More headers.
    pub(crate) headers: HeaderMap,
}

/// What an answer is made from.
pub(crate) struct Ground<'a> {
    pub(crate) index: &'a Shared,
    pub(crate) has: &'a Has,
    pub(crate) today: Date,
}

impl Asking {
    /// Answers a question that a view answers.
    pub(super) async fn answer<A: Citable>(
        self,
        lane: Lane,
        question: impl FnOnce(&View<'_>) -> Result<A, AskError> + Send + 'static,
    ) -> Result<Response, Problem> {
        self.answer_noting(lane, question, |_| None).await
    }

    /// The same, with what the asker may have got wrong.
    pub(super) async fn answer_noting<A: Citable>(
        mut self,
        lane: Lane,
        question: impl FnOnce(&View<'_>) -> Result<A, AskError> + Send + 'static,
        note: impl FnOnce(&Index) -> Option<String> + Send + 'static,
    ) -> Result<Response, Problem> {
        let (from, citing, is_file) = (self.vantage()?, self.citing(), self.is_file);
        if let Some(wanted) = from.min_position {
            reach(&self.service, wanted).await?;
        }
        let service = self.service.clone();
        if let Some(answer) = service.answers().find(&self.has.key(), service.index().tail(), service.today()) {
            return Ok(stale(&service, varying(&self.has, answer.reply(&self.has).into_response())));
        }
        self.reply(lane, None, move |ground| {
            let asked = ground.index.ask(|index| {
                let mut vantage = from.resolve(index)?;
                if is_file {
                    vantage.at_position.get_or_insert(index.tail());
                }
                let view = index.view(&vantage, ground.today)?.showing(from.names.clone());
                let (tag, has) = ground.has.of(&[view.token()]);
                // Whoever has the answer was answered: nothing is unknown.
                let answer = if has { None } else { Some(question(&view)?) };
                let answer = answer.map(|answer| index.cited(answer, &citing.licence, &from.names));
                let notes = [unknown_source(index, &vantage), note(index)].into_iter().flatten().collect();
                Ok::<_, Problem>((index.tail(), tag, notes, answer))
            });
            let (tail, tag, notes, answer): (_, _, Vec<String>, _) = asked?;
            let (mut headers, fixed) = (HeaderMap::new(), from.is_fixed());
            let body = answer.map(|cited| {
                citing.link(&mut headers, cited.answer.token());
                json(&cited)
            });
            if let Some(body) = body.clone() {
                let (today, tag, notes, headers) = (ground.today, tag.clone(), notes.clone(), headers.clone());
                service.answers().keep(&ground.has.key(), Answer { tail, today, fixed, tag, notes, headers, body });
            }
            Ok(Reply { tag, fixed, notes, body, headers })
        })
        .await
    }

    /// Takes the parameters of the vantage, and refuses whatever is left.
    pub(crate) fn vantage(&mut self) -> Result<From, Problem> {
        let mut from = self.vantage_of_a_file()?;
        if !from.is_language_written {
            from.names.language = accepted(&self.headers).unwrap_or_default();
            self.has.speak(&from.names.language);
        }
        Ok(from)
    }

    /// The same, in no language but that of the address: what a file says depends on nothing else.
    pub(super) fn vantage_of_a_file(&mut self) -> Result<From, Problem> {
        let from = From::take(&mut self.parameters)?;
        std::mem::take(&mut self.parameters).finish()?;
        Ok(from)
    }

    /// Answers what takes more than one look at the index, once that is as current as asked.
    pub(crate) async fn reply(
        self,
        lane: Lane,
        min_position: Option<Position>,
        work: impl FnOnce(&Ground<'_>) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let Self { service, has, .. } = self;
        if let Some(wanted) = min_position {
            reach(&service, wanted).await?;
        }
        let (asked, today) = (service.clone(), service.today());
        let reply = move || {
            let reply = work(&Ground { index: asked.index(), has: &has, today })?;
            Ok::<_, Problem>(varying(&has, reply.into_response()))
        };
        let response = service.lanes().work(lane, reply).await??;
        Ok(stale(&service, response))
    }
}

/// Says on an answer that it is another one in another language, where that is so.
fn varying(has: &Has, mut response: Response) -> Response {
    if has.varies() {
        response.headers_mut().append(header::VARY, BY_LANGUAGE);
    }
    response
}

/// An answer as JSON.
pub(super) fn json(answer: &impl Serialize) -> Bytes {
    serde_json::to_vec(answer).expect("an answer is JSON").into()
}

/// Waits until the index has come so far, with its bound; not at all where it comes no further.
pub(super) async fn reach(service: &Service, wanted: Position) -> Result<(), Problem> {
    let index = service.index();
    let reached = tokio::select! {
        reached = index.reach(wanted) => reached,
        _ = index.until_halted() => Err(CatchUpError::NotReached { wanted, found: index.tail() }),
    };
    match reached {
        Err(_) if index.tail() >= wanted => Ok(()),
        Ok(()) => Ok(()),
        Err(error) => {
            let problem = Problem::new(Code::NotReached, error.to_string());
            Err(problem.with("tail", index.tail().get()).with("asked", wanted.get()))
        }
    }
}

/// Says on an answer that it is not current, and why, where that is so. Nobody keeps it for ever then.
pub(crate) fn stale(service: &Service, mut response: Response) -> Response {
    if let Some(reason) = service.stale() {
        let reason = HeaderValue::from_str(&ascii(&reason.into()));
        let headers = response.headers_mut();
        headers.insert(STALE, reason.expect("ASCII makes a header"));
        if headers.get(header::CACHE_CONTROL) == Some(&FOR_EVER) {
            headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
        }
    }
    response
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let tagged = HeaderValue::from_str(&self.tag).expect("hexadecimal digits make a header");
        let cached = if self.fixed { FOR_EVER } else { ASK_AGAIN };
        let mut headers = self.headers;
        headers.insert(header::ETAG, tagged);
        headers.insert(header::CACHE_CONTROL, cached);
        if !self.notes.is_empty() {
            let notes = HeaderValue::from_str(&ascii(&self.notes.into()));
            headers.insert(NOTES, notes.expect("ASCII makes a header"));
        }
        let Some(body) = self.body else { return (StatusCode::NOT_MODIFIED, headers).into_response() };
        headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        (headers, body).into_response()
    }
}

/// JSON in ASCII: a header takes nothing else.
pub(super) fn ascii(value: &Value) -> String {
    use std::fmt::Write;

    let mut ascii = String::new();
    for unit in value.to_string().encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_graphic() || byte == b' ' => ascii.push(char::from(byte)),
            _ => write!(ascii, "\\u{unit:04x}").expect("a string takes what is written"),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::ascii;

    #[test]
    fn a_header_holds_any_text_as_json() {
        let text = "no event is attributed to \"Астана 🏔\"";
        let header = ascii(&text.into());
        assert!(header.is_ascii(), "{header}");
        assert_eq!(serde_json::from_str::<String>(&header).ok().as_deref(), Some(text));
    }
}
