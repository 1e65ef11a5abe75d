//! The chat as the page draws it.

use engine::chat::{Author, Chat};
use serde_json::{Value, json};

use crate::Simulator;
use crate::entities::entities_json;
use crate::files;
use crate::group::{Group, GroupKind};
use crate::keyboards::{Action, Button, Key, Keyboard};
use crate::world::{Body, Bot, Conversation, MessageDraft, Post};

/// Counts visible changes of a chat.
pub(super) fn version(bot: &Bot, chat: i64) -> u64 {
    bot.chats.get(&chat).map_or(0, |chat| chat.version)
}

/// A page draws so many messages; whoever wants all reads `chat.txt`.
pub(super) const MESSAGES: usize = 200;

impl Simulator {
    /// What is on the person's screen, as the chat page draws it, up to the newest 200 messages; `None` if nobody of
    /// that id is known.
    pub fn view(&self, token: &str, person: i64) -> Option<Value> {
        self.view_of(token, person, MESSAGES)
    }

    /// What the person sees of a chat: of their own with the bot, or of a group or channel; `None` if there is no such person, or
    /// no such chat.
    pub(super) fn screen(&self, token: &str, person: i64, chat: i64, messages: usize) -> Option<Value> {
        self.known(token)?.with(|bot| {
            bot.end_restrictions(chat);
            screen(bot, token, person, chat, messages)
        })
    }

    /// The same, with so many of the newest messages at most.
    pub fn view_of(&self, token: &str, person: i64, messages: usize) -> Option<Value> {
        self.known(token)?.with(|bot| screen(bot, token, person, person, messages))
    }
}

