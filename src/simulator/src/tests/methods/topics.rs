use super::*;

pub(in crate::tests) async fn scenario(world: &World) {
    friends(world);
    let call = |method: &'static str, body: Value| world.call(method, body);
    let topic = call("createForumTopic", in_group(json!({ "name": "Green tea" }))).await["message_thread_id"].clone();
    let on = |fields: Value| in_group(with(json!({ "message_thread_id": topic }), fields));
    call("editForumTopic", on(json!({ "name": "Black tea" }))).await;
    call("closeForumTopic", on(json!({}))).await;
    call("reopenForumTopic", on(json!({}))).await;
    call("unpinAllForumTopicMessages", on(json!({}))).await;
    call("deleteForumTopic", on(json!({}))).await;
    call("editGeneralForumTopic", in_group(json!({ "name": "Everything" }))).await;
    call("closeGeneralForumTopic", in_group(json!({}))).await;
    call("reopenGeneralForumTopic", in_group(json!({}))).await;
    call("hideGeneralForumTopic", in_group(json!({}))).await;
    call("unhideGeneralForumTopic", in_group(json!({}))).await;
    call("unpinAllGeneralForumTopicMessages", in_group(json!({}))).await;
}

#[tokio::test]
async fn a_message_stands_in_its_topic_and_goes_with_it() {
    let world = World::new().await;
    friends(&world);
    let topic = world.call("createForumTopic", in_group(json!({ "name": "Tea", "icon_color": 0x6F_B9F0 }))).await;
    let topic = topic["message_thread_id"].clone();
    let sent = world.call("sendMessage", in_group(json!({ "text": "x", "message_thread_id": topic }))).await;
    assert_eq!((&sent["message_thread_id"], &sent["is_topic_message"]), (&topic, &json!(true)));
    let general = world.call("sendMessage", in_group(json!({ "text": "x", "message_thread_id": 1 }))).await;
    assert_eq!(general.get("message_thread_id"), None);
    world.call("pinChatMessage", in_group(json!({ "message_id": sent["message_id"] }))).await;
    world.call("deleteForumTopic", in_group(json!({ "message_thread_id": topic }))).await;
    assert_eq!(world.call("getChat", in_group(json!({}))).await.get("pinned_message"), None);
    let gone = in_group(json!({ "text": "x", "message_thread_id": topic }));
    assert_eq!(world.refusal("sendMessage", gone).await, "Bad Request: message thread not found");
}

#[tokio::test]
async fn what_is_no_topic_and_what_changes_nothing_is_refused() {
    let world = World::new().await;
    friends(&world);
    let refusals = [
        ("createForumTopic", json!({}), "TOPIC_TITLE_EMPTY"),
        ("createForumTopic", json!({ "name": "x", "icon_color": 1 }), "TOPIC_ICON_COLOR_INVALID"),
        ("closeForumTopic", json!({ "message_thread_id": 99 }), "TOPIC_ID_INVALID"),
        ("closeForumTopic", json!({}), "invalid message thread identifier specified"),
        ("reopenGeneralForumTopic", json!({}), "TOPIC_NOT_MODIFIED"),
        ("editGeneralForumTopic", json!({ "name": "General" }), "TOPIC_NOT_MODIFIED"),
    ];
    for (method, fields, words) in refusals {
        assert_eq!(world.refusal(method, in_group(fields)).await, format!("Bad Request: {words}"), "{method}");
    }
}
