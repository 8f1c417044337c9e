//! Where the trials go and what is known of the target: read and checked before anything starts.

use std::fmt::Display;
use std::time::Duration;

use crate::case::ast::Level;
use crate::case::{Diagnostic, Known, Profile};
use crate::judge::KnownList;
use crate::plan::{Manifest, Target};
use crate::wire::{Client, ClientSettings, Credentials, Endpoint, EndpointError};

use super::Suite;

/// Starts a server; what it returns shows as the server's URL and keeps it alive.
pub(super) type Start = Box<dyn FnOnce() -> Box<dyn Display> + Send>;

/// Where the trials go.
pub(super) enum Place {
    /// To a server that is started first.
    Started(Start),
    /// To the built-in reference, started first.
    #[cfg(feature = "serve")]
    Reference,
    /// To what listens there.
    Endpoint(Endpoint),
}

impl Place {
    /// True if a server may end the process of the test.
    pub(super) const fn is_in_this_process(&self) -> bool {
        match self {
            Self::Started(_) => true,
            #[cfg(feature = "serve")]
            Self::Reference => true,
            Self::Endpoint(_) => false,
        }
    }
}

/// Where the trials go and what is known of the target.
pub(super) struct Setup {
    /// Where.
    pub(super) place: Place,
    /// What the target is said to be.
    pub(super) profile: Option<Profile>,
    /// Its known failures.
    pub(super) known: KnownList,
    /// The path of the list, for the reader.
    pub(super) known_path: Option<String>,
    /// Mismatches at or below this level fail.
    pub(super) level: Level,
}

/// Why nothing can be started.
#[derive(Debug)]
pub(super) enum StartError {
    /// Drawn on files.
    Drawn(Vec<Diagnostic>),
    /// A fragment that fits after "failed to", and what to try.
    Message {
        /// The fragment.
        message: String,
        /// What to try.
        help: Option<String>,
    },
}

impl From<Vec<Diagnostic>> for StartError {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Drawn(diagnostics)
    }
}

impl From<EndpointError> for StartError {
    fn from(error: EndpointError) -> Self {
        Self::Message { message: error.to_string(), help: Some(error.help().to_owned()) }
    }
}

/// What the environment says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variables {
    /// `KINESIS_ENDPOINT`.
    pub(super) endpoint: Option<String>,
    /// `KINESIS_TARGET`.
    pub(super) target: Option<String>,
}

impl Variables {
    /// Reads them; an empty one counts as not set.
    pub(super) fn read() -> Self {
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self { endpoint: variable("KINESIS_ENDPOINT"), target: variable("KINESIS_TARGET") }
    }
}

impl Setup {
    /// What the test target says, overruled by the environment.
    pub(super) fn of(suite: &Suite, place: Place, manifest: &Manifest) -> Result<Self, StartError> {
        Self::with(suite, place, manifest, &Variables::read())
    }

    pub(super) fn with(
        suite: &Suite,
        place: Place,
        manifest: &Manifest,
        variables: &Variables,
    ) -> Result<Self, StartError> {
        let elsewhere = variables.endpoint.is_some() || variables.target.is_some();
        let profile = match &variables.target {
            Some(text) => Some(Profile::find(text)?.ok_or_else(|| no_profile(text))?),
            // What the test target says of its own server says nothing about another.
            None if elsewhere => None,
            None => suite.profile.as_deref().map(Profile::read).transpose()?,
        };
        if let Some(profile) = &profile {
            let strays = profile.check_required_trials(manifest.trials.iter().map(|trial| trial.id.as_str()));
            if !strays.is_empty() {
                return Err(strays.into());
            }
        }
        let known = match &variables.target {
            Some(text) => Known::of_target(text)?,
            None if elsewhere => None,
            None => suite.known.as_deref().map(Known::read).transpose()?,
        };
        let named = variables
            .endpoint
            .clone()
            .or_else(|| profile.as_ref().filter(|_| elsewhere).and_then(|profile| profile.endpoint.clone()));
        let place = match (named, place) {
            (Some(text), Place::Started(_) | Place::Endpoint(_)) => {
                Place::Endpoint(Endpoint::of_target(&text)?)
            }
            #[cfg(feature = "serve")]
            (Some(text), Place::Reference) => Place::Endpoint(Endpoint::of_target(&text)?),
            #[cfg(feature = "serve")]
            (None, Place::Reference) if profile.is_some() => return Err(no_endpoint()),
            (None, place) => place,
        };
        let list = match &known {
            Some(known) => {
                let (list, found) = KnownList::of(known, manifest);
                if !found.is_empty() {
                    return Err(found.into());
                }
                list
            }
            None => KnownList::default(),
        };
        Ok(Self {
            place,
            profile,
            known: list,
            known_path: known.map(|known| known.source.path.clone()),
            level: suite.level.unwrap_or(Level::Extended),
        })
    }
}

fn no_profile(text: &str) -> StartError {
    StartError::Message {
        message: format!("find the target `{text}` that KINESIS_TARGET names: no such profile is built in"),
        help: Some(match Profile::names() {
            names if names.is_empty() => "name the path of a profile.yaml".to_owned(),
            names => format!("one of {}, or the path of a profile.yaml", names.join(", ")),
        }),
    }
}

#[cfg(feature = "serve")]
fn no_endpoint() -> StartError {
    StartError::Message {
        message: "reach the target that KINESIS_TARGET names: its profile states no endpoint".to_owned(),
        help: Some("set KINESIS_ENDPOINT as well".to_owned()),
    }
}

/// Time for an answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A client of the target, with the documented dummy pair.
pub(super) fn client(endpoint: Endpoint, profile: Option<&Profile>) -> Result<Client, String> {
    let region = profile.and_then(|profile| profile.region.clone());
    Client::new(ClientSettings {
        endpoint,
        credentials: Credentials::dummy(),
        region: region.unwrap_or_else(|| "us-east-1".to_owned()),
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
    })
    .map_err(|error| error.to_string())
}

/// The target behind an endpoint.
pub(super) fn target(endpoint: Endpoint, profile: Option<&Profile>) -> Result<Target, String> {
    let shown = endpoint.to_string();
    let client = client(endpoint, profile)?;
    Ok(match profile {
        Some(profile) => Target::of_profile(profile, &shown, client),
        None => Target::bare("endpoint", &shown, client),
    })
}
