//! Setting a store aside, to make room for another one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::{sleep, timeout};

use crate::embedded::home::Home;
use crate::embedded::server::{STOP_PATIENCE, end_left_behind};
use crate::embedded::{EmbeddedError, locks};

/// How long the supervisor may take to end, once nobody holds a lease.
const END_PATIENCE: Duration = STOP_PATIENCE.saturating_mul(2);
/// How often its lock is tried meanwhile.
const END_PAUSE: Duration = Duration::from_millis(10);

/// Renames the store of a data directory, once its server has stopped, to `store.aside-20260704T190000Z`; the next lease
/// begins an empty one. Nothing is deleted. Gives the new name, or nothing where there is no store. Fails where somebody
/// holds a lease.
pub async fn set_store_aside(data: &Path) -> Result<Option<PathBuf>, EmbeddedError> {
    let home = Home::open(data)?;
    let lock = home.supervisor_lock();
    let locked = async {
        loop {
            match locks::take(&lock).map_err(EmbeddedError::of(&lock))? {
                Some(lock) => return Ok(lock),
                None => sleep(END_PAUSE).await,
            }
        }
    };
    // Held until the end, so that nobody starts a server meanwhile.
    let _lock: File = match timeout(END_PATIENCE, locked).await {
        Ok(locked) => locked?,
        Err(_) => return Err(EmbeddedError::InUse { folder: home.folder }),
    };
    end_left_behind(&home).await?;
    let store = home.store();
    if !store.exists() {
        return Ok(None);
    }
    let now = TimeZone::UTC.to_datetime(Timestamp::now()).strftime("%Y%m%dT%H%M%SZ").to_string();
    let names = (0..).map(|number| match number {
        0 => home.folder.join(format!("store.aside-{now}")),
        again => home.folder.join(format!("store.aside-{now}-{again}")),
    });
    let aside = names.into_iter().find(|name| !name.exists()).expect("numbers have no end");
    fs::rename(&store, &aside).map_err(EmbeddedError::of(&store))?;
    File::open(&home.folder).and_then(|folder| folder.sync_all()).map_err(EmbeddedError::of(&home.folder))?;
    Ok(Some(aside))
}
