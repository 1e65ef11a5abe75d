//! Channels that are discussed in a group, and administrators who write in the name of their group.

use super::*;
use crate::{GroupKind, Outgoing, SendOptions, UserActionError};

const CHANNEL: i64 = -30;
const DISCUSSION: i64 = -31;

/// A channel of Boris, and the group in which it is discussed: Boris, who owns it, is not named there, and Anna is a member.
fn channel(world: &World) {
    world.sim.person(TOKEN, Person { id: BORIS, first_name: "Boris".into(), ..anna() });
    let new = |kind| NewGroup { title: "Tea".into(), kind: Some(kind), members: vec![BORIS], ..NewGroup::default() };
    world.sim.group(TOKEN, CHANNEL, &new(GroupKind::Channel)).expect("a channel");
    let discussion = NewGroup {
        title: "Talk".into(),
        discussion_of: Some(CHANNEL),
        members: vec![BORIS, ANNA],
        anonymous: Some([BORIS].into()),
        ..new(GroupKind::Supergroup)
    };
    world.sim.group(TOKEN, DISCUSSION, &discussion).expect("its discussion");
}

/// What somebody answers to a message in the discussion: the message that the bot is told of.
async fn answered(world: &World, person: i64, message: &Value, text: &str) -> Value {
    let reply_to = message["message_id"].as_i64().and_then(|id| i32::try_from(id).ok());
    let options = SendOptions { topic: None, reply_to };
    world.sim.send_in(TOKEN, person, DISCUSSION, &Outgoing::Text(text.into()), options).expect("said");
    updates(world, "message").await.pop().expect("a message")
}

pub(in crate::tests) async fn scenario(world: &World) {
    channel(world);
    let post = world.call("sendMessage", json!({ "chat_id": CHANNEL, "text": "Sencha" })).await;
    let copy = updates(world, "message").await.pop().expect("it comes into the discussion");
    answered(world, ANNA, &copy, "How much?").await;
    let answer = answered(world, BORIS, &copy, "420").await;
    let on = |message: &Value| json!({ "chat_id": CHANNEL, "from_chat_id": DISCUSSION, "message_id": message["message_id"] });
    world.call("forwardMessage", on(&answer)).await;
    let edited = json!({ "chat_id": CHANNEL, "message_id": post["message_id"], "text": "Sencha is here" });
    world.call("editMessageText", edited).await;
    for chat in [CHANNEL, DISCUSSION] {
        world.call("getChat", json!({ "chat_id": chat })).await;
    }
    world.call("getChatMember", json!({ "chat_id": DISCUSSION, "user_id": BORIS })).await;
}

#[tokio::test]
async fn a_post_comes_into_the_discussion_and_answers_to_it_are_a_thread() {
    let world = World::new().await;
    channel(&world);
    let post = world.call("sendMessage", json!({ "chat_id": CHANNEL, "text": "Sencha" })).await;
    let copy = updates(&world, "message").await.pop().expect("it comes into the discussion");
    assert_eq!((&copy["is_automatic_forward"], &copy["from"]["id"]), (&json!(true), &json!(777_000)));
    assert_eq!((&copy["sender_chat"]["id"], &copy["text"]), (&json!(CHANNEL), &json!("Sencha")));
    let origin = &copy["forward_origin"];
    assert_eq!((&origin["type"], &origin["message_id"]), (&json!("channel"), &post["message_id"]));
    let question = answered(&world, ANNA, &copy, "How much?").await;
    assert_eq!((&question["message_thread_id"], &question["is_topic_message"]), (&copy["message_id"], &Value::Null));
    // An answer in the thread stays in it, whoever writes it; and so does what the bot sends there.
    let more = answered(&world, ANNA, &question, "For a pound").await;
    assert_eq!(more["message_thread_id"], copy["message_id"]);
    let reply = json!({ "message_id": question["message_id"] });
    for to in [json!({ "reply_parameters": reply }), json!({ "message_thread_id": copy["message_id"] })] {
        let sent = world.call("sendMessage", with(json!({ "chat_id": DISCUSSION, "text": "420" }), to)).await;
        assert_eq!(sent["message_thread_id"], copy["message_id"]);
    }
    let nowhere = json!({ "chat_id": DISCUSSION, "text": "420", "message_thread_id": question["message_id"] });
    let nowhere = world.call("sendMessage", nowhere).await;
    assert_eq!(nowhere["message_thread_id"], copy["message_id"], "any message of a thread names it");
    // It is edited there, too.
    let edited = json!({ "chat_id": CHANNEL, "message_id": post["message_id"], "text": "Sold out" });
    world.call("editMessageText", edited).await;
    let told = updates(&world, "edited_message").await.pop().expect("told");
    assert_eq!((&told["message_id"], &told["text"]), (&copy["message_id"], &json!("Sold out")));
    for (chat, linked) in [(CHANNEL, DISCUSSION), (DISCUSSION, CHANNEL)] {
        assert_eq!(world.call("getChat", json!({ "chat_id": chat })).await["linked_chat_id"], linked);
    }
    let elsewhere = NewGroup { title: "Talk".into(), discussion_of: Some(DISCUSSION), ..NewGroup::default() };
    let refused = world.sim.group(TOKEN, -32, &elsewhere);
    assert_eq!(refused, Err(UserActionError::NoChannel(DISCUSSION)));
}

