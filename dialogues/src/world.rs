//! A small shop in memory that carries out effects: the model that the real one is held against.

mod back_in_stock;
mod desk;
mod post;
mod stage;
mod talk;
mod team;
mod witness;

pub use stage::{cart_fields, changes, order_fields, past_order, profile_fields, state_fields, stock_field};

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
pub use engine::memory::bubble;
use engine::memory::{Draws, Window, state};

use crate::chat::{MessageId, Observed};
use crate::machine::{Context, Conversation, Effect, Input, Output, Settings, Turn};
use crate::menu::menu_keyboard;
use crate::shop::{
    AuditEntry, Cart, Catalogue, Change, Country, Currency, Customer, LOW_STOCK, Language, NewsId, Order, OrderNumber,
    PersonalMessage, Product, ProductChange, Quantity, Retention, ShopFolder, Stock, Zone, has_run_low,
};
use crate::snapshot::{Snapshot, Surroundings};
use crate::transcript::{GivenPerson, Role, StepResult, TurnTrace};
use crate::turn::{looks, turn};

/// The demo shop, which is also what transcripts play in.
pub const TEA_HOUSE: &str = include_str!("../shops/tea-house/shop.yaml");

/// One person and all that the shop keeps of them.
#[derive(Debug, Clone)]
struct Resident {
    first_name: String,
    language: Language,
    /// The settings name them as an owner.
    owner: bool,
    /// The how-manieth to come.
    place: usize,
    kept: Snapshot,
    window: Window,
    group: Option<Conversation>,
    /// When they did something last.
    last: Option<DateTime<Utc>>,
}

/// A shop in memory, with its people and their chats.
#[derive(Debug, Clone)]
pub struct World {
    catalogue: Arc<Catalogue>,
    settings: Arc<Settings>,
    now: DateTime<Utc>,
    residents: BTreeMap<String, Resident>,
    draws: Draws,
    happened: StepResult,
    /// Somebody has been here: what is written from now on is news.
    opened: bool,
    posted: Vec<post::Posted>,
    /// News that was written since, and has not been mailed.
    unmailed: Vec<NewsId>,
    refusals: Vec<post::Refusal>,
    /// What the owners have of orders.
    notices: Vec<desk::Notices>,
    /// Orders that have come further, and of which nobody is told yet.
    moved: Vec<OrderNumber>,
    /// Orders of people who were forgotten.
    nobodys_orders: Vec<Order>,
    /// Personal messages that are not brought yet, and who has written them.
    written: Vec<(String, PersonalMessage)>,
    /// Those that the owners have.
    brought: Vec<talk::Brought>,
    /// Who has done what, oldest first.
    audit: Vec<AuditEntry>,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

/// The settings that transcripts play with, in the core and end to end.
pub fn settings() -> Settings {
    let (zone, country) = (Zone::default(), Country::default());
    Settings {
        shop_name: "Tea House".to_owned(),
        currency: Currency::Hryvnia,
        zone,
        country,
        remind_after: None,
        asks_email: true,
        sends_receipts: false,
        low_stock: LOW_STOCK,
        retention: Retention::default(),
    }
}

/// When transcripts begin unless they say otherwise: 14 March 2026, 10:00 UTC.
pub fn beginning() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_482_400, 0).unwrap_or_default()
}

/// A catalogue by the name that transcripts use.
pub fn named_catalogue(name: &str) -> Option<Arc<Catalogue>> {
    static TEA: LazyLock<Option<Arc<Catalogue>>> = LazyLock::new(|| {
        let folder = ShopFolder::parse(TEA_HOUSE).ok()?;
        Some(Arc::new(Catalogue::default().changed(folder.changes())))
    });
    match name {
        "tea-house" => TEA.clone(),
        _ => None,
    }
}

