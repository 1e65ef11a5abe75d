use super::*;
use crate::{Disturbance, HoldPoint, Release};

#[tokio::test]
async fn updates_stay_until_a_higher_offset_confirms_them() {
    let world = World::new().await;
    world.sim.say(TOKEN, ANNA, "two").expect("said");
    let first = world.call("getUpdates", json!({ "limit": 1 })).await;
    assert_eq!(first.as_array().map(Vec::len), Some(1));
    let id = first[0]["update_id"].as_i64().expect("an id");
    assert_eq!(world.call("getUpdates", json!({ "limit": 1 })).await, first);
    let second = world.call("getUpdates", json!({ "offset": id + 1 })).await;
    assert_eq!(second[0]["message"]["text"], "two");
    assert_eq!(second[0]["update_id"], id + 1);
    assert_eq!(world.sim.pending(TOKEN), 1);
    assert_eq!(world.call("getUpdates", json!({ "offset": id + 2 })).await, json!([]));
    assert!(world.sim.confirmed(TOKEN, 2) && !world.sim.confirmed(TOKEN, 3));
}

#[tokio::test]
async fn a_poll_is_held_until_somebody_writes() {
    let world = World::new().await;
    let poll = world.call("getUpdates", json!({ "offset": 2, "timeout": 50 }));
    let write = async {
        world.sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
        world.sim.say(TOKEN, ANNA, "hello").expect("said");
    };
    let (updates, ()) = tokio::join!(poll, write);
    assert_eq!(updates[0]["message"]["text"], "hello");
}

#[tokio::test]
async fn a_second_poller_ends_the_first_with_409() {
    let world = World::new().await;
    let first = world.answer("getUpdates", json!({ "offset": 2, "timeout": 50 }));
    let second = async {
        world.sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
        world.answer("getUpdates", json!({ "offset": 2 })).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first["error_code"], 409);
    let words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(first["description"], words);
    assert_eq!(second["ok"], true);
}

#[tokio::test]
async fn taps_die_after_150_seconds_and_texts_after_a_day() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    world.sim.tap(TOKEN, ANNA, id, "c").expect("a button");
    assert_eq!(world.sim.pending(TOKEN), 2);
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(152));
    assert_eq!(world.sim.pending(TOKEN), 1);
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::hours(24));
    assert_eq!(world.sim.pending(TOKEN), 0);
}

#[tokio::test]
async fn an_update_comes_again_though_it_was_confirmed() {
    let world = World::new().await;
    assert_eq!(world.call("getUpdates", json!({ "offset": 2 })).await, json!([]));
    assert_eq!(world.sim.redeliver(TOKEN), Some(1));
    assert!(!world.sim.confirmed(TOKEN, 1));
    let again = world.call("getUpdates", json!({ "offset": 2 })).await;
    assert_eq!((&again[0]["update_id"], &again[0]["message"]["text"]), (&json!(1), &json!("/start")));
    assert_eq!(world.call("getUpdates", json!({ "offset": 2 })).await, json!([]));
    assert!(world.sim.confirmed(TOKEN, 1));
}

#[tokio::test]
async fn kinds_that_were_not_asked_for_are_not_delivered() {
    let world = World::new().await;
    world.call("getUpdates", json!({ "offset": 2, "allowed_updates": ["message"] })).await;
    world.sim.block(TOKEN, ANNA).expect("blocked");
    world.sim.unblock(TOKEN, ANNA).expect("unblocked");
    world.sim.say(TOKEN, ANNA, "hello").expect("said");
    let updates = world.call("getUpdates", json!({})).await;
    assert_eq!(updates.as_array().map(Vec::len), Some(1));
    assert_eq!(updates[0]["update_id"], 4);
}

#[tokio::test]
async fn planned_failures_hit_the_chat_they_are_meant_for() {
    let world = World::new().await;
    let refusal = Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(3));
    world.sim.disturb(TOKEN, Disturbance { times: 2, ..refusal });
    world.sim.person(TOKEN, Person { id: 7, ..anna() });
    world.sim.open_chat(TOKEN, 7);
    world.call("sendMessage", json!({ "chat_id": 7, "text": "x" })).await;
    for _ in 0..2 {
        let answer = world.answer("sendMessage", json!({ "chat_id": ANNA, "text": "x" })).await;
        assert_eq!(answer["parameters"]["retry_after"], 3);
        assert_eq!(answer["description"], "Too Many Requests: retry after 3");
    }
    world.call("sendMessage", json!({ "chat_id": ANNA, "text": "x" })).await;
    assert!(world.sim.faults(TOKEN).is_empty(), "planned failures are not the bot's fault");
}

