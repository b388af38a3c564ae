//! Marks that all pages share. Each is told apart by its letter, its shape and its colour, and never stands without its
//! words: beside it, or for who hears the page.

use maud::{Markup, html};
use projector::Stated;
use summit::{Answer, Authority, Status};

use super::words;

/// The outline of a mark, in a square of 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Square,
    Circle,
    Diamond,
    Hexagon,
    Octagon,
    Pill,
    House,
    Shield,
    Tag,
}

/// How the outline is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// Filled: sure.
    Solid,
    /// Only its line: nothing, or a part.
    Open,
    /// A broken line: not sure, not said.
    Dashed,
}

/// A mark: `tone` is a colour of the style sheet (`.tone-NAME`), `letter` one to three characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) tone: &'static str,
    pub(super) shape: Shape,
    pub(super) body: Body,
    pub(super) letter: String,
}

impl Shape {
    /// As the path of an SVG.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Square => "M1.5 1.5h13v13h-13z",
            Self::Circle => "M8 .9a7.1 7.1 0 1 0 0 14.2a7.1 7.1 0 0 0 0-14.2z",
            Self::Diamond => "M8 .2l7.8 7.8l-7.8 7.8l-7.8-7.8z",
            Self::Hexagon => "M4.2 1.3h7.6l3.8 6.7l-3.8 6.7h-7.6l-3.8-6.7z",
            Self::Octagon => "M5 1h6l4 4v6l-4 4h-6l-4-4v-6z",
            Self::Pill => "M5.6 2.5h4.8a5.5 5.5 0 0 1 0 11h-4.8a5.5 5.5 0 0 1 0-11z",
            Self::House => "M8 .6l7 5v9.4h-14v-9.4z",
            Self::Shield => "M1.5 1h13v7.6q0 4.4-6.5 6.6q-6.5-2.2-6.5-6.6z",
            Self::Tag => "M.6 2h10.4l4.6 6l-4.6 6h-10.4z",
        }
    }
}

impl Sign {
    /// A filled one.
    pub(super) fn solid(tone: &'static str, shape: Shape, letter: &str) -> Self {
        Self { tone, shape, body: Body::Solid, letter: letter.to_owned() }
    }

    /// One with another body.
    pub(super) fn with(self, body: Body) -> Self {
        Self { body, ..self }
    }

    /// Of a status. The list of statuses is open: one that is not known here has two letters, those its
    /// first two words begin with or its first two.
    pub(super) fn of_status(status: &Status) -> Self {
        match status.as_str() {
            "member" => Self::solid("member", Shape::Square, "M"),
            "associate" => Self::solid("associate", Shape::Pill, "A"),
            "observer" => Self::solid("observer", Shape::Circle, "O"),
            "dialogue_partner" => Self::solid("dialogue", Shape::Diamond, "D"),
            "partner" => Self::solid("partner", Shape::Hexagon, "P"),
            "candidate" => Self::solid("candidate", Shape::House, "C"),
            "guest" => Self::solid("guest", Shape::Shield, "G"),
            "signatory" => Self::solid("signatory", Shape::Tag, "S"),
            "none" => Self::solid("none", Shape::Square, "–").with(Body::Open),
            other => {
                let mut words = other.split('_').filter(|word| !word.is_empty());
                let letters: String = match (words.next(), words.next()) {
                    (Some(first), Some(second)) => first.chars().take(1).chain(second.chars().take(1)).collect(),
                    (Some(only), None) => only.chars().take(2).collect(),
                    (None, _) => "?".to_owned(),
                };
                Self::solid("other", Shape::Octagon, &letters.to_ascii_uppercase())
            }
        }
    }

    /// Of an answer.
    pub(super) fn of_answer(answer: Stated) -> Self {
        match answer {
            Stated::Yes => Self::solid("yes", Shape::Circle, "Y"),
            Stated::Possibly => Self::solid("possibly", Shape::Circle, "?").with(Body::Dashed),
            Stated::No => Self::solid("no", Shape::Circle, "N").with(Body::Open),
            Stated::NotStated => Self::solid("unsaid", Shape::Circle, "·").with(Body::Dashed),
        }
    }

