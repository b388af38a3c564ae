//! The service over a log in memory, request by request.

mod listener;
mod support;

mod ask;
mod changes;
mod operate;
mod replay;
