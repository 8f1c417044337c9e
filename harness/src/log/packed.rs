//! Compressed logs (`.jsonl.zst`).
//!
//! What was written so far can always be read: each write ends a block of the frame, and a reader takes a
//! frame without an end.

use std::fs::File;
use std::io::{self, BufRead, Write as _};
use std::path::Path;

#[cfg(feature = "cli")]
use zstd::stream::{read::Decoder, write::Encoder};

/// How a compressed file begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Where the lines of a log go.
pub(super) enum Output {
    /// Into the file as they are.
    Plain(File),
    /// Into the file, compressed.
    #[cfg(feature = "cli")]
    Packed(Encoder<'static, File>),
}

impl Output {
    /// Compressed if the file's name ends in `.zst`. Nothing is written yet.
    pub(super) fn of(path: &Path, file: File) -> io::Result<Self> {
        if path.extension().is_none_or(|extension| extension != "zst") {
            return Ok(Self::Plain(file));
        }
        #[cfg(feature = "cli")]
        return Self::packed(file);
        #[cfg(not(feature = "cli"))]
        return Err(without_feature());
    }

    #[cfg(feature = "cli")]
    fn packed(file: File) -> io::Result<Self> {
        let mut encoder = Encoder::new(file, zstd::DEFAULT_COMPRESSION_LEVEL)?;
        // A log that was damaged is refused, and gives no other verdicts.
        encoder.include_checksum(true)?;
        Ok(Self::Packed(encoder))
    }

    /// The file.
    pub(super) fn file(&self) -> &File {
        match self {
            Self::Plain(file) => file,
            #[cfg(feature = "cli")]
            Self::Packed(encoder) => encoder.get_ref(),
        }
    }

    /// Writes lines so that they can be read from the file.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(lines),
            #[cfg(feature = "cli")]
            Self::Packed(encoder) => {
                encoder.write_all(lines)?;
                encoder.flush()
            }
        }
    }

    /// Ends the file. More may be written behind it.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(_) => Ok(()),
            #[cfg(feature = "cli")]
            Self::Packed(encoder) => encoder.do_finish(),
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.file().fmt(formatter)
    }
}

/// True if a file that begins so may be a log: it is compressed, or its first line is one of a log.
pub fn is_log(beginning: &[u8]) -> bool {
    beginning.starts_with(&MAGIC) || beginning.starts_with(b"{\"event\":")
}

/// The lines of a log, compressed or not.
pub(super) fn unpacked<'reader>(
    mut reader: impl BufRead + 'reader,
) -> io::Result<Box<dyn BufRead + 'reader>> {
    if !reader.fill_buf()?.starts_with(&MAGIC) {
        return Ok(Box::new(reader));
    }
    #[cfg(feature = "cli")]
    return Ok(Box::new(io::BufReader::new(Decoder::with_buffer(reader)?)));
    #[cfg(not(feature = "cli"))]
    return Err(without_feature());
}

#[cfg(not(feature = "cli"))]
fn without_feature() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "compressed logs need the feature `cli` of this crate")
}
