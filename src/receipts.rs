//! Receipts of orders, by e-mail: where the owner has set a mail server, an order with an e-mail address gets one.
//!
//! ```text
//! a turn ── order with `receipt`, in its transaction ── worker: claims it ── SMTP ── `receipt` is taken away
//!                                                        └ tried again for three days, later and later
//! ```
//!
//! A receipt is sent at least once. It is sent again, five minutes later and with the same `Message-ID`, where a process ends, or the
//! connection to the mail server or to MongoDB is lost, between the mail server's answer and the note of it.
//!
//! A mail server that cannot be reached, or does not let us in, holds up all receipts: one of them finds out whether it is back, and
//! the others lose no try. Where it says that there is no such mailbox, a receipt is not tried again. A receipt that is older than
//! three days, and that of an order that was cancelled meanwhile, is not sent.

mod sender;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::machine::{Context, Settings};
use dialogues::moment::after;
use dialogues::receipt::receipt;
use dialogues::shop::{Language, Order, OrderStatus};
use dialogues::snapshot::Surroundings;
use tokio::sync::Notify;

use self::sender::Verdict;
pub use self::sender::{MailError, ReceiptSender};
use crate::clock::Clock;
use crate::store::{CatalogueFeed, Store, StoreError, WaitingReceipt};

/// How often to look for receipts that no signal announced: what another process has left when it ended.
const LOOK: TimeDelta = TimeDelta::seconds(60);

/// How long to wait after the mail server was away, unless an order is placed.
const REST: TimeDelta = TimeDelta::seconds(30);

/// How long a receipt waits after each failure, in seconds; the last one over and over.
const PAUSES: [i64; 4] = [60, 5 * 60, 15 * 60, 60 * 60];

/// For so long after the order a receipt is tried.
const GIVEN_UP: TimeDelta = TimeDelta::days(3);

/// Sends receipts, for as long as the bot runs.
pub struct ReceiptWorker {
    store: Store,
    clock: Clock,
    feed: CatalogueFeed,
    settings: Arc<Settings>,
    sender: ReceiptSender,
    /// Raised when an order was placed.
    placed: Arc<Notify>,
}

/// What has come of a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Settled,
    /// The mail server is away, or refuses us.
    Away,
    Later,
}

impl ReceiptWorker {
    /// A worker on a store, with the catalogue and the settings of its shop. `placed` is raised whenever an order is placed.
    pub fn new(
        store: &Store,
        feed: CatalogueFeed,
        settings: Arc<Settings>,
        sender: ReceiptSender,
        placed: Arc<Notify>,
    ) -> Self {
        Self { store: store.clone(), clock: store.clock().clone(), feed, settings, sender, placed }
    }

    /// Works for ever.
    pub async fn run(&self) {
        loop {
            let next = match self.send_due().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "receipts: they wait for now");
                    after(self.clock.now(), REST)
                }
            };
            tokio::select! {
                () = self.placed.notified() => {}
                () = self.clock.until(next) => {}
            }
        }
    }

    /// Sends what is due; when to look again.
    async fn send_due(&self) -> Result<DateTime<Utc>, StoreError> {
        while let Some(waiting) = self.store.claim_receipt().await? {
            if self.send(&waiting).await? == Tried::Away {
                return Ok(after(self.clock.now(), REST));
            }
        }
        let look = after(self.clock.now(), LOOK);
        Ok(self.store.next_receipt().await?.map_or(look, |due| due.min(look)))
    }

    async fn send(&self, waiting: &WaitingReceipt) -> Result<Tried, StoreError> {
        let (order, customer) = (&waiting.stored.order, waiting.stored.customer);
        let number = order.number;
        if self.is_too_old(order) {
            tracing::error!(order = %number, "receipts: one could not be sent for three days, and is given up");
            self.store.metrics().receipts.tried("given_up");
            self.store.settle_receipt(number).await?;
            return Ok(Tried::Settled);
        }
        // Whoever was forgotten gets none, nor does an order that was cancelled meanwhile.
        let Some(customer) = customer.filter(|_| order.status != OrderStatus::Cancelled) else {
            self.store.settle_receipt(number).await?;
            return Ok(Tried::Settled);
        };
        let known = self.store.user(customer).await?;
        let language = known.map_or_else(Language::default, |known| known.thing.customer.language);
        let Some((email, receipt)) = receipt(order, &self.context(language)) else {
            self.store.settle_receipt(number).await?;
            return Ok(Tried::Settled);
        };
        let sent = self.sender.send(&email, &receipt, number, self.clock.now()).await;
        let (outcome, tried) = match sent.as_ref().map_err(MailError::verdict) {
            Ok(()) => {
                tracing::info!(order = %number, "receipts: one was sent");
                ("sent", Tried::Settled)
            }
            Err(Verdict::Refused) => ("refused", Tried::Settled),
            Err(Verdict::Later) => ("waiting", Tried::Later),
            Err(Verdict::Away) => ("waiting", Tried::Away),
        };
        if let Err(problem) = &sent {
            tracing::warn!(order = %number, %problem, outcome, "receipts: one was not sent; see `shopkeeper check`");
        }
        self.store.metrics().receipts.tried(outcome);
        match tried {
            Tried::Settled => self.store.settle_receipt(number).await?,
            Tried::Later | Tried::Away => {
                let pause = PAUSES[(waiting.tries as usize).min(PAUSES.len() - 1)];
                self.store.put_receipt_off(number, after(self.clock.now(), TimeDelta::seconds(pause))).await?;
            }
        }
        Ok(tried)
    }

    fn is_too_old(&self, order: &Order) -> bool {
        self.clock.now() - order.placed >= GIVEN_UP
    }

    fn context(&self, language: Language) -> Context {
        let settings = Arc::clone(&self.settings);
        let around = Surroundings::beside_turns(self.feed.current(), settings, self.clock.now());
        around.for_reader(language)
    }
}
