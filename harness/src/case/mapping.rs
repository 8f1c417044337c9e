//! The mappings of the formats and the keys that each may have: one table for the loader's
//! suggestions and for the schemas.

/// A mapping with fixed keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mapping {
    /// A suite file.
    Suite,
    /// A case of a suite.
    Case,
    /// `for:` of a family.
    For,
    /// `operations.yaml`.
    Operations,
    /// `resources.yaml`.
    Resources,
    /// A kind of resource.
    Resource,
    /// An operation that describes a resource.
    Describe,
    /// `names:` of a resource.
    Names,
    /// A call that the run makes for itself.
    ResourceCall,
    /// `delete:` of a resource.
    DeleteCall,
    /// `list:` of a resource.
    List,
    /// `tags:` of a resource.
    Tags,
    /// `list:` of `tags:`.
    TagList,
    /// A named setup.
    Setup,
    /// `moved.yaml`.
    Moved,
    /// A file below `releases/`.
    Release,
    /// What has become of a former id.
    MovedCase,
    /// What is known of one operation.
    Operation,
    /// `over:` of a case.
    Over,
    /// `given:` of a case.
    Given,
    /// A stream of the case's own in `given:`.
    Fixture,
    /// A step that sends a call.
    Call,
    /// A step that observes a stream.
    Observe,
    /// A step that lets calls race.
    Race,
    /// One of the calls of a race.
    Racer,
    /// A step that repeats calls.
    Repeat,
    /// A step that moves the clock.
    Clock,
    /// A step that reads records back.
    Read,
    /// `wire:` of a call.
    Wire,
    /// `expect:` of a call.
    Expect,
    /// `questions.yaml`.
    Questions,
    /// One question.
    Question,
    /// A possible answer to a question.
    Candidate,
    /// `profile.yaml`.
    Profile,
    /// `environment:` of a profile.
    Environment,
    /// `lacks:` of a profile.
    Lacks,
    /// `requires:` of a profile.
    Requires,
    /// `known.yaml`.
    KnownList,
    /// One entry of `known.yaml`.
    KnownEntry,
}

impl Mapping {
    /// The mappings of suites, for the question where an unknown key may belong.
    const OF_SUITES: [Self; 15] = [
        Self::Suite,
        Self::Case,
        Self::For,
        Self::Over,
        Self::Given,
        Self::Fixture,
        Self::Call,
        Self::Observe,
        Self::Race,
        Self::Racer,
        Self::Repeat,
        Self::Clock,
        Self::Read,
        Self::Wire,
        Self::Expect,
    ];

