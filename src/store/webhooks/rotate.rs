//! A new secret for an endpoint; those before it sign beside it for a while.

use bson::{Bson, Document, doc};
use chrono::{DateTime, Utc};
use dialogues::shop::Id;

use super::{FormerSecret, NAME, WebhookEndpoint};
use crate::store::document::{date, oid, saved};
use crate::store::fields::{Problem, required, text, time};
use crate::store::{STORE_TIMEOUT, Store, StoreError, within};

/// So many secrets sign at most, beside the newest: whoever asks for more of them in a day has lost the answers, and forgets the
/// oldest.
const MOST_FORMER: usize = 4;

pub(super) fn read(former: &Bson) -> Result<FormerSecret, Problem> {
    let former = former.as_document().ok_or("a former secret is no document")?;
    Ok(FormerSecret {
        secret: required("former.secret", text(former, "secret")?)?,
        until: required("former.until", time(former, "until")?)?,
    })
}

impl Store {
    /// Gives an endpoint another secret. The one it has signs until a time, too. `None`: there is no endpoint of this name.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn rotate_webhook_secret(
        &self,
        id: Id,
        secret: &str,
        until: DateTime<Utc>,
    ) -> Result<Option<WebhookEndpoint>, StoreError> {
        let now = self.clock().now();
        loop {
            let Some(before) = self.webhook_endpoint(id).await? else { return Ok(None) };
            let still = before.former.into_iter().filter(|former| former.until > now);
            let former = [FormerSecret { secret: before.secret.clone(), until }].into_iter().chain(still);
            let former: Vec<Document> = former
                .take(MOST_FORMER)
                .map(|former| doc! { "secret": former.secret, "until": date(former.until) })
                .collect();
            // Of two requests at a time, one follows the other.
            let this = doc! { "_id": oid(id), "secret": before.secret };
            let update = saved(doc! { "secret": secret, "former": former }, now);
            let updated = async { Ok(self.collection(NAME).update_one(this, update).await?) };
            if within(STORE_TIMEOUT, updated).await?.matched_count == 1 {
                return self.webhook_endpoint(id).await;
            }
        }
    }
}
