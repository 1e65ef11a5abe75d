//! How personal messages are shown to whom they are for: messages of their own, whose buttons work from wherever the reader
//! is.

use crate::buttons::Place;
use crate::machine::{Callback, Context, InlineButton, View};
use crate::shop::{Addressee, PersonalMessage};
use crate::text;
use crate::texts::{Html, Text, Value, clip, label, say};

/// So much of an answer is shown under the message that it answers.
const SHOWN: usize = 300;

/// An answer to a message, as owners see it under the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerReply {
    /// The owner who has written it, by name.
    pub name: Option<String>,
    pub text: String,
}

/// What the owners are told of a customer's message, and what was answered last.
pub fn owner_message(message: &PersonalMessage, answer: Option<&OwnerReply>, context: &Context) -> View {
    let language = context.customer.language;
    let name = called(message.name.as_deref());
    let head = match message.order {
        Some(order) => text!("talk-from-about", name = name, number = order.to_string()),
        None => text!("talk-from", name = name),
    };
    let answered = answer.map(|answer| {
        let by = answer.name.as_ref().unwrap_or(&context.settings.shop_name).as_str();
        say(language, &text!("talk-answered-by", name = by, text = clip(&answer.text, SHOWN).into_owned()))
    });
    let paragraphs = [say(language, &head), quoted(message, context), answered.unwrap_or_default()];
    let answer = key(text!("talk-key-answer"), Place::Write(Addressee::OfMessage(message.id)), context);
    let order = message.order.map(|order| key(text!("placed-open"), Place::DeskOrder(order), context));
    View::text(Html::paragraphs(paragraphs)).rows(vec![[answer].into_iter().chain(order).collect()])
}

/// What a customer reads of an owner's message.
pub fn customer_message(message: &PersonalMessage, context: &Context) -> View {
    let language = context.customer.language;
    let shop = context.settings.shop_name.as_str();
    let head = match message.order {
        Some(order) => text!("talk-shop-about", shop = shop, number = order.to_string()),
        None => text!("talk-shop", shop = shop),
    };
    let answer = key(text!("talk-key-answer"), Place::Ask { order: message.order }, context);
    View::text(Html::paragraphs([say(language, &head), quoted(message, context)])).rows(vec![vec![answer]])
}

/// What an owner reads whose message did not reach the customer of this name.
pub fn undelivered(message: &PersonalMessage, name: Option<&str>, context: &Context) -> View {
    let name = called(name);
    let head = say(context.customer.language, &text!("talk-undelivered", name = name));
    View::text(Html::paragraphs([head, quoted(message, context)]))
}

/// What somebody has written, set apart from what the shop says: it can imitate none of that.
fn quoted(message: &PersonalMessage, context: &Context) -> Html {
    say(context.customer.language, &text!("talk-quote", text = message.text.as_str()))
}

fn called(name: Option<&str>) -> Value {
    name.map_or_else(|| Value::Text(text!("talk-somebody")), Value::from)
}

fn key(text: Text, place: Place, context: &Context) -> InlineButton {
    InlineButton { label: label(context.customer.language, &text), button: Callback::Go(place) }
}