    /// What it is called in messages.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Suite => "a suite file",
            Self::Case => "a case",
            Self::For => "`for`",
            Self::Operations => "the file of operations",
            Self::Resources => "the file of resources",
            Self::Resource => "a resource",
            Self::Describe => "an entry of `describe`",
            Self::Names => "`names`",
            Self::ResourceCall => "a call of the file of resources",
            Self::DeleteCall => "`delete`",
            Self::List => "`list`",
            Self::Tags => "`tags`",
            Self::TagList => "`list` of `tags`",
            Self::Setup => "a setup",
            Self::Moved => "the file of former ids",
            Self::Release => "the file of a release",
            Self::MovedCase => "a former id",
            Self::Operation => "an operation",
            Self::Over => "`over`",
            Self::Given => "`given`",
            Self::Fixture => "a stream of `given`",
            Self::Call => "a step with a call",
            Self::Observe => "a step that observes a stream",
            Self::Race => "a step that races calls",
            Self::Racer => "a call of a race",
            Self::Repeat => "a step that repeats",
            Self::Clock => "a step that moves the clock",
            Self::Read => "a step that reads",
            Self::Wire => "`wire`",
            Self::Expect => "`expect`",
            Self::Questions => "the file of open questions",
            Self::Question => "a question",
            Self::Candidate => "a candidate",
            Self::Profile => "a profile",
            Self::Environment => "`environment`",
            Self::Lacks => "`lacks`",
            Self::Requires => "`requires`",
            Self::KnownList => "a known list",
            Self::KnownEntry => "an entry of a known list",
        }
    }

    /// The keys that it may have.
    pub(super) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Suite => &["format", "operation", "for", "operations", "without", "cases"],
            Self::Case => &[
                "title",
                "level",
                "cost",
                "affects",
                "kills",
                "kills-nothing",
                "over",
                "given",
                "without",
                "each",
                "steps",
            ],
            Self::For => &["addressed-by", "effect", "refused-in"],
            Self::Operations => &["format", "operations"],
            Self::Resources => &["format", "resources", "setups"],
            Self::Resource => &[
                "describe",
                "address",
                "names",
                "status",
                "transient",
                "settled",
                "gone",
                "created",
                "unchanged",
                "create",
                "delete",
                "list",
                "tags",
            ],
            Self::Describe => &["call", "output"],
            Self::Names => &["name", "arn"],
            Self::ResourceCall => &["call", "with"],
            Self::DeleteCall => &["call", "with", "again-after"],
            Self::List => &["call", "with", "items", "more", "after", "token"],
            Self::Tags => &["list", "add"],
            Self::TagList => &["call", "with", "items", "key", "value", "more", "after", "token"],
            Self::Setup => &["resource", "from", "calls", "await", "begins"],
            Self::Moved => &["format", "moved"],
            Self::Release => &["format", "trials"],
            Self::MovedCase => &["to", "gone"],
            Self::Operation => &["effect", "addressed-by", "refused-in", "with", "checked"],
            Self::Over => &["encoding", "address"],
            Self::Given => &["stream", "other"],
            Self::Fixture => &["encryption", "setup", "status", "shards"],
            Self::Call => &[
                "call", "address", "with", "json", "bytes", "wire", "expect", "because", "form", "by",
                "until", "returns", "when", "capture", "level",
            ],
            Self::Observe => &["observe", "states", "because", "form", "during", "level"],
            Self::Race => &["race", "exactly-one", "others", "because", "form", "level"],
            Self::Racer => &["call", "address", "with", "json", "bytes", "wire"],
            Self::Repeat => &["repeat", "until", "steps"],
            Self::Clock => &["clock"],
            Self::Read => &["read", "within", "records", "because", "form", "level"],
            Self::Wire => &["method", "path", "target", "content-type", "headers", "auth"],
            Self::Expect => &[
                "accepted", "error", "refused", "clauses", "message", "status", "headers", "body",
                "document", "encoding", "http", "spelling",
            ],
            Self::Questions => &["format", "questions"],
            Self::Question => &["question", "affects", "facts", "candidates"],
            Self::Candidate => &["answer", "stream", "value", "state"],
            Self::Profile => &[
                "format",
                "name",
                "about",
                "version",
                "endpoint",
                "spawn",
                "ready",
                "environment",
                "shortest-transition-ms",
                "transition-deadline-ms",
                "describe-lag-ms",
                "settle-ms",
                "shard-budget",
                "transitional-budget",
                "rates",
                "region",
                "lacks",
                "requires",
                "dialect",
                "codes",
            ],
            Self::Environment => &["keys"],
            Self::Lacks => &["operations", "encodings"],
            Self::Requires => &["operations", "encodings", "transports", "trials"],
            Self::KnownList => &["format", "suite", "known"],
            Self::KnownEntry => &["trials", "fails", "why", "link", "since", "until", "flaky"],
        }
    }

    /// Where in a suite a key belongs that this mapping doesn't have.
    pub(super) fn home_of(self, key: &str) -> Option<Self> {
        if !Self::OF_SUITES.contains(&self) {
            return None;
        }
        Self::OF_SUITES.into_iter().find(|part| *part != self && part.keys().contains(&key))
    }
}

/// The known name that was probably meant, if one is close.
pub fn nearest<'w>(name: &str, known: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (distance(&name.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be changed, added, dropped, or swapped with the next one.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(64).collect();
    let b: Vec<char> = b.chars().take(64).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_letter_and_a_missing_letter_are_near_and_another_word_is_not() {
        assert_eq!(nearest("titel", ["title", "level"]), Some("title"));
        assert_eq!(nearest("EncryptionTyp", ["KeyId", "EncryptionType"]), Some("EncryptionType"));
        assert_eq!(nearest("because", ["title", "level"]), None);
    }

    #[test]
    fn a_key_of_a_step_is_known_to_belong_there() {
        assert_eq!(Mapping::Case.home_of("expect"), Some(Mapping::Call));
        assert_eq!(Mapping::Case.home_of("colour"), None);
    }
}
