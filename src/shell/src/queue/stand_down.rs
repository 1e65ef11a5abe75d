//! Lanes of a process that is not the active one any more, or was not for a while.

use super::{Ack, Queue, Reply};

impl<T: Send + 'static, R: Reply> Queue<T, R> {
    /// Another process was active: what is in the lanes is from before that, and left to whoever shows it now.
    pub fn stand_down(&self) {
        let lanes: Vec<i64> = {
            let mut state = self.lock();
            state.stood_down += 1;
            state.lanes.keys().copied().collect()
        };
        lanes.into_iter().for_each(|id| self.leave(id));
    }

    /// A reply could not be shown, since this process is not the active one: nothing more of its lane is. `stood_down`: how often
    /// all lanes had stood down when it was begun. If they have since, what is in the lane now was lined up later.
    pub(super) fn give_up(&self, id: i64, stood_down: u64) {
        if self.lock().stood_down == stood_down {
            self.leave(id);
        }
    }

    /// Nothing more of what is in a lane is shown, and nothing of it counts as done: another process shows it, or this one when
    /// it comes again.
    fn leave(&self, id: i64) {
        let mut state = self.lock();
        let Some(lane) = state.lanes.get_mut(&id) else { return };
        // A dropped receipt says that the update must come again; a mark that is not cleared, that a reply is owed.
        let left = lane.stand_down();
        state.settled.remove(&id);
        state.clearing.remove(&id);
        state.unshown -= left.unshown.len();
        drop(state);
        self.done(left.unshown.len() + left.waiting.len());
        left.unshown.into_iter().for_each(|(_, reply)| reply.give_up());
        for waiting in left.waiting {
            let _ = waiting.receipt.1.send(Ack::Standby);
        }
    }
}
