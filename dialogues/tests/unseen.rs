//! What no screen shows, and no transcript can therefore hold: which checkout an order comes of, what is in the file of a
//! customer's data, whose taps steer a mailing, what an album becomes, and taps that no screen offers.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

use std::sync::Arc;

use dialogues::Dialogue;
use dialogues::buttons::{Action, Place};
use dialogues::checkout::CheckoutState;
use dialogues::machine::{Callback, Context, Effect, Input, Output, Turn};
use dialogues::mailing::{LETTER_SERIAL, MailingState};
use dialogues::shop::{
    Addressee, AudienceCounts, CheckoutId, Customer, Direction, Language, Letter, Mailing, MailingId, MailingStatus,
    Office, OrderMove, OrderNumber, OrderStatus, PersonalMessage, Phone, PictureId, Sales, Segment, Steer, TeamRole,
};
use dialogues::snapshot::{Snapshot, Surroundings};
use dialogues::texts::Label;
use dialogues::turn::{looks, turn};
use dialogues::world::{beginning, named_catalogue, settings};
use serde_json::{Value, json};
use strum::IntoEnumIterator;

const SENCHA: &str = "p_d56bc828a024012412559740";
const GYOKURO: &str = "p_3a9f49fd40ccdeb6ab8b0bbe";

/// Somebody who talks to the bot, and what is kept of them.
#[derive(Default)]
struct Visitor {
    kept: Snapshot,
    /// What an owner sees of mailings; `None`: is no owner.
    office: Option<Office>,
    /// How many turns there were: what is drawn at random differs from turn to turn.
    turns: u64,
}

impl Visitor {
    fn does(&mut self, input: &Input) -> Turn {
        self.turns += 1;
        let around = Surroundings {
            catalogue: named_catalogue("tea-house").unwrap(),
            settings: Arc::new(settings()),
            office: self.office.clone(),
            now: beginning(),
            fresh: self.turns.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        };
        let met = || Customer::met("Anna", Some("anna_tea"), Language::default());
        let before = self.kept.conversation.as_ref();
        let known = self.kept.context(met, around);
        // Orders are read only where a turn looks at them.
        let context = if looks(before, input).at_orders { known } else { Context { orders: Arc::default(), ..known } };
        let turn = turn(before, input, &context);
        self.kept.follow(&turn);
        turn
    }

    fn says(&mut self, said: &str) -> Turn {
        self.does(&Input::Said(said.to_owned()))
    }

    fn commands(&mut self, name: &str, argument: &str) -> Turn {
        self.does(&Input::Command { name: name.to_owned(), argument: argument.to_owned() })
    }

    fn goes(&mut self, place: Place) -> Turn {
        self.does(&Input::Tapped { button: Callback::Go(place), serial: self.serial() })
    }

    /// A button of the screen.
    fn taps(&mut self, action: Action) -> Turn {
        self.does(&Input::Tapped { button: Callback::Action(action), serial: self.serial() })
    }

    /// A button of a message that was the screen before.
    fn taps_older(&mut self, action: Action) -> Turn {
        self.does(&Input::Tapped { button: Callback::Action(action), serial: self.serial() - 1 })
    }

    fn serial(&self) -> u32 {
        self.kept.conversation.as_ref().map_or(0, |conversation| conversation.serial)
    }

    fn dialogue(&self) -> &Dialogue {
        &self.kept.conversation.as_ref().unwrap().dialogue
    }

    fn checkout(&self) -> &CheckoutState {
        match self.dialogue() {
            Dialogue::Checkout(state) => state,
            other => panic!("no checkout, but {}", other.name()),
        }
    }

    fn parked(&self) -> Option<&CheckoutState> {
        self.kept.conversation.as_ref().unwrap().beside.parked.as_ref()
    }

    /// Puts one of a product into the cart.
    fn takes(&mut self, link: &str) {
        self.commands("start", link);
        self.taps(Action::AddToCart(None));
    }
}

fn id(state: &CheckoutState) -> CheckoutId {
    match state {
        CheckoutState::AskingEmail { form }
        | CheckoutState::AskingPhone { form }
        | CheckoutState::AskingAddress { form }
        | CheckoutState::Reviewing { form } => form.id,
        CheckoutState::Placed { .. } => panic!("it is an order already"),
    }
}

