//! `chronicle replay`: history again, through the live path.

use chronicle::Chronicle;
use clap::Args;
use projector::{Pace, Speed};
use summit::Position;

use super::events::Filters;
use crate::ask::Shell;
use crate::error::Failure;
use crate::release::{Release, told};

/// History again, pushed as a live feed is, up to the end as it is now
///
/// The stored documents come one a line, each event once, and can be published again elsewhere.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle replay --organisation sco --speed 60x
  chronicle replay --meeting sco-plus-astana-2024 --speed step
  chronicle replay --speed max | chronicle --data /tmp/again publish -")]
pub(crate) struct Replay {
    #[command(flatten)]
    filters: Filters,
    /// How fast: original, with the gaps of the stored times; 60x or any whole number, with gaps so many times shorter, at
    /// most 10 s each; max, without gaps; step, one event for each line on standard input
    #[arg(long, default_value = "max")]
    speed: Speed,
}

impl Replay {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let history = shell.history().await?;
        let filter = match self.filters.understood(&history.index, shell) {
            Ok(filter) => filter,
            Err(unknown) => return Err(history.unanswered(unknown.into())),
        };
        let (output, index) = (shell.output(), &history.index);
        if self.speed != Speed::Max {
            let records = (1..=index.tail().get()).filter_map(|number| index.record_at(Position::new(number)));
            let asked = records.filter(|record| index.matches(record.event.id, &filter));
            let times: Vec<_> = asked.map(|record| record.stored_at).collect();
            let count = times.len();
            if self.speed == Speed::Step {
                output.remark(format_args!("{count} events, one for each line on standard input"));
            } else {
                let length = told(Pace::length(self.speed, times));
                output.remark(format_args!("{count} events, from the first to the last in {length}"));
            }
        }
        let mut release = Release::new(self.speed, output);
        history.print(|log| log.follow(Position::START), |index, id| index.matches(id, &filter), &mut release).await
    }
}
