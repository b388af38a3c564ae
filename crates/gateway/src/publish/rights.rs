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
    let verdicts = judged(service, caller, &events).await?.into_iter().enumerate();
    let refused: Vec<(usize, Problem)> =
        verdicts.filter_map(|(place, verdict)| verdict.err().map(|problem| (place, problem))).collect();
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chronicle::MemoryChronicle;
    use jiff::Timestamp;
    use projector::Live;
    use serde_json::{Value, json};
    use wire::Document;

    use super::{all, each};
    use crate::access::{Caller, Role, Scope};
    use crate::problem::Problem;
    use crate::service::Service;

    fn id(n: u64) -> String {
        format!("00000000-0000-4000-8000-{n:012x}")
    }

    /// Event number `n` of a kind.
    fn event(n: u64, kind: &str, data: Value) -> Document {
        let mut event = json!({
            "specversion": "1.0", "id": id(n), "source": "/desks/test", "type": format!("chronicle.{kind}.v1"),
            "data": {"occurred": "2024-07-04", "attribution": [{"name": "desk"}]},
        });
        let Value::Object(fields) = data else { panic!("{data} is no object") };
        for (name, value) in fields {
            let place = if name == "corrects" { &mut event } else { &mut event["data"] };
            place[name] = value;
        }
        Document::decode(event.to_string().as_bytes()).unwrap_or_else(|refused| panic!("{refused}"))
    }

    fn publisher(organisations: &[&str]) -> Caller {
        let own = organisations.iter().map(|name| name.parse().expect("a slug")).collect();
        Caller::with_token("k7", Role::Publisher, Scope::Only(own))
    }

    /// With a summit of `sco`, and an arrival of nobody's. Its index comes to the end of the log when it is waited for.
    async fn service() -> Service {
        let log = MemoryChronicle::new();
        let mut live = Live::begin(&log, None, Timestamp::now).await.expect("following");
        let service = Service::new(log, Arc::clone(live.index()), Timestamp::now);
        for document in [
            event(1, "meeting", json!({"meeting": "summit", "organisation": "sco"})),
            event(2, "arrival", json!({"party": "KAZ"})),
        ] {
            service.producer().publish(document).await.expect("stored");
        }
        tokio::spawn(async move { while live.next().await.is_ok() {} });
        service
    }

    /// Of each of these whether the publisher for these organisations may publish it, after those before it.
    async fn judged(organisations: &[&str], documents: &[Document]) -> Vec<bool> {
        let (service, caller) = (service().await, publisher(organisations));
        let judged = each(&service, &caller, documents.iter().cloned().map(Ok).collect()).await.expect("judged");
        let may: Vec<bool> = judged.iter().map(Result::is_ok).collect();
        assert_eq!(all(&service, &caller, documents).await.is_ok(), may.iter().all(|may| *may));
        may
    }

    #[tokio::test]
    async fn a_publisher_writes_for_its_own_organisations_only() {
        let events = [
            event(11, "admission", json!({"organisation": "sco", "party": "BLR"})),
            event(12, "admission", json!({"organisation": "cis", "party": "BLR"})),
            event(13, "attendance", json!({"meeting": "summit", "party": "KAZ"})),
            event(14, "meeting", json!({"meeting": "talks", "organisation": "cis", "sidelines_of": "summit"})),
            event(15, "arrival", json!({"party": "BLR"})),
        ];
        assert_eq!(judged(&["sco"], &events).await, [true, false, true, false, false]);
        assert_eq!(judged(&["cis"], &events).await, [false, true, false, false, false]);
        assert_eq!(judged(&["cis", "sco"], &events).await, [true, true, true, true, false]);
        let caller = Caller::with_token("k8", Role::Publisher, Scope::All);
        assert_eq!(all(&service().await, &caller, &events).await, Ok(()));
    }

    #[tokio::test]
    async fn a_correction_needs_the_right_to_every_organisation_of_its_target() {
        let own = json!({"organisation": "cis", "party": "BLR"});
        let of = |target: u64| {
            let mut data = own.clone();
            data["corrects"] = json!(id(target));
            data
        };
        let events = [
            event(11, "admission", of(1)),
            // Whose it is nobody knows: not on record, or nobody's.
            event(12, "admission", of(77)),
            event(13, "admission", of(2)),
            event(14, "retraction", json!({"retracts": id(1)})),
        ];
        assert_eq!(judged(&["cis"], &events).await, [false, false, false, false]);
        assert_eq!(judged(&["sco"], &events).await, [false, false, false, true]);
        assert_eq!(judged(&["cis", "sco"], &events).await, [true, false, false, true]);
    }

    #[tokio::test]
    async fn what_the_same_batch_says_before_counts() {
        let events = [
            event(11, "attendance", json!({"meeting": "council", "party": "KAZ"})),
            event(12, "meeting", json!({"meeting": "council", "organisation": "cis"})),
            event(13, "attendance", json!({"meeting": "council", "party": "KAZ"})),
            event(14, "retraction", json!({"retracts": id(13)})),
        ];
        assert_eq!(judged(&["cis"], &events).await, [false, true, true, true]);
        assert_eq!(judged(&["sco"], &events).await, [false, false, false, false]);
    }

    #[tokio::test]
    async fn whoever_is_refused_hears_for_which_events_and_why() {
        let (service, caller) = (service().await, publisher(&["sco"]));
        let told = |refused: Result<(), Problem>| serde_json::to_value(refused.expect_err("refused")).expect("JSON");
        let events = [
            event(11, "admission", json!({"organisation": "sco", "party": "BLR"})),
            event(12, "admission", json!({"organisation": "cis", "party": "BLR"})),
            event(13, "admission", json!({"organisation": "sco", "party": "BLR", "corrects": id(77)})),
        ];
        let refused = told(all(&service, &caller, &events).await);
        assert_eq!((&refused["status"], &refused["code"]), (&json!(403), &json!("not-permitted")));
        assert_eq!((&refused["organisations"], &refused["events"]), (&json!(["cis"]), &json!([1, 2])));
        let refused = told(all(&service, &caller, &events[2..]).await);
        assert_eq!((&refused["target"], &refused["events"]), (&json!(id(77)), &json!([0])));
    }
}
