//! The log into an index.

use chronicle::Chronicle;
use projector::{Index, catch_up};
use summit::Position;

use crate::error::Failure;
use crate::output::Output;

/// Reads the whole log, and on until `awaited` is there, which has its bound.
pub(crate) async fn index(log: &impl Chronicle, awaited: Option<Position>, output: Output) -> Result<Index, Failure> {
    let index = output.meanwhile("reading the chronicle", catch_up(log, awaited)).await?;
    match index.undecodable().len() {
        0 => {}
        1 => output.note("one entry of the chronicle is no event and passed over; `chronicle doctor` shows it"),
        some => output.note(format_args!(
            "{some} entries of the chronicle are no events and passed over; `chronicle doctor` shows them"
        )),
    }
    Ok(index)
}
