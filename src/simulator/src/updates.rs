//! The queue of a bot's updates: numbered, kept until they are confirmed or too old.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use serde_json::Value;

/// A message that nobody fetched is forgotten after a day (`Client.cpp`, `add_new_message`).
pub(crate) const MESSAGE_LIFE: i64 = 86_400;
/// A tap, after 150 seconds; the answer to it comes too late then, too.
pub(crate) const TAP_LIFE: i64 = 150;

/// Of so many updates it is remembered that they came more than once.
const REPEATED: usize = 10_000;

/// What an update tells. The names are the fields of the Bot API's `Update`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, utoipa::ToSchema, strum::EnumString, strum::IntoStaticStr)]
#[schema(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Kind {
    Message,
    EditedMessage,
    CallbackQuery,
    MyChatMember,
    ChannelPost,
    EditedChannelPost,
    ChatMember,
    ChatJoinRequest,
    MessageReaction,
    Poll,
    PollAnswer,
    InlineQuery,
    ChosenInlineResult,
    ShippingQuery,
    PreCheckoutQuery,
    BusinessConnection,
    GuestMessage,
    ManagedBot,
    StoppedMessageGeneration,
}

/// Kinds that a bot gets only if it names them (<https://core.telegram.org/bots/api#getupdates>).
const ON_REQUEST: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

impl Kind {
    /// The kind of a field's name.
    pub(crate) fn named(name: &str) -> Option<Kind> {
        name.parse().ok()
    }

    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    fn life(self) -> i64 {
        match self {
            Kind::CallbackQuery | Kind::InlineQuery | Kind::ShippingQuery | Kind::PreCheckoutQuery => TAP_LIFE,
            _ => MESSAGE_LIFE,
        }
    }

    /// The webhook queue that it waits in: only updates of one queue wait for each other (`Client.cpp`, 17155–17279).
    fn lane(self, chat: i64) -> i64 {
        match self {
            Kind::Message | Kind::EditedMessage => chat,
            Kind::CallbackQuery => chat + (3 << 33),
            Kind::MyChatMember => chat + (5 << 33),
            Kind::ChannelPost | Kind::EditedChannelPost => chat,
            Kind::ChatMember => chat + (6 << 33),
            Kind::ChatJoinRequest => chat + (7 << 33),
            Kind::MessageReaction => chat + (8 << 33),
            Kind::Poll | Kind::PollAnswer => chat + (4 << 33),
            Kind::InlineQuery => chat + (1 << 33),
            Kind::ChosenInlineResult => chat + (2 << 33),
            Kind::ShippingQuery | Kind::PreCheckoutQuery => chat + (9 << 33),
            Kind::BusinessConnection => chat + (10 << 33),
            Kind::GuestMessage => chat + (11 << 33),
            Kind::ManagedBot => chat + (12 << 33),
            Kind::StoppedMessageGeneration => chat + (13 << 33),
        }
    }
}

/// An update that waits to be fetched or delivered.
#[derive(Debug, Clone)]
pub(crate) struct Queued {
    pub(crate) id: i64,
    kind: Kind,
    pub(crate) lane: i64,
    /// The whole `Update`, with `update_id` first: teloxide takes the key behind it for the kind.
    pub(crate) json: Arc<str>,
    /// Unix time after which it is forgotten.
    expires: i64,
    /// Delivered again on purpose, and not fetched since: a higher offset does not confirm it yet.
    again: bool,
    /// Whether it has been fetched or tried before.
    seen: bool,
}

pub(crate) struct Updates {
    queue: VecDeque<Queued>,
    next: i64,
    newest: Option<Queued>,
    /// Numbers of updates that were delivered more than once.
    repeated: HashSet<i64>,
    /// Kinds that are kept back for now.
    held: HashSet<Kind>,
    /// How many are collecting what is to come at once: until all have done so, nothing is fetched or delivered.
    collecting: usize,
    /// Kinds the bot asked for; by default all but a few that have to be named.
    pub(crate) allowed: Option<Vec<String>>,
}

impl Default for Updates {
    fn default() -> Updates {
        Updates {
            queue: VecDeque::new(),
            next: 1,
            newest: None,
            repeated: HashSet::new(),
            held: HashSet::new(),
            collecting: 0,
            allowed: None,
        }
    }
}

impl Updates {
    /// Queues an update. One of a kind that the bot did not ask for takes a number, but is not queued.
    pub(crate) fn push(&mut self, kind: Kind, chat: i64, content: &Value, now: i64) -> i64 {
        let id = self.next;
        if self.takes(kind) {
            self.push_named(id, kind, kind.name(), chat, content, now);
        } else {
            self.next = id.saturating_add(1);
        }
        id
    }

