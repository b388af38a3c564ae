//! Memberships of Popolo documents (popoloproject.com), as spells.

use std::io::Read;

use serde::Deserialize;
use serde_json::Value;
use summit::{OrganisationId, PartyId, Status};

use super::dates;
use super::mapping::{Column, Mapping};
use super::picture::Pair;
use super::spells::{ReadSpell, Spell, Spells, span};
use super::table::input;
use super::told::{ImportError, Reject};

/// The largest document, in bytes: it is held as a whole.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// How the columns of a table of spells are called in a membership.
const NAMES: [(Column, &str); 5] = [
    (Column::Organisation, "organization_id"),
    (Column::Party, "member"),
    (Column::Status, "role"),
    (Column::From, "start_date"),
    (Column::Until, "end_date"),
];

/// What of a document is read.
#[derive(Deserialize)]
struct Popolo {
    memberships: Vec<Value>,
}

/// What of a membership is read.
#[derive(Deserialize)]
struct Membership {
    organization_id: Option<String>,
    member: Option<Member>,
    person_id: Option<String>,
    role: Option<String>,
    label: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    #[serde(default)]
    sources: Vec<Link>,
}

#[derive(Deserialize)]
struct Member {
    id: Option<String>,
    #[serde(rename = "@type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    url: Option<String>,
}

impl<'a> Spells<'a> {
    /// Reads a Popolo document: its memberships of organisations in organisations, whose role is the status (`member` where
    /// there is none). Those of persons are passed over: a person holds no status. A rejected one goes by its place among
    /// the memberships, from 1.
    ///
    /// A date that Popolo cannot write, or only coarser, is taken from the label of `chronicle export`: `observer since
    /// 2001/2024-07-04`.
    pub fn popolo<R: Read + Send + 'a>(reader: R, mapping: Mapping) -> Result<Self, ImportError> {
        let mut bytes = Vec::new();
        input(reader)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ImportError::TooLarge { allowed: MAX_BYTES });
        }
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let Popolo { memberships } = serde_json::from_slice(text).map_err(ImportError::NoPopolo)?;
        let mut mapping = mapping;
        mapping.columns = NAMES.map(|(column, name)| (column, name.to_owned())).into();
        let numbered = (1..).zip(memberships);
        let spells = numbered.filter_map(move |(number, value)| spell(&mapping, number, value));
        Ok(Self::of(spells.map(Ok)))
    }
}

/// Reads a membership; nothing where it is that of a person.
fn spell(mapping: &Mapping, line: u64, value: Value) -> Option<ReadSpell> {
    let said: Membership = match serde_json::from_value(value) {
        Ok(said) => said,
        Err(error) => {
            let mut fault = mapping.fault(Column::Party, &error.to_string(), "a membership of Popolo");
            "membership".clone_into(&mut fault.field);
            return Some(Err(Reject { line, faults: vec![fault] }));
        }
    };
    let is_person = |kind: &str| kind.eq_ignore_ascii_case("person");
    let by_kind = said.member.as_ref().and_then(|member| member.kind.as_deref()).is_some_and(is_person);
    if by_kind || said.member.is_none() && said.person_id.is_some() {
        return None;
    }
    let mut faults = Vec::new();
    let party = said.member.and_then(|member| member.id).unwrap_or_default();
    let organisation = mapping.value(Column::Organisation, said.organization_id.as_deref().unwrap_or_default());
    let organisation: Option<OrganisationId> = organisation.map_err(|fault| faults.push(fault)).ok();
    let party: Option<PartyId> = mapping.value(Column::Party, &party).map_err(|fault| faults.push(fault)).ok();
    let role = said.role.unwrap_or_else(|| Status::member().to_string());
    let status: Option<Status> = mapping.value(Column::Status, &role).map_err(|fault| faults.push(fault)).ok();
    if status.as_ref().is_some_and(Status::is_none) {
        faults.push(mapping.fault(Column::Status, &role, "a status that is held"));
    }
    let (since, until) = said.label.as_deref().and_then(|label| labelled(label, &role)).unwrap_or_default();
    let (from, until) = (finer(said.start_date.as_deref(), since), finer(said.end_date.as_deref(), until));
    let dates = span(mapping, from, until, &mut faults);
    let url = said.sources.into_iter().find_map(|link| link.url);
    let (began, ended, note, suspensions) = (None, None, None, Vec::new());
    Some(match (organisation, party, status, dates) {
        (Some(organisation), Some(party), Some(status), Some(span)) if faults.is_empty() => {
            Ok((Pair { organisation, party }, Spell { status, span, suspensions, began, ended, note, url, line }))
        }
        _ => Err(Reject { line, faults }),
    })
}

/// When a role began and ended, as the labels of `chronicle export` say it.
fn labelled<'l>(label: &'l str, role: &str) -> Option<(&'l str, &'l str)> {
    let dates = label.strip_prefix(role)?.strip_prefix(" since ")?;
    Some(dates.split_once(", until ").unwrap_or((dates, "")))
}

/// What a label says, where the date beside it is not there or says as much and no more.
fn finer<'l>(date: Option<&'l str>, label: &'l str) -> &'l str {
    let Some(date) = date else { return label };
    match (dates::date(date), dates::date(label)) {
        (Ok(coarse), Ok(fine)) if coarse.range().contains(fine.range()) => label,
        _ => date,
    }
}
