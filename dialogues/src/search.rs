//! What a customer writes where nothing is asked: a word of courtesy, the number of an order, or what they look for.

use std::collections::HashSet;
use std::sync::LazyLock;

use strum::IntoEnumIterator;

use crate::buttons::{Origin, Place};
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

/// So many words stand beside thanks at the most, where no wish is found in them.
const BESIDE_THANKS: usize = 4;

/// The event of writing what is looked for, and of finding it.
pub(crate) const SEARCHED: &str = "searched";

/// What something written means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A place where what is meant is to be had: an order, all orders, a person.
    Place(Place),
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

/// What something written means; `None` where nothing is found by it. Whoever says good morning may go on with a wish.
pub(crate) fn hear(said: &str, context: &Context) -> Option<Heard> {
    known_order(said, context).or_else(|| {
        let (_, wish) = courtesy(said);
        match wanted(&wish) {
            // Who names a product beside it means that.
            Some((place, beside)) => look_for(&beside, context).or(Some(Heard::Place(place))),
            None => look_for(&wish, context),
        }
    })
}

/// Whether somebody asks for their orders, in words of their own.
pub(crate) fn asks_for_orders(said: &str) -> bool {
    matches!(wanted(said), Some((Place::Orders { .. }, _)))
}

/// The place that somebody asks for in words of their own, and what is said beside that.
fn wanted(said: &str) -> Option<(Place, String)> {
    static WISHES: LazyLock<Vec<(Vec<String>, Place)>> = LazyLock::new(|| {
        phrases([
            (text!("words-of-orders"), Place::Orders { skip: 0 }),
            (text!("words-of-person"), Place::Ask { order: None }),
        ])
    });
    let (place, beside) = spoken(said, &WISHES);
    place.map(|place| (place, beside))
}

/// An order by its number: the customer's own, or for owners anybody's.
pub(crate) fn known_order(said: &str, context: &Context) -> Option<Heard> {
    let number = order_number(said)?;
    let is_on_the_desk =
        context.office.as_ref().is_some_and(|office| office.order.as_ref().is_some_and(|order| order.number == number));
    let is_own = || context.orders.iter().any(|order| order.number == number);
    match is_on_the_desk {
        true => Some(Heard::Place(Place::DeskOrder(number))),
        false => is_own().then_some(Heard::Place(Place::Order(number))),
    }
}

/// What is found by words that somebody looks for.
pub(crate) fn look_for(said: &str, context: &Context) -> Option<Heard> {
    let words = clip(&one_line(said), WORDS).into_owned();
    let Hits { hits, is_certain, .. } = find(&words, context);
    match hits.as_slice() {
        [] => None,
        [(Hit::Product(id), _)] if is_certain => Some(Heard::Product(*id)),
        _ => Some(Heard::Found(words)),
    }
}

/// The number of an order, as people write it: `482-7391`, `№ 482 7391`, `where is 4827391?`. The last part of a phone
/// number, `067 1112233`, is none.
pub fn order_number(said: &str) -> Option<OrderNumber> {
    let number = |word: &str| word.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().ok();
    let has_digits = |word: Option<&&str>| word.is_some_and(|word| word.chars().any(|letter| letter.is_ascii_digit()));
    let words: Vec<&str> = said.split_whitespace().collect();
    let in_sentence = words.iter().enumerate().find_map(|(place, word)| {
        let beside = [place.checked_sub(1), Some(place + 1)].into_iter().flatten();
        let is_part = word.starts_with('+') || beside.into_iter().any(|place| has_digits(words.get(place)));
        number(word).filter(|_| !is_part)
    });
    number(said).filter(|_| !said.trim().starts_with('+')).or(in_sentence)
}

/// What is greeted or thanked with, in any language of the shop; and what is said beside that.
fn courtesy(said: &str) -> (Option<Courtesy>, String) {
    static COURTESIES: LazyLock<Vec<(Vec<String>, Courtesy)>> = LazyLock::new(|| {
        phrases([(text!("words-of-thanks"), Courtesy::Thanks), (text!("words-of-greeting"), Courtesy::Greeting)])
    });
    spoken(said, &COURTESIES)
}