    /// Of a rank of claims.
    pub(super) fn of_authority(authority: Authority) -> Self {
        match authority {
            Authority::Official => Self::solid("official", Shape::Shield, "O"),
            Authority::Record => Self::solid("record", Shape::Shield, "R"),
            Authority::Press => Self::solid("press", Shape::Shield, "P").with(Body::Open),
            Authority::Unverified => Self::solid("unverified", Shape::Shield, "U").with(Body::Dashed),
        }
    }

    /// The picture alone, for where its words stand close by.
    pub(super) fn picture(&self) -> Markup {
        let body = match self.body {
            Body::Solid => "solid",
            Body::Open => "open",
            Body::Dashed => "dashed",
        };
        let size = if self.letter.chars().count() > 1 { " small" } else { "" };
        html! {
            svg class={ "mark " (body) " tone-" (self.tone) (size) } viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false" {
                path d=(self.shape.path()) {}
                text x="8" y="11.4" text-anchor="middle" { (self.letter) }
            }
        }
    }

    /// The picture with its words beside it.
    pub(super) fn badge(&self, words: &str) -> Markup {
        html! { span.badge { (self.picture()) span { (words) } } }
    }
}

/// Text, lesser text and lines of pictures that stand alone, on white.
pub(super) const INK: &str = "#16202b";
pub(super) const QUIET: &str = "#505b67";
pub(super) const LINE: &str = "#d9dcd8";

/// A tone on paper, for pictures that stand alone: the style sheet has the one list of colours.
pub(super) fn on_paper(tone: &str) -> &'static str {
    let own = format!(".tone-{tone} ");
    let list =
        super::assets::STYLE.lines().find(|line| line.starts_with(".tone-") && line.contains(&own[..own.len() - 1]));
    let colour = list.and_then(|line| line.split_once("light-dark(")).and_then(|(_, colours)| colours.split_once(','));
    colour.map_or("#3d4a57", |(colour, _)| colour)
}

/// A status.
pub(super) fn status(status: &Status) -> Markup {
    Sign::of_status(status).badge(&words::status(status))
}

/// An answer.
pub(super) fn answer(answer: Stated) -> Markup {
    Sign::of_answer(answer).badge(answer_words(answer))
}

/// An answer as people write it.
pub(super) const fn answer_words(answer: Stated) -> &'static str {
    match answer {
        Stated::Yes | Stated::Possibly | Stated::No => answer.as_str(),
        Stated::NotStated => "not stated",
    }
}

/// That sources disagree.
pub(super) fn contested() -> Markup {
    Sign::solid("contested", Shape::Octagon, "≠").badge("contested")
}

/// That rights are suspended, surely or possibly; nothing where they are not.
pub(super) fn suspended(answer: Answer) -> Markup {
    let sign = Sign::solid("suspended", Shape::Square, "‖");
    html! {
        @match answer {
            Answer::Yes => { (sign.badge("suspended")) },
            Answer::Possibly => { (sign.with(Body::Dashed).badge("possibly suspended")) },
            Answer::No => {},
        }
    }
}

/// The rank of a claim.
pub(super) fn authority(authority: Authority) -> Markup {
    Sign::of_authority(authority).badge(authority.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::assets::STYLE;
    use super::{Sign, on_paper};

    #[test]
    fn every_status_is_told_apart_by_letter_by_shape_and_by_colour() {
        let known =
            ["member", "associate", "observer", "dialogue_partner", "partner", "candidate", "guest", "signatory"];
        let signs = known.map(|status| Sign::of_status(&status.parse().expect("a status")));
        for (place, sign) in signs.iter().enumerate() {
            assert!(STYLE.contains(&format!(".tone-{} ", sign.tone)), "no colour for {}", sign.tone);
            assert!(on_paper(sign.tone).starts_with('#'));
            for other in &signs[..place] {
                assert_ne!(sign.letter, other.letter);
                assert_ne!(sign.shape, other.shape);
                assert_ne!(sign.tone, other.tone);
            }
        }
        let own = Sign::of_status(&"_founding_state".parse().expect("a status"));
        assert_eq!((own.tone, own.letter.as_str()), ("other", "FS"));
        for (status, letters) in
            [("national_committees", "NC"), ("ngos", "NG"), ("nonregional_member", "NM"), ("x", "X")]
        {
            assert_eq!(Sign::of_status(&status.parse().expect("a status")).letter, letters);
        }
    }
}
