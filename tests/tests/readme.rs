//! The README's commands run, and print what it says.

use std::path::Path;
use std::process::{Command, Stdio};

use regex::Regex;
use tests::program;

/// What differs from run to run: a pattern, and what stands for it.
const MASK: [(&str, &str); 5] = [
    // Ids that are made here (UUID version 7); those of the report are fixed.
    ("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<instant>"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:<port>"),
    (r"\S*/chronicle-demo\b", "<data>"),
    (r"\b\d+(\.\d+)? (ms|s)\b", "<time>"),
];
/// Commands that this test does not run: the tests themselves.
const NOT_RUN: [&str; 1] = ["./tests/run"];
/// Set, the README is rewritten with what its commands print.
const BLESS: &str = "CHRONICLE_BLESS";

/// A command and what the README says that it prints.
#[derive(Debug)]
struct Step {
    command: String,
    output: String,
}

/// The lines of blocks marked `console`, as steps, and where each output stands (in lines).
fn steps(readme: &str) -> Vec<(Step, std::ops::Range<usize>)> {
    let mut steps: Vec<(Step, std::ops::Range<usize>)> = Vec::new();
    let (mut inside, mut begun) = (false, false);
    for (number, line) in readme.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
            begun = false;
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            let step = Step { command: command.to_owned(), output: String::new() };
            steps.push((step, number + 1..number + 1));
            begun = true;
        } else if let Some((step, lines)) = steps.last_mut().filter(|_| begun) {
            if step.command.ends_with('\\') {
                step.command.push('\n');
                step.command.push_str(line);
                *lines = number + 1..number + 1;
            } else {
                step.output.push_str(line);
                step.output.push('\n');
                lines.end = number + 1;
            }
        }
    }
    steps
}

fn masked(text: &str) -> String {
    MASK.iter().fold(text.to_owned(), |text, (pattern, stand_in)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *stand_in).into_owned()
    })
}

#[test]
fn every_command_of_the_readme_prints_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the project");
    let file = root.join("README.md");
    let readme = std::fs::read_to_string(&file).expect("the README");
    let home = tempfile::tempdir().expect("a folder");
    let path = std::env::var("PATH").expect("a search path");
    let path = format!("{}:{path}", program().parent().expect("a folder").display());
    let mut printed = Vec::new();
    for (step, lines) in steps(&readme) {
        if NOT_RUN.contains(&step.command.as_str()) {
            continue;
        }
        let mut command = Command::new("bash");
        command.args(["-c", &step.command]).current_dir(root).env("PATH", &path).env("NO_COLOR", "1");
        command.env("XDG_DATA_HOME", home.path()).stdin(Stdio::null()).stderr(Stdio::inherit());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CHRONICLE_")) {
            command.env_remove(name);
        }
        let output = command.output().expect("bash runs");
        let output = String::from_utf8(output.stdout).expect("UTF-8");
        printed.push((step, lines, output));
    }
    assert!(printed.len() > 3, "the README has commands");
    if std::env::var_os(BLESS).is_some() {
        let mut rows: Vec<&str> = readme.lines().collect();
        for (_, lines, output) in printed.iter().rev() {
            rows.splice(lines.clone(), output.lines());
        }
        std::fs::write(&file, rows.join("\n") + "\n").expect("written");
        return;
    }
    for (step, _, output) in printed {
        assert_eq!(
            masked(&output),
            masked(&step.output),
            "`{}` prints something else; where that is right, {BLESS}=1 writes it into the README",
            step.command
        );
    }
}
