//! What the events of arbitrary logs say.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use summit::{
    Admission, Capacity, Certainty, Content, EventId, Founding, Level, Meeting, MeetingForm, MeetingId, Mode, NameForm,
    Named, Naming, OrganisationId, Participation, PartyId, Person, Phase, Presence, Previous, Reclassification,
    Retraction, Rung, Standing, Status, Step, Succession, SuccessionManner, Suspension, Withdrawal,
};

use super::{MEETINGS, ORGANISATIONS, PARTIES, TIMES, time, when};

const STATUSES: [&str; 3] = ["member", "observer", "partner"];
const PEOPLE: [&str; 3] = ["Xi Jinping", "Li Qiang", "Wang Yi"];
const LEVELS: [Level; 6] = [
    Level::HeadOfState,
    Level::HeadOfGovernment,
    Level::ForeignMinister,
    Level::HighRepresentative,
    Level::Leader,
    Level::Unknown,
];

/// What an event says, before the ids of others are known.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    Of(usize, Content),
    Anywhere(Content),
    At(usize, Option<usize>, Content),
    Named(Option<Certainty>, Content),
    TakenBack(Index),
}

impl Say {
    pub(super) fn organisation(&self) -> Option<OrganisationId> {
        let named = match self {
            Self::Of(n, _) => Some(*n),
            Self::At(_, n, _) => *n,
            Self::Anywhere(_) | Self::Named(..) | Self::TakenBack(_) => None,
        };
        named.map(|n| ORGANISATIONS[n].parse().expect("a slug"))
    }

    pub(super) fn meeting(&self) -> Option<MeetingId> {
        match self {
            Self::At(n, ..) => Some(meeting(*n)),
            Self::Of(..) | Self::Anywhere(_) | Self::Named(..) | Self::TakenBack(_) => None,
        }
    }

    pub(super) const fn certainty(&self) -> Option<Certainty> {
        if let Self::Named(certainty, _) = self { *certainty } else { None }
    }

    pub(super) fn content(&self, target: &impl Fn(&Index) -> EventId) -> Content {
        match self {
            Self::Of(_, content) | Self::Anywhere(content) | Self::At(_, _, content) | Self::Named(_, content) => {
                content.clone()
            }
            Self::TakenBack(index) => Content::Retraction(Retraction { retracts: target(index), reason: None }),
        }
    }
}

fn meeting(n: usize) -> MeetingId {
    MEETINGS[n].parse().expect("a slug")
}

/// A party, the first more often: what collides is what matters.
fn party() -> impl Strategy<Value = PartyId> {
    prop_oneof![3 => Just(0usize), 2 => 0..PARTIES.len() - 1].prop_map(|n| PARTIES[n].parse().expect("a party"))
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![2 => Just(STATUSES[0]), 1 => select(&STATUSES[..])].prop_map(|text| text.parse().expect("a token"))
}

fn status_or_none() -> impl Strategy<Value = Status> {
    prop_oneof![4 => status(), 1 => Just(Status::none())]
}

/// Statuses and everything around them, with corrections and retractions.
pub(crate) fn status_matters() -> impl Strategy<Value = Say> {
    prop_oneof![
        10 => (prop_oneof![5 => Just(0usize), 1 => Just(1)], claim(party().boxed()))
            .prop_map(|(n, said)| Say::Of(n, said)),
        1 => followed(),
        1 => any::<Index>().prop_map(Say::TakenBack),
    ]
}

/// Some statuses, and many who take the place of others.
pub(crate) fn matters_of_succession() -> impl Strategy<Value = Say> {
    let status = || prop_oneof![3 => Just(STATUSES[0]), 1 => Just(STATUSES[1])];
    let admitted = (0..2usize, party(), status()).prop_map(|(n, party, status)| {
        let status = status.parse().expect("a token");
        Say::Of(n, Content::Admission(Admission { party, status, manner: None, instrument: None }))
    });
    prop_oneof![
        4 => admitted,
        2 => (0..2usize, claim(party().boxed())).prop_map(|(n, said)| Say::Of(n, said)),
        5 => followed(),
    ]
}

