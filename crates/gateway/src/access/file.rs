//! The file of tokens: who holds one, what it may, and the digest of its secret.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::caller::{Role, Scope};
use super::secret::{Fingerprint, Secret};

/// The version of the format that is written and read.
const VERSION: u32 = 1;
/// A longer file is refused, in bytes: some thousand tokens.
const FILE_MAX_BYTES: u64 = 1 << 20;
/// What others than the owner may not do: the group write, everybody else anything.
const FORBIDDEN_MODE: u32 = 0o027;
/// What every organisation is called in the file.
const ALL: &str = "all";

/// A token without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Which one it is.
    pub id: String,
    /// Who holds it, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it may.
    pub role: Role,
    /// For which organisations it may publish: slugs, or `all` alone.
    organisations: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// The digest of the whole token, in hexadecimal digits.
    sha256: String,
}

impl Token {
    /// For which organisations it may publish.
    pub fn scope(&self) -> Result<Scope, TokenFileError> {
        if self.organisations == [ALL] {
            return Ok(Scope::All);
        }
        let slugs = self.organisations.iter().map(|slug| slug.parse()).collect::<Result<_, summit::BadId>>();
        slugs.map(Scope::Only).map_err(|bad| TokenFileError::Malformed(format!("token {}: {bad}", self.id)))
    }

    pub(super) fn fingerprint(&self) -> Result<Fingerprint, TokenFileError> {
        let digest = Fingerprint::parse(&self.sha256);
        digest.ok_or_else(|| TokenFileError::Malformed(format!("the digest of token {} is none", self.id)))
    }
}

/// A token that is wanted.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Who is to hold it, for people.
    pub name: Option<String>,
    /// What it may.
    pub role: Role,
    /// For which organisations it may publish.
    pub scope: Scope,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
}

/// Why the tokens cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// The file or its directory cannot be used.
    #[error("the tokens cannot be read or written")]
    Unusable(#[from] io::Error),
    /// Others than its owner may use it.
    #[error("others may read or write the tokens: mode {mode:04o}, where 0600 is meant")]
    Exposed {
        /// Its permissions.
        mode: u32,
    },
    /// It is no file of tokens, or one of another version.
    #[error("the tokens are not as this program writes them: {0}")]
    Malformed(String),
    /// There is no token of this id.
    #[error("there is no token {0:?}")]
    Unknown(String),
}

/// A file of tokens, there or not.
#[derive(Debug, Clone)]
pub struct TokenFile {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    tokens: Vec<Token>,
}

impl TokenFile {
    /// The file of this name.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All tokens, in the order of their making; none where there is no file.
    pub fn list(&self) -> Result<Option<Vec<Token>>, TokenFileError> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // Of what was opened, not of what stands there by now.
        permitted(&file.metadata()?)?;
        let mut text = String::new();
        file.take(FILE_MAX_BYTES + 1).read_to_string(&mut text)?;
        if text.len() as u64 > FILE_MAX_BYTES {
            return Err(TokenFileError::Malformed(format!("it is longer than {FILE_MAX_BYTES} bytes")));
        }
        // What serde says of a bad value may name it, and a digest is nobody's business.
        let document: Document = serde_json::from_str(&text)
            .map_err(|error| TokenFileError::Malformed(format!("line {}, column {}", error.line(), error.column())))?;
        if document.version != VERSION {
            let said = format!("version {} of the format, this program reads {VERSION}", document.version);
            return Err(TokenFileError::Malformed(said));
        }
        Ok(Some(document.tokens))
    }

    /// Makes a token. Its secret is told here and never again.
    pub fn create(&self, wanted: NewToken, now: Timestamp) -> Result<(Token, Secret), TokenFileError> {
        self.change(|tokens| {
            let secret = loop {
                let secret = Secret::random()?;
                if tokens.iter().all(|token| token.id != secret.id()) {
                    break secret;
                }
            };
            let organisations = match wanted.scope {
                Scope::All => vec![ALL.to_owned()],
                Scope::Only(slugs) => slugs.iter().map(ToString::to_string).collect(),
            };
            let token = Token {
                id: secret.id().to_owned(),
                name: wanted.name,
                role: wanted.role,
                organisations,
                created_at: now,
                expires_at: wanted.expires_at,
                revoked_at: None,
                sha256: secret.fingerprint().text(),
            };
            tokens.push(token.clone());
            Ok((token, secret))
        })
    }

    /// Revokes a token, for good; one that is revoked stays as it was.
    pub fn revoke(&self, id: &str, now: Timestamp) -> Result<Token, TokenFileError> {
        self.change(|tokens| {
            let token = tokens.iter_mut().find(|token| token.id == id);
            let token = token.ok_or_else(|| TokenFileError::Unknown(id.to_owned()))?;
            token.revoked_at.get_or_insert(now);
            Ok(token.clone())
        })
    }

    /// Reads, changes and writes; one at a time.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Vec<Token>) -> Result<T, TokenFileError>,
    ) -> Result<T, TokenFileError> {
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        // The directory itself is what is locked: a file beside would be one more that somebody can plant.
        let directory = File::open(directory)?;
        directory.lock()?;
        let mut tokens = self.list()?.unwrap_or_default();
        let changed = change(&mut tokens)?;
        self.write(&Document { version: VERSION, tokens })?;
        directory.sync_all()?;
        Ok(changed)
    }

    /// The whole file or nothing of it. A link that somebody planted under the name of the new file is not followed.
    fn write(&self, document: &Document) -> Result<(), TokenFileError> {
        let mut text = serde_json::to_string_pretty(document).expect("tokens are JSON");
        text.push('\n');
        let new = self.path.with_extension("new");
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(fs::rename(new, &self.path)?)
    }
}

