//! What the bot is told and may do, by what it is in a chat.

use super::*;
use crate::{BotStatus, GroupKind, UserActionError};

fn quiet(bot: BotStatus) -> NewGroup {
    NewGroup {
        title: "Quiet".into(),
        kind: Some(GroupKind::Supergroup),
        username: Some(String::new()),
        is_forum: Some(true),
        owner: Some(ANNA),
        members: vec![ANNA, BORIS],
        bot: Some(bot),
        ..NewGroup::default()
    }
}

async fn texts(world: &World) -> Vec<String> {
    updates(world, "message").await.iter().filter_map(|message| message["text"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_bot_is_told_what_it_has_done_to_a_group() {
    let world = World::new().await;
    friends(&world);
    world.call("setChatTitle", in_group(json!({ "title": "Tea" }))).await;
    let sent = world.call("sendMessage", in_group(json!({ "text": "x" }))).await;
    world.call("pinChatMessage", in_group(json!({ "message_id": sent["message_id"] }))).await;
    world.call("banChatMember", on_boris(json!({}))).await;
    let told = updates(&world, "message").await;
    let fields = ["new_chat_title", "pinned_message", "left_chat_member"];
    assert!(fields.iter().zip(&told[1..]).all(|(field, message)| message.get(*field).is_some()), "{told:?}");
    let pin = in_group(json!({ "message_id": told[2]["message_id"] }));
    assert_eq!(world.refusal("pinChatMessage", pin.clone()).await, "Bad Request: message can't be pinned");
    let forward = with(pin, json!({ "from_chat_id": GROUP }));
    assert_eq!(world.refusal("forwardMessage", forward).await, "Bad Request: message can't be forwarded");
}

#[tokio::test]
async fn a_member_hears_what_is_for_it_and_who_is_gone_hears_and_does_nothing() {
    let world = World::new().await;
    friends(&world);
    world.sim.group(TOKEN, GROUP, &quiet(BotStatus::Member)).expect("changed");
    let sent = world.call("sendMessage", in_group(json!({ "text": "I listen" }))).await;
    let says = |text: &str| world.sim.say_in(TOKEN, BORIS, GROUP, None, text).expect("said");
    let all = ["tea?", "/help", "hi @Simulated_bot"];
    assert_eq!(all.map(says).map(|update| update != 0), [false, true, true]);
    assert_eq!(texts(&world).await, ["/start", "/help", "hi @Simulated_bot"]);
    world.sim.group(TOKEN, GROUP, &quiet(BotStatus::Kicked)).expect("changed");
    let statuses = updates(&world, "my_chat_member").await;
    let statuses: Vec<_> = statuses.iter().map(|change| change["new_chat_member"]["status"].clone()).collect();
    assert_eq!(statuses, ["member", "kicked"]);
    assert_eq!(says("/help"), 0);
    let on = in_group(
        json!({ "message_id": sent["message_id"], "text": "y", "user_id": BORIS, "action": "typing", "from_chat_id": GROUP }),
    );
    for method in
        ["editMessageText", "deleteMessage", "getChat", "getChatMember", "sendChatAction", "setMessageReaction"]
    {
        let words = world.refusal(method, on.clone()).await;
        assert_eq!(words, "Forbidden: bot was kicked from the supergroup chat", "{method}");
    }
    let out = with(on, json!({ "chat_id": ANNA }));
    assert_eq!(world.refusal("copyMessage", out).await, "Forbidden: bot was kicked from the supergroup chat");
}

#[tokio::test]
async fn a_ban_and_a_mute_last_as_long_as_they_were_meant_to() {
    let world = World::new().await;
    friends(&world);
    let status = async || world.call("getChatMember", on_boris(json!({}))).await["status"].clone();
    let until = world.sim.time(TOKEN).timestamp() + 60;
    world.call("setChatPermissions", in_group(json!({ "permissions": {} }))).await;
    world.call("restrictChatMember", on_boris(json!({ "permissions": {}, "until_date": until }))).await;
    assert_eq!(status().await, "restricted", "although all others may nothing, too");
    world.sim.leave(TOKEN, BORIS, GROUP).expect("gone");
    world.sim.join(TOKEN, BORIS, GROUP, None).expect("back");
    assert_eq!(status().await, "restricted", "leaving is no way out of it");
    world.sim.group(TOKEN, GROUP, &quiet(BotStatus::Administrator)).expect("changed");
    assert_eq!(status().await, "restricted", "nor is a change of the group's name");
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(61));
    assert_eq!(status().await, "member");
    world.call("banChatMember", on_boris(json!({ "until_date": until + 120 }))).await;
    assert_eq!(world.sim.join(TOKEN, BORIS, GROUP, None), Err(UserActionError::Banned));
    assert_eq!(world.sim.vote(TOKEN, BORIS, GROUP, 2, &[]), Err(UserActionError::NotAMember(GROUP)));
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(181));
    world.sim.join(TOKEN, BORIS, GROUP, None).expect("back");
}

#[tokio::test]
async fn who_came_by_which_link_is_told() {
    let world = World::new().await;
    friends(&world);
    ask_for_everything(&world).await;
    for asks in [false, true] {
        world.sim.leave(TOKEN, BORIS, GROUP).expect("gone");
        let link = world.call("createChatInviteLink", in_group(json!({ "creates_join_request": asks }))).await;
        world.sim.join(TOKEN, BORIS, GROUP, link["invite_link"].as_str()).expect("came, or asked");
        if asks {
            world.call("approveChatJoinRequest", on_boris(json!({}))).await;
        }
        let change = updates(&world, "chat_member").await.pop().expect("a change");
        assert_eq!(change["invite_link"]["invite_link"], link["invite_link"]);
        assert_eq!(change.get("via_join_request").is_some(), asks);
    }
}

#[tokio::test]
async fn a_closed_topic_takes_messages_of_who_manages_topics() {
    let world = World::new().await;
    friends(&world);
    let topic = world.call("createForumTopic", in_group(json!({ "name": "Tea" }))).await["message_thread_id"].clone();
    let number = topic.as_i64().and_then(|topic| i32::try_from(topic).ok());
    world.sim.say_in(TOKEN, BORIS, GROUP, number, "in it").expect("said");
    let told = updates(&world, "message").await.pop().expect("a message");
    assert_eq!((&told["message_thread_id"], &told["is_topic_message"]), (&topic, &json!(true)));
    world.call("closeForumTopic", in_group(json!({ "message_thread_id": topic }))).await;
    assert_eq!(world.sim.say_in(TOKEN, BORIS, GROUP, number, "x"), Err(UserActionError::MayNotWrite));
    assert_eq!(world.sim.say_in(TOKEN, BORIS, GROUP, Some(99), "x"), Err(UserActionError::NoSuchTopic));
    let there = in_group(json!({ "message_thread_id": topic, "text": "x" }));
    world.call("sendMessage", there.clone()).await;
    world.sim.group(TOKEN, GROUP, &quiet(BotStatus::Member)).expect("changed");
    assert_eq!(world.refusal("sendMessage", there).await, "Bad Request: TOPIC_CLOSED");
}

#[tokio::test]
async fn a_batch_is_one_call_and_keeps_albums_together() {
    let world = World::new().await;
    let photo = json!({ "type": "photo", "media": "https://e.org/a.jpg" });
    let album = world.call("sendMediaGroup", json!({ "chat_id": ANNA, "media": [photo, photo] })).await;
    let mut ids: Vec<Value> = album.as_array().expect("two").iter().map(|one| one["message_id"].clone()).collect();
    for _ in 0..23 {
        ids.push(world.call("sendMessage", json!({ "chat_id": ANNA, "text": "x" })).await["message_id"].clone());
    }
    world.sim.limit_flood(TOKEN, true);
    let batch = json!({ "chat_id": ANNA, "from_chat_id": ANNA, "message_ids": ids });
    for method in ["forwardMessages", "copyMessages"] {
        let sent = world.call(method, batch.clone()).await;
        assert_eq!(sent.as_array().map(Vec::len), Some(25), "{method}");
    }
    let view = world.sim.view(TOKEN, ANNA).expect("Anna");
    let albums: Vec<_> =
        view["messages"].as_array().expect("messages").iter().filter_map(|one| one["album"].as_str()).collect();
    let apart: BTreeSet<_> = albums.iter().collect();
    assert_eq!((albums.len(), apart.len()), (6, 3), "the album, its copy, and what was forwarded");
}

#[tokio::test]
async fn an_answer_sent_to_somebody_else_is_known_by_its_id_alone() {
    let world = World::new().await;
    friends(&world);
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, BORIS, "tea").expect("asked");
    let buttons = json!({ "inline_keyboard": [[{ "text": "More", "callback_data": "m" }]] });
    let article = json!({ "type": "article", "id": "1", "title": "Tea", "input_message_content": { "message_text": "Tea" }, "reply_markup": buttons });
    world.call("answerInlineQuery", json!({ "inline_query_id": query, "results": [article] })).await;
    assert_eq!(world.sim.choose(TOKEN, BORIS, BORIS, &query, "1"), Err(UserActionError::NoSuchQuery), "Anna has asked");
    assert_eq!(world.sim.choose(TOKEN, ANNA, ANNA, &query, "1"), Err(UserActionError::AskedElsewhere(ANNA)));
    world.sim.choose(TOKEN, ANNA, BORIS, &query, "1").expect("chosen");
    assert!(world.sim.chat(TOKEN, BORIS).bubbles.is_empty());
    assert_eq!(texts(&world).await, ["/start"], "the bot is not in that chat");
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, ANNA, "tea").expect("asked");
    world.call("answerInlineQuery", json!({ "inline_query_id": query, "results": [article] })).await;
    world.sim.choose(TOKEN, ANNA, ANNA, &query, "1").expect("chosen");
    world.sim.tap_label(TOKEN, ANNA, "More").expect("tapped");
    let tap = updates(&world, "callback_query").await.pop().expect("a tap");
    assert!(tap["inline_message_id"].is_string() && tap.get("message").is_none(), "{tap}");
}

