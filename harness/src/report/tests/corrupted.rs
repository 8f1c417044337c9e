//! A log that was changed by anybody is read or refused, and what is read is rendered without a panic.

use std::io::Cursor;

use proptest::prelude::*;

use crate::log::read_log;
use crate::report::Summary;
use crate::report::terminal::render;
use crate::testing::samples::{everything, lines};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_corrupted_log_is_rendered_if_it_is_read(at in 0_usize..4_000, byte in any::<u8>(), end in 0_usize..4_000) {
        let mut bytes = lines(&everything()).into_bytes();
        let at = at * 13 % bytes.len();
        bytes[at] = byte;
        bytes.truncate(bytes.len() - end * 7 % bytes.len());
        if let Ok(log) = read_log(Cursor::new(bytes)) {
            let _ = render(&Summary::of_log(&log), Default::default(), &Default::default());
        }
    }
}
