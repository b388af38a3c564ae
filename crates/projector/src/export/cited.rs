//! Answers as JSON, with the terms under which they may be used and how to cite them.

use jiff::Timestamp;
use serde::Serialize;
use summit::Position;

use super::about::About;
use crate::answer::{
    Attendance, Diff, Explanation, Found, MeetingView, Members, PartyView, PersonView, Remarks, Signings, Statements,
    Timeline, Token,
};
use crate::index::Index;
use crate::names::WantedName;

/// An answer that can be cited.
pub trait Citable: Serialize {
    /// What it holds, in words.
    fn title(&self) -> String;

    /// From where it was asked; of two vantages the later.
    fn token(&self) -> &Token;
}

impl<A: Citable> Citable for &A {
    fn title(&self) -> String {
        (**self).title()
    }

    fn token(&self) -> &Token {
        (**self).token()
    }
}

/// What stands beside an answer's own fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// Under which terms it may be used, as the operator says.
    pub licence: String,
    /// How to cite it, in one line.
    pub citation: String,
}

/// An answer with how to cite it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cited<A> {
    /// The answer.
    #[serde(flatten)]
    pub answer: A,
    /// How to cite it.
    #[serde(flatten)]
    pub citation: Citation,
}

impl From<About> for Citation {
    fn from(about: About) -> Self {
        Self { licence: about.licence, citation: about.citation }
    }
}

impl Index {
    /// An answer with how to cite it: the same for equal tokens, names and licence lines, however the chronicle goes on.
    pub fn cited<A: Citable>(&self, answer: A, licence: &str, names: &WantedName) -> Cited<A> {
        let citation = self.about(answer.token(), &answer.title(), licence, names).into();
        Cited { answer, citation }
    }

    /// When the last entry up to a position was stored; nothing where there is none.
    pub(super) fn stored_by(&self, position: Position) -> Option<Timestamp> {
        let mut numbers = (1..=position.get()).rev();
        numbers.find_map(|number| self.record_at(Position::new(number))).map(|record| record.stored_at)
    }
}

/// Says of answers what they are called.
macro_rules! citable {
    ($($answer:ty: $token:ident, |$one:ident| $title:expr;)+) => {
        $(impl Citable for $answer {
            fn title(&self) -> String {
                let $one = self;
                $title
            }

            fn token(&self) -> &Token {
                &self.$token
            }
        })+
    };
}

/// The name that is shown, or else the identifier.
fn called<'a>(name: Option<&'a str>, identifier: &'a str) -> &'a str {
    name.unwrap_or(identifier)
}

citable! {
    Members: token, |it| format!("who holds which status in {}", called(it.name.as_deref(), it.organisation.as_str()));
    Timeline: token, |it| {
        format!("who held which status in {}, and when", called(it.name.as_deref(), it.organisation.as_str()))
    };
    Remarks: token, |it| match &it.organisation {
        Some(organisation) => format!("what is odd about {organisation}"),
        None => "what is odd".to_owned(),
    };
    Diff: to, |it| format!(
        "what changed in what is known of {} from position {} to position {}", it.organisation, it.from.position, it.to.position
    );
    Explanation: token, |it| format!("why it is said what {} holds in {}", it.party, it.organisation);
    MeetingView: token, |it| format!("the meeting {}", it.meeting);
    Attendance: token, |it| format!("who took part in {}", it.meeting);
    PartyView: token, |it| format!("where {} belongs, and what it took part in", called(it.name.as_deref(), it.party.as_str()));
    PersonView: token, |it| format!("what {} took part in", called(it.name.as_deref(), it.person.as_str()));
    Signings: token, |_it| "what was signed".to_owned();
    Statements: token, |_it| "what was said".to_owned();
    Found: token, |it| format!("what is called {:?}", it.text);
}
