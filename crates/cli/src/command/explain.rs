//! `chronicle explain`: why the view says so.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, Explanation, Index, View};
use summit::{OrganisationId, PartyId};

use crate::ask::Question;
use crate::values::{Spelt, Spoken};
use crate::vantage::VantageOptions;

/// Why the view says what it says of a party: every claim, and the rule that decided
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  chronicle explain sco IND")]
pub(crate) struct Explain {
    /// The organisation, such as sco, or by any of its names
    organisation: Spoken<OrganisationId>,
    /// The party, such as KAZ, or by any of its names
    party: Spoken<PartyId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Explain {
    type Answer = Explanation;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.explain(self.organisation.id(), self.party.id())
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        vec![&mut self.organisation, &mut self.party]
    }

    fn address(&self) -> AskedFor {
        AskedFor::at("/v1/explain")
            .with("organisation", Some(self.organisation.id()))
            .with("party", Some(self.party.id()))
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, Some(self.party.id()))
    }
}
