//! Files that let one in: read only where nobody else can.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::settings::ConnectError;

/// The rights of others than the owner.
const OTHERS: u32 = 0o077;
/// What the seed of a user begins with.
const SEED: &str = "SU";

/// The seed of an nkey in a file: its first line that is one, as the tools of NATS write it.
pub(crate) fn seed(path: &Path) -> Result<String, ConnectError> {
    let unusable = |reason: String| ConnectError::Secret { path: path.to_owned(), reason };
    let metadata = fs::metadata(path).map_err(|error| unusable(error.to_string()))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & OTHERS != 0 {
        return Err(unusable(format!("others may read it (mode {mode:03o})")));
    }
    let text = fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    let seed = text.lines().map(str::trim).find(|line| line.starts_with(SEED));
    seed.map(str::to_owned).ok_or_else(|| unusable("it holds no seed of a user's nkey (SU…)".into()))
}

/// Whether a file can be read, told before a connection fails of it in other words.
pub(crate) fn readable(path: &Path) -> Result<(), ConnectError> {
    let unusable = |reason: String| ConnectError::Secret { path: path.to_owned(), reason };
    let text = fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    if text.contains("BEGIN CERTIFICATE") { Ok(()) } else { Err(unusable("it holds no certificate".into())) }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    use super::{readable, seed};

    #[test]
    fn a_seed_is_read_where_nobody_else_can_read_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("desk.nk");
        fs::write(&path, "# of the desk\nSUAEXAMPLE\n").expect("written");
        for (mode, read) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("set");
            assert_eq!(seed(&path).is_ok(), read, "{mode:o}");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
        assert_eq!(seed(&path).as_deref(), Ok("SUAEXAMPLE"));
        fs::write(&path, "SAAEXAMPLE\n").expect("written");
        assert!(seed(&path).is_err_and(|error| error.to_string().contains("no seed")));
        assert!(readable(&path).is_err_and(|error| error.to_string().contains("no certificate")));
        assert!(seed(&folder.path().join("none")).is_err());
    }
}
