//! Deleting what is kept for a time only: as the shop's [`dialogues::shop::Retention`] says, and what an order
//! of a forgotten person needs no longer.
//!
//! Every process looks for it: what one has deleted, the others do not find. Updates that were given up are also deleted by an
//! index of MongoDB, after the most days that the setting can be.

use std::time::Duration;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::moment::before;

use super::document::date;
use super::fields::integer;
use super::{Store, StoreError, archive, dead_letters, events, webhooks};

/// Often enough for something that is counted in days.
const EVERY: Duration = Duration::from_secs(3_600);
/// Looking for customers of whom nothing is heard reads all dialogues: once in so many hours.
const HOURS: u8 = 24;

/// How much was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    /// Dialogues that no program could read.
    pub archived: u64,
    /// Updates that were given up.
    pub dead_letters: u64,
    pub events: u64,
    /// Lines of the audit log, which are kept for as long as events are.
    pub audit: u64,
    /// Customers of whom a mailing that is over knows no longer that it went to them.
    pub recipients: u64,
}

impl Store {
    /// Deletes what is kept no longer, every hour, and once a day forgets customers of whom nothing is heard but those who
    /// `stay`; for as long as the process runs.
    pub async fn expire_regularly(&self, stay: impl Fn(i64) -> bool) {
        for hour in (0..HOURS).cycle() {
            match self.expire().await {
                Ok(expired) if expired == Expired::default() => {}
                Ok(Expired { archived, dead_letters, events, audit, recipients }) => {
                    let what = "what is kept for a time only was deleted";
                    tracing::info!(archived, dead_letters, events, audit, recipients, "{what}");
                }
                Err(error) => tracing::warn!(%error, "what is kept for a time only could not be deleted"),
            }
            if hour == 0 {
                match self.expire_customers(&stay).await {
                    Ok(0) => {}
                    Ok(customers) => tracing::info!(customers, "customers of whom nothing is heard were forgotten"),
                    Err(error) => tracing::warn!(%error, "customers of whom nothing is heard could not be forgotten"),
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Forgets customers of whom nothing has been heard for as long as the setting says, but nobody who `stays`; how many
    /// they were.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn expire_customers(&self, stays: impl Fn(i64) -> bool) -> Result<u64, StoreError> {
        let Some(days) = self.inner.retention.inactive else { return Ok(0) };
        self.forget_inactive(before(self.clock().now(), TimeDelta::days(days.into())), stays).await
    }

    /// Deletes what is kept no longer.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    pub async fn expire(&self) -> Result<Expired, StoreError> {
        self.clear_orders_of_nobody().await?;
        let retention = self.inner.retention;
        let now = self.clock().now();
        let ago = |days: u16| before(now, TimeDelta::days(days.into()));
        let (events, audit) = match retention.events.map(ago) {
            Some(limit) => (self.expire_events(limit).await?, self.delete_old_audit(limit).await?),
            None => (0, 0),
        };
        Ok(Expired {
            archived: self.delete_old(archive::NAME, ago(retention.failed), Document::new()).await?,
            dead_letters: self.delete_old(dead_letters::NAME, ago(retention.failed), Document::new()).await?,
            events,
            audit,
            recipients: match retention.recipients.map(ago) {
                Some(limit) => self.close_mailings(limit).await?,
                None => 0,
            },
        })
    }

    async fn delete_old(&self, name: &str, limit: DateTime<Utc>, mut which: Document) -> Result<u64, StoreError> {
        which.insert("created", doc! { "$lt": date(limit) });
        Ok(self.collection(name).delete_many(which).await?.deleted_count)
    }

    /// Only from the oldest on, so that positions have no gap but before the first: what a webhook has still to be told of stays,
    /// and all that is behind it.
    async fn expire_events(&self, limit: DateTime<Utc>) -> Result<u64, StoreError> {
        let kept = doc! { "position": { "$exists": true }, "created": { "$gte": date(limit) } };
        let oldest_kept = self.lowest(events::NAME, kept, "position").await?;
        let behind = self.lowest(webhooks::NAME, doc! { "enabled": true }, "reached").await?.map(|reached| reached + 1);
        let waiting = self.lowest(webhooks::DELIVERIES, doc! { "state": "waiting" }, "position").await?;
        let mut which = doc! { "position": { "$exists": true } };
        if let Some(first) = [oldest_kept, behind, waiting].into_iter().flatten().min() {
            which.insert("position", doc! { "$lt": first });
        }
        self.delete_old(events::NAME, limit, which).await
    }

    async fn lowest(&self, name: &str, which: Document, field: &str) -> Result<Option<i64>, StoreError> {
        let found = self.collection(name).find_one(which).sort(doc! { field: 1 }).projection(doc! { field: 1 }).await?;
        Ok(found.and_then(|found| integer(&found, field).ok().flatten()))
    }
}

#[cfg(test)]
mod tests {
    use shell::mongo::dead_letters::KEPT_FOR;

    use super::*;

    #[test]
    fn what_was_given_up_can_be_kept_for_as_long_as_its_index_lets_it() {
        let longest = TimeDelta::days((*dialogues::shop::Retention::FAILED.end()).into());
        assert_eq!(longest.num_seconds(), KEPT_FOR);
    }
}
