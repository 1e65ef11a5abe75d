//! A change of one field of a product, as an owner makes it in the chat: the other fields stay as whoever else writes them
//! has left them.

use super::rules::{DESCRIPTION_LIMIT, STOCK_LIMIT, check_prose};
use super::text::is_visible;
use super::{Money, Percent, PictureId, Product, ProductId, Stock};

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
    /// Empty: none.
    Description(String),
    /// `None`: none.
    Picture(Option<PictureId>),
}

impl ProductValue {
    /// A price above zero, as people write it: `420`, `420,50`, `1 200.5 ₴`. A product for nothing is more likely a slip.
    pub fn price(said: &str) -> Option<Self> {
        let price: Money = number(said, &CURRENCIES)?.parse().ok()?;
        (price > Money::ZERO).then_some(Self::Price(price))
    }

    /// A discount in per cent, 0 to 100: `20`, `20 %`.
    pub fn discount(said: &str) -> Option<Self> {
        let percent = number(said, &["%"])?.parse::<u8>().ok()?;
        Percent::try_from(percent).ok().map(Self::Discount)
    }

    /// How many are in stock: `40`.
    pub fn stock(said: &str) -> Option<Self> {
        let left = number(said, &PIECES)?.parse::<u32>().ok()?;
        (left <= STOCK_LIMIT).then_some(Self::Stock(Stock::Count(left)))
    }

    /// A description, as it is written: any number of lines, no longer than a message shows.
    pub fn description(said: &str) -> Option<Self> {
        let said = said.trim();
        check_prose(said, DESCRIPTION_LIMIT)
            .ok()
            .filter(|()| is_visible(said))
            .map(|()| Self::Description(said.to_owned()))
    }

    /// The name of the field: see [`Product::fields`].
    pub fn field(&self) -> &'static str {
        match self {
            Self::Price(_) => "price",
            Self::Discount(_) => "discount",
            Self::Stock(_) => "stock",
            Self::Hidden(_) => "hidden",
            Self::Description(_) => "description",
            Self::Picture(_) => "picture",
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
            Self::Description(description) => Product { description: description.clone(), ..product },
            Self::Picture(picture) => Product { picture: picture.clone(), ..product },
        }
    }
}

/// What people write beside a price, and beside a count.
const CURRENCIES: [&str; 8] = ["₴", "грн", "uah", "€", "eur", "$", "usd", "гривень"];
const PIECES: [&str; 4] = ["шт", "pcs", "pieces", "штук"];

/// What is written as one number, with a unit before or behind it: its digits, in groups of three where there are spaces, and a
/// point before one or two decimals. Everything else is none: a wrong price is worse than a question asked again.
fn number(said: &str, units: &[&str]) -> Option<String> {
    let said = said.trim().to_lowercase();
    let said = said.trim_end_matches('.');
    let bare = units.iter().find_map(|unit| said.strip_suffix(unit).or_else(|| said.strip_prefix(unit)));
    let bare = bare.unwrap_or(said).trim();
    let (whole, decimals) = match bare.split_once(['.', ',']) {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (bare, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split(char::is_whitespace).collect();
    let are_groups = groups.iter().all(|group| is_digits(group))
        && groups.iter().skip(1).all(|group| group.len() == 3)
        && (groups.len() == 1 || groups.first().is_some_and(|group| group.len() <= 3));
    let are_decimals = decimals.is_none_or(|decimals| is_digits(decimals) && decimals.len() <= 2);
    let point = decimals.map(|decimals| format!(".{decimals}")).unwrap_or_default();
    (are_groups && are_decimals).then(|| groups.concat() + &point)
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
            ("€ 9.90", "9.90"),
            ("1\u{a0}200 грн.", "1200.00"),
            ("12 345 678", "12345678.00"),
            ("0.05 USD", "0.05"),
            ("0", ""),
            ("-5", ""),
            ("−5", ""),
            ("+10", ""),
            (".50", ""),
            ("$.99", ""),
            ("", ""),
            ("a lot", ""),
            ("4 or 5", ""),
            ("420 450 1", ""),
            ("1234 567", ""),
            ("1.200", ""),
            ("1,200.50", ""),
            ("2к", ""),
            ("10 тисяч", ""),
            ("do not change it, 5 people complained", ""),
            ("99999999999999999999", ""),
        ] {
            assert_eq!(price(said), amount, "{said}");
        }
        let percent = |number| Percent::try_from(number).ok().map(ProductValue::Discount);
        assert_eq!((ProductValue::discount("20 %"), ProductValue::discount("0")), (percent(20), percent(0)));
        for said in ["101", "-1", "20.5", "twenty", ""] {
            assert_eq!(ProductValue::discount(said), None, "{said}");
        }
        assert_eq!(ProductValue::stock("40 pieces"), Some(ProductValue::Stock(Stock::Count(40))));
        assert_eq!(ProductValue::stock("0"), Some(ProductValue::Stock(Stock::Count(0))));
        for said in ["-1", "+10", "1.5", "1000000001", "ten"] {
            assert_eq!(ProductValue::stock(said), None, "{said}");
        }
        let described = |said: &str| ProductValue::description(said);
        assert_eq!(described(" Green\n\ntea "), Some(ProductValue::Description("Green\n\ntea".to_owned())));
        for said in [" ", "\u{200b}", "\u{7}", "x".repeat(DESCRIPTION_LIMIT + 1).as_str()] {
            assert_eq!(described(said), None, "{}", said.len());
        }
    }

    #[test]
    fn each_value_is_that_of_the_field_whose_name_it_has() {
        let values = [
            ProductValue::Price(Money::MAX),
            ProductValue::discount("7").unwrap(),
            ProductValue::stock("7").unwrap(),
            ProductValue::Hidden(true),
            ProductValue::description("Green").unwrap(),
            ProductValue::Picture(Some(PictureId("tea.jpg".to_owned()))),
        ];
        for value in values {
            let (mut before, mut after) = (Product::default(), value.of(&Product::default()));
            let changed = before.fields().zip(after.fields()).filter(|(one, other)| one != other);
            assert_eq!(changed.map(|((name, _), _)| name).collect::<Vec<_>>(), [value.field()]);
        }
    }
}
