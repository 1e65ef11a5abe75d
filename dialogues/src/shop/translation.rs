//! What the shop says of its goods and its news in other languages. Customers read what is translated in their language,
//! and the rest in the shop's own words.

use std::collections::BTreeMap;

use super::rules::{
    BODY_LIMIT, CATEGORY_DESCRIPTION_LIMIT, DESCRIPTION_LIMIT, Flaw, Flaws, TITLE_LIMIT, check_line, check_prose,
};
use super::text::is_visible;
use super::{Characteristics, Language};

/// The words of one thing in one language. What is empty is not translated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Translation {
    /// A title; the headline of a news item.
    pub title: String,
    /// A description; the body of a news item.
    pub text: String,
    /// All characteristics of a product, in the order in which they are shown.
    pub characteristics: Characteristics,
}

/// The words of one thing in other languages than the shop's own, each language once, in their order. They are set as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogueTranslations(Box<[(Language, Translation)]>);

/// What is translated of a kind of things: the names of its fields, which are those of the thing itself, and the most
/// characters of each.
#[derive(Debug, PartialEq, Eq)]
pub struct TranslatedFields {
    pub title: (&'static str, usize),
    pub text: (&'static str, usize),
    pub has_characteristics: bool,
}

impl TranslatedFields {
    pub const OF_CATEGORY: Self = Self {
        title: ("title", TITLE_LIMIT),
        text: ("description", CATEGORY_DESCRIPTION_LIMIT),
        has_characteristics: false,
    };
    pub const OF_NEWS: Self =
        Self { title: ("headline", TITLE_LIMIT), text: ("body", BODY_LIMIT), has_characteristics: false };
    pub const OF_PRODUCT: Self =
        Self { title: ("title", TITLE_LIMIT), text: ("description", DESCRIPTION_LIMIT), has_characteristics: true };
}

impl CatalogueTranslations {
    /// The words in this language.
    pub fn of(&self, language: Language) -> Option<&Translation> {
        self.iter().find_map(|(known, words)| (known == language).then_some(words))
    }

    /// Each language with its words.
    pub fn iter(&self) -> impl Iterator<Item = (Language, &Translation)> {
        self.0.iter().map(|(language, words)| (*language, words))
    }

    /// The words in each language.
    pub fn values(&self) -> impl Iterator<Item = &Translation> {
        self.0.iter().map(|(_, words)| words)
    }

    /// The rules that they break.
    pub fn flaws(&self, fields: &TranslatedFields) -> Vec<Flaw> {
        let mut flaws = Flaws::default();
        for (language, Translation { title, text, characteristics }) in self.iter() {
            let code = language.code();
            if !title.is_empty() {
                flaws.check(format_args!("{FIELD}/{code}/{}", fields.title.0), check_line(title, fields.title.1));
            }
            flaws.check(format_args!("{FIELD}/{code}/{}", fields.text.0), check_prose(text, fields.text.1));
            flaws.characteristics(format_args!("{FIELD}/{code}/characteristics"), characteristics);
        }
        flaws.0
    }

    /// A title in all languages.
    pub(super) fn titles<'a>(&'a self, title: &'a str) -> impl Iterator<Item = &'a str> {
        let others = self.values().map(|words| words.title.as_str()).filter(|title| is_visible(title));
        std::iter::once(title).chain(others)
    }

    /// Every text.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.values().flat_map(|words| {
            let own = [words.title.as_str(), words.text.as_str()];
            own.into_iter().chain(words.characteristics.texts())
        })
    }
}

impl FromIterator<(Language, Translation)> for CatalogueTranslations {
    /// What is said last in a language counts.
    fn from_iter<I: IntoIterator<Item = (Language, Translation)>>(all: I) -> Self {
        Self(all.into_iter().collect::<BTreeMap<_, _>>().into_iter().collect())
    }
}

/// The name of the field: in MongoDB, in the API and in `shop.yaml` it is the same.
pub const FIELD: &str = "translations";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_of_the_shops_own_words_hold_for_translations() {
        let characteristics = [("", "x")].into_iter().collect();
        let long = Translation { title: "ї".repeat(201), text: String::new(), characteristics };
        let translations = CatalogueTranslations::from_iter([(Language::Ukrainian, long)]);
        let flaws = translations.flaws(&TranslatedFields::OF_PRODUCT);
        let broken: Vec<_> = flaws.iter().map(|flaw| flaw.field.as_str()).collect();
        assert_eq!(broken, ["translations/uk/title", "translations/uk/characteristics/0/name"]);
    }
}
