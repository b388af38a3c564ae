//! `chronicle signings`: instruments, and what was done to them.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, SigningsFilter, View};
use summit::{InstrumentId, MeetingId, OrganisationId, PartyId};

use crate::ask::Question;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Instruments, and who signed, adopted or ratified them
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle signings --organisation sco
  chronicle signings --instrument astana-declaration-2024")]
pub(crate) struct Signings {
    /// Only acts of this organisation
    #[arg(long)]
    organisation: Option<Spoken<OrganisationId>>,
    /// Only this instrument
    #[arg(long)]
    instrument: Option<Spoken<InstrumentId>>,
    /// Only acts of this party
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    /// Only acts at this meeting
    #[arg(long)]
    meeting: Option<Spoken<MeetingId>>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Signings {
    type Answer = projector::Signings;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.signings(&SigningsFilter {
            organisation: self.organisation.as_ref().map(Spoken::id).cloned(),
            instrument: self.instrument.as_ref().map(Spoken::id).cloned(),
            party: self.party.as_ref().map(Spoken::id).cloned(),
            meeting: self.meeting.as_ref().map(Spoken::id).cloned(),
        })
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        let first = spoken(&mut self.organisation).into_iter().chain(spoken(&mut self.instrument));
        first.chain(spoken(&mut self.party)).chain(spoken(&mut self.meeting)).collect()
    }

    fn address(&self) -> AskedFor {
        AskedFor::at("/v1/signings")
            .with("organisation", self.organisation.as_ref().map(Spoken::id))
            .with("instrument", self.instrument.as_ref().map(Spoken::id))
            .with("party", self.party.as_ref().map(Spoken::id))
            .with("meeting", self.meeting.as_ref().map(Spoken::id))
    }
}
