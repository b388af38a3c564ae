//! Exports of a service: the same files.

use gateway::{Answered, AskedFor, Remote, RemoteError};
use projector::export::{About, Format, Tabular};
use projector::{AskError, Near};
use serde_json::Value;

use super::Export;
use super::files::{File, Files};
use super::local::answered;
use crate::ask::Shell;
use crate::error::{Code, Failure};
use crate::remote::stale;
use crate::values::Spoken;
use crate::vantage::VantageOptions;

/// What a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Organisations,
    Meeting,
}

impl Export {
    pub(super) async fn remote(&self, format: Format, remote: &Remote, shell: &Shell) -> Result<(), Failure> {
        self.note_the_licence(shell);
        let mut named = self.clone();
        named.understand_remote(remote, shell).await?;
        named.remote_of(format, remote, shell).await
    }

    /// The same of what is understood.
    async fn remote_of(&self, format: Format, remote: &Remote, shell: &Shell) -> Result<(), Failure> {
        let made = match self.asked(Of::Organisations, format, remote, shell).await {
            Err(RemoteFailure::Unknown(organisations)) if !self.all && self.of.len() == 1 => {
                self.asked(Of::Meeting, format, remote, shell).await.map_err(|error| match error {
                    // Neither this nor that.
                    RemoteFailure::Unknown(meetings) => {
                        let nearest = organisations.into_iter().chain(meetings).collect();
                        let name = self.of[0].id().to_string();
                        AskError::Unknown { what: "organisation or meeting", name, nearest }.into()
                    }
                    RemoteFailure::Other(failure) => *failure,
                })
            }
            Err(RemoteFailure::Unknown(nearest)) => {
                let name = self.of.iter().map(|one| one.id().as_str()).collect::<Vec<_>>().join(", ");
                Err(AskError::Unknown { what: "organisation", name, nearest }.into())
            }
            Err(RemoteFailure::Other(failure)) => Err(*failure),
            Ok(made) => Ok(made),
        };
        let (files, reason) = made?;
        files.put(self.output.as_deref(), shell.output())?;
        stale(reason)
    }

    /// The files, and why they are not current, if they are not.
    async fn asked(&self, of: Of, format: Format, remote: &Remote, shell: &Shell) -> Result<Made, RemoteFailure> {
        let name = self.of.first().map(|one| one.id().to_string()).unwrap_or_default();
        let ask =
            async |question: AskedFor| shell.output().meanwhile("asking the service", remote.ask(&question)).await;
        let first = self.question(of, if format == Format::Json { Format::Datapackage(Tabular::Csv) } else { format });
        let first = ask(self.vantage.asked_of(first)).await?;
        first.said.notes.iter().for_each(|note| shell.output().note(note));
        let reason = first.said.stale.clone();
        let language = self.vantage.language.clone();
        let fixed = VantageOptions { token: first.said.token.clone(), language, ..VantageOptions::default() };
        let (Format::Table(tabular), true) = (format, self.output.is_some()) else {
            let file = match format {
                Format::Json => {
                    let about = about(&text(&first)?)?;
                    let mut answers = Vec::new();
                    for (name, path) in self.answers(of) {
                        let answer = text(&ask(fixed.asked_of(AskedFor::at(path))).await?)?;
                        answers.push((name, uncited(read(&answer)?)));
                    }
                    File { name: format!("{name}.json"), text: answered(&about, answers) }
                }
                Format::Table(_) | Format::Datapackage(_) | Format::Popolo | Format::Ics | Format::Atom => {
                    File { name: format!("{name}.{}", format.extension()), text: text(&first)? }
                }
            };
            let citation = matches!(format, Format::Table(_)).then(|| first.said.citation.clone()).flatten();
            return Ok((Files { all: vec![file], descriptions: Vec::new(), name, citation }, reason));
        };
        let table = match (of, tabular) {
            (_, Tabular::States) => "states.csv",
            (Of::Organisations, _) => "spells.csv",
            (Of::Meeting, _) => "attendance.csv",
        };
        let mut files = vec![File { name: table.to_owned(), text: text(&first)? }];
        let described = Format::Datapackage(tabular);
        let mut descriptions = vec![text(&ask(fixed.asked_of(self.question(of, described))).await?)?];
        // A table of spells goes with one of who took part.
        if of == Of::Organisations && tabular != Tabular::States {
            let table = text(&ask(fixed.asked_of(self.meetings(format))).await?)?;
            files.push(File { name: "attendance.csv".to_owned(), text: table });
            descriptions.push(text(&ask(fixed.asked_of(self.meetings(described))).await?)?);
        }
        // How many organisations there are, the service knows.
        let described = read(&descriptions[0])?;
        let name = described["name"].as_str().and_then(|name| name.rsplit_once('-'));
        let name = name.map_or_else(String::new, |(name, _)| name.to_owned());
        Ok((Files { all: files, descriptions, name, citation: None }, reason))
    }

