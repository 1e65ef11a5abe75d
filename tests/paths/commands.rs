//! Random commands: the model's MongoDB and the real one, by the real store, come to the same documents.
//!
//! `SEED=…` repeats a run. Projections of carts are held at a gate, and arrive late or never.

use std::fmt::Debug;
use std::sync::Arc;

use bson::{Document, doc};
use dialogue_model::book::{PRICES, Shelf, product, product_id};
use dialogue_model::config::{Config, Customer, Deed, Start};
use dialogue_model::model::Model;
use dialogue_model::store::{Landed, land, project, read_rest};
use dialogue_model::world::{Commit, Loaded, Memory, World, add};
use dialogues::machine::{Conversation, Effect};
use dialogues::shop::{
    Address, Cart, CheckoutId, Contact, Email, Money, Order, OrderLine, OrderNumber, OrderStatus, Phone, Quantity,
};
use dialogues::world::beginning;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::store::{CommitOutcome, LoadedCustomer, Store, StoreOptions};
use tokio::task::JoinHandle;

use super::documents::{Names, expected, found};
use super::mongo_gate::{LATE, MongoGate, What};
use super::stage::put;

/// So many commands follow one another before everything is wiped: the model counts revisions in a byte.
const IN_A_ROW: usize = 60;
/// So many are given, in a short test, and in one with `PATHS`.
const COMMANDS: [usize; 2] = [360, 6_000];
/// Turns that are under way at a time, each with what it has loaded.
const TURNS: usize = 4;

/// A turn that has loaded a customer's documents, maybe long ago.
#[derive(Clone)]
struct Turn {
    c: usize,
    model: Loaded,
    real: LoadedCustomer,
}

/// What a turn commits.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Move,
    Cart(u16),
    Profile,
    Order { quantity: u16, price: u8, checkout: u64 },
    Forget,
}

/// A cart on its way to its collection: in the model, and by which commit in reality.
struct Late {
    c: usize,
    revision: u8,
    cart: u16,
    commit: JoinHandle<CommitOutcome>,
}

struct Both {
    model: Model,
    world: World,
    /// By the gate.
    store: Arc<Store>,
    /// Past it.
    direct: Store,
    gate: MongoGate,
    names: Names,
    turns: Vec<Option<Turn>>,
    late: Vec<Late>,
    serial: u32,
}

impl Both {
    async fn open(database: &str) -> Self {
        let mongod = Mongod::shared().await.unwrap();
        let rest = mongod.uri().split("://").nth(1).unwrap();
        let gate = MongoGate::open(rest.split(['/', '?']).next().unwrap().parse().unwrap()).await;
        let clock = Clock::virtual_at(beginning());
        let options = StoreOptions { commits_at_a_time: 8, ..StoreOptions::default() };
        let open = async |uri: &str| Store::open(uri, database, clock.clone(), options.clone()).await.unwrap();
        let direct = open(mongod.uri()).await;
        direct.prepare().await.unwrap();
        let store = open(&format!("mongodb://{}/?directConnection=true", gate.address)).await;
        let deeds = vec![Deed::Say("/start"); 7];
        let customer = Customer::new(Start::Cart, &deeds);
        let model = Model::new(Config::new(3, vec![customer.clone(), customer]));
        let world = model.first_world();
        let names = Names { chats: vec![1, 2], first_update: 100, epoch: -1 };
        gate.hold(&names.chats);
        let (turns, late) = (vec![None; TURNS], Vec::new());
        Self { model, world, store: Arc::new(store), direct, gate, names, turns, late, serial: 1 }
    }

    /// Nothing is there but the product.
    async fn begin(&mut self, stock: i8) {
        self.direct.wipe().await.unwrap();
        self.world = self.model.first_world();
        let store = &mut self.world.store;
        (store.dialogues, store.carts, store.people) = (vec![None; 2], vec![None; 2], vec![None; 2]);
        store.shelf = Shelf { stock, price: 0, gone: false };
        put(&self.direct, &store.shelf).await;
        self.turns = vec![None; TURNS];
    }

