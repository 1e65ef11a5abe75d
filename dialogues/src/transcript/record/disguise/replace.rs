//! Replaces values in texts, and leaves the shop's own words alone.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use strum::IntoEnumIterator;

use crate::buttons::Field;
use crate::markup;
use crate::shop::{Catalogue, Language};
use crate::texts::{self, Html, clip};
use crate::transcript::record::{Recording, spot};
use crate::world::settings;

/// How many characters of what somebody says are repeated to them.
const REPEATED: usize = 60;

/// A repeated word shorter than this is replaced in quotes only: it may be one of the bot's words as well.
const UNMISTAKABLE: usize = 6;

/// What is replaced, and what is not.
#[derive(Clone, Default)]
pub(super) struct Replaced {
    entries: Vec<Entry>,
    /// By their first letter.
    kept: HashMap<char, Vec<String>>,
}

#[derive(Clone)]
struct Entry {
    text: String,
    person: String,
    alias: String,
    field: Field,
    place: Place,
}

/// Where a text is replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Anywhere,
    /// In what people write.
    Written,
    /// Between quotation marks.
    Quoted,
}

/// All that a shop says of its goods and its news.
pub(super) fn shop_texts(shop: &Catalogue) -> impl Iterator<Item = &str> {
    let products = shop.products().flat_map(|product| {
        let own =
            [product.title.as_str(), product.description.as_str()].into_iter().chain(product.characteristics.texts());
        own.chain(product.translations.texts())
    });
    let categories = shop.categories().flat_map(|category| {
        let own = [category.title.as_str(), category.description.as_str()];
        own.into_iter().chain(category.translations.texts())
    });
    let news = shop.news(DateTime::<Utc>::MAX_UTC, usize::MAX);
    let news = news.flat_map(|news| {
        let own = [news.headline.as_str(), news.body.as_str()];
        own.into_iter().chain(news.translations.texts())
    });
    products.chain(categories).chain(news)
}

fn titles(shop: &Catalogue) -> impl Iterator<Item = &str> {
    let products = shop.products().flat_map(|product| product.titles());
    products.chain(shop.categories().flat_map(|category| category.titles()))
}

impl Replaced {
    /// Replaces nothing yet; the words of the tape's shops will stay.
    pub(super) fn keeping(tape: &Recording) -> Self {
        let mut kept: HashMap<char, Vec<String>> = HashMap::new();
        let shop_name = settings().shop_name;
        let mut shops: Vec<_> = tape.steps.iter().flat_map(|step| &step.shop).collect();
        shops.dedup_by(|a, b| Arc::ptr_eq(a, b));
        // What an e-mail looks like is the bot's own word.
        let sources = Language::iter().map(texts::source);
        let samples = sources.flat_map(|text| spot::emails(text).into_iter().chain(spot::phones(text, true)));
        let texts = shops.iter().flat_map(|shop| shop_texts(shop)).flat_map(str::lines);
        // A word alone is somebody's name as well as the shop's.
        let sentences = texts.filter(|line| line.split_whitespace().nth(2).is_some());
        let titles = shops.iter().flat_map(|shop| titles(shop));
        let lines = sentences.chain(titles).chain(samples).chain([shop_name.as_str()]);
        for line in lines.map(chat).filter(|line| !line.trim().is_empty()) {
            let first = line.chars().next().unwrap_or_default();
            let known = kept.entry(first).or_default();
            if !known.contains(&line) {
                known.push(line);
            }
        }
        Self { entries: Vec::new(), kept }
    }

    /// Whether the shop says just this, so that it says nothing of anybody.
    pub(super) fn keeps(&self, text: &str) -> bool {
        let first = text.chars().next().unwrap_or_default();
        self.kept.get(&first).is_some_and(|kept| kept.iter().any(|line| line == text))
    }

    /// What a text by itself becomes, if it is known.
    pub(super) fn alias(&self, text: &str, person: &str) -> Option<&str> {
        self.entries.iter().find(|entry| entry.means(text, person)).map(|entry| entry.alias.as_str())
    }

