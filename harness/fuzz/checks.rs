//! What holds of any bytes, for the fuzz targets and for the test that runs their seeds.

use kinesis_conformance::log::read_log;
use kinesis_conformance::model::Model;
use kinesis_conformance::report::Summary;
use kinesis_conformance::report::terminal::{Options, Style, render};
use kinesis_conformance::wire::{Encoding, ErrorAnswer, Response};
use kinesis_conformance::wire::{cbor, decode, encode, parse};

/// CBOR is parsed, outlined, printed and decoded, or refused at a place inside; what was parsed is
/// encoded to the same value.
pub(crate) fn cbor_body(bytes: &[u8]) {
    match parse(Encoding::Cbor, bytes) {
        Ok(document) => {
            let again = encode(Encoding::Cbor, &document.value);
            let read = parse(Encoding::Cbor, &again).expect("what was encoded is parsed");
            // NaN is not equal to itself.
            assert_eq!(format!("{:?}", read.value), format!("{:?}", document.value));
            for shape in ["GetRecordsOutput", "ListShardsOutput"] {
                let _ = decode(Model::embedded(), Encoding::Cbor, Some(shape), &document.value);
            }
        }
        Err(error) => assert!(error.offset <= bytes.len(), "{error}"),
    }
    let _ = cbor::outline(bytes);
    let printed = cbor::diagnostic(bytes);
    assert!(printed.len() <= 2 * cbor::DIAGNOSTIC_LIMIT + 1_000, "{} characters", printed.len());
    let headers = vec![("content-type".to_owned(), "application/x-amz-cbor-1.1".to_owned())];
    let _ = ErrorAnswer::read(&Response { status: 400, headers, body: bytes.to_vec().into() });
}

/// A log is read and rendered with nothing in it that a terminal obeys, or refused at a line.
pub(crate) fn log_file(bytes: &[u8]) {
    match read_log(bytes) {
        Ok(log) => {
            let page = render(&Summary::of_log(&log), Style::default(), &Options::default());
            assert!(!page.contains(|letter: char| letter.is_control() && letter != '\n'), "{page:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