/// How many somebody says, in any language of the shop: `2`, `2 of them`, `x2`, `two, please`, `дайте 3 шт.`; a number of up to three
/// digits or up to twelve in a word, and nothing beside it but what people say of pieces.
pub(crate) fn count(said: &str) -> Option<u16> {
    let Some(start) = said.find(|letter: char| letter.is_ascii_digit()) else { return in_words(said) };
    let (before, number) = said.split_at(start);
    let (digits, behind) =
        number.split_at(number.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(number.len()));
    let is_count = digits.len() <= 3 && is_of_pieces(before) && is_of_pieces(behind);
    is_count.then(|| digits.parse().ok())?
}

/// A number that is said in a word.
fn in_words(said: &str) -> Option<u16> {
    static NUMBERS: LazyLock<Vec<(Vec<String>, u16)>> = LazyLock::new(|| {
        let lists = Language::iter().map(|language| label(language, &text!("words-of-numbers")));
        lists.flat_map(|list| numbered(&list)).map(|(word, number)| (vec![word], number)).collect()
    });
    let (number, beside) = spoken(said, &NUMBERS);
    let is_one_word = said.split_whitespace().count() == beside.split_whitespace().count() + 1;
    number.filter(|_| is_one_word && is_of_pieces(&beside))
}

/// The words of a list with their numbers, from one on; forms of one number are parted by a line.
fn numbered(list: &str) -> Vec<(String, u16)> {
    let forms = |(forms, number): (&str, u16)| -> Vec<_> {
        forms.split('|').map(|form| (folded(form).trim().to_owned(), number)).collect()
    };
    list.split(',').zip(1..).flat_map(forms).collect()
}

/// Whether nothing is said but of pieces, or nothing at all.
fn is_of_pieces(said: &str) -> bool {
    static PIECES: LazyLock<Vec<(Vec<String>, ())>> = LazyLock::new(|| phrases([(text!("words-of-pieces"), ())]));
    spoken(said, &PIECES).1.chars().all(|sign| matches!(sign, '.' | ',' | '!' | '×'))
}

/// Lists of phrases in all languages, each word folded, and what they mean. `thank you very much` comes before `thank you`.
fn phrases<T: Copy>(lists: impl IntoIterator<Item = (Text, T)>) -> Vec<(Vec<String>, T)> {
    let folded = |words: String| words.split(' ').map(folded).collect::<Vec<_>>();
    let all = lists.into_iter().flat_map(|(list, meant)| listed(&list).map(move |words| (words, meant)));
    let mut all: Vec<_> = all.map(|(words, meant)| (folded(words), meant)).collect();
    all.retain(|(words, _)| words.iter().all(|word| !word.is_empty()));
    all.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    all
}

/// What the first of these phrases means that is said, and what is said beside all of them.
fn spoken<T: Copy>(said: &str, phrases: &[(Vec<String>, T)]) -> (Option<T>, String) {
    let mut words: Vec<&str> = said.split_whitespace().collect();
    let mut spelled: Vec<String> = words.iter().map(|word| folded(word).trim().to_owned()).collect();
    let mut found = None;
    for (phrase, meant) in phrases {
        while let Some(place) = spelled.windows(phrase.len()).position(|window| window == phrase) {
            spelled.drain(place..place + phrase.len());
            words.drain(place..place + phrase.len());
            found = found.or(Some(*meant));
        }
    }
    (found, words.join(" "))
}

/// What a text is answered with that is a courtesy and little else; `None` for every other one.
pub(crate) fn mere_courtesy(said: &str) -> Option<Courtesy> {
    let (courtesy, beside) = courtesy(said);
    courtesy.filter(|courtesy| match courtesy {
        Courtesy::Greeting => query(&beside).is_empty(),
        Courtesy::Thanks => beside.split_whitespace().count() <= BESIDE_THANKS,
    })
}

/// A list of words in all languages.
fn listed(text: &Text) -> impl Iterator<Item = String> + use<> {
    let lists: Vec<String> = Language::iter().map(|language| label(language, text)).collect();
    lists.into_iter().flat_map(|list| list.split(',').map(|words| words.trim().to_lowercase()).collect::<Vec<_>>())
}

