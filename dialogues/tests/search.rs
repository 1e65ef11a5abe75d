//! What is found by what customers write: phrases in three languages, each with the products that are meant by it
//! (`search/*.txt`), and how many of them are found.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dialogues::search::query;
use dialogues::shop::{
    Catalogue, Category, CategoryId, Change, Hit, Language, Money, Product, ProductId, ShopFolder, Stock,
};
use dialogues::world::TEA_HOUSE;
use strum::IntoEnumIterator;

/// In each language, at least.
const RECALL: f64 = 0.97;
const PRECISION: f64 = 0.97;

/// A shop and what is written in it.
#[derive(Default)]
struct Phrases {
    catalogue: Catalogue,
    /// The titles of products, by the title of their category.
    shelves: BTreeMap<String, BTreeSet<String>>,
    /// What is written, and the titles of the products that are meant.
    phrases: Vec<(String, BTreeSet<String>)>,
}

impl Phrases {
    /// Lines of `+ TITLE / CATEGORY / VALUE; VALUE` and of `? PHRASE = TITLE; [CATEGORY]`, or `= -` where nothing is meant.
    fn read(language: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/search/{language}.txt"));
        let text = fs::read_to_string(file).unwrap();
        let mut read = Self::default();
        let mut changes = Vec::new();
        for (number, line) in text.lines().enumerate() {
            match line.split_at_checked(2) {
                Some(("+ ", product)) => {
                    let parts: Vec<&str> = product.split(" / ").collect();
                    let [title, category, values] = parts[..] else { panic!("{language}.txt:{}: {line}", number + 1) };
                    let shelf = CategoryId::of_key(category);
                    read.shelves.entry(category.to_owned()).or_default().insert(title.to_owned());
                    changes.push(Change::Category(Category {
                        id: shelf,
                        title: category.to_owned(),
                        ..Category::default()
                    }));
                    changes.push(Change::Product(Product {
                        id: ProductId::of_key(title),
                        title: title.to_owned(),
                        category: shelf,
                        price: Money::from_minor(100).unwrap(),
                        stock: Stock::Always,
                        characteristics: values.split(';').map(|value| ("", value.trim())).collect(),
                        ..Product::default()
                    }));
                }
                Some(("? ", phrase)) => {
                    let (phrase, meant) = phrase.rsplit_once(" = ").unwrap_or_else(|| panic!("{language}: {line}"));
                    let mut titles = BTreeSet::new();
                    for meant in meant.split(';').map(str::trim).filter(|meant| *meant != "-") {
                        match meant.strip_prefix('[').and_then(|meant| meant.strip_suffix(']')) {
                            Some(shelf) => titles.extend(read.shelves[shelf].iter().cloned()),
                            None => drop(titles.insert(meant.to_owned())),
                        }
                    }
                    let all: BTreeSet<_> = read.shelves.values().flatten().cloned().collect();
                    assert!(titles.is_subset(&all), "{language}.txt:{}: no product is called so", number + 1);
                    read.phrases.push((phrase.to_owned(), titles));
                }
                _ => {}
            }
        }
        read.catalogue = Catalogue::default().changed(changes);
        read
    }

    fn found(&self, phrase: &str) -> BTreeSet<String> {
        let hits = self.catalogue.search(&query(phrase)).hits;
        let product = |(hit, _)| match hit {
            Hit::Product(id) => Some(self.catalogue.product(id).unwrap().title.clone()),
            Hit::Category(_) => None,
        };
        hits.into_iter().filter_map(product).collect()
    }
}

/// How many of the products that are meant are found (recall), and how many of those that are found are meant
/// (precision), on the average over the phrases.
#[test]
fn what_is_meant_is_found_and_little_else() {
    for language in ["en", "uk", "ru"] {
        let phrases = Phrases::read(language);
        assert!(phrases.phrases.len() >= 100, "{language}: only {} phrases", phrases.phrases.len());
        let (mut recall, mut precision, mut wrong) = (0.0, 0.0, Vec::new());
        for (phrase, meant) in &phrases.phrases {
            let found = phrases.found(phrase);
            let both = found.intersection(meant).count() as f64;
            let share = |of: usize| if of == 0 { 1.0 } else { both / of as f64 };
            recall += share(meant.len());
            precision += share(found.len());
            if found != *meant {
                let missing: Vec<_> = meant.difference(&found).collect();
                let others: Vec<_> = found.difference(meant).collect();
                wrong.push(format!("“{phrase}”: missing {missing:?}, not meant {others:?}"));
            }
        }
        let all = phrases.phrases.len() as f64;
        let (recall, precision) = (recall / all, precision / all);
        let told = format!("{language}: recall {recall:.3}, precision {precision:.3}\n{}", wrong.join("\n"));
        assert!(recall >= RECALL && precision >= PRECISION, "{told}");
    }
}