impl World {
    /// An empty shop without people.
    pub fn new() -> Self {
        static SETTINGS: LazyLock<Arc<Settings>> = LazyLock::new(|| Arc::new(settings()));
        Self {
            catalogue: Arc::default(),
            settings: Arc::clone(&SETTINGS),
            now: beginning(),
            residents: BTreeMap::new(),
            draws: Draws::default(),
            happened: StepResult::default(),
            opened: false,
            posted: Vec::new(),
            unmailed: Vec::new(),
            refusals: Vec::new(),
            notices: Vec::new(),
            moved: Vec::new(),
            nobodys_orders: Vec::new(),
            written: Vec::new(),
            brought: Vec::new(),
            audit: Vec::new(),
        }
    }

    fn settle_in(&mut self, person: &GivenPerson) -> Result<(), String> {
        let language = person.language.unwrap_or_default();
        let known = person.role != Role::New;
        let (customer, cart) = match known {
            true => known_customer(person, language, &self.catalogue).map(|(customer, cart)| (Some(customer), cart))?,
            false => (None, Cart::default()),
        };
        let resident = Resident {
            first_name: person.name.clone(),
            language,
            owner: person.role == Role::Owner,
            place: self.residents.get(&person.name).map_or(self.residents.len(), |known| known.place),
            kept: Snapshot { conversation: known.then(known_conversation), customer, cart, ..Snapshot::default() },
            window: Window::default(),
            group: None,
            last: None,
        };
        self.residents.insert(person.name.clone(), resident);
        Ok(())
    }

    fn change(&mut self, changes: impl IntoIterator<Item = Change>) {
        self.catalogue = Arc::new(self.catalogue.changed(changes));
    }

    fn resident(&mut self, name: &str) -> Result<&mut Resident, String> {
        self.residents.get_mut(name).ok_or_else(|| format!("who is {name}? Say “Given {name}, …” first"))
    }

    /// One turn of one person; what they tapped, if they tapped.
    fn play(&mut self, name: &str, input: &Input, tapped: Option<MessageId>) -> Result<(), String> {
        let fresh = self.draws.draw();
        let before = self.resident(name)?.kept.conversation.as_ref();
        let looks = looks(before, input);
        let office = self.office(name, &looks);
        let (catalogue, settings) = (Arc::clone(&self.catalogue), Arc::clone(&self.settings));
        let around = Surroundings { catalogue, settings, office, now: self.now, fresh };
        let letters = if looks.at_messages { self.letters_of(name) } else { Vec::new() };
        let resident = self.resident(name)?;
        let in_group = matches!(input, Input::InGroup);
        let before = if in_group { resident.group.as_ref() } else { resident.kept.conversation.as_ref() };
        let met = || Customer::met(&resident.first_name, None, resident.language);
        let known = resident.kept.context(met, around.clone());
        let known = if looks.at_orders { known } else { Context { orders: Arc::default(), ..known } };
        let context = match looks.at_messages {
            true => Context { letters: Arc::new(letters), ..known },
            false => Context { messages: Arc::default(), ..known },
        };
        let orders = Arc::clone(&resident.kept.orders);
        let from = state(before);
        let played = turn(before, input, &context);
        let to = state(played.conversation.as_ref());
        if in_group {
            // A group's chat has a conversation of its own.
            resident.group.clone_from(&played.conversation);
            played.effects.iter().for_each(|effect| resident.kept.apply(effect));
        } else {
            resident.kept.follow(&played);
        }
        let Turn { effects, show, event, .. } = played;
        self.happened.turns.push(TurnTrace { person: name.to_owned(), from, event: event.to_owned(), to });
        let placed = self.carry_out(name, effects, &orders)?;
        show.into_iter().try_for_each(|show| self.show(name, show, tapped))?;
        placed.iter().for_each(|order| self.tell_owners(order, &around));
        Ok(())
    }

