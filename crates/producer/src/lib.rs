//! Emits events, once each however often it is retried.
