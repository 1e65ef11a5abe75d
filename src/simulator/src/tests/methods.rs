//! Every method, called so that it succeeds: a file for each family tells what the calls do to each other, and what is refused.

pub(super) mod business;
pub(super) mod discussion;
pub(super) mod gifts;
pub(super) mod groups;
pub(super) mod guests;
pub(super) mod inline;
pub(super) mod managed;
pub(super) mod media;
pub(super) mod payments;
pub(super) mod polls;
pub(super) mod rich;
mod standing;
pub(super) mod stickers;
pub(super) mod suggested;
pub(super) mod topics;

use super::*;
use crate::NewGroup;

pub(super) const BORIS: i64 = 1002;
pub(super) const GROUP: i64 = -100_500;

/// A supergroup of Anna and Boris, in which the bot is an administrator.
pub(super) fn friends(world: &World) {
    world.sim.person(TOKEN, Person { id: BORIS, first_name: "Boris".into(), ..anna() });
    let new = NewGroup {
        title: "Friends".into(),
        kind: Some(crate::GroupKind::Supergroup),
        username: Some("friends".into()),
        is_forum: Some(true),
        owner: Some(ANNA),
        members: vec![ANNA, BORIS],
        bot: Some(crate::BotStatus::Administrator),
        ..NewGroup::default()
    };
    world.sim.group(TOKEN, GROUP, &new).expect("a group");
}

/// A call for the group.
pub(super) fn in_group(fields: Value) -> Value {
    with(json!({ "chat_id": GROUP }), fields)
}

/// A call about Boris in the group.
pub(super) fn on_boris(fields: Value) -> Value {
    with(json!({ "chat_id": GROUP, "user_id": BORIS }), fields)
}

pub(super) fn with(mut object: Value, fields: Value) -> Value {
    object.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
    object
}

/// What updates of a kind have come, the oldest first.
pub(super) async fn updates(world: &World, kind: &str) -> Vec<Value> {
    let all = world.call("getUpdates", json!({})).await;
    all.as_array().expect("a list").iter().filter_map(|update| update.get(kind).cloned()).collect()
}

/// Asks for all kinds of updates, also those that a bot gets only if it names them.
pub(super) async fn ask_for_everything(world: &World) {
    let all =
        ["message", "chat_member", "my_chat_member", "message_reaction", "chat_join_request", "poll", "poll_answer"];
    world.call("getUpdates", json!({ "allowed_updates": all, "offset": -1 })).await;
}
