//! The pace: thirty a second whoever sends, and silence when Telegram asks for it.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dialogues::shop::{Letter, Mailing, MailingId, MailingStatus, Segment, Steering};
use shopkeeper::simulator::{Disturbance, HoldPoint, Release};

use super::town::{FIRST, Times, Town, most_in_a_second};
use crate::shell::support::shop::{ANNA, Shop, bring, quiet};
use crate::shell::support::{database, soon};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_one_pace() {
    let town = Town::of(300).await;
    let times = Times::default();
    let id = town.mail(Letter::plain("One")).await;
    let (first, _signal) = town.worker(Some(Arc::clone(&times))).await;
    let (_second, _signal) = town.worker(Some(Arc::clone(&times))).await;
    town.live(2, town.arrived(100)).await;
    first.kill().await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    let mut times = times.lock().unwrap().clone();
    times.sort();
    assert!(most_in_a_second(&times) <= 31, "{} in a second", most_in_a_second(&times));
    assert!(times.len() <= 301, "everybody once, and the one that was in the middle of it");
}

#[tokio::test]
async fn a_429_stops_everybody_for_exactly_as_long_as_telegram_asks() {
    let town = Town::of(20).await;
    let times = Times::default();
    let slow = Disturbance::refusal("sendMessage", Some(FIRST + 7), 429, Some(90));
    town.telegram.simulator.disturb(&town.token, slow);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let (_mailer, _signal) = town.worker(Some(Arc::clone(&times))).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((mailing.tally.sent, mailing.tally.failed), (20, 0));
    let times = times.lock().unwrap().clone();
    let refused = times.iter().position(|(_, chat)| *chat == FIRST + 7).unwrap();
    assert_eq!(times[refused + 1].1, FIRST + 7, "the same customer is next");
    assert_eq!(times[refused + 1].0 - times[refused].0, TimeDelta::seconds(90));
    let told = town.store().metrics().text();
    for line in [
        "shopkeeper_letters_total{outcome=\"sent\",task=\"send\"} 20",
        "shopkeeper_telegram_retry_after_seconds_total 90",
        "shopkeeper_telegram_call_seconds_count{method=\"sendMessage\",outcome=\"429\"} 1",
        "shopkeeper_mailing_remaining 0",
    ] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
}

#[tokio::test]
async fn who_takes_over_waits_as_long_as_telegram_asked() {
    let town = Town::of(20).await;
    let times = Times::default();
    let slow = Disturbance::refusal("sendMessage", Some(FIRST + 7), 429, Some(90));
    town.telegram.simulator.disturb(&town.token, slow);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let (first, _signal) = town.worker(Some(Arc::clone(&times))).await;
    town.live(1, town.looks(id, |mailing| mailing.is_some_and(|mailing| mailing.waits_until.is_some()))).await;
    first.kill().await;
    let (_second, _signal) = town.worker(Some(Arc::clone(&times))).await;
    town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    let times = times.lock().unwrap().clone();
    let refused = times.iter().position(|(_, chat)| *chat == FIRST + 7).unwrap();
    let waited = times[refused + 1].0 - times[refused].0;
    assert!(waited >= TimeDelta::seconds(90) && waited < TimeDelta::seconds(91), "{waited}");
}

#[tokio::test]
async fn a_mailing_that_is_paused_stops_at_the_next_customer_and_goes_on_there() {
    let town = Town::of(30).await;
    let (simulator, token) = (&town.telegram.simulator, &town.token);
    let id = town.mail(Letter::plain("New harvest!")).await;
    let hold = simulator.hold(token, "sendMessage", Some(FIRST + 10), HoldPoint::Before);
    let (_mailer, signal) = town.worker(None).await;
    town.live(1, simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    let paused = town.store().steer_mailing(id, &Steering::Pause).await.unwrap().unwrap();
    assert_eq!(paused.mailing.status, MailingStatus::Paused);
    simulator.release(token, hold, Release::Proceed);
    town.live(1, signal.silence()).await;
    assert_eq!(town.messages(), 11, "the one that was on its way, and no more");
    assert_eq!(town.store().mailing(id).await.unwrap().unwrap().mailing.tally.sent, 11);
    town.store().steer_mailing(id, &Steering::Resume).await.unwrap();
    let done = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    assert_eq!((done.tally.sent, done.tally.repeated, town.messages()), (30, 0, 30));
}

#[tokio::test]
async fn a_mailing_that_is_cancelled_ends() {
    let town = Town::of(10).await;
    let id = town.mail(Letter::plain("New harvest!")).await;
    town.store().steer_mailing(id, &Steering::Cancel).await.unwrap();
    let (_mailer, signal) = town.worker(None).await;
    town.live(1, signal.silence()).await;
    assert_eq!(town.messages(), 0);
    let resumed = town.store().steer_mailing(id, &Steering::Resume).await.unwrap().unwrap();
    assert_eq!(resumed.mailing.status, MailingStatus::Cancelled);
}

#[tokio::test]
async fn a_server_that_is_gone_for_a_while_loses_no_letter() {
    let town = Town::of(5).await;
    let id = town.mail(Letter::plain("New harvest!")).await;
    town.telegram.simulator.go_away(&town.token, Duration::from_millis(50));
    let (_mailer, _signal) = town.worker(None).await;
    let mailing = town.live(1, town.comes_to(id, MailingStatus::Done)).await;
    let tally = mailing.tally;
    // A connection that is cut may have brought the letter: it is not sent again.
    assert_eq!(tally.sent + tally.failed, 5);
}

#[tokio::test]
async fn while_a_letter_is_on_its_way_customers_are_answered() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let (simulator, token) = (shop.telegram.simulator.clone(), shop.token.clone());
    let bot = shop.bot().await;
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    quiet(&bot).await;
    let seen = shop.seen().len();
    let hold = simulator.hold(&token, "sendMessage", Some(ANNA), HoldPoint::Before);
    let id = MailingId::draw(7);
    let mailing = Mailing::new(id, Letter::plain("New harvest!"), Segment::default(), 1, database.clock().now());
    database.create_mailing(&mailing, None).await.unwrap();
    bot.desk().signal.raise();
    soon(simulator.wait_until(&token, |simulator| simulator.held(&token, hold) == 1)).await;
    assert_eq!(bring(&bot, &shop.text("/privacy")).await, 200, "committed while the letter hangs");
    assert_eq!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Privacy.Reading");
    simulator.release(&token, hold, Release::Proceed);
    quiet(&bot).await;
    let texts = shop.seen();
    assert!(texts[seen..].iter().any(|text| text == "New harvest!"), "{texts:?}");
    assert!(texts[seen..].iter().any(|text| text.contains("keeps about you")), "{texts:?}");
    bot.stop().await;
}
