//! The cart: what is in it, more and less of it, and what has changed meanwhile.

use serde::{Deserialize, Serialize};

use crate::bill::line_text;
use crate::buttons::{Action, Origin, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Callback, Context, Effect, InlineButton, Input, Outcome, SideMessage, View};
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::pause;
use crate::product::only_left;
use crate::shop::{Cart, CartLine, Difference, Money, ProductId};
use crate::text;
use crate::texts::{Html, TITLE_LIMIT, Text, clip, label, say};

/// A title on a button is cut to this.
const BUTTON_LIMIT: usize = 24;
/// A title in the text is cut to this: twenty lines with two changes each still fit into a message.
const LINE_LIMIT: usize = 64;

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CartState {
    /// Has the cart before them, with a word on what has just become cheaper. A lower price counts
    /// as seen from then on, so that it cannot rise again in silence.
    Adjusting {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        lowered: Vec<Lowered>,
    },
    /// Is asked whether all of it should go.
    ConfirmingEmpty,
}

/// A line that costs less than it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lowered {
    pub product: ProductId,
    /// Of one, until now.
    pub before: Money,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum CartEvent {
    Decreased(ProductId),
    Increased(ProductId),
    TakenOut(ProductId),
    AskedToEmpty,
    ConfirmedEmpty,
    ThoughtBetter,
    /// Agreed to all that has changed.
    AcceptedChanges,
    Chatted(MenuEvent),
}

/// The cart.
pub fn enter(context: &Context) -> Outcome<CartState> {
    adjusting(context.cart.clone(), context)
}

impl Flow<Shop> for CartState {
    type Event = CartEvent;

