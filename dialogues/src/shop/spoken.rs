//! Goods and news as somebody reads them who has chosen a language.

use super::text::is_visible;
use super::{Catalogue, Category, Characteristics, Language, News, Product, ProductId};

/// What is translated, or the shop's own words. What nobody can see is no translation: no button could carry it.
fn translated<'a>(own: &'a str, words: Option<&'a String>) -> &'a str {
    words.filter(|words| is_visible(words)).map_or(own, String::as_str)
}

impl Product {
    /// The title that somebody reads who has chosen this language.
    pub fn title_in(&self, language: Language) -> &str {
        translated(&self.title, self.translations.of(language).map(|words| &words.title))
    }

    /// The description, as [`Self::title_in`].
    pub fn description_in(&self, language: Language) -> &str {
        translated(&self.description, self.translations.of(language).map(|words| &words.text))
    }

    /// The characteristics, as [`Self::title_in`]. They are translated as a whole.
    pub fn characteristics_in(&self, language: Language) -> &Characteristics {
        let words = self.translations.of(language).map(|words| &words.characteristics);
        words.filter(|rows| !rows.is_empty()).unwrap_or(&self.characteristics)
    }

    /// The title in all languages.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.translations.titles(&self.title)
    }

    /// The values of the characteristics in all languages.
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let others = self.translations.values().map(|words| &words.characteristics);
        std::iter::once(&self.characteristics).chain(others).flat_map(|rows| rows.iter().map(|(_, value)| value))
    }
}

impl Category {
    /// The title that somebody reads who has chosen this language.
    pub fn title_in(&self, language: Language) -> &str {
        translated(&self.title, self.translations.of(language).map(|words| &words.title))
    }

    /// The description, as [`Self::title_in`].
    pub fn description_in(&self, language: Language) -> &str {
        translated(&self.description, self.translations.of(language).map(|words| &words.text))
    }

    /// The title in all languages.
    pub fn titles(&self) -> impl Iterator<Item = &str> {
        self.translations.titles(&self.title)
    }
}

impl News {
    /// The headline that somebody reads who has chosen this language.
    pub fn headline_in(&self, language: Language) -> &str {
        translated(&self.headline, self.translations.of(language).map(|words| &words.title))
    }

    /// The body, as [`Self::headline_in`].
    pub fn body_in(&self, language: Language) -> &str {
        translated(&self.body, self.translations.of(language).map(|words| &words.text))
    }
}

impl Catalogue {
    /// The title of a line of a cart or an order, in a language: translated as long as the product is still called as it
    /// was then; else as it was called.
    pub fn line_title<'a>(&'a self, product: ProductId, title: &'a str, language: Language) -> &'a str {
        let still_so = self.product(product).filter(|product| product.title == title);
        still_so.map_or(title, |product| product.title_in(language))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CatalogueTranslations, Translation};
    use super::*;

    fn words(title: &str, rows: &[(&str, &str)]) -> Translation {
        Translation { title: title.to_owned(), text: String::new(), characteristics: rows.iter().copied().collect() }
    }

    #[test]
    fn what_is_not_translated_is_read_in_the_shops_own_words() {
        let own = words("Sencha", &[("Origin", "Japan")]);
        let translations = CatalogueTranslations::from_iter([
            (Language::Ukrainian, words("Сенча", &[("Походження", "Японія")])),
            (Language::Russian, words("\u{200b}", &[])),
        ]);
        let product = Product {
            title: own.title.clone(),
            description: "Green".to_owned(),
            characteristics: own.characteristics.clone(),
            translations,
            ..Product::default()
        };
        let read = |language| {
            let name = product.characteristics_in(language).iter().next().unwrap().0;
            (product.title_in(language), product.description_in(language), name)
        };
        assert_eq!(read(Language::Ukrainian), ("Сенча", "Green", "Походження"));
        assert_eq!(read(Language::Russian), ("Sencha", "Green", "Origin"));
        assert_eq!(read(Language::English), ("Sencha", "Green", "Origin"));
        assert_eq!(product.titles().collect::<Vec<_>>(), ["Sencha", "Сенча"]);
    }
}
