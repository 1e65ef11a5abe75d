//! What each button is written as, for ever.

use proptest::prelude::*;

use super::*;
use crate::machine::Callback;

const STEPS: [fn(Option<Card>) -> Action; 5] =
    [Action::Fewer, Action::More, Action::AddToCart, Action::ReadMore, Action::StopAwaiting];

fn any_button() -> impl Strategy<Value = Callback> {
    let id = || any::<[u8; 12]>().prop_map(Id);
    let product = move || id().prop_map(ProductId);
    let order = || any::<u64>().prop_map(OrderNumber::draw);
    let cursor = move || {
        proptest::option::of((any::<u32>(), product()).prop_map(|(position, product)| Cursor { position, product }))
    };
    let origin = || (0..Origin::iter().count()).prop_map(|number| Origin::iter().nth(number).unwrap());
    prop_oneof![
        (id(), cursor()).prop_map(|(id, after)| Callback::Go(Place::Products { category: CategoryId(id), after })),
        cursor().prop_map(|after| Callback::Go(Place::Sale { after })),
        product().prop_map(|id| Callback::Go(Place::Product(id))),
        any::<i64>().prop_map(|member| Callback::Go(Place::Member(member))),
        any::<i64>().prop_map(|member| Callback::Action(Action::Appoint { member, role: TeamRole::Manager })),
        (product(), origin()).prop_map(|(product, from)| Callback::Go(Place::ProductFrom { product, from })),
        (product(), origin()).prop_map(|(product, to)| Callback::Go(Place::Back { product, to })),
        any::<u16>().prop_map(|skip| Callback::Go(Place::Orders { skip })),
        (proptest::option::of(id()), any::<u16>())
            .prop_map(|(id, skip)| Callback::Go(Place::Shelves { category: id.map(CategoryId), skip })),
        order().prop_map(|number| Callback::Go(Place::Order(number))),
        product().prop_map(|id| Callback::Action(Action::LineMore(id))),
        (
            product(),
            1..=99_u16,
            proptest::option::of(0..=Money::MAX.minor()),
            proptest::option::of(origin()),
            0..STEPS.len()
        )
            .prop_map(|(product, quantity, minor, from, step)| {
                let shown = minor.and_then(Money::from_minor);
                let card = Card { product, quantity: Quantity::new(quantity).unwrap(), shown, from };
                Callback::Action(STEPS[step](Some(card)))
            }),
        (0..STEPS.len()).prop_map(|step| Callback::Action(STEPS[step](None))),
        order().prop_map(|number| Callback::Action(Action::Repeat(number))),
        Just(Callback::Action(Action::Change(Field::Address))),
        Just(Callback::Action(Action::Speak(Language::Ukrainian))),
        (id(), 0..5_usize).prop_map(|(id, steer)| {
            let steer = Steer::iter().nth(steer).unwrap();
            Callback::Go(Place::Steer { mailing: MailingId(id), steer })
        }),
        (proptest::option::of(Just(Language::Russian)), any::<bool>(), any::<Option<u16>>()).prop_map(
            |(language, ordered, active_days)| Callback::Action(Action::MailTo(Segment {
                language,
                ordered,
                active_days
            }))
        ),
    ]
}

proptest! {
    #[test]
    fn a_button_reads_back_and_fits_into_64_bytes(button in any_button(), serial in any::<u32>()) {
        let data = button.encode(serial);
        prop_assert!(data.len() <= 64, "{} bytes: {data}", data.len());
        prop_assert_eq!(Callback::decode(&data), Some((serial, button)));
    }

    #[test]
    fn no_data_makes_the_reader_panic(data in ".{0,80}") {
        let _ = Callback::decode(&data);
    }
}

