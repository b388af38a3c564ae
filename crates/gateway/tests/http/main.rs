//! The service over a log in memory, request by request.

mod support;

mod ask;
mod operate;
