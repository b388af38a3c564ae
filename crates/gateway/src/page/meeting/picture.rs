//! The matrix as a picture that stands alone: its colours and its sources are in it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use axum::response::Response;
use maud::{Markup, html};
use projector::{Delegation, Token};
use summit::Person;

use super::marks::{DERIVED, Mark, SHAPE_SIZE, Tone, capacity_words, level_words};
use super::matrix::{Cell, Column, Matrix, Row, Who};
use super::told::Told;
use crate::ask::{Asking, Lane};
use crate::page::marks::{INK, LINE, QUIET};
use crate::page::shown::picture;
use crate::page::{spoken, words};
use crate::problem::Problem;

// Measures of the picture, in its own units: pixels, where nobody scales it.
const MARGIN: usize = 20;
const NAME_WIDE: usize = 210;
const CAPACITY_WIDE: usize = 150;
const COLUMN_WIDE: usize = 215;
const ROW_HIGH: usize = 24;
const LINE_HIGH: usize = 13;
const HEAD_HIGH: usize = 40;
const TITLE_HIGH: usize = 62;
const BAND_HIGH: usize = 22;
const LEGEND_HIGH: usize = 18;
const SOURCE_HIGH: usize = 26;
/// About how wide a character of the legend is.
const CODE_WIDE: usize = 6;
/// Characters that fit in a column: of names, of what stands below them, of headings.
const NAME_FITS: usize = 30;
const PERSON_FITS: usize = 24;
const BELOW_FITS: usize = 38;
const TITLE_FITS: usize = 76;

const FONT: &str = "Helvetica Neue, Liberation Sans, Arial, sans-serif";

/// The picture of who took part in a meeting.
pub(in crate::page) async fn attendance(mut asking: Asking) -> Result<Response, Problem> {
    let (meeting, sort) = super::asked(&mut asking)?;
    picture(asking, Lane::Quick, move |look| {
        let told = Told::of(look.view, &meeting)?;
        let matrix = Matrix::of(look.view, &told, sort);
        Ok(draw(&matrix, &words::meeting_name(look.view, &meeting), &about(&told), look.view.token()))
    })
    .await
}

/// When and where, in a line.
fn about(told: &Told) -> String {
    let info = &told.view.meeting_info;
    let held = info
        .held
        .as_ref()
        .map(|held| spoken::spoken(&held.edtf, info.zone.as_deref()).unwrap_or_else(|| held.edtf.clone()));
    let said: Vec<String> = held.into_iter().chain(info.venue.clone()).chain(info.place.clone()).collect();
    said.join(" · ")
}

/// Where a row begins.
struct Placed<'m, 't> {
    row: &'m Row<'t>,
    top: usize,
}

fn draw(matrix: &Matrix<'_>, title: &str, about: &str, token: &Token) -> Markup {
    let wide = MARGIN * 2 + NAME_WIDE + CAPACITY_WIDE + COLUMN_WIDE * matrix.columns.len();
    let mut top = MARGIN + TITLE_HIGH + HEAD_HIGH;
    let (mut placed, mut headings) = (Vec::new(), Vec::new());
    for band in &matrix.bands {
        if let Some(heading) = &band.heading {
            headings.push((heading.as_str(), top));
            top += BAND_HIGH;
        }
        for row in &band.rows {
            let lines = row.cells.iter().flatten().map(|cell| below(cell).len()).max().unwrap_or_default();
            let high = ROW_HIGH + LINE_HIGH * lines;
            placed.push(Placed { row, top });
            top += high;
        }
    }
    let tones: BTreeSet<Tone> = matrix.cells().map(|cell| cell.mark.tone).collect();
    let legend = top + LEGEND_HIGH;
    let codes = legend + LEGEND_HIGH * tones.len();
    let lines = code_lines(matrix, (wide - MARGIN * 2) / CODE_WIDE);
    let tall = codes + LEGEND_HIGH * lines.len() + SOURCE_HIGH + MARGIN / 2;
    let whole = format!("Who took part: {title}");
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {wide} {tall}")) width=(wide) height=(tall) role="img" aria-labelledby="title" font-family=(FONT) fill=(INK) {
            title id="title" { (whole) }
            rect width=(wide) height=(tall) fill="#ffffff" {}
            text x=(MARGIN) y=(MARGIN + 22) font-size="21" font-weight="600" font-family="Georgia, Liberation Serif, serif" { (shortened(title, TITLE_FITS)) }
            text x=(MARGIN) y=(MARGIN + 44) font-size="13" fill=(QUIET) { (shortened(about, TITLE_FITS * 2)) }
            (head(matrix))
            @for (heading, top) in headings {
                text x=(MARGIN) y=(top + 16) font-size="12" font-weight="600" fill=(QUIET) { (shortened(heading, TITLE_FITS)) }
            }
            @for one in &placed { (row(one, wide)) }
            @for (place, tone) in tones.iter().enumerate() {
                g transform=(format!("translate({MARGIN} {})", legend + place * LEGEND_HIGH)) {
                    path d=(tone.path()) fill=(tone.colour()) fill-rule="evenodd" {}
                    text x=(SHAPE_SIZE + 8) y="10" font-size="12" fill=(QUIET) { (tone.words()) }
                }
            }
            @for (place, line) in lines.iter().enumerate() {
                text x=(MARGIN) y=(codes + 10 + place * LEGEND_HIGH) font-size="12" fill=(QUIET) { (line) }
            }
            text x=(MARGIN) y=(tall - MARGIN / 2 - 4) font-size="11" fill=(QUIET) { (source(token)) }
        }
    }
}

