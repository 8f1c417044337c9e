//! What a suite file means, once read: suites, cases, steps, expectations, open questions.
//!
//! The types here are the format (version 1); `harness/FORMAT.md` is their prose. Loading and
//! linting are done elsewhere in this module, planning in [`crate::plan`], judging in [`crate::judge`].

mod moved;
mod operation;
mod question;
mod resource;
mod step;
mod wire;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

pub use moved::{Fate, Moved, MovedCase};
pub use operation::{OperationEffect, OperationTraits, Operations, Selection};
pub use question::{Candidate, Motion, Question, StatesEnd};
pub use resource::{
    Description, NextPage, Pages, Reaches, Resource, ResourceCall, Resources, Setup, TagCalls,
};
pub use step::{Clock, Race, Read, Repeat};
pub use wire::{BodyForm, Form, HttpForm, Spelling, WHOLE, Wire, WireAuth};

use super::span::{Source, Span, Spanned};
use crate::facts::{FactId, Registry};
use crate::model::Value;

/// Everything under `cases/`.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Suites, sorted by name.
    pub suites: Vec<Suite>,
    /// Open questions by id, in the file's order.
    pub questions: IndexMap<String, Question>,
    /// What is known of each operation.
    pub operations: Operations,
    /// The kinds of resources, and the setups of trials.
    pub resources: Arc<Resources>,
    /// What has become of the ids that cases had before.
    pub moved: Moved,
    /// The marks of the trials that each released version had, by its version.
    pub releases: BTreeMap<String, BTreeSet<String>>,
    /// Facts beside those that this crate was built with.
    pub added_facts: Registry,
}

impl Library {
    /// All facts that its cases may cite.
    pub fn registry(&self) -> Cow<'static, Registry> {
        let embedded = Registry::embedded();
        if self.added_facts.is_empty() {
            return Cow::Borrowed(embedded);
        }
        Cow::Owned(embedded.with(&self.added_facts))
    }
}

/// One suite file.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Its name: `start-stream-encryption/transition`.
    pub name: String,
    /// The path of its file below `cases/` without the extension, which is its name but in a family.
    pub file: String,
    /// The file.
    pub source: Arc<Source>,
    /// The operation that its calls send unless they name another.
    pub operation: Option<Spanned<String>>,
    /// Its cases, in the file's order.
    pub cases: Vec<Case>,
    /// In a family: what of it makes no trial for the operation, and why.
    pub without: Vec<Without>,
}

impl Suite {
    /// The ids of its cases, without the suite's name: a row's id stands in place of its case's.
    pub fn case_ids(&self) -> impl Iterator<Item = &str> {
        self.cases.iter().flat_map(|case| {
            let own = case.each.is_empty().then_some(&case.id);
            own.into_iter().chain(case.each.iter().map(|row| &row.id)).map(|id| id.value.as_str())
        })
    }
}

/// A case of a family that is not made for an operation.
#[derive(Clone, Debug)]
pub struct Without {
    /// The case's id; `None` = all cases of the family.
    pub case: Option<String>,
    /// The operation.
    pub operation: Spanned<String>,
    /// Why, as the file says.
    pub reason: String,
}

/// One case: a state, a question put to the target, and what the evidence says of the answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its permanent id within the suite.
    pub id: Spanned<String>,
    /// The whole case in the file, from its key to its last line.
    pub span: Span,
    /// One sentence, present tense: the rule that the case tests.
    pub title: Spanned<String>,
    /// How much a mismatch matters.
    pub level: Level,
    /// What it costs to run on a target that bills or limits.
    pub cost: Cost,
    /// The clients that a mismatch affects.
    pub affects: Vec<Spanned<Audience>>,
    /// The faults of the reference that this case is there for.
    pub kills: Vec<Spanned<String>>,
    /// Why the case kills no fault, where it kills none.
    pub kills_nothing: Option<Spanned<String>>,
    /// The axes over which the steps are repeated.
    pub over: Axes,
    /// The state that is set up, in the plainest form, before the steps.
    pub given: IndexMap<FixtureName, Spanned<Fixture>>,
    /// Rows of a table: each makes a case of its own, named by the row. Empty for a single case.
    pub each: Vec<Row>,
    /// The question, step by step.
    pub steps: Vec<Step>,
}

/// A row of a case's table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row's id, which stands in place of the case's own.
    pub id: Spanned<String>,
    /// A sentence of its own, in place of the case's title.
    pub title: Option<Spanned<String>>,
    /// What `$each.<name>` stands for.
    pub columns: IndexMap<String, Tree>,
}

