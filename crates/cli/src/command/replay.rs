//! `chronicle replay`: history again, through the live path.

use chronicle::Chronicle;
use clap::Args;
use summit::Position;

use super::events::{Filters, print};
use crate::ask::Shell;
use crate::error::Failure;

/// History again, pushed as a live feed is, up to the end as it is now
#[derive(Debug, Args)]
#[command(after_help = "Example:
  chronicle replay --organisation sco --speed max")]
pub(crate) struct Replay {
    #[command(flatten)]
    filters: Filters,
    /// How fast: only max, for now
    #[arg(long, default_value = "max", value_parser = speed)]
    speed: Speed,
}

/// How fast history comes.
#[derive(Debug, Clone, Copy)]
enum Speed {
    /// As fast as it can be read.
    Max,
}

fn speed(text: &str) -> Result<Speed, String> {
    match text {
        "max" => Ok(Speed::Max),
        _ => Err("only max is there for now: the pace of the stored times comes later".to_owned()),
    }
}

impl Replay {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let Speed::Max = self.speed;
        let (connection, index) = shell.read(None).await?;
        let entries = connection.log.follow(Position::START);
        let filter = self.filters.filter();
        print(shell.output(), &index, |id| index.matches(id, &filter), entries).await
    }
}
