//! Names in the place of identifiers: who asks about something by a name that exactly one thing bears is led to its address.
//!
//! An identifier that events name is one, whoever bears it as a name. For everything else that a path or a parameter speaks
//! of, what bears the name at the question's own vantage is looked for: one thing, and the answer is a redirection to its
//! address, with all that was asked beside; several, and they are told; none, and the question is asked as it stands. What
//! is published, and the forms for that, are never guessed at.

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use projector::{AskError, Hit, Indexed, Meant, View, What};
use summit::Vantage;

use super::lanes::Lane;
use super::reply::{ASK_AGAIN, reach, stale};
use super::vantage::From;
use crate::parameters::Parameters;
use crate::problem::Problem;
use crate::service::Service;

/// Where nothing is guessed at: forms for what is recorded, and the way in.
const NOT_HERE: [&str; 2] = ["/record", "/sign-"];
/// Where `organisation` is a list, with commas between them.
const LISTS: [&str; 2] = ["/v1/organisations", "/v1/meetings"];
/// How many are offered in place of a name that nothing bears.
const OFFERED: usize = 3;

/// Where something is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In this part of the path, counted from its beginning.
    Path(usize),
    /// In this parameter, and there in this part of a list.
    Query(usize, usize),
}

/// Something that is spoken of.
#[derive(Debug, Clone)]
struct Said {
    place: Place,
    what: What,
    text: String,
}

/// An address, in its parts.
struct Address {
    path: Vec<String>,
    /// Each with the parts of its value.
    query: Vec<(String, Vec<String>)>,
}

/// Leads to the address of what is meant, before anything is asked.
pub(crate) async fn by_name(
    State(service): State<Service>,
    matched: Option<MatchedPath>,
    names: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let here = matched.filter(|at| reads && !NOT_HERE.iter().any(|not| at.as_str().starts_with(not)));
    let (Some(template), Ok(names)) = (here, names) else { return next.run(request).await };
    let names: Vec<(String, String)> = names.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let mut address = Address::of(template.as_str(), &names, request.uri().query().unwrap_or_default());
    let unknown = match unknown(&service, address.said(template.as_str())) {
        unknown if unknown.is_empty() => return next.run(request).await,
        unknown => unknown,
    };
    let (mut parts, body) = request.into_parts();
    let vantage = match Parameters::from_request_parts(&mut parts, &service).await {
        Ok(mut parameters) => From::take(&mut parameters),
    };
    let request = Request::from_parts(parts, body);
    // What is wrong with the vantage, or has not come yet, the question itself tells.
    let Ok(from) = vantage else { return next.run(request).await };
    if let Some(wanted) = from.min_position
        && reach(&service, wanted).await.is_err()
    {
        return next.run(request).await;
    }
    let (asked, today) = (service.clone(), service.today());
    let look = move || {
        asked.index().ask(|index| {
            let Ok(vantage) = from.resolve(index) else { return Ok(Vec::new()) };
            let view = index.view(&vantage, today)?.showing(from.names.clone());
            let meant = unknown.iter().map(|said| Ok((said.place, meant(&view, said)?)));
            meant.collect::<Result<Vec<_>, AskError>>()
        })
    };
    let meant = match service.lanes().work(Lane::Quick, look).await {
        Ok(Ok(meant)) => meant,
        Ok(Err(error)) => return stale(&service, Problem::from(error).into_response()),
        Err(problem) => return problem.into_response(),
    };
    let mut leads = false;
    for (place, identifier) in meant {
        leads |= identifier.is_some_and(|identifier| address.put(place, identifier));
    }
    if !leads {
        return next.run(request).await;
    }
    let to = HeaderValue::from_str(&address.written()).expect("an address of identifiers is ASCII");
    let headers = [(header::LOCATION, to), (header::CACHE_CONTROL, ASK_AGAIN)];
    stale(&service, (StatusCode::TEMPORARY_REDIRECT, headers).into_response())
}

/// What of this no event names by its identifier.
fn unknown(service: &Service, mut said: Vec<Said>) -> Vec<Said> {
    if said.is_empty() {
        return said;
    }
    let today = service.today();
    service.index().ask(|index| {
        let view = index.view(&Vantage::default(), today).ok();
        let names = |said: &Said| {
            let named = said.what.named(&said.text);
            view.as_ref().zip(named).is_some_and(|(view, named)| view.is_named(&named))
        };
        said.retain(|said| !names(said));
        said
    })
}

