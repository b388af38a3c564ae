//! What changed in what is known of an organisation, as a list of corrections that a desk can publish.
//!
//! First what changed, in sentences: pure. Then the page.

use axum::response::Response;
use maud::{Markup, html};
use projector::{Difference, Index, Knowledge, SpellRow, diff};
use summit::{Named, OrganisationId, Vantage};

use super::changed;
use super::shown::{Look, Page, shown};
use super::spoken::moment;
use super::words;
use crate::ask::{Asking, Lane};
use crate::problem::Problem;

/// What stands for a moment of knowledge.
const A_MOMENT: &str = "a position, an instant, or a date, which means its end in UTC";
/// How many days back are offered.
const DAYS_BACK: [(i64, &str); 3] = [(1, "yesterday"), (7, "a week ago"), (30, "thirty days ago")];

/// What changed for one party, a clause each, without its name: `member since 4 July 2023, not 2021`.
fn clauses(before: &[SpellRow], after: &[SpellRow]) -> Vec<String> {
    let mut clauses = Vec::new();
    let (mut old, mut new) = (before.iter().peekable(), after.iter().peekable());
    loop {
        match (old.peek(), new.peek()) {
            (None, None) => return clauses,
            (Some(was), Some(is)) if was.status == is.status => {
                clauses.extend(corrected(was, is));
                old.next();
                new.next();
            }
            // A spell that goes or comes: whichever lets what follows agree again.
            (Some(was), is) => {
                let comes_again = is.is_some() && after_has(&new.clone().collect::<Vec<_>>(), was);
                if comes_again {
                    clauses.extend(new.next().map(added));
                } else {
                    clauses.push(taken_back(was));
                    old.next();
                }
            }
            (None, Some(_)) => clauses.extend(new.next().map(added)),
        }
    }
}

fn after_has(after: &[&SpellRow], was: &SpellRow) -> bool {
    after.iter().any(|is| is.status == was.status)
}

fn held(spell: &SpellRow) -> String {
    if spell.status.is_none() { "no status".to_owned() } else { words::status(&spell.status) }
}

fn said(edtf: &str) -> String {
    moment(edtf).unwrap_or_else(|| edtf.to_owned())
}

fn time(spell: &SpellRow) -> String {
    let until = spell.until.as_ref().map(|until| format!(" until {}", said(&until.edtf))).unwrap_or_default();
    format!("since {}{until}", said(&spell.since.edtf))
}

fn added(spell: &SpellRow) -> String {
    format!("{} {}; nothing was said of that before", held(spell), time(spell))
}

fn taken_back(spell: &SpellRow) -> String {
    format!("not {} {}: that is taken back", held(spell), time(spell))
}

/// What is otherwise about a spell that stood before.
fn corrected(was: &SpellRow, is: &SpellRow) -> Vec<String> {
    let mut clauses = Vec::new();
    if was.since != is.since {
        clauses.push(format!("{} since {}, not {}", held(is), said(&is.since.edtf), said(&was.since.edtf)));
    }
    let subject = format!("{} since {}", held(is), said(&is.since.edtf));
    if was.until != is.until {
        let was = was.until.as_ref().map(|until| said(&until.edtf));
        clauses.push(match (was, is.until.as_ref().map(|until| said(&until.edtf))) {
            (Some(old), Some(new)) => format!("{subject} until {new}, not {old}"),
            (Some(old), None) => format!("{subject}, and not until {old}: no end is known"),
            (None, new) => format!("{subject} until {}; no end was given", new.unwrap_or_default()),
        });
    }
    if was.suspensions != is.suspensions {
        let periods = is.suspensions.iter().map(|period| {
            let until = period.until.as_ref().map(|until| format!(" until {}", said(&until.edtf))).unwrap_or_default();
            format!("since {}{until}", said(&period.since.edtf))
        });
        let periods: Vec<String> = periods.collect();
        clauses.push(match periods.as_slice() {
            [] => format!("{subject}: its rights were not suspended"),
            periods => format!("{subject}: its rights are suspended {}", periods.join(" and ")),
        });
    }
    if clauses.is_empty() && was.contested != is.contested {
        let now = if is.contested { "is contested now: sources disagree" } else { "is contested no more" };
        clauses.push(format!("{subject} {now}"));
    }
    if clauses.is_empty() && was.competing != is.competing {
        clauses.push(format!("{subject}: other claims compete with it now"));
    }
    if clauses.is_empty() && was.answer != is.answer {
        clauses.push(format!("{subject}: {} from here, not {}", is.answer, was.answer));
    }
    clauses
}

