//! Pictures of products that somebody of the shop has sent in the chat: until they are kept in MongoDB, a product has
//! Telegram's own name of its picture. That is good for this bot's messages; the API, a backup and another bot need the
//! content, which is downloaded here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dialogues::shop::{PictureId, ProductId};
use shell::Pictures;
use shell::refusals::{described, is_outage, says};
use teloxide::net::Download;
use teloxide::prelude::*;
use teloxide::types::FileId;
use teloxide::{DownloadError, RequestError};
use tokio::sync::Notify;

use super::desk::ShopHost;
use super::pictures::FileIds;
use crate::pictures::{Unusable, check};
use crate::store::{CatalogueFeed, Store, StoreError};

/// How often is looked for what another process has left.
const LOOK: Duration = Duration::from_secs(60);

/// Keeps the pictures that Telegram has of products.
pub(super) struct PhotoKeeper {
    store: Store,
    feed: CatalogueFeed,
    bot: Bot,
    files: Arc<FileIds>,
    sent: Arc<Notify>,
    /// What cannot be kept, and is not tried again by this process.
    given_up: Mutex<HashSet<PictureId>>,
}

/// Why a picture is not kept.
#[derive(Debug, thiserror::Error)]
enum Unkept {
    #[error("{}", described(.0))]
    Asked(#[from] RequestError),
    #[error("it could not be downloaded")]
    Downloaded(#[from] DownloadError),
    #[error(transparent)]
    Unusable(#[from] Unusable),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Unkept {
    /// Whether another try may be successful.
    fn is_passing(&self) -> bool {
        match self {
            Self::Asked(RequestError::Api(error)) => is_outage(error) || says(error, "temporarily unavailable"),
            Self::Unusable(_) => false,
            Self::Asked(_) | Self::Downloaded(_) | Self::Store(_) => true,
        }
    }
}

impl PhotoKeeper {
    pub(super) fn at(desk: &ShopHost, bot: Bot, files: Arc<FileIds>) -> Self {
        Self {
            store: desk.store.clone(),
            feed: desk.feed.clone(),
            bot,
            files,
            sent: Arc::clone(&desk.photos),
            given_up: Mutex::default(),
        }
    }

    /// Keeps every picture that is not kept yet.
    async fn keep_all(&self) {
        let catalogue = self.feed.current();
        for product in catalogue.products() {
            let Some(picture) = &product.picture else { continue };
            let Some(file) = picture.telegram_file() else { continue };
            if self.given_up.lock().unwrap_or_else(PoisonError::into_inner).contains(picture) {
                continue;
            }
            match self.keep(product.id, picture, file).await {
                Ok(()) => tracing::info!(product = %product.id.0, "a product's picture is kept"),
                Err(error) => {
                    tracing::warn!(%error, product = %product.id.0, "a product's picture cannot be kept; customers see it, the API does not");
                    if !error.is_passing() {
                        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).insert(picture.clone());
                    }
                }
            }
        }
    }

    async fn keep(&self, product: ProductId, picture: &PictureId, file: &str) -> Result<(), Unkept> {
        let found = self.bot.get_file(FileId(file.to_owned())).await?;
        let mut content = Vec::new();
        self.bot.download_file(&found.path, &mut content).await?;
        let kept = self.store.put_picture(&check(content).await?).await?;
        // Telegram has it already: it is not uploaded once more.
        self.files.uploaded(&kept, file).await;
        self.store.keep_sent_picture(product, picture, &kept).await?;
        Ok(())
    }
}

/// Keeps what was sent: at the start, when somebody has sent a picture, and every minute; for as long as the bot runs.
pub(super) async fn run(keeper: Arc<PhotoKeeper>) {
    loop {
        keeper.keep_all().await;
        let _ = tokio::time::timeout(LOOK, keeper.sent.notified()).await;
    }
}
