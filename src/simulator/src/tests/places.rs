//! What each person sees of a chat of several.

use super::*;
use crate::{Outgoing, SendOptions, UserActionError};

const BORIS: i64 = 1002;
const FRIENDS: i64 = -1_001_000_000_007;

impl World {
    /// What the simulator answers to a page or a test in another language.
    async fn look(&self, path: &str) -> Value {
        self.send(self.http.get(format!("{}/sim/v1/bots/{TOKEN}{path}", self.server.base_url))).await
    }
}

async fn friends() -> World {
    let world = World::new().await;
    world.sim.person(TOKEN, Person { id: BORIS, first_name: "Boris".into(), username: None, language_code: None });
    let group = serde_json::from_value(json!({ "title": "Friends", "members": [ANNA] })).expect("a group");
    world.sim.group(TOKEN, FRIENDS, &group).expect("a group");
    world
}

#[tokio::test]
async fn everybody_sees_their_own_messages_as_theirs_and_nothing_for_others() {
    let world = friends().await;
    let boris = format!("/people/{BORIS}/chats/{FRIENDS}");
    world.sim.say_in(TOKEN, ANNA, FRIENDS, None, "Hello").expect("said");
    let outside = world.look(&boris).await;
    assert_eq!((&outside["messages"], &outside["group"]["inside"]), (&json!([]), &json!(false)));
    world.sim.join(TOKEN, BORIS, FRIENDS, None).expect("joined");
    world.call("sendMessage", json!({ "chat_id": FRIENDS, "text": "Hush", "receiver_user_id": ANNA })).await;
    world.sim.react(TOKEN, ANNA, FRIENDS, 2, Some("👍")).expect("reacted");
    let seen = async |person: i64| {
        let view = world.look(&format!("/people/{person}/chats/{FRIENDS}")).await;
        let messages = view["messages"].as_array().expect("messages").clone();
        messages
            .into_iter()
            .map(|message| {
                json!([message["text"], message["mine"], message["from"], message["service"], message["reacted"]])
            })
            .collect::<Vec<_>>()
    };
    let joined = json!(["Boris joined", false, "Boris", true, null]);
    let hush = json!(["Hush", false, null, null, null]);
    assert_eq!(seen(ANNA).await, [json!(["Hello", true, "Anna", null, "👍"]), joined.clone(), hush]);
    assert_eq!(seen(BORIS).await, [json!(["Hello", false, "Anna", null, null]), joined]);
    let text = world.http.get(format!("{}/sim/v1/bots/{TOKEN}{boris}/chat.txt", world.server.base_url));
    let text = text.send().await.expect("an answer").text().await.expect("a text");
    assert_eq!(text, "Anna: Hello\nBoris: Boris joined\n");
    let chats = world.look(&format!("/people/{BORIS}/chats")).await;
    assert_eq!(chats[0]["id"], BORIS);
    let friends = json!({ "id": FRIENDS, "type": "supergroup", "title": "Friends", "inside": true });
    assert_eq!(chats[1], friends);
    let nowhere = world.look(&format!("/people/{BORIS}/chats/-1")).await;
    assert_eq!(nowhere["error"], "nobody of the id 1002 is known, or there is no chat -1");
}

#[tokio::test]
async fn what_a_channel_writes_is_nobodys() {
    let world = friends().await;
    let channel = json!({ "title": "News", "members": [ANNA], "kind": "channel", "username": "news" });
    world.sim.group(TOKEN, -1_001_000_000_009, &serde_json::from_value(channel).expect("a channel")).expect("made");
    world.sim.say_in(TOKEN, ANNA, -1_001_000_000_009, None, "Open").expect("said");
    for person in [ANNA, BORIS] {
        // It is public: who has not subscribed reads it, too.
        let view = world.look(&format!("/people/{person}/chats/-1001000000009")).await;
        let message = &view["messages"][0];
        assert_eq!(
            (&message["text"], &message["mine"], &message["from"]),
            (&json!("Open"), &json!(false), &json!("News"))
        );
        assert_eq!(view["group"]["may_write"], person == ANNA);
    }
}

