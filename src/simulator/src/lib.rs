//! A Bot API server for tests, demonstrations and the chat page: the bot talks to it as it talks to Telegram.
//!
//! How its parts meet: `server` mounts everything on a Rocket. `api` reads a call, looks for a disturbance that is
//! planned for it (`disturb`) and for flood limits (`flood`), and hands it to one of the `methods`, which change the
//! state of one bot (`world`, `updates`, `files`). People act through [`Simulator`]'s methods (`people`), or over HTTP
//! (`web`), which the chat page uses. What they see is told by `seen`, what happened by `history`. `webhook` delivers
//! updates to bots that do not poll. What a chat of several is, `group` says, and how channels are discussed in one, `discussion`;
//! what is sent in it besides text, `media`, `polls`, `stickers`, `payments`, `inline` and `suggested`. Bots that people make for
//! the bot are in `managed`; `json` makes the Bot API's objects of all that. Which methods Telegram has, and what they
//! take, `bot_api` knows; `validate` compares parameters with it, and `coverage` tells which methods are ours.
//!
//! All state is in memory, one lock per bot, never held across an await. Chats are kept whole; journals of
//! what was done forget their oldest. Limits and error words are the real server's,
//! as found in tdlib/telegram-bot-api's `Client.cpp` and tdlib, not those that teloxide waits for.

mod actors;
mod api;
mod bot_api;
mod clock;
mod conversation;
mod coverage;
mod discussion;
mod disturb;
mod entities;
mod files;
mod flood;
mod group;
mod history;
mod inline;
mod json;
mod keyboards;
mod log;
mod managed;
mod media;
mod methods;
mod params;
mod payments;
mod people;
mod pictures;
mod polls;
mod refusal;
mod seen;
mod server;
mod stickers;
mod suggested;
mod updates;
mod validate;
mod web;
mod webhook;
mod world;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;

pub use actors::Actors;
pub use bot_api::bot_api_version;
pub use coverage::{BotApiMethod, Support, all_methods, coverage};
pub use disturb::{Disturbance, Fault, HoldId, HoldPoint, Release};
pub use group::{BotStatus, GroupKind, NewGroup};
pub use history::{CallRecord, Happening, Recorded};
pub use inline::StartedApp;
pub use payments::PayFor;
pub use people::{Outgoing, Person, Picture, SendOptions, UserActionError};
pub use polls::VoteError;
pub use server::{launch, launch_as, stage};
pub use suggested::SuggestedPost;

/// Whether the simulator has a method of this name, in any case.
pub fn knows(method: &str) -> bool {
    methods::find(method).is_some()
}

use clock::BotClock;
use pictures::Pictures;
use world::Bot;

/// The username of a bot that nobody named.
const USERNAME: &str = "simulated_bot";

/// A handle to the simulator. Cheap to clone; all clones share their state.
#[derive(Clone, Default)]
pub struct Simulator(Arc<Shared>);

/// Ids of managed bots begin here, above those of real people and bots.
const MANAGED: i64 = 90_000_000_001;

#[derive(Default)]
struct Shared {
    bots: RwLock<BTreeMap<String, Arc<Cell>>>,
    pictures: Arc<Pictures>,
    /// Tokens that were replaced.
    revoked: RwLock<BTreeSet<String>>,
    /// Counts bots that are made for others to manage.
    managed: AtomicI64,
    /// Whether a token that nobody has made known is refused.
    strict: AtomicBool,
    /// Whether new bots are held to the flood limits.
    floods: AtomicBool,
    http: once_cell::sync::OnceCell<reqwest::Client>,
}

/// One bot, and a signal that something about it has changed.
pub(crate) struct Cell {
    bot: Mutex<Bot>,
    changed: watch::Sender<u64>,
}

