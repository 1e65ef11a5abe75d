use super::*;

/// Everything that an administrator can do in a group, in an order in which it succeeds.
pub(in crate::tests) async fn scenario(world: &World) {
    friends(world);
    let call = |method: &'static str, body: Value| world.call(method, body);
    call("restrictChatMember", on_boris(json!({ "permissions": { "can_send_messages": true } }))).await;
    call("promoteChatMember", on_boris(json!({ "can_pin_messages": true }))).await;
    call("setChatAdministratorCustomTitle", on_boris(json!({ "custom_title": "Tea master" }))).await;
    call("promoteChatMember", on_boris(json!({}))).await;
    call("setChatMemberTag", on_boris(json!({ "tag": "tea" }))).await;
    call("getChatAdministrators", in_group(json!({}))).await;
    call("getChatMemberCount", in_group(json!({}))).await;
    call("setChatPermissions", in_group(json!({ "permissions": { "can_send_polls": true } }))).await;
    call("setChatTitle", in_group(json!({ "title": "Tea friends" }))).await;
    call("setChatDescription", in_group(json!({ "description": "We drink tea" }))).await;
    world.upload("setChatPhoto", &[("chat_id", &GROUP.to_string())], "photo", &png(160, 160, "group")).await;
    call("deleteChatPhoto", in_group(json!({}))).await;
    call("banChatSenderChat", in_group(json!({ "sender_chat_id": GROUP }))).await;
    call("unbanChatSenderChat", in_group(json!({ "sender_chat_id": GROUP }))).await;
    call("exportChatInviteLink", in_group(json!({}))).await;
    let link = call("createChatInviteLink", in_group(json!({ "name": "Door", "creates_join_request": true }))).await;
    let link = link["invite_link"].clone();
    call("editChatInviteLink", in_group(json!({ "invite_link": link, "name": "Gate", "creates_join_request": true })))
        .await;
    call("banChatMember", on_boris(json!({}))).await;
    call("unbanChatMember", on_boris(json!({}))).await;
    world.sim.join(TOKEN, BORIS, GROUP, link.as_str()).expect("asked");
    call("declineChatJoinRequest", on_boris(json!({}))).await;
    world.sim.join(TOKEN, BORIS, GROUP, link.as_str()).expect("asked");
    call("approveChatJoinRequest", on_boris(json!({}))).await;
    call("revokeChatInviteLink", in_group(json!({ "invite_link": link }))).await;
    let paid = json!({ "subscription_period": 2_592_000, "subscription_price": 5 });
    let link = call("createChatSubscriptionInviteLink", in_group(paid)).await["invite_link"].clone();
    call("editChatSubscriptionInviteLink", in_group(json!({ "invite_link": link, "name": "Paid" }))).await;
    let message = call("sendMessage", in_group(json!({ "text": "x" }))).await["message_id"].clone();
    call("pinChatMessage", in_group(json!({ "message_id": message }))).await;
    call("deleteMessageReaction", in_group(json!({ "message_id": message, "user_id": BORIS }))).await;
    call("deleteAllMessageReactions", in_group(json!({}))).await;
    let whisper = json!({ "text": "psst", "ephemeral_message_parameters": { "receiver_user_id": BORIS } });
    let whisper = call("sendMessage", in_group(whisper)).await["ephemeral_message_id"].clone();
    let whispered =
        |fields: Value| in_group(with(json!({ "receiver_user_id": BORIS, "ephemeral_message_id": whisper }), fields));
    call("editEphemeralMessageText", whispered(json!({ "text": "psst!" }))).await;
    let buttons = json!({ "inline_keyboard": [[{ "text": "b", "callback_data": "b" }]] });
    call("editEphemeralMessageReplyMarkup", whispered(json!({ "reply_markup": buttons }))).await;
    let photo = json!({ "type": "photo", "media": "https://e.org/a.jpg" });
    call("editEphemeralMessageMedia", whispered(json!({ "media": photo }))).await;
    call("editEphemeralMessageCaption", whispered(json!({ "caption": "c" }))).await;
    call("deleteEphemeralMessage", whispered(json!({}))).await;
    call("setMyDefaultAdministratorRights", json!({ "rights": { "can_pin_messages": true } })).await;
    call("getMyDefaultAdministratorRights", json!({})).await;
    call("getChat", in_group(json!({}))).await;
    call("leaveChat", in_group(json!({}))).await;
}

