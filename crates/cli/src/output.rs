//! Where answers and everything else go: data to standard output, the rest to standard error.

use std::fmt::Display;
use std::io::{self, Write};
use std::pin::pin;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};
use projector::export::{Citable, UNLICENSED};
use projector::{Index, WantedName};
use serde::Serialize;

use crate::error::Failure;
use crate::render::{Page, Text};

/// Holds the licence line of what is printed, as it does for exports.
const LICENCE: &str = "CHRONICLE_LICENCE";
/// How long a work goes on before its progress is shown.
const PROGRESS_AFTER: Duration = Duration::from_millis(500);
/// How often the sign of life moves.
const PROGRESS_TICK: Duration = Duration::from_millis(100);

/// How a person or program wants to be answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// As JSON.
    pub(crate) json: bool,
    /// Without anything but data and errors.
    pub(crate) quiet: bool,
}

impl Output {
    /// An answer: one line of JSON, or text for people.
    pub(crate) fn answer(self, answer: &(impl Serialize + Text), index: &Index) -> Result<(), Failure> {
        self.print(&self.written(answer, index))
    }

    /// An answer as it is printed.
    pub(crate) fn written(self, answer: &(impl Serialize + Text), index: &Index) -> String {
        self.written_with(answer, index, WantedName::default())
    }

    /// An answer of views as it is printed, with these names in its headings; as JSON with how to cite it.
    pub(crate) fn cited(self, answer: &(impl Citable + Text), index: &Index, names: WantedName) -> String {
        if self.json { line(&index.cited(answer, &licence(), &names)) } else { self.written_with(answer, index, names) }
    }

    fn written_with(self, answer: &(impl Serialize + Text), index: &Index, names: WantedName) -> String {
        if self.json {
            return line(answer);
        }
        let mut page = Page::new(index, comfy_table::Table::new().width()).showing(names);
        answer.text(&mut page);
        page.into_text()
    }

    /// Prints an answer.
    pub(crate) fn print(self, written: &str) -> Result<(), Failure> {
        if self.json { Self::bytes(written.as_bytes()) } else { Self::text(written) }
    }

    /// One line of JSON.
    pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
        Self::bytes(line(value).as_bytes())
    }

    /// Text, whose colours are left out where they are not wanted.
    pub(crate) fn text(text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// Bytes as they are.
    pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(Failure::Output)
    }

    /// Something worth knowing beside the answer.
    pub(crate) fn note(self, note: impl Display) {
        if !self.quiet {
            let style = anstyle::AnsiColor::Yellow.on_default().bold();
            say(&format!("{style}note:{style:#} {note}\n"));
        }
    }

    /// A line for people beside the data.
    pub(crate) fn remark(self, line: impl Display) {
        if !self.quiet {
            say(&format!("{line}\n"));
        }
    }

    /// Does a work, with a sign of life on a terminal once it takes a while.
    pub(crate) async fn meanwhile<T>(self, what: &'static str, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PROGRESS_AFTER) => {}
        }
        let sign = ProgressBar::with_draw_target(None, self.draw_target()).with_message(what);
        sign.enable_steady_tick(PROGRESS_TICK);
        let done = work.await;
        sign.finish_and_clear();
        done
    }

    /// A bar for a work of so many steps, on a terminal.
    pub(crate) fn progress(self, steps: u64) -> ProgressBar {
        ProgressBar::with_draw_target(Some(steps), self.draw_target())
    }

    fn draw_target(self) -> ProgressDrawTarget {
        // Hidden by itself where standard error is no terminal.
        if self.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() }
    }
}

/// Under which terms what is printed may be used.
fn licence() -> String {
    let said = std::env::var(LICENCE).ok().filter(|licence| !licence.trim().is_empty());
    said.unwrap_or_else(|| UNLICENSED.to_owned())
}

/// A line of JSON.
fn line(value: &impl Serialize) -> String {
    let mut line = serde_json::to_string(value).expect("answers have text keys and no failing serializer");
    line.push('\n');
    line
}

/// To standard error; when nobody reads it, there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}
