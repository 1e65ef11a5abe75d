//! What a state of the model says of MongoDB and of the chats, and what is really there, in the same words.

use std::collections::BTreeSet;

use bson::{Bson, Document, doc};
use dialogue_model::book::{Id, PRICES, product_id};
use dialogue_model::model::Model;
use dialogue_model::world::{KeptReply, Sold, World, has};
use dialogues::app::Shop;
use dialogues::machine::{Conversation, Output};
use dialogues::shop::{Cart, Order};
use engine::chat::{Author, Bubble, MessageId};
use engine::memory::Window;
use futures::TryStreamExt;
use serde_json::Value;
use shopkeeper::store::Store;

/// What the numbers of a run of the model are in MongoDB.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// By customer.
    pub(crate) chats: Vec<i64>,
    /// The id of the first update; the others follow.
    pub(crate) first_update: i64,
    /// The epoch before the first one.
    pub(crate) epoch: i64,
}

impl Names {
    pub(crate) fn update(&self, u: u8) -> i64 {
        self.first_update + i64::from(u)
    }

    fn number(&self, update: i64) -> String {
        match u8::try_from(update - self.first_update) {
            Ok(u) if u < 16 => u.to_string(),
            _ => update.to_string(),
        }
    }
}

/// MongoDB as the model has it.
pub(crate) fn expected(model: &Model, world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    let (store, book) = (&world.store, &model.book);
    let numbers = numbers_of(model, world);
    let told = |text: String| numbered(text, &numbers);
    for c in 0..model.customers() {
        let of = |what: &str| format!("customer {c}: {what}");
        match &store.dialogues[c] {
            None => lines.push(of("no dialogue")),
            Some(document) => {
                lines.push(of(&format!("revision {}", document.revision)));
                let seen: Vec<String> = (0..16).filter(|u| has(document.seen, *u)).map(|u| u.to_string()).collect();
                lines.push(of(&format!("updates {}", seen.join(" "))));
                let talk = document.talk.map_or("of nobody".to_owned(), |id| told(talk(&book.talk(id))));
                lines.push(of(&format!("talk {talk}")));
                let reply = |kept: &KeptReply| {
                    let show = book.outputs(kept.show);
                    let texts = if kept.show == model.apology() { "an apology".to_owned() } else { texts(&show) };
                    format!("[{} by {}: {}]", kept.update, kept.by, told(texts))
                };
                let replies: String = document.replies.iter().map(reply).collect();
                lines.push(of(&format!("replies {replies}")));
                lines.push(of(&format!("marked by {:?}", document.owed)));
            }
        }
        let pending = store.dialogues[c].as_ref().and_then(|document| document.pending);
        let kept = |(revision, cart): (u8, Id)| (i64::from(revision), book.cart(cart));
        lines.extend(carts(c, store.carts[c].map(kept), pending.map(kept)));
        lines.push(of(&format!("profile {}", store.people[c].is_some())));
    }
    let sold = |sold: &Sold| placed(&book.order(sold.order), sold.contact.then_some(usize::from(sold.customer)));
    let mut orders: Vec<String> = store.orders.iter().map(sold).collect();
    orders.sort();
    lines.extend(orders);
    let letters: Vec<String> = (0..16).filter(|u| has(store.letters, *u)).map(|u| u.to_string()).collect();
    lines.push(format!("letters {}", letters.join(" ")));
    let shelf = store.shelf;
    let price = PRICES[usize::from(shelf.price)];
    lines.push(if shelf.gone { "gone".to_owned() } else { format!("stock {} at {price}", shelf.stock) });
    lines.push(format!("epoch {}", store.epoch));
    lines
}