/// The checkout of the order that the turn places.
fn ordered(turn: &Turn) -> CheckoutId {
    let mut orders = turn.effects.iter().filter_map(|effect| match effect {
        Effect::PlaceOrder(order) => Some(order.checkout),
        _ => None,
    });
    orders.next().unwrap()
}

#[test]
fn a_checkout_keeps_its_name_however_often_it_is_left() {
    let mut anna = Visitor::default();
    anna.takes(SENCHA);
    anna.goes(Place::Checkout);
    let name = id(anna.checkout());
    anna.says("anna@example.com");
    for elsewhere in [Place::Catalogue, Place::Profile, Place::Privacy, Place::Cart] {
        anna.goes(elsewhere);
        assert_eq!(anna.parked().map(id), Some(name), "parked from {elsewhere:?}");
        // Further on from there, it waits all the same.
        anna.goes(Place::News);
        assert_eq!(anna.parked().map(id), Some(name), "still parked");
        anna.goes(Place::Checkout);
        assert_eq!(id(anna.checkout()), name, "gone on with from {elsewhere:?}");
        assert!(matches!(anna.checkout(), CheckoutState::AskingPhone { .. }), "{:?}", anna.checkout());
    }
    // An old “Complete the order”, tapped in the middle of it.
    anna.goes(Place::Checkout);
    anna.says("+380671112233");
    anna.says("Kyiv, Khreshchatyk 1");
    anna.goes(Place::Cart);
    anna.goes(Place::Checkout);
    assert!(matches!(anna.checkout(), CheckoutState::Reviewing { .. }), "{:?}", anna.checkout());
    assert_eq!(ordered(&anna.taps(Action::Confirm)), name);
    assert_eq!(anna.parked(), None);
}

#[test]
fn no_two_checkouts_have_one_name() {
    let mut anna = Visitor::default();
    let mut names = Vec::new();
    anna.takes(SENCHA);
    anna.goes(Place::Checkout);
    names.push(id(anna.checkout()));
    anna.taps(Action::GiveUp);
    anna.commands("cancel", "");
    // Given up, not left: the next one begins anew.
    anna.goes(Place::Checkout);
    assert!(matches!(anna.checkout(), CheckoutState::AskingEmail { .. }), "{:?}", anna.checkout());
    for answer in ["anna@example.com", "+380671112233", "Kyiv, Khreshchatyk 1"] {
        anna.says(answer);
    }
    names.push(ordered(&anna.taps(Action::Confirm)));
    anna.takes(GYOKURO);
    anna.goes(Place::Checkout);
    // The order has filled the profile, so nothing is asked.
    names.push(ordered(&anna.taps(Action::Confirm)));
    assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2], "{names:?}");
}

/// The file that the turn sends.
fn file(turn: &Turn) -> Value {
    let mut files = turn.show.iter().filter_map(|show| match show {
        Output::File { content, .. } => Some(content.as_str()),
        _ => None,
    });
    serde_json::from_str(files.next().unwrap()).unwrap()
}

/// Anna with one order, a cart, and a checkout whose review she has corrected.
fn anna() -> Visitor {
    let mut anna = Visitor::default();
    anna.takes(SENCHA);
    anna.goes(Place::Checkout);
    for answer in ["anna@example.com", "067 111 22 33", "Kyiv, Khreshchatyk 1"] {
        anna.says(answer);
    }
    anna.taps(Action::Confirm);
    let (number, by) = (anna.kept.orders[0].number, Some("Olga".to_owned()));
    let reason = Some("The harvest is late.".to_owned());
    let taken = OrderMove { to: OrderStatus::Cancelled, at: beginning(), by, reason };
    anna.kept.apply(&Effect::MoveOrder { number, from: OrderStatus::New, taken });
    anna.goes(Place::Ask { order: Some(number) });
    anna.says("Why?");
    let to = Addressee::OfMessage(anna.kept.messages[0].id);
    let (direction, name) = (Direction::ToCustomer(to), Some("Olga".to_owned()));
    let answer = PersonalMessage { direction, name, text: "It froze.".to_owned(), ..anna.kept.messages[0].clone() };
    Arc::make_mut(&mut anna.kept.messages).push(answer);
    anna.goes(Place::Catalogue);
    anna.says("Green  tea");
    anna.goes(Place::Product(dialogues::shop::ProductId::of_key("kenya-nyeri")));
    anna.taps(Action::Await(None));
    anna.takes(SENCHA);
    anna.takes(GYOKURO);
    anna.goes(Place::Checkout);
    anna.says("anna@work.example");
    anna
}

