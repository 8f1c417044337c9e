//! The target that the arguments name: the reference, an endpoint, a profile, a spawned command.

use std::path::Path;
use std::time::Duration;

use kinesis_conformance::case::Known;
use kinesis_conformance::case::Profile;
use kinesis_conformance::engine::{ClockHook, Redactor, Target};
use kinesis_conformance::wire::{Client, ClientSettings, Credentials, Endpoint};

use super::args::{CredentialsFrom, TargetArgs};
use super::exit::Exit;
use super::problem::Problem;
use super::spawn::Spawned;

/// A target that is up, and what keeps it up.
pub(crate) struct Ready {
    /// The target.
    pub(crate) target: Target,
    /// What must not be told.
    pub(crate) redactor: Redactor,
    spawned: Option<Spawned>,
    reference: Option<kinesis_conformance::reference::Running>,
}

/// What the arguments name, checked, before anything is started or sent.
pub(crate) struct Named {
    profile: Option<Profile>,
    endpoint: Option<Endpoint>,
    credentials: Credentials,
    arguments: Vec<String>,
}

impl Ready {
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
        let text = args
            .endpoint
            .clone()
            .or_else(|| args.ready.as_deref().map(origin))
            .or_else(|| profile.as_ref().and_then(|profile| profile.endpoint.clone()));
        let endpoint = text.as_deref().map(Endpoint::parse).transpose().map_err(|error| {
            Problem::usage(error).with_help("an endpoint is scheme, host and port: http://127.0.0.1:4567")
        })?;
        if let Some(endpoint) = endpoint.as_ref().filter(|endpoint| endpoint.is_aws()) {
            return Err(Problem::usage(format!(
                "run against {endpoint}: hosts of AWS are refused until runs there have a cost plan"
            ))
            .with_help("name an emulator's endpoint"));
        }
        if profile.is_some() && endpoint.is_none() {
            return Err(Problem::usage("reach the target: its profile names no endpoint")
                .with_help("add `--endpoint http://127.0.0.1:PORT`"));
        }
        let credentials = credentials(args.credentials)?;
        Ok(Self { arguments: arguments(args, endpoint.as_ref()), profile, endpoint, credentials })
    }

    /// The known list that comes with the profile.
    pub(crate) fn known(&self, args: &TargetArgs) -> Result<Option<Known>, Problem> {
        match args.target.as_deref() {
            Some(name) if !is_path(name) => Ok(Known::embedded(name)?),
            Some(path) => {
                let beside = Path::new(path).with_file_name("known.yaml");
                if beside.is_file() { Ok(Some(Known::read(&beside)?)) } else { Ok(None) }
            }
            None => Ok(None),
        }
    }

    /// Starts what is to be started and waits until it answers.
    pub(crate) async fn start(self, args: &TargetArgs) -> Result<Ready, Problem> {
        let redactor = Redactor::of(&self.credentials);
        let Some(endpoint) = self.endpoint.clone() else { return self.start_reference(args, redactor) };
        let spawned = match (&args.spawn, &args.ready) {
            (Some(command), Some(url)) => {
                let ready = Endpoint::parse(&origin(url)).map_err(Problem::usage)?;
                Some(Spawned::start(command, &ready, Duration::from_secs(args.ready_timeout)).await?)
            }
            (Some(_) | None, Some(_) | None) => None,
        };
        let region = args
            .region
            .clone()
            .or_else(|| self.profile.as_ref().and_then(|profile| profile.region.clone()))
            .unwrap_or_else(|| DEFAULT_REGION.to_owned());
        let client = client(endpoint.clone(), self.credentials.clone(), region, args)?;
        let mut target = match &self.profile {
            Some(profile) => Target::of_profile(profile, &endpoint.to_string(), client),
            None => Target::bare("endpoint", &endpoint.to_string(), client),
        };
        if let Some(version) = &args.target_version {
            target.version = Some(version.clone());
        }
        target.arguments = self.arguments;
        Ok(Ready { target, redactor, spawned, reference: None })
    }

    fn start_reference(self, args: &TargetArgs, redactor: Redactor) -> Result<Ready, Problem> {
        let settings = kinesis_conformance::engine::reference_settings();
        let running = kinesis_conformance::reference::start(settings)
            .map_err(|error| Problem::new(Exit::NoTarget, format!("start the reference: {error}")))?;
        let endpoint = Endpoint::parse(&format!("http://{}", running.address())).map_err(Problem::usage)?;
        let client = client(endpoint.clone(), Credentials::dummy(), DEFAULT_REGION.to_owned(), args)?;
        let mut target = Target::reference(&endpoint.to_string(), client);
        target.clock = Some(ClockHook::new(running.clock()));
        Ok(Ready { target, redactor, spawned: None, reference: Some(running) })
    }
}

const DEFAULT_REGION: &str = "us-east-1";

fn client(
    endpoint: Endpoint,
    credentials: Credentials,
    region: String,
    args: &TargetArgs,
) -> Result<Client, Problem> {
    let timeout = Duration::from_secs(args.timeout.max(1));
    Client::new(ClientSettings { endpoint, credentials, region, timeout, connect_timeout: timeout })
        .map_err(|error| Problem::usage(error).with_help("build with the default features"))
}

/// A profile by the name of a built-in one, or by path.
fn profile(text: &str) -> Result<Profile, Problem> {
    if is_path(text) {
        return Ok(Profile::read(Path::new(text))?);
    }
    match Profile::embedded(text)? {
        Some(profile) => Ok(profile),
        None => Err(Problem::usage(format!("find the target `{text}`: no profile of that name is built in"))
            .with_help(format!("one of {}, or the path of a profile.yaml", Profile::names().join(", ")))),
    }
}

fn is_path(text: &str) -> bool {
    text.contains('/') || text.ends_with(".yaml")
}

/// Scheme, host and port of a URL: what `--ready` says of the endpoint.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    format!("{scheme}://{host}")
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
fn arguments(args: &TargetArgs, endpoint: Option<&Endpoint>) -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |flag: &str, value: Option<String>| {
        if let Some(value) = value {
            all.extend([flag.to_owned(), value]);
        }
    };
    add("--target", args.target.clone());
    match (&args.spawn, &args.ready) {
        (Some(command), Some(ready)) => {
            add("--spawn", Some(command.clone()));
            add("--ready", Some(ready.clone()));
            add("--endpoint", args.endpoint.clone());
        }
        (Some(_) | None, Some(_) | None) => add("--endpoint", endpoint.map(ToString::to_string)),
    }
    add("--region", args.region.clone());
    match args.credentials {
        CredentialsFrom::Dummy => {}
        CredentialsFrom::Env => add("--credentials", Some("env".to_owned())),
    }
    all
}
