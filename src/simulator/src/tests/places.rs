//! What each person sees of a chat of several.

use super::*;
use crate::UserActionError;

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
