//! Single changes of the catalogue, as an owner's program or a transcript makes them.

use bson::{Document, doc};
use dialogues::shop::{Catalogue, Change, Id};

use super::document::{oid, upserted};
use super::{CatalogueFeed, Store, StoreError, categories, news, products};

impl Store {
    /// The whole catalogue as it stands now, read anew.
    pub async fn catalogue(&self) -> Result<Catalogue, StoreError> {
        CatalogueFeed::read(self).await
    }

    /// Saves or deletes one product, category or news item, the pause or the team.
    pub async fn save_change(&self, change: Change) -> Result<(), StoreError> {
        match change {
            Change::Product(product) => self.save(products::NAME, product.id.0, products::write(&product)).await,
            Change::Category(category) => {
                self.save(categories::NAME, category.id.0, categories::write(&category)).await
            }
            Change::News(news) => self.save(news::NAME, news.id.0, news::write(&news)).await,
            Change::ProductGone(id) => self.delete(products::NAME, id.0).await,
            Change::CategoryGone(id) => self.delete(categories::NAME, id.0).await,
            Change::NewsGone(id) => self.delete(news::NAME, id.0).await,
            Change::Pause(pause) => {
                let mut session = self.inner.client.start_session().await?;
                Ok(self.set_pause(&mut session, pause.as_ref()).await.map(drop)?)
            }
            Change::Team(team) => {
                let mut session = self.inner.client.start_session().await?;
                Ok(self.put_team(&mut session, &team).await?)
            }
        }
    }

    async fn save(&self, collection: &str, id: Id, mut fields: Document) -> Result<(), StoreError> {
        fields.remove("_id");
        let update = upserted(fields, Document::new(), self.stamp(collection));
        self.collection(collection).update_one(doc! { "_id": oid(id) }, update).upsert(true).await?;
        Ok(())
    }

    async fn delete(&self, collection: &str, id: Id) -> Result<(), StoreError> {
        self.collection(collection).delete_one(doc! { "_id": oid(id) }).await?;
        Ok(())
    }
}
