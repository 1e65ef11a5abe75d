//! What people do in groups and channels, and what becomes of who is in them.

use std::collections::BTreeMap;

use engine::chat::{Author, BotAction, KeyboardChange};
use serde_json::{Map, Value, json};

use super::UserActionError;
use super::deeds::Done;
use crate::Simulator;
use crate::group::{BotStatus, Group, GroupKind, Member, NewGroup, Status, all_flags};
use crate::inline::InlineQuery;
use crate::json::user;
use crate::keyboards::ReplyMarkup;
use crate::payments::{Invoice, Query};
use crate::updates::Kind;
use crate::world::{Body, Bot, Tap};

/// Ids of supergroups and channels lie below this one (<https://core.telegram.org/api/bots/ids>).
const SUPERGROUPS: i64 = 1_000_000_000_000;

impl Bot {
    /// The group or channel of a public name.
    pub(crate) fn chat_called(&self, name: &str) -> Option<i64> {
        let is_it = |group: &Group| group.username.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.chats.iter().find(|(_, chat)| chat.group.as_deref().is_some_and(is_it)).map(|(id, _)| *id)
    }

    /// What the bot is in a group by itself: an administrator who may do everything.
    pub(crate) fn appoint(&self, group: &mut Group) {
        let rights = all_flags("ChatAdministratorRights").into_iter().filter(|right| right != "is_anonymous").collect();
        group.set_status(self.id, Status::Administrator { rights, by_bot: false });
    }

    /// The group in which people are heard without further ado: a forum, so that everything that a bot can do in groups can be
    /// tried there. Who speaks in it is in it, and the first owns it.
    pub(super) fn enter(&mut self, chat: i64, person: i64, title: &str) {
        if self.group(chat).is_none() {
            let mut group = Group { is_forum: true, ..Group::new(GroupKind::Supergroup, title) };
            self.appoint(&mut group);
            group.set_status(person, Status::Creator);
            self.chats.entry(chat).or_default().begin(group);
        }
        if let Some(group) = self.group_mut(chat).filter(|group| matches!(group.status(person), Status::Left)) {
            group.set_status(person, Status::Member);
        }
    }

    /// Changes how somebody belongs to a chat. The chat tells who came and went, and the bot is told as `my_chat_member` of
    /// itself and as `chat_member` of others, whoever did it.
    pub(crate) fn change_member(&mut self, chat: i64, id: i64, status: Status, by: Option<i64>) -> i64 {
        let now = self.unix_now();
        let Some(group) = self.group_mut(chat) else { return 0 };
        let (was, kind) = (group.has(id), group.kind);
        let old = group.members.get(&id).cloned();
        if status == old.as_ref().map_or(Status::Left, |member| member.status.clone()) {
            return 0;
        }
        group.set_status(id, status);
        group.requests.remove(&id);
        let is = group.has(id);
        let by_bot = by == Some(self.id);
        let mut told = 0;
        if kind != GroupKind::Channel && was != is {
            let person = self.any_user(id).unwrap_or_default();
            let name = person["first_name"].as_str().unwrap_or_default().to_owned();
            let (field, value, verb) = match is {
                true => ("new_chat_members", json!([person]), "joined"),
                false => ("left_chat_member", person, "left"),
            };
            let body = Body::Other { field, value, shown: format!("{name} {verb}") };
            match by.filter(|_| !by_bot) {
                Some(actor) if id != self.id || is => told = self.by_person(chat, actor, body),
                _ => {
                    self.serve(chat, None, body);
                }
            }
        }
        let change = self.member_change(chat, id, old.as_ref(), by.unwrap_or(id), now);
        let own = id == self.id;
        let is_told =
            own || self.group(chat).is_some_and(|group| matches!(group.status(self.id), Status::Administrator { .. }));
        if is_told {
            told = self.updates.push(if own { Kind::MyChatMember } else { Kind::ChatMember }, chat, &change, now);
        }
        if let Some(conversation) = self.chats.get_mut(&chat) {
            conversation.version += 1;
        }
        told
    }

