//! The tokens of a running service: read again when their file has changed.

use std::collections::HashMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::caller::{Caller, Role, Scope};
use super::file::{TokenFile, TokenFileError};
use super::secret::{Fingerprint, Secret};

/// The file is looked at once in this time, at most: so long a revoked token may still be good.
const LOOK: Duration = Duration::from_secs(1);

/// Why a token does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bad {
    /// There is none like it.
    Unknown,
    /// Its time is over.
    Expired(Timestamp),
    /// It was revoked.
    Revoked(Timestamp),
}

/// The tokens that count.
#[derive(Debug)]
pub(super) struct Tokens {
    file: TokenFile,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// By id. None until there is a file; from then on there is always something.
    held: Option<Arc<HashMap<String, Held>>>,
    /// What the file looked like when it was read.
    seen: Option<Stamp>,
    looked_at: Instant,
    /// What is wrong with the file: then the tokens of before count.
    trouble: Option<String>,
}

/// Changes whenever a file does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    bytes: u64,
    changed_at: (i64, i64),
}

#[derive(Debug)]
struct Held {
    fingerprint: Fingerprint,
    role: Role,
    scope: Scope,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl Held {
    fn is_good(&self, now: Timestamp) -> Result<(), Bad> {
        match (self.revoked_at, self.expires_at) {
            (Some(at), _) => Err(Bad::Revoked(at)),
            (None, Some(at)) if at <= now => Err(Bad::Expired(at)),
            (None, _) => Ok(()),
        }
    }
}

impl Tokens {
    /// Reads the file, if there is one. One that cannot be read is an error here, and only here.
    pub(super) fn open(file: TokenFile) -> Result<Self, TokenFileError> {
        let seen = stamp(&file);
        let held = load(&file)?;
        let state = State { held, seen, looked_at: Instant::now(), trouble: None };
        Ok(Self { file, state: Mutex::new(state) })
    }

    /// Whether there are tokens: then nobody enters without one, and this stays so.
    pub(super) fn any(&self) -> bool {
        self.current().held.is_some()
    }

    /// What is wrong with the file.
    pub(super) fn trouble(&self) -> Option<String> {
        self.current().trouble.clone()
    }

    /// Whose token this is.
    pub(super) fn identify(&self, text: &str, now: Timestamp) -> Result<Caller, Bad> {
        let held = self.current().held.clone();
        let secret = Secret::parse(text).ok_or(Bad::Unknown)?;
        let found = held.as_ref().and_then(|held| held.get(secret.id()));
        let known = found.map_or(Fingerprint::NONE, |held| held.fingerprint);
        // Compared even where there is none of this id.
        let same = secret.fingerprint().is(known);
        let held = found.filter(|_| same).ok_or(Bad::Unknown)?;
        held.is_good(now)?;
        Ok(Caller::with_token(secret.id(), held.role, held.scope.clone()))
    }

    /// Whether the token of this id still counts.
    pub(super) fn still_good(&self, id: &str, now: Timestamp) -> bool {
        let held = self.current().held.clone();
        held.as_ref().and_then(|held| held.get(id)).is_some_and(|held| held.is_good(now).is_ok())
    }

    /// The state, after a look at the file where it is time for one.
    fn current(&self) -> MutexGuard<'_, State> {
        // A panic leaves nothing half done in it.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.looked_at.elapsed() >= LOOK {
            state.look(&self.file);
        }
        state
    }

    #[cfg(test)]
    fn look_now(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).look(&self.file);
    }
}

