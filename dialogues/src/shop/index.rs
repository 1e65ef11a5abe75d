//! Finding products and categories by what a customer writes: whatever case, script, accents and inflection, and with
//! one typing error in a word.
//!
//! A word is looked for as it is folded ([`folded`]), by its stem in each language that its script is used for, as the
//! beginning of longer words, and only then with typing errors. A product is found by its title, by the titles of its
//! categories and by its characteristics, and counts for more in this order.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use snowball_stemmers_rs::{Algorithm, Stemmer};

use super::search::{folded, is_hyphen, words};
use super::{CategoryId, ProductId};

/// How much a word counts by where it stands.
const TITLE: u8 = 4;
const CATEGORY: u8 = 2;
const CHARACTERISTIC: u8 = 1;

/// How much a word counts by how it was met, in percent.
const EXACT: u32 = 100;
const INFLECTED: u32 = 90;
const BEGUN: u32 = 70;
const MISTYPED: u32 = 50;
const GUESSED: u32 = 49;

/// Shorter words are not taken for the beginnings of longer ones.
const BEGINNING: usize = 3;
/// A word of the shop, as long as this at least, is met by a longer one, such as `Japan` by `japanese`…
const LONGER: usize = 5;
/// … which has so many more letters at the most.
const ENDING: usize = 3;
/// In shorter words a typing error makes another word too often.
const TYPING_ERROR: usize = 5;
/// In words as long as this, two are guessed where nothing else is found.
const TWO_TYPING_ERRORS: usize = 6;
/// In words as long as this, two are guessed beside other words that are found.
const TWO_BESIDE_OTHERS: usize = 8;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hit {
    Category(CategoryId),
    Product(ProductId),
}

/// What can be found, and the texts that it is found by.
#[derive(Debug)]
pub(super) struct Searchable<'a> {
    pub(super) hit: Hit,
    /// In all languages.
    pub(super) titles: Vec<&'a str>,
    pub(super) categories: Vec<&'a str>,
    pub(super) characteristics: Vec<&'a str>,
}

/// The words of all titles and characteristics that customers see, and where each stands.
#[derive(Debug, Default)]
pub(super) struct SearchIndex {
    entries: Vec<Hit>,
    /// Words and their stems, in order.
    spellings: Vec<Spelling>,
}

#[derive(Debug)]
struct Spelling {
    text: Box<str>,
    /// A bit for each letter, so that most words are seen to be too far from another one without comparing them.
    letters: u64,
    /// A word that is spelled so or has this stem, as it is written in the shop.
    word: Box<str>,
    /// Whether it is a word, and not the stem of one only.
    is_word: bool,
    /// Which entries have it, and how much it counts there.
    at: Vec<(u32, u8)>,
}

impl Spelling {
    fn new(text: &str, word: &str) -> Self {
        Self { text: text.into(), letters: letters(text), word: word.into(), is_word: false, at: Vec::new() }
    }
}

/// What was found by a query: the best first.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// With how much each counts.
    pub hits: Vec<(Hit, u32)>,
    /// Nothing has the words that were written; these are the nearest ones.
    pub meant: Option<String>,
    /// The best has all of the words, and not among its characteristics only.
    pub is_certain: bool,
}

/// The words of a query. What is found does not depend on their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(Vec<Word>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    folded: String,
    /// How many letters it has as it is written: `ю` is one, and folds to two.
    letters: usize,
    stems: Vec<String>,
    /// Of a word with hyphens (`pu-erh`, which many write as one word): what stands between them.
    parts: Vec<Word>,
}

impl Query {
    /// Leaves out the words, in small letters, of which `unsearched` says so, such as articles.
    pub fn new(said: &str, unsearched: impl Fn(&str) -> bool) -> Self {
        Self(words(said).filter(|word| !unsearched(&word.to_lowercase())).map(Word::new).collect())
    }
}

