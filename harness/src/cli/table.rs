//! `table`.

use anstream::{print, println};

use kinesis_conformance::report::record::Record;
use kinesis_conformance::report::table::{BEGIN, END, markdown, put_into};

use super::args::TableArgs;
use super::compare::open;
use super::exit::Exit;
use super::problem::Problem;

pub(super) fn table(args: &TableArgs) -> Result<Exit, Problem> {
    let records: Vec<Record> = args.records.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
    let table = markdown(&records);
    let Some(path) = &args.into else {
        print!("{table}");
        return Ok(Exit::Fine);
    };
    let shown = path.display();
    let document =
        std::fs::read_to_string(path).map_err(|error| Problem::usage(format!("read `{shown}`: {error}")))?;
    let fresh = put_into(&document, &table).ok_or_else(|| {
        Problem::usage(format!("find the table's place in `{shown}`"))
            .with_help(format!("put the lines `{BEGIN}` and `{END}` where it should stand"))
    })?;
    if args.check {
        if fresh == document {
            return Ok(Exit::Fine);
        }
        return Err(Problem::new(Exit::Failed, format!("find the records' figures in `{shown}`"))
            .with_help("run the same command without `--check` and commit what it writes"));
    }
    std::fs::write(path, fresh).map_err(|error| Problem::usage(format!("write `{shown}`: {error}")))?;
    println!("wrote the table into {shown}");
    Ok(Exit::Fine)
}
