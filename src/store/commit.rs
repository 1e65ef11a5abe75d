//! One turn, committed: what the dialogue became, what it wants of the world, and that the update is done.
//!
//! Every commit is conditional on the `revision` that was loaded, so of two turns that began from the same
//! state one wins; the other one reloads and plays again. How much is written decides how:
//!
//! - *Only the dialogue moved:* one conditional update, which MongoDB makes atomic, and which goes in one command with those of
//!   other customers ([`shell::mongo::group_commit`]). Most turns begin from what the process keeps in memory ([`shell::cache`]), and
//!   need no load.
//! - *The cart changed, too:* a transaction would cost two more commands and a second journal flush. Instead
//!   the same single update carries the new cart as `pending_cart {revision, lines}`. That is the commit
//!   point. The write to `carts` behind it is a projection: conditional on an older cart revision, so that it
//!   can be repeated, or come late, without harm. If we crash in between, `load` sees that `pending_cart` is
//!   ahead of `carts` and uses it, and the next commit of any kind, or [`Store::mend`] at start, completes the
//!   projection. A pending cart that has been projected goes with the next
//!   move; `load` reads with read concern majority, so no failover can take back what that relies on.
//! - *Anything else* concerns several documents that have no common owner (a product belongs to every
//!   buyer), so it is a transaction: see `transaction.rs`. The cart is projected after that, too.
//!
//! One anomaly is accepted: a process that is paused between commit and projection for so long that another
//! one has forgotten the customer meanwhile, then writes a cart of products for nobody.

use std::sync::Arc;

use bson::{Document, doc};
use dialogues::machine::{Conversation, CustomerData, Effect};
use dialogues::shop::{
    AuditEntry, Cart, Customer, Mailing, MailingId, Order, OrderMove, OrderNumber, OrderStatus, Pause, PersonalMessage,
    Product, ProductChange, ProductId, Steering, TeamChange,
};
use shell::Owed;
use shell::mongo::conversations::{DocumentFields, FoundDocument, REMEMBERED, Write};
use shell::mongo::group_commit::ConditionalUpdate;

use super::dialogues::{LoadedCustomer, NAME};
use super::{STORE_TIMEOUT, Store, StoreError, carts, within};

/// What became of a turn. Only `Done` has written anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitOutcome {
    Done,
    /// Another turn of this chat came first: load, and play again.
    LostRace,
    /// These products are gone, hidden, dearer than the order's lines, or too few; or that which was to be changed is gone:
    /// refresh them, play again.
    StockChanged(Vec<ProductId>),
    /// Another order has this number: draw another one, play again.
    NumberTaken,
    /// The order that was to be taken on has another status by now: load, and play again.
    OrderMoved,
    /// The team has changed meanwhile: refresh it, play again.
    TeamChanged,
    /// Whom a message is for was forgotten meanwhile: load, and play again.
    AddresseeGone,
    /// The category of a product that was to be added is gone: refresh, play again.
    CategoryGone,
    /// This checkout has made its order already.
    CheckoutTaken,
}

/// A turn's effects, each kind at most once; a later one replaces an earlier one.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    pub(super) cart: Option<Cart>,
    pub(super) customer: Option<&'a Customer>,
    pub(super) order: Option<&'a Order>,
    pub(super) active: Option<bool>,
    pub(super) forget: bool,
    pub(super) mailing: Option<&'a Mailing>,
    pub(super) steered: Option<(MailingId, Steering)>,
    /// The order that is taken on, from which status, and how.
    pub(super) moved: Option<(OrderNumber, OrderStatus, &'a OrderMove)>,
    pub(super) message: Option<&'a PersonalMessage>,
    /// The pause that begins; `Some(None)`: the one that lasts is over.
    pub(super) pause: Option<Option<&'a Pause>>,
    pub(super) product: Option<&'a ProductChange>,
    pub(super) added: Option<&'a Product>,
    /// How the team changes, and whether its author is an owner by the settings.
    pub(super) team: Option<(TeamChange, bool)>,
    pub(super) audit: Option<&'a AuditEntry>,
}

