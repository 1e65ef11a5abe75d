//! One customer: what waits, what is shown, and which receipts are due.

use std::collections::VecDeque;

/// A job that waits in a lane: an update, or the task of showing what the lane owes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Waiting<J, T> {
    /// It shows what the lane owes: it goes before all updates.
    pub owed: bool,
    /// `update_id`.
    pub order: i64,
    pub job: J,
    /// By what Telegram hears what became of it.
    pub receipt: T,
}

/// One customer's updates and replies; `J` is a job, `R` a reply, `T` a receipt.
///
/// A lane is played and shown by the driver, one task each: a method that returns `begins` asks for that task, which then
/// works until it is told that there is nothing left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lane<J, R, T> {
    waiting: Vec<Waiting<J, T>>,
    /// What waits is being played.
    playing: bool,
    /// An update was taken that is not committed yet.
    taken: bool,
    /// Replies, oldest first, without the one that is being shown.
    unshown: VecDeque<R>,
    /// The replies are being shown.
    showing: bool,
    /// Receipts of committed updates whose replies are neither shown nor owed durably, oldest first.
    receipts: VecDeque<T>,
    /// It is marked durably as owing replies, by this process.
    owed: bool,
    /// The job that shows what it owes waits or is being played: its mark may still be another process's.
    paying: bool,
}

/// What follows from a commit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct Behind<T> {
    /// Telegram may forget this update at once: what it owes is owed durably.
    pub acknowledge: Option<T>,
    /// The replies are to be shown from now on, see [`Lane::next_reply`].
    pub begins: bool,
}

/// What follows when a reply is through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct NextReply<R, T> {
    /// Telegram may forget these updates.
    pub acknowledge: VecDeque<T>,
    /// The reply that is shown next. `None`: everything is shown, and the task ends.
    pub reply: Option<R>,
    /// Everything is shown, and the lane's mark is to be cleared.
    pub settled: bool,
}

/// What follows from a mark that is written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub enum Marked<T> {
    /// Telegram may forget these updates.
    Owes(VecDeque<T>),
    /// Everything was shown meanwhile: the mark is to be cleared.
    Settled,
}

/// What a process leaves to the active one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[must_use]
pub struct Left<J, R, T> {
    /// What was not played.
    pub waiting: Vec<Waiting<J, T>>,
    /// What was committed and not shown.
    pub unshown: VecDeque<R>,
    /// Receipts of what was committed: Telegram must bring it again.
    pub receipts: VecDeque<T>,
}

impl<J, R, T> Default for Lane<J, R, T> {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            playing: false,
            taken: false,
            unshown: VecDeque::new(),
            showing: false,
            receipts: VecDeque::new(),
            owed: false,
            paying: false,
        }
    }
}

impl<J, R, T> Lane<J, R, T> {
    /// Nothing waits, and nothing is under way: the lane can go.
    pub fn is_idle(&self) -> bool {
        !self.playing && !self.showing
    }

    /// How many updates wait or are being played.
    pub fn uncommitted(&self) -> usize {
        self.waiting.len() + usize::from(self.taken)
    }

    /// What waits, in no order.
    pub fn waiting(&self) -> &[Waiting<J, T>] {
        &self.waiting
    }

    /// The replies that are not shown, oldest first, without the one that is being shown.
    pub fn unshown(&self) -> &VecDeque<R> {
        &self.unshown
    }

    /// The same, to drop those that a later one replaces.
    pub fn unshown_mut(&mut self) -> &mut VecDeque<R> {
        &mut self.unshown
    }

    /// The receipts that are due when their replies are shown, or owed durably; oldest first.
    pub fn receipts(&self) -> &VecDeque<T> {
        &self.receipts
    }

    /// Whether it is marked durably as owing replies, or is about to take a mark over: its mark is not to be cleared.
    pub fn is_owed(&self) -> bool {
        self.owed || self.paying
    }

    /// A job has arrived; whether the lane begins to be played, see [`Lane::next_job`].
    #[must_use]
    pub fn arrive(&mut self, waiting: Waiting<J, T>) -> bool {
        self.paying |= waiting.owed;
        self.waiting.push(waiting);
        !std::mem::replace(&mut self.playing, true)
    }

    /// The job that is played next, debts first, then the oldest update; `None`: nothing waits, and the task ends.
    pub fn next_job(&mut self) -> Option<Waiting<J, T>> {
        let first = |(_, waiting): &(usize, &Waiting<J, T>)| (!waiting.owed, waiting.order);
        let oldest = self.waiting.iter().enumerate().min_by_key(first).map(|(place, _)| place);
        self.taken = oldest.is_some();
        self.playing = self.taken;
        oldest.map(|place| self.waiting.swap_remove(place))
    }

