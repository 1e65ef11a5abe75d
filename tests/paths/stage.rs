//! Where paths are run: one database, one bot with its processes, one simulator, all of it used again by the next path.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bson::oid::ObjectId;
use bson::{Document, doc};
use chrono::TimeDelta;
use dialogue_model::book::{PRICES, Shelf, product, product_id};
use dialogue_model::model::Model;
use dialogues::machine::{Effect, Output};
use dialogues::world::beginning;
use futures::future::join_all;
use serde_json::{Value, json};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::replay::Telegram;
use shopkeeper::simulator::Person;
use shopkeeper::store::{LoadedCustomer, Store, StoreOptions};
use teloxide::types::ChatId;

use super::call_gate::tap_id;
use super::documents::Names;
use super::process::{Process, Surroundings};

/// A path leaves nothing under way that takes longer.
const DRAIN: Duration = Duration::from_secs(5);

/// A stage. One path is run at a time.
pub(crate) struct Stage {
    pub(crate) around: Surroundings,
    pub(crate) telegram: Arc<Telegram>,
    /// Past the gates.
    pub(crate) store: Store,
    /// In their places; the first one is active when a path begins.
    pub(crate) processes: Vec<Option<Process>>,
    pub(crate) clock: Clock,
    pub(crate) client: reqwest::Client,
    next: i64,
}

impl Stage {
    /// A stage of this number, on which nothing runs yet.
    pub(crate) async fn open(number: usize, telegram: Arc<Telegram>) -> Self {
        let mongod = Mongod::shared().await.unwrap();
        let (database, token) = (format!("model_{}_{number}", std::process::id()), format!("{}:test", 70_000 + number));
        let clock = Clock::virtual_at(beginning());
        let store = Store::open(mongod.uri(), &database, clock.clone(), StoreOptions::default()).await.unwrap();
        store.prepare().await.unwrap();
        let around = Surroundings {
            mongod: address_of(mongod.uri()),
            telegram: address_of(&telegram.base_url),
            database,
            token,
            clock: clock.clone(),
            owners: Vec::new(),
            settings: dialogues::world::settings(),
            polls: false,
        };
        let category =
            doc! { "_id": ObjectId::from_bytes(product(shelf(1)).category.0.0), "title": "Tea", "position": 0 };
        let categories = store.database().collection::<Document>("categories");
        categories.insert_one(category).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { around, telegram, store, processes: Vec::new(), clock, client, next: 1_000 }
    }

    /// Everything as a run of this model begins; what the numbers of the model are here.
    pub(crate) async fn set(&mut self, model: &Model) -> Result<Names, String> {
        self.start(usize::from(model.config.processes)).await?;
        // The pace of messages goes by this clock.
        self.elapse(TimeDelta::minutes(1));
        let first = self.next;
        self.next += 100;
        let chats: Vec<i64> = (0..model.customers() as i64).map(|c| first * 1_000 + c).collect();
        put(&self.store, &model.first_world().store.shelf).await;
        let epoch = self.epoch().await - 1;
        let bot = Arc::clone(self.process(0)?.bot()?);
        for (c, chat) in chats.iter().enumerate() {
            self.meet(*chat);
            let world = model.first_world();
            let document = world.store.dialogues[c].as_ref().ok_or("nobody begins as a stranger")?;
            let talk = document.talk.ok_or("nobody begins as somebody forgotten")?;
            let (talk, book) = (model.book.talk(talk), &model.book);
            let mut effects = Vec::new();
            effects.extend(world.store.people[c].map(|person| Effect::keep(book.person(person))));
            effects.extend(world.store.carts[c].map(|(_, cart)| Effect::keep(book.cart(cart))));
            let update = first - 1 - c as i64;
            let loaded = LoadedCustomer::default();
            let committed = self.store.commit(*chat, update, &loaded, Some(&talk), &effects).await;
            committed.map_err(|error| error.to_string())?;
            for show in world.chats[c].iter().flat_map(|message| book.outputs(message.show)) {
                if let Output::Send { view, serial } | Output::Edit { view, serial } = show {
                    let sent = bot.screen().send(ChatId(*chat), &[], &view, serial).await;
                    sent.map_err(|error| format!("{error:?}"))?;
                }
            }
        }
        bot.desk().feed.catch_up().await.map_err(|error| error.to_string())?;
        self.processes.iter().flatten().for_each(|process| process.hold(&chats));
        Ok(Names { chats, first_update: first, epoch })
    }

    /// The process in a place.
    pub(crate) fn process(&self, place: usize) -> Result<&Process, String> {
        self.processes.get(place).and_then(Option::as_ref).ok_or_else(|| format!("process {place} is not there"))
    }

