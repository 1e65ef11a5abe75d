//! `categories`: `{_id: ObjectId, title, description, parent: ObjectId or null, position, translations}`.

use bson::{Document, doc};
use dialogues::shop::{Category, CategoryId, TRANSLATIONS, TranslatedFields};

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};
use super::document::oid;
use super::fields::{Fields, Problem, object_id, position, required, text, visible};
use super::translations;

pub(super) const NAME: &str = "categories";

/// What is done with it.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::WithShelves,
    migrated: Migrated::First,
    opened: Opened::Each(|document| {
        let problems = translations::problems(document, &TranslatedFields::OF_CATEGORY);
        read(document).err().into_iter().chain(problems).collect()
    }),
    read: Read::Shelf,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Whole,
    picture: None,
    text_ids: false,
};

/// A category's fields as stored, without `_id`.
pub(super) fn write(category: &Category) -> Document {
    doc! {
        "title": &category.title,
        "description": &category.description,
        "parent": category.parent.map(|parent| oid(parent.0)),
        "position": i64::from(category.position),
        TRANSLATIONS: translations::write(&category.translations, &TranslatedFields::OF_CATEGORY),
    }
}

/// Reads a category, or says what is wrong with it.
pub(super) fn read(document: &(impl Fields + ?Sized)) -> Result<Category, Problem> {
    Ok(Category {
        id: CategoryId(required("_id", object_id(document, "_id")?)?),
        title: visible(document, "title")?,
        description: text(document, "description")?.unwrap_or_default(),
        parent: object_id(document, "parent")?.map(CategoryId),
        position: position(document)?,
        translations: translations::read(document, &TranslatedFields::OF_CATEGORY),
    })
}
