//! The service over a log in memory, request by request.

#[path = "../../../producer/tests/support/mod.rs"]
mod faults;
mod listener;
mod support;

mod access;
mod ask;
mod changes;
mod documents;
mod formats;
mod history;
mod hostile;
mod laws;
mod meeting_page;
mod operate;
mod organisation;
mod pages;
mod publish;
mod replay;
mod routes;
mod socket;
