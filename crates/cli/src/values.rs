//! Values of options: texts to what they mean, with what is allowed in their place.

use summit::{BadId, PartyId};

/// A party. Who writes a state's name is told its code.
pub(crate) fn party(text: &str) -> Result<PartyId, String> {
    text.parse().map_err(|bad: BadId| match projector::state_named(text) {
        Some(party) => format!("{bad}; did you mean {party}?"),
        None => bad.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::party;

    #[test]
    fn a_states_name_is_answered_with_its_code() {
        for (text, meant) in [("India", "IND"), ("Kaz", "KAZ"), ("Kazakhstan", "KAZ")] {
            let refused = party(text).expect_err("a name is no code");
            assert!(refused.ends_with(&format!("; did you mean {meant}?")), "{refused}");
        }
        assert!(party("KAZ").is_ok());
    }
}
