//! The order of steps of an update, from its arrival to its receipt, as pure state machines.
//!
//! A driver (the shell) does what these machines ask and tells them what came of it; a model checker does the same in a
//! world of its own, so that what is checked is what runs. Nothing here reads a clock, and nothing here waits.
//!
//! * [`Play`] is one update up to its commit. The driver answers each [`Ask`] with what it has [`Heard`].
//! * [`Lane`] is one customer: which update is played next, which reply is shown next, and when Telegram may forget an
//!   update.
//!
//! # What they promise
//!
//! An update is decided and committed at most once, as long as the commit is conditional on what was loaded and remembers the
//! update. Telegram may forget an update ([`Ack::Committed`]) when it is committed or given up durably, and its reply
//! is shown, was replaced by a later one, or is owed durably. One customer's updates are committed one after another, the
//! oldest that waits first, and their replies are shown in the order of the commits.

mod lane;
mod play;

pub use lane::{Behind, Lane, Left, Marked, NextReply, Waiting};
pub use play::{Ask, Before, Heard, KeptReply, Play, ReplyKind};

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ack {
    /// Telegram may forget the update: it is committed or given up, and its reply is shown or owed durably.
    Committed,
    /// Nothing was done, because the store is away: Telegram must bring the update again.
    Away,
    /// Nothing was done, and only this customer is concerned: a newer program has written their documents.
    Newer,
    /// Nothing was done, and only this customer is concerned: their lane is full.
    LaneFull,
    /// Another process must do it: this one is not the active one.
    Standby,
}
