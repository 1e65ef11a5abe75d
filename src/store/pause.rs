//! The pause of the shop: `{_id: "pause", until: Date, reason}` in `meta`. The catalogue's change stream follows it.

use bson::raw::RawDocument;
use bson::{Document, doc};
use dialogues::shop::{AuditEntry, Change, Pause};
use mongodb::ClientSession;
use mongodb::error::Error;

use super::admin::Seen;
use super::document::{date, upserted};
use super::fields::{Problem, required, text, time};
use super::meta::{META, PAUSE};
use super::optimistic::Work;
use super::{STORE_TIMEOUT, Store, StoreError, WriteOutcome, within};

/// Reads a pause, or says what is wrong with it.
fn read(document: &Document) -> Result<Pause, Problem> {
    Ok(Pause { until: required("until", time(document, "until")?)?, reason: text(document, "reason")? })
}

/// What the document of the pause means. One that cannot be read is none: orders are taken.
pub(super) fn seen(document: Option<&RawDocument>) -> Seen {
    let document = document.and_then(|document| Document::try_from(document).ok());
    let read = document.and_then(|document| {
        let unusable = |problem: &String| tracing::warn!(collection = META, problem, "the pause cannot be used");
        read(&document).inspect_err(unusable).ok()
    });
    Change::Pause(read).into()
}

impl Store {
    /// The pause as it is stored now.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(super) async fn pause_now(&self) -> Result<Seen, StoreError> {
        let found = self.raw(META).find_one(doc! { "_id": PAUSE }).await?;
        Ok(seen(found.as_deref()))
    }

    /// Pauses the shop, or lets it take orders again, inside of a transaction if there is one; `false` if it took them already.
    pub(super) async fn set_pause(&self, session: &mut ClientSession, pause: Option<&Pause>) -> Result<bool, Error> {
        let (meta, this) = (self.collection(META), doc! { "_id": PAUSE });
        match pause {
            Some(Pause { until, reason }) => {
                let fields = doc! { "until": date(*until), "reason": reason.as_deref() };
                let update = upserted(fields, Document::new(), self.stamp(META));
                meta.update_one(this, update).upsert(true).session(session).await.map(|_| true)
            }
            None => Ok(meta.delete_one(this).session(session).await?.deleted_count > 0),
        }
    }

    /// The pause that is stored; one that is over may be among that.
    ///
    /// # Errors
    /// [`StoreError::Away`]; [`StoreError::Unreadable`].
    pub async fn pause(&self) -> Result<Option<Pause>, StoreError> {
        let found = async { Ok(self.collection(META).find_one(doc! { "_id": PAUSE }).await?) };
        let found = within(STORE_TIMEOUT, found).await?;
        let unreadable = |problem| StoreError::Unreadable { collection: META, problem };
        found.as_ref().map(read).transpose().map_err(unreadable)
    }

    /// Pauses the shop, or lets it take orders again, and writes this into the audit log. Running processes follow within a
    /// second.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn pause_orders(&self, pause: Option<&Pause>, entry: &AuditEntry) -> Result<(), StoreError> {
        match self.transact(&Work::PauseOrders { pause, entry }).await? {
            WriteOutcome::Done => Ok(()),
            // Two have paused it for the first time at once: the other one has.
            _ => Err(StoreError::Away("somebody else has paused the shop in this moment: try again".to_owned())),
        }
    }
}
