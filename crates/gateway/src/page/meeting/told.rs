//! All that a page about one meeting tells, asked once.

use projector::{AskError, Attendance, MeetingView, Scheduled, View};
use summit::{MeetingId, Phase};

/// A meeting with all that belongs to it.
pub(super) struct Told {
    /// What is said of it, signed and said there.
    pub(super) view: MeetingView,
    /// Who took part in it and its parts.
    pub(super) whole: Attendance,
    /// Its parts and what is held on its sidelines, in the order of the world.
    pub(super) programme: Vec<Scheduled>,
    /// Who took part in each part, in that order.
    pub(super) parts: Vec<Attendance>,
}

impl Told {
    pub(super) fn of(view: &View<'_>, meeting: &MeetingId) -> Result<Self, AskError> {
        let told = view.meeting(meeting)?;
        let whole = view.attendance(meeting)?;
        let programme = view.programme(meeting)?;
        let parts = programme.iter().filter(|one| told.parts.contains(&one.meeting));
        let parts = parts.map(|one| view.attendance(&one.meeting)).collect::<Result<_, _>>()?;
        Ok(Self { view: told, whole, programme, parts })
    }

    /// Whether it took place, as far as is told.
    pub(super) fn took_place(&self) -> bool {
        matches!(self.view.meeting_info.phase, Some(Phase::Opened | Phase::Held | Phase::Closed))
    }
}
