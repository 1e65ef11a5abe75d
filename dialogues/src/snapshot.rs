//! All that the shop keeps of one customer, at one moment; what a turn knows of it, and what a turn makes of it.
//!
//! The store reads a [`Snapshot`] and writes what effects ask for; everything that plays turns in memory keeps one, and
//! lets [`Snapshot::follow`] carry out what a turn wants. So what an effect means is said once.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::machine::{Context, Conversation, CustomerData, CustomerStatus, Effect, Settings, Turn};
use crate::shop::{
    Actor, Cart, Catalogue, Change, Customer, Direction, Language, Office, Order, PersonalMessage, Product,
    ProductChange,
};

/// All that the shop keeps of one customer, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// `None`: there is none, or see `undecodable`.
    pub conversation: Option<Conversation>,
    /// There is a stored conversation that this program cannot read.
    pub undecodable: bool,
    /// `None`: not known.
    pub customer: Option<Customer>,
    /// Whether messages reach the customer, as far as we know.
    pub active: bool,
    pub cart: Cart,
    /// Newest first; empty where nobody has looked at them, see [`crate::turn::Looks::at_orders`].
    pub orders: Arc<Vec<Order>>,
    /// Oldest first; empty where nobody has looked at them, see [`crate::turn::Looks::at_messages`].
    pub messages: Arc<Vec<PersonalMessage>>,
}

/// What a turn knows that is not the customer's.
#[derive(Debug, Clone)]
pub struct Surroundings {
    pub catalogue: Arc<Catalogue>,
    pub settings: Arc<Settings>,
    /// What an owner sees of mailings; `None`: the customer is no owner.
    pub office: Option<Office>,
    pub now: DateTime<Utc>,
    /// See [`Context::fresh`].
    pub fresh: u64,
}

impl Surroundings {
    /// What is around something that is said beside turns, to nobody in particular of the shop.
    pub fn beside_turns(catalogue: Arc<Catalogue>, settings: Arc<Settings>, now: DateTime<Utc>) -> Self {
        Self { catalogue, settings, office: None, now, fresh: 0 }
    }

    /// What is known where something is shown alike to whoever reads it: in the shop's first language.
    pub fn for_anybody(self) -> Context {
        self.for_reader(Language::default())
    }

    /// The same in the reader's language.
    pub fn for_reader(self, language: Language) -> Context {
        Snapshot::default().context(|| Customer { language, ..Customer::default() }, self)
    }
}

impl Default for Snapshot {
    /// Of somebody who has not been here.
    fn default() -> Self {
        Self {
            conversation: None,
            undecodable: false,
            customer: None,
            active: true,
            cart: Cart::default(),
            orders: Arc::default(),
            messages: Arc::default(),
        }
    }
}

impl Snapshot {
    /// How well the shop knows them.
    pub fn acquaintance(&self) -> CustomerStatus {
        match &self.customer {
            _ if self.undecodable => CustomerStatus::UndecodableState,
            None => CustomerStatus::Stranger,
            Some(_) if !self.active => CustomerStatus::Returning,
            Some(_) => CustomerStatus::Known,
        }
    }

    /// The language that they have chosen; of a stranger, that of their Telegram.
    pub fn language(&self, met: impl FnOnce() -> Language) -> Language {
        self.customer.as_ref().map_or_else(met, |customer| customer.language)
    }

    /// What a turn knows. `met` is how Telegram introduces somebody whom the shop does not know.
    pub fn context(&self, met: impl FnOnce() -> Customer, around: Surroundings) -> Context {
        let Surroundings { catalogue, settings, office, now, fresh } = around;
        Context {
            catalogue,
            settings,
            customer: self.customer.clone().unwrap_or_else(met),
            acquaintance: self.acquaintance(),
            cart: self.cart.clone(),
            orders: Arc::clone(&self.orders),
            messages: Arc::clone(&self.messages),
            letters: Arc::default(),
            office,
            now,
            fresh,
        }
    }

    /// Makes this what is kept after a turn.
    pub fn follow(&mut self, turn: &Turn) {
        self.conversation.clone_from(&turn.conversation);
        // Whatever could not be read has been replaced.
        self.undecodable = false;
        turn.effects.iter().for_each(|effect| self.apply(effect));
    }

    /// Carries out an effect, as far as it concerns the customer.
    pub fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Keep(CustomerData::Cart(cart)) => self.cart = cart.clone(),
            Effect::Keep(CustomerData::Customer(customer)) => self.customer = Some(customer.clone()),
            Effect::PlaceOrder(order) => {
                self.cart = Cart::default();
                Arc::make_mut(&mut self.orders).insert(0, order.clone());
            }
            Effect::MoveOrder { number, taken, .. } => {
                let mine = self.orders.iter().position(|order| order.number == *number);
                if let Some(order) = mine.and_then(|place| Arc::make_mut(&mut self.orders).get_mut(place)) {
                    *order = order.clone().moved(taken.clone());
                }
            }
            Effect::Write(message) if message.direction == Direction::ToShop => {
                Arc::make_mut(&mut self.messages).push(message.clone());
            }
            // It is of another customer.
            Effect::Write(_) => {}
            Effect::Forget => *self = Self::default(),
            Effect::SetActive(active) => self.active = *active,
            Effect::StartMailing(_) | Effect::SteerMailing(..) => {}
            Effect::PauseOrders(_) | Effect::ChangeProduct(_) | Effect::AddProduct(_) => {}
            Effect::ChangeTeam { .. } | Effect::Audit(_) => {}
        }
    }
}

