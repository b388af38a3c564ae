//! The text of a token: `chronicle_<id>_<secret>`, of which only a digest is kept.

use std::fmt;
use std::io;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What every token begins with, so that those who look for leaked secrets know one.
const PREFIX: &str = "chronicle_";
/// Bytes of an id: it only has to be unlike the others of a file.
const ID_BYTES: usize = 4;
/// Bytes of a secret: 256 bits cannot be guessed, so one round of a hash keeps them.
const SECRET_BYTES: usize = 32;

/// A token as its bearer shows it. Nothing prints it but [`Secret::reveal`].
pub struct Secret {
    id: String,
    secret: String,
}

impl Secret {
    /// A new one, from the random numbers of the system.
    pub(super) fn random() -> io::Result<Self> {
        let (mut id, mut secret) = ([0; ID_BYTES], [0; SECRET_BYTES]);
        getrandom::fill(&mut id)?;
        getrandom::fill(&mut secret)?;
        Ok(Self { id: hexadecimal(&id), secret: hexadecimal(&secret) })
    }

    /// What somebody showed, if it is a token at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let digits = |text: &str, bytes: usize| {
            text.len() == 2 * bytes && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let good = digits(id, ID_BYTES) && digits(secret, SECRET_BYTES);
        good.then(|| Self { id: id.to_owned(), secret: secret.to_owned() })
    }

    /// Which token it is: no secret.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The whole text, to be shown once.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}_{}", self.id, self.secret)
    }

    /// What is kept of it.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        Fingerprint(Sha256::digest(self.reveal()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_…", self.id)
    }
}

/// The SHA-256 of a token.
#[derive(Clone, Copy)]
pub(super) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// What no token has: compared with where there is none of this id, which takes as long.
    pub(super) const NONE: Self = Self([0; 32]);

    /// From hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let good = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte = u8::from_str_radix(text.get(at..at + 2).filter(|_| good)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    pub(super) fn text(self) -> String {
        hexadecimal(&self.0)
    }

    /// Whether they are equal, found out in a time that tells nothing about where they differ.
    pub(super) fn is(self, other: Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:…")
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;

    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, Secret};

    #[test]
    fn a_token_is_read_as_it_was_shown_and_its_digest_comes_back() {
        let made = Secret::random().expect("random numbers");
        let read = Secret::parse(&made.reveal()).expect("a token");
        assert_eq!((read.id(), read.reveal()), (made.id(), made.reveal()));
        assert!(read.fingerprint().is(made.fingerprint()));
        assert!(Fingerprint::parse(&made.fingerprint().text()).expect("a digest").is(made.fingerprint()));
        let other = Secret::random().expect("random numbers");
        assert!(!other.fingerprint().is(made.fingerprint()) && other.reveal() != made.reveal());
        assert!(!made.fingerprint().is(Fingerprint::NONE));
    }

    #[test]
    fn what_is_no_token_is_none() {
        let made = Secret::random().expect("random numbers").reveal();
        for bad in
            ["", "chronicle_", "chronicle__", "chronicle_0_0", &made[1..], &format!("{made}0"), &made.to_uppercase()]
        {
            assert!(Secret::parse(bad).is_none(), "{bad}");
        }
        assert!(Fingerprint::parse(&"é".repeat(32)).is_none());
    }

    #[test]
    fn nothing_prints_a_secret_by_accident() {
        let made = Secret::random().expect("random numbers");
        let printed = format!("{made:?} {:?}", made.fingerprint());
        assert!(printed.contains(made.id()) && !printed.contains(&made.secret), "{printed}");
        assert!(!printed.contains(&made.fingerprint().text()), "{printed}");
    }
}
