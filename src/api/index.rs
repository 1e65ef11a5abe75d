//! The snapshot's shelves, made when they are first asked for after a change.

use std::sync::{Arc, PoisonError, RwLock};

use super::Api;
use super::categories::CategoryRow;
use super::news::NewsRow;
use super::products::ProductRow;
use super::sorted_index::SortedIndex;
use crate::store::AdminSnapshot;

/// All lists of one snapshot.
#[derive(Clone)]
pub(crate) struct Lists {
    pub(crate) shelves: Arc<AdminSnapshot>,
    pub(crate) products: Arc<SortedIndex<ProductRow>>,
    pub(crate) categories: Arc<SortedIndex<CategoryRow>>,
    pub(crate) news: Arc<SortedIndex<NewsRow>>,
}

/// The lists made last.
#[derive(Default)]
pub(crate) struct Index(RwLock<Option<Arc<Lists>>>);

impl Api {
    /// The lists of the snapshot as it is now.
    pub(crate) fn lists(&self) -> Arc<Lists> {
        let shelves = self.feed.shelves();
        let fresh = |lists: &Option<Arc<Lists>>| {
            lists.as_ref().filter(|lists| Arc::ptr_eq(&lists.shelves, &shelves)).map(Arc::clone)
        };
        if let Some(lists) = fresh(&self.index.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return lists;
        }
        let mut made = self.index.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(lists) = fresh(&made) {
            return lists;
        }
        let before = made.as_deref();
        let lists = Arc::new(Lists {
            products: Arc::new(super::products::shelf(&shelves, before.map(|lists| &*lists.products), self.currency)),
            categories: Arc::new(super::categories::shelf(&shelves)),
            news: Arc::new(super::news::shelf(&shelves, before.map(|lists| &*lists.news))),
            shelves,
        });
        *made = Some(Arc::clone(&lists));
        lists
    }
}
