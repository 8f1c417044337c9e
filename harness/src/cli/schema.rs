//! `schema` and `import-model`: files of this repository that are made, not written.

use kinesis_conformance::case::Schema;
use kinesis_conformance::model;

use super::apart::{Named, keep_apart};
use super::args::{ImportModelArgs, SchemaArgs};
use super::exit::Exit;
use super::files::{read_text, write};
use super::output::say;
use super::problem::Problem;

pub(super) fn schema(args: &SchemaArgs) -> Result<Exit, Problem> {
    let mut stale = Vec::new();
    for schema in Schema::ALL {
        let path = args.dir.join(schema.file_name());
        if args.check {
            if read_text(&path).ok().as_deref() != Some(schema.text().as_str()) {
                stale.push(path.display().to_string());
            }
        } else {
            write(&path, &schema.text())?;
            say(format_args!("wrote {}", path.display()))?;
        }
    }
    if stale.is_empty() {
        Ok(Exit::Fine)
    } else {
        Err(Problem::new(
            Exit::Failed,
            format!("find fresh schemas: {} differ from the formats", stale.join(", ")),
        )
        .with_help("run `kinesis-conformance schema` and commit what it writes"))
    }
}

pub(super) fn import_model(args: &ImportModelArgs) -> Result<Exit, Problem> {
    keep_apart([Named::of("--output", Some(&args.output))], [Named::of("FILE", Some(&args.file))])?;
    let text = read_text(&args.file)?;
    let model = model::import(&text, &args.source).map_err(|error| {
        Problem::usage(format!("take `{}` for a model: failed to {error}", args.file.display()))
            .with_help("name a service-2.json of botocore")
    })?;
    write(&args.output, &model.to_text())?;
    say(format_args!(
        "wrote {}: {} operations, {} shapes",
        args.output.display(),
        model.operations.len(),
        model.shapes.len()
    ))?;
    Ok(Exit::Fine)
}
