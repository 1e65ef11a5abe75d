//! A change of one field of a product, as an owner makes it in the chat: the other fields stay as whoever else writes them
//! has left them.

use super::rules::STOCK_LIMIT;
use super::{Money, Percent, Product, ProductId, Stock};

/// One field of a product gets another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductChange {
    pub product: ProductId,
    pub to: ProductValue,
}

/// A field of a product, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductValue {
    /// Before the discount.
    Price(Money),
    Discount(Percent),
    Stock(Stock),
    Hidden(bool),
}

impl ProductValue {
    /// A price, as people write it: `420`, `420,50`, `1 200.5 ₴`.
    pub fn price(said: &str) -> Option<Self> {
        let number = number(said);
        // A comma is that of the decimals where no point is.
        let number = if number.contains('.') { number.replace(',', "") } else { number.replace(',', ".") };
        number.parse().ok().map(Self::Price)
    }

    /// A discount in per cent, 0 to 100: `20`, `20 %`.
    pub fn discount(said: &str) -> Option<Self> {
        let percent = number(said).parse::<u8>().ok()?;
        Percent::try_from(percent).ok().map(Self::Discount)
    }

    /// How many are in stock: `40`.
    pub fn stock(said: &str) -> Option<Self> {
        let left = number(said).parse::<u32>().ok()?;
        (left <= STOCK_LIMIT).then_some(Self::Stock(Stock::Count(left)))
    }

    /// The name of the field: see [`Product::fields`].
    pub fn field(&self) -> &'static str {
        match self {
            Self::Price(_) => "price",
            Self::Discount(_) => "discount",
            Self::Stock(_) => "stock",
            Self::Hidden(_) => "hidden",
        }
    }

    /// A product with this value.
    pub fn of(&self, product: &Product) -> Product {
        let product = product.clone();
        match self {
            Self::Price(price) => Product { price: *price, ..product },
            Self::Discount(discount) => Product { discount: *discount, ..product },
            Self::Stock(stock) => Product { stock: *stock, ..product },
            Self::Hidden(hidden) => Product { hidden: *hidden, ..product },
        }
    }
}

/// What is written as a number, without its unit before or behind it and without spaces between its digits.
fn number(said: &str) -> String {
    let digits = said.trim_matches(|letter: char| !letter.is_ascii_digit() && letter != '-');
    digits.chars().filter(|letter| !letter.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_people_write_them() {
        let price = |said| match ProductValue::price(said) {
            Some(ProductValue::Price(price)) => price.plain(),
            _ => String::new(),
        };
        for (said, amount) in [
            ("420", "420.00"),
            ("420,50", "420.50"),
            (" 1 200.5 ₴", "1200.50"),
            ("1,200.50", "1200.50"),
            ("€ 9.90", "9.90"),
            ("1\u{a0}200 грн", "1200.00"),
            ("-5", ""),
            ("", ""),
            ("a lot", ""),
            ("4 or 5", ""),
            ("1.234", ""),
            ("99999999999999999999", ""),
        ] {
            assert_eq!(price(said), amount, "{said}");
        }
        let percent = |number| Percent::try_from(number).ok().map(ProductValue::Discount);
        assert_eq!((ProductValue::discount("20 %"), ProductValue::discount("0")), (percent(20), percent(0)));
        assert_eq!((ProductValue::discount("101"), ProductValue::discount("-1")), (None, None));
        assert_eq!(ProductValue::stock("40 pieces"), Some(ProductValue::Stock(Stock::Count(40))));
        assert_eq!((ProductValue::stock("-1"), ProductValue::stock("1.5")), (None, None));
        assert_eq!(ProductValue::stock("1000000001"), None);
    }

    #[test]
    fn each_value_is_that_of_the_field_whose_name_it_has() {
        let values = [
            ProductValue::Price(Money::MAX),
            ProductValue::discount("7").unwrap(),
            ProductValue::stock("7").unwrap(),
            ProductValue::Hidden(true),
        ];
        for value in values {
            let (mut before, mut after) = (Product::default(), value.of(&Product::default()));
            let changed = before.fields().zip(after.fields()).filter(|(one, other)| one != other);
            assert_eq!(changed.map(|((name, _), _)| name).collect::<Vec<_>>(), [value.field()]);
        }
    }
}
