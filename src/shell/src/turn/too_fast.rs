//! The sentence for a customer some of whose updates are skipped ([`crate::entrance`]).

use std::sync::Arc;

use engine::texts::say;
use engine::{Output, View, text};

use super::{Player, within};
use crate::host::{Host, Loaded};
use crate::input::ReceivedUpdate;
use crate::queue::AfterCommit;
use crate::reply::{CommittedTurn, TurnReply};

impl<H: Host> Player<H> {
    /// Tells a customer that updates of theirs are skipped. The dialogue stays as it is, and nothing is written; whatever
    /// fails, the sentence alone is left out.
    pub(crate) async fn too_fast(self: Arc<Self>, arrived: ReceivedUpdate<H::App>) -> AfterCommit<TurnReply<H>> {
        let Ok(epoch) = self.begin_load() else { return AfterCommit::Standby };
        let incoming = &arrived.incoming;
        let mut played = CommittedTurn::nothing(epoch);
        if let Ok(Ok(loaded)) = within(self.host.load(incoming.chat)).await {
            let view = View::text(say(self.host.language(incoming, &loaded), &text!("too-fast")));
            let serial = loaded.conversation().map_or(0, |conversation| conversation.serial);
            played.show = vec![Output::Send { view, serial }];
        }
        AfterCommit::Show(TurnReply::new(self, arrived, played).beside())
    }
}