    /// Lets everything pass but projections, until the work is done; those of `projected` pass, too. `None`: it waits for a
    /// projection.
    async fn drive<T>(&self, work: &mut JoinHandle<T>, projected: Option<i64>) -> Option<T> {
        loop {
            let mut changes = self.gate.changes();
            let (mut late, waiting) = (0, self.gate.waiting());
            for (what, chat) in waiting {
                if what == What::Project && (projected.is_none() || chat != projected) {
                    late += 1;
                } else if let Some(held) = self.gate.take(what, chat.unwrap_or_default()) {
                    held.pass().await;
                }
            }
            if late > self.late.len() {
                return None;
            }
            tokio::select! {
                done = &mut *work => return Some(done.unwrap()),
                _ = changes.changed() => {}
            }
        }
    }

    async fn load(&mut self, place: usize, c: usize) -> Result<(), String> {
        let (store, chat) = (Arc::clone(&self.store), self.names.chats[c]);
        let mut loading = tokio::spawn(async move { store.load(chat).await.unwrap() });
        let real = self.drive(&mut loading, None).await.ok_or("a load projects a cart")?;
        let document = self.world.store.dialogues[c].clone();
        let model = read_rest(&self.world, c, document, self.model.book.no_cart());
        let cart = self.model.book.cart(model.cart);
        same("the cart that is loaded", &cart, &real.snapshot.cart)?;
        let revision = model.document.as_ref().map(|document| i64::from(document.revision));
        same("the revision that is loaded", &revision, &real.revision)?;
        self.turns[place] = Some(Turn { c, model, real });
        Ok(())
    }

    async fn commit(&mut self, turn: Turn, update: u8, kind: Kind, waits: bool) -> Result<(), String> {
        self.serial += 1;
        let (book, c) = (&self.model.book, turn.c);
        let talk = Conversation { serial: self.serial, ..Conversation::new() };
        let mut commit = Commit {
            revision: turn.model.document.as_ref().map(|document| document.revision),
            talk: Some(book.number_of_talk(talk.clone())),
            cart: turn.model.cart_pending.then_some((turn.model.cart_revision, turn.model.cart)),
            changes_cart: false,
            person: None,
            order: None,
            forget: false,
            own: true,
            replies: Vec::new(),
            show: book.no_reply(),
            lasting: false,
        };
        let next = turn.model.cart_revision + 1;
        let effects = match kind {
            Kind::Move => Vec::new(),
            Kind::Cart(count) => {
                let shelf = Shelf { price: 0, gone: false, stock: 1 };
                let cart = Cart::default().with(&product(shelf), Quantity::new(count));
                commit.cart = Some((next, book.number_of_cart(cart.clone())));
                vec![Effect::keep(cart)]
            }
            Kind::Profile => {
                let person = dialogues::shop::Customer::default();
                (commit.person, commit.own) = (Some(book.number_of_person(person.clone())), false);
                vec![Effect::keep(person)]
            }
            Kind::Order { quantity, price, checkout } => {
                let order = order(u64::from(self.serial), quantity, price, checkout);
                commit.order = Some(book.number_of_order(order.clone()));
                (commit.cart, commit.own) = (Some((next, book.no_cart())), false);
                vec![Effect::PlaceOrder(order)]
            }
            Kind::Forget => {
                (commit.talk, commit.forget, commit.own) = (None, true, false);
                vec![Effect::Forget]
            }
        };
        let landed = land(&mut self.world, &self.model.config, book, c, update, &commit);
        self.forget_history();
        let (store, chat, id) = (Arc::clone(&self.store), self.names.chats[c], self.names.update(update));
        let after = commit.talk.map(|_| talk);
        let mut committing =
            tokio::spawn(async move { store.commit(chat, id, &turn.real, after.as_ref(), &effects).await.unwrap() });
        let projected = commit.cart.filter(|_| commit.talk.is_some() && landed == Landed::Done);
        let outcome = match (projected, waits) {
            (Some((revision, cart)), true) => {
                // Its projection waits: it is committed all the same.
                if let Some(outcome) = self.drive(&mut committing, None).await {
                    return Err(format!("{outcome:?}, and a cart was not projected"));
                }
                self.late.push(Late { c, revision, cart, commit: committing });
                return Ok(());
            }
            (projected, _) => {
                let outcome =
                    self.drive(&mut committing, projected.map(|_| chat)).await.ok_or("a cart is projected")?;
                if let Some((revision, cart)) = projected {
                    project(&mut self.world, &self.model.config, c, revision, cart);
                }
                outcome
            }
        };
        let outcome = match outcome {
            CommitOutcome::Done => Landed::Done,
            CommitOutcome::StockChanged(_) => Landed::StockChanged,
            CommitOutcome::LostRace | CommitOutcome::CheckoutTaken | CommitOutcome::NumberTaken => Landed::LostRace,
            CommitOutcome::OrderMoved
            | CommitOutcome::AddresseeGone
            | CommitOutcome::TeamChanged
            | CommitOutcome::CategoryGone => {
                return Err("nobody takes orders on here, or writes to anybody, or joins the team".to_owned());
            }
        };
        same(&format!("the outcome of {kind:?}"), &landed, &outcome)?;
        if landed == Landed::Done && commit.forget {
            // The letters of a person go with them; in the model they stay, for what is asked of updates in the end.
            let ours = self.model.updates_of(c).fold(0, |mut ours, u| {
                add(&mut ours, u);
                ours
            });
            self.world.store.letters &= !ours;
        }
        Ok(())
    }

