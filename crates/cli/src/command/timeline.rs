//! `chronicle timeline`: every spell, past, present and announced.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, Index, View};
use summit::{OrganisationId, PartyId};

use crate::ask::Question;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Every status that parties held in an organisation, with its beginning and end
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle timeline sco
  chronicle timeline sco --party BLR --at-position 73")]
pub(crate) struct Timeline {
    /// The organisation, such as sco, or by any of its names
    organisation: Spoken<OrganisationId>,
    /// Only this party, such as KAZ
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Timeline {
    type Answer = projector::Timeline;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.timeline(self.organisation.id(), self.party.as_ref().map(Spoken::id))
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        let organisation: &mut dyn Spelt = &mut self.organisation;
        [organisation].into_iter().chain(spoken(&mut self.party)).collect()
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/organisations/{}/timeline", self.organisation.id()))
            .with("party", self.party.as_ref().map(Spoken::id))
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref().map(Spoken::id))
    }
}
