//! In which format an answer is wanted, and answers in the formats of others.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use projector::export::{
    Addresses, Code as StatusCode, ExportError, FEED_ENTRIES, Format, Subject, Tabular, Terms, Years,
};
use projector::{AskError, Indexed, View, unknown_source};
use summit::{PartyId, Position};

use super::asking::Asking;
use super::lanes::Lane;
use super::organisations::A_PARTY;
use super::page::{MAX_LIMIT, next};
use super::reply::Reply;
use crate::problem::{Code, Problem};

/// What stands for a year.
const A_YEAR: &str = "a year such as 1990";
/// What stands for yes and no.
const YES_OR_NO: &str = "true or false";

/// What statuses in organisations are answered as.
pub(super) const OF_STATUSES: &[Format] = &[
    Format::Json,
    Format::Table(Tabular::Csv),
    Format::Table(Tabular::CsvRaw),
    Format::Table(Tabular::States),
    Format::Datapackage(Tabular::Csv),
    Format::Popolo,
    Format::Atom,
];
/// What the list of organisations is answered as.
pub(super) const OF_ORGANISATIONS: &[Format] = &[
    Format::Json,
    Format::Table(Tabular::Csv),
    Format::Table(Tabular::CsvRaw),
    Format::Table(Tabular::States),
    Format::Datapackage(Tabular::Csv),
];
/// What a meeting is answered as.
pub(super) const OF_A_MEETING: &[Format] = &[
    Format::Json,
    Format::Table(Tabular::Csv),
    Format::Table(Tabular::CsvRaw),
    Format::Datapackage(Tabular::Csv),
    Format::Popolo,
    Format::Ics,
    Format::Atom,
];
/// What the list of meetings is answered as.
pub(super) const OF_MEETINGS: &[Format] = &[
    Format::Json,
    Format::Table(Tabular::Csv),
    Format::Table(Tabular::CsvRaw),
    Format::Datapackage(Tabular::Csv),
    Format::Ics,
];

/// What is answered at an address of a question, beside JSON only; events have names of their own.
pub(crate) fn formats_of(path: &str) -> &'static [Format] {
    match path {
        "/v1/organisations/{organisation}/members" | "/v1/organisations/{organisation}/timeline" => OF_STATUSES,
        "/v1/organisations" => OF_ORGANISATIONS,
        "/v1/meetings/{meeting}" | "/v1/meetings/{meeting}/attendance" => OF_A_MEETING,
        "/v1/meetings" => OF_MEETINGS,
        _ => &[],
    }
}

impl Asking {
    /// The format that is wanted of those that there are: the one named by `format`, or else what is accepted most of all,
    /// or else the first.
    pub(super) fn format(&mut self, offered: &[Format]) -> Result<Format, Problem> {
        let names: Vec<&str> = offered.iter().map(|format| format.as_str()).collect();
        let offered: Vec<(Format, &str, &str)> =
            offered.iter().map(|format| (*format, format.as_str(), format.media_type())).collect();
        let wanted = self.one_of(&offered)?;
        let Format::Datapackage(_) = wanted else { return Ok(wanted) };
        let table = self.parameters.parse("table", "csv, csv-raw or states")?.unwrap_or(Tabular::Csv);
        if !names.contains(&table.as_str()) {
            return Err(Problem::parameter("table", table.as_str(), "csv or csv-raw"));
        }
        Ok(Format::Datapackage(table))
    }

    /// The same of anything that has a name and a media type.
    pub(super) fn one_of<T: Copy>(&mut self, offered: &[(T, &str, &str)]) -> Result<T, Problem> {
        let names: Vec<&str> = offered.iter().map(|(_, name, _)| *name).collect();
        let allowed = names.join(", ");
        let asked_for = self.parameters.take("format", &allowed, |text| {
            let found = offered.iter().find(|(_, name, _)| *name == text);
            found.map(|(what, ..)| *what).ok_or_else(|| format!("{text:?} is none"))
        })?;
        if let Some(what) = asked_for {
            self.is_file = true;
            return Ok(what);
        }
        let ranges = self.headers.get_all(header::ACCEPT).iter().filter_map(|ranges| ranges.to_str().ok());
        let accepted: Vec<Range<'_>> = ranges.flat_map(|ranges| ranges.split(',')).filter_map(Range::read).collect();
        if accepted.is_empty() {
            return Ok(offered[0].0);
        }
        let mut best: Option<(u16, T)> = None;
        for (what, _, media_type) in offered {
            let weight = weighed(&accepted, media_type);
            if weight > best.map_or(0, |(best, _)| best) {
                best = Some((weight, *what));
            }
        }
        best.map(|(_, what)| what).ok_or_else(|| {
            let mut types: Vec<&str> = offered.iter().map(|(.., media_type)| *media_type).collect();
            types.dedup();
            let detail =
                format!("what you accept is not answered here; there is {}, or format={allowed}", types.join(", "));
            let detail = detail.replacen("format=", "as the parameter \"format\": ", 1);
            Problem::new(Code::NotAcceptable, detail).with("possible", types).with("formats", names.clone())
        })
    }