/// The demo shop has three languages: its products are found by their names in each, and somebody who chats in any of them
/// is rarely shown goods.
#[test]
fn in_a_shop_of_three_languages_goods_are_found_in_each() {
    let shop = Catalogue::default().changed(ShopFolder::parse(TEA_HOUSE).unwrap().changes());
    for product in shop.products().filter(|product| !product.hidden) {
        for title in Language::iter().map(|language| product.title_in(language)) {
            let hits = shop.search(&query(title)).hits;
            assert_eq!(hits.first().map(|(hit, _)| *hit), Some(Hit::Product(product.id)), "{title}");
        }
    }
    let all: Vec<_> = ["en", "uk", "ru"].into_iter().flat_map(|language| Phrases::read(language).phrases).collect();
    let chats: Vec<_> = all.iter().filter(|(_, meant)| meant.is_empty()).map(|(phrase, _)| phrase).collect();
    let shown: Vec<_> = chats.iter().filter(|phrase| !shop.search(&query(phrase)).hits.is_empty()).collect();
    // A word such as `tomorrow at five` stands in some characteristic.
    assert!(chats.len() >= 40 && shown.len() * 7 <= chats.len(), "{} of {}: {shown:?}", shown.len(), chats.len());
}

#[test]
fn a_search_in_the_catalogue_of_before_does_not_spoil_that_of_now() {
    let product = |title: &str| Product { id: ProductId::of_key("a"), title: title.to_owned(), ..Product::default() };
    let before = Catalogue::default().changed([Change::Product(product("Cup"))]);
    let now = before.changed([Change::Product(product("Teapot"))]);
    let found = |catalogue: &Catalogue, written: &str| catalogue.search(&query(written)).hits.len();
    assert_eq!((found(&before, "cup"), found(&now, "teapot"), found(&now, "cup")), (1, 1, 0));
}

#[test]
fn what_is_mistyped_twice_is_asked_about() {
    let phrases = Phrases::read("en");
    for (written, meant) in [("yirgachif", Some("Yirgacheffe")), ("sencha", None), ("elephants", None)] {
        assert_eq!(phrases.catalogue.search(&query(written)).meant.as_deref(), meant, "{written}");
    }
}

#[test]
fn a_change_is_found_at_once_and_what_is_sold_out_stands_behind() {
    let product = |key: &str, title: &str, stock| Product {
        id: ProductId::of_key(key),
        title: title.to_owned(),
        stock,
        ..Product::default()
    };
    let found = |catalogue: &Catalogue, written: &str| -> Vec<Hit> {
        catalogue.search(&query(written)).hits.into_iter().map(|(hit, _)| hit).collect()
    };
    let hit = |key: &str| Hit::Product(ProductId::of_key(key));
    let cups = [product("a", "Blue cup", Stock::Count(1)), product("b", "Red cup", Stock::Count(1))];
    let catalogue = Catalogue::default().changed(cups.clone().map(Change::Product));
    let (first, second) = match found(&catalogue, "cup")[..] {
        [first, second] => (first, second),
        ref other => panic!("{other:?}"),
    };
    let sold_out = cups.iter().find(|cup| Hit::Product(cup.id) == first).unwrap();
    let without = catalogue.changed([Change::Product(Product { stock: Stock::Count(0), ..sold_out.clone() })]);
    assert_eq!(found(&without, "cup"), [second, first]);
    let renamed = without.changed([Change::Product(product("a", "Blue teapot", Stock::Always))]);
    assert_eq!((found(&renamed, "cup"), found(&renamed, "teapot")), (vec![hit("b")], vec![hit("a")]));
    assert_eq!(found(&without, "teapot"), [], "an older catalogue is as it was");
    let hidden = Product { hidden: true, ..product("a", "Blue teapot", Stock::Always) };
    let hidden = renamed.changed([Change::Product(hidden), Change::ProductGone(ProductId::of_key("b"))]);
    assert_eq!((found(&hidden, "teapot"), found(&hidden, "cup")), (Vec::new(), Vec::new()));
}
