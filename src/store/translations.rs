//! The field `translations` of products, categories and news: `{uk: {title, description, characteristics}}`, each part as the
//! thing itself has it; what is missing is not translated. Languages that the shop does not speak are passed over.

use bson::{Bson, Document};
use dialogues::shop::{CatalogueTranslations, Language, TRANSLATIONS, TranslatedFields, Translation};
use strum::IntoEnumIterator;

use super::characteristics;
use super::fields::{Problem, text};

const CHARACTERISTICS: &str = "characteristics";

/// The field as it is stored.
pub(super) fn write(all: &CatalogueTranslations, fields: &TranslatedFields) -> Bson {
    let of = |words: &Translation| {
        let mut stored = Document::new();
        for (field, text) in [(fields.title.0, &words.title), (fields.text.0, &words.text)] {
            if !text.is_empty() {
                stored.insert(field, text);
            }
        }
        if !words.characteristics.is_empty() {
            stored.insert(CHARACTERISTICS, characteristics::write(&words.characteristics));
        }
        stored
    };
    let stored: Document =
        all.0.iter().map(|(language, words)| (language.code().to_owned(), of(words).into())).collect();
    Bson::from(stored)
}

/// Reads the field, or says what is wrong with it.
pub(super) fn read(document: &Document, fields: &TranslatedFields) -> Result<CatalogueTranslations, Problem> {
    let all = match document.get(TRANSLATIONS) {
        None | Some(Bson::Null) => return Ok(CatalogueTranslations::default()),
        Some(Bson::Document(all)) => all,
        Some(_) => return Err(format!("{TRANSLATIONS} are no document of languages")),
    };
    let mut read = CatalogueTranslations::default();
    for language in Language::iter() {
        let of = |problem: Problem| format!("{TRANSLATIONS}.{}.{problem}", language.code());
        let words = match all.get(language.code()) {
            None | Some(Bson::Null) => continue,
            Some(Bson::Document(words)) => words,
            Some(_) => return Err(format!("{TRANSLATIONS}.{} is no document", language.code())),
        };
        let part = |field: &str| text(words, field).map(Option::unwrap_or_default).map_err(of);
        let characteristics = match fields.characteristics {
            Some(_) => characteristics::read(words, CHARACTERISTICS).map_err(of)?,
            None => Vec::new(),
        };
        let words = Translation { title: part(fields.title.0)?, text: part(fields.text.0)?, characteristics };
        read.0.insert(language, words);
    }
    Ok(read)
}