    fn member_change(&self, chat: i64, id: i64, old: Option<&Member>, by: i64, now: i64) -> Value {
        let Some(group) = self.group(chat) else { return Value::Null };
        json!({
            "chat": self.chat_json(chat), "from": self.any_user(by).unwrap_or_default(), "date": now,
            "old_chat_member": self.status_json(group, id, old),
            "new_chat_member": self.status_json(group, id, group.members.get(&id)),
        })
    }

    /// A message of a person, or of a channel, that the bot is told of.
    pub(crate) fn by_person(&mut self, chat: i64, person: i64, body: Body) -> i64 {
        let now = self.unix_now();
        let conversation = self.chats.entry(chat).or_default();
        let post = conversation.add(Author::Person, Some(person), now, body).clone();
        let message = self.message_json(chat, &post);
        let is_channel = self.group(chat).is_some_and(|group| group.kind == GroupKind::Channel);
        self.updates.push(if is_channel { Kind::ChannelPost } else { Kind::Message }, chat, &message, now)
    }

    /// A message that a person has chosen among the bot's answers: its `inline_message_id`.
    pub(crate) fn via(
        &mut self,
        chat: i64,
        person: i64,
        body: Body,
        markup: ReplyMarkup,
        extras: Map<String, Value>,
    ) -> String {
        let now = self.unix_now();
        let bot = self.user_json();
        let conversation = self.chats.entry(chat).or_default();
        let post = conversation.add(Author::Person, Some(person), now, body);
        post.extras = extras;
        post.extras.insert("via_bot".into(), bot);
        if let ReplyMarkup::Inline(buttons) = markup {
            post.buttons = buttons;
        }
        let post = post.clone();
        self.serial += 1;
        let id = format!("BAAA{}{:08}", self.id, self.serial);
        self.inline.messages.insert(id.clone(), (chat, post.id));
        // The bot sees the message where it is in the chat itself.
        if self.group(chat).is_none() || self.group(chat).is_some_and(|group| group.has(self.id)) {
            let message = self.message_json(chat, &post);
            self.updates.push(Kind::Message, chat, &message, now);
        }
        let bubble = self.bubble(&post);
        self.journal.push((chat, BotAction::Sent(bubble, KeyboardChange::Kept)));
        id
    }

    /// The group in which a person is.
    pub(super) fn joined(&self, chat: i64, person: i64) -> Result<&Group, UserActionError> {
        let group = self.group(chat).ok_or(UserActionError::NoSuchGroup(chat))?;
        if group.has(person) { Ok(group) } else { Err(UserActionError::NotAMember(chat)) }
    }
}

impl Simulator {
    /// Sets up a group or channel, or changes what one is called and who is in it.
    ///
    /// # Errors
    /// An id that is not negative, and members whom nobody has made known.
    pub fn group(&self, token: &str, chat: i64, new: &NewGroup) -> Result<(), UserActionError> {
        if chat >= 0 {
            return Err(UserActionError::NoSuchGroup(chat));
        }
        self.cell(token).change(|bot| {
            let members = new.members.iter().chain(&new.owner);
            if let Some(stranger) = members.copied().find(|id| !bot.people.contains_key(id)) {
                return Err(UserActionError::NoSuchPerson(stranger));
            }
            let mut group =
                Group { username: new.username.clone(), is_forum: new.is_forum, ..Group::new(new.kind, &new.title) };
            match new.bot {
                BotStatus::Administrator => bot.appoint(&mut group),
                BotStatus::Member => group.set_status(bot.id, Status::Member),
                BotStatus::Left => group.set_status(bot.id, Status::Left),
                BotStatus::Kicked => group.set_status(bot.id, Status::Banned { until: 0 }),
            }
            for member in &new.members {
                group.set_status(*member, Status::Member);
            }
            if let Some(owner) = new.owner.or_else(|| new.members.first().copied()) {
                group.set_status(owner, Status::Creator);
            }
            bot.chats.entry(chat).or_default().begin(group);
            Ok(())
        })
    }