impl Query {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Word {
    /// A word as it is written.
    fn new(written: &str) -> Self {
        let parts: Vec<&str> = written.split(is_hyphen).filter(|part| !part.is_empty()).collect();
        let lower = parts.concat().to_lowercase();
        let word = folded(&lower).replace(' ', "");
        let mut stems: Vec<String> = Vec::new();
        for algorithm in algorithms(&lower) {
            let stem = Stemmer::create(*algorithm).stem(&lower);
            // What leaves half of a word or less has cut it to another one: `чайник` to `чай`.
            let is_too_short = stem.chars().count() * 2 <= lower.chars().count();
            let stem = folded(&stem);
            if !is_too_short && stem != word && !stems.contains(&stem) {
                stems.push(stem);
            }
        }
        let parts = if parts.len() > 1 { parts.into_iter().map(Self::new).collect() } else { Vec::new() };
        Self { folded: word, letters: lower.chars().count(), stems, parts }
    }
}

/// The languages that a word may be of: its script says which. A word in Latin letters has its English stem.
fn algorithms(word: &str) -> &'static [Algorithm] {
    match word.chars().any(|letter| ('\u{400}'..='\u{52f}').contains(&letter)) {
        true => &[Algorithm::Ukrainian, Algorithm::Russian],
        false => &[Algorithm::English],
    }
}

fn letters(text: &str) -> u64 {
    text.chars().fold(0, |letters, letter| letters | 1 << (u32::from(letter) % 64))
}

impl SearchIndex {
    /// An index of what customers can see.
    pub(super) fn of<'a>(entries: impl IntoIterator<Item = Searchable<'a>>) -> Self {
        let mut index = Building::default();
        for Searchable { hit, titles, categories, characteristics } in entries {
            index.entries.push(hit);
            titles.into_iter().for_each(|title| index.text(title, TITLE));
            categories.into_iter().for_each(|title| index.text(title, CATEGORY));
            characteristics.into_iter().for_each(|value| index.text(value, CHARACTERISTIC));
        }
        index.built()
    }

    /// How many things can be found.
    pub(super) fn size(&self) -> usize {
        self.entries.len()
    }

    /// The words of the shop that a longer word begins with.
    fn shorter(&self, word: &str) -> impl Iterator<Item = &Spelling> {
        let ends = word.char_indices().map(|(place, _)| place).rev().take(ENDING);
        let is_long = |text: &&str| text.chars().count() >= LONGER;
        ends.map(|end| &word[..end]).filter(is_long).filter_map(|text| self.spelling(text))
    }

    /// The words that begin so, and their stems.
    fn begun(&self, beginning: &str) -> impl Iterator<Item = &Spelling> {
        let from = self.spellings.partition_point(|spelling| *spelling.text < *beginning);
        self.spellings[from..].iter().take_while(move |spelling| spelling.text.starts_with(beginning))
    }

    fn spelling(&self, text: &str) -> Option<&Spelling> {
        let place = self.spellings.binary_search_by(|spelling| (*spelling.text).cmp(text)).ok()?;
        Some(&self.spellings[place])
    }
}

