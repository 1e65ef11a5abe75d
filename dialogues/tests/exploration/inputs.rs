//! What customers do besides tapping what they see: everything else, by accident or on purpose.

use std::sync::LazyLock;

use dialogues::app::COMMANDS;
use dialogues::buttons::Card;
use dialogues::buttons::{Action, Field, List, Origin, Place};
use dialogues::machine::{Attachment, Callback, Input};
use dialogues::shop::{
    Addressee, Cursor, Id, InvitationCode, Language, MailingId, Money, OrderFilter, OrderNumber, OrderStep,
    PersonalMessageId, PictureId, ProductId, Quantity, Segment, Steer, TableMonth, TeamRole,
};
use dialogues::texts::Label;
use engine::Code;
use strum::IntoEnumIterator;

use super::shops::{category_id, hard_texts, longest_address, longest_email, product_id};

/// All that can be sent or forged in any state, with the number of the screen that stands.
pub(crate) fn everything(serial: u32) -> Vec<Input> {
    let tapped = |button, serial| Input::Tapped { button, serial };
    let acts = acts().into_iter().map(Callback::Action);
    let gone = acts.clone().map(|act| tapped(act, serial.wrapping_sub(1)));
    let goes = goes().into_iter().map(|go| tapped(Callback::Go(go), 0));
    static TYPED: LazyLock<Vec<Input>> = LazyLock::new(|| typed().iter().map(|text| Input::of_text(text)).collect());
    let mut all: Vec<Input> = TYPED.clone();
    all.extend(acts.map(|act| tapped(act, serial)).chain(gone).chain(goes));
    all.extend(Attachment::iter().map(Input::Sent));
    let contacts =
        [("+380671112233", true), ("380671112233", true), ("", true), ("+123", true), ("+380671112233", false)];
    all.extend(contacts.map(|(phone, own)| Input::SharedContact { phone: phone.to_owned(), own }));
    let captions = ["", "New", &"<&> ".repeat(400)];
    all.extend(captions.map(|caption| Input::SentPicture {
        picture: PictureId("new.jpg".into()),
        caption: caption.into(),
        html: Some("<b>x</b>".into()),
        album: None,
    }));
    all.extend([Input::TappedUnknown, Input::Edited, Input::Left, Input::CameBack]);
    all
}

/// Texts: answers right and wrong, commands, every label in every language, and noise.
fn typed() -> Vec<String> {
    let answers = [
        "anna@example.com",
        "anna@example",
        "Анна@пошта.укр",
        "+380 67 111-22-33",
        "067 111 22 33",
        "12345",
        "Kyiv, Khreshchatyk 1\nflat 2",
        "Anna",
        "Kyiv",
        "0",
        "-1",
        "99999999999999999999",
        "🙂",
        " ",
        "\u{200b}",
        "\u{202e}drawkcab",
        "<b>bold",
        "{ $name } { -brand }",
        "/",
        "/nonsense",
        "/mail",
        "/pause",
        "/team",
        "/start join_",
        "/start join_000000000000000000",
        "24.12.2026",
        "/cart@shop_bot",
        "/START",
        "/start p_",
        "слово",
        "xxx",
        "/search",
        "/search Tea",
        "Looking for a teapot",
        "Good morning, thanks",
        "/start p_000000000000000000000000",
    ];
    let mut all: Vec<String> = answers.map(str::to_owned).to_vec();
    all.push(format!("/start p_{}", product_id(2).0));
    all.extend([5, 6].map(|code| format!("/start {}", InvitationCode::draw(code).argument())));
    all.push(format!("/{}", "x".repeat(4095)));
    all.push(longest_email());
    // Small letters of this one are longer than capital ones.
    all.push(format!("x@{}.ua", ["Ⱥ".repeat(20).as_str(); 6].join(".")));
    all.push(longest_address());
    all.push("улица ".repeat(60));
    all.push("Я".repeat(64));
    all.extend(hard_texts(4096).into_iter().take(4));
    all.extend(COMMANDS.iter().map(|(name, _)| format!("/{name}")));
    all.extend(Language::iter().flat_map(|language| Label::iter().map(move |label| label.show(language))));
    all
}

/// Whoever is here, two others, and nobody.
const MEMBERS: [i64; 4] = [1, 2, 3, 4];

