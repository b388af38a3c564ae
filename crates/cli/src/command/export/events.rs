//! The events of organisations and meetings, as they were stored. A line of them can say nothing but an event: what the export
//! says of itself stands in a description beside its file, or on standard error.

use std::collections::BTreeSet;
use std::path::Path;

use chronicle::Chronicle;
use gateway::{AskedFor, Remote};
use projector::export::{About, events_title, package_of_events};
use projector::{AskError, Index, Speed, WantedName};
use summit::{EventId, OrganisationId, Position, Vantage};

use super::files::{File, Files};
use super::remote::unreadable;
use crate::ask::Shell;
use crate::error::Failure;
use crate::history::{History, NONE};
use crate::output::Output;
use crate::release::Release;
use crate::remote::stale;

/// Which events, and where they go.
pub(super) struct Events<'a> {
    pub(super) of: &'a [OrganisationId],
    /// Up to where; all, where nothing is said.
    pub(super) at: Option<Position>,
    /// A folder for a file and its description.
    pub(super) folder: Option<&'a Path>,
}

impl Events<'_> {
    pub(super) async fn local(&self, history: History, licence: &str, shell: &Shell) -> Result<(), Failure> {
        let (ids, about) = match self.begun(&history.index, licence, shell) {
            Ok(begun) => begun,
            Err(unknown) => return Err(history.unanswered(unknown.into())),
        };
        let mut release = Release::new(Speed::Max, shell.output());
        let (mut lines, kept) = (Vec::new(), self.folder.is_some());
        let mut put = |part: &[u8]| {
            if kept {
                lines.extend_from_slice(part);
                return Ok(());
            }
            Output::bytes(part)
        };
        let printed =
            history.print_to(|log| log.read(Position::START), |_, id| ids.contains(&id), &mut release, &mut put).await;
        // What is good of a damaged log is written, and is a failure all the same.
        self.end(lines, &about, shell.output())?;
        printed
    }

    /// The events of what is named, and what is said of them.
    fn begun(&self, index: &Index, licence: &str, shell: &Shell) -> Result<(BTreeSet<EventId>, About), AskError> {
        let upto = self.at.unwrap_or_else(|| index.tail());
        let view = index.view(&Vantage { at_position: Some(upto), ..Vantage::default() }, shell.today)?;
        let mut ids = BTreeSet::new();
        for one in self.of {
            let own = index.belonging_at(one, upto);
            if own.is_empty() {
                return Err(view.unknown_subject(one));
            }
            ids.extend(own);
        }
        let about = index.about(view.token(), &events_title(self.of), licence, &WantedName::default());
        // A service does not tell it, and the citation says it.
        Ok((ids, About { stored_at: None, ..about }))
    }

    pub(super) async fn remote(
        &self,
        remote: &Remote,
        min_position: Option<Position>,
        shell: &Shell,
    ) -> Result<(), Failure> {
        let question = AskedFor::at("/v1/events").with("format", Some("jsonl"));
        let question = question.with("at_position", self.at).with("min_position", min_position);
        let question = self.of.iter().fold(question, |question, one| question.with("belonging", Some(one)));
        let (mut lines, mut any) = (Vec::new(), false);
        let said = remote
            .lines(&question, |part| {
                any |= !part.is_empty();
                if self.folder.is_some() {
                    lines.extend_from_slice(part);
                    return Ok::<_, Failure>(());
                }
                Output::bytes(part)
            })
            .await?;
        if !any {
            shell.output().note(NONE);
        }
        let (Some(token), Some(licence), Some(citation)) = (said.token, said.licence, said.citation) else {
            return Err(unreadable(&"it does not say how it is cited"));
        };
        let about = About { title: events_title(self.of), token, licence, citation, stored_at: None };
        self.end(lines, &about, shell.output())?;
        stale(said.stale)
    }

    /// Writes the files, or tells how to cite what was printed.
    fn end(&self, lines: Vec<u8>, about: &About, output: Output) -> Result<(), Failure> {
        if self.folder.is_none() {
            output.remark(&about.citation);
            return Ok(());
        }
        let name = match self.of {
            [one] => one.to_string(),
            several => format!("{}-names", several.len()),
        };
        let path = format!("{name}.jsonl");
        let described = package_of_events(about, &name, &path, &lines);
        let text = String::from_utf8(lines).map_err(|error| unreadable(&error))?;
        let all = vec![File { name: path, text }, File { name: "datapackage.json".to_owned(), text: described }];
        Files { all, descriptions: Vec::new(), name, citation: None }.put(self.folder, output)
    }
}
