//! What lets one event of a history out after another: nothing, time, or a line on standard input.

use std::io::{self, BufRead, IsTerminal};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};
use projector::{MAX_GAP, Pacer, Speed};
use tokio::sync::mpsc;

use crate::output::{self, Output};

/// What lets one event out after another.
pub(crate) struct Release {
    way: Way,
    output: Output,
}

enum Way {
    AtOnce,
    Paced(Pacer),
    /// Each line lets one out. Nothing before the first wait: nobody's input is read unasked.
    Step(Option<mpsc::Receiver<()>>),
}

impl Release {
    pub(crate) fn new(speed: Speed, output: Output) -> Self {
        let way = match speed {
            Speed::Max => Way::AtOnce,
            Speed::Original | Speed::Times(_) => Way::Paced(Pacer::new(speed)),
            Speed::Step => Way::Step(None),
        };
        Self { way, output }
    }

    /// Whether nothing is waited for.
    pub(crate) const fn is_at_once(&self) -> bool {
        matches!(self.way, Way::AtOnce)
    }

    /// Waits until the next event may come, which was stored at this time. False: none may come any more.
    pub(crate) async fn wait(&mut self, stored_at: Timestamp) -> bool {
        match &mut self.way {
            Way::AtOnce => true,
            Way::Paced(pacer) => {
                let ahead = pacer.ahead(stored_at);
                if ahead > MAX_GAP {
                    self.output.remark(format_args!("the next event comes in {}", told(ahead)));
                }
                pacer.wait(stored_at).await;
                true
            }
            Way::Step(lines) => {
                if !self.output.quiet && io::stdin().is_terminal() {
                    output::say("Enter for the next event, ctrl-d to end: ");
                }
                lines.get_or_insert_with(lines_of_stdin).recv().await.is_some()
            }
        }
    }
}

/// A time for people, in whole seconds unless it is very short.
pub(crate) fn told(time: Duration) -> String {
    let Ok(time) = SignedDuration::try_from(time) else { return "ages".to_owned() };
    let unit = if time < SignedDuration::from_secs(1) { Unit::Millisecond } else { Unit::Second };
    format!("{:#}", time.round(unit).unwrap_or(time))
}

/// A message for each line of standard input, read by a thread of its own that is left behind when nobody wants them any
/// more. What cannot be read is the end.
fn lines_of_stdin() -> mpsc::Receiver<()> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        // The last line may lack its end.
        while io::stdin().lock().skip_until(b'\n').is_ok_and(|read| read > 0) {
            if sender.blocking_send(()).is_err() {
                break;
            }
        }
    });
    receiver
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::told;

    #[test]
    fn a_time_is_told_in_seconds_unless_it_is_very_short() {
        let texts = [0, 40, 2_400, 122_000, 90_000_000].map(|millis| told(Duration::from_millis(millis)));
        assert_eq!(texts, ["0s", "40ms", "2s", "2m 2s", "25h"]);
    }
}
