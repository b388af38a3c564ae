//! How values stand in a snapshot: numbers as LEB128, texts and lists behind their length, everything else from these.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use jiff::Timestamp;
use summit::{EventId, InstrumentId, MeetingId, Named, OrganisationId, PartyId, PersonId, Position};
use uuid::Uuid;

use crate::index::Slot;

/// A value that can be kept in a snapshot.
pub(crate) trait Coded: Sized {
    /// Writes it behind what is there.
    fn write(&self, to: &mut Vec<u8>);
    /// Takes it from the beginning of what is there; nothing where none stands there.
    fn read(from: &mut &[u8]) -> Option<Self>;
}

/// Takes so many bytes.
pub(crate) fn take<'b>(from: &mut &'b [u8], count: usize) -> Option<&'b [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

impl Coded for u64 {
    fn write(&self, to: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            to.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        to.push(rest.to_le_bytes()[0]);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let mut value = 0;
        for shift in (0..Self::BITS).step_by(7) {
            let byte = take(from, 1)?[0];
            value |= Self::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
}

impl Coded for u32 {
    fn write(&self, to: &mut Vec<u8>) {
        u64::from(*self).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u64::read(from)?.try_into().ok()
    }
}

impl Coded for usize {
    fn write(&self, to: &mut Vec<u8>) {
        (*self as u64).write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u64::read(from)?.try_into().ok()
    }
}

impl Coded for bool {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Some(take(from, 1)?[0] == 1)
    }
}

impl Coded for () {
    fn write(&self, _: &mut Vec<u8>) {}

    fn read(_: &mut &[u8]) -> Option<Self> {
        Some(())
    }
}

impl<const N: usize> Coded for [u8; N] {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        take(from, N)?.try_into().ok()
    }
}

impl Coded for Vec<u8> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        to.extend(self);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::read(from)?;
        take(from, length).map(<[u8]>::to_vec)
    }
}

impl Coded for String {
    fn write(&self, to: &mut Vec<u8>) {
        text(self, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Self::from_utf8(Vec::read(from)?).ok()
    }
}

impl<T: Coded> Coded for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        if let Some(value) = self {
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        if bool::read(from)? { T::read(from).map(Some) } else { Some(None) }
    }
}

impl<T: Coded + Ord> Coded for BTreeSet<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for value in self {
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::read(from)?;
        (0..length).map(|_| T::read(from)).collect()
    }
}

impl<K: Coded + Ord, V: Coded> Coded for BTreeMap<K, V> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        for (key, value) in self {
            key.write(to);
            value.write(to);
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::read(from)?;
        (0..length).map(|_| Some((K::read(from)?, V::read(from)?))).collect()
    }
}

impl Coded for Slot {
    fn write(&self, to: &mut Vec<u8>) {
        self.index().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u32::read(from).map(|number| Self::new(number as usize))
    }
}

/// In their order, each as what it is more or less than the one before.
impl Coded for Vec<Slot> {
    fn write(&self, to: &mut Vec<u8>) {
        self.len().write(to);
        let mut before = 0_i64;
        for slot in self {
            let number = i64::try_from(slot.index()).expect("a slot has 32 bits");
            let difference = number - before;
            // Zigzag: small differences of either sign are small numbers.
            ((difference << 1) ^ (difference >> 63)).cast_unsigned().write(to);
            before = number;
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let length = usize::read(from)?;
        let mut before = 0_i64;
        let next = |_| {
            let zigzag = u64::read(from)?;
            before = before.checked_add((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())?;
            u32::try_from(before).ok().map(|number| Slot::new(number as usize))
        };
        (0..length).map(next).collect()
    }
}

impl Coded for Position {
    fn write(&self, to: &mut Vec<u8>) {
        self.get().write(to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        u64::read(from).map(Self::new)
    }
}

impl Coded for EventId {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.uuid().as_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        <[u8; 16]>::read(from).map(|bytes| Self::new(Uuid::from_bytes(bytes)))
    }
}

impl Coded for Timestamp {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend(self.as_nanosecond().to_le_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        Self::from_nanosecond(i128::from_le_bytes(<[u8; 16]>::read(from)?)).ok()
    }
}

impl Coded for Named {
    fn write(&self, to: &mut Vec<u8>) {
        let (which, name) = match self {
            Self::Party(name) => (0, name.as_str()),
            Self::Organisation(name) => (1, name.as_str()),
            Self::Meeting(name) => (2, name.as_str()),
            Self::Instrument(name) => (3, name.as_str()),
            Self::Person(name) => (4, name.as_str()),
        };
        to.push(which);
        text(name, to);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match take(from, 1)?[0] {
            0 => Coded::read(from).map(Self::Party),
            1 => Coded::read(from).map(Self::Organisation),
            2 => Coded::read(from).map(Self::Meeting),
            3 => Coded::read(from).map(Self::Instrument),
            4 => Coded::read(from).map(Self::Person),
            _ => None,
        }
    }
}

fn text(text: &str, to: &mut Vec<u8>) {
    text.len().write(to);
    to.extend(text.as_bytes());
}

macro_rules! texts {
    ($($name:ident)+) => {$(
        impl Coded for $name {
            fn write(&self, to: &mut Vec<u8>) {
                text(self.as_str(), to);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                let length = usize::read(from)?;
                Self::from_str(std::str::from_utf8(take(from, length)?).ok()?).ok()
            }
        }
    )+};
}

texts! { OrganisationId MeetingId PartyId PersonId InstrumentId }
