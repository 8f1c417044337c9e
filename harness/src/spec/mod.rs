//! The specification of the service as a pure step function.
