//! The events of an organisation or a meeting, as they were stored.

use std::collections::BTreeSet;

use chronicle::Chronicle;
use projector::{AskError, Index, Speed};
use summit::{EventId, Position, Vantage};

use super::{Export, unknown};
use crate::ask::Shell;
use crate::error::Failure;
use crate::release::Release;

/// Prints them.
pub(super) async fn print(export: &Export, shell: &Shell) -> Result<(), Failure> {
    let history = shell.history().await?;
    let mut export = export.clone();
    let ids = match belonging(&mut export, &history.index, shell) {
        Ok(ids) => ids,
        Err(unknown) => return Err(history.unanswered(unknown.into())),
    };
    let mut release = Release::new(Speed::Max, shell.output());
    history.print(|log| log.read(Position::START), |_, id| ids.contains(&id), &mut release).await
}

/// The events of what is named.
fn belonging(export: &mut Export, index: &Index, shell: &Shell) -> Result<BTreeSet<EventId>, AskError> {
    let view = index.view(&Vantage::default(), shell.today)?;
    export.understand(&view)?.into_iter().for_each(|note| shell.output().note(note));
    let mut ids = BTreeSet::new();
    for one in export.slugs() {
        let own = index.belonging(&one);
        if own.is_empty() {
            return Err(unknown(&view, &one));
        }
        ids.extend(own);
    }
    Ok(ids)
}
