//! `coverage`.

use kinesis_conformance::plan::Manifest;
use kinesis_conformance::report::coverage::Coverage;
use kinesis_conformance::report::marked::COVERAGE;

use super::args::CoverageArgs;
use super::exit::Exit;
use super::library::Cases;
use super::output::print;
use super::problem::Problem;
use super::{library, marked};

pub(super) fn coverage(cases: Cases<'_>, args: &CoverageArgs) -> Result<Exit, Problem> {
    let manifest = Manifest::of(library::read(cases)?, false);
    let today = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
    let coverage = Coverage::of(&manifest, &manifest.library.registry(), today);
    match &args.into {
        Some(path) => {
            marked::put_into(path, args.check, COVERAGE, &coverage.markdown(), "the coverage of the cases")
        }
        None => {
            print(coverage.text())?;
            Ok(Exit::Fine)
        }
    }
}
