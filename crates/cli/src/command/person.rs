//! `chronicle person`: for whom a person appeared, and what they did.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, PersonView, View};
use summit::PersonId;

use crate::ask::Question;
use crate::vantage::VantageOptions;

/// One person: names, offices, and what they did
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle person xi-jinping --as-of 2024-07-03")]
pub(crate) struct Person {
    /// The person, such as xi-jinping
    id: PersonId,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Person {
    type Answer = PersonView;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.person(&self.id)
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/people/{}", self.id))
    }
}
