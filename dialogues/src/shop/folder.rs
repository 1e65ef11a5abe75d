//! A shop as a folder of plain files: `shop.yaml` and `pictures/`.
//!
//! This module reads the text and checks it by the rules of [`super::rules`]; whoever owns a disk brings the text and the
//! pictures. All that breaks a rule is reported at once, each with its line.

mod entry;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use serde_saphyr::{Budget, Options, Spanned};

use self::entry::{ByLanguage, CategoryWords, NewsWords, ProductEntry, Said, Scalar, translations};
use super::rules::{self, Flaw, check_line};
use super::{
    CatalogueTranslations, Category, CategoryId, Change, Currency, FieldValue, Money, News, NewsId, Percent, PictureId,
    Product, ProductId, Stock, TRANSLATIONS, Translation,
};

/// The most bytes of a `shop.yaml`.
pub const SHOP_YAML_LIMIT: usize = 64 * 1024 * 1024;

/// So many faults are printed; the rest is counted.
const PRINTED: usize = 100;

/// Why a shop folder cannot be used; each names the place and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    #[error("shop.yaml: {0}")]
    Yaml(String),
    #[error("{}", printed(.0))]
    Faults(Vec<FolderFault>),
}

/// A part of `shop.yaml` that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderFault {
    /// From 1 on.
    pub line: u64,
    /// What it belongs to, such as `product “sencha”`.
    pub of: String,
    pub flaw: Flaw,
}

impl fmt::Display for FolderFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, of, flaw } = self;
        write!(f, "shop.yaml, line {line}: {of}: {flaw}")
    }
}

fn printed(faults: &[FolderFault]) -> String {
    let mut lines: Vec<String> = faults.iter().take(PRINTED).map(ToString::to_string).collect();
    if let more @ 1.. = faults.len().saturating_sub(PRINTED) {
        lines.push(format!("… and {more} more"));
    }
    lines.join("\n")
}

/// A shop as its folder describes it.
#[derive(Debug, Clone)]
pub struct ShopFolder {
    pub name: String,
    pub currency: Currency,
    pub categories: Vec<Category>,
    /// Their pictures are still file names in `pictures/`.
    pub products: Vec<Product>,
    pub news: Vec<News>,
    /// Where each picture is named first.
    pictures: BTreeMap<String, Place>,
}

/// Where something stands in `shop.yaml`.
#[derive(Debug, Clone)]
struct Place {
    line: u64,
    of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopFile {
    name: Spanned<String>,
    #[serde(default)]
    currency: Currency,
    categories: Vec<Spanned<CategoryEntry>>,
    products: Vec<Spanned<ProductEntry>>,
    #[serde(default)]
    news: Vec<Spanned<NewsEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryEntry {
    key: Option<Spanned<String>>,
    title: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    translations: Option<Spanned<ByLanguage<CategoryWords>>>,
    #[serde(default)]
    subcategories: Vec<Spanned<CategoryEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewsEntry {
    key: Option<Spanned<String>>,
    headline: Option<Spanned<String>>,
    body: Option<Spanned<String>>,
    published: Option<Spanned<String>>,
    translations: Option<Spanned<ByLanguage<NewsWords>>>,
}

impl ShopFolder {
    /// Reads `shop.yaml`.
    ///
    /// # Errors
    /// [`FolderError::Yaml`] for what is no YAML of this shape; [`FolderError::Faults`] with every rule that is broken.
    pub fn parse(yaml: &str) -> Result<Self, FolderError> {
        let yaml = yaml.strip_prefix('\u{feff}').unwrap_or(yaml);
        let file: ShopFile = serde_saphyr::from_str_with_options(yaml, options())
            .map_err(|error| FolderError::Yaml(error.to_string()))?;
        let mut reading = Reading::default();
        let name = file.name.value.trim().to_owned();
        if let Err(problem) = check_line(&name, rules::SHOP_NAME_LIMIT) {
            reading.fault(file.name.referenced.line(), "the shop", "name", problem.to_string());
        }
        reading.categories(file.categories, None);
        let products: Vec<Product> =
            file.products.into_iter().enumerate().map(|(place, entry)| reading.product(place, entry)).collect();
        let news: Vec<News> = file.news.into_iter().map(|entry| reading.news(entry)).collect();
        if !reading.faults.is_empty() {
            reading.faults.sort_by_key(|fault| fault.line);
            return Err(FolderError::Faults(reading.faults));
        }
        let Reading { categories, pictures, .. } = reading;
        Ok(Self { name, currency: file.currency, categories, products, news, pictures })
    }

    /// Everything in the folder, as changes of an empty catalogue.
    pub fn changes(&self) -> impl Iterator<Item = Change> + '_ {
        let categories = self.categories.iter().cloned().map(Change::Category);
        let products = self.products.iter().cloned().map(Change::Product);
        categories.chain(products).chain(self.news.iter().cloned().map(Change::News))
    }

    /// The file names of all pictures.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        self.pictures.keys().map(String::as_str)
    }

    /// What is wrong with a picture, where it is named first.
    pub fn picture_fault(&self, name: &str, problem: String) -> FolderFault {
        let Place { line, of } =
            self.pictures.get(name).cloned().unwrap_or_else(|| Place { line: 0, of: "the shop".to_owned() });
        FolderFault { line, of, flaw: Flaw { field: "picture".to_owned(), problem } }
    }
}

/// The reader's bounds, for files of up to [`SHOP_YAML_LIMIT`]: as many entries as fit into one, and the reader's own
/// bounds of what grows beyond its size, which are aliases.
fn options() -> Options {
    let mut budget = Budget::default();
    budget.max_nodes = SHOP_YAML_LIMIT;
    budget.max_events = SHOP_YAML_LIMIT;
    serde_saphyr::options! { budget: Some(budget) }
}

/// Stands for what is missing while the rest is looked at; the shop is refused in the end.
const MISSING: &str = "missing";

/// A shop that is being read.
#[derive(Default)]
struct Reading {
    faults: Vec<FolderFault>,
    categories: Vec<Category>,
    pictures: BTreeMap<String, Place>,
    /// Keys of each kind.
    keys: HashSet<(&'static str, String)>,
    /// Categories by key, and whether products may stand in them.
    leaves: HashMap<String, bool>,
}

impl Reading {
    fn fault(&mut self, line: u64, of: &str, field: &str, problem: impl Into<String>) {
        let flaw = Flaw { field: field.to_owned(), problem: problem.into() };
        self.faults.push(FolderFault { line, of: of.to_owned(), flaw });
    }

