//! Any event that a document can say, of every kind.

use std::fmt::Debug;
use std::str::FromStr;

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use summit::{
    Act, Admission, AdmissionManner, Attribution, Authority, Certainty, Content, Event, EventId, Founding,
    InstrumentForm, Kind, Level, Meeting, MeetingForm, Mode, NameForm, Named, Naming, Participation, PartyId, Person,
    Phase, Presence, Previous, Qualifier, Reclassification, Retraction, Rung, Shared, Signatory, Signing, Standing,
    Statement, StatementMode, Status, Step, Succession, SuccessionManner, Suspension, Tally, Travel, TravelScope, When,
    Withdrawal, WithdrawalManner,
};

/// Seconds from 1970 of the first and the last whole second that documents can say.
const INSTANTS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_207_199;

/// An event of any kind.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    select(Kind::ALL).prop_flat_map(event_of)
}

/// An event of this kind.
pub(crate) fn event_of(kind: Kind) -> impl Strategy<Value = Event> {
    let source = "(/[a-z0-9é%-]{1,12}){1,3}";
    (id(), source, of(instant()), of(instant()), of(id()), shared(kind), content(kind)).prop_map(
        |(id, source, time, recorded_at, corrects, shared, content)| Event {
            id,
            source,
            time,
            recorded_at,
            corrects,
            shared,
            content,
        },
    )
}

fn id() -> impl Strategy<Value = EventId> {
    "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(parsed)
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (INSTANTS, 0..1_000_000_000).prop_map(|(seconds, nanos)| Timestamp::new(seconds, nanos).expect("within bounds"))
}

fn parsed<T: FromStr<Err: Debug>>(text: impl AsRef<str>) -> T {
    text.as_ref().parse().expect("the strategy makes good texts")
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![9 => "\\PC{1,24}", 1 => Just("two lines,\n\tand a \"quotation\"".to_owned())]
}

fn slug<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    prop_oneof![9 => "[a-z0-9][a-z0-9-]{0,12}", 1 => "[a-z0-9][a-z0-9-]{62}"].prop_map(parsed)
}

fn token<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = T> {
    prop_oneof![9 => "[a-z_]{1,12}", 1 => "[a-z_]{63}"].prop_map(parsed)
}

fn word<T: Copy + Debug>(words: &'static [T]) -> impl Strategy<Value = Option<T>> {
    of(select(words))
}

fn party() -> impl Strategy<Value = PartyId> {
    let codes = select(vec!["KAZ", "CHN", "BLR", "IND", "SUHH", "DDDE", "un", "kosovo"]);
    prop_oneof![codes.prop_map(parsed), slug()]
}

fn status() -> impl Strategy<Value = Status> {
    prop_oneof![Just(Status::member()), Just(Status::none()), token()]
}

fn person() -> impl Strategy<Value = Person> {
    (text(), slug(), of(text())).prop_map(|(name, id, office)| Person { name, id, office })
}

fn when() -> impl Strategy<Value = When> {
    let day = || "(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    prop_oneof![
        "[12][0-9]{3}[?~%]?",
        "[12][0-9]{2}X",
        "[12][0-9]{3}-(0[1-9]|1[0-2]|2[1-4])",
        "Y-?[1-9][0-9]{4,7}",
        day(),
        (day(), "T(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|\\+0[0-9]:[0-5][0-9]|-0[1-9]:[0-5][0-9])?")
            .prop_map(|(day, clock)| day + &clock),
        day().prop_map(|day| format!("{day}/..")),
        day().prop_map(|day| format!("/{day}")),
        (day(), day()).prop_map(|(a, b)| format!("{}/{}", a.clone().min(b.clone()), a.max(b))),
        vec(day(), 1..4).prop_map(|days| format!("[{}]", days.join(","))),
        vec(day(), 1..4).prop_map(|days| format!("{{{}}}", days.join(","))),
    ]
    .prop_map(parsed)
}

fn shared(kind: Kind) -> impl Strategy<Value = Shared> {
    let attribution = (text(), of(text())).prop_map(|(name, url)| Attribution { name, url });
    let said = (when(), of(select(vec!["Asia/Almaty", "UTC", "Europe/Moscow"])), any::<Option<i64>>());
    let claim = (vec(attribution, 1..4), word(Authority::ALL), word(Certainty::ALL));
    let about = (of(slug()), of(slug()), of(text()), of(text()));
    // Always at hand where a kind demands one.
    (said, claim, about, slug(), slug()).prop_map(move |(said, claim, about, organisation, meeting)| {
        let ((occurred, zone, order), (attribution, authority, certainty)) = (said, claim);
        let demands_meeting = matches!(kind, Kind::Meeting | Kind::Attendance);
        Shared {
            occurred,
            zone: zone.map(str::to_owned),
            order,
            attribution,
            authority,
            certainty,
            organisation: about.0.or(Some(organisation).filter(|_| !demands_meeting)),
            meeting: about.1.or(Some(meeting).filter(|_| demands_meeting)),
            place: about.2,
            note: about.3,
        }
    })
}

fn travel() -> impl Strategy<Value = Travel> {
    (of(party()), of(text()), of(person()), word(Level::ALL), word(TravelScope::ALL), of(person())).prop_map(
        |(party, group, person, level, scope, welcomed_by)| Travel { party, group, person, level, scope, welcomed_by },
    )
}

