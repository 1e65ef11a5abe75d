//! What people do: they write, tap, share, edit and block. Every deed becomes an update for the bot.

use engine::chat::MessageId;
use engine::transcript::{Media, UserAction};
use serde::Deserialize;
use serde_json::{Value, json};

use super::sending::{PostAttributes, sendable};
use super::{Done, Outgoing, Person, Picture, SendOptions, UserActionError};
use crate::group::{Group, GroupKind};
use crate::json::user;
use crate::keyboards::{Action, Button};
use crate::updates::Kind;
use crate::world::{Acquaintance, Body, Bot, Post, Tap};
use crate::{Happening, Simulator};

/// The group in which [`Simulator::say_in_group`] is heard.
const GROUP: i64 = -1_001_234_567_890;

impl Simulator {
    /// Makes a person known, or changes how they are called. The bot may not write to them before they wrote to it;
    /// see [`Simulator::open_chat`].
    pub fn person(&self, token: &str, person: Person) {
        self.cell(token).change(|bot| {
            let known = bot.people.remove(&person.id);
            let known = known.unwrap_or_else(|| Acquaintance::new(person.clone()));
            bot.people.insert(person.id, Acquaintance { person, ..known });
        });
    }

    /// Whether a person comes back into a group that they were banned from, once they may.
    pub fn let_return(&self, token: &str, person: i64, returns: bool) {
        self.cell(token).change(|bot| {
            if let Some(known) = bot.people.get_mut(&person) {
                known.returns = returns;
            }
        });
    }

    /// Everybody whom the bot can meet, by id.
    pub fn people(&self, token: &str) -> Vec<Person> {
        self.cell(token).with(|bot| bot.people.values().map(|known| known.person.clone()).collect())
    }

    /// Lets the bot write to a person who has not written: as if they had talked before, in a chat cleared since.
    pub fn open_chat(&self, token: &str, person: i64) {
        self.cell(token).change(|bot| bot.chats.entry(person).or_default().version += 1);
    }

    /// The person does what a transcript says.
    pub fn perform(&self, token: &str, person: i64, deed: &UserAction) -> Done {
        match deed {
            UserAction::Says(text) => self.say(token, person, text),
            UserAction::Taps { message, data } => self.tap(token, person, message.0, data),
            UserAction::SharesContact { phone, own } => self.share_contact(token, person, phone, *own),
            UserAction::SendsPicture { name, caption } => {
                self.send_picture(token, person, Picture::Named(name.clone()), caption)
            }
            UserAction::Sends(attachment) => self.send(token, person, *attachment),
            UserAction::EditsLast(text) => self.edit_last(token, person, text),
            UserAction::Forwards(text) => self.forward(token, person, text),
            UserAction::Blocks => self.block(token, person),
            UserAction::Unblocks => self.unblock(token, person),
            UserAction::SaysInGroup(text) => self.say_in_group(token, person, text),
        }
    }

    /// Several do something at once, or one quickly: the bot hears of all of it, or of what was done before something could not be,
    /// and nothing that it does comes in between.
    ///
    /// # Errors
    /// The first one that cannot be done.
    pub fn perform_at_once(&self, token: &str, deeds: &[(i64, &UserAction)]) -> Result<(), UserActionError> {
        let cell = self.cell(token);
        cell.with(|bot| bot.updates.collect());
        let done = deeds.iter().try_for_each(|(person, deed)| self.perform(token, *person, deed).map(drop));
        cell.change(|bot| bot.updates.release());
        done
    }

    /// The person writes a text, or taps a button of the reply keyboard, which is the same.
    pub fn say(&self, token: &str, person: i64, text: &str) -> Done {
        self.send_in(token, person, person, &Outgoing::Text(text.to_owned()), SendOptions::default())
    }

    /// The person shares a contact: their own by the keyboard's button, or somebody else's.
    pub fn share_contact(&self, token: &str, person: i64, phone: &str, own: bool) -> Done {
        let deed = UserAction::SharesContact { phone: phone.to_owned(), own };
        self.deed(token, person, deed, |bot| {
            let name = bot.able(person)?.first_name.clone();
            let mut value = json!({ "phone_number": phone, "first_name": if own { &name } else { "Somebody else" } });
            // Set by the server, so that it can be trusted (tdlib/td#2575).
            value["user_id"] = if own { person.into() } else { (person + 1_000_000).into() };
            let shown = format!("📞 {phone}");
            bot.written(person, Body::Other { field: "contact", value, shown }, false)
        })
    }

