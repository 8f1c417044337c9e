//! Sequence numbers: 56 decimal digits that hold a shard, two times and an index (PUT-009).

use std::fmt;

/// Nibbles of a sequence number in hexadecimal.
const NIBBLES: usize = 47;
/// Times of shard creation from here on are refused, in seconds (KT-161).
const LAST_CREATION_S: u64 = 16_025_175_000;
/// The largest index; the next one up is refused (KT-085).
const LAST_INDEX: u64 = 0x7fff_ffff_ffff_ffff;

/// The position of a record in its shard.
///
/// In hexadecimal: `2`, seconds of the shard's creation (9 digits), the shard's last digit, the
/// index (16), `00`, seconds of the put (9), the shard (8), the version `2` (PUT-009).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber {
    /// When the shard was created, in seconds since the epoch.
    pub shard_created_s: u64,
    /// A number that distinguishes records of one shard, growing.
    pub index: u64,
    /// When the record was put, in seconds since the epoch.
    pub put_s: u64,
    /// The shard's number. Negative only in numbers that are made up (KT-086).
    pub shard: i32,
}

/// What a decimal text means as a sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParsedSequence {
    /// A number of the present form.
    Modern(SequenceNumber),
    /// The number 0, over which the service stumbles (KT-083).
    Zero,
    /// A small number of an older form, of which only the shard is read (KT-082).
    Legacy {
        /// The shard that it encodes.
        shard: i32,
    },
    /// None of these.
    Invalid,
}

impl SequenceNumber {
    /// Reads a decimal text.
    pub fn read(text: &str) -> ParsedSequence {
        let Some(limbs) = Limbs::from_decimal(text) else { return ParsedSequence::Invalid };
        if limbs.0[1..].iter().all(|limb| *limb == 0) {
            return match limbs.0[0] {
                0 => ParsedSequence::Zero,
                small => i32::try_from(small)
                    .map_or(ParsedSequence::Invalid, |shard| ParsedSequence::Legacy { shard }),
            };
        }
        // Layout by nibbles from the right: version 1, shard 8, put 9, zero 2, index 16,
        // shard digit 1, created 9, lead 1.
        let lead = limbs.bits(46, 18);
        let version = limbs.bits(0, 1);
        let index = limbs.bits(20, 16);
        let shard_created_s = limbs.bits(37, 9);
        if lead != 2 || !matches!(version, 1 | 2) || index > LAST_INDEX || shard_created_s >= LAST_CREATION_S
        {
            return ParsedSequence::Invalid;
        }
        let shard = u32::try_from(limbs.bits(1, 8)).unwrap_or(u32::MAX).cast_signed();
        ParsedSequence::Modern(Self { shard_created_s, index, put_s: limbs.bits(9, 9), shard })
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shard = self.shard.cast_unsigned();
        let mut limbs = Limbs::default();
        limbs.set(46, 1, 2);
        limbs.set(37, 9, self.shard_created_s);
        limbs.set(36, 1, u64::from(shard) & 0xf);
        limbs.set(20, 16, self.index);
        limbs.set(9, 9, self.put_s);
        limbs.set(1, 8, u64::from(shard));
        limbs.set(0, 1, 2);
        limbs.write_decimal(formatter)
    }
}

/// A whole number of up to 256 bits, lowest limb first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Limbs([u32; 8]);

