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
//!
//! Owners are all who work in the shop here, managers too.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::desk::notice::owner_notice;
use dialogues::machine::{Settings, View};
use dialogues::mailing::LETTER_SERIAL;
use dialogues::moment::{after, before};
use dialogues::shop::{Language, Order, OrderNumber, TeamRole};
use dialogues::snapshot::Surroundings;
use shell::screen::ShowError;
use teloxide::types::ChatId;
use tracing::Instrument;

use super::desk::ShopHost;
use super::names::Screen;
use super::notices::{Inbox, Untold};
use crate::clock::Clock;
use crate::staff::Staff;
use crate::store::{CatalogueFeed, NoticeClaim, Store, StoreError};

/// How often orders are looked for that no owner knows of.
const SWEEP: TimeDelta = TimeDelta::seconds(60);

/// Tells owners of orders.
pub(super) struct OwnerNotifier {
    store: Store,
    feed: CatalogueFeed,
    settings: Arc<Settings>,
    clock: Clock,
    staff: Staff,
    screen: Arc<Screen>,
    /// This process, by the name that is kept with an order while its notice is sent.
    name: String,
}

impl OwnerNotifier {
    /// One that tells what a desk's notices bring, on this screen.
    pub(super) fn at(desk: &ShopHost, screen: Arc<Screen>) -> Self {
        Self {
            store: desk.store.clone(),
            feed: desk.feed.clone(),
            settings: Arc::clone(&desk.settings),
            clock: desk.clock.clone(),
            staff: desk.staff.clone(),
            screen,
            name: desk.notices.name().to_owned(),
        }
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
pub(super) async fn run(teller: Arc<OwnerNotifier>, inbox: Inbox) {
    let mut inbox = inbox.lock().await;
    let mut next_sweep = after(teller.clock.now(), SWEEP);
    let (mut staff, mut is_told) = (teller.staff.clone(), false);
    loop {
        let was_told = is_told;
        is_told = !teller.staff.who_may(TeamRole::Manager).is_empty();
        if was_told && !is_told {
            tracing::warn!("owners: nobody works in the shop any more, so nobody is told about orders");
        }
        tokio::select! {
            untold = inbox.recv() => {
                let Some(Untold { order, way, _waiting }) = untold else { return };
                if notify(&teller, &order, &mut HashSet::new()).instrument(way).await == Outcome::Untold {
                    teller.store.metrics().orders.untold();
                }
            }
            // Nobody may work here yet, and somebody soon.
            () = staff.changed() => {}
            // Kept over the orders that come meanwhile: they must not put the sweep off.
            () = teller.clock.until(next_sweep), if is_told => {
                sweep(&teller).await;
                next_sweep = after(teller.clock.now(), SWEEP);
            }
        }
    }
}

/// Tells of the orders that were placed a while ago and that no owner knows of.
async fn sweep(teller: &OwnerNotifier) {
    let placed_before = before(teller.clock.now(), SWEEP);
    match teller.store.unreported_orders().await {
        Ok(untold) => {
            // Who cannot be reached for one order cannot be reached for the next one.
            let (mut failed, mut unreachable) = (0, HashSet::new());
            for stored in untold.into_iter().filter(|stored| stored.order.placed <= placed_before) {
                failed += usize::from(notify(teller, &stored.for_team(), &mut unreachable).await == Outcome::Untold);
            }
            teller.store.metrics().orders.untold_in_all(failed);
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
async fn notify(teller: &OwnerNotifier, order: &Order, unreachable: &mut HashSet<i64>) -> Outcome {
    if teller.staff.who_may(TeamRole::Manager).is_empty() {
        // `serve` has warned; once there is somebody, they are told.
        return Outcome::Settled;
    }
    let NoticeClaim { left, told_to } = match teller.store.claim_notice(order.number, &teller.name).await {
        Ok(Some(claim)) => claim,
        Ok(None) => return Outcome::Settled,
        Err(error) => {
            tracing::warn!(%error, order = %order.number, "owners: an order cannot be told of yet");
            return Outcome::Untold;
        }
    };
    let mut order = order.clone();
    // What ran low by it was known only when it was committed.
    order.lines.iter_mut().zip(left).for_each(|(line, left)| line.left = left);
    let order = &order;
    let outcome = keeping_the_claim(teller, order.number, send(teller, order, told_to, unreachable)).await;
    match outcome {
        Ok(true) => {
            tracing::info!(order = %order.number, "owners: they were told of an order");
            Outcome::Settled
        }
        Ok(false) => {
            if let Err(error) = teller.store.release_notice(order.number, &teller.name).await {
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
    teller: &OwnerNotifier,
    order: &Order,
    mut told_to: HashSet<i64>,
    unreachable: &mut HashSet<i64>,
) -> Result<bool, StoreError> {
    let team = teller.staff.who_may(TeamRole::Manager);
    let mut failed = false;
    for owner in &team {
        // Telegram may have let us wait meanwhile, and somebody be dismissed.
        let is_ours = teller.staff.role(*owner).is_some();
        if !is_ours || told_to.contains(owner) || unreachable.contains(owner) {
            continue;
        }
        // Who has blocked the bot is not written to; whether an owner is known to us does not matter.
        let known = teller.store.load(*owner).await.ok();
        if known.as_ref().is_some_and(|known| !known.active) {
            unreachable.insert(*owner);
            continue;
        }
        let language = known.map(|known| known.language(Language::default)).unwrap_or_default();
        match teller.screen.send(ChatId(*owner), &[], &notice(teller, order, language), LETTER_SERIAL).await {
            Ok(message) => {
                // Before the next one is sent: a crash repeats the notice to one owner at most.
                teller.store.note_notified(order.number, &teller.name, (*owner, message.0)).await?;
                told_to.insert(*owner);
            }
            Err(error) => {
                tracing::warn!(chat.id = owner, ?error, order = %order.number, "owners: a notice could not be sent");
                match error {
                    ShowError::Unreachable => drop(unreachable.insert(*owner)),
                    ShowError::Failed(_) | ShowError::Inactive => failed = true,
                }
            }
        }
    }
    let told = !failed && team.iter().any(|owner| told_to.contains(owner));
    if told {
        teller.store.mark_told(order.number).await?;
    }
    Ok(told)
}

/// Keeps the claim on a notice for as long as sending takes: Telegram may ask to wait for minutes.
async fn keeping_the_claim<T>(teller: &OwnerNotifier, number: OrderNumber, sending: impl Future<Output = T>) -> T {
    let mut sending = std::pin::pin!(sending);
    let mut renewals = tokio::time::interval(crate::store::NOTICE_CLAIM.to_std().unwrap_or_default() / 3);
    renewals.tick().await;
    loop {
        tokio::select! {
            sent = &mut sending => return sent,
            _ = renewals.tick() => {
                if let Err(error) = teller.store.claim_notice(number, &teller.name).await {
                    tracing::warn!(%error, order = %number, "owners: the claim on a notice could not be renewed");
                }
            }
        }
    }
}

fn notice(teller: &OwnerNotifier, order: &Order, language: Language) -> View {
    let settings = Arc::clone(&teller.settings);
    let around = Surroundings::beside_turns(teller.feed.current(), settings, teller.clock.now());
    owner_notice(order, &around.for_reader(language))
}