#[tokio::test]
async fn commands_are_offered_to_whom_they_are_for() {
    let world = friends().await;
    world.sim.join(TOKEN, BORIS, FRIENDS, None).expect("joined");
    let set = async |command: &str, scope: Value| {
        let commands = json!([{ "command": command, "description": "x" }]);
        world.call("setMyCommands", json!({ "commands": commands, "scope": scope })).await;
    };
    let offered = async |person: i64| {
        world.look(&format!("/people/{person}/chats/{FRIENDS}")).await["commands"][0]["command"].clone()
    };
    set("everywhere", json!({ "type": "default" })).await;
    assert_eq!((offered(ANNA).await, offered(BORIS).await), (json!("everywhere"), json!("everywhere")));
    set("groups", json!({ "type": "all_group_chats" })).await;
    set("ruling", json!({ "type": "chat_administrators", "chat_id": FRIENDS })).await;
    assert_eq!((offered(ANNA).await, offered(BORIS).await), (json!("ruling"), json!("groups")));
    for (command, person) in [("anna", ANNA), ("boris", BORIS)] {
        set(command, json!({ "type": "chat_member", "chat_id": FRIENDS, "user_id": person })).await;
    }
    assert_eq!((offered(ANNA).await, offered(BORIS).await), (json!("anna"), json!("boris")));
}

#[tokio::test]
async fn a_key_that_opens_a_mini_app_says_nothing() {
    let world = World::new().await;
    let app = json!({ "url": "https://example.com/" });
    let keyboard = json!({ "keyboard": [[{ "text": "Shop", "web_app": app }, { "text": "Menu", "web_app": null }]] });
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": "x", "reply_markup": keyboard })).await;
    let row = world.look(&format!("/people/{ANNA}")).await["keyboard"]["rows"][0].clone();
    assert_eq!(row[0], json!({ "label": "Shop", "contact": false, "web_app": app }));
    assert!(matches!(world.sim.tap_label(TOKEN, ANNA, "Shop"), Err(UserActionError::NoSuchLabel { .. })));
    world.sim.tap_label(TOKEN, ANNA, "Menu").expect("said");
}

/// The newest update, which is of this kind.
async fn newest(world: &World, kind: &str) -> Value {
    let update = world.call("getUpdates", json!({ "offset": -1 })).await[0].clone();
    assert!(update[kind].is_object(), "{update}");
    update[kind].clone()
}

fn answer(message: i32) -> SendOptions {
    SendOptions { reply_to: Some(message), ..SendOptions::default() }
}

#[tokio::test]
async fn people_answer_messages_and_a_bot_that_is_no_administrator_hears_what_answers_it() {
    let world = friends().await;
    let asked = id_of(&world.call("sendMessage", json!({ "chat_id": ANNA, "text": "Which tea?" })).await);
    let text = |text: &str| Outgoing::Text(text.to_owned());
    world.sim.send_in(TOKEN, ANNA, ANNA, &text("Sencha"), answer(asked)).expect("sent");
    let message = newest(&world, "message").await;
    assert_eq!(message["reply_to_message"]["text"], "Which tea?");
    let nothing = world.sim.send_in(TOKEN, ANNA, ANNA, &text("What?"), answer(99));
    assert_eq!(nothing, Err(UserActionError::NoSuchMessage(99)));

    let member = serde_json::from_value(json!({ "title": "Friends", "bot": "member" })).expect("a group");
    world.sim.group(TOKEN, FRIENDS, &member).expect("changed");
    let asked = id_of(&world.call("sendMessage", json!({ "chat_id": FRIENDS, "text": "Who comes?" })).await);
    assert_eq!(world.sim.send_in(TOKEN, ANNA, FRIENDS, &text("Nobody"), SendOptions::default()), Ok(0));
    world.sim.send_in(TOKEN, ANNA, FRIENDS, &text("I do"), answer(asked)).expect("sent");
    assert_eq!(newest(&world, "message").await["reply_to_message"]["message_id"], asked);
}

