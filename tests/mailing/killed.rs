//! Whoever is killed at whatever moment: everybody gets it, nobody is written down twice, repeats are counted.

use std::collections::HashMap;
use std::process::Stdio;
use std::time::Duration;

use bson::{Document, doc};
use dialogues::shop::{Letter, MailingStatus};
use shopkeeper::mailing::RateLimit;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::{Disturbance, Fault, HoldPoint, Release};
use shopkeeper::store::LedgerOutcome;
use tokio::process::{Child, Command};

use super::town::{FIRST, Town};
use crate::shell::support::soon;

const CUSTOMERS: i64 = 2_000;
const KILLS: usize = 24;

fn too_many(times: u32, retry_after: u32) -> Disturbance {
    let mishap = Fault::Refused { code: 429, description: String::new(), retry_after: Some(retry_after) };
    Disturbance { method: "sendMessage".into(), person: None, times, delay: Duration::ZERO, mishap }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_thousand_everybody_has_one_row_however_often_the_worker_is_killed() {
    let town = Town::of(CUSTOMERS).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    // Forty have blocked the bot, ten have never met it, and Telegram slows us down again and again.
    for nth in 0..40 {
        simulator.block(token, FIRST + 31 * nth).unwrap();
    }
    for nth in 0..10 {
        let stranger = FIRST + 31 * nth + 7;
        let mishap = Fault::Refused { code: 400, description: "Bad Request: chat not found".into(), retry_after: None };
        let plan = Disturbance {
            method: "sendMessage".into(),
            person: Some(stranger),
            times: 9,
            delay: Duration::ZERO,
            mishap,
        };
        simulator.disturb(token, plan);
    }
    let id = town.mail(Letter::plain("New harvest!")).await;
    let mut arrived = 0;
    for kill in 0..KILLS {
        let (mailer, _signal) = town.worker(None).await;
        if kill % 3 == 0 {
            simulator.disturb(token, too_many(3, 5));
        }
        arrived += 1 + rand::random_range(0..60);
        // Whatever it is doing then, it does not do to its end.
        town.live(1, town.arrived(arrived)).await;
        for _ in 0..rand::random_range(0..4) {
            town.store().mailing(id).await.unwrap();
        }
        mailer.kill().await;
    }
    let (mailer, _signal) = town.worker(None).await;
    let mailing = tokio::time::timeout(Duration::from_secs(120), async {
        town.live_long(1, town.comes_to(id, MailingStatus::Done)).await
    });
    let mailing = mailing.await.expect("it is not done in two minutes");
    mailer.kill().await;

    let ledger = town.ledger(id).await;
    assert_eq!(ledger.len(), CUSTOMERS as usize);
    assert!(ledger.windows(2).all(|rows| rows[0].user < rows[1].user), "one row each");
    let mut outcomes: HashMap<_, u32> = HashMap::new();
    for row in &ledger {
        *outcomes.entry(row.outcome.expect("everybody has an outcome")).or_default() += 1;
    }
    let of = |outcome| outcomes.get(&outcome).copied().unwrap_or(0);
    let tally = mailing.tally;
    assert_eq!((of(LedgerOutcome::Blocked), of(LedgerOutcome::NotFound)), (40, 10));
    assert_eq!(of(LedgerOutcome::Sent), 1_950, "{outcomes:?}");
    assert_eq!((tally.recipients, tally.sent, tally.blocked, tally.not_found), (2_000, 1_950, 40, 10));
    let inboxes: Vec<_> = ledger.iter().map(|row| (row, town.inbox(row.user).len())).collect();
    for (row, letters) in &inboxes {
        let wanted = usize::from(row.outcome == Some(LedgerOutcome::Sent));
        assert!(*letters >= wanted, "{} has no letter", row.user);
        assert!(*letters <= wanted || row.again, "{} has {letters} letters, and the ledger does not say so", row.user);
    }
    let repeats = town.messages() - 1_950;
    assert!(repeats <= KILLS, "{repeats} repeats of {KILLS} kills");
    assert!(repeats <= tally.repeated as usize, "{repeats} repeats, {} reported", tally.repeated);
    assert!(tally.repeated as usize <= KILLS);
}

#[tokio::test]
async fn killed_after_telegram_took_it_one_letter_comes_twice_and_the_report_says_so() {
    let town = Town::of(3).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 1), HoldPoint::After);
    let (mailer, _signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    mailer.kill().await;
    simulator.release(token, hold, Release::Discard);
    let (_mailer, _signal) = town.worker(None).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.sent, mailing.tally.repeated), (3, 1));
    let letters = [0, 1, 2].map(|nth| town.inbox(FIRST + nth).len());
    assert_eq!(letters, [1, 2, 1]);
    assert_eq!(town.ledger(id).await.iter().map(|row| row.again).collect::<Vec<_>>(), [false, true, false]);
}