    /// Notes the rules that something breaks, each at the line of its field.
    fn flaws(&mut self, of: &str, flaws: Vec<Flaw>, line_of: impl Fn(&str) -> Option<u64>, otherwise: u64) {
        for flaw in flaws {
            let field = flaw.field.split('/').next().unwrap_or_default();
            let line = line_of(field).unwrap_or(otherwise);
            self.faults.push(FolderFault { line, of: of.to_owned(), flaw });
        }
    }

    /// The entry's name for people, and its key.
    fn key(&mut self, kind: &'static str, key: &Option<Spanned<String>>, line: u64) -> (String, String) {
        let Some(Spanned { value, referenced, .. }) = key else {
            let of = format!("a {kind}");
            self.fault(line, &of, "key", "it is missing");
            return (of, MISSING.to_owned());
        };
        let of = format!("{kind} “{value}”");
        if let Err(problem) = check_line(value, rules::TITLE_LIMIT) {
            self.fault(referenced.line(), &of, "key", problem.to_string());
        }
        if !self.keys.insert((kind, value.clone())) {
            self.fault(referenced.line(), &of, "key", "it stands twice; give one of them another key");
        }
        (of, value.clone())
    }

    /// A text that must be there.
    fn text(&mut self, of: &str, line: u64, field: &str, text: &Option<Spanned<String>>) -> String {
        match text {
            Some(text) => text.value.trim().to_owned(),
            None => {
                self.fault(line, of, field, "it is missing");
                MISSING.to_owned()
            }
        }
    }

    fn categories(&mut self, entries: Vec<Spanned<CategoryEntry>>, parent: Option<CategoryId>) {
        for Spanned { value: entry, referenced, .. } in entries {
            let line = referenced.line();
            let (of, key) = self.key("category", &entry.key, line);
            let title = self.text(&of, line, "title", &entry.title);
            let id = CategoryId::of_key(&key);
            self.leaves.insert(key, entry.subcategories.is_empty());
            let position = self.categories.len() as u32 * 10;
            let translated = line_in(&entry.translations);
            let translations = spoken(entry.translations);
            let description = trimmed(&entry.description);
            let category = Category { id, title, description, parent, position, translations };
            let line_of = |field: &str| match field {
                "title" => line_in(&entry.title),
                TRANSLATIONS => translated,
                _ => line_in(&entry.description),
            };
            self.flaws(&of, category.flaws(), line_of, line);
            self.categories.push(category);
            self.categories(entry.subcategories, Some(id));
        }
    }

    fn product(&mut self, place: usize, entry: Spanned<ProductEntry>) -> Product {
        let (line, entry) = (entry.referenced.line(), entry.value);
        let (of, key) = self.key("product", &entry.key, line);
        // Gaps, so that a product can be put between two others later.
        let mut product = Product { id: ProductId::of_key(&key), position: place as u32 * 10, ..Product::default() };
        for (field, value) in product.fields() {
            match entry.values.get(field) {
                Some(said) => self.value(&of, field, said, value),
                None if value.is_required() => {
                    let stock =
                        if matches!(value, FieldValue::Stock(_)) { ": a count, or the word always" } else { "" };
                    self.fault(line, &of, field, format!("it is missing{stock}"));
                    if let FieldValue::Line(text, _) = value {
                        *text = MISSING.to_owned();
                    }
                }
                None => {}
            }
        }
        let line_of = |field: &str| entry.values.get(field).map(|said| said.referenced.line());
        self.flaws(&of, product.flaws(), line_of, line);
        product
    }