#[tokio::test]
async fn an_answer_stands_in_the_topic_of_what_it_answers() {
    let world = friends().await;
    let forum = serde_json::from_value(json!({ "title": "Friends", "is_forum": true })).expect("a forum");
    world.sim.group(TOKEN, FRIENDS, &forum).expect("changed");
    let topic = world.call("createForumTopic", json!({ "chat_id": FRIENDS, "name": "Orders" })).await;
    let topic = topic["message_thread_id"].clone();
    let asked = json!({ "chat_id": FRIENDS, "text": "Which tea?", "message_thread_id": topic });
    let asked = id_of(&world.call("sendMessage", asked).await);
    world.sim.send_in(TOKEN, ANNA, FRIENDS, &Outgoing::Text("Sencha".to_owned()), answer(asked)).expect("sent");
    assert_eq!(newest(&world, "message").await["message_thread_id"], topic);
}

#[tokio::test]
async fn a_mini_app_is_served_by_https_or_from_this_machine() {
    let world = World::new().await;
    let send = |markup: Value| json!({ "chat_id": ANNA, "text": "x", "reply_markup": markup });
    let button = |url: &str| json!([[{ "text": "Shop", "web_app": { "url": url } }]]);
    for url in ["https://example.com/shop", "http://127.0.0.1:8000/", "http://localhost/"] {
        world.call("sendMessage", send(json!({ "inline_keyboard": button(url) }))).await;
    }
    for (keyboard, place) in [("inline_keyboard", "inline keyboard button"), ("keyboard", "keyboard button")] {
        let refused = world.refusal("sendMessage", send(json!({ keyboard: button("http://example.com/") }))).await;
        let why = "Web App URL 'http://example.com/' is invalid: Only HTTPS links are allowed";
        assert_eq!(refused, format!("Bad Request: {place} {why}"));
    }
}

#[tokio::test]
async fn pictures_are_sent_together_and_messages_are_sent_on() {
    let world = friends().await;
    let names = ["a.png", "b.png"].map(str::to_owned).to_vec();
    let album = Outgoing::Album { names, caption: "Both".to_owned() };
    world.sim.send_in(TOKEN, ANNA, FRIENDS, &album, SendOptions::default()).expect("sent");
    let updates = world.call("getUpdates", json!({})).await;
    let photos: Vec<&Value> = updates
        .as_array()
        .expect("updates")
        .iter()
        .map(|update| &update["message"])
        .filter(|message| message["photo"].is_array())
        .collect();
    let [first, second] = photos[..] else { panic!("{updates}") };
    assert_eq!((&first["caption"], second.get("caption")), (&json!("Both"), None));
    assert!(first["media_group_id"].is_string() && first["media_group_id"] == second["media_group_id"]);
    let lonely = Outgoing::Album { names: vec!["a.png".to_owned()], caption: String::new() };
    let refused = world.sim.send_in(TOKEN, ANNA, FRIENDS, &lonely, SendOptions::default());
    assert_eq!(refused, Err(UserActionError::NoAlbum(1)));

    let said = id_of(&world.call("sendMessage", json!({ "chat_id": FRIENDS, "text": "Pass it on" })).await);
    let on = Outgoing::Forwarded { chat: FRIENDS, message: said };
    world.sim.send_in(TOKEN, ANNA, ANNA, &on, SendOptions::default()).expect("sent");
    let message = newest(&world, "message").await;
    assert_eq!(
        (&message["text"], &message["forward_origin"]["sender_user"]["is_bot"]),
        (&json!("Pass it on"), &json!(true))
    );
    // What one of them alone is told, the others cannot pass on.
    world.sim.join(TOKEN, BORIS, FRIENDS, None).expect("joined");
    let hush = json!({ "chat_id": FRIENDS, "text": "Hush", "receiver_user_id": ANNA });
    let hush = id_of(&world.call("sendMessage", hush).await);
    let on = Outgoing::Forwarded { chat: FRIENDS, message: hush };
    let refused = world.sim.send_in(TOKEN, BORIS, BORIS, &on, SendOptions::default());
    assert_eq!(refused, Err(UserActionError::NoSuchMessage(hush)));
    let secret = json!({ "chat_id": FRIENDS, "text": "Keep it", "protect_content": true });
    let secret = id_of(&world.call("sendMessage", secret).await);
    let on = Outgoing::Forwarded { chat: FRIENDS, message: secret };
    let refused = world.sim.send_in(TOKEN, ANNA, ANNA, &on, SendOptions::default());
    assert_eq!(refused, Err(UserActionError::NotForwardable(secret)));
}

