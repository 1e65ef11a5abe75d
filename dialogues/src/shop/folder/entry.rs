//! A product as `shop.yaml` has it: which fields there are, and of which kind, is in [`Product::fields`].

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

use serde::de::{DeserializeOwned, Error, MapAccess};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;

use super::super::{CatalogueTranslations, Characteristics, FieldValue, Language, Product, Translation};

/// What is said of a product; nothing is required yet.
#[derive(Default)]
pub(super) struct ProductEntry {
    pub(super) key: Option<Spanned<String>>,
    /// By the name of their field.
    pub(super) values: HashMap<&'static str, Spanned<Said>>,
}

/// The value of a field, as its kind is written in YAML.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Text(String),
    Scalar(Scalar),
    Flag(bool),
    Rows(Characteristics),
    Translations(CatalogueTranslations),
}

/// All names that an entry may have.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut product = Product::default();
    let fields = product.fields().filter(|(_, value)| !matches!(value, FieldValue::Position(_)));
    std::iter::once("key").chain(fields.map(|(field, _)| field)).collect()
});

impl<'de> Deserialize<'de> for ProductEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> serde::de::Visitor<'de> for Entry {
            type Value = ProductEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a product as `field: value`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ProductEntry, A::Error> {
                let (mut entry, mut product) = (ProductEntry::default(), Product::default());
                while let Some(name) = map.next_key::<String>()? {
                    match product.fields().find(|(field, _)| *field == name) {
                        _ if name == "key" => entry.key = map.next_value()?,
                        Some((field, value)) if NAMES.contains(&field) => {
                            if let Some(said) = said(&value, &mut map)? {
                                entry.values.insert(field, said);
                            }
                        }
                        _ => return Err(A::Error::unknown_field(&name, &NAMES)),
                    }
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Entry)
    }
}

/// The next value, of a field of this kind; `None` where nothing is written behind its name.
fn said<'de, A: MapAccess<'de>>(kind: &FieldValue<'_>, map: &mut A) -> Result<Option<Spanned<Said>>, A::Error> {
    match kind {
        FieldValue::Line(..) | FieldValue::Prose(..) | FieldValue::Category(_) => next(map, Said::Text),
        FieldValue::Price(_) | FieldValue::Picture(_) => next(map, Said::Text),
        FieldValue::Percent(_) | FieldValue::Stock(_) | FieldValue::Whole(..) => next(map, Said::Scalar),
        FieldValue::Position(_) => next(map, Said::Scalar),
        FieldValue::Flag(_) => next(map, Said::Flag),
        FieldValue::Characteristics(_) => next(map, |Ordered(rows)| Said::Rows(rows)),
        FieldValue::Translations(_) => next(map, |all| Said::Translations(translations::<ProductWords>(all))),
    }
}

fn next<'de, A: MapAccess<'de>, T: DeserializeOwned>(
    map: &mut A,
    said: impl FnOnce(T) -> Said,
) -> Result<Option<Spanned<Said>>, A::Error> {
    let read: Option<Spanned<T>> = map.next_value()?;
    Ok(read.map(|Spanned { value, referenced, defined }| Spanned { value: said(value), referenced, defined }))
}

/// Things by language, as `uk: …`.
pub(super) type ByLanguage<T> = BTreeMap<Language, T>;

/// What is said of a product in another language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductWords {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    characteristics: Ordered,
}

/// What is said of a category in another language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryWords {
    #[serde(default)]
    title: String,
    #[serde(default)]
    description: String,
}

/// What is said of a news item in another language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewsWords {
    #[serde(default)]
    headline: String,
    #[serde(default)]
    body: String,
}

impl From<ProductWords> for Translation {
    fn from(ProductWords { title, description, characteristics: Ordered(rows) }: ProductWords) -> Self {
        Self { characteristics: rows, ..CategoryWords { title, description }.into() }
    }
}

impl From<CategoryWords> for Translation {
    fn from(CategoryWords { title, description }: CategoryWords) -> Self {
        Self {
            title: title.trim().to_owned(),
            text: description.trim().to_owned(),
            characteristics: Characteristics::default(),
        }
    }
}

impl From<NewsWords> for Translation {
    fn from(NewsWords { headline, body }: NewsWords) -> Self {
        CategoryWords { title: headline, description: body }.into()
    }
}

/// What is said in other languages.
pub(super) fn translations<T: Into<Translation>>(all: ByLanguage<T>) -> CatalogueTranslations {
    all.into_iter().map(|(language, words)| (language, words.into())).collect()
}

/// A number or a word; whatever else it is, is a fault of its field and not of the whole file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Whole(i64),
    Word(String),
    Other,
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl serde::de::Visitor<'_> for Any {
            type Value = Scalar;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a word")
            }

            fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
                Ok(Scalar::Whole(number))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
                Ok(i64::try_from(number).map_or(Scalar::Other, Scalar::Whole))
            }

            fn visit_i128<E>(self, _: i128) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_u128<E>(self, _: u128) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_unit<E>(self) -> Result<Scalar, E> {
                Ok(Scalar::Other)
            }

            fn visit_str<E>(self, word: &str) -> Result<Scalar, E> {
                Ok(Scalar::Word(word.to_owned()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Scalar {
    /// The whole number that it is, if it is one of this type.
    pub(super) fn whole<T: TryFrom<i64>>(&self) -> Option<T> {
        match self {
            Self::Whole(number) => T::try_from(*number).ok(),
            Self::Word(_) | Self::Other => None,
        }
    }
}

/// A mapping whose order counts.
#[derive(Default)]
struct Ordered(Characteristics);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> serde::de::Visitor<'de> for Pairs {
            type Value = Ordered;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("characteristics as `Name: value`")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let pairs = std::iter::from_fn(|| map.next_entry::<String, String>().transpose());
                pairs.collect::<Result<_, _>>().map(Ordered)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