    /// The owner makes a supergroup of a group: its id. Under the old id the bot is refused, and told the new one.
    ///
    /// # Errors
    /// What is no group, or is a supergroup already.
    pub fn upgrade(&self, token: &str, chat: i64) -> Result<i64, UserActionError> {
        self.cell(token).change(|bot| {
            let group = bot.group(chat).filter(|group| group.kind == GroupKind::Group);
            let group = group.ok_or(UserActionError::NoSuchGroup(chat))?;
            let owner =
                group.members.iter().find(|(_, member)| member.status == Status::Creator).map_or(0, |(id, _)| *id);
            let supergroup = chat - SUPERGROUPS;
            let body = |field: &'static str, value: i64| Body::Other {
                field,
                value: value.into(),
                shown: "The group is a supergroup".to_owned(),
            };
            bot.by_person(chat, owner, body("migrate_to_chat_id", supergroup));
            let Some(old) = bot.chats.get_mut(&chat) else { return Err(UserActionError::NoSuchGroup(chat)) };
            old.migrated_to = Some(supergroup);
            if let Some(group) = old.group.take() {
                bot.chats.entry(supergroup).or_default().begin(Group { kind: GroupKind::Supergroup, ..*group });
            }
            bot.by_person(supergroup, owner, body("migrate_from_chat_id", chat));
            Ok(supergroup)
        })
    }

    /// All groups and channels, by id, with their titles.
    pub fn groups(&self, token: &str) -> BTreeMap<i64, String> {
        self.cell(token).with(|bot| {
            let named = bot.chats.iter().filter_map(|(id, chat)| Some((*id, chat.group.as_ref()?.title.clone())));
            named.collect()
        })
    }

    /// The person comes into a group, by a link or without one. Where the link asks first, they ask to be let in.
    pub fn join(&self, token: &str, person: i64, chat: i64, link: Option<&str>) -> Done {
        self.cell(token).change(|bot| {
            let from = user(bot.able(person)?);
            let now = bot.unix_now();
            let group = bot.group_mut(chat).ok_or(UserActionError::NoSuchGroup(chat))?;
            if group.has(person) {
                return Err(UserActionError::AlreadyAMember);
            }
            if matches!(group.status(person), Status::Banned { .. }) {
                return Err(UserActionError::Banned);
            }
            let mut asks = false;
            let mut used = None;
            if let Some(address) = link {
                let known = group.links.iter_mut().find(|link| link.address == address);
                let known = known.filter(|link| link.is_open(now)).ok_or(UserActionError::NoSuchLink)?;
                known.joined += i64::from(!known.asks);
                asks = known.asks;
                used = Some(known.clone());
            }
            if !asks {
                return Ok(bot.change_member(chat, person, Status::Member, Some(person)));
            }
            group.requests.insert(person, now);
            let mut request = json!({ "chat": bot.chat_json(chat), "from": from, "user_chat_id": person, "date": now });
            if let (Some(link), Some(group)) = (used, bot.group(chat)) {
                request["invite_link"] = bot.link_json(group, &link);
            }
            // Who asks may be written to for a while, although they have not written.
            bot.chats.entry(person).or_default();
            Ok(bot.updates.push(Kind::ChatJoinRequest, chat, &request, now))
        })
    }

    /// The person leaves a group.
    pub fn leave(&self, token: &str, person: i64, chat: i64) -> Done {
        self.cell(token).change(|bot| {
            bot.able(person)?;
            bot.joined(chat, person)?;
            Ok(bot.change_member(chat, person, Status::Left, Some(person)))
        })
    }

    /// The person votes in a poll of the bot, by the places of the options from 0; without any they take their vote back.
    pub fn vote(&self, token: &str, person: i64, chat: i64, message: i32, options: &[usize]) -> Done {
        self.cell(token).change(|bot| {
            let from = user(bot.able(person)?);
            let now = bot.unix_now();
            let post = bot.chats.get(&chat).and_then(|chat| chat.post(message));
            let Some(Body::Poll(id)) = post.map(|post| post.body.clone()) else {
                return Err(UserActionError::NoSuchMessage(message));
            };
            let poll = bot.polls_sent.get_mut(&id).ok_or(UserActionError::NoSuchMessage(message))?;
            poll.vote(person, options, now)?;
            let is_anonymous = poll.is_anonymous;
            let told = bot.poll_json(&id);
            let mut update = bot.updates.push(Kind::Poll, chat, &told, now);
            if !is_anonymous {
                let names: Vec<String> = options.iter().map(ToString::to_string).collect();
                let answer =
                    json!({ "poll_id": id, "user": from, "option_ids": options, "option_persistent_ids": names });
                update = bot.updates.push(Kind::PollAnswer, chat, &answer, now);
            }
            if let Some(conversation) = bot.chats.get_mut(&chat) {
                conversation.version += 1;
            }
            Ok(update)
        })
    }

    /// The person reacts to a message by an emoji; without one they take the reaction back.
    pub fn react(&self, token: &str, person: i64, chat: i64, message: i32, emoji: Option<&str>) -> Done {
        self.cell(token).change(|bot| {
            let from = user(bot.able(person)?);
            let now = bot.unix_now();
            let new: Vec<Value> = emoji.into_iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
            let conversation = bot.chats.get_mut(&chat).ok_or(UserActionError::NoSuchMessage(message))?;
            let post = conversation.posts.get_mut(&message).ok_or(UserActionError::NoSuchMessage(message))?;
            let old = match new.is_empty() {
                true => post.reactions.remove(&person),
                false => post.reactions.insert(person, new.clone()),
            };
            conversation.version += 1;
            let update = json!({
                "chat": bot.chat_json(chat), "message_id": message, "user": from, "date": now,
                "old_reaction": old.unwrap_or_default(), "new_reaction": new,
            });
            Ok(bot.updates.push(Kind::MessageReaction, chat, &update, now))
        })
    }
}

