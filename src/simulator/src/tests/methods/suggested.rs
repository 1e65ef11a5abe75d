//! Posts that people suggest to a channel.

use super::*;
use crate::{GroupKind, SuggestedPost, UserActionError};

const CHANNEL: i64 = -20;
const DIRECT: i64 = -21;

/// A channel, and the chat of its direct messages.
fn channel(world: &World) {
    world.sim.person(TOKEN, Person { id: BORIS, first_name: "Boris".into(), ..anna() });
    let new = |kind, of| NewGroup {
        title: "Tea".into(),
        kind: Some(kind),
        owner: Some(BORIS),
        members: vec![BORIS],
        direct_messages_of: of,
        ..NewGroup::default()
    };
    world.sim.group(TOKEN, CHANNEL, &new(GroupKind::Channel, None)).expect("a channel");
    world.sim.group(TOKEN, DIRECT, &new(GroupKind::Supergroup, Some(CHANNEL))).expect("its chat");
}

/// Anna suggests a post: the message that the bot is told of.
async fn suggested(world: &World, post: SuggestedPost) -> Value {
    world.sim.suggest(TOKEN, ANNA, DIRECT, &post).expect("suggested");
    updates(world, "message").await.pop().expect("a message")
}

fn post(text: &str) -> SuggestedPost {
    SuggestedPost { text: text.into(), ..SuggestedPost::default() }
}

fn on(message: &Value, fields: Value) -> Value {
    with(json!({ "chat_id": DIRECT, "message_id": message["message_id"] }), fields)
}

pub(in crate::tests) async fn scenario(world: &World) {
    channel(world);
    let good = suggested(world, post("Sencha")).await;
    world.call("approveSuggestedPost", on(&good, json!({}))).await;
    let bad = suggested(world, post("Coffee")).await;
    world.call("declineSuggestedPost", on(&bad, json!({ "comment": "No" }))).await;
    world.call("getChat", json!({ "chat_id": DIRECT })).await;
}

#[tokio::test]
async fn a_post_that_is_approved_is_published_when_its_time_has_come() {
    let world = World::new().await;
    channel(&world);
    let message = suggested(&world, SuggestedPost { stars: Some(5), ..post("Sencha") }).await;
    assert_eq!(message["direct_messages_topic"]["user"]["id"], ANNA);
    let price = json!({ "currency": "XTR", "amount": 5 });
    assert_eq!(message["suggested_post_info"], json!({ "state": "pending", "price": price }));
    let chat = world.call("getChat", json!({ "chat_id": DIRECT })).await;
    assert_eq!((&chat["is_direct_messages"], &chat["parent_chat"]["id"]), (&json!(true), &json!(CHANNEL)));
    let later = world.sim.time(TOKEN).timestamp() + 3_600;
    world.call("approveSuggestedPost", on(&message, json!({ "send_date": later }))).await;
    let told = updates(&world, "message").await.pop().expect("told")["suggested_post_approved"].clone();
    assert_eq!((&told["send_date"], &told["price"]), (&json!(later), &price));
    assert_eq!(told["suggested_post_message"]["suggested_post_info"]["state"], "approved");
    assert_eq!(updates(&world, "channel_post").await, Vec::<Value>::new());
    world.sim.advance_time(TOKEN, TimeDelta::hours(1));
    let published = updates(&world, "channel_post").await.pop().expect("published");
    assert_eq!((&published["text"], &published["is_paid_post"]), (&json!("Sencha"), &json!(true)));
    // It was decided.
    for method in ["approveSuggestedPost", "declineSuggestedPost"] {
        let words = world.refusal(method, on(&message, json!({}))).await;
        assert_eq!(words, "Bad Request: message can't be used in the method");
    }
}

#[tokio::test]
async fn what_cannot_be_decided_is_refused() {
    let world = World::new().await;
    channel(&world);
    let message = suggested(&world, post("Sencha")).await;
    let refused = async |method: &str, fields: Value| world.refusal(method, on(&message, fields)).await;
    let late = world.sim.time(TOKEN).timestamp() + 2_678_500;
    assert_eq!(
        refused("approveSuggestedPost", json!({ "send_date": late })).await,
        "Bad Request: SCHEDULE_DATE_TOO_LATE"
    );
    assert_eq!(
        refused("declineSuggestedPost", json!({ "comment": "x".repeat(129) })).await,
        "Bad Request: comment is too long"
    );
    assert_eq!(refused("declineSuggestedPost", json!({ "message_id": 99 })).await, "Bad Request: message not found");
    world.call("declineSuggestedPost", on(&message, json!({ "comment": "No" }))).await;
    let told = updates(&world, "message").await.pop().expect("told")["suggested_post_declined"].clone();
    assert_eq!(told["comment"], "No");
    // A bot that may not post decides nothing.
    let member = NewGroup { title: "Tea".into(), bot: Some(crate::BotStatus::Member), ..NewGroup::default() };
    world.sim.group(TOKEN, CHANNEL, &member).expect("a member");
    let next = suggested(&world, post("Oolong")).await;
    let words = world.refusal("approveSuggestedPost", on(&next, json!({}))).await;
    assert_eq!(words, "Bad Request: message can't be used in the method");
    assert_eq!(world.sim.suggest(TOKEN, ANNA, CHANNEL, &post("x")), Err(UserActionError::NoDirectMessages(CHANNEL)));
}

#[tokio::test]
async fn who_waits_for_updates_is_told_of_a_post_when_it_is_published() {
    let world = World::new().await;
    channel(&world);
    let message = suggested(&world, post("Sencha")).await;
    world.call("getUpdates", json!({ "offset": -1 })).await;
    let soon = world.sim.time(TOKEN).timestamp() + 2;
    world.call("approveSuggestedPost", on(&message, json!({ "send_date": soon }))).await;
    let told = world.call("getUpdates", json!({ "allowed_updates": ["channel_post"] })).await;
    let offset = told.as_array().and_then(|all| all.last()?["update_id"].as_i64()).map_or(0, |id| id + 1);
    let published = world.call("getUpdates", json!({ "timeout": 30, "offset": offset })).await;
    assert_eq!(published[0]["channel_post"]["text"], "Sencha");
    assert!(world.sim.time(TOKEN).timestamp() < soon + 20, "it came by itself, and not at the end of the poll");
}
