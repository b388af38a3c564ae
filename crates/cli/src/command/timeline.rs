//! `chronicle timeline`: every spell, past, present and announced.

use clap::Args;
use projector::{AskError, Index, View};
use summit::{OrganisationId, PartyId};

use crate::ask::Question;
use crate::values;
use crate::vantage::VantageOptions;

/// Every status that parties held in an organisation, with its beginning and end
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle timeline sco
  chronicle timeline sco --party BLR --at-position 73")]
pub(crate) struct Timeline {
    /// The organisation, such as sco
    organisation: OrganisationId,
    /// Only this party, such as KAZ
    #[arg(long, value_parser = values::party)]
    party: Option<PartyId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Timeline {
    type Answer = projector::Timeline;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.timeline(&self.organisation, self.party.as_ref())
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref())
    }
}
