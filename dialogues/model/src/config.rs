//! What a run of the model explores: who does what, what may go wrong how often, and what is planted.

use dialogues::buttons::{Action, Place};
use dialogues::machine::Callback;

/// Where a customer is at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Has one of the product in the cart, and the whole order before them.
    Review,
    /// Has one of the product in the cart, and the cart before them.
    Cart,
    /// Is asked whether they mean to be forgotten.
    Forgetting,
}

/// Which of Telegram's queues of a customer an update waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    Texts,
    Taps,
}

/// What a customer does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Deed {
    /// Writes this.
    Say(&'static str),
    /// Taps this button as soon as it is in the chat.
    Tap(Action),
    /// Taps a button that leads somewhere.
    Go(Place),
}

impl Deed {
    /// The queue that it comes by.
    pub fn line(self) -> Line {
        match self {
            Self::Say(_) => Line::Texts,
            Self::Tap(_) | Self::Go(_) => Line::Taps,
        }
    }

    /// The button that it needs.
    pub fn button(self) -> Option<Callback> {
        match self {
            Self::Say(_) => None,
            Self::Tap(act) => Some(Callback::Action(act)),
            Self::Go(go) => Some(Callback::Go(go)),
        }
    }
}

/// One customer: where they begin, and what they do, one after another.
#[derive(Debug, Clone)]
pub struct Customer {
    pub start: Start,
    pub deeds: Vec<Deed>,
    /// They wait for each answer before they do the next thing.
    pub patient: bool,
}

impl Customer {
    /// Somebody who waits for no answer.
    pub fn new(start: Start, deeds: &[Deed]) -> Self {
        Self { start, deeds: deeds.to_vec(), patient: false }
    }

    /// Somebody who waits for every answer.
    pub fn patient(start: Start, deeds: &[Deed]) -> Self {
        Self { patient: true, ..Self::new(start, deeds) }
    }
}

/// What may go wrong, and how often.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Budget {
    /// A process is killed, between any two steps.
    pub crashes: u8,
    /// A process stands still, until after its lease or its marks have expired.
    pub pauses: u8,
    /// The active process cannot renew its lease in time, and is not active any more: it takes the lease anew, or another one does.
    pub lapses: u8,
    /// Telegram loses an answer of ours, or gives up waiting for one, and brings the update again.
    pub repeats: u8,
    /// MongoDB has done what was asked, and its answer is lost.
    pub lost_answers: u8,
    /// MongoDB does not do what was asked.
    pub outages: u8,
    /// MongoDB refuses a commit for good, or the program panics over it.
    pub failures: u8,
    /// A lane is late: its dialogue is marked as owing.
    pub delays: u8,
    /// The product becomes dearer.
    pub rises: u8,
    /// The product is deleted.
    pub deletions: u8,
}

/// Nothing goes wrong.
pub const NOTHING: Budget = Budget {
    crashes: 0,
    pauses: 0,
    lapses: 0,
    repeats: 0,
    lost_answers: 0,
    outages: 0,
    failures: 0,
    delays: 0,
    rises: 0,
    deletions: 0,
};

/// Which kept replies of another holder are shown before what is newer, when a dialogue is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownFirst {
    /// None: only redelivered updates and marked dialogues bring them.
    None,
    /// All of them, also those that were shown.
    All,
    /// Those of which the holder's lease does not say that they are settled.
    Unsettled,
}

/// A fault that is planted: each is one thing that the protocol, or the model's MongoDB, does otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The receipt is given when the update arrives.
    AcknowledgedBeforeCommit,
    /// The receipt is given at the commit, though nothing is marked.
    AcknowledgedBeforeShowing,
    /// Receipts are given before the mark is written.
    MarkedAfterReceipt,
    /// The mark is cleared before the replies are shown.
    ClearedEarly,
    /// Whether an update was committed is not looked at.
    NotAskedWhetherSeen,
    /// Dialogues are written whatever their revision.
    NoRevision,
    /// The stock is taken before the transaction that writes the order.
    StockApart,
    /// Whether there is enough is not looked at.
    NoStockCondition,
    /// Whether the product has become dearer is not looked at.
    NoPriceCondition,
    /// Whether the product is still there is not looked at.
    NoOfferCondition,
    /// The order is written at the price of the moment.
    PriceOfTheMoment,
    /// Carts are projected whatever their revision.
    UnconditionalProjection,
    /// A commit takes away the cart that waits for its projection.
    PendingCartDropped,
    /// Replies are remembered as shown before they are.
    RememberedBeforeShowing,
    /// A commit does not keep its reply.
    ReplyNotKept,
    /// A commit keeps its own reply only.
    EarlierRepliesDropped,
    /// Nobody takes over what is marked.
    NothingTakenOver,
    /// After a panic nobody gives the receipt.
    ReceiptForgottenOnPanic,
    /// A turn that fails is put aside nowhere.
    NotBuried,
    /// An update counts as done though the store was away.
    DoneWithoutStore,
    /// A process shows also when it is not the active one.
    ShownWhileInactive,
    /// Every process is active.
    NoLease,
    /// The newest update that waits goes first.
    NewestFirst,
    /// What is shown first goes by the numbers of updates, not by the order of the commits.
    EarlierByNumber,
    /// A kept reply is shown once more behind a newer one that this process has shown.
    RepeatedBehindNewer,
    /// Of an update that comes again only its own kept reply is shown, not those behind it.
    RepeatedAlone,
    /// The mark is rewritten before what it stands for is read.
    TakenOverEarly,
    /// A tenure after that of another process begins with the lanes of the one before.
    OldLanes,
    /// A tenure after that of another process begins with what was remembered in the one before.
    OldMemory,
    /// A process that takes its own lease anew remembers nothing.
    OwnMemoryForgotten,
    /// A process that takes its own lease anew goes on with turns that were under way when it had run out.
    OldTurns,
    /// A process goes on to answer for replies that it has left to others.
    LeftRepliesRemembered,
    /// The epoch is looked at after the load, not before.
    EpochAfterLoad,
    /// A reply is shown by whoever is active again, though another process was meanwhile.
    ShownInLaterTenure,
    /// The lease calls replies settled that are not shown.
    SettledEarly,
    /// Updates of a person who is forgotten are remembered neither with their dialogue nor by the process.
    ForgottenUpdatesForgotten,
    /// Orders are not unique on their checkout, and dialogues are written whatever their revision.
    CheckoutsNotUnique,
}

/// What is explored.
#[derive(Debug, Clone)]
pub struct Config {
    pub customers: Vec<Customer>,
    /// So many of the product are there.
    pub stock: i8,
    pub processes: u8,
    pub budget: Budget,
    pub shown_first: ShownFirst,
    /// A lane with more unshown replies has those dropped that a later one replaces.
    pub coalesced_above: usize,
    pub fault: Option<Fault>,
}

impl Config {
    /// One process and nothing that goes wrong.
    pub fn new(stock: i8, customers: Vec<Customer>) -> Self {
        Self {
            customers,
            stock,
            processes: 1,
            budget: Budget::default(),
            shown_first: ShownFirst::Unsettled,
            coalesced_above: 1,
            fault: None,
        }
    }

    /// The same with a planted fault.
    pub fn with(self, fault: Fault) -> Self {
        Self { fault: Some(fault), ..self }
    }
}