impl<'a> Plan<'a> {
    fn of(effects: &'a [Effect]) -> Self {
        let mut plan = Self::default();
        for effect in effects {
            match effect {
                Effect::Keep(CustomerData::Cart(cart)) => plan.cart = Some(cart.clone()),
                Effect::Keep(CustomerData::Customer(customer)) => plan.customer = Some(customer),
                Effect::PlaceOrder(order) => {
                    plan.order = Some(order);
                    plan.cart = Some(Cart::default());
                }
                Effect::SetActive(active) => plan.active = Some(*active),
                Effect::Forget => plan.forget = true,
                Effect::StartMailing(mailing) => plan.mailing = Some(mailing),
                Effect::SteerMailing(id, steering) => plan.steered = Some((*id, steering.clone())),
                Effect::Write(message) => plan.message = Some(message),
                Effect::PauseOrders(pause) => plan.pause = Some(pause.as_ref()),
                Effect::ChangeProduct(change) => plan.product = Some(change),
                Effect::AddProduct(product) => plan.added = Some(product),
                Effect::ChangeTeam { change, by_settings } => plan.team = Some((*change, *by_settings)),
                Effect::Audit(entry) => plan.audit = Some(entry),
                Effect::MoveOrder { number, from, taken } => plan.moved = Some((*number, *from, taken)),
            }
        }
        plan
    }

    /// Whether the customer gets no mailing from now on.
    fn ends_mailings(&self) -> bool {
        self.forget || self.customer.is_some_and(|customer| !customer.subscribed)
    }

    /// Whether it is an event.
    fn tells_others(&self) -> bool {
        let of_order = self.order.is_some() || self.moved.is_some() || self.forget;
        of_order || self.product.is_some() || self.added.is_some()
    }

    /// Whether nothing but dialogue and cart is concerned.
    fn is_own(&self) -> bool {
        // Without `..`: whoever adds an effect decides here whether it needs a transaction.
        let Self {
            cart: _,
            customer,
            order,
            active,
            forget,
            mailing,
            steered,
            moved,
            message,
            pause,
            product,
            added,
            team,
            audit,
        } = self;
        let mails = mailing.is_some() || steered.is_some();
        let orders = order.is_some() || moved.is_some();
        let goods = product.is_some() || added.is_some();
        let shop = goods || pause.is_some() || team.is_some() || audit.is_some();
        customer.is_none() && message.is_none() && !shop && !orders && active.is_none() && !forget && !mails
    }
}

/// One turn about to be committed.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    pub(super) chat: i64,
    pub(super) update: i64,
    pub(super) loaded: &'a LoadedCustomer,
    pub(super) conversation: Option<&'a Conversation>,
    pub(super) replies: &'a [Owed],
    pub(super) plan: Plan<'a>,
}

impl Store {
    /// Commits a turn: everything or nothing. `update` is remembered with the dialogue.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been committed nevertheless, which the next load will show in its
    /// `updates`. What the shop's rules refuse is no error but a [`CommitOutcome`].
    pub async fn commit(
        &self,
        chat: i64,
        update: i64,
        loaded: &LoadedCustomer,
        conversation: Option<&Conversation>,
        effects: &[Effect],
    ) -> Result<CommitOutcome, StoreError> {
        Ok(self.commit_with(chat, update, loaded, conversation, effects, &[]).await?.0)
    }