/// What the shop keeps of her.
fn all_of(anna: &Visitor, checkout: &CheckoutState) -> Value {
    let number = anna.kept.orders[0].number.to_string();
    json!({
        "shop": "Tea House", "currency": "UAH",
        "profile": {
            "name": "Anna",
            "email": "anna@example.com",
            "phone": "+380671112233",
            "address": "Kyiv, Khreshchatyk 1",
            "language": "en",
            "nickname": "anna_tea",
            "subscribed": true,
            "awaited": ["Kenya Nyeri AA"],
        },
        "cart": [
            { "title": "Sencha", "quantity": 1, "price": "420.00" },
            { "title": "Gyokuro", "quantity": 1, "price": "882.00" },
        ],
        "unfinished_order": {
            "state": "reviewing",
            "form": { "id": serde_json::to_value(id(checkout)).unwrap(), "email": "anna@work.example" },
        },
        "last_search": "Green tea",
        "orders": [{
            "number": number,
            "placed": "2026-03-14T10:00:00+00:00",
            "status": "cancelled",
            "steps": [{ "status": "cancelled", "at": "2026-03-14T10:00:00+00:00", "reason": "The harvest is late." }],
            "contact": {
                "name": "Anna",
                "email": "anna@example.com",
                "phone": "+380671112233",
                "address": "Kyiv, Khreshchatyk 1",
            },
            "lines": [{ "title": "Sencha", "quantity": 1, "price": "420.00" }],
            "total": "420.00",
        }],
        "messages": [
            { "from": "you", "order": number, "text": "Why?", "at": "2026-03-14T10:00:00+00:00" },
            { "from": "shop", "order": number, "text": "It froze.", "at": "2026-03-14T10:00:00+00:00" },
        ],
        "mailings": [],
    })
}

#[test]
fn the_file_of_a_customers_data_is_all_that_is_kept() {
    let mut anna = anna();
    anna.goes(Place::Privacy);
    let checkout = anna.parked().unwrap().clone();
    assert_eq!(file(&anna.taps(Action::SendMyData)), all_of(&anna, &checkout));
}

#[test]
fn the_file_asked_for_in_the_middle_of_a_checkout_has_its_answers() {
    let mut anna = anna();
    let checkout = anna.checkout().clone();
    // The button stands on a message further up.
    assert_eq!(file(&anna.taps_older(Action::SendMyData)), all_of(&anna, &checkout));
}

/// A button can be forged, and may be from before somebody was forgotten.
#[test]
fn nobody_writes_about_an_order_that_is_not_theirs() {
    let mut anna = anna();
    let (own, other) = (anna.kept.orders[0].number, OrderNumber::draw(999));
    for (asked, named) in [(Some(own), Some(own)), (Some(other), None), (None, None)] {
        anna.goes(Place::Ask { order: asked });
        anna.says("Please change the address");
        assert_eq!(anna.kept.messages.last().unwrap().order, named);
    }
}

#[test]
fn an_order_that_is_placed_is_no_unfinished_one() {
    let mut anna = anna();
    anna.taps(Action::Confirm);
    let file = file(&anna.taps_older(Action::SendMyData));
    assert_eq!((&file["unfinished_order"], file["orders"].as_array().unwrap().len()), (&Value::Null, 2));
}

/// An older program has stored what is refused by now.
#[test]
fn a_stored_answer_that_is_refused_today_is_asked_for_once_and_replaced() {
    let mut anna = anna();
    anna.taps(Action::GiveUp);
    anna.kept.customer.as_mut().unwrap().phone = Phone::stored("+89161234567").ok();
    anna.goes(Place::Checkout);
    assert!(matches!(anna.checkout(), CheckoutState::AskingPhone { .. }), "{:?}", anna.checkout());
    anna.says("+380507654321");
    anna.taps(Action::Confirm);
    let phone = anna.kept.customer.as_ref().unwrap().phone.clone();
    assert_eq!(phone.as_ref().map(Phone::as_str), Some("+380507654321"));
    anna.takes(SENCHA);
    anna.goes(Place::Checkout);
    assert!(matches!(anna.checkout(), CheckoutState::Reviewing { .. }), "{:?}", anna.checkout());
}

