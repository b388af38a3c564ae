//! Exports of the log.

use std::cell::RefCell;

use projector::export::{About, Format, Held, Subject, Tabular, Terms};
use projector::{Index, View, WantedName, unknown_party, unknown_source};
use serde_json::{Map, Value};
use summit::OrganisationId;

use super::files::{File, Files};
use super::{Export, meeting};
use crate::ask::Shell;
use crate::error::Failure;

impl Export {
    pub(super) async fn local(&self, format: Format, shell: &Shell) -> Result<(), Failure> {
        // Kept until it is known that no part of the index was bad.
        let made = RefCell::new(None);
        let ask = |index: &Index| {
            let vantage = self.vantage.resolve(index)?;
            let view = index.view(&vantage, shell.today)?.showing(self.vantage.names());
            let mut named = self.clone();
            let mut notes = named.understand(&view)?;
            made.replace(Some(named.files(&view, format, index, shell)?));
            notes.extend([unknown_source(index, &vantage), unknown_party(index, named.only())].into_iter().flatten());
            Ok((notes, String::new()))
        };
        let asked = shell.ask(self.vantage.min_position, ask).await;
        if let Some(files) = made.take() {
            files.put(self.output.as_deref(), shell.output())?;
        }
        asked
    }

    fn files(&self, view: &View<'_>, format: Format, index: &Index, shell: &Shell) -> Result<Files, Failure> {
        let subject = self.subject(view)?;
        let mut terms = self.terms();
        let name = subject.name();
        let (Format::Table(tabular), folder) = (format, self.output.is_some()) else {
            let made = if format == Format::Json {
                json(view, &subject, &terms.licence, index, shell, self.vantage.names())?
            } else {
                let made = view.export(&subject, format, &terms)?;
                File { name: made.file, text: made.text }
            };
            return Ok(Files { all: vec![made], descriptions: Vec::new(), name, citation: None });
        };
        let mut subjects = vec![subject];
        // A table of spells goes with one of who took part.
        if folder && tabular != Tabular::States && matches!(subjects[0], Subject::Organisations { .. }) {
            // Where nothing is named, also of meetings that belong to no organisation.
            let meetings =
                if self.all { view.meetings(None, None, usize::MAX)? } else { view.meetings_of(&subjects[0])? };
            subjects.push(Subject::Meetings { meetings, party: self.only().cloned() });
        }
        let mut files = Files { all: Vec::new(), descriptions: Vec::new(), name, citation: None };
        for subject in &subjects {
            let table = view.export(subject, format, &terms)?;
            files.citation.get_or_insert(table.about.citation);
            if folder {
                terms.path = None;
                files.descriptions.push(view.export(subject, Format::Datapackage(tabular), &terms)?.text);
            }
            files.all.push(File { name: file(subject, tabular), text: table.text });
        }
        Ok(files)
    }

    /// What is meant by the names: organisations before meetings.
    fn subject(&self, view: &View<'_>) -> Result<Subject, Failure> {
        let party = self.only().cloned();
        let organisations = if self.all { view.organisations(None, usize::MAX) } else { self.slugs() };
        match organisations.iter().find(|one| !view.names_organisation(one)) {
            None => Ok(Subject::Organisations { organisations, party, held: Held::Ever }),
            Some(one) => match organisations.as_slice() {
                [one] if view.names_meeting(&meeting(one)) => {
                    Ok(Subject::Meetings { meetings: vec![meeting(one)], party })
                }
                _ => Err(view.unknown_subject(one).into()),
            },
        }
    }
}

/// The name of a table's file.
pub(super) fn file(subject: &Subject, tabular: Tabular) -> String {
    let name = match (subject, tabular) {
        (_, Tabular::States) => "states",
        (Subject::Organisations { .. }, _) => "spells",
        (Subject::Meetings { .. }, _) => "attendance",
    };
    format!("{name}.csv")
}

/// The answers themselves, from where the export says that they are, and what it says of itself.
fn json(
    view: &View<'_>,
    subject: &Subject,
    licence: &str,
    index: &Index,
    shell: &Shell,
    names: WantedName,
) -> Result<File, Failure> {
    let name = subject.name();
    let table = view.table(subject, Tabular::Csv, &Terms::default())?;
    let about = view.about(&table.title, licence);
    let fixed = index.view(&about.token.vantage()?, shell.today)?.showing(names);
    let answers = match subject {
        Subject::Organisations { organisations, .. } => {
            let one: &OrganisationId = organisations.first().expect("one is named");
            vec![("timeline", serde_json::to_value(fixed.timeline(one, None)?))]
        }
        Subject::Meetings { meetings, .. } => {
            let one = meetings.first().expect("one is named");
            let meeting = serde_json::to_value(fixed.meeting(one)?);
            vec![("meeting", meeting), ("attendance", serde_json::to_value(fixed.attendance(one)?))]
        }
    };
    let answers = answers.into_iter().map(|(name, answer)| (name, answer.expect("an answer is JSON")));
    Ok(File { name: format!("{name}.json"), text: answered(&about, answers) })
}

/// Answers with what the export says of itself, in one line.
pub(super) fn answered<'a>(about: &About, answers: impl IntoIterator<Item = (&'a str, Value)>) -> String {
    let about = serde_json::to_value(about).expect("what an export says of itself is JSON");
    let mut said = about.as_object().cloned().unwrap_or_default();
    let answers: Map<String, Value> = answers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    said.extend(answers);
    let mut line = Value::Object(said).to_string();
    line.push('\n');
    line
}
