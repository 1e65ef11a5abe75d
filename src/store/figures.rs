//! Figures that have to be asked for: the disk that MongoDB keeps its data on.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use bson::{Bson, Document, doc};

use super::{Store, StoreError, within};

/// A disk does not fill up faster than this.
const EVERY: Duration = Duration::from_secs(60);

/// Whoever asks for metrics waits no longer for this.
const FIGURES_TIMEOUT: Duration = Duration::from_secs(1);

impl Store {
    /// Brings the metrics of the disk up to date, at most once a minute. Where MongoDB does not tell, they stay as
    /// they are.
    pub async fn measure(&self) {
        {
            let mut looked = self.inner.looked.lock().unwrap_or_else(PoisonError::into_inner);
            if looked.is_some_and(|looked| looked.elapsed() < EVERY) {
                return;
            }
            *looked = Some(Instant::now());
        }
        let told = within(FIGURES_TIMEOUT, async {
            Ok::<_, StoreError>(self.database().run_command(doc! { "dbStats": 1 }).await?)
        });
        if let Ok(stats) = told.await
            && let (Some(used), Some(total)) = (whole(&stats, "fsUsedSize"), whole(&stats, "fsTotalSize"))
        {
            self.metrics().database.disk(used, total);
        }
    }
}

/// MongoDB tells sizes as doubles.
fn whole(document: &Document, field: &str) -> Option<i64> {
    match document.get(field)? {
        Bson::Double(number) => Some(*number as i64),
        Bson::Int64(number) => Some(*number),
        Bson::Int32(number) => Some(i64::from(*number)),
        _ => None,
    }
}