    fn interpret(&self, input: &Input) -> Option<CartEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::LineFewer(product) => Some(CartEvent::Decreased(*product)),
                Action::LineMore(product) => Some(CartEvent::Increased(*product)),
                Action::LineOut(product) => Some(CartEvent::TakenOut(*product)),
                Action::AskEmpty => Some(CartEvent::AskedToEmpty),
                Action::Empty => Some(CartEvent::ConfirmedEmpty),
                Action::KeepCart => Some(CartEvent::ThoughtBetter),
                Action::AcceptChanges => Some(CartEvent::AcceptedChanges),
                _ => None,
            },
            other => small_talk(other).map(CartEvent::Chatted),
        }
    }

    fn transition(self, event: CartEvent, context: &Context) -> Outcome<Self> {
        if let CartEvent::Chatted(talk) = &event {
            return Outcome::keep(self).note(answer_small_talk(talk));
        }
        match self {
            Self::Adjusting { .. } => match event {
                CartEvent::Decreased(product) => decrease(product, context),
                CartEvent::Increased(product) => increase(product, context),
                CartEvent::TakenOut(product) => take_out(product, context),
                CartEvent::AskedToEmpty if !context.cart.is_empty() => Outcome::stay(Self::ConfirmingEmpty),
                CartEvent::AcceptedChanges => adjusting(context.cart.accepted(&context.catalogue), context)
                    .note(SideMessage::Toast(text!("cart-accepted"))),
                _ => as_it_is(context).note(SideMessage::Toast(text!("out-of-date"))),
            },
            Self::ConfirmingEmpty => match event {
                CartEvent::ConfirmedEmpty => {
                    adjusting(Cart::default(), context).note(SideMessage::Toast(text!("cart-emptied")))
                }
                CartEvent::ThoughtBetter => as_it_is(context),
                _ => out_of_date(self),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::Adjusting { lowered } => contents(lowered, context),
            Self::ConfirmingEmpty => {
                let language = context.customer.language;
                let key = |text: &Text, act| {
                    vec![InlineButton { label: label(language, text), button: Callback::Action(act) }]
                };
                View::text(say(language, &text!("cart-empty-sure", count = context.cart.lines.len()))).rows(vec![
                    key(&text!("cart-empty-yes"), Action::Empty),
                    key(&text!("cart-empty-no"), Action::KeepCart),
                ])
            }
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// Back to the cart, with these contents; only what changes is kept anew.
fn adjusting(cart: Cart, context: &Context) -> Outcome<CartState> {
    let cheaper = |line: &CartLine| {
        let cheaper = line.price(&context.catalogue) < line.seen_price;
        cheaper.then_some(Lowered { product: line.product, before: line.seen_price })
    };
    let lowered = cart.lines.iter().filter_map(cheaper).collect();
    let cart = cart.with_lower_prices(&context.catalogue);
    let outcome = Outcome::stay(CartState::Adjusting { lowered });
    if cart == context.cart { outcome } else { outcome.with(Effect::keep(cart)) }
}

fn as_it_is(context: &Context) -> Outcome<CartState> {
    adjusting(context.cart.clone(), context)
}

fn decrease(id: ProductId, context: &Context) -> Outcome<CartState> {
    let fewer = context.cart.line(id).and_then(|line| line.quantity.fewer());
    match (fewer, context.catalogue.offered(id)) {
        (Some(fewer), Some(product)) => adjusting(context.cart.with(product, Some(fewer)), context),
        (None, _) | (_, None) => take_out(id, context),
    }
}

fn increase(id: ProductId, context: &Context) -> Outcome<CartState> {
    let Some(line) = context.cart.line(id) else { return missing(context) };
    let Some(product) = context.catalogue.offered(id) else {
        return as_it_is(context).note(SideMessage::Alert(text!("product-gone")));
    };
    match line.quantity.more().filter(|more| product.stock.covers(*more)) {
        Some(more) => adjusting(context.cart.with(product, Some(more)), context),
        None => as_it_is(context).note(SideMessage::Alert(only_left(product, context))),
    }
}

fn take_out(id: ProductId, context: &Context) -> Outcome<CartState> {
    let Some(line) = context.cart.line(id) else { return missing(context) };
    let title = clip(line_title(line, context), TITLE_LIMIT).into_owned();
    adjusting(context.cart.without(id), context).note(SideMessage::Toast(text!("cart-taken-out", title = title)))
}

/// The line that was tapped is not in the cart any more.
fn missing(context: &Context) -> Outcome<CartState> {
    as_it_is(context).note(SideMessage::Toast(text!("out-of-date")))
}

fn contents(lowered: &[Lowered], context: &Context) -> View {
    let language = context.customer.language;
    let Context { cart, catalogue, .. } = context;
    let go = |text: &Text, go| InlineButton { label: label(language, text), button: Callback::Go(go) };
    if cart.is_empty() {
        let rows = vec![vec![go(&text!("to-catalogue"), Place::Catalogue)]];
        return View::text(say(language, &text!("cart-none"))).rows(rows);
    }
    let consent = cart.needs_consent(catalogue);
    let before = context.show(cart.total(catalogue));
    let total = match consent {
        true => text!("total-changes", before = before, now = context.show(cart.accepted(catalogue).total(catalogue))),
        false => text!("total", total = before),
    };
    let lines = cart.lines.iter().map(|line| line_with_changes(line, lowered, context));
    let mut pieces = vec![say(language, &text!("cart"))];
    pieces.extend(lines);
    pieces.push(say(language, &total));
    if consent {
        pieces.push(say(language, &text!("cart-please-accept")));
    }
    let mut rows: Vec<_> = cart.lines.iter().map(|line| line_keys(line, context)).collect();
    let empty =
        InlineButton { label: label(language, &text!("cart-empty")), button: Callback::Action(Action::AskEmpty) };
    let on = match consent {
        true => InlineButton {
            label: label(language, &text!("cart-accept")),
            button: Callback::Action(Action::AcceptChanges),
        },
        false => go(&text!("cart-order"), Place::Checkout),
    };
    rows.push(vec![on]);
    rows.push(vec![empty]);
    let paused = pause::day(context).unwrap_or_default();
    View::text(Html::paragraphs([Html::lines(pieces), paused])).rows(rows)
}

fn line_with_changes(line: &CartLine, lowered: &[Lowered], context: &Context) -> Html {
    let language = context.customer.language;
    let price = line.price(&context.catalogue);
    let sum = context.show(price.times(line.quantity));
    let head = line_text(&clip(line_title(line, context), LINE_LIMIT), line.quantity, sum);
    let before = lowered.iter().find(|lowered| lowered.product == line.product).map(|lowered| lowered.before);
    let cheaper = before.filter(|before| *before > price).map(|before| Difference::Cheaper { before, now: price });
    let changes = cheaper.into_iter().chain(line.differences(&context.catalogue));
    let texts = std::iter::once(head).chain(changes.map(|change| difference(change, context)));
    Html::lines(texts.map(|text| say(language, &text)))
}

/// What has changed about a line, in words.
fn difference(difference: Difference, context: &Context) -> Text {
    let prices = |before, now| (context.show(before), context.show(now));
    match difference {
        Difference::Dearer { before, now } => {
            let (before, now) = prices(before, now);
            text!("changed-dearer", before = before, now = now)
        }
        Difference::DiscountEnded { before, now } => {
            let (before, now) = prices(before, now);
            text!("changed-discount-ended", before = before, now = now)
        }
        Difference::Cheaper { before, now } => {
            let (before, now) = prices(before, now);
            text!("changed-cheaper", before = before, now = now)
        }
        Difference::Short { left } => text!("changed-short", left = left),
        Difference::SoldOut => text!("changed-sold-out"),
        Difference::Gone => text!("changed-gone"),
    }
}

/// A line's title in the customer's language.
pub(crate) fn line_title<'a>(line: &'a CartLine, context: &'a Context) -> &'a str {
    context.catalogue.line_title(line.product, &line.title, context.customer.language)
}

fn line_keys(line: &CartLine, context: &Context) -> Vec<InlineButton> {
    let language = context.customer.language;
    let title = clip(line_title(line, context), BUTTON_LIMIT).into_owned();
    let name = text!("cart-line-key", title = title, quantity = line.quantity);
    let act = |text: Text, act| InlineButton { label: label(language, &text), button: Callback::Action(act) };
    let open = Place::ProductFrom { product: line.product, from: Origin::Cart };
    vec![
        act(text!("fewer"), Action::LineFewer(line.product)),
        InlineButton { label: label(language, &name), button: Callback::Go(open) },
        act(text!("more"), Action::LineMore(line.product)),
        act(text!("cart-take-out"), Action::LineOut(line.product)),
    ]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::snapshot::Surroundings;
    use crate::world::{beginning, named_catalogue, settings};

    /// A customer with one Sencha in the cart, who has seen its price, and that price.
    fn context() -> (Context, ProductId, Money) {
        let catalogue = named_catalogue("tea-house").unwrap();
        let sencha = Arc::clone(catalogue.products().find(|product| product.title == "Sencha").unwrap());
        let settings = Arc::new(settings());
        let mut context = Surroundings { catalogue, settings, office: None, now: beginning(), fresh: 0 }.for_anybody();
        context.cart = Cart::default().with(&sencha, Some(crate::shop::Quantity::ONE));
        (context, sencha.id, sencha.unit_price())
    }

    #[test]
    fn a_price_has_fallen_only_where_it_is_lower_than_it_was() {
        let (mut context, product, price) = context();
        let lowered = |context: &Context| match enter(context).next {
            crate::machine::Next::Stay(CartState::Adjusting { lowered }) => lowered,
            other => panic!("it leads elsewhere: {other:?}"),
        };
        assert_eq!(lowered(&context), []);
        let dearer = Money::from_minor(price.minor() + 1).unwrap();
        context.cart.lines[0].seen_price = dearer;
        assert_eq!(lowered(&context), [Lowered { product, before: dearer }]);
        // The screen is drawn once more when the price has risen again.
        context.cart.lines[0].seen_price = price;
        let drawn = |before| {
            let state = CartState::Adjusting { lowered: vec![Lowered { product, before }] };
            state.view(&context).text.as_str().contains("→")
        };
        assert_eq!((drawn(price), drawn(dearer)), (false, true));
    }
}
