//! A category of the catalogue.

use super::rules::{CATEGORY_DESCRIPTION_LIMIT, Flaw, Flaws, POSITION_LIMIT, TITLE_LIMIT, check_line, check_prose};
use super::{CatalogueTranslations, CategoryId, TranslatedFields};

/// A shelf; shelves stand on shelves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Category {
    pub id: CategoryId,
    pub title: String,
    pub description: String,
    pub parent: Option<CategoryId>,
    pub position: u32,
    pub translations: CatalogueTranslations,
}

impl Category {
    /// Whether a search finds both of them, and what stands on them, by the same words.
    pub(super) fn is_found_like(&self, other: &Self) -> bool {
        self.parent == other.parent && self.titles().eq(other.titles())
    }

    /// The rules that it breaks.
    pub fn flaws(&self) -> Vec<Flaw> {
        let mut flaws = Flaws::default();
        flaws.check("title", check_line(&self.title, TITLE_LIMIT));
        flaws.check("description", check_prose(&self.description, CATEGORY_DESCRIPTION_LIMIT));
        flaws.number("position", self.position, POSITION_LIMIT);
        flaws.0.extend(self.translations.flaws(&TranslatedFields::OF_CATEGORY));
        flaws.0
    }
}
