//! The program started by itself: the hidden arguments, written and read in one place.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::embedded::{server, supervisor};

/// The first argument of a program that was started by itself. No command for people has this name.
pub const INTERNAL: &str = "internal";
const SUPERVISE: &str = "supervise";
const EXEC_CHILD: &str = "exec-child";
const DATA: &str = "--data";

/// Does what a program was started for by itself: `internal supervise …`, `internal exec-child …`. Gives nothing back
/// when the arguments (the program's name first) are a person's.
///
/// Called first in `main`, before any other thread is started and any file opened: the supervisor lets go of every file
/// that it inherited, and the death of its first thread is the death of the server.
pub fn internal(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().skip(1).collect();
    let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
    let (first, rest) = arguments.split_first()?;
    if *first != INTERNAL {
        return None;
    }
    Some(match rest {
        [act, data, folder] if *act == SUPERVISE && *data == DATA => supervisor::supervise(Path::new(folder)),
        [act, parent, folder, program] if *act == EXEC_CHILD => {
            server::exec_child(parent, Path::new(folder), Path::new(program))
        }
        _ => ExitCode::from(2),
    })
}

/// The command that supervises a data directory.
pub(super) fn supervise(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.args([INTERNAL, SUPERVISE, DATA]).arg(data);
    command
}

/// The command that becomes the nats-server `program` of a data directory's folder, under the supervisor `parent`.
pub(super) fn exec_child(parent: u32, folder: &Path, program: &Path) -> std::io::Result<Command> {
    // On Linux this is the program itself, even when an update has put another in its place.
    let own = if cfg!(target_os = "linux") { "/proc/self/exe".into() } else { std::env::current_exe()? };
    let mut command = Command::new(own);
    command.args([INTERNAL, EXEC_CHILD, &parent.to_string()]).arg(folder).arg(program);
    Ok(command)
}
