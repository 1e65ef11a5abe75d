//! A machine that was set up by one command, under load, while MongoDB, nginx and both processes are killed.

use std::time::{Duration, Instant};

use super::boot::Machine;
use super::crowd::{Crowd, nothing_lost_nothing_doubled};
use super::deployed::{Deployed, prepare, set_up};
use super::town;
use crate::deploy::stand::until;

const TOWN: i64 = 2_000;
/// Updates a second, and how many between two kills.
const LOAD: f64 = 40.0;
const BETWEEN: usize = 240;

/// How much longer a customer may wait than a part was away: both processes look for a primary for 3 s each, and
/// Telegram's server pauses for a second. What has piled up is worked off at this machine's pace: that comes on top.
const AFTERWARDS: Duration = Duration::from_secs(10);

pub(crate) async fn set_up_by_one_command_each_part_that_is_killed_under_load_is_back_and_nothing_is_lost() {
    let Some(machine) = Machine::entered_or_booted(
        "machine::killed::set_up_by_one_command_each_part_that_is_killed_under_load_is_back_and_nothing_is_lost",
    ) else {
        return;
    };
    prepare(&machine).await;
    let shop = Deployed::set_up(&machine).await;
    assert!(shop.said.contains("0 failed"), "{}", shop.said);
    shop.answers().await;
    shop.store.wipe().await.unwrap();
    let products = town::fill_shelves(&shop.store, 100).await;
    town::settle(&shop.store, TOWN).await;
    let mut crowd = Crowd::of(&shop.telegram.simulator, shop.token, TOWN, products);
    let mut all = crowd.shop(LOAD, BETWEEN).await;
    // How fast a process starts is up to the machine, too: `until` is what bounds that.
    let backlog = all.percentile(100) * 5;
    for unit in ["shopkeeper@8080.service", "mongod.service", "nginx.service", "shopkeeper@8081.service"] {
        let mut sent = crowd.sent();
        let fall = async {
            sent.wait_for(|sent| (BETWEEN / 4..BETWEEN).contains(sent)).await.unwrap();
            let (before, since) = (shop.property(unit, "MainPID"), Instant::now());
            machine.must(&["kill", "-KILL", &before]);
            until("systemd has started it again", async || {
                let now = shop.property(unit, "MainPID");
                now != before && now != "0" && shop.property(unit, "ActiveState") == "active"
            })
            .await;
            until("MongoDB answers", async || shop.store.ping().await.is_ok()).await;
            shop.answers().await;
            since.elapsed()
        };
        let (tally, back) = tokio::join!(crowd.shop(LOAD, BETWEEN), fall);
        let longest = tally.percentile(100);
        assert!(
            longest < back + AFTERWARDS + backlog,
            "a customer waited {longest:?} for {unit}, which was away for {back:?}; {}",
            tally.line()
        );
        all = all.and(tally);
        nothing_lost_nothing_doubled(&shop.store, &all.confirmed).await;
    }
    // The same command once more is an upgrade, in the middle of the load.
    let upgrade = async { tokio::task::block_in_place(|| set_up(&machine, "")) };
    let (tally, said) = tokio::join!(crowd.shop(LOAD, BETWEEN * 2), upgrade);
    assert!(said.contains("documents opened"), "preflight comes first: {said}");
    nothing_lost_nothing_doubled(&shop.store, &all.and(tally).confirmed).await;
    let journal = machine.must(&["journalctl", "--no-pager", "--output", "cat"]);
    assert!(journal.contains("the shop is open"), "the log is read: {journal}");
    assert!(!(journal + &said + &shop.said).contains("a-token-that-no-log-may-hold"), "the token was told");
}
