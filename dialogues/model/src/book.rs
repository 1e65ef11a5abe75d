//! The shop of the model: one product, and every decision by the real turn.
//!
//! A state of the model holds numbers in place of conversations, carts and screens; this book knows what they stand for.
//! Equal things have equal numbers, and a decision is computed once.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dialogues::machine::{Callback, Conversation, CustomerData, Effect, Input, Keyboard, Output};
use dialogues::shop::{
    Cart, Catalogue, Category, CategoryId, Change, Customer, Language, Money, Order, Product, ProductId, Quantity,
    Stock,
};
use dialogues::snapshot::{Snapshot, Surroundings};
use dialogues::turn::{looks, turn};
use dialogues::world::{beginning, settings};

/// The number of something in the book.
pub type Id = u16;

/// What one costs at first, and after it has become dearer; in minor units.
pub const PRICES: [i64; 2] = [777, 999];

/// The product as it stands on the shelf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shelf {
    /// Below zero: more was sold than there was.
    pub stock: i8,
    /// A place in [`PRICES`].
    pub price: u8,
    /// It was deleted.
    pub gone: bool,
}

/// What is kept of a customer, as a turn is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Kept {
    /// The conversation; `None`: there is none.
    pub talk: Option<Id>,
    /// The profile; `None`: not known.
    pub person: Option<Id>,
    /// The cart.
    pub cart: Id,
    /// The customer's orders, newest first.
    pub orders: Vec<Id>,
}

/// A turn, decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The conversation after it; `None`: forgotten.
    pub talk: Option<Id>,
    /// The cart that is to be kept.
    pub cart: Option<Id>,
    /// The profile that is to be kept.
    pub person: Option<Id>,
    /// The order that is to be placed.
    pub order: Option<Id>,
    /// Everything about the customer is to be forgotten.
    pub forget: bool,
    /// What is shown.
    pub show: Id,
}

impl Decision {
    /// Whether nothing but dialogue and cart is concerned: one conditional update, and a projection.
    pub fn is_own(&self) -> bool {
        self.talk.is_some() && self.person.is_none() && self.order.is_none() && !self.forget
    }

    /// Whether its screens say what no later screen says again.
    pub fn lasts(&self) -> bool {
        self.order.is_some() || self.forget
    }
}

/// What a reply is made of, as far as the model looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Nothing at all.
    pub is_empty: bool,
    /// A message or an edit: a later one replaces it.
    pub screen: bool,
    /// A message that would be there twice if it were sent twice.
    pub message: bool,
    /// By the places of [`PRICES`], which prices it names.
    pub prices: u8,
    /// The buttons under its messages, with the number of the screen.
    pub buttons: Vec<(Callback, u32)>,
}

/// An order, as far as the model looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    pub checkout: u64,
    /// How many of the product.
    pub quantity: i8,
    /// What one costs, in minor units.
    pub price: i64,
}

#[derive(Debug)]
struct Numbers<T> {
    things: Vec<T>,
    by_name: HashMap<String, Id>,
}

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Self { things: Vec::new(), by_name: HashMap::new() }
    }
}

impl<T: Debug + Clone> Numbers<T> {
    fn number(&mut self, thing: T) -> Id {
        let next = self.things.len();
        let number = *self.by_name.entry(format!("{thing:?}")).or_insert(next as Id);
        if usize::from(number) == next {
            self.things.push(thing);
        }
        number
    }

    fn get(&self, number: Id) -> T {
        self.things[usize::from(number)].clone()
    }
}

#[derive(Debug, Default)]
struct Pages {
    talks: Numbers<Conversation>,
    people: Numbers<Customer>,
    carts: Numbers<Cart>,
    orders: Numbers<Order>,
    replies: Numbers<Vec<Output>>,
    shown: HashMap<Id, Arc<Shown>>,
    inputs: Numbers<Input>,
    decisions: HashMap<(Kept, Id, Shelf, u64), Decision>,
}

/// The book. One of it serves all threads of a checker.
#[derive(Debug, Default)]
pub struct Book {
    pages: Mutex<Pages>,
}

/// The product that is sold.
pub fn product(shelf: Shelf) -> Product {
    let category = CategoryId::of_key("shelf");
    Product {
        id: product_id(),
        title: "Sencha".to_owned(),
        category,
        price: Money::from_minor(PRICES[usize::from(shelf.price)]).unwrap_or_default(),
        stock: Stock::Count(u32::try_from(shelf.stock).unwrap_or(0)),
        ..Product::default()
    }
}