    /// A projection arrives, or never.
    async fn arrive(&mut self, arrives: bool) -> Result<(), String> {
        let Some(Late { c, revision, cart, commit }) = self.late.pop() else { return Ok(()) };
        let held = self.gate.take(What::Project, self.names.chats[c]).ok_or("no projection waits")?;
        if arrives {
            held.pass().await;
            project(&mut self.world, &self.model.config, c, revision, cart);
        } else {
            held.refuse(LATE);
        }
        same("a commit whose projection was late", &CommitOutcome::Done, &commit.await.unwrap())
    }

    async fn give(&mut self, random: &mut StdRng) -> Result<String, String> {
        let (place, c, u) = (random.random_range(0..TURNS), random.random_range(0..2), random.random_range(0..14_u8));
        let (chat, debts) = (self.names.chats[c], self.direct.debts());
        let now = beginning();
        let away = |error: shopkeeper::store::StoreError| error.to_string();
        let by = |epoch: u8| format!("one-{}", i64::from(epoch) + self.names.epoch);
        let command = random.random_range(0..100);
        Ok(match command {
            0..30 => {
                self.load(place, c).await?;
                format!("load customer {c} for turn {place}")
            }
            30..72 => {
                let Some(turn) = self.turns[place].clone() else { return Ok("nothing".to_owned()) };
                // A customer's updates are numbered apart.
                let u = u % 7 + 7 * turn.c as u8;
                let kind = match random.random_range(0..20) {
                    0..5 => Kind::Move,
                    5..11 => Kind::Cart(random.random_range(1..4)),
                    11..13 => Kind::Profile,
                    13..18 => Kind::Order {
                        quantity: random.random_range(1..3),
                        price: random.random_range(0..2),
                        checkout: random.random_range(1..9),
                    },
                    // Somebody without a dialogue has nothing to confirm that they want to be forgotten with.
                    _ if turn.real.revision.is_none() => Kind::Move,
                    _ => Kind::Forget,
                };
                let is_late = self.late.iter().any(|late| late.c == turn.c);
                let waits = !is_late && random.random_range(0..3) == 0;
                // A second projection of this customer would pass the first one at the gate.
                if is_late && !matches!(kind, Kind::Forget) {
                    return Ok("nothing".to_owned());
                }
                let told = format!("turn {place} of customer {} commits update {u}: {kind:?}, late {waits}", turn.c);
                self.commit(turn, u, kind, waits).await?;
                told
            }
            72..80 => {
                let arrives = random.random_range(0..3) > 0;
                self.arrive(arrives).await?;
                format!("a late projection arrives: {arrives}")
            }
            80..85 => {
                let epoch = random.random_range(1..4_u8);
                debts.mark(&[chat], &by(epoch), now).await.map_err(away)?;
                if let Some(document) = &mut self.world.store.dialogues[c] {
                    document.owed = Some(epoch);
                }
                format!("{epoch} marks customer {c}")
            }
            85..88 => {
                let epoch = random.random_range(1..4_u8);
                debts.clear(&[chat], &by(epoch)).await.map_err(away)?;
                if let Some(document) = &mut self.world.store.dialogues[c] {
                    document.owed = document.owed.filter(|by| *by != epoch);
                }
                format!("{epoch} clears customer {c}")
            }
            88..91 => {
                let u = u % 7 + 7 * c as u8;
                let buried = self.direct.dead_letters().add(self.names.update(u), chat, "a test", "{}").await;
                buried.map_err(away)?;
                add(&mut self.world.store.letters, u);
                format!("update {u} is put aside")
            }
            91..94 if self.late.is_empty() => {
                self.mend().await?;
                "a start".to_owned()
            }
            94..97 => {
                self.world.store.shelf.price ^= 1;
                let price = PRICES[usize::from(self.world.store.shelf.price)];
                self.on_the_shelf(doc! { "$set": { "price": price } }).await;
                format!("the price is {price}")
            }
            97..99 if !self.world.store.shelf.gone => {
                self.world.store.shelf.stock += 2;
                self.on_the_shelf(doc! { "$inc": { "stock": 2_i64 } }).await;
                "more is on the shelf".to_owned()
            }
            99 if random.random_range(0..3) == 0 => {
                self.world.store.shelf.gone = true;
                put(&self.direct, &self.world.store.shelf).await;
                "the product is gone".to_owned()
            }
            _ => "nothing".to_owned(),
        })
    }

