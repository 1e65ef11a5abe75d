//! What people do in groups and channels, and what becomes of who is in them.

use std::collections::BTreeMap;

use engine::chat::{Author, BotAction, KeyboardChange};
use engine::markup::{EntityKind, MessageEntity};
use serde_json::{Map, Value, json};

use super::sending::PostAttributes;
use super::{Done, Person, UserActionError};
use crate::Simulator;
use crate::group::{BotStatus, Group, GroupKind, Member, NewGroup, Status, all_flags};
use crate::inline::{GuestQuery, JoinQuery};
use crate::json::user;
use crate::keyboards::ReplyMarkup;
use crate::params;
use crate::updates::Kind;
use crate::world::{Body, Bot, Post};

/// The messages that the bot has made for chats which are not its own. Nobody has this id.
const ELSEWHERE: i64 = i64::MIN;

/// Ids of supergroups and channels lie below this one (<https://core.telegram.org/api/bots/ids>).
const SUPERGROUPS: i64 = 1_000_000_000_000;

impl Bot {
    /// The chat that a call names: by its id, or a group or channel by its public name.
    pub(crate) fn chat_named(&self, text: &str) -> Option<i64> {
        match text.strip_prefix('@') {
            Some(name) => self.chat_called(name),
            None => params::leading_integer(text.trim()),
        }
    }