    /// Answers with what a view shows, in a format of others: the same bytes as long as the token is the same.
    pub(super) async fn export(
        mut self,
        lane: Lane,
        format: Format,
        subject: impl FnOnce(&View<'_>) -> Result<Subject, AskError> + Send + 'static,
    ) -> Result<Response, Problem> {
        let mut terms = self.terms(format)?;
        let from = self.vantage_of_a_file()?;
        let (path, query, citing) = (self.path.clone(), self.query.clone(), self.citing());
        self.reply(lane, from.min_position, move |ground| {
            let asked = ground.index.ask(|index| {
                let vantage = from.resolve(index)?;
                let view = index.view(&vantage, ground.today)?.showing(from.names.clone());
                let tag = ground.has.tag(&(view.token(), format.as_str()));
                let notes: Vec<String> = unknown_source(index, &vantage).into_iter().collect();
                if ground.has.is(&tag) {
                    return Ok((tag, notes, None));
                }
                let subject = subject(&view)?;
                if let Format::Datapackage(table) = format {
                    let fixed = view.about("", &terms.licence).token;
                    terms.path = Some(fixed_address(&path, &query, table, &fixed));
                }
                Ok::<_, Problem>((tag, notes, Some(view.export(&subject, format, &terms)?)))
            });
            let (tag, notes, exported) = asked?;
            let mut headers = kind(format);
            let body = exported.map(|exported| {
                if let Format::Table(table) = format {
                    let described = next(
                        &path,
                        &query,
                        &[("format", "datapackage".to_owned()), ("table", table.as_str().to_owned())],
                        &[],
                    );
                    let kind = Format::Datapackage(table).media_type();
                    let link = HeaderValue::from_str(&format!("<{described}>; rel=\"describedby\"; type=\"{kind}\""));
                    headers.extend(link.ok().map(|link| (header::LINK, link)));
                }
                citing.tell(&mut headers, &exported.about);
                if format != Format::Atom {
                    let name = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", exported.file));
                    headers.extend(name.ok().map(|name| (header::CONTENT_DISPOSITION, name)));
                }
                exported.text.into()
            });
            // The licence line is the operator's, and may change.
            Ok(Reply { tag, fixed: false, notes, body, headers })
        })
        .await
    }

    /// The party that is asked for: of rows only, other formats are of all.
    pub(super) fn party_of(&mut self, format: Format) -> Result<Option<PartyId>, Problem> {
        let party: Option<PartyId> = self.parameters.parse("party", A_PARTY)?;
        let (Format::Table(tabular) | Format::Datapackage(tabular)) = format else {
            let is_json = format == Format::Json;
            return party.map_or(Ok(None), |party| if is_json { Ok(Some(party)) } else { Err(of_all(&party, format)) });
        };
        match party {
            Some(party) if tabular == Tabular::States => Err(of_all(&party, format)),
            party => Ok(party),
        }
    }

    /// Takes the parameters that a format has of its own.
    pub(super) fn terms(&mut self, format: Format) -> Result<Terms, Problem> {
        let mut terms = Terms { licence: self.service.licence().to_owned(), ..Terms::default() };
        if matches!(format, Format::Table(Tabular::States) | Format::Datapackage(Tabular::States)) {
            terms.years =
                Years { from: self.parameters.parse("from", A_YEAR)?, to: self.parameters.parse("to", A_YEAR)? };
            let codes = "a status and its code of 0, 1, 2 or 3, such as partner=3";
            terms.codes = self.parameters.take_all::<StatusCode>("code", codes)?;
            terms.every_party = self.parameters.parse("every_party", YES_OR_NO)?.unwrap_or(false);
        }
        if format == Format::Atom {
            terms.before = self.parameters.parse::<Position>("before", "a position: a whole number")?;
            let entries = self.parameters.take("limit", "a whole number from 1 to 1000", |text| {
                let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
                limit.ok_or_else(|| format!("{text:?} is none"))
            })?;
            terms.entries = entries.unwrap_or(FEED_ENTRIES);
            terms.at = Some(self.addresses());
        }
        Ok(terms)
    }

    /// Where the feed that is asked for is.
    fn addresses(&self) -> Addresses {
        let mark = if self.query.is_empty() { "" } else { "?" };
        Addresses {
            own: format!("{}{mark}{}", self.path, self.query),
            events: "/v1/events/".to_owned(),
            older: next(
                &self.path,
                &self.query,
                &[("format", "atom".to_owned()), ("before", String::new())],
                &["min_position"],
            ),
        }
    }
}

fn of_all(party: &PartyId, format: Format) -> Problem {
    let allowed = format!("no party with {format}, which is of all of them; csv and json are of one, too");
    Problem::parameter("party", party.as_str(), &allowed)
}

/// The content type of a format.
fn kind(format: Format) -> HeaderMap {
    let kind = match format {
        Format::Table(_) => "text/csv; charset=utf-8; header=present",
        Format::Ics => "text/calendar; charset=utf-8",
        Format::Json | Format::Datapackage(_) | Format::Popolo | Format::Atom => format.media_type(),
    };
    HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))])
}

