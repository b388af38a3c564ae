//! A description of tables: Data Package, with a Table Schema each. Versions 1 and 2 of the standard read it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use summit::OrganisationId;

use super::about::{About, UNLICENSED};
use super::table::{Table, Writing};
use crate::index::hexadecimal;

/// What stands in a file of events.
const EVENTS_HELD: &str = "CloudEvents, one JSON document a line, as they were stored: all that the views rest on. \
    `chronicle import jsonl` reads them; what is of no vantage says nothing of one, so only the position of the token is \
    of account.";

/// Tables that are described together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package<'a> {
    /// Its name, in small letters, digits, `-`, `_` and `.`: such as `sco`.
    pub name: &'a str,
    /// The tables, and where each is from where the description is: a file or an address.
    pub tables: &'a [(Table, String)],
    /// How texts stand in them.
    pub writing: Writing,
}

/// The description, as JSON.
pub fn package(about: &About, package: &Package<'_>) -> String {
    let mut said = begun(about, package.name, how_written(package.writing));
    let sources = sources(package.tables);
    if !sources.is_empty() {
        said.insert("sources".to_owned(), sources.into());
    }
    let resources: Vec<Value> = package.tables.iter().map(|(table, path)| resource(table, path)).collect();
    said.insert("resources".to_owned(), resources.into());
    written(said)
}

/// What a description says before what it describes.
fn begun(about: &About, name: &str, description: &str) -> Map<String, Value> {
    let mut said = Map::new();
    said.insert("$schema".to_owned(), "https://datapackage.org/profiles/2.0/datapackage.json".into());
    said.insert("name".to_owned(), name.into());
    said.insert("title".to_owned(), about.title.as_str().into());
    said.insert("description".to_owned(), description.into());
    said.insert("version".to_owned(), about.token.position.to_string().into());
    if let Some(instant) = about.stored_at {
        said.insert("created".to_owned(), instant.to_string().into());
    }
    said.insert("citation".to_owned(), about.citation.as_str().into());
    said.insert("licence".to_owned(), about.licence.as_str().into());
    if about.licence != UNLICENSED {
        let name = slug(&about.licence);
        said.insert("licenses".to_owned(), json!([{ "name": name, "title": about.licence }]));
    }
    said.insert("token".to_owned(), serde_json::to_value(&about.token).expect("a token is JSON"));
    said
}

/// What events are that the views of organisations and meetings rest on, in words.
pub fn events_title(of: &[OrganisationId]) -> String {
    let names: Vec<&str> = of.iter().map(OrganisationId::as_str).collect();
    format!("the events that the views of {} rest on", names.join(", "))
}

/// A description of events as they were stored, one JSON document a line, in a file beside it.
pub fn package_of_events(about: &About, name: &str, path: &str, lines: &[u8]) -> String {
    let mut said = begun(about, name, EVENTS_HELD);
    let resource = json!({
        "name": name,
        "title": about.title,
        "path": path,
        "format": "jsonl",
        "mediatype": "application/x-ndjson",
        "encoding": "utf-8",
        "bytes": lines.len(),
        "hash": hash(lines),
    });
    said.insert("resources".to_owned(), json!([resource]));
    written(said)
}

fn hash(bytes: &[u8]) -> String {
    format!("sha256:{}", hexadecimal(&Sha256::digest(bytes)))
}

/// One description of the tables that several describe, each in a file of its own beside it: `spells.csv`,
/// `attendance.csv`. Nothing where one of them describes nothing.
pub fn together(name: &str, descriptions: &[&str]) -> Option<String> {
    let read = |text: &&str| serde_json::from_str::<Map<String, Value>>(text).ok();
    let all: Vec<Map<String, Value>> = descriptions.iter().map(read).collect::<Option<_>>()?;
    let mut said = all.first()?.clone();
    let mut lists = BTreeMap::from([("sources", Vec::new()), ("resources", Vec::new())]);
    for (list, items) in &mut lists {
        for item in all.iter().filter_map(|one| one.get(*list)?.as_array()).flatten() {
            let mut item = item.clone();
            if *list == "resources" {
                item["path"] = format!("{}.csv", item["name"].as_str()?).into();
            }
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    let text = |one: &Map<String, Value>, name: &str| one.get(name)?.as_str().map(ToOwned::to_owned);
    let titles: Vec<String> = all.iter().map(|one| text(one, "title")).collect::<Option<_>>()?;
    let title = titles.join("; and ");
    said.insert("name".to_owned(), name.into());
    said.insert("citation".to_owned(), text(&said, "citation")?.replacen(&titles[0], &title, 1).into());
    said.insert("title".to_owned(), title.into());
    for (list, items) in lists.into_iter().filter(|(_, items)| !items.is_empty()) {
        said.insert(list.to_owned(), items.into());
    }
    Some(written(said))
}

fn written(said: Map<String, Value>) -> String {
    let mut text = serde_json::to_string_pretty(&Value::Object(said)).expect("JSON");
    text.push('\n');
    text
}

fn how_written(writing: Writing) -> &'static str {
    match writing {
        Writing::Safe => {
            "An apostrophe stands before each text that a spreadsheet might take for a formula: take one away from a cell \
             that begins with apostrophes, perhaps white space, and then =, +, -, @, a tab or a line break. csv-raw has \
             every text verbatim."
        }
        Writing::Raw => "Every text stands here verbatim: a spreadsheet may take one for a formula. csv is safe.",
    }
}

fn resource(table: &Table, path: &str) -> Value {
    let field = |column: &super::table::Column| {
        let mut field = json!({ "name": column.name, "type": column.kind, "description": column.description });
        if column.required {
            field["constraints"] = json!({ "required": true });
        }
        field
    };
    let mut schema = json!({
        "fields": table.columns.iter().map(field).collect::<Vec<_>>(),
        "missingValues": [""],
    });
    if !table.key.is_empty() {
        schema["primaryKey"] = json!(table.key);
    }
    json!({
        "name": table.name,
        "title": table.title,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": { "delimiter": ",", "quoteChar": "\"", "doubleQuote": true, "header": true },
        "bytes": table.csv.len(),
        "hash": hash(table.csv.as_bytes()),
        "schema": schema,
    })
}

/// Who said what stands in the tables, by name; with an address where all of it has one, and the same.
fn sources(tables: &[(Table, String)]) -> Vec<Value> {
    let mut named: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for (name, url) in tables.iter().flat_map(|(table, _)| &table.sources) {
        let url = url.as_deref().filter(|url| super::text::is_web(url));
        named.entry(name).and_modify(|known| *known = known.filter(|known| Some(*known) == url)).or_insert(url);
    }
    let source = |(name, url): (&str, Option<&str>)| match url {
        Some(url) => json!({ "title": name, "path": url }),
        None => json!({ "title": name }),
    };
    named.into_iter().filter(|(name, _)| !name.is_empty()).map(source).collect()
}

/// A licence line as a name of the standard: letters, digits, `-`, `.` and `_`.
fn slug(text: &str) -> String {
    let slug: String =
        text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' }).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "other".to_owned() } else { slug.to_owned() }
}
