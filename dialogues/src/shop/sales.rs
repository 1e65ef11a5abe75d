//! What the shop has sold: of the day, and of the month, in its time zone.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};

use super::{Money, Order, OrderStatus, Product, ProductId, Quantity, Stock, Zone};

/// So many products are listed as best sellers.
pub const BEST_SELLERS: usize = 5;
/// A product of which no more than these are left runs low.
pub const LOW_STOCK: u32 = 3;

/// Since when what is sold is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SalesPeriods {
    pub today: DateTime<Utc>,
    pub month: DateTime<Utc>,
}

impl SalesPeriods {
    /// Those of the day and the month in which a time is for the shop.
    pub fn of(now: DateTime<Utc>, zone: Zone) -> Self {
        Self { today: zone.day_of(now), month: zone.month_of(now) }
    }
}

/// The month of a table of orders, in the shop's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::Display, strum::EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum TableMonth {
    ThisMonth,
    LastMonth,
}

impl TableMonth {
    /// Which one it is, seen from `now`.
    pub fn of(self, now: DateTime<Utc>, zone: Zone) -> Month {
        let this = Month::of(zone.local(now).date_naive());
        match self {
            Self::ThisMonth => this,
            Self::LastMonth => Month(this.0.checked_sub_months(Months::new(1)).unwrap_or(this.0)),
        }
    }
}

/// A month, written as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// That of a day.
    pub fn of(day: NaiveDate) -> Self {
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Its first day, and that of the next one.
    pub fn days(self) -> (NaiveDate, NaiveDate) {
        (self.0, self.0.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX))
    }

    /// When it begins and when the next one does, for a shop in this zone.
    pub fn bounds(self, zone: Zone) -> (DateTime<Utc>, DateTime<Utc>) {
        let (first, next) = self.days();
        let began = zone.beginning_of(first).unwrap_or(DateTime::<Utc>::MIN_UTC);
        (began, zone.beginning_of(next).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

impl FromStr for Month {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map(Self)
    }
}

/// Orders, and what they come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Takings {
    pub orders: usize,
    pub total: Money,
}

/// A product, as its orders call it, and how many of it were sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BestSeller {
    pub product: ProductId,
    pub title: String,
    pub quantity: usize,
}

/// What was sold. Cancelled orders do not count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sales {
    pub today: Takings,
    pub month: Takings,
    /// Of the month, the best one first; [`BEST_SELLERS`] at most.
    pub best: Vec<BestSeller>,
}

impl Sales {
    /// The sum of these orders.
    pub fn sum<'a>(orders: impl IntoIterator<Item = &'a Order>, periods: SalesPeriods) -> Self {
        let (mut sales, mut sold) = (Self::default(), BTreeMap::<ProductId, BestSeller>::new());
        let counts = |order: &&Order| order.status != OrderStatus::Cancelled && order.placed >= periods.month;
        let mut orders: Vec<&Order> = orders.into_iter().filter(counts).collect();
        // A product is called what the first of them calls it.
        orders.sort_by_key(|order| (order.placed, order.number));
        for order in orders {
            sales.month.add(order.total);
            if order.placed >= periods.today {
                sales.today.add(order.total);
            }
            for line in &order.lines {
                let title = line.title.clone();
                let known =
                    sold.entry(line.product).or_insert(BestSeller { product: line.product, title, quantity: 0 });
                known.quantity += usize::from(line.quantity.get());
            }
        }
        sales.best = sold.into_values().collect();
        sales.best.sort_by(|one, other| other.quantity.cmp(&one.quantity).then(one.product.0.cmp(&other.product.0)));
        sales.best.truncate(BEST_SELLERS);
        sales
    }
}

impl Takings {
    fn add(&mut self, total: Money) {
        self.orders += 1;
        self.total = Money::sum_from_minor(self.total.minor().saturating_add(total.minor())).unwrap_or_default();
    }
}

/// Whether a product has begun to run low, or is sold out, when so many were taken of it and so many are left: `few` or fewer are
/// low.
pub fn has_run_low(taken: Quantity, left: u32, few: u32) -> bool {
    left == 0 || left <= few && left.saturating_add(u32::from(taken.get())) > few
}

/// The products of which `few` or fewer are left, the fewest first; how many each.
pub fn low_in_stock<'a>(products: impl IntoIterator<Item = &'a Product>, few: u32) -> Vec<(&'a Product, u32)> {
    let left = |product: &'a Product| match product.stock {
        Stock::Count(left) if left <= few && !product.hidden => Some((product, left)),
        Stock::Count(_) | Stock::Always => None,
    };
    let mut low: Vec<_> = products.into_iter().filter_map(left).collect();
    low.sort_by(|(one, few), (other, more)| few.cmp(more).then_with(|| one.title.cmp(&other.title)));
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_makes_a_product_run_low_once_and_sells_it_out_once() {
        let takes = |taken: u16, left, few| has_run_low(Quantity::new(taken).unwrap_or(Quantity::ONE), left, few);
        assert_eq!([takes(2, 4, 3), takes(2, 3, 3), takes(1, 2, 3), takes(1, 0, 3)], [false, true, false, true]);
        assert_eq!([takes(1, 10, 10), takes(1, 9, 10), takes(1, 1, 0), takes(1, 0, 0)], [true, false, false, true]);
    }
}
