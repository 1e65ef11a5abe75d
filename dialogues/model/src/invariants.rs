//! What holds in every state, and what holds in every state in which nothing is left to do.

use stateright::Property;

use crate::config::Fault;
use crate::model::Model;
use crate::world::{Broken, Document, KeptReply, Place, World, has};

pub const COUNTED_ONCE: &str = "an update counts at most once";
pub const ONE_ORDER: &str = "one order for each checkout";
pub const STOCK: &str = "the stock is what was there without what was sold, and not below zero";
pub const NO_DEARER: &str = "no line is dearer than the customer has seen";
pub const NO_CHEAPER: &str = "no line is cheaper than the product";
pub const OFFERED: &str = "nothing is sold that is not offered";
pub const DONE: &str = "an acknowledged update is committed or among the dead letters";
pub const SHOWN: &str = "the reply to an acknowledged update is shown, replaced by a later one, or forgotten";
pub const IN_ORDER: &str = "an update that waits is committed before a later one of its customer";
pub const SHOWN_IN_ORDER: &str = "replies are shown in the order of their commits";
pub const NEWEST_SCREEN: &str = "a chat ends with the newest screen";
pub const REPEATED: &str =
    "a message is repeated at most once for each process that was killed, stood still, or lost its lease";
pub const ONE_REPEATED: &str =
    "whoever waits for answers gets at most one message twice when one process is killed or stands still";
pub const FORGOTTEN: &str = "nothing is stored of whoever was forgotten and has not come back";
pub const CART: &str = "the cart is the newest one";
pub const ACKNOWLEDGED: &str = "every update is acknowledged in the end";
pub const ONE_SHOWS: &str = "only the active process shows";

/// All of them.
pub fn all() -> Vec<Property<Model>> {
    vec![
        Property::always(COUNTED_ONCE, |_, world: &World| world.memory.counted.iter().all(|count| *count <= 1)),
        Property::always(ONE_ORDER, one_order),
        Property::always(STOCK, |model: &Model, world: &World| {
            let stock = world.store.shelf.stock;
            let apart = model.config.fault == Some(Fault::StockApart) && !is_quiet(model, world);
            apart || stock == model.config.stock - world.memory.sold && stock >= 0
        }),
        Property::always(NO_DEARER, |_, world: &World| world.memory.broken != Some(Broken::DearerThanSeen)),
        Property::always(NO_CHEAPER, |_, world: &World| world.memory.broken != Some(Broken::CheaperThanSold)),
        Property::always(OFFERED, |_, world: &World| world.memory.broken != Some(Broken::NotOffered)),
        Property::always(DONE, |_, world: &World| acknowledged(world).all(|u| is_done(world, u))),
        Property::always(SHOWN, |model: &Model, world: &World| {
            !is_quiet(model, world) || acknowledged(world).all(|u| is_shown(model, world, u))
        }),
        Property::always(IN_ORDER, |_, world: &World| world.memory.broken != Some(Broken::Overtaken)),
        Property::always(SHOWN_IN_ORDER, |_, world: &World| world.memory.broken != Some(Broken::ShownOutOfOrder)),
        Property::always(NEWEST_SCREEN, |model: &Model, world: &World| {
            !is_quiet(model, world) || (0..model.customers()).all(|c| ends_with_newest(model, world, c))
        }),
        Property::always(REPEATED, |_, world: &World| {
            world.memory.repeated.iter().all(|repeated| *repeated <= world.memory.disruptions)
        }),
        Property::always(ONE_REPEATED, |model: &Model, world: &World| {
            let patient = (0..model.customers()).filter(|c| model.config.customers[*c].patient);
            let repeated = |c| model.updates_of(c).map(|u| world.memory.repeated[usize::from(u)]).sum::<u8>();
            world.memory.disruptions > 1 || patient.map(repeated).all(|repeated| repeated <= world.memory.disruptions)
        }),
        Property::always(FORGOTTEN, |model: &Model, world: &World| {
            !is_quiet(model, world) || (0..model.customers()).all(|c| is_forgotten(world, c))
        }),
        Property::always(CART, |model: &Model, world: &World| {
            (0..model.customers()).all(|c| cart(model, world, c) == world.memory.carts[c])
        }),
        Property::always(ACKNOWLEDGED, |model: &Model, world: &World| {
            let open = |place: Place| matches!(place, Place::Waiting | Place::Out { .. });
            !world.updates.iter().any(|update| open(update.place)) || !is_quiet(model, world)
        }),
        Property::always(ONE_SHOWS, |_, world: &World| world.memory.broken != Some(Broken::ShownInactive)),
    ]
}

