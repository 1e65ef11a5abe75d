//! Shops as bad as the types allow: what any owner could type into the database on a bad day.

use std::sync::Arc;

use chrono::TimeDelta;
use dialogues::shop::{
    Address, Cart, CartLine, Catalogue, CatalogueTranslations, Category, CategoryId, Change, CheckoutId, Contact,
    Customer, Email, Language, Money, News, NewsId, Order, OrderLine, OrderNumber, OrderStatus, Percent, PersonName,
    Phone, PictureId, Product, ProductId, Quantity, ShopFolder, Stock, Translation,
};
use dialogues::world::{TEA_HOUSE, beginning};
use strum::IntoEnumIterator;

/// How many products stand in the bad shop.
pub(crate) const PRODUCTS: usize = 36;

/// Texts that are hard to show: long, right to left, wide, and full of what HTML means something by.
pub(crate) fn hard_texts(units: usize) -> [String; 6] {
    let fill = |piece: &str| piece.repeat(units / piece.encode_utf16().count() + 1);
    let cut = |text: String| dialogues::texts::clip(&text, units).into_owned();
    [fill("x"), fill("<b>&amp;\"</i>"), fill("שָׁלוֹם عليكم "), fill("👩‍👩‍👧‍👦"), fill("&&<<>>\"\""), fill("слово ")].map(cut)
}

pub(crate) fn product_id(number: usize) -> ProductId {
    ProductId::of_key(&format!("p{number}"))
}

pub(crate) fn category_id(key: &str) -> CategoryId {
    CategoryId::of_key(key)
}

/// The demo shop: the one in which people read along.
pub(crate) fn tea_house() -> Catalogue {
    let folder = ShopFolder::parse(TEA_HOUSE).expect("the demo shop is well formed");
    Catalogue::default().changed(folder.changes())
}

/// The bad shop.
pub(crate) fn worst() -> Catalogue {
    let products = (0..PRODUCTS).map(|number| Change::Product(product(number)));
    Catalogue::default().changed(categories().into_iter().chain(products).chain(news()))
}

/// The same shop an hour later: half of it gone, dearer, short or sold out, and shelves missing.
fn worst_later() -> Catalogue {
    let changes = (0..PRODUCTS).map(|number| {
        let product = product(number);
        match number % 9 {
            0 => Change::ProductGone(product.id),
            1 => Change::Product(Product { hidden: true, ..product }),
            2 => Change::Product(Product { stock: Stock::Count(0), ..product }),
            3 => Change::Product(Product { discount: percent(99), picture: None, ..product }),
            _ => {
                Change::Product(Product { discount: Percent::ZERO, stock: Stock::Count(98), picture: None, ..product })
            }
        }
    });
    let gone = ["crowded", "deep-5", "loop-a"].map(|key| Change::CategoryGone(category_id(key)));
    let no_news = (0..12).map(|number| Change::NewsGone(NewsId::of_key(&format!("n{number}"))));
    worst().changed(changes.chain(gone).chain(no_news))
}

/// The same shop another hour later: all of it back, dearer than ever, and one less of each.
fn worst_last() -> Catalogue {
    let dearest = |number| Product { discount: Percent::ZERO, stock: Stock::Count(98), ..product(number) };
    worst().changed((0..PRODUCTS).map(|number| Change::Product(dearest(number))))
}

/// Nothing at all.
pub(crate) fn empty() -> Catalogue {
    Catalogue::default()
}

fn percent(value: u8) -> Percent {
    Percent::try_from(value).expect("a per cent")
}

/// The numbered product: every trouble turns up with every other one after some numbers.
#[allow(clippy::needless_update, reason = "a field that products get later need not be set here")]
fn product(number: usize) -> Product {
    let long = if number.is_multiple_of(6) { 4096 } else { 200 };
    let texts = hard_texts(long);
    let words = hard_texts(if number.is_multiple_of(4) { 60 } else { 4096 });
    let shelf = match number {
        0..=23 => "crowded-0",
        24..=26 => "deep-11",
        27 => "loop-a",
        28 => "deep-3",
        29 => "orphan",
        30 => "nowhere",
        31 => "own-parent",
        _ => "root-goods",
    };
    Product {
        id: product_id(number),
        title: texts[number % 6].clone(),
        description: if number % 5 == 4 { String::new() } else { words[(number / 2) % 6].clone() },
        category: category_id(shelf),
        price: Money::MAX,
        discount: percent(if number < 18 { 50 } else { [1, 99, 50, 100, 0][number % 5] }),
        stock: [
            Stock::Count(99),
            Stock::Always,
            Stock::Count(3),
            Stock::Count(u32::MAX),
            Stock::Count(1),
            Stock::Count(0),
        ][if number < 24 { number % 2 } else { number % 6 }],
        picture: number.is_multiple_of(2).then(|| PictureId(format!("{number}.jpg"))),
        characteristics: (0..number % 3 * 15)
            .map(|row| (words[row % 6].clone(), texts[(row + 1) % 6].clone()))
            .collect(),
        hidden: number == 35,
        position: if number.is_multiple_of(3) { 0 } else { u32::MAX },
        translations: translations(number),
        ..Product::default()
    }
}

/// In no language, in one or in two: the words of something bad are bad in each, or not to be seen at all.
fn translations(number: usize) -> CatalogueTranslations {
    let words = |number: usize| {
        let texts = hard_texts(4096);
        let title = if number.is_multiple_of(4) { "\u{200b}".to_owned() } else { texts[number % 6].clone() };
        let rows = (0..number % 3 * 15).map(|row| (texts[row % 6].clone(), texts[(row + 1) % 6].clone()));
        Translation { title, text: texts[(number + 2) % 6].clone(), characteristics: rows.collect() }
    };
    let languages = Language::iter().take(number % 3);
    languages.enumerate().map(|(place, language)| (language, words(number + place))).collect()
}