/// MongoDB as it is.
pub(crate) async fn found(store: &Store, token: &str, names: &Names) -> Result<Vec<String>, String> {
    let mut lines = Vec::new();
    let database = store.database();
    let all = async |name: &str, filter: Document| -> Result<Vec<Document>, mongodb::error::Error> {
        database.collection::<Document>(name).find(filter).sort(doc! { "_id": 1 }).await?.try_collect().await
    };
    let ours = || doc! { "_id": { "$in": &names.chats } };
    let orders = all("orders", doc! {}).await.map_err(|error| error.to_string())?;
    let mut known = Vec::new();
    for document in &orders {
        let number = document.get_str("number").ok().and_then(|number| number.parse().ok());
        let stored = store.order(number.ok_or("an order without a number")?).await;
        known.push(stored.map_err(|error| error.to_string())?.ok_or("an order cannot be read")?.order);
    }
    let numbers = numbers(&known);
    let told = |text: String| numbered(text, &numbers);
    let read = futures::future::try_join4(
        all("dialogues", ours()),
        all("carts", ours()),
        all("users", ours()),
        all("dead_letters", doc! { "chat": { "$in": &names.chats } }),
    );
    let (dialogues, shelves, people, letters) = read.await.map_err(|error| error.to_string())?;
    let bot: i64 = token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or_default();
    let rest = futures::future::try_join(
        all("products", doc! { "_id": bson::oid::ObjectId::from_bytes(product_id().0.0) }),
        all("leases", doc! { "_id": bot }),
    );
    let (products, leases) = rest.await.map_err(|error| error.to_string())?;
    for (c, chat) in names.chats.iter().enumerate() {
        let of = |what: &str| format!("customer {c}: {what}");
        let its =
            |documents: &[Document]| documents.iter().find(|it| it.get_i64("_id").is_ok_and(|id| id == *chat)).cloned();
        let document = its(&dialogues);
        match &document {
            None => lines.push(of("no dialogue")),
            Some(document) => {
                lines.push(of(&format!("revision {}", document.get_i64("revision").unwrap_or(-1))));
                let updates = document.get_array("updates").cloned().unwrap_or_default();
                let ids: BTreeSet<i64> = updates.iter().filter_map(Bson::as_i64).collect();
                // The one that has brought the customer to where they begin is none of the model's.
                let ids = ids.iter().filter(|id| **id >= names.first_update);
                let ids: Vec<String> = ids.map(|id| names.number(*id)).collect();
                lines.push(of(&format!("updates {}", ids.join(" "))));
                let talk = match document.get("conversation") {
                    Some(Bson::Null) if document.get_datetime("forgotten").is_ok() => "of nobody".to_owned(),
                    conversation => {
                        let conversation = conversation.cloned().unwrap_or(Bson::Null);
                        let conversation: Conversation = bson::deserialize_from_bson(conversation)
                            .map_err(|error| format!("the conversation cannot be read: {error}"))?;
                        told(talk(&conversation))
                    }
                };
                lines.push(of(&format!("talk {talk}")));
                let replies = document.get_array("replies").cloned().unwrap_or_default();
                let replies: String = replies.iter().map(|kept| told(kept_reply(kept, names))).collect();
                lines.push(of(&format!("replies {replies}")));
                let mark = document.get_document("owed").ok().and_then(|owed| owed.get_str("by").ok());
                let epoch = mark.and_then(|by| by.rsplit('-').next()?.parse::<i64>().ok());
                lines.push(of(&format!("marked by {:?}", epoch.map(|epoch| epoch - names.epoch))));
            }
        }
        let cart = |document: &Document| {
            let lines = document.get_array("lines").cloned().unwrap_or_default();
            (document.get_i64("revision").unwrap_or_default(), lines)
        };
        let stored = its(&shelves).map(|document| cart(&document));
        let pending = document.as_ref().and_then(|document| document.get_document("pending_cart").ok()).map(cart);
        let (stored, pending) = (stored.map(stored_cart), pending.map(stored_cart));
        lines.extend(carts(c, stored, pending));
        lines.push(of(&format!("profile {}", its(&people).is_some())));
    }
    let mut sold: Vec<String> = Vec::new();
    for (document, order) in orders.iter().zip(&known) {
        let whose = document.get_i64("customer").ok();
        let c = whose.and_then(|whose| names.chats.iter().position(|chat| *chat == whose));
        sold.push(placed(order, c.filter(|_| document.get_document("contact").is_ok())));
    }
    sold.sort();
    lines.extend(sold);
    let ids: Vec<String> =
        letters.iter().filter_map(|letter| letter.get_i64("_id").ok()).map(|id| names.number(id)).collect();
    lines.push(format!("letters {}", ids.join(" ")));
    lines.push(match products.first() {
        None => "gone".to_owned(),
        Some(product) => {
            format!("stock {} at {}", product.get_i64("stock").unwrap_or(-1), product.get_i64("price").unwrap_or(-1))
        }
    });
    let epoch = leases.first().and_then(|lease| lease.get_i64("epoch").ok()).unwrap_or_default();
    lines.push(format!("epoch {}", epoch - names.epoch));
    Ok(lines)
}

/// Two words for each order: what was sold, and to whom.
fn placed(order: &Order, known: Option<usize>) -> String {
    let lines: Vec<String> =
        order.lines.iter().map(|line| format!("{} at {}", line.quantity.get(), line.price.minor())).collect();
    format!("order of checkout {}: {}, contact of {known:?}", order.checkout.0, lines.join(", "))
}

/// A cart, and the one that waits for its projection if that is ahead: what it is replaced by is of no concern to anybody.
fn carts(c: usize, stored: Option<(i64, Cart)>, pending: Option<(i64, Cart)>) -> [String; 2] {
    let reached = stored.as_ref().map_or(0, |(revision, _)| *revision);
    let ahead = pending.filter(|(revision, _)| *revision > reached);
    let told = |cart: Option<(i64, Cart)>| match cart {
        None => "none".to_owned(),
        Some((revision, cart)) => {
            let lines: Vec<String> = cart
                .lines
                .iter()
                .map(|line| format!("{} {} at {}", line.quantity.get(), line.title, line.seen_price.minor()))
                .collect();
            format!("{revision}: {}", lines.join(", "))
        }
    };
    [format!("customer {c}: cart {}", told(stored)), format!("customer {c}: cart ahead {}", told(ahead))]
}

