//! Transcripts played end to end: the real bot, the Bot API over HTTP, a real MongoDB.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::chat::{Chat, Observed};
use dialogues::machine::Effect;
use dialogues::shop::{Catalogue, Product, Stock};
use dialogues::transcript::{Deed, Given, Happened, Person, Role, Stage, Subject, TurnTrace};
use dialogues::world::{self, cart_fields, order_fields, profile_fields, stock_field};
use teloxide::Bot;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use crate::bot::record::{Records, TurnRecord};
use crate::bot::{Parts, Shopkeeper, schema};
use crate::clock::Clock;
use crate::config::Door;
use crate::mailing::MailingOptions;
use crate::simulator::{self, Simulator};
use crate::store::Store;

use super::Telegram;

/// One transcript's own bot, database, chats and clock.
pub struct EndToEnd {
    handle: Handle,
    telegram: Arc<Telegram>,
    token: String,
    store: Store,
    clock: Clock,
    shopkeeper: Option<Shopkeeper>,
    people: BTreeMap<String, i64>,
    owners: Vec<i64>,
    records: Records,
    recorded: mpsc::UnboundedReceiver<TurnRecord>,
    /// Who wants to hear of the turns, too.
    audience: Option<Records>,
    /// How much of the simulator's journal and of its list of faults has been told.
    told: (usize, usize),
    /// In a group, the bot's answer is seen by whoever spoke.
    last_actor: String,
    /// A catalogue was given; else the shelves of the transcript before this one must go.
    shelves_filled: bool,
    /// As read last. Its stock may have been sold since; titles and prices change by what is given only.
    catalogue: Option<Catalogue>,
}

impl EndToEnd {
    /// A stage on an empty, prepared store whose clock is `clock`.
    pub fn new(handle: Handle, telegram: Arc<Telegram>, token: String, store: Store, clock: Clock) -> Self {
        clock.set(world::beginning());
        telegram.simulator.set_time(&token, clock.now());
        let (records, recorded) = mpsc::unbounded_channel();
        Self {
            handle,
            telegram,
            token,
            store,
            clock,
            shopkeeper: None,
            people: BTreeMap::new(),
            owners: Vec::new(),
            records,
            recorded,
            audience: None,
            told: (0, 0),
            last_actor: String::new(),
            shelves_filled: false,
            catalogue: None,
        }
    }

    /// Stops the bot; the store can be used for another transcript then.
    pub fn leave(mut self) -> Store {
        if let Some(shopkeeper) = self.shopkeeper.take() {
            self.handle.clone().block_on(shopkeeper.stop());
        }
        self.store
    }

    /// Lets somebody hear of every turn.
    pub fn tell(&mut self, audience: Records) {
        self.audience = Some(audience);
    }

    /// Everybody in the transcript so far, by name.
    pub fn people(&self) -> &BTreeMap<String, i64> {
        &self.people
    }

    /// Those who are told about orders.
    pub fn owners(&self) -> &[i64] {
        &self.owners
    }

