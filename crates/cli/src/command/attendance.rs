//! `chronicle attendance`: who took part in a meeting, at what level, in whose place.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, Index, View};
use summit::{MeetingId, PartyId};

use crate::ask::Question;
use crate::values::{Spelt, Spoken, spoken};
use crate::vantage::VantageOptions;

/// Who took part in a meeting, at what level, in whose place
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle attendance sco-plus-astana-2024
  chronicle attendance sco-plus-astana-2024 --party IND --json")]
pub(crate) struct Attendance {
    /// The meeting, such as sco-plus-astana-2024, or by its title
    meeting: Spoken<MeetingId>,
    /// Only this party's delegation
    #[arg(long)]
    party: Option<Spoken<PartyId>>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Attendance {
    type Answer = projector::Attendance;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.attendance_of(self.meeting.id(), self.party.as_ref().map(Spoken::id))
    }

    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        let meeting: &mut dyn Spelt = &mut self.meeting;
        [meeting].into_iter().chain(spoken(&mut self.party)).collect()
    }

    fn address(&self) -> AskedFor {
        AskedFor::at(format!("/v1/meetings/{}/attendance", self.meeting.id()))
            .with("party", self.party.as_ref().map(Spoken::id))
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref().map(Spoken::id))
    }
}
