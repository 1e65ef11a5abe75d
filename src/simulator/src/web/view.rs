//! The chat as the page draws it.

use engine::chat::{Author, Chat};
use serde_json::{Value, json};

use crate::Simulator;
use crate::entities::entities_json;
use crate::files;
use crate::keyboards::{Action, Button, Keyboard};
use crate::world::{Body, Bot, Post};

/// Counts visible changes of a chat.
pub(super) fn version(bot: &Bot, person: i64) -> u64 {
    bot.chats.get(&person).map_or(0, |chat| chat.version)
}

/// A page draws so many messages; whoever wants all reads `chat.txt`.
pub(super) const MESSAGES: usize = 200;

impl Simulator {
    /// What is on the person's screen, as the chat page draws it, up to the newest 200 messages; `None` if nobody of
    /// that id is known.
    pub fn view(&self, token: &str, person: i64) -> Option<Value> {
        self.view_of(token, person, MESSAGES)
    }

    /// The same, with so many of the newest messages at most.
    pub fn view_of(&self, token: &str, person: i64, messages: usize) -> Option<Value> {
        self.known(token)?.with(|bot| chat(bot, token, person, messages))
    }
}

/// The chat as plain text, for logs and for tests in any language.
pub(super) fn text(chat: &Chat, person: &str) -> String {
    let bubbles = chat.bubbles.iter().map(|bubble| {
        let author = if bubble.author == Author::Bot { "Bot" } else { person };
        let rows = bubble.rows.iter().map(|buttons| row(buttons.iter().map(|button| button.label.as_str())));
        written(author, bubble.picture.as_deref(), bubble.document.as_deref(), &bubble.text, rows)
    });
    let keyboard = chat.keyboard.iter().flatten();
    let keyboard = keyboard.map(|buttons| row(buttons.iter().map(|button| button.label.as_str())));
    bubbles.chain(keyboard.map(|row| format!("keyboard: {row}\n"))).collect()
}

/// A group as plain text, from its view.
pub(super) fn group_text(view: &Value) -> String {
    let messages = list(&view["messages"]).iter().map(|message| {
        let author = message["from"].as_str().unwrap_or("Bot");
        let (photo, document) = (message["photo"]["name"].as_str(), message["document"]["name"].as_str());
        let rows = list(&message["buttons"]).iter();
        let rows = rows.map(|buttons| row(list(buttons).iter().filter_map(|button| button["label"].as_str())));
        written(author, photo, document, message["text"].as_str().unwrap_or_default(), rows)
    });
    messages.collect()
}

/// The elements of an array; none of anything else.
fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Buttons that stand beside each other.
fn row<'a>(labels: impl Iterator<Item = &'a str>) -> String {
    labels.map(|label| format!("[{label}]")).collect::<Vec<_>>().join(" ")
}

/// One message in plain text: a line for each line of it, and for each row of its buttons.
fn written(
    author: &str,
    photo: Option<&str>,
    document: Option<&str>,
    text: &str,
    rows: impl Iterator<Item = String>,
) -> String {
    let photo = photo.map(|photo| format!("<photo {photo}>"));
    let document = document.map(|document| format!("<file {document}>"));
    let lines = photo.into_iter().chain(document).chain(text.lines().map(str::to_owned)).chain(rows);
    format!("{author}: {}\n", lines.collect::<Vec<_>>().join("\n    "))
}

impl Simulator {
    /// What stands in a group or channel, and who is in it; `None` if there is none of that id.
    pub fn group_view(&self, token: &str, chat: i64) -> Option<Value> {
        self.group_view_of(token, chat, MESSAGES)
    }

    /// The same, with so many of the newest messages at most.
    pub(super) fn group_view_of(&self, token: &str, chat: i64, messages: usize) -> Option<Value> {
        self.known(token)?.with(|bot| {
            bot.end_restrictions(chat);
            let conversation = bot.chats.get(&chat)?;
            let group = conversation.group.as_deref()?;
            let members: Vec<Value> =
                group.members.iter().map(|(id, member)| bot.status_json(group, *id, Some(member))).collect();
            let topics: Vec<Value> = conversation
                .topics
                .iter()
                .map(|(id, topic)| json!({ "id": id, "name": topic.name, "icon_color": topic.icon_color, "is_closed": topic.is_closed }))
                .collect();
            let older = conversation.posts.len().saturating_sub(messages);
            let messages: Vec<Value> =
                conversation.posts.values().skip(older).map(|post| message(bot, token, post)).collect();
            Some(json!({
                "chat": bot.chat_json(chat), "description": group.description, "verified": bot.verified.get(&chat),
                "banned_chats": group.banned_chats, "members": members, "topics": topics,
                "pinned": conversation.pinned.last(), "older": older, "messages": messages,
            }))
        })
    }
}

