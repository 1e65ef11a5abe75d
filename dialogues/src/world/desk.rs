//! Orders in the model: owners take them on, their notices follow, and customers are told.

use std::cmp::Reverse;
use std::sync::Arc;

use engine::FIRST_ID;

use super::{Resident, World};
use crate::chat::MessageId;
use crate::desk::notice::{customer_notice, owner_notice};
use crate::shop::{
    Change, DESK_PAGE, DeskQuery, Order, OrderMove, OrderNumber, OrderStatus, Product, Sales, SalesPeriods, Stock,
    TeamRole,
};
use crate::snapshot::Surroundings;

/// The notices of an order, by owner.
#[derive(Debug, Clone)]
pub(super) struct Notices {
    number: OrderNumber,
    messages: Vec<(String, MessageId)>,
}

impl World {
    /// The order of this number, whosesoever it is.
    pub(super) fn order(&self, number: OrderNumber) -> Option<&Order> {
        let kept = self.residents.values().flat_map(|resident| resident.kept.orders.iter());
        kept.chain(&self.nobodys_orders).find(|order| order.number == number)
    }

    /// The orders that an owner's turn looks at: a page, and one more where others follow.
    pub(super) fn desk(&self, query: &DeskQuery) -> Vec<Order> {
        let kept = self.residents.values().flat_map(|resident| resident.kept.orders.iter());
        let mut all: Vec<&Order> = kept.chain(&self.nobodys_orders).filter(|order| query.has(order)).collect();
        all.sort_by_key(|order| Reverse((order.placed, order.number)));
        all.into_iter().skip(query.skip()).take(DESK_PAGE + 1).map(|order| self.for_team(order)).collect()
    }

    /// What was sold of late.
    pub(super) fn sales(&self) -> Sales {
        let kept = self.residents.values().flat_map(|resident| resident.kept.orders.iter());
        Sales::sum(kept.chain(&self.nobodys_orders), SalesPeriods::of(self.now, self.settings.zone))
    }

    /// An order as the people of the shop see it: they may know who placed it.
    pub(super) fn for_team(&self, order: &Order) -> Order {
        let placed = |resident: &&Resident| resident.kept.orders.iter().any(|kept| kept.number == order.number);
        let customer = self.residents.values().find(placed).map(|resident| FIRST_ID + resident.place as i64);
        Order { customer, ..order.clone() }
    }

    /// The owners' notices of a new order.
    pub(super) fn tell_owners(&mut self, order: &Order, around: &Surroundings) {
        let owners = self.team(TeamRole::Manager).into_iter();
        let owners: Vec<_> =
            owners.filter_map(|name| Some((name.clone(), self.residents.get(&name)?.language_now()))).collect();
        let mut messages = Vec::new();
        for (owner, language) in owners {
            let notice = owner_notice(&self.for_team(order), &around.clone().for_reader(language));
            messages.extend(self.bring(&owner, &notice).map(|id| (owner, id)));
        }
        self.notices.push(Notices { number: order.number, messages });
    }

    /// Takes an order on, as `name` wants it.
    pub(super) fn move_order(
        &mut self,
        name: &str,
        (number, from): (OrderNumber, OrderStatus),
        taken: &OrderMove,
    ) -> Result<(), String> {
        let has = |orders: &[Order]| orders.iter().position(|order| order.number == number);
        // What somebody does with an order of their own, they have done by now.
        let others = self.residents.iter_mut().filter(|(holder, _)| *holder != name);
        let of_others = others.map(|(_, Resident { kept, .. })| Arc::make_mut(&mut kept.orders));
        let found = of_others.chain([&mut self.nobodys_orders]).find_map(|orders| {
            let place = has(orders)?;
            orders.get_mut(place)
        });
        if let Some(order) = found {
            if order.status != from {
                return Err(format!("order {number} is {} by now", order.status));
            }
            *order = order.clone().moved(taken.clone());
        }
        if taken.to == OrderStatus::Cancelled {
            self.return_stock(number);
        }
        self.moved.push(number);
        Ok(())
    }

    fn return_stock(&mut self, number: OrderNumber) {
        let lines = self.order(number).map(|order| order.lines.clone()).unwrap_or_default();
        for line in lines {
            let Some(product) = self.catalogue.products().find(|product| product.id == line.product) else { continue };
            let Stock::Count(left) = product.stock else { continue };
            let whole = left.saturating_add(u32::from(line.quantity.get()));
            let back = Product { stock: Stock::Count(whole), ..Product::clone(product) };
            self.change([Change::Product(back)]);
        }
    }

    /// Tells whom it concerns how far orders have come.
    pub(super) fn announce_moves(&mut self) {
        for number in std::mem::take(&mut self.moved) {
            let Some(order) = self.order(number).cloned() else { continue };
            let (catalogue, settings) = (Arc::clone(&self.catalogue), Arc::clone(&self.settings));
            let around = Surroundings { catalogue, settings, office: None, now: self.now, fresh: 0 };
            let notices = self.notices.iter().find(|notices| notices.number == number).cloned();
            for (owner, id) in notices.into_iter().flat_map(|notices| notices.messages) {
                let Some(resident) = self.residents.get(&owner) else { continue };
                if self.role(resident).is_none() && !order.is_forgotten {
                    continue;
                }
                let language = resident.language_now();
                self.alter(&owner, id, &owner_notice(&self.for_team(&order), &around.clone().for_reader(language)));
            }
            let mine = |resident: &&Resident| resident.kept.orders.iter().any(|order| order.number == number);
            let holder = self.residents.values().find(mine).filter(|holder| holder.kept.active);
            let Some((name, language)) = holder.map(|holder| (holder.first_name.clone(), holder.language_now())) else {
                continue;
            };
            if let Some(view) = customer_notice(&order, &around.for_reader(language)) {
                self.bring(&name, &view);
            }
        }
    }
}
