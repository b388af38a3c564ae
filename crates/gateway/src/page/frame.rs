//! What surrounds every page: where one is, from where one looks, where else one can go, and how to cite it.

use maud::{DOCTYPE, Markup, html};
use projector::Token;

use super::assets;
use super::links::{LANGUAGE, Links};
use super::shown::{Look, Page};

/// What the service is called.
const NAME: &str = "Summit Chronicle";

/// A page with all that surrounds it.
pub(super) fn framed(page: &Page, look: &Look<'_>, notes: &[String]) -> Markup {
    let (links, token) = (look.links, look.view.token());
    let body = html! {
        (header(Some(links)))
        main id="main" tabindex="-1" {
            h1 { bdi { (page.title) } }
            (stale(look.stale))
            (vantage(links, token))
            @for note in notes { p.note role="status" { (note) } }
            (page.main)
        }
        (cite(&page.title, links, token))
    };
    document(&page.title, page.modules, false, &body)
}

/// A page that looks from nowhere: what went wrong.
pub(super) fn plain(title: &str, main: &Markup) -> Markup {
    document(title, &[], false, &from_nowhere(title, None, main))
}

/// A page that looks from nowhere: the record as it grows, and what is put into it.
pub(super) fn alone(title: &str, modules: &[&str], look: &Look<'_>, main: &Markup) -> Markup {
    document(title, modules, false, &from_nowhere(title, look.stale, main))
}

/// The same, which asks for its own address again at once, where that is said.
pub(super) fn asking_again(title: &str, again: bool, main: &Markup) -> Markup {
    document(title, &[], again, &from_nowhere(title, None, main))
}

fn from_nowhere(title: &str, reason: Option<&str>, main: &Markup) -> Markup {
    html! {
        (header(None))
        main id="main" tabindex="-1" { h1 { (title) } (stale(reason)) (main) }
    }
}

/// That what is shown is not current, and why, where that is so.
fn stale(reason: Option<&str>) -> Markup {
    html! {
        @if let Some(reason) = reason { p.note role="status" { "This may not be current: " (reason) "." } }
    }
}

fn document(title: &str, modules: &[&str], again: bool, body: &Markup) -> Markup {
    let whole = if title == NAME { NAME.to_owned() } else { format!("{title} · {NAME}") };
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (whole) }
                @if again { meta http-equiv="refresh" content="0"; }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::address("style.css"));
                script type="module" src=(assets::address("page.js")) {}
                @for module in modules { script type="module" src=(assets::address(&format!("{module}.js"))) {} }
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                (body)
            }
        }
    }
}

fn header(links: Option<&Links>) -> Markup {
    let to = |path: &str| links.map_or_else(|| path.to_owned(), |links| links.to(path));
    let here = links.map(Links::path).unwrap_or_default();
    let way = |path: &str, words: &str, address: String| {
        html! { a href=(address) aria-current=[(here == path).then_some("page")] { (words) } }
    };
    html! {
        header.top {
            nav aria-label="Main" {
                a.name href=(to("/")) { (NAME) }
                (way("/meetings", "Meetings", to("/meetings")))
                (way("/live", "Live", "/live".to_owned()))
                (way("/record", "Record", "/record".to_owned()))
                (way("/docs", "For programs", "/docs".to_owned()))
                @if here != "/find" {
                    form.find method="get" action="/find" role="search" aria-label="Find" {
                        @for (name, value) in links.iter().flat_map(|links| links.kept()) { input type="hidden" name=(name) value=(value); }
                        input type="search" name="q" aria-label="Find a party, organisation, meeting or person" placeholder="Find" autocomplete="off";
                        button.plain { "Find" }
                    }
                }
            }
        }
    }
}

/// From where the page looks, to be changed.
fn vantage(links: &Links, token: &Token) -> Markup {
    // A token says all of it: its parts are shown where they can be changed.
    let all = links.said("token").is_some();
    let said = |name: &str, of_token: Option<String>| {
        links.said(name).map(ToOwned::to_owned).or_else(|| of_token.filter(|_| all)).unwrap_or_default()
    };
    html! {
        form.vantage method="get" action=(links.path()) aria-label="From where to look" {
            @for (name, value) in links.others() { input type="hidden" name=(name) value=(value); }
            @if let Some(language) = links.said(LANGUAGE) { input type="hidden" name=(LANGUAGE) value=(language); }
            label { "As of" input name="as_of" value=(said("as_of", Some(token.as_of.clone()))) size="12" placeholder="today" autocomplete="off"; }
            label { "As known at" input name="known_at" value=(said("known_at", token.known_at.map(|at| at.to_string()))) size="14" placeholder="now" autocomplete="off"; }
            @if let Some(position) = token.at_position { label { "At position" input name="at_position" value=(position) size="8" inputmode="numeric" autocomplete="off"; } }
            label { "According to" input name="according_to" value=(said("according_to", token.according_to.clone())) size="18" placeholder="everybody" autocomplete="off"; }
            button { "Look" }
            @if !links.is_now() { a.now href=(links.here_from([])) { "Back to now" } }
        }
    }
}

/// How to cite what is on the page: a line for notes, an address that says the same for ever, and the token.
fn cite(title: &str, links: &Links, token: &Token) -> Markup {
    let mut exactly =
        vec![("as_of", token.as_of.clone()), ("at_position", token.at_position.unwrap_or(token.position).to_string())];
    exactly.extend(token.known_at.map(|instant| ("known_at", instant.to_string())));
    exactly.extend(token.according_to.clone().map(|source| ("according_to", source)));
    let address = links.here_from(exactly);
    let text = serde_json::to_string(token).expect("a token is JSON");
    let known = token.known_at.map(|at| format!(", as known at {at}")).unwrap_or_default();
    let according_to = token.according_to.as_ref().map(|source| format!(", according to {source}")).unwrap_or_default();
    let position = token.at_position.unwrap_or(token.position);
    html! {
        footer.cite {
            details {
                summary { "Cite this" }
                p id="citation" {
                    "“" bdi { (title) } "”, " (NAME) ", as of " (token.as_of) (known) bdi { (according_to) } ", position " (position) ". "
                    span data-absolute { (address) }
                }
                p {
                    button.plain type="button" data-copy="#citation" hidden { "Copy the citation" } " "
                    a id="permanent" href=(address) { "This page as it is now, for ever" }
                }
                p { "Token, for programs: " code id="token" { (text) } }
            }
            p { "Position " (token.position) ", as of " (token.as_of) "." }
        }
    }
}
