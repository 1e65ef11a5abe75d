//! Money, per cent, quantities: integers with a meaning.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Language;

/// An amount in minor units (kopeks, cents) of the shop's one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(i64);

/// Why a text is not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("“{0}” is not an amount like 420 or 420.00")]
    Malformed(String),
    #[error("an amount lies between 0 and {}", Money::MAX.plain())]
    OutOfRange,
}

impl Money {
    pub const ZERO: Self = Self(0);
    /// The largest unit price: ten billion minor units. A full cart of them stays far below `i64::MAX`.
    pub const MAX: Self = Self(10_000_000_000);

    /// An amount of `minor` minor units; `None` if negative or above [`Money::MAX`].
    pub fn from_minor(minor: i64) -> Option<Self> {
        (0..=Self::MAX.0).contains(&minor).then_some(Self(minor))
    }

    /// A sum of prices, such as an order's total, of `minor` minor units; `None` if negative. It may be far above
    /// [`Money::MAX`], which bounds the price of one.
    pub fn sum_from_minor(minor: i64) -> Option<Self> {
        (minor >= 0).then_some(Self(minor))
    }

    /// The amount in minor units.
    pub fn minor(self) -> i64 {
        self.0
    }

    /// The amount times a quantity.
    pub fn times(self, quantity: Quantity) -> Self {
        Self(self.0.saturating_mul(i64::from(quantity.get())))
    }

    /// The price after a discount: rounded half up to a whole minor unit, once, per unit.
    pub fn discounted(self, discount: Percent) -> Self {
        Self((self.0 * i64::from(100 - discount.get()) + 50) / 100)
    }

    /// `1040.00`: digits and a point, for machines and files.
    pub fn plain(self) -> String {
        format!("{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl std::ops::Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let malformed = || MoneyError::Malformed(text.to_owned());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "00"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 2 {
            return Err(malformed());
        }
        let whole: i64 = whole.parse().map_err(|_| MoneyError::OutOfRange)?;
        let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| malformed())?;
        let minor = whole.checked_mul(100).and_then(|minor| minor.checked_add(fraction));
        minor.and_then(Self::from_minor).ok_or(MoneyError::OutOfRange)
    }
}

/// A currency: how its amounts are written for customers. Every one here has two decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::EnumIter)]
pub enum Currency {
    #[default]
    #[serde(rename = "UAH")]
    Hryvnia,
    #[serde(rename = "EUR")]
    Euro,
    #[serde(rename = "USD")]
    Dollar,
}

impl Currency {
    /// ISO 4217.
    pub fn code(self) -> &'static str {
        match self {
            Self::Hryvnia => "UAH",
            Self::Euro => "EUR",
            Self::Dollar => "USD",
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Hryvnia => '₴',
            Self::Euro => '€',
            Self::Dollar => '$',
        }
    }

    /// `1 040 ₴`, `399.50 ₴`: thousands apart by a no-break space, no decimals where they are zero; behind a
    /// comma in Ukrainian and Russian.
    pub fn format(self, amount: Money, language: Language) -> String {
        let point = if language == Language::English { '.' } else { ',' };
        let (whole, fraction) = (amount.minor() / 100, amount.minor() % 100);
        let digits = whole.to_string();
        let mut text = String::with_capacity(digits.len() + 8);
        for (place, digit) in digits.char_indices() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                text.push('\u{a0}');
            }
            text.push(digit);
        }
        if fraction != 0 {
            text.push_str(&format!("{point}{fraction:02}"));
        }
        text.push('\u{a0}');
        text.push(self.sign());
        text
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(code: &str) -> Result<Self, String> {
        use strum::IntoEnumIterator;
        let known = || Self::iter().map(Self::code).collect::<Vec<_>>().join(", ");
        Self::iter().find(|currency| currency.code() == code).ok_or_else(|| format!("“{code}” is none of {}", known()))
    }
}

/// A whole per cent, 0 to 100.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl Percent {
    pub const ZERO: Self = Self(0);

    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Percent {
    type Error = String;

    fn try_from(value: u8) -> Result<Self, String> {
        if value <= 100 { Ok(Self(value)) } else { Err(format!("{value} is no per cent from 0 to 100")) }
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

/// How many of one product: 1 to [`Quantity::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Quantity(u16);

impl Quantity {
    pub const ONE: Self = Self(1);
    /// More than this is an order for a person, not for a bot.
    pub const MAX: Self = Self(99);

    pub fn new(value: u16) -> Option<Self> {
        (1..=Self::MAX.0).contains(&value).then_some(Self(value))
    }

    pub fn get(self) -> u16 {
        self.0
    }

    /// One more, unless that is too many.
    pub fn more(self) -> Option<Self> {
        Self::new(self.0 + 1)
    }

    /// One fewer, unless that is none.
    pub fn fewer(self) -> Option<Self> {
        Self::new(self.0 - 1)
    }

    /// The sum, at most [`Quantity::MAX`].
    pub fn plus(self, other: Self) -> Self {
        Self((self.0 + other.0).min(Self::MAX.0))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<u16> for Quantity {
    type Error = String;

    fn try_from(value: u16) -> Result<Self, String> {
        Self::new(value).ok_or_else(|| format!("{value} is no quantity from 1 to {}", Self::MAX.0))
    }
}

impl From<Quantity> for u16 {
    fn from(quantity: Quantity) -> Self {
        quantity.0
    }
}

/// How much of a product there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stock {
    /// Never runs out.
    #[default]
    Always,
    /// So many are left.
    Count(u32),
}

impl Stock {
    /// The largest quantity that can be sold now; `None` when sold out.
    pub fn most(self) -> Option<Quantity> {
        match self {
            Self::Always => Some(Quantity::MAX),
            Self::Count(left) => Quantity::new(left.min(u32::from(Quantity::MAX.0)) as u16),
        }
    }

    /// Whether `quantity` can be sold now.
    pub fn covers(self, quantity: Quantity) -> bool {
        self.most().is_some_and(|most| quantity <= most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_discount_never_raises_a_price_and_rounds_half_up(minor in 0..=10_000_000_000_i64, percent in 0..=100_u8) {
            let price = Money::from_minor(minor).unwrap();
            let after = price.discounted(Percent::try_from(percent).unwrap());
            prop_assert!(after <= price);
            // Twice the exact value in hundredths, compared without fractions.
            let exact = minor * i64::from(100 - percent);
            let error = after.minor() * 100 - exact;
            prop_assert!(error > -50 && error <= 50, "half up, off by at most half a unit");
        }

        #[test]
        fn an_amount_reads_back_as_it_is_written(minor in 0..=10_000_000_000_i64) {
            let amount = Money::from_minor(minor).unwrap();
            prop_assert_eq!(amount.plain().parse::<Money>(), Ok(amount));
        }
    }

    #[test]
    fn customers_see_thousands_apart_and_no_empty_decimals() {
        let show = |minor| Currency::Hryvnia.format(Money::from_minor(minor).unwrap(), Language::English);
        assert_eq!(show(104_000), "1\u{a0}040\u{a0}₴");
        assert_eq!(show(39_950), "399.50\u{a0}₴");
        assert_eq!(show(1_234_567_800), "12\u{a0}345\u{a0}678\u{a0}₴");
    }
}
