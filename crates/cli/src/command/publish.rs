//! `chronicle publish`: documents from a file or from standard input into the log.

use std::io::{self, Cursor, IsTerminal, Read};
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use chronicle::MAX_BATCH;
use clap::Args;
use futures::stream::{self, BoxStream, StreamExt};
use indicatif::ProgressBar;
use jiff::Timestamp;
use producer::{Acknowledged, Line, Producer, PublishError, read_lines};
use projector::Index;
use tokio::sync::mpsc;
use wire::{Document, Refused};

use super::import::Imported;
use crate::ask::Shell;
use crate::directory::Indexed;
use crate::error::Failure;
use crate::output::{self, Output};

/// How many lines of standard input may wait to be published.
const WAITING_LINES: usize = MAX_BATCH;
/// What stands for standard input in messages.
const STDIN: &str = "-";

/// Publish CloudEvents, one JSON document a line
///
/// A file is checked whole before anything is sent: every fault is told, and nothing is stored. Standard input goes line
/// by line, and ends with the first line that is refused. Each event is acknowledged by one line:
/// {"position":74,"id":"…","duplicate":false}.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle publish report.jsonl
  chronicle publish corrections.jsonl --atomic
  chronicle publish - --keep-going")]
pub(crate) struct Publish {
    /// The file; - is standard input
    #[arg(default_value = STDIN)]
    file: PathBuf,
    /// All of them or none, at most 1000
    #[arg(long, conflicts_with = "keep_going")]
    atomic: bool,
    /// Store the good lines, tell the others
    #[arg(long)]
    keep_going: bool,
    /// Whether a summary stands in place of acknowledgements.
    #[arg(skip)]
    summed_up: bool,
}

impl Publish {
    /// As an import: a summary in place of acknowledgements.
    pub(super) fn summed_up(file: PathBuf, keep_going: bool) -> Self {
        Self { file, atomic: false, keep_going, summed_up: true }
    }

    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let name = self.file.display().to_string();
        if name == STDIN && !self.atomic {
            let lines = lines_of_stdin();
            return self.stream(shell, name, lines, None).await;
        }
        let read = if name == STDIN { read_stdin() } else { std::fs::read(&self.file) };
        let bytes: Arc<[u8]> = read.map_err(|source| Failure::Unreadable { name: name.clone(), source })?.into();
        if !self.keep_going {
            check(&name, &bytes, |_| None)?;
        }
        if self.atomic {
            return together(shell, &name, &bytes).await;
        }
        let lines = stream::iter(read_lines(Cursor::new(Arc::clone(&bytes))).refusing_taken_ids()).boxed();
        self.stream(shell, name, lines, Some(bytes)).await
    }

    /// Line by line, as they come. A file is checked against the chronicle first.
    async fn stream(
        &self,
        shell: &Shell,
        name: String,
        lines: BoxStream<'static, io::Result<Line>>,
        whole: Option<Arc<[u8]>>,
    ) -> Result<(), Failure> {
        let (mut connection, index) = shell.read(None).await?;
        let count = whole.as_deref().map(|bytes| bytes.split(|byte| *byte == b'\n').count() as u64);
        if let Some(bytes) = whole.filter(|_| !self.keep_going) {
            check(&name, &bytes, |document| taken(&index, document))?;
        }
        let index = Arc::new(Indexed(index));
        let producer = Producer::new(connection.log.clone(), Arc::clone(&index), Timestamp::now);
        let gate = Gate { name, keep_going: self.keep_going, index, closed: Arc::default() };
        let documents = gate.clone().passing(lines);
        // On a terminal the acknowledgements themselves show how far it has come.
        let count = count.filter(|_| self.summed_up || !io::stdout().is_terminal());
        let progress = count.map(|count| shell.output().progress(count));
        let publishing = acknowledge(producer.publish_many(documents), self.keep_going, !self.summed_up, progress);
        let Tally { published, known, failed } = tokio::select! {
            published = publishing => match published {
                Ok(tally) => tally,
                Err(failure) => return Err(connection.explain(failure).await),
            },
            lost = connection.lost() => return Err(lost),
        };
        connection.keep_anchor().await?;
        if self.summed_up {
            Imported::tell(published as u64, known as u64, gate.refused() as u64, shell.output())?;
        } else {
            shell.output().remark(format_args!("{published} published, {known} known"));
        }
        gate.end(failed)
    }
}

