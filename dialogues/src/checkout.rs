//! Checkout: everything in the cart once more, a question for each answer that the profile does not have, a review, an
//! order. A complete profile comes to the review at once.
//!
//! Each state carries the form, so that leaving and returning keeps what was filled in: the machine
//! parks the whole state, and [`enter`] goes on with the next question that is still open.

mod form;

use serde::{Deserialize, Serialize};

pub use self::form::Form;
use self::form::{asked, from_profile, questions};
use crate::bill::{line_text, lines};
use crate::buttons::{Action, Field, Place};
use crate::cart::line_title;
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{
    Callback, Context, Effect, InlineButton, Input, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View,
};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::pause;
use crate::profile::{Parsed, again, known, parse, question, refused};
use crate::receipt;
use crate::search::order_number;
use crate::shop::{CheckoutId, Contact, Order, OrderNumber, OrderStatus, Phone, Refusal};
use crate::text;
use crate::texts::{Html, Label, Text, label, say};

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CheckoutState {
    AskingEmail {
        form: Form,
    },
    AskingPhone {
        form: Form,
    },
    AskingAddress {
        form: Form,
    },
    /// Has lines, total and contact before them, and one button to press.
    Reviewing {
        form: Form,
    },
    /// The order stands.
    Placed {
        number: OrderNumber,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum CheckoutEvent {
    Said(String),
    SharedContact { phone: String, own: bool },
    WentBack,
    Cancelled,
    PickedField(Field),
    Confirmed,
    Chatted(MenuEvent),
}

/// A new checkout, or the parked one, gone on with.
pub fn enter(parked: Option<CheckoutState>, context: &Context) -> Outcome<CheckoutState> {
    if context.cart.is_empty() || context.cart.needs_consent(&context.catalogue) {
        return Outcome::exit(Place::Cart);
    }
    let kept = parked.as_ref().and_then(CheckoutState::form).cloned();
    let form = kept.unwrap_or(Form::new(CheckoutId(context.fresh)));
    // Also where it was left at a question: the profile may answer it by now, or not answer another one any more.
    Outcome::stay(next(form, context))
}

impl CheckoutState {
    /// Whether anything has been answered yet.
    pub(crate) fn is_begun(&self) -> bool {
        self.form().is_some_and(|form| form.filled().contains(&true))
    }

    /// Whether there is anything to come back to when this is left half-way.
    pub(crate) fn is_open(&self) -> bool {
        self.form().is_some()
    }

    /// The form, until it has become an order.
    pub(crate) fn form(&self) -> Option<&Form> {
        match self {
            Self::AskingEmail { form }
            | Self::AskingPhone { form }
            | Self::AskingAddress { form }
            | Self::Reviewing { form } => Some(form),
            Self::Placed { .. } => None,
        }
    }
}

impl Flow<Shop> for CheckoutState {
    type Event = CheckoutEvent;

    fn interpret(&self, input: &Input) -> Option<CheckoutEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::Change(field) => Some(CheckoutEvent::PickedField(*field)),
                Action::Confirm => Some(CheckoutEvent::Confirmed),
                Action::GiveUp => Some(CheckoutEvent::Cancelled),
                _ => None,
            },
            Input::Said(said) => Some(match Label::read(said) {
                Some(Label::Cancel) => CheckoutEvent::Cancelled,
                Some(Label::Back) => CheckoutEvent::WentBack,
                // Said, not tapped: an old client shows the words, and shares nothing.
                Some(Label::SharePhone) => CheckoutEvent::Chatted(MenuEvent::Chatted(said.clone())),
                _ => CheckoutEvent::Said(said.clone()),
            }),
            Input::SharedContact { phone, own } => {
                Some(CheckoutEvent::SharedContact { phone: phone.clone(), own: *own })
            }
            other => small_talk(other).map(CheckoutEvent::Chatted),
        }
    }

    fn transition(self, event: CheckoutEvent, context: &Context) -> Outcome<Self> {
        if context.cart.is_empty() && self.is_open() {
            // Emptied from another device, or by an order placed there.
            return Outcome::exit(Place::Cart);
        }
        if let Self::AskingEmail { form } = &self
            && !context.settings.asks_email
            && event != CheckoutEvent::Cancelled
        {
            // It was asked before the owner wanted none.
            return next_question(form.clone(), context);
        }
        match self {
            Self::AskingEmail { ref form } | Self::AskingPhone { ref form } | Self::AskingAddress { ref form }
                if event == CheckoutEvent::WentBack && form.gap(context).is_none() =>
            {
                let unchanged = SideMessage::Say(text!("nothing-changed"), ReplyKeyboard::Menu);
                Outcome::stay(Self::Reviewing { form: form.clone() }).note(unchanged)
            }
            Self::AskingEmail { ref form } => match event {
                CheckoutEvent::WentBack => back(Some(Field::Email), form, context),
                other => answer(&self, Field::Email, form, other, context),
            },
            Self::AskingPhone { ref form } => match event {
                CheckoutEvent::WentBack => back(Some(Field::Phone), form, context),
                CheckoutEvent::SharedContact { phone, own: true } => {
                    let parsed = Phone::of_contact(&phone, context.settings.country).map(Parsed::Phone);
                    answered(&self, form, parsed, &phone, context)
                }
                CheckoutEvent::SharedContact { own: false, .. } => Outcome::keep(self).say(text!("contact-not-own")),
                other => answer(&self, Field::Phone, form, other, context),
            },
            Self::AskingAddress { ref form } => match event {
                CheckoutEvent::WentBack => back(Some(Field::Address), form, context),
                other => answer(&self, Field::Address, form, other, context),
            },
            Self::Reviewing { ref form } => match event {
                CheckoutEvent::PickedField(field) if !questions(context).any(|asked| asked == field) => {
                    out_of_date(self)
                }
                CheckoutEvent::PickedField(field) => Outcome::stay(asking(field, form.clone())),
                CheckoutEvent::WentBack => back(None, form, context),
                CheckoutEvent::Cancelled => cancelled(),
                CheckoutEvent::Confirmed => confirm(form, context),
                CheckoutEvent::Said(said) => match correction(&said, context) {
                    Some(parsed) => corrected(form, parsed, context),
                    None => chatted(self, &MenuEvent::Chatted(said)),
                },
                CheckoutEvent::SharedContact { phone, own: true } => {
                    match Phone::of_contact(&phone, context.settings.country) {
                        Ok(phone) => corrected(form, Parsed::Phone(phone), context),
                        Err(_) => chatted(self, &MenuEvent::SharedContact),
                    }
                }
                CheckoutEvent::SharedContact { own: false, .. } => Outcome::keep(self).say(text!("contact-not-own")),
                CheckoutEvent::Chatted(talk) => chatted(self, &talk),
            },
            Self::Placed { .. } => match event {
                // The second tap of a double tap: the order is there already.
                CheckoutEvent::Confirmed => Outcome::stay(self).note(SideMessage::Toast(text!("placed-already"))),
                CheckoutEvent::Said(said) => chatted(self, &MenuEvent::Chatted(said)),
                CheckoutEvent::SharedContact { .. } => chatted(self, &MenuEvent::SharedContact),
                CheckoutEvent::Chatted(talk) => chatted(self, &talk),
                CheckoutEvent::Cancelled | CheckoutEvent::WentBack => {
                    Outcome::keep(self).note(SideMessage::Say(text!("placed-already"), ReplyKeyboard::Menu))
                }
                _ => out_of_date(self),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::AskingEmail { form } => ask(Field::Email, form, context),
            Self::AskingPhone { form } => ask(Field::Phone, form, context),
            Self::AskingAddress { form } => ask(Field::Address, form, context),
            Self::Reviewing { form } => review(form, context),
            Self::Placed { number } => placed(*number, context),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

fn chatted(state: CheckoutState, talk: &MenuEvent) -> Outcome<CheckoutState> {
    Outcome::keep(state).note(answer_small_talk(talk))
}

fn cancelled() -> Outcome<CheckoutState> {
    Outcome::abandon(Place::Cart).note(SideMessage::Say(text!("checkout-cancelled"), ReplyKeyboard::Menu))
}

/// What an answer to a question leads to: the next one that neither the form nor the profile answers, or the same again.
fn answer(
    state: &CheckoutState,
    field: Field,
    form: &Form,
    event: CheckoutEvent,
    context: &Context,
) -> Outcome<CheckoutState> {
    let ask_again = |text| Outcome::keep(state.clone()).say(text);
    match event {
        CheckoutEvent::Said(said) => {
            answered(state, form, parse(field, &said, context.settings.country), &said, context)
        }
        CheckoutEvent::Cancelled => cancelled(),
        CheckoutEvent::Chatted(MenuEvent::EditedMessage) => ask_again(text!("edited-message")),
        CheckoutEvent::SharedContact { .. } | CheckoutEvent::Chatted(_) => ask_again(again(field)),
        _ => out_of_date(state.clone()),
    }
}

fn answered(
    state: &CheckoutState,
    form: &Form,
    parsed: Result<Parsed, Refusal>,
    said: &str,
    context: &Context,
) -> Outcome<CheckoutState> {
    match parsed {
        Ok(parsed) => next_question(form.with_answer(parsed, context), context),
        Err(refusal) => {
            let why = refused(refusal, said, context.settings.country);
            Outcome::keep(state.clone()).say(why)
        }
    }
}

/// What is written at the review and can only be one of the answers. Any text may be an address: that one has its button.
fn correction(said: &str, context: &Context) -> Option<Parsed> {
    let read = |field| parse(field, said, context.settings.country).ok();
    if order_number(said).is_some() {
        return None;
    }
    questions(context).filter(|field| *field != Field::Address).find_map(read)
}

/// The review once more, with another answer.
fn corrected(form: &Form, parsed: Parsed, context: &Context) -> Outcome<CheckoutState> {
    let changed = form.with_answer(parsed, context);
    let said = if changed.completed(context) == form.completed(context) {
        text!("nothing-changed")
    } else {
        text!("checkout-corrected")
    };
    Outcome::stay(CheckoutState::Reviewing { form: changed }).say(said)
}

/// What follows an answer.
fn next_question(form: Form, context: &Context) -> Outcome<CheckoutState> {
    let next = next(form, context);
    let thanks = matches!(next, CheckoutState::Reviewing { .. })
        .then(|| SideMessage::Say(text!("checkout-thanks"), ReplyKeyboard::Menu));
    let outcome = Outcome::stay(next);
    match thanks {
        Some(thanks) => outcome.note(thanks),
        None => outcome,
    }
}

/// The first question that neither the form nor the profile answers; the review when there is none.
fn next(form: Form, context: &Context) -> CheckoutState {
    match form.gap(context) {
        Some(field) => asking(field, form),
        None => CheckoutState::Reviewing { form },
    }
}

fn asking(field: Field, form: Form) -> CheckoutState {
    match field {
        Field::Email => CheckoutState::AskingEmail { form },
        Field::Phone => CheckoutState::AskingPhone { form },
        Field::Address => CheckoutState::AskingAddress { form },
        Field::Name => CheckoutState::Reviewing { form },
    }
}

/// The question before one, or before the review; the cart where none was asked before.
fn back(from: Option<Field>, form: &Form, context: &Context) -> Outcome<CheckoutState> {
    let before = questions(context).take_while(|field| Some(*field) != from);
    match before.filter(|field| from_profile(*field, context).is_none()).last() {
        Some(field) => Outcome::stay(asking(field, form.clone())),
        None => Outcome::exit(Place::Cart),
    }
}

/// Checks stock and prices again, and places the order.
fn confirm(form: &Form, context: &Context) -> Outcome<CheckoutState> {
    if context.cart.needs_consent(&context.catalogue) {
        return Outcome::exit(Place::Cart).note(SideMessage::Alert(text!("checkout-changed")));
    }
    if let Some(text) = pause::no_orders(context) {
        return Outcome::keep(CheckoutState::Reviewing { form: form.clone() }).say(text);
    }
    let Some(order) = draft(form, context) else {
        return next_question(form.clone(), context);
    };
    let outcome = Outcome::stay(CheckoutState::Placed { number: order.number });
    let customer = form.filled_profile(context);
    let outcome = if customer == context.customer { outcome } else { outcome.with(Effect::keep(customer)) };
    outcome.with(Effect::PlaceOrder(order))
}

/// The order as it would be placed now; `None` while an answer is missing.
fn draft(form: &Form, context: &Context) -> Option<Order> {
    let form = form.completed(context);
    let lines = context.cart.order_lines(&context.catalogue);
    Some(Order {
        number: OrderNumber::draw(context.fresh),
        checkout: form.id,
        contact: Some(Contact {
            name: context.customer.name.clone(),
            email: if context.settings.asks_email { Some(form.email?) } else { None },
            phone: form.phone?,
            address: form.address?,
        }),
        total: lines.iter().map(|line| line.price.times(line.quantity)).sum(),
        lines,
        status: OrderStatus::New,
        placed: context.now,
        moves: Vec::new(),
        is_forgotten: false,
        customer: None,
    })
}

/// The cart's lines and total at the prices that have been seen.
fn summary(context: &Context) -> Html {
    let language = context.customer.language;
    let Context { cart, catalogue, .. } = context;
    let sum = |line: &crate::shop::CartLine| context.show(line.price(catalogue).times(line.quantity));
    let lines = cart.lines.iter().map(|line| line_text(line_title(line, context), line.quantity, sum(line)));
    let total = text!("total", total = context.show(cart.total(catalogue)));
    Html::lines(lines.chain([total]).map(|text| say(language, &text)))
}

fn ask(field: Field, form: &Form, context: &Context) -> View {
    let language = context.customer.language;
    let asked = asked(context);
    // A change at the review is no question in a row.
    let place = asked.iter().position(|asked| *asked == field).filter(|_| form.gap(context).is_some());
    let Some(place) = place else {
        return View::text(say(language, &question(field))).answers(answers(field, form, context));
    };
    let question = say(language, &numbered(field, place + 1, asked.len(), context));
    let head = (place == 0).then(|| Html::lines([say(language, &text!("checkout-summary")), summary(context)]));
    View::text(Html::paragraphs(head.into_iter().chain([question]))).answers(answers(field, form, context))
}

fn numbered(field: Field, number: usize, count: usize, context: &Context) -> Text {
    match field {
        Field::Email if context.settings.sends_receipts => {
            text!("checkout-ask-receipt", number = number, count = count)
        }
        Field::Email => text!("checkout-ask-email", number = number, count = count),
        Field::Phone => text!("checkout-ask-phone", number = number, count = count),
        Field::Address => text!("checkout-ask-address", number = number, count = count),
        Field::Name => question(field),
    }
}

fn answers(field: Field, form: &Form, context: &Context) -> Vec<Vec<ReplyButton>> {
    let language = context.customer.language;
    let answer = |label: Label| ReplyButton { label: label.show(language), contact: label == Label::SharePhone };
    let mut rows = Vec::new();
    if field == Field::Phone {
        rows.push(vec![answer(Label::SharePhone)]);
    }
    let given = form.answer(field);
    let offered = given.into_iter().chain(known(field, &context.customer));
    let offered = offered.map(|offer| offer.replace('\n', ", "));
    // What an older version has stored may be refused now: then it is no answer to offer.
    let mut offered: Vec<String> =
        offered.filter(|offer| parse(field, offer, context.settings.country).is_ok()).collect();
    offered.dedup();
    rows.extend(offered.into_iter().map(|label| vec![ReplyButton { label, contact: false }]));
    rows.push(vec![answer(Label::Back), answer(Label::Cancel)]);
    rows
}

fn review(form: &Form, context: &Context) -> View {
    let language = context.customer.language;
    let form = form.completed(context);
    let contact = Html::lines(questions(context).filter_map(|field| form.answer(field)).map(Html::escape));
    let head = say(language, &text!("checkout-review"));
    let act = |text: Text, act| InlineButton { label: label(language, &text), button: Callback::Action(act) };
    View::text(Html::paragraphs([head, summary(context), contact])).rows(vec![
        vec![act(text!("checkout-confirm"), Action::Confirm)],
        questions(context).map(|field| act(edit(field), Action::Change(field))).collect(),
        vec![act(text!("checkout-give-up"), Action::GiveUp)],
    ])
}

fn edit(field: Field) -> Text {
    match field {
        Field::Name => text!("edit-name"),
        Field::Email => text!("edit-email"),
        Field::Phone => text!("edit-phone"),
        Field::Address => text!("edit-address"),
    }
}

fn placed(number: OrderNumber, context: &Context) -> View {
    let language = context.customer.language;
    let head = say(language, &text!("placed", number = number.to_string()));
    let order = context.orders.iter().find(|order| order.number == number);
    let details = order.map(|order| lines(order, context)).unwrap_or_default();
    let promised = order.and_then(|order| receipt::promised(order, context)).unwrap_or_default();
    let key =
        InlineButton { label: label(language, &text!("placed-open")), button: Callback::Go(Place::Order(number)) };
    View::text(Html::paragraphs([head, details, promised])).rows(vec![vec![key]])
}
