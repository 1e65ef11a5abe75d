//! What any application keeps in MongoDB: dialogues with revisions, dialogues that nobody can read, updates that wait and
//! updates that were given up.
//!
//! Every document has `version`, `created` and `modified`: see [`Documents`]. Dates are BSON dates.

mod archive;
mod connect;
pub mod conversations;
pub mod dead_letters;
pub mod deadlines;
pub mod debts;
pub mod document;
mod error;
pub mod group_commit;
pub mod house;
pub mod leases;
pub mod owed;
mod postponed;
pub mod recent;
pub mod replica;
mod storage;
mod teloxide;
pub mod transaction;
pub mod watch;

use std::time::Duration;

use bson::Document;
use mongodb::Collection;

pub use self::archive::Archive;
pub use self::connect::Connection;
pub use self::dead_letters::DeadLetters;
use self::document::Stamp;
pub use self::error::StoreError;
pub use self::postponed::{Postponed, PostponedUpdate};
pub use self::storage::MongoStorage;
use crate::clock::Clock;

/// How long a load or a commit may take before MongoDB counts as away. The driver itself has no
/// limit for an answer.
pub const STORE_TIMEOUT: Duration = Duration::from_secs(10);

/// Gives up waiting for `work` after `limit`. What was sent may be done nevertheless.
///
/// # Errors
/// [`StoreError::Away`] after the limit, and what the work returns.
pub async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| Err(StoreError::late(limit)))
}

/// A collection whose documents are stamped: with the version of their shape, and when they were made and last saved.
#[derive(Debug, Clone)]
pub struct Documents {
    collection: Collection<Document>,
    clock: Clock,
    version: i32,
}

impl Documents {
    /// A collection whose documents are written in this version, by this clock.
    pub fn new(collection: Collection<Document>, clock: Clock, version: i32) -> Self {
        Self { collection, clock, version }
    }

    /// The stamp of a document that is written whole, now.
    pub fn stamp(&self) -> Stamp {
        Stamp { version: self.version, now: self.clock.now() }
    }

    /// The collection itself.
    pub fn collection(&self) -> &Collection<Document> {
        &self.collection
    }
}
