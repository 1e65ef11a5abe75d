//! Search in the chat: `cargo bench --bench search`.
//!
//! 5,000 products in 60 categories, made of words of the demo shop. What is measured is one search, by what is written:
//! whole words, inflected ones, the beginning of one, one with a typing error, one that is guessed, and a sentence. Beside it
//! stands looking at the title of each product for the same words, which is what `q` of the API does. The index is built by
//! the first search; that is measured by itself. All is in memory, on one core.

// A benchmark speaks on stdout.
#![allow(clippy::print_stdout)]
#![allow(clippy::disallowed_methods, reason = "a benchmark measures how long it takes")]
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot be run may end")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use dialogues::search::query;
use dialogues::shop::{Catalogue, Category, CategoryId, Change, Product, ProductId, SearchWords, Stock, folded};
use dialogues::world::named_catalogue;

const PRODUCTS: usize = 5_000;
const CATEGORIES: usize = 60;
const ROUNDS: usize = 200;

const WRITTEN: [(&str, &str); 6] = [
    ("a word", "sencha"),
    ("inflected words", "glass teapots"),
    ("the beginning of a word", "choc"),
    ("a typing error", "jasmne"),
    ("two typing errors", "yirgachif"),
    ("a sentence", "do you have green tea from Japan, please?"),
];

/// Titles of two demo products and a number each, so that there are as many words as in a shop of this size.
fn catalogue() -> Catalogue {
    let demo = named_catalogue("tea-house").unwrap();
    let mut known: Vec<_> = demo.products().collect();
    known.sort_by_key(|product| product.id);
    let shelf = |number: usize| CategoryId::of_key(&format!("shelf-{}", number % CATEGORIES));
    let categories = (0..CATEGORIES).map(|number| {
        let title = format!("{} {number}", known[number % known.len()].title);
        Change::Category(Category { id: shelf(number), title, ..Category::default() })
    });
    let products = (0..PRODUCTS).map(|number| {
        let (one, two) = (known[number % known.len()], known[number / known.len() % known.len()]);
        Change::Product(Product {
            id: ProductId::of_key(&number.to_string()),
            title: format!("{} {} {}", one.title, two.title, word(number)),
            category: shelf(number),
            stock: Stock::Always,
            characteristics: one.characteristics.clone(),
            ..Product::default()
        })
    });
    Catalogue::default().changed(categories.chain(products))
}

/// A word of its own for every third product.
fn word(number: usize) -> String {
    let letters = |mut number: usize| {
        let mut word = String::new();
        for _ in 0..3 {
            word.push_str(["ba", "do", "fe", "gi", "ku", "la", "mo", "ne", "pi", "ru", "sa", "to", "ve"][number % 13]);
            number /= 13;
        }
        word
    };
    letters(number / 3)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed(mut work: impl FnMut()) -> Duration {
    let once = |_| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    median((0..ROUNDS).map(once).collect())
}

fn main() {
    let catalogue = catalogue();
    let began = Instant::now();
    black_box(catalogue.search(&query("sencha")));
    println!("The index of {PRODUCTS} products is built in {:.0} ms.\n", began.elapsed().as_secs_f64() * 1e3);
    let titles: Vec<String> = catalogue.products().map(|product| folded(&product.title)).collect();
    println!("| written | found | a search | beside looking at each title |");
    println!("|---|---|---|---|");
    for (kind, written) in WRITTEN {
        let found = catalogue.search(&query(written)).hits.len();
        let search = timed(|| drop(black_box(catalogue.search(&query(black_box(written))))));
        let scan = timed(|| {
            let words = SearchWords::new(black_box(written));
            black_box(titles.iter().filter(|title| words.are_in(title)).count());
        });
        let ratio = search.as_secs_f64() / scan.as_secs_f64();
        println!("| {kind}: “{written}” | {found} | {:.2} ms | {ratio:.1} × |", search.as_secs_f64() * 1e3);
    }
}
