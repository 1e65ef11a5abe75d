//! The checks themselves: every defect planted here is found.

use dialogues::buttons::Place;
use dialogues::limits::telegram_takes;
use dialogues::machine::{Callback, InlineButton, Output, ReplyButton, View};
use dialogues::shop::{Money, Percent, PictureId, Product};
use dialogues::texts::Html;

use super::check::placed;
use super::shops::{full_cart, hundred_orders, product_id, tea_house, worst};

fn text(text: &str) -> View {
    View::text(Html::escape(text))
}

fn keys(count: usize, in_a_row: usize) -> Vec<Vec<InlineButton>> {
    let key = InlineButton { label: "Cart".to_owned(), button: Callback::Go(Place::Cart) };
    vec![key; count].chunks(in_a_row).map(<[InlineButton]>::to_vec).collect()
}

#[test]
fn what_telegram_refuses_is_refused() {
    let picture = |view: View| View { picture: Some(PictureId("p.jpg".to_owned())), ..view };
    let nameless = vec![vec![InlineButton { label: " ".to_owned(), button: Callback::Go(Place::Cart) }]];
    let long = InlineButton { label: "Ж".repeat(96), button: Callback::Go(Place::Product(product_id(1))) };
    let silent = vec![vec![ReplyButton { label: String::new(), contact: false }]];
    let emoji = "🍵".repeat(2049);
    let views = [
        ("an empty text", text("")),
        ("a text of spaces", text(" \n ")),
        ("a text too long", text(&"x".repeat(4097))),
        ("a text too long in UTF-16 units alone", text(&emoji)),
        ("a caption too long", picture(text(&"x".repeat(1025)))),
        ("101 buttons", text("x").rows(keys(101, 8))),
        ("9 buttons in a row", text("x").rows(keys(9, 9))),
        ("a keyboard of more than 10 kB", text("x").rows(vec![vec![long]; 45])),
        ("no rows", text("x").rows(Vec::new())),
        ("an empty row", text("x").rows(vec![Vec::new()])),
        ("a button without a label", text("x").rows(nameless)),
        ("an answer without a label", text("x").answers(silent)),
    ];
    for (what, view) in views {
        assert!(telegram_takes(&Output::Send { view, serial: 1 }).is_err(), "{what} passes");
    }
    let good = picture(text(&"&".repeat(1024))).rows(keys(100, 8));
    assert_eq!(telegram_takes(&Output::Send { view: good, serial: u32::MAX }), Ok(()));
    assert!(
        telegram_takes(&Output::Edit { view: text("x").menu(), serial: 1 }).is_err(),
        "a reply keyboard on an edit passes"
    );
    assert!(telegram_takes(&Output::Toast("x".repeat(201))).is_err(), "a toast too long passes");
    assert!(telegram_takes(&Output::Alert(String::new())).is_err(), "an empty alert passes");
}

#[test]
fn the_largest_button_fits() {
    let shop = worst();
    let after = shop.sale().last().map(|last| dialogues::shop::Cursor { position: u32::MAX, product: last.id });
    let button = Callback::Go(Place::Products { category: shop.sale()[0].category, after });
    let view = text("x").rows(vec![vec![InlineButton { label: "x".to_owned(), button }]]);
    assert_eq!(telegram_takes(&Output::Send { view, serial: u32::MAX }), Ok(()));
}

#[test]
fn an_order_that_cheats_is_refused() {
    let shop = worst();
    let cart = full_cart(&shop);
    let mut honest = hundred_orders(&shop).swap_remove(0);
    honest.lines = cart.order_lines(&shop);
    honest.total = cart.total(&shop);
    assert_eq!(placed(&honest, &cart, &shop), Ok(()));

    let mut off_by_one = honest.clone();
    off_by_one.total = Money::from_minor(1).map_or(Money::ZERO, |one| honest.total + one);
    assert!(placed(&off_by_one, &cart, &shop).is_err(), "a total that is no sum passes");

    let mut dearer = honest.clone();
    dearer.lines[0].price = dearer.lines[0].price + dearer.lines[0].price;
    dearer.total = dearer.lines.iter().map(|line| line.price.times(line.quantity)).sum();
    assert!(placed(&dearer, &cart, &shop).is_err(), "a price above the seen one passes");

    let mut short = honest.clone();
    short.total = Money::ZERO;
    short.lines.clear();
    assert!(placed(&short, &cart, &shop).is_err(), "an order without its lines passes");
    assert!(placed(&honest, &cart, &tea_house()).is_err(), "an order of what is not sold passes");
}

#[test]
fn the_worst_of_shops_is_as_bad_as_it_says() {
    let shop = worst();
    let products: Vec<&Product> = shop.products().map(|product| &**product).collect();
    assert!(products.iter().any(|product| product.price == Money::MAX && product.discount == Percent::ZERO));
    assert!(products.iter().any(|product| product.unit_price() == Money::ZERO));
    assert!(products.iter().any(|product| product.hidden));
    assert!(products.iter().any(|product| product.stock.most().is_none()));
    assert!(products.iter().any(|product| product.description.encode_utf16().count() > 4000));
    assert!(shop.categories().count() > 130);
    assert_eq!(full_cart(&shop).lines.len(), dialogues::shop::Cart::MOST_LINES);
    assert!(shop.offered(product_id(0)).is_some());
}
