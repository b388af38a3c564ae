//! The group committer: gathers what is waiting, sends it as one, and answers each caller.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use chronicle::{Chronicle, Draft, MAX_BATCH};
use summit::{EventId, Position};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use wire::Document;

use crate::answer::{Acknowledged, PublishError};
use crate::directory::Directory;
use crate::filing::Filing;
use crate::settle::{Pending, Place, Settler, Terms};

/// How long callers who have just been answered may take to come again and be sent with the others. Whoever comes
/// later than that is sent at once.
const GATHER_TIME: Duration = Duration::from_millis(2);
/// The most that is gathered, in bytes of documents; the most in events is [`MAX_BATCH`].
const GATHER_BYTES: usize = 8 * 1024 * 1024;

/// What a caller waits for.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, PublishError>>;

/// A document ready to be sent, but for its subject.
pub(crate) struct Prepared {
    document: Document,
    bytes: Bytes,
}

impl Prepared {
    pub(crate) fn new(document: Document) -> Self {
        Self { bytes: document.encode().into(), document }
    }

    fn id(&self) -> EventId {
        self.document.event().id
    }
}

/// What is waiting for the committer.
pub(crate) enum Request {
    /// An event by itself, to be sent in any company.
    One(Box<Prepared>, Reply<Acknowledged>),
    /// Events that must stand together, perhaps with an expected tail.
    Together(Vec<Prepared>, Option<Position>, Reply<Vec<Acknowledged>>),
}

/// The one task that writes.
pub(crate) struct Committer<C, D> {
    settler: Settler<C>,
    directory: D,
    filing: Filing,
    queue: mpsc::Receiver<Request>,
    /// What comes before the queue: put off while something else was gathered.
    held: VecDeque<Request>,
    /// How many were gathered last: as many may come again.
    last: usize,
    /// When they were answered.
    answered_at: Instant,
}

/// An event by itself, with who waits for it.
type Waiting = (Box<Prepared>, Reply<Acknowledged>);

/// Events that are sent as one, although they came one by one.
#[derive(Default)]
struct Group {
    batch: Vec<Pending>,
    /// Who waits for each.
    callers: Vec<Caller>,
}

struct Caller {
    reply: Reply<Acknowledged>,
    /// Others who brought the same id.
    followers: Vec<Waiting>,
}

impl<C: Chronicle, D: Directory> Committer<C, D> {
    pub(crate) fn new(log: C, directory: D, queue: mpsc::Receiver<Request>) -> Self {
        let (settler, filing) = (Settler::new(log), Filing::default());
        Self { settler, directory, filing, queue, held: VecDeque::new(), last: 0, answered_at: Instant::now() }
    }

    /// Works until every producer is gone and everything that they handed in is answered.
    pub(crate) async fn run(mut self) {
        while let Some(request) = self.next().await {
            match request {
                Request::One(prepared, reply) => {
                    let gathered = self.gather((prepared, reply)).await;
                    self.last = gathered.len();
                    self.commit(gathered).await;
                }
                Request::Together(prepared, expected, reply) => {
                    tell(reply, self.together(prepared, expected).await);
                }
            }
            self.answered_at = Instant::now();
        }
    }

    async fn next(&mut self) -> Option<Request> {
        match self.held.pop_front() {
            Some(held) => Some(held),
            None => self.queue.recv().await,
        }
    }

    /// The next request that is there, or comes while others may be coming back.
    async fn another(&mut self, gathered: usize) -> Option<Request> {
        if let Some(held) = self.held.pop_front() {
            return Some(held);
        }
        match self.queue.try_recv() {
            Ok(request) => Some(request),
            Err(_) if gathered < self.last => {
                timeout_at(self.answered_at + GATHER_TIME, self.queue.recv()).await.ok().flatten()
            }
            Err(_) => None,
        }
    }

    /// The first event with those that wait behind it.
    async fn gather(&mut self, first: Waiting) -> Vec<Waiting> {
        let mut bytes = first.0.bytes.len();
        let mut gathered = vec![first];
        while gathered.len() < MAX_BATCH && bytes < GATHER_BYTES {
            match self.another(gathered.len()).await {
                Some(Request::One(prepared, reply)) => {
                    bytes += prepared.bytes.len();
                    gathered.push((prepared, reply));
                }
                Some(together @ Request::Together(..)) => {
                    self.held.push_front(together);
                    break;
                }
                None => break,
            }
        }
        gathered
    }