#[tokio::test]
async fn who_is_anonymous_writes_reacts_and_votes_in_the_name_of_the_group() {
    let world = World::new().await;
    channel(&world);
    let about = world.call("getChatMember", json!({ "chat_id": DISCUSSION, "user_id": BORIS })).await;
    assert_eq!((&about["status"], &about["is_anonymous"]), (&json!("creator"), &json!(true)));
    world
        .sim
        .send_in(TOKEN, BORIS, DISCUSSION, &Outgoing::Text("Good evening".into()), SendOptions::default())
        .unwrap();
    let message = updates(&world, "message").await.pop().expect("a message");
    assert_eq!(
        (&message["from"]["username"], &message["sender_chat"]["id"]),
        (&json!("GroupAnonymousBot"), &json!(DISCUSSION))
    );
    let id = message["message_id"].as_i64().and_then(|id| i32::try_from(id).ok()).expect("a number");
    let on = json!({ "chat_id": ANNA, "from_chat_id": DISCUSSION, "message_id": id });
    let origin = world.call("forwardMessage", on).await["forward_origin"].clone();
    assert_eq!((&origin["type"], &origin["sender_chat"]["id"]), (&json!("chat"), &json!(DISCUSSION)));
    world.call("getUpdates", json!({ "allowed_updates": ["message_reaction", "poll_answer", "message"] })).await;
    world.sim.react(TOKEN, BORIS, DISCUSSION, id, Some("👍")).expect("a reaction");
    let reaction = updates(&world, "message_reaction").await.pop().expect("told");
    assert_eq!((&reaction["actor_chat"]["id"], &reaction["user"]), (&json!(DISCUSSION), &Value::Null));
    let poll = json!({ "chat_id": DISCUSSION, "question": "Tea?", "options": ["Yes", "No"], "is_anonymous": false });
    let poll = world.call("sendPoll", poll).await["message_id"].as_i64().and_then(|id| i32::try_from(id).ok());
    world.sim.vote(TOKEN, BORIS, DISCUSSION, poll.expect("a number"), &[0]).expect("a vote");
    let vote = updates(&world, "poll_answer").await.pop().expect("told");
    assert_eq!((&vote["voter_chat"]["id"], &vote["user"]), (&json!(DISCUSSION), &Value::Null));
    // Whoever is named writes as before, and sees who speaks for the group.
    world.sim.send_in(TOKEN, ANNA, DISCUSSION, &Outgoing::Text("Hello".into()), SendOptions::default()).unwrap();
    assert_eq!(updates(&world, "message").await.pop().expect("a message")["from"]["id"], ANNA);
    let url = format!("{}/sim/v1/bots/{TOKEN}/people/{ANNA}/chats/{DISCUSSION}", world.server.base_url);
    let seen = world.send(world.http.get(url)).await;
    let authors: Vec<&Value> =
        seen["messages"].as_array().expect("messages").iter().map(|message| &message["from"]).collect();
    assert_eq!(authors[0], "Talk");
    // Nobody is anonymous any more who is not named.
    let named = NewGroup { title: "Talk".into(), anonymous: Some([].into()), ..NewGroup::default() };
    world.sim.group(TOKEN, DISCUSSION, &named).expect("changed");
    world.sim.send_in(TOKEN, BORIS, DISCUSSION, &Outgoing::Text("Boris".into()), SendOptions::default()).unwrap();
    assert_eq!(updates(&world, "message").await.pop().expect("a message")["from"]["id"], BORIS);
}

#[tokio::test]
async fn in_slow_mode_members_wait_between_two_messages() {
    let world = World::new().await;
    channel(&world);
    let slow = NewGroup { title: "Talk".into(), slow_mode_delay: Some(60), ..NewGroup::default() };
    world.sim.group(TOKEN, DISCUSSION, &slow).expect("changed");
    assert_eq!(world.call("getChat", json!({ "chat_id": DISCUSSION })).await["slow_mode_delay"], 60);
    world.sim.set_time(TOKEN, world.sim.time(TOKEN));
    let say = |person| world.sim.say_in(TOKEN, person, DISCUSSION, None, "Hello");
    say(ANNA).expect("the first");
    assert_eq!(say(ANNA), Err(UserActionError::SlowMode(60)));
    say(BORIS).and_then(|_| say(BORIS)).expect("administrators do not wait");
    world.sim.advance_time(TOKEN, TimeDelta::seconds(60));
    say(ANNA).expect("a minute later");
}
