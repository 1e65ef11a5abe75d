use super::*;

pub(in crate::tests) async fn scenario(world: &World) {
    let asked =
        json!({ "chat_id": ANNA, "question": "Tea?", "options": [{ "text": "Yes" }, "No"], "is_anonymous": false });
    let poll = world.call("sendPoll", asked).await;
    world.sim.vote(TOKEN, ANNA, ANNA, id_of(&poll), &[0]).expect("voted");
    world.call("stopPoll", json!({ "chat_id": ANNA, "message_id": poll["message_id"] })).await;
}

#[tokio::test]
async fn votes_are_counted_told_and_changed_until_the_poll_is_stopped() {
    let world = World::new().await;
    let asked = json!({ "chat_id": ANNA, "question": "Tea?", "options": ["Yes", "No"], "is_anonymous": false });
    let sent = world.call("sendPoll", asked).await;
    let vote = |options: &[usize]| world.sim.vote(TOKEN, ANNA, ANNA, id_of(&sent), options);
    vote(&[0]).expect("voted");
    vote(&[1]).expect("changed");
    let answer = updates(&world, "poll_answer").await.pop().expect("an answer");
    assert_eq!((&answer["option_ids"], &answer["user"]["id"]), (&json!([1]), &json!(ANNA)));
    let poll = updates(&world, "poll").await.pop().expect("a poll");
    assert_eq!((&poll["options"][0]["voter_count"], &poll["options"][1]["voter_count"]), (&json!(0), &json!(1)));
    assert_eq!(vote(&[0, 1]), Err(crate::VoteError::OneOnly.into()));
    assert_eq!(vote(&[2]), Err(crate::VoteError::NoSuchOption.into()));
    let on = json!({ "chat_id": ANNA, "message_id": sent["message_id"] });
    let stopped = world.call("stopPoll", on.clone()).await;
    assert_eq!((&stopped["is_closed"], &stopped["total_voter_count"]), (&json!(true), &json!(1)));
    assert_eq!(world.refusal("stopPoll", on).await, "Bad Request: poll has already been closed");
    assert_eq!(vote(&[0]), Err(crate::VoteError::Closed.into()));
    assert!(world.chat().bubbles.last().expect("a poll").text.contains("No · 1"));
}

#[tokio::test]
async fn a_poll_that_ends_by_its_time_is_told_whether_the_clock_is_set_or_runs() {
    let world = World::new().await;
    let asked = json!({ "chat_id": ANNA, "question": "Tea?", "options": ["Yes"], "open_period": 5 });
    world.sim.drop_updates(TOKEN);
    let sent = world.call("sendPoll", asked.clone()).await;
    assert_eq!(world.call("getUpdates", json!({})).await, json!([]));
    // `getUpdates` is held until there is something to tell.
    world.sim.advance_time(TOKEN, until_shortly_before(&world, &sent["poll"]));
    let told = world.call("getUpdates", json!({ "timeout": 20 })).await;
    assert_eq!((&told[0]["poll"]["id"], &told[0]["poll"]["is_closed"]), (&sent["poll"]["id"], &json!(true)));
    assert!(world.chat().bubbles.last().expect("a poll").text.contains("(closed)"));
    let next = told[0]["update_id"].as_i64().expect("a number") + 1;
    assert_eq!(world.call("getUpdates", json!({ "offset": next })).await, json!([]), "it is told once");

    let sent = world.call("sendPoll", asked).await;
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(5));
    let told = world.call("getUpdates", json!({ "offset": next })).await;
    assert_eq!((&told[0]["poll"]["id"], told.as_array().map(Vec::len)), (&sent["poll"]["id"], Some(1)));
}

#[tokio::test]
async fn a_quiz_has_a_right_answer_and_a_final_vote_and_closes_by_itself() {
    let world = World::new().await;
    let quiz = |fields: Value| {
        with(json!({ "chat_id": ANNA, "question": "Green?", "options": ["Sencha", "Assam"], "type": "quiz" }), fields)
    };
    assert_eq!(
        world.refusal("sendPoll", quiz(json!({}))).await,
        "Bad Request: invalid correct option identifier specified"
    );
    let sent = world.call("sendPoll", quiz(json!({ "correct_option_id": 0, "explanation": "*From* Japan", "explanation_parse_mode": "Markdown", "open_period": 10 }))).await;
    assert_eq!(
        (&sent["poll"]["correct_option_ids"], &sent["poll"]["explanation"]),
        (&json!([0]), &json!("From Japan"))
    );
    world.sim.vote(TOKEN, ANNA, ANNA, id_of(&sent), &[1]).expect("voted");
    assert_eq!(world.sim.vote(TOKEN, ANNA, ANNA, id_of(&sent), &[0]), Err(crate::VoteError::Final.into()));
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(11));
    assert_eq!(world.sim.vote(TOKEN, ANNA, ANNA, id_of(&sent), &[]), Err(crate::VoteError::Closed.into()));
    let refusals = [
        (json!({ "question": "" }), "poll question must be non-empty"),
        (json!({ "question": "x".repeat(301) }), "poll question length must not exceed 300"),
        (json!({ "options": [""] }), "poll options must be non-empty"),
        (json!({ "options": ["x".repeat(101)] }), "poll options length must not exceed 100"),
        (
            json!({ "options": (0..13).map(|n| n.to_string()).collect::<Vec<_>>() }),
            "poll can't have more than 12 options",
        ),
        (json!({ "options": {} }), "expected an Array of String as options"),
        (json!({ "type": "x" }), "unsupported poll type specified"),
        (json!({ "correct_option_ids": [1, 0] }), "correct quiz option list must be increasing"),
    ];
    for (fields, words) in refusals {
        assert_eq!(world.refusal("sendPoll", quiz(fields)).await, format!("Bad Request: {words}"));
    }
}