/// Refuses what others may read or write.
fn permitted(metadata: &Metadata) -> Result<(), TokenFileError> {
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & FORBIDDEN_MODE == 0 { Ok(()) } else { Err(TokenFileError::Exposed { mode }) }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use jiff::Timestamp;

    use super::{NewToken, TokenFile, TokenFileError};
    use crate::access::{Role, Scope};

    fn reader() -> NewToken {
        NewToken { name: None, role: Role::Reader, scope: Scope::All, expires_at: None }
    }

    #[test]
    fn a_file_keeps_digests_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("data/tokens.json"));
        assert!(file.list().expect("no file is no fault").is_none());
        let (token, secret) = file.create(reader(), Timestamp::UNIX_EPOCH).expect("made");
        let text = fs::read_to_string(file.path()).expect("a file");
        let hidden = secret.reveal();
        assert!(text.contains(&token.id) && !text.contains(&hidden[20..]), "{text}");
        let mode = |path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(file.path()), mode(&folder.path().join("data"))), (0o600, 0o700));
        let revoked = file.revoke(&token.id, Timestamp::UNIX_EPOCH).expect("revoked");
        assert_eq!(revoked.revoked_at, Some(Timestamp::UNIX_EPOCH));
        assert!(matches!(file.revoke("nobody", Timestamp::UNIX_EPOCH), Err(TokenFileError::Unknown(_))));
    }

    #[test]
    fn what_others_may_read_or_write_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("tokens.json"));
        file.create(reader(), Timestamp::UNIX_EPOCH).expect("made");
        for (mode, good) in [(0o600, true), (0o640, true), (0o644, false), (0o660, false), (0o602, false)] {
            fs::set_permissions(file.path(), Permissions::from_mode(mode)).expect("set");
            assert_eq!(file.list().is_ok(), good, "{mode:o}");
        }
    }

    #[test]
    fn a_planted_link_is_not_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, file) = (folder.path().join("victim"), TokenFile::at(folder.path().join("tokens.json")));
        fs::write(&victim, "untouched").expect("written");
        symlink(&victim, folder.path().join("tokens.new")).expect("planted");
        file.create(reader(), Timestamp::UNIX_EPOCH).expect("made");
        assert_eq!(fs::read_to_string(&victim).expect("there"), "untouched");
        assert_eq!(file.list().expect("read").expect("there").len(), 1);
    }

    #[test]
    fn what_is_no_file_of_tokens_is_refused_without_telling_what_stands_in_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("tokens.json"));
        for text in ["", "{}", r#"{"version":2,"tokens":[]}"#, r#"{"version":1,"tokens":["s3cret"]}"#] {
            fs::write(file.path(), text).expect("written");
            fs::set_permissions(file.path(), Permissions::from_mode(0o600)).expect("set");
            let error = file.list().expect_err(text);
            assert!(matches!(error, TokenFileError::Malformed(_)) && !error.to_string().contains("s3cret"), "{error}");
        }
    }
}