#[test]
fn an_order_is_repeated_on_its_own_screen_only() {
    let mut anna = anna();
    anna.taps(Action::GiveUp);
    let number = anna.kept.orders[0].number;
    anna.goes(Place::Order(number));
    let turn = anna.taps(Action::Repeat(OrderNumber::draw(u64::from(number.get()) + 1)));
    assert_eq!(turn.effects, []);
    let turn = anna.taps(Action::Repeat(number));
    assert!(matches!(turn.effects.as_slice(), [Effect::Keep(_)]), "{:?}", turn.effects);
}

#[test]
fn no_button_from_before_somebody_was_forgotten_belongs_to_a_screen_of_later() {
    let mut anna = Visitor::default();
    let mut asks_to_be_forgotten = || {
        anna.commands("privacy", "");
        anna.taps(Action::AskForget);
        let serial = anna.serial();
        anna.taps(Action::Forget);
        serial
    };
    assert_ne!(asks_to_be_forgotten(), asks_to_be_forgotten());
}

#[test]
fn who_has_left_is_not_asked_once_more_and_has_still_left() {
    let mut anna = anna();
    anna.does(&Input::Left);
    let turn = anna.does(&Input::BotIsBack);
    assert_eq!((turn.show, turn.effects, anna.kept.active), (vec![], vec![], false));
    // Telegram may tell twice that somebody has left.
    anna.does(&Input::Left);
    assert!(!anna.kept.active);
    anna.does(&Input::CameBack);
    let turn = anna.does(&Input::BotIsBack);
    assert_eq!((turn.show.len(), turn.effects.len(), anna.kept.active), (1, 0, true));
}

/// An owner who has been asked for a letter.
fn olga() -> Visitor {
    let mut olga = Visitor { office: Some(office(MailingStatus::Done)), ..Visitor::default() };
    olga.commands("mail", "");
    olga
}

fn letter(olga: &Visitor) -> &Letter {
    match olga.dialogue() {
        Dialogue::Mailing(MailingState::Previewing(draft)) => &draft.letter,
        other => panic!("no preview, but {}", other.name()),
    }
}

fn picture(name: &str, caption: &str, album: Option<&str>) -> Input {
    Input::SentPicture {
        picture: PictureId(name.to_owned()),
        caption: caption.to_owned(),
        html: None,
        album: album.map(str::to_owned),
    }
}

/// Name of the picture and words of the letter that the owner has before them.
fn preview(olga: &Visitor) -> (String, String) {
    let letter = letter(olga);
    (letter.picture.as_ref().map(|PictureId(name)| name.clone()).unwrap_or_default(), letter.words.body.clone())
}

#[test]
fn an_album_is_one_letter_with_its_first_picture_and_its_first_words() {
    let mut olga = olga();
    olga.does(&picture("first", "", Some("spring")));
    // The one picture and the preview are shown as soon as there are words; that it takes one picture is said once.
    let shown = [("second", "Harvest"), ("third", ""), ("fourth", "Summer")].map(|(name, caption)| {
        let turn = olga.does(&picture(name, caption, Some("spring")));
        assert_eq!(preview(&olga), ("first".to_owned(), "Harvest".to_owned()), "after the {name}");
        turn.show.len()
    });
    assert_eq!(shown, [4, 0, 0]);
    // Another album, and a picture of no album, are another letter.
    olga.does(&picture("fifth", "Autumn", Some("autumn")));
    assert_eq!(preview(&olga), ("fifth".to_owned(), "Autumn".to_owned()));
    olga.does(&picture("sixth", "", None));
    assert_eq!(preview(&olga), ("sixth".to_owned(), String::new()));
    let turn = olga.does(&picture("seventh", "", Some("winter")));
    assert_eq!((preview(&olga).0, turn.show.len()), ("seventh".to_owned(), 3));
    let turn = olga.does(&picture("eighth", "", Some("winter")));
    assert_eq!((preview(&olga).0, turn.show.len()), ("seventh".to_owned(), 1), "said, and nothing shown anew");
}

#[test]
fn an_owners_formatting_is_kept_and_a_formatted_label_is_still_a_label() {
    let mut olga = olga();
    let bold = |text: &str| Input::Formatted { text: text.to_owned(), html: format!("<b>{text}</b>") };
    olga.does(&bold("Open on Monday"));
    assert_eq!(letter(&olga).words.html.as_deref(), Some("<b>Open on Monday</b>"));
    olga.does(&bold(&Label::Cancel.show(Language::default())));
    assert!(!matches!(olga.dialogue(), Dialogue::Mailing(_)), "{}", olga.dialogue().name());
}

