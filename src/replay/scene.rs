//! Who and what a transcript is about, end to end: people in the simulator, things in MongoDB, names for both.
//!
//! Whose bot it is that plays in front of it, in this process or in another one, a scene does not know.

use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::machine::{Effect, Settings};
use dialogues::shop::{Catalogue, Product, Stock};
use dialogues::transcript::{Caller, Given, GivenPerson, Role, StepResult, Subject};
use dialogues::world::{self, cart_fields, order_fields, profile_fields, state_fields, stock_field};
use shell::stage::{Cast, Telegram};
use strum::IntoEnumIterator;

use super::rest;
use crate::api::keys;
use crate::api::scope::Scope;
use crate::bot::desk::TurnRecord;
use crate::clock::Clock;
use crate::store::Store;
use crate::tea_house;

/// One transcript's people, chats and shelves.
pub struct Fixture {
    pub cast: Cast,
    pub store: Store,
    /// Those who are told about orders.
    pub owners: Vec<i64>,
    pub settings: Settings,
    /// Where the bot's API is, once it runs.
    pub api: Option<String>,
    /// The key of `Check GET … as owner`, once it was needed.
    key: Option<String>,
    /// A catalogue was given; else the shelves of the transcript before this one must go.
    shelves_filled: bool,
    /// As read last. Stock may have been sold since; titles and prices change by what is given only.
    shelves: Option<Catalogue>,
}

/// What a running bot must hear of, now that something is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concerns {
    Nobody,
    /// The catalogue is another one. The bot follows it by itself; whoever goes on must wait for that.
    Shelves,
    /// There is another owner, or another setting: the bot reads them when it starts.
    Settings,
}

impl Fixture {
    /// A scene on a prepared store whose clock is `clock`; its people have ids from `first` on.
    pub fn new(telegram: Arc<Telegram>, token: String, store: Store, clock: Clock, first: i64) -> Self {
        let cast = Cast::new(telegram, token, clock, first);
        let (owners, settings) = (Vec::new(), world::settings());
        Self { cast, store, owners, settings, api: None, key: None, shelves_filled: false, shelves: None }
    }

    /// Takes away the goods of whoever played before, unless there are new ones.
    pub async fn clear(&self) -> Result<(), String> {
        if self.shelves_filled {
            return Ok(());
        }
        self.store.wipe().await.map_err(|error| error.to_string())
    }

    /// What people have seen since this was last asked, and the turns that led to it.
    pub fn happened(&mut self, turns: Vec<TurnRecord>) -> StepResult {
        self.cast.happened(turns.into_iter().map(|turn| (turn.chat, turn.trace)))
    }

    async fn settle_in(&mut self, person: &GivenPerson) -> Result<Concerns, String> {
        let language = person.language.unwrap_or_default();
        let id = self.cast.introduce(&person.name, Some(language.code()));
        if person.role != Role::New {
            // Who has been here before has let the bot write to them.
            self.cast.simulator().open_chat(&self.cast.token, id);
        }
        if person.role == Role::New {
            return Ok(Concerns::Nobody);
        }
        let (customer, cart) = world::known_customer(person, language, self.shelves().await?)?;
        let effects = [Effect::keep(customer), Effect::keep(cart)];
        let conversation = world::known_conversation();
        let loaded = self.store.load(id).await.map_err(|error| error.to_string())?;
        let committed = self.store.commit(id, 0, &loaded, Some(&conversation), &effects).await;
        committed.map_err(|error| error.to_string())?;
        if person.role == Role::Owner {
            self.owners.push(id);
            return Ok(Concerns::Settings);
        }
        Ok(Concerns::Nobody)
    }

