//! What a table says, as events: who says so, under which id.

use summit::{Attribution, Authority, Certainty, Content, Event, EventId, OrganisationId, PersonId, Shared, When};
use uuid::Uuid;
use wire::Document;

/// The namespace of ids that are derived from what an imported table says. It never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x89de_2bc1_be78_493b_8d3c_bf85_3626_d775);

/// Who made a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    pub(super) name: String,
    pub(super) url: Option<String>,
    /// `/imports/<slug>`.
    pub(super) uri: String,
    pub(super) authority: Authority,
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

/// What a table says, to be an event as soon as it is known who says so.
pub trait Said {
    /// The event. Where nothing says when it was put on record, that is left to the producer.
    fn document(&self, source: &Source) -> Document;
}

/// A claim that a table makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// When.
    pub occurred: When,
    /// Its place among claims of one time.
    pub order: Option<i64>,
    /// The organisation it concerns.
    pub organisation: Option<OrganisationId>,
    /// Free text.
    pub note: Option<String>,
    /// Where the source says so, if not where it says all of the table.
    pub url: Option<String>,
    /// What happened.
    pub content: Content,
}

impl Said for Claim {
    fn document(&self, source: &Source) -> Document {
        let Self { occurred, order, organisation, note, url, content } = self.clone();
        let mut shared = source.shared(occurred, organisation);
        (shared.order, shared.note) = (order, note);
        if url.is_some() {
            shared.attribution[0].url = url;
        }
        source.event(shared, content)
    }
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

    /// What the source says, as an event.
    pub fn document(&self, said: &impl Said) -> Document {
        said.document(self)
    }

    /// What every event of the source says.
    pub(super) fn shared(&self, occurred: When, organisation: Option<OrganisationId>) -> Shared {
        Shared {
            occurred,
            zone: None,
            order: None,
            attribution: vec![Attribution { name: self.name.clone(), url: self.url.clone() }],
            authority: Some(self.authority),
            certainty: None::<Certainty>,
            organisation,
            meeting: None,
            place: None,
            note: None,
        }
    }

    /// An event whose id is derived from all that it says, so that one id never stands for two things.
    pub(super) fn event(&self, shared: Shared, content: Content) -> Document {
        let nameless = self.with_id(Uuid::nil(), shared, content);
        let said = Document::from_event(nameless.clone()).fingerprint().to_bytes();
        Document::from_event(Event { id: EventId::new(derived(&said)), ..nameless })
    }

    pub(super) fn with_id(&self, id: Uuid, shared: Shared, content: Content) -> Event {
        let (source, id) = (self.uri.clone(), EventId::new(id));
        Event { id, source, time: None, recorded_at: None, corrects: None, shared, content }
    }
}

/// The id of what is said so.
pub(super) fn derived(said: &[u8]) -> Uuid {
    Uuid::new_v5(&NAMESPACE, said)
}

fn visible(text: &str) -> Result<String, BadSource> {
    if text.chars().any(char::is_control) { Err(BadSource::Control(text.to_owned())) } else { Ok(text.to_owned()) }
}