/// Where a table is, from where its description is: the same for ever.
fn fixed_address(path: &str, query: &str, table: Tabular, token: &projector::Token) -> String {
    let set =
        [("format", table.as_str().to_owned()), ("token", serde_json::to_string(token).expect("a token is JSON"))];
    let vantage = ["as_of", "known_at", "at_position", "according_to", "min_position", "table"];
    let file = path.rsplit('/').next().unwrap_or_default();
    next(file, query, &set, &vantage)
}

/// One range of what is accepted.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// Thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(1000, |weight| {
            let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
            let rest = format!("{rest:0<3}");
            format!("{whole}{}", rest.get(..3).unwrap_or("000")).parse().unwrap_or(1000).min(1000)
        });
        Some(Self { kind, subtype, weight })
    }

    /// How closely it fits; nothing where it does not.
    fn fits(&self, media_type: &str) -> Option<u8> {
        let (kind, subtype) = media_type.split_once('/')?;
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (own, "*") if own.eq_ignore_ascii_case(kind) => Some(1),
            (own, rest) if own.eq_ignore_ascii_case(kind) && rest.eq_ignore_ascii_case(subtype) => Some(2),
            _ => None,
        }
    }
}

/// How much a media type is wanted: what the range says that fits it most closely.
fn weighed(accepted: &[Range<'_>], media_type: &str) -> u16 {
    let fitting = accepted.iter().filter_map(|range| Some((range.fits(media_type)?, range.weight)));
    fitting.max_by_key(|(fits, weight)| (*fits, *weight)).map_or(0, |(_, weight)| weight)
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        let detail = error.to_string();
        match error {
            ExportError::Ask(error) => error.into(),
            ExportError::TooLarge(_) | ExportError::Backwards(_) => {
                Self::new(Code::BadParameter, detail).with("parameter", "from")
            }
            ExportError::One(_) | ExportError::NotOfMeetings(_) => {
                Self::new(Code::BadParameter, detail).with("parameter", "format")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, weighed};

    #[test]
    fn what_is_accepted_most_closely_decides_how_much_it_is_wanted() {
        let wanted = |accept: &str, media_type: &str| {
            weighed(&accept.split(',').filter_map(Range::read).collect::<Vec<_>>(), media_type)
        };
        assert_eq!(wanted("*/*", "text/csv"), 1000);
        assert_eq!(wanted("text/*;q=0.5, */*;q=0.1", "text/csv"), 500);
        assert_eq!(wanted("text/csv;header=present;q=0.25, text/*", "text/csv"), 250);
        assert_eq!(wanted("Text/CSV;q=0", "text/csv"), 0);
        assert_eq!(wanted("application/json", "text/csv"), 0);
        assert_eq!(wanted("text/csv;q=0.1234", "text/csv"), 123);
    }
}