/// How much a mismatch matters. Ordered: `core < extended < strict`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Level {
    /// A client breaks.
    Core,
    /// Documented; a careful client notices.
    Extended,
    /// Text, order, header set.
    Strict,
}

/// What a case costs to run.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Cost {
    /// A few calls.
    #[default]
    Small,
    /// Many calls or many minutes; left out unless requested on a target that states a price.
    Long,
}

/// The clients that a mismatch affects.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Audience {
    /// Programs that write records.
    Producers,
    /// Programs that read records.
    Consumers,
    /// Tools that manage streams: Terraform, CloudFormation, controllers.
    InfrastructureTools,
    /// Authors of SDKs and of hand-written clients.
    SdkAuthors,
    /// People who rely on a refusal for safety: auditors, security teams.
    Security,
}

/// The axes of a case. A single value means that the case does not vary over that axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Axes {
    /// Encodings of the steps, default `[json]`.
    pub encoding: Vec<EncodingAxis>,
    /// Ways to name the stream in the steps, default `[name]`.
    pub address: Vec<Address>,
}

/// The encoding of the steps. Axis values print in this order in ids.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum EncodingAxis {
    /// `application/x-amz-json-1.1`, the default, not printed in ids.
    Json,
    /// `application/x-amz-cbor-1.1`.
    Cbor,
}

/// How the steps name their stream.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Address {
    /// By `StreamName`, the default, not printed in ids.
    Name,
    /// By `StreamARN`.
    Arn,
    /// By both, agreeing.
    Both,
}

/// The streams that a case may have.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FixtureName {
    /// The stream that the steps are about.
    Stream,
    /// A second one.
    Other,
}

/// A state that is set up before the steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Fixture {
    /// An ACTIVE, unencrypted stream that other cases use at the same time. Only for steps that
    /// change nothing.
    Shared,
    /// A stream of the case's own, or whatever its setups make.
    Own {
        /// The state of its life in which the first step finds it.
        status: FixtureStatus,
        /// The key it is encrypted with; `None` = not encrypted.
        encryption: Option<Tree>,
        /// The setups that it goes through, in order, before it gets into that state.
        setups: Vec<Spanned<String>>,
        /// How many shards it has.
        shards: u32,
    },
    /// No stream: a name of ours that was never created, and the ARN it would have.
    Missing,
}

/// The state of its life in which the first step finds a stream.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum FixtureStatus {
    /// Created and settled.
    #[default]
    Active,
    /// The steps follow the create at once.
    Creating,
    /// The steps follow an accepted start of encryption at once.
    Updating,
    /// The steps follow the delete at once.
    Deleting,
    /// The steps come once the stream was deleted and is gone.
    Gone,
}

/// A step.
#[derive(Clone, Debug)]
pub struct Step {
    /// The whole step in the file.
    pub span: Span,
    /// The facts that support what its expectation claims.
    pub because: Vec<Spanned<FactId>>,
    /// The facts that only describe the form of the response: its text, status or encoding.
    pub form: Vec<Spanned<FactId>>,
    /// The level of its expectation, where it is not the case's.
    pub level: Option<Level>,
    /// What is done.
    pub kind: StepKind,
}

/// What a step does.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all steps are calls, and there are few of either")]
pub enum StepKind {
    /// Sends one call.
    Call(Call),
    /// Observes a stream from before the preceding call until it has settled.
    Observe(ObserveStep),
    /// Sends calls at the same time.
    Race(Race),
    /// Sends calls again and again.
    Repeat(Repeat),
    /// Moves the target's clock.
    Clock(Clock),
    /// Reads records back.
    Read(Read),
}

/// One call and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation.
    pub operation: Spanned<String>,
    /// How it names the stream.
    pub address: CallAddress,
    /// The body.
    pub with: Body,
    /// What the request overrides of what a client would send.
    pub wire: Wire,
    /// What the answer is held to.
    pub expect: Expectation,
    /// Repeated until `until` holds, at the latest until then.
    pub by: Option<Spanned<Deadline>>,
    /// What ends the repetition, beside `by`.
    pub until: Option<Spanned<Until>>,
    /// When the response has to come, where the case judges that.
    pub returns: Option<Spanned<Returns>>,
    /// Sent only if this holds.
    pub when: Option<Spanned<When>>,
    /// Members of the answer that later steps may use as `$got.<name>`; each a dotted path
    /// (`Shards.0.ShardId`).
    pub capture: IndexMap<String, Spanned<String>>,
}