/// Chats that a person can open: their own first.
pub(super) fn chats(bot: &Bot, person: i64) -> Option<Vec<Value>> {
    bot.people.get(&person)?;
    let own = json!({ "id": person, "type": "private", "title": bot.user_json()["first_name"], "inside": true });
    let groups = bot.chats.iter().filter_map(|(id, chat)| Some((*id, chat.group.as_deref()?)));
    let mut groups: Vec<_> = groups.collect();
    groups.sort_by_key(|(id, group)| (!group.has(person), *id));
    let groups = groups.into_iter().map(
        |(id, group)| json!({ "id": id, "type": group.kind.name(), "title": group.title, "inside": group.has(person) }),
    );
    Some([own].into_iter().chain(groups).collect())
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

/// What a person sees of a chat: of their own with the bot, or of a group or channel; `None` if there is no such person or chat.
pub(super) fn screen(bot: &Bot, token: &str, person: i64, chat: i64, messages: usize) -> Option<Value> {
    let known = bot.people.get(&person)?;
    let group = bot.group(chat);
    if group.is_none() && chat != person {
        return None;
    }
    let language = known.person.language_code.as_deref();
    let conversation = bot.chats.get(&chat);
    // Who is not in a private group sees that there is one.
    let open = conversation.filter(|_| group.is_none_or(|group| group.is_open_to(person)));
    let inside = conversation.filter(|_| group.is_none_or(|group| group.has(person)));
    let older = open.map_or(0, |chat| chat.posts.len().saturating_sub(messages));
    let posts = open.into_iter().flat_map(|chat| chat.posts.values()).skip(older);
    let shown = posts.filter(|post| post.is_for(person)).map(|post| seen(bot, token, group, post, person));
    Some(json!({
        "bot": { "username": bot.username, "name": bot.user_json()["first_name"] },
        "description": description(bot, language),
        "person": known.person,
        "group": conversation.and_then(|there| Some(about(bot, chat, there, there.group.as_deref()?, person))),
        "blocked": known.blocked && group.is_none(),
        "verified": bot.verified.get(&person),
        "prepared": bot.inline.prepared.iter().filter(|(_, whose)| **whose == person).map(|(id, _)| id).collect::<Vec<_>>(),
        "join_apps": join_apps(bot, person),
        "listens": bot.is_online(),
        "typing": open.is_some_and(|chat| chat.is_typing()),
        "draft": open.and_then(|chat| chat.draft_in_view()).map(|draft| drafted(bot, token, draft)),
        "pinned": open.and_then(|chat| chat.pinned.last()),
        "keyboard": inside.and_then(|chat| chat.keyboard_in_view()).map(keyboard),
        "commands": commands(bot, person, chat, language),
        "menu_button": bot.menu_button(person),
        "older": older,
        "messages": shown.collect::<Vec<_>>(),
    }))
}

/// Mini Apps that the bot shows to who asks to be let in.
fn join_apps(bot: &Bot, person: i64) -> Vec<Value> {
    let queries = bot.inline.join_queries.values().filter(|query| query.person == person);
    queries.filter_map(|query| Some(json!({ "chat": query.chat, "url": query.app.as_ref()? }))).collect()
}

/// Who is in a group, and what the person may do there.
fn about(bot: &Bot, chat: i64, conversation: &Conversation, group: &Group, person: i64) -> Value {
    let topics = conversation.topics.iter().filter(|_| group.is_open_to(person));
    json!({
        "id": chat, "type": group.kind.name(), "title": group.title, "username": group.username, "members": group.count(),
        "inside": group.has(person), "bot_inside": group.has(bot.id), "may_write": group.lets_send(person, "can_send_messages"),
        "topics": topics.map(|(id, topic)| json!({ "id": id, "name": topic.name, "is_closed": topic.is_closed })).collect::<Vec<_>>(),
    })
}

/// A message as one of several sees it: their own is theirs, and a channel writes in its own name.
fn seen(bot: &Bot, token: &str, group: Option<&Group>, post: &Post, person: i64) -> Value {
    let mut view = message(bot, token, post);
    if post.is_editable_by(person) {
        view["editable"] = true.into();
    }
    if let Some(own) = post.reactions.get(&person).and_then(|all| all.first()) {
        view["reacted"] = own["emoji"].clone();
    }
    let Some(group) = group else { return view };
    let is_channel = group.kind == GroupKind::Channel;
    view["mine"] = (view["mine"] == true && post.person == Some(person) && !is_channel).into();
    if is_channel {
        view["from"] = group.title.as_str().into();
    } else if let Some(sender) = post.extras.get("sender_chat") {
        view["from"] = sender["title"].clone();
    }
    view
}

/// What the bot is writing, as the message that it is going to be.
fn drafted(bot: &Bot, token: &str, draft: &MessageDraft) -> Value {
    let mut view = json!({ "draft_id": draft.id, "can_stop": draft.can_stop });
    show_body(bot, token, &draft.body, &mut view);
    view
}

fn message(bot: &Bot, token: &str, post: &Post) -> Value {
    let mut view = json!({
        "id": post.id, "mine": post.author == Author::Person && !post.body.is_service(), "date": post.date, "edited": post.edited.is_some(),
        "forwarded": post.origin.is_some(), "reply_to": post.reply_to, "album": post.album,
        "reactions": post.reactions.values().flatten().filter_map(|one| one.get("emoji")).collect::<Vec<_>>(),
        "buttons": post.all_buttons().iter().map(|row| row.iter().map(button).collect()).collect::<Vec<Vec<Value>>>(),
    });
    if let Some(known) = post.person.and_then(|id| bot.people.get(&id)) {
        view["from"] = known.person.first_name.as_str().into();
    }
    if let Some(origin) = &post.origin {
        let names = [&origin["sender_user"]["first_name"], &origin["sender_user_name"], &origin["chat"]["title"]];
        view["forwarded_from"] = names.into_iter().find(|name| name.is_string()).cloned().unwrap_or_default();
    }
    if let Some(topic) = post.topic {
        view["topic"] = topic.into();
    }
    if let Some(bot) = post.extras.get("via_bot") {
        view["via"] = bot["username"].clone();
    }
    if post.body.is_service() {
        view["service"] = true.into();
    }
    if let Some(receiver) = post.extras.get("receiver_user") {
        view["only_for"] = receiver["first_name"].clone();
    }
    show_body(bot, token, &post.body, &mut view);
    if let Body::Other { field: "rich_message", .. } = &post.body {
        // So many rows of buttons stand inside of the message.
        view["rows_inside"] = (post.all_buttons().len() - post.buttons.len()).into();
    }
    if let Body::Poll(_) = &post.body {
        view["votable"] = true.into();
    }
    view
}

/// What a message says, or a draft of one.
fn show_body(bot: &Bot, token: &str, body: &Body, view: &mut Value) {
    let address = |blob: &files::Blob, letter: char| format!("/file/bot{token}/{}", files::path(blob, letter));
    if let Some(rich) = body.rich() {
        view["text"] = rich.text.as_str().into();
        view["entities"] = entities_json(rich).into();
    }
    match body {
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
            if *field == "rich_message" {
                add_addresses(bot, token, &mut view[*field]);
            }
        }
        Body::Text(_) => {}
    }
}

