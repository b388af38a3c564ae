//! Marks of presence: letters, shape and colour together, the same on the page and in pictures.

use std::borrow::Cow;

use maud::{Markup, html};
use projector::{Delegation, Group, PresenceAnswer, Stated, is_leader};
use summit::{Answer, Capacity, Level, Mode, Person, Status};

use crate::page::marks::{Shape, Sign};

/// How wide and high a shape is, in its own units.
pub(super) const SHAPE_SIZE: u32 = 12;

/// What the mark of a derived capacity means.
pub(super) const DERIVED: &str = "not stated: follows from the membership at the end of the last day";

/// What is told of presence: a shape and a colour each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// A leader took part, or the head of an organisation.
    Head,
    /// Somebody below, or in place of somebody else.
    Below,
    /// Took part; at what level is not said.
    Present,
    /// Announced, and nothing more is said.
    Announced,
    /// Did not take part.
    Absent,
    /// Whether it took part is not said.
    NotStated,
}

impl Tone {
    pub(super) const ALL: [Self; 6] =
        [Self::Head, Self::Below, Self::Present, Self::Announced, Self::Absent, Self::NotStated];

    /// Its colour in the page's style.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Below => "below",
            Self::Present => "took-part",
            Self::Announced => "announced",
            Self::Absent => "absent",
            Self::NotStated => "unsaid",
        }
    }

    /// The letter that stands before a level, or alone.
    pub(super) const fn letter(self) -> &'static str {
        match self {
            Self::Head | Self::Below | Self::Present => "P",
            Self::Announced => "A",
            Self::Absent => "X",
            Self::NotStated => "?",
        }
    }

    /// What it means.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Head => "took part through its leader or head",
            Self::Below => "took part below that level, or in place of somebody else",
            Self::Present => "took part, level not stated",
            Self::Announced => "announced, nothing more is said",
            Self::Absent => "did not take part",
            Self::NotStated => "whether it took part is not stated",
        }
    }

    /// The outline of its shape.
    pub(super) const fn path(self) -> &'static str {
        match self {
            // A disc; a half disc, flat side up; a disc with a hole; a ring of four arcs; a cross; a hollow diamond.
            Self::Head => "M6 .8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 1 0 6 .8z",
            Self::Below => "M.8 3.4h10.4a5.2 5.2 0 0 1-10.4 0zM.8 1.2h10.4v1.2H.8z",
            Self::Present => "M6 .8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 1 0 6 .8zm0 3.2a2 2 0 1 1 0 4 2 2 0 1 1 0-4z",
            Self::Announced => {
                "M6.8.86v1.62a3.6 3.6 0 0 1 2.72 2.72h1.62A5.2 5.2 0 0 0 6.8.86zM5.2.86v1.62A3.6 3.6 0 0 0 2.48 5.2H.86A5.2 5.2 0 0 1 5.2.86zM.86 6.8h1.62A3.6 3.6 0 0 0 5.2 9.52v1.62A5.2 5.2 0 0 1 .86 6.8zM11.14 6.8H9.52A3.6 3.6 0 0 1 6.8 9.52v1.62a5.2 5.2 0 0 0 4.34-4.34z"
            }
            Self::Absent => "M2.3.9 6 4.6 9.7.9l1.4 1.4L7.4 6l3.7 3.7-1.4 1.4L6 7.4l-3.7 3.7L.9 9.7 4.6 6 .9 2.3z",
            Self::NotStated => "M6 .2 11.8 6 6 11.8.2 6zM6 2.6 2.6 6 6 9.4 9.4 6z",
        }
    }

    /// The colour on white, for pictures that stand alone.
    pub(super) const fn colour(self) -> &'static str {
        match self {
            Self::Head => "#0b6b50",
            Self::Below => "#8f5200",
            Self::Present => "#3f6212",
            Self::Announced => "#1d5aa6",
            Self::Absent => "#a81f3d",
            Self::NotStated => "#545b63",
        }
    }

    fn of(presence: PresenceAnswer, level: Option<Level>, in_place: bool) -> Self {
        match (presence, level) {
            (PresenceAnswer::Present, _) if in_place => Self::Below,
            (PresenceAnswer::Present, None | Some(Level::Unknown)) => Self::Present,
            (PresenceAnswer::Present, Some(level)) if is_head(level) => Self::Head,
            (PresenceAnswer::Present, Some(_)) => Self::Below,
            (PresenceAnswer::Announced, _) => Self::Announced,
            (PresenceAnswer::Absent, _) => Self::Absent,
            (PresenceAnswer::NotStated, _) => Self::NotStated,
        }
    }
}

/// Whether somebody of this level heads a state, a government or an organisation.
pub(super) fn is_head(level: Level) -> bool {
    is_leader(level) || level == Level::OrganisationHead
}

/// A level in words.
pub(super) const fn level_words(level: Level) -> &'static str {
    match level {
        Level::HeadOfState => "head of state",
        Level::HeadOfGovernment => "head of government",
        Level::ActingHeadOfState => "acting head of state",
        Level::ActingHeadOfGovernment => "acting head of government",
        Level::CrownPrince => "crown prince",
        Level::VicePresident => "vice-president",
        Level::DeputyHeadOfGovernment => "deputy head of government",
        Level::ForeignMinister => "foreign minister",
        Level::Minister => "minister",
        Level::HighRepresentative => "high representative",
        Level::Adviser => "adviser with minister's rank",
        Level::DeputyMinister => "deputy minister",
        Level::Ambassador => "ambassador",
        Level::OrganisationHead => "head of an organisation",
        Level::OrganisationDeputy => "deputy head of an organisation",
        Level::OrganisationRepresentative => "representative of an organisation",
        Level::Leader => "leader, not said which",
        Level::Unknown => "level not known",
    }
}

