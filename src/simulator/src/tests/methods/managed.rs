//! Bots that people make for the bot to manage.

use super::*;
use crate::UserActionError;

fn on(bot: &Value, fields: Value) -> Value {
    with(json!({ "user_id": bot["id"] }), fields)
}

/// Anna makes a bot: what the bot is told of it.
async fn made(world: &World) -> Value {
    world.sim.make_managed_bot(TOKEN, ANNA, "Tea", "tea_bot").expect("made");
    updates(world, "managed_bot").await.pop().expect("told")["bot"].clone()
}

pub(in crate::tests) async fn scenario(world: &World) {
    let bot = made(world).await;
    world.call("getManagedBotToken", on(&bot, json!({}))).await;
    world
        .call(
            "setManagedBotAccessSettings",
            on(&bot, json!({ "is_access_restricted": true, "added_user_ids": [ANNA] })),
        )
        .await;
    world.call("getManagedBotAccessSettings", on(&bot, json!({}))).await;
    world.call("replaceManagedBotToken", on(&bot, json!({}))).await;
}

#[tokio::test]
async fn a_bot_that_was_made_works_by_its_token_also_by_the_next_one() {
    let world = World::new().await;
    let bot = made(&world).await;
    let told = updates(&world, "message").await.pop().expect("a message");
    assert_eq!(told["managed_bot_created"]["bot"], bot);
    let token = world.call("getManagedBotToken", on(&bot, json!({}))).await;
    let me = async |token: &Value| {
        let url = format!("{}/bot{}/getMe", world.server.base_url, token.as_str().expect("a token"));
        world.send(world.http.get(url)).await
    };
    let first = me(&token).await;
    assert_eq!((&first["result"]["id"], &first["result"]["username"]), (&bot["id"], &json!("tea_bot")));
    // Another manager makes another bot.
    let other = world.sim.make_managed_bot("4243:other", ANNA, "Tea", "tea_bot");
    assert!(other.is_err(), "nobody has met that bot");
    world.sim.person("4243:other", anna());
    world.sim.say("4243:other", ANNA, "/start").expect("said");
    let (_, other) = world.sim.make_managed_bot("4243:other", ANNA, "Tea", "tea_bot").expect("made");
    assert_ne!(token, other.as_str());
    let next = world.call("replaceManagedBotToken", on(&bot, json!({}))).await;
    assert_eq!(me(&next).await["result"], first["result"]);
    assert_eq!(me(&token).await["error_code"], 401);
    assert_eq!(updates(&world, "managed_bot").await.len(), 2);
}

#[tokio::test]
async fn who_may_write_to_a_bot_is_kept() {
    let world = World::new().await;
    let bot = made(&world).await;
    let settings = || world.call("getManagedBotAccessSettings", on(&bot, json!({})));
    assert_eq!(settings().await, json!({ "is_access_restricted": false }));
    let set = |fields: Value| on(&bot, fields);
    world
        .call("setManagedBotAccessSettings", set(json!({ "is_access_restricted": true, "added_user_ids": [ANNA] })))
        .await;
    assert_eq!(settings().await["added_users"][0]["id"], ANNA);
    let strangers = set(json!({ "is_access_restricted": true, "added_user_ids": [5] }));
    assert_eq!(world.refusal("setManagedBotAccessSettings", strangers).await, "Bad Request: user not found");
    let many = set(json!({ "is_access_restricted": true, "added_user_ids": (1..=11).collect::<Vec<i64>>() }));
    assert_eq!(world.refusal("setManagedBotAccessSettings", many).await, "Bad Request: too many users specified");
    assert_eq!(world.refusal("getManagedBotToken", json!({ "user_id": ANNA })).await, "Bad Request: BOT_INVALID");
    assert_eq!(world.refusal("getManagedBotToken", json!({ "user_id": 5 })).await, "Bad Request: user not found");
    for taken in ["tea_bot", "tea", "tea bot"] {
        let refused = world.sim.make_managed_bot(TOKEN, ANNA, "Tea", taken);
        assert_eq!(refused, Err(UserActionError::NoBotName(taken.to_owned())), "{taken}");
    }
}