/// Puts beside each file where the page finds it.
fn add_addresses(bot: &Bot, token: &str, value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| add_addresses(bot, token, one)),
        Value::Object(object) => {
            let path = object.get("file_id").and_then(Value::as_str).and_then(|id| bot.files.path(id));
            if let Some((path, _)) = path {
                object.insert("url".to_owned(), format!("/file/bot{token}/{path}").into());
            }
            object.values_mut().for_each(|inside| add_addresses(bot, token, inside));
        }
        _ => {}
    }
}

fn button(button: &Button) -> Value {
    let mut view = match &button.action {
        Action::Data(data) => json!({ "label": button.label, "data": data }),
        Action::Url(url) => json!({ "label": button.label, "url": url }),
        Action::Other(field, value) => json!({ "label": button.label, field: value }),
    };
    if let Some(style) = button.looks.get("style") {
        view["style"] = style.clone();
    }
    view
}

fn keyboard(keyboard: &Keyboard) -> Value {
    let key = |key: &Key| {
        let mut shown = json!({ "label": key.label, "contact": key.contact });
        if let Some((field, value)) = &key.asks {
            shown[field] = value.clone();
        }
        shown
    };
    let row = |row: &Vec<Key>| -> Vec<Value> { row.iter().map(key).collect() };
    json!({ "rows": keyboard.rows.iter().map(row).collect::<Vec<_>>(), "placeholder": keyboard.placeholder })
}

/// The commands a person is offered in a chat: of the narrowest scope first, and there in their own language first
/// (<https://core.telegram.org/bots/api#determining-list-of-commands>).
fn commands(bot: &Bot, person: i64, chat: i64, language: Option<&str>) -> Value {
    let administers = bot.group(chat).is_some_and(|group| group.is_administrator(person));
    let scopes = match bot.group(chat) {
        None => vec![format!("chat {person}"), "all_private_chats".to_owned()],
        Some(_) => {
            let mut scopes = vec![format!("chat_member {chat} {person}")];
            scopes.extend(administers.then(|| format!("chat_administrators {chat}")));
            scopes.push(format!("chat {chat}"));
            scopes.extend(administers.then(|| "all_chat_administrators".to_owned()));
            scopes.push("all_group_chats".to_owned());
            scopes
        }
    };
    let scopes = scopes.into_iter().chain(["default".to_owned()]);
    let mut keys =
        scopes.flat_map(|scope| [language.unwrap_or_default(), ""].map(|language| format!("{scope}/{language}")));
    keys.find_map(|key| bot.commands.get(&key).cloned()).unwrap_or_else(|| json!([]))
}

fn description<'a>(bot: &'a Bot, language: Option<&str>) -> &'a str {
    let keys = [language.unwrap_or_default(), ""].map(|language| format!("setmydescription/{language}"));
    keys.iter().find_map(|key| bot.profile.get(key)).map_or("", String::as_str)
}