#[tokio::test]
async fn a_member_is_restricted_promoted_banned_and_let_in_again_and_the_bot_is_told() {
    let world = World::new().await;
    friends(&world);
    ask_for_everything(&world).await;
    let status = async || world.call("getChatMember", on_boris(json!({}))).await;
    world.call("restrictChatMember", on_boris(json!({ "permissions": { "can_send_polls": true } }))).await;
    let restricted = status().await;
    assert_eq!(
        (&restricted["status"], &restricted["can_send_polls"], &restricted["can_send_photos"]),
        (&json!("restricted"), &json!(true), &json!(false))
    );
    assert_eq!(restricted["can_send_messages"], true, "polls are messages");
    world.call("promoteChatMember", on_boris(json!({ "can_delete_messages": true }))).await;
    world.call("setChatAdministratorCustomTitle", on_boris(json!({ "custom_title": "Tea" }))).await;
    let promoted = status().await;
    assert_eq!(
        (&promoted["status"], &promoted["custom_title"], &promoted["can_be_edited"]),
        (&json!("administrator"), &json!("Tea"), &json!(true))
    );
    world.call("promoteChatMember", on_boris(json!({}))).await;
    assert_eq!(status().await["status"], "member");
    world.call("banChatMember", on_boris(json!({ "until_date": 1 }))).await;
    assert_eq!(
        status().await,
        with(json!({ "status": "kicked", "until_date": 0 }), json!({ "user": status().await["user"] }))
    );
    assert_eq!(world.sim.join(TOKEN, BORIS, GROUP, None), Err(crate::UserActionError::Banned));
    world.call("unbanChatMember", on_boris(json!({}))).await;
    world.sim.join(TOKEN, BORIS, GROUP, None).expect("let in");
    assert_eq!(status().await["status"], "member");
    let told: Vec<String> = updates(&world, "chat_member")
        .await
        .iter()
        .map(|update| update["new_chat_member"]["status"].to_string())
        .collect();
    let all = ["restricted", "administrator", "member", "kicked", "left", "member"].map(|status| format!("{status:?}"));
    assert_eq!(told, all);
    let came = updates(&world, "message").await.pop().expect("a message");
    assert_eq!(came["new_chat_members"][0]["id"], BORIS);
}

#[tokio::test]
async fn nobody_restricts_the_owner_another_administrator_or_himself() {
    let world = World::new().await;
    friends(&world);
    let me = world.call("getMe", json!({})).await["id"].clone();
    let on = |id: Value| in_group(json!({ "user_id": id, "permissions": {} }));
    // tdlib's DialogParticipantManager.cpp, and `Client.cpp`.
    assert_eq!(world.refusal("restrictChatMember", on(json!(ANNA))).await, "Bad Request: can't remove chat owner");
    assert_eq!(world.refusal("restrictChatMember", on(me.clone())).await, "Bad Request: can't restrict self");
    assert_eq!(world.refusal("restrictChatMember", on(json!(999))).await, "Bad Request: user not found");
    assert_eq!(world.refusal("restrictChatMember", on(json!(0))).await, "Bad Request: invalid user_id specified");
    assert_eq!(world.refusal("promoteChatMember", on(json!(ANNA))).await, "Bad Request: can't edit chat owner");
    let private = json!({ "chat_id": ANNA, "user_id": BORIS });
    assert_eq!(
        world.refusal("getChatAdministrators", private).await,
        "Bad Request: there are no administrators in the private chat"
    );
    world.call("leaveChat", in_group(json!({}))).await;
    let gone = world.answer("sendMessage", in_group(json!({ "text": "x" }))).await;
    assert_eq!(gone["description"], "Forbidden: bot is not a member of the supergroup chat");
    assert_eq!(gone["error_code"], 403);
}