    /// Changes people in Telegram and things in MongoDB, as anyone could.
    pub async fn make_true(&mut self, given: &Given) -> Result<Concerns, String> {
        let away = |error: crate::store::StoreError| error.to_string();
        match given {
            Given::Catalogue(name) => {
                self.shelves = None;
                let goods = tea_house::named(name)?;
                self.store.bring_in(&goods).await.map_err(away)?;
                self.store.keep_only(&goods).await.map_err(away)?;
                self.shelves_filled = true;
            }
            Given::Time(time) => {
                self.cast.set_time(*time);
                return Ok(Concerns::Nobody);
            }
            Given::Receipts => {
                self.settings.sends_receipts = true;
                return Ok(Concerns::Settings);
            }
            Given::NoEmail => {
                self.settings.asks_email = false;
                return Ok(Concerns::Settings);
            }
            Given::Reminders { hours } => {
                self.settings.remind_after = Some(TimeDelta::hours((*hours).into()));
                return Ok(Concerns::Settings);
            }
            Given::Person(person) => return self.settle_in(person).await,
            Given::Ordered { person, items, status } => {
                let id = self.cast.id(person)?;
                let customer = self.store.load(id).await.map_err(away)?.snapshot.customer;
                let (now, fresh) = (self.cast.clock.now(), rand::random());
                let shelves = self.shelves().await?;
                let order = world::past_order(items, *status, customer.as_ref(), shelves, now, fresh)?;
                self.store.keep_past_order(&order, id).await.map_err(away)?;
                return Ok(Concerns::Nobody);
            }
            other => {
                self.shelves = None;
                let catalogue = self.store.catalogue().await.map_err(away)?;
                for change in world::changes(other, &catalogue, self.cast.clock.now())? {
                    self.store.save_change(change).await.map_err(away)?;
                }
            }
        }
        Ok(Concerns::Shelves)
    }

    /// What is sold, as it was given.
    async fn shelves(&mut self) -> Result<&Catalogue, String> {
        let known = match self.shelves.take() {
            Some(known) => known,
            None => self.store.catalogue().await.map_err(|error| error.to_string())?,
        };
        Ok(self.shelves.insert(known))
    }

    /// The key with which a program calls the API.
    async fn key(&mut self, caller: Caller) -> Result<Option<String>, String> {
        if caller == Caller::Owner && self.key.is_none() {
            let (_, key) = keys::create(&self.store, "transcript", &readable(), Some(100_000))
                .await
                .map_err(|error| error.to_string())?;
            self.key = Some(key);
        }
        Ok(self.key.clone().filter(|_| caller == Caller::Owner))
    }

    /// The fields of a `Check`.
    pub async fn look(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let away = |error: crate::store::StoreError| error.to_string();
        Ok(Some(match subject {
            Subject::Cart(person) => {
                let cart = self.store.load(self.cast.id(person)?).await.map_err(away)?.snapshot.cart;
                let shelves = self.shelves().await?;
                cart_fields(&cart, |cart| cart.total(shelves))
            }
            Subject::Orders(person) => {
                order_fields(&self.store.orders_of(self.cast.id(person)?, 100).await.map_err(away)?)
            }
            Subject::Profile(person) => {
                profile_fields(self.store.load(self.cast.id(person)?).await.map_err(away)?.customer.as_ref())
            }
            Subject::State(person) => {
                state_fields(&self.store.load(self.cast.id(person)?).await.map_err(away)?.snapshot)
            }
            Subject::Stock(title) => {
                let catalogue = self.store.catalogue().await.map_err(away)?;
                let stock: Option<Stock> = catalogue.products().find(|product| product.title == *title).map(stock_of);
                vec![("stock".to_owned(), stock_field(stock.ok_or(format!("there is no product “{title}”"))?))]
            }
            Subject::Rest { path, caller } => {
                let key = self.key(*caller).await?;
                let api = self.api.as_ref().ok_or("the API does not run yet; let somebody write to the bot first")?;
                rest::fields(&self.cast.telegram.client, &format!("{api}{path}"), key.as_deref()).await?
            }
        }))
    }
}

/// Everything that can be read.
fn readable() -> Vec<Scope> {
    Scope::iter().filter(|scope| scope.name().ends_with(":read")).collect()
}

fn stock_of(product: &Arc<Product>) -> Stock {
    product.stock
}
