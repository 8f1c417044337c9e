//! Which trials are required to have a verdict, and which can't be carried out on a target that
//! lacks something.

use crate::case::ast::EncodingAxis;
use crate::case::{Glob, Lacks, Requires};
use crate::wire::Encoding;

use super::manifest::Manifest;
use super::trial::PlannedTrial;

impl PlannedTrial {
    /// True if a run that requires this requires a verdict of the trial.
    pub fn is_required(&self, requires: &Requires) -> bool {
        requires.operations.contains(&self.operation)
            || requires.encodings.contains(&self.axis())
            || requires.trials.iter().any(|glob| glob.matches(&self.id))
    }

    /// True if something is said to be lacking without which the trial can't be carried out.
    pub(crate) fn is_excluded_by(&self, lacks: &Lacks) -> bool {
        lacks.encodings.contains(&self.axis())
            || self.operations_needed().iter().any(|name| lacks.operations.contains(name))
    }

    const fn axis(&self) -> EncodingAxis {
        match self.encoding {
            Encoding::Json => EncodingAxis::Json,
            Encoding::Cbor => EncodingAxis::Cbor,
        }
    }
}

/// The patterns that describe no trial of the manifest.
pub fn unmatched<'r>(requires: &'r Requires, manifest: &Manifest) -> Vec<&'r Glob> {
    let strays = |glob: &&Glob| !manifest.trials.iter().any(|trial| glob.matches(&trial.id));
    requires.trials.iter().filter(strays).collect()
}
