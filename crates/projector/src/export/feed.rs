//! Events and their corrections as a feed (Atom, RFC 4287), the newest on record first.
//!
//! Every event is an entry of its own, and stays one when another corrects it: `id` is its own, `updated` when its claim
//! came on record, `published` when the log stored it. A correction links to what it corrects (`related`), who says so is
//! the author, and where they say so is a link (`via`). Older entries are in a feed of their own (`next`, RFC 5005).

use std::fmt::Write;

use atom_syndication::{
    Category, Content, Entry, Feed, FixedDateTime, Generator, Link, Person, Source, Text, WriteConfig,
};
use jiff::Timestamp;
use summit::{Attribution, MeetingId, Position};

use super::about::About;
use super::text::{TEXT, clean, is_web};
use crate::answer::Token;
use crate::filter::EventFilter;
use crate::index::Record;
use crate::view::{AskError, View};

/// How many entries a feed holds where nothing is said.
pub const FEED_ENTRIES: usize = 100;

/// Which events a feed is of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Feeding {
    /// What they must be.
    pub filter: EventFilter,
    /// Those of the parts of the meeting asked for, too.
    pub parts: bool,
    /// Only those before this position.
    pub before: Option<Position>,
    /// At most so many.
    pub most: usize,
    /// Addresses, where the feed has one.
    pub at: Option<Addresses>,
}

/// Where a feed and what it links to are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// The feed itself.
    pub own: String,
    /// How an event's address begins; its id follows.
    pub events: String,
    /// How the address of the older entries begins; a position follows.
    pub older: String,
}

impl View<'_> {
    /// A feed of events and corrections. Cost: up to all events.
    pub fn feed(&self, asked: &Feeding, about: &About) -> Result<String, AskError> {
        let filter = &asked.filter;
        filter.organisation.as_ref().map_or(Ok(()), |one| self.known_organisation(one))?;
        filter.meeting.as_ref().map_or(Ok(()), |one| self.known_meeting(one))?;
        filter.party.as_ref().map_or(Ok(()), |one| self.known_party(one))?;
        let parts = |meeting: &MeetingId| {
            if asked.parts { self.index.with_parts(meeting) } else { [meeting.clone()].into() }
        };
        let meetings = filter.meeting.as_ref().map(parts);
        // Of whom an event is, is asked as far as it is known from here.
        let rest = EventFilter { organisation: None, meeting: None, ..filter.clone() };
        let wanted = |record: &&Record| {
            let shared = &record.event.shared;
            self.activity.selection().takes(record)
                && meetings.as_ref().is_none_or(|all| shared.meeting.as_ref().is_some_and(|one| all.contains(one)))
                && self.index.matches(record.event.id, &rest)
                && filter.organisation.as_ref().is_none_or(|one| self.belongs(record.event.id, one))
        };
        let last = asked.before.map_or(u64::MAX, |before| before.get().saturating_sub(1));
        let last = last.min(self.token().position.get());
        let records = (1..=last).rev().filter_map(|number| self.index.record_at(Position::new(number)));
        // One more, to know whether there are older ones.
        let mut records: Vec<&Record> = records.filter(wanted).take(asked.most.saturating_add(1)).collect();
        let more = records.len() > asked.most;
        records.truncate(asked.most);

        let mut id = format!("urn:chronicle:feed:{}", scope(filter));
        if let Some(before) = asked.before {
            write!(id, ":before:{before}").expect(TEXT);
        }
        let oldest = records.last().filter(|_| more).map(|record| record.position);
        let updated = records.iter().map(|record| record.recorded_at()).max();
        let at = asked.at.as_ref();
        let feed = Feed {
            title: text(&about.title),
            id,
            updated: date(updated.or(about.stored_at).unwrap_or(Timestamp::UNIX_EPOCH)),
            generator: Some(Generator { value: "Summit Chronicle".to_owned(), ..Generator::default() }),
            rights: Some(text(&about.licence)),
            subtitle: Some(text(&about.citation)),
            categories: vec![token(&about.token)],
            links: at.into_iter().flat_map(|at| links(at, oldest)).collect(),
            entries: records.into_iter().map(|record| self.event_entry(record, at)).collect(),
            ..Feed::default()
        };
        let written =
            feed.write_with_config(Vec::new(), WriteConfig { indent_size: Some(1), ..WriteConfig::default() });
        let mut written =
            written.ok().and_then(|bytes| String::from_utf8(bytes).ok()).expect("memory takes what is written");
        written.push('\n');
        Ok(written)
    }

    fn event_entry(&self, record: &Record, at: Option<&Addresses>) -> Entry {
        let event = &record.event;
        let shared = &event.shared;
        let mut people = shared.attribution.iter().map(person);
        let targets: Vec<_> = event.targets().collect();
        let via = shared.attribution.iter().filter_map(|link| Some((link.url.clone()?, link.name.clone())));
        let mut links: Vec<Link> = via
            .filter(|(url, _)| is_web(url))
            .map(|(href, name)| Link { href, rel: "via".to_owned(), title: Some(clean(&name)), ..Link::default() })
            .collect();
        if let Some(at) = at {
            links.push(Link {
                mime_type: Some(EVENT.to_owned()),
                ..link("alternate", format!("{}{}", at.events, event.id))
            });
        }
        links.extend(targets.iter().map(|target| match at {
            Some(at) => link("related", format!("{}{target}", at.events)),
            None => link("related", format!("urn:uuid:{target}")),
        }));
        let mut categories = vec![category("kind", event.kind().as_str())];
        categories.extend(shared.organisation.iter().map(|one| category("organisation", one.as_str())));
        categories.extend(shared.meeting.iter().map(|one| category("meeting", one.as_str())));
        Entry {
            title: text(&self.sentence(record)),
            id: format!("urn:uuid:{}", event.id),
            updated: date(record.recorded_at()),
            published: Some(date(record.stored_at)),
            authors: people.next().into_iter().collect(),
            contributors: people.collect(),
            categories,
            links,
            source: shared.attribution.first().map(|first| source(first, record)),
            summary: shared.note.as_deref().map(text),
            content: Some(Content {
                value: Some(clean(&self.words(record))),
                content_type: Some("text".to_owned()),
                ..Content::default()
            }),
            ..Entry::default()
        }
    }

    /// What an entry says, in a line: `admission: BLR in sco, 2024-07-04`.
    fn sentence(&self, record: &Record) -> String {
        let event = &record.event;
        let mut said = event.kind().as_str().to_owned();
        if event.corrects.is_some() {
            said.push_str(" (a correction)");
        }
        let named = self.index.named_by(event.id, record.position);
        let parties: Vec<String> = named.iter().flat_map(|named| &named.parties).map(ToString::to_string).collect();
        let about = event.shared.meeting.as_ref().map(|one| format!("at {one}"));
        let about = about.or_else(|| event.shared.organisation.as_ref().map(|one| format!("in {one}")));
        let mut rest = parties.join(", ");
        if let Some(about) = about {
            rest = if rest.is_empty() { about } else { format!("{rest} {about}") };
        }
        if !rest.is_empty() {
            write!(said, ": {rest}").expect(TEXT);
        }
        format!("{said}, {}", event.shared.occurred)
    }

    /// The same with who says so, and what it corrects.
    fn words(&self, record: &Record) -> String {
        let event = &record.event;
        let source = super::text::chain(&event.shared.attribution);
        let mut words = format!("{}; {} ({})", self.sentence(record), source, event.shared.authority());
        for target in event.targets() {
            let verb = if event.corrects == Some(target) { "corrects" } else { "takes back" };
            let what = self.index.event(target).filter(|target| self.exists(target.position));
            let what = what.map_or_else(|| target.to_string(), |target| self.sentence(target));
            write!(words, "; {verb}: {what}").expect(TEXT);
        }
        words
    }
}

