//! Dialects: how a target dresses its answers.

/// How a target dresses its answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DialectName {
    /// As the service does.
    #[default]
    Plain,
    /// `{"success": …, "data": …, "error": {"code": …, "message": …}}`, around all of it.
    Envelope,
}
