//! What would change an answer: each thing is tried, none is guessed.
//!
//! A claim is added to the fold, or one is left out, and what comes of it is looked at. So what is told here is true by
//! the rules themselves, whatever they become.

use jiff::{SignedDuration, Timestamp};
use summit::{
    AccordingTo, Admission, Attribution, Authority, Content, Cutoff, Day, Event, EventId, OrganisationId, PartyId,
    Shared, Standing, Status, When, Withdrawal,
};

use super::explain::without_evidence;
use super::spells::{Folded, Rule, Spell};
use crate::answer::SpellRow;
use crate::view::{AskError, View};

/// How many claims of one spell are tried to be left out.
const LEFT_OUT_MOST: usize = 64;
/// A day to try where none is meant.
const SOME_DAY: Day = Day::new(2001, 1, 1);
/// The id of claims that are tried: the greatest, so that no tie is lost by it.
const TRIED: EventId = EventId::new(uuid::Uuid::max());

/// Something that would change what the view says of a party in an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The spell that it would change: its place among those that are explained. Nothing where there is none.
    pub spell: Option<usize>,
    /// What would do it.
    pub by: TurnedBy,
    /// The same in a sentence without its end, such as `an admission of at least record authority with a date outside
    /// 2017 dates the start instead`.
    pub text: String,
    /// All spells as they would be then.
    pub then: Vec<SpellRow>,
}

/// What would change an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnedBy {
    /// Such a claim, published: this one was tried.
    Claim(Box<Event>),
    /// This event, taken out of effect.
    TakingBack(EventId),
}

impl View<'_> {
    /// What would change what the view says of a party in an organisation, as far as one event can. Cost: that of folding
    /// the party's claims, some ten times a spell and once for every claim, up to 64 of a spell.
    pub fn turns(&self, organisation: &OrganisationId, party: &PartyId) -> Result<Vec<Turn>, AskError> {
        self.known_organisation(organisation)?;
        let now = self.spells_of(organisation, party);
        let question = Question { view: self, organisation, party, rows: self.spell_rows(&now), now: &now };
        let mut turns = Vec::new();
        if now.spells.is_empty() {
            turns.extend(question.first_word());
        }
        for place in 0..now.spells.len() {
            turns.extend(question.of_spell(place));
        }
        turns.extend(question.taken_back());
        Ok(turns)
    }
}

/// What is asked, and how it stands.
struct Question<'q> {
    view: &'q View<'q>,
    organisation: &'q OrganisationId,
    party: &'q PartyId,
    now: &'q Folded,
    rows: Vec<SpellRow>,
}

