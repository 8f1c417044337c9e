//! Renderings of the log: terminal, JUnit, record.
