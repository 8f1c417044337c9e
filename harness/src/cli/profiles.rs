//! Profiles that the user names, and their URLs.

use kinesis_conformance::case::Profile;
use kinesis_conformance::wire::Endpoint;

use super::problem::Problem;

/// A profile by the name of a built-in one, or by path.
pub(super) fn profile(text: &str) -> Result<Profile, Problem> {
    match Profile::find(text)? {
        Some(profile) => Ok(profile),
        None => Err(Problem::usage(format!("find the target `{text}`: no profile of that name is built in"))
            .with_help(format!("one of {}, or the path of a profile.yaml", Profile::names().join(", ")))),
    }
}

/// No URL of a profile may lead to AWS, whichever of them is used.
pub(super) fn urls_of(profile: &Profile) -> Result<(), Problem> {
    for (key, url) in
        [("endpoint", profile.endpoint.clone()), ("ready", profile.ready.as_deref().map(origin))]
    {
        let Some(url) = url else { continue };
        Endpoint::of_target(&url).map_err(|error| {
            let help = error.help();
            let path = &profile.source.path;
            Problem::usage(format!("use `{key}` of the profile `{path}`: failed to {error}")).with_help(help)
        })?;
    }
    Ok(())
}

/// Scheme, host and port of a URL: what `--ready` says of the endpoint. User information stays, so that
/// it is refused.
pub(super) fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let start = rest.rfind('@').unwrap_or(0);
    let end = rest[start..].find(['/', '?', '#']).map_or(rest.len(), |at| start + at);
    format!("{scheme}://{}", &rest[..end])
}