/// What has the most of the words in some indexes, the best first. What `is_current` denies for the number of an index
/// is not found in that one.
pub(super) fn search(indexes: &[&SearchIndex], is_current: impl Fn(usize, &Hit) -> bool, query: &Query) -> Hits {
    let search = Search { indexes, is_current };
    let words = search.separated(query);
    let certain: Vec<_> = words.iter().map(|word| search.strictly(word)).collect();
    // A number stands in many places; beside words that nobody knows (`Main street 4`) it says nothing.
    let is_number = |word: &Word| word.folded.chars().all(|letter| letter.is_ascii_digit());
    let are_numbers = words.iter().all(|word| is_number(word));
    let known = certain.iter().zip(&words).filter(|(met, word)| met.is_some() && (are_numbers || !is_number(word)));
    let is_any_certain = known.count() > 0;
    let guess = |word: &Word| match search.mistyped(word, 1) {
        None if is_any_certain && word.letters >= TWO_BESIDE_OTHERS => search.mistyped(word, 2),
        met => met,
    };
    let met: Vec<_> = certain.into_iter().zip(&words).map(|(met, word)| met.or_else(|| guess(word))).collect();
    // Several words of which some are guessed and none is known are no query: somebody chats.
    let is_chat = !is_any_certain && met.iter().any(Option::is_none);
    if !is_chat {
        let hits = best(met.iter().flatten(), words.len());
        // Numbers stand in characteristics everywhere: `2 minutes`, `100 g`.
        let is_meant = |(_, counts): &(Hit, u32)| !are_numbers || *counts >= u32::from(TITLE) * BEGUN;
        let hits: Vec<_> = hits.into_iter().filter(is_meant).collect();
        if !hits.is_empty() || is_any_certain {
            let is_titled = hits.first().is_some_and(|(_, counts)| *counts >= u32::from(TITLE) * GUESSED);
            return Hits { is_certain: is_titled && met.iter().all(Option::is_some), hits, meant: None };
        }
    }
    let guessed: Vec<_> = words.iter().map(|word| search.mistyped(word, 2)).collect();
    if guessed.iter().any(Option::is_none) {
        return Hits::default();
    }
    let meant: Vec<&str> = guessed.iter().flatten().filter_map(|met| met.word).collect();
    let hits = best(guessed.iter().flatten(), words.len());
    Hits { meant: (!hits.is_empty()).then(|| meant.join(" ")), hits, is_certain: false }
}

/// What has the most of the words, where that is a third of them or more.
fn best<'m>(met: impl Iterator<Item = &'m Met<'m>>, words: usize) -> Vec<(Hit, u32)> {
    let mut sums: HashMap<Hit, (usize, u32)> = HashMap::new();
    for (hit, counts) in met.flat_map(|word| &word.hits) {
        let (words, sum) = sums.entry(*hit).or_default();
        *words += 1;
        *sum += counts;
    }
    let most = sums.values().map(|(words, _)| *words).max().unwrap_or_default();
    if most * 3 < words {
        return Vec::new();
    }
    let best = sums.into_iter().filter(|(_, (words, _))| *words == most);
    let mut hits: Vec<_> = best.map(|(hit, (_, sum))| (hit, sum)).collect();
    hits.sort_unstable_by_key(|(hit, sum)| (Reverse(*sum), *hit));
    hits
}

/// Indexes that are searched together.
struct Search<'i, C> {
    indexes: &'i [&'i SearchIndex],
    is_current: C,
}

