//! The target that the arguments name: the reference, an endpoint, a profile, a spawned command.

use std::sync::Arc;
use std::time::Duration;

use kinesis_conformance::case::{Known, Profile, Requires, masked, read_file};
use kinesis_conformance::log::Redactor;
use kinesis_conformance::plan::{ClockHook, Manifest, Target, TargetProcess, unmatched};
use kinesis_conformance::wire::{Anchors, Client, ClientError, ClientSettings, Credentials, Endpoint, Trust};

use super::args::{CredentialsFrom, TargetArgs};
use super::exit::Exit;
use super::library::required_trials;
use super::output::warn;
use super::problem::Problem;
use super::profiles::{origin, profile, urls_of};
use super::spawn::{Restarted, Start};
use super::targets;

/// A target that is up, and what keeps it up.
pub(crate) struct Ready {
    /// The target.
    pub(crate) target: Target,
    /// What must not be shown.
    pub(crate) redactor: Redactor,
    spawned: Option<Arc<Restarted>>,
    reference: Option<kinesis_conformance::reference::Running>,
}

/// What the arguments name, checked, before anything is started or sent.
pub(crate) struct Named {
    profile: Option<Profile>,
    endpoint: Option<Endpoint>,
    spawn: Option<Spawn>,
    credentials: Credentials,
    trust: Trust,
    arguments: Vec<String>,
    requires: Requires,
}

/// A command to start, and where it should listen then.
struct Spawn {
    command: String,
    ready: Endpoint,
    environment: Vec<(String, String)>,
}

impl Ready {
    /// If what was spawned has ended by itself: how, and what it said last.
    pub(crate) async fn ended(&self) -> Option<String> {
        match &self.spawned {
            Some(spawned) => spawned.last_output().await,
            None => None,
        }
    }

    /// Stops what was started.
    pub(crate) async fn stop(self) {
        if let Some(spawned) = self.spawned {
            spawned.stop().await;
        }
        if let Some(reference) = self.reference {
            reference.shutdown().await;
        }
    }
}

impl Named {
    /// Checks the arguments.
    pub(crate) fn from(args: &TargetArgs) -> Result<Self, Problem> {
        let profile = args.target.as_deref().map(profile).transpose()?;
        if let Some(profile) = &profile {
            urls_of(profile)?;
        }
        let spawn = spawn(args, profile.as_ref())?;
        // The command line goes before the profile, and `endpoint` before `ready`.
        let of_profile = profile.as_ref().and_then(|profile| profile.endpoint.as_deref());
        let spawned = || spawn.as_ref().map(|spawn| spawn.ready.clone());
        let endpoint = match (&args.endpoint, &args.spawn, of_profile) {
            (Some(text), None | Some(_), None | Some(_)) => Some(endpoint(text)?),
            (None, None, Some(text)) => Some(endpoint(text)?),
            (None, Some(_), None | Some(_)) | (None, None, None) => spawned(),
        };
        if profile.is_some() && endpoint.is_none() {
            return Err(Problem::usage("reach the target: its profile names no endpoint")
                .with_help("add `--endpoint http://127.0.0.1:PORT`"));
        }
        let credentials = credentials(args.credentials)?;
        let requires = profile.as_ref().map(|profile| profile.requires.clone()).unwrap_or_default();
        let arguments = arguments(args, endpoint.as_ref(), spawn.as_ref());
        let trust = trust(args)?;
        Ok(Self { arguments, profile, endpoint, spawn, credentials, trust, requires })
    }

    /// Adds what the command line requires to what the profile does, and holds all of it against the
    /// trials that there are and against what the profile says to be lacking.
    pub(crate) fn require(&mut self, texts: &[String], manifest: &Manifest) -> Result<(), Problem> {
        if let Some(profile) = &self.profile {
            required_trials(profile, manifest)?;
        }
        for text in texts {
            self.requires.add(text).map_err(|error| {
                let help = error.help.clone();
                Problem::usage(error).with_help(help)
            })?;
        }
        if let Some(glob) = unmatched(&self.requires, manifest).first() {
            let glob = glob.as_str();
            return Err(Problem::usage(format!("require `{glob}`: the pattern describes no trial"))
                .with_help("`kinesis-conformance list` prints every id; `*` matches no `/`, `**` does"));
        }
        let lacks = self.profile.as_ref().map(|profile| profile.lacks.clone()).unwrap_or_default();
        match self.requires.contradicted_by(&lacks).first() {
            Some(both) => Err(Problem::usage(format!("require `{both}`: the target's profile lacks it"))
                .with_help("leave out `--require`, or delete it from `lacks` in the profile")),
            None => Ok(()),
        }
    }