/// The identifier of the one thing that is meant by a name; nothing where the question is to say what is wrong.
fn meant(view: &View<'_>, said: &Said) -> Result<Option<String>, AskError> {
    let found = view.find(&said.text, Some(said.what));
    match Meant::of(&found) {
        Meant::One(hit) => Ok(Some(hit.identifier().to_owned())),
        Meant::Several(hits) => {
            let called = hits.into_iter().map(Hit::near).collect();
            Err(AskError::Several { what: said.what.as_str(), name: said.text.clone(), called })
        }
        Meant::Nothing if said.what.named(&said.text).is_some() || found.hits.is_empty() => Ok(None),
        Meant::Nothing => {
            let nearest = found.hits.iter().take(OFFERED).map(Hit::near).collect();
            Err(AskError::Unknown { what: said.what.as_str(), name: said.text.clone(), nearest })
        }
    }
}

/// What a part of a path, or a parameter, speaks of.
fn what(name: &str) -> Option<What> {
    What::ALL.into_iter().find(|what| what.as_str() == name)
}

impl Address {
    fn of(template: &str, names: &[(String, String)], query: &str) -> Self {
        let value = |part: &str| {
            let name = part.strip_prefix('{').and_then(|part| part.strip_suffix('}'));
            let found = name.and_then(|name| names.iter().find(|(given, _)| given == name));
            found.map_or_else(|| part.to_owned(), |(_, value)| value.clone())
        };
        let parts = |name: &str, value: &str| -> Vec<String> {
            let list = name == What::Organisation.as_str() && LISTS.contains(&template);
            if list { value.split(',').map(ToOwned::to_owned).collect() } else { vec![value.to_owned()] }
        };
        let pairs = form_urlencoded::parse(query.as_bytes());
        Self {
            path: template.split('/').map(value).collect(),
            query: pairs.map(|(name, value)| (name.to_string(), parts(&name, &value))).collect(),
        }
    }

    /// All that is spoken of, but for what is empty.
    fn said(&self, template: &str) -> Vec<Said> {
        let parts = template.split('/').zip(&self.path).enumerate();
        let path = parts.filter_map(|(place, (part, text))| {
            let what = what(part.strip_prefix('{')?.strip_suffix('}')?)?;
            Some(Said { place: Place::Path(place), what, text: text.clone() })
        });
        let query = self.query.iter().enumerate().flat_map(|(place, (name, values))| {
            let of = what(name);
            let said = move |(part, text): (usize, &String)| {
                Some(Said { place: Place::Query(place, part), what: of?, text: text.clone() })
            };
            values.iter().enumerate().filter_map(said)
        });
        path.chain(query).filter(|said| !said.text.trim().is_empty()).collect()
    }

    /// Writes an identifier in the place of a name: whether it was another text.
    fn put(&mut self, place: Place, identifier: String) -> bool {
        let text = match place {
            Place::Path(part) => self.path.get_mut(part),
            Place::Query(parameter, part) => self.query.get_mut(parameter).and_then(|(_, values)| values.get_mut(part)),
        };
        let Some(text) = text.filter(|text| **text != identifier) else { return false };
        *text = identifier;
        true
    }

    fn written(&self) -> String {
        // Only what is taken for a form is written otherwise than a path has it.
        let encode = |part: &String| form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>();
        let path = self.path.iter().map(|part| encode(part).replace('+', "%20")).collect::<Vec<_>>().join("/");
        if self.query.is_empty() {
            return path;
        }
        let pairs = self.query.iter().map(|(name, values)| (name, values.join(",")));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{path}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Place, What};

    #[test]
    fn an_address_speaks_of_what_its_path_and_parameters_name_and_keeps_all_else() {
        let template = "/v1/meetings/{meeting}/attendance";
        let names = [("meeting".to_owned(), "SCO Summit".to_owned())];
        let mut address = Address::of(template, &names, "party=Côte+d%27Ivoire&as_of=2024&format=csv");
        let said: Vec<_> = address.said(template).into_iter().map(|said| (said.what, said.text)).collect();
        assert_eq!(said, [(What::Meeting, "SCO Summit".to_owned()), (What::Party, "Côte d'Ivoire".to_owned())]);
        assert!(address.put(Place::Path(3), "sco-astana-2024".to_owned()));
        assert!(!address.put(Place::Path(3), "sco-astana-2024".to_owned()), "it is that already");
        assert!(address.put(Place::Query(0, 0), "CIV".to_owned()));
        assert_eq!(address.written(), "/v1/meetings/sco-astana-2024/attendance?party=CIV&as_of=2024&format=csv");

        let mut list = Address::of("/v1/meetings", &[], "organisation=sco,African+Union");
        assert!(list.put(Place::Query(0, 1), "african-union".to_owned()));
        assert_eq!(list.written(), "/v1/meetings?organisation=sco%2Cafrican-union");
        // Of what is asked otherwise, nothing is said.
        assert_eq!(Address::of("/v1/find", &[], "q=India&kind=party").said("/v1/find").len(), 0);
    }
}
