//! Standing questions: asked once, and told again when the answer is another one.
//!
//! Nothing is remembered of what a reader was told: his answer changes at a position where the question asked right before
//! it and at it is answered differently.

use projector::{AskError, Index, Indexed, MembersFilter, Shared, View, WantedName};
use serde::Serialize;
use serde_json::Value;
use summit::{Kind, MeetingId, OrganisationId, PartyId, PersonId, Position, Vantage};

use super::told::{Told, json};
use crate::ask::From;
use crate::parameters::Parameters;
use crate::problem::{Code, Problem};

/// The questions, for people.
const QUESTIONS: &str = "members, timeline, attendance, party, person, remarks or explain";

/// A question that stands.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    asked: Asked,
    /// From where it is asked; without a position.
    vantage: Vantage,
    /// Which names are shown.
    names: WantedName,
}

/// What is asked.
#[derive(Debug, PartialEq)]
pub(super) enum Asked {
    Members(OrganisationId, MembersFilter),
    Timeline(OrganisationId, Option<PartyId>),
    Attendance(MeetingId),
    Party(PartyId),
    Person(PersonId),
    Remarks(Option<OrganisationId>),
    Explain(OrganisationId, PartyId),
}

/// A question as it was put: event ids may still be short.
#[derive(Debug)]
pub(super) struct Put {
    asked: Asked,
    from: From,
}

/// The word of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Members,
    Timeline,
    Attendance,
    Party,
    Person,
    Remarks,
    Explain,
}

impl Put {
    /// Takes the parameters of a standing question, if one is put.
    pub(super) fn take(parameters: &mut Parameters) -> Result<Option<Self>, Problem> {
        let Some(word) = parameters.take("question", QUESTIONS, word)? else { return Ok(None) };
        let asked = Asked::take(word, parameters)?;
        Ok(Some(Self { asked, from: From::take(parameters)? }))
    }

    /// The question, in this chronicle.
    pub(super) fn resolve(self, index: &Index) -> Result<Question, Problem> {
        let vantage = self.from.resolve(index)?;
        if let Some(position) = vantage.at_position {
            let detail = "from a fixed position an answer never changes: ask it once, at its own address";
            let problem = Problem::new(Code::BadParameter, detail).with("parameter", "at_position");
            return Err(problem.with("found", position.get()).with("allowed", "no position"));
        }
        if vantage.as_of.is_none() {
            // Without it, the answer is another one every day.
            return Err(Problem::missing("as_of", "EDTF such as 2017 or 2024-07-04, before:ID or after:ID"));
        }
        Ok(Question { asked: self.asked, vantage, names: self.from.names })
    }
}

impl Asked {
    fn take(word: Word, parameters: &mut Parameters) -> Result<Self, Problem> {
        fn needed<T>(name: &str, given: Option<T>) -> Result<T, Problem> {
            given.ok_or_else(|| Problem::missing(name, "what the question is about"))
        }
        let organisation =
            |parameters: &mut Parameters| parameters.parse("organisation", "an organisation such as sco");
        let party = |parameters: &mut Parameters| parameters.parse("party", "a party such as KAZ");
        Ok(match word {
            Word::Members => {
                let status = parameters.parse("status", "member, observer, partner and the like")?;
                let only = MembersFilter { status, party: party(parameters)? };
                Self::Members(needed("organisation", organisation(parameters)?)?, only)
            }
            Word::Timeline => Self::Timeline(needed("organisation", organisation(parameters)?)?, party(parameters)?),
            Word::Attendance => {
                let meeting = parameters.parse("meeting", "a meeting such as sco-astana-2024")?;
                Self::Attendance(needed("meeting", meeting)?)
            }
            Word::Party => Self::Party(needed("party", party(parameters)?)?),
            Word::Person => Self::Person(needed("person", parameters.parse("person", "a person such as xi-jinping")?)?),
            Word::Remarks => Self::Remarks(organisation(parameters)?),
            Word::Explain => {
                let organisation = needed("organisation", organisation(parameters)?)?;
                Self::Explain(organisation, needed("party", party(parameters)?)?)
            }
        })
    }