    /// The known list that comes with the profile.
    pub(crate) fn known(&self, args: &TargetArgs) -> Result<Option<Known>, Problem> {
        Ok(args.target.as_deref().map(Known::of_target).transpose()?.flatten())
    }

    /// Starts what is to be started and waits until it answers.
    pub(crate) async fn start(self, args: &TargetArgs) -> Result<Ready, Problem> {
        let redactor = Redactor::of(&self.credentials);
        let Some(endpoint) = self.endpoint.clone() else {
            return self.start_reference(args, redactor);
        };
        let wait = Duration::from_secs(args.ready_timeout);
        let spawned = match &self.spawn {
            Some(Spawn { command, ready, environment }) => {
                let (command, ready, redactor) = (command.clone(), ready.clone(), redactor.clone());
                let environment = environment.clone();
                let start = Start { command, ready, wait, environment, redactor };
                Some(Arc::new(Restarted::start(start).await?))
            }
            None => None,
        };
        let region = args
            .region
            .clone()
            .or_else(|| self.profile.as_ref().and_then(|profile| profile.region.clone()))
            .unwrap_or_else(|| DEFAULT_REGION.to_owned());
        let client = client(endpoint.clone(), self.credentials.clone(), region, args, self.trust)?;
        if client.takes_any_certificate() {
            warn(format_args!("warning: --insecure: the certificate of {endpoint} is not checked"));
        }
        let mut target = match &self.profile {
            Some(profile) => Target::of_profile(profile, &endpoint.to_string(), client),
            None => Target::bare("endpoint", &endpoint.to_string(), client),
        };
        if let Some(version) = &args.target_version {
            target.version = Some(version.clone());
        }
        target.arguments = self.arguments;
        target.requires = self.requires;
        target.rates.extend(args.rates.iter().cloned());
        target.process = spawned.clone().map(|spawned| spawned as Arc<dyn TargetProcess>);
        Ok(Ready { target, redactor, spawned, reference: None })
    }

    fn start_reference(self, args: &TargetArgs, redactor: Redactor) -> Result<Ready, Problem> {
        let settings = kinesis_conformance::plan::reference_settings();
        let running = kinesis_conformance::reference::start(settings)
            .map_err(|error| Problem::new(Exit::NoTarget, format!("start the reference: {error}")))?;
        let endpoint = Endpoint::parse(&format!("http://{}", running.address())).map_err(Problem::usage)?;
        let region = DEFAULT_REGION.to_owned();
        let client = client(endpoint.clone(), Credentials::dummy(), region, args, Trust::System)?;
        let mut target = Target::reference(&endpoint.to_string(), client);
        target.clock = Some(ClockHook::new(running.clock()));
        target.requires = self.requires;
        target.rates.extend(args.rates.iter().cloned());
        Ok(Ready { target, redactor, spawned: None, reference: Some(running) })
    }
}

/// What is to be started: what the arguments say, or what the profile does.
fn spawn(args: &TargetArgs, profile: Option<&Profile>) -> Result<Option<Spawn>, Problem> {
    let (command, url, environment) = match (&args.spawn, &args.ready, profile) {
        (Some(command), Some(url), _) => (command, url, Vec::new()),
        (None | Some(_), None | Some(_), Some(profile)) if args.start => {
            match (&profile.spawn, &profile.ready) {
                (Some(command), Some(url)) => {
                    let named = args.target.as_deref().unwrap_or(&profile.name);
                    (command, url, targets::environment(named)?)
                }
                (None | Some(_), None | Some(_)) => {
                    return Err(Problem::usage("start the target: its profile does not say how")
                        .with_help("add `--spawn COMMAND --ready URL` in place of `--start`"));
                }
            }
        }
        (None | Some(_), None | Some(_), None | Some(_)) => return Ok(None),
    };
    let ready = endpoint(&origin(url))?;
    Ok(Some(Spawn { command: command.clone(), ready, environment }))
}