/// One that takes the place of another, in one organisation or anywhere: a party more often than an organisation.
fn followed() -> BoxedStrategy<Say> {
    let parties = || {
        prop_oneof![6 => Just(vec![0]), 6 => Just(vec![1]), 3 => Just(vec![2]), 2 => Just(vec![0, 1]), 1 => Just(vec![1, 2])]
            .prop_map(|all| all.into_iter().map(|n| PARTIES[n].parse().expect("a party")).collect::<Vec<PartyId>>())
    };
    let organisation = || (0..2usize).prop_map(|n| vec![ORGANISATIONS[n].parse().expect("a slug")]);
    let both = prop_oneof![5 => (parties(), parties()), 1 => (organisation(), organisation())];
    let manner = prop::option::weighted(0.9, select(SuccessionManner::ALL));
    let no_heir = prop::bool::weighted(0.5);
    (prop::option::weighted(0.2, 0..2usize), both, manner, no_heir)
        .prop_map(|(only, (from, mut to), manner, no_heir)| {
            if no_heir && manner == Some(SuccessionManner::Dissolution) {
                to.clear();
            }
            let said = Content::Succession(Succession { from, to, manner });
            only.map_or(Say::Anywhere(said.clone()), |n| Say::Of(n, said))
        })
        .boxed()
}

/// The statuses of one party in one organisation.
pub(crate) fn matters_of_one() -> impl Strategy<Value = Say> {
    let one: PartyId = PARTIES[0].parse().expect("a party");
    claim(Just(one).boxed()).prop_map(|said| Say::Of(0, said))
}

/// One change that many date.
pub(crate) fn matters_of_one_change() -> impl Strategy<Value = Say> {
    let party: PartyId = PARTIES[0].parse().expect("a party");
    Just(Content::Admission(Admission { party, status: Status::member(), manner: None, instrument: None }))
        .prop_map(|said| Say::Of(0, said))
}

/// Claims of one party, and as many events that take others back.
pub(crate) fn matters_of_links() -> impl Strategy<Value = Say> {
    prop_oneof![matters_of_one(), any::<Index>().prop_map(Say::TakenBack)]
}

fn claim(party: BoxedStrategy<PartyId>) -> BoxedStrategy<Content> {
    // Not at an instant: what is just after one is told from another of the same reading by no text.
    let look = time().prop_map(|n| if TIMES[n].contains('T') { 0 } else { n });
    let previous = (look, status_or_none()).prop_map(|(n, status)| Previous { occurred: when(n), status });
    prop_oneof![
        1 => Just(Content::Founding(Founding { name: None })),
        6 => (party.clone(), status()).prop_map(|(party, status)| {
            Content::Admission(Admission { party, status, manner: None, instrument: None })
        }),
        6 => (party.clone(), status_or_none(), prop::option::of(previous)).prop_map(|(party, status, previous)| {
            Content::Standing(Standing { party, status, previous })
        }),
        1 => (party.clone(), status()).prop_map(|(party, towards)| {
            Content::Step(Step { party, towards, step: Rung::Applied })
        }),
        2 => party.clone().prop_map(|party| Content::Suspension(Suspension { party, scope: None })),
        2 => party.clone().prop_map(|party| Content::Reinstatement(Suspension { party, scope: None })),
        2 => party.prop_map(|party| Content::Withdrawal(Withdrawal { party, manner: None })),
        3 => (prop::collection::vec(status(), 1..3), status()).prop_map(|(from, to)| {
            Content::Reclassification(Reclassification { from, to })
        }),
    ]
    .boxed()
}

/// What is named, by one event or another: the first as a party too.
pub(crate) fn bearers() -> Vec<Named> {
    let [sco, ..] = ORGANISATIONS;
    vec![
        Named::Organisation(sco.parse().expect("a slug")),
        Named::Party(sco.parse().expect("a slug")),
        Named::Meeting(meeting(0)),
        Named::Person("xi-jinping".parse().expect("a slug")),
    ]
}

/// Names of a few things, most of them of one language and form, and what calls these things by a name in passing.
pub(crate) fn naming_matters() -> impl Strategy<Value = Say> {
    let certainty = || prop_oneof![2 => Just(None), 1 => Just(Some(Certainty::Implied))];
    let language = prop_oneof![3 => Just(None), 2 => select(&["en", "EN", "en-GB", "fr"][..]).prop_map(Some)];
    let form = prop_oneof![3 => Just(None), 2 => prop::option::of(select(NameForm::ALL))];
    let of = prop_oneof![3 => Just(0usize), 1 => 0..bearers().len()].prop_map(|n| bearers()[n].clone());
    let name = || select(&["A", "B", "C"][..]).prop_map(ToOwned::to_owned);
    prop_oneof![
        10 => (certainty(), of, name(), language, form).prop_map(|(certainty, of, name, language, form)| {
            let language = language.map(ToOwned::to_owned);
            Say::Named(certainty, Content::Naming(Naming { of, name, language, form }))
        }),
        2 => prop::option::of(name()).prop_map(|name| Say::Of(0, Content::Founding(Founding { name }))),
        1 => (prop::option::of(name()), held()).prop_map(|(title, said)| {
            Say::At(0, None, Content::Meeting(Meeting { title, ..said }))
        }),
        1 => participation().prop_map(|said| Say::At(1, None, Content::Attendance(said))),
        1 => any::<Index>().prop_map(Say::TakenBack),
    ]
}

