//! `archive`: dialogues that could not be read, as [`shell::mongo::Archive`] keeps them.

use bson::Document;
use shell::mongo::Archive;

use super::{Store, StoreError};

pub(super) const NAME: &str = "archive";

impl Store {
    /// Keeps a copy of a dialogue that nobody can read; the same one once only.
    pub(super) async fn archive(&self, chat: i64, revision: i64, document: &Document) -> Result<(), StoreError> {
        if Archive::new(self.documents(NAME)).keep(chat, revision, document).await? {
            self.metrics().database.archived();
        }
        Ok(())
    }
}
