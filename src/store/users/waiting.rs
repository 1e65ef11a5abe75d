//! Customers who wait for products that are sold out.

use bson::{Bson, Document, doc};
use dialogues::shop::{Id, ProductId};

use super::super::document::oid;
use super::super::fields::Problem;
use super::super::versioned::Versioned;
use super::super::{STORE_TIMEOUT, Store, StoreError, within};
use super::{NAME, StoredUser, UserQuery};

/// So many of whoever waits for a product are looked at at a time.
const AT_ONCE: u32 = 100;

/// Whoever waits for anything.
pub(super) fn waits() -> Document {
    doc! { "awaited.0": { "$exists": true } }
}

/// The products that somebody waits for; what is no product's id is left out.
pub(super) fn read(document: &Document) -> Vec<ProductId> {
    document.get_array("awaited").map(|all| all.iter().filter_map(product).collect()).unwrap_or_default()
}

/// # Errors
/// What is wrong with the products that somebody waits for.
pub(super) fn check(document: &Document) -> Result<(), Problem> {
    match document.get("awaited") {
        None | Some(Bson::Null) => Ok(()),
        Some(Bson::Array(all)) if all.iter().all(|id| product(id).is_some()) => Ok(()),
        Some(_) => Err("awaited is no list of products' ids".to_owned()),
    }
}

fn product(id: &Bson) -> Option<ProductId> {
    id.as_object_id().map(|id| ProductId(Id(id.bytes())))
}

impl Store {
    /// All products that anybody waits for.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn awaited_products(&self) -> Result<Vec<ProductId>, StoreError> {
        // Without a word on the indexed field itself, MongoDB would look at all customers.
        let mut which = waits();
        which.insert("awaited", doc! { "$type": "objectId" });
        let found = async { Ok(self.collection(NAME).distinct("awaited", which).await?) };
        Ok(within(STORE_TIMEOUT, found).await?.iter().filter_map(product).collect())
    }

    /// Some of those who wait for a product, and who are not among these.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn waiting_for(
        &self,
        awaited: ProductId,
        but: &[i64],
    ) -> Result<Vec<Versioned<StoredUser>>, StoreError> {
        let filter = doc! { "$and": [waits(), { "awaited": oid(awaited.0) }, { "_id": { "$nin": but } }] };
        let read = |document: &bson::raw::RawDocument| self.held_user(document);
        within(STORE_TIMEOUT, self.list_raw(NAME, filter, UserQuery::default().sort(), AT_ONCE, read)).await
    }

    /// Lets a customer wait for a product no longer, whatever else becomes of their profile meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub(crate) async fn stop_waiting(
        &self,
        mut held: Versioned<StoredUser>,
        product: ProductId,
    ) -> Result<(), StoreError> {
        while held.thing.customer.awaited.contains(&product) {
            let told = held.thing.customer.awaiting(product, false);
            if self.replace_user(&held, &told).await?.is_some() {
                break;
            }
            match self.user(held.thing.id).await? {
                Some(now) => held = now,
                None => break,
            }
        }
        Ok(())
    }
}
