//! What the bot is asked where it is not: by who mentions it in other chats, and by who wants to come in.

use super::*;
use crate::BotStatus;

fn article(text: &str) -> Value {
    json!({ "type": "article", "id": "1", "title": text, "input_message_content": { "message_text": text } })
}

/// A group that the bot has left, and one whose guard it is; the link into the second asks first.
async fn doors(world: &World) -> Value {
    friends(world);
    let guarded = NewGroup { title: "Friends".into(), guard: Some(true), ..NewGroup::default() };
    world.sim.group(TOKEN, GROUP, &guarded).expect("guarded");
    let left =
        NewGroup { title: "Others".into(), members: vec![ANNA], bot: Some(BotStatus::Left), ..NewGroup::default() };
    world.sim.group(TOKEN, -7, &left).expect("a group");
    world.sim.leave(TOKEN, BORIS, GROUP).expect("left");
    world.call("createChatInviteLink", in_group(json!({ "creates_join_request": true }))).await["invite_link"].clone()
}

/// Boris asks to be let in: the `query_id`.
async fn asks(world: &World, link: &Value) -> Value {
    world.sim.join(TOKEN, BORIS, GROUP, link.as_str()).expect("asked");
    updates(world, "chat_join_request").await.pop().expect("a request")["query_id"].clone()
}

fn answer(query: &Value, result: &str) -> Value {
    json!({ "chat_join_request_query_id": query, "result": result })
}

pub(in crate::tests) async fn scenario(world: &World) {
    let link = doors(world).await;
    world.sim.say_in(TOKEN, ANNA, -7, None, "@simulated_bot tea?").expect("said");
    let asked = updates(world, "guest_message").await.pop().expect("a mention");
    let query = json!({ "guest_query_id": asked["guest_query_id"], "result": article("Sencha") });
    world.call("answerGuestQuery", query).await;
    let query = asks(world, &link).await;
    let app = json!({ "chat_join_request_query_id": query, "web_app_url": "https://example.org/join" });
    world.call("sendChatJoinRequestWebApp", app).await;
    world.call("answerChatJoinRequestQuery", answer(&query, "approve")).await;
}

#[tokio::test]
async fn who_mentions_the_bot_where_it_is_not_gets_one_answer_which_can_be_edited() {
    let world = World::new().await;
    doors(&world).await;
    for other in ["tea?", "write to x@simulated_bottle.org", "@simulated_bottle"] {
        assert_eq!(world.sim.say_in(TOKEN, ANNA, -7, None, other), Ok(0), "{other}");
    }
    world.sim.say_in(TOKEN, ANNA, -7, None, "@Simulated_bot tea?").expect("said");
    let asked = updates(&world, "guest_message").await.pop().expect("a mention");
    assert_eq!((&asked["chat"]["id"], &asked["from"]["id"]), (&json!(-7), &json!(ANNA)));
    let markup = json!({ "inline_keyboard": [[{ "text": "More", "callback_data": "more" }]] });
    let result = with(article("Sencha"), json!({ "reply_markup": markup }));
    let answer = json!({ "guest_query_id": asked["guest_query_id"], "result": result });
    let sent = world.call("answerGuestQuery", answer.clone()).await;
    assert!(world.refusal("answerGuestQuery", answer).await.starts_with("Bad Request: query is too old"));
    let edit = json!({ "inline_message_id": sent["inline_message_id"], "text": "Sold out" });
    assert_eq!(world.call("editMessageText", edit).await, true);
    let seen = world.sim.group_view(TOKEN, -7).expect("the group");
    let message = seen["messages"].as_array().and_then(|all| all.last()).expect("a message");
    assert_eq!((&message["text"], &message["reply_to"]), (&json!("Sold out"), &asked["message_id"]));
    // A bot that was removed is not asked.
    let removed = NewGroup { title: "Others".into(), bot: Some(BotStatus::Kicked), ..NewGroup::default() };
    world.sim.group(TOKEN, -7, &removed).expect("removed");
    assert_eq!(world.sim.say_in(TOKEN, ANNA, -7, None, "@Simulated_bot tea?"), Ok(0));
}

#[tokio::test]
async fn the_guard_of_a_group_decides_who_comes_in() {
    let world = World::new().await;
    let link = doors(&world).await;
    assert_eq!(world.call("getChat", in_group(json!({}))).await["guard_bot"]["is_bot"], true);
    let is_in = async || world.call("getChatMember", on_boris(json!({}))).await["status"] == "member";
    let query = asks(&world, &link).await;
    let wrong = world.refusal("answerChatJoinRequestQuery", answer(&query, "perhaps")).await;
    assert_eq!(wrong, "Bad Request: invalid join request result specified");
    world.call("answerChatJoinRequestQuery", answer(&query, "decline")).await;
    assert!(!is_in().await);
    let again = world.refusal("answerChatJoinRequestQuery", answer(&query, "approve")).await;
    assert!(again.starts_with("Bad Request: query is too old"), "{again}");
    // The others decide.
    let query = asks(&world, &link).await;
    world.call("answerChatJoinRequestQuery", answer(&query, "queue")).await;
    assert!(!is_in().await);
    world.call("approveChatJoinRequest", on_boris(json!({}))).await;
    assert!(is_in().await);
    // Another administrator was faster: the question is over.
    world.sim.leave(TOKEN, BORIS, GROUP).expect("left");
    let query = asks(&world, &link).await;
    world.call("approveChatJoinRequest", on_boris(json!({}))).await;
    let late = world.refusal("answerChatJoinRequestQuery", answer(&query, "decline")).await;
    assert!(late.starts_with("Bad Request: query is too old"), "{late}");
}

#[tokio::test]
async fn a_guard_answers_in_ten_seconds_unless_it_shows_a_mini_app() {
    let world = World::new().await;
    let link = doors(&world).await;
    let late = TimeDelta::seconds(11);
    let query = asks(&world, &link).await;
    world.sim.advance_time(TOKEN, late);
    let words = world.refusal("answerChatJoinRequestQuery", answer(&query, "approve")).await;
    assert!(words.starts_with("Bad Request: query is too old"), "{words}");
    let query = asks(&world, &link).await;
    let app = |url: &str| json!({ "chat_join_request_query_id": query, "web_app_url": url });
    let words = world.refusal("sendChatJoinRequestWebApp", app("http://example.org")).await;
    assert!(words.ends_with("Only HTTPS links are allowed"), "{words}");
    world.call("sendChatJoinRequestWebApp", app("https://example.org/join")).await;
    let view = format!("{}/sim/v1/bots/{TOKEN}/people/{BORIS}", world.server.base_url);
    let seen = world.send(world.http.get(view)).await;
    assert_eq!(seen["join_apps"], json!([{ "chat": GROUP, "url": "https://example.org/join" }]));
    world.sim.advance_time(TOKEN, late);
    world.call("answerChatJoinRequestQuery", answer(&query, "approve")).await;
    assert_eq!(world.call("getChatMember", on_boris(json!({}))).await["status"], "member");
}
