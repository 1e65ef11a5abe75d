//! Telling the owners about orders: beside the customers' lines, so that an owner whom Telegram
//! slows down (a 429, a group's limit) delays no customer.
//!
//! Told or not is kept with the order. What a crash or a failure has kept from the owners is told at
//! the next start, or a minute later, at the price of one repeated notice.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dialogues::checkout::owner_notice;
use dialogues::machine::{Acquaintance, Context};
use dialogues::shop::{Language, Order};
use teloxide::types::ChatId;
use tokio::sync::{mpsc, watch};
use tracing::{Instrument, Span};

use super::screen::ShowError;
use super::turn::Desk;

/// How often we look for orders that nobody was told of.
const SWEEP: Duration = Duration::from_secs(60);

/// An order that the owners do not know of yet.
#[derive(Debug)]
pub struct Untold {
    order: Order,
    /// The way of the update that has placed it.
    way: Span,
}

/// Where orders wait to be told.
pub struct Notices {
    orders: mpsc::UnboundedSender<Untold>,
    telling: watch::Sender<usize>,
}

impl Notices {
    /// The sender, and what the teller of owners takes from.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Untold>) {
        let (orders, waiting) = mpsc::unbounded_channel();
        (Self { orders, telling: watch::Sender::new(0) }, waiting)
    }

    /// Lets the owners be told.
    pub fn tell(&self, order: Order) {
        self.telling.send_modify(|count| *count += 1);
        if self.orders.send(Untold { order, way: Span::current() }).is_err() {
            // The bot is stopping: the next start tells.
            self.told();
        }
    }

    /// How many orders wait, for whoever waits until the bot is quiet.
    pub fn waiting(&self) -> watch::Receiver<usize> {
        self.telling.subscribe()
    }

    fn told(&self) {
        self.telling.send_modify(|count| *count -= 1);
    }
}

/// Tells the owners, one order after another, for as long as the bot runs.
pub(super) async fn run(desk: Arc<Desk>, mut waiting: mpsc::UnboundedReceiver<Untold>) {
    loop {
        tokio::select! {
            untold = waiting.recv() => {
                let Some(Untold { order, way }) = untold else { return };
                if !tell(&desk, &order).instrument(way).await {
                    desk.store.metrics().turns.untold();
                }
                desk.notices.told();
            }
            () = tokio::time::sleep(SWEEP) => sweep(&desk).await,
        }
    }
}

/// Looks for orders that were placed a while ago and that nobody was told of.
async fn sweep(desk: &Desk) {
    let before = desk.clock.now() - TimeDelta::seconds(60);
    match desk.store.orders_untold().await {
        Ok(untold) => {
            let mut failed = 0;
            for stored in untold.into_iter().filter(|stored| stored.order.placed < before) {
                failed += usize::from(!tell(desk, &stored.order).await);
            }
            desk.store.metrics().turns.untold_in_all(failed);
        }
        Err(error) => tracing::warn!(%error, "orders that the owners do not know of could not be looked for"),
    }
}

/// Tells all owners; `false` if it must be tried again.
async fn tell(desk: &Desk, order: &Order) -> bool {
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
    let notice = owner_notice(order, &context);
    let mut failed = false;
    for owner in &desk.owners {
        // Who has blocked the bot is not written to; whether an owner is known to us does not matter.
        if desk.store.load(*owner).await.is_ok_and(|loaded| !loaded.active) {
            continue;
        }
        let sent = desk.screen.send(ChatId(*owner), Language::default(), &notice, 0).await;
        failed |= matches!(sent, Err(ShowError::Failed(_)));
        if let Err(error) = sent {
            tracing::warn!(chat.id = owner, ?error, order = %order.number, "an owner could not be told");
        }
    }
    if failed {
        return false;
    }
    match desk.store.mark_told(order.number).await {
        Ok(_) => tracing::info!(order = %order.number, "the owners were told"),
        Err(error) => tracing::warn!(%error, order = %order.number, "the owners will be told once more"),
    }
    true
}