fn participation() -> impl Strategy<Value = Participation> {
    let who = prop_oneof![
        (party(), of(text())).prop_map(|(party, group)| (Some(party), group)),
        text().prop_map(|group| (None, Some(group))),
    ];
    let how = (word(Presence::ALL), word(Level::ALL), of(token()), word(Mode::ALL));
    (who, how, of(person()), of(person()), any::<Option<bool>>()).prop_map(
        |(who, how, person, in_lieu_of, complete)| {
            let ((party, group), (presence, level, capacity, mode)) = (who, how);
            Participation { party, group, presence, person, level, capacity, mode, in_lieu_of, complete }
        },
    )
}

fn meeting() -> impl Strategy<Value = Meeting> {
    let words = (word(MeetingForm::ALL), word(Phase::ALL), word(Mode::ALL));
    let texts = (of(text()), of(text()), of(text()));
    (words, texts, of(party()), of(slug()), of(slug()), vec(participation(), 0..4)).prop_map(
        |((form, phase, mode), (title, theme, venue), host, part_of, sidelines_of, participants)| Meeting {
            form,
            phase,
            title,
            theme,
            host,
            venue,
            mode,
            part_of,
            sidelines_of,
            participants,
        },
    )
}

fn signing() -> impl Strategy<Value = Signing> {
    let signatory = (of(party()), of(person())).prop_map(|(party, person)| Signatory { party, person });
    let act = (word(InstrumentForm::ALL), word(Act::ALL));
    (slug(), of(text()), act, vec(signatory, 0..4), any::<Option<bool>>()).prop_map(
        |(instrument, title, (form, act), signatories, signatories_complete)| Signing {
            instrument,
            title,
            form,
            act,
            signatories,
            signatories_complete,
        },
    )
}

fn named() -> impl Strategy<Value = Named> {
    prop_oneof![
        party().prop_map(Named::Party),
        slug().prop_map(Named::Organisation),
        slug().prop_map(Named::Meeting),
        slug().prop_map(Named::Instrument),
        slug().prop_map(Named::Person),
    ]
}

fn content(kind: Kind) -> BoxedStrategy<Content> {
    let suspension = || (party(), of(text())).prop_map(|(party, scope)| Suspension { party, scope });
    match kind {
        Kind::Founding => of(text()).prop_map(|name| Content::Founding(Founding { name })).boxed(),
        Kind::Admission => {
            let status = status().prop_filter("a status is held", |status| !status.is_none());
            (party(), status, word(AdmissionManner::ALL), of(slug()))
                .prop_map(|(party, status, manner, instrument)| {
                    Content::Admission(Admission { party, status, manner, instrument })
                })
                .boxed()
        }
        Kind::Standing => {
            let previous = (when(), status()).prop_map(|(occurred, status)| Previous { occurred, status });
            (party(), status(), of(previous))
                .prop_map(|(party, status, previous)| Content::Standing(Standing { party, status, previous }))
                .boxed()
        }
        Kind::Step => (party(), status(), select(Rung::ALL))
            .prop_map(|(party, towards, step)| Content::Step(Step { party, towards, step }))
            .boxed(),
        Kind::Suspension => suspension().prop_map(Content::Suspension).boxed(),
        Kind::Reinstatement => suspension().prop_map(Content::Reinstatement).boxed(),
        Kind::Withdrawal => (party(), word(WithdrawalManner::ALL))
            .prop_map(|(party, manner)| Content::Withdrawal(Withdrawal { party, manner }))
            .boxed(),
        Kind::Reclassification => (vec(status(), 1..4), status())
            .prop_map(|(from, to)| Content::Reclassification(Reclassification { from, to }))
            .boxed(),
        Kind::Meeting => meeting().prop_map(Content::Meeting).boxed(),
        Kind::Arrival => travel().prop_map(Content::Arrival).boxed(),
        Kind::Departure => travel().prop_map(Content::Departure).boxed(),
        Kind::Attendance => participation().prop_map(Content::Attendance).boxed(),
        Kind::Signing => signing().prop_map(Content::Signing).boxed(),
        Kind::Statement => (of(person()), of(party()), text(), word(StatementMode::ALL))
            .prop_map(|(speaker, party, words, mode)| Content::Statement(Statement { speaker, party, words, mode }))
            .boxed(),
        Kind::Tally => (token(), any::<i64>(), word(Qualifier::ALL), any::<Option<bool>>())
            .prop_map(|(what, value, qualifier, list_complete)| {
                Content::Tally(Tally { what, value, qualifier, list_complete })
            })
            .boxed(),
        Kind::Naming => (named(), text(), of(text()), word(NameForm::ALL))
            .prop_map(|(of, name, language, form)| Content::Naming(Naming { of, name, language, form }))
            .boxed(),
        Kind::Succession => (vec(party(), 1..4), vec(party(), 0..4), party(), word(SuccessionManner::ALL))
            .prop_map(|(from, mut to, heir, manner)| {
                if to.is_empty() && manner != Some(SuccessionManner::Dissolution) {
                    to.push(heir);
                }
                Content::Succession(Succession { from, to, manner })
            })
            .boxed(),
        Kind::Retraction => (id(), of(text()))
            .prop_map(|(retracts, reason)| Content::Retraction(Retraction { retracts, reason }))
            .boxed(),
    }
}