/// Whether nothing is left to do, unless something goes wrong.
pub fn is_quiet(model: &Model, world: &World) -> bool {
    let mut steps = Vec::new();
    model.progress(world, &mut steps);
    steps.is_empty()
}

fn acknowledged(world: &World) -> impl Iterator<Item = u8> {
    let all = world.updates.iter().enumerate();
    all.filter(|(_, update)| update.place == Place::Acknowledged).map(|(u, _)| u as u8)
}

fn is_done(world: &World, u: u8) -> bool {
    world.memory.counted[usize::from(u)] > 0 || has(world.store.letters, u)
}

fn is_shown(model: &Model, world: &World, u: u8) -> bool {
    let reply = world.memory.replies[usize::from(u)];
    let nothing = reply.is_none_or(|reply| model.book.shown(reply).is_empty);
    nothing || has(world.memory.shown | world.memory.replaced, u) || is_before_goodbye(model, world, u)
}

/// A reply that was not shown when its person was forgotten, and its process killed or replaced, is forgotten with them: it may
/// tell of them.
fn is_before_goodbye(model: &Model, world: &World, u: u8) -> bool {
    let c = model.customer_of(u);
    if world.memory.disruptions == 0 {
        return false;
    }
    let Some(goodbye) = world.memory.forgotten[c] else { return false };
    world.memory.order[c].iter().take_while(|before| **before != goodbye).any(|before| *before == u)
}

fn one_order(model: &Model, world: &World) -> bool {
    let mut checkouts: Vec<u64> = world.store.orders.iter().map(|sold| model.book.sale(sold.order).checkout).collect();
    let orders = checkouts.len();
    checkouts.sort_unstable();
    checkouts.dedup();
    checkouts.len() == orders
}

/// The last screen that was committed, and is not replaced, is the last one in the chat.
fn ends_with_newest(model: &Model, world: &World, c: usize) -> bool {
    let has_screen = |u: &&u8| {
        let reply = world.memory.replies[usize::from(**u)];
        reply.is_some_and(|reply| model.book.shown(reply).screen)
    };
    let newest = world.memory.order[c].iter().rev().find(has_screen);
    let last = world.chats[c].iter().rev().find(|message| model.book.shown(message.show).screen);
    newest.is_none_or(|newest| last.is_some_and(|last| last.update == *newest))
}

fn is_forgotten(world: &World, c: usize) -> bool {
    let Some(forgotten) = world.memory.forgotten[c] else { return true };
    // Something they did that had not been counted before.
    let order = &world.memory.order[c];
    let at = order.iter().rposition(|u| *u == forgotten).unwrap_or_default();
    let came_back = order[at..].iter().any(|u| !order[..=at].contains(u));
    let store = &world.store;
    let contact = store.orders.iter().any(|sold| usize::from(sold.customer) == c && sold.contact);
    // The goodbye, and answers to later taps.
    let is_later = |kept: &KeptReply| order[at..].contains(&kept.update);
    let is_tombstone = |document: &Document| document.talk.is_none() && document.replies.iter().all(is_later);
    came_back
        || store.dialogues[c].as_ref().is_none_or(is_tombstone)
            && store.carts[c].is_none()
            && store.people[c].is_none()
            && !contact
}

/// The cart as the next turn would load it.
fn cart(model: &Model, world: &World, c: usize) -> u16 {
    let document = world.store.dialogues[c].clone();
    crate::store::read_rest(world, c, document, model.no_cart).cart
}
