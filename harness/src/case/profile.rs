//! Profiles of targets: `reports/targets/<name>/profile.yaml`.
//!
//! A profile states what a target is and what its environment offers. It can't grant an ability that the
//! target doesn't show itself; it may only take some away (`lacks`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::Diagnostic;
use super::dialect::DialectName;
use super::files;
use super::glob::Glob;
use super::mapping::{Mapping, nearest};
use super::rate::{RATE_FORM, Rate};
use super::reader::{Fields, Reader};
use super::span::{Source, Spanned};
use super::support::{Lacks, Requires, is_operation, support};
use super::yaml::{Entry, Yaml};

/// The keys that an environment may have; a case says `$key.<name>`, and is skipped where the target's
/// environment lacks it.
pub const ENVIRONMENT_KEYS: [&str; 11] = [
    "managed",
    "enabled-a",
    "enabled-b",
    "alias",
    "disabled",
    "pending-deletion",
    "denied",
    "throttled",
    "not-opted-in",
    "foreign-region",
    "foreign-account",
];

#[derive(rust_embed::RustEmbed)]
#[folder = "reports/targets"]
#[allow_missing = true]
struct Embedded;

/// What a target is and what its environment offers.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The file.
    pub source: Arc<Source>,
    /// Its name, which is its folder's.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
    /// Its version, where one is stated.
    pub version: Option<String>,
    /// Where it listens.
    pub endpoint: Option<String>,
    /// The command that starts it.
    pub spawn: Option<String>,
    /// The URL that answers once it is ready.
    pub ready: Option<String>,
    /// What its environment offers.
    pub environment: Environment,
    /// The shortest UPDATING that it shows, in milliseconds.
    pub shortest_transition_ms: Option<u64>,
    /// How long a transition may take, in milliseconds; past it, it counts as never ending only where
    /// this is stated.
    pub transition_deadline_ms: Option<u64>,
    /// How long after a response a description may still show what was before, in milliseconds.
    pub describe_lag_ms: u64,
    /// How far apart two samples of a settled state are, in milliseconds.
    pub settle_ms: Option<u64>,
    /// Shards that the suite may hold at once.
    pub shard_budget: Option<u32>,
    /// Streams that may be in transition at once.
    pub transitional_budget: Option<u32>,
    /// How often an operation may be called; an operation that is not named may be called at any rate.
    pub rates: BTreeMap<String, Rate>,
    /// The region that requests are signed for.
    pub region: Option<String>,
    /// What is not sent to it.
    pub lacks: Lacks,
    /// What it is required to support, and which trials are required to have a verdict.
    pub requires: Requires,
    /// The patterns of `requires` with their places.
    required_trials: Vec<Spanned<Glob>>,
    /// How it dresses its answers.
    pub dialect: DialectName,
    /// In the dialect `envelope`: the class that each code stands for.
    pub codes: BTreeMap<String, String>,
}

/// What a target's environment offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// KMS keys by the name that cases use ([`ENVIRONMENT_KEYS`]), as sent in `KeyId`.
    pub keys: BTreeMap<String, String>,
}

