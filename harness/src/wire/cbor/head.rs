//! The head of an item: its first byte and the argument that follows (RFC 8949 §3).

/// The major type, the high three bits of an item's first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Major {
    /// 0: a whole number from 0.
    Unsigned,
    /// 1: a whole number below 0; the argument `n` stands for `-1 - n`.
    Negative,
    /// 2: a byte string.
    Bytes,
    /// 3: a text string.
    Text,
    /// 4: an array.
    Array,
    /// 5: a map.
    Map,
    /// 6: a tag over the item that follows.
    Tag,
    /// 7: `false`, `true`, `null` and other simple values; floats; the break.
    Simple,
}

impl Major {
    /// What it is called in reasons of errors.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "an unsigned integer",
            Self::Negative => "a negative integer",
            Self::Bytes => "a byte string",
            Self::Text => "text",
            Self::Array => "an array",
            Self::Map => "a map",
            Self::Tag => "a tag",
            Self::Simple => "a simple value or float",
        }
    }

    const fn of(first: u8) -> Self {
        match first >> 5 {
            0 => Self::Unsigned,
            1 => Self::Negative,
            2 => Self::Bytes,
            3 => Self::Text,
            4 => Self::Array,
            5 => Self::Map,
            6 => Self::Tag,
            _ => Self::Simple,
        }
    }
}

/// How many bytes behind the first one hold the argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Width {
    /// None: the argument (0 to 23) is in the first byte.
    Immediate,
    /// One.
    One,
    /// Two; a half float under [`Major::Simple`].
    Two,
    /// Four; a single float under [`Major::Simple`].
    Four,
    /// Eight; a double float under [`Major::Simple`].
    Eight,
}

/// What the head says beyond the major type: a number, a length, a count, the bits of a float.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// It says this.
    Definite {
        /// The argument. Of arrays it counts elements, of maps pairs, of strings bytes.
        value: u64,
        /// How wide it is written, which need not be as short as it could be.
        width: Width,
    },
    /// An indefinite length: items follow up to the break.
    Indefinite,
}

/// The head of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The major type.
    pub major: Major,
    /// The argument.
    pub argument: Argument,
}

impl Head {
    /// Reads a head, and how many bytes it takes.
    ///
    /// # Errors
    ///
    /// A reason: the bytes end within it, or the first byte is reserved.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), &'static str> {
        let (&first, rest) = bytes.split_first().ok_or("the bytes end where an item should start")?;
        let major = Major::of(first);
        let (value, width, length) = match first & 0b0001_1111 {
            small @ 0..=23 => (u64::from(small), Width::Immediate, 1),
            24 => (u64::from_be_bytes(padded::<1>(rest)?), Width::One, 2),
            25 => (u64::from_be_bytes(padded::<2>(rest)?), Width::Two, 3),
            26 => (u64::from_be_bytes(padded::<4>(rest)?), Width::Four, 5),
            27 => (u64::from_be_bytes(padded::<8>(rest)?), Width::Eight, 9),
            31 => return Ok((Self { major, argument: Argument::Indefinite }, 1)),
            _ => return Err("the first byte is a reserved one"),
        };
        Ok((Self { major, argument: Argument::Definite { value, width } }, length))
    }

    /// The float, if it is one, and how wide it is written.
    pub fn float(&self) -> Option<(f64, Width)> {
        let Argument::Definite { value, width } = self.argument else { return None };
        if self.major != Major::Simple {
            return None;
        }
        let float = match width {
            Width::Immediate | Width::One => return None,
            Width::Two => half(value as u16),
            Width::Four => f64::from(f32::from_bits(value as u32)),
            Width::Eight => f64::from_bits(value),
        };
        Some((float, width))
    }
}

/// The first `N` bytes, zeros before them.
fn padded<const N: usize>(bytes: &[u8]) -> Result<[u8; 8], &'static str> {
    let found = bytes.get(..N).ok_or("the bytes end within the head of an item")?;
    let mut whole = [0; 8];
    whole[8 - N..].copy_from_slice(found);
    Ok(whole)
}

/// The value of a half-precision float (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let exponent = i32::from((bits >> 10) & 0x1f);
    let mantissa = f64::from(bits & 0x3ff);
    let magnitude = match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2f64.powi(exponent - 25),
    };
    if bits & 0x8000 == 0 { magnitude } else { -magnitude }
}
