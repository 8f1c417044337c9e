//! Enums whose variants are the values of a format, as `strum` names them: for the loader and for the
//! schemas.

use strum::{IntoStaticStr, VariantArray};

/// An enum whose variants have names.
pub(super) trait Named: Copy + PartialEq + VariantArray + Into<&'static str> {}

impl<T: Copy + PartialEq + VariantArray + Into<&'static str>> Named for T {}

/// The names of all variants.
pub(super) fn names<T: Named>() -> impl Iterator<Item = &'static str> {
    T::VARIANTS.iter().map(|variant| (*variant).into())
}

/// The variant of that name.
pub(super) fn by_name<T: Named>(name: &str) -> Option<T> {
    T::VARIANTS.iter().copied().find(|variant| (*variant).into() == name)
}

/// The one name that `until` may have; at a call, members may stand in its place.
#[derive(Clone, Copy, PartialEq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum UntilName {
    AsExpected,
}

/// The streams of `given` that have a name in place of members.
#[derive(Clone, Copy, PartialEq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum FixtureKind {
    Shared,
    Missing,
}

/// The names that `when` may have; `$got.<name>` may stand in their place.
#[derive(Clone, Copy, PartialEq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum WhenName {
    Accepted,
    Refused,
}