/// All as one. Every line is good.
async fn together(shell: &Shell, name: &str, bytes: &[u8]) -> Result<(), Failure> {
    let lines: Result<Vec<Line>, io::Error> = read_lines(bytes).collect();
    let lines = lines.map_err(|source| Failure::Unreadable { name: name.to_owned(), source })?;
    let documents: Vec<Document> = lines.into_iter().filter_map(|line| line.document.ok()).collect();
    if documents.len() > MAX_BATCH {
        let (found, allowed) = (format!("{} events", documents.len()), format!("{MAX_BATCH} events as one"));
        return Err(PublishError::TooLarge { found, allowed }.into());
    }
    let (connection, index) = shell.read(None).await?;
    check(name, bytes, |document| taken(&index, document))?;
    let producer = Producer::new(connection.log.clone(), Indexed(index), Timestamp::now);
    let acknowledged = if documents.is_empty() { vec![] } else { producer.publish_together(documents, None).await? };
    acknowledged.iter().try_for_each(Output::json)?;
    connection.keep_anchor().await?;
    let known = acknowledged.iter().filter(|one| one.duplicate).count();
    shell.output().remark(format_args!("{} published, {known} known", acknowledged.len() - known));
    Ok(())
}

/// Refuses a file of which a line is not good, with every fault of every line.
fn check(name: &str, bytes: &[u8], more: impl Fn(&Document) -> Option<String>) -> Result<(), Failure> {
    let (mut faults, mut refused) = (Vec::new(), 0);
    for line in read_lines(bytes).refusing_taken_ids() {
        let line = line.map_err(|source| Failure::Unreadable { name: name.to_owned(), source })?;
        let found = match &line.document {
            Ok(document) => more(document).into_iter().collect(),
            Err(refused) => told(refused),
        };
        refused += usize::from(!found.is_empty());
        faults.extend(found.into_iter().map(|fault| format!("{name}:{}: {fault}", line.number)));
    }
    if faults.is_empty() {
        return Ok(());
    }
    let lines = if refused == 1 { "one line is refused".to_owned() } else { format!("{refused} lines are refused") };
    let hint = Some("correct them, or store the good ones with --keep-going");
    Err(Failure::Refused { said: format!("{lines}, nothing is stored"), faults, hint })
}

fn told(refused: &Refused) -> Vec<String> {
    refused.faults.iter().map(ToString::to_string).collect()
}

/// What is wrong with a document whose id stands in the chronicle with another body.
fn taken(index: &Index, document: &Document) -> Option<String> {
    let id = document.event().id;
    let other = index.fingerprint(id).is_some_and(|known| known != document.fingerprint());
    let position = index.event(id).filter(|_| other)?.position;
    Some(format!(
        "id: found \"{id}\", which position {position} gives to another body, allowed is one id for one event"
    ))
}

/// What comes of a line.
enum Passed {
    Document(Box<Document>),
    Not,
    /// Nor do those behind it.
    End,
}

/// Lets good lines pass, and tells the others as they come.
#[derive(Clone)]
struct Gate {
    name: String,
    keep_going: bool,
    /// What stands in the chronicle, whose ids are taken.
    index: Arc<Indexed>,
    closed: Arc<Mutex<Closed>>,
}

/// What did not pass.
#[derive(Default)]
struct Closed {
    refused: usize,
    unreadable: Option<io::Error>,
}

impl Gate {
    /// The documents of good lines; ends with the first other one, unless it keeps going.
    fn passing(self, lines: BoxStream<'static, io::Result<Line>>) -> BoxStream<'static, Document> {
        let passed = lines.scan(self, |gate, line| {
            std::future::ready(match gate.pass(line) {
                Passed::Document(document) => Some(Some(*document)),
                Passed::Not => Some(None),
                Passed::End => None,
            })
        });
        passed.filter_map(std::future::ready).boxed()
    }

    fn pass(&self, line: io::Result<Line>) -> Passed {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = line.map(|line| {
            let document = line.document.map_err(|refused| told(&refused));
            let document =
                document.and_then(|read| taken(&self.index.0, &read).map_or(Ok(read), |told| Err(vec![told])));
            (line.number, document)
        });
        match judged {
            Ok((_, Ok(document))) => Passed::Document(Box::new(document)),
            Ok((number, Err(faults))) => {
                closed.refused += 1;
                for fault in faults {
                    output::say(&format!("{}:{number}: {fault}\n", self.name));
                }
                if self.keep_going { Passed::Not } else { Passed::End }
            }
            Err(error) => {
                closed.unreadable = Some(error);
                Passed::End
            }
        }
    }

    /// How many lines did not pass.
    fn refused(&self) -> usize {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).refused
    }

