//! Completes what crashes have left half done.

use bson::{Document, doc};
use futures::TryStreamExt;

use shell::mongo::conversations::only_forgotten;

use super::{Store, StoreError, carts, dialogues, users};

/// How many carts are removed together.
const BATCH: usize = 500;

impl Store {
    /// Completes what crashes left half done: writes every pending cart that is ahead of its projection, and
    /// removes carts of people whom nothing else knows. Returns how many carts were concerned.
    ///
    /// Every turn mends its own customer; this is for those who do not come back, and may run beside turns.
    pub async fn mend(&self) -> Result<usize, StoreError> {
        let behind = [
            doc! { "$match": { "pending_cart": { "$exists": true } } },
            joined(carts::NAME, "cart"),
            doc! { "$set": { "reached": { "$ifNull": [{ "$first": "$cart.revision" }, 0_i64] } } },
            doc! { "$match": { "$expr": { "$gt": ["$pending_cart.revision", "$reached"] } } },
        ];
        let behind: Vec<Document> = self.collection(dialogues::NAME).aggregate(behind).await?.try_collect().await?;
        let count = behind.len();
        for document in behind {
            // What a newer program has left half done, it mends itself.
            let Ok(document) = self.current(dialogues::NAME, document) else { continue };
            let (Ok(chat), Ok(pending)) = (document.get_i64("_id"), document.get_document("pending_cart")) else {
                continue;
            };
            self.project_cart(chat, carts::revision(pending), carts::write(&carts::read(pending))).await?;
        }
        let nobodys = [
            joined(users::NAME, "user"),
            joined(dialogues::NAME, "dialogue"),
            doc! { "$match": { "user": [], "$or": [{ "dialogue": [] }, { "dialogue": { "$elemMatch": only_forgotten() } }] } },
            doc! { "$project": { "_id": 1, "revision": 1 } },
        ];
        let nobodys: Vec<Document> = self.collection(carts::NAME).aggregate(nobodys).await?.try_collect().await?;
        for carts in nobodys.chunks(BATCH) {
            // By its revision: its owner may have come back meanwhile.
            let as_found = |cart: &Document| doc! { "_id": cart.get("_id"), "revision": cart.get("revision") };
            let as_found: Vec<Document> = carts.iter().map(as_found).collect();
            self.collection(carts::NAME).delete_many(doc! { "$or": as_found }).await?;
        }
        Ok(count + nobodys.len())
    }
}

/// The stage that brings the document of the same id from another collection, in a list of none or one.
fn joined(collection: &str, name: &str) -> Document {
    doc! { "$lookup": { "from": collection, "localField": "_id", "foreignField": "_id", "as": name } }
}
