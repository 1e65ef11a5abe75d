//! Telling the owners about orders: beside the customers' lanes, so that an owner whom Telegram
//! slows down (a 429, a group's limit) delays no customer.
//!
//! An order counts as told when at least one owner has got its notice and no other owner could still get it: who has
//! blocked the bot, or never started it, is not waited for once somebody else knows. As long as nobody knows, it is tried
//! again each minute, also across restarts.
//!
//! Which owners have got a notice is kept with the order, and so is which process is sending it, for a minute at a time:
//! two processes do not send the same notice, and a process that is killed in the very moment of sending costs one
//! repeated notice.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::checkout::owner_notice;
use dialogues::machine::{Acquaintance, Context, View};
use dialogues::moment::{after, before};
use dialogues::shop::{Language, Order, OrderNumber};
use teloxide::types::ChatId;
use tokio::sync::{Mutex, mpsc, watch};
use tracing::{Instrument, Span};

use super::screen::ShowError;
use super::turn::Desk;
use crate::store::StoreError;

/// How often orders are looked for that no owner knows of.
const SWEEP: TimeDelta = TimeDelta::seconds(60);

/// An order that the owners do not know of yet.
pub struct Untold {
    order: Order,
    /// The way of the update that has placed it.
    way: Span,
    _waiting: Waiting,
}

/// Counts as an order that waits, until it is dropped.
struct Waiting(watch::Sender<usize>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// Where orders wait to be told.
pub struct Notices {
    orders: mpsc::UnboundedSender<Untold>,
    telling: watch::Sender<usize>,
    /// This process, by the name that stands with an order while its notice is sent.
    name: String,
}

/// The other end of [`Notices`]; kept over restarts of the task that sends.
pub(super) type Inbox = Arc<Mutex<mpsc::UnboundedReceiver<Untold>>>;

impl Notices {
    /// The sender, and what the teller of owners takes from.
    pub(super) fn new() -> (Self, Inbox) {
        let (orders, waiting) = mpsc::unbounded_channel();
        let name = format!("{:016x}", rand::random::<u64>());
        (Self { orders, telling: watch::Sender::new(0), name }, Arc::new(Mutex::new(waiting)))
    }

    /// Lets the owners be told.
    pub fn tell(&self, order: Order) {
        self.telling.send_modify(|count| *count += 1);
        let waiting = Waiting(self.telling.clone());
        // Where nobody takes it any more, the bot is stopping: the next start tells.
        let _ = self.orders.send(Untold { order, way: Span::current(), _waiting: waiting });
    }

    /// How many orders wait, for whoever waits until the bot is quiet.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.telling.subscribe()
    }

    /// This process, as orders know it while their notice is sent.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// What became of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The owners know, or another process is telling them.
    Settled,
    /// It must be tried again.
    Untold,
}

/// Tells the owners, one order after another, for as long as the bot runs.
pub(super) async fn run(desk: Arc<Desk>, inbox: Inbox) {
    let mut inbox = inbox.lock().await;
    let mut next_sweep = after(desk.clock.now(), SWEEP);
    loop {
        tokio::select! {
            untold = inbox.recv() => {
                let Some(Untold { order, way, _waiting }) = untold else { return };
                if tell(&desk, &order, &mut HashSet::new()).instrument(way).await == Outcome::Untold {
                    desk.store.metrics().turns.untold();
                }
            }
            // Kept over the orders that come meanwhile: they must not put the sweep off.
            () = desk.clock.until(next_sweep), if !desk.owners.is_empty() => {
                sweep(&desk).await;
                next_sweep = after(desk.clock.now(), SWEEP);
            }
        }
    }
}

/// Tells of the orders that were placed a while ago and that no owner knows of.
async fn sweep(desk: &Desk) {
    let placed_before = before(desk.clock.now(), SWEEP);
    match desk.store.orders_untold().await {
        Ok(untold) => {
            // Who cannot be reached for one order cannot be reached for the next one.
            let (mut failed, mut unreachable) = (0, HashSet::new());
            for stored in untold.into_iter().filter(|stored| stored.order.placed <= placed_before) {
                failed += usize::from(tell(desk, &stored.order, &mut unreachable).await == Outcome::Untold);
            }
            desk.store.metrics().turns.untold_in_all(failed);
            if failed > 0 {
                tracing::warn!(
                    orders = failed,
                    "owners: orders that no owner knows of; an owner must have pressed /start, and must not block the bot"
                );
            }
        }
        Err(error) => tracing::warn!(%error, "owners: orders that no owner knows of could not be looked for"),
    }
}