fn stored_cart((revision, lines): (i64, Vec<Bson>)) -> (i64, Cart) {
    use dialogues::shop::{CartLine, Money, Percent, Quantity};
    let line = |line: &Bson| {
        let line = line.as_document()?;
        Some(CartLine {
            product: product_id(),
            title: line.get_str("title").ok()?.to_owned(),
            quantity: Quantity::new(u16::try_from(line.get_i32("quantity").ok()?).ok()?)?,
            seen_price: Money::from_minor(line.get_i64("seen_price").ok()?)?,
            seen_discount: Percent::ZERO,
        })
    };
    (revision, Cart { lines: lines.iter().filter_map(line).collect() })
}

fn talk(conversation: &Conversation) -> String {
    serde_json::to_string(conversation).unwrap()
}

/// The numbers of orders, by their checkouts.
pub(crate) fn numbers(orders: &[Order]) -> Vec<String> {
    let mut orders: Vec<_> = orders.iter().map(|order| (order.checkout.0, order.number.to_string())).collect();
    orders.sort();
    orders.into_iter().map(|(_, number)| number).collect()
}

/// The same of the model's.
pub(crate) fn numbers_of(model: &Model, world: &World) -> Vec<String> {
    let orders: Vec<Order> = world.store.orders.iter().map(|sold| model.book.order(sold.order)).collect();
    numbers(&orders)
}

/// Random numbers of orders as their places.
fn numbered(mut text: String, numbers: &[String]) -> String {
    for (place, number) in numbers.iter().enumerate() {
        let name = format!("<order {place}>");
        text = text.replace(number, &name).replace(&number.replace('-', ""), &name);
    }
    text
}

/// What is kept of a reply, by its texts.
fn texts(show: &[Output]) -> String {
    let text = |show: &Output| match show {
        Output::Send { view, serial } => format!("send {serial} {:?}", view.text.as_str()),
        Output::Edit { view, serial } => format!("edit {serial} {:?}", view.text.as_str()),
        Output::Toast(text) => format!("toast {text:?}"),
        Output::Alert(text) => format!("alert {text:?}"),
        Output::File { name, .. } => format!("file {name:?}"),
    };
    show.iter().map(text).collect::<Vec<_>>().join("; ")
}

fn kept_reply(kept: &Bson, names: &Names) -> String {
    let kept = kept.clone().into_relaxed_extjson();
    let part = |part: &Value| {
        let (kind, value) = part.as_object().and_then(|part| part.iter().next()).map_or(("", part), |(k, v)| (k, v));
        match kind {
            "send" | "edit" => format!("{kind} {} {:?}", value["serial"], value["view"]["text"].as_str().unwrap_or("")),
            "file" => format!("file {}", value["name"]),
            kind => format!("{kind} {value}"),
        }
    };
    let parts = kept["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = parts.iter().map(part).collect::<Vec<_>>().join("; ");
    let texts = if texts.contains(APOLOGY) { "an apology".to_owned() } else { texts };
    let (update, epoch) = (kept["update"].as_i64().unwrap_or(-1), kept["epoch"].as_i64().unwrap_or(-1));
    format!("[{} by {}: {texts}]", names.number(update), epoch - names.epoch)
}

/// A chat as the model has it: what has appeared in it, with what each tap has edited. `tapped` has by update the message
/// that was tapped, of this window.
pub(crate) fn window(model: &Model, world: &World, c: usize, tapped: &[Option<MessageId>]) -> Window {
    let mut window = Window::default();
    for message in &world.chats[c] {
        let target = tapped.get(usize::from(message.update)).copied().flatten();
        for show in model.book.outputs(message.show) {
            // Where it begins, everything is a message of its own.
            let show = match show {
                Output::Edit { view, serial } if target.is_none() => Output::Send { view, serial },
                show => show,
            };
            window.show::<Shop>(show, target, Vec::new);
        }
    }
    window
}

/// The bot's messages in a chat, in words; `numbers` are those of the orders.
pub(crate) fn seen(bubbles: &[Bubble], numbers: &[String]) -> Vec<String> {
    let ours = bubbles.iter().filter(|bubble| bubble.author == Author::Bot);
    let told = |bubble: &Bubble| {
        let data: Vec<&str> = bubble.rows.iter().flatten().map(|button| button.data.as_str()).collect();
        let text = if is_apology(&bubble.text) { "an apology".to_owned() } else { bubble.text.clone() };
        numbered(format!("{text:?} [{}]", data.join(" ")), numbers)
    };
    ours.map(told).collect()
}

/// How the shop's words for a turn that has failed begin; the model has a word of its own.
const APOLOGY: &str = "I am sorry: something went wrong";

fn is_apology(text: &str) -> bool {
    text == "sorry" || text.starts_with(APOLOGY)
}