#[tokio::test]
async fn what_the_members_may_not_send_is_not_sent_and_own_texts_are_edited() {
    let world = friends().await;
    world.sim.join(TOKEN, BORIS, FRIENDS, None).expect("joined");
    let texts_only = json!({ "chat_id": FRIENDS, "permissions": { "can_send_messages": true } });
    world.call("setChatPermissions", texts_only).await;
    let sticker = Outgoing::Thing(engine::transcript::Media::Sticker);
    let send = |what: &Outgoing| world.sim.send_in(TOKEN, BORIS, FRIENDS, what, SendOptions::default());
    let poll = Outgoing::Thing(engine::transcript::Media::Poll);
    for refused in [&sticker, &poll] {
        assert_eq!(send(refused), Err(UserActionError::MayNotWrite));
    }
    world.call("setChatPermissions", json!({ "chat_id": FRIENDS, "permissions": { "can_send_polls": true } })).await;
    send(&poll).expect("sent");
    world.call("setChatPermissions", json!({ "chat_id": FRIENDS, "permissions": { "can_send_messages": true } })).await;
    send(&Outgoing::Text("Tee".to_owned())).expect("sent");
    let said = id_of(&newest(&world, "message").await);
    assert_eq!(world.sim.edit_in(TOKEN, ANNA, FRIENDS, said, "Tea"), Err(UserActionError::NothingToEdit));
    world.sim.edit_in(TOKEN, BORIS, FRIENDS, said, "Tea").expect("edited");
    let edited = newest(&world, "edited_message").await;
    assert_eq!((&edited["text"], &edited["from"]["first_name"]), (&json!("Tea"), &json!("Boris")));
}

#[tokio::test]
async fn all_of_that_is_done_over_http_too() {
    let world = friends().await;
    let act = async |chat: i64, act: &str, details: Value| {
        let url = format!("{}/sim/v1/bots/{TOKEN}/people/{ANNA}/chats/{chat}/{act}", world.server.base_url);
        let request = world.http.post(url).header("Content-Type", "application/json").body(details.to_string());
        world.send(request).await
    };
    let is_done = |told: &Value| told["update_id"].as_i64().is_some_and(|id| id > 0);
    for (name, details) in [
        ("say", json!({ "text": "Hello" })),
        ("say", json!({ "text": "Again", "reply_to": 2 })),
        ("send", json!({ "kind": "sticker" })),
        ("picture", json!({ "names": ["tea.png"], "caption": "Tea" })),
        ("album", json!({ "names": ["a.png", "b.png"] })),
        ("edit", json!({ "message_id": 2, "text": "Hi" })),
    ] {
        let told = act(FRIENDS, name, details).await;
        assert!(is_done(&told), "{name}: {told}");
    }
    assert!(is_done(&act(ANNA, "forward", json!({ "from_chat": FRIENDS, "message_id": 2 })).await));
    let photo = format!("/people/{ANNA}/chats/{FRIENDS}/photo?caption=Tea&reply_to=2");
    let url = format!("{}/sim/v1/bots/{TOKEN}{photo}", world.server.base_url);
    let told = world.send(world.http.post(url).header("Content-Type", "image/png").body(png(2, 2, ""))).await;
    assert!(is_done(&told), "{told}");
    assert_eq!(newest(&world, "message").await["reply_to_message"]["text"], "Hi");
    for (name, details, why) in [
        ("send", json!({ "kind": "elephant" }), "nothing of the kind \"elephant\" can be sent"),
        ("picture", json!({}), "a picture has one name, in names"),
        ("album", json!({ "names": ["a.png"] }), "an album has two to ten pictures, and not 1"),
        ("forward", json!({ "message_id": 99 }), "there is no message 99 in the chat"),
        ("say", json!({ "text": "x", "topic": 5 }), "there is no such topic in the chat"),
    ] {
        let told = act(FRIENDS, name, details).await;
        assert!(told["error"].as_str().is_some_and(|error| error.starts_with(why)), "{name}: {told}");
    }
}
