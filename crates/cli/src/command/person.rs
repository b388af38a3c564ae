//! `chronicle person`: for whom a person appeared, and what they did.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, PersonView, View};
use summit::PersonId;

use crate::ask::Question;
use crate::values::{Spelt, Spoken};
use crate::vantage::VantageOptions;

/// One person: names, offices, and what they did
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle person xi-jinping --as-of 2024-07-03
  chronicle person \"Xi Jinping\"")]
pub(crate) struct Person {
    /// The person, such as xi-jinping, or by any of their names
    person: Spoken<PersonId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Person {
    type Answer = PersonView;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.person(self.person.id())
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        vec![&mut self.person]
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/people/{}", self.person.id()))
    }
}