    /// The person sends a photo.
    pub fn send_picture(&self, token: &str, person: i64, picture: Picture, caption: &str) -> Done {
        let what = Outgoing::Picture { picture, caption: caption.to_owned() };
        self.send_in(token, person, person, &what, SendOptions::default())
    }

    /// The person sends something without words.
    pub fn send(&self, token: &str, person: i64, attachment: Media) -> Done {
        self.send_in(token, person, person, &Outgoing::Thing(attachment), SendOptions::default())
    }

    /// The person sends on what somebody else wrote.
    pub fn forward(&self, token: &str, person: i64, text: &str) -> Done {
        let text = sendable(text)?;
        let deed = UserAction::Forwards(text.text.clone());
        self.deed(token, person, deed, |bot| bot.written(person, Body::Text(text), true))
    }

    /// The person writes in a group that the bot is in.
    pub fn say_in_group(&self, token: &str, person: i64, text: &str) -> Done {
        let text = sendable(text)?;
        self.deed(token, person, UserAction::SaysInGroup(text.text.clone()), |bot| {
            bot.person_in(person, GROUP)?;
            bot.enter(GROUP, person, "Friends");
            if !bot.joined(GROUP, person)?.permits(person, "can_send_messages") {
                return Err(UserActionError::MayNotWrite);
            }
            Ok(bot.by_person(GROUP, person, None, Body::Text(text)))
        })
    }

    /// The person edits the newest text of their own.
    pub fn edit_last(&self, token: &str, person: i64, text: &str) -> Done {
        let newest = self.cell(token).with(|bot| {
            bot.able(person)?;
            let posts = bot.chats.get(&person).into_iter().flat_map(|chat| chat.posts.values().rev());
            let newest = posts.filter(|post| post.is_editable_by(person)).map(|post| post.id).next();
            newest.ok_or(UserActionError::NothingToEdit)
        })?;
        self.edit_in(token, person, person, newest, text)
    }

    /// The person taps an inline button, named by what it sends.
    pub fn tap(&self, token: &str, person: i64, message: i32, data: &str) -> Done {
        let deed = UserAction::Taps { message: MessageId(message), data: data.to_owned() };
        self.deed(token, person, deed, |bot| bot.tapped(person, person, message, data))
    }

    /// The person taps an inline button in a group, or in their own chat.
    pub fn tap_in(&self, token: &str, person: i64, chat: i64, message: i32, data: &str) -> Done {
        if chat == person {
            return self.tap(token, person, message, data);
        }
        self.cell(token).change(|bot| {
            bot.present(person, chat)?;
            bot.tapped(person, chat, message, data)
        })
    }

    /// The same by what stands on the button.
    pub fn tap_label_in(&self, token: &str, person: i64, chat: i64, label: &str) -> Done {
        match self.cell(token).with(|bot| bot.labelled(chat, person, label))? {
            Labelled::Inline { message, data } => self.tap_in(token, person, chat, message, &data),
            Labelled::Reply { label } => self.say_in(token, person, chat, None, &label),
        }
    }

    /// The person writes in a group, or in their own chat.
    pub fn say_in(&self, token: &str, person: i64, chat: i64, topic: Option<i32>, text: &str) -> Done {
        let options = SendOptions { topic, reply_to: None };
        self.send_in(token, person, chat, &Outgoing::Text(text.to_owned()), options)
    }

    /// A tap that a changed client sends: any data, on any message, also on one that is gone. “A message can contain
    /// no callback buttons with this data” (<https://core.telegram.org/bots/api#callbackquery>).
    pub fn tap_forged(&self, token: &str, person: i64, message: i32, data: &str) -> Done {
        self.cell(token).change(|bot| bot.query(person, person, message, data, format!("forged {data}")))
    }

    /// The person taps the inline button with that label, under the newest message that has one, else the one of the
    /// keyboard, which says its label. A button that shares the phone number is tapped by [`Simulator::share_contact`].
    pub fn tap_label(&self, token: &str, person: i64, label: &str) -> Done {
        match self.cell(token).with(|bot| bot.labelled(person, person, label))? {
            Labelled::Inline { message, data } => self.tap(token, person, message, &data),
            Labelled::Reply { label } => self.say(token, person, &label),
        }
    }

    /// The person blocks the bot, which may not write to them any more.
    pub fn block(&self, token: &str, person: i64) -> Done {
        self.deed(token, person, UserAction::Blocks, |bot| {
            bot.able(person)?;
            Ok(bot.membership(person, true))
        })
    }

