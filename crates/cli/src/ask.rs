//! How a question is answered: connect, read the log into an index, beginning with the newest snapshot, look from the
//! vantage, print; and then keep a snapshot for the next one, where the log has grown enough.

use gateway::AskedFor;
use jiff::civil::Date;
use projector::export::Citable;
use projector::{AskError, Index, Opened, Snapshots, View};
use serde::de::DeserializeOwned;
use summit::{Position, Vantage};

use crate::anchors::Anchors;
use crate::args::Global;
use crate::connect::{Connection, Place};
use crate::error::Failure;
use crate::output::Output;
use crate::read;
use crate::render::Text;
use crate::stale::{self, Good};
use crate::values::{self, Spelt};
use crate::vantage::VantageOptions;

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
        let index = self.index_of(&connection, awaited).await.inspect_err(|failure| connection.note(failure))?;
        Ok((connection, index))
    }

    /// The index of a log, read as far as `awaited` at least.
    pub(crate) async fn index_of(&self, connection: &Connection, awaited: Option<Position>) -> Result<Index, Failure> {
        let snapshots = connection.snapshots(&self.global);
        loop {
            match read::opened(&connection.log, &snapshots, awaited, self.output()).await?.whole() {
                Ok(index) => {
                    read::passed_over(index.undecodable().len(), self.output());
                    return Ok(index);
                }
                // It is passed over from now on.
                Err(damaged) => self.output().note(snapshots.set_aside(&damaged)),
            }
        }
    }

    /// Asks a question of the index, read as far as `awaited` at least. The question is asked again where a snapshot turns
    /// out bad, so it prints nothing itself: it tells what to note and what to print.
    pub(crate) async fn ask(
        &self,
        awaited: Option<Position>,
        question: impl Fn(&Index) -> Result<(Vec<String>, String), Failure>,
    ) -> Result<(), Failure> {
        let place = Place::of(&self.global)?;
        let anchors = Anchors::of(&place, &self.global);
        let connection = match Connection::open_known(&place, anchors.clone(), self.output()).await {
            Ok(connection) => connection,
            Err(failure) => return self.ask_stale(failure, &anchors, None, awaited, &question).await,
        };
        match self.ask_of(&connection, awaited, &question).await {
            Ok((snapshots, opened)) => {
                // The server is not kept waiting for what only we need.
                drop(connection);
                read::keep(&snapshots, &opened);
                Ok(())
            }
            Err(failure) => {
                connection.note(&failure);
                self.ask_stale(failure, &anchors, Some(&connection), awaited, &question).await
            }
        }
    }

    /// Asks a question of the log as it is. Gives what it was answered from.
    async fn ask_of(
        &self,
        connection: &Connection,
        awaited: Option<Position>,
        question: impl Fn(&Index) -> Result<(Vec<String>, String), Failure>,
    ) -> Result<(Snapshots, Opened), Failure> {
        connection.keep_anchor().await?;
        let snapshots = connection.snapshots(&self.global);
        loop {
            let opened = read::opened(&connection.log, &snapshots, awaited, self.output()).await?;
            let asked = opened.ask(|index| (index.undecodable().len(), question(index)));
            let (passed_over, answer) = match asked {
                Ok(asked) => asked,
                Err(damaged) => {
                    self.output().note(snapshots.set_aside(&damaged));
                    continue;
                }
            };
            read::passed_over(passed_over, self.output());
            self.tell(answer?)?;
            return Ok((snapshots, opened));
        }
    }

    /// Asks a question of what is surely good, where it failed because the log is damaged. It fails all the same.
    async fn ask_stale(
        &self,
        failure: Failure,
        anchors: &Anchors,
        connection: Option<&Connection>,
        awaited: Option<Position>,
        question: impl Fn(&Index) -> Result<(Vec<String>, String), Failure>,
    ) -> Result<(), Failure> {
        let Some(good) = Good::of(anchors, connection, &failure) else { return Err(failure) };
        let Some(index) = good.index(&self.global).await else { return Err(failure) };
        let read_to = index.tail();
        let reached = awaited.map_or(Ok(()), |needed| index.reached(needed).map_err(Failure::from));
        match reached.and_then(|()| question(&index)) {
            Ok(answer) => {
                self.tell(answer)?;
                Err(Failure::Stale { damage: Box::new(failure), read_to })
            }
            Err(why) => {
                stale::unanswered(read_to, &why, self.output());
                Err(failure)
            }
        }
    }

    /// Prints an answer and what is to be noted with it.
    fn tell(&self, (notes, written): (Vec<String>, String)) -> Result<(), Failure> {
        for note in notes {
            self.output().note(note);
        }
        self.output().print(&written)
    }

    /// Answers a question from a vantage.
    pub(crate) async fn answer<Q: Question>(&self, question: &Q, from: &VantageOptions) -> Result<(), Failure> {
        from.check()?;
        if let Some(remote) = self.remote()? {
            let mut question = question.clone();
            self.understand_remote(&remote, question.spoken(), from).await?;
            return self.ask_remote::<Q::Answer>(&remote, &from.asked_of(question.address())).await;
        }
        let ask = |index: &Index| {
            let vantage = from.resolve(index)?;
            let view = index.view(&vantage, self.today)?.showing(from.names());
            let mut question = question.clone();
            let mut notes = understand(question.spoken(), &view)?;
            let answer = question.ask(&view)?;
            notes.extend([projector::unknown_source(index, &vantage), question.note(index)].into_iter().flatten());
            Ok((notes, self.output().cited(&answer, index, from.names())))
        };
        self.ask(from.min_position, ask).await
    }
}

/// Says what is meant by names in a question, and what to note of that. What events name needs no looking for.
pub(crate) fn understand(spoken: Vec<&mut dyn Spelt>, view: &View<'_>) -> Result<Vec<String>, AskError> {
    let mut notes = Vec::new();
    for one in spoken {
        if one.named().is_some_and(|of| view.is_named(&of)) {
            continue;
        }
        let found = view.find(one.text(), Some(one.what()));
        notes.extend(values::understand(one, &found)?);
    }
    Ok(notes)
}

/// The same from where everything stands now, for what is asked from no vantage.
pub(crate) fn understand_now(spoken: Vec<&mut dyn Spelt>, index: &Index, today: Date) -> Result<Vec<String>, AskError> {
    if spoken.is_empty() {
        return Ok(Vec::new());
    }
    understand(spoken, &index.view(&Vantage::default(), today)?)
}

/// A question that a view answers.
pub(crate) trait Question: Clone {
    /// As programs and people are shown it.
    type Answer: Citable + DeserializeOwned + Text;

    /// The answer.
    fn ask(&self, view: &View<'_>) -> Result<Self::Answer, AskError>;

    /// What it speaks of, that may be named.
    fn spoken(&mut self) -> Vec<&mut dyn Spelt> {
        Vec::new()
    }

    /// The same question as a service is asked it.
    fn address(&self) -> AskedFor;

    /// What the asker may have got wrong, although there is an answer.
    fn note(&self, _: &Index) -> Option<String> {
        None
    }
}
