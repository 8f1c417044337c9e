//! `target list`, `target install` and `target start`, and where built-in targets live: their files are
//! in this program, and are written to the user's cache folder before they are used.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kinesis_conformance::case::{Profile, is_path};

use super::args::{TargetListArgs, TargetStartArgs, TargetVerb, TargetVerbArgs};
use super::exit::Exit;
use super::output::{say, warn};
use super::problem::Problem;
use super::profiles::{profile, urls_of};

/// The folder that holds the profile, for its command.
const PROFILE_DIR: &str = "PROFILE_DIR";
/// The folder into which scripts install targets.
const TARGETS_DIR: &str = "TARGETS_DIR";
/// The user's choice of the cache folder.
const CACHE: &str = "KINESIS_CONFORMANCE_CACHE";

pub(super) fn target(args: &TargetVerbArgs) -> Result<Exit, Problem> {
    match &args.verb {
        TargetVerb::List(TargetListArgs {}) => list(),
        TargetVerb::Install(args) => install(&args.name),
        TargetVerb::Start(args) => start(args),
    }
}

fn list() -> Result<Exit, Problem> {
    let folder = installed_in()?;
    for name in Profile::names() {
        let Some(profile) = Profile::embedded(&name)? else { continue };
        let version = profile.version.as_deref().unwrap_or("of any version");
        let installed = folder.join(format!("{name}-{version}")).join("installed").exists();
        let state = if installed { "installed" } else { "not installed" };
        say(format_args!("{name} {version} ({state})\n    {}", profile.about))?;
    }
    say(format_args!(
        "reference {} (built in)\n    the reference of this program; `serve` starts it",
        env!("CARGO_PKG_VERSION")
    ))?;
    say(format_args!("installed in: {}", folder.display()))?;
    Ok(Exit::Fine)
}

fn install(name: &str) -> Result<Exit, Problem> {
    let mut command = command(name)?;
    command.env("INSTALL_ONLY", "1");
    warn(format_args!("installing {name} in {}", installed_in()?.display()));
    // What it prints is progress; the output is for programs.
    let status = command.stdout(Stdio::null()).status().map_err(|error| not_started(name, &error))?;
    if status.success() {
        say(format_args!(
            "{name} is installed; run the suite against it: kinesis-conformance run --target {name} --start"
        ))?;
        return Ok(Exit::Fine);
    }
    Err(Problem::new(Exit::NoTarget, format!("install {name}: its script ended with {status}")).with_help(
        "the lines above say why; the script needs the tools of the target, such as npm, pip or cargo",
    ))
}

/// The program becomes the target, so that signals reach it and its exit code is the target's.
fn start(args: &TargetStartArgs) -> Result<Exit, Problem> {
    let mut command = command(&args.name)?;
    let profile = profile(&args.name)?;
    match args.port {
        Some(port) => {
            command.env("PORT", port.to_string());
            warn(format_args!("starting {} on port {port}", args.name));
        }
        None => warn(format_args!("starting {}: {}", args.name, profile.ready.unwrap_or_default())),
    }
    Err(not_started(&args.name, &command.exec()))
}

fn not_started(name: &str, error: &std::io::Error) -> Problem {
    Problem::new(Exit::NoTarget, format!("start {name}: {error}"))
        .with_help("the program needs `sh` and `bash`")
}

/// The command of a profile.
fn command(name: &str) -> Result<Command, Problem> {
    let profile = profile(name)?;
    urls_of(&profile)?;
    let Some(spawn) = &profile.spawn else {
        return Err(Problem::usage(format!("start {name}: its profile does not say how"))
            .with_help("add `spawn` and `ready` to the profile"));
    };
    let mut command = Command::new("sh");
    command.arg("-c").arg(spawn).envs(environment(name)?);
    Ok(command)
}

/// What the command of a profile finds in its environment. The files of a built-in target are written.
pub(super) fn environment(name: &str) -> Result<Vec<(String, String)>, Problem> {
    let set = |name: &str, path: &Path| (name.to_owned(), path.display().to_string());
    if is_path(name) {
        let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
        return Ok(vec![set(PROFILE_DIR, folder.unwrap_or_else(|| Path::new(".")))]);
    }
    let folder = cache()?.join("profiles").join(env!("CARGO_PKG_VERSION")).join(name);
    let written = std::fs::create_dir_all(&folder).and_then(|()| {
        for (file, content) in Profile::files(name) {
            let path = folder.join(file);
            if std::fs::read(&path).ok().as_ref() != Some(&content) {
                std::fs::write(path, content)?;
            }
        }
        Ok(())
    });
    written.map_err(|error| {
        Problem::usage(format!("write the files of {name} to `{}`: {error}", folder.display()))
            .with_help(format!("name a folder that may be written in {CACHE}"))
    })?;
    Ok(vec![set(PROFILE_DIR, &folder), set(TARGETS_DIR, &installed_in()?)])
}

/// Where built-in targets are installed.
fn installed_in() -> Result<PathBuf, Problem> {
    match std::env::var_os(TARGETS_DIR).filter(|folder| !folder.is_empty()) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => Ok(cache()?.join("targets")),
    }
}

fn cache() -> Result<PathBuf, Problem> {
    let folder = |name: &str| std::env::var_os(name).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    folder(CACHE)
        .or_else(|| folder("XDG_CACHE_HOME").map(|folder| folder.join("kinesis-conformance")))
        .or_else(|| folder("HOME").map(|folder| folder.join(".cache/kinesis-conformance")))
        .ok_or_else(|| {
            Problem::usage("find the cache folder: HOME is not set")
                .with_help(format!("name a folder for targets in {CACHE}"))
        })
}