/// How a call names its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallAddress {
    /// As the case's address axis says, if the operation's input has such members and `with`
    /// sets none of them.
    Axis,
    /// Always so, whatever the axis.
    Fixed(Address),
    /// Not at all: `with` holds all there is.
    None,
}

/// The body of a call.
#[derive(Clone, Debug)]
pub enum Body {
    /// Model values, encoded as the trial's encoding says.
    Tree(Tree),
    /// Exact text, sent byte for byte: literal, or a row's column.
    Json(Tree),
    /// Exact bytes: a literal blob, or a row's column.
    Bytes(Tree),
}

/// A tree of values, in requests and in expectations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    /// Where it stands.
    pub span: Span,
    /// What stands there.
    pub node: Node,
}

/// One node of a [`Tree`].
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A scalar, a blob (`{$utf8: …}`, `{$bytes: <hex>}`), a time (`{$time: <milliseconds>}`) or a
    /// text said many times (`{$repeat: [<text>, <times>]}`).
    Literal(Value),
    /// One whole `$name`.
    Reference(Reference),
    /// A list; in an expectation, of exactly these elements.
    List(Vec<Tree>),
    /// A structure or map; in an expectation, of at least these members.
    Map(IndexMap<String, Tree>),
    /// `{$one-of: […]}`, in expectations only.
    OneOf(Vec<Tree>),
    /// `{$matches: <regular expression>}` over the whole text, in expectations only.
    Matches(String),
    /// `{$above: <number or digits>}`: a larger number, in expectations only.
    Above(Box<Tree>),
}

impl Default for Node {
    fn default() -> Self {
        Self::Map(IndexMap::new())
    }
}

/// What a `$name` stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// `$key.<name>`: a key of the target's environment.
    Key(String),
    /// `$stream.name`, `$other.name`.
    StreamName(FixtureName),
    /// `$stream.arn`, `$other.arn`, learnt from the target's own Describe.
    StreamArn(FixtureName),
    /// `$key.<name>.arn`: the same key or alias as an ARN in the stream's region and account.
    KeyArn(String),
    /// `$stream.arn-in-account` and the like: the stream's ARN with one part changed.
    ChangedArn(FixtureName, ArnChange),
    /// `$run.tags`: the tags by which `sweep` knows a stream of the run. In requests only.
    RunTags,
    /// `$resource.name`: the name of the resource that a call is about. In `resources.yaml` only.
    ResourceName,
    /// `$given.shards`: how many shards `given` states. In `resources.yaml` only.
    GivenShards,
    /// `$given.encryption`: the key that `given` states. In `resources.yaml` only.
    GivenEncryption,
    /// `$each.<column>` of the case's row.
    Each(String),
    /// `$open.<question>`, in expectations only.
    Open(String),
    /// `$got.<name>`: captured by an earlier step.
    Got(String),
    /// `$absent`: the member is not there.
    Absent,
    /// `$present`: the member is there, whatever its value. In expectations only.
    Present,
}

/// What is changed of a stream's ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum ArnChange {
    /// `arn-in-account`: another account's stream of that name.
    #[strum(serialize = "arn-in-account")]
    Account,
    /// `arn-in-region`: another region's stream of that name.
    #[strum(serialize = "arn-in-region")]
    Region,
    /// `arn-in-partition`: another partition's stream of that name.
    #[strum(serialize = "arn-in-partition")]
    Partition,
    /// `consumer-arn`: a made-up consumer of the stream.
    #[strum(serialize = "consumer-arn")]
    Consumer,
}

/// What an answer is held to.
#[derive(Clone, Debug)]
pub struct Expectation {
    /// The whole expectation in the file.
    pub span: Span,
    /// Accepted, refused, or open.
    pub answer: Answer,
    /// The exact HTTP status.
    pub status: Option<Spanned<u16>>,
    /// The body as a document: exactly these members, raw, nothing decoded by the model.
    pub document: Option<Tree>,
    /// What is asserted of the answer's bytes.
    pub form: Box<Form>,
}

/// Accepted, refused, or open.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 2xx, and a body that decodes to the modelled output, with at least these members.
    Accepted {
        /// Members that the output is held to; `None` = any output.
        members: Option<Tree>,
    },
    /// An error of one class.
    Refused(Refusal),
    /// An error, whose class answers an open question: that the call is refused is judged, the class
    /// is noted.
    RefusedOpen(Spanned<String>),
    /// The answer to an open question: noted, not judged.
    Open(Spanned<String>),
}