    /// Whether the bot asks for updates of a kind.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        let by_default = || !ON_REQUEST.contains(&kind.name());
        self.allowed.as_ref().map_or_else(by_default, |allowed| allowed.iter().any(|allowed| allowed == kind.name()))
    }

    /// Queues an update under a number of its own; those that follow are numbered from there on if it is a higher one.
    pub(crate) fn push_named(&mut self, id: i64, kind: Kind, name: &str, chat: i64, content: &Value, now: i64) {
        self.next = self.next.max(id.saturating_add(1));
        if self.repeated.len() > REPEATED {
            self.repeated.retain(|repeated| *repeated > id - REPEATED as i64);
        }
        if self.allowed.as_ref().is_none_or(|allowed| allowed.iter().any(|allowed| allowed == name)) {
            let json = format!("{{\"update_id\":{id},\"{name}\":{content}}}").into();
            let update =
                Queued { id, kind, lane: kind.lane(chat), json, expires: now + kind.life(), again: false, seen: false };
            self.newest = Some(update.clone());
            self.queue.push_back(update);
        }
    }

    /// The number of the next update.
    pub(crate) fn next(&self) -> i64 {
        self.next
    }

    /// Queues the newest update once more, also when it was confirmed.
    pub(crate) fn redeliver(&mut self) -> Option<i64> {
        let update = Queued { again: true, ..self.newest.clone()? };
        let id = update.id;
        self.repeated.insert(id);
        self.queue.push_back(update);
        Some(id)
    }

    /// Numbers updates from here on, as after a week of silence (<https://core.telegram.org/bots/api#update>).
    pub(crate) fn number_from(&mut self, next: i64) {
        self.next = next;
    }

    /// Keeps updates of a kind back, or lets them go: late, and after younger ones of other kinds.
    pub(crate) fn hold(&mut self, kind: Kind, held: bool) {
        if held {
            self.held.insert(kind);
        } else if self.held.remove(&kind) {
            // No offset confirms what could not be fetched.
            self.queue.iter_mut().filter(|update| update.kind == kind).for_each(|update| update.again = true);
        }
    }

    /// Keeps everything back until [`Updates::release`] is called as often.
    pub(crate) fn collect(&mut self) {
        self.collecting += 1;
    }

    /// Lets go what was collected.
    pub(crate) fn release(&mut self) {
        self.collecting = self.collecting.saturating_sub(1);
    }

    /// Forgets what lies before an offset: it is thereby confirmed. A negative one keeps only that many of the newest.
    pub(crate) fn confirm(&mut self, offset: i64, now: i64) {
        self.expire(now);
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            self.queue.drain(..self.queue.len().saturating_sub(keep));
        } else {
            let held = &self.held;
            self.queue.retain(|update| update.id >= offset || update.again || held.contains(&update.kind));
        }
    }

    /// The oldest updates as the elements of a JSON array.
    pub(crate) fn fetch(&mut self, limit: usize) -> Option<String> {
        let mut batch = String::new();
        let (held, limit) = (&self.held, if self.collecting > 0 { 0 } else { limit });
        for update in self.queue.iter_mut().filter(|update| !held.contains(&update.kind)).take(limit) {
            if !batch.is_empty() {
                batch.push(',');
            }
            batch.push_str(&update.json);
            update.again = false;
            if std::mem::replace(&mut update.seen, true) {
                self.repeated.insert(update.id);
            }
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// Forgets what has grown too old.
    pub(crate) fn expire(&mut self, now: i64) {
        self.queue.retain(|update| update.expires > now);
    }

    /// Forgets everything, as `drop_pending_updates` asks for.
    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    pub(crate) fn pending(&self) -> usize {
        self.queue.len()
    }

    /// Whether the update was issued, and does not wait any more.
    pub(crate) fn confirmed(&self, id: i64) -> bool {
        id < self.next && self.queue.iter().all(|update| update.id != id)
    }

    /// Whether the bot may have got it more than once, so that it cannot know what it has done about it.
    pub(crate) fn was_repeated(&self, id: i64) -> bool {
        self.repeated.contains(&id)
    }

    /// Notes that a delivery failed, so that another one follows.
    pub(crate) fn repeat(&mut self, id: i64) {
        self.repeated.insert(id);
    }

    /// What waits to be delivered, oldest first; what is kept back is not among it.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Queued> {
        self.queue.iter().filter(|update| self.collecting == 0 && !self.held.contains(&update.kind))
    }

    /// Takes a delivered update out of the queue: the oldest one of that number.
    pub(crate) fn delivered(&mut self, id: i64) {
        if let Some(at) = self.queue.iter().position(|update| update.id == id) {
            self.queue.remove(at);
        }
    }
}