    /// Sends what was gathered, and answers everyone.
    async fn commit(&mut self, gathered: Vec<Waiting>) {
        let mut groups = vec![self.group(gathered)];
        while let Some(mut group) = groups.pop() {
            let settled = self.settler.settle(&mut group.batch, Terms::Each).await;
            let mut rest = Group::default();
            for (pending, caller) in group.batch.into_iter().zip(group.callers) {
                if let Some(place) = pending.place {
                    self.answer(&pending, caller, Ok(place));
                } else {
                    rest.batch.push(pending);
                    rest.callers.push(caller);
                }
            }
            match settled {
                // One of them spoils it for the others: it is found by halves.
                Err(error) if error.may_concern_one() && rest.batch.len() > 1 => {
                    let middle = rest.batch.len() / 2;
                    let (batch, callers) = (rest.batch.split_off(middle), rest.callers.split_off(middle));
                    groups.extend([Group { batch, callers }, rest]);
                }
                Err(error) => {
                    for (pending, caller) in rest.batch.into_iter().zip(rest.callers) {
                        self.answer(&pending, caller, Err(error.clone()));
                    }
                }
                Ok(()) => debug_assert!(rest.batch.is_empty(), "settled, so everyone has a place"),
            }
        }
    }

    /// What has to be sent of what was gathered, each id once. The others are answered, or follow one that is sent.
    fn group(&mut self, gathered: Vec<Waiting>) -> Group {
        let mut group = Group::default();
        let mut ids: HashMap<EventId, usize> = HashMap::new();
        for (prepared, reply) in gathered {
            if let Some(&first) = ids.get(&prepared.id()) {
                group.callers[first].followers.push((prepared, reply));
                continue;
            }
            let caller = Caller { reply, followers: Vec::new() };
            match self.pending(*prepared) {
                Ok(pending @ Pending { place: Some(place), .. }) => self.answer(&pending, caller, Ok(place)),
                Ok(pending) => {
                    ids.insert(pending.draft.id, group.batch.len());
                    group.batch.push(pending);
                    group.callers.push(caller);
                }
                Err(error) => tell(caller.reply, Err(error)),
            }
        }
        group
    }

    /// The event as it is sent, with its place where it is known already.
    fn pending(&mut self, Prepared { document, bytes }: Prepared) -> Result<Pending, PublishError> {
        let id = document.event().id;
        let subject = self.filing.subject(document.event(), &self.directory);
        let draft = Draft { id, subject, headers: wire::headers(), bytes };
        draft.check()?;
        let place = self.directory.known(id).map(|known| Place {
            position: known.position,
            same: known.fingerprint == document.fingerprint(),
            duplicate: true,
        });
        Ok(Pending { draft, document, place })
    }

    /// Answers the caller, and those who brought the same id.
    fn answer(&mut self, pending: &Pending, caller: Caller, settled: Result<Place, PublishError>) {
        let id = pending.draft.id;
        for (prepared, reply) in caller.followers {
            let equal = pending.says_the_same(&prepared.document);
            match &settled {
                Ok(place) if place.same || equal => {
                    tell(reply, acknowledged(id, Place { same: place.same && equal, duplicate: true, ..*place }));
                }
                Err(error) if equal => tell(reply, Err(error.clone())),
                // It says something else, of which nothing is known yet.
                Ok(_) | Err(_) => self.held.push_back(Request::One(prepared, reply)),
            }
        }
        tell(caller.reply, settled.and_then(|place| acknowledged(id, place)));
    }

    /// Sends events that belong together, as far as they do not stand already.
    async fn together(
        &mut self,
        prepared: Vec<Prepared>,
        expected: Option<Position>,
    ) -> Result<Vec<Acknowledged>, PublishError> {
        let mut batch: Vec<Pending> = Vec::new();
        // For each event, its index in the batch and whether another one brought its id.
        let mut indices = Vec::new();
        let mut ids: HashMap<EventId, usize> = HashMap::new();
        for prepared in prepared {
            let id = prepared.id();
            let first = ids.get(&id).copied();
            if first.is_some_and(|first| !batch[first].says_the_same(&prepared.document)) {
                return Err(PublishError::Refused(format!("the id {id} is there twice, with different bodies")));
            }
            indices.push((first.unwrap_or(batch.len()), first.is_some()));
            if first.is_none() {
                ids.insert(id, batch.len());
                batch.push(self.pending(prepared)?);
            }
        }
        let settled = self.settler.settle(&mut batch, Terms::Together(expected)).await;
        for pending in &batch {
            if let Some(place) = pending.place.filter(|place| !place.same) {
                return Err(PublishError::IdTaken { id: pending.draft.id, position: place.position });
            }
        }
        settled?;
        let place = |(index, again): (usize, bool)| {
            let pending: &Pending = &batch[index];
            let place = pending.place.expect("settled, so everyone has a place");
            acknowledged(pending.draft.id, Place { duplicate: place.duplicate || again, ..place })
        };
        indices.into_iter().map(place).collect()
    }
}

fn acknowledged(id: EventId, place: Place) -> Result<Acknowledged, PublishError> {
    let Place { position, same, duplicate } = place;
    if same { Ok(Acknowledged { position, id, duplicate }) } else { Err(PublishError::IdTaken { id, position }) }
}

/// Answers a caller, who may have gone.
fn tell<T>(reply: Reply<T>, answer: Result<T, PublishError>) {
    let _ = reply.send(answer);
}
