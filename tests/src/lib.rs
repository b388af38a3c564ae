//! Tests that need more than one crate, a server or another program; see `tests/`.