    /// The person lets the bot write again.
    pub fn unblock(&self, token: &str, person: i64) -> Done {
        self.deed(token, person, UserAction::Unblocks, |bot| match bot.people.get(&person) {
            None => Err(UserActionError::NoSuchPerson(person)),
            Some(known) if !known.blocked => Err(UserActionError::NotBlocked),
            Some(_) => Ok(bot.membership(person, false)),
        })
    }

    /// Queues the newest update once more under the same number, also when it was confirmed; `None` if there was none.
    pub fn redeliver(&self, token: &str) -> Option<i64> {
        self.cell(token).change(|bot| {
            let id = bot.updates.redeliver()?;
            bot.record(Some(id), Happening::Redelivered);
            Some(id)
        })
    }

    /// Brings the bot an update as it is: one field with its content, such as `message`, and perhaps an `update_id`. So
    /// tests can send what people of the simulator cannot. The chat of a message becomes known by it.
    ///
    /// # Errors
    /// [`UserActionError::NotAnUpdate`].
    pub fn bring(&self, token: &str, update: &Value) -> Done {
        let fields = update.as_object().ok_or(UserActionError::NotAnUpdate)?;
        let mut contents = fields.iter().filter(|(name, _)| *name != "update_id");
        let (Some((name, content)), None) = (contents.next(), contents.next()) else {
            return Err(UserActionError::NotAnUpdate);
        };
        let id = match fields.get("update_id") {
            None => None,
            Some(id) => Some(id.as_i64().filter(|id| *id > 0).ok_or(UserActionError::NotAnUpdate)?),
        };
        let name = Some(name).filter(|name| is_field(name)).ok_or(UserActionError::NotAnUpdate)?;
        self.cell(token).change(|bot| {
            let chat = content["chat"]["id"].as_i64().or_else(|| content["from"]["id"].as_i64()).unwrap_or_default();
            if content["chat"].is_object() {
                let conversation = bot.chats.entry(chat).or_default();
                let topic = content["message_thread_id"].as_i64().filter(|_| content["is_topic_message"] == true);
                let topic = topic.and_then(|topic| i32::try_from(topic).ok());
                if let Some(topic) = topic {
                    conversation.topics.entry(topic).or_default();
                    if let Some(group) = &mut conversation.group {
                        group.is_forum = true;
                    }
                }
                if let (Some(title), None) = (content["chat"]["title"].as_str(), &conversation.group) {
                    let kind = content["chat"].get("type").and_then(|kind| GroupKind::deserialize(kind).ok());
                    let mut group = Group::new(kind.unwrap_or_default(), title);
                    group.is_forum = content["chat"]["is_forum"] == true || topic.is_some();
                    bot.appoint(&mut group);
                    bot.chats.entry(chat).or_default().begin(group);
                }
            }
            bot.make_known(name, content);
            let (now, id) = (bot.unix_now(), id.unwrap_or(bot.updates.next()));
            let kind = Kind::named(name).unwrap_or(Kind::Message);
            bot.updates.push_named(id, kind, name, chat, content, now);
            Ok(id)
        })
    }

    /// Keeps all updates of a kind back, or lets them go.
    pub(crate) fn hold_updates(&self, token: &str, kind: Kind, held: bool) {
        self.cell(token).change(|bot| bot.updates.hold(kind, held));
    }

    /// Does something as a person, and keeps it in the history if it could be done.
    fn deed(&self, token: &str, person: i64, deed: UserAction, act: impl FnOnce(&mut Bot) -> Done) -> Done {
        self.cell(token).change(|bot| {
            let update = act(bot)?;
            bot.record(Some(update), Happening::Did { person, deed });
            Ok(update)
        })
    }
}

