//! Who asks, and for which organisations he speaks.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use summit::OrganisationId;

use crate::problem::{Code, Problem};

/// What somebody may do; each role may what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Asks, and listens to changes.
    Reader,
    /// Stores events, for its organisations.
    Publisher,
    /// Sees how the service does.
    Operator,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reader => "reader",
            Self::Publisher => "publisher",
            Self::Operator => "operator",
        })
    }
}

/// For which organisations somebody may publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// For every one, and what belongs to none.
    All,
    /// For these.
    Only(BTreeSet<OrganisationId>),
}

/// Who asks: an extension of every request that came as far as a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The id of the token, which is no secret. None for who showed none.
    token: Option<String>,
    role: Role,
    scope: Scope,
    /// By what its streams are counted.
    name: Option<String>,
}

impl Caller {
    /// Somebody with a token.
    pub(crate) fn with_token(id: impl Into<String>, role: Role, scope: Scope) -> Self {
        Self { token: Some(id.into()), role, scope, name: None }
    }

    /// Anybody, where the service is open to this machine only.
    pub(crate) const fn anybody() -> Self {
        Self { token: None, role: Role::Operator, scope: Scope::All, name: None }
    }

    /// Somebody who showed no token, where none is needed.
    pub(crate) const fn stranger() -> Self {
        Self { token: None, role: Role::Reader, scope: Scope::Only(BTreeSet::new()), name: None }
    }

    /// The same, counted by its token, or by its address where it showed none.
    #[must_use]
    pub(super) fn counted(self, address: IpAddr) -> Self {
        let name = self.token.clone().unwrap_or_else(|| address.to_string());
        Self { name: Some(name), ..self }
    }

    /// By what is counted how many streams it reads; none where nobody is counted.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What this one may do.
    pub(crate) const fn role(&self) -> Role {
        self.role
    }

    /// The id of the token, which is no secret: who published, in logs.
    pub(crate) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Refuses who may not publish for every one of these organisations: those of the events, and those of what they
    /// correct or retract. What belongs to no organisation needs the right to all.
    pub(crate) fn may_publish(&self, organisations: &BTreeSet<OrganisationId>) -> Result<(), Problem> {
        if self.role < Role::Publisher {
            let detail = format!("a {} publishes nothing", self.role);
            return Err(Problem::new(Code::NotPermitted, detail).with("role", self.role.to_string()));
        }
        let Scope::Only(own) = &self.scope else { return Ok(()) };
        if organisations.is_empty() {
            let detail = "an event that belongs to no organisation needs a token for all of them";
            return Err(Problem::new(Code::NotPermitted, detail));
        }
        let others: Vec<&str> = organisations.difference(own).map(OrganisationId::as_str).collect();
        if others.is_empty() {
            return Ok(());
        }
        let detail = format!("this token does not publish for {}", others.join(", "));
        Err(Problem::new(Code::NotPermitted, detail).with("organisations", others))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;
    use summit::OrganisationId;

    use super::{Caller, Role, Scope};

    fn of(names: &[&str]) -> BTreeSet<OrganisationId> {
        names.iter().map(|name| name.parse().expect("a name")).collect()
    }

    #[test]
    fn a_publisher_publishes_for_its_organisations_only() {
        let sco = Caller::with_token("k7", Role::Publisher, Scope::Only(of(&["sco", "sco-plus"])));
        assert_eq!(sco.may_publish(&of(&["sco"])), Ok(()));
        assert_eq!(sco.may_publish(&of(&["sco", "sco-plus"])), Ok(()));
        let refused = sco.may_publish(&of(&["apec", "brics", "sco"])).expect_err("two are another's");
        let refused = serde_json::to_value(refused).expect("JSON");
        assert_eq!((&refused["status"], &refused["code"]), (&json!(403), &json!("not-permitted")));
        assert_eq!(refused["organisations"], json!(["apec", "brics"]));
    }

    #[test]
    fn what_belongs_to_no_organisation_needs_the_right_to_all() {
        let sco = Caller::with_token("k7", Role::Publisher, Scope::Only(of(&["sco"])));
        assert!(sco.may_publish(&of(&[])).is_err());
        assert_eq!(Caller::with_token("k8", Role::Publisher, Scope::All).may_publish(&of(&[])), Ok(()));
    }

    #[test]
    fn a_reader_publishes_nothing_and_anybody_on_an_open_service_everything() {
        assert!(Caller::with_token("k7", Role::Reader, Scope::All).may_publish(&of(&["sco"])).is_err());
        assert_eq!(Caller::anybody().may_publish(&of(&["sco"])), Ok(()));
    }
}
