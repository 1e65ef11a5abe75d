//! The search of a catalogue that changes: an index of all of it, and beside it one of what has changed since.

use std::sync::{Arc, OnceLock};

use rpds::HashTrieSetSync;

use super::index::{Hit, Hits, Query, SearchIndex, Searchable, search};

/// So large a part of what can be found may have changed before all of it is indexed anew: one in so many.
const CHANGED: usize = 8;

/// What a catalogue finds things by. Both indexes are built by the first search that needs them, and shared by the
/// catalogues after it until something that they have the words of changes.
#[derive(Debug, Clone, Default)]
pub(super) struct Finder {
    all: Arc<OnceLock<SearchIndex>>,
    /// What must not be found in the index of all.
    changed: HashTrieSetSync<Hit>,
    since: Arc<OnceLock<SearchIndex>>,
}

impl Finder {
    /// The words of these have changed, or they are gone.
    pub(super) fn change(&mut self, hits: impl IntoIterator<Item = Hit>) {
        let mut hits = hits.into_iter().peekable();
        if hits.peek().is_none() {
            return;
        }
        // Whoever still holds the catalogue of before may build its index at this moment: that one is not for this catalogue.
        let Some(all) = self.all.get() else {
            *self = Self::default();
            return;
        };
        hits.for_each(|hit| self.changed.insert_mut(hit));
        match self.changed.size() * CHANGED > all.size() {
            true => *self = Self::default(),
            false => self.since = Arc::default(),
        }
    }

    /// What has the most of the words, the best first. `everything` and `one` are what can be found now.
    pub(super) fn search<'c, I: Iterator<Item = Searchable<'c>>>(
        &self,
        query: &Query,
        everything: impl FnOnce() -> I,
        one: impl Fn(&Hit) -> Option<Searchable<'c>>,
    ) -> Hits {
        let all = self.all.get_or_init(|| SearchIndex::of(everything()));
        let since = self.since.get_or_init(|| SearchIndex::of(self.changed.iter().filter_map(one)));
        search(&[all, since], |index, hit| index > 0 || !self.changed.contains(hit), query)
    }
}
