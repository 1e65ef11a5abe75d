//! Endpoints at their beginning.

use bson::doc;

use super::super::document::{oid, stamped};
use super::super::idempotency::Receipt;
use super::super::optimistic::{Place, Work, WriteOutcome};
use super::super::{Store, StoreError};
use super::{NAME, WebhookEndpoint};

impl Store {
    /// Adds an endpoint. With a receipt, both are written or none; [`WriteOutcome::LostRace`] if that receipt is there already.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn add_webhook_endpoint(
        &self,
        endpoint: &WebhookEndpoint,
        receipt: Option<&Receipt>,
    ) -> Result<WriteOutcome, StoreError> {
        let fields = doc! {
            "_id": oid(endpoint.id),
            "url": &endpoint.url,
            "types": &endpoint.types,
            "secret": &endpoint.secret,
            "enabled": endpoint.enabled,
            "reached": endpoint.reached,
        };
        let document = stamped(fields, self.stamp_at(NAME, endpoint.stamps.created));
        self.transact(&Work::Add { at: Place::untold(NAME), document, receipt, inside: None }).await
    }
}