/// What is told of one delegation in one meeting, as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) tone: Tone,
    /// A level, or a letter, or both.
    pub(super) letters: Cow<'static, str>,
    /// The same in words.
    pub(super) words: String,
    /// What else is to be known: video, absence of somebody, doubt, dispute.
    pub(super) flags: Vec<Flag>,
}

/// Something beside presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) sign: Sign,
    pub(super) words: Cow<'static, str>,
}

impl Flag {
    fn possibly() -> Self {
        Self { sign: Sign::of_answer(Stated::Possibly), words: "possibly".into() }
    }

    fn contested() -> Self {
        Self { sign: Sign::solid("contested", Shape::Octagon, "≠"), words: "contested".into() }
    }

    fn absent(level: Level) -> Self {
        let level = if level == Level::Leader { "leader" } else { level_words(level) };
        Self { sign: Sign::solid("absent", Shape::Square, "X"), words: format!("absent: {level}").into() }
    }

    /// How somebody took part, where that is not in the room.
    pub(super) fn of_mode(mode: Option<Mode>) -> Option<Self> {
        let words = match mode? {
            Mode::Video => "by video",
            Mode::Hybrid => "in the room and by video",
            Mode::InPerson => return None,
        };
        Some(Self { sign: Sign::solid("video", Shape::Tag, "V"), words: words.into() })
    }
}

impl Mark {
    /// Of a delegation.
    pub(super) fn of(row: &Delegation) -> Self {
        let mut flags = Vec::new();
        flags.extend((row.answer == Answer::Possibly).then(Flag::possibly));
        flags.extend(row.contested.then(Flag::contested));
        flags.extend(Flag::of_mode(row.mode));
        flags.extend(row.absent_levels.iter().copied().map(Flag::absent));
        Self { flags, ..Self::told(row.presence, row.level, row.in_lieu_of.as_ref()) }
    }

    /// Of unnamed ones.
    pub(super) fn of_group(group: &Group) -> Self {
        let possibly = (group.answer == Answer::Possibly).then(Flag::possibly);
        Self { flags: possibly.into_iter().collect(), ..Self::told(group.presence, group.level, None) }
    }

    /// Of a member of whom nothing is said where it is expected.
    pub(super) fn missed() -> Self {
        Self {
            tone: Tone::NotStated,
            letters: "?".into(),
            words: "a member then, nothing is said of it".to_owned(),
            flags: Vec::new(),
        }
    }

    fn told(presence: PresenceAnswer, level: Option<Level>, in_lieu_of: Option<&Person>) -> Self {
        let tone = Tone::of(presence, level, in_lieu_of.is_some());
        let known = level.filter(|level| *level != Level::Unknown);
        let took_part = matches!(tone, Tone::Head | Tone::Below | Tone::Present);
        let letters = match known {
            Some(level) if took_part => Cow::Borrowed(level.as_str()),
            Some(level) => format!("{} {level}", tone.letter()).into(),
            None => tone.letter().into(),
        };
        let presence = match presence {
            PresenceAnswer::Present => "present",
            PresenceAnswer::Announced => "announced only",
            PresenceAnswer::Absent => "absent",
            PresenceAnswer::NotStated => "not stated whether present",
        };
        let words = match known {
            Some(level) => format!("{presence}, {}", level_words(level)),
            None if took_part => format!("{presence}, level not stated"),
            None => presence.to_owned(),
        };
        Self { tone, letters, words, flags: Vec::new() }
    }
}

/// The shape of a mark.
pub(super) fn shape(tone: Tone) -> Markup {
    html! {
        svg.shape viewBox=(format!("0 0 {SHAPE_SIZE} {SHAPE_SIZE}")) width=(SHAPE_SIZE) height=(SHAPE_SIZE) aria-hidden="true" focusable="false" {
            path fill-rule="evenodd" d=(tone.path()) {}
        }
    }
}

/// A mark that leads to its evidence.
pub(super) fn mark(mark: &Mark, why: &str, whose: &str) -> Markup {
    html! {
        a class={ "presence tone-" (mark.tone.name()) } href=(why) {
            (shape(mark.tone))
            span.letters aria-hidden="true" { (mark.letters) }
            span.unseen { (mark.words) ", why: " bdi { (whose) } }
        }
    }
}

/// A mark without a way to anything.
pub(super) fn still(mark: &Mark) -> Markup {
    html! {
        span class={ "presence tone-" (mark.tone.name()) } {
            (shape(mark.tone))
            span.letters aria-hidden="true" { (mark.letters) }
            span.unseen { (mark.words) }
        }
    }
}

/// What else is to be known of a mark.
pub(super) fn flags(flags: &[Flag]) -> Markup {
    html! { @for flag in flags { " " (flag.sign.badge(&flag.words)) } }
}

/// The sign of a capacity: that of the status with its name.
pub(super) fn capacity_sign(capacity: &Capacity) -> Sign {
    match capacity.as_str() {
        "guest_of_chair" => Sign::solid("guest", Shape::Shield, "G"),
        "invited_state" => Sign::solid("candidate", Shape::Tag, "I"),
        "international_organisation" => Sign::solid("signatory", Shape::Octagon, "Io"),
        "permanent_body" => Sign::solid("associate", Shape::House, "B"),
        other => match other.parse::<Status>() {
            Ok(status) => Sign::of_status(&status),
            Err(_) => Sign::solid("other", Shape::Octagon, "?"),
        },
    }
}

/// A capacity in words.
pub(super) fn capacity_words(capacity: &Capacity) -> String {
    capacity.as_str().replace('_', " ")
}
