//! `chronicle explain`: why the view says so.

use clap::Args;
use projector::{AskError, Explanation, Index, View};
use summit::{OrganisationId, PartyId};

use crate::ask::Question;
use crate::values;
use crate::vantage::VantageOptions;

/// Why the view says what it says of a party: every claim, and the rule that decided
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle explain sco IND")]
pub(crate) struct Explain {
    /// The organisation, such as sco
    organisation: OrganisationId,
    /// The party, such as KAZ
    #[arg(value_parser = values::party)]
    party: PartyId,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Explain {
    type Answer = Explanation;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.explain(&self.organisation, &self.party)
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, Some(&self.party))
    }
}
