//! `chronicle members`: who holds which status in an organisation.

use clap::Args;
use projector::{AskError, Index, MembersFilter, View};
use summit::{OrganisationId, PartyId, Status};

use crate::ask::Question;
use crate::values;
use crate::vantage::VantageOptions;

/// Who holds which status in an organisation
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle members sco
  chronicle members sco --as-of 2017-03-01
  chronicle members sco --status member --known-at 2024-07-04
  chronicle members sco --party IND --according-to official")]
pub(crate) struct Members {
    /// The organisation, such as sco
    organisation: OrganisationId,
    /// Only this status
    #[arg(long)]
    status: Option<Status>,
    /// Only this party, such as KAZ; answers no and not stated, too
    #[arg(long, value_parser = values::party)]
    party: Option<PartyId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Members {
    type Answer = projector::Members;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        let only = MembersFilter { status: self.status.clone(), party: self.party.clone() };
        view.members(&self.organisation, &only)
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref())
    }
}
