//! `chronicle attendance`: who took part in a meeting, at what level, in whose place.

use clap::Args;
use projector::{AskError, Index, View};
use summit::{MeetingId, PartyId};

use crate::ask::Question;
use crate::values;
use crate::vantage::VantageOptions;

/// Who took part in a meeting, at what level, in whose place
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle attendance sco-plus-astana-2024
  chronicle attendance sco-plus-astana-2024 --party IND --json")]
pub(crate) struct Attendance {
    /// The meeting, such as sco-plus-astana-2024
    meeting: MeetingId,
    /// Only this party's delegation
    #[arg(long, value_parser = values::party)]
    party: Option<PartyId>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Attendance {
    type Answer = projector::Attendance;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        view.attendance_of(&self.meeting, self.party.as_ref())
    }

    fn note(&self, index: &Index) -> Option<String> {
        projector::unknown_party(index, self.party.as_ref())
    }
}