    fn of(&self, view: &View<'_>) -> Result<Value, AskError> {
        fn value(answer: Result<impl Serialize, AskError>) -> Result<Value, AskError> {
            answer.map(|answer| serde_json::to_value(answer).expect("an answer is JSON"))
        }
        match self {
            Self::Members(organisation, only) => value(view.members(organisation, only)),
            Self::Timeline(organisation, only) => value(view.timeline(organisation, only.as_ref())),
            Self::Attendance(meeting) => value(view.attendance(meeting)),
            Self::Party(party) => value(view.party(party)),
            Self::Person(person) => value(view.person(person)),
            Self::Remarks(of) => value(view.remarks(of.as_ref())),
            Self::Explain(organisation, party) => value(view.explain(organisation, party)),
        }
    }
}

impl Question {
    /// The answer at a position, and what it comes to without its token, which is another one at each position.
    fn answer(&self, index: &Index, position: Position) -> Result<(Value, Value), AskError> {
        let vantage = Vantage { at_position: Some(position), ..self.vantage.clone() };
        // Its `as_of` is fixed: today is of no account.
        let view = index.view(&vantage, jiff::civil::Date::ZERO)?.showing(self.names.clone());
        let answer = self.asked.of(&view)?;
        let mut bare = answer.clone();
        if let Some(members) = bare.as_object_mut() {
            members.shift_remove("token");
        }
        Ok((answer, bare))
    }

    /// What is told first: the answer as it is.
    pub(crate) fn first(&self, index: &Index, position: Position) -> Result<String, Problem> {
        let (answer, _) = self.answer(index, position)?;
        Ok(format!(
            r#"{{"position":{position},"cause":null,"event":null,"stored_at":null,"before":null,"answer":{answer}}}"#
        ))
    }

    /// What is told where the answer is another one since this entry. What nobody had spoken of yet has no answer.
    pub(crate) fn document(&self, told: &Told, index: &Shared) -> Option<String> {
        let position = told.at.position;
        let before = Position::new(position.get().checked_sub(1)?);
        if told.before.position == position {
            // A day: the answer looks from a fixed one.
            return None;
        }
        let [was, is] = index.ask(|index| {
            self.may_change(told, index).then(|| [before, position].map(|position| self.answer(index, position).ok()))
        })?;
        let bare = |answer: &Option<(Value, Value)>| answer.as_ref().map(|(_, bare)| bare.clone());
        (bare(&was) != bare(&is)).then(|| {
            let [was, is] = [was, is].map(|answer| answer.map(|(answer, _)| answer));
            format!(
                r#"{{"position":{position},"cause":{},{},"before":{},"answer":{}}}"#,
                json(&told.cause),
                told.event_json(),
                json(&was),
                json(&is)
            )
        })
    }

    /// Whether an entry may change the answer at all. Where it is not sure, it may.
    fn may_change(&self, told: &Told, index: &Index) -> bool {
        // A repeated id is remarked on wherever its event is.
        let Some(named) = &told.named else { return true };
        match &self.asked {
            // An event belongs to whatever it bears on: through its meeting, and through what it corrects.
            Asked::Members(organisation, _) | Asked::Timeline(organisation, _) | Asked::Explain(organisation, _) => {
                named.organisations.contains(organisation) || names(named.kind) || links(told, index)
            }
            Asked::Attendance(meeting) => {
                let organisations = index.organisations_of_meeting_at(meeting, told.at.position);
                named.meeting.is_some()
                    || names(named.kind)
                    || names_people(named.kind)
                    || named.kind == Kind::Succession
                    || links(told, index)
                    || !named.organisations.is_disjoint(&organisations)
            }
            Asked::Party(_) | Asked::Person(_) | Asked::Remarks(_) => true,
        }
    }
}

/// Whether an event of a kind may give a name to what is shown in any answer.
const fn names(kind: Kind) -> bool {
    matches!(kind, Kind::Naming | Kind::Founding)
}

/// Whether an event of a kind may say in passing what somebody is called, be it at no meeting.
const fn names_people(kind: Kind) -> bool {
    matches!(kind, Kind::Arrival | Kind::Departure | Kind::Attendance | Kind::Signing | Kind::Statement)
}

/// Whether the event corrects or retracts another, or is corrected or retracted itself.
fn links(told: &Told, index: &Index) -> bool {
    told.cause.is_some_and(|id| index.is_linked(id))
}

fn word(text: &str) -> Result<Word, String> {
    Ok(match text {
        "members" => Word::Members,
        "timeline" => Word::Timeline,
        "attendance" => Word::Attendance,
        "party" => Word::Party,
        "person" => Word::Person,
        "remarks" => Word::Remarks,
        "explain" => Word::Explain,
        _ => return Err(format!("there is no standing question {text:?}")),
    })
}
