//! What is kept of the chats that had a turn lately, in the memory of the process that has committed it.
//!
//! A turn that begins from here needs no load. Nothing depends on what is here being so: a commit is conditional on the
//! revision in MongoDB, and a turn that has begun from an older one loses its race, loads, and is played again. Whoever
//! writes what is kept of a chat therefore also moves the revision of its dialogue, or removes the chat from here. What a
//! foreign program has written is seen after [`KEPT_FOR`].

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;

/// So long after it was read from MongoDB, what is kept of a chat is read again.
pub const KEPT_FOR: Duration = Duration::from_secs(60);

/// The chats that had a turn lately. It gives the room of the one that was quiet for longest to a new one.
#[derive(Debug)]
pub struct Cache<L> {
    kept: Option<Mutex<Kept<L>>>,
}

#[derive(Debug)]
struct Kept<L> {
    chats: LruCache<i64, Entry<L>>,
    /// Moves on whenever something is removed, also a chat that has a turn just now.
    removals: u64,
}

#[derive(Debug)]
struct Entry<L> {
    loaded: L,
    since: Since,
}

/// When and as what something was read from MongoDB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Since {
    /// Of the lease: what was read before another process was active says nothing about what is stored now.
    epoch: i64,
    read: Instant,
    removals: u64,
}

impl<L> Cache<L> {
    /// Room for so many chats; with 0 nothing is kept.
    pub fn new(chats: usize) -> Self {
        let kept = |chats| Mutex::new(Kept { chats: LruCache::new(chats), removals: 0 });
        Self { kept: NonZeroUsize::new(chats).map(kept) }
    }

    /// What is written from outside of the chat's own turns makes it worthless.
    pub fn remove(&self, chat: i64) {
        if let Some(mut kept) = self.kept() {
            kept.removals += 1;
            kept.chats.pop(&chat);
        }
    }

    /// The same of all chats.
    pub fn clear(&self) {
        if let Some(mut kept) = self.kept() {
            kept.removals += 1;
            kept.chats.clear();
        }
    }

    /// What is about to be read from MongoDB in this epoch is so from now on.
    pub(crate) fn reading(&self, epoch: i64) -> Since {
        Since { epoch, read: Instant::now(), removals: self.kept().map_or(0, |kept| kept.removals) }
    }

    /// Takes out what is kept of a chat, if it is of this epoch and not too old. A turn that fails leaves nothing here.
    pub(crate) fn take(&self, chat: i64, epoch: i64) -> Option<(L, Since)> {
        let mut kept = self.kept()?;
        let Entry { loaded, since } = kept.chats.pop(&chat)?;
        let is_usable = since.epoch == epoch && since.read.elapsed() < KEPT_FOR;
        is_usable.then_some((loaded, Since { removals: kept.removals, ..since }))
    }

    /// Keeps what a turn has committed that began from what was read or taken out at `since`, unless something was removed
    /// meanwhile.
    pub(crate) fn put(&self, chat: i64, loaded: L, since: Since) {
        if let Some(mut kept) = self.kept()
            && kept.removals == since.removals
        {
            kept.chats.put(chat, Entry { loaded, since });
        }
    }

    fn kept(&self) -> Option<MutexGuard<'_, Kept<L>>> {
        Some(self.kept.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_turn_has_committed_is_there_for_the_next_one_once() {
        let cache = Cache::new(2);
        let since = cache.reading(1);
        cache.put(7, "seven", since);
        assert_eq!(cache.take(7, 1), Some(("seven", since)));
        assert_eq!(cache.take(7, 1), None, "the turn under way may fail");
    }

    #[test]
    fn another_epoch_and_an_old_reading_find_nothing() {
        let cache = Cache::new(2);
        cache.put(7, "seven", cache.reading(1));
        assert_eq!(cache.take(7, 2), None);
        let read = Instant::now().checked_sub(KEPT_FOR).unwrap();
        cache.put(7, "seven", Since { read, ..cache.reading(1) });
        assert_eq!(cache.take(7, 1), None);
    }

    #[test]
    fn what_is_removed_during_a_turn_does_not_come_back_with_it() {
        let cache = Cache::new(2);
        cache.put(7, "seven", cache.reading(1));
        let (loaded, since) = cache.take(7, 1).unwrap();
        cache.remove(7);
        cache.put(7, loaded, since);
        assert_eq!(cache.take(7, 1), None);
    }

    #[test]
    fn whoever_was_quiet_for_longest_makes_room() {
        let cache = Cache::new(2);
        for chat in 1..=3 {
            cache.put(chat, chat, cache.reading(1));
        }
        assert!(cache.take(1, 1).is_none() && cache.take(2, 1).is_some() && cache.take(3, 1).is_some());
        let nothing = Cache::new(0);
        nothing.put(1, 1, nothing.reading(1));
        assert_eq!(nothing.take(1, 1), None);
    }
}