    /// Leaves the bot running as the transcript has left it, until `stopped`; whoever listens hears of its turns.
    pub async fn linger(mut self, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                () = &mut stopped => break,
                record = self.recorded.recv() => {
                    if let (Some(record), Some(audience)) = (record, &self.audience) {
                        let _ = audience.send(record);
                    }
                }
            }
        }
        self.stop().await;
    }

    fn simulator(&self) -> &Simulator {
        &self.telegram.simulator
    }

    fn id(&self, person: &str) -> Result<i64, String> {
        self.people.get(person).copied().ok_or_else(|| format!("who is {person}? Say “Given {person}, …” first"))
    }

    async fn start(&mut self) -> Result<(), String> {
        if self.shopkeeper.is_some() {
            return Ok(());
        }
        if !self.shelves_filled {
            self.store.wipe().await.map_err(|error| error.to_string())?;
        }
        let url = self.telegram.base_url.parse().map_err(|error| format!("{error}"))?;
        let parts = Parts {
            bot: Bot::with_client(self.token.clone(), self.telegram.client.clone()).set_api_url(url),
            store: self.store.clone(),
            settings: world::settings(),
            clock: self.clock.clone(),
            owners: self.owners.clone(),
            records: Some(self.records.clone()),
            schema: schema::schema(),
            // No transcript waits for a second to pass between two messages.
            mailing: MailingOptions::at_once(),
        };
        let shopkeeper = Shopkeeper::start(parts, Door::Polling, 0).await.map_err(|error| error.to_string())?;
        self.shopkeeper = Some(shopkeeper);
        Ok(())
    }

    async fn stop(&mut self) {
        if let Some(shopkeeper) = self.shopkeeper.take() {
            shopkeeper.stop().await;
        }
    }

    /// Silence needs proof: every update is confirmed, and no turn is lined up or running.
    async fn quiet(&mut self) -> Result<Happened, String> {
        let shopkeeper = self.shopkeeper.as_ref().ok_or("the bot is not running")?;
        let (mut in_flight, mut telling) = (shopkeeper.in_flight(), shopkeeper.desk().notices.waiting());
        let bell = shopkeeper.desk().bell.clone();
        loop {
            self.telegram.simulator.wait_until(&self.token, |simulator| simulator.pending(&self.token) == 0).await;
            let _ = in_flight.wait_for(|count| *count == 0).await;
            let _ = telling.wait_for(|count| *count == 0).await;
            bell.silence().await;
            if self.telegram.simulator.pending(&self.token) == 0 && *in_flight.borrow() == 0 && bell.is_silent() {
                return Ok(self.happened());
            }
        }
    }

    fn happened(&mut self) -> Happened {
        let mut happened = Happened::default();
        let journal = self.simulator().journal(&self.token, self.told.0);
        self.told.0 += journal.len();
        for (chat, act) in journal {
            happened.observed.push(Observed { person: self.name(chat), act });
        }
        while let Ok(record) = self.recorded.try_recv() {
            if let Some(audience) = &self.audience {
                // Whoever has left misses nothing.
                let _ = audience.send(record.clone());
            }
            let TurnRecord { chat, trace, .. } = record;
            happened.turns.push(TurnTrace { person: self.name(chat), ..trace });
        }
        let faults = self.simulator().faults_since(&self.token, self.told.1);
        self.told.1 += faults.len();
        happened.faults.extend(faults);
        for (person, label) in self.simulator().unanswered_taps(&self.token) {
            happened.faults.push(format!("{}'s tap on [{label}] was not answered", self.name(person)));
        }
        happened
    }

    fn name(&self, chat: i64) -> String {
        let named = self.people.iter().find(|(_, id)| **id == chat).map(|(name, _)| name.clone());
        named.unwrap_or_else(|| self.last_actor.clone())
    }

    async fn settle_in(&mut self, person: &Person) -> Result<(), String> {
        let id = self.id(&person.name).unwrap_or(1001 + self.people.len() as i64);
        self.people.insert(person.name.clone(), id);
        let language = person.language.unwrap_or_default();
        let in_telegram = simulator::Person {
            id,
            first_name: person.name.clone(),
            username: None,
            language_code: Some(language.code().to_owned()),
        };
        self.simulator().person(&self.token, in_telegram);
        if person.role != Role::New {
            // Who has been here before has let the bot write to them.
            self.simulator().open_chat(&self.token, id);
        }
        if person.role == Role::Owner {
            self.owners.push(id);
            // Who the owners are is configuration: the bot reads it when it starts.
            self.stop().await;
        }
        if person.role == Role::New {
            return Ok(());
        }
        let (customer, cart) = world::known_customer(person, language, self.shelves().await?)?;
        let effects = [Effect::KeepCustomer(customer), Effect::KeepCart(cart)];
        let conversation = world::known_conversation();
        let loaded = self.store.load(id).await.map_err(|error| error.to_string())?;
        let committed = self.store.commit(id, 0, &loaded, Some(&conversation), &effects).await;
        committed.map(drop).map_err(|error| error.to_string())
    }

    /// Changes the catalogue in MongoDB, as anyone could, and waits until the bot has seen it.
    async fn make_true(&mut self, given: &Given) -> Result<(), String> {
        let away = |error: crate::store::StoreError| error.to_string();
        match given {
            Given::Catalogue(name) => {
                self.catalogue = None;
                let goods = self.telegram.goods(name).await?;
                self.store.bring_in(&goods).await.map_err(away)?;
                self.shelves_filled = true;
            }
            Given::Time(time) => {
                self.clock.set(*time);
                self.simulator().set_time(&self.token, *time);
                return Ok(());
            }
            Given::Person(person) => return self.settle_in(person).await,
            Given::Ordered { person, items, status } => {
                let id = self.id(person)?;
                let customer = self.store.load(id).await.map_err(away)?.customer;
                let (now, fresh) = (self.clock.now(), rand::random());
                let shelves = self.shelves().await?;
                let order = world::past_order(items, *status, customer.as_ref(), shelves, now, fresh)?;
                return self.store.keep_past_order(&order, id).await.map_err(away);
            }
            other => {
                self.catalogue = None;
                let catalogue = self.store.catalogue().await.map_err(away)?;
                for change in world::changes(other, &catalogue, self.clock.now())? {
                    self.store.save_change(change).await.map_err(away)?;
                }
            }
        }
        match &self.shopkeeper {
            Some(shopkeeper) => shopkeeper.desk().feed.reload().await.map_err(away),
            None => Ok(()),
        }
    }

    /// What is sold, as it was given.
    async fn shelves(&mut self) -> Result<&Catalogue, String> {
        let known = match self.catalogue.take() {
            Some(known) => known,
            None => self.store.catalogue().await.map_err(|error| error.to_string())?,
        };
        Ok(self.catalogue.insert(known))
    }

    async fn look(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let away = |error: crate::store::StoreError| error.to_string();
        Ok(Some(match subject {
            Subject::Cart(person) => {
                let cart = self.store.load(self.id(person)?).await.map_err(away)?.cart;
                let shelves = self.shelves().await?;
                cart_fields(&cart, |cart| cart.total(shelves))
            }
            Subject::Orders(person) => order_fields(&self.store.orders_of(self.id(person)?, 100).await.map_err(away)?),
            Subject::Profile(person) => {
                profile_fields(self.store.load(self.id(person)?).await.map_err(away)?.customer.as_ref())
            }
            Subject::State(person) => {
                let loaded = self.store.load(self.id(person)?).await.map_err(away)?;
                let state =
                    loaded.conversation.map_or("Stranger".to_owned(), |conversation| conversation.dialogue.name());
                let active = if loaded.active { "yes" } else { "no" };
                vec![("state".to_owned(), state), ("active".to_owned(), active.to_owned())]
            }
            Subject::Stock(title) => {
                let catalogue = self.store.catalogue().await.map_err(away)?;
                let stock: Option<Stock> = catalogue.products().find(|product| product.title == *title).map(stock_of);
                vec![("stock".to_owned(), stock_field(stock.ok_or(format!("there is no product “{title}”"))?))]
            }
            Subject::Rest { .. } => return Ok(None),
        }))
    }
}

