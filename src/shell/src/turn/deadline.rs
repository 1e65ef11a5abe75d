//! The turn of a dialogue whose deadline has passed ([`crate::deadlines`]).
//!
//! It is played as an update is, except that nobody is told if it fails, and that nothing is done where the dialogue has
//! another deadline by now.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing::Span;

use super::Player;
use crate::host::Host;
use crate::input::{Incoming, ReceivedUpdate};
use crate::mongo::deadlines::update_id;
use crate::queue::AfterCommit;
use crate::reply::TurnReply;

impl<H: Host> Player<H> {
    /// Plays what happens in a chat by itself when this deadline has passed.
    pub(crate) async fn deadline_passed(
        self: Arc<Self>,
        chat: i64,
        at: DateTime<Utc>,
        span: Span,
    ) -> AfterCommit<TurnReply<H>> {
        let incoming = Incoming::by_itself(update_id(chat, at), chat, engine::Input::DeadlinePassed);
        self.play(ReceivedUpdate { incoming, at: std::time::Instant::now(), span }).await
    }
}