/// What is looked for by something written: its words without those that are in every question.
pub fn query(said: &str) -> Query {
    static UNSEARCHED: LazyLock<HashSet<String>> = LazyLock::new(|| listed(&text!("words-not-searched")).collect());
    Query::new(said, |word| UNSEARCHED.contains(word))
}

fn find(words: &str, context: &Context) -> Hits {
    context.catalogue.search(&query(words))
}

/// What is said where nothing is found by what somebody looks for.
pub(crate) fn nothing_for(said: &str) -> Text {
    text!("search-nothing", words = clip(&one_line(said), WORDS).into_owned())
}

/// What the best of them is called, in the customer's language: the words that it was found by may be of another one.
fn named(hits: &[(Hit, u32)], language: Language, context: &Context) -> Option<String> {
    let title = match hits.first()?.0 {
        Hit::Category(id) => context.catalogue.category(id)?.title_in(language),
        Hit::Product(id) => context.catalogue.offered(id)?.title_in(language),
    };
    Some(clip(title, BUTTON_TITLE).into_owned())
}

/// What was found, the best first.
pub(crate) fn found(words: &str, context: &Context) -> View {
    let language = context.customer.language;
    let Hits { hits, meant, .. } = find(words, context);
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
        (Some(meant), _) => {
            text!("search-meant", words = words, meant = named(&hits, language, context).unwrap_or(meant))
        }
        (None, many) if many > PRODUCTS => text!("search-many", words = words, count = many, shown = PRODUCTS),
        (None, _) => text!("search-found", words = words),
    };
    let go = |text: Text, place| vec![InlineButton { label: label(language, &text), button: Callback::Go(place) }];
    let mut rows: Vec<Vec<InlineButton>> = categories
        .take(CATEGORIES)
        .map(|category| {
            let title = clip(category.title_in(language), BUTTON_TITLE).into_owned();
            go(text!("search-category", title = title), Place::Category(category.id))
        })
        .collect();
    rows.extend(products.iter().take(PRODUCTS).map(|product| {
        let title = clip(product.title_in(language), BUTTON_TITLE).into_owned();
        let price = context.show(product.unit_price());
        let text = match product.stock.most() {
            Some(_) => text!("search-product", title = title, price = price),
            None => text!("search-product-sold-out", title = title, price = price),
        };
        go(text, Place::ProductFrom { product: product.id, from: Origin::Search })
    }));
    rows.push(
        [go(text!("to-catalogue"), Place::Catalogue), go(text!("talk-key-person"), Place::Ask { order: None })]
            .concat(),
    );
    View::text(say(language, &head)).rows(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_number_in_all_languages() {
        let lists: Vec<_> =
            Language::iter().map(|language| numbered(&label(language, &text!("words-of-numbers")))).collect();
        let mut all: Vec<_> = lists.concat();
        all.sort_unstable();
        all.dedup();
        assert!(all.windows(2).all(|pair| pair[0].0 != pair[1].0), "{all:?}");
        for list in lists {
            assert_eq!(list.iter().map(|(_, number)| *number).max(), Some(12), "{list:?}");
        }
    }

    #[test]
    fn a_count_is_a_number_and_what_is_said_of_pieces() {
        for (said, counted) in [
            ("2", Some(2)),
            ("  004 ", Some(4)),
            ("2 of them", Some(2)),
            ("Please give me 3!", Some(3)),
            ("x2", Some(2)),
            ("2шт.", Some(2)),
            ("Дайте 3 штуки, будь ласка", Some(3)),
            ("Мне 12 пачек", Some(12)),
            ("two", Some(2)),
            ("One, please", Some(1)),
            ("Дайте дві штуки", Some(2)),
            ("п’ять", Some(5)),
            ("Пять штук!", Some(5)),
            ("two three", None),
            ("two teapots", None),
            ("thirteen", None),
            ("1000", None),
            ("2.5", None),
            ("-2", None),
            ("2 3", None),
            ("2 teapots", None),
            ("2 with a lid", None),
            ("of them", None),
            ("", None),
        ] {
            assert_eq!(count(said), counted, "{said}");
        }
    }
}
