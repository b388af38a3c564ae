//! `chronicle rebuild`: the published views anew beside those that count.

use clap::Args;
use projector::published::{self, Partitions, Rebuilt};

use crate::ask::Shell;
use crate::error::Failure;
use crate::output::Output;
use crate::read;
use crate::render::{Page, Text};

/// Build the published views anew beside those that count, compare every key, and have the new ones count
///
/// Exit code 3 where a key was not what the log gives; the new views count then too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  chronicle rebuild
  chronicle rebuild --partitions 16
  chronicle rebuild --rollback")]
pub(crate) struct Rebuild {
    /// Have the version before count again
    #[arg(long)]
    rollback: bool,
    /// In how many partitions workers are to keep the new ones; 0, once every worker has ended: `chronicle serve` is to
    /// [default: as before]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(..=64), conflicts_with = "rollback")]
    partitions: Option<u16>,
}

impl Rebuild {
    pub(crate) async fn run(&self, shell: &Shell) -> Result<(), Failure> {
        let output = shell.output();
        if self.rollback {
            let connection = shell.connect().await?;
            let version = published::roll_back(&connection.log.views()).await?;
            return if output.json {
                Output::json(&serde_json::json!({ "current": version }))
            } else {
                Output::text(&format!("version {version} of the views counts again\n"))
            };
        }
        // From the log alone: a snapshot may hold what an older program made of it.
        let connection = shell.connect().await?;
        let mut index = read::index(&connection.log, None, output).await?;
        let views = connection.log.views();
        let into = match (self.partitions, published::pointer(&views).await?) {
            (Some(count), _) => Partitions::new(count),
            (None, Some(pointer)) => published::partitions(&views, pointer.current).await?,
            (None, None) => None,
        };
        let rebuilt = published::rebuild(&views, &connection.log, &mut index, shell.today, into).await?;
        output.answer(&rebuilt, &index)?;
        match rebuilt.differences.len() {
            0 => Ok(()),
            1 => Err(Failure::Different("one key was not what the log gives".to_owned())),
            some => Err(Failure::Different(format!("{some} keys were not what the log gives"))),
        }
    }
}

impl Text for Rebuilt {
    fn text(&self, page: &mut Page<'_>) {
        let Self { from, to, position, compared, differences } = self;
        page.line(format_args!("version {to} of the views counts now, version {from} before it"));
        page.line(format_args!("{compared} keys compared at position {position}, {} differ", differences.len()));
        for one in differences {
            page.line(format_args!("{} {}", one.view, one.key));
            page.line(format_args!("  published {}", one.published.as_deref().unwrap_or("nothing")));
            page.line(format_args!("  rebuilt   {}", one.rebuilt.as_deref().unwrap_or("nothing")));
        }
    }
}
