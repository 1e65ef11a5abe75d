use super::*;

fn connected(fields: Value) -> Value {
    with(json!({ "business_connection_id": "shop" }), fields)
}

pub(in crate::tests) async fn scenario(world: &World) {
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], true).expect("connected");
    let call = |method: &'static str, fields: Value| world.call(method, connected(fields));
    call("getBusinessConnection", json!({})).await;
    call("setBusinessAccountName", json!({ "first_name": "Tea house" })).await;
    call("setBusinessAccountUsername", json!({ "username": "tea_house" })).await;
    call("setBusinessAccountBio", json!({ "bio": "Tea" })).await;
    let photo = json!({ "type": "static", "photo": "attach://f" }).to_string();
    let fields = [("business_connection_id", "shop"), ("photo", photo.as_str())];
    world.upload("setBusinessAccountProfilePhoto", &fields, "f", &png(640, 640, "shop")).await;
    call("removeBusinessAccountProfilePhoto", json!({})).await;
    let all = ["unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"];
    let accepted: Value =
        all.iter().map(|name| ((*name).to_owned(), json!(true))).collect::<serde_json::Map<_, _>>().into();
    call("setBusinessAccountGiftSettings", json!({ "show_gift_button": true, "accepted_gift_types": accepted })).await;
    call("getBusinessAccountStarBalance", json!({})).await;
    call("getBusinessAccountGifts", json!({})).await;
    let checklist = |tasks: Value| json!({ "chat_id": ANNA, "checklist": { "title": "Tea", "tasks": tasks } });
    let sent = call("sendChecklist", checklist(json!([{ "id": 1, "text": "Boil" }]))).await;
    let more = json!([{ "id": 1, "text": "Boil" }, { "id": 2, "text": "Pour" }]);
    call("editMessageChecklist", with(checklist(more), json!({ "message_id": sent["message_id"] }))).await;
    let content = json!({ "type": "photo", "photo": "attach://f" }).to_string();
    let story =
        [("business_connection_id", "shop"), ("active_period", "86400"), ("content", &content), ("story_id", "1")];
    world.upload("postStory", &story, "f", &png(108, 192, "story")).await;
    world.upload("editStory", &story, "f", &png(108, 192, "other")).await;
    call("repostStory", json!({ "active_period": 86_400, "from_chat_id": ANNA, "from_story_id": 1 })).await;
    call("deleteStory", json!({ "story_id": 1 })).await;
    call("readBusinessMessage", json!({ "chat_id": ANNA, "message_id": 1 })).await;
    call("deleteBusinessMessages", json!({ "message_ids": [1] })).await;
}

#[tokio::test]
async fn a_connection_lets_the_bot_do_what_it_grants() {
    let world = World::new().await;
    world.sim.connect_business(TOKEN, ANNA, "shop", &["can_edit_bio".to_owned()], true).expect("connected");
    let told = updates(&world, "business_connection").await.pop().expect("told");
    assert_eq!((&told["id"], &told["user"]["id"]), (&json!("shop"), &json!(ANNA)));
    assert_eq!(
        world.refusal("setBusinessAccountBio", connected(json!({ "bio": "x" }))).await,
        "Bad Request: BOT_ACCESS_FORBIDDEN"
    );
    world.call("setBusinessAccountName", connected(json!({ "first_name": "Tea house" }))).await;
    assert_eq!(world.call("getChat", json!({ "chat_id": ANNA })).await["first_name"], "Tea house");
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], false).expect("disconnected");
    assert_eq!(
        world.refusal("setBusinessAccountBio", connected(json!({}))).await,
        "Bad Request: BUSINESS_CONNECTION_NOT_ALLOWED"
    );
    let list = |fields: Value| connected(json!({ "chat_id": ANNA, "checklist": fields }));
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], true).expect("connected");
    assert_eq!(
        world.refusal("sendChecklist", list(json!({ "title": "x", "tasks": [] }))).await,
        "Bad Request: CHECKLIST_TASKS_INVALID"
    );
    let story = connected(json!({ "active_period": 1, "content": { "type": "photo", "photo": "attach://f" } }));
    assert_eq!(world.refusal("postStory", story).await, "Bad Request: STORY_PERIOD_INVALID");
    let unknown = json!({ "business_connection_id": "x" });
    assert_eq!(world.refusal("getBusinessConnection", unknown).await, "Bad Request: BUSINESS_CONNECTION_INVALID");
}