    /// What is asked for first, in a format.
    fn question(&self, of: Of, format: Format) -> AskedFor {
        let one = self.of.first().filter(|_| self.of.len() == 1).map(Spoken::id);
        let question = match (of, format, one) {
            (Of::Meeting, Format::Ics | Format::Atom, Some(one)) => AskedFor::at(format!("/v1/meetings/{one}")),
            (Of::Meeting, _, Some(one)) => AskedFor::at(format!("/v1/meetings/{one}/attendance")),
            (Of::Organisations, Format::Ics, _) => return self.meetings(format),
            (Of::Organisations, _, Some(one)) => AskedFor::at(format!("/v1/organisations/{one}/timeline")),
            (_, _, None) => self.organisations(AskedFor::at("/v1/organisations")),
        };
        let (Format::Table(tabular) | Format::Datapackage(tabular)) = format else {
            let question = question.with("format", Some(format));
            let Format::Atom = format else { return question };
            return question.with("before", self.before).with("limit", self.entries);
        };
        let question = Self::table(question, format).with("party", self.only());
        if tabular != Tabular::States {
            return question;
        }
        let question = question.with("from", self.from).with("to", self.to);
        let question = self.code.iter().fold(question, |question, code| question.with("code", Some(code)));
        question.with("every_party", self.every_party.then_some(true))
    }

    /// The meetings of the organisations, in a format.
    fn meetings(&self, format: Format) -> AskedFor {
        let question = self.organisations(AskedFor::at("/v1/meetings"));
        Self::table(question, format).with("party", self.only().filter(|_| format != Format::Ics))
    }

    fn organisations(&self, question: AskedFor) -> AskedFor {
        self.of.iter().fold(question, |question, one| question.with("organisation", Some(one.id())))
    }

    fn table(question: AskedFor, format: Format) -> AskedFor {
        let table = if let Format::Datapackage(table) = format { Some(table.as_str()) } else { None };
        question.with("format", Some(format)).with("table", table)
    }

    /// The answers of JSON by name, and where they are.
    fn answers(&self, of: Of) -> Vec<(&'static str, String)> {
        let one = self.of[0].id();
        match of {
            Of::Organisations => vec![("timeline", format!("/v1/organisations/{one}/timeline"))],
            Of::Meeting => vec![
                ("meeting", format!("/v1/meetings/{one}")),
                ("attendance", format!("/v1/meetings/{one}/attendance")),
            ],
        }
    }
}

/// Files, and why they are not current, if they are not.
type Made = (Files, Option<String>);

/// Why there are none.
enum RemoteFailure {
    /// No event names what is asked for, but perhaps these.
    Unknown(Vec<Near>),
    Other(Box<Failure>),
}

impl From<RemoteError> for RemoteFailure {
    fn from(error: RemoteError) -> Self {
        let failure = Failure::from(error);
        if let Failure::Ask(AskError::Unknown { what: "organisation" | "meeting", nearest, .. }) = failure {
            return Self::Unknown(nearest);
        }
        Self::Other(Box::new(failure))
    }
}

impl From<Failure> for RemoteFailure {
    fn from(failure: Failure) -> Self {
        Self::Other(Box::new(failure))
    }
}

pub(super) fn unreadable(why: &dyn std::fmt::Display) -> Failure {
    Failure::Remote {
        said: format!("the service's answer cannot be read: {why}"),
        code: Code::Failed,
        hint: Some("it may be of another version than this program"),
    }
}

fn text(answered: &Answered) -> Result<String, Failure> {
    String::from_utf8(answered.body.to_vec()).map_err(|error| unreadable(&error))
}

fn read(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

/// An answer without what is said once for the whole file.
fn uncited(mut answer: Value) -> Value {
    if let Some(said) = answer.as_object_mut() {
        said.retain(|name, _| !matches!(name.as_str(), "licence" | "citation"));
    }
    answer
}

/// What an export says of itself, from the description of its table.
fn about(described: &str) -> Result<About, Failure> {
    let mut said = read(described)?;
    let mut text = |name: &str| {
        let found = said[name].take();
        found.as_str().map(ToOwned::to_owned).ok_or_else(|| unreadable(&format!("it does not say its {name}")))
    };
    let (title, licence, citation) = (text("title")?, text("licence")?, text("citation")?);
    let token = serde_json::from_value(said["token"].take()).map_err(|error| unreadable(&error))?;
    Ok(About { title, token, licence, citation, stored_at: None })
}