impl State {
    fn look(&mut self, file: &TokenFile) {
        self.looked_at = Instant::now();
        let seen = stamp(file);
        if seen == self.seen {
            return;
        }
        let trouble = match load(file) {
            Ok(Some(held)) => {
                tracing::info!(path = %file.path().display(), tokens = held.len(), "the tokens were read again");
                self.held = Some(held);
                None
            }
            // There never was one.
            Ok(None) if self.held.is_none() => None,
            Ok(None) => Some("the file of tokens is gone".to_owned()),
            Err(error @ TokenFileError::Unusable(_)) => {
                // It may be readable in a moment, without another change.
                tracing::warn!(path = %file.path().display(), %error, "the tokens of before count");
                self.trouble = Some(error.to_string());
                return;
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(trouble) = &trouble {
            tracing::warn!(path = %file.path().display(), trouble, "the tokens of before count");
        }
        (self.seen, self.trouble) = (seen, trouble);
    }
}

fn load(file: &TokenFile) -> Result<Option<Arc<HashMap<String, Held>>>, TokenFileError> {
    let Some(tokens) = file.list()? else { return Ok(None) };
    let held = tokens.into_iter().map(|token| {
        let (fingerprint, scope) = (token.fingerprint()?, token.scope()?);
        let (role, expires_at, revoked_at) = (token.role, token.expires_at, token.revoked_at);
        Ok((token.id, Held { fingerprint, role, scope, expires_at, revoked_at }))
    });
    held.collect::<Result<_, TokenFileError>>().map(|held| Some(Arc::new(held)))
}

fn stamp(file: &TokenFile) -> Option<Stamp> {
    let found = fs::metadata(file.path()).ok()?;
    Some(Stamp { inode: found.ino(), bytes: found.size(), changed_at: (found.ctime(), found.ctime_nsec()) })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use jiff::{SignedDuration, Timestamp};

    use super::super::file::{NewToken, TokenFile};
    use super::{Bad, Role, Scope, Tokens};

    const NOON: Timestamp = Timestamp::UNIX_EPOCH;

    fn new(expires_at: Option<Timestamp>) -> NewToken {
        NewToken { name: None, role: Role::Publisher, scope: Scope::All, expires_at }
    }

    #[test]
    fn a_token_counts_until_it_expires_or_is_revoked() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("tokens.json"));
        let evening = NOON + SignedDuration::from_hours(6);
        let (token, secret) = file.create(new(Some(evening)), NOON).expect("made");
        let (_, other) = file.create(new(None), NOON).expect("made");
        let tokens = Tokens::open(file.clone()).expect("read");
        let caller = tokens.identify(&secret.reveal(), NOON).expect("it counts");
        assert_eq!((caller.token(), caller.role()), (Some(&*token.id), Role::Publisher));
        assert_eq!(tokens.identify(&secret.reveal(), evening), Err(Bad::Expired(evening)));
        assert!(tokens.still_good(&token.id, NOON) && !tokens.still_good(&token.id, evening));
        // The id of one with the secret of another.
        let forged = format!("chronicle_{}_{}", token.id, other.reveal().rsplit('_').next().expect("a secret"));
        assert_eq!(tokens.identify(&forged, NOON), Err(Bad::Unknown));

        file.revoke(&token.id, NOON).expect("revoked");
        tokens.look_now();
        assert_eq!(tokens.identify(&secret.reveal(), NOON), Err(Bad::Revoked(NOON)));
        assert!(!tokens.still_good(&token.id, NOON));
        assert!(tokens.identify(&other.reveal(), NOON).is_ok());
    }

    #[test]
    fn a_file_that_comes_later_counts_and_one_that_breaks_or_goes_leaves_the_tokens_of_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = TokenFile::at(folder.path().join("tokens.json"));
        let tokens = Tokens::open(file.clone()).expect("no file is no fault");
        assert!(!tokens.any());
        let (_, secret) = file.create(new(None), NOON).expect("made");
        tokens.look_now();
        assert!(tokens.any() && tokens.identify(&secret.reveal(), NOON).is_ok());
        assert_eq!(tokens.trouble(), None);

        fs::write(file.path(), "{").expect("broken");
        tokens.look_now();
        assert!(tokens.trouble().is_some_and(|said| said.contains("line 1")));
        assert!(tokens.identify(&secret.reveal(), NOON).is_ok());

        fs::remove_file(file.path()).expect("gone");
        tokens.look_now();
        assert!(tokens.any() && tokens.trouble().is_some_and(|said| said.contains("gone")));
        assert!(tokens.identify(&secret.reveal(), NOON).is_ok());
        assert!(Tokens::open(file.clone()).is_ok(), "who begins without a file begins without tokens");
        fs::write(file.path(), "{").expect("broken");
        assert!(Tokens::open(file).is_err());
    }
}