    /// Reads what is said of a product's field.
    fn value(&mut self, of: &str, field: &str, said: &Spanned<Said>, value: FieldValue<'_>) {
        let line = said.referenced.line();
        match (value, &said.value) {
            (FieldValue::Line(text, _) | FieldValue::Prose(text, _), Said::Text(said)) => {
                *text = said.trim().to_owned()
            }
            (FieldValue::Category(category), Said::Text(key)) => {
                let key = key.trim();
                *category = CategoryId::of_key(key);
                if self.leaves.get(key) != Some(&true) {
                    self.fault(line, of, field, format!("the category “{key}” does not exist or has subcategories"));
                }
            }
            (FieldValue::Price(price), Said::Text(said)) => match said.trim().parse::<Money>() {
                Ok(read) => *price = read,
                Err(error) => self.fault(line, of, field, error.to_string()),
            },
            (FieldValue::Picture(picture), Said::Text(name)) => *picture = self.picture(of, line, name),
            (FieldValue::Percent(percent), Said::Scalar(said)) => match said.whole::<u8>().map(Percent::try_from) {
                Some(Ok(read)) => *percent = read,
                _ => self.fault(line, of, field, "it is no whole per cent from 0 to 100"),
            },
            (FieldValue::Stock(stock), Said::Scalar(said)) => match said {
                Scalar::Word(word) if word == "always" => *stock = Stock::Always,
                said => match said.whole() {
                    Some(count) => *stock = Stock::Count(count),
                    None => {
                        let problem =
                            format!("it is neither a count from 0 to {} nor the word always", rules::STOCK_LIMIT);
                        self.fault(line, of, field, problem);
                    }
                },
            },
            (FieldValue::Whole(number, most), Said::Scalar(said)) => {
                *number = said.whole();
                if number.is_none() {
                    self.fault(line, of, field, format!("it is no whole number from 0 to {most}"));
                }
            }
            (FieldValue::Flag(flag), Said::Flag(said)) => *flag = *said,
            (FieldValue::Characteristics(rows), Said::Rows(said)) => rows.clone_from(said),
            (FieldValue::Translations(all), Said::Translations(said)) => all.clone_from(said),
            // `ProductEntry` reads each kind of field as what stands here.
            _ => self.fault(line, of, field, "it cannot be written like this"),
        }
    }

    /// A picture is a file in `pictures/` itself: its name is no path.
    fn picture(&mut self, of: &str, line: u64, name: &str) -> Option<PictureId> {
        let is_path = name.contains(['/', '\\']) || [".", ".."].contains(&name);
        if is_path || check_line(name, rules::TITLE_LIMIT).is_err() {
            self.fault(line, of, "picture", "it must be the name of a file in pictures/, without a path");
            return None;
        }
        self.pictures.entry(name.to_owned()).or_insert_with(|| Place { line, of: of.to_owned() });
        Some(PictureId(name.to_owned()))
    }

    fn news(&mut self, entry: Spanned<NewsEntry>) -> News {
        let (line, entry) = (entry.referenced.line(), entry.value);
        let (of, key) = self.key("news item", &entry.key, line);
        let headline = self.text(&of, line, "headline", &entry.headline);
        let body = self.text(&of, line, "body", &entry.body);
        let text = self.text(&of, line, "published", &entry.published);
        let time = text.parse::<DateTime<Utc>>().ok().filter(|time| (1..=9999).contains(&time.year()));
        if let Some(line) = line_in(&entry.published).filter(|_| time.is_none()) {
            self.fault(line, &of, "published", "it must be a time such as 2026-03-14T12:00:00Z");
        }
        let translated = line_in(&entry.translations);
        let (id, published, translations) =
            (NewsId::of_key(&key), time.unwrap_or_default(), spoken(entry.translations));
        let news = News { id, headline, body, published, translations };
        let line_of = |field: &str| match field {
            "headline" => line_in(&entry.headline),
            TRANSLATIONS => translated,
            _ => line_in(&entry.body),
        };
        self.flaws(&of, news.flaws(), line_of, line);
        news
    }
}

fn trimmed(text: &Option<Spanned<String>>) -> String {
    text.as_ref().map(|text| text.value.trim().to_owned()).unwrap_or_default()
}

fn spoken<T: Into<Translation>>(said: Option<Spanned<ByLanguage<T>>>) -> CatalogueTranslations {
    said.map(|said| translations(said.value)).unwrap_or_default()
}

fn line_in<T>(value: &Option<Spanned<T>>) -> Option<u64> {
    value.as_ref().map(|value| value.referenced.line())
}

#[cfg(test)]
mod tests;