#[tokio::test]
async fn a_bot_without_rights_is_told_which_it_lacks() {
    let world = World::new().await;
    friends(&world);
    let member = NewGroup {
        title: "Quiet".into(),
        kind: Some(crate::GroupKind::Supergroup),
        username: None,
        is_forum: Some(false),
        owner: Some(ANNA),
        members: vec![BORIS],
        bot: Some(crate::BotStatus::Member),
        ..NewGroup::default()
    };
    world.sim.group(TOKEN, -7, &member).expect("a group");
    let there = |fields: Value| with(json!({ "chat_id": -7, "user_id": BORIS }), fields);
    world.call("sendMessage", there(json!({ "text": "x" }))).await;
    let refusals = [
        ("banChatMember", "not enough rights to restrict/unrestrict chat member"),
        ("setChatTitle", "not enough rights to change chat title"),
        ("setChatDescription", "not enough rights to set chat description"),
        ("setChatPermissions", "not enough rights to change chat permissions"),
        ("exportChatInviteLink", "not enough rights to manage chat invite link"),
        ("pinChatMessage", "not enough rights to manage pinned messages in the chat"),
        ("createForumTopic", "the chat is not a forum"),
    ];
    for (method, words) in refusals {
        assert_eq!(
            world.refusal(method, there(json!({ "title": "x", "name": "x", "message_id": 1 }))).await,
            format!("Bad Request: {words}")
        );
    }
    let channel = NewGroup {
        title: "News".into(),
        kind: Some(crate::GroupKind::Channel),
        username: Some("news".into()),
        ..member
    };
    world.sim.group(TOKEN, -8, &channel).expect("a channel");
    let post = json!({ "chat_id": "@news", "text": "x" });
    assert_eq!(
        world.refusal("sendMessage", post.clone()).await,
        "Bad Request: need administrator rights in the channel chat"
    );
    world.sim.group(TOKEN, -8, &NewGroup { bot: Some(crate::BotStatus::Administrator), ..channel }).expect("a channel");
    let posted = world.call("sendMessage", post).await;
    assert_eq!((&posted["sender_chat"]["username"], posted.get("from")), (&json!("news"), None));
}

#[tokio::test]
async fn a_link_that_asks_brings_a_request_and_a_used_up_one_nobody() {
    let world = World::new().await;
    friends(&world);
    world.sim.leave(TOKEN, BORIS, GROUP).expect("gone");
    let link = world.call("createChatInviteLink", in_group(json!({ "creates_join_request": true }))).await;
    let address = link["invite_link"].as_str().expect("an address");
    world.sim.join(TOKEN, BORIS, GROUP, Some(address)).expect("asked");
    let request = updates(&world, "chat_join_request").await.pop().expect("a request");
    assert_eq!((&request["from"]["id"], &request["invite_link"]["invite_link"]), (&json!(BORIS), &json!(address)));
    world.call("approveChatJoinRequest", on_boris(json!({}))).await;
    assert_eq!(
        world.refusal("approveChatJoinRequest", on_boris(json!({}))).await,
        "Bad Request: USER_ALREADY_PARTICIPANT"
    );
    let once = world.call("createChatInviteLink", in_group(json!({ "member_limit": 1 }))).await;
    let once = once["invite_link"].as_str().expect("an address");
    world.sim.leave(TOKEN, BORIS, GROUP).expect("gone");
    world.sim.join(TOKEN, BORIS, GROUP, Some(once)).expect("in");
    world.sim.leave(TOKEN, BORIS, GROUP).expect("gone");
    assert_eq!(world.sim.join(TOKEN, BORIS, GROUP, Some(once)), Err(crate::UserActionError::NoSuchLink));
    let both = in_group(json!({ "member_limit": 1, "creates_join_request": true }));
    let words = "Bad Request: member limit can't be specified for links requiring administrator approval";
    assert_eq!(world.refusal("createChatInviteLink", both).await, words);
}