    /// Replaces a text from now on. Less than two letters or digits say nothing of anybody.
    pub(super) fn add(&mut self, text: &str, person: &str, alias: &str, field: Field) {
        let signs = text.chars().filter(|c| c.is_alphanumeric()).count();
        let telling = field == Field::Phone || text.chars().any(char::is_alphabetic);
        if text == alias || signs < 2 || !telling {
            return;
        }
        for text in [text.to_owned(), chat(text)] {
            if !self.entries.iter().any(|entry| entry.means(&text, person)) {
                self.push(text, person, alias, field, Place::Anywhere);
            }
        }
    }

    /// Replaces a text in what people write only: the bot may have the same word.
    pub(super) fn add_written(&mut self, text: &str, person: &str, alias: &str) {
        self.push(text.to_owned(), person, alias, Field::Name, Place::Written);
    }

    fn push(&mut self, text: String, person: &str, alias: &str, field: Field, place: Place) {
        let (person, alias) = (person.to_owned(), alias.to_owned());
        self.entries.push(Entry { text, person, alias, field, place });
    }

    /// The same for what the bot shows after somebody has said something, which it may repeat, whole or clipped.
    pub(super) fn with_echoes(&self, echoes: impl Iterator<Item = (String, String)>) -> Self {
        let mut replaced = self.clone();
        replaced.entries.retain(|entry| entry.place != Place::Written);
        for (said, written) in echoes {
            let clipped = |text: &str| chat(&clip(text, REPEATED));
            let place = if said.chars().count() < UNMISTAKABLE { Place::Quoted } else { Place::Anywhere };
            replaced.push(clipped(&said), "", &clipped(&written), Field::Address, place);
            replaced.push(chat(&said), "", &chat(&written), Field::Address, place);
        }
        replaced
    }

    /// A text in somebody's chat with everything replaced.
    pub(super) fn within(&self, text: &str, person: &str) -> String {
        let mut written = String::with_capacity(text.len());
        let mut rest = text;
        let mut before = ' ';
        while let Some(first) = rest.chars().next() {
            let length = match self.at(rest, before, first, person) {
                Some((length, Some(alias))) => {
                    written.push_str(alias);
                    length
                }
                Some((length, None)) => {
                    written.push_str(&rest[..length]);
                    length
                }
                None => {
                    written.push(first);
                    first.len_utf8()
                }
            };
            before = rest[..length].chars().next_back().unwrap_or(' ');
            rest = &rest[length..];
        }
        written
    }

    /// The longest thing that stands at the beginning of a text: its length, and what it becomes, unless it stays.
    fn at(&self, text: &str, before: char, first: char, person: &str) -> Option<(usize, Option<&str>)> {
        let whole = |part: &str, rest: &str| {
            let joins = |a: char, b: char| a.is_alphanumeric() && b.is_alphanumeric();
            let (last, next) = (part.chars().next_back().unwrap_or(' '), rest.chars().next().unwrap_or(' '));
            !joins(before, first) && !joins(last, next)
        };
        let fits = |part: &str| text.strip_prefix(part).is_some_and(|rest| whole(part, rest));
        let kept = self.kept.get(&first).into_iter().flatten().filter(|line| fits(line)).map(String::len).max();
        let entries = self.entries.iter().filter(|entry| fits(&entry.text));
        let entries =
            entries.filter(|entry| entry.place != Place::Quoted || is_quoted(before, &text[entry.text.len()..]));
        // Of two people who are called the same, in their own chats each is themselves.
        let best = entries.max_by_key(|entry| (entry.text.len(), entry.person == person || entry.field != Field::Name));
        match (kept, best) {
            (Some(kept), best) if best.is_none_or(|best| best.text.len() <= kept) => Some((kept, None)),
            (_, Some(best)) => Some((best.text.len(), Some(&best.alias))),
            (_, None) => None,
        }
    }
}

impl Entry {
    /// Whether this is the one for a text in somebody's chat. Names are everybody's own, all else is the same for all.
    fn means(&self, text: &str, person: &str) -> bool {
        let own = self.person == person || self.field != Field::Name;
        self.text == text && own && self.place == Place::Anywhere
    }
}

fn is_quoted(before: char, rest: &str) -> bool {
    matches!(before, '“' | '«' | '„' | '"') && rest.starts_with(['”', '»', '“', '"'])
}

/// A text as it reads in a chat.
fn chat(text: &str) -> String {
    markup::parse_html(Html::escape(text).as_str()).map_or_else(|_| text.to_owned(), |rich| rich.to_chat())
}
