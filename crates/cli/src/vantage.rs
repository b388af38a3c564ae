//! From where a question is asked, as options.

use clap::Args;
use gateway::AskedFor;
use jiff::Timestamp;
use projector::{Asked, Index, Language, Seen, Token, WantedName};
use summit::{Position, Vantage};

use crate::error::Failure;
use crate::values;

/// From where a question is asked.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Vantage")]
pub(crate) struct VantageOptions {
    /// When in the world: the end of a period (2017, 2024-07-04), or before:ID or after:ID of an event [default: today]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub(crate) as_of: Option<Seen>,
    /// Only what was on record by then: an instant, or a date, which means its end in UTC
    #[arg(long, value_name = "TIME", value_parser = projector::instant)]
    pub(crate) known_at: Option<Timestamp>,
    /// Only the chronicle's entries up to this position
    #[arg(long, value_name = "POSITION")]
    pub(crate) at_position: Option<Position>,
    /// Only claims of this source: a name in the attribution, or official, record, press, unverified
    #[arg(long, value_name = "SOURCE")]
    pub(crate) according_to: Option<String>,
    /// Ask again from where an earlier answer was given: its "token", as JSON
    #[arg(long, value_name = "JSON", value_parser = token,
        conflicts_with_all = ["as_of", "known_at", "at_position", "according_to"])]
    pub(crate) token: Option<Token>,
    /// Wait until the chronicle has reached this position, some seconds at most
    #[arg(long, value_name = "POSITION")]
    pub(crate) min_position: Option<Position>,
    /// The language in which names are shown, where they have one: BCP 47, such as en-GB or fr [default: en]
    #[arg(long, value_parser = values::language, env = "CHRONICLE_LANGUAGE", hide_env_values = true)]
    pub(crate) language: Option<Language>,
}

fn token(text: &str) -> Result<Token, String> {
    serde_json::from_str(text).map_err(|error| format!("{error}; expected the \"token\" of an earlier answer"))
}

impl VantageOptions {
    /// Whether these options can be meant, before anything is read.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        Ok(self.asked().check()?)
    }

    /// The vantage, in this chronicle.
    pub(crate) fn resolve(&self, index: &Index) -> Result<Vantage, Failure> {
        Ok(self.asked().resolve(index)?)
    }

    /// A question from here, as a service is asked it.
    pub(crate) fn asked_of(&self, question: AskedFor) -> AskedFor {
        let token = self.token.as_ref().map(|token| serde_json::to_string(token).expect("a token is JSON"));
        let question = question.with("as_of", self.as_of.as_ref()).with("known_at", self.known_at);
        let question = question.with("at_position", self.at_position).with("according_to", self.according_to.as_ref());
        question.with("token", token).with("min_position", self.min_position).with("language", self.language.as_ref())
    }

    /// Which names are shown: no part of the vantage.
    pub(crate) fn names(&self) -> WantedName {
        WantedName { language: self.language.clone().unwrap_or_default(), official: false }
    }

    fn asked(&self) -> Asked {
        let Self { as_of, known_at, at_position, according_to, token, .. } = self.clone();
        Asked { as_of, known_at, at_position, according_to, token }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use projector::unknown_source;
    use summit::{AsOf, Vantage};

    use super::VantageOptions;
    use crate::error::{Code, Failure};
    use crate::samples::{self, TODAY};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        from: VantageOptions,
    }

    /// The vantage of options, in the report.
    fn resolve(options: &[&str]) -> Result<Vantage, Failure> {
        let from = Line::parse_from(["ask"].iter().chain(options)).from;
        from.check()?;
        from.resolve(&samples::astana())
    }

    #[test]
    fn a_shortened_id_is_written_out_where_it_is_the_only_one() {
        let vantage = resolve(&["--as-of", "before:b5364d9f"]).expect("it is there");
        let signing = "b5364d9f-d187-5fb4-b66f-f9f065db5ba6".parse().expect("an id");
        assert_eq!(vantage.as_of, Some(AsOf::Before(signing)));
        for (id, said) in [("after:3", "several events"), ("after:0123", "no event has the id")] {
            let refused = resolve(&["--as-of", id]).expect_err("it is not one");
            assert!(refused.to_string().starts_with(said), "{refused}");
        }
    }

    #[test]
    fn what_the_chronicle_has_not_come_to_is_refused_and_so_are_other_rules() {
        assert!(resolve(&["--at-position", "73"]).is_ok());
        assert_eq!(resolve(&["--at-position", "74"]).err().map(|failure| failure.code()), Some(Code::Failed));
        let later = r#"{"position":74,"as_of":"2024","fold":3}"#;
        assert_eq!(resolve(&["--token", later]).err().map(|failure| failure.code()), Some(Code::Failed));
        let other = r#"{"position":7,"as_of":"2024","fold":999}"#;
        assert_eq!(resolve(&["--token", other]).err().map(|failure| failure.code()), Some(Code::Usage));
    }

    #[test]
    fn the_token_of_an_answer_asks_from_there_again() {
        let index = samples::astana();
        let first = resolve(&["--known-at", "2024-07-05", "--according-to", "press"]).expect("it can be asked");
        let token = index.view(&first, TODAY).expect("a day is no event").token().clone();
        let again = resolve(&["--token", &serde_json::to_string(&token).expect("JSON")]).expect("it can be asked");
        assert_eq!(index.view(&again, TODAY).expect("a day is no event").token(), &token);
    }

    #[test]
    fn a_source_that_nobody_names_is_told_with_one_that_is_alike() {
        let told =
            |source| unknown_source(&samples::astana(), &resolve(&["--according-to", source]).expect("a source"));
        assert_eq!(
            told("asia news").as_deref(),
            Some("no event is attributed to \"asia news\"; did you mean \"Asia news report, 4 July 2024\"?")
        );
        assert_eq!((told("Sputnik"), told("official")), (None, None));
    }
}
