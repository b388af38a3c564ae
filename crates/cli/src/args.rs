//! The command line.

use std::path::PathBuf;

use chronicle_nats::Settings;
use clap::{Args, Parser, Subcommand};

use crate::ask::Shell;
use crate::command::{
    archive::Archive, attendance::Attendance, completions::Completions, correct::Correct, demo::Demo, diff::Diff,
    doctor::Doctor, events::Events, explain::Explain, export::Export, find::Find, import::Import, members::Members,
    party::Party, person::Person, project::Project, publish::Publish, ready::Ready, rebuild::Rebuild, record::Record,
    rehearse::Rehearse, remarks::Remarks, replay::Replay, restore::Restore, retract::Retract, serve::Serve,
    signings::Signings, timeline::Timeline, token::Token, verify::Verify, watch::Watch,
};
use crate::connect::Place;
use crate::error::Failure;

/// What happens in and around international organisations, on record: ask who was a member of what and who came to
/// which summit, on any day, as known on any other day, according to whom, and by which events.
#[derive(Debug, Parser)]
#[command(name = "chronicle", version, arg_required_else_help = true, max_term_width = 120)]
#[command(after_help = "Begin with:\n  chronicle demo")]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// A running nats-server; those of a cluster with commas between them [default: one of our own, on the data directory]
    #[arg(long, global = true, value_name = "URL", env = "CHRONICLE_NATS_URL", hide_env_values = true)]
    pub(crate) nats: Option<String>,
    #[command(flatten)]
    pub(crate) way_in: WayIn,
    /// Where the chronicle is kept [default: the user's own data directory]
    #[arg(long, global = true, value_name = "DIR", env = "CHRONICLE_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
    /// A running `chronicle serve` that answers questions instead of the log; a token for it stands in `CHRONICLE_TOKEN`
    #[arg(long, global = true, value_name = "URL", env = "CHRONICLE_GATEWAY", hide_env_values = true)]
    pub(crate) gateway: Option<String>,
    /// Answer with JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Nothing but data and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Tell what is done; twice for more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How what is done is told on standard error; named, every request to a service is told
    #[arg(
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        env = "CHRONICLE_LOG_FORMAT",
        hide_env_values = true
    )]
    pub(crate) log_format: Option<LogFormat>,
}

/// What a server that runs already asks for, beside its URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct WayIn {
    /// The seed of the nkey by which that server knows this user, in a file that is its owner's alone
    #[arg(long, global = true, value_name = "FILE", env = "CHRONICLE_NATS_NKEY", hide_env_values = true)]
    pub(crate) nats_nkey: Option<PathBuf>,
    /// Certificates of who vouches for that server [default: whom this machine trusts]
    #[arg(long, global = true, value_name = "FILE", env = "CHRONICLE_NATS_CA", hide_env_values = true)]
    pub(crate) nats_ca: Option<PathBuf>,
    /// Under which subjects that server lets this user take answers [default: `_INBOX_` and the name of the seed's file]
    #[arg(long, global = true, value_name = "PREFIX", env = "CHRONICLE_NATS_INBOX", hide_env_values = true)]
    pub(crate) nats_inbox: Option<String>,
    /// How many servers of a cluster are to keep a log that is created: 1 or 3 [default: 1]
    #[arg(long, global = true, value_name = "N", env = "CHRONICLE_REPLICAS", hide_env_values = true,
        value_parser = ["1", "3"], hide_possible_values = true)]
    pub(crate) replicas: Option<String>,
}

impl WayIn {
    /// The settings of a connection to that server.
    pub(crate) fn settings(&self, url: &str, name: &str) -> Settings {
        let stem =
            |path: &PathBuf| path.file_stem().and_then(|stem| stem.to_str()).map(|stem| format!("_INBOX_{stem}"));
        let given = |text: &&String| !text.is_empty();
        Settings {
            nkey: file(self.nats_nkey.as_ref()),
            authorities: file(self.nats_ca.as_ref()),
            inbox_prefix: self
                .nats_inbox
                .as_ref()
                .filter(given)
                .cloned()
                .or_else(|| file(self.nats_nkey.as_ref()).as_ref().and_then(stem)),
            replicas: self.replicas.as_deref().and_then(|replicas| replicas.parse().ok()).unwrap_or(1),
            ..Settings::new(url, name)
        }
    }
}