#[tokio::test]
async fn a_refused_call_leaves_everything_as_it_was() {
    let world = World::new().await;
    let app = world.sim.open_app(TOKEN, ANNA, ANNA).expect("opened");
    let article = |text: &str| json!({ "type": "article", "id": "1", "title": "x", "input_message_content": { "message_text": text, "parse_mode": "HTML" } });
    let answer = |text: &str| json!({ "web_app_query_id": app.query_id, "result": article(text) });
    assert!(world.refusal("answerWebAppQuery", answer("<b>")).await.contains("can't parse entities"));
    world.call("answerWebAppQuery", answer("<b>x</b>")).await;
    let unknown = json!({ "chat_id": ANNA, "text": "x", "business_connection_id": "none" });
    assert_eq!(world.refusal("sendMessage", unknown).await, "Bad Request: BUSINESS_CONNECTION_INVALID");
    let error = json!({ "user_id": ANNA, "errors": [{ "source": "unspecified", "type": "address", "element_hash": "=", "message": "?" }] });
    assert!(world.refusal("setPassportDataErrors", error).await.contains("isn't a valid base64"));
    let much = json!([{ "label": "a", "amount": i64::MAX }, { "label": "b", "amount": i64::MAX }]);
    let invoice = json!({ "title": "x", "description": "x", "payload": "x", "currency": "EUR", "provider_token": "t", "prices": much });
    assert_eq!(world.refusal("createInvoiceLink", invoice).await, "Bad Request: CURRENCY_TOTAL_AMOUNT_INVALID");
    let late = json!({ "chat_id": ANNA, "question": "x", "options": ["a"], "close_date": i64::MIN });
    assert_eq!(world.refusal("sendPoll", late).await, "Bad Request: POLL_CLOSE_DATE_INVALID");
    let sent =
        world.call("sendMessage", json!({ "chat_id": "1001.9", "text": "x", "reply_to_message_id": "1x" })).await;
    assert_eq!(sent["reply_to_message"]["message_id"], 1, "a number is what a text begins with");
}

