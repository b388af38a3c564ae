//! `chronicle remarks`: everything odd, contested, unmatched.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, View};
use summit::OrganisationId;

use crate::ask::Question;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Everything odd: contested, unmatched, repeated, out of order
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle remarks
  chronicle remarks sco --as-of 2024-07-04")]
pub(crate) struct Remarks {
    /// Only of this organisation
    organisation: Option<Spoken<OrganisationId>>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Remarks {
    type Answer = projector::Remarks;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.remarks(self.organisation.as_ref().map(Spoken::id))
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        spoken(&mut self.organisation).into_iter().collect()
    }

    fn address(&self) -> AskedFor {
        AskedFor::at("/v1/remarks").with("organisation", self.organisation.as_ref().map(Spoken::id))
    }
}
