//! The service over a log in memory, request by request.

#[path = "../../../producer/tests/support/mod.rs"]
mod faults;
mod support;

mod ask;
mod operate;
mod publish;
