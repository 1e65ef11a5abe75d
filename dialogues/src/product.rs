//! The product card: the picture, and under it price, title, description and characteristics.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::buttons::{Action, Card, Origin, Place};
use crate::flow::{Flow, Shop, out_of_date};
use crate::machine::{Callback, Context, Effect, InlineButton, Input, Outcome, SideMessage, View};
use crate::markup::utf16_len;
use crate::menu::{MenuEvent, answer_small_talk, small_talk};
use crate::search;
use crate::shop::{Cart, Category, Customer, Percent, Product, ProductId, Quantity, Stock, TeamRole};
use crate::text;
use crate::texts::{CAPTION_LIMIT, Html, TEXT_LIMIT, TITLE_LIMIT, Text, clip, label, say};

/// From so many on, it is said how few are left.
const FEW: u16 = 5;
/// Shown on the card at most; a name and a value take at most `TITLE_LIMIT` units each.
const MOST_CHARACTERISTICS: usize = 8;
/// A characteristic's name or value is cut to this.
const CHARACTERISTIC_LIMIT: usize = 40;

/// Where the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProductState {
    /// Has the card before them and chooses how many.
    Choosing(Card),
    /// Has just put so many into the cart.
    Added(Card),
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum ProductEvent {
    Decreased,
    Increased,
    AskedForCount,
    /// Wrote how many.
    SaidCount(u16),
    PutIntoCart,
    AskedForMore,
    /// Wants to be told when it is back.
    Awaited,
    StoppedAwaiting,
    Chatted(MenuEvent),
}

/// The card of a product.
pub fn enter(product: ProductId, from: Option<Origin>, context: &Context) -> Outcome<ProductState> {
    let shown = context.catalogue.offered(product).map(|product| product.unit_price());
    Outcome::stay(ProductState::Choosing(Card { product, quantity: Quantity::ONE, shown, from }))
}

impl Card {
    /// The same card with so many of the product, as it is offered now.
    fn with(self, product: &Product, quantity: Quantity) -> Self {
        Self { quantity, shown: Some(product.unit_price()), ..self }
    }
}

impl ProductState {
    /// The same state when its card is drawn anew: the price that stands on it is seen from then on.
    pub(crate) fn drawn(self, context: &Context) -> Self {
        let seen = |card: Card| match context.catalogue.offered(card.product) {
            Some(product) => card.with(product, card.quantity),
            None => card,
        };
        match self {
            Self::Choosing(card) => Self::Choosing(seen(card)),
            Self::Added(card) => Self::Added(seen(card)),
        }
    }
}

impl Flow<Shop> for ProductState {
    type Event = ProductEvent;

    fn interpret(&self, input: &Input) -> Option<ProductEvent> {
        match input {
            Input::Tapped { button: Callback::Action(act), .. } => match act {
                Action::Fewer(_) => Some(ProductEvent::Decreased),
                Action::More(_) => Some(ProductEvent::Increased),
                Action::Count(_) => Some(ProductEvent::AskedForCount),
                Action::AddToCart(_) => Some(ProductEvent::PutIntoCart),
                Action::ReadMore(_) => Some(ProductEvent::AskedForMore),
                Action::Await(_) => Some(ProductEvent::Awaited),
                Action::StopAwaiting(_) => Some(ProductEvent::StoppedAwaiting),
                _ => None,
            },
            Input::Said(said) | Input::Formatted { text: said, .. } => search::count(said)
                .map(ProductEvent::SaidCount)
                .or_else(|| small_talk(input).map(ProductEvent::Chatted)),
            other => small_talk(other).map(ProductEvent::Chatted),
        }
    }

    fn transition(self, event: ProductEvent, context: &Context) -> Outcome<Self> {
        if let ProductEvent::Chatted(talk) = &event {
            return Outcome::keep(self).note(answer_small_talk(talk));
        }
        let (Self::Choosing(shown) | Self::Added(shown)) = self;
        let Some(product) = context.catalogue.offered(shown.product) else {
            return Outcome::stay(self).note(SideMessage::Alert(text!("product-gone")));
        };
        match self {
            Self::Choosing(_) => match event {
                ProductEvent::PutIntoCart => put_into_cart(shown, product, context),
                other => adjust(self, other, product, shown, context),
            },
            Self::Added(_) => match event {
                ProductEvent::PutIntoCart => {
                    Outcome::stay(self).note(SideMessage::Toast(text!("product-in-cart-already")))
                }
                other => adjust(self, other, product, shown, context),
            },
        }
    }

