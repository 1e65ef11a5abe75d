//! Where orders wait until the owners are told of them, and whoever tells of their further way is called.

use std::sync::Arc;

use dialogues::shop::Order;
use tokio::sync::{Mutex, Notify, mpsc, watch};
use tracing::Span;

/// An order that the owners do not know of yet.
pub(super) struct Untold {
    pub(super) order: Order,
    /// The way of the update that has placed it.
    pub(super) way: Span,
    pub(super) _waiting: Waiting,
}

/// Counts as an order that waits, until it is dropped.
pub(super) struct Waiting(watch::Sender<usize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Where orders wait to be told.
pub struct Notices {
    orders: mpsc::UnboundedSender<Untold>,
    moves: mpsc::UnboundedSender<Waiting>,
    messages: mpsc::UnboundedSender<Waiting>,
    stock: mpsc::UnboundedSender<Waiting>,
    roles: mpsc::UnboundedSender<Waiting>,
    telling: watch::Sender<usize>,
    /// Raised when an order was placed.
    placed: Arc<Notify>,
    /// This process, by the name that is kept with an order while its notice is sent.
    name: String,
}

/// The other end of [`Notices`]; kept over restarts of the task that sends.
pub(super) type Inbox = Arc<Mutex<mpsc::UnboundedReceiver<Untold>>>;
/// The same of calls to tell how far orders have come, to bring what was written, or to tell who waits for a product, or has another
/// role.
pub(super) type Calls = Arc<Mutex<mpsc::UnboundedReceiver<Waiting>>>;

/// Where the tellers are called.
pub(super) struct Inboxes {
    pub(super) orders: Inbox,
    pub(super) moves: Calls,
    pub(super) messages: Calls,
    pub(super) stock: Calls,
    pub(super) roles: Calls,
}

impl Notices {
    /// The sender, and what the tellers take from.
    pub(super) fn new() -> (Self, Inboxes) {
        let (orders, waiting) = mpsc::unbounded_channel();
        let (moves, calls) = mpsc::unbounded_channel();
        let (messages, written) = mpsc::unbounded_channel();
        let (stock, awaited) = mpsc::unbounded_channel();
        let (roles, changed) = mpsc::unbounded_channel();
        let name = format!("{:016x}", rand::random::<u64>());
        let notices = Self {
            orders,
            moves,
            messages,
            stock,
            roles,
            telling: watch::Sender::new(0),
            placed: Arc::default(),
            name,
        };
        let kept = |calls| Arc::new(Mutex::new(calls));
        let orders = Arc::new(Mutex::new(waiting));
        (
            notices,
            Inboxes { orders, moves: kept(calls), messages: kept(written), stock: kept(awaited), roles: kept(changed) },
        )
    }

    /// Lets the owners be told.
    pub fn enqueue(&self, order: Order) {
        self.placed.notify_one();
        let waiting = self.one_more();
        // Where nobody takes it any more, the bot is stopping: the next start tells.
        let _ = self.orders.send(Untold { order, way: Span::current(), _waiting: waiting });
    }

    /// What is raised when an order was placed, for the one who sends receipts.
    pub(super) fn placed(&self) -> Arc<Notify> {
        Arc::clone(&self.placed)
    }

    /// An order has come further: lets customer and owners be told.
    pub fn announce(&self) {
        let _ = self.moves.send(self.one_more());
    }

    /// Something was written to a person: lets it be brought.
    pub fn bring(&self) {
        let _ = self.messages.send(self.one_more());
    }

    /// Somebody waits for a product, or one may be back: lets whoever waits for it be told.
    pub fn look_at_stock(&self) {
        let _ = self.stock.send(self.one_more());
    }

    /// Somebody of the shop has another role: lets them be told.
    pub fn tell_roles(&self) {
        let _ = self.roles.send(self.one_more());
    }

    fn one_more(&self) -> Waiting {
        self.telling.send_modify(|count| *count += 1);
        Waiting(self.telling.clone())
    }

    /// How many orders and messages wait, for whoever waits until the bot is quiet.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.telling.subscribe()
    }

    /// This process, as orders know it while their notice is sent.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}
