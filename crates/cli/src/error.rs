//! Why a command did not do what it was asked to: what is said, what may be done about it, and the exit code.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use chronicle::{AppendError, Damage, ReadError};
use chronicle_nats::ConnectError;
use chronicle_nats::embedded::{Disk, EmbeddedError};
use gateway::{TlsError, TokenFileError};
use producer::PublishError;
use projector::archive::{ArchiveError, RestoreError};
use projector::published::{PublishViewsError, RebuildError};
use projector::{AskError, BadToken, CatchUpError, Halted, VantageError};
use summit::Position;
use wire::Refused;

use crate::anchors::Found;
use crate::connect::Place;

/// The exit codes, an interface of other people's scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Code {
    /// It was done.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// The command line is not understood.
    Usage = 2,
    /// It was checked, and is different from what it must be.
    Different = 3,
    /// The input is refused.
    Refused = 4,
    /// The server does not permit it.
    NotPermitted = 5,
    /// There is no server, or one that is too old.
    NoServer = 6,
    /// The log is damaged.
    Damaged = 7,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The log is not what is known of it.
    #[error("{damage}")]
    Damaged { damage: ReadError, anchor: Option<PathBuf> },
    /// The log was found to be damaged earlier.
    #[error("{}", .0.reason)]
    Found(Box<Found>),
    /// The log is damaged, and the question was answered from what is surely good.
    #[error("{damage}; this answer is stale: it reads up to position {read_to}")]
    Stale { damage: Box<Failure>, read_to: Position },
    /// What is served is no longer kept current.
    #[error("{}", .0.reason)]
    Halted(Arc<Halted>),
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Append(AppendError),
    #[error(transparent)]
    CatchUp(CatchUpError),
    #[error(transparent)]
    Publish(#[from] PublishError),
    #[error(transparent)]
    Views(#[from] PublishViewsError),
    #[error(transparent)]
    Ask(#[from] AskError),
    #[error(transparent)]
    Token(#[from] BadToken),
    /// What was asked for cannot be meant.
    #[error("{said}")]
    Usage { said: String, hint: &'static str },
    /// Events that were handed in break the vocabulary. Each fault has a line of its own.
    #[error("{said}")]
    Refused { said: String, faults: Vec<String>, hint: Option<&'static str> },
    /// Something is different from what it must be; the report says what.
    #[error("{0}")]
    Different(String),
    /// A question to a directory where there is no chronicle.
    #[error("there is no chronicle in \"{}\"", .0.display())]
    NoChronicle(PathBuf),
    /// Nothing is stored, for the disk of the data directory is full.
    #[error("the disk of \"{}\" is full: {free} bytes are free, {least} are needed", data.display())]
    DiskFull { data: PathBuf, free: u64, least: u64, source: PublishError },
    /// The log does not reach as far as the question.
    #[error("the chronicle ends at position {tail}, position {needed} was asked for")]
    NotReached { tail: Position, needed: Position },
    #[error("cannot read \"{name}\"")]
    Unreadable { name: String, source: io::Error },
    #[error("cannot write the answer")]
    Output(#[source] io::Error),
    /// A file cannot be written.
    #[error("cannot write \"{}\"", path.display())]
    Written { path: PathBuf, source: io::Error },
    /// HTTP cannot be served there.
    #[error("cannot listen at {address}")]
    Listen { address: SocketAddr, source: io::Error },
    /// Who may use the service cannot be read, or not be kept.
    #[error("\"{}\" cannot be used", path.display())]
    Tokens { path: PathBuf, source: TokenFileError },
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot {what}")]
    System { what: &'static str, source: io::Error },
    /// The chronicle that the demo would write to is somebody's own.
    #[error("this chronicle holds other events than the demo's")]
    NotTheDemo,
    /// The directory for a rehearsal holds what is somebody's own.
    #[error("\"{}\" holds something else than a rehearsal", .0.display())]
    NotARehearsal(PathBuf),
    /// Somebody rehearses there, watches or asks.
    #[error("the rehearsal in \"{}\" is still open", .0.display())]
    RehearsalOpen(PathBuf),
    /// A service that was asked says so, or does not answer.
    #[error("{said}")]
    Remote { said: String, code: Code, hint: Option<&'static str> },
    #[error("cannot use \"{}\"", directory.display())]
    Directory { directory: PathBuf, source: io::Error },
}

impl From<VantageError> for Failure {
    fn from(error: VantageError) -> Self {
        match error {
            VantageError::Ask(error) => Self::Ask(error),
            VantageError::Token(error) => Self::Token(error),
            VantageError::NotReached { tail, needed } => Self::NotReached { tail, needed },
        }
    }
}

impl From<CatchUpError> for Failure {
    fn from(error: CatchUpError) -> Self {
        match error {
            CatchUpError::Read(error) => Self::Read(error),
            CatchUpError::NotReached { .. } => Self::CatchUp(error),
        }
    }
}

impl From<RebuildError> for Failure {
    fn from(error: RebuildError) -> Self {
        match error {
            RebuildError::Publish(error) => error.into(),
            RebuildError::CatchUp(error) => error.into(),
        }
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        match error {
            RestoreError::Archive(error) => Self::Archive(error),
            RestoreError::Read(error) => Self::Read(error),
            RestoreError::Append(error) => Self::Append(error),
        }
    }
}

impl Failure {
    /// What a check of the log ended with; `anchor` says otherwise, if it was one.
    pub(crate) fn damaged(error: ReadError, anchor: Option<PathBuf>) -> Self {
        if error.damaged_at().is_some() { Self::Damaged { damage: error, anchor } } else { Self::Read(error) }
    }

    pub(crate) fn usage(said: impl Into<String>, hint: &'static str) -> Self {
        Self::Usage { said: said.into(), hint }
    }

    /// An event that was made from options, with every fault of it.
    pub(crate) fn refused(refused: &Refused) -> Self {
        let meant = |fault: &wire::Fault| match fault.field.rsplit('.').next() {
            Some("party") => projector::state_named(&fault.found).map(|state| format!("; did you mean {state}?")),
            _ => None,
        };
        let fault = |fault: &wire::Fault| format!("{fault}{}", meant(fault).unwrap_or_default());
        let faults: Vec<String> = refused.faults.iter().map(fault).collect();
        let lacks = |field: &str| refused.faults.iter().any(|fault| fault.field == field && fault.found == "nothing");
        let hint = if lacks("source") || lacks("data.attribution") {
            "--source and --attribution say who publishes; CHRONICLE_SOURCE and CHRONICLE_ATTRIBUTION are their defaults"
        } else {
            "`chronicle record --help` lists the fields of every kind"
        };
        Self::Refused { said: "the event is refused, nothing is stored".to_owned(), faults, hint: Some(hint) }
    }

    /// Why the log could not be read, where that is it.
    pub(crate) const fn damage(&self) -> Option<&ReadError> {
        if let Self::Read(damage) | Self::Damaged { damage, .. } = self { Some(damage) } else { None }
    }

    /// The first damaged position of the log, where it is damaged and that is known.
    pub(crate) fn damaged_at(&self) -> Option<Position> {
        if let Self::Found(found) = self {
            return Some(found.position);
        }
        if let Self::Halted(halted) = self { halted.position } else { self.damage().and_then(ReadError::damaged_at) }
    }

    /// Whether the log is damaged, and what can be read from its beginning on is what was written there. Where another entry,
    /// or another log, was found, nobody knows from where on it is another.
    pub(crate) fn begins_well(&self) -> bool {
        if let Self::Found(found) = self {
            return found.begins_well;
        }
        matches!(
            self.damage(),
            Some(ReadError::Gap { .. } | ReadError::Damaged(Damage::Missing { .. } | Damage::Rewound { .. }))
        )
    }

    /// The same, said by its cause where nothing could be stored because the disk is full.
    pub(crate) fn on_disk(self, place: Option<&Place>) -> Self {
        match (self, place) {
            (
                Self::Publish(source @ (PublishError::Full(_) | PublishError::OutcomeUnknown(_))),
                Some(Place::Data(data)),
            ) => match Disk::of(data) {
                Ok(disk) if disk.is_full() => {
                    Self::DiskFull { data: data.clone(), free: disk.free, least: disk.least, source }
                }
                Ok(_) | Err(_) => Self::Publish(source),
            },
            (failure, _) => failure,
        }
    }

    /// Whether the same may succeed in a moment, where the server is known to come back.
    pub(crate) fn may_pass(&self) -> bool {
        let connect = matches!(self, Self::Connect(error) if error.may_pass());
        connect || matches!(self, Self::Read(ReadError::Unreachable(_)))
    }

    /// The exit code.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Connect(error) => match error {
                ConnectError::Unreachable { .. } | ConnectError::TooOld { .. } | ConnectError::NoJetStream { .. } => {
                    Code::NoServer
                }
                ConnectError::NotPermitted { .. } | ConnectError::Secret { .. } => Code::NotPermitted,
                ConnectError::Differs { .. } => Code::Different,
                ConnectError::Gone { .. } => Code::Damaged,
                ConnectError::Refused { .. } | ConnectError::NotEmpty { .. } => Code::Failed,
            },
            Self::Embedded(error) => match error {
                EmbeddedError::Damaged { .. } => Code::Damaged,
                EmbeddedError::Variable { .. } => Code::Usage,
                // The place is at fault, not the server.
                EmbeddedError::Unusable { .. } | EmbeddedError::NoSpace { .. } | EmbeddedError::InUse { .. } => {
                    Code::Failed
                }
                EmbeddedError::NoServer
                | EmbeddedError::NoneFits { .. }
                | EmbeddedError::PortTaken { .. }
                | EmbeddedError::StoreHeld { .. }
                | EmbeddedError::Ended { .. }
                | EmbeddedError::NotReady { .. }
                | EmbeddedError::WriteFailed { .. }
                | EmbeddedError::KeepsEnding { .. }
                | EmbeddedError::Supervisor { .. }
                | EmbeddedError::NoAnswer { .. } => Code::NoServer,
            },
            Self::Damaged { .. } | Self::Found(_) | Self::Stale { .. } | Self::Halted(_) => Code::Damaged,
            Self::Archive(error) => match error {
                ArchiveError::Damaged { .. } => Code::Different,
                ArchiveError::Unusable { .. } | ArchiveError::InUse { .. } | ArchiveError::Refused { .. } => {
                    Code::Failed
                }
            },
            Self::Append(error) => match error {
                AppendError::NotPermitted(_) => Code::NotPermitted,
                AppendError::OutcomeUnknown(_)
                | AppendError::Repeated
                | AppendError::Moved { .. }
                | AppendError::TooLarge { .. }
                | AppendError::Full(_)
                | AppendError::Refused(_) => Code::Failed,
            },
            Self::Read(error) => match error {
                ReadError::Unreachable(_) => Code::NoServer,
                ReadError::Gap { .. } | ReadError::Damaged(_) => Code::Damaged,
                ReadError::NotPermitted(_) => Code::NotPermitted,
            },
            Self::Publish(error) => match error {
                PublishError::IdTaken { .. } | PublishError::TooLarge { .. } => Code::Refused,
                PublishError::NotPermitted(_) => Code::NotPermitted,
                PublishError::Unreachable(_) => Code::NoServer,
                PublishError::Moved { .. }
                | PublishError::Full(_)
                | PublishError::Refused(_)
                | PublishError::OutcomeUnknown(_) => Code::Failed,
            },
            Self::Views(PublishViewsError::View(chronicle::ViewError::Unreachable(_))) => Code::NoServer,
            Self::Token(_) | Self::Usage { .. } => Code::Usage,
            Self::Remote { code, .. } => *code,
            Self::Refused { .. } => Code::Refused,
            Self::Different(_) => Code::Different,
            Self::Ask(_)
            | Self::NoChronicle(_)
            | Self::DiskFull { .. }
            | Self::Views(_)
            | Self::CatchUp(_)
            | Self::NotReached { .. }
            | Self::Unreadable { .. }
            | Self::Output(_)
            | Self::Written { .. }
            | Self::Listen { .. }
            | Self::Tokens { .. }
            | Self::Tls(_)
            | Self::System { .. }
            | Self::NotTheDemo
            | Self::NotARehearsal(_)
            | Self::RehearsalOpen(_)
            | Self::Directory { .. } => Code::Failed,
        }
    }

    /// What may be done about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => error.hint().map(ToOwned::to_owned),
            Self::Embedded(error) => Some(error.hint().to_owned()),
            Self::Read(ReadError::Gap { .. } | ReadError::Damaged(_)) | Self::Found(_) | Self::Halted(_) => {
                Some(DAMAGED.to_owned())
            }
            Self::Stale { damage, .. } => damage.hint(),
            Self::Damaged { damage, anchor } => Some(match (damage, anchor) {
                (ReadError::Damaged(Damage::Recreated { .. } | Damage::Gone { .. }), Some(anchor)) => format!(
                    "{DAMAGED}; where the other log is meant, move \"{}\" away",
                    anchor.display()
                ),
                _ => DAMAGED.to_owned(),
            }),
            Self::Archive(ArchiveError::Damaged { .. }) => Some(
                "the log is none the worse for it: `chronicle archive --again` sets the damaged part aside and writes it anew"
                    .to_owned(),
            ),
            Self::Archive(ArchiveError::InUse { .. }) => Some("`chronicle serve` writes it as well; nothing is to be done".to_owned()),
            Self::Append(_) => Some("do the same again: what was set aside stays, and the archive has everything".to_owned()),
            Self::Read(ReadError::Unreachable(_)) => Some("try again; what is stored stays stored".to_owned()),
            Self::Read(ReadError::NotPermitted(_)) | Self::Publish(PublishError::NotPermitted(_)) => {
                Some("ask the server's operator for the permission".to_owned())
            }
            Self::Publish(error) => match error {
                PublishError::IdTaken { .. } => Some("give the event an id of its own".to_owned()),
                PublishError::OutcomeUnknown(_) => {
                    Some("publish it again with the same id: it is stored once".to_owned())
                }
                PublishError::Full(_) => Some("give the chronicle more room; `chronicle doctor` tells how much there is".to_owned()),
                PublishError::NotPermitted(_)
                | PublishError::Moved { .. }
                | PublishError::TooLarge { .. }
                | PublishError::Refused(_)
                | PublishError::Unreachable(_) => None,
            },
            Self::DiskFull { source: PublishError::OutcomeUnknown(_), .. } => Some(
                "free some space there, and publish it again with the same id: it is stored once".to_owned(),
            ),
            Self::DiskFull { .. } => Some(
                "free some space there, and publish it again; what was acknowledged is stored".to_owned(),
            ),
            Self::NoChronicle(_) => Some(
                "name the directory of one with --data or CHRONICLE_DATA; `chronicle publish` begins one, `chronicle demo` shows one"
                    .to_owned(),
            ),
            Self::Ask(error) => Some(asked(error)),
            Self::Token(BadToken::Fold { .. }) => Some("ask the same question without --token".to_owned()),
            Self::Token(BadToken::AsOf(_)) => Some("--token takes the \"token\" of an earlier answer".to_owned()),
            Self::Usage { hint, .. } => Some((*hint).to_owned()),
            Self::Refused { hint, .. } | Self::Remote { hint, .. } => hint.map(ToOwned::to_owned),
            Self::CatchUp(_) => Some("ask again, or without --min-position".to_owned()),
            Self::NotReached { .. } => Some("ask without it, or of the chronicle that gave it".to_owned()),
            Self::Listen { .. } => {
                Some("name another address with --listen, such as 127.0.0.1:0 for a free port; or --no-http".to_owned())
            }
            Self::Tokens { source, path } => match source {
                TokenFileError::Exposed { .. } => Some(format!(
                    "`chmod 600 {}`; and where others may have written it, make the tokens anew", path.display()
                )),
                TokenFileError::Unknown(_) => Some("`chronicle token list` names them".to_owned()),
                TokenFileError::Malformed(_) => Some("move it away, and make the tokens anew".to_owned()),
                TokenFileError::Unusable(_) => Some("name another file with --tokens".to_owned()),
            },
            Self::NotTheDemo => Some(
                "leave out --nats and --data (and their variables), and the demo has a chronicle of its own".to_owned(),
            ),
            Self::NotARehearsal(_) => {
                Some("name an empty directory, or that of an earlier rehearsal, with --into".to_owned())
            }
            Self::RehearsalOpen(_) => Some("end what runs on it, or name another directory with --into".to_owned()),
            Self::Directory { .. } => Some("name another directory with --into".to_owned()),
            Self::Views(PublishViewsError::NoPrevious) => Some("`chronicle rebuild` makes another version".to_owned()),
            Self::Views(_) => Some("try again; the log is untouched".to_owned()),
            Self::Archive(ArchiveError::Unusable { .. } | ArchiveError::Refused { .. })
            | Self::Different(_)
            | Self::Unreadable { .. }
            | Self::Output(_)
            | Self::Written { .. }
            | Self::Tls(_)
            | Self::System { .. } => None,
        }
    }

    /// Whether nobody reads the answer any more: no reason to complain.
    pub(crate) fn is_closed_output(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// What is printed: faults, the error, its causes, what may be done.
    pub(crate) fn report(&self) -> String {
        let bad = anstyle::AnsiColor::Red.on_default().bold();
        let good = anstyle::AnsiColor::Cyan.on_default().bold();
        let mut lines = if let Self::Refused { faults, .. } = self { faults.clone() } else { Vec::new() };
        lines.push(format!("{bad}error:{bad:#} {self}"));
        let mut cause = self.source();
        while let Some(error) = cause {
            lines.push(format!("  caused by: {error}"));
            cause = error.source();
        }
        lines.extend(self.hint().map(|hint| format!("{good}hint:{good:#} {hint}")));
        lines.push(String::new());
        lines.join("\n")
    }
}

/// What may be done about a damaged log.
const DAMAGED: &str = "nothing is ever deleted, so this is damage, and nothing is written any more: `chronicle verify` tells all \
     of it, `chronicle restore` rebuilds the log from the archive";

/// What to ask instead.
fn asked(error: &AskError) -> String {
    match error {
        AskError::Unknown { what, nearest, .. } if nearest.is_empty() => {
            format!("`chronicle events` shows every {what} on record")
        }
        AskError::Unknown { nearest, .. } => {
            let nearest = nearest.iter().map(ToString::to_string).collect::<Vec<_>>();
            format!("did you mean {}?", nearest.join(" or "))
        }
        AskError::Several { called, .. } => {
            let first = called.first().map_or("", |one| one.identifier.as_str());
            format!("name one by its identifier, such as {first}")
        }
        AskError::UnknownEvent(_) => "`chronicle events` prints every event with its id".to_owned(),
        AskError::Ambiguous { .. } => "write more of the id".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use chronicle::{Damage, ReadError};
    use chronicle_nats::ConnectError;
    use producer::PublishError;
    use projector::{AskError, Near};
    use summit::Position;

    use super::{Code, Failure};

    fn plain(failure: &Failure) -> String {
        anstream::adapter::strip_str(&failure.report()).to_string()
    }

    #[test]
    fn every_kind_of_failure_has_the_exit_code_of_the_design() {
        let lost = || ReadError::Damaged(Damage::Missing { position: Position::new(4) });
        let url = || "nats://127.0.0.1:4222".to_owned();
        let cases: [(Failure, Code); 12] = [
            (AskError::UnknownEvent("7".into()).into(), Code::Failed),
            (Failure::usage("no", "yes"), Code::Usage),
            (ConnectError::Differs { stream: "CHRONICLE".into(), differences: vec![] }.into(), Code::Different),
            (PublishError::TooLarge { found: "2".into(), allowed: "1".into() }.into(), Code::Refused),
            (PublishError::NotPermitted("no".into()).into(), Code::NotPermitted),
            (ConnectError::NotPermitted { url: url(), reason: "no".into() }.into(), Code::NotPermitted),
            (ConnectError::Unreachable { url: url(), reason: "no".into() }.into(), Code::NoServer),
            (ConnectError::NoJetStream { url: url() }.into(), Code::NoServer),
            (ReadError::Unreachable("no".into()).into(), Code::NoServer),
            (ReadError::Gap { expected: Position::new(4), found: Position::new(6) }.into(), Code::Damaged),
            (Failure::damaged(lost(), None), Code::Damaged),
            (Failure::damaged(ReadError::Unreachable("no".into()), None), Code::NoServer),
        ];
        for (failure, code) in cases {
            assert_eq!(failure.code(), code, "{failure}");
        }
    }

    #[test]
    fn the_error_comes_first_then_its_causes_then_a_hint() {
        let unknown = AskError::Unknown {
            what: "organisation",
            name: "sc0".into(),
            nearest: vec![
                Near { identifier: "sco".into(), name: Some("Shanghai Cooperation Organisation".into()) },
                Near { identifier: "sco-bank".into(), name: None },
            ],
        };
        assert_eq!(
            plain(&unknown.into()),
            "error: no event names the organisation \"sc0\"\nhint: did you mean \
             sco (Shanghai Cooperation Organisation) or sco-bank?\n"
        );
        let source = std::io::Error::other("the disk is gone");
        assert_eq!(
            plain(&Failure::Unreadable { name: "report.jsonl".into(), source }),
            "error: cannot read \"report.jsonl\"\n  caused by: the disk is gone\n"
        );
    }
}
