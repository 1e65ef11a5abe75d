//! The shop behind the shell: what a turn looks at, how it is committed, and what follows.

use std::sync::Arc;

use dialogues::Dialogue;
use dialogues::app::Shop;
use dialogues::machine::{Context, Conversation, CustomerData, Effect, Settings};
use dialogues::mailing::LETTER_SERIAL;
use dialogues::shop::{AuditEntry, Customer, Language, Office, Order, OrderStatus, ProductValue, SalesPeriods};
use dialogues::snapshot::Surroundings;
use dialogues::turn::{Looks, looks};
use rand::Rng;
use shell::input::Incoming;
use shell::mongo::deadlines::Deadlines;
use shell::mongo::debts::Debts;
use shell::mongo::leases::Leases;
use shell::mongo::recent::Recent;
use shell::mongo::{DeadLetters, Postponed};
use shell::{Cache, Commit, Committed, Host, Owed};
use tokio::sync::Notify;

use super::notices::Notices;
use crate::clock::Clock;
use crate::mailing::{RateLimiter, WorkSignal};
use crate::staff::Staff;
use crate::store::{CatalogueFeed, CommitOutcome, LoadedCustomer, MOST_ORDERS, Store, StoreError};

/// An update that concerns a customer.
pub type Arrival = Incoming<Shop>;
/// Where records of turns go.
pub type Records = shell::record::Records<ShopHost>;
/// A turn that was committed and shown.
pub type TurnRecord = shell::record::TurnRecord<ShopHost>;

/// What the shop's turns are loaded from and committed to, and who hears of them.
pub struct ShopHost {
    pub store: Store,
    pub feed: CatalogueFeed,
    pub settings: Arc<Settings>,
    pub clock: Clock,
    /// Who is told about orders, and may do more than customers.
    pub staff: Staff,
    /// The bot's own.
    pub username: String,
    pub notices: Notices,
    /// Calls the worker that keeps pictures of products.
    pub photos: Arc<Notify>,
    /// What is shown takes its place before the letters of mailings.
    pub pace: Arc<RateLimiter>,
    /// Calls the worker that sends mailings.
    pub signal: WorkSignal,
}

impl shell::Loaded<Shop> for LoadedCustomer {
    fn conversation(&self) -> Option<&Conversation> {
        self.conversation.as_ref()
    }

    fn has_seen(&self, update: i64) -> bool {
        self.has_seen(update)
    }

    fn replies(&self) -> Option<&[Owed]> {
        self.replies.as_deref()
    }

    fn owed_by(&self) -> Option<&str> {
        self.owed_by.as_deref()
    }
}

impl Host for ShopHost {
    type App = Shop;
    type Loaded = LoadedCustomer;

    async fn load(&self, chat: i64) -> Result<LoadedCustomer, StoreError> {
        self.store.load(chat).await
    }

    async fn context(&self, incoming: &Arrival, loaded: &LoadedCustomer) -> Result<Context, StoreError> {
        let looks = looks(loaded.conversation.as_ref(), &incoming.input);
        let around = Surroundings {
            catalogue: self.feed.current(),
            settings: Arc::clone(&self.settings),
            office: self.office(incoming, &looks).await?,
            now: self.clock.now(),
            fresh: rand::rng().random(),
        };
        let context = loaded.context(|| introduced(incoming), around);
        let context = if looks.at_orders {
            let orders = Arc::new(self.store.orders_of(incoming.chat, MOST_ORDERS).await?);
            Context { orders, ..context }
        } else {
            context
        };
        Ok(if looks.at_messages {
            let messages = Arc::new(self.store.messages_of(incoming.chat).await?);
            let letters = Arc::new(self.store.letters_of(incoming.chat, context.customer.language).await?);
            Context { messages, letters, ..context }
        } else {
            context
        })
    }

    fn language(&self, incoming: &Arrival, loaded: &LoadedCustomer) -> Language {
        loaded.snapshot.language(|| introduced(incoming).language)
    }

    fn cache(&self) -> Option<&Cache<LoadedCustomer>> {
        Some(self.store.cache())
    }

    async fn commit(&self, turn: Commit<'_, Self>) -> Result<Committed<LoadedCustomer>, StoreError> {
        let Commit { incoming, loaded, conversation, effects, replies } = turn;
        let (chat, update) = (incoming.chat, incoming.update);
        let (committed, now) = self.store.commit_with(chat, update, loaded, conversation, effects, replies).await?;
        Ok(match committed {
            CommitOutcome::Done => {
                if effects.iter().any(|effect| matches!(effect, Effect::PauseOrders(_) | Effect::ChangeTeam { .. }))
                    && let Err(error) = self.feed.refresh_house().await
                {
                    tracing::warn!(%error, "the pause or the team of the shop is known here a moment later");
                }
                for product in effects.iter().filter_map(Effect::product) {
                    if let Err(error) = self.feed.refresh(&[product]).await {
                        tracing::warn!(%error, "a changed product is known here a moment later");
                    }
                }
                Committed::Done(now)
            }
            CommitOutcome::LostRace => Committed::Again("revision"),
            CommitOutcome::NumberTaken => Committed::Again("number"),
            CommitOutcome::OrderMoved => Committed::Again("order"),
            CommitOutcome::TeamChanged => {
                self.feed.refresh_house().await?;
                Committed::Again("team")
            }
            CommitOutcome::AddresseeGone => Committed::Again("addressee"),
            CommitOutcome::CategoryGone => {
                self.feed.catch_up().await?;
                Committed::Again("category")
            }
            CommitOutcome::CheckoutTaken => Committed::Again("checkout"),
            CommitOutcome::StockChanged(products) => {
                self.feed.refresh(&products).await?;
                Committed::Again("stock")
            }
        })
    }

