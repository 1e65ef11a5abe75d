//! The demo shop, as it is built into the program.

use std::sync::{Arc, OnceLock};

use crate::store::{Goods, StoreError};

include!(concat!(env!("OUT_DIR"), "/tea_house.rs"));

/// What transcripts call it.
pub const NAME: &str = "tea-house";

/// Its shelves and pictures, ready to be written into a store.
///
/// # Errors
/// None: a test reads it.
pub fn goods() -> Result<Goods, StoreError> {
    Goods::of(YAML, |name| pictures().find(|(known, _)| *known == name).map(|(_, content)| content.to_vec()))
}

/// The shop that a transcript calls by this name; it is read once.
///
/// # Errors
/// A sentence: there is no such shop.
pub fn named(name: &str) -> Result<Arc<Goods>, String> {
    static GOODS: OnceLock<Result<Arc<Goods>, String>> = OnceLock::new();
    if name != NAME {
        return Err(format!("there is no catalogue “{name}”; there is: {NAME}"));
    }
    GOODS.get_or_init(|| goods().map(Arc::new).map_err(|error| error.to_string())).clone()
}

/// Its pictures, by file name.
pub fn pictures() -> impl Iterator<Item = (&'static str, &'static [u8])> {
    PICTURES.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_shop_is_in_the_program_with_all_its_pictures() {
        assert_eq!(goods().unwrap().terms().0, "Tea House");
        assert!(pictures().count() > 40);
    }
}
