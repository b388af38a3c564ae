//! Where the nats-server program is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::embedded::EmbeddedError;
use crate::version::{NEEDED, Version};

/// Names the program, before every other place.
pub const SERVER_VARIABLE: &str = "CHRONICLE_NATS_SERVER";
/// Where the set-up script puts it, in a folder above the program that looks.
const SET_UP: &str = ".nats-server/nats-server";
/// Its name on the search path.
const NAME: &str = "nats-server";

/// The program to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Where it is.
    pub program: PathBuf,
    /// Its version, as it says.
    pub version: Version,
    /// Programs that stood before it and would not do.
    pub skipped: Vec<Skipped>,
}

/// A program that would not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Where it is.
    pub program: PathBuf,
    /// Why.
    pub reason: String,
}

/// Looks in `CHRONICLE_NATS_SERVER`, then where the set-up script put it (a folder above `near`, the running program
/// or a folder), then on `PATH`. Too old ones are passed over.
pub fn find_server(near: &Path) -> Result<Server, EmbeddedError> {
    let mut skipped = Vec::new();
    for program in places(near) {
        match version_of(&program) {
            Ok(version) if version >= NEEDED => return Ok(Server { program, version, skipped }),
            Ok(version) => {
                let reason = format!("version {version} is too old, {NEEDED} or newer is needed");
                skipped.push(Skipped { program, reason });
            }
            Err(reason) => skipped.push(Skipped { program, reason }),
        }
    }
    if skipped.is_empty() { Err(EmbeddedError::NoServer) } else { Err(EmbeddedError::NoneFits { skipped }) }
}

/// Where a program is, or should be since it was named.
fn places(near: &Path) -> impl Iterator<Item = PathBuf> {
    let named = env::var_os(SERVER_VARIABLE).filter(|named| !named.is_empty()).map(PathBuf::from);
    let set_up: Vec<PathBuf> = near.ancestors().map(|folder| folder.join(SET_UP)).collect();
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).map(|folder| folder.join(NAME)).collect();
    named.into_iter().chain(set_up.into_iter().chain(on_path).filter(|program| program.is_file()))
}

/// What `nats-server --version` says: `nats-server: v2.15.1`.
fn version_of(program: &Path) -> Result<Version, String> {
    let output = Command::new(program).arg("--version").output().map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split_whitespace().last().and_then(Version::parse);
    version.ok_or_else(|| format!("it says \"{}\", which is no version of nats-server", text.trim().escape_debug()))
}
