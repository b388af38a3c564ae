//! `chronicle find`: what is called by a text.

use clap::Args;
use gateway::AskedFor;
use projector::{AskError, Found, View, What};

use crate::ask::Question;
use crate::vantage::VantageOptions;

/// Everything that is called by a text: by any name, at any time, in any language
///
/// Organisations, parties, meetings, instruments and people, by their identifier, a name, how one begins, or some words of
/// it; case, accents and signs do not matter. Where nothing fits, what is spelt like it.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  chronicle find \"Shanghai Cooperation\"
  chronicle find WTO --as-of 2000
  chronicle find berdimuhamedow --kind person --language tk")]
pub(crate) struct Find {
    /// An identifier, a name, or some words of it
    text: String,
    /// Only this: party, organisation, meeting, instrument or person
    #[arg(long)]
    kind: Option<What>,
    #[command(flatten)]
    pub(crate) from: VantageOptions,
}

impl Question for Find {
    type Answer = Found;

    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError> {
        Ok(view.find(&self.text, self.kind))
    }

    fn address(&self) -> AskedFor {
        AskedFor::at("/v1/find").with("q", Some(&self.text)).with("kind", self.kind)
    }
}