    /// The job that was taken is committed: its reply is shown when all that came before in this lane is shown.
    pub fn committed(&mut self, reply: R, receipt: T) -> Behind<T> {
        self.unshown.push_back(reply);
        let acknowledge = match self.owed {
            true => Some(receipt),
            false => {
                self.receipts.push_back(receipt);
                None
            }
        };
        Behind { acknowledge, begins: !std::mem::replace(&mut self.showing, true) }
    }

    /// The job that was taken has read what the lane owes: this is shown as the reply to an update is. `marked`: it has found
    /// the lane marked, and the mark is this process's own now. Before that, the process that has marked the lane may clear its
    /// mark, so that no update may count as done because of it.
    pub fn taken_over(&mut self, reply: R, receipt: T, marked: bool) -> Behind<T> {
        self.paying = false;
        self.owed = marked;
        self.committed(reply, receipt)
    }

    /// The job that was taken is not committed. What waits behind must not overtake it: all of that comes again, in order.
    /// `debts`: it was the one that shows what the lane owes.
    #[must_use]
    pub fn turned_away(&mut self, debts: bool) -> Vec<Waiting<J, T>> {
        // What it owes was not read: it is taken over again.
        self.paying &= !debts;
        std::mem::take(&mut self.waiting)
    }

    /// The reply that is shown next, when the one before is through. With that one go the receipts of those that it has
    /// replaced; the one that replaces them all has its own receipt still.
    pub fn next_reply(&mut self) -> NextReply<R, T> {
        // Each reply that is still to be shown may have a receipt; those before them are of replies that are through.
        let through = self.receipts.len().saturating_sub(self.unshown.len());
        let acknowledge = self.receipts.drain(..through).collect();
        let reply = self.unshown.pop_front();
        self.showing = reply.is_some();
        let settled = !self.showing && std::mem::take(&mut self.owed);
        NextReply { acknowledge, reply, settled }
    }

    /// The lane, which was late, is marked durably as owing replies.
    pub fn marked(&mut self) -> Marked<T> {
        if self.receipts.is_empty() && !self.showing {
            return Marked::Settled;
        }
        self.owed = true;
        Marked::Owes(std::mem::take(&mut self.receipts))
    }

