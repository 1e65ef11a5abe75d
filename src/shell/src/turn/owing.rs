//! Which replies a process answers for: those of its own turns, those that it takes over, and those that it leaves to others.

use std::sync::{Arc, PoisonError};

use tracing::Span;

use super::{Player, forget, holds, remember, within};
use crate::clock::Clock;
use crate::host::{Host, Loaded};
use crate::input::{Incoming, TAP_ANSWER_LIMIT};
use crate::mongo::owed::{Owed, Portion};
use crate::queue::AfterCommit;
use crate::reply::TurnReply;
use crate::tapped;

impl<H: Host> Player<H> {
    /// Shows what a dialogue owes that another process has not shown.
    pub(crate) async fn pay(self: Arc<Self>, chat: i64, span: Span) -> AfterCommit<TurnReply<H>> {
        let (Ok(epoch), Some(by)) = (self.begin_load(), self.active.mark()) else { return AfterCommit::Standby };
        let loading = async {
            // From here on it is this process that owes it, and clears the mark.
            self.host.debts().adopt(chat, &by, Clock::system().now()).await?;
            self.host.load(chat).await
        };
        let loaded = match within(loading).await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(error)) => {
                tracing::warn!(%error, "owed: the dialogue could not be loaded yet");
                return AfterCommit::Away;
            }
            Err(_) => return AfterCommit::Away,
        };
        // Whoever has marked it may have shown everything since it was found, and have taken the mark away. What comes before a
        // reply that this process answers for was shown before that.
        let kept = loaded.replies().unwrap_or_default();
        let ours = kept.iter().rposition(|owed| holds(&self.ours, owed.update));
        let behind = if loaded.owed_by().is_some() { &kept[ours.map_or(0, |last| last + 1)..] } else { &[] };
        let portions = self.answer_for(&loaded, |owed| behind.iter().any(|behind| behind.update == owed.update));
        if !portions.is_empty() {
            let replies = portions.len();
            tracing::info!(replies, "owed: replies are shown that another process, or this one, has left");
        }
        let marked = loaded.owed_by() == Some(&by);
        AfterCommit::Owed { reply: TurnReply::of_debts(self.clone(), (chat, epoch), span, portions), marked }
    }

    /// Takes over those of the kept replies that this process does not answer for yet.
    pub(super) fn answer_for(&self, loaded: &H::Loaded, is_owed: impl Fn(&Owed) -> bool) -> Vec<Portion<H::App>> {
        let now = self.clock.now();
        let kept = loaded.replies().unwrap_or_default().iter();
        let unshown = kept.filter(|owed| is_owed(owed) && !holds(&self.ours, owed.update));
        let taken = unshown.map(|owed| {
            remember(&self.ours, owed.update);
            let mut portion = owed.portion();
            if (now - owed.at).to_std().is_ok_and(|age| age > TAP_ANSWER_LIMIT) {
                portion.tap = None;
            }
            portion
        });
        taken.collect()
    }

    /// Takes over the replies that come before an update and may not have been shown: by another process, which has marked
    /// them, or has committed them just before it was killed; by this one, which has not heard that they are committed.
    pub(super) fn earlier(&self, incoming: &Incoming<H::App>, loaded: &H::Loaded) -> Vec<Portion<H::App>> {
        if loaded.replies().is_none_or(<[Owed]>::is_empty) {
            return Vec::new();
        }
        let Some(tenure) = self.active.tenure() else { return Vec::new() };
        let is_marked = loaded.owed_by().is_some_and(|by| self.active.mark().is_none_or(|ours| ours != by));
        let may_be_unshown = |owed: &Owed| {
            is_marked
                || holds(&self.unheard, owed.update)
                || (owed.epoch < tenure.epoch
                    && !tenure.shown.is_some_and(|shown| shown.has(owed.epoch))
                    && tenure.doubtful_from.is_some_and(|from| owed.at >= from))
        };
        // All that is kept was committed before, whatever its number is.
        let seen = tapped::seen(loaded.replies().unwrap_or_default(), &incoming.input);
        let is_seen = |owed: &Owed| owed.update == incoming.update || seen == Some(owed.update);
        self.answer_for(loaded, |owed| !is_seen(owed) && may_be_unshown(owed))
    }

    /// Replies of an epoch that this process may not show any more, and does not answer for. Of an update that has come again while
    /// its reply was under way there is nothing to show: that leaves nothing.
    pub(crate) fn leave(&self, epoch: i64, portions: &[Portion<H::App>]) {
        let remembered_from = self.remembered_from.lock().unwrap_or_else(PoisonError::into_inner);
        // What this process answers for since another one was active is none of these.
        if *remembered_from <= epoch {
            let left = portions.iter().filter(|portion| !portion.show.is_empty());
            left.for_each(|portion| forget(&self.ours, portion.update));
        }
    }

    /// A reply was shown, or replaced by a later one.
    pub(crate) fn is_through(&self, update: i64) {
        remember(&self.shown, update);
    }
}
