//! A new product: where it stands, what it is called, what it costs. It begins hidden; its page then leads to the rest.

use std::collections::HashMap;

use super::{GoodsEvent, GoodsState, again};
use crate::buttons::Place;
use crate::flow::out_of_date;
use crate::machine::{Context, Effect, Outcome, ReplyButton, ReplyKeyboard, SideMessage, View};
use crate::menu::MenuEvent;
use crate::shop::rules::{POSITION_LIMIT, TITLE_LIMIT, check_line};
use crate::shop::text::one_line;
use crate::shop::{Category, CategoryId, Id, Money, Product, ProductId, ProductValue, folded};
use crate::text;
use crate::texts::{Label, Text, clip, say};

/// So many categories are offered; any can be written.
const MOST: usize = 30;
/// So much of the way to a category is shown, from its end on.
const PATH: usize = 96;

/// A category, and the name of its key.
type Named<'a> = (&'a Category, String);

/// Asks where a new product stands; `None`: there is no category yet.
pub(crate) fn enter(context: &Context) -> Option<GoodsState> {
    context.catalogue.categories().next().map(|_| GoodsState::AskingCategory { words: None })
}

/// What becomes of a product that is begun.
pub(super) fn transition(state: GoodsState, event: GoodsEvent, context: &Context) -> Outcome<GoodsState> {
    match (state, event) {
        // The title is all that is lost, and can be written once more.
        (_, GoodsEvent::Cancelled) => {
            Outcome::exit(Place::Goods).note(SideMessage::Say(text!("goods-not-added"), ReplyKeyboard::Menu))
        }
        (state @ GoodsState::AskingCategory { .. }, GoodsEvent::Wrote(said)) => {
            match meant(&said, context).as_slice() {
                [] => Outcome::keep(state.clone()).say(again(&state)),
                [(category, _)] => Outcome::stay(GoodsState::AskingTitle { category: category.id }),
                _ => {
                    let words = clip(&one_line(&said), PATH).into_owned();
                    Outcome::stay(GoodsState::AskingCategory { words: Some(words) })
                }
            }
        }
        (GoodsState::AskingTitle { category }, GoodsEvent::Wrote(said)) => {
            let title = one_line(&said);
            match check_line(&title, TITLE_LIMIT) {
                Ok(()) => Outcome::stay(GoodsState::AskingNewPrice { category, title }),
                Err(_) => {
                    let asking = GoodsState::AskingTitle { category };
                    Outcome::keep(asking.clone()).say(again(&asking))
                }
            }
        }
        (GoodsState::AskingNewPrice { category, title }, GoodsEvent::Wrote(said)) => {
            match ProductValue::price(&said) {
                Some(ProductValue::Price(price)) if context.catalogue.category(category).is_some() => {
                    added(begun(title, category, price, context), context)
                }
                // It was removed while they were thinking.
                Some(_) => Outcome::stay(GoodsState::AskingCategory { words: None }).say(text!("goods-category-gone")),
                None => {
                    let asking = GoodsState::AskingNewPrice { category, title };
                    Outcome::keep(asking.clone()).say(again(&asking))
                }
            }
        }
        (state, GoodsEvent::Chatted(MenuEvent::EditedMessage)) => Outcome::keep(state).say(text!("edited-message")),
        (state, GoodsEvent::Chatted(_)) => {
            let again = again(&state);
            Outcome::keep(state).say(again)
        }
        (state, _) => out_of_date(state),
    }
}

/// The question.
pub(super) fn view(state: &GoodsState, context: &Context) -> View {
    let language = context.customer.language;
    let key = |label: String| vec![ReplyButton { label, contact: false }];
    let cancel = key(Label::Cancel.show(language));
    let ask = |text: Text| View::text(say(language, &text));
    match state {
        GoodsState::AskingTitle { category } => {
            let known = named(context).find(|(known, _)| known.id == *category);
            let asked = match known {
                Some((_, path)) => text!("goods-ask-title", category = path),
                None => text!("goods-ask-title-nowhere"),
            };
            ask(asked).answers(vec![cancel])
        }
        GoodsState::AskingNewPrice { title, .. } => {
            let title = clip(title, crate::texts::TITLE_LIMIT).into_owned();
            ask(text!("goods-ask-first-price", title = title)).answers(vec![cancel])
        }
        GoodsState::AskingCategory { words } => {
            let several = words.as_deref().map(|words| meant(words, context)).unwrap_or_default();
            let offered = if several.is_empty() { named(context).collect() } else { several.clone() };
            let asked = match (words, offered.len() > MOST) {
                (Some(words), _) if !several.is_empty() => text!("goods-several-categories", words = words.as_str()),
                (_, false) => text!("goods-ask-category"),
                (_, true) => text!("goods-ask-category-of-many", all = offered.len()),
            };
            let keys = offered.into_iter().take(MOST).map(|(_, path)| key(path));
            ask(asked).answers(keys.chain([cancel]).collect())
        }
        _ => ask(text!("goods-find")),
    }
}