impl<'i, C: Fn(usize, &Hit) -> bool> Search<'i, C> {
    /// The words of a query; of one with hyphens its parts, where the shop writes them as several words.
    fn separated<'q>(&self, query: &'q Query) -> Vec<&'q Word> {
        let is_known = |word: &Word| self.strictly(word).is_some();
        let separate = |word: &'q Word| match word.parts.iter().any(is_known) && !is_known(word) {
            true => word.parts.iter().collect(),
            false => vec![word],
        };
        query.0.iter().flat_map(separate).collect()
    }

    /// A word without typing errors, or the beginning of one.
    fn strictly(&self, word: &Word) -> Option<Met<'i>> {
        let mut met = Met::default();
        for (number, index) in self.indexes.iter().enumerate() {
            if let Some(spelling) = index.spelling(&word.folded) {
                self.add(&mut met, number, spelling, if spelling.is_word { EXACT } else { INFLECTED });
            }
            for spelling in word.stems.iter().filter_map(|stem| index.spelling(stem)) {
                self.add(&mut met, number, spelling, INFLECTED);
            }
        }
        if met.hits.is_empty() && word.folded.chars().count() >= BEGINNING {
            for (number, index) in self.indexes.iter().enumerate() {
                for spelling in index.begun(&word.folded).chain(index.shorter(&word.folded)) {
                    self.add(&mut met, number, spelling, BEGUN);
                }
            }
        }
        (!met.hits.is_empty()).then_some(met)
    }

    /// A word with so many typing errors: the nearest ones.
    fn mistyped(&self, word: &Word, most: usize) -> Option<Met<'i>> {
        let shortest = if most > 1 { TWO_TYPING_ERRORS } else { TYPING_ERROR };
        if word.letters < shortest {
            return None;
        }
        let written: Vec<(&str, usize, u64)> = std::iter::once(&word.folded)
            .chain(&word.stems)
            .map(|text| (text.as_str(), text.chars().count(), letters(text)))
            .filter(|(_, length, _)| *length >= shortest)
            .collect();
        let mut met = Met::default();
        for (number, index) in self.indexes.iter().enumerate() {
            for spelling in &index.spellings {
                // Each error adds a letter and removes another one at the most.
                let far = |letters: u64| (spelling.letters ^ letters).count_ones() as usize > 2 * most;
                let near = written.iter().any(|(text, length, letters)| {
                    !far(*letters)
                        && spelling.text.len().abs_diff(text.len()) <= 4 * most
                        && spelling.text.chars().count().abs_diff(*length) <= most
                        && strsim::osa_distance(text, &spelling.text) <= most
                });
                if near {
                    self.add(&mut met, number, spelling, if most > 1 { GUESSED } else { MISTYPED });
                }
            }
        }
        (!met.hits.is_empty()).then_some(met)
    }

    fn add(&self, met: &mut Met<'i>, number: usize, spelling: &'i Spelling, quality: u32) {
        let entries = &self.indexes[number].entries;
        let there = spelling.at.iter().map(|(entry, weight)| (entries[*entry as usize], *weight));
        // The beginning of some word in a characteristic is met by chance, and so is one with two typing errors: `earl` in
        // `Early spring`, `sencha` in `Bengal`.
        let least = if [BEGUN, GUESSED].contains(&quality) { CATEGORY } else { CHARACTERISTIC };
        let current = there.filter(|(hit, weight)| *weight >= least && (self.is_current)(number, hit));
        for (hit, weight) in current {
            met.word = met.word.or(Some(&spelling.word));
            let counts = met.hits.entry(hit).or_default();
            *counts = (*counts).max(u32::from(weight) * quality);
        }
    }
}

/// Where one word of a query was met.
#[derive(Default)]
struct Met<'i> {
    hits: HashMap<Hit, u32>,
    /// One of the words that it was taken for.
    word: Option<&'i str>,
}

/// An index that is being built.
#[derive(Default)]
struct Building {
    entries: Vec<Hit>,
    spellings: BTreeMap<Box<str>, Spelling>,
    /// A word stands in many texts, and is stemmed once.
    stemmed: HashMap<String, Word>,
}

impl Building {
    /// Adds a text to the last entry.
    fn text(&mut self, text: &str, weight: u8) {
        let entry = u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX);
        for written in words(text) {
            let word = match self.stemmed.get(written) {
                Some(word) => word,
                None => self.stemmed.entry(written.to_owned()).or_insert_with(|| Word::new(written)),
            };
            for word in std::iter::once(word).chain(&word.parts) {
                let stems = word.stems.iter().map(|stem| (stem, false));
                for (text, is_word) in std::iter::once((&word.folded, true)).chain(stems) {
                    let spelling = match self.spellings.get_mut(text.as_str()) {
                        Some(known) => known,
                        None => {
                            self.spellings.entry(text.as_str().into()).or_insert_with(|| Spelling::new(text, written))
                        }
                    };
                    spelling.is_word |= is_word;
                    match spelling.at.last_mut() {
                        Some((last, counts)) if *last == entry => *counts = (*counts).max(weight),
                        _ => spelling.at.push((entry, weight)),
                    }
                }
            }
        }
    }

    fn built(self) -> SearchIndex {
        let mut spellings: Vec<Spelling> = self.spellings.into_values().collect();
        spellings.iter_mut().for_each(|spelling| spelling.at.shrink_to_fit());
        SearchIndex { entries: self.entries, spellings }
    }
}
