//! `serve`.

use kinesis_conformance::plan::reference_settings;
use kinesis_conformance::reference::{self, Fault};
use kinesis_conformance::spec::{Limits, OpenQuestion};
use kinesis_conformance::wire::Credentials;

use super::args::ServeArgs;
use super::banner::Banner;
use super::block_on;
use super::exit::Exit;
use super::output::announce;
use super::problem::Problem;
use super::signals::Signals;

pub(super) fn serve(args: &ServeArgs) -> Result<Exit, Problem> {
    let mut settings = reference_settings();
    settings.listen = args.listen;
    settings.transition.create = args.transition;
    settings.transition.update = args.transition;
    settings.transition.delete = args.transition;
    for name in &args.faults {
        settings.faults.insert(fault(name)?);
    }
    for text in &args.policies {
        let (question, candidate) = text.split_once('=').ok_or_else(|| {
            Problem::usage(format!("read the policy `{text}`")).with_help("write QUESTION=CANDIDATE")
        })?;
        let known: Vec<&str> = OpenQuestion::ALL.iter().map(|question| question.name()).collect();
        let question = OpenQuestion::parse(question).ok_or_else(|| {
            Problem::usage(format!("set the policy: there is no open question `{question}`"))
                .with_help(format!("one of {}", known.join(", ")))
        })?;
        let candidate =
            question.candidates().iter().copied().find(|known| known.name() == candidate).ok_or_else(
                || {
                    let all: Vec<&str> = question.candidates().iter().map(|known| known.name()).collect();
                    Problem::usage(format!(
                        "set the policy: `{candidate}` is no candidate of `{}`",
                        question.name()
                    ))
                    .with_help(format!("one of {}", all.join(", ")))
                },
            )?;
        settings.policy.set(question, candidate).map_err(Problem::usage)?;
    }
    for text in &args.limits {
        limit(&mut settings.limits, text)?;
    }
    let given = args.credentials.iter().map(|text| credentials(text)).collect::<Result<Vec<_>, _>>()?;
    settings.credentials.splice(..0, given);
    let banner = Banner {
        credentials: settings.credentials.clone(),
        limits: settings.limits,
        transition: args.transition,
    };
    block_on(async {
        let running = reference::start(settings).map_err(|error| {
            Problem::usage(format!("listen on {}: {error}", args.listen))
                .with_help("choose another port, or port 0 for a free one")
        })?;
        // Before the line: who reads it may send a signal at once.
        let mut signals = Signals::new()?;
        // One line, flushed: scripts wait for it. What people read goes to the error stream.
        let said = announce(format_args!("http://{}", running.address()));
        if said.is_ok() {
            banner.report(running.address());
            signals.next().await;
        }
        running.shutdown().await;
        said.map(|()| Exit::Fine)
    })?
}

/// Sets a limit by what the command line says of it.
fn limit(limits: &mut Limits, text: &str) -> Result<(), Problem> {
    let refused = || {
        Problem::usage(format!("read the limit `{text}`"))
            .with_help("write creating=N, creating=none, shards=N or on-demand=N")
    };
    let (name, value) = text.split_once('=').ok_or_else(refused)?;
    let number = || value.parse::<u32>().map_err(|_| refused());
    match name {
        "creating" if value == "none" => limits.creating = None,
        "creating" => limits.creating = Some(usize::try_from(number()?).unwrap_or(usize::MAX)),
        "shards" => limits.shards = number()?,
        "on-demand" => limits.on_demand = number()?,
        _ => return Err(refused()),
    }
    Ok(())
}

/// A pair, in characters that need no quotes in a shell and no escape in a signature.
fn credentials(text: &str) -> Result<Credentials, Problem> {
    let pair = text.split_once(':');
    let is_plain = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-.".contains(&byte);
        !text.is_empty() && text.bytes().all(plain)
    };
    match pair {
        Some((access_key, secret_key))
            if is_plain(access_key) && is_plain(secret_key) && !access_key.contains(['/', '=']) =>
        {
            Ok(Credentials {
                access_key: access_key.to_owned(),
                secret_key: secret_key.to_owned(),
                session_token: None,
            })
        }
        Some(_) | None => Err(Problem::usage("read the credentials")
            .with_help("write ID:SECRET in letters, digits and + / = _ - . such as `test:test`")),
    }
}

/// The fault of that name.
pub(super) fn fault(name: &str) -> Result<Fault, Problem> {
    Fault::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Fault::all().iter().map(Fault::name).collect();
        Problem::usage(format!("find the fault `{name}`")).with_help(format!("one of {}", names.join(", ")))
    })
}