/// Whether a text is the key of a category that is offered, though the menu has such a key, too.
pub(crate) fn is_offered(state: &GoodsState, said: &str, context: &Context) -> bool {
    matches!(state, GoodsState::AskingCategory { .. }) && named(context).any(|(_, path)| path == one_line(said))
}

/// A product of which only this is said yet: the last one of its category, which customers do not see.
fn begun(title: String, category: CategoryId, price: Money, context: &Context) -> Product {
    let beside = context.catalogue.products().filter(|product| product.category == category);
    let last = beside.map(|product| product.position).max();
    Product {
        id: ProductId(Id::of_key("product in the chat", &context.fresh.to_string())),
        title,
        category,
        price,
        hidden: true,
        position: last.map_or(0, |last| last.saturating_add(1).min(POSITION_LIMIT)),
        ..Product::default()
    }
}

/// The product is there; its page is what is seen next.
fn added(product: Product, context: &Context) -> Outcome<GoodsState> {
    let title = clip(&product.title, crate::texts::TITLE_LIMIT).into_owned();
    let price = context.show(product.price);
    Outcome::stay(GoodsState::viewing(product.id))
        .note(SideMessage::Say(text!("goods-added", title = title, price = price), ReplyKeyboard::Menu))
        .with(Effect::AddProduct(Box::new(product)))
}

/// Categories as customers go through them: each before those that stand on it.
fn in_order(context: &Context) -> impl Iterator<Item = &Category> {
    let shelves = |parent| context.catalogue.subcategories(parent).iter().rev().map(|category| &**category);
    let mut open: Vec<&Category> = shelves(None).collect();
    std::iter::from_fn(move || {
        let next = open.pop()?;
        open.extend(shelves(Some(next.id)));
        Some(next)
    })
}

/// The way to a category, in the owner's language: `Tea › Green tea`. A long one loses its beginning.
fn path(category: &Category, context: &Context) -> String {
    let titles = context.catalogue.path(category.id);
    let titles: Vec<&str> = titles.into_iter().map(|step| step.title_in(context.customer.language)).collect();
    let path = one_line(&titles.join(" › "));
    let over = path.chars().count().saturating_sub(PATH);
    if over == 0 { path } else { format!("…{}", path.chars().skip(over + 1).collect::<String>()) }
}

/// All categories and the names of their keys, each before those that stand on it. Of two that would be called the same, the
/// second one has a number.
fn named(context: &Context) -> impl Iterator<Item = Named<'_>> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    in_order(context).map(move |category| {
        let path = path(category, context);
        let times = seen.entry(path.clone()).or_default();
        *times += 1;
        let path = if *times > 1 { format!("{path} ({times})") } else { path };
        (category, path)
    })
}

/// The categories that somebody means by these words: that whose key says so, else those called so or those whose whole way has
/// these words, else those on the way to which all of the words begin, in any language.
fn meant<'a>(said: &str, context: &'a Context) -> Vec<Named<'a>> {
    let said = one_line(said);
    let all: Vec<Named<'a>> = named(context).collect();
    if let Some(labelled) = all.iter().find(|(_, path)| *path == said) {
        return vec![labelled.clone()];
    }
    let said = words(&said);
    if said.is_empty() {
        return Vec::new();
    }
    let is_called =
        |(category, path): &&Named<'a>| category.titles().any(|title| words(title) == said) || words(path) == said;
    let called: Vec<Named<'a>> = all.iter().filter(is_called).cloned().collect();
    if !called.is_empty() {
        return called;
    }
    let has_all = |(category, _): &Named<'a>| {
        let way = context.catalogue.path(category.id);
        let way: Vec<String> = way.iter().flat_map(|step| step.titles()).flat_map(words).collect();
        said.iter().all(|word| way.iter().any(|known| known.starts_with(word)))
    };
    all.into_iter().filter(has_all).collect()
}

/// The words of a title, folded; no signs.
fn words(title: &str) -> Vec<String> {
    let folded = folded(title);
    folded.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
