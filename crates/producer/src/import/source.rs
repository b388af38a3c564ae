//! Changes as events: who says so, under which id.

use summit::{Attribution, Authority, Certainty, Content, Event, EventId, OrganisationId, PersonId, Shared, Standing};
use uuid::Uuid;
use wire::Document;

use super::picture::{Change, Seen};

/// The namespace of ids that are derived from what an imported picture says. It never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x89de_2bc1_be78_493b_8d3c_bf85_3626_d775);
/// Stands between the parts of what an id is derived from; none of them contains it.
const SEPARATOR: &str = "\u{1f}";

/// Who took the pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    name: String,
    url: Option<String>,
    /// `/imports/<slug>`.
    uri: String,
    authority: Authority,
}

/// Why somebody cannot be named as the source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadSource {
    /// The name has no letter or digit of which a slug is made.
    #[error("the source's name \"{0}\" has no letter or digit of ASCII to make a slug of")]
    NoSlug(String),
    /// Its name or address has characters that cannot be shown.
    #[error("the source's name or address has control characters: {0:?}")]
    Control(String),
}

impl Source {
    /// A source by its name, such as `The World Factbook`. Its events come from `/imports/` and the slug of the name.
    pub fn new(name: &str, authority: Authority) -> Result<Self, BadSource> {
        let name = visible(name.trim())?;
        // A slug is made of any name as it is of a person's.
        let slug = PersonId::from_name(&name).ok_or_else(|| BadSource::NoSlug(name.clone()))?;
        Ok(Self { name, url: None, uri: format!("/imports/{slug}"), authority })
    }

    /// With a slug of its own, for a name in another script.
    pub fn with_slug(name: &str, slug: &OrganisationId, authority: Authority) -> Result<Self, BadSource> {
        Ok(Self { name: visible(name.trim())?, url: None, uri: format!("/imports/{slug}"), authority })
    }

    /// With where it says so.
    pub fn at(self, url: &str) -> Result<Self, BadSource> {
        Ok(Self { url: Some(visible(url)?), ..self })
    }

    /// The event that says what changed. When it was put on record, is left to the producer.
    pub fn document(&self, change: &Change) -> Document {
        let note = format!("{} is missing from the whole picture of {}", change.party, change.occurred);
        let event = Event {
            id: EventId::new(Uuid::nil()),
            source: self.uri.clone(),
            time: None,
            recorded_at: None,
            corrects: None,
            shared: Shared {
                occurred: change.occurred.clone(),
                zone: None,
                order: None,
                attribution: vec![Attribution { name: self.name.clone(), url: self.url.clone() }],
                authority: Some(self.authority),
                certainty: (change.seen != Seen::Listed).then_some(Certainty::Implied),
                organisation: Some(change.organisation.clone()),
                meeting: None,
                place: None,
                note: (change.seen == Seen::PartyMissing).then_some(note),
            },
            content: Content::Standing(Standing {
                party: change.party.clone(),
                status: change.status.clone(),
                previous: change.previous.clone(),
            }),
        };
        let id = self.id(change, &event.shared);
        Document::from_event(Event { id, ..event })
    }

    /// Derived from all that the event says, so that one id never stands for two things.
    fn id(&self, change: &Change, shared: &Shared) -> EventId {
        let previous = change.previous.as_ref();
        let said = [
            self.uri.as_str(),
            &self.name,
            self.url.as_deref().unwrap_or_default(),
            self.authority.as_str(),
            shared.certainty.map_or("", Certainty::as_str),
            shared.note.as_deref().unwrap_or_default(),
            change.organisation.as_str(),
            change.party.as_str(),
            change.occurred.as_str(),
            change.status.as_str(),
            previous.map_or("", |previous| previous.occurred.as_str()),
            previous.map_or("", |previous| previous.status.as_str()),
        ];
        EventId::new(Uuid::new_v5(&NAMESPACE, said.join(SEPARATOR).as_bytes()))
    }
}

fn visible(text: &str) -> Result<String, BadSource> {
    if text.chars().any(char::is_control) { Err(BadSource::Control(text.to_owned())) } else { Ok(text.to_owned()) }
}
