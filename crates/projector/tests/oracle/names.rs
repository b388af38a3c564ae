//! What something is called, since when and until when (`projector::WantedName` says which name is shown).

use std::collections::BTreeSet;

use summit::{Authority, Certainty, Content, NameForm, Named, Participation};

use super::days::{Point, Span, Tri, Until, reached};
use super::{Line, Oracle, Told};

/// One name of something.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Called {
    pub(crate) name: String,
    pub(crate) language: String,
    pub(crate) form: String,
    pub(crate) answer: String,
    pub(crate) since: Told,
    pub(crate) until: Option<Told>,
    pub(crate) authority: Option<Authority>,
    pub(crate) event: Option<String>,
    pub(crate) competing: BTreeSet<String>,
}

/// The name that is shown, whether it holds, and what is as good.
pub(crate) type Shown = Option<(String, String, Vec<String>)>;

#[derive(Clone, Copy, PartialEq)]
enum How {
    From,
    Then,
    Passing,
}

#[derive(Clone)]
struct Said<'a> {
    line: &'a Line,
    name: String,
    language: String,
    form: Option<NameForm>,
    how: How,
}

/// When something begins: the span, a place in a day, and the line whose words date it.
type Begun<'a> = (Span, Option<i64>, Option<&'a Line>);

/// A name before it is told.
struct Bearing<'a> {
    said: Vec<Said<'a>>,
    begun: Begun<'a>,
    ended: Option<Begun<'a>>,
    against: Vec<&'a Line>,
}

fn told(begun: &Begun<'_>) -> Told {
    let text = begun.2.map(|line| line.text().to_owned());
    Told { text, from: begun.0.from.to_string(), to: begun.0.to.to_string() }
}

/// What a thing is called in texts: an organisation is the same whether it is spoken of as such or as a party.
fn handle(of: &Named) -> (&'static str, String) {
    match of {
        Named::Party(party) => ("actor", party.to_string()),
        Named::Organisation(organisation) => ("actor", organisation.to_string()),
        Named::Meeting(meeting) => ("meeting", meeting.to_string()),
        Named::Instrument(instrument) => ("instrument", instrument.to_string()),
        Named::Person(person) => ("person", person.to_string()),
    }
}

/// The claim with the strongest support among claims of one beginning (rule 2 of membership).
fn strongest<'a>(dated: &[&'a Line]) -> &'a Line {
    let free = dated.iter().copied().filter(|line| !dated.iter().any(|other| line.span().contains(other.span())));
    let rank = |line: &Line| {
        let backed = dated.iter().filter(|other| other.span() == line.span() || other.span().contains(line.span()));
        (backed.map(|other| other.event.shared.authority()).max(), line.weight())
    };
    free.max_by_key(|line| rank(line)).expect("of a few spans one contains no other")
}

/// Whether one beginning surely comes after another.
fn later(one: &Begun<'_>, other: &Begun<'_>) -> bool {
    let same_day = one.0.day().is_some() && one.0.day() == other.0.day();
    let places = matches!((one.1, other.1), (Some(one), Some(other)) if one > other);
    one.0.from > other.0.to || same_day && places
}

impl<'a> Bearing<'a> {
    fn dated(&self) -> Vec<&'a Line> {
        self.said.iter().filter(|said| said.how == How::From).map(|said| said.line).collect()
    }

    /// It begins when the strongest claim says; else by the end of the claim that ends soonest, after `floor`.
    fn of(said: Vec<Said<'a>>, floor: Point) -> Self {
        let mut bearing =
            Self { said, begun: (Span { from: floor, to: floor }, None, None), ended: None, against: vec![] };
        let dated = bearing.dated();
        if dated.is_empty() {
            let mut soonest = bearing.said[0].line;
            for said in &bearing.said {
                if said.line.span().to < soonest.span().to {
                    soonest = said.line;
                }
            }
            let to = soonest.span().to;
            bearing.begun = (Span { from: floor.min(to), to }, soonest.order(), None);
        } else {
            let strongest = strongest(&dated);
            bearing.begun = (strongest.span(), strongest.order(), Some(strongest));
            bearing.against = dated.into_iter().filter(|line| !line.span().overlaps(strongest.span())).collect();
        }
        bearing
    }

    fn best(&self) -> &'a Line {
        self.said.iter().map(|said| said.line).max_by_key(|line| line.weight()).expect("somebody says it")
    }

    fn holds(&self, until: Until) -> Tri {
        let ended = self.ended.map_or(Tri::No, |ended| reached(until, ended.0, ended.1));
        reached(until, self.begun.0, self.begun.1).min(ended.not())
    }

    /// How far a form and a way of saying are from a short name that is wanted in English, the nearest first.
    fn place(&self) -> (u32, u32) {
        let first = &self.said[0];
        let form = match (first.how, first.form) {
            (How::Passing, _) => 3,
            (_, Some(NameForm::Short)) => 0,
            (_, None) => 1,
            (_, Some(NameForm::Official)) => 2,
            (_, Some(NameForm::Abbreviation)) => 5,
            (_, Some(NameForm::Alias)) => 6,
            (_, Some(NameForm::Former)) => 7,
        };
        let language = match first.language.as_str() {
            "en" => 0,
            "" => 2,
            _ if first.language.starts_with("en-") => 1,
            _ => 3,
        };
        (language, form)
    }
}

