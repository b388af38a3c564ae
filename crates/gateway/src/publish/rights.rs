//! Who may publish what: for every organisation that an event belongs to, and that its targets belong to.

use std::collections::BTreeSet;

use projector::{Indexed, Owners};
use summit::Event;
use wire::Document;

use super::way;
use crate::access::Caller;
use crate::problem::{Code, Problem};
use crate::service::Service;

/// Refuses whoever may not publish all of these. The later ones may speak of meetings and events of the earlier ones.
pub(super) async fn all(service: &Service, caller: &Caller, documents: &[Document]) -> Result<(), Problem> {
    let events: Vec<&Event> = documents.iter().map(Document::event).collect();
    let mut refused = judged(service, caller, &events).await?.into_iter().enumerate();
    let refused: Vec<(usize, Problem)> = refused.by_ref().filter_map(|(at, one)| Some((at, one.err()?))).collect();
    let places: Vec<usize> = refused.iter().map(|(place, _)| *place).collect();
    match refused.into_iter().next() {
        None => Ok(()),
        Some((_, problem)) => Err(problem.with("events", places)),
    }
}

/// Those among these that the caller may publish, and why not the others.
pub(super) async fn each(
    service: &Service,
    caller: &Caller,
    documents: Vec<Result<Document, Problem>>,
) -> Result<Vec<Result<Document, Problem>>, Problem> {
    let events: Vec<&Event> = documents.iter().flatten().map(Document::event).collect();
    let mut verdicts = judged(service, caller, &events).await?.into_iter();
    let mut verdict = |document| {
        let verdict: Result<(), Problem> = verdicts.next().expect("each good one is judged");
        verdict.map(|()| document)
    };
    Ok(documents.into_iter().map(|document| document.and_then(&mut verdict)).collect())
}

async fn judged(service: &Service, caller: &Caller, events: &[&Event]) -> Result<Vec<Result<(), Problem>>, Problem> {
    if caller.may_publish(&BTreeSet::new()).is_ok() {
        // Even what is nobody's: so everything.
        return Ok(vec![Ok(()); events.len()]);
    }
    let owners = || service.index().ask(|index| index.owners(events.iter().copied()));
    let mut known = owners();
    let linked = events.iter().any(|event| event.targets().next().is_some());
    if linked || known.iter().any(|one| one.organisations.is_empty()) {
        // What was published a moment ago counts, too.
        catch_up(service).await?;
        known = owners();
    }
    Ok(known.iter().map(|owners| judge(caller, owners)).collect())
}

fn judge(caller: &Caller, owners: &Owners) -> Result<(), Problem> {
    caller.may_publish(&owners.organisations)?;
    let Some(target) = owners.unknown.first() else { return Ok(()) };
    let detail = format!(
        "{target} is not on record, or belongs to no organisation: to correct or retract it needs a token for all of them"
    );
    Err(Problem::new(Code::NotPermitted, detail).with("target", target.to_string()))
}

/// Waits until the index has come to the end of the log.
async fn catch_up(service: &Service) -> Result<(), Problem> {
    let reached = service.index().reach(way::tail(service).await?).await;
    reached.map_err(|error| Problem::new(Code::Unreachable, format!("{error}; nothing is stored")))
}