#[tokio::test]
async fn people_speak_react_and_tap_in_groups_as_far_as_they_may() {
    let world = World::new().await;
    friends(&world);
    ask_for_everything(&world).await;
    let buttons = json!({ "inline_keyboard": [[{ "text": "Yes", "callback_data": "y" }]] });
    let sent = world.call("sendMessage", in_group(json!({ "text": "Tea?", "reply_markup": buttons }))).await;
    world.sim.react(TOKEN, BORIS, GROUP, id_of(&sent), Some("👍")).expect("liked");
    let reaction = updates(&world, "message_reaction").await.pop().expect("a reaction");
    assert_eq!((&reaction["new_reaction"][0]["emoji"], &reaction["old_reaction"]), (&json!("👍"), &json!([])));
    world.call("restrictChatMember", on_boris(json!({ "permissions": {} }))).await;
    assert_eq!(world.sim.say_in(TOKEN, BORIS, GROUP, None, "hi"), Err(crate::UserActionError::MayNotWrite));
    world.sim.say_in(TOKEN, ANNA, GROUP, None, "hi").expect("said");
    let base = format!("{}/sim/v1/bots/{TOKEN}", world.server.base_url);
    let act =
        world.http.post(format!("{base}/people/{ANNA}/chats/{GROUP}/tap")).header("Content-Type", "application/json");
    world.send(act.body(json!({ "label": "Yes" }).to_string())).await;
    world.call("getUpdates", json!({ "allowed_updates": ["callback_query"] })).await;
    let text = world
        .http
        .get(format!("{base}/groups/{GROUP}/chat.txt"))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert_eq!(text, "Bot: Tea?\n    [Yes]\nAnna: hi\n");
    let view = world.send(world.http.get(format!("{base}/groups/{GROUP}"))).await;
    assert_eq!((&view["chat"]["title"], &view["members"].as_array().map(Vec::len)), (&json!("Friends"), &Some(3)));
}

#[tokio::test]
async fn a_group_that_has_become_a_supergroup_tells_its_new_id() {
    let world = World::new().await;
    world.sim.person(TOKEN, Person { id: BORIS, first_name: "Boris".into(), ..anna() });
    let new = NewGroup {
        title: "Small".into(),
        kind: Some(crate::GroupKind::Group),
        username: None,
        is_forum: Some(false),
        owner: Some(BORIS),
        members: vec![],
        bot: Some(crate::BotStatus::Member),
        ..NewGroup::default()
    };
    world.sim.group(TOKEN, -7, &new).expect("a group");
    world.call("sendMessage", json!({ "chat_id": -7, "text": "x" })).await;
    let base = format!("{}/sim/v1/bots/{TOKEN}", world.server.base_url);
    let upgraded = world
        .send(world.http.post(format!("{base}/groups/-7/upgrade")).header("Content-Type", "application/json"))
        .await;
    assert_eq!(upgraded, json!({ "supergroup": -1_000_000_000_007_i64 }));
    let told = updates(&world, "message").await;
    let fields = [told[1].get("migrate_to_chat_id"), told[2].get("migrate_from_chat_id")];
    assert_eq!(fields, [Some(&json!(-1_000_000_000_007_i64)), Some(&json!(-7))]);
    let refused = world.answer("sendMessage", json!({ "chat_id": -7, "text": "x" })).await;
    assert_eq!(refused["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(refused["parameters"]["migrate_to_chat_id"], -1_000_000_000_007_i64);
    world.call("sendMessage", json!({ "chat_id": -1_000_000_000_007_i64, "text": "x" })).await;
}

#[tokio::test]
async fn who_comes_back_is_in_again_once_they_may() {
    let world = World::new().await;
    friends(&world);
    let is_in = async || world.call("getChatMember", on_boris(json!({}))).await["status"] == "member";
    for returns in [true, false] {
        world.sim.let_return(TOKEN, BORIS, returns);
        world.call("banChatMember", on_boris(json!({}))).await;
        assert!(!is_in().await);
        world.call("unbanChatMember", on_boris(json!({}))).await;
        assert_eq!(is_in().await, returns);
    }
}
