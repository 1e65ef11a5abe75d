//! `postponed`: updates that only their own customer waits for, as [`shell::mongo::Postponed`] keeps them.

use shell::mongo::Postponed;

use super::Store;

pub(super) const NAME: &str = "postponed";

impl Store {
    /// The updates that wait.
    pub fn postponed(&self) -> Postponed {
        Postponed::new(self.documents(NAME))
    }
}