impl<'a> Oracle<'a> {
    fn said(&self, of: &Named) -> Vec<Said<'a>> {
        let mut all = Vec::new();
        for line in self.counting.iter().copied() {
            let mut say = |of_this: Option<Named>, name: &str, how: How, language: &str, form: Option<NameForm>| {
                if of_this.is_some_and(|this| handle(&this) == handle(of)) {
                    all.push(Said { line, name: name.to_owned(), language: language.to_lowercase(), form, how });
                }
            };
            let shared = &line.event.shared;
            let mut entries: &[Participation] = &[];
            if let Content::Naming(naming) = &line.event.content {
                let how = if shared.certainty == Some(Certainty::Implied) { How::Then } else { How::From };
                let language = naming.language.clone().unwrap_or_default();
                say(Some(naming.of.clone()), &naming.name, how, &language, naming.form);
            } else if let Content::Founding(founding) = &line.event.content {
                let of = shared.organisation.clone().map(Named::Organisation);
                founding.name.iter().for_each(|name| say(of.clone(), name, How::From, "", None));
            } else if let Content::Meeting(meeting) = &line.event.content {
                let of = shared.meeting.clone().map(Named::Meeting);
                meeting.title.iter().for_each(|title| say(of.clone(), title, How::Passing, "", None));
                entries = &meeting.participants;
            } else if let Content::Attendance(entry) = &line.event.content {
                entries = std::slice::from_ref(entry);
            }
            for person in entries.iter().flat_map(|entry| [&entry.person, &entry.in_lieu_of]).flatten() {
                say(Some(Named::Person(person.id.clone())), &person.name, How::Passing, "", None);
            }
        }
        all.sort_by_key(|said| said.line.place());
        all
    }

    /// Claims of one language and form that take turns.
    fn turns(said: &[Said<'a>]) -> Vec<Bearing<'a>> {
        // Each claim looks back at the run that is open.
        let mut runs: Vec<(Vec<Said<'a>>, Vec<&'a Line>)> = Vec::new();
        for one in said {
            let open = runs.len().checked_sub(1);
            let highest = open.and_then(|n| runs[n].0.iter().map(|said| said.line.event.shared.authority()).max());
            let weaker = one.how == How::Then && Some(one.line.event.shared.authority()) < highest;
            match open {
                Some(n) if runs[n].0[0].name == one.name => runs[n].0.push(one.clone()),
                Some(n) if weaker => runs[n].1.push(one.line),
                _ => runs.push((vec![one.clone()], vec![])),
            }
        }
        let start_of = |n: usize| -> Begun<'a> {
            let mut floor = Point::Ever;
            // From the first run on, for each may lie behind the one before.
            let mut begun = Bearing::of(runs[0].0.clone(), floor).begun;
            for (run, _) in &runs[1..=n] {
                let before =
                    runs.iter().position(|(other, _)| std::ptr::eq(other, run)).expect("it is one of them") - 1;
                let last = runs[before].0.iter().map(|said| said.line.span().to).max().expect("a run says something");
                let soonest = run.iter().map(|said| said.line.span().to).min().expect("a run says something");
                floor = if last < soonest { last.just_after() } else { begun.0.from };
                begun = Bearing::of(run.clone(), floor).begun;
            }
            begun
        };
        let begun: Vec<Begun<'a>> = (0..runs.len()).map(start_of).collect();
        let name = |n: usize| runs[n].0[0].name.as_str();
        let mut bearings = Vec::new();
        for n in 0..runs.len() {
            let mut bearing = Bearing::of(runs[n].0.clone(), Point::Ever);
            bearing.begun = begun[n];
            bearing.against.extend(&runs[n].1);
            for other in (0..runs.len()).filter(|&other| name(other) != name(n)) {
                if !later(&begun[other], &begun[n]) && !later(&begun[n], &begun[other]) {
                    bearing.against.extend(runs[other].0.iter().map(|said| said.line));
                }
                if other > n && bearing.ended.is_none() && later(&begun[other], &begun[n]) {
                    bearing.ended = Some(begun[other]);
                }
            }
            bearings.push(bearing);
        }
        bearings
    }

    fn bearings(&self, of: &Named) -> Vec<Bearing<'a>> {
        let said = self.said(of);
        let mut found: Vec<Bearing<'a>> = Vec::new();
        let among =
            |wanted: &dyn Fn(&Said<'a>) -> bool| said.iter().filter(|one| wanted(one)).cloned().collect::<Vec<_>>();
        let languages: BTreeSet<String> = said.iter().map(|one| one.language.clone()).collect();
        let names: BTreeSet<String> = said.iter().map(|one| one.name.clone()).collect();
        for language in &languages {
            for form in [None, Some(NameForm::Official), Some(NameForm::Short), Some(NameForm::Abbreviation)] {
                let turn = |one: &Said<'a>| one.how != How::Passing && one.form == form && one.language == *language;
                found.extend(Self::turns(&among(&turn)));
            }
            for name in &names {
                let alias = |one: &Said<'a>| {
                    one.form == Some(NameForm::Alias) && one.language == *language && one.name == *name
                };
                let said = among(&alias);
                found.extend((!said.is_empty()).then(|| Bearing::of(said, Point::Ever)));
            }
        }
        for name in &names {
            let said = among(&|one| one.how == How::Passing && one.name == *name);
            found.extend((!said.is_empty()).then(|| Bearing::of(said, Point::Ever)));
        }
        for language in &languages {
            for name in &names {
                let former = |one: &Said<'a>| {
                    one.form == Some(NameForm::Former) && one.language == *language && one.name == *name
                };
                let said = among(&former);
                if !said.is_empty() {
                    former_ends(&mut found, said);
                }
            }
        }
        found
    }

    /// Every name of something, in no order.
    pub(crate) fn names(&self, of: &Named) -> Vec<Called> {
        let bearings = self.bearings(of);
        let called = bearings.iter().map(|one| Called {
            name: one.said[0].name.clone(),
            language: one.said[0].language.clone(),
            form: one.said[0].form.map(|form| form.to_string()).unwrap_or_default(),
            answer: one.holds(self.until()).word(),
            since: told(&one.begun),
            until: one.ended.as_ref().map(told),
            authority: Some(one.best().event.shared.authority()),
            event: Some(one.best().id()),
            competing: one.against.iter().map(|line| line.id()).collect(),
        });
        called.collect()
    }

    /// The name that is shown in English, of what ISO 3166 does not name: none of the others beats it.
    pub(crate) fn shown(&self, of: &Named) -> Shown {
        let bearings = self.bearings(of);
        let held: Vec<&Bearing<'a>> = bearings.iter().filter(|one| one.holds(self.until()) != Tri::No).collect();
        let beats = |one: &Bearing<'a>, other: &Bearing<'a>| {
            if one.place() != other.place() {
                return one.place() < other.place();
            }
            let (surer, less) = (one.holds(self.until()), other.holds(self.until()));
            if surer == less { one.best().weight() > other.best().weight() } else { surer > less }
        };
        let best = held.iter().find(|one| !held.iter().any(|other| beats(other, one)))?;
        let answer = best.holds(self.until());
        let passing = |one: &Bearing<'a>| one.said[0].how == How::Passing;
        let as_good = held.iter().filter(|one| {
            let ranks = [one, best].map(|one| one.best().event.shared.authority());
            one.said[0].name != best.said[0].name
                && !passing(one)
                && !passing(best)
                && one.place() == best.place()
                && one.holds(self.until()) == answer
                && (answer == Tri::Possibly || ranks[0] == ranks[1])
        });
        let others: BTreeSet<String> = as_good.map(|one| one.said[0].name.clone()).collect();
        Some((best.said[0].name.clone(), answer.word(), others.into_iter().collect()))
    }
}

/// A name that is said to be a former one ends, where it is borne at all; else it was borne before.
fn former_ends<'a>(found: &mut Vec<Bearing<'a>>, said: Vec<Said<'a>>) {
    let over = Bearing::of(said, Point::Ever);
    let (name, language) = (over.said[0].name.clone(), over.said[0].language.clone());
    let mut nobody = true;
    for one in &mut *found {
        let spoken = one.said[0].language.clone();
        if one.said[0].name != name || !(spoken == language || spoken.is_empty() || language.is_empty()) {
            continue;
        }
        nobody = false;
        if one.ended.is_none() && one.begun.0.from <= over.begun.0.to {
            let (span, order, words) = over.begun;
            one.ended = Some((Span { from: span.from.max(one.begun.0.from), ..span }, order, words));
        }
    }
    if nobody {
        let (span, order, words) = over.begun;
        let begun = (Span { from: Point::Ever, ..span }, order, None);
        found.push(Bearing { begun, ended: Some((span, order, words)), ..over });
    }
}
