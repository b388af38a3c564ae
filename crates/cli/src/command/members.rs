//! `chronicle members`: who holds which status in an organisation.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, Index, MembersFilter, View};
use summit::{OrganisationId, PartyId, Status};

use crate::ask::Question;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Who holds which status in an organisation
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle members sco
  chronicle members sco --as-of 2017-03-01
  chronicle members sco --status member --known-at 2024-07-04
  chronicle members sco --party IND --according-to official
  chronicle members \"Shanghai Cooperation Organization\" --party India")]
pub(crate) struct Members {
    /// The organisation, such as sco, or by any of its names
    organisation: Spoken<OrganisationId>,
    /// Only this status
    #[arg(long)]
    status: Option<Status>,
    /// Only this party, such as KAZ; answers no and not stated, too
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Members {
    type Answer = projector::Members;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        let only = MembersFilter { status: self.status.clone(), party: self.party.as_ref().map(Spoken::id).cloned() };
        view.members(self.organisation.id(), &only)
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        let organisation: &mut dyn Spelt = &mut self.organisation;
        [organisation].into_iter().chain(spoken(&mut self.party)).collect()
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/organisations/{}/members", self.organisation.id()))
            .with("status", self.status.as_ref())
            .with("party", self.party.as_ref().map(Spoken::id))
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref().map(Spoken::id))
    }
}
