//! `completions` and `man`: made from the flags that are parsed.

use std::io;

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::output::{print, say};
use super::problem::Problem;

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, Problem> {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    print(String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}

pub(super) fn man(args: &ManArgs) -> Result<Exit, Problem> {
    let command = Cli::command();
    let Some(dir) = &args.dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page).map_err(unmade)?;
        print(String::from_utf8_lossy(&page))?;
        return Ok(Exit::Fine);
    };
    clap_mangen::generate_to(command, dir).map_err(|error| {
        Problem::usage(format!("write manual pages to `{}`: {error}", dir.display()))
            .with_help("name a folder that exists and may be written")
    })?;
    say(format_args!("wrote the manual pages to {}", dir.display()))?;
    Ok(Exit::Fine)
}

fn unmade(error: io::Error) -> Problem {
    Problem::new(Exit::Bug, format!("make the manual page: {error}"))
}
