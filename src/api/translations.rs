//! The field `translations` of products, categories and news: `{"uk": {"title": …}}`. What is left out is not translated.

use dialogues::shop::{CatalogueTranslations, Characteristics, Language, TranslatedFields, Translation, folded};
use serde_json::{Map, Value, json};
use strum::IntoEnumIterator;

use super::body::{Fields, Read, line, prose};
use super::characteristics;
pub(crate) use schemas::{CategoryTranslations, NewsTranslations, ProductTranslations};

const CHARACTERISTICS: &str = "characteristics";

/// Translations as they are set.
pub(crate) fn read(of: &'static TranslatedFields) -> impl Fn(&Value) -> Read<CatalogueTranslations> {
    move |value| {
        let (mut fields, mut read) = (Fields::of(value)?, Vec::new());
        for language in Language::iter() {
            if let Some(words) = fields.optional(language.code(), |value| words(value, of)) {
                read.push((language, words));
            }
        }
        fields.finish(Some(read.into_iter().collect()))
    }
}

fn words(value: &Value, of: &TranslatedFields) -> Read<Translation> {
    let mut fields = Fields::of(value)?;
    let title = fields.optional(of.title.0, line(of.title.1)).unwrap_or_default();
    let text = fields.optional(of.text.0, prose(of.text.1)).unwrap_or_default();
    let characteristics = match of.has_characteristics {
        true => fields.optional(CHARACTERISTICS, characteristics::read).unwrap_or_default(),
        false => Characteristics::default(),
    };
    fields.finish(Some(Translation { title, text, characteristics }))
}

/// Translations as they would be set.
pub(crate) fn set(all: &CatalogueTranslations, of: &TranslatedFields) -> Value {
    let words = |words: &Translation| {
        let mut set = Map::new();
        for (field, text) in [(of.title.0, &words.title), (of.text.0, &words.text)] {
            if !text.is_empty() {
                set.insert(field.to_owned(), json!(text));
            }
        }
        if !words.characteristics.is_empty() {
            set.insert(CHARACTERISTICS.to_owned(), characteristics::set(&words.characteristics));
        }
        Value::from(set)
    };
    all.iter().map(|(language, said)| (language.code(), words(said))).collect()
}

/// What a thing is searched by: title and text, in all languages.
pub(crate) fn searched(title: &str, text: &str, translations: &CatalogueTranslations) -> String {
    let others = translations.values().flat_map(|words| [&words.title, &words.text]).map(String::as_str);
    folded(&[title, text].into_iter().chain(others).collect::<Vec<_>>().join("\n"))
}

/// What the description says of them.
mod schemas {
    #![expect(dead_code, reason = "describe what `read` reads and `set` writes")]

    use utoipa::ToSchema;

    use super::super::characteristics::CharacteristicInput;

    /// A product's words by language (ISO 639-1).
    #[derive(ToSchema)]
    pub(crate) struct ProductTranslations {
        #[schema(required = false)]
        en: ProductWords,
        #[schema(required = false)]
        uk: ProductWords,
        #[schema(required = false)]
        ru: ProductWords,
    }

    /// A category's words by language (ISO 639-1).
    #[derive(ToSchema)]
    pub(crate) struct CategoryTranslations {
        #[schema(required = false)]
        en: CategoryWords,
        #[schema(required = false)]
        uk: CategoryWords,
        #[schema(required = false)]
        ru: CategoryWords,
    }

    /// A news item's words by language (ISO 639-1).
    #[derive(ToSchema)]
    pub(crate) struct NewsTranslations {
        #[schema(required = false)]
        en: NewsWords,
        #[schema(required = false)]
        uk: NewsWords,
        #[schema(required = false)]
        ru: NewsWords,
    }

    /// What a product is called and described by in one language. What is left out is read in the shop's own words.
    #[derive(ToSchema)]
    pub(crate) struct ProductWords {
        #[schema(
            required = false,
            min_length = 1,
            max_length = 200,
            pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
            example = "Сенча"
        )]
        title: String,
        #[schema(
            required = false,
            max_length = 4000,
            pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
            default = ""
        )]
        description: String,
        /// All of them: they are translated as a whole.
        #[schema(required = false, max_items = 24)]
        characteristics: Vec<CharacteristicInput>,
    }

    /// What a category is called and described by in one language. What is left out is read in the shop's own words.
    #[derive(ToSchema)]
    pub(crate) struct CategoryWords {
        #[schema(
            required = false,
            min_length = 1,
            max_length = 200,
            pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
            example = "Зелений чай"
        )]
        title: String,
        #[schema(
            required = false,
            max_length = 1000,
            pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
            default = ""
        )]
        description: String,
    }

    /// What a news item says in one language. What is left out is read in the shop's own words.
    #[derive(ToSchema)]
    pub(crate) struct NewsWords {
        #[schema(
            required = false,
            min_length = 1,
            max_length = 200,
            pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
            example = "Весняні чаї вже тут"
        )]
        headline: String,
        #[schema(
            required = false,
            max_length = 3500,
            pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
            default = ""
        )]
        body: String,
    }
}