impl Bot {
    /// What an update that a test has written itself asks the bot: its answer is expected under the id that stands there.
    pub(super) fn make_known(&mut self, name: &str, content: &Value) {
        let now = self.unix_now();
        let person = content["from"]["id"].as_i64().unwrap_or_default();
        let Some(id) = content["id"].as_str().map(str::to_owned) else { return };
        match Kind::named(name) {
            Some(Kind::CallbackQuery) => {
                let label = content["data"].as_str().unwrap_or_default().to_owned();
                let update = self.updates.next();
                self.keep_tap(id, Tap { person, update, at: now, answered: false, label });
            }
            Some(Kind::InlineQuery) => {
                let text = content["query"].as_str().unwrap_or_default().to_owned();
                self.inline.queries.insert(id, InlineQuery { person, chat: person, text, at: now, results: None });
            }
            Some(kind @ (Kind::ShippingQuery | Kind::PreCheckoutQuery)) => {
                let said = |field: &str| content[field].as_str().unwrap_or_default().to_owned();
                let invoice = Invoice {
                    payload: said("invoice_payload"),
                    currency: said("currency"),
                    total: content["total_amount"].as_i64().unwrap_or_default(),
                    ..Invoice::default()
                };
                let is_shipping = kind == Kind::ShippingQuery;
                let query =
                    Query { person, chat: person, invoice, order: Value::Null, shipping: None, is_shipping, at: now };
                self.payments.queries.insert(id, query);
            }
            Some(Kind::BusinessConnection) => {
                self.connections.insert(id, content.clone());
            }
            _ => {}
        }
    }
}