/// Namings of one thing in one language and one form.
pub(crate) fn namings_of_one() -> impl Strategy<Value = Say> {
    let certainty = prop_oneof![2 => Just(None), 1 => Just(Some(Certainty::Implied))];
    (certainty, select(&["A", "B", "C"][..])).prop_map(|(certainty, name)| {
        let naming = Naming { of: bearers()[0].clone(), name: name.to_owned(), language: None, form: None };
        Say::Named(certainty, Content::Naming(naming))
    })
}

/// Meetings, their parts and who took part, with some memberships, corrections and retractions.
pub(crate) fn meeting_matters() -> impl Strategy<Value = Say> {
    let at = || prop_oneof![3 => Just(0usize), 2 => 0..MEETINGS.len()];
    prop_oneof![
        6 => (at(), participation()).prop_map(|(n, said)| Say::At(n, None, Content::Attendance(said))),
        4 => (at(), prop::option::of(0..2usize), held()).prop_map(|(n, organisation, said)| {
            Say::At(n, organisation, Content::Meeting(said))
        }),
        2 => (0..2usize, party(), status()).prop_map(|(n, party, status)| {
            Say::Of(n, Content::Admission(Admission { party, status, manner: None, instrument: None }))
        }),
        1 => (0..2usize, party()).prop_map(|(n, party)| {
            Say::Of(n, Content::Withdrawal(Withdrawal { party, manner: None }))
        }),
        1 => any::<Index>().prop_map(Say::TakenBack),
    ]
}

/// What is said of one delegation, at a meeting and now and then at a part of it.
pub(crate) fn matters_of_one_delegation() -> impl Strategy<Value = Say> {
    let said = participation().prop_map(|said| Participation { party: PARTIES[0].parse().ok(), group: None, ..said });
    let part = held().prop_map(|said| Meeting { part_of: Some(meeting(0)), ..said });
    prop_oneof![
        6 => (prop_oneof![4 => Just(0), 1 => Just(1)], said).prop_map(|(n, said)| {
            Say::At(n, None, Content::Attendance(said))
        }),
        1 => part.prop_map(|said| Say::At(1, None, Content::Meeting(said))),
        1 => held().prop_map(|said| Say::At(0, Some(0), Content::Meeting(said))),
    ]
}

fn person() -> impl Strategy<Value = Person> {
    (0..PEOPLE.len()).prop_map(|n| {
        let id = PEOPLE[n].to_lowercase().replace(' ', "-").parse().expect("a slug");
        Person { name: PEOPLE[n].to_owned(), id, office: None }
    })
}

fn participation() -> impl Strategy<Value = Participation> {
    let presence = prop::option::of(select(Presence::ALL));
    let capacity = prop::option::weighted(0.2, select(&["observer", "guest_of_chair"][..]));
    let mode = prop::option::weighted(0.3, select(&[Mode::InPerson, Mode::Video][..]));
    let lieu = prop::option::weighted(0.2, person());
    let who = prop_oneof![8 => party().prop_map(Ok), 1 => Just(Err("others".to_owned()))];
    let level = prop::option::of(select(&LEVELS[..]));
    (who, presence, prop::option::of(person()), level, capacity, mode, lieu).prop_map(
        |(who, presence, person, level, capacity, mode, in_lieu_of)| {
            let capacity: Option<Capacity> = capacity.map(|text| text.parse().expect("a token"));
            let (party, group) = (who.clone().ok(), who.err());
            Participation { party, group, presence, person, level, capacity, mode, in_lieu_of, complete: None }
        },
    )
}

fn held() -> impl Strategy<Value = Meeting> {
    let form = prop::option::of(select(&[MeetingForm::Summit, MeetingForm::Plenary, MeetingForm::Photo][..]));
    let phase = prop::option::of(select(Phase::ALL));
    let whole = || prop::option::weighted(0.5, (0..MEETINGS.len()).prop_map(meeting));
    let beside = prop::option::weighted(0.2, (0..MEETINGS.len()).prop_map(meeting));
    (form, phase, whole(), beside, prop::collection::vec(participation(), 0..3)).prop_map(
        |(form, phase, part_of, sidelines_of, participants)| Meeting {
            form,
            phase,
            title: None,
            theme: None,
            host: None,
            venue: None,
            mode: None,
            part_of,
            sidelines_of,
            participants,
        },
    )
}
