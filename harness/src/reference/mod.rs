//! A server that walks one path through the specification.