impl Limbs {
    /// `None` if it is no number or does not fit the digits of a sequence number.
    fn from_decimal(text: &str) -> Option<Self> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut limbs = Self::default();
        for digit in text.bytes() {
            let mut carry = u64::from(digit - b'0');
            for limb in &mut limbs.0 {
                let wide = u64::from(*limb) * 10 + carry;
                *limb = (wide & 0xffff_ffff) as u32;
                carry = wide >> 32;
            }
            if carry != 0 {
                return None;
            }
        }
        Some(limbs)
    }

    /// Up to 16 nibbles from `nibble` (counted from the lowest); more are cut.
    fn bits(&self, nibble: usize, count: usize) -> u64 {
        (0..count.min(16)).fold(0, |bits, offset| bits | (self.nibble(nibble + offset) << (4 * offset)))
    }

    fn nibble(&self, nibble: usize) -> u64 {
        self.0.get(nibble / 8).map_or(0, |limb| u64::from((limb >> (4 * (nibble % 8))) & 0xf))
    }

    /// Sets nibbles that are zero so far.
    fn set(&mut self, nibble: usize, count: usize, value: u64) {
        debug_assert!(nibble + count <= NIBBLES, "the layout has that many digits");
        for offset in 0..count {
            let at = nibble + offset;
            let digit = ((value >> (4 * offset)) & 0xf) as u32;
            self.0[at / 8] |= digit << (4 * (at % 8));
        }
    }

    fn write_decimal(mut self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHUNK: u64 = 1_000_000_000;
        let mut chunks = Vec::with_capacity(9);
        while self.0.iter().any(|limb| *limb != 0) {
            let mut rest = 0;
            for limb in self.0.iter_mut().rev() {
                let wide = (rest << 32) | u64::from(*limb);
                *limb = (wide / CHUNK) as u32;
                rest = wide % CHUNK;
            }
            chunks.push(rest);
        }
        let first = chunks.pop().unwrap_or(0);
        write!(formatter, "{first}")?;
        chunks.iter().rev().try_for_each(|chunk| write!(formatter, "{chunk:09}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_has_56_digits_and_the_recorded_form() {
        let number = SequenceNumber { shard_created_s: 0x5ab7_1234, index: 7, put_s: 0x5ab7_1300, shard: 2 };
        let text = number.to_string();
        assert_eq!(text.len(), 56);
        assert_eq!(SequenceNumber::read(&text), ParsedSequence::Modern(number));
    }

    #[test]
    fn neighbouring_shards_start_as_far_apart_as_recorded() {
        let start =
            |shard| SequenceNumber { shard_created_s: 1_522_000_000, index: 0, put_s: 1_522_000_000, shard };
        let difference = "22300745198530623141535718272648361505980432";
        let sum = add(&start(0).to_string(), difference);
        assert_eq!(sum, start(1).to_string());
    }

    #[test]
    fn recorded_numbers_read_as_the_service_reads_them() {
        assert_eq!(SequenceNumber::read("0"), ParsedSequence::Zero);
        assert_eq!(SequenceNumber::read("5"), ParsedSequence::Legacy { shard: 5 });
        let negative = "49039857307708443467467104868809893875799651944235008002";
        assert!(
            matches!(SequenceNumber::read(negative), ParsedSequence::Modern(number) if number.shard == i32::MIN)
        );
        for invalid in [
            "26227199374822427428162556223570313216",
            "49039857307719593840066370180380661734935976090628259842",
            "49039857307708443467467104868809893875799651909875269632",
            "49039857307708443467467104868809893875799651909875269636",
            "49039857307708443467467104868809893875799651909875269635",
            "73559785961562665201200657303214840813699477864812904449",
            "49039857307697293094867839557237917090843713134307311602",
            "73559785961551514828601391991642864028743539089244946418",
            "",
            "1e3",
        ] {
            assert_eq!(SequenceNumber::read(invalid), ParsedSequence::Invalid, "{invalid}");
        }
    }

    /// Adds two decimal texts, the first at least as long as the second.
    fn add(left: &str, right: &str) -> String {
        let mut carry = 0;
        let mut right = right.bytes().rev();
        let mut digits: Vec<u8> = left
            .bytes()
            .rev()
            .map(|digit| {
                let sum = digit - b'0' + right.next().map_or(0, |other| other - b'0') + carry;
                carry = sum / 10;
                b'0' + sum % 10
            })
            .collect();
        digits.reverse();
        String::from_utf8(digits).expect("digits are text")
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            shard_created_s in 0_u64..LAST_CREATION_S,
            index in 0_u64..=LAST_INDEX,
            put_s in 0_u64..0xf_ffff_ffff,
            shard in 0_i32..=i32::MAX,
        ) {
            let number = SequenceNumber { shard_created_s, index, put_s, shard };
            prop_assert_eq!(SequenceNumber::read(&number.to_string()), ParsedSequence::Modern(number));
        }

        #[test]
        fn arbitrary_text_never_panics(text in ".{0,140}") {
            SequenceNumber::read(&text);
        }
    }
}
