//! From where a question is asked, as parameters.

use axum::http::{HeaderMap, header};
use jiff::Timestamp;
use projector::{AskError, Asked, BadToken, Index, Language, Token, VantageError, WantedName};
use summit::{Position, Vantage};
use utoipa::IntoParams;

use crate::parameters::Parameters;
use crate::problem::{Code, Problem};

/// How many languages are looked at that somebody accepts.
const LANGUAGES: usize = 16;

/// From where a question is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct From {
    asked: Asked,
    pub(crate) min_position: Option<Position>,
    /// Which names are shown: no part of the vantage, but of every question.
    pub(crate) names: WantedName,
    /// Whether the address says in which language.
    pub(crate) is_language_written: bool,
}

/// From where a question is asked, for the description of the interface.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) struct VantageParameters {
    /// When in the world: EDTF, which means its end, such as `2017` or `2024-07-04`; or `before:` or `after:` and the id of
    /// an event, or how it begins. Today, where it is left out
    as_of: Option<String>,
    /// Only what was on record by then counts: an instant, or a date, which means its end in UTC
    known_at: Option<String>,
    /// Only entries up to this position exist
    at_position: Option<u64>,
    /// Only claims of this source count: a name in the attribution, or `official`, `record`, `press`, `unverified`
    according_to: Option<String>,
    /// The `token` of an earlier answer, as JSON: says all of the above
    token: Option<String>,
    /// Wait until the chronicle has come so far, 5 s at most
    min_position: Option<u64>,
    /// The language in which names are shown, where they have one: BCP 47, such as `en-GB` or `fr`. Where it is left out:
    /// the one that `Accept-Language` wants most, of what is no file in the formats of others; or else `en`
    language: Option<String>,
}

impl From {
    /// Takes the parameters of a vantage.
    pub(crate) fn take(parameters: &mut Parameters) -> Result<Self, Problem> {
        let asked = Asked {
            as_of: parameters.parse("as_of", "EDTF such as 2017 or 2024-07-04, before:ID or after:ID")?,
            known_at: parameters.take(
                "known_at",
                "an instant, or a date, which means its end in UTC",
                projector::instant,
            )?,
            at_position: parameters.parse("at_position", "a position: a whole number")?,
            according_to: parameters.parse("according_to", "a name, or an authority")?,
            token: parameters.take("token", "the \"token\" of an earlier answer, as JSON", |text| {
                let token: Token = serde_json::from_str(text).map_err(|error| error.to_string())?;
                token.vantage().map(|_| token).map_err(|error| error.to_string())
            })?,
        };
        let min_position = parameters.parse("min_position", "a position: a whole number")?;
        let language: Option<Language> = parameters.parse("language", "a language (BCP 47) such as en-GB or fr")?;
        let is_language_written = language.is_some();
        let names = WantedName { language: language.unwrap_or_default(), official: false };
        let others = asked.as_of.is_some()
            || asked.known_at.is_some()
            || asked.at_position.is_some()
            || asked.according_to.is_some();
        if asked.token.is_some() && others {
            return Err(Problem::parameter("token", "a token beside other parts of the vantage", "the token alone"));
        }
        Ok(Self { asked, min_position, names, is_language_written })
    }

    /// The vantage, in this chronicle.
    pub(crate) fn resolve(&self, index: &Index) -> Result<Vantage, Problem> {
        Ok(self.asked.resolve(index)?)
    }

    /// Whether what is asked from here is the same for ever.
    pub(crate) fn is_fixed(&self) -> bool {
        match &self.asked.token {
            Some(token) => token.at_position.is_some(),
            None => {
                self.asked.at_position.is_some()
                    && self.asked.as_of.as_ref().is_some_and(projector::Seen::is_written_out)
            }
        }
    }

    /// Whether `as_of` is given, and says the same for ever.
    pub(crate) fn is_at_a_fixed_time(&self) -> bool {
        self.asked.token.is_some() || self.asked.as_of.as_ref().is_some_and(projector::Seen::is_written_out)
    }

    /// The parts of knowledge that are given.
    pub(crate) const fn knowledge(&self) -> (Option<Position>, Option<Timestamp>) {
        match &self.asked.token {
            Some(token) => (token.at_position, token.known_at),
            None => (self.asked.at_position, self.asked.known_at),
        }
    }
}

/// The language that is accepted most of all; of equal ones the first. `*` is any, so it says nothing.
pub(super) fn accepted(headers: &HeaderMap) -> Option<Language> {
    let said = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|said| said.to_str().ok());
    let ranges = said.flat_map(|said| said.split(',')).take(LANGUAGES).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let language: Language = parts.next()?.parse().ok()?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        let weight = weight.map_or(Some(1.0), |weight| weight.parse::<f32>().ok())?;
        (weight > 0.0).then_some((weight, language))
    });
    ranges.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, language)| language)
}

impl std::convert::From<VantageError> for Problem {
    fn from(error: VantageError) -> Self {
        let detail = error.to_string();
        match error {
            VantageError::Ask(error) => AskError::into(error),
            VantageError::Token(BadToken::AsOf(_) | BadToken::Fold { .. }) => {
                Self::new(Code::BadParameter, detail).with("parameter", "token")
            }
            VantageError::NotReached { tail, needed } => {
                Self::new(Code::NotReached, detail).with("tail", tail.get()).with("asked", needed.get())
            }
        }
    }
}
