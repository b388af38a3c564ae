//! Who took part: in the summit of Astana as its report tells it, in the meetings on record, and rule by rule.

mod ask;
mod delegations;
mod meetings;
mod parts;
mod programme;

use ask::{ASTANA, HISTORY, ask, kinds, lines, missing, on, row, rows, texts};
use projector::{Attendance, PresenceAnswer};

fn astana(meeting: &str) -> Attendance {
    ask(&lines(ASTANA), meeting, "2024-07-05")
}

#[test]
fn seventeen_delegations_at_sco_plus() {
    let told = astana("sco-plus-astana-2024");
    let parties: Vec<&str> = told.delegations.iter().map(|row| row.party.as_str()).collect();
    assert_eq!(parties.join(" "), "ARE AZE BLR CHN IND IRN KAZ KGZ MNG PAK QAT RUS TJK TKM TUR UZB un");
    assert!(told.delegations.iter().all(|row| row.presence == PresenceAnswer::Present && !row.contested));
    assert_eq!(told.not_stated, []);
    assert_eq!(told.meeting_info.held.as_ref().map(|held| held.edtf.as_str()), Some("2024-07-04"));
    assert_eq!(told.meeting_info.part_of, ["sco-astana-2024".parse().expect("a slug")]);
}

#[test]
fn india_sent_its_foreign_minister_in_place_of_its_prime_minister() {
    assert_eq!(
        row(&astana("sco-plus-astana-2024"), "IND"),
        "IND present FM Subrahmanyam Jaishankar (Minister of External Affairs) for Narendra Modi as member* absent leader"
    );
}

#[test]
fn six_take_part_in_sco_plus_that_are_no_members() {
    let told = astana("sco-plus-astana-2024");
    let capacity = |party: &str| {
        let row = told.delegations.iter().find(|row| row.party.as_str() == party).expect("a row");
        row.capacity.as_ref().map(ToString::to_string)
    };
    for (party, held) in [
        ("MNG", Some("observer")),
        ("TUR", Some("dialogue_partner")),
        ("AZE", None),
        ("QAT", None),
        ("ARE", None),
        ("TKM", None),
    ] {
        assert_eq!(capacity(party).as_deref(), held, "{party}");
    }
    assert_eq!(
        kinds(&told),
        ["never-admitted", "never-admitted", "never-admitted", "never-admitted"],
        "{:?}",
        told.remarks
    );
    assert_eq!(row(&told, "un"), "un present IOH Antonio Guterres (Secretary-General) as international_organisation");
}

#[test]
fn the_summit_as_a_whole_is_attended_through_its_parts() {
    let told = astana("sco-astana-2024");
    assert_eq!(told.delegations.len(), 17);
    assert_eq!(
        row(&told, "CHN"),
        "CHN present HS Xi Jinping (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    assert_eq!(
        row(&told, "RUS"),
        "RUS present HS Vladimir Putin (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    assert_eq!(
        row(&told, "KAZ"),
        "KAZ present leader Kassym-Jomart Tokayev (President) as member* at sco-astana-2024-photo-ceremony+sco-plus-astana-2024"
    );
    // That India's leader stayed away from a part says nothing of the whole.
    assert_eq!(
        row(&told, "IND"),
        "IND present FM Subrahmanyam Jaishankar (Minister of External Affairs) for Narendra Modi as member* at sco-plus-astana-2024"
    );
    let parts: Vec<&str> = told.parts.iter().map(summit::MeetingId::as_str).collect();
    assert_eq!(parts, ["sco-astana-2024-family-photo", "sco-astana-2024-photo-ceremony", "sco-plus-astana-2024"]);
    let info = &told.meeting_info;
    assert_eq!(
        (info.title.as_deref(), info.venue.as_deref(), info.zone.as_deref()),
        (Some("Shanghai Cooperation Organization summit"), Some("Independence Palace"), Some("Asia/Almaty"))
    );
    assert_eq!(info.phase.map(summit::Phase::as_str), Some("opened"));
}

#[test]
fn a_meeting_on_the_sidelines_is_no_part_and_its_own_photo_is() {
    assert_eq!(
        rows(&astana("chn-rus-2024-07-03")),
        [
            "CHN present HS Xi Jinping (President) as member* at chn-rus-2024-07-03-handshake",
            "RUS present HS Vladimir Putin (President) as member* at chn-rus-2024-07-03-handshake"
        ]
    );
}

#[test]
fn nothing_on_record_of_any_meeting_is_contested() {
    let both: Vec<String> = lines(ASTANA).into_iter().chain(lines(HISTORY)).collect();
    for (data, count) in [(lines(HISTORY), 24), (both, 31)] {
        let meetings = ask::meetings(&data);
        assert_eq!(meetings.len(), count);
        for meeting in meetings {
            let told = ask(&data, &meeting, "2026");
            let contested: Vec<&str> =
                told.delegations.iter().filter(|row| row.contested).map(|row| row.party.as_str()).collect();
            assert_eq!(contested, [] as [&str; 0], "{meeting} {:?}", told.remarks);
            assert_eq!(texts(&told, "tally"), [] as [&str; 0], "{meeting}");
        }
    }
}

#[test]
fn members_of_whom_a_summit_says_nothing_are_listed() {
    let history = lines(HISTORY);
    assert_eq!(missing(&ask(&history, "sco-shanghai-2001", "2026")), "CHN KAZ KGZ RUS TJK UZB");
    assert_eq!(missing(&ask(&history, "sco-bishkek-2019", "2026")), "");
    // In the middle of the year of its accession nobody knows whether India was a member.
    let astana = lines(ASTANA);
    let early = r#""organisation":"o","meeting":"m","form":"summit""#;
    let joined =
        [on(1, "admission", "2017", r#""organisation":"o","party":"IND""#), on(2, "meeting", "2017-03-01", early)];
    assert_eq!(missing(&ask(&joined, "m", "2026")), "");
    assert_eq!(ask(&astana, "sco-astana-2024-photo-ceremony", "2026").not_stated, []);
}