impl Profile {
    /// Reads a profile from disk.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn read(path: &Path) -> Result<Self, Vec<Diagnostic>> {
        let source = files::read(path).map_err(|problem| vec![*problem])?;
        Self::from_source(&source)
    }

    /// The profile of that name that this crate was built with; `None` where there is none.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn embedded(name: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        embedded(name, "profile.yaml")?.map(|source| Self::from_source(&source)).transpose()
    }

    /// The profile that a person names: by the name of one that this crate was built with, or by
    /// path; `None` where there is none of that name.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn find(text: &str) -> Result<Option<Self>, Vec<Diagnostic>> {
        if is_path(text) { Self::read(Path::new(text)).map(Some) } else { Self::embedded(text) }
    }

    /// The files of the target of that name that this crate was built with, by name: the profile, the
    /// script that starts it.
    pub fn files(name: &str) -> Vec<(String, Vec<u8>)> {
        let folder = format!("{name}/");
        Embedded::iter()
            .filter_map(|path| {
                let file = path.strip_prefix(&folder)?.to_owned();
                Some((file, Embedded::get(&path)?.data.into_owned()))
            })
            .collect()
    }

    /// The names of the targets that this crate was built with.
    pub fn names() -> Vec<String> {
        let mut names: Vec<String> = Embedded::iter()
            .filter_map(|path| path.strip_suffix("/profile.yaml").map(str::to_owned))
            .collect();
        names.sort();
        names
    }

    /// The patterns of `requires` that describe none of these trials, drawn on the file: each is a
    /// mistake, since what is not there can't be missed.
    pub fn check_required_trials<'i>(&self, ids: impl Iterator<Item = &'i str> + Clone) -> Vec<Diagnostic> {
        let strays = self.required_trials.iter().filter(|glob| !ids.clone().any(|id| glob.value.matches(id)));
        strays
            .map(|glob| {
                let title = "a required trial that there is not";
                Diagnostic::error(&self.source, glob.span, title, "describes no trial").with_help(
                    "spell ids as `kinesis-conformance list` prints them; `*` ends at a `/`, `**` does not",
                )
            })
            .collect()
    }

    /// Reads a profile from text.
    ///
    /// # Errors
    ///
    /// All that is wrong with the file.
    pub fn from_source(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let source = &files::without_mark(Arc::clone(source));
        let (mut reader, tree) = Reader::open(source);
        let profile = tree.and_then(|tree| {
            let fields = reader.fields(&tree, Mapping::Profile)?;
            profile(&mut reader, &fields)
        });
        match profile {
            Some(profile) if reader.problems.is_empty() => Ok(profile),
            Some(_) | None => Err(reader.problems),
        }
    }
}

/// True if a target is named by the path of its profile.
pub fn is_path(text: &str) -> bool {
    text.contains(['/', '\\']) || text.ends_with(".yaml")
}

/// A file of a target that this crate was built with.
pub(super) fn embedded(name: &str, file: &str) -> Result<Option<Arc<Source>>, Vec<Diagnostic>> {
    let path = format!("{name}/{file}");
    let Some(found) = Embedded::get(&path) else { return Ok(None) };
    files::source(format!("reports/targets/{path}"), found.data.into_owned())
        .map(Some)
        .map_err(|problem| vec![*problem])
}

fn profile(reader: &mut Reader, fields: &Fields<'_>) -> Option<Profile> {
    reader.format(fields, Mapping::Profile);
    let name = required(reader, fields, "name");
    let about = required(reader, fields, "about");
    let support = support(reader, fields);
    let profile = Profile {
        source: Arc::clone(&reader.source),
        name: name?,
        about: about?,
        version: text(reader, fields, "version"),
        endpoint: text(reader, fields, "endpoint"),
        spawn: text(reader, fields, "spawn"),
        ready: text(reader, fields, "ready"),
        environment: fields
            .get("environment")
            .map_or_else(Environment::default, |yaml| environment(reader, yaml)),
        shortest_transition_ms: number(reader, fields, "shortest-transition-ms", 0),
        transition_deadline_ms: number(reader, fields, "transition-deadline-ms", 1),
        describe_lag_ms: number(reader, fields, "describe-lag-ms", 0).unwrap_or_default(),
        settle_ms: number(reader, fields, "settle-ms", 0),
        shard_budget: budget(reader, fields, "shard-budget"),
        transitional_budget: budget(reader, fields, "transitional-budget"),
        rates: fields.get("rates").map_or_else(BTreeMap::new, |yaml| rates(reader, yaml)),
        region: region(reader, fields),
        lacks: support.lacks,
        requires: support.requires,
        required_trials: support.trials,
        dialect: fields
            .get("dialect")
            .and_then(|yaml| reader.variant(yaml, "`dialect`"))
            .map(|dialect| dialect.value)
            .unwrap_or_default(),
        codes: fields.get("codes").map_or_else(BTreeMap::new, |yaml| codes(reader, yaml)),
    };
    for (key, url) in [("endpoint", &profile.endpoint), ("ready", &profile.ready)] {
        if let (Some(yaml), Some(url)) = (fields.get(key), url)
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            reader.error(yaml.span, format!("`{key}` is a URL"), "starts with http:// or https://");
        }
    }
    if let Some(entry) = fields.entry("codes")
        && profile.dialect == DialectName::Plain
    {
        reader.error(entry.key.span, "`codes` without `dialect: envelope`", "plain answers have no codes");
    }
    Some(profile)
}