/// Every act there is, on things that are there and on things that are not.
fn acts() -> Vec<Action> {
    let (there, gone) = (product_id(1), ProductId(Id([0xff; 12])));
    let mut all: Vec<Action> = alone().collect();
    all.extend(
        [Some(Language::Russian), None]
            .map(|language| Action::MailTo(Segment { language, ordered: true, active_days: Some(u16::MAX) })),
    );
    all.push(Action::MailIn(Language::Ukrainian));
    all.extend(
        [there, gone].into_iter().flat_map(|id| [Action::LineFewer(id), Action::LineMore(id), Action::LineOut(id)]),
    );
    let edits = [
        Action::AskPrice,
        Action::AskDiscount,
        Action::AskStock,
        Action::AskText,
        Action::AskPicture,
        Action::Hide,
        Action::Reveal,
    ];
    all.extend([there, gone].into_iter().flat_map(|id| edits.map(|edit: fn(ProductId) -> Action| edit(id))));
    let cards = [(there, 1, Some(1)), (there, 99, None), (gone, 2, Some(500))].map(|(product, quantity, price)| Card {
        product,
        quantity: Quantity::new(quantity).expect("a quantity"),
        shown: price.and_then(Money::from_minor),
        from: (quantity == 1).then_some(Origin::Search),
    });
    let steps = [
        Action::Fewer,
        Action::More,
        Action::Count,
        Action::AddToCart,
        Action::ReadMore,
        Action::Await,
        Action::StopAwaiting,
    ];
    all.extend(cards.into_iter().map(Some).flat_map(|card| steps.map(|step: fn(Option<Card>) -> Action| step(card))));
    all.extend(Field::iter().flat_map(|field| [Action::Change(field), Action::Edit(field)]));
    all.extend(Language::iter().map(Action::Speak));
    all.extend(TeamRole::iter().map(Action::Invite));
    for member in MEMBERS {
        all.extend(TeamRole::iter().map(|role| Action::Appoint { member, role }));
        all.push(Action::Dismiss(member));
    }
    let orders = [some_order(0), some_order(4), some_order(999)];
    let wishes = [Action::Repeat, Action::AskCancelOrder, Action::CancelOrder, Action::KeepOrder];
    all.extend(orders.into_iter().flat_map(|order| wishes.map(|wish: fn(OrderNumber) -> Action| wish(order))));
    all_spelled(&all);
    all
}

/// Every button that has no argument, or can do without.
fn alone<C: Code>() -> impl Iterator<Item = C> {
    C::CODES.iter().filter_map(|code| C::of_text(code))
}

/// A new button with arguments must be added to one of these lists.
fn all_spelled<C: Code>(all: &[C]) {
    let is_tapped = |code: &str| all.iter().any(|button| button.write().0 == code);
    let left_out: Vec<_> = C::CODES.iter().filter(|code| !is_tapped(code)).collect();
    assert!(left_out.is_empty(), "buttons that the exploration does not tap: {left_out:?}");
}

/// Every place, there and gone: such a button may stand in any old message.
fn goes() -> Vec<Place> {
    let far = Cursor { position: u32::MAX, product: ProductId(Id([0xff; 12])) };
    let near = Cursor { position: 0, product: product_id(3) };
    let mut all: Vec<Place> = alone().collect();
    for mailing in [MailingId::draw(0), MailingId::draw(1)] {
        all.extend(Steer::iter().map(|steer| Place::Steer { mailing, steer }));
    }
    for order in [some_order(0), OrderNumber::draw(7)] {
        all.extend(OrderStep::iter().map(|step| Place::Step { step, order }));
        all.push(Place::DeskOrder(order));
        all.push(Place::Ask { order: Some(order) });
        all.push(Place::Write(Addressee::OfOrder(order)));
    }
    let messages = [0, 1].map(PersonalMessageId::draw);
    all.extend(messages.map(|id| Place::Write(Addressee::OfMessage(id))));
    all.extend(MEMBERS.map(Place::Member));
    all.extend(TableMonth::iter().map(Place::OrdersTable));
    all.extend([0, 8, u16::MAX].map(|skip| Place::Desk { of: OrderFilter::Open, skip }));
    all.extend([0, 3, 96, u16::MAX].map(|skip| Place::Orders { skip }));
    all.extend([some_order(0), some_order(3), some_order(999)].map(Place::Order));
    all.extend([product_id(0), product_id(5), product_id(35), far.product].map(Place::Product));
    all.extend([product_id(0), far.product].into_iter().flat_map(|product| {
        Origin::iter().flat_map(move |at| [Place::ProductFrom { product, from: at }, Place::Back { product, to: at }])
    }));
    all.extend([product_id(1), product_id(35), far.product].map(Place::EditProduct));
    let shelves = ["crowded", "crowded-0", "deep-11", "loop-a", "own-parent", "orphan", "never-was"].map(category_id);
    all.extend(shelves.map(Place::Category));
    all.extend([0, 24, 96, 120, u16::MAX].map(|skip| Place::Shelves { category: Some(shelves[0]), skip }));
    all.extend([Some(shelves[6]), None].map(|category| Place::Shelves { category, skip: 24 }));
    let (crowded, gone) = (List::Category(category_id("crowded-0")), List::Category(category_id("never-was")));
    let pages = [(List::Sale, Some(near)), (crowded, Some(far)), (gone, None), (gone, Some(near))];
    all.extend(pages.map(|(list, after)| Place::list(list, after)));
    all_spelled(&all);
    all
}

/// The number of one of the hundred orders; of none of them from a hundred on.
fn some_order(number: u64) -> OrderNumber {
    OrderNumber::draw(8_000_000 + number)
}
