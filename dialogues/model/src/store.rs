//! MongoDB as the model has it: a read of one document, a conditional update and a transaction are atomic each.

use crate::book::{Book, Id, PRICES};
use crate::config::{Config, Fault};
use crate::world::{Broken, Commit, Document, KeptReply, Loaded, Sold, World, add};

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landed {
    Done,
    /// Somebody was first.
    LostRace,
    /// The product is gone, dearer than the order's line, or too little.
    StockChanged,
}

/// Reads what is beside the dialogue, some time after the dialogue.
pub fn read_rest(world: &World, customer: usize, document: Option<Document>, no_cart: Id) -> Loaded {
    let (cart_revision, cart) = world.store.carts[customer].unwrap_or((0, no_cart));
    let ahead =
        document.as_ref().and_then(|document| document.pending).filter(|(revision, _)| *revision > cart_revision);
    let (cart_revision, cart) = ahead.unwrap_or((cart_revision, cart));
    Loaded { document, cart_revision, cart, cart_pending: ahead.is_some(), person: world.store.people[customer] }
}

/// Takes an order's stock, outside of its transaction.
pub fn take_stock(world: &mut World, commit: &Commit, book: &Book) {
    if let Some(order) = commit.order {
        world.store.shelf.stock -= book.sale(order).quantity;
    }
}

/// One commit arrives.
pub fn land(world: &mut World, config: &Config, book: &Book, customer: usize, update: u8, commit: &Commit) -> Landed {
    let fault = config.fault;
    let found = world.store.dialogues[customer].as_ref().map(|document| document.revision);
    let fenced = !matches!(fault, Some(Fault::NoRevision | Fault::CheckoutsNotUnique));
    if found != commit.revision && (fenced || found.is_none()) {
        return Landed::LostRace;
    }
    if let Some(order) = commit.order
        && fault != Some(Fault::CheckoutsNotUnique)
        && world.store.orders.iter().any(|sold| book.sale(sold.order).checkout == book.sale(order).checkout)
    {
        return Landed::LostRace;
    }
    if let Some(order) = commit.order
        && let Some(refused) = refusal(world, fault, book, order)
    {
        return refused;
    }
    write_dialogue(world, config, customer, update, commit);
    remember(world, book, customer, update, commit);
    if commit.forget {
        world.store.carts[customer] = None;
        world.store.people[customer] = None;
        for sold in world.store.orders.iter_mut().filter(|sold| usize::from(sold.customer) == customer) {
            sold.contact = false;
        }
        return Landed::Done;
    }
    if let Some(order) = commit.order {
        place(world, fault, book, customer, order);
    }
    if let Some(person) = commit.person {
        world.store.people[customer] = Some(person);
    }
    Landed::Done
}

/// The conditions under which the order's line is sold.
fn refusal(world: &World, fault: Option<Fault>, book: &Book, order: Id) -> Option<Landed> {
    let (shelf, sale) = (world.store.shelf, book.sale(order));
    let dearer = PRICES[usize::from(shelf.price)] > sale.price && fault != Some(Fault::NoPriceCondition);
    let short = shelf.stock < sale.quantity && !matches!(fault, Some(Fault::NoStockCondition | Fault::StockApart));
    let gone = shelf.gone && fault != Some(Fault::NoOfferCondition);
    (dearer && fault != Some(Fault::PriceOfTheMoment) || short || gone).then_some(Landed::StockChanged)
}

fn write_dialogue(world: &mut World, config: &Config, customer: usize, update: u8, commit: &Commit) {
    let found = world.store.dialogues[customer].take();
    if commit.talk.is_none() && (found.is_none() || config.fault == Some(Fault::ForgottenUpdatesForgotten)) {
        return;
    }
    let mut seen = found.as_ref().map_or(0, |document| document.seen);
    add(&mut seen, update);
    let goodbye = |kept: &&KeptReply| commit.talk.is_some() || kept.update == update;
    let replies = commit.replies.iter().filter(goodbye).copied().collect();
    let pending = commit.cart.filter(|_| commit.talk.is_some() && config.fault != Some(Fault::PendingCartDropped));
    world.store.dialogues[customer] = Some(Document {
        revision: commit.revision.unwrap_or(0) + 1,
        seen,
        talk: commit.talk,
        replies,
        owed: found.and_then(|document| document.owed),
        pending,
    });
}

fn remember(world: &mut World, book: &Book, customer: usize, update: u8, commit: &Commit) {
    let memory = &mut world.memory;
    memory.counted[usize::from(update)] += 1;
    memory.order[customer].push(update);
    memory.replies[usize::from(update)] = Some(commit.show);
    if commit.forget {
        memory.forgotten[customer] = Some(update);
        memory.carts[customer] = book.no_cart();
    } else if let (true, Some((_, cart))) = (commit.changes_cart, commit.cart) {
        memory.carts[customer] = cart;
    }
}

fn place(world: &mut World, fault: Option<Fault>, book: &Book, customer: usize, order: Id) {
    let shelf = world.store.shelf;
    let order = if fault == Some(Fault::PriceOfTheMoment) { book.repriced(order, shelf.price) } else { order };
    let sale = book.sale(order);
    if fault != Some(Fault::StockApart) {
        world.store.shelf.stock -= sale.quantity;
    }
    world.memory.sold += sale.quantity;
    world.memory.orders += 1;
    let seen = (0..PRICES.len()).filter(|place| world.memory.prices[customer] >> place & 1 == 1);
    let most = seen.map(|place| PRICES[place]).max().unwrap_or(0);
    if sale.price > most {
        world.memory.broken = Some(Broken::DearerThanSeen);
    } else if sale.price < PRICES[usize::from(shelf.price)] {
        world.memory.broken = Some(Broken::CheaperThanSold);
    } else if shelf.gone {
        world.memory.broken = Some(Broken::NotOffered);
    }
    world.store.orders.push(Sold { customer: customer as u8, order, contact: true });
}

/// Writes the cart of a commit, unless a later one is there.
pub fn project(world: &mut World, config: &Config, customer: usize, revision: u8, cart: Id) {
    let behind = world.store.carts[customer].is_none_or(|(there, _)| there < revision);
    if behind || config.fault == Some(Fault::UnconditionalProjection) {
        world.store.carts[customer] = Some((revision, cart));
    }
}
