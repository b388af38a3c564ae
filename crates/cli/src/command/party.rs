//! `chronicle party`: where a party belongs, and what it did.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, PartyView, View};
use summit::PartyId;

use crate::ask::Question;
use crate::values::{Spelt, Spoken};
use crate::vantage::VantageOptions;

/// One party: its memberships everywhere, and what it did
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle party IND
  chronicle party \"Russian Federation\"
  chronicle party BLR --as-of 2023")]
pub(crate) struct Party {
    /// The party, such as KAZ or un, or by any of its names
    party: Spoken<PartyId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Party {
    type Answer = PartyView;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.party(self.party.id())
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        vec![&mut self.party]
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/parties/{}", self.party.id()))
    }
}
