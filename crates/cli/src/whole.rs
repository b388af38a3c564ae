//! The whole log, read once more in the background: whoever begins from a snapshot reads only its end, and damage done to
//! what lies before would stay unseen.

use std::convert::Infallible;
use std::time::Duration;

use chronicle::ReadError;
use chronicle_nats::NatsChronicle;
use projector::archive::verify;

use crate::anchors::Anchors;
use crate::error::Failure;
use crate::output::Output;

/// The pause before the log is asked again, when it could not be reached.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Reads the log from its beginning, decoding nothing: every position must be there, and what the archive and the anchors
/// say of it. Then waits, and reads it once more whenever another run of the server answers: one that was started again may
/// have lost something. Ends only where the log is damaged, or may not be read.
pub(crate) async fn watch_over(log: NatsChronicle, anchors: Anchors, output: Output) -> Failure {
    let Err(failure) = forever(&log, &anchors, output).await;
    failure
}

async fn forever(log: &NatsChronicle, anchors: &Anchors, output: Output) -> Result<Infallible, Failure> {
    loop {
        let (mut lost, run) = (Box::pin(log.lost()), log.server_run());
        while !read(log, anchors, output).await? {
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        loop {
            lost.await;
            lost = Box::pin(log.lost());
            while !reached(anchors.check(log).await.map(drop))? {
                tokio::time::sleep(RETRY_PAUSE).await;
            }
            if log.server_run() != run {
                break;
            }
        }
    }
}

/// Reads the log once, and tells whether it could be reached throughout. Where the archive is damaged, that is said, and the
/// log is read all the same.
async fn read(log: &NatsChronicle, anchors: &Anchors, output: Output) -> Result<bool, Failure> {
    let begun = std::time::Instant::now();
    let verified = match verify(log, anchors.archive_in_use(), &anchors.known()?).await {
        Err(ReadError::Unreachable(_)) => return Ok(false),
        verified => verified?,
    };
    if let Some(fault) = &verified.fault {
        output.note(format_args!("{fault}; `chronicle archive --again` writes it anew"));
    }
    if let Some(damage) = verified.damage {
        return Err(Failure::damaged(damage, None));
    }
    tracing::info!("the log is whole up to position {}, read in {:?}", verified.read, begun.elapsed());
    Ok(true)
}

/// Whether the log could be asked; other failures go on.
fn reached(checked: Result<(), Failure>) -> Result<bool, Failure> {
    match checked {
        Ok(()) => Ok(true),
        Err(Failure::Read(ReadError::Unreachable(_))) => Ok(false),
        Err(failure) => Err(failure),
    }
}