/// An owner's view of a mailing in this status, sent to somebody already.
fn office(status: MailingStatus) -> Office {
    let mut census = AudienceCounts::default();
    census.add(Language::default(), false, 1);
    let mut mailing =
        Mailing::new(MailingId::draw(1), Letter::plain("Open on Monday"), Segment::default(), 1, beginning());
    (mailing.status, mailing.tally.sent) = (status, 1);
    Office {
        role: TeamRole::Owner,
        census,
        mailing: Some(mailing),
        order: None,
        orders: Vec::new(),
        sales: Sales::default(),
        correspondent: None,
        team: Vec::new(),
        audit: Vec::new(),
        bot: "tea_house_bot".to_owned(),
    }
}

fn tap_on_the_report(steer: Steer) -> Input {
    let button = Callback::Go(Place::Steer { mailing: MailingId::draw(1), steer });
    Input::Tapped { button, serial: LETTER_SERIAL }
}

/// A status in which the wish can be fulfilled.
fn allowing(steer: Steer) -> MailingStatus {
    match steer {
        Steer::Pause | Steer::Cancel => MailingStatus::Running,
        Steer::Resume => MailingStatus::Paused,
        Steer::Correct | Steer::Recall => MailingStatus::Done,
    }
}

fn steers(turn: &Turn) -> bool {
    turn.effects.iter().any(|effect| matches!(effect, Effect::SteerMailing(..) | Effect::StartMailing(_)))
}

#[test]
fn only_an_owner_steers_a_mailing() {
    for steer in Steer::iter() {
        let mut olga = Visitor { office: Some(office(allowing(steer))), ..Visitor::default() };
        olga.commands("start", "");
        let turn = olga.does(&tap_on_the_report(steer));
        let asks = matches!(olga.dialogue(), Dialogue::Mailing(_));
        assert!(steers(&turn) != asks, "{steer}: an owner steers, or is asked first");
        // The report stays in the chat of somebody who is an owner no longer.
        let mut anna = Visitor::default();
        anna.commands("cart", "");
        let before = anna.dialogue().clone();
        let turn = anna.does(&tap_on_the_report(steer));
        assert_eq!((turn.event, turn.effects.len(), anna.dialogue()), ("out of date", 0, &before), "{steer}");
        // And it may stand in the chat of an owner whose mailing it is not about.
        let mut other = office(allowing(steer));
        other.mailing.as_mut().unwrap().id = MailingId::draw(2);
        let mut olga = Visitor { office: Some(other), ..Visitor::default() };
        olga.commands("start", "");
        let turn = olga.does(&tap_on_the_report(steer));
        assert!(!steers(&turn) && !matches!(olga.dialogue(), Dialogue::Mailing(_)), "{steer}: another mailing");
    }
}

#[test]
fn who_is_an_owner_no_longer_ends_no_mailing_that_was_begun_to_be_steered() {
    let asked = |steer| {
        let mut olga = Visitor { office: Some(office(MailingStatus::Done)), ..Visitor::default() };
        olga.commands("start", "");
        olga.does(&tap_on_the_report(steer));
        olga
    };
    let mut correcting = asked(Steer::Correct);
    assert!(matches!(correcting.dialogue(), Dialogue::Mailing(MailingState::AskingCorrection { .. })));
    correcting.office = None;
    assert!(!steers(&correcting.says("Closed for ever")), "corrected");
    let mut recalling = asked(Steer::Recall);
    assert!(matches!(recalling.dialogue(), Dialogue::Mailing(MailingState::ConfirmingRecall { .. })));
    recalling.office = None;
    assert!(!steers(&recalling.taps(Action::Recall)), "taken back");
    // Nor does a letter go out that was ready to be sent.
    let mut olga = Visitor { office: Some(office(MailingStatus::Done)), ..Visitor::default() };
    olga.commands("start", "");
    olga.commands("mail", "");
    olga.says("Everything is free today");
    olga.office = None;
    assert!(!steers(&olga.taps(Action::SendMailing)), "sent");
    assert_eq!(olga.commands("mail", "").event, "unknown command");
}
