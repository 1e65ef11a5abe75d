//! What the people's interface answers, for its description. A test reads real answers by these types.

#![allow(dead_code, reason = "fields describe answers; the test reads some of them")]

use serde::Deserialize;
use utoipa::ToSchema;

/// What became of a deed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    /// The update that tells the bot of it; 0 where the bot is not told. Nothing where none is made, as for `open`.
    #[schema(example = 7)]
    update_id: Option<i64>,
}

/// A bot that has called or was made known.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedBot {
    #[schema(example = "42:any")]
    token: String,
    #[schema(example = "simulated_bot")]
    username: String,
    people: Vec<ListedPerson>,
}

/// A person whom a bot knows.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedPerson {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "Anna")]
    first_name: String,
    username: Option<String>,
    /// Of their Telegram.
    #[schema(example = "uk")]
    language_code: Option<String>,
}

/// What is on a person's screen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Screen {
    bot: BotName,
    /// What the chat says while it is empty.
    description: String,
    person: ListedPerson,
    /// Which group or channel it is; nothing for the person's own chat with the bot.
    group: Option<ShownGroup>,
    /// Whether the person has blocked the bot.
    blocked: bool,
    /// The words of the person's verification by the bot, if there is one.
    verified: Option<String>,
    /// Ids of the prepared inline messages that the person may send.
    prepared: Vec<String>,
    /// Mini Apps that the bot shows to the person, who asks to be let into a group: `chat` and `url`.
    join_apps: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Whether the bot asks for updates, or has a webhook.
    listens: bool,
    /// Whether the bot shows that it is typing.
    typing: bool,
    /// What the bot is writing: `draft_id`, `can_stop`, and what stands in it, as in a message.
    draft: Option<serde_json::Map<String, serde_json::Value>>,
    /// The message that is pinned last.
    pinned: Option<i32>,
    /// The reply keyboard, if one is in view.
    keyboard: Option<ShownKeyboard>,
    /// The commands that the person is offered, as `setMyCommands` gave them.
    commands: Vec<serde_json::Map<String, serde_json::Value>>,
    /// The button beside the field for messages, as `setChatMenuButton` gave it.
    menu_button: serde_json::Map<String, serde_json::Value>,
    /// How many messages are older than those that are told: the newest 200 are.
    older: usize,
    /// The oldest first.
    messages: Vec<ShownMessage>,
}

/// A group or channel, and what the person may do there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownGroup {
    #[schema(example = -100200300)]
    id: i64,
    /// `group`, `supergroup` or `channel`.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    /// Of a public one.
    username: Option<String>,
    /// How many there are, the bot among them.
    members: usize,
    /// Whether the person is in it.
    inside: bool,
    bot_inside: bool,
    may_write: bool,
    topics: Vec<ShownTopic>,
}

/// A topic of a forum.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownTopic {
    id: i32,
    name: String,
    is_closed: bool,
}

/// A chat that a person can open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ListedChat {
    /// Of their own with the bot it is the id of the person.
    id: i64,
    /// `private`, `group`, `supergroup` or `channel`.
    #[serde(rename = "type")]
    kind: String,
    #[schema(example = "Friends")]
    title: String,
    inside: bool,
}

/// How a bot is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BotName {
    username: String,
    name: String,
}

/// A message on a screen. Beside these fields it has those of its content: `photo`, `document`, `file`, `poll`, `invoice` …
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ShownMessage {
    id: i32,
    /// Whether the person wrote it.
    mine: bool,
    /// In seconds since 1970.
    date: i64,
    edited: bool,
    forwarded: bool,
    /// Whose it was before it was sent on.
    forwarded_from: Option<String>,
    /// Whether the person may write it anew.
    #[serde(default)]
    editable: bool,
    /// Whether it is a poll of the bot.
    #[serde(default)]
    votable: bool,
    /// The message that it answers.
    reply_to: Option<i32>,
    /// Messages of one album have one id.
    album: Option<String>,
    /// Who wrote it: a person, or the channel. Nothing for the bot.
    from: Option<String>,
    /// The bot by whose inline mode it was sent.
    via: Option<String>,
    /// Whether it tells what was done in the chat, such as who has joined.
    #[serde(default)]
    service: bool,
    /// Its text, its caption, or a few words for what it is.
    #[schema(example = "Hello, Anna!")]
    text: Option<String>,
    /// How parts of the text are formatted, as in the Bot API.
    entities: Option<Vec<serde_json::Map<String, serde_json::Value>>>,
    /// Emoji that people have put under it.
    reactions: Vec<String>,
    /// The one of the person.
    reacted: Option<String>,
    /// The inline keyboard, row by row.
    buttons: Vec<Vec<ShownButton>>,
}

