//! What a customer writes where nothing is asked: a word of courtesy, the number of an order, or what they look for.

use std::collections::HashSet;
use std::sync::LazyLock;

use strum::IntoEnumIterator;

use crate::buttons::Place;
use crate::machine::{Callback, Context, InlineButton, View};
use crate::shop::text::one_line;
use crate::shop::{Hit, Hits, Language, OrderNumber, ProductId, Query, folded};
use crate::text;
use crate::texts::{Text, clip, label, say};

/// So many of what was found are shown: whoever sees more narrows it down faster than they read it.
const PRODUCTS: usize = 10;
const CATEGORIES: usize = 3;
/// So much of a title stands on a button, beside the price.
const BUTTON_TITLE: usize = 48;
/// So much of what was written is looked for.
const WORDS: usize = 100;
/// What has more words than this is no mere courtesy.
const COURTEOUS: usize = 5;

/// The event of writing what is looked for, and of finding it.
pub(crate) const SEARCHED: &str = "searched";

/// What something written means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// An order that the customer, or an owner, can look at.
    Order(Place),
    /// This and nothing else is meant.
    Product(ProductId),
    /// What is looked for by these words.
    Found(String),
}

/// A word that wants an answer and looks for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Courtesy {
    Greeting,
    Thanks,
}

/// What something written means; `None` where nothing is found by it.
pub(crate) fn hear(said: &str, context: &Context) -> Option<Heard> {
    if let Some(number) = order_number(said) {
        let known = |place| Some(Heard::Order(place));
        match &context.office {
            Some(office) if office.order.as_ref().is_some_and(|order| order.number == number) => {
                return known(Place::DeskOrder(number));
            }
            _ if context.orders.iter().any(|order| order.number == number) => return known(Place::Order(number)),
            _ => {}
        }
    }
    // Whoever gives thanks for their tea looks for none; who says good morning may go on with what they want.
    if courtesy(said) == Some(Courtesy::Thanks) {
        return None;
    }
    let words = clip(&one_line(said), WORDS).into_owned();
    let Hits { hits, meant } = find(&words, context);
    match (hits.as_slice(), meant) {
        ([], _) => None,
        ([(Hit::Product(id), _)], None) => Some(Heard::Product(*id)),
        _ => Some(Heard::Found(words)),
    }
}

/// The number of an order, as people write it: `482-7391`, `№ 482 7391`, `where is 4827391?`.
pub fn order_number(said: &str) -> Option<OrderNumber> {
    let digits = |word: &str| word.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().ok();
    digits(said).or_else(|| said.split_whitespace().find_map(digits))
}

/// What is greeted or thanked with in a few words, in any language of the shop.
pub(crate) fn courtesy(said: &str) -> Option<Courtesy> {
    static COURTESIES: LazyLock<Vec<(String, Courtesy)>> = LazyLock::new(|| {
        let thanks = listed(&text!("words-of-thanks")).map(|words| (words, Courtesy::Thanks));
        let greetings = listed(&text!("words-of-greeting")).map(|words| (words, Courtesy::Greeting));
        thanks.chain(greetings).collect()
    });
    let said = words(said);
    if said.split(' ').count() > COURTEOUS {
        return None;
    }
    let said = format!(" {said} ");
    COURTESIES.iter().find(|(words, _)| said.contains(&format!(" {words} "))).map(|(_, courtesy)| *courtesy)
}

/// A list of words in all languages, folded.
fn listed(text: &Text) -> impl Iterator<Item = String> + use<> {
    let lists: Vec<String> = Language::iter().map(|language| label(language, text)).collect();
    lists.into_iter().flat_map(|list| list.split(',').map(words).collect::<Vec<_>>())
}

fn words(text: &str) -> String {
    folded(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is looked for by something written: its words without those that are in every question.
pub fn query(said: &str) -> Query {
    static UNSEARCHED: LazyLock<HashSet<String>> = LazyLock::new(|| {
        listed(&text!("words-not-searched")).flat_map(|words| [words.replace(' ', ""), words]).collect()
    });
    Query::new(said, |word| UNSEARCHED.contains(word))
}

fn find(words: &str, context: &Context) -> Hits {
    context.catalogue.search(&query(words))
}

/// What was found, the best first.
pub(crate) fn found(words: &str, context: &Context) -> View {
    let language = context.customer.language;
    let Hits { hits, meant } = find(words, context);
    let categories = hits.iter().filter_map(|(hit, _)| match hit {
        Hit::Category(id) => context.catalogue.category(*id),
        Hit::Product(_) => None,
    });
    let products: Vec<_> = hits
        .iter()
        .filter_map(|(hit, _)| match hit {
            Hit::Product(id) => context.catalogue.offered(*id),
            Hit::Category(_) => None,
        })
        .collect();
    let head = match (meant, products.len()) {
        _ if hits.is_empty() => text!("search-gone", words = words),
        (Some(meant), _) => text!("search-meant", words = words, meant = meant),
        (None, many) if many > PRODUCTS => text!("search-many", words = words, count = many, shown = PRODUCTS),
        (None, _) => text!("search-found", words = words),
    };
    let go = |text: Text, place| vec![InlineButton { label: label(language, &text), button: Callback::Go(place) }];
    let mut rows: Vec<Vec<InlineButton>> = categories
        .take(CATEGORIES)
        .map(|category| {
            let title = clip(&category.title, BUTTON_TITLE).into_owned();
            go(text!("search-category", title = title), Place::Category(category.id))
        })
        .collect();
    rows.extend(products.iter().take(PRODUCTS).map(|product| {
        let (title, price) = (clip(&product.title, BUTTON_TITLE).into_owned(), context.show(product.unit_price()));
        let text = match product.stock.most() {
            Some(_) => text!("search-product", title = title, price = price),
            None => text!("search-product-sold-out", title = title, price = price),
        };
        go(text, Place::Product(product.id))
    }));
    rows.push(go(text!("to-catalogue"), Place::Catalogue));
    View::text(say(language, &head)).rows(rows)
}
