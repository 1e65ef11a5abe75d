//! The field `translations` of products, categories and news: `{uk: {title, description, characteristics}}`, each part as the
//! thing itself has it; what is missing is not translated. What is said in languages that the shop does not speak stays.

use bson::{Bson, Document};
use dialogues::shop::{CatalogueTranslations, Characteristics, Language, TRANSLATIONS, TranslatedFields, Translation};
use strum::IntoEnumIterator;

use super::characteristics;
use super::fields::{Fields, Problem, text};

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
    let stored: Document = all.iter().map(|(language, words)| (language.code().to_owned(), of(words).into())).collect();
    Bson::from(stored)
}

/// Reads the field. A part that is written in another way is not translated; [`problems`] reports it.
pub(super) fn read(document: &(impl Fields + ?Sized), fields: &TranslatedFields) -> CatalogueTranslations {
    let all = document.document(TRANSLATIONS);
    let words = |language: Language| Some((language, words(all?.document(language.code())?, fields).0));
    Language::iter().filter_map(words).collect()
}

/// What is wrong with the field, so that it is not read, or not all of it.
pub(super) fn problems(document: &Document, fields: &TranslatedFields) -> Vec<Problem> {
    let all = match document.get(TRANSLATIONS) {
        None | Some(Bson::Null | Bson::Undefined) => return Vec::new(),
        Some(Bson::Document(all)) => all,
        Some(_) => return vec![format!("{TRANSLATIONS} are no document of languages")],
    };
    let of = |language: Language| {
        let problems = match all.get(language.code()) {
            None | Some(Bson::Null | Bson::Undefined) => Vec::new(),
            Some(Bson::Document(said)) => words(said, fields).1,
            Some(_) => vec!["it is no document".to_owned()],
        };
        problems.into_iter().map(move |problem| format!("{TRANSLATIONS}.{}: {problem}", language.code()))
    };
    Language::iter().flat_map(of).collect()
}

/// What is said in one language, and what of it cannot be read.
fn words(said: &(impl Fields + ?Sized), fields: &TranslatedFields) -> (Translation, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut part = |field: &str| {
        let read = text(said, field).map_err(|problem| problems.push(problem));
        read.ok().flatten().unwrap_or_default()
    };
    let (title, text) = (part(fields.title.0), part(fields.text.0));
    let characteristics = match fields.has_characteristics {
        true => characteristics::read(said, CHARACTERISTICS).map_err(|problem| problems.push(problem)),
        false => Ok(Characteristics::default()),
    };
    (Translation { title, text, characteristics: characteristics.unwrap_or_default() }, problems)
}

/// Keeps what is stored in languages that the shop does not speak: another program may.
pub(super) fn keep_others(stored: &Document, fields: &mut Document) {
    let (Ok(stored), Ok(written)) = (stored.get_document(TRANSLATIONS), fields.get_document_mut(TRANSLATIONS)) else {
        return;
    };
    let is_ours = |name: &str| Language::iter().any(|language| language.code() == name);
    written.extend(stored.clone().into_iter().filter(|(name, _)| !is_ours(name)));
}

#[cfg(test)]
mod tests {
    use bson::doc;

    use super::*;

    #[test]
    fn what_is_written_otherwise_is_not_translated_and_is_reported() {
        let of = &TranslatedFields::OF_PRODUCT;
        let odd = doc! { TRANSLATIONS: { "uk": { "title": 5, "description": "Чай", "characteristics": 1 }, "ru": "Чай", "de": 7 } };
        let read = read(&odd, of);
        let [(Language::Ukrainian, words)] = read.iter().collect::<Vec<_>>()[..] else { panic!("{read:?}") };
        assert_eq!((words.title.as_str(), words.text.as_str(), words.characteristics.len()), ("", "Чай", 0));
        assert_eq!(
            problems(&odd, of),
            [
                "translations.uk: title is of type Int32, not a text",
                "translations.uk: characteristics are no list of {name, value}",
                "translations.ru: it is no document",
            ]
        );
        assert_eq!(problems(&doc! { TRANSLATIONS: [1] }, of), ["translations are no document of languages"]);
        assert_eq!((problems(&doc! {}, of), problems(&doc! { TRANSLATIONS: null }, of)), (vec![], vec![]));
    }

    #[test]
    fn what_other_programs_say_in_other_languages_stays() {
        let stored = doc! { TRANSLATIONS: { "uk": { "title": "Чай" }, "de": { "title": "Tee" } } };
        let mut fields = doc! { TRANSLATIONS: { "ru": { "title": "Чай" } } };
        keep_others(&stored, &mut fields);
        assert_eq!(fields, doc! { TRANSLATIONS: { "ru": { "title": "Чай" }, "de": { "title": "Tee" } } });
    }
}
