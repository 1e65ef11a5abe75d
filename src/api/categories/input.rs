//! A category as it is set.

use dialogues::shop::rules::{self, CATEGORY_DESCRIPTION_LIMIT, TITLE_LIMIT};
use dialogues::shop::{CatalogueTranslations, Category, CategoryId, TRANSLATIONS, TranslatedFields};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, changed, id, line, number, or_null, prose, read_body};
use super::super::problem::Problem;
use super::super::translations::{self, CategoryTranslations};

const POSITION: i64 = rules::POSITION_LIMIT as i64;

/// A category as it is set.
#[derive(Debug, Clone, ToSchema)]
pub(crate) struct CategoryInput {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$",
        example = "Green tea"
    )]
    title: String,
    #[schema(
        required = false,
        max_length = 1000,
        pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$",
        default = ""
    )]
    description: String,
    /// The id of the category that it stands on, which must exist; null at the root.
    #[schema(required = false, value_type = Option<String>, pattern = "^[0-9a-f]{24}$")]
    pub(crate) parent: Option<CategoryId>,
    #[schema(required = false, minimum = 0, maximum = 1_000_000_000, default = 0)]
    position: u32,
    /// What customers read in other languages than the shop's own.
    #[schema(required = false, value_type = CategoryTranslations)]
    translations: CatalogueTranslations,
}

impl CategoryInput {
    /// The fields that have a default, which a patch's `null` brings back.
    pub(crate) const DEFAULTED: [&'static str; 4] = ["description", "parent", "position", TRANSLATIONS];

    pub(crate) fn read(value: &Value) -> Read<Self> {
        Self::read_fields(Fields::of(value)?, None)
    }

    /// A category as a patch leaves it.
    pub(crate) fn patched(category: &Category, patch: &Value) -> Result<Self, Problem> {
        let (value, named) = changed(Self::of(category), patch, &Self::DEFAULTED)?;
        read_body(&value, |value| Self::read_fields(Fields::of_patch(value, named)?, Some(category)))
    }

    /// Reads the fields; those that are kept come from the stored category, whatever rule they break.
    fn read_fields(mut fields: Fields, stored: Option<&Category>) -> Read<Self> {
        let kept = |fields: &Fields, name: &str| stored.filter(|_| fields.keeps(name));
        let title = kept(&fields, "title").map(|it| it.title.clone());
        let title = title.or_else(|| fields.required("title", line(TITLE_LIMIT)));
        let description = kept(&fields, "description").map(|it| it.description.clone());
        let description = description.or_else(|| fields.optional("description", prose(CATEGORY_DESCRIPTION_LIMIT)));
        let description = description.unwrap_or_default();
        let parent = match kept(&fields, "parent") {
            Some(stored) => stored.parent,
            None => fields.optional("parent", or_null(id)).flatten().map(CategoryId),
        };
        let position = kept(&fields, "position").map(|it| i64::from(it.position));
        let position = position.or_else(|| fields.optional("position", number(0, POSITION))).unwrap_or(0);
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        let translations = kept(&fields, TRANSLATIONS).map(|it| it.translations.clone());
        let read = translations::read(&TranslatedFields::OF_CATEGORY);
        let translations = translations.or_else(|| fields.optional(TRANSLATIONS, read)).unwrap_or_default();
        fields.finish(title.map(|title| Self { title, description, parent, position, translations }))
    }

    /// A category as it would be set.
    pub(crate) fn of(category: &Category) -> Value {
        json!({
            "title": category.title,
            "description": category.description,
            "parent": category.parent.map(|parent| parent.0.to_string()),
            "position": category.position,
            TRANSLATIONS: translations::set(&category.translations, &TranslatedFields::OF_CATEGORY),
        })
    }

    pub(crate) fn category(self, id: CategoryId) -> Category {
        let Self { title, description, parent, position, translations } = self;
        Category { id, title, description, parent, position, translations }
    }
}