    fn chat_called(&self, name: &str) -> Option<i64> {
        let is_it = |group: &Group| group.username.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(name));
        self.chats.iter().find(|(_, chat)| chat.group.as_deref().is_some_and(is_it)).map(|(id, _)| *id)
    }

    /// What the bot is in a group by itself: an administrator who may do everything.
    pub(crate) fn appoint(&self, group: &mut Group) {
        group.set_status(self.id, self.status_of(BotStatus::Administrator));
    }

    /// An administrator may do everything.
    fn status_of(&self, status: BotStatus) -> Status {
        let rights =
            || all_flags("ChatAdministratorRights").into_iter().filter(|right| right != "is_anonymous").collect();
        match status {
            BotStatus::Administrator => Status::Administrator { rights: rights(), by_bot: false },
            BotStatus::Member => Status::Member,
            BotStatus::Left => Status::Left,
            BotStatus::Kicked => Status::Banned { until: 0 },
        }
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
        self.end_restrictions(chat);
        if let Some(group) = self.group_mut(chat).filter(|group| matches!(group.status(person), Status::Left)) {
            group.set_status(person, Status::Member);
        }
    }

    /// Changes how somebody belongs to a chat. The chat tells who came and went, and the bot is told as `my_chat_member` of
    /// itself and as `chat_member` of others, whoever did it (`by`). `how` are further fields of that, such as `invite_link`.
    pub(crate) fn change_member(
        &mut self,
        chat: i64,
        id: i64,
        status: Status,
        by: i64,
        how: Map<String, Value>,
    ) -> i64 {
        let now = self.unix_now();
        let Some(group) = self.group_mut(chat) else { return 0 };
        let (was, kind) = (group.has(id), group.kind);
        let old = group.members.get(&id).cloned();
        if status == old.as_ref().map_or(Status::Left, |member| member.status.clone()) {
            return 0;
        }
        group.set_status(id, status);
        group.requests.remove(&id);
        self.inline.settle_join(chat, id);
        let Some(group) = self.group_mut(chat) else { return 0 };
        let is = group.has(id);
        let mut told = 0;
        if kind != GroupKind::Channel && was != is {
            let person = self.any_user(id).unwrap_or_default();
            let name = person["first_name"].as_str().unwrap_or_default().to_owned();
            let (field, value, verb) = match is {
                true => ("new_chat_members", json!([person]), "joined"),
                false => ("left_chat_member", person, "left"),
            };
            let body = Body::Other { field, value, shown: format!("{name} {verb}") };
            told =
                if by == self.id { self.serve(chat, None, body).into() } else { self.by_person(chat, by, None, body) };
        }
        let mut change = self.member_change(chat, id, old.as_ref(), by, now);
        if let Some(change) = change.as_object_mut() {
            change.extend(how);
        }
        if id == self.id {
            told = self.updates.push(Kind::MyChatMember, chat, &change, now);
        } else if self.administers(chat) {
            let update = self.notify(Kind::ChatMember, chat, &change);
            told = if update == 0 { told } else { update };
        }
        if let Some(conversation) = self.chats.get_mut(&chat) {
            conversation.version += 1;
        }
        told
    }

    /// Tells the bot of something, if it asks for updates of that kind: the number of the update, or 0.
    fn notify(&mut self, kind: Kind, chat: i64, content: &Value) -> i64 {
        let now = self.unix_now();
        let id = self.updates.push(kind, chat, content, now);
        if self.updates.takes(kind) { id } else { 0 }
    }

    /// Whether the bot is an administrator of a group or channel.
    fn administers(&self, chat: i64) -> bool {
        self.group(chat).is_some_and(|group| matches!(group.status(self.id), Status::Administrator { .. }))
    }

    /// Whether the bot is told of a message of somebody in a chat. Who is no administrator hears in a group what is for it, and what
    /// was done there (<https://core.telegram.org/bots/features#privacy-mode>).
    pub(super) fn hears(&self, chat: i64, post: &Post) -> bool {
        let Some(group) = self.group(chat) else { return true };
        if !group.has(self.id) || self.administers(chat) || post.body.is_service() {
            return group.has(self.id);
        }
        let answers = post.reply_to.and_then(|id| self.chats.get(&chat)?.post(id));
        let text = post.body.rich().map_or("", |rich| rich.text.as_str());
        text.starts_with('/') || self.is_mentioned(post) || answers.is_some_and(|post| post.author == Author::Bot)
    }

    /// Whether a message calls the bot by its username.
    fn is_mentioned(&self, post: &Post) -> bool {
        let Some(rich) = post.body.rich() else { return false };
        let name = format!("@{}", self.username);
        let text: Vec<u16> = rich.text.encode_utf16().collect();
        let calls = |mention: &MessageEntity| {
            let called = text.get(mention.offset..mention.end()).map(String::from_utf16_lossy);
            called.is_some_and(|called| called.eq_ignore_ascii_case(&name))
        };
        rich.entities.iter().filter(|entity| entity.kind == EntityKind::Mention).any(calls)
    }

    fn member_change(&self, chat: i64, id: i64, old: Option<&Member>, by: i64, now: i64) -> Value {
        let Some(group) = self.group(chat) else { return Value::Null };
        json!({
            "chat": self.chat_json(chat), "from": self.any_user(by).unwrap_or_default(), "date": now,
            "old_chat_member": self.status_json(group, id, old),
            "new_chat_member": self.status_json(group, id, group.members.get(&id)),
        })
    }

    /// A message of a person, or of a channel; the update by which the bot is told, or 0 where it is not.
    pub(crate) fn by_person(&mut self, chat: i64, person: i64, topic: Option<i32>, body: Body) -> i64 {
        self.sent_by(chat, person, body, PostAttributes { topic, ..PostAttributes::default() })
    }

    /// A message that a person has chosen among the bot's answers: its `inline_message_id`. Where it is sent in a chat that is not
    /// the bot's, only this id leads to it.
    pub(crate) fn via(&mut self, chat: i64, person: i64, body: Body, markup: ReplyMarkup) -> String {
        let (now, bot) = (self.unix_now(), self.user_json());
        let is_known = self.group(chat).is_some() || chat == person;
        let place = if is_known { chat } else { ELSEWHERE };
        let conversation = self.chats.entry(place).or_default();
        let post = conversation.add(Author::Person, Some(person), now, body);
        post.extras.insert("via_bot".into(), bot);
        post.buttons = markup.inline();
        let post = post.clone();
        if is_known {
            self.tell(chat, &post);
        }
        self.known_inline(chat, place, &post)
    }

    /// The bot's answer to who has mentioned it where it is not: its `inline_message_id`.
    pub(crate) fn as_guest(&mut self, query: GuestQuery, body: Body, markup: ReplyMarkup) -> String {
        let GuestQuery { person, chat, message, .. } = query;
        let (now, caller) = (self.unix_now(), self.any_user(person));
        let place = if self.group(chat).is_some() { chat } else { ELSEWHERE };
        let conversation = self.chats.entry(place).or_default();
        let post = conversation.add(Author::Bot, None, now, body);
        post.reply_to = Some(message);
        post.extras.extend(caller.map(|caller| ("guest_bot_caller_user".to_owned(), caller)));
        post.buttons = markup.inline();
        let post = post.clone();
        self.known_inline(chat, place, &post)
    }

    /// Gives a message, which is only told by that, an `inline_message_id`.
    fn known_inline(&mut self, chat: i64, place: i64, post: &Post) -> String {
        self.serial += 1;
        let name = format!("BAAA{}{:08}", self.id, self.serial);
        self.inline.messages.insert(name.clone(), (place, post.id));
        let bubble = self.bubble(post);
        self.journal.push((chat, BotAction::Sent(bubble, KeyboardChange::Kept)));
        name
    }

    /// Asks the bot, where it is not in a group and somebody has mentioned it there; the update, or 0.
    pub(super) fn ask_guest(&mut self, chat: i64, post: &Post) -> i64 {
        let is_away = self.group(chat).is_some_and(|group| matches!(group.status(self.id), Status::Left));
        let Some(person) = post.person.filter(|_| is_away && self.is_mentioned(post)) else {
            return 0;
        };
        let (id, now) = (self.next_id(), self.unix_now());
        let mut message = self.message_json(chat, post);
        message["guest_query_id"] = id.as_str().into();
        self.inline.keep_guest(id, GuestQuery { person, chat, message: post.id, at: now });
        self.updates.push(Kind::GuestMessage, chat, &message, now)
    }

    /// A person who does something in a chat: in a group, whether they block the bot does not matter.
    pub(super) fn person_in(&self, person: i64, chat: i64) -> Result<&Person, UserActionError> {
        if self.group(chat).is_none() {
            return self.able(person);
        }
        self.people.get(&person).map(|known| &known.person).ok_or(UserActionError::NoSuchPerson(person))
    }

    /// The same of somebody who has to be in the group.
    pub(super) fn present(&mut self, person: i64, chat: i64) -> Result<&Person, UserActionError> {
        self.end_restrictions(chat);
        let is_open = |group: &&mut Group| group.direct_messages_of.is_some() && !group.has(person);
        if let Some(group) = self.group_mut(chat).filter(is_open) {
            // Anybody may write to a channel.
            group.set_status(person, Status::Member);
        }
        if self.group(chat).is_some() {
            self.joined(chat, person)?;
        } else if chat != person {
            return Err(UserActionError::NoSuchGroup(chat));
        }
        self.person_in(person, chat)
    }

    /// The group in which a person is.
    pub(super) fn joined(&self, chat: i64, person: i64) -> Result<&Group, UserActionError> {
        let group = self.group(chat).ok_or(UserActionError::NoSuchGroup(chat))?;
        if group.has(person) { Ok(group) } else { Err(UserActionError::NotAMember(chat)) }
    }
}