/// Its id.
pub fn product_id() -> ProductId {
    ProductId::of_key("sencha")
}

fn catalogue(shelf: Shelf) -> Catalogue {
    let category = Category { id: CategoryId::of_key("shelf"), title: "Tea".to_owned(), ..Category::default() };
    let offered = (!shelf.gone).then(|| Change::Product(product(shelf)));
    Catalogue::default().changed([Change::Category(category)].into_iter().chain(offered))
}

fn surroundings(shelf: Shelf, fresh: u64) -> Surroundings {
    let (catalogue, settings) = (Arc::new(catalogue(shelf)), Arc::new(settings()));
    Surroundings { catalogue, settings, office: None, now: beginning(), fresh }
}

fn met() -> Customer {
    Customer::met("Anna", None, Language::English)
}

/// A random number of a turn that no other turn draws.
fn fresh(update: u8) -> u64 {
    let update = u64::from(update) + 1;
    (update << 44) | update
}

impl Book {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of an input.
    pub fn input(&self, input: Input) -> Id {
        self.pages().inputs.number(input)
    }

    /// The number of an empty cart.
    pub fn no_cart(&self) -> Id {
        self.pages().carts.number(Cart::default())
    }

    /// The number of a reply that shows nothing.
    pub fn no_reply(&self) -> Id {
        self.pages().replies.number(Vec::new())
    }

    /// The number of a reply.
    pub fn reply(&self, show: Vec<Output>) -> Id {
        self.pages().replies.number(show)
    }

    /// The number of a conversation.
    pub fn number_of_talk(&self, talk: Conversation) -> Id {
        self.pages().talks.number(talk)
    }

    /// The number of a profile.
    pub fn number_of_person(&self, person: Customer) -> Id {
        self.pages().people.number(person)
    }

    /// The number of a cart.
    pub fn number_of_cart(&self, cart: Cart) -> Id {
        self.pages().carts.number(cart)
    }

    /// The number of an order.
    pub fn number_of_order(&self, order: Order) -> Id {
        self.pages().orders.number(order)
    }

    /// The conversation of a number.
    pub fn talk(&self, talk: Id) -> Conversation {
        self.pages().talks.get(talk)
    }

    /// The profile of a number.
    pub fn person(&self, person: Id) -> Customer {
        self.pages().people.get(person)
    }

    /// The cart of a number.
    pub fn cart(&self, cart: Id) -> Cart {
        self.pages().carts.get(cart)
    }

    /// The order of a number.
    pub fn order(&self, order: Id) -> Order {
        self.pages().orders.get(order)
    }

    /// The reply of a number.
    pub fn outputs(&self, reply: Id) -> Vec<Output> {
        self.pages().replies.get(reply)
    }

    /// The input of a number.
    pub fn said(&self, input: Id) -> Input {
        self.pages().inputs.get(input)
    }

    /// The serial number of the screen of a conversation.
    pub fn serial(&self, talk: Id) -> u32 {
        self.pages().talks.get(talk).serial
    }

    /// An order.
    pub fn sale(&self, order: Id) -> Sale {
        let order = self.pages().orders.get(order);
        let line = order.lines.first();
        Sale {
            checkout: order.checkout.0,
            quantity: line.map_or(0, |line| line.quantity.get() as i8),
            price: line.map_or(0, |line| line.price.minor()),
        }
    }

    /// The same order at another price: no shop does that.
    pub fn repriced(&self, order: Id, price: u8) -> Id {
        let mut pages = self.pages();
        let mut order = pages.orders.get(order);
        for line in &mut order.lines {
            line.price = Money::from_minor(PRICES[usize::from(price)]).unwrap_or_default();
        }
        pages.orders.number(order)
    }

    /// What a reply is made of.
    pub fn shown(&self, reply: Id) -> Arc<Shown> {
        let mut pages = self.pages();
        if let Some(shown) = pages.shown.get(&reply) {
            return Arc::clone(shown);
        }
        let shown = Arc::new(look_at(&pages.replies.get(reply)));
        pages.shown.insert(reply, Arc::clone(&shown));
        shown
    }

