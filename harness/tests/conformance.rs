//! The suite against the built-in reference, or against what `KINESIS_ENDPOINT` or
//! `KINESIS_TARGET` names.

fn main() -> std::process::ExitCode {
    kinesis_conformance::libtest::reference()
}
