//! Answers as text for people: readable without colour, and within the width of the terminal.

pub(crate) mod attendance;
pub(crate) mod changes;
mod doctor;
mod explain;
mod find;
mod itinerary;
pub(crate) mod members;
pub(crate) mod page;
mod signings;

pub(crate) use page::Page;

/// An answer that people can read.
pub(crate) trait Text {
    /// Writes it.
    fn text(&self, page: &mut Page<'_>);
}

#[cfg(test)]
mod tests {
    use projector::{Knowledge, MembersFilter, SigningsFilter, changes};
    use summit::{Position, Vantage};

    use super::{Page, Text};
    use crate::samples::{self, TODAY};

    /// An answer from the report, without colours.
    fn plain(width: Option<u16>, answer: impl FnOnce(&projector::Index) -> Box<dyn Text>) -> String {
        let index = samples::astana();
        let mut page = Page::new(&index, width);
        answer(&index).text(&mut page);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    fn members(index: &projector::Index, as_of: &str, party: Option<&str>) -> Box<dyn Text> {
        let vantage = Vantage { as_of: Some(as_of.parse().expect("a time")), ..Vantage::default() };
        let party = party.map(|party| party.parse().expect("a party"));
        let view = index.view(&vantage, TODAY).expect("a day is no event");
        let only = MembersFilter { party, ..MembersFilter::default() };
        Box::new(view.members(&"sco".parse().expect("a slug"), &only).expect("it is there"))
    }

    #[test]
    fn members_are_a_heading_with_counts_and_a_table() {
        let text = plain(None, |index| members(index, "2017-03-01", None));
        let lines: Vec<&str> = text.lines().take(7).collect();
        assert_eq!(
            lines,
            [
                "sco  as of 2017-03-01, position 73",
                "dialogue_partner 0 (possibly 2 more), member 6 (possibly 2 more), observer 0 (possibly 2 more)",
                "PARTY  NAME                STATUS            ANSWER    SINCE",
                "AFG    Afghanistan         observer          possibly  2001/2024-07-04",
                "CHN    China               member            yes       2001",
                "IND    India               member            possibly  2017",
                "KAZ    Kazakhstan          member            yes       2001",
            ]
        );
    }

    #[test]
    fn a_party_of_whom_nothing_is_said_is_not_stated() {
        assert_eq!(
            plain(None, |index| members(index, "2017", Some("BRA"))),
            "sco  as of 2017, position 73\nnobody holds a status\nPARTY  NAME    ANSWER\nBRA    Brazil  not stated\n"
        );
    }

    #[test]
    fn a_table_fits_the_terminal() {
        let wide = plain(Some(60), |index| members(index, "2024-07-04", None));
        let longest = wide.lines().skip(2).map(|line| line.chars().count()).max();
        assert!(longest.is_some_and(|longest| longest <= 60), "{wide}");
    }

    #[test]
    fn explanations_signings_and_differences_read_as_sentences() {
        let view = |index: &projector::Index| {
            let vantage = Vantage { as_of: Some("2024-07-05".parse().expect("a day")), ..Vantage::default() };
            index
                .view(&vantage, TODAY)
                .expect("a day is no event")
                .explain(&"sco".parse().expect("a slug"), &"IND".parse().expect("a code"))
        };
        let text = plain(None, |index| Box::new(view(index).expect("it is there")));
        assert_eq!(
            text,
            "IND in sco  as of 2024-07-05, position 73\n\nmember since 2017: yes\n\
             rule: the most precise dated claim with the highest authority behind it dates the start\n\
             ROLE   KIND       STATUS  WHEN  AUTHORITY  SOURCE                         POSITION  EVENT\n\
             dates  admission  member  2017  press      Asia news report, 4 July 2024  31        3be78c39\n"
        );

        let text = plain(None, |index| {
            let view = index.view(&Vantage::default(), TODAY).expect("no event is asked for");
            let only = SigningsFilter { party: None, ..SigningsFilter::default() };
            Box::new(view.signings(&only).expect("nothing is asked for"))
        });
        assert!(text.starts_with("2 instruments  as of 2026-01-05, position 73\n\nAstana Declaration ("), "{text}");

        let text = plain(None, |index| {
            let between = [30, 31].map(|number| Knowledge::Position(Position::new(number)));
            let (organisation, rest) = ("sco".parse().expect("a slug"), Vantage::default());
            Box::new(
                projector::diff(index, &organisation, (between[0], between[1]), &rest, TODAY).expect("it is there"),
            )
        });
        assert_eq!(
            text,
            "sco: what changed, from  as of 2026-01-05, position 30\nto  as of 2026-01-05, position 31\n\
             1 party changed\n\nIND India\n        STATUS             SINCE  ANSWER\nbefore  nothing on record\n\
             after   member             2017   yes\nby 3be78c39\n"
        );
    }

    #[test]
    fn each_change_and_each_event_is_one_line_that_begins_with_its_position() {
        let index = samples::astana();
        let told = |position| super::changes::lines(&changes(&index, Position::new(position), TODAY), &index);
        assert_eq!(told(31), "31\tsco IND: nothing -> member since 2017, by 3be78c39\n");
        assert_eq!(
            told(15).lines().next(),
            Some("15\tsco BLR: member since 2024-07-04 -> member since 2024-07-04 (what it rests on), by 35984089")
        );
        let record = index.record_at(Position::new(31)).expect("it is there");
        assert_eq!(
            super::changes::event(record, &index),
            "31\t2017 admission sco IND member, Asia news report, 4 July 2024, 3be78c39\n"
        );
    }

    #[test]
    fn an_id_is_shortened_only_as_far_as_it_is_the_only_one() {
        let first = samples::line("3be78c39");
        let twin = first.replace("3be78c39-77b0-", "3be78c39-88b0-");
        assert_ne!(first, twin);
        let index = samples::index([first.as_str(), twin.as_str()].into_iter());
        let id = "3be78c39-77b0-5b38-a4d4-4d7e8dadf218".parse().expect("an id");
        assert_eq!(Page::new(&index, None).id(id), "3be78c39-77b0");
        assert_eq!(Page::new(&samples::astana(), None).id(id), "3be78c39");
    }
}