/// A button under a message. Beside these fields it has that of its kind, such as `web_app`.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ShownButton {
    #[schema(example = "Menu")]
    label: String,
    /// What the bot is told by a tap.
    data: Option<String>,
    url: Option<String>,
    /// `primary`, `danger` or `success`.
    style: Option<String>,
}

/// A keyboard below the chat.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ShownKeyboard {
    rows: Vec<Vec<ShownKey>>,
    placeholder: Option<String>,
}

/// A key of a keyboard below the chat. Beside these fields it has that of its kind, such as `web_app`.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct ShownKey {
    #[schema(example = "Share my phone")]
    label: String,
    /// Whether it shares the person's phone number.
    contact: bool,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{Person, Simulator, launch};

    #[tokio::test]
    async fn real_answers_are_as_they_are_described() {
        let (sim, token) = (Simulator::new(), "42:described");
        let server = launch(sim.clone(), 0).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let ask = async |method: reqwest::Method, path: String, body: Value| -> Value {
            let request = http.request(method, format!("{}{path}", server.base_url));
            let request = request.header("Content-Type", "application/json").body(body.to_string());
            let text = request.send().await.unwrap().text().await.unwrap();
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {text}"))
        };
        let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
        let first_name = "Anna".to_owned();
        sim.person(token, Person { id: 7, first_name, username: None, language_code: Some("uk".to_owned()) });
        let say = format!("/sim/v1/bots/{token}/people/7/say");
        let told: Told = serde_json::from_value(ask(post.clone(), say, json!({ "text": "/start" })).await).unwrap();
        assert_eq!(told.update_id, Some(1));
        let call = format!("/bot{token}/sendMessage");
        let buttons =
            json!([[{ "text": "Menu", "callback_data": "m" }, { "text": "Site", "url": "https://example.com" }]]);
        let inline = json!({ "chat_id": 7, "text": "<b>Hello</b>", "parse_mode": "HTML", "reply_markup": { "inline_keyboard": buttons } });
        ask(post.clone(), call.clone(), inline).await;
        let keyboard =
            json!({ "keyboard": [[{ "text": "Share", "request_contact": true }]], "input_field_placeholder": "Phone" });
        ask(post.clone(), call, json!({ "chat_id": 7, "text": "Phone?", "reply_markup": keyboard })).await;
        let commands = json!({ "commands": [{ "command": "start", "description": "Begin" }] });
        ask(post, format!("/bot{token}/setMyCommands"), commands).await;
        let screen = ask(get.clone(), format!("/sim/v1/bots/{token}/people/7"), Value::Null).await;
        let screen: Screen = serde_json::from_value(screen).unwrap();
        assert_eq!(screen.messages.iter().map(|message| message.mine).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(screen.messages[1].text.as_deref(), Some("Hello"));
        assert_eq!(
            screen.messages[1].buttons[0].iter().map(|button| button.url.is_some()).collect::<Vec<_>>(),
            [false, true]
        );
        assert!(screen.keyboard.is_some_and(|keyboard| keyboard.rows[0][0].contact));
        assert_eq!((screen.commands.len(), screen.older, screen.listens), (1, 0, false));
        let bots: Vec<ListedBot> =
            serde_json::from_value(ask(get, "/sim/v1/bots".to_owned(), Value::Null).await).unwrap();
        assert_eq!((bots[0].token.as_str(), bots[0].people[0].id), (token, 7));
    }
}