    /// Lets whatever a path has left under way end, and wipes what it has written.
    pub(crate) async fn clear(&mut self) {
        for process in self.processes.iter_mut() {
            let Some(running) = process else { continue };
            running.hold(&[]);
            let drained = async {
                running.started().await.ok()?;
                let mut in_flight = running.bot().ok()?.in_flight();
                in_flight.wait_for(|count| *count == 0).await.ok().map(drop)
            };
            if tokio::time::timeout(DRAIN, drained).await.ok().flatten().is_none() {
                running.kill().await;
                *process = None;
            }
        }
        let written = ["dialogues", "carts", "users", "orders", "dead_letters", "archive"];
        let emptied = written.map(async |name| {
            self.store.database().collection::<Document>(name).delete_many(doc! {}).await.unwrap();
        });
        join_all(emptied).await;
    }

    /// Ends all processes.
    pub(crate) async fn close(mut self) {
        for process in self.processes.iter_mut().flatten() {
            process.kill().await;
        }
        let _ = self.store.database().drop().await;
    }

    /// Processes, of which the first one is active.
    async fn start(&mut self, count: usize) -> Result<(), String> {
        for mut process in self.processes.split_off(self.processes.len().min(count)).into_iter().flatten() {
            process.kill().await;
        }
        self.processes.resize_with(count, || None);
        // Whoever is there is active, if it does not stand by.
        let active = self.processes.iter().position(|process| process.as_ref().is_some_and(|it| !it.stands_by));
        self.processes.swap(0, active.unwrap_or(0));
        if active.is_none() {
            for process in self.processes.iter_mut() {
                if let Some(mut running) = process.take() {
                    running.kill().await;
                }
            }
        }
        for place in 0..count {
            if self.processes[place].is_none() {
                let mut process = Process::start(&self.around, false).await;
                process.started().await?;
                if place == 0 {
                    process.activated().await?;
                }
                process.stands_by = place > 0;
                process.mongo.hold_lease(place > 0);
                self.processes[place] = Some(process);
            }
        }
        Ok(())
    }

    /// The epoch of the lease.
    pub(crate) async fn epoch(&self) -> i64 {
        let bot: i64 = self.around.token.split(':').next().unwrap().parse().unwrap();
        let leases = self.store.database().collection::<Document>("leases");
        let lease = leases.find_one(doc! { "_id": bot }).await.unwrap();
        lease.and_then(|lease| lease.get_i64("epoch").ok()).unwrap_or_default()
    }

    fn meet(&self, chat: i64) {
        let (simulator, token) = (&self.telegram.simulator, &self.around.token);
        let anna = Person { id: chat, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
        simulator.person(token, anna);
        simulator.open_chat(token, chat);
    }

    /// Time passes.
    pub(crate) fn elapse(&self, time: TimeDelta) {
        self.clock.advance(time);
    }
}

/// Whom an address is of.
pub(crate) fn address_of(url: &str) -> SocketAddr {
    let rest = url.split("://").nth(1).unwrap();
    rest.split(['/', '?']).next().unwrap().parse().unwrap()
}

/// Puts the product on the shelf, as somebody in the office would; or takes it away.
pub(crate) async fn put(store: &Store, shelf: &Shelf) {
    let products = store.database().collection::<Document>("products");
    let its = doc! { "_id": ObjectId::from_bytes(product_id().0.0) };
    if shelf.gone {
        products.delete_one(its).await.unwrap();
        return;
    }
    let product = product(*shelf);
    let fields = doc! {
        "title": product.title,
        "description": "",
        "category": ObjectId::from_bytes(product.category.0.0),
        "price": PRICES[usize::from(shelf.price)],
        "discount": 0,
        "stock": i64::from(shelf.stock),
        "hidden": false,
        "position": 0_i64,
    };
    products.update_one(its, doc! { "$set": fields }).upsert(true).await.unwrap();
}

fn shelf(stock: i8) -> Shelf {
    Shelf { stock, price: 0, gone: false }
}

/// A text as Telegram would bring it.
pub(crate) fn text(chat: i64, update: i64, text: &str) -> Value {
    json!({ "update_id": update, "message": {
        "message_id": update, "date": beginning().timestamp(), "chat": chat_of(chat), "from": from(chat), "text": text,
    }})
}

/// A tap on a button of a message.
pub(crate) fn tap(chat: i64, update: i64, data: &str, message: i32) -> Value {
    json!({ "update_id": update, "callback_query": {
        "id": tap_id(chat, update), "from": from(chat), "chat_instance": "1", "data": data,
        "message": { "message_id": message, "date": beginning().timestamp(), "chat": chat_of(chat), "text": "a screen" },
    }})
}

fn from(chat: i64) -> Value {
    json!({ "id": chat, "is_bot": false, "first_name": "Anna", "language_code": "en" })
}

fn chat_of(chat: i64) -> Value {
    json!({ "id": chat, "type": "private", "first_name": "Anna" })
}
