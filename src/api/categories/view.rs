//! A category as it is shown: its own fields, the way to it, and what stands on it.

use std::sync::{Arc, OnceLock};

use dialogues::shop::{Catalogue, Category, CategoryId, TranslatedFields};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::etag::tag;
use super::super::page::{Key, cut};
use super::super::problem::Problem;
use super::super::reply::{Rendered, written};
use super::super::sorted_index::{Row, Shelved, SortedIndex};
use super::super::translations::{self, CategoryTranslations, searched};
use crate::store::{AdminSnapshot, Timestamps};

/// Names of all fields.
pub(crate) const FIELDS: [&str; 10] = [
    "id",
    "title",
    "description",
    "parent",
    "position",
    "path",
    "subcategories",
    "translations",
    "created",
    "modified",
];

/// What cannot be set.
pub(crate) const READ_ONLY: [&str; 5] = ["/id", "/path", "/subcategories", "/created", "/modified"];

/// What a list can be sorted by, the usual way first: which key, and whether the other way round.
pub(crate) const SORTS: [(&str, (usize, bool)); 8] = [
    ("position", (0, false)),
    ("-position", (0, true)),
    ("title", (1, false)),
    ("-title", (1, true)),
    ("created", (2, false)),
    ("-created", (2, true)),
    ("modified", (3, false)),
    ("-modified", (3, true)),
];

/// A category.
#[derive(Serialize, ToSchema)]
#[schema(as = Category)]
pub(crate) struct CategoryView {
    /// 24 hexadecimal digits.
    #[schema(pattern = "^[0-9a-f]{24}$")]
    id: String,
    title: String,
    description: String,
    /// The id of the category that it stands on; null at the root.
    #[schema(required = true, pattern = "^[0-9a-f]{24}$")]
    parent: Option<String>,
    /// Categories are shown in the order of their positions.
    #[schema(minimum = 0)]
    position: u32,
    /// The way from the root to this category, itself last.
    path: Vec<Step>,
    /// The ids of the categories that stand on it, in the order in which they are shown.
    subcategories: Vec<String>,
    /// What customers read in other languages than the shop's own.
    #[schema(value_type = CategoryTranslations)]
    translations: Value,
    created: chrono::DateTime<chrono::Utc>,
    modified: chrono::DateTime<chrono::Utc>,
}

/// A category on the way to another one.
#[derive(Serialize, ToSchema)]
pub(crate) struct Step {
    id: String,
    title: String,
}

/// What lists know of a category.
pub(crate) struct CategoryRow {
    pub(crate) category: Arc<Category>,
    /// Where it is shown: at the root, if its parent is gone.
    pub(crate) parent: Option<CategoryId>,
    stamps: Timestamps,
    /// Title and description as they are searched, made when that is first done.
    words: OnceLock<String>,
}

impl Shelved for CategoryRow {
    const SORTS: usize = 4;

    fn key(&self, sort: usize) -> Key {
        match sort {
            0 => Key::Number(i64::from(self.category.position)),
            1 => Key::Text(cut(&self.category.title.to_lowercase()).to_owned()),
            2 => Key::Number(self.stamps.created.timestamp_millis()),
            _ => Key::Number(self.stamps.modified.timestamp_millis()),
        }
    }

    fn words(&self) -> &str {
        self.words.get_or_init(|| {
            let Category { title, description, translations, .. } = &*self.category;
            searched(title, description, translations)
        })
    }
}

/// A category as it is shown.
pub(crate) fn render(category: &Category, stamps: Timestamps, catalogue: &Catalogue) -> Result<Rendered, Problem> {
    // One that is about to be shown for the first time is not in the catalogue yet.
    let mut path = match category.parent {
        Some(parent) => catalogue.path(parent).iter().map(|above| step(above)).collect(),
        None => Vec::new(),
    };
    path.push(step(category));
    let below = catalogue.subcategories(Some(category.id));
    let json = written(&CategoryView {
        id: category.id.0.to_string(),
        title: category.title.clone(),
        description: category.description.clone(),
        parent: category.parent.map(|parent| parent.0.to_string()),
        position: category.position,
        path,
        subcategories: below.iter().map(|category| category.id.0.to_string()).collect(),
        translations: translations::set(&category.translations, &TranslatedFields::OF_CATEGORY),
        created: stamps.created,
        modified: stamps.modified,
    })?;
    let tag = format!("{}-{}", own_tag(category, stamps), tag(&json));
    Ok((json, tag))
}

/// The tag of what a writer of this category would overwrite.
pub(crate) fn own_tag(category: &Category, stamps: Timestamps) -> String {
    tag(format!("{category:?} {stamps:?}"))
}

fn step(category: &Category) -> Step {
    Step { id: category.id.0.to_string(), title: category.title.clone() }
}

/// All categories of a snapshot.
pub(crate) fn shelf(shelves: &AdminSnapshot) -> SortedIndex<CategoryRow> {
    let catalogue = &shelves.catalogue;
    let row = |category: &Arc<Category>| {
        let stamps = shelves.category_stamps(category.id);
        let (json, tag) = render(category, stamps, catalogue).ok()?;
        let parent = category.parent.filter(|parent| catalogue.category(*parent).is_some());
        let thing = CategoryRow { category: Arc::clone(category), parent, stamps, words: OnceLock::new() };
        Some(Arc::new(Row::new(category.id.0, thing, json, tag)))
    };
    SortedIndex::new(catalogue.categories().filter_map(row))
}