/// Who says so: the sources of what came in between, and what they correct.
fn sources(index: &Index, difference: &Difference) -> String {
    let mut told: Vec<String> = Vec::new();
    for record in difference.causes.iter().filter_map(|id| index.event(*id)) {
        let chain: Vec<&str> = record.event.shared.attribution.iter().map(|link| link.name.as_str()).collect();
        let retracts = matches!(record.event.content, summit::Content::Retraction(_));
        let verb = if retracts { "takes back" } else { "corrects" };
        let targets = record.event.targets().map(|target| format!(", which {verb} {}", &target.to_string()[..8]));
        let text: String = [chain.join(" citing ")].into_iter().chain(targets).collect();
        if !told.contains(&text) {
            told.push(text);
        }
    }
    match told.as_slice() {
        [] => String::new(),
        [one] => format!(" Source: {one}."),
        several => format!(" Sources: {}.", several.join("; ")),
    }
}

pub(super) async fn erratum(mut asking: Asking) -> Result<Response, Problem> {
    let organisation: OrganisationId = asking.name("organisation")?;
    asking.parameters.leave_out_empty();
    let from: Option<Knowledge> = asking.parameters.parse("from", A_MOMENT)?;
    let to: Option<Knowledge> = asking.parameters.parse("to", A_MOMENT)?;
    shown(asking, Lane::Quick, move |look| {
        // Nothing changed in what nobody named: that is another answer.
        look.view.names(&Named::Organisation(organisation.clone()), look.names)?;
        let name = words::organisation_name(look.view, &organisation);
        let token = look.view.token();
        // The page looks up to what its vantage knows, unless something else is said.
        let known = token.at_position.map(Knowledge::Position).or(token.known_at.map(Knowledge::Instant));
        let later = to.or(known).unwrap_or(Knowledge::Position(token.position));
        let form = asked(look, from, to);
        let list = match from {
            None => html! { p.note { "Say from when: what was known then is compared with what is known " @if to.is_some() { "at the other moment." } @else { "now." } } },
            Some(former) => listed(look, &organisation, &name, former, later)?,
        };
        let main = html! {
            p.lead { "What the chronicle told of " (words::organisation(look, &organisation)) " at one moment, and tells otherwise at another: corrections, each with its source." }
            (form)
            (list)
        };
        Ok(Page { title: format!("What changed: {name}"), main, modules: &[] })
    })
    .await
}

/// The form that asks for both moments.
fn asked(look: &Look<'_>, from: Option<Knowledge>, to: Option<Knowledge>) -> Markup {
    let text = |moment: Option<Knowledge>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    let back = DAYS_BACK.iter().filter_map(|(days, words)| {
        let day = look.today.checked_sub(jiff::SignedDuration::from_hours(24 * days)).ok()?;
        Some((look.links.here_with("from", Some(&day.to_string())), *words))
    });
    html! {
        form.moments method="get" action=(look.links.path()) aria-label="Between which moments" {
            @for (name, value) in look.links.all() { @if name != "from" && name != "to" { input type="hidden" name=(name) value=(value); } }
            div { label for="from" { "From" } input id="from" name="from" value=(text(from)) placeholder="2024-07-04 or a position" autocomplete="off" aria-describedby="moments"; }
            div { label for="to" { "To" } input id="to" name="to" value=(text(to)) placeholder="now" autocomplete="off" aria-describedby="moments"; }
            button { "Compare" }
            p.small.quiet id="moments" {
                "A date, which means its end in UTC, an instant, or a position of the chronicle; the last one is " (look.view.token().position) ". From "
                @for (n, (address, words)) in back.enumerate() { @if n > 0 { ", " } a href=(address) { (words) } }
                ", " a href=(look.links.here_with("from", Some("0"))) { "the beginning" } "."
            }
        }
    }
}

