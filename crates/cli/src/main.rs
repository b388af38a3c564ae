//! The command `chronicle`: the composition root, where log, producer and views are put together.
//!
//! It folds nothing and stores nothing itself. Pure parts (options to requests, answers to text) stand apart from what
//! connects, reads and prints.
//!
//! A question is answered by reading the log, from the newest snapshot on, into an index and asking a view of it; the JSON of an answer is the
//! answer type of `projector`, field by field. Beside these:
//!
//! - `publish`, `record`, `correct`, `retract` print one line for each event:
//!   `{"position":74,"id":"…","duplicate":false}`; `duplicate` where it stood there before.
//! - `import` with `--json` prints one line: `{"published":9,"known":0,"rejected":0}`; of pictures, what their table holds
//!   comes before: `{"pictures":2,"rows":12,"changes":9,"nones":1,"unsaid":0,"rejected":0,"published":9,"known":0}`, the last
//!   two not in a dry run; with editions also `"editions"` before them and `"revisions"` behind `"nones"`. Of spells, treaty
//!   acts and Popolo: `{"rows":12,"events":20,"rejected":0,"published":20,"known":0}`. Exit code 4 where rows are rejected, although the others are imported.
//! - `events`, `export` and `replay` print the stored documents, one a line, byte for byte (a document that was stored
//!   with line breaks in it is written on one line). Entries that are no events are left out and told on standard error.
//! - `watch members` and `watch attendance` with `--json`: one line for each position that changed what is watched,
//!   `{"position":74,"date":null,"cause":"…","changes":[{"view":"membership","organisation":"sco","party":"BLR",
//!   "before":[rows],"after":[rows]}]}`, or `{"view":"attendance","meeting","party","before":row|null,"after":row|null}`.
//!   `date` and no `cause` where a new day brought the changes.
//! - `watch events` with `--json`: `{"position":74,"stored_at":"…","event":{the document}}`.
//! - `rehearse` with `--json`: one line for each event that it lets happen, as `publish` prints it, and nothing else.
//! - `archive` with `--json`: `{"archive":path,"position","added","set_aside":[paths]}`.
//! - `verify` with `--json`: `{"last","read","archive":path|null,"archived","damaged_at":position|null,"findings":[texts]}`;
//!   `read` and `archived` are how far log and archive are good. Exit code 7 where `damaged_at` is not null, 3 where only
//!   the archive is not as it was written.
//! - `restore` with `--json`: `{"position","archived","taken","moved":[{"id"|null,"from","to"}],"lost":[[first,last]],
//!   "set_aside":path|null}`: up to where the log is restored, where the archive ended, how many entries behind it were taken
//!   over, which of the others stand elsewhere now, which positions are lost.
//! - `ready` with `--json`: what `/readyz` answers, `{"ready":true,"position","tail"|null,"reasons":[{"code","detail"}]}`. Exit
//!   code 3 where it is not ready.
//! - `token create` with `--json`: `{"id","name"|null,"role","organisations":[slugs]|["all"],"created_at","expires_at"|null,
//!   "revoked_at"|null,"token"}`, and without it the token alone; `token revoke` the same without `token`, `token list` a list.
//! - `doctor` with `--json`: `{"program":{"version","path"},"data":path|null,"nats_server":{"url"|null,"version",
//!   "program"|null,"skipped":[{"program","reason"}]}|null,"log":{"created_at","first","last","entries","contiguous"}|null,"events":n,
//!   "disk":{"free","least","store","quota"|null,"stored"|null}|null,"differences":[{"setting","expected","found"}],"undecodable":[{"position","stored_at","subject","reason","hash"}],
//!   "nodes":[{"name","answers","version"|null,"syncs_always"|null,"stored"|null,"may_store"|null,
//!   "log":{"leads","created_at","first","last","entries","bytes"}|null}],"faults":[texts]}`. Exit code 3 where there are faults.
//!
//! In reading order: the command line ([`args`]), why a command fails ([`error`]), where the chronicle is
//! ([`connect`]), whether the nodes of a cluster agree ([`cluster`]), from where it is asked ([`vantage`]), how a question is answered ([`ask`]), also of a damaged log
//! ([`stale`]), how that is noticed while serving ([`whole`]), what a service manager hears of it ([`manager`]), documents from options
//! ([`fields`], [`document`], [`identified`]), what lets one event out after another ([`release`]), what happens at a rehearsal and where
//! ([`script`], [`stage`]), the commands, their text.
//!
//! **Invariants.** Data goes to standard output, everything else to standard error. Nothing is printed that does not
//! come from a view or from the log.

mod args;

mod error;

mod output;

mod connect;

mod cluster;

mod anchors;

mod http;

mod manager;

mod read;

mod publishing;

mod crew;

mod stale;

mod whole;

mod kept;

mod values;

mod vantage;

mod ask;

mod history;

mod remote;

mod directory;

mod release;

mod script;

mod stage;

mod fields;

mod setting;

mod document;

mod identified;

mod command;

mod render;

#[cfg(test)]
mod samples;

use std::process::ExitCode;

use anstream::AutoStream;
use chronicle_nats::embedded;
use clap::Parser;
use jiff::Timestamp;
use tracing_subscriber::EnvFilter;

use crate::args::{Cli, Global, LogFormat};
use crate::ask::Shell;
use crate::connect::Place;
use crate::error::{Code, Failure};

fn main() -> ExitCode {
    // Before anything else: the program may have been started by itself, to run a server.
    if let Some(code) = embedded::internal(std::env::args_os()) {
        return code;
    }
    let Cli { global, command } = Cli::parse();
    tell(&global);
    let today = projector::date_of(Timestamp::now());
    let shell = Shell { global, today };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(source) => return end(Err(Failure::System { what: "start threads", source })),
    };
    let done = runtime.block_on(command.run(&shell));
    // Nothing is waited for: what is acknowledged is stored.
    runtime.shutdown_background();
    end(done.map_err(|failure| failure.on_disk(Place::of(&shell.global).ok().as_ref())))
}

/// Says why it failed, if it did.
fn end(done: Result<(), Failure>) -> ExitCode {
    match done {
        Ok(()) => Code::Done.into(),
        Err(failure) if failure.is_closed_output() => Code::Done.into(),
        Err(failure) => {
            output::say(&failure.report());
            failure.code().into()
        }
    }
}

/// Lets the crates below tell what they do, on standard error.
fn tell(global: &Global) {
    let level = match global.verbose {
        // What the client library says of a failure, the error says too.
        _ if global.quiet => "error,async_nats=off",
        // Who names a format wants a log.
        0 if global.log_format.is_some() => "warn,async_nats=off,gateway=info",
        0 => "warn,async_nats=off",
        1 => "info,async_nats=warn",
        _ => "debug",
    };
    let colour = AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    let told = tracing_subscriber::fmt().with_env_filter(EnvFilter::new(level)).with_writer(std::io::stderr);
    match global.log_format {
        Some(LogFormat::Json) => told.json().flatten_event(true).with_span_list(false).with_ansi(false).init(),
        Some(LogFormat::Text) => told.with_ansi(colour).init(),
        None => told.with_ansi(colour).without_time().with_target(global.verbose > 1).init(),
    }
}
