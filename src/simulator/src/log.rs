//! Lists that forget what is oldest, so that a bot that runs for weeks does not fill the memory.

use std::collections::VecDeque;

/// Entries by their position since the beginning. Positions stay what they were, also of what is forgotten.
pub(crate) struct Log<T> {
    entries: VecDeque<T>,
    /// The position of the oldest entry that is kept.
    first: usize,
    most: usize,
}

impl<T> Log<T> {
    /// A list of the newest `most` entries.
    pub(crate) fn new(most: usize) -> Log<T> {
        Log { entries: VecDeque::new(), first: 0, most }
    }

    pub(crate) fn push(&mut self, entry: T) {
        if self.entries.len() == self.most {
            self.entries.pop_front();
            self.first += 1;
        }
        self.entries.push_back(entry);
    }

    /// The position of the next entry.
    pub(crate) fn len(&self) -> usize {
        self.first + self.entries.len()
    }

    /// What is kept from a position on, oldest first.
    pub(crate) fn since(&self, position: usize) -> impl DoubleEndedIterator<Item = &T> {
        self.entries.iter().skip(position.saturating_sub(self.first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_outlive_what_is_forgotten() {
        let mut log = Log::new(3);
        (0..5).for_each(|number| log.push(number));
        assert_eq!(log.len(), 5);
        assert_eq!(log.since(0).copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(log.since(4).copied().collect::<Vec<_>>(), [4]);
        assert_eq!(log.since(9).count(), 0);
    }
}