fn required(reader: &mut Reader, fields: &Fields<'_>, key: &str) -> Option<String> {
    let yaml = reader.required(fields, Mapping::Profile, key)?;
    filled(reader, yaml, key)
}

fn text(reader: &mut Reader, fields: &Fields<'_>, key: &str) -> Option<String> {
    fields.get(key).and_then(|yaml| filled(reader, yaml, key))
}

/// Text that is not empty.
fn filled(reader: &mut Reader, yaml: &Yaml, key: &str) -> Option<String> {
    let text = reader.text(yaml, &format!("`{key}`"))?.value;
    if text.trim().is_empty() {
        reader.error_with_help(
            yaml.span,
            format!("`{key}` is empty"),
            "nothing stands here",
            "leave it out, or fill it",
        );
        return None;
    }
    Some(text)
}

/// What a region looks like, as text.
pub const REGION_FORM: &str = "1 to 64 letters, digits and hyphens, such as us-east-1";

/// True if a text has the form of a region's name.
pub fn is_region(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn region(reader: &mut Reader, fields: &Fields<'_>) -> Option<String> {
    let yaml = fields.get("region")?;
    let region = reader.text(yaml, "`region`")?.value;
    if !is_region(&region) {
        reader.error(yaml.span, format!("`region` is {REGION_FORM}"), "not a region");
        return None;
    }
    Some(region)
}

/// Milliseconds, up to a day.
fn number(reader: &mut Reader, fields: &Fields<'_>, key: &str, min: u64) -> Option<u64> {
    let yaml = fields.get(key)?;
    reader.number(yaml, &format!("`{key}`"), min, 86_400_000).map(|number| number.value)
}

fn budget(reader: &mut Reader, fields: &Fields<'_>, key: &str) -> Option<u32> {
    let yaml = fields.get(key)?;
    let number = reader.number(yaml, &format!("`{key}`"), 1, 100_000)?;
    u32::try_from(number.value).ok()
}

fn rates(reader: &mut Reader, yaml: &Yaml) -> BTreeMap<String, Rate> {
    let mut rates = BTreeMap::new();
    for Entry { key, value } in reader.entries(yaml, "`rates`").unwrap_or_default() {
        let known = is_operation(reader, key);
        let Some(text) = reader.text(value, "a rate") else { continue };
        match text.value.parse() {
            Ok(rate) if known => {
                rates.insert(key.value.clone(), rate);
            }
            Ok(_) => {}
            Err(_) => reader.error(value.span, format!("a rate is {RATE_FORM}"), "not a rate"),
        }
    }
    rates
}

fn environment(reader: &mut Reader, yaml: &Yaml) -> Environment {
    let mut environment = Environment::default();
    let keys = reader
        .fields(yaml, Mapping::Environment)
        .and_then(|fields| fields.get("keys"))
        .and_then(|yaml| reader.entries(yaml, "`keys`"));
    for Entry { key, value } in keys.unwrap_or_default() {
        if !ENVIRONMENT_KEYS.contains(&key.value.as_str()) {
            let help = nearest(&key.value, ENVIRONMENT_KEYS).map_or_else(
                || format!("one of: {}", ENVIRONMENT_KEYS.join(", ")),
                |meant| format!("did you mean `{meant}`?"),
            );
            reader.error_with_help(
                key.span,
                format!("no case uses a key `{}`", key.value),
                "not known",
                help,
            );
        }
        if let Some(text) = reader.text(value, "a key of the environment") {
            environment.keys.insert(key.value.clone(), text.value);
        }
    }
    environment
}

fn codes(reader: &mut Reader, yaml: &Yaml) -> BTreeMap<String, String> {
    let entries = reader.entries(yaml, "`codes`").unwrap_or_default();
    let mut codes = BTreeMap::new();
    for Entry { key, value } in entries {
        if let Some(class) = reader.text(value, "the class that a code stands for") {
            codes.insert(key.value.clone(), class.value);
        }
    }
    codes
}

#[cfg(test)]
mod tests;
