//! Which trials are required to have a verdict, and which a profile says to be impossible.

use crate::case::ast::EncodingAxis;
use crate::case::{Glob, Requires};
use crate::wire::Encoding;

use super::manifest::Manifest;
use super::target::Target;
use super::trial::PlannedTrial;

impl PlannedTrial {
    /// True if a run that requires this requires a verdict of the trial.
    pub fn is_required(&self, requires: &Requires) -> bool {
        let encoding = match self.encoding {
            Encoding::Json => EncodingAxis::Json,
            Encoding::Cbor => EncodingAxis::Cbor,
        };
        requires.operations.contains(&self.operation)
            || requires.encodings.contains(&encoding)
            || requires.trials.iter().any(|glob| glob.matches(&self.id))
    }

    /// True if the target's profile says that something is lacking without which the trial can't be
    /// carried out.
    pub(crate) fn is_said_to_be_impossible(&self, target: &Target) -> bool {
        target.lacks_encodings.contains(&self.encoding)
            || self.operations_needed().iter().any(|name| target.lacks_operations.contains(name))
    }
}

/// The patterns that describe no trial of the manifest.
pub fn unmatched<'r>(requires: &'r Requires, manifest: &Manifest) -> Vec<&'r Glob> {
    let strays = |glob: &&Glob| !manifest.trials.iter().any(|trial| glob.matches(&trial.id));
    requires.trials.iter().filter(strays).collect()
}
