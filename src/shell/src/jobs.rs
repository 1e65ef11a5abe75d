//! What is done in the lanes of the queue.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use engine::{App, Input};
use tracing::Instrument;

use crate::host::Host;
use crate::input::{Incoming, ReceivedUpdate};
use crate::lease::Outage;
use crate::mongo::deadlines::update_id;
use crate::queue::{self, Queue};
use crate::reply::TurnReply;
use crate::turn::Player;

/// The queue of a host's updates.
pub(crate) type UpdateQueue<H> = Queue<Job<<H as Host>::App>, TurnReply<H>>;

/// What is done in a lane.
#[derive(Debug)]
pub(crate) enum Job<A: App> {
    /// An update is played.
    Update(Box<ReceivedUpdate<A>>),
    /// An update was skipped, and its customer is told.
    TooFast(Box<ReceivedUpdate<A>>),
    /// What the chat's dialogue owes is shown.
    Debts(i64),
    /// The chat's customer is asked again what they were being asked before an outage.
    AskAgain(i64, Outage),
    /// The deadline of the chat's dialogue has passed.
    Deadline(i64, DateTime<Utc>),
}

/// How the queue does a job.
pub(crate) fn run<H: Host>(player: Arc<Player<H>>) -> queue::Run<Job<H::App>, TurnReply<H>> {
    Arc::new(move |job: Job<H::App>| {
        let player = Arc::clone(&player);
        match job {
            Job::Update(arrived) => {
                let span = arrived.span.clone();
                player.returning.served(arrived.incoming.chat);
                Box::pin(player.play(*arrived).instrument(span))
            }
            Job::TooFast(arrived) => {
                let span = arrived.span.clone();
                Box::pin(player.too_fast(*arrived).instrument(span))
            }
            Job::Debts(chat) => {
                let span = tracing::error_span!("owed", chat.id = chat);
                Box::pin(player.pay(chat, span.clone()).instrument(span))
            }
            Job::Deadline(chat, at) => {
                let span = tracing::error_span!("deadline", chat.id = chat);
                // Played as an update is, except for what `Player` says of what no update has led to.
                let incoming = Incoming::by_itself(update_id(chat, at), chat, Input::DeadlinePassed);
                let received = ReceivedUpdate { incoming, at: Instant::now(), span: span.clone() };
                Box::pin(player.play(received).instrument(span))
            }
            Job::AskAgain(chat, outage) => {
                let span = tracing::error_span!("outage", chat.id = chat);
                Box::pin(player.ask_again(chat, outage, span.clone()).instrument(span))
            }
        }
    })
}