fn categories() -> Vec<Change> {
    let titles = hard_texts(4096);
    let shelf = |key: &str, number: usize, parent: Option<&str>| {
        Change::Category(Category {
            id: category_id(key),
            title: titles[number % 6].clone(),
            description: titles[(number + 1) % 6].clone(),
            parent: parent.map(category_id),
            translations: translations(number),
            ..Category::default()
        })
    };
    let mut all = vec![
        shelf("crowded", 0, None),
        shelf("root-goods", 4, None),
        Change::Category(Category { id: category_id("nameless"), title: " ".to_owned(), ..Category::default() }),
        shelf("orphan", 1, Some("never-was")),
        shelf("orphan-below", 1, Some("orphan")),
        // Nobody gets here from the root, but a link can.
        shelf("loop-a", 2, Some("loop-b")),
        shelf("loop-b", 3, Some("loop-a")),
        shelf("own-parent", 3, Some("own-parent")),
        shelf("deep-0", 5, None),
    ];
    all.extend((0..120).map(|number| shelf(&format!("crowded-{number}"), number, Some("crowded"))));
    all.extend((1..12).map(|depth| shelf(&format!("deep-{depth}"), depth, Some(&format!("deep-{}", depth - 1)))));
    all
}

fn news() -> Vec<Change> {
    let bodies = hard_texts(10_000);
    let item = |number: usize| News {
        id: NewsId::of_key(&format!("n{number}")),
        headline: bodies[(number + 1) % 6].clone(),
        body: bodies[number % 6].clone(),
        // The last two are not out yet.
        published: beginning() + TimeDelta::days(number as i64 - 9),
        translations: translations(number),
    };
    (0..12).map(item).map(Change::News).collect()
}

/// A cart as full as a cart gets, of everything that was to be had.
pub(crate) fn full_cart(catalogue: &Catalogue) -> Cart {
    let wanted = (0..PRODUCTS).filter_map(|number| catalogue.offered(product_id(number)));
    let lines = wanted.filter_map(|product| Some(CartLine::new(product, product.stock.most()?)));
    Cart { lines: lines.take(Cart::MOST_LINES).collect() }
}

/// As much as a customer can tell of themselves.
pub(crate) fn talkative(language: Language) -> Customer {
    Customer {
        name: Some(PersonName::parse(&"<&\">".repeat(15).replace('"', "Я")).expect("a name")),
        email: Some(Email::parse(&longest_email()).expect("an e-mail")),
        phone: Some(Phone::stored("+123456789012345").expect("a phone")),
        address: Some(Address::parse(&longest_address()).expect("an address")),
        language,
        nickname: Some("n".repeat(32)),
        subscribed: true,
        awaited: Vec::new(),
    }
}

pub(crate) fn longest_email() -> String {
    let label = "d".repeat(61);
    format!("{}@{label}.{label}.{label}.ua", "&".repeat(64))
}

/// As long as it may be, in as many lines as that can be, with something to escape in it.
pub(crate) fn longest_address() -> String {
    let full = format!("Вулиця <b>&\"\n{}", "я\n".repeat(150));
    let lengths = (8..=300).rev().map(|most| full.chars().take(most).collect::<String>());
    lengths.into_iter().find(|text| Address::parse(text).is_ok()).unwrap_or_default()
}

/// The oldest last, as everywhere.
pub(crate) fn hundred_orders(catalogue: &Catalogue) -> Vec<Order> {
    let statuses: Vec<_> = OrderStatus::iter().collect();
    let mut lines = full_cart(catalogue).order_lines(catalogue);
    // As long as it takes to be cut, and no longer: a hundred orders are carried about a lot.
    lines.iter_mut().for_each(|line| line.title = line.title.chars().take(100).collect());
    let contact = |customer: Customer| {
        let Customer { name, email, phone, address, .. } = customer;
        Some(Contact { name, email: Some(email?), phone: phone?, address: address? })
    };
    let order = |number: u64| {
        // Long orders are heavy to draw: every tenth must do.
        let lines: Vec<OrderLine> =
            lines.iter().take(if number.is_multiple_of(10) { Cart::MOST_LINES } else { 1 }).cloned().collect();
        Order {
            number: OrderNumber::draw(8_000_000 + number),
            checkout: CheckoutId(u64::MAX - number),
            contact: if number % 7 == 3 { None } else { contact(talkative(Language::Ukrainian)) },
            total: lines.iter().map(|line| line.price.times(line.quantity)).sum(),
            lines,
            status: statuses[number as usize % statuses.len()],
            placed: beginning() - TimeDelta::days(number as i64),
            moves: Vec::new(),
            is_forgotten: number % 7 == 3,
            customer: Some(100_000_001),
        }
    };
    (0..100).map(order).collect()
}

/// A few of something, for a cart that is neither empty nor full.
pub(crate) fn small_cart(catalogue: &Catalogue) -> Cart {
    let first = catalogue.offered(product_id(1)).map(|product| CartLine::new(product, Quantity::ONE));
    Cart { lines: first.into_iter().collect() }
}

impl Worlds {
    /// The bad shop, and how it goes on getting worse.
    pub(crate) fn worst() -> Self {
        let catalogues = [worst(), worst_later(), worst_last(), empty()].map(Arc::new).to_vec();
        Self { catalogues, later: vec![Some(1), Some(2), Some(3), None] }
    }
}

/// The worlds of one walk, and what each becomes while nobody looks.
pub(crate) struct Worlds {
    pub(crate) catalogues: Vec<Arc<Catalogue>>,
    /// By the place of a world, the place of the one that follows it.
    pub(crate) later: Vec<Option<usize>>,
}