/// Whether a field of `Update` may be called so.
fn is_field(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// What a label was found on.
enum Labelled {
    Inline { message: i32, data: String },
    Reply { label: String },
}

impl Bot {
    /// The person, if they do not block the bot.
    pub(super) fn able(&self, id: i64) -> Result<&Person, UserActionError> {
        match self.people.get(&id) {
            None => Err(UserActionError::NoSuchPerson(id)),
            Some(known) if known.blocked => Err(UserActionError::Blocked),
            Some(known) => Ok(&known.person),
        }
    }

    /// The newest inline button with that label, else one of the keyboard.
    fn labelled(&self, chat: i64, person: i64, label: &str) -> Result<Labelled, UserActionError> {
        let chat = self.chats.get(&chat);
        let is_seen = |post: &&Post| post.is_for(person);
        let posts = || chat.into_iter().flat_map(|chat| chat.posts.values().rev()).filter(is_seen);
        // Nobody types the spaces that do not break.
        let typed = |label: &str| label.replace(['\u{a0}', '\u{202f}'], " ");
        let wanted = typed(label);
        let fits = |button: &&Button| typed(&button.label) == wanted && matches!(button.action, Action::Data(_));
        let data = |post: &Post| post.all_buttons().iter().flatten().find(fits).map(|button| button.data().to_owned());
        if let Some((message, data)) = posts().find_map(|post| Some((post.id, data(post)?))) {
            return Ok(Labelled::Inline { message, data });
        }
        let keyboard = chat.and_then(|chat| chat.keyboard_in_view());
        let keys =
            || keyboard.into_iter().flat_map(|keyboard| keyboard.rows.iter().flatten()).filter(|key| key.speaks());
        if let Some(key) = keys().find(|key| typed(&key.label) == wanted) {
            return Ok(Labelled::Reply { label: key.label.clone() });
        }
        let mut labels = Vec::new();
        for post in posts() {
            labels.extend(post.all_buttons().iter().flatten().map(|button| button.label.clone()));
        }
        labels.extend(keys().map(|key| key.label.clone()));
        let buttons = labels.join(" · ");
        Err(UserActionError::NoSuchLabel { label: label.to_owned(), buttons })
    }

    /// Adds a person's message to their chat with the bot, and tells the bot of it.
    fn written(&mut self, person: i64, body: Body, forwarded: bool) -> Done {
        self.able(person)?;
        let now = self.unix_now();
        let somebody = || json!({ "type": "hidden_user", "sender_user_name": "Somebody", "date": now });
        let origin = forwarded.then(somebody);
        Ok(self.sent_by(person, person, body, PostAttributes { origin, ..PostAttributes::default() }))
    }

    fn tapped(&mut self, person: i64, chat: i64, message: i32, data: &str) -> Done {
        self.person_in(person, chat)?;
        let post = self.post_for(person, chat, message)?;
        let sends = |button: &&Button| matches!(&button.action, Action::Data(known) if known == data);
        let label = post.all_buttons().iter().flatten().find(sends).map(|button| button.label.clone());
        let label = label.ok_or_else(|| UserActionError::NoSuchData { message, data: data.to_owned() })?;
        self.query(person, chat, message, data, label)
    }

    /// Tells the bot of a tap, whether there is such a button or not.
    fn query(&mut self, person: i64, chat: i64, message: i32, data: &str, label: String) -> Done {
        let from = user(self.person_in(person, chat)?);
        let now = self.unix_now();
        let id = format!("{}{:06}", self.id, self.next_tap);
        let inline =
            self.inline.messages.iter().find(|(_, place)| **place == (chat, message)).map(|(id, _)| id.clone());
        let post = self.chats.get(&chat).and_then(|chat| chat.post(message));
        // What the bot cannot see any more is told as an `InaccessibleMessage`, with the date 0.
        let inaccessible = || json!({ "chat": self.chat_json(chat), "message_id": message, "date": 0 });
        let message = post.map_or_else(inaccessible, |post| self.message_json(chat, post));
        let instance = (chat ^ self.id).to_string();
        let mut query = json!({ "id": id, "from": from, "chat_instance": instance, "data": data });
        match inline {
            // A message that somebody has sent for the bot is known by this alone.
            Some(id) => query["inline_message_id"] = id.into(),
            None => query["message"] = message,
        }
        self.next_tap += 1;
        let update = self.updates.push(Kind::CallbackQuery, person, &query, now);
        self.keep_tap(id, Tap { person, update, at: now, answered: false, label });
        Ok(update)
    }

    /// Blocks or unblocks, and tells the bot as `my_chat_member`.
    fn membership(&mut self, person: i64, blocked: bool) -> i64 {
        let now = self.unix_now();
        let member = |kicked: bool, bot: &Bot| -> Value {
            let mut member = json!({ "user": bot.user_json(), "status": if kicked { "kicked" } else { "member" } });
            if kicked {
                member["until_date"] = 0.into();
            }
            member
        };
        let Some(known) = self.people.get_mut(&person) else { return 0 };
        known.blocked = blocked;
        let from = user(&known.person);
        let update = json!({
            "chat": self.chat_json(person), "from": from, "date": now,
            "old_chat_member": member(!blocked, self), "new_chat_member": member(blocked, self),
        });
        self.chats.entry(person).or_default().version += 1;
        self.updates.push(Kind::MyChatMember, person, &update, now)
    }
}
