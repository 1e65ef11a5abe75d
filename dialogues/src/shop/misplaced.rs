//! What of the catalogue has no place.

use std::fmt;

use super::{CategoryId, ProductId};

/// What does not stand where its document says, since there is no such place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, strum::EnumDiscriminants)]
#[strum_discriminants(
    name(MisplacedKind),
    derive(strum::EnumIter, strum::IntoStaticStr),
    strum(serialize_all = "snake_case")
)]
#[strum_discriminants(doc = "Why something does not stand where its document says.")]
pub enum Misplaced {
    /// These categories are each other's parents, the first one below the last. The first one is shown at the root.
    Cycle(Vec<CategoryId>),
    /// The category's parent does not exist. It is shown at the root.
    NoParent { category: CategoryId, parent: CategoryId },
    /// The product's category does not exist. It is in no list of a category.
    NoCategory { product: ProductId, category: CategoryId },
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cycle(circle) => {
                let ids: Vec<String> = circle.iter().map(|category| category.0.to_string()).collect();
                write!(f, "categories below each other in a circle: {}", ids.join(" below "))
            }
            Self::NoParent { category, parent } => {
                write!(f, "category {}: its parent {} does not exist", category.0, parent.0)
            }
            Self::NoCategory { product, category } => {
                write!(f, "product {}: its category {} does not exist", product.0, category.0)
            }
        }
    }
}
