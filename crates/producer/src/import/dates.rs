//! Dates as tables write them: EDTF, and the dialect in which `..` between two dates means one of them.

use summit::{BadId, When};

/// The day that tables write for "not over yet".
const NEVER: &str = "9999-12-31";
/// What tables write for nothing: empty, open, and R's word for a missing value.
const NOTHING: [&str; 3] = ["", "..", "NA"];

/// Whether a text says that there is no date.
pub(super) fn is_nothing(text: &str) -> bool {
    NOTHING.contains(&text)
}

/// Whether the text of an end says that there is none.
pub(super) fn is_open(text: &str) -> bool {
    is_nothing(text) || text == NEVER
}

/// A date. `1991..1992` means one of the days from 1991 to 1992, `..1990` one up to 1990, `2001..` one from 2001 on, as the
/// sets of EDTF do: `[1991..1992]`. These have both ends of one precision; `1991-10..1992` is the interval `1991-10/1992`,
/// which in an event of status means some moment within it, too.
pub(super) fn date(text: &str) -> Result<When, BadId> {
    let refused = |bad: BadId| BadId::new(text, bad.allowed);
    if text == NEVER {
        return Err(BadId::new(text, "a date that comes"));
    }
    let Some((first, last)) = text.split_once("..").filter(|_| !text.contains(['/', '[', '{'])) else {
        return text.parse().map_err(refused);
    };
    let (first, last) = (first.trim(), Some(last.trim()).filter(|last| *last != NEVER).unwrap_or_default());
    let set = format!("[{first}..{last}]").parse().map_err(refused);
    if first.is_empty() || last.is_empty() {
        set
    } else {
        set.or_else(|bad| format!("{first}/{last}").parse().map_err(|_| bad))
    }
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn two_dots_between_dates_mean_one_of_them() {
        for (text, meant, range) in [
            ("1991..1992", "[1991..1992]", "1991/1992"),
            ("1991-10-01 .. 1992-02-03", "[1991-10-01..1992-02-03]", "1991-10/1992-02-03"),
            ("1991-10..1992", "1991-10/1992", "1991-10/1992"),
            ("..1990", "[..1990]", "../1990"),
            ("2001..", "[2001..]", "2001/.."),
            ("2001..9999-12-31", "[2001..]", "2001/.."),
            ("2001/..", "2001/..", "2001/.."),
            ("[1991..1992]", "[1991..1992]", "1991/1992"),
            ("1978-02-17?", "1978-02-17?", "1978-02-17"),
        ] {
            let date = date(text).unwrap_or_else(|bad| panic!("{text}: {bad}"));
            assert_eq!((date.as_str(), date.range().to_string().as_str()), (meant, range), "{text}");
        }
        for neither in ["1992..1991", "1991...1992", "9999-12-31", "1991..x", "4 July 1991"] {
            let bad = date(neither).expect_err(neither);
            assert_eq!(bad.found, neither);
        }
    }
}