    /// Carries out what effects ask of the shop itself, of somebody who had these orders; the orders that were placed.
    fn carry_out(&mut self, name: &str, effects: Vec<Effect>, before: &[Order]) -> Result<Vec<Order>, String> {
        let mut placed = Vec::new();
        for effect in effects {
            match effect {
                Effect::PlaceOrder(mut order) => {
                    self.take_stock(&mut order)?;
                    let kept = Arc::make_mut(&mut self.resident(name)?.kept.orders);
                    kept.iter_mut().filter(|kept| kept.number == order.number).for_each(|kept| kept.clone_from(&order));
                    placed.push(order);
                }
                Effect::StartMailing(mailing) => self.begin_mailing(mailing, Some(name.to_owned())),
                Effect::SteerMailing(id, steering) => self.steer_mailing(id, &steering),
                Effect::Write(message) => self.written.push((name.to_owned(), message)),
                Effect::MoveOrder { number, from, taken } => self.move_order(name, (number, from), &taken)?,
                Effect::Forget => {
                    self.forget_letters_of(name);
                    self.moved.extend(before.iter().map(|order| order.number));
                    let now = self.now;
                    self.nobodys_orders.extend(before.iter().cloned().map(|order| order.forgotten(now)));
                }
                Effect::PauseOrders(pause) => self.change([Change::Pause(pause)]),
                Effect::ChangeProduct(ProductChange { product, to }) => {
                    let changed = self.catalogue.product(product).map(|product| Change::Product(to.of(product)));
                    self.change(changed);
                }
                Effect::AddProduct(product) => self.change([Change::Product(*product)]),
                Effect::ChangeTeam { change, by_settings } => self.change_team(name, change, by_settings)?,
                Effect::Audit(entry) => self.audit.push(entry),
                Effect::Keep(_) | Effect::SetActive(_) => {}
            }
        }
        Ok(placed)
    }

    fn take_stock(&mut self, order: &mut Order) -> Result<(), String> {
        for line in &mut order.lines {
            let product = self.catalogue.offered(line.product).ok_or(format!("{} was sold but is gone", line.title))?;
            let Stock::Count(left) = product.stock else { continue };
            let rest = left.checked_sub(u32::from(line.quantity.get()));
            let rest = rest.ok_or(format!("{} was sold, but only {left} were left", line.title))?;
            line.left = has_run_low(line.quantity, rest, self.settings.low_stock).then_some(rest);
            let sold = Product { stock: Stock::Count(rest), ..Product::clone(product) };
            self.change([Change::Product(sold)]);
        }
        Ok(())
    }

    fn show(&mut self, name: &str, show: Output, tapped: Option<MessageId>) -> Result<(), String> {
        let resident = self.resident(name)?;
        if !resident.kept.active {
            return Ok(());
        }
        let language = resident.language_now();
        let act = resident.window.show(show, tapped, || menu_keyboard(language));
        self.happened.observed.extend(act.map(|act| Observed { person: name.to_owned(), act }));
        Ok(())
    }
}

impl Resident {
    fn language_now(&self) -> Language {
        self.kept.language(|| self.language)
    }
}

/// What the shop knows of a customer whom a transcript introduces, and their cart.
pub fn known_customer(
    person: &GivenPerson,
    language: Language,
    catalogue: &Catalogue,
) -> Result<(Customer, Cart), String> {
    let refused = |what: &str| format!("{}'s {what} is none that the shop would accept", person.name);
    let mut customer = Customer::met(person.called.as_deref().unwrap_or(&person.name), None, language);
    let read = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    customer.email = read(&person.email).map(TryInto::try_into).transpose().map_err(|_| refused("e-mail"))?;
    customer.phone = read(&person.phone).map(TryInto::try_into).transpose().map_err(|_| refused("phone"))?;
    customer.address = read(&person.address).map(TryInto::try_into).transpose().map_err(|_| refused("address"))?;
    let mut cart = Cart::default();
    for (title, quantity) in &person.cart {
        let product = titled(title, catalogue)?;
        let quantity = Quantity::new(*quantity).ok_or(format!("{quantity} is no quantity"))?;
        cart = cart.with(&product, Some(quantity));
    }
    Ok((customer, cart))
}

/// A product by its title.
fn titled(title: &str, catalogue: &Catalogue) -> Result<Arc<Product>, String> {
    let found = catalogue.products().find(|product| product.title == title);
    found.cloned().ok_or_else(|| format!("there is no product “{title}” in the catalogue"))
}

/// The conversation of a customer who has been here before: at the menu, its keyboard in view.
pub fn known_conversation() -> Conversation {
    Conversation { serial: 1, keyboard: crate::machine::ShownKeyboard::Menu, ..Conversation::new() }
}