fn stock_of(product: &Arc<Product>) -> Stock {
    product.stock
}

impl Stage for EndToEnd {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        self.handle.clone().block_on(self.make_true(given))
    }

    fn perform(&mut self, deeds: &[(String, Deed)]) -> Result<Happened, String> {
        self.handle.clone().block_on(async {
            self.start().await?;
            for (person, deed) in deeds {
                let id = self.id(person)?;
                self.last_actor.clone_from(person);
                self.simulator().perform(&self.token, id, deed).map_err(|error| error.to_string())?;
            }
            self.quiet().await
        })
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<Happened, String> {
        self.clock.advance(time);
        self.simulator().set_time(&self.token, self.clock.now());
        match &self.shopkeeper {
            Some(shopkeeper) => {
                // Who waited for the clock may have something to do now.
                shopkeeper.desk().bell.ring();
                self.handle.clone().block_on(self.quiet())
            }
            None => Ok(Happened::default()),
        }
    }

    fn restart(&mut self) -> Result<Happened, String> {
        self.handle.clone().block_on(async {
            self.stop().await;
            self.start().await?;
            self.quiet().await
        })
    }

    fn redeliver(&mut self) -> Result<Happened, String> {
        self.simulator().redeliver(&self.token).ok_or("there is no update to deliver again")?;
        self.handle.clone().block_on(self.quiet())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        let disturbance = simulator::Disturbance::refusal(method, Some(self.id(person)?), code, retry_after);
        self.simulator().disturb(&self.token, disturbance);
        Ok(true)
    }

    fn chat(&self, person: &str) -> Chat {
        self.id(person).map(|id| self.simulator().chat(&self.token, id)).unwrap_or_default()
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        self.handle.clone().block_on(self.look(subject))
    }
}