/// What was sent, once and for ever; some of it is sent no longer.
#[test]
fn every_code_keeps_its_meaning() {
    let (id, number) = (Id(*b"twelve bytes"), OrderNumber::from_digits(1_234_567).unwrap());
    let (category, product, mailing) = (CategoryId(id), ProductId(id), MailingId(id));
    let after = Some(Cursor { position: 24, product });
    let card = |shown| Some(Card { product, quantity: Quantity::new(3).unwrap(), shown, from: None });
    let found = Some(Card { from: Some(Origin::Search), ..card(None).unwrap() });
    let (priced, unpriced) = (card(Money::from_minor(42_000)), card(None));
    let everybody = Segment { language: None, ordered: false, active_days: None };
    let some = Segment { language: Some(Language::Ukrainian), ordered: true, active_days: Some(30) };
    let gos = [
        (Place::Start, "start"),
        (Place::Menu, "menu"),
        (Place::Search, "search"),
        (Place::Help, "help"),
        (Place::Privacy, "privacy"),
        (Place::Cancel, "cancel"),
        (Place::Catalogue, "catalogue"),
        (Place::Category(category), "category.dHdlbHZlIGJ5dGVz"),
        (Place::Shelves { category: Some(category), skip: 24 }, "shelves.dHdlbHZlIGJ5dGVz.24"),
        (Place::Shelves { category: None, skip: 0 }, "shelves.-.0"),
        (Place::Products { category, after: None }, "list.dHdlbHZlIGJ5dGVz"),
        (Place::Products { category, after }, "list.dHdlbHZlIGJ5dGVz.24.dHdlbHZlIGJ5dGVz"),
        (Place::Sale { after: None }, "sale"),
        (Place::Sale { after }, "sale.24.dHdlbHZlIGJ5dGVz"),
        (Place::Product(product), "product.dHdlbHZlIGJ5dGVz"),
        (Place::ProductFrom { product, from: Origin::List }, "product-from.dHdlbHZlIGJ5dGVz.list"),
        (Place::ProductFrom { product, from: Origin::Cart }, "product-from.dHdlbHZlIGJ5dGVz.cart"),
        (Place::Back { product, to: Origin::Sale }, "back.dHdlbHZlIGJ5dGVz.sale"),
        (Place::Cart, "cart"),
        (Place::Checkout, "checkout"),
        (Place::News, "news"),
        (Place::Orders { skip: 5 }, "orders.5"),
        (Place::Order(number), "order.1234567"),
        (Place::Profile, "profile"),
        (Place::OptIn, "mailings-on"),
        (Place::OptOut, "mailings-off"),
        (Place::Mail, "mail"),
        (Place::Steer { steer: Steer::Recall, mailing }, "steer.recall.dHdlbHZlIGJ5dGVz"),
        (Place::Step { step: OrderStep::Ship, order: number }, "step.ship.1234567"),
        (Place::Desk { of: OrderFilter::Open, skip: 8 }, "desk.open.8"),
        (Place::DeskOrder(number), "desk-order.1234567"),
        (Place::Sales, "sales"),
        (Place::OrdersTable(TableMonth::ThisMonth), "orders-table.this-month"),
        (Place::OrdersTable(TableMonth::LastMonth), "orders-table.last-month"),
        (Place::AddProduct, "add-product"),
        (Place::Pause, "pause"),
        (Place::Goods, "goods"),
        (Place::EditProduct(product), "edit-product.dHdlbHZlIGJ5dGVz"),
        (Place::Team, "team"),
        (Place::Member(123_456_789), "member.123456789"),
        (Place::AuditLog, "audit-log"),
        (Place::Ask { order: None }, "ask.-"),
        (Place::Ask { order: Some(number) }, "ask.1234567"),
        (Place::Write(Addressee::OfOrder(number)), "write.order.1234567"),
        (Place::Write(Addressee::OfMessage(PersonalMessageId(id))), "write.message.dHdlbHZlIGJ5dGVz"),
    ];
    let acts = [
        (Action::Fewer(None), "fewer"),
        (Action::Fewer(priced), "fewer.dHdlbHZlIGJ5dGVz.3.42000"),
        (Action::More(None), "more"),
        (Action::More(unpriced), "more.dHdlbHZlIGJ5dGVz.3.-"),
        (Action::Count(None), "count"),
        (Action::Count(priced), "count.dHdlbHZlIGJ5dGVz.3.42000"),
        (Action::AddToCart(None), "add"),
        (Action::AddToCart(priced), "add.dHdlbHZlIGJ5dGVz.3.42000"),
        (Action::ReadMore(None), "read-more"),
        (Action::ReadMore(unpriced), "read-more.dHdlbHZlIGJ5dGVz.3.-"),
        (Action::Await(unpriced), "await.dHdlbHZlIGJ5dGVz.3.-"),
        (Action::Await(found), "await.dHdlbHZlIGJ5dGVz.3.-.search"),
        (Action::StopAwaiting(priced), "await-not.dHdlbHZlIGJ5dGVz.3.42000"),
        (Action::LineFewer(product), "cart-fewer.dHdlbHZlIGJ5dGVz"),
        (Action::LineMore(product), "cart-more.dHdlbHZlIGJ5dGVz"),
        (Action::LineOut(product), "cart-out.dHdlbHZlIGJ5dGVz"),
        (Action::AskEmpty, "ask-empty"),
        (Action::Empty, "empty"),
        (Action::KeepCart, "keep-cart"),
        (Action::AcceptChanges, "accept"),
        (Action::Change(Field::Email), "change.email"),
        (Action::Confirm, "confirm"),
        (Action::GiveUp, "give-up"),
        (Action::Repeat(number), "repeat.1234567"),
        (Action::AskCancelOrder(number), "ask-cancel-order.1234567"),
        (Action::CancelOrder(number), "cancel-order.1234567"),
        (Action::KeepOrder(number), "keep-order.1234567"),
        (Action::Edit(Field::Address), "edit.address"),
        (Action::ChooseLanguage, "languages"),
        (Action::Speak(Language::Ukrainian), "speak.uk"),
        (Action::BackToProfile, "to-profile"),
        (Action::SendMyData, "my-data"),
        (Action::AskForget, "ask-forget"),
        (Action::Forget, "forget"),
        (Action::DoNotForget, "no-forget"),
        (Action::MailTo(everybody), "mail-to.-.-.-"),
        (Action::MailTo(some), "mail-to.uk.ordered.30"),
        (Action::SendMailing, "mail-send"),
        (Action::DropMailing, "mail-drop"),
        (Action::AskMailingTime, "mail-later"),
        (Action::ScheduleMailing, "mail-schedule"),
        (Action::TranslateMailing, "mail-translate"),
        (Action::MailIn(Language::Ukrainian), "mail-in.uk"),
        (Action::BackToMailing, "mail-back"),
        (Action::PauseOrders, "pause-orders"),
        (Action::ResumeOrders, "resume-orders"),
        (Action::Invite(TeamRole::Manager), "invite.manager"),
        (Action::WithdrawInvitations, "withdraw-invitations"),
        (Action::Appoint { member: 123_456_789, role: TeamRole::Owner }, "appoint.123456789.owner"),
        (Action::Dismiss(123_456_789), "dismiss.123456789"),
        (Action::AskPrice(product), "ask-price.dHdlbHZlIGJ5dGVz"),
        (Action::AskDiscount(product), "ask-discount.dHdlbHZlIGJ5dGVz"),
        (Action::AskStock(product), "ask-stock.dHdlbHZlIGJ5dGVz"),
        (Action::AskText(product), "ask-text.dHdlbHZlIGJ5dGVz"),
        (Action::AskPicture(product), "ask-picture.dHdlbHZlIGJ5dGVz"),
        (Action::Hide(product), "hide.dHdlbHZlIGJ5dGVz"),
        (Action::Reveal(product), "reveal.dHdlbHZlIGJ5dGVz"),
        (Action::Recall, "mail-recall"),
        (Action::KeepMailing, "mail-keep"),
    ];
    let pinned: Vec<_> = gos.iter().map(|(_, text)| *text).chain(acts.iter().map(|(_, text)| *text)).collect();
    let is_pinned = |code: &str| pinned.iter().any(|text| text.split('.').next() == Some(code));
    let unpinned: Vec<_> = Place::CODES.iter().chain(Action::CODES).filter(|code| !is_pinned(code)).collect();
    assert!(unpinned.is_empty(), "a code that no line above spells could change its meaning: {unpinned:?}");
    for (place, text) in &gos {
        assert_eq!((String::from(*place).as_str(), Place::try_from((*text).to_owned())), (*text, Ok(*place)));
    }
    let gos = gos.map(|(go, text)| (Callback::Go(go), text));
    for (button, text) in gos.into_iter().chain(acts.map(|(act, text)| (Callback::Action(act), text))) {
        let data = format!("7.{text}");
        assert_eq!((button.encode(7), Callback::decode(&data)), (data.clone(), Some((7, button))));
    }
    for wrong in ["fewer.-", "more.dHdlbHZlIGJ5dGVz", "list", "sale.24", "shelves.0", "orders", "menu.", "mail-to.-.-"]
    {
        assert_eq!(Callback::decode(&format!("7.{wrong}")), None, "{wrong}");
    }
}
