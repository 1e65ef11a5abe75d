//! The ids of updates that a process remembers.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// So many updates are remembered by a process, of those that it answers for and of those whose replies it has shown.
const REMEMBERED: usize = 4096;

pub(super) fn remember(updates: &Mutex<VecDeque<i64>>, update: i64) {
    let mut remembered = updates.lock().unwrap_or_else(PoisonError::into_inner);
    remembered.push_back(update);
    if remembered.len() > REMEMBERED {
        remembered.pop_front();
    }
}

pub(super) fn forget(updates: &Mutex<VecDeque<i64>>, update: i64) {
    updates.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| *known != update);
}

pub(super) fn holds(updates: &Mutex<VecDeque<i64>>, update: i64) -> bool {
    // The newest ones are asked for most.
    updates.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().any(|known| *known == update)
}
