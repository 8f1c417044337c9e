//! AWS CBOR 1.1 (`application/x-amz-cbor-1.1`), as the service and the Java SDK speak it: byte
//! strings in place of base64 (WIRE-033), tag 1 over whole **milliseconds** for times (WIRE-032),
//! text as the keys of maps.
//!
//! `parse` and `encode` deal in values and lose how they were spelled; [`outline()`] shows every
//! item's spelling, and `diagnostic` prints it. All reading goes through one bounded tokenizer.
//! Not here: bignums and decimals (the API has none), canonical order of keys, and the
//! indefinite-length form of the service's own error bodies (WIRE-018), which is written by hand
//! where it is needed.

mod diagnostic;
mod encode;
mod head;
mod outline;
mod parse;
#[cfg(test)]
mod tests;
mod token;

pub use diagnostic::{DIAGNOSTIC_LIMIT, diagnostic};
pub use encode::encode;
pub use head::{Argument, Head, Major, Width};
pub use outline::{Item, OutlineError, item_at, outline, path};
pub use parse::parse;
pub use token::{MAX_ITEMS, Place};
