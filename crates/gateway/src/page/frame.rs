//! What surrounds every page: where one is, from where one looks, where else one can go, and how to cite it.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use projector::Token;

use super::assets;
use super::links::Links;
use super::shown::Page;

/// What the service is called.
const NAME: &str = "Summit Chronicle";

/// A page with all that surrounds it.
pub(super) fn framed(page: &Page, links: &Links, token: &Token, notes: &[String]) -> Markup {
    let body = html! {
        (header(Some(links)))
        main id="main" tabindex="-1" {
            h1 { bdi { (page.title) } }
            (vantage(links, token))
            @for note in notes { p.note role="status" { (note) } }
            (page.main)
        }
        (cite(links, token))
    };
    document(&page.title, page.modules, false, &body)
}

/// A page that looks from nowhere: what went wrong.
pub(super) fn plain(title: &str, main: &Markup) -> Markup {
    alone(title, &[], main)
}

/// A page that looks from nowhere: the record as it grows, and what is put into it.
pub(super) fn alone(title: &str, modules: &[&str], main: &Markup) -> Markup {
    document(title, modules, false, &from_nowhere(title, main))
}

/// The same, which asks for its own address again at once, where that is said.
pub(super) fn asking_again(title: &str, again: bool, main: &Markup) -> Markup {
    document(title, &[], again, &from_nowhere(title, main))
}

fn from_nowhere(title: &str, main: &Markup) -> Markup {
    html! {
        (header(None))
        main id="main" tabindex="-1" { h1 { (title) } (main) }
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
    html! {
        header.top {
            nav aria-label="Main" {
                a.name href=(to("/")) { (NAME) }
                a href="/docs" { "For programs" }
            }
        }
    }
}

/// From where the page looks, to be changed.
fn vantage(links: &Links, token: &Token) -> Markup {
    let said = |name: &str| links.said(name).unwrap_or_default();
    html! {
        form.vantage method="get" action=(links.path()) aria-label="From where to look" {
            @for (name, value) in links.others() { input type="hidden" name=(name) value=(value); }
            @if let Some(position) = token.at_position { input type="hidden" name="at_position" value=(position); }
            label { "As of " input name="as_of" value=(token.as_of) size="12" autocomplete="off"; }
            label { "Known at " input name="known_at" value=(said("known_at")) size="12" placeholder="now" autocomplete="off"; }
            label { "According to " input name="according_to" value=(token.according_to.as_deref().unwrap_or_default()) placeholder="everybody" list="sources" autocomplete="off"; }
            button { "Look" }
            @if links.said("as_of").or(links.said("known_at")).or(links.said("according_to")).or(links.said("token")).is_some() {
                a href=(links.here_from([])) { "Now" }
            }
        }
    }
}

/// How to cite what is on the page: the token, and an address that says the same for ever.
fn cite(links: &Links, token: &Token) -> Markup {
    let mut exactly =
        vec![("as_of", token.as_of.clone()), ("at_position", token.at_position.unwrap_or(token.position).to_string())];
    exactly.extend(token.known_at.map(|instant| ("known_at", instant.to_string())));
    exactly.extend(token.according_to.clone().map(|source| ("according_to", source)));
    let address = links.here_from(exactly);
    let text = serde_json::to_string(token).expect("a token is JSON");
    html! {
        footer.cite {
            details {
                summary { "Cite this" }
                p { a id="permanent" href=(address) { "This page as it is now, for ever" } }
                p { "Token: " code id="token" { (text) } }
            }
            p { "Position " (token.position) ", as of " (token.as_of) (PreEscaped(".")) }
        }
    }
}
