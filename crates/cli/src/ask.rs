//! How a question is answered: connect, read the whole log into an index, look from the vantage, print.

use jiff::civil::Date;
use projector::{AskError, Index, View};
use serde::Serialize;
use summit::Position;

use crate::anchors::Anchors;
use crate::args::Global;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::output::Output;
use crate::read;
use crate::render::Text;
use crate::vantage::{self, VantageOptions};

/// What every command is given.
pub(crate) struct Shell {
    pub(crate) global: Global,
    /// The civil date in UTC, read once.
    pub(crate) today: Date,
}

impl Shell {
    pub(crate) fn output(&self) -> Output {
        Output { json: self.global.json, quiet: self.global.quiet }
    }

    /// Connects to the chronicle that the options name, which must be what it was.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        let place = Place::of(&self.global)?;
        Connection::open_checked(&place, Anchors::of(&place, &self.global), self.output()).await
    }

    /// The chronicle and its index, read as far as `awaited` at least.
    pub(crate) async fn read(&self, awaited: Option<Position>) -> Result<(Connection, Index), Failure> {
        let connection = self.connect().await?;
        let index = read::index(&connection.log, awaited, self.output()).await?;
        Ok((connection, index))
    }

    /// Answers a question from a vantage.
    pub(crate) async fn answer(&self, question: &impl Question, from: &VantageOptions) -> Result<(), Failure> {
        from.check()?;
        let (_connection, index) = self.read(from.min_position).await?;
        let vantage = from.resolve(&index)?;
        let answer = question.ask(&index.view(&vantage, self.today)?)?;
        let notes = [vantage::unknown_source(&index, &vantage), question.note(&index)];
        notes.into_iter().flatten().for_each(|note| self.output().note(note));
        self.output().answer(&answer, &index)
    }
}

/// A question that a view answers.
pub(crate) trait Question {
    /// As programs and people are shown it.
    type Answer: Serialize + Text;

    /// The answer.
    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError>;

    /// What the asker may have got wrong, although there is an answer.
    fn note(&self, _: &Index) -> Option<String> {
        None
    }
}
