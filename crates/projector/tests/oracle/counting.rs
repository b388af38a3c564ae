//! Which events count from a vantage.

use summit::{AccordingTo, Content, EventId, Vantage};

use super::Line;

/// The lines that count, in no order of meaning.
pub(super) fn counting<'a>(log: &'a [Line], vantage: &Vantage) -> Vec<&'a Line> {
    let selected: Vec<&Line> = log.iter().filter(|line| selects(log, vantage, line)).collect();
    selected.iter().copied().filter(|line| stands(&selected, line)).collect()
}

fn selects(log: &[Line], vantage: &Vantage, line: &Line) -> bool {
    let first = !log.iter().any(|other| other.event.id == line.event.id && other.position < line.position);
    let exists = vantage.at_position.is_none_or(|last| line.position <= last.get());
    let on_record = line.event.recorded_at.unwrap_or(line.stored_at);
    let known = vantage.known_at.is_none_or(|at| on_record <= at);
    let said = vantage.according_to.as_ref().is_none_or(|source| match source {
        AccordingTo::Authority(authority) => line.event.shared.authority() == *authority,
        AccordingTo::Name(name) => line.event.shared.attribution.iter().any(|link| link.name == *name),
    });
    first && exists && known && said
}

/// No other line that stands takes this one back.
fn stands(selected: &[&Line], line: &Line) -> bool {
    !selected.iter().any(|other| takes_back(selected, other, line.event.id) && stands(selected, other))
}

/// Whether `line` corrects or retracts `target` with effect: not on a cycle.
fn takes_back(selected: &[&Line], line: &Line, target: EventId) -> bool {
    targets(line).contains(&target) && !leads(selected, target, line.event.id)
}

/// Whether `to` can be come to from `from` by any number of corrections and retractions, none included.
fn leads(selected: &[&Line], from: EventId, to: EventId) -> bool {
    let mut come_to = vec![from];
    let mut next = 0;
    while next < come_to.len() {
        let here = come_to[next];
        for line in selected.iter().filter(|line| line.event.id == here) {
            for target in targets(line) {
                if !come_to.contains(&target) {
                    come_to.push(target);
                }
            }
        }
        next += 1;
    }
    come_to.contains(&to)
}

fn targets(line: &Line) -> Vec<EventId> {
    let mut targets: Vec<EventId> = line.event.corrects.into_iter().collect();
    if let Content::Retraction(retraction) = &line.event.content {
        targets.push(retraction.retracts);
    }
    targets
}
