//! Editions of one source, which tell of the same dates again: what it says from each of them on.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use summit::{BadId, Content, Day, Retraction, When};
use wire::Document;

use super::picture::{Album, Change, Pair, Picture};
use super::source::{Said, Source};

const ALLOWED: &str = "an instant such as 2003-05-01T12:00:00Z, or a date, which means its end in UTC";

/// An edition of a source, and when what it says was on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// As the table writes it.
    pub date: When,
    /// Its instant, or the end of its date in UTC.
    pub recorded_at: Timestamp,
}

impl std::str::FromStr for Edition {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let refused = || BadId::new(text, ALLOWED);
        if let Ok(instant) = text.parse::<Timestamp>() {
            // EDTF knows no parts of a second.
            let date = text.parse().unwrap_or_else(|_| When::from_instant(instant));
            return Ok(Self { date, recorded_at: instant });
        }
        let date: When = text.parse().map_err(|_| refused())?;
        let last = date.range().latest;
        let day = Some(last.day()).filter(|_| last.closes_day()).and_then(civil).ok_or_else(refused)?;
        let end = TimeZone::UTC.to_timestamp(day.at(23, 59, 59, 999_999_999)).map_err(|_| refused())?;
        Ok(Self { date, recorded_at: end })
    }
}

fn civil(day: Day) -> Option<Date> {
    let year = i16::try_from(day.year).ok()?;
    Date::new(year, i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?).ok()
}

/// What a table of pictures says, and of which edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What changed from one picture to the next.
    pub change: Change,
    /// The edition that tells it; nothing where the table has none.
    pub edition: Option<Edition>,
    /// What the edition does with it.
    pub verdict: Verdict,
}

/// What is done with a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is said for the first time.
    Said,
    /// Earlier editions say so, this one no longer.
    TakenBack,
    /// This edition says so again, after the given one took it back.
    Restored(Edition),
}

impl Said for Told {
    fn document(&self, source: &Source) -> Document {
        let document = self.change.document(source);
        let Some(edition) = &self.edition else { return document };
        let document = match &self.verdict {
            Verdict::Said => document,
            Verdict::TakenBack => self.retracting(&document, edition, "no longer says so", source),
            Verdict::Restored(taken_back) => {
                let taken_back = self.retracting(&document, taken_back, "no longer says so", source);
                self.retracting(&taken_back, edition, "says so again", source)
            }
        };
        document.recorded_at(edition.recorded_at)
    }
}

impl Told {
    /// The event by which an edition takes another one back.
    fn retracting(&self, other: &Document, edition: &Edition, does: &str, source: &Source) -> Document {
        let shared = source.shared(edition.date.clone(), Some(self.change.organisation.clone()));
        let reason = Some(format!("the edition of {} {does}", edition.date));
        source.event(shared, Content::Retraction(Retraction { retracts: other.event().id, reason }))
    }
}

/// A change that was said, and the edition that has taken it back.
struct Claimed {
    change: Change,
    taken_back: Option<Edition>,
}

/// All pictures, each as the latest edition has it that tells of its date.
#[derive(Default)]
pub(super) struct Shelf {
    /// In the order of their dates, none overlapping another.
    pictures: Vec<Picture>,
    /// What they show.
    album: Album,
    /// All that was ever said, by pair and date.
    claimed: BTreeMap<(Pair, Box<str>), Vec<Claimed>>,
}

impl Shelf {
    /// Takes the pictures of the next edition, in their order: what it says anew, and what it no longer says.
    pub(super) fn take(&mut self, edition: &Edition, pictures: Vec<Picture>) -> Vec<Told> {
        let behind = |first: &Picture| self.pictures.last().is_none_or(|last| first.is_behind(&last.date));
        let mut told = Vec::new();
        let changes = if pictures.first().is_none_or(behind) {
            self.pictures.extend(pictures.iter().cloned());
            pictures.into_iter().flat_map(|picture| self.album.close(picture)).collect()
        } else {
            let told_again = |old: &Picture| pictures.iter().any(|new| new.date.range().overlaps(old.date.range()));
            self.pictures.retain(|old| !told_again(old));
            self.pictures.extend(pictures);
            self.pictures.sort_by_key(|picture| picture.date.range().earliest);
            self.album = Album::default();
            let changes: Vec<Change> =
                self.pictures.iter().flat_map(|picture| self.album.close(picture.clone())).collect();
            let now: BTreeMap<_, &Change> = changes.iter().map(|change| (key(change), change)).collect();
            for (key, claims) in &mut self.claimed {
                let gone = claims.iter_mut().filter(|claim| now.get(key) != Some(&&claim.change));
                for claim in gone.filter(|claim| claim.taken_back.is_none()) {
                    claim.taken_back = Some(edition.clone());
                    told.push((claim.change.clone(), Verdict::TakenBack));
                }
            }
            changes
        };
        for change in changes {
            let claims = self.claimed.entry(key(&change)).or_default();
            if let Some(claim) = claims.iter_mut().find(|claim| claim.change == change) {
                told.extend(claim.taken_back.take().map(|edition| (change, Verdict::Restored(edition))));
            } else {
                claims.push(Claimed { change: change.clone(), taken_back: None });
                told.push((change, Verdict::Said));
            }
        }
        let edition = Some(edition);
        told.into_iter().map(|(change, verdict)| Told { change, edition: edition.cloned(), verdict }).collect()
    }

    /// How many pairs the pictures leave unsaid, picture by picture.
    pub(super) const fn unsaid(&self) -> u64 {
        self.album.unsaid
    }
}

fn key(change: &Change) -> (Pair, Box<str>) {
    let pair = Pair { organisation: change.organisation.clone(), party: change.party.clone() };
    (pair, change.occurred.as_str().into())
}