pub(super) fn chat(bot: &Bot, token: &str, person: i64, messages: usize) -> Option<Value> {
    let known = bot.people.get(&person)?;
    let conversation = bot.chats.get(&person);
    let older = conversation.map_or(0, |chat| chat.posts.len().saturating_sub(messages));
    let posts = conversation.into_iter().flat_map(|chat| chat.posts.values()).skip(older);
    let messages: Vec<Value> = posts.map(|post| message(bot, token, post)).collect();
    Some(json!({
        "bot": { "username": bot.username, "name": bot.user_json()["first_name"] },
        "description": description(bot, known.person.language_code.as_deref()),
        "person": known.person,
        "blocked": known.blocked,
        "verified": bot.verified.get(&person),
        "prepared": bot.inline.prepared.iter().filter(|(_, whose)| **whose == person).map(|(id, _)| id).collect::<Vec<_>>(),
        "listens": bot.is_online(),
        "typing": conversation.is_some_and(|chat| chat.is_typing()),
        "pinned": conversation.and_then(|chat| chat.pinned.last()),
        "keyboard": conversation.and_then(|chat| chat.keyboard_in_view()).map(keyboard),
        "commands": commands(bot, person, known.person.language_code.as_deref()),
        "older": older,
        "messages": messages,
    }))
}

fn message(bot: &Bot, token: &str, post: &Post) -> Value {
    let address = |blob: &files::Blob, letter: char| format!("/file/bot{token}/{}", files::path(blob, letter));
    let mut view = json!({
        "id": post.id, "mine": post.author == Author::Person && !post.body.is_service(), "date": post.date, "edited": post.edited.is_some(),
        "forwarded": post.origin.is_some(), "reply_to": post.reply_to, "album": post.album,
        "reactions": post.reactions.values().flatten().filter_map(|one| one.get("emoji")).collect::<Vec<_>>(),
        "buttons": post.buttons.iter().map(|row| row.iter().map(button).collect()).collect::<Vec<Vec<Value>>>(),
    });
    if let Some(known) = post.person.and_then(|id| bot.people.get(&id)) {
        view["from"] = known.person.first_name.as_str().into();
    }
    if let Some(topic) = post.topic {
        view["topic"] = topic.into();
    }
    if let Some(receiver) = post.extras.get("receiver_user") {
        view["only_for"] = receiver["first_name"].clone();
    }
    if let Some(rich) = post.body.rich() {
        view["text"] = rich.text.as_str().into();
        view["entities"] = entities_json(rich).into();
    }
    match &post.body {
        Body::Photo(blob, _) => {
            let (width, height) = blob.size.unwrap_or((1, 1));
            let letter = blob.photo_sizes().last().map_or('s', |size| size.0);
            let name = bot.pictures.name(&blob.sha256).unwrap_or_default();
            view["photo"] = json!({ "url": address(blob, letter), "width": width, "height": height, "name": name });
        }
        Body::Document(blob, _) => {
            view["document"] = json!({ "url": address(blob, 'd'), "name": blob.name, "size": blob.bytes.len() });
        }
        Body::Media(media) => {
            view["text"] = media.shown().into();
            view["caption"] = media.caption.text.as_str().into();
            view["file"] = json!({
                "url": address(&media.blob, media.kind.letter()), "kind": media.kind.field(), "name": media.blob.name,
                "size": media.blob.bytes.len(),
            });
        }
        Body::Poll(id) => {
            view["text"] = bot.polls_sent.get(id).map(crate::polls::Poll::shown).into();
            view["poll"] = bot.poll_json(id);
        }
        Body::Other { field, value, shown } => {
            view["text"] = shown.as_str().into();
            view[*field] = value.clone();
        }
        Body::Text(_) => {}
    }
    view
}

fn button(button: &Button) -> Value {
    match &button.action {
        Action::Data(data) => json!({ "label": button.label, "data": data }),
        Action::Url(url) => json!({ "label": button.label, "url": url }),
        Action::Other(field, value) => json!({ "label": button.label, field: value }),
    }
}

fn keyboard(keyboard: &Keyboard) -> Value {
    let row = |row: &Vec<engine::chat::KeyboardButton>| -> Vec<Value> {
        row.iter().map(|button| json!({ "label": button.label, "contact": button.contact })).collect()
    };
    json!({ "rows": keyboard.rows.iter().map(row).collect::<Vec<_>>(), "placeholder": keyboard.placeholder })
}

/// The commands a person is offered: of the narrowest scope first, and there in their own language first
/// (<https://core.telegram.org/bots/api#determining-list-of-commands>).
fn commands(bot: &Bot, person: i64, language: Option<&str>) -> Value {
    let scopes = [format!("chat {person}"), "all_private_chats".to_owned(), "default".to_owned()];
    let keys = scopes
        .iter()
        .flat_map(|scope| [language.unwrap_or_default(), ""].map(|language| format!("{scope}/{language}")));
    keys.filter_map(|key| bot.commands.get(&key).cloned()).next().unwrap_or_else(|| json!([]))
}

fn description<'a>(bot: &'a Bot, language: Option<&str>) -> &'a str {
    let keys = [language.unwrap_or_default(), ""].map(|language| format!("setmydescription/{language}"));
    keys.iter().find_map(|key| bot.profile.get(key)).map_or("", String::as_str)
}
