//! A category as it is set.

use dialogues::shop::{Category, CategoryId};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::super::body::{Fields, Read, id, line, number, or_null, prose};

/// The most characters of a title and of a description; longer ones do not fit into a message.
const TITLE: usize = 200;
const DESCRIPTION: usize = 1000;
const POSITION: i64 = 1_000_000_000;

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
}

impl CategoryInput {
    /// The fields that have a default, which a patch's `null` brings back.
    pub(crate) const DEFAULTED: [&'static str; 3] = ["description", "parent", "position"];

    pub(crate) fn read(value: &Value) -> Read<Self> {
        let mut fields = Fields::of(value)?;
        let title = fields.required("title", line(TITLE));
        let description = fields.optional("description", prose(DESCRIPTION)).unwrap_or_default();
        let parent = fields.optional("parent", or_null(id)).flatten().map(CategoryId);
        let position = fields.optional("position", number(0, POSITION)).unwrap_or(0);
        let position = u32::try_from(position).unwrap_or(u32::MAX);
        fields.finish(title.map(|title| Self { title, description, parent, position }))
    }

    /// A category as it would be set.
    pub(crate) fn of(category: &Category) -> Value {
        json!({
            "title": category.title,
            "description": category.description,
            "parent": category.parent.map(|parent| parent.0.to_string()),
            "position": category.position,
        })
    }

    pub(crate) fn category(self, id: CategoryId) -> Category {
        let Self { title, description, parent, position } = self;
        Category { id, title, description, parent, position }
    }
}
