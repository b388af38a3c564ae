//! The events of an organisation or a meeting, as they were stored.

use std::collections::BTreeSet;

use chronicle::Chronicle;
use projector::Speed;
use summit::{OrganisationId, Position, Vantage};

use super::unknown;
use crate::ask::Shell;
use crate::error::Failure;
use crate::release::Release;

/// Prints them.
pub(super) async fn print(of: &[OrganisationId], shell: &Shell) -> Result<(), Failure> {
    let history = shell.history().await?;
    let mut ids = BTreeSet::new();
    for one in of {
        let own = history.index.belonging(one);
        if own.is_empty() {
            let view = history.index.view(&Vantage::default(), shell.today).map_err(Failure::from)?;
            let unknown = unknown(&view, one);
            return Err(history.unanswered(unknown.into()));
        }
        ids.extend(own);
    }
    let mut release = Release::new(Speed::Max, shell.output());
    history.print(|log| log.read(Position::START), |_, id| ids.contains(&id), &mut release).await
}