    /// The customer of this place, whom these inputs, one after another, have brought to where they are; `cart`: so many
    /// were put into it before. Also the reply to the last input.
    pub fn known(&self, shelf: Shelf, customer: usize, cart: u16, inputs: &[&dyn Fn(u32) -> Input]) -> (Kept, Id) {
        // Each has a checkout of their own.
        let around = surroundings(shelf, (1 << 44) + 999_983 + customer as u64);
        let mut kept = Snapshot { customer: Some(met()), ..Snapshot::default() };
        kept.conversation = Some(dialogues::world::known_conversation());
        kept.cart = Cart::default().with(&product(shelf), Quantity::new(cart));
        let mut last = Vec::new();
        for input in inputs {
            let serial = kept.conversation.as_ref().map_or(0, |conversation| conversation.serial);
            let played = turn(kept.conversation.as_ref(), &input(serial), &kept.context(met, around.clone()));
            kept.follow(&played);
            last = played.show;
        }
        let mut pages = self.pages();
        let kept = Kept {
            talk: kept.conversation.map(|talk| pages.talks.number(talk)),
            person: kept.customer.map(|person| pages.people.number(person)),
            cart: pages.carts.number(kept.cart),
            orders: Vec::new(),
        };
        (kept, pages.replies.number(last))
    }

    /// What the turn of an update comes to.
    pub fn decide(&self, kept: &Kept, input: Id, shelf: Shelf, update: u8) -> Decision {
        let mut pages = self.pages();
        let said = pages.inputs.get(input);
        let conversation = kept.talk.map(|talk| pages.talks.get(talk));
        let mut kept = kept.clone();
        if !looks(conversation.as_ref(), &said).at_orders {
            kept.orders.clear();
        }
        let key = (kept, input, shelf, fresh(update));
        if let Some(known) = pages.decisions.get(&key) {
            return known.clone();
        }
        let (kept, .., fresh) = &key;
        let snapshot = Snapshot {
            conversation,
            customer: kept.person.map(|person| pages.people.get(person)),
            cart: pages.carts.get(kept.cart),
            orders: Arc::new(kept.orders.iter().map(|order| pages.orders.get(*order)).collect()),
            ..Snapshot::default()
        };
        let played = turn(snapshot.conversation.as_ref(), &said, &snapshot.context(met, surroundings(shelf, *fresh)));
        let mut decision = Decision {
            talk: played.conversation.map(|talk| pages.talks.number(talk)),
            cart: None,
            person: None,
            order: None,
            forget: false,
            show: pages.replies.number(played.show),
        };
        for effect in played.effects {
            match effect {
                Effect::Keep(CustomerData::Cart(cart)) => decision.cart = Some(pages.carts.number(cart)),
                Effect::Keep(CustomerData::Customer(customer)) => {
                    decision.person = Some(pages.people.number(customer));
                }
                Effect::PlaceOrder(order) => {
                    decision.order = Some(pages.orders.number(order));
                    decision.cart = Some(pages.carts.number(Cart::default()));
                }
                Effect::Forget => decision.forget = true,
                Effect::SetActive(_) | Effect::StartMailing(_) | Effect::SteerMailing(..) => {}
                // Nobody steers or cancels an order here, nor asks a person, nor pauses the shop or changes its goods or people.
                Effect::MoveOrder { .. } | Effect::Write(_) => {}
                Effect::PauseOrders(_) | Effect::ChangeProduct(_) | Effect::AddProduct(_) => {}
                Effect::ChangeTeam { .. } | Effect::Audit(_) => {}
            }
        }
        pages.decisions.insert(key, decision.clone());
        decision
    }

    /// How many decisions were made.
    pub fn decisions(&self) -> usize {
        self.pages().decisions.len()
    }
}

fn look_at(reply: &[Output]) -> Shown {
    let currency = settings().currency;
    let prices = PRICES.map(|price| {
        let price = Money::from_minor(price).unwrap_or_default();
        // Without the sign of the currency: what stands between them is a matter of taste.
        currency.format(price, Language::English).chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect()
    });
    let mut shown = Shown { is_empty: reply.is_empty(), screen: false, message: false, prices: 0, buttons: Vec::new() };
    for show in reply {
        let (view, serial) = match show {
            Output::Send { view, serial } | Output::Edit { view, serial } => (view, *serial),
            Output::File { .. } => {
                shown.message = true;
                continue;
            }
            Output::Toast(_) | Output::Alert(_) => continue,
        };
        shown.screen = true;
        shown.message |= matches!(show, Output::Send { .. });
        for (place, price) in prices.iter().enumerate() {
            let price: &String = price;
            shown.prices |= u8::from(view.text.as_str().contains(price.as_str())) << place;
        }
        if let Keyboard::Inline(rows) = &view.keys {
            shown.buttons.extend(rows.iter().flatten().map(|key| (key.button, serial)));
        }
    }
    shown
}
