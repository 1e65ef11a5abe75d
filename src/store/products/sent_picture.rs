//! The picture of a product that an owner has sent in the chat, once it is kept.

use bson::doc;
use dialogues::shop::{PictureId, Product, ProductId};

use super::super::document::{oid, saved};
use super::super::events::EventKind;
use super::super::optimistic::{Place, Work};
use super::super::{Store, StoreError};

impl Store {
    /// Names a product's picture by its content, unless it has another one by now than Telegram's of this name.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn keep_sent_picture(&self, id: ProductId, sent: &PictureId, kept: &PictureId) -> Result<(), StoreError> {
        let filter = doc! { "_id": oid(id.0), "picture": &sent.0 };
        let update = saved(doc! { "picture": &kept.0 }, self.clock().now());
        let at = Place::of::<Product>(id.0, EventKind::ProductChanged);
        self.transact(&Work::Replace { at, filter, update, inside: None }).await.map(drop)
    }
}