impl Question<'_> {
    fn of_spell(&self, place: usize) -> Vec<Turn> {
        let spell = &self.now.spells[place];
        let mut turns: Vec<Turn> = Vec::new();
        turns.extend(self.dated_otherwise(place, spell));
        turns.extend(self.dated_within(place, spell));
        if place + 1 == self.now.spells.len() && !spell.status.is_none() {
            turns.extend(self.ended(place, spell));
        }
        // What dates the start first.
        let claims = spell.claims.iter().filter(|id| **id != spell.start.dated_by);
        let claims = [spell.start.dated_by].into_iter().chain(claims.chain(&spell.contradicted_by).copied());
        turns.extend(claims.take(LEFT_OUT_MOST).filter_map(|id| self.left_out(place, spell, id)));
        turns
    }

    /// A claim that dates the start on another day than may be now; where one of lower authority would only contest it, that too.
    fn dated_otherwise(&self, place: usize, spell: &Spell) -> Vec<Turn> {
        let range = &spell.start.range;
        let mut days = Vec::new();
        days.extend(range.latest.is_bounded().then(|| range.latest.day().next()));
        days.extend(range.earliest.is_bounded().then(|| range.earliest.day().previous()));
        let kind = dating(&spell.status);
        let dates = |folded: &Folded| {
            folded.spells.len() == self.now.spells.len() && folded.spells[place].start.dated_by == TRIED
        };
        let contests = |folded: &Folded| {
            folded.spells.len() == self.now.spells.len() && folded.spells[place].start.competing.contains(&TRIED)
        };
        for day in days {
            let Some((authority, claim)) = self.lowest(spell, &day, &self.dating(&spell.status), dates) else {
                continue;
            };
            let outside = spell.start.dated();
            let date = format!("with a date outside {}", outside.edtf);
            let text = format!("{kind}{} {date} dates the start instead", self.of_at_least(authority));
            let mut turns = vec![self.turn(Some(place), claim, text)];
            let weaker = self.lowest(spell, &day, &self.dating(&spell.status), contests);
            turns.extend(weaker.filter(|(weaker, _)| *weaker < authority).map(|(weaker, contesting)| {
                let below = format!("{kind}{} {date} competes with it", self.of_at_least(weaker));
                self.turn(Some(place), contesting, below)
            }));
            return turns;
        }
        Vec::new()
    }

    /// A claim that dates the start more precisely.
    fn dated_within(&self, place: usize, spell: &Spell) -> Option<Turn> {
        let range = &spell.start.range;
        let ends = [range.latest, range.earliest].into_iter().filter(|end| end.is_bounded());
        if range.earliest.day() == range.latest.day() {
            return None;
        }
        let dates = |folded: &Folded| {
            folded.spells.len() == self.now.spells.len() && folded.spells[place].start.dated_by == TRIED
        };
        let found =
            ends.map(summit::Moment::day).find_map(|day| self.lowest(spell, &day, &self.dating(&spell.status), dates));
        let (authority, claim) = found?;
        let kind = dating(&spell.status);
        let how = if spell.start.rule == Rule::Dated { "dates the start more precisely" } else { "dates the start" };
        let text = format!("{kind}{} {how}, within {}", self.of_at_least(authority), spell.start.dated().edtf);
        Some(self.turn(Some(place), claim, text))
    }

    /// What ends the last spell.
    fn ended(&self, place: usize, spell: &Spell) -> Vec<Turn> {
        let records = spell.claims.iter().filter_map(|id| self.view.index.event(*id));
        let latest = records.map(|record| record.event.shared.occurred.range().latest).max();
        let Some(latest) = latest.filter(|latest| latest.is_bounded()) else { return Vec::new() };
        let day = latest.day().next();
        let ends = |folded: &Folded| {
            folded.spells.len() == self.now.spells.len() + 1
                && folded.spells.last().is_some_and(|last| last.status.is_none())
        };
        let none = Content::Standing(Standing { party: self.party.clone(), status: Status::none(), previous: None });
        let ways = [("a withdrawal", self.dating(&Status::none())), ("a look that finds no status,", none)];
        let found = ways.into_iter().filter_map(|(kind, content)| {
            let (authority, ending) = self.lowest(spell, &day, &content, ends)?;
            let text = format!("{kind}{} after {latest} ends it", self.of_at_least(authority));
            Some(self.turn(Some(place), ending, text))
        });
        found.collect()
    }

    /// What changes where a claim is left out; nothing where nothing does.
    fn left_out(&self, place: usize, spell: &Spell, id: EventId) -> Option<Turn> {
        let what = if spell.start.dated_by == id {
            "the claim that dates the start is taken back"
        } else if spell.start.competing.contains(&id) {
            "the claim that competes with it is taken back"
        } else if spell.contradicted_by.contains(&id) {
            "the claim that contradicts it is taken back"
        } else {
            "a claim of it is taken back"
        };
        self.without(Some(place), id, what)
    }

    /// What changes where what took claims out of effect is taken back itself.
    fn taken_back(&self) -> Vec<Turn> {
        let Ok(why) = self.view.explain(self.organisation, self.party) else { return Vec::new() };
        let mut takers: Vec<EventId> = why.taken_back.into_iter().flat_map(|claim| claim.by).collect();
        takers.sort_unstable();
        takers.dedup();
        let own = |id: &EventId| !self.now.spells.iter().any(|spell| spell.claims.contains(id));
        let takers = takers.into_iter().filter(own).take(LEFT_OUT_MOST);
        takers.filter_map(|id| self.without(None, id, "what took a claim back is taken back itself")).collect()
    }

    fn without(&self, spell: Option<usize>, id: EventId, text: &str) -> Option<Turn> {
        let without = self.view.without(id);
        let then = without.spell_rows(&without.spells_of(self.organisation, self.party));
        let changed = without_evidence(&then) != without_evidence(&self.rows);
        changed.then(|| Turn { spell, by: TurnedBy::TakingBack(id), text: text.to_owned(), then })
    }

    /// Where nothing is said: any word.
    fn first_word(&self) -> Option<Turn> {
        let day = match self.view.cutoff {
            Cutoff::Moment(moment) if moment.is_bounded() => moment.day(),
            Cutoff::Moment(_) => SOME_DAY,
            Cutoff::Order { day, .. } => day,
        };
        let (content, recorded_at) = (self.dating(&Status::member()), self.recorded_at(&[]));
        let claim = self.claim(&day, self.authorities()[0], content, recorded_at)?;
        let text = "an admission, or any claim of a status".to_owned();
        Some(self.turn(None, claim, text))
    }

    /// The claim of the lowest authority that does what is wanted, of a day.
    fn lowest(
        &self,
        spell: &Spell,
        day: &Day,
        content: &Content,
        wanted: impl Fn(&Folded) -> bool,
    ) -> Option<(Authority, Event)> {
        let ids: Vec<EventId> = spell.claims.iter().chain(&spell.contradicted_by).copied().collect();
        let recorded_at = self.recorded_at(&ids);
        let mut tried = self.authorities().into_iter().filter_map(|authority| {
            let claim = self.claim(day, authority, content.clone(), recorded_at)?;
            let then = self.view.spells_with(self.organisation, self.party, &claim);
            wanted(&then).then_some((authority, claim))
        });
        tried.next()
    }

    fn turn(&self, spell: Option<usize>, claim: Event, text: String) -> Turn {
        let then = self.view.spells_with(self.organisation, self.party, &claim);
        // The rows look claims up that compete, and this one is not on record.
        let then = self.view.spell_rows(&then);
        Turn { spell, by: TurnedBy::Claim(Box::new(claim)), text, then }
    }

    /// The ranks that a claim may have to count from here, the lowest first.
    fn authorities(&self) -> Vec<Authority> {
        match &self.view.activity.selection().according_to {
            Some(AccordingTo::Authority(only)) => vec![*only],
            Some(AccordingTo::Name(_)) | None => Authority::ALL.to_vec(),
        }
    }

    /// Behind what is on record, as far as that can be known from here.
    fn recorded_at(&self, ids: &[EventId]) -> Timestamp {
        let records = ids.iter().filter_map(|id| self.view.index.event(*id));
        let latest = records.map(crate::index::Record::recorded_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
        let later = latest.checked_add(SignedDuration::from_secs(1)).unwrap_or(latest);
        let known_at = self.view.activity.selection().known_at;
        known_at.map_or(later, |known_at| later.min(known_at))
    }

    fn claim(&self, day: &Day, authority: Authority, content: Content, recorded_at: Timestamp) -> Option<Event> {
        let name = match &self.view.activity.selection().according_to {
            Some(AccordingTo::Name(name)) => name.clone(),
            Some(AccordingTo::Authority(_)) | None => "a source".to_owned(),
        };
        let occurred: When = day.to_string().parse().ok()?;
        Some(Event {
            id: TRIED,
            source: "/tried".to_owned(),
            time: None,
            recorded_at: Some(recorded_at),
            corrects: None,
            shared: Shared {
                occurred,
                zone: None,
                order: None,
                attribution: vec![Attribution { name, url: None }],
                authority: Some(authority),
                certainty: None,
                organisation: Some(self.organisation.clone()),
                meeting: None,
                place: None,
                note: None,
            },
            content,
        })
    }

    /// What dates a change to a status.
    fn dating(&self, status: &Status) -> Content {
        let party = self.party.clone();
        if status.is_none() {
            return Content::Withdrawal(Withdrawal { party, manner: None });
        }
        Content::Admission(Admission { party, status: status.clone(), manner: None, instrument: None })
    }

    fn of_at_least(&self, authority: Authority) -> String {
        match &self.view.activity.selection().according_to {
            Some(AccordingTo::Authority(only)) => format!(" of {only} authority"),
            _ if authority == Authority::Unverified => " of any authority".to_owned(),
            _ if authority == Authority::Official => " of official authority".to_owned(),
            _ => format!(" of at least {authority} authority"),
        }
    }
}

/// What dates a change to a status, in words.
fn dating(status: &Status) -> &'static str {
    if status.is_none() { "a withdrawal" } else { "an admission" }
}