/// Tells all owners who do not know yet. Owners in `unreachable` are left out, and those who turn out to be are added.
async fn tell(desk: &Desk, order: &Order, unreachable: &mut HashSet<i64>) -> Outcome {
    if desk.owners.is_empty() {
        // `serve` has warned; once there is an owner, they are told.
        return Outcome::Settled;
    }
    let told_to = match desk.store.claim_notice(order.number, desk.notices.name()).await {
        Ok(Some(told_to)) => told_to,
        Ok(None) => return Outcome::Settled,
        Err(error) => {
            tracing::warn!(%error, order = %order.number, "owners: an order cannot be told of yet");
            return Outcome::Untold;
        }
    };
    let outcome = keeping_the_claim(desk, order.number, send(desk, order, told_to, unreachable)).await;
    match outcome {
        Ok(true) => {
            tracing::info!(order = %order.number, "the owners were told");
            Outcome::Settled
        }
        Ok(false) => {
            if let Err(error) = desk.store.release_notice(order.number, desk.notices.name()).await {
                tracing::warn!(%error, order = %order.number, "owners: the claim on a notice expires by itself");
            }
            Outcome::Untold
        }
        Err(error) => {
            tracing::warn!(%error, order = %order.number, "owners: a notice may be sent once more");
            Outcome::Untold
        }
    }
}

/// Sends the notice to each owner who does not have it; whether the order counts as told now.
async fn send(
    desk: &Desk,
    order: &Order,
    mut told_to: HashSet<i64>,
    unreachable: &mut HashSet<i64>,
) -> Result<bool, StoreError> {
    let notice = notice(desk, order);
    let mut failed = false;
    for owner in &desk.owners {
        if told_to.contains(owner) || unreachable.contains(owner) {
            continue;
        }
        // Who has blocked the bot is not written to; whether an owner is known to us does not matter.
        if desk.store.load(*owner).await.is_ok_and(|loaded| !loaded.active) {
            unreachable.insert(*owner);
            continue;
        }
        match desk.screen.send(ChatId(*owner), Language::default(), &notice, 0).await {
            Ok(()) => {
                // Before the next one is sent: a crash repeats the notice to one owner at most.
                desk.store.note_notified(order.number, desk.notices.name(), *owner).await?;
                told_to.insert(*owner);
            }
            Err(error) => {
                tracing::warn!(chat.id = owner, ?error, order = %order.number, "owners: a notice could not be sent");
                match error {
                    ShowError::Unreachable => drop(unreachable.insert(*owner)),
                    ShowError::Failed(_) => failed = true,
                }
            }
        }
    }
    let told = !failed && desk.owners.iter().any(|owner| told_to.contains(owner));
    if told {
        desk.store.mark_told(order.number).await?;
    }
    Ok(told)
}

/// Keeps the claim on a notice for as long as sending takes: Telegram may ask to wait for minutes.
async fn keeping_the_claim<T>(desk: &Desk, number: OrderNumber, sending: impl Future<Output = T>) -> T {
    let mut sending = std::pin::pin!(sending);
    let mut renewals = tokio::time::interval(crate::store::NOTICE_CLAIM.to_std().unwrap_or_default() / 3);
    renewals.tick().await;
    loop {
        tokio::select! {
            sent = &mut sending => return sent,
            _ = renewals.tick() => {
                if let Err(error) = desk.store.claim_notice(number, desk.notices.name()).await {
                    tracing::warn!(%error, order = %number, "owners: the claim on a notice could not be renewed");
                }
            }
        }
    }
}

fn notice(desk: &Desk, order: &Order) -> View {
    let context = Context {
        catalogue: desk.feed.current(),
        settings: Arc::clone(&desk.settings),
        customer: Default::default(),
        acquaintance: Acquaintance::Known,
        cart: Default::default(),
        orders: Vec::new(),
        office: None,
        now: desk.clock.now(),
        fresh: 0,
    };
    owner_notice(order, &context)
}
