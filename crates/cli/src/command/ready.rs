//! `chronicle ready`: whether a service takes questions and events, for whoever starts and watches it.

use std::net::SocketAddr;

use clap::Args;
use gateway::Remote;
use serde::Deserialize;
use summit::Position;

use crate::ask::Shell;
use crate::error::{Code, Failure};
use crate::http::LISTEN;
use crate::output::Output;

/// Say whether a service is ready: answers are current, events are taken
///
/// It asks the service that --gateway names, or else the one of this machine. Exit code 3 where it is not ready, with the
/// reasons, 6 where nobody answers.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle ready
  chronicle --gateway https://chronicle.example.org ready --json")]
pub(crate) struct Ready {
    /// Where the service of this machine listens [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "CHRONICLE_LISTEN", hide_env_values = true)]
    listen: Option<SocketAddr>,
}

/// What a service says of itself; more may stand there.
#[derive(Debug, Deserialize)]
struct Readiness {
    ready: bool,
    position: Position,
    tail: Option<Position>,
    #[serde(default)]
    reasons: Vec<Reason>,
}

#[derive(Debug, Deserialize)]
struct Reason {
    code: String,
    detail: String,
}

impl Ready {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let here = || Remote::at(&format!("http://{}", reached(self.listen.unwrap_or(LISTEN))), None);
        let service = shell.remote()?.map_or_else(here, Ok)?;
        let body = shell.output().meanwhile("asking the service", service.readiness()).await?;
        let told: Readiness = serde_json::from_slice(&body).map_err(|error| Failure::Remote {
            said: format!("the service's answer cannot be read: {error}"),
            code: Code::Failed,
            hint: Some("it may be of another version than this program"),
        })?;
        if shell.output().json {
            Output::bytes(&[&body[..], b"\n"].concat())?;
        } else {
            Output::text(&told.text())?;
        }
        if told.ready { Ok(()) } else { Err(Failure::Different("the service is not ready".to_owned())) }
    }
}

/// Where a service is reached that listens there: one that listens everywhere, also on this machine.
fn reached(listening: SocketAddr) -> SocketAddr {
    match listening.ip() {
        ip if !ip.is_unspecified() => listening,
        std::net::IpAddr::V4(_) => (std::net::Ipv4Addr::LOCALHOST, listening.port()).into(),
        std::net::IpAddr::V6(_) => (std::net::Ipv6Addr::LOCALHOST, listening.port()).into(),
    }
}

impl Readiness {
    fn text(&self) -> String {
        // It looks at the log once a second, and may have taken in more since.
        let tail = self.tail.map(|tail| tail.max(self.position).to_string());
        let tail = tail.unwrap_or_else(|| "an unknown tail".to_owned());
        let word = if self.ready { "ready" } else { "not ready" };
        let first = format!("{word} at position {} of {tail}", self.position);
        let reasons = self.reasons.iter().map(|reason| format!("{}: {}", reason.code, reason.detail));
        [first].into_iter().chain(reasons).map(|line| line + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Readiness, reached};

    #[test]
    fn why_a_service_is_not_ready_is_said_reason_by_reason() {
        let told =
            r#"{"ready":false,"position":4,"tail":null,"reasons":[{"code":"log-full","detail":"no room"}],"new":1}"#;
        let told: Readiness = serde_json::from_str(told).expect("an answer");
        assert_eq!(told.text(), "not ready at position 4 of an unknown tail\nlog-full: no room\n");
    }

    #[test]
    fn who_listens_everywhere_is_asked_on_this_machine() {
        for (listening, asked) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80")]
        {
            assert_eq!(reached(listening.parse().expect("an address")).to_string(), asked);
        }
    }
}