#[tokio::test]
async fn stopped_in_the_middle_of_sending_nothing_is_repeated_and_another_goes_on_at_once() {
    let town = Town::of(40).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::After);
    let (first, _signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    let stopping = async {
        let letter = async { simulator.release(token, hold, Release::Proceed) };
        tokio::join!(first.stop(), letter)
    };
    soon(stopping).await;
    assert_eq!(town.messages(), 11);
    let before = town.clock().now();
    let (_second, _signal) = town.worker(None).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.sent, mailing.tally.repeated, town.messages()), (40, 0, 40));
    assert!(town.clock().now() - before < chrono::TimeDelta::seconds(3), "nobody waited for the lease to expire");
}

#[tokio::test]
async fn whoever_lost_the_lease_writes_nothing_more() {
    let town = Town::of(40).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    // The first worker hangs in the middle of sending for so long that it is taken for dead.
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::Before);
    let (_first, _signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    let (_second, _signal) = town.worker(None).await;
    // Its own letter to the same customer must pass.
    let passing = async {
        simulator.wait_until(token, |simulator| simulator.held(token, hold) == 2).await;
        simulator.release(token, hold, Release::Proceed);
        town.comes_to(id, MailingStatus::Done).await
    };
    let mailing = town.live(1, passing).await;
    assert_eq!((mailing.tally.sent, mailing.tally.recipients), (40, 40));
    assert_eq!(mailing.tally.repeated, 1, "the one that was in the middle");
    assert!(town.messages() <= 41, "{} messages", town.messages());
    assert!(town.ledger(id).await.iter().all(|row| row.outcome == Some(LedgerOutcome::Sent)));
}

/// `shopkeeper serve`, polling the town's simulator.
fn serve(town: &Town, mongodb: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_shopkeeper"))
        .arg("serve")
        .env("SHOPKEEPER_TOKEN", &town.token)
        .env("SHOPKEEPER_API_URL", &town.telegram.base_url)
        .env("SHOPKEEPER_DATABASE", town.store().database_name())
        .env("SHOPKEEPER_MAILING_RATE", "1000")
        .env("MONGODB_URI", mongodb)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_process_killed_by_the_kernel_is_taken_over_from() {
    let mongod = Mongod::shared().await.unwrap();
    let town = Town::of(300).await;
    let id = town.mail(Letter::plain("New harvest!")).await;
    let mut arrived = 0;
    for _ in 0..4 {
        let mut program = serve(&town, mongod.uri());
        arrived += rand::random_range(10..50);
        soon(town.arrived(arrived)).await;
        program.start_kill().unwrap();
        program.wait().await.unwrap();
        // As if the time of its lease had passed.
        let long_ago = bson::DateTime::from_millis(0);
        let meta = town.store().database().collection::<Document>("meta");
        meta.update_one(doc! { "_id": "postman" }, doc! { "$set": { "until": long_ago } }).await.unwrap();
    }
    let _program = serve(&town, mongod.uri());
    let mailing = soon(town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.recipients, mailing.tally.sent), (300, 300));
    assert!(town.ledger(id).await.iter().all(|row| row.outcome == Some(LedgerOutcome::Sent)));
    let repeats = town.messages() - 300;
    assert!(repeats <= 4 && repeats <= mailing.tally.repeated as usize, "{repeats} repeats of 4 kills");
}

#[tokio::test]
async fn a_letter_costs_less_than_two_commands() {
    let mut town = Town::of(500).await;
    town.options.speed = RateLimit::unlimited();
    let id = town.mail(Letter::plain("New harvest!")).await;
    let before = town.store().commands();
    let (mailer, signal) = town.worker(None).await;
    town.live(1, signal.silence()).await;
    let commands = town.store().commands() - before;
    mailer.kill().await;
    assert_eq!(town.store().mailing(id).await.unwrap().unwrap().mailing.tally.sent, 500);
    assert!(commands < 600, "{commands} commands for 500 letters");
}
