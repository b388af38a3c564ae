//! Values of options: texts to what they mean, with what is allowed in their place.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use projector::{Index, Knowledge};
use summit::{BadId, PartyId};

/// An RFC 3339 instant, or a date, which means its end in UTC.
pub(crate) fn instant(text: &str) -> Result<Timestamp, String> {
    if text.len() == "2024-07-04".len()
        && let Ok(date) = text.parse::<Date>()
    {
        return TimeZone::UTC.to_timestamp(date.at(23, 59, 59, 999_999_999)).map_err(|error| error.to_string());
    }
    text.parse().map_err(|_| "an instant such as 2024-07-04T15:00:00+05:00, or a date, which means its end".to_owned())
}

/// A moment of knowledge: a position where it is a number, else an instant or a date.
pub(crate) fn knowledge(text: &str) -> Result<Knowledge, String> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let position = text.parse().map_err(|bad: BadId| bad.to_string())?;
        return Ok(Knowledge::Position(position));
    }
    instant(text).map(Knowledge::Instant).map_err(|allowed| format!("a position, {allowed}"))
}

/// An event's id, or how one begins.
pub(crate) fn prefix(text: &str) -> Result<String, String> {
    let begins = !text.is_empty() && text.len() <= 36 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if begins {
        return Ok(text.to_ascii_lowercase());
    }
    Err(format!("found {text:?}, allowed is an event's id, or how one begins, such as d0653777"))
}

/// A party. Who writes a state's name is told its code.
pub(crate) fn party(text: &str) -> Result<PartyId, String> {
    text.parse().map_err(|bad: BadId| match named(text) {
        Some(party) => format!("{bad}; did you mean {party}?"),
        None => bad.to_string(),
    })
}

/// The state of this name in ISO 3166-1, or whose code this is in other letters.
fn named(text: &str) -> Option<PartyId> {
    let text = text.to_lowercase();
    let letters = || b'A'..=b'Z';
    let codes = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
    let parties =
        codes.filter_map(|code| std::str::from_utf8(&code).ok().and_then(|code| code.parse::<PartyId>().ok()));
    let mut begins = None;
    for party in parties {
        let name = party.iso_name().unwrap_or_default().to_lowercase();
        if name == text || party.as_str().eq_ignore_ascii_case(&text) {
            return Some(party);
        }
        if begins.is_none() && text.len() > 2 && name.starts_with(&text) {
            begins = Some(party);
        }
    }
    begins
}

/// What to tell who asks for a party that no event names; questions about it have an answer all the same.
pub(crate) fn unknown_party(index: &Index, party: Option<&PartyId>) -> Option<String> {
    let party = party?;
    let mut known = index.parties();
    if known.by_ref().any(|known| known == party) {
        return None;
    }
    let meant = named(party.as_str()).filter(|meant| index.parties().any(|known| known == meant));
    let meant = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(format!("no event names the party \"{party}\"{meant}"))
}

#[cfg(test)]
mod tests {
    use projector::Knowledge;
    use summit::Position;

    use super::{instant, knowledge, party, prefix};

    #[test]
    fn a_date_means_its_end_in_utc() {
        let end = instant("2024-07-04").map(|instant| instant.to_string());
        assert_eq!(end.as_deref(), Ok("2024-07-04T23:59:59.999999999Z"));
        let noon = instant("2024-07-04T15:00:00+05:00").map(|instant| instant.to_string());
        assert_eq!(noon.as_deref(), Ok("2024-07-04T10:00:00Z"));
        for neither in ["2024", "2024-07", "2024-02-30", "2024-07-04T15", "yesterday"] {
            assert!(instant(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_number_is_a_position_and_a_date_is_none() {
        assert_eq!(knowledge("12"), Ok(Knowledge::Position(Position::new(12))));
        assert!(matches!(knowledge("2024-07-04"), Ok(Knowledge::Instant(_))));
        assert!(knowledge("-1").is_err());
    }

    #[test]
    fn a_states_name_is_answered_with_its_code() {
        for (text, meant) in [("India", "IND"), ("Kaz", "KAZ"), ("Kazakhstan", "KAZ")] {
            let refused = party(text).expect_err("a name is no code");
            assert!(refused.ends_with(&format!("; did you mean {meant}?")), "{refused}");
        }
        assert!(party("KAZ").is_ok());
    }

    #[test]
    fn an_id_may_be_shortened_but_not_empty() {
        assert_eq!(prefix("D0653777").as_deref(), Ok("d0653777"));
        for neither in ["", "xyz", "d0653777-6d69-536b-a4fd-52d10a1fb5170"] {
            assert!(prefix(neither).is_err(), "{neither}");
        }
    }
}