const DEFAULT_REGION: &str = "us-east-1";

fn client(
    endpoint: Endpoint,
    credentials: Credentials,
    region: String,
    args: &TargetArgs,
    trust: Trust,
) -> Result<Client, Problem> {
    let timeout = Duration::from_secs(args.timeout);
    let settings = ClientSettings { endpoint, credentials, region, timeout, connect_timeout: timeout };
    Client::trusting(settings, trust).map_err(|error| {
        let help = match error {
            ClientError::NoTls { .. } => "build with the default features",
            ClientError::Certificates { .. } => {
                "install the system's certificates, or name the target's or its authority's with --cacert FILE"
            }
            ClientError::Setup { .. } => "check the network of this machine",
        };
        Problem::usage(error).with_help(help)
    })
}

/// The largest file of certificates, in bytes: a system's whole list has less.
const LARGEST_CACERT: u64 = 8 << 20;

/// Whose certificates are trusted.
fn trust(args: &TargetArgs) -> Result<Trust, Problem> {
    if args.insecure {
        return Ok(Trust::Any);
    }
    let Some(path) = &args.cacert else { return Ok(Trust::System) };
    let shown = path.display();
    let bytes = read_file(path, LARGEST_CACERT).map_err(|error| {
        Problem::usage(format!("read `{shown}`, which --cacert names: {error}"))
            .with_help("name a file of certificates in PEM")
    })?;
    let anchors = Anchors::from_pem(&bytes).map_err(|error| {
        let help = error.help();
        Problem::usage(format!("use `{shown}`, which --cacert names: failed to {error}")).with_help(help)
    })?;
    Ok(Trust::SystemAnd(anchors))
}

fn endpoint(text: &str) -> Result<Endpoint, Problem> {
    Endpoint::of_target(text).map_err(|error| {
        let help = error.help();
        Problem::usage(error).with_help(help)
    })
}

fn credentials(from: CredentialsFrom) -> Result<Credentials, Problem> {
    match from {
        CredentialsFrom::Dummy => Ok(Credentials::dummy()),
        CredentialsFrom::Env => {
            let variable = |name: &str| {
                std::env::var(name).map_err(|_| {
                    Problem::usage(format!("read the credentials: {name} is not set"))
                        .with_help("set it, or leave out `--credentials env` to sign with the dummy pair")
                })
            };
            Ok(Credentials {
                access_key: variable("AWS_ACCESS_KEY_ID")?,
                secret_key: variable("AWS_SECRET_ACCESS_KEY")?,
                session_token: std::env::var("AWS_SESSION_TOKEN").ok(),
            })
        }
    }
}

/// The part of the command line that names the target again.
fn arguments(args: &TargetArgs, endpoint: Option<&Endpoint>, spawn: Option<&Spawn>) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            all.extend([flag.to_owned(), value]);
        }
    };
    add("--target", args.target.clone());
    match (&args.spawn, spawn) {
        (Some(command), Some(spawn)) => {
            add("--spawn", Some(masked(command).into_owned()));
            add("--ready", Some(spawn.ready.to_string()));
            add("--endpoint", args.endpoint.clone());
        }
        (Some(_) | None, Some(_) | None) if args.start => add("--endpoint", args.endpoint.clone()),
        (Some(_) | None, Some(_) | None) => add("--endpoint", endpoint.map(ToString::to_string)),
    }
    add("--cacert", args.cacert.as_ref().map(|path| path.display().to_string()));
    add("--region", args.region.clone());
    for (operation, rate) in &args.rates {
        add("--rate", Some(format!("{operation}={rate}")));
    }
    match args.credentials {
        CredentialsFrom::Dummy => {}
        CredentialsFrom::Env => add("--credentials", Some("env".to_owned())),
    }
    for (flag, given) in [("--insecure", args.insecure), ("--start", args.start)] {
        if given {
            all.push(flag.to_owned());
        }
    }
    all
}
