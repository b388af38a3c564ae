//! Events as a few bytes: what others say too by its number, what only one says as it is.

use jiff::Timestamp;
use summit::{
    Act, Admission, AdmissionManner, Attribution, Authority, Certainty, Content, EventId, Founding, InstrumentForm,
    Kind, Level, Meeting, MeetingForm, Mode, NameForm, Named, Naming, Participation, Person, Phase, Presence, Previous,
    Qualifier, Reclassification, Retraction, Rung, Shared, Signatory, Signing, Standing, Statement, StatementMode,
    Step, Succession, SuccessionManner, Suspension, Tally, Travel, TravelScope, Withdrawal, WithdrawalManner,
};

use super::symbols::Symbols;
use crate::snapshot::{Coded, take};

/// A part of an event that is kept packed. What is unpacked was packed with the same symbols.
pub(super) trait Pack: Sized {
    /// Writes it behind what is there.
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols);
    /// Takes it from the beginning of what is there.
    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self;
}

/// A text that hardly anybody else says: packed as it is.
trait PackLong: Sized {
    fn pack_long(&self, to: &mut Vec<u8>);
    fn unpack_long(from: &mut &[u8]) -> Self;
}

/// What was packed there.
fn read<T: Coded>(from: &mut &[u8]) -> T {
    T::read(from).expect("it was packed there")
}

fn byte(from: &mut &[u8]) -> u8 {
    take(from, 1).expect("a byte was packed there")[0]
}

impl PackLong for String {
    fn pack_long(&self, to: &mut Vec<u8>) {
        self.write(to);
    }

    fn unpack_long(from: &mut &[u8]) -> Self {
        read(from)
    }
}

impl PackLong for Option<String> {
    fn pack_long(&self, to: &mut Vec<u8>) {
        self.write(to);
    }

    fn unpack_long(from: &mut &[u8]) -> Self {
        read(from)
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
        to.push(u8::from(self.is_some()));
        if let Some(value) = self {
            value.pack(to, symbols);
        }
    }

    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
        (byte(from) == 1).then(|| T::unpack(from, symbols))
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
        self.len().write(to);
        for value in self {
            value.pack(to, symbols);
        }
    }

    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
        let length = read(from);
        (0..length).map(|_: usize| T::unpack(from, symbols)).collect()
    }
}

impl Pack for bool {
    fn pack(&self, to: &mut Vec<u8>, _: &mut Symbols) {
        self.write(to);
    }

    fn unpack(from: &mut &[u8], _: &Symbols) -> Self {
        read(from)
    }
}

/// Small numbers of either sign are few bytes.
impl Pack for i64 {
    fn pack(&self, to: &mut Vec<u8>, _: &mut Symbols) {
        ((*self << 1) ^ (*self >> 63)).cast_unsigned().write(to);
    }

    fn unpack(from: &mut &[u8], _: &Symbols) -> Self {
        let zigzag: u64 = read(from);
        (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed()
    }
}

impl Pack for Timestamp {
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
        self.as_second().pack(to, symbols);
        i64::from(self.subsec_nanosecond()).pack(to, symbols);
    }

    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
        let (seconds, nanos) = (i64::unpack(from, symbols), i64::unpack(from, symbols));
        let nanos = i32::try_from(nanos).ok();
        nanos.and_then(|nanos| Self::new(seconds, nanos).ok()).expect("an instant was packed there")
    }
}

impl Pack for EventId {
    fn pack(&self, to: &mut Vec<u8>, _: &mut Symbols) {
        self.write(to);
    }

    fn unpack(from: &mut &[u8], _: &Symbols) -> Self {
        read(from)
    }
}

macro_rules! words {
    ($($type:ident),+) => {$(
        /// As its place in the list of its words.
        impl Pack for $type {
            fn pack(&self, to: &mut Vec<u8>, _: &mut Symbols) {
                to.push(*self as u8);
            }

            fn unpack(from: &mut &[u8], _: &Symbols) -> Self {
                Self::ALL[usize::from(byte(from))]
            }
        }
    )+};
}

words!(Kind, Authority, Certainty, Level, Presence, Mode, AdmissionManner, WithdrawalManner, Rung, MeetingForm, Phase);
words!(TravelScope, InstrumentForm, Act, StatementMode, Qualifier, NameForm, SuccessionManner);

/// Field by field, those apart that are long texts.
macro_rules! packed {
    ($($type:ident { $($field:ident),* $(; $long:ident)? })+) => {$(
        impl Pack for $type {
            fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
                $(self.$field.pack(to, symbols);)*
                $(self.$long.pack_long(to);)?
            }

            fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
                Self { $($field: Pack::unpack(from, symbols),)* $($long: PackLong::unpack_long(from),)? }
            }
        }
    )+};
}

packed! {
    Shared { occurred, zone, order, attribution, authority, certainty, organisation, meeting, place; note }
    Attribution { name, url }
    Person { name, id, office }
    Founding { name }
    Admission { party, status, manner, instrument }
    Previous { occurred, status }
    Standing { party, status, previous }
    Step { party, towards, step }
    Suspension { party; scope }
    Withdrawal { party, manner }
    Reclassification { from, to }
    Meeting { form, phase, title, theme, host, venue, mode, part_of, sidelines_of, participants }
    Travel { party, group, person, level, scope, welcomed_by }
    Participation { party, group, presence, person, level, capacity, mode, in_lieu_of, complete }
    Signatory { party, person }
    Signing { instrument, title, form, act, signatories, signatories_complete }
    Statement { speaker, party, mode; words }
    Tally { what, value, qualifier, list_complete }
    Naming { of, language, form; name }
    Succession { from, to, manner }
    Retraction { retracts; reason }
}

macro_rules! contents {
    ($($kind:ident),+) => {
        impl Pack for Content {
            fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
                self.kind().pack(to, symbols);
                match self {
                    $(Self::$kind(content) => content.pack(to, symbols),)+
                }
            }

            fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
                match Kind::unpack(from, symbols) {
                    $(Kind::$kind => Self::$kind(Pack::unpack(from, symbols)),)+
                }
            }
        }
    };
}

contents! {
    Founding, Admission, Standing, Step, Suspension, Reinstatement, Withdrawal, Reclassification, Meeting, Arrival,
    Departure, Attendance, Signing, Statement, Tally, Naming, Succession, Retraction
}

impl Pack for Named {
    fn pack(&self, to: &mut Vec<u8>, symbols: &mut Symbols) {
        match self {
            Self::Party(name) => (to.push(0), name.pack(to, symbols)),
            Self::Organisation(name) => (to.push(1), name.pack(to, symbols)),
            Self::Meeting(name) => (to.push(2), name.pack(to, symbols)),
            Self::Instrument(name) => (to.push(3), name.pack(to, symbols)),
            Self::Person(name) => (to.push(4), name.pack(to, symbols)),
        };
    }

    fn unpack(from: &mut &[u8], symbols: &Symbols) -> Self {
        match byte(from) {
            0 => Self::Party(Pack::unpack(from, symbols)),
            1 => Self::Organisation(Pack::unpack(from, symbols)),
            2 => Self::Meeting(Pack::unpack(from, symbols)),
            3 => Self::Instrument(Pack::unpack(from, symbols)),
            _ => Self::Person(Pack::unpack(from, symbols)),
        }
    }
}