impl Simulator {
    /// Sets up a group or channel, or changes one: what it is called, who is in it, and what the bot is in it, of which the bot is
    /// told. Everything else stays as it is.
    ///
    /// # Errors
    /// An id that is not negative, or as low as those of no chat, and members whom nobody has made known.
    pub fn group(&self, token: &str, chat: i64, new: &NewGroup) -> Result<(), UserActionError> {
        if !(-4 * SUPERGROUPS..0).contains(&chat) {
            return Err(UserActionError::NoGroupId(chat));
        }
        self.cell(token).change(|bot| {
            let members = new.members.iter().chain(&new.owner).chain(new.anonymous.iter().flatten());
            if let Some(stranger) = members.copied().find(|id| !bot.people.contains_key(id)) {
                return Err(UserActionError::NoSuchPerson(stranger));
            }
            if bot.chats.get(&chat).is_some_and(|chat| chat.migrated_to.is_some()) {
                return Err(UserActionError::Upgraded(chat));
            }
            let is_channel = |id: &i64| bot.group(*id).is_some_and(|group| group.kind == GroupKind::Channel);
            if let Some(channel) = new.discussion_of.filter(|id| !is_channel(id)) {
                return Err(UserActionError::NoChannel(channel));
            }
            let kind = new.kind.or(bot.group(chat).map(|group| group.kind)).unwrap_or_default();
            if new.discussion_of.is_some() && kind != GroupKind::Supergroup {
                return Err(UserActionError::NoDiscussion(chat));
            }
            let is_new = bot.group(chat).is_none();
            if is_new {
                let group = Group::new(new.kind.unwrap_or_default(), &new.title);
                bot.chats.entry(chat).or_default().begin(group);
            }
            let status = new.bot.or(is_new.then_some(BotStatus::Administrator)).map(|status| bot.status_of(status));
            let all_rights = bot.status_of(BotStatus::Administrator);
            let (id, first) = (bot.id, new.members.first().copied().filter(|_| is_new));
            bot.chats.entry(chat).or_default().version += 1;
            let Some(group) = bot.group_mut(chat) else { return Err(UserActionError::NoSuchGroup(chat)) };
            group.title.clone_from(&new.title);
            group.kind = new.kind.unwrap_or(group.kind);
            group.is_forum = new.is_forum.unwrap_or(group.is_forum);
            group.is_guarded = new.guard.unwrap_or(group.is_guarded);
            group.direct_messages_of = new.direct_messages_of.or(group.direct_messages_of);
            group.slow_mode_delay = new.slow_mode_delay.unwrap_or(group.slow_mode_delay);
            group.discussion_of = new.discussion_of.or(group.discussion_of);
            if let Some(username) = &new.username {
                group.username = Some(username.clone()).filter(|username| !username.is_empty());
            }
            for member in &new.members {
                if !group.has(*member) {
                    group.set_status(*member, Status::Member);
                }
            }
            if let Some(owner) = new.owner.or(first) {
                group.hand_over(owner);
            }
            if let Some(anonymous) = &new.anonymous {
                group.anonymous.clone_from(anonymous);
                for one in anonymous.iter().filter(|one| !group.is_administrator(**one)).copied().collect::<Vec<_>>() {
                    group.set_status(one, all_rights.clone());
                }
            }
            let owner = group.owner().unwrap_or(id);
            match status {
                Some(status) if is_new => group.set_status(id, status),
                Some(status) => {
                    bot.change_member(chat, id, status, owner, Map::new());
                }
                None => {}
            }
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
            let group = group.ok_or(UserActionError::NotAGroup(chat))?;
            let owner = group.owner().unwrap_or_default();
            let supergroup = chat - SUPERGROUPS;
            let body = |field: &'static str, value: i64| Body::Other {
                field,
                value: value.into(),
                shown: "The group is a supergroup".to_owned(),
            };
            bot.by_person(chat, owner, None, body("migrate_to_chat_id", supergroup));
            let Some(old) = bot.chats.get_mut(&chat) else { return Err(UserActionError::NoSuchGroup(chat)) };
            old.migrated_to = Some(supergroup);
            if let Some(group) = old.group.take() {
                bot.chats.entry(supergroup).or_default().begin(Group { kind: GroupKind::Supergroup, ..*group });
            }
            bot.by_person(supergroup, owner, None, body("migrate_from_chat_id", chat));
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
            let from = user(bot.person_in(person, chat)?);
            let now = bot.unix_now();
            bot.end_restrictions(chat);
            let group = bot.group_mut(chat).ok_or(UserActionError::NoSuchGroup(chat))?;
            if group.has(person) {
                return Err(UserActionError::AlreadyAMember);
            }
            if matches!(group.status(person), Status::Banned { .. }) {
                return Err(UserActionError::Banned);
            }
            let mut used = None;
            if let Some(address) = link {
                let known = group.links.iter_mut().find(|link| link.address == address);
                let known = known.filter(|link| link.is_open(now)).ok_or(UserActionError::NoSuchLink)?;
                known.joined += i64::from(!known.asks);
                used = Some(known.clone());
            }
            let status = group.moved(person, true);
            let mut how = Map::new();
            if let (Some(link), Some(group)) = (&used, bot.group(chat)) {
                how.insert("invite_link".into(), bot.link_json(group, link));
            }
            let Some(link) = used.filter(|link| link.asks) else {
                return Ok(bot.change_member(chat, person, status, person, how));
            };
            if let Some(group) = bot.group_mut(chat) {
                group.requests.insert(person, link);
            }
            let mut request = json!({ "chat": bot.chat_json(chat), "from": from, "user_chat_id": person, "date": now });
            if let Some(request) = request.as_object_mut() {
                request.extend(how);
            }
            // Who asks may be written to, although they have not written.
            bot.chats.entry(person).or_default();
            let may_decide = bot.group(chat).is_some_and(|group| group.may(bot.id, "can_invite_users"));
            if may_decide && bot.group(chat).is_some_and(|group| group.is_guarded) {
                let id = bot.next_id();
                request["query_id"] = id.as_str().into();
                bot.inline.keep_join(id, JoinQuery { person, chat, at: now, app: None });
            }
            Ok(if may_decide { bot.notify(Kind::ChatJoinRequest, chat, &request) } else { 0 })
        })
    }

    /// The person leaves a group.
    pub fn leave(&self, token: &str, person: i64, chat: i64) -> Done {
        self.cell(token).change(|bot| {
            bot.person_in(person, chat)?;
            let status = bot.joined(chat, person)?.moved(person, false);
            Ok(bot.change_member(chat, person, status, person, Map::new()))
        })
    }

    /// The person votes in a poll of the bot, by the places of the options from 0; without any they take their vote back.
    pub fn vote(&self, token: &str, person: i64, chat: i64, message: i32, options: &[usize]) -> Done {
        self.cell(token).change(|bot| {
            let from = user(bot.present(person, chat)?);
            let now = bot.unix_now();
            let post = bot.post_for(person, chat, message)?;
            let Body::Poll(id) = post.body.clone() else { return Err(UserActionError::NotAPoll(message)) };
            let poll = bot.polls_sent.get_mut(&id).ok_or(UserActionError::NoSuchMessage(message))?;
            poll.vote(person, options, now)?;
            let is_anonymous = poll.is_anonymous;
            let told = bot.poll_json(&id);
            let mut update = bot.updates.push(Kind::Poll, chat, &told, now);
            if !is_anonymous {
                let names: Vec<String> = options.iter().map(ToString::to_string).collect();
                let mut answer = json!({ "poll_id": id, "option_ids": options, "option_persistent_ids": names });
                match bot.in_its_name(chat, person).remove("sender_chat") {
                    Some(chat) => answer["voter_chat"] = chat,
                    None => answer["user"] = from,
                }
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
            let from = user(bot.present(person, chat)?);
            let now = bot.unix_now();
            let new: Vec<Value> = emoji.into_iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
            bot.post_for(person, chat, message)?;
            let conversation = bot.chats.get_mut(&chat).ok_or(UserActionError::NoSuchMessage(message))?;
            let post = conversation.posts.get_mut(&message).ok_or(UserActionError::NoSuchMessage(message))?;
            let old = match new.is_empty() {
                true => post.reactions.remove(&person),
                false => post.reactions.insert(person, new.clone()),
            };
            conversation.version += 1;
            let mut update = json!({
                "chat": bot.chat_json(chat), "message_id": message, "date": now,
                "old_reaction": old.unwrap_or_default(), "new_reaction": new,
            });
            match bot.in_its_name(chat, person).remove("sender_chat") {
                Some(chat) => update["actor_chat"] = chat,
                None => update["user"] = from,
            }
            let is_told = bot.group(chat).is_none() || bot.administers(chat);
            Ok(if is_told { bot.notify(Kind::MessageReaction, chat, &update) } else { 0 })
        })
    }
}
