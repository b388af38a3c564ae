//! The pages in a real browser: what they tell, how they look, who can use them.
//!
//! Each test is a story told to a browser (`tests/node/page/NAME.mjs`) before a service of its own. `CHRONICLE_SHOTS` names a
//! directory for the pictures that are taken; without it they are in `target/shots`.

mod people;
mod stage;
