//! Bots that people make for the bot to manage, posts that they suggest to a channel, and drafts that they stop.

use serde_json::{Map, Value, json};

use super::sending::{PostAttributes, sendable};
use super::{Done, UserActionError};
use crate::Simulator;
use crate::json::user;
use crate::managed::{ManagedBot, fresh_token};
use crate::suggested::{INFO, SuggestedPost};
use crate::updates::Kind;
use crate::world::Body;

impl Simulator {
    /// The person makes a bot for this one to manage, in their chat with it: its token, and the update by which the bot is told.
    ///
    /// # Errors
    /// No name, and a username that does not end with `bot`, or that the bot or another one that it manages has.
    pub fn make_managed_bot(
        &self,
        token: &str,
        person: i64,
        name: &str,
        username: &str,
    ) -> Result<(i64, String), UserActionError> {
        // <https://core.telegram.org/bots/features#creating-a-new-bot>
        if !username.to_ascii_lowercase().ends_with("bot")
            || username.contains(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        {
            return Err(UserActionError::NoBotName(username.to_owned()));
        }
        let id = self.next_managed_bot();
        let (update, made) = self.cell(token).change(|bot| {
            bot.able(person)?;
            let names = bot.managed.bots.values().map(|known| &known.username);
            let is_taken = names.chain([&bot.username]).any(|taken| taken.eq_ignore_ascii_case(username));
            if name.is_empty() || is_taken {
                return Err(UserActionError::NoBotName(username.to_owned()));
            }
            bot.serial += 1;
            let made = ManagedBot {
                id,
                owner: person,
                name: name.to_owned(),
                username: username.to_owned(),
                token: fresh_token(id, bot.serial),
                only_for: None,
            };
            let body = Body::Other {
                field: "managed_bot_created",
                value: json!({ "bot": made.json() }),
                shown: format!("Bot created: {name} (@{username})"),
            };
            bot.by_person(person, person, None, body);
            bot.managed.bots.insert(id, made.clone());
            Ok((bot.tell_of_managed(&made), made))
        })?;
        self.bot(&made.token, &made.username);
        self.name_bot(&made.token, &made.name);
        Ok((update, made.token))
    }

    /// The person tells the bot to stop what it is writing.
    ///
    /// # Errors
    /// It writes nothing, or does not let itself be stopped.
    pub fn stop_draft(&self, token: &str, person: i64) -> Done {
        self.cell(token).change(|bot| {
            bot.able(person)?;
            let conversation = bot.chats.get_mut(&person);
            let draft = conversation.as_deref().and_then(|chat| chat.draft_in_view()).filter(|draft| draft.can_stop);
            let draft = draft.ok_or(UserActionError::NothingToStop)?;
            let (id, topic, is_kept) = (draft.id, draft.topic, draft.keep_on_stop);
            if let Some(conversation) = conversation {
                // It can be stopped once.
                match conversation.draft.as_mut().filter(|_| is_kept) {
                    Some(draft) => draft.can_stop = false,
                    None => conversation.draft = None,
                }
                conversation.typing = None;
                conversation.version += 1;
            }
            let mut told = json!({ "chat": bot.chat_json(person), "draft_id": id });
            if let Some(topic) = topic {
                told["message_thread_id"] = topic.into();
            }
            let now = bot.unix_now();
            Ok(bot.updates.push(Kind::StoppedMessageGeneration, person, &told, now))
        })
    }

    /// The person suggests a post to a channel, in the chat of its direct messages.
    ///
    /// # Errors
    /// A chat that is none of direct messages, and a text that Telegram does not send.
    pub fn suggest(&self, token: &str, person: i64, chat: i64, post: &SuggestedPost) -> Done {
        let text = sendable(&post.text)?;
        self.cell(token).change(|bot| {
            if bot.group(chat).is_none_or(|group| group.direct_messages_of.is_none()) {
                return Err(UserActionError::NoDirectMessages(chat));
            }
            bot.present(person, chat)?;
            let mut extras = Map::new();
            extras.insert(INFO.to_owned(), post.pending());
            Ok(bot.sent_by(chat, person, Body::Text(text), PostAttributes { extras, ..PostAttributes::default() }))
        })
    }
}

impl crate::world::Bot {
    /// The `DirectMessagesTopic` of a person's messages to a channel.
    pub(crate) fn direct_messages_topic(&self, chat: i64, person: Option<i64>) -> Option<Value> {
        self.group(chat)?.direct_messages_of?;
        let known = self.people.get(&person?)?;
        Some(json!({ "topic_id": known.person.id, "user": user(&known.person) }))
    }
}