    /// The same, keeping replies that may not be shown yet; and, after `Done`, what [`Store::load`] would return now.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn commit_with(
        &self,
        chat: i64,
        update: i64,
        loaded: &LoadedCustomer,
        conversation: Option<&Conversation>,
        effects: &[Effect],
        replies: &[Owed],
    ) -> Result<(CommitOutcome, Option<LoadedCustomer>), StoreError> {
        let turn = Turn { chat, update, loaded, conversation, replies, plan: Plan::of(effects) };
        let (outcome, pending) = within(STORE_TIMEOUT, async {
            if turn.plan.is_own() && conversation.is_some() {
                return self.commit_own(&turn).await;
            }
            let committed = self.commit_together(&turn).await?;
            if committed != CommitOutcome::Done {
                return Ok((committed, false));
            }
            if turn.plan.tells_others() {
                self.call_for_event();
            }
            if turn.plan.ends_mailings() {
                self.end_mailings(chat).await;
            }
            Ok((CommitOutcome::Done, self.left_to_project(&turn).await))
        })
        .await?;
        let now = (outcome == CommitOutcome::Done).then(|| turn.afterwards(effects, pending));
        Ok((outcome, now.flatten()))
    }

    /// Lets running mailings know at once. A crash before this is no harm: they look at profiles, too, only not as
    /// often.
    pub(super) async fn end_mailings(&self, chat: i64) {
        if let Err(error) = self.exclude(chat).await {
            tracing::warn!(chat, %error, "a running mailing will find out by itself that somebody wants none");
        }
    }

    /// Commits dialogue and cart; and whether the cart still waits for its projection.
    async fn commit_own(&self, turn: &Turn<'_>) -> Result<(CommitOutcome, bool), StoreError> {
        let write = turn.dialogue(self)?;
        let won = match write {
            Write::Update { filter, update } => {
                self.inner.commits.run(ConditionalUpdate::of_turn(turn.chat, filter, update)).await
            }
            other => other.run(&self.collection(NAME), None).await.map_err(StoreError::from),
        };
        let won = match won {
            Err(error) if error.duplicate().is_some() => false,
            written => written?,
        };
        if !won {
            return Ok((CommitOutcome::LostRace, false));
        }
        Ok((CommitOutcome::Done, self.left_to_project(turn).await))
    }

    /// Projects the cart of a turn that is committed; whether it still waits for that.
    async fn left_to_project(&self, turn: &Turn<'_>) -> bool {
        let Some((revision, cart)) = turn.cart_ahead() else { return false };
        let projected = self.project_cart(turn.chat, revision, carts::write(&cart)).await;
        if let Err(error) = &projected {
            // Committed all the same; whoever writes next completes it.
            tracing::warn!(chat = turn.chat, %error, "a cart waits for its projection");
        }
        projected.is_err()
    }
}

impl Turn<'_> {
    /// What a load returns after this turn; `pending`: its cart still waits for its projection. `None` of whoever is forgotten.
    fn afterwards(&self, effects: &[Effect], pending: bool) -> Option<LoadedCustomer> {
        let loaded = self.loaded;
        let mut snapshot = loaded.snapshot.clone();
        snapshot.conversation = Some(self.conversation?.clone());
        snapshot.undecodable = false;
        effects.iter().for_each(|effect| snapshot.apply(effect));
        // They are not what is loaded.
        (snapshot.orders, snapshot.messages) = (Arc::default(), Arc::default());
        let mut updates = loaded.updates.clone();
        updates.push_back(self.update);
        updates.drain(..updates.len().saturating_sub(REMEMBERED));
        Some(LoadedCustomer {
            snapshot,
            revision: Some(loaded.revision.unwrap_or(0) + 1),
            updates,
            cart_revision: self.cart_ahead().map_or(loaded.cart_revision, |(revision, _)| revision),
            cart_pending: pending,
            replies: (!self.replies.is_empty()).then(|| self.replies.to_vec()),
            // Whoever commits answers for what others have left.
            owed_by: None,
            forgotten: false,
            aged: None,
        })
    }

    /// The cart that `carts` does not have yet, with its revision: a new one, or one that a crash left behind. Of whoever is
    /// forgotten there is none.
    fn cart_ahead(&self) -> Option<(i64, Cart)> {
        let loaded = self.loaded;
        self.conversation?;
        match &self.plan.cart {
            Some(cart) => Some((loaded.cart_revision + 1, cart.clone())),
            None => loaded.cart_pending.then(|| (loaded.cart_revision, loaded.cart.clone())),
        }
    }

    /// The write to `dialogues`, with the cart that is to be projected after it.
    pub(super) fn dialogue(&self, store: &Store) -> Result<Write, StoreError> {
        let LoadedCustomer { snapshot, revision, updates, forgotten, aged, .. } = self.loaded;
        let (chat, undecodable) = (self.chat, snapshot.undecodable);
        let (revision, forgotten, aged) = (*revision, *forgotten, aged.as_ref());
        let deadline = snapshot.conversation.as_ref().and_then(|conversation| conversation.deadline);
        let found = FoundDocument { chat, revision, updates, undecodable, deadline, forgotten, aged };
        let beside = match self.cart_ahead() {
            Some((revision, cart)) => {
                let pending = doc! { "revision": revision, "lines": carts::write(&cart) };
                DocumentFields { set: doc! { "pending_cart": pending }, unset: Vec::new() }
            }
            None => DocumentFields { set: Document::new(), unset: vec!["pending_cart"] },
        };
        found.write(self.update, self.conversation, self.replies, beside, store.stamp(NAME))
    }
}