    async fn mend(&mut self) -> Result<(), String> {
        self.direct.mend().await.map_err(|error| error.to_string())?;
        for c in 0..2 {
            let pending = self.world.store.dialogues[c].as_ref().and_then(|document| document.pending);
            if let Some((revision, cart)) = pending {
                project(&mut self.world, &self.model.config, c, revision, cart);
            }
            let store = &mut self.world.store;
            let is_nobodys = store.dialogues[c].as_ref().is_none_or(|document| document.talk.is_none());
            if is_nobodys && store.people[c].is_none() {
                store.carts[c] = None;
            }
        }
        Ok(())
    }

    async fn on_the_shelf(&self, update: Document) {
        let products = self.direct.database().collection::<Document>("products");
        let its = doc! { "_id": bson::oid::ObjectId::from_bytes(product_id().0.0) };
        products.update_one(its, update).await.unwrap();
    }

    /// What the rules of the model remember is of no concern here.
    fn forget_history(&mut self) {
        let first = self.model.first_world().memory;
        self.world.memory = Memory { ..first };
    }
}

fn same<T: Debug + PartialEq>(what: &str, model: &T, real: &T) -> Result<(), String> {
    if model == real { Ok(()) } else { Err(format!("{what}\n    model: {model:?}\n    real:  {real:?}")) }
}

fn order(number: u64, quantity: u16, price: u8, checkout: u64) -> Order {
    let price = Money::from_minor(PRICES[usize::from(price)]).unwrap();
    let line = OrderLine {
        product: product_id(),
        title: "Sencha".into(),
        quantity: Quantity::new(quantity).unwrap(),
        price,
        left: None,
    };
    Order {
        number: OrderNumber::draw(number),
        checkout: CheckoutId(checkout),
        contact: Some(Contact {
            name: None,
            email: Some(Email::parse("anna@example.com").unwrap()),
            phone: Phone::stored("+380671112233").unwrap(),
            address: Address::parse("Kyiv, Khreshchatyk 1").unwrap(),
        }),
        total: line.price.times(line.quantity),
        lines: vec![line],
        status: OrderStatus::New,
        placed: beginning(),
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_models_mongodb_and_the_real_one_come_to_the_same_documents_by_random_commands() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random::<u64>);
    let commands = COMMANDS[usize::from(std::env::var_os("PATHS").is_some())];
    let mut random = StdRng::seed_from_u64(seed);
    let mut both = Both::open(&format!("model_commands_{}", std::process::id())).await;
    let (mut done, mut given) = (0, 0);
    while given < commands {
        both.begin(random.random_range(0..6)).await;
        let mut story = Vec::new();
        for _ in 0..IN_A_ROW {
            given += 1;
            let outcome = match both.give(&mut random).await {
                Ok(told) => {
                    done += usize::from(told != "nothing");
                    story.push(told);
                    let real = found(&both.direct, "0:none", &both.names).await;
                    real.and_then(|real| same("the documents", &expected(&both.model, &both.world), &real))
                }
                Err(words) => Err(words),
            };
            if let Err(words) = outcome {
                panic!("SEED={seed}: {words}\n  after:\n    {}", story.join("\n    "));
            }
        }
        while !both.late.is_empty() {
            both.arrive(true).await.unwrap();
        }
    }
    assert!(done * 10 > given * 6, "only {done} of {given} commands did anything");
    println!("{given} random commands, of which {done} did something, seed {seed}");
    let _ = both.direct.database().drop().await;
}