impl CustomerData {
    /// Whether it is another one than a turn has found.
    pub fn changes(&self, context: &Context) -> bool {
        match self {
            Self::Cart(cart) => *cart != context.cart,
            Self::Customer(customer) => *customer != context.customer,
        }
    }
}

impl Context {
    /// Makes this the context as it will be once the effect is carried out, for what the same turn still shows.
    pub fn apply(&mut self, effect: &Effect) {
        // Whoever leaves or is forgotten is still spoken to, as whom they were.
        if matches!(effect, Effect::Forget | Effect::SetActive(_)) {
            return;
        }
        if let (Effect::MoveOrder { number, taken, .. }, Some(office)) = (effect, &mut self.office) {
            let moved = |order: Order| if order.number == *number { order.moved(taken.clone()) } else { order };
            office.order = office.order.take().map(moved);
        }
        if let Effect::PauseOrders(pause) = effect {
            self.catalogue = Arc::new(self.catalogue.changed([Change::Pause(pause.clone())]));
        }
        if let Effect::ChangeProduct(ProductChange { product, to }) = effect
            && let Some(product) = self.catalogue.product(*product)
        {
            self.catalogue = Arc::new(self.catalogue.changed([Change::Product(to.of(product))]));
        }
        if let Effect::AddProduct(product) = effect {
            self.catalogue = Arc::new(self.catalogue.changed([Change::Product(Product::clone(product))]));
        }
        if let (Effect::ChangeTeam { change, by_settings }, Some(office)) = (effect, &mut self.office) {
            let reader = office.team.iter().find(|member| member.is_reader).map_or(0, |member| member.chat);
            let by = Actor { chat: reader, is_fixed: *by_settings };
            if let Some(changed) = self.catalogue.team().changed(by, *change, self.now) {
                office.team.retain(|member| member.is_fixed || changed.role(member.chat).is_some());
                for member in office.team.iter_mut().filter(|member| !member.is_fixed) {
                    member.role = changed.role(member.chat).unwrap_or(member.role);
                }
                self.catalogue = Arc::new(self.catalogue.changed([Change::Team(changed)]));
            }
        }
        let mut kept = Snapshot {
            customer: Some(std::mem::take(&mut self.customer)),
            cart: std::mem::take(&mut self.cart),
            orders: std::mem::take(&mut self.orders),
            messages: std::mem::take(&mut self.messages),
            ..Snapshot::default()
        };
        kept.apply(effect);
        (self.cart, self.orders, self.messages) = (kept.cart, kept.orders, kept.messages);
        self.customer = kept.customer.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::{CheckoutId, Money, OrderNumber, OrderStatus, Product, Quantity};
    use crate::world::{beginning, settings};

    fn around() -> Surroundings {
        let (catalogue, settings) = (Arc::default(), Arc::new(settings()));
        Surroundings { catalogue, settings, office: None, now: beginning(), fresh: 0 }
    }

    fn anna() -> Customer {
        Customer::met("Anna", None, Default::default())
    }

    #[test]
    fn whoever_has_left_returns_and_a_lost_thread_counts_more() {
        let known = Snapshot { customer: Some(anna()), ..Snapshot::default() };
        let left = Snapshot { active: false, ..known.clone() };
        assert_eq!(Snapshot::default().acquaintance(), CustomerStatus::Stranger);
        assert_eq!(Snapshot { active: false, ..Snapshot::default() }.acquaintance(), CustomerStatus::Stranger);
        assert_eq!((known.acquaintance(), left.acquaintance()), (CustomerStatus::Known, CustomerStatus::Returning));
        assert_eq!(Snapshot { undecodable: true, ..left }.acquaintance(), CustomerStatus::UndecodableState);
    }

    #[test]
    fn only_a_stranger_is_whom_telegram_introduces() {
        let boris = || Customer::met("Boris", None, Default::default());
        let known = Snapshot { customer: Some(anna()), ..Snapshot::default() };
        assert_eq!(known.context(boris, around()).customer, anna());
        assert_eq!(Snapshot::default().context(boris, around()).customer, boris());
    }

    #[test]
    fn what_is_kept_anew_leaves_all_else_in_the_turn_as_it_was() {
        let order = Order {
            number: OrderNumber::draw(1),
            checkout: CheckoutId(1),
            contact: None,
            lines: Vec::new(),
            total: Money::ZERO,
            status: OrderStatus::New,
            placed: beginning(),
            moves: Vec::new(),
            is_forgotten: false,
            customer: None,
        };
        let mut context = Snapshot::default().context(anna, around());
        context.cart = Cart::default().with(&Product::default(), Some(Quantity::ONE));
        context.orders = Arc::new(vec![order]);
        let (cart, orders) = (context.cart.clone(), Arc::clone(&context.orders));
        let renamed = Customer::met("Hanna", None, Default::default());
        context.apply(&Effect::keep(renamed.clone()));
        assert_eq!((context.customer, context.cart, context.orders), (renamed, cart, orders));
    }

    #[test]
    fn a_turn_that_forgets_still_speaks_to_whom_it_forgets() {
        let known = Snapshot { customer: Some(anna()), active: false, ..Snapshot::default() };
        let (mut context, mut kept) = (known.context(Customer::default, around()), known.clone());
        let renamed = Customer::met("Hanna", None, Default::default());
        for effect in [Effect::keep(renamed.clone()), Effect::SetActive(true), Effect::Forget] {
            context.apply(&effect);
            kept.apply(&effect);
        }
        assert_eq!((context.customer, context.acquaintance), (renamed, CustomerStatus::Returning));
        assert_eq!(kept, Snapshot::default());
    }
}
