//! One state of the world: MongoDB's documents, Telegram's queues and chats, the processes, and what the invariants
//! remember.

use engine::protocol::{Ack, Ask, Lane, Play};

use crate::book::{Id, Shelf};
use crate::config::Budget;

/// A set of updates, by number.
pub type Updates = u16;

/// A reply as it is kept with the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeptReply {
    pub update: u8,
    /// The epoch in which it was decided.
    pub by: u8,
    pub show: Id,
    /// It is shown also if a later one follows.
    pub lasting: bool,
    /// The lease says that it is shown, or marked as owed.
    pub settled: bool,
}

/// A dialogue's document.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Document {
    pub revision: u8,
    pub seen: Updates,
    /// `None`: its person is forgotten; of them it has the updates, and the reply that says goodbye.
    pub talk: Option<Id>,
    pub replies: Vec<KeptReply>,
    /// Marked as owing a reply, by the process of this epoch.
    pub owed: Option<u8>,
    /// The cart that waits for its projection: revision and cart.
    pub pending: Option<(u8, Id)>,
}

/// An order that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sold {
    pub customer: u8,
    pub order: Id,
    /// Its contact data are there; they go when the customer is forgotten.
    pub contact: bool,
}

/// MongoDB. What is of a customer is at their place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Store {
    pub dialogues: Vec<Option<Document>>,
    /// Revision and cart.
    pub carts: Vec<Option<(u8, Id)>>,
    pub people: Vec<Option<Id>>,
    pub shelf: Shelf,
    pub orders: Vec<Sold>,
    pub letters: Updates,
    /// Which process holds the lease.
    pub holder: u8,
    pub epoch: u8,
}

/// Where an update is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The customer has not done it yet.
    Ahead,
    /// Telegram holds it.
    Waiting,
    /// A call with it is open at a process.
    Out { process: u8 },
    /// Telegram has forgotten it.
    Acknowledged,
}

/// An update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Update {
    pub place: Place,
    /// What it says; 0 until it is sent.
    pub input: Id,
    /// How often it was delivered.
    pub call: u8,
}

/// The call that waits for what became of an update. `update` is [`Receipt::NOBODY`] where nobody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub update: u8,
    pub call: u8,
}

impl Receipt {
    pub const NOBODY: u8 = u8::MAX;
}

/// What is done in a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Job {
    Update(u8),
    /// What the dialogue owes is shown.
    Debts,
}

/// A reply to one update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Portion {
    pub update: u8,
    pub show: Id,
}

/// What is shown in one go.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reply {
    pub portions: Vec<Portion>,
    pub lasting: bool,
    /// So many portions are shown.
    pub shown: u8,
    /// The epoch in which it was committed, or taken over.
    pub epoch: u8,
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Loaded {
    pub document: Option<Document>,
    pub cart_revision: u8,
    pub cart: Id,
    pub cart_pending: bool,
    pub person: Option<Id>,
}

/// What is sent to MongoDB.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Commit {
    pub revision: Option<u8>,
    pub talk: Option<Id>,
    /// The new cart: its revision, and itself.
    pub cart: Option<(u8, Id)>,
    /// The turn itself has changed the cart.
    pub changes_cart: bool,
    pub person: Option<Id>,
    pub order: Option<Id>,
    pub forget: bool,
    pub own: bool,
    pub replies: Vec<KeptReply>,
    pub show: Id,
    pub lasting: bool,
}

/// How far a task is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stage {
    /// This is to be done.
    Ask(Ask),
    /// The dialogue is read; the rest is not.
    Read(Option<Document>),
    /// It is on its way to MongoDB.
    Sent(Commit),
    /// A fault: its stock is taken.
    StockTaken(Commit),
    /// It is committed; the cart is not projected yet.
    Projecting(Commit, u8, Id),
}

/// A job that is being done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Task {
    pub job: Job,
    pub receipt: Receipt,
    pub play: Play,
    pub stage: Stage,
    /// Replies of others that are shown first.
    pub first: Vec<Portion>,
    /// What is shown of an update that comes again.
    pub again: Vec<Portion>,
    /// The epoch in which it was decided.
    pub epoch: u8,
    /// What is shown once it is committed.
    pub show: Id,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Up {
    Awake,
    /// It stands still: what it has sent arrives nevertheless.
    Asleep,
    Down,
}

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Process {
    pub up: Up,
    /// It is the active one, as far as it knows.
    pub active: bool,
    /// In which epoch.
    pub epoch: u8,
    /// The epoch from which on no other process was active; 0: it has not been active since it started.
    pub unbroken_from: u8,
    /// Updates that it answers for.
    pub ours: Updates,
    /// Updates whose replies it has shown.
    pub shown: Updates,
    /// What it knows of the shelf.
    pub shelf: Shelf,
    pub lanes: Vec<Lane<Job, Reply, Receipt>>,
    pub tasks: Vec<Option<Task>>,
    pub showing: Vec<Option<Reply>>,
    /// Customers whose mark is written; the lane does not know yet.
    pub marking: u8,
    /// Customers whose mark is to be cleared.
    pub settled: u8,
    /// Answers to calls, on their way.
    pub answers: Vec<(Receipt, Ack)>,
}

/// What stands in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Message {
    pub update: u8,
    pub show: Id,
}

/// A rule that a step has broken, as it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Broken {
    DearerThanSeen,
    CheaperThanSold,
    NotOffered,
    Overtaken,
    ShownOutOfOrder,
    ShownInactive,
}

/// What the invariants remember.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Memory {
    /// By update, how often it was counted.
    pub counted: Vec<u8>,
    /// By customer, their updates as they were committed.
    pub order: Vec<Vec<u8>>,
    /// The reply to each committed update.
    pub replies: Vec<Option<Id>>,
    /// Updates whose reply was shown.
    pub shown: Updates,
    /// Updates whose reply was dropped for a later one.
    pub replaced: Updates,
    /// By update, how often its message was sent once more.
    pub repeated: Vec<u8>,
    /// How many processes were killed or stood still.
    pub disruptions: u8,
    pub broken: Option<Broken>,
    /// By customer, the update by which they were forgotten last.
    pub forgotten: Vec<Option<u8>>,
    /// By customer, the newest cart.
    pub carts: Vec<Id>,
    /// By customer, the prices that they have seen.
    pub prices: Vec<u8>,
    pub sold: i8,
    /// How many transactions of the last item were begun, for counting interleavings.
    pub orders: u8,
}

/// One state.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub store: Store,
    pub updates: Vec<Update>,
    pub chats: Vec<Vec<Message>>,
    pub processes: Vec<Process>,
    /// What killed processes had sent to MongoDB: whose, the update, the commit.
    pub limbo: Vec<(u8, u8, Commit)>,
    pub left: Budget,
    pub memory: Memory,
}

/// Whether a set has an update.
pub fn has(updates: Updates, update: u8) -> bool {
    update < 16 && updates >> update & 1 == 1
}

/// Removes an update from a set.
pub fn remove(updates: &mut Updates, update: u8) {
    if update < 16 {
        *updates &= !(1 << update);
    }
}

/// Adds an update to a set.
pub fn add(updates: &mut Updates, update: u8) {
    if update < 16 {
        *updates |= 1 << update;
    }
}