    fn committed(&self, arrival: &Arrival, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::PlaceOrder(order) => {
                    self.store.metrics().orders.placed(1);
                    self.notices.enqueue(Order { customer: Some(arrival.chat), ..order });
                }
                Effect::MoveOrder { taken, .. } => {
                    self.notices.announce();
                    if taken.to == OrderStatus::Cancelled {
                        // Its stock has returned.
                        self.notices.look_at_stock();
                    }
                }
                Effect::Keep(CustomerData::Customer(customer)) if !customer.awaited.is_empty() => {
                    self.notices.look_at_stock();
                }
                Effect::Write(_) => self.notices.bring(),
                Effect::StartMailing(_) | Effect::SteerMailing(..) => self.signal.raise(),
                Effect::ChangeProduct(change) => {
                    // Whoever waits for it is told, should it be back.
                    self.notices.look_at_stock();
                    if matches!(change.to, ProductValue::Picture(Some(_))) {
                        self.photos.notify_one();
                    }
                }
                // Nobody waits for it, and nobody sees it yet.
                Effect::AddProduct(_) => {}
                // The owners' notices say so.
                Effect::Forget => self.notices.announce(),
                Effect::ChangeTeam { .. } => self.notices.tell_roles(),
                Effect::Keep(_) | Effect::SetActive(_) | Effect::PauseOrders(_) | Effect::Audit(_) => {}
            }
        }
    }

    /// That an order was placed or taken on, that something was written to a person or somebody is forgotten, what becomes of a
    /// mailing.
    fn lasts(effects: &[Effect], conversation: Option<&Conversation>) -> bool {
        let mails = conversation.is_some_and(|conversation| matches!(conversation.dialogue, Dialogue::Mailing(_)));
        mails
            || effects.iter().any(|effect| match effect {
                Effect::PlaceOrder(_) | Effect::MoveOrder { .. } | Effect::Forget => true,
                Effect::StartMailing(_) | Effect::SteerMailing(..) | Effect::Write(_) => true,
                Effect::PauseOrders(_) | Effect::ChangeProduct(_) | Effect::AddProduct(_) => true,
                Effect::ChangeTeam { .. } | Effect::Audit(_) => true,
                Effect::Keep(_) | Effect::SetActive(_) => false,
            })
    }

    fn is_letter(serial: u32) -> bool {
        serial == LETTER_SERIAL
    }

    async fn may_send(&self, chat: i64) {
        self.pace.fair(chat).await;
    }

    fn replying(&self, chat: i64, messages: usize) {
        (0..messages).for_each(|_| self.pace.reply(chat));
    }

    async fn unreachable(&self, chat: i64) -> Result<(), StoreError> {
        self.store.set_active(chat, false).await
    }

    fn postponed(&self) -> Postponed {
        self.store.postponed()
    }

    fn debts(&self) -> Debts {
        self.store.debts()
    }

    fn deadlines(&self) -> Deadlines {
        self.store.deadlines()
    }

    fn recent(&self) -> Recent {
        self.store.recent()
    }

    fn leases(&self, bot: i64) -> Leases {
        self.store.leases(bot)
    }

    fn dead_letters(&self) -> DeadLetters {
        self.store.dead_letters()
    }
}

impl ShopHost {
    /// What an owner's turn sees; what it does not look at is not read.
    async fn office(&self, incoming: &Arrival, looks: &Looks) -> Result<Option<Office>, StoreError> {
        let Some(role) = self.staff.role(incoming.chat) else { return Ok(None) };
        let mut office = Office { role, bot: self.username.clone(), ..Office::default() };
        if looks.at_recipients {
            office.census = self.store.census(Some(incoming.chat)).await?;
        }
        if let Some(id) = looks.at_mailing {
            office.mailing = self.store.mailing(id).await?.map(|stored| stored.mailing);
        }
        if let Some(number) = looks.at_order {
            office.order = self.store.order(number).await?.map(|stored| stored.for_team());
        }
        if let Some(to) = looks.at_addressee {
            office.correspondent = self.store.correspondent(to).await?;
        }
        if let Some(query) = &looks.at_desk {
            office.orders = self.store.orders_on_desk(query).await?;
        }
        if looks.at_sales {
            office.sales = self.store.sales(SalesPeriods::of(self.clock.now(), self.settings.zone)).await?;
        }
        if looks.at_team {
            let team = self.feed.current();
            office.team = self.store.members(team.team(), self.staff.of_settings(), Some(incoming.chat)).await?;
        }
        if looks.at_audit {
            office.audit = self.store.audit(AuditEntry::SHOWN).await?;
        }
        Ok(Some(office))
    }
}

/// How Telegram introduces the customer.
fn introduced(incoming: &Arrival) -> Customer {
    let user = &incoming.user;
    Customer::met(&user.first_name, user.username.as_deref(), Language::guess(user.language_code.as_deref()))
}