    /// How it went on the whole.
    fn end(self, failed: Option<PublishError>) -> Result<(), Failure> {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(source) = closed.unreadable.take() {
            return Err(Failure::Unreadable { name: self.name, source });
        }
        if let Some(failed) = failed {
            return Err(failed.into());
        }
        let (said, hint) = match closed.refused {
            0 => return Ok(()),
            1 if self.keep_going => ("one line is refused, the others are stored".to_owned(), None),
            some if self.keep_going => (format!("{some} lines are refused, the others are stored"), None),
            _ => {
                ("the line is refused, those before it are stored".to_owned(), Some("--keep-going reads on behind it"))
            }
        };
        Err(Failure::Refused { said, faults: Vec::new(), hint })
    }
}

/// What came of the documents.
struct Tally {
    published: usize,
    known: usize,
    /// The first event that was not acknowledged, where others were tried after it.
    failed: Option<PublishError>,
}

/// Takes each acknowledgement as it comes, and perhaps prints it.
async fn acknowledge(
    answers: impl futures::Stream<Item = Result<Acknowledged, PublishError>>,
    keep_going: bool,
    printed: bool,
    progress: Option<ProgressBar>,
) -> Result<Tally, Failure> {
    let mut answers = pin!(answers);
    let mut tally = Tally { published: 0, known: 0, failed: None };
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(acknowledged) => {
                let known = acknowledged.duplicate;
                tally.published += usize::from(!known);
                tally.known += usize::from(known);
                if printed {
                    Output::json(&acknowledged)?;
                }
            }
            // The fault of one event is none of the others'.
            Err(error @ (PublishError::IdTaken { .. } | PublishError::TooLarge { .. })) if keep_going => {
                output::say(&format!("{error}\n"));
                tally.failed.get_or_insert(error);
            }
            Err(error) => return Err(error.into()),
        }
        if let Some(bar) = &progress {
            bar.inc(1);
        }
    }
    if let Some(bar) = &progress {
        bar.finish_and_clear();
    }
    Ok(tally)
}

fn read_stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
}

/// The lines of standard input, read by a thread of its own that is left behind when nobody wants them any more.
fn lines_of_stdin() -> BoxStream<'static, io::Result<Line>> {
    let (sender, receiver) = mpsc::channel(WAITING_LINES);
    std::thread::spawn(move || {
        for line in read_lines(io::stdin()) {
            if sender.blocking_send(line).is_err() {
                break;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|line| (line, receiver)) }).boxed()
}

#[cfg(test)]
mod tests {
    use super::{check, taken};
    use crate::error::{Code, Failure};
    use crate::samples;

    #[test]
    fn every_fault_of_every_line_is_told_by_file_line_field_found_and_allowed() {
        let good = samples::line("47891d5d");
        let bad = good.replace("BLR", "XYZ").replace("2024-07-04\"", "2024-02-30\"");
        let twice = good.replace("BLR", "KAZ");
        let file = format!("{good}\n\n{bad}\nno JSON\n{twice}\n");
        let failure = check("report.jsonl", file.as_bytes(), |_| None).expect_err("it has faults");
        assert_eq!(failure.code(), Code::Refused);
        assert_eq!(failure.to_string(), "3 lines are refused, nothing is stored");
        let Failure::Refused { faults, .. } = failure else { panic!("{failure}") };
        let begins = [
            "report.jsonl:3: data.occurred: found \"2024-02-30\", allowed is EDTF",
            "report.jsonl:3: data.party: found \"XYZ\", allowed is an ISO 3166-1 alpha-3 code",
            "report.jsonl:4: document: found ",
            "report.jsonl:5: id: found \"47891d5d-188c-5792-96f5-ecb750f795ab\", which line 1 gives to another body",
        ];
        assert_eq!(faults.len(), begins.len(), "{faults:?}");
        for (fault, begins) in faults.iter().zip(begins) {
            assert!(fault.starts_with(begins), "{fault}");
        }
    }

    #[test]
    fn an_id_that_stands_in_the_chronicle_with_another_body_is_a_fault_and_a_repeat_is_none() {
        let (index, good) = (samples::astana(), samples::line("47891d5d"));
        let check = |line: &str| check("-", line.as_bytes(), |document| taken(&index, document));
        assert!(check(&good).is_ok());
        let failure = check(&good.replace("BLR", "KAZ")).expect_err("it is taken");
        assert!(failure.report().contains("-:1: id: found \"47891d5d-"), "{}", failure.report());
        assert!(failure.report().contains("which position 4 gives to another body"), "{}", failure.report());
    }
}