/// An error of a known class, or of one of several.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The bare classes of which the error has one.
    pub classes: Spanned<Vec<String>>,
    /// The clauses of a ValidationException, compared as a set. Empty = not asserted.
    pub clauses: Vec<Clause>,
    /// The exact text. `None` = not asserted.
    pub message: Option<Tree>,
}

impl Refusal {
    /// True if an error of this class is expected.
    pub fn is(&self, class: Option<&str>) -> bool {
        class.is_some_and(|class| self.classes.value.iter().any(|expected| expected == class))
    }

    /// The classes, for people.
    pub fn classes_text(&self) -> String {
        self.classes.value.join(" or ")
    }
}

/// One clause of a ValidationException: which member breaks which rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// The member's path as the service prints it: `encryptionType`, `records.1.member.data`.
    pub member: String,
    /// The rule.
    pub rule: Rule,
}

/// The rules of the constraint layer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    IntoStaticStr,
    VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Rule {
    /// `Member must not be null`.
    NotNull,
    /// `Member must have length greater than or equal to N`.
    MinLength,
    /// `Member must have length less than or equal to N`.
    MaxLength,
    /// `Member must have value greater than or equal to N`.
    MinValue,
    /// `Member must have value less than or equal to N`.
    MaxValue,
    /// `Member must satisfy regular expression pattern: R`.
    Pattern,
    /// `Member must satisfy enum value set: [A, B]`.
    Enum,
    /// `Map keys must satisfy constraint: […]`.
    MapKeys,
    /// `Map value must satisfy constraint: […]`.
    MapValue,
    /// `Member must satisfy constraint: […]`, for the elements of a list.
    Elements,
}

/// `by: 5s after ACTIVE`, `by: 5s after answer`, `by: transition after answer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// How long it is.
    pub within: Within,
    /// What starts the count.
    pub from: DeadlineFrom,
}

/// How long a deadline is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// A number of milliseconds.
    Millis(u64),
    /// `transition`: as long as a transition may take on the target.
    Transition,
}

impl Within {
    /// Milliseconds; zero for a length that is the target's.
    pub const fn millis(self) -> u64 {
        match self {
            Self::Millis(millis) => millis,
            Self::Transition => 0,
        }
    }
}

/// What starts the count of a deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadlineFrom {
    /// `after answer`: the answer of the call before.
    Answer,
    /// `after ACTIVE`: the first sample of the observation before, after its transient states, that shows
    /// the status.
    Status(String),
}

impl std::fmt::Display for DeadlineFrom {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Answer => formatter.write_str("the answer before"),
            Self::Status(status) => formatter.write_str(status),
        }
    }
}

/// What ends a repetition of calls.
#[derive(Clone, Debug, PartialEq)]
pub enum Until {
    /// `as-expected`: the expectation of the call itself. A changed expectation is another stop.
    AsExpected,
    /// An accepted response with at least these members.
    Members(Tree),
}

/// When a response has to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Returns {
    /// Before what the call begins is over.
    AtOnce,
}

/// A condition on sending a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The trial's first call was accepted (for trials whose first answer is open).
    Accepted,
    /// The trial's first call was refused.
    Refused,
    /// `$got.<name>`: an earlier step has captured that value, so that the member was there.
    Captured(String),
}

/// An observation and its expected states.
#[derive(Clone, Debug)]
pub struct ObserveStep {
    /// The fixture that is observed.
    pub fixture: Spanned<FixtureName>,
    /// The states that may be seen, in order.
    pub states: Vec<ExpectedState>,
    /// Calls to send while the stream shows a status.
    pub during: Vec<DuringCalls>,
}

impl FixtureName {
    /// As in files and logs.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// An expected state, which may repeat.
#[derive(Clone, Debug)]
pub struct ExpectedState {
    /// Where it stands.
    pub span: Span,
    /// Members of the description, at least `StreamStatus`.
    pub members: IndexMap<String, Tree>,
    /// `optional: true`: no sample has to show the state.
    pub optional: bool,
}

/// Calls to send while the stream shows a status.
#[derive(Clone, Debug)]
pub struct DuringCalls {
    /// The status, as shown in `StreamStatus`.
    pub status: Spanned<String>,
    /// Calls, sent one after the other as soon as the status is seen.
    pub steps: Vec<Step>,
}
