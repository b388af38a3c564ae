//! Options that say how a table is spelt.

use std::fmt::Display;
use std::str::FromStr;

use producer::import::Column;
use summit::BadId;

/// A column and its name in the table: `date=year`.
pub(super) fn column(text: &str) -> Result<(Column, String), String> {
    let (column, name) = text.split_once('=').ok_or("allowed is COLUMN=NAME, such as date=year")?;
    Ok((column.parse().map_err(|bad: BadId| bad.to_string())?, name.trim().to_owned()))
}

/// What stands between two columns.
pub(super) fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'"' => Ok(*byte),
        _ => Err("allowed is one ASCII character such as ; or the word tab".to_owned()),
    }
}

/// A spelling, and what it means: `oberver=observer`.
pub(super) fn meaning<T: FromStr<Err: Display>>(text: &str) -> Result<(String, String), String> {
    let (spelling, meant) = text.rsplit_once('=').ok_or("allowed is TEXT=MEANING")?;
    match meant.parse::<T>() {
        Ok(_) => Ok((spelling.trim().to_owned(), meant.to_owned())),
        Err(bad) => Err(bad.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use summit::{PartyId, Status};

    use super::{column, delimiter, meaning};

    #[test]
    fn a_spelling_is_what_stands_before_the_last_sign_of_equality() {
        let pair = |spelling: &str, meant: &str| Ok((spelling.to_owned(), meant.to_owned()));
        assert_eq!(meaning::<Status>("full = yes=member"), pair("full = yes", "member"));
        assert_eq!(meaning::<PartyId>("Kosovo=kosovo"), pair("Kosovo", "kosovo"));
        for neither in ["member", "Full=Member", "x="] {
            assert!(meaning::<Status>(neither).is_err(), "{neither}");
        }
    }

    #[test]
    fn a_delimiter_is_one_character_that_no_value_begins_with() {
        assert_eq!((delimiter(";"), delimiter("tab"), delimiter("\t")), (Ok(b';'), Ok(b'\t'), Ok(b'\t')));
        for neither in ["", ";;", "a", "\"", "·"] {
            assert!(delimiter(neither).is_err(), "{neither}");
        }
        assert!(column("year=date").is_err() && column("date").is_err());
    }
}