#[tokio::test]
async fn a_held_call_waits_before_or_after_it_is_done() {
    let world = World::new().await;
    for (point, release, seen_while_held, seen_after) in [
        (HoldPoint::Before, Release::Proceed, 0, 1),
        (HoldPoint::After, Release::Discard, 2, 2),
        (HoldPoint::Before, Release::Discard, 2, 2),
    ] {
        let hold = world.sim.hold(TOKEN, "sendMessage", Some(ANNA), point);
        let call = world.http.get(format!("{}?chat_id={ANNA}&text=x", world.url("sendMessage"))).send();
        let watch = async {
            world.sim.wait_until(TOKEN, |sim| sim.held(TOKEN, hold) == 1).await;
            assert_eq!(world.sim.journal_len(TOKEN), seen_while_held);
            world.sim.release(TOKEN, hold, release);
        };
        let (answer, ()) = tokio::join!(call, watch);
        let whole = match answer {
            Ok(answer) => answer.text().await.is_ok(),
            Err(_) => false,
        };
        assert_eq!(whole, release == Release::Proceed, "a discarded call gets no answer");
        assert_eq!(world.sim.journal_len(TOKEN), seen_after);
    }
}

#[tokio::test]
async fn a_forgotten_bot_has_no_chats_and_its_poll_ends() {
    let world = World::new().await;
    let poll = world.answer("getUpdates", json!({ "offset": 2, "timeout": 50 }));
    let forget = async {
        world.sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
        world.sim.forget(TOKEN);
    };
    let (answer, ()) = tokio::join!(poll, forget);
    assert_eq!(answer["error_code"], 409);
    assert!(world.chat().bubbles.is_empty());
}

#[tokio::test]
async fn shutdown_does_not_wait_for_polls() {
    let world = World::new().await;
    let (sim, server) = (world.sim.clone(), world.server);
    let url = format!("{}/bot{TOKEN}/getUpdates?offset=2&timeout=50", server.base_url);
    let poll = tokio::spawn(world.http.get(url).send());
    sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
    let started = std::time::Instant::now();
    server.stop().await;
    assert!(started.elapsed() < std::time::Duration::from_secs(5));
    poll.abort();
}

#[tokio::test]
async fn a_tap_that_came_twice_may_be_answered_twice() {
    let world = World::new().await;
    let id = world.send_with_button("Cart", "c").await;
    world.sim.tap(TOKEN, ANNA, id, "c").expect("a button");
    let fetch = async || world.call("getUpdates", json!({ "offset": -1 })).await[0]["callback_query"]["id"].clone();
    let tap = fetch().await;
    world.call("answerCallbackQuery", json!({ "callback_query_id": tap })).await;
    let again = json!({ "callback_query_id": fetch().await });
    assert!(world.refusal("answerCallbackQuery", again).await.starts_with("Bad Request: query is too old"));
    assert!(world.sim.faults(TOKEN).is_empty(), "the bot could not know");
}

#[tokio::test]
async fn a_port_in_use_is_told() {
    let world = World::new().await;
    let port = world.server.base_url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let refused = launch(Simulator::new(), port).await.err().expect("the port is taken");
    assert!(refused.to_string().starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_at_once_is_heard_at_once() {
    use engine::chat::MessageId;
    use engine::transcript::UserAction;

    let world = World::new().await;
    let id = world.send_with_button("More", "5").await;
    let tap = UserAction::Taps { message: MessageId(id), data: "5".to_owned() };
    let taps = [(ANNA, &tap), (ANNA, &tap), (ANNA, &tap)];
    let mut offset = world.call("getUpdates", json!({})).await.as_array().map_or(1, |all| all.len() as i64 + 1);
    for _ in 0..20 {
        let poll = world.call("getUpdates", json!({ "offset": offset, "timeout": 50 }));
        let act = async {
            world.sim.wait_until(TOKEN, |sim| sim.listens(TOKEN)).await;
            world.sim.perform_at_once(TOKEN, &taps).expect("there is the button");
        };
        let (updates, ()) = tokio::join!(poll, act);
        assert_eq!(updates.as_array().map(Vec::len), Some(3), "a poll brings all of it: {updates}");
        offset += 3;
    }
    // What cannot be done keeps nothing back that was done before, and nothing that comes.
    let gone = UserAction::Taps { message: MessageId(id), data: "gone".to_owned() };
    world.sim.perform_at_once(TOKEN, &[(ANNA, &tap), (ANNA, &gone)]).expect_err("no such button");
    let updates = world.call("getUpdates", json!({ "offset": offset })).await;
    assert_eq!(updates.as_array().map(Vec::len), Some(1));
}