fn listed(
    look: &Look<'_>,
    organisation: &OrganisationId,
    name: &str,
    former: Knowledge,
    later: Knowledge,
) -> Result<Markup, Problem> {
    for side in [former, later] {
        if let Knowledge::Position(position) = side {
            look.index.reached(position)?;
        }
    }
    let vantage = look.view.token().vantage().map_err(projector::VantageError::from)?;
    let rest = Vantage { at_position: None, known_at: None, ..vantage };
    let changes = diff(look.index, organisation, (former, later), &rest, look.today)?;
    let mut rows: Vec<(&Difference, String)> = changes
        .changes
        .iter()
        .map(|change| {
            let party = words::party_name(look.view, &change.party);
            let said = clauses(&change.before, &change.after).join("; ");
            (change, format!("{party}: {said}.{}", sources(look.index, change)))
        })
        .collect();
    rows.sort_by_cached_key(|(change, _)| words::party_name(look.view, &change.party).to_lowercase());
    let head =
        format!("Corrections to what is known of {name}, between {former} and {later}, as of {}", changes.to.as_of);
    let list = rows.iter().enumerate().map(|(n, (_, sentence))| format!("{}. {sentence}\n", n + 1));
    let text: String = [format!("{head}\n\n")].into_iter().chain(list).collect();
    Ok(html! {
        section aria-labelledby="list-title" {
            h2 id="list-title" { @if rows.is_empty() { "Nothing changed" } @else { (rows.len()) @if rows.len() == 1 { " correction" } @else { " corrections" } } }
            p.quiet { "Between " (former) " and " (later) ", as of " (changes.to.as_of) "." }
            ol.errata {
                @for (change, sentence) in &rows {
                    li data-party=(change.party) {
                        p { bdi { (sentence) } }
                        dl.facts.small {
                            dt { "Before" } dd { bdi { (spells(&change.before)) } }
                            dt { "After" } dd { bdi { (spells(&change.after)) } }
                            dt { "By" }
                            dd {
                                @for id in &change.causes { (words::event(look, *id)) " " }
                                a href=(look.links.to(format_args!("/organisations/{organisation}/why/{}", change.party))) { "Why " bdi { (words::party_name(look.view, &change.party)) } }
                            }
                        }
                    }
                }
            }
            @if !rows.is_empty() {
                details.copying open {
                    summary { "As text, to publish" }
                    pre tabindex="0" id="errata" { (text) }
                    button.plain type="button" data-copy="#errata" hidden { "Copy" }
                }
            }
        }
    })
}

fn spells(rows: &[SpellRow]) -> String {
    if rows.is_empty() { "nothing was stated".to_owned() } else { changed::spells(rows) }
}

#[cfg(test)]
mod tests {
    use projector::{Dated, Period, SpellRow};
    use summit::Answer;

    use super::clauses;

    fn dated(edtf: &str) -> Dated {
        Dated { edtf: edtf.to_owned(), earliest: Some(edtf.to_owned()), latest: Some(edtf.to_owned()) }
    }

    fn spell(status: &str, since: &str, until: Option<&str>) -> SpellRow {
        SpellRow {
            status: status.parse().expect("a status"),
            answer: Answer::Yes,
            since: dated(since),
            until: until.map(dated),
            suspensions: Vec::new(),
            contested: false,
            competing: Vec::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn each_correction_is_told_in_a_clause() {
        let contested = SpellRow { contested: true, ..spell("member", "2021", None) };
        let suspended = SpellRow {
            suspensions: vec![Period { since: dated("2022-03-01"), until: None }],
            ..spell("member", "2021", None)
        };
        for (before, after, said) in [
            (
                vec![spell("member", "2021", None)],
                vec![spell("member", "2023-07-04", None)],
                "member since 4 July 2023, not 2021",
            ),
            (
                vec![],
                vec![spell("observer", "2005-07-05", None)],
                "observer since 5 July 2005; nothing was said of that before",
            ),
            (
                vec![],
                vec![spell("observer", "2001/2024-07-04", None)],
                "observer since some day between 2001 and 4 July 2024; nothing was said of that before",
            ),
            (vec![spell("observer", "2005-07-05", None)], vec![], "not observer since 5 July 2005: that is taken back"),
            (
                vec![spell("member", "2017", None)],
                vec![spell("member", "2017", Some("2020-02"))],
                "member since 2017 until February 2020; no end was given",
            ),
            (
                vec![spell("member", "2017", Some("2020"))],
                vec![spell("member", "2017", Some("2021"))],
                "member since 2017 until 2021, not 2020",
            ),
            (
                vec![spell("member", "2017", Some("2020"))],
                vec![spell("member", "2017", None)],
                "member since 2017, and not until 2020: no end is known",
            ),
            (
                vec![spell("member", "2021", None)],
                vec![contested.clone()],
                "member since 2021 is contested now: sources disagree",
            ),
            (vec![contested], vec![spell("member", "2021", None)], "member since 2021 is contested no more"),
            (
                vec![spell("member", "2021", None)],
                vec![suspended],
                "member since 2021: its rights are suspended since 1 March 2022",
            ),
            (
                vec![spell("member", "2017", None)],
                vec![spell("observer", "2005", Some("2017")), spell("member", "2017", None)],
                "observer since 2005 until 2017; nothing was said of that before",
            ),
            (
                vec![spell("observer", "2005", None)],
                vec![spell("member", "2017", None)],
                "not observer since 2005: that is taken back|member since 2017; nothing was said of that before",
            ),
        ] {
            assert_eq!(clauses(&before, &after).join("|"), said);
        }
        let same = [spell("member", "2021", None)];
        assert_eq!(clauses(&same, &same), Vec::<String>::new());
    }
}
