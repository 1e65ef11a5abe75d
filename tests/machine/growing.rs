//! Two processes over a replica set of three, whose primary steps down, and one of whom is killed, in the middle of a
//! load.

use std::time::Duration;

use bson::doc;

use super::crowd::{Crowd, nothing_lost_nothing_doubled};
use super::town;
use crate::deploy::stand::{Stand, StandOptions};

const TOWN: i64 = 2_000;
const UPDATES: usize = 900;

pub(crate) async fn while_the_primary_steps_down_and_a_process_is_killed_nothing_is_lost_or_doubled() {
    let options = StandOptions { members: 3, ..StandOptions::default() };
    let stand = Stand::open(options).await;
    let products = town::fill_shelves(&stand.store, 100).await;
    town::settle(&stand.store, TOWN).await;
    let mut crowd = Crowd::of(&stand.telegram.simulator, &stand.token, TOWN, products);
    let mut sent = crowd.sent();
    let disasters = async {
        sent.wait_for(|sent| *sent >= UPDATES / 3).await.unwrap();
        step_down(&stand).await;
        sent.wait_for(|sent| *sent >= UPDATES * 2 / 3).await.unwrap();
        stand.shops[0].signal("KILL");
    };
    let (tally, ()) = tokio::join!(crowd.shop(40.0, UPDATES), disasters);
    nothing_lost_nothing_doubled(&stand.store, &tally.confirmed).await;
    assert!(tally.confirmed.len() > 20, "only {} customers have ordered", tally.confirmed.len());
    assert!(
        tally.percentile(100) < Duration::from_secs(30),
        "somebody waited {:?}: {}",
        tally.percentile(100),
        tally.line()
    );
}

/// Makes the primary give its place to another member.
pub(crate) async fn step_down(stand: &Stand) {
    let admin = mongodb::Client::with_uri_str(&stand.mongodb_uri).await.unwrap().database("admin");
    admin.run_command(doc! { "replSetStepDown": 30_i32, "secondaryCatchUpPeriodSecs": 10_i32 }).await.unwrap();
}
