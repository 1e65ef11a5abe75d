//! The turn of a customer who is shown their question again after an outage ([`crate::returning`]).
//!
//! No update has led to it, so nobody brings it again: it is not put aside, and nobody is told if it fails.

use std::sync::Arc;
use std::time::Instant;

use engine::protocol::{Before, Heard, ReplyKind};
use engine::{App, Input, Output};
use tracing::Span;

use super::{Player, Result, Steps, remember, within};
use crate::host::{Host, Loaded};
use crate::input::{Incoming, ReceivedUpdate};
use crate::lease::Outage;
use crate::mongo::StoreError;
use crate::queue::AfterCommit;
use crate::reply::{CommittedTurn, TurnReply};
use crate::returning::Came;

/// Whoever takes part in so many races is being served.
const RACES: u32 = 3;

impl<H: Host> Player<H> {
    /// Asks a customer again, if they are being asked something and have not had a turn since the outage.
    pub(crate) async fn ask_again(self: Arc<Self>, chat: i64, outage: Outage, span: Span) -> AfterCommit<TurnReply<H>> {
        let mut steps = Steps::new();
        let incoming = Incoming::by_itself(outage.update_id(chat), chat, Input::BotIsBack);
        let arrived = ReceivedUpdate { incoming, at: Instant::now(), span };
        let done = match self.returning.served(chat) {
            true => within(self.commit_again(&arrived.incoming, &mut steps)).await,
            false => Ok(Ok(false)),
        };
        let failed = match done {
            Ok(Ok(asked)) => {
                self.returning.came(if asked { Came::Asked } else { Came::Nothing });
                let played =
                    if asked { self.once(&arrived.incoming, steps) } else { CommittedTurn::nothing(steps.epoch) };
                return AfterCommit::Show(TurnReply::new(self, arrived, played));
            }
            Ok(Err(error)) => self.failed(&error, &mut steps),
            Err(heard) => heard,
        };
        self.returning.came(Came::Failed);
        tracing::warn!(error = steps.failure.0, ?failed, "outage: a customer could not be asked again");
        match failed {
            Heard::Inactive => AfterCommit::Standby,
            Heard::Newer => AfterCommit::Newer,
            _ => AfterCommit::Away,
        }
    }

    /// Commits that the question is shown again; `false`: there is nothing to show.
    async fn commit_again(&self, incoming: &Incoming<H::App>, steps: &mut Steps<H>) -> Result<bool> {
        for _ in 0..RACES {
            if self.load(incoming, steps, false).await? != Heard::Loaded(Before::Fresh) {
                return Ok(false);
            }
            let conversation = steps.loaded.as_ref().and_then(Loaded::conversation);
            if !conversation.is_some_and(|conversation| H::App::asks(&conversation.dialogue)) {
                return Ok(false);
            }
            self.decide(incoming, steps).await?;
            if steps.decided.as_ref().is_none_or(|decided| decided.show.is_empty()) {
                return Ok(false);
            }
            match self.commit(incoming, steps).await? {
                Heard::Committed => return Ok(true),
                Heard::Inactive => return Err(StoreError::Away("another process is active".to_owned())),
                _ => {}
            }
        }
        Ok(false)
    }

    /// What is shown: the screen once, also where the process before this one has not shown it.
    fn once(&self, incoming: &Incoming<H::App>, steps: Steps<H>) -> CommittedTurn<H> {
        // From here on this process answers for showing it.
        remember(&self.ours, incoming.update);
        let conversation = steps.decided.as_ref().and_then(|decided| decided.conversation.as_ref());
        let screen = conversation.map(|conversation| conversation.serial);
        let mut played = self.committed(ReplyKind::Decided, incoming, steps);
        let is_screen = |show: &Output<H::App>| match show {
            Output::Send { serial, .. } | Output::Edit { serial, .. } => Some(*serial) == screen,
            Output::Toast(_) | Output::Alert(_) | Output::File { .. } => false,
        };
        if played.earlier.iter().flat_map(|portion| &portion.show).any(is_screen) {
            played.show.clear();
        }
        played
    }
}