/// What tells a feed from others, in a text without spaces.
fn scope(filter: &EventFilter) -> String {
    let EventFilter { organisation, meeting, kinds, party, from, to } = filter;
    let said = [
        ("organisation", organisation.as_ref().map(ToString::to_string)),
        ("meeting", meeting.as_ref().map(ToString::to_string)),
        ("party", party.as_ref().map(ToString::to_string)),
        ("from", from.as_ref().map(|from| urn(from.as_str()))),
        ("to", to.as_ref().map(|to| urn(to.as_str()))),
    ];
    let said = said.into_iter().filter_map(|(what, name)| Some(format!("{what}:{}", name?)));
    let kinds = kinds.iter().map(|kind| format!("kind:{}", kind.as_str()));
    let said: Vec<String> = said.chain(kinds).collect();
    if said.is_empty() { "all".to_owned() } else { said.join(":") }
}

/// EDTF as a part of a URN: what stands in none is written in hexadecimal.
fn urn(text: &str) -> String {
    let part = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'~');
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(part).collect()
}

/// The media type of an event.
const EVENT: &str = "application/cloudevents+json";

fn text(text: &str) -> Text {
    Text::plain(clean(text))
}

fn link(rel: &str, href: String) -> Link {
    Link { href, rel: rel.to_owned(), ..Link::default() }
}

fn links(at: &Addresses, oldest: Option<Position>) -> Vec<Link> {
    let kind = || Some("application/atom+xml".to_owned());
    let own = Link { mime_type: kind(), ..link("self", at.own.clone()) };
    let older = oldest.map(|oldest| Link { mime_type: kind(), ..link("next", format!("{}{oldest}", at.older)) });
    [own].into_iter().chain(older).collect()
}

fn person(said: &Attribution) -> Person {
    let uri = said.url.clone().filter(|url| is_web(url));
    Person { name: clean(&said.name), uri, ..Person::default() }
}

fn category(scheme: &str, term: &str) -> Category {
    Category { term: term.to_owned(), scheme: Some(format!("urn:chronicle:{scheme}")), ..Category::default() }
}

fn token(token: &Token) -> Category {
    category("token", &clean(&serde_json::to_string(token).expect("a token is JSON")))
}

/// An instant; what no feed can write is the epoch.
fn date(instant: Timestamp) -> FixedDateTime {
    instant.to_string().parse().unwrap_or_else(|_| atom_syndication::FixedDateTime::default())
}

/// The feed that an entry comes from, as it were: that of who says so.
fn source(first: &Attribution, record: &Record) -> Source {
    let own = first.url.clone().filter(|url| is_web(url));
    Source {
        title: text(&first.name),
        id: own.unwrap_or_else(|| format!("urn:chronicle:event:{}:source", record.event.id)),
        updated: date(record.recorded_at()),
        ..Source::default()
    }
}