#[tokio::test]
async fn a_group_that_is_set_up_again_keeps_what_is_not_said() {
    let world = World::new().await;
    friends(&world);
    world.call("restrictChatMember", on_boris(json!({ "permissions": {} }))).await;
    let base = format!("{}/sim/v1/bots/{TOKEN}/groups/{GROUP}", world.server.base_url);
    let put = async |body: Value| {
        let request = world.http.put(&base).header("Content-Type", "application/json");
        world.send(request.body(body.to_string())).await
    };
    assert_eq!(put(json!({ "title": "Renamed", "members": [BORIS] })).await, json!({}));
    let view = world.sim.group_view(TOKEN, GROUP).expect("a group");
    let statuses: Vec<_> = view["members"].as_array().expect("members").iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["creator", "restricted", "administrator"]);
    assert_eq!((&view["chat"]["title"], &view["chat"]["is_forum"]), (&json!("Renamed"), &json!(true)));
    put(json!({ "title": "Renamed", "owner": BORIS })).await;
    let member = world.call("getChatMember", in_group(json!({ "user_id": ANNA }))).await;
    assert_eq!(member["status"], "member", "there is one owner");
    let wrong = world.sim.group(TOKEN, 5, &quiet(BotStatus::Member));
    assert_eq!(wrong, Err(UserActionError::NoGroupId(5)));
    assert_eq!(world.sim.react(TOKEN, ANNA, GROUP, 2, None), Err(UserActionError::NoSuchMessage(2)));
    let sent = world.call("sendMessage", in_group(json!({ "text": "x", "has_spoiler": true }))).await;
    assert_eq!(sent.get("has_media_spoiler"), None);
    assert_eq!(
        world.sim.react(TOKEN, ANNA, GROUP, id_of(&sent), Some("👍")),
        Ok(0),
        "the bot has not asked for reactions"
    );
    assert_eq!(world.sim.vote(TOKEN, ANNA, GROUP, id_of(&sent), &[]), Err(UserActionError::NotAPoll(id_of(&sent))));
    assert_eq!(world.refusal("getChatMember", json!({ "chat_id": 9 })).await, "Bad Request: invalid user_id specified");
    let moving = json!([{ "type": "animation", "media": "https://e.org/a.gif" }]);
    let words = world.refusal("sendMediaGroup", in_group(json!({ "media": moving }))).await;
    assert!(words.ends_with("can't be used in sendMediaGroup"), "{words}");
    let broken = json!([{ "type": "article", "id": "1", "title": "x", "input_message_content": { "message_text": "<b>", "parse_mode": "HTML" } }]);
    let (_, query) = world.sim.ask_inline(TOKEN, ANNA, ANNA, "x").expect("asked");
    let words = world.refusal("answerInlineQuery", json!({ "inline_query_id": query, "results": broken })).await;
    assert!(words.contains("can't parse entities"), "{words}");
    let typo = world.sim.connect_business(TOKEN, ANNA, "shop", &["can_fly".to_owned()], true);
    assert!(typo.expect_err("no right").to_string().contains("can_edit_bio"));
}