/// An empty variable says nothing.
fn file(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.filter(|path| !path.as_os_str().is_empty()).cloned()
}

/// How it is told what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, with its time.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    Serve(Serve),
    Project(Project),
    Ready(Ready),
    Token(Token),
    Publish(Publish),
    Record(Box<Record>),
    Correct(Box<Correct>),
    Retract(Box<Retract>),
    Import(Import),
    Find(Find),
    Members(Members),
    Timeline(Timeline),
    Attendance(Attendance),
    Party(Party),
    Person(Person),
    Signings(Signings),
    Remarks(Remarks),
    Explain(Explain),
    Diff(Diff),
    Events(Events),
    Replay(Replay),
    Rehearse(Rehearse),
    Export(Export),
    Watch(Watch),
    Rebuild(Rebuild),
    Archive(Archive),
    Verify(Verify),
    Restore(Restore),
    Doctor(Doctor),
    Completions(Completions),
}

impl Command {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let remote = shell.remote()?.is_some();
        if remote && self.is_of_the_log() {
            let said = "only questions are asked of a service, this command reads or writes the log itself";
            return Err(Failure::usage(said, "leave out --gateway, or CHRONICLE_GATEWAY"));
        }
        if self.needs_a_chronicle() && !(remote && self.is_a_question()) {
            Place::of(&shell.global)?.must_be_there()?;
        }
        match self {
            Self::Demo(command) => command.run(shell).await,
            Self::Serve(command) => command.run(shell).await,
            Self::Project(command) => command.run(shell).await,
            Self::Ready(command) => command.run(shell).await,
            Self::Token(command) => command.run(shell),
            Self::Publish(command) => command.run(shell).await,
            Self::Record(command) => command.run(shell).await,
            Self::Correct(command) => command.run(shell).await,
            Self::Retract(command) => command.run(shell).await,
            Self::Import(command) => command.run(shell).await,
            Self::Find(command) => shell.answer(command, &command.from).await,
            Self::Members(command) => shell.answer(command, &command.from).await,
            Self::Timeline(command) => shell.answer(command, &command.from).await,
            Self::Attendance(command) => shell.answer(command, &command.from).await,
            Self::Party(command) => shell.answer(command, &command.from).await,
            Self::Person(command) => shell.answer(command, &command.from).await,
            Self::Signings(command) => shell.answer(command, &command.from).await,
            Self::Remarks(command) => shell.answer(command, &command.from).await,
            Self::Explain(command) => shell.answer(command, &command.from).await,
            Self::Diff(command) => command.run(shell).await,
            Self::Events(command) => command.run(shell).await,
            Self::Replay(command) => command.run(shell).await,
            Self::Rehearse(command) => command.run(shell).await,
            Self::Export(command) => command.run(shell).await,
            Self::Watch(command) => command.run(shell).await,
            Self::Rebuild(command) => command.run(shell).await,
            Self::Archive(command) => command.run(shell).await,
            Self::Verify(command) => command.run(shell).await,
            Self::Restore(command) => command.run(shell).await,
            Self::Doctor(command) => command.run(shell).await,
            Self::Completions(command) => command.run(),
        }
    }
}

impl Command {
    /// Whether a service can be asked instead of the log.
    const fn is_a_question(&self) -> bool {
        matches!(
            self,
            Self::Find(_)
                | Self::Members(_)
                | Self::Timeline(_)
                | Self::Attendance(_)
                | Self::Party(_)
                | Self::Person(_)
                | Self::Signings(_)
                | Self::Remarks(_)
                | Self::Explain(_)
                | Self::Diff(_)
                | Self::Events(_)
                | Self::Export(_)
        )
    }

    /// Whether it reads or writes the log itself, as somebody who names a service would not expect.
    const fn is_of_the_log(&self) -> bool {
        matches!(
            self,
            Self::Publish(_)
                | Self::Record(_)
                | Self::Correct(_)
                | Self::Retract(_)
                | Self::Import(_)
                | Self::Replay(_)
                | Self::Watch(_)
        )
    }

