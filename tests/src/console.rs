//! What stands in documents between marks of `console`, as commands and what they print.

use std::ops::Range;
use std::path::Path;

use regex::Regex;

/// Set, documents are rewritten with what their commands print.
pub const BLESS: &str = "CHRONICLE_BLESS";

/// What differs from run to run: a pattern, and what stands for it.
const MASK: [(&str, &str); 7] = [
    // Ids that are made here (UUID version 7); those of the report are fixed.
    ("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<instant>"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
    // What is shown once.
    ("chronicle_[0-9a-z]+_[0-9A-Za-z_-]+", "<token>"),
    ("\\b01[0-9a-f]{6}\\b", "<id>"),
    (r"as of 20\d\d-\d\d-\d\d", "as of <day>"),
    (r"\b\d+(\.\d+)? (ms|s)\b", "<time>"),
];

/// A command and what a document says that it prints.
#[derive(Debug)]
pub struct Step {
    /// The command, perhaps of several lines.
    pub command: String,
    /// What it prints, as the document says.
    pub output: String,
    /// Where that stands, in lines of the document.
    pub lines: Range<usize>,
    /// No reader sees it, nor what it prints.
    pub is_hidden: bool,
}

/// What is found on a line that no reader sees: a command that brings about what the document speaks of.
const HIDDEN: (&str, &str) = ("<!-- $ ", " -->");

/// The lines of blocks marked `console`, and those that no reader sees, as steps.
pub fn steps(document: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut inside, mut begun) = (false, false);
    for (number, line) in document.lines().enumerate() {
        let none = number + 1..number + 1;
        if line.starts_with("```") {
            inside = line == "```console";
            begun = false;
        } else if let Some(command) = line.strip_prefix(HIDDEN.0).and_then(|line| line.strip_suffix(HIDDEN.1)) {
            steps.push(Step { command: command.to_owned(), output: String::new(), lines: none, is_hidden: true });
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            steps.push(Step { command: command.to_owned(), output: String::new(), lines: none, is_hidden: false });
            begun = true;
        } else if let Some(step) = steps.last_mut().filter(|_| begun) {
            // A quote that is open goes on, too.
            if step.command.ends_with('\\') || step.command.matches('\'').count() % 2 == 1 {
                step.command.push('\n');
                step.command.push_str(line);
                step.lines = none;
            } else {
                step.output.push_str(line);
                step.output.push('\n');
                step.lines.end = number + 1;
            }
        }
    }
    steps
}

/// Compares what the commands of a document printed with what it says, but for what differs from run to run, of which some may be
/// named beside; with [`BLESS`] set, writes it there instead.
///
/// # Panics
///
/// Where they differ, or the document cannot be read or written.
#[track_caller]
pub fn compare(file: &Path, printed: &[(Step, String)], beside: &[(&str, &str)]) {
    let document = std::fs::read_to_string(file).expect("the document");
    let printed = printed.iter().filter(|(step, _)| !step.is_hidden);
    if std::env::var_os(BLESS).is_some() {
        let mut rows: Vec<&str> = document.lines().collect();
        for (step, output) in printed.rev() {
            rows.splice(step.lines.clone(), output.lines().map(str::trim_end));
        }
        std::fs::write(file, rows.join("\n") + "\n").expect("written");
        return;
    }
    for (step, output) in printed {
        assert_eq!(
            masked(output, beside),
            masked(&step.output, beside),
            "`{}` prints something else; where that is right, {BLESS}=1 writes it into {}",
            step.command,
            file.display()
        );
    }
}

/// A text without what differs from run to run.
///
/// # Panics
///
/// Where a pattern is none.
pub fn masked(text: &str, beside: &[(&str, &str)]) -> String {
    let text = text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    MASK.iter().chain(beside).fold(text, |text, (pattern, stand_in)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *stand_in).into_owned()
    })
}