    /// This process is not the active one any more: it shows nothing. What was left undone is none of its business: the
    /// replies of committed updates are kept with the dialogue, and the active process shows them.
    pub fn stand_down(&mut self) -> Left<J, R, T> {
        (self.owed, self.paying) = (false, false);
        Left {
            waiting: std::mem::take(&mut self.waiting),
            unshown: std::mem::take(&mut self.unshown),
            receipts: std::mem::take(&mut self.receipts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Chat = Lane<(), i64, i64>;

    fn update(order: i64) -> Waiting<(), i64> {
        Waiting { owed: false, order, job: (), receipt: order }
    }

    /// Takes the next job and commits it.
    fn commit(lane: &mut Chat) -> (i64, Behind<i64>) {
        let taken = lane.next_job().expect("a job");
        (taken.order, lane.committed(taken.order, taken.receipt))
    }

    fn lane(orders: &[i64]) -> Chat {
        let mut lane = Chat::default();
        for (place, order) in orders.iter().enumerate() {
            assert_eq!(lane.arrive(update(*order)), place == 0, "one task plays a lane");
        }
        lane
    }

    #[test]
    fn the_oldest_update_goes_first_behind_what_is_owed() {
        let mut lane = lane(&[5, 3, 4]);
        let debts = Waiting { owed: true, order: 0, job: (), receipt: 0 };
        assert!(!lane.arrive(debts));
        let order: Vec<i64> = std::iter::from_fn(|| lane.next_job()).map(|taken| taken.order).collect();
        assert_eq!(order, [0, 3, 4, 5]);
        assert!(lane.is_idle() && lane.is_owed());
    }

    fn then(acknowledge: &[i64], reply: Option<i64>, settled: bool) -> NextReply<i64, i64> {
        NextReply { acknowledge: acknowledge.iter().copied().collect(), reply, settled }
    }

    #[test]
    fn a_receipt_is_due_when_its_reply_is_shown() {
        let mut lane = lane(&[1, 2]);
        assert_eq!(commit(&mut lane), (1, Behind { acknowledge: None, begins: true }));
        assert_eq!(lane.next_reply(), then(&[], Some(1), false));
        assert_eq!(commit(&mut lane), (2, Behind { acknowledge: None, begins: false }));
        assert_eq!(lane.next_job(), None);
        assert_eq!(lane.next_reply(), then(&[1], Some(2), false));
        assert!(!lane.is_idle());
        assert_eq!(lane.next_reply(), then(&[2], None, false));
        assert!(lane.is_idle());
    }

    #[test]
    fn a_reply_that_was_replaced_has_no_receipt_before_the_one_that_is_shown_now() {
        let mut lane = lane(&[1, 2, 3, 4]);
        (0..4).for_each(|_| drop(commit(&mut lane)));
        assert_eq!(lane.next_reply(), then(&[], Some(1), false));
        lane.unshown_mut().retain(|reply| *reply == 4);
        assert_eq!(lane.next_reply(), then(&[1, 2, 3], Some(4), false));
        assert_eq!(lane.next_reply(), then(&[4], None, false), "the last screen keeps its own until it is shown");
    }

    #[test]
    fn a_marked_lane_gives_receipts_at_the_commit_until_all_is_shown() {
        let mut lane = lane(&[1, 2]);
        let (_, first) = commit(&mut lane);
        assert_eq!((first, lane.next_reply()), (Behind { acknowledge: None, begins: true }, then(&[], Some(1), false)));
        assert_eq!(lane.marked(), Marked::Owes([1].into()));
        assert_eq!(commit(&mut lane).1, Behind { acknowledge: Some(2), begins: false });
        assert_eq!(lane.next_reply(), then(&[], Some(2), false));
        assert_eq!(lane.next_reply(), then(&[], None, true));
        assert_eq!(lane.marked(), Marked::Settled, "the mark came too late");
    }

    #[test]
    fn nothing_overtakes_what_is_turned_away() {
        let mut lane = lane(&[1, 2, 3]);
        let taken = lane.next_job().map(|taken| taken.order);
        let mut behind: Vec<i64> = lane.turned_away(false).iter().map(|waiting| waiting.order).collect();
        behind.sort_unstable();
        assert_eq!((taken, behind), (Some(1), vec![2, 3]));
        assert_eq!((lane.next_job(), lane.is_idle(), lane.uncommitted()), (None, true, 0));
    }

    #[test]
    fn debts_that_are_not_read_leave_the_lane_without_its_mark() {
        let mut lane = Chat::default();
        assert!(lane.arrive(Waiting { owed: true, order: 0, job: (), receipt: 0 }));
        assert!(lane.next_job().is_some_and(|taken| taken.owed));
        assert!(lane.turned_away(true).is_empty() && !lane.is_owed());
    }

    /// The process that has marked the lane may have been paused only, and clear its mark when it wakes.
    #[test]
    fn nothing_is_done_because_of_a_mark_that_is_another_process_s() {
        let mut lane = lane(&[1, 2]);
        let taken = lane.next_job().map(|taken| taken.order);
        assert!(!lane.arrive(Waiting { owed: true, order: 0, job: (), receipt: 0 }));
        assert!(lane.is_owed(), "its mark is not to be cleared");
        assert_eq!((taken, lane.committed(1, 1)), (Some(1), Behind { acknowledge: None, begins: true }));
        assert!(lane.next_job().is_some_and(|taken| taken.owed));
        assert_eq!(lane.taken_over(0, 0, true), Behind { acknowledge: Some(0), begins: false });
        assert_eq!(commit(&mut lane).1.acknowledge, Some(2), "from now on it is this process's own");
        let mut cleared = Chat::default();
        assert!(cleared.arrive(Waiting { owed: true, order: 0, job: (), receipt: 0 }));
        assert!(cleared.next_job().is_some());
        assert_eq!((cleared.taken_over(0, 0, false).acknowledge, cleared.is_owed()), (None, false));
    }

    #[test]
    fn whoever_stands_down_shows_nothing() {
        let mut lane = lane(&[1, 2, 3]);
        let _ = commit(&mut lane);
        let _ = commit(&mut lane);
        assert_eq!(lane.next_reply(), then(&[], Some(1), false));
        let Left { waiting, unshown, receipts } = lane.stand_down();
        let waiting: Vec<i64> = waiting.iter().map(|waiting| waiting.order).collect();
        assert_eq!((waiting, unshown, receipts), (vec![3], [2].into(), [1, 2].into()));
        assert_eq!(lane.next_reply(), then(&[], None, false));
        assert!(lane.next_job().is_none() && lane.is_idle());
    }
}