/// What the codes mean, in lines of so many characters at most, unless one code needs more.
fn code_lines(matrix: &Matrix<'_>, most: usize) -> Vec<String> {
    let levels = matrix.levels().into_iter().map(|level| format!("{level} {}", level_words(level)));
    let derived = matrix.has_derived().then(|| format!("† {DERIVED}"));
    let mut lines: Vec<String> = Vec::new();
    for code in levels.chain(derived) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + code.chars().count() + 3 <= most => {
                line.push_str(" · ");
                line.push_str(&code);
            }
            _ => lines.push(code),
        }
    }
    lines
}

/// From where the picture looks.
fn source(token: &Token) -> String {
    let known = token.known_at.map(|known| format!(", known at {known}")).unwrap_or_default();
    let according = token.according_to.as_ref().map(|source| format!(", according to {source}")).unwrap_or_default();
    format!("Summit Chronicle, position {}, as of {}{known}{according}", token.position, token.as_of)
}

fn left(column: usize) -> usize {
    MARGIN + NAME_WIDE + CAPACITY_WIDE + column * COLUMN_WIDE
}

fn head(matrix: &Matrix<'_>) -> Markup {
    let y = MARGIN + TITLE_HIGH + HEAD_HIGH - 10;
    let name = |column: &Column<'_>| {
        if !column.whole {
            column.name.clone()
        } else if column.told.parts.is_empty() {
            "At the meeting".to_owned()
        } else {
            "Meeting as a whole".to_owned()
        }
    };
    html! {
        g font-size="12" font-weight="600" fill=(QUIET) {
            text x=(MARGIN) y=(y) { "Delegation" }
            text x=(MARGIN + NAME_WIDE) y=(y) { "Capacity" }
            @for (place, column) in matrix.columns.iter().enumerate() {
                text x=(left(place)) y=(y) { (shortened(&name(column), NAME_FITS)) }
            }
        }
    }
}

fn row(one: &Placed<'_, '_>, wide: usize) -> Markup {
    let Placed { row, top } = one;
    let (name, code) = match &row.who {
        Who::Party { id, name } => (name.as_str(), Some(id.as_str())),
        Who::Group(words) => (*words, None),
    };
    let capacity = row.capacity.map_or_else(
        || "not stated".to_owned(),
        |(capacity, derived)| capacity_words(capacity) + if derived { " †" } else { "" },
    );
    html! {
        g {
            path d=(format!("M{MARGIN} {top}H{}", wide - MARGIN)) stroke=(LINE) {}
            text x=(MARGIN) y=(top + 16) font-size="13" font-weight="500" {
                (shortened(name, NAME_FITS - 4))
                @if let Some(code) = code.filter(|code| *code != name) { " " tspan font-size="10" fill=(QUIET) { (code) } }
            }
            text x=(MARGIN + NAME_WIDE) y=(top + 16) font-size="12" fill=(QUIET) { (shortened(&capacity, NAME_FITS - 4)) }
            @for (place, cell) in row.cells.iter().enumerate() {
                @match cell {
                    Some(cell) => { (self::cell(cell, left(place), *top)) }
                    None => { text x=(left(place)) y=(top + 16) font-size="12" fill=(QUIET) { "·" } }
                }
            }
        }
    }
}

fn cell(cell: &Cell<'_>, x: usize, top: usize) -> Markup {
    let Mark { tone, letters, .. } = &cell.mark;
    let person = cell.delegation.and_then(|row| shown(row.person.as_ref(), row.person_name.as_deref()));
    html! {
        g {
            path transform=(format!("translate({x} {})", top + 6)) d=(tone.path()) fill=(tone.colour()) fill-rule="evenodd" {}
            text x=(x + 18) y=(top + 16) font-size="12" {
                tspan font-weight="700" fill=(tone.colour()) { (letters) }
                @if let Some(name) = person { tspan dx="6" { (shortened(name, PERSON_FITS)) } }
            }
            @for (place, line) in below(cell).iter().enumerate() {
                text x=(x + 18) y=(top + 30 + place * LINE_HIGH) font-size="10.5" fill=(QUIET) { (shortened(line, BELOW_FITS)) }
            }
        }
    }
}

/// The name of somebody: the one that is shown, or as an event names them.
fn shown<'c>(person: Option<&'c Person>, name: Option<&'c str>) -> Option<&'c str> {
    name.or(person.map(|person| person.name.as_str()))
}

/// What stands below the first line of a cell, a line each.
fn below<'c>(cell: &'c Cell<'_>) -> Vec<Cow<'c, str>> {
    let mut said: Vec<Cow<'c, str>> = Vec::new();
    if let Some(Delegation { in_lieu_of, in_lieu_of_name, members, .. }) = cell.delegation {
        let replaced = shown(in_lieu_of.as_ref(), in_lieu_of_name.as_deref());
        said.extend(replaced.map(|name| Cow::Owned(format!("in place of {name}"))));
        let with = members.iter().filter_map(|member| shown(Some(&member.person), member.person_name.as_deref()));
        said.extend(with.map(|name| Cow::Owned(format!("with {name}"))));
    }
    said.extend(cell.mark.flags.iter().map(|flag| Cow::Borrowed(&*flag.words)));
    said
}

/// As much of a text as fits, isolated from what stands around it.
fn shortened(text: &str, fits: usize) -> String {
    let short = if text.chars().count() > fits {
        format!("{}…", text.chars().take(fits - 1).collect::<String>().trim_end())
    } else {
        text.to_owned()
    };
    format!("\u{2068}{short}\u{2069}")
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_text_in_a_picture_is_isolated_and_fits() {
        assert_eq!(shortened("Xi Jinping", 24), "\u{2068}Xi Jinping\u{2069}");
        assert_eq!(shortened("Kassym-Jomart Tokayev", 10), "\u{2068}Kassym-Jo…\u{2069}");
    }
}
