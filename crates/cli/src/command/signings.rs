//! `chronicle signings`: instruments, and what was done to them.

use clap::Args;
use projector::{AskError, SigningsFilter, View};
use summit::{InstrumentId, MeetingId, OrganisationId, PartyId};

use crate::ask::Question;
use crate::values;
use crate::vantage::VantageOptions;

/// Instruments, and who signed, adopted or ratified them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle signings --organisation sco
  chronicle signings --instrument astana-declaration-2024")]
pub(crate) struct Signings {
    /// Only acts of this organisation
    #[arg(long)]
    organisation: Option<OrganisationId>,
    /// Only this instrument
    #[arg(long)]
    instrument: Option<InstrumentId>,
    /// Only acts of this party
    #[arg(long, value_parser = values::party)]
    party: Option<PartyId>,
    /// Only acts at this meeting
    #[arg(long)]
    meeting: Option<MeetingId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Signings {
    type Answer = projector::Signings;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        let Self { organisation, instrument, party, meeting, .. } = self;
        let (organisation, instrument) = (organisation.clone(), instrument.clone());
        let (party, meeting) = (party.clone(), meeting.clone());
        view.signings(&SigningsFilter { organisation, instrument, party, meeting })
    }
}
