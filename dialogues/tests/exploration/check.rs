//! What Telegram takes, and what a turn may do. Each check names what is wrong in a sentence. (What a turn shows is
//! held against [`dialogues::limits`].)

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use dialogues::Dialogue;
use dialogues::checkout::{CheckoutState, Form};
use dialogues::limits::telegram_takes;
use dialogues::machine::{Conversation, CustomerData, Effect, Input, Output, Turn};
use dialogues::shop::{Cart, Catalogue, Customer, Direction, Money, Order, TeamChange, TeamRole, is_visible};
use dialogues::world::beginning;

/// Remembers texts that were found good, since the same ones come again and again.
#[derive(Default)]
pub(crate) struct Censor {
    passed: HashSet<u64>,
}

impl Censor {
    /// Whether Telegram would take this.
    pub(crate) fn show(&mut self, show: &Output) -> Result<(), String> {
        let pass = {
            let mut hasher = DefaultHasher::new();
            match show {
                Output::Send { view, serial } => {
                    (0, view.text.as_str(), format!("{:?}", view.keys), serial).hash(&mut hasher)
                }
                Output::Edit { view, serial } => {
                    (1, view.text.as_str(), format!("{:?}", view.keys), serial).hash(&mut hasher)
                }
                Output::Toast(text) | Output::Alert(text) => (2, text).hash(&mut hasher),
                Output::File { content, caption, .. } => (3, content.as_str(), caption.as_str()).hash(&mut hasher),
            }
            hasher.finish()
        };
        if self.passed.contains(&pass) {
            return Ok(());
        }
        telegram_takes(show).map_err(|misfit| format!("{misfit} in {}", brief(words(show))))?;
        self.passed.insert(pass);
        Ok(())
    }
}

fn words(show: &Output) -> &str {
    match show {
        Output::Send { view, .. } | Output::Edit { view, .. } => view.text.as_str(),
        Output::Toast(text) | Output::Alert(text) => text,
        Output::File { caption, .. } => caption.as_str(),
    }
}

/// The beginning of a text, for a failure's message.
pub(crate) fn brief(text: &str) -> String {
    let short: String = text.chars().take(120).collect();
    if short.len() < text.len() { format!("“{short}…”") } else { format!("“{short}”") }
}

/// Whether it is something that somebody of the shop does to it, and changes something.
fn is_audited(effect: &Effect, catalogue: &Catalogue) -> bool {
    match effect {
        Effect::MoveOrder { taken, .. } => taken.by.is_some(),
        Effect::PauseOrders(None) => catalogue.pause(beginning()).is_some(),
        Effect::ChangeProduct(change) => {
            let found = catalogue.product(change.product);
            found.is_some_and(|found| change.to.of(found) != **found)
        }
        Effect::PauseOrders(Some(_)) | Effect::ChangeTeam { .. } | Effect::AddProduct(_) => true,
        Effect::StartMailing(_) | Effect::SteerMailing(..) => true,
        Effect::Keep(_) | Effect::PlaceOrder(_) | Effect::Forget | Effect::SetActive(_) => false,
        Effect::Write(_) | Effect::Audit(_) => false,
    }
}

/// Whether a turn asks the world only for what is right: carts that fit, prices that were agreed to,
/// totals that are sums.
pub(crate) fn effects(
    turn: &Turn,
    input: &Input,
    role: Option<TeamRole>,
    cart: &Cart,
    catalogue: &Catalogue,
) -> Result<(), String> {
    let kind = |effect: &Effect| {
        let data = match effect {
            Effect::Keep(data) => Some(std::mem::discriminant(data)),
            _ => None,
        };
        (std::mem::discriminant(effect), data)
    };
    let kinds: HashSet<_> = turn.effects.iter().map(kind).collect();
    if kinds.len() != turn.effects.len() {
        return Err(format!("two effects of a kind after {}", turn.event));
    }
    let (owner, manager) = (role >= Some(TeamRole::Owner), role >= Some(TeamRole::Manager));
    let has_audit = turn.effects.iter().any(|effect| matches!(effect, Effect::Audit(_)));
    if has_audit != turn.effects.iter().any(|effect| is_audited(effect, catalogue)) {
        return Err(format!("the audit log tells something else than what was done after {}", turn.event));
    }
    for effect in &turn.effects {
        match effect {
            Effect::Keep(CustomerData::Cart(kept)) => kept_cart(kept, cart, turn.event)?,
            Effect::PlaceOrder(order) => placed(order, cart, catalogue)?,
            Effect::SetActive(active) if *active == matches!(input, Input::Left) => {
                return Err(format!("taken for {} after {}", if *active { "present" } else { "gone" }, turn.event));
            }
            Effect::StartMailing(_) | Effect::SteerMailing(..) if !owner => {
                return Err(format!("no owner mails after {}", turn.event));
            }
            Effect::StartMailing(mailing) if mailing.tally.recipients == 0 => {
                return Err(format!("a mailing to nobody after {}", turn.event));
            }
            Effect::MoveOrder { taken, .. } if taken.by.is_some() && !manager => {
                return Err(format!("a customer takes an order on after {}", turn.event));
            }
            Effect::MoveOrder { from, taken, .. } if !from.steps().iter().any(|step| step.leads_to() == taken.to) => {
                return Err(format!("an order goes from {from} to {} after {}", taken.to, turn.event));
            }
            Effect::Write(message) if message.direction != Direction::ToShop && !manager => {
                return Err(format!("a customer writes to another one after {}", turn.event));
            }
            Effect::Write(message) if !is_visible(&message.text) => {
                return Err(format!("an empty message after {}", turn.event));
            }
            Effect::PauseOrders(_) if !owner => return Err(format!("no owner pauses the shop after {}", turn.event)),
            Effect::ChangeTeam { change: TeamChange::Join { code, role }, .. } => {
                let invitation = catalogue.team().invitation(*code, beginning());
                if invitation.map(|invitation| invitation.role) != Some(*role) {
                    return Err(format!("somebody joins by no invitation after {}", turn.event));
                }
            }
            Effect::ChangeTeam { .. } if !owner => {
                return Err(format!("no owner changes the team after {}", turn.event));
            }
            Effect::ChangeProduct(_) | Effect::AddProduct(_) if !manager => {
                return Err(format!("a customer changes goods after {}", turn.event));
            }
            Effect::ChangeProduct(change) if catalogue.product(change.product).is_none() => {
                return Err(format!("{:?} of a product that is gone after {}", change.to, turn.event));
            }
            Effect::AddProduct(product) if catalogue.category(product.category).is_none() => {
                return Err(format!("a product is added to no category after {}", turn.event));
            }
            Effect::AddProduct(product) => {
                let flaws = product.clone().flaws();
                if !flaws.is_empty() || product.price == Money::ZERO {
                    return Err(format!("an added product breaks a rule after {}: {flaws:?}", turn.event));
                }
            }
            Effect::Write(_) | Effect::PauseOrders(_) | Effect::ChangeProduct(_) => {}
            Effect::ChangeTeam { .. } | Effect::Audit(_) => {}
            Effect::Keep(_) | Effect::Forget | Effect::SetActive(_) | Effect::MoveOrder { .. } => {}
            Effect::StartMailing(_) | Effect::SteerMailing(..) => {}
        }
    }
    Ok(())
}

