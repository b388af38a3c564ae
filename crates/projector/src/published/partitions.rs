//! Which partition a key belongs to.

use std::num::NonZeroU16;

use chronicle::MAX_PARTITIONS;
use sha2::{Digest, Sha256};

/// How many partitions the keys of a version of the published views have.
///
/// A key belongs to one for as long as the version lives, by its first part: the organisation of a membership, the meeting
/// of an attendance. So all keys of an organisation stand at one position, and all of a meeting. It is the first eight bytes
/// of the SHA-256 of that part, as a number, by the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partitions(NonZeroU16);

impl Partitions {
    /// So many; nothing for none and for more than [`MAX_PARTITIONS`].
    pub const fn new(count: u16) -> Option<Self> {
        match NonZeroU16::new(count) {
            Some(count) if count.get() <= MAX_PARTITIONS => Some(Self(count)),
            Some(_) | None => None,
        }
    }

    /// How many there are.
    pub const fn count(self) -> u16 {
        self.0.get()
    }

    /// All of them, in order.
    pub fn all(self) -> impl Iterator<Item = u16> {
        0..self.count()
    }

    /// The one that a key belongs to.
    pub fn of(self, key: &str) -> u16 {
        let number = digest(key.split('.').next().unwrap_or_default()) % u64::from(self.count());
        u16::try_from(number).expect("it is less than the count")
    }
}

/// The first eight bytes of the SHA-256 of a text, as a number.
pub(super) fn digest(text: impl AsRef<[u8]>) -> u64 {
    let digest = Sha256::digest(text.as_ref());
    digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::Partitions;

    #[test]
    fn a_key_belongs_by_its_first_part_to_what_any_other_program_would_find() {
        let eight = Partitions::new(8).expect("a count");
        // printf sco | sha256sum: 44f8049b6d20972e…
        assert_eq!(eight.of("sco.BLR"), eight.of("sco.IND"));
        assert_eq!(super::digest("sco"), 0x44f8_049b_6d20_972e);
        assert_eq!(u64::from(eight.of("sco.BLR")), 0x44f8_049b_6d20_972e % 8);
        assert!(Partitions::new(0).is_none() && Partitions::new(65).is_none());
    }

    #[test]
    fn many_organisations_fill_every_partition() {
        let partitions = Partitions::new(8).expect("a count");
        let mut sizes = [0; 8];
        (0..800).for_each(|n| sizes[usize::from(partitions.of(&format!("organisation-{n}.KAZ")))] += 1);
        assert!(sizes.iter().all(|size| (60..150).contains(size)), "{sizes:?}");
    }
}
