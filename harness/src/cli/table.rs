//! `table`.

use kinesis_conformance::report::marked::FIGURES;
use kinesis_conformance::report::record::Record;
use kinesis_conformance::report::table::markdown;

use super::apart::{Named, keep_apart};
use super::args::TableArgs;
use super::compare::open;
use super::exit::Exit;
use super::marked;
use super::output::print;
use super::problem::Problem;

pub(super) fn table(args: &TableArgs) -> Result<Exit, Problem> {
    keep_apart(
        [Named::of("--into", args.into.as_deref())],
        args.records.iter().map(|path| Named::of("RECORD", Some(path))),
    )?;
    let records: Vec<Record> = args.records.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
    let table = markdown(&records);
    match &args.into {
        Some(path) => marked::put_into(path, args.check, FIGURES, &table, "the records' figures"),
        None => {
            print(table)?;
            Ok(Exit::Fine)
        }
    }
}
