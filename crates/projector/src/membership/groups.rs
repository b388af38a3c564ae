//! Claims of one party's status in sort order, as groups that speak of the same transition (`design.md` section 3,
//! *Membership*, rules 1 and 5), and what successions do to them.

use summit::{Authority, Content, Event, Moment, Previous, Status};

use super::succession::same;

/// One claim in a group.
pub(super) struct Claim<'a> {
    pub(super) event: &'a Event,
    pub(super) says: Says<'a>,
}

/// What a claim says of the party.
pub(super) enum Says<'a> {
    /// What it says itself.
    Itself,
    /// A succession: the party, or the organisation, ceases.
    Ceases,
    /// A succession: the status of another passes over to the party.
    Passes(Passed<'a>),
}

/// What a status that passes over rests on.
#[derive(Default)]
pub(super) struct Passed<'a> {
    /// What gave it to those who held it before.
    pub(super) grounds: Vec<&'a Event>,
    /// Successions of the same time that give their place to others.
    pub(super) rivals: Vec<&'a Event>,
}

impl<'a> Claim<'a> {
    /// The events that it takes to make this claim.
    pub(super) fn rests_on(&self) -> impl Iterator<Item = &'a Event> {
        let passed = if let Says::Passes(passed) = &self.says { Some(passed) } else { None };
        let more = passed.into_iter().flat_map(|passed| passed.grounds.iter().chain(&passed.rivals));
        std::iter::once(self.event).chain(more.copied())
    }

    const fn is_own(&self) -> bool {
        matches!(self.says, Says::Itself)
    }
}

/// Consecutive claims of one status: they speak of the same transition (rule 1).
pub(super) struct Group<'a> {
    pub(super) status: Status,
    pub(super) claims: Vec<Claim<'a>>,
    pub(super) contradicting: Vec<&'a Event>,
    pub(super) rights: Vec<&'a Event>,
    /// Whether it came of the group before it: a reclassification or a succession opened it.
    pub(super) leans: bool,
    /// The highest of its claims'.
    authority: Authority,
    /// The earliest moment by which one of its claims has it that the change has come.
    come_by: Moment,
}

impl<'a> Group<'a> {
    fn new(status: Status, claim: Claim<'a>, leans: bool) -> Self {
        let mut group = Self {
            status,
            claims: Vec::new(),
            contradicting: Vec::new(),
            rights: Vec::new(),
            leans,
            authority: claim.event.shared.authority(),
            come_by: Moment::NEVER,
        };
        group.push(claim);
        group
    }

    fn push(&mut self, claim: Claim<'a>) {
        self.authority = self.authority.max(claim.event.shared.authority());
        self.come_by = self.come_by.min(claim.event.shared.occurred.range().latest);
        self.claims.push(claim);
    }

    /// The claims that date it: its own dated ones, or else the successions.
    pub(super) fn dated(&self) -> Vec<&'a Event> {
        let own = self.claims.iter().filter(|claim| claim.is_own()).map(|claim| claim.event);
        let own: Vec<&Event> = own.filter(|event| previous(event).is_none()).collect();
        if own.is_empty() { self.successions().map(|claim| claim.event).collect() } else { own }
    }

    /// The successions among its claims.
    pub(super) fn successions(&self) -> impl Iterator<Item = &Claim<'a>> {
        self.claims.iter().filter(|claim| !claim.is_own())
    }

    /// Whether a succession may speak of this transition: nobody has it come before, but for another account of the same
    /// succession.
    fn may_be_of(&self, succession: &Event) -> bool {
        self.come_by >= succession.shared.occurred.range().earliest
            || self.successions().any(|claim| same(claim.event, succession))
    }
}

/// The `previous` of a standing, which may be absent; nothing for dated claims.
#[expect(clippy::option_option, reason = "the outer level says whether this is a standing at all")]
pub(super) fn previous(event: &Event) -> Option<Option<&Previous>> {
    if let Content::Standing(standing) = &event.content { Some(standing.previous.as_ref()) } else { None }
}

