//! `dead_letters`: updates that were given up, as [`shell::mongo::DeadLetters`] notes them.

use shell::mongo::DeadLetters;

use super::Store;

pub(super) const NAME: &str = "dead_letters";

impl Store {
    /// The updates that were given up.
    pub fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(self.documents(NAME))
    }
}