    /// Whether it only reads, or speaks of events that are on record: it begins no chronicle.
    const fn needs_a_chronicle(&self) -> bool {
        match self {
            Self::Correct(_)
            | Self::Retract(_)
            | Self::Find(_)
            | Self::Members(_)
            | Self::Timeline(_)
            | Self::Attendance(_)
            | Self::Party(_)
            | Self::Person(_)
            | Self::Signings(_)
            | Self::Remarks(_)
            | Self::Explain(_)
            | Self::Diff(_)
            | Self::Events(_)
            | Self::Replay(_)
            | Self::Rehearse(_)
            | Self::Export(_)
            | Self::Rebuild(_)
            | Self::Archive(_)
            | Self::Verify(_) => true,
            Self::Demo(_)
            | Self::Serve(_)
            | Self::Project(_)
            | Self::Ready(_)
            | Self::Token(_)
            | Self::Publish(_)
            | Self::Record(_)
            | Self::Import(_)
            | Self::Watch(_)
            | Self::Restore(_)
            // It tells what it can before it says so itself.
            | Self::Doctor(_)
            | Self::Completions(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_ends_with_an_example() {
        fn examine(command: &clap::Command, path: &str) {
            let path = format!("{path}{}", command.get_name());
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            if command.has_subcommands() {
                command.get_subcommands().filter(|inner| inner.get_name() != "help").for_each(|inner| {
                    examine(inner, &format!("{path} "));
                });
            } else {
                assert!(after.contains(&path), "{path} has no example: {after:?}");
            }
            assert!(command.get_about().is_some(), "{path} does not say what it does");
        }
        examine(&Cli::command(), "");
    }

    #[test]
    fn every_example_is_understood() {
        fn examples(command: &clap::Command, found: &mut Vec<String>) {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            // A line may go on in the next.
            let after = after.replace("\\\n", " ");
            found
                .extend(after.lines().filter_map(|line| line.trim().strip_prefix("chronicle ").map(ToOwned::to_owned)));
            command.get_subcommands().for_each(|inner| examples(inner, found));
        }
        let mut found = Vec::new();
        examples(&Cli::command(), &mut found);
        assert!(found.len() > 20, "{found:?}");
        for example in found {
            let words = words(example.split(['|', '>']).next().unwrap_or_default());
            if let Err(error) = Cli::try_parse_from(["chronicle".to_owned()].into_iter().chain(words)) {
                panic!("{example}: {error}");
            }
        }
    }

    /// As a shell splits a line: quotes hold together.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for c in line.chars() {
            match (quote, c) {
                (None, ' ') if word.is_empty() => {}
                (None, ' ') => words.push(std::mem::take(&mut word)),
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if open == c => quote = None,
                _ => word.push(c),
            }
        }
        words.extend((!word.is_empty()).then_some(word));
        words
    }

    #[test]
    fn a_name_on_record_has_a_language_and_so_has_a_question() {
        for line in ["record naming --of party=TUR --name Turkey --language en", "members sco --language en-GB"] {
            if let Err(error) = Cli::try_parse_from(words(&format!("chronicle {line}"))) {
                panic!("{line}: {error}");
            }
        }
    }

    #[test]
    fn what_is_not_understood_is_answered_with_the_nearest() {
        for (line, told) in [
            ("membres sco", "members"),
            ("members sco --as-off 2017", "--as-of"),
            ("record admision", "admission"),
            (
                r#"members sco --token {"position":1,"as_of":"2017","fold":3} --as-of 2017"#,
                "cannot be used with '--as-of",
            ),
            ("members sco --token {}", "missing field"),
            ("replay --speed 0x", "such as 60x"),
            ("rehearse sco-astana-2024 --speed fast", "such as 60x"),
            ("members ", "an identifier or a name"),
            ("find India --kind country", "party, organisation"),
            ("members sco --language e_n", "a language (BCP 47)"),
            ("members sco --as-of 2024-13", "EDTF"),
            ("members sco --known-at yesterday", "an instant"),
            ("members sco --at-position x", "a position: a whole number"),
        ] {
            let error = Cli::try_parse_from(format!("chronicle {line}").split(' ')).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
            assert!(error.to_string().contains(told), "{line}: {error}");
        }
    }
}