/// The groups of one party in one organisation. Claims come in sort order; of those of equal times first the party's own,
/// then what passes over to it, then what ends it.
#[derive(Default)]
pub(super) struct Groups<'a>(pub(super) Vec<Group<'a>>);

impl<'a> Groups<'a> {
    /// A claim of the party's own, or a reclassification.
    pub(super) fn say(&mut self, event: &'a Event) {
        let Some(status) = claimed_status(event) else { return };
        let current = self.0.last_mut();
        let opens = if let Content::Reclassification(change) = &event.content {
            if !current.as_ref().is_some_and(|group| change.from.contains(&group.status)) {
                return;
            }
            true
        } else {
            false
        };
        let claim = Claim { event, says: Says::Itself };
        match current {
            Some(group) if !opens && group.status == status => group.push(claim),
            // A weaker standing ends nothing: it contests (rule 5).
            Some(group) if previous(event).is_some() && event.shared.authority() < group.authority => {
                group.contradicting.push(event);
            }
            _ => self.0.push(Group::new(status, claim, opens)),
        }
    }

    /// A succession with which the party, or the organisation, ceases: it ends what is held then.
    pub(super) fn cease(&mut self, succession: &'a Event) {
        let claim = Claim { event: succession, says: Says::Ceases };
        match self.0.last_mut() {
            Some(group) if !group.status.is_none() => self.0.push(Group::new(Status::none(), claim, true)),
            Some(group) if group.may_be_of(succession) => group.push(claim),
            Some(_) | None => {}
        }
    }

    /// A succession with which a status passes over to the party: it gives it to who holds none. What is said of the party
    /// itself goes before: nothing passes over to who holds another status in its own right, or is said to hold none at
    /// just that time.
    pub(super) fn receive(&mut self, succession: &'a Event, status: Status, passed: Passed<'a>) {
        let claim = Claim { event: succession, says: Says::Passes(passed) };
        let denies = |claim: &Claim<'_>| {
            claim.is_own() && claim.event.shared.occurred.range() == succession.shared.occurred.range()
        };
        match self.0.last_mut() {
            Some(group) if group.status == status => {
                if group.may_be_of(succession) {
                    group.push(claim);
                }
            }
            Some(group) if !group.status.is_none() || group.claims.iter().any(denies) => {}
            Some(_) | None => self.0.push(Group::new(status, claim, false)),
        }
    }

    /// What a succession finds held: where the party holds nothing any more, what it held before the transition of which
    /// the succession may speak. With what it rests on.
    pub(super) fn found_by(&self, succession: &Event) -> Option<(&Status, Vec<&'a Event>)> {
        let last = self.0.len().checked_sub(1)?;
        let held = match &self.0[last] {
            group if !group.status.is_none() => last,
            group if group.may_be_of(succession) => last.checked_sub(1)?,
            _ => return None,
        };
        Some((&self.0[held].status, self.grounds(held)))
    }

    /// What it takes for a group to be there.
    fn grounds(&self, group: usize) -> Vec<&'a Event> {
        let mut grounds = Vec::new();
        for group in self.0[..=group].iter().rev() {
            grounds.extend(group.claims.iter().flat_map(Claim::rests_on));
            if !group.leans {
                break;
            }
        }
        grounds
    }
}

/// The status that an event claims; nothing for events that are no status claims.
#[expect(clippy::wildcard_enum_match_arm, reason = "the design lists the status claims; every other kind is none")]
pub(crate) fn claimed_status(event: &Event) -> Option<Status> {
    match &event.content {
        Content::Admission(admission) => Some(admission.status.clone()),
        Content::Standing(standing) => Some(standing.status.clone()),
        Content::Withdrawal(_) => Some(Status::none()),
        Content::Reclassification(change) => Some(change.to.clone()),
        _ => None,
    }
}
