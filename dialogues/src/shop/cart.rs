//! The cart, and what has changed since something was put into it.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Money, OrderLine, Percent, Product, ProductId, Quantity, Stock};

/// One product in a cart, with the price its owner has seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CartLine {
    pub product: ProductId,
    /// As it was called when last seen: a product that is gone can still be named.
    pub title: String,
    pub quantity: Quantity,
    /// The price of one, after the discount, that the customer has last agreed to.
    pub seen_price: Money,
    pub seen_discount: Percent,
}

/// What a customer means to buy. At most [`Cart::MOST_LINES`] lines, one per product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cart {
    pub lines: Vec<CartLine>,
}

/// What is no longer as the customer has seen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Dearer than agreed: needs a tap.
    Dearer { before: Money, now: Money },
    /// Dearer because a discount has ended: needs a tap.
    DiscountEnded { before: Money, now: Money },
    /// Cheaper: said, and applied at once.
    Cheaper { before: Money, now: Money },
    /// Fewer are left than the line holds: needs a tap.
    Short { left: Quantity },
    /// None are left: needs a tap.
    SoldOut,
    /// Hidden or deleted: needs a tap.
    Gone,
}

impl Difference {
    /// Whether the order waits until the customer has agreed.
    pub fn needs_consent(self) -> bool {
        !matches!(self, Self::Cheaper { .. })
    }
}

impl CartLine {
    /// A new line for a product as it is offered now.
    pub fn new(product: &Product, quantity: Quantity) -> Self {
        Self {
            product: product.id,
            title: product.title.clone(),
            quantity,
            seen_price: product.unit_price(),
            seen_discount: product.discount,
        }
    }

    /// What one costs the customer now: never more than they have seen.
    pub fn price(&self, catalogue: &Catalogue) -> Money {
        catalogue.offered(self.product).map_or(self.seen_price, |product| product.unit_price().min(self.seen_price))
    }

    /// What has changed since the customer last agreed to this line: at most one word on the
    /// price and one on the stock, or that it is gone.
    pub fn differences(&self, catalogue: &Catalogue) -> Vec<Difference> {
        let Some(product) = catalogue.offered(self.product) else { return vec![Difference::Gone] };
        let mut differences = Vec::new();
        let (before, now) = (self.seen_price, product.unit_price());
        if now > before && product.discount < self.seen_discount {
            differences.push(Difference::DiscountEnded { before, now });
        } else if now > before {
            differences.push(Difference::Dearer { before, now });
        } else if now < before {
            differences.push(Difference::Cheaper { before, now });
        }
        match product.stock.most() {
            None => differences.push(Difference::SoldOut),
            Some(left) if matches!(product.stock, Stock::Count(_)) && left < self.quantity => {
                differences.push(Difference::Short { left });
            }
            Some(_) => {}
        }
        differences
    }
}

impl Cart {
    /// Telegram allows about 100 inline buttons; a line takes four.
    pub const MOST_LINES: usize = 20;

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn line(&self, product: ProductId) -> Option<&CartLine> {
        self.lines.iter().find(|line| line.product == product)
    }

    /// The sum of all lines at today's prices, none above what was seen.
    pub fn total(&self, catalogue: &Catalogue) -> Money {
        self.lines.iter().map(|line| line.price(catalogue).times(line.quantity)).sum()
    }

    /// Whether anything has changed that the customer must agree to before ordering.
    pub fn needs_consent(&self, catalogue: &Catalogue) -> bool {
        self.lines.iter().any(|line| line.differences(catalogue).into_iter().any(Difference::needs_consent))
    }

    /// The same cart with another quantity of one product, as it is offered now. `None` takes the
    /// line out. A price that has risen stays unagreed: changing a quantity is no consent.
    pub fn with(&self, product: &Product, quantity: Option<Quantity>) -> Self {
        let mut lines = self.lines.clone();
        let place = lines.iter().position(|line| line.product == product.id);
        match (place, quantity) {
            (Some(place), Some(quantity)) => lines[place].quantity = quantity,
            (Some(place), None) => drop(lines.remove(place)),
            (None, Some(quantity)) => lines.push(CartLine::new(product, quantity)),
            (None, None) => {}
        }
        Self { lines }
    }

    /// The same cart without one product.
    pub fn without(&self, product: ProductId) -> Self {
        Self { lines: self.lines.iter().filter(|line| line.product != product).cloned().collect() }
    }

    /// The same cart after the customer has agreed to all that changed: today's prices, no more
    /// than is left, nothing that is gone.
    pub fn accepted(&self, catalogue: &Catalogue) -> Self {
        let agree = |line: &CartLine| {
            let product = catalogue.offered(line.product)?;
            let left = product.stock.most()?;
            Some(CartLine::new(product, line.quantity.min(left)))
        };
        Self { lines: self.lines.iter().filter_map(agree).collect() }
    }

    /// The same cart with what is cheaper now taken as seen.
    pub fn with_lower_prices(&self, catalogue: &Catalogue) -> Self {
        let lower = |line: &CartLine| match catalogue.offered(line.product) {
            Some(product) if product.unit_price() < line.seen_price => CartLine::new(product, line.quantity),
            _ => line.clone(),
        };
        Self { lines: self.lines.iter().map(lower).collect() }
    }

    /// The lines of an order placed now: a snapshot of names and prices.
    pub fn order_lines(&self, catalogue: &Catalogue) -> Vec<OrderLine> {
        let snapshot = |line: &CartLine| OrderLine {
            product: line.product,
            title: line.title.clone(),
            quantity: line.quantity,
            price: line.price(catalogue),
            left: None,
        };
        self.lines.iter().map(snapshot).collect()
    }
}
