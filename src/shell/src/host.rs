//! What an application brings to the shell.

use std::fmt::Debug;
use std::future::Future;

use engine::{App, Conversation};

use crate::cache::Cache;
use crate::input::Incoming;
use crate::mongo::deadlines::Deadlines;
use crate::mongo::debts::Debts;
use crate::mongo::leases::Leases;
use crate::mongo::owed::Owed;
use crate::mongo::recent::Recent;
use crate::mongo::{DeadLetters, Postponed, StoreError};

/// What is kept of a chat, at one moment.
pub trait Loaded<A: App>: Clone + Debug + Send + Sync + 'static {
    /// `None` for a stranger, and where the stored dialogue cannot be read.
    fn conversation(&self) -> Option<&Conversation<A>>;

    /// Whether this update has been committed already.
    fn has_seen(&self, update: i64) -> bool;

    /// The replies that are kept with the dialogue; `None` where the program that wrote it kept none.
    fn replies(&self) -> Option<&[Owed]>;

    /// The name under which the dialogue is marked as owing replies ([`crate::mongo::debts::marked_by`]), if it is.
    fn owed_by(&self) -> Option<&str>;
}

/// A turn that is to be committed: everything or nothing, and only if what was loaded is still so.
#[derive(Debug)]
pub struct Commit<'a, H: Host> {
    pub incoming: &'a Incoming<H::App>,
    /// What the turn began from.
    pub loaded: &'a H::Loaded,
    /// `None`: forgotten.
    pub conversation: Option<&'a Conversation<H::App>>,
    pub effects: &'a [<H::App as App>::Effect],
    /// The replies that may not be shown yet, this turn's last: they are kept with the dialogue.
    pub replies: &'a [Owed],
}

/// What became of a commit. Only `Done` has written anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed<L> {
    /// With what a load would return now, where the application knows.
    Done(Option<L>),
    /// What the turn began from has changed meanwhile: it is loaded and played again. The cause is a label of the metric of
    /// lost races, such as `revision`.
    Again(&'static str),
}

/// An application behind the shell: how a turn's context is loaded, how a turn is committed, and what follows from it.
///
/// The shell keeps the order: load, decide, commit, then `committed`, then the receipt for Telegram, then the screen. A
/// commit is conditional on what was loaded, remembers the update's id with the dialogue, and is played again from its load
/// where it has lost a race, so that each update counts once.
pub trait Host: Send + Sync + Sized + 'static {
    type App: App;
    type Loaded: Loaded<Self::App>;

    /// Reads what is kept of a chat.
    ///
    /// # Errors
    /// [`StoreError::Away`]; [`StoreError::Newer`]: only this customer waits. A document that cannot be read is no error.
    fn load(&self, chat: i64) -> impl Future<Output = Result<Self::Loaded, StoreError>> + Send;

    /// What the next turns of chats begin from without a load; `None`: each turn loads.
    fn cache(&self) -> Option<&Cache<Self::Loaded>> {
        None
    }

    /// What a turn may look at.
    ///
    /// # Errors
    /// [`StoreError::Away`].
    fn context(
        &self,
        incoming: &Incoming<Self::App>,
        loaded: &Self::Loaded,
    ) -> impl Future<Output = Result<<Self::App as App>::Context, StoreError>> + Send;

    /// The language in which the shell apologises, should a turn fail.
    fn language(&self, incoming: &Incoming<Self::App>, loaded: &Self::Loaded) -> <Self::App as App>::Language;

    /// Commits a turn.
    ///
    /// # Errors
    /// [`StoreError::Away`]: it may have been committed nevertheless, which the next load shows by [`Loaded::has_seen`].
    fn commit(
        &self,
        turn: Commit<'_, Self>,
    ) -> impl Future<Output = Result<Committed<Self::Loaded>, StoreError>> + Send;

    /// A turn was committed, and its update is about to count as done.
    fn committed(&self, _incoming: &Incoming<Self::App>, _effects: Vec<<Self::App as App>::Effect>) {}

    /// Whether a turn's screens say what no later screen says again: they are shown also if a later one follows.
    fn lasts(_effects: &[<Self::App as App>::Effect], _conversation: Option<&Conversation<Self::App>>) -> bool {
        false
    }

    /// Whether a message with this number is no screen, and is shown whatever follows.
    fn is_letter(_serial: u32) -> bool {
        false
    }

    /// Resolves when new messages may be sent to this chat; those of others may have to go first. Answers to taps and edits
    /// do not wait for it, unless they come with a new message.
    fn may_send(&self, _chat: i64) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// So many messages to this chat are about to be sent.
    fn replying(&self, _chat: i64, _messages: usize) {}

    /// A customer cannot be reached any more.
    fn unreachable(&self, _chat: i64) -> impl Future<Output = Result<(), StoreError>> + Send {
        async { Ok(()) }
    }

    /// Updates that only their own customer waits for.
    fn postponed(&self) -> Postponed;

    /// The marks of dialogues that owe a reply.
    fn debts(&self) -> Debts;

    /// The deadlines of dialogues.
    fn deadlines(&self) -> Deadlines;

    /// Who was here lately, by their dialogues.
    fn recent(&self) -> Recent;

    /// The lease of the bot with this id: one of its processes is active.
    fn leases(&self, bot: i64) -> Leases;

    /// Updates that were given up.
    fn dead_letters(&self) -> DeadLetters;
}
