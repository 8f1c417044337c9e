//! `table`.

use kinesis_conformance::report::record::Record;
use kinesis_conformance::report::table::{BEGIN, END, markdown, put_into};

use super::apart::{Named, keep_apart};
use super::args::TableArgs;
use super::compare::open;
use super::exit::Exit;
use super::files::{read_text, write};
use super::output::{print, say};
use super::problem::Problem;

pub(super) fn table(args: &TableArgs) -> Result<Exit, Problem> {
    keep_apart(
        [Named::of("--into", args.into.as_deref())],
        args.records.iter().map(|path| Named::of("RECORD", Some(path))),
    )?;
    let records: Vec<Record> = args.records.iter().map(|path| open(path)).collect::<Result<_, _>>()?;
    let table = markdown(&records);
    let Some(path) = &args.into else {
        print(table)?;
        return Ok(Exit::Fine);
    };
    let shown = path.display();
    let document = read_text(path)?;
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
    write(path, &fresh)?;
    say(format_args!("wrote the table into {shown}"))?;
    Ok(Exit::Fine)
}
