//! Dialects: how a target dresses its answers.

use strum::{IntoStaticStr, VariantArray};

/// How a target dresses its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum DialectName {
    /// As the service does.
    #[default]
    Plain,
    /// `{"success": …, "data": …, "error": {"code": …, "message": …}}`, around all of it.
    Envelope,
}