    fn view(&self, context: &Context) -> View {
        let (Self::Choosing(shown) | Self::Added(shown)) = *self;
        let Some(product) = context.catalogue.offered(shown.product) else { return gone(shown, context) };
        let room = if product.picture.is_some() { CAPTION_LIMIT } else { TEXT_LIMIT };
        let (text, cut) = card(product, context, room);
        let added = matches!(self, Self::Added(_));
        let rows = keys(product, shown, added, cut, context);
        View { picture: product.picture.clone(), ..View::text(text).rows(rows) }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// − and +, and what else the card can tell. Changing the number makes “Add to cart” mean something again.
fn adjust(
    state: ProductState,
    event: ProductEvent,
    product: &Arc<Product>,
    shown: Card,
    context: &Context,
) -> Outcome<ProductState> {
    let quantity = shown.quantity;
    let choosing = |quantity| Outcome::stay(ProductState::Choosing(shown.with(product, quantity)));
    // The stock may have shrunk below the number on the card.
    let within = |quantity: Quantity| product.stock.most().map_or(quantity, |most| quantity.min(most));
    match event {
        ProductEvent::Decreased => match quantity.fewer() {
            Some(fewer) => choosing(within(fewer)),
            None if product.stock.most().is_none() => {
                Outcome::stay(state).note(SideMessage::Alert(only_left(product, context)))
            }
            None => Outcome::stay(state).note(SideMessage::Toast(text!("product-at-least-one"))),
        },
        ProductEvent::Increased => match quantity.more().filter(|more| product.stock.covers(*more)) {
            Some(more) => choosing(more),
            None if within(quantity) < quantity => {
                choosing(within(quantity)).note(SideMessage::Alert(only_left(product, context)))
            }
            None => Outcome::stay(state).note(SideMessage::Alert(only_left(product, context))),
        },
        // Answered in a message of its own: nothing was tapped.
        ProductEvent::SaidCount(0) => Outcome::keep(state).say(text!("product-at-least-one")),
        ProductEvent::SaidCount(_) if product.stock.most().is_none() => {
            Outcome::keep(state).say(only_left(product, context))
        }
        ProductEvent::SaidCount(count) => {
            let wanted = Quantity::new(count).filter(|wanted| product.stock.covers(*wanted));
            match wanted {
                Some(wanted) => choosing(wanted),
                None => choosing(within(Quantity::MAX)).say(only_left(product, context)),
            }
        }
        ProductEvent::AskedForCount => {
            Outcome::stay(state).note(SideMessage::Toast(text!("product-count", count = quantity)))
        }
        ProductEvent::AskedForMore => Outcome::keep(state).say(in_full(product, context)),
        ProductEvent::Awaited => wait_for(product, true, state, context),
        ProductEvent::StoppedAwaiting => wait_for(product, false, state, context),
        ProductEvent::PutIntoCart | ProductEvent::Chatted(_) => out_of_date(state),
    }
}

fn put_into_cart(card: Card, product: &Arc<Product>, context: &Context) -> Outcome<ProductState> {
    let (cart, quantity) = (&context.cart, card.quantity);
    let choosing = |quantity| Outcome::stay(ProductState::Choosing(card.with(product, quantity)));
    let now = product.unit_price();
    if let Some(before) = card.shown.filter(|before| now > *before) {
        // Nothing goes into a cart at a price that its owner has not seen.
        let dearer = text!("product-dearer", before = context.show(before), now = context.show(now));
        return choosing(quantity).note(SideMessage::Alert(dearer));
    }
    let held = cart.line(product.id).map(|line| line.quantity);
    if held.is_none() && cart.lines.len() >= Cart::MOST_LINES {
        return choosing(quantity).note(SideMessage::Alert(text!("cart-full", most = Cart::MOST_LINES)));
    }
    // Above the most that one cart takes, `plus` stays at it: that is no addition either.
    let wanted = held.map_or(quantity, |held| held.plus(quantity));
    if !product.stock.covers(wanted) || Some(wanted) == held {
        let refusal = match (held, product.stock.most()) {
            (Some(held), Some(left)) if left < Quantity::MAX => {
                text!("product-only-left-with-cart", left = left, held = held)
            }
            _ => only_left(product, context),
        };
        let quantity = product.stock.most().map_or(quantity, |most| quantity.min(most));
        return choosing(quantity).note(SideMessage::Alert(refusal));
    }
    let said = text!("product-added", title = title(product, context), quantity = wanted);
    Outcome::stay(ProductState::Added(card.with(product, quantity)))
        .with(Effect::keep(cart.with(product, Some(wanted))))
        .note(SideMessage::Toast(said))
}

/// Has the customer told when a product is back, or no longer.
fn wait_for(product: &Product, wanted: bool, state: ProductState, context: &Context) -> Outcome<ProductState> {
    let waits = context.customer.awaited.contains(&product.id);
    let title = title(product, context);
    let said = match wanted {
        true if product.stock.most().is_some() => text!("back-in-stock-already", title = title),
        true if !waits && waited_for(context) >= Customer::MOST_AWAITED => {
            return Outcome::stay(state).note(SideMessage::Alert(text!("back-in-stock-most")));
        }
        true => text!("back-in-stock-told", title = title),
        false => text!("back-in-stock-not-told", title = title),
    };
    let outcome = Outcome::stay(state).note(SideMessage::Toast(said));
    // Of what can be bought nobody waits to be told.
    let wanted = wanted && product.stock.most().is_none();
    if waits == wanted {
        return outcome;
    }
    // Of a stranger, too: who wants to be written to wants to be known.
    let mut customer = context.customer.awaiting(product.id, wanted);
    customer.awaited.retain(|id| context.catalogue.product(*id).is_some());
    outcome.with(Effect::keep(customer))
}

/// How many products the customer waits for whose cards can be opened.
fn waited_for(context: &Context) -> usize {
    context.customer.awaited.iter().filter(|id| context.catalogue.offered(**id).is_some()).count()
}

/// What is told, beside the dialogue, to whoever waits for a product that is back.
pub fn back_in_stock(product: &Product, context: &Context) -> View {
    let language = context.customer.language;
    let title = text!("back-in-stock", title = title(product, context));
    let lines = [title, price(product, context), availability(product)];
    let open = InlineButton {
        label: label(language, &text!("product-open")),
        button: Callback::Go(Place::Product(product.id)),
    };
    View::text(Html::lines(lines.iter().map(|text| say(language, text)))).rows(vec![vec![open]])
}

/// A product's title in the customer's language.
fn title(product: &Product, context: &Context) -> String {
    clip(product.title_in(context.customer.language), TITLE_LIMIT).into_owned()
}

/// Why there cannot be more of a product.
pub(crate) fn only_left(product: &Product, context: &Context) -> Text {
    let title = title(product, context);
    match product.stock {
        Stock::Always => text!("most-per-order", most = Quantity::MAX),
        Stock::Count(_) => match product.stock.most() {
            None => text!("sold-out-alert", title = title),
            Some(Quantity::MAX) => text!("most-per-order", most = Quantity::MAX),
            Some(left) => text!("only-left", title = title, left = left),
        },
    }
}

fn gone(shown: Card, context: &Context) -> View {
    let language = context.customer.language;
    let back = match shown.from {
        Some(_) => back(shown, context),
        None => InlineButton { label: label(language, &text!("to-catalogue")), button: Callback::Go(Place::Catalogue) },
    };
    View::text(say(language, &text!("product-gone"))).rows(vec![vec![back]])
}

/// Title, prices, availability, characteristics, description, within `room` UTF-16 units; and
/// whether the description had to be cut.
fn card(product: &Product, context: &Context, room: usize) -> (Html, bool) {
    let language = context.customer.language;
    // Without `..`: whoever adds a field decides here whether the card shows it.
    let Product {
        id: _,
        title: _,
        description: _,
        category: _,
        // Shown by `price` and `availability`.
        price: _,
        discount: _,
        stock: _,
        hidden: _,
        position: _,
        characteristics: _,
        picture: _,
        // In this language.
        translations: _,
    } = product;
    let (description, characteristics) = (product.description_in(language), product.characteristics_in(language));
    let title = say(language, &text!("product-title", title = title(product, context)));
    let head = Html::lines([title, say(language, &price(product, context)), say(language, &availability(product))]);
    let table = table(product, context, MOST_CHARACTERISTICS, CHARACTERISTIC_LIMIT);
    // Markup and entities only make HTML longer than what is counted: this errs on the safe side.
    let taken = utf16_len(head.as_str()) + utf16_len(table.as_str()) + 8;
    let shown = clip(description, room.saturating_sub(taken).max(1));
    let long = |(name, value)| utf16_len(name).max(utf16_len(value)) > CHARACTERISTIC_LIMIT;
    let cut = shown.len() != description.len()
        || characteristics.len() > MOST_CHARACTERISTICS
        || characteristics.iter().any(long);
    (Html::paragraphs([head, Html::escape(&shown), table]), cut)
}

/// Everything that the card had no room for, as a message of its own.
fn in_full(product: &Product, context: &Context) -> Text {
    let language = context.customer.language;
    let title = Html::escape(&clip(product.title_in(language), TITLE_LIMIT));
    let table = table(product, context, 3 * MOST_CHARACTERISTICS, 2 * CHARACTERISTIC_LIMIT);
    // The table is at most so long that half of the message is left.
    let room = TEXT_LIMIT.saturating_sub(2 * TITLE_LIMIT + utf16_len(table.as_str()));
    let body = Html::escape(&clip(product.description_in(language), room.max(1)));
    text!("product-full", title = title, description = Html::paragraphs([body, table]))
}

/// The first `most` characteristics, names and values cut to `limit` UTF-16 units.
fn table(product: &Product, context: &Context, most: usize, limit: usize) -> Html {
    let language = context.customer.language;
    let row = |(name, value)| {
        let (name, value) = (clip(name, limit).into_owned(), clip(value, limit).into_owned());
        say(language, &text!("product-characteristic", name = name, value = value))
    };
    Html::lines(product.characteristics_in(language).iter().take(most).map(row))
}

/// The price of one; with a discount the old one, the new one and the per cent.
pub(crate) fn price(product: &Product, context: &Context) -> Text {
    let now = context.show(product.unit_price());
    if product.discount == Percent::ZERO {
        return text!("price", now = now);
    }
    text!(
        "price-discounted",
        before = context.show(product.price),
        now = now,
        percent = i64::from(product.discount.get())
    )
}

/// Whether it can be had.
pub(crate) fn availability(product: &Product) -> Text {
    match (product.stock, product.stock.most()) {
        (_, None) => text!("sold-out"),
        (Stock::Count(_), Some(left)) if left.get() <= FEW => text!("few-left", left = left),
        _ => text!("in-stock"),
    }
}

fn keys(product: &Product, shown: Card, added: bool, cut: bool, context: &Context) -> Vec<Vec<InlineButton>> {
    let language = context.customer.language;
    let key = |text: &Text, button| InlineButton { label: label(language, text), button };
    let step = |act: fn(Option<Card>) -> Action| Callback::Action(act(Some(shown.with(product, shown.quantity))));
    let mut rows = Vec::new();
    if cut {
        rows.push(vec![key(&text!("product-read-more"), step(Action::ReadMore))]);
    }
    if product.stock.most().is_none() {
        rows.push(vec![match context.customer.awaited.contains(&product.id) {
            true => key(&text!("back-in-stock-stop"), step(Action::StopAwaiting)),
            false => key(&text!("back-in-stock-tell"), step(Action::Await)),
        }]);
    } else {
        rows.push(vec![
            key(&text!("fewer"), step(Action::Fewer)),
            key(&text!("count", count = shown.quantity), step(Action::Count)),
            key(&text!("more"), step(Action::More)),
        ]);
        if !added {
            rows.push(vec![key(&text!("product-add"), step(Action::AddToCart))]);
        }
    }
    // Whoever comes from there has the way back below.
    if !context.cart.is_empty() && shown.from != Some(Origin::Cart) {
        let total = context.show(context.cart.total(&context.catalogue));
        rows.push(vec![key(&text!("to-cart", total = total), Callback::Go(Place::Cart))]);
    }
    rows.push(vec![back(shown, context)]);
    if context.may(TeamRole::Manager) {
        rows.push(vec![key(&text!("goods-key-edit"), Callback::Go(Place::EditProduct(product.id)))]);
    }
    rows
}

/// The way back to where the card was opened from. Where that is no place, as by a link: to the shelf that the product's list
/// stands on.
fn back(shown: Card, context: &Context) -> InlineButton {
    let language = context.customer.language;
    let (catalogue, product) = (&context.catalogue, shown.product);
    let category = catalogue.product(product).map(|product| product.category);
    let key = |text: &Text, place| InlineButton { label: label(language, text), button: Callback::Go(place) };
    let to = |title: &str| text!("back-to", title = title);
    let shelf = |shelf: &Category| to(&clip(shelf.title_in(language), 32));
    match shown.from {
        Some(from @ Origin::List) => category.and_then(|id| catalogue.category(id)).map(|list| (shelf(list), from)),
        Some(from @ Origin::Sale) => Some((to(&label(language, &text!("key-sale"))), from)),
        Some(from @ Origin::Search) => Some((text!("search-back"), from)),
        Some(from @ Origin::Cart) => Some((to(&label(language, &text!("key-cart"))), from)),
        None => None,
    }
    .map(|(text, from)| key(&text, Place::Back { product, to: from }))
    .or_else(|| category.and_then(|id| catalogue.shelf_of(id)).map(|list| key(&shelf(list), Place::Category(list.id))))
    .unwrap_or_else(|| key(&text!("to-catalogue"), Place::Catalogue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::telegram_takes;
    use crate::machine::Output;
    use crate::snapshot::Surroundings;

    fn context() -> Context {
        let (catalogue, settings) = (Arc::default(), Arc::new(crate::world::settings()));
        Surroundings { catalogue, settings, office: None, now: crate::world::beginning(), fresh: 0 }.for_anybody()
    }

    /// A product with so many characteristics, whose values are so long.
    fn described(count: usize, length: usize) -> Product {
        let characteristic = |number| (format!("{number}"), "x".repeat(length));
        Product { characteristics: (0..count).map(characteristic).collect(), ..Product::default() }
    }

    #[test]
    fn a_card_leads_to_the_rest_exactly_where_there_is_one() {
        for (count, length, cut) in [
            (MOST_CHARACTERISTICS, CHARACTERISTIC_LIMIT, false),
            (MOST_CHARACTERISTICS + 1, CHARACTERISTIC_LIMIT, true),
            (MOST_CHARACTERISTICS, CHARACTERISTIC_LIMIT + 1, true),
        ] {
            let (_, is_cut) = card(&described(count, length), &context(), TEXT_LIMIT);
            assert_eq!(is_cut, cut, "{count} characteristics of {length} units");
        }
    }

    #[test]
    fn the_rest_of_a_card_is_three_times_as_much_and_fits_into_one_message() {
        let context = context();
        let (title, description) = ("t".repeat(TITLE_LIMIT), "d".repeat(2 * TEXT_LIMIT));
        let (most, longest) = (3 * MOST_CHARACTERISTICS, 2 * CHARACTERISTIC_LIMIT);
        for (count, length) in [(0, 1), (most, longest), (most + 1, longest + 1)] {
            let product =
                Product { title: title.clone(), description: description.clone(), ..described(count, length) };
            let text = say(context.customer.language, &in_full(&product, &context));
            assert_eq!(text.as_str().contains(&format!("{}", most - 1)), count >= most, "{text:?}");
            assert!(!text.as_str().contains(&format!("{most}:")), "{text:?}");
            assert_eq!(text.as_str().contains(&"x".repeat(longest)), length == longest, "{text:?}");
            assert_eq!(telegram_takes(&Output::Send { view: View::text(text), serial: 1 }), Ok(()));
        }
    }
}