/// What was filled in is there until it is given up, ordered or forgotten; what the profile says, too, may be only there.
pub(crate) fn kept_form(before: Option<&Conversation>, profile: Option<&Customer>, turn: &Turn) -> Result<(), String> {
    let Some(old) = before.and_then(form) else { return Ok(()) };
    let over = |effect: &Effect| matches!(effect, Effect::PlaceOrder(_) | Effect::Forget);
    if matches!(turn.event, "Cancelled" | "/cancel") || turn.effects.iter().any(over) {
        return Ok(());
    }
    let Some(new) = turn.conversation.as_ref().and_then(form) else {
        return Err(format!("the form of the checkout is gone after {}", turn.event));
    };
    let known = |says: fn(&Customer) -> bool| profile.is_some_and(says);
    let kept = (new.email.is_some() || known(|it| it.email.is_some())) >= old.email.is_some()
        && (new.phone.is_some() || known(|it| it.phone.is_some())) >= old.phone.is_some()
        && (new.address.is_some() || known(|it| it.address.is_some())) >= old.address.is_some();
    if kept && new.id == old.id { Ok(()) } else { Err(format!("the checkout begins anew after {}", turn.event)) }
}

fn form(conversation: &Conversation) -> Option<&Form> {
    use CheckoutState::{AskingAddress, AskingEmail, AskingPhone, Placed, Reviewing};
    let state = match &conversation.dialogue {
        Dialogue::Checkout(state) => Some(state),
        _ => conversation.beside.parked.as_ref(),
    };
    match state? {
        AskingEmail { form } | AskingPhone { form } | AskingAddress { form } | Reviewing { form } => Some(form),
        Placed { .. } => None,
    }
}

/// A price that the customer has seen never rises but by their own consent.
fn kept_cart(kept: &Cart, before: &Cart, event: &str) -> Result<(), String> {
    let products: HashSet<_> = kept.lines.iter().map(|line| line.product).collect();
    if products.len() != kept.lines.len() || products.len() > Cart::MOST_LINES {
        return Err(format!("a cart of {} lines for {} products", kept.lines.len(), products.len()));
    }
    for line in &kept.lines {
        let seen = before.line(line.product).map(|line| line.seen_price);
        if event != "AcceptedChanges" && seen.is_some_and(|seen| seen < line.seen_price) {
            return Err(format!("the price of {} has risen in silence after {event}", brief(&line.title)));
        }
    }
    Ok(())
}

/// An order is the cart, at no more than was agreed to, and adds up.
pub(crate) fn placed(order: &Order, cart: &Cart, catalogue: &Catalogue) -> Result<(), String> {
    let sum: Money = order.lines.iter().map(|line| line.price.times(line.quantity)).sum();
    if order.total != sum {
        return Err(format!("an order over {} whose lines add up to {}", order.total.plain(), sum.plain()));
    }
    if order.lines.is_empty() || order.lines.len() != cart.lines.len() {
        return Err(format!("an order of {} lines from a cart of {}", order.lines.len(), cart.lines.len()));
    }
    for line in &order.lines {
        let title = brief(&line.title);
        let wanted = cart.line(line.product).ok_or_else(|| format!("{title} was ordered but is not in the cart"))?;
        let product = catalogue.offered(line.product).ok_or_else(|| format!("{title} was ordered but is gone"))?;
        if line.price > wanted.seen_price {
            return Err(format!(
                "{title} was ordered at {}, but seen at {}",
                line.price.plain(),
                wanted.seen_price.plain()
            ));
        }
        if line.quantity != wanted.quantity || !product.stock.covers(line.quantity) {
            return Err(format!(
                "{} of {title} were ordered, {} wanted, {:?} there",
                line.quantity, wanted.quantity, product.stock
            ));
        }
    }
    Ok(())
}