impl Cell {
    /// Looks at the bot, or does what nobody waits for.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut Bot) -> R) -> R {
        look(&mut self.bot.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the bot, and wakes all who wait for a change.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut Bot) -> R) -> R {
        let result = self.with(change);
        self.wake();
        result
    }

    pub(crate) fn wake(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// Tells of every change from now on. Subscribe first, look second, wait third: then none is missed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

impl Simulator {
    /// A simulator without bots: a bot comes into being when its token is first used.
    pub fn new() -> Simulator {
        Simulator::default()
    }

    /// Makes a bot known under a username of its own. Bots that are not made so are called `simulated_bot`.
    pub fn bot(&self, token: &str, username: &str) {
        self.cell(token).change(|bot| bot.username = username.to_owned());
    }

    /// Gives a bot the name that people see, as its owner does with BotFather; `setMyName` changes it. Others are called
    /// `Simulated bot`.
    pub fn name_bot(&self, token: &str, name: &str) {
        self.cell(token).change(|bot| bot.profile.insert("setmyname/".to_owned(), name.to_owned()));
    }

    /// Forgets a bot with all of its chats, and ends its poll. A test that is over leaves no memory behind.
    pub fn forget(&self, token: &str) {
        let cell = self.0.bots.write().unwrap_or_else(PoisonError::into_inner).remove(token);
        if let Some(cell) = cell {
            cell.change(|bot| {
                bot.webhook = None;
                bot.listener += 1;
            });
        }
    }

    /// Gives a bot another token: calls with the old one are refused from then on, and its webhook is gone with it.
    pub(crate) fn replace_token(&self, old: &str, new: &str) {
        self.0.revoked.write().unwrap_or_else(PoisonError::into_inner).insert(old.to_owned());
        let mut bots = self.0.bots.write().unwrap_or_else(PoisonError::into_inner);
        let Some(cell) = bots.remove(old) else { return };
        // Who polls by the old token is told to go.
        cell.change(|bot| {
            bot.webhook = None;
            bot.listener += 1;
        });
        bots.insert(new.to_owned(), cell);
    }

    /// An id for a bot that is made for another one to manage, which no bot and nobody else has.
    pub(crate) fn next_managed_bot(&self) -> i64 {
        MANAGED + self.0.managed.fetch_add(1, Ordering::Relaxed)
    }

    /// Tokens of all bots, in order.
    pub fn tokens(&self) -> Vec<String> {
        self.0.bots.read().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Stops the bot's clock at a time. Messages are dated by it, and updates expire by it.
    pub fn set_time(&self, token: &str, now: DateTime<Utc>) {
        self.set_clock(token, |_| BotClock::Standing(now));
    }

    /// Moves the bot's clock on: one that runs goes on running.
    pub fn advance_time(&self, token: &str, by: TimeDelta) {
        self.set_clock(token, |clock| clock.moved(by));
    }

    /// What falls due by that happens at once.
    fn set_clock(&self, token: &str, set: impl FnOnce(BotClock) -> BotClock) {
        self.cell(token).change(|bot| {
            bot.clock = set(bot.clock);
            bot.do_what_is_due();
        });
    }

    /// Drops whatever the bot has not confirmed yet: it will not be delivered again.
    pub fn drop_updates(&self, token: &str) {
        self.cell(token).change(|bot| bot.updates.clear());
    }

    /// Lets the bot's clock run with the system's again, as it does at first.
    pub fn follow_system_time(&self, token: &str) {
        self.set_clock(token, |_| BotClock::System);
    }

    /// What time it is for the bot.
    pub fn time(&self, token: &str) -> DateTime<Utc> {
        self.cell(token).with(|bot| bot.now())
    }

    /// Gives a picture the name it is shown by in chats, by the SHA-256 of its content in lower-case hexadecimal.
    pub fn name_picture(&self, sha256: &str, name: &str) {
        self.0.pictures.call(sha256, name);
    }

    /// Numbers the bot's updates from here on; they begin with 1 otherwise. A bot that remembers an earlier life of the
    /// simulator would take them for repeats.
    pub fn number_updates_from(&self, token: &str, next: i64) {
        self.cell(token).with(|bot| bot.updates.number_from(next));
    }

    /// Keeps Telegram's flood limits, or leaves them off, as they are at first.
    pub fn limit_flood(&self, token: &str, on: bool) {
        self.cell(token).with(|bot| bot.flood.on = on);
    }

    /// Refuses tokens that were not made known (by [`Simulator::bot`], or `PUT /sim/v1/bots/<token>`), as Telegram does: a slip
    /// of the pen in a token is seen.
    pub fn be_strict(&self) {
        self.0.strict.store(true, Ordering::Relaxed);
    }

    /// Whether calls with a token are answered.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        let is_known = !self.0.strict.load(Ordering::Relaxed) || self.known(token).is_some();
        is_known && !self.0.revoked.read().unwrap_or_else(PoisonError::into_inner).contains(token)
    }

    /// Keeps Telegram's flood limits for every bot that comes from now on.
    pub fn limit_floods(&self) {
        self.0.floods.store(true, Ordering::Relaxed);
    }

    /// Waits until a condition holds; it is looked at again after every change about the bot.
    pub async fn wait_until(&self, token: &str, mut condition: impl FnMut(&Simulator) -> bool) {
        let mut changes = self.cell(token).changes();
        while !condition(self) {
            if changes.changed().await.is_err() {
                return;
            }
        }
    }

    /// The bot of a token, made if it is new.
    pub(crate) fn cell(&self, token: &str) -> Arc<Cell> {
        if let Some(cell) = self.known(token) {
            return cell;
        }
        let mut bots = self.0.bots.write().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let mut bot = Bot::new(token, USERNAME, Arc::clone(&self.0.pictures));
            bot.flood.on = self.0.floods.load(Ordering::Relaxed);
            Arc::new(Cell { bot: Mutex::new(bot), changed: watch::Sender::new(0) })
        };
        Arc::clone(bots.entry(token.to_owned()).or_insert_with(new))
    }

    /// The bot of a token that was used before.
    pub(crate) fn known(&self, token: &str) -> Option<Arc<Cell>> {
        self.0.bots.read().unwrap_or_else(PoisonError::into_inner).get(token).cloned()
    }

    /// The client that delivers webhooks to bots that named no certificate.
    pub(crate) fn http(&self) -> Result<&reqwest::Client, reqwest::Error> {
        self.0.http.get_or_try_init(|| webhook::client().build())
    }
}

/// Whether a text has the shape of a bot token: digits, a colon, letters.
pub fn is_token(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.split_once(':').is_some_and(|(id, secret)| {
        (1..=15).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(letter)
    })
}

/// The token as it may stand in a log.
pub(crate) fn masked(token: &str) -> String {
    format!("{}:***", token.split(':').next().unwrap_or_default())
}
