//! One process of a bot is active: the others hand updates over to it, and take over when it dies, drains or stands still.

use std::sync::Arc;

use bson::{Document, doc};
use dialogues::app::Shop as ShopApp;
use dialogues::buttons::Place;
use dialogues::chat::Author;
use dialogues::machine::{Input, Turn};
use futures::future::join_all;
use serde_json::Value;
use shell::schema::{DecisionInput, schema};
use shopkeeper::simulator::Disturbance;
use tokio::process::Child;
use tokio::sync::Notify;

use super::support::served::{By, Served, kill, signal};
use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, open, soon, until};

/// Who holds the lease, empty if nobody does, and its epoch.
async fn lease(shop: &Shop) -> (String, i64) {
    let bot: i64 = shop.token.split(':').next().unwrap().parse().unwrap();
    let leases = shop.store.database().collection::<Document>("leases");
    let found = leases.find_one(doc! { "_id": bot }).await.unwrap().unwrap();
    (found.get_str("holder").unwrap().to_owned(), found.get_i64("epoch").unwrap())
}

/// Whichever process an update comes to: one customer's are played in one lane.
#[tokio::test]
async fn updates_of_one_customer_that_come_to_two_processes_commit_and_show_by_update_id() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    // A turn that takes its time: what comes meanwhile waits in line.
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let slowly = move |scene: Arc<DecisionInput<ShopApp>>| {
        let opened = Arc::clone(&opened);
        async move {
            if scene.input == Input::Said("slowly".into()) {
                opened.notified().await;
            }
            false
        }
    };
    let never = || async { unreachable!("the filter lets nothing pass") as Turn };
    let slow = dptree::entry().branch(dptree::filter_async(slowly).endpoint(never)).branch(schema());
    let active = shop.bot_with(slow).await;
    let standby = shop.elsewhere(open(database.database_name()).await).bot().await;
    assert_eq!(bring(&standby, &shop.text("/catalogue")).await, 200);
    quiet(&active).await;
    let first = shop.text("slowly");
    let mut others: Vec<Value> = Vec::new();
    for _ in 0..8 {
        others.extend([shop.text("/profile"), shop.go(Place::Cart).await]);
    }
    let mut in_flight = active.in_flight();
    let played = async {
        let brought = async {
            in_flight.wait_for(|count| *count == 1).await.unwrap();
            // The newest first, to either process.
            let bots = [&standby, &active];
            let brought = join_all(others.iter().rev().enumerate().map(|(place, it)| bring(bots[place % 2], it)));
            let release = async {
                in_flight.wait_for(|count| *count == 17).await.unwrap();
                gate.notify_one();
            };
            tokio::join!(brought, release).0
        };
        tokio::join!(bring(&active, &first), brought)
    };
    let (status, statuses) = soon(played).await;
    assert!(status == 200 && statuses.iter().all(|status| *status == 200), "{status}, {statuses:?}");
    quiet(&active).await;
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(loaded.updates.len(), 18, "each once");
    assert!(loaded.updates.iter().is_sorted(), "{:?}", loaded.updates);
    assert_eq!(loaded.snapshot.conversation.unwrap().dialogue.name(), "Cart.Adjusting");
    assert!(shop.seen().last().unwrap().contains("cart is empty"), "{:?}", shop.seen());
    // The one that has drained leaves nothing to wait for.
    active.stop().await;
    assert_eq!(bring(&standby, &shop.text("/profile")).await, 200);
    quiet(&standby).await;
    assert!(shop.seen().last().unwrap().contains("profile"), "{:?}", shop.seen());
    standby.stop().await;
    assert_eq!(lease(&shop).await, (String::new(), 2));
}

#[tokio::test]
async fn texts_and_taps_that_come_to_two_processes_by_turns_are_each_answered_once() {
    let served = Served::open(By::Webhook, 2).await;
    let programs = [served.serve(0).await, served.serve(1).await];
    let (simulator, token) = (served.shop.telegram.simulator.clone(), served.shop.token.clone());
    for round in 1..=6 {
        simulator.say(&token, ANNA, "/help").unwrap();
        served.says("What you can do here", round).await;
        simulator.say(&token, ANNA, "/catalogue").unwrap();
        served.offers("🍯 Sweets").await;
        simulator.tap_label(&token, ANNA, "🍯 Sweets").unwrap();
        served.offers("Honey").await;
        served.confirmed().await;
        assert_eq!(served.said("What you can do here"), round);
    }
    let epochs = [served.metric(0, "shopkeeper_lease_epoch").await, served.metric(1, "shopkeeper_lease_epoch").await];
    assert_eq!(epochs, [Some(1.0), Some(0.0)], "the first one was active all the time");
    let handed_over = "shopkeeper_updates_handed_over_total{outcome=\"done\"}";
    assert!(served.metric(1, handed_over).await.is_some_and(|updates| updates >= 6.0));
    for program in programs {
        kill(program).await;
    }
}

/// It is paused while it waits to show a reply, for longer than its lease lasts.
async fn paused(by: By) {
    let served = Served::open(by, 2).await;
    let first = served.serve(0).await;
    let second = served.serve(1).await;
    let (simulator, token) = (served.shop.telegram.simulator.clone(), served.shop.token.clone());
    simulator.say(&token, ANNA, "/start").unwrap();
    served.says("Welcome", 1).await;
    served.confirmed().await;
    simulator.disturb(&token, Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(2)));
    simulator.say(&token, ANNA, "/help").unwrap();
    soon(simulator.wait_until(&token, |simulator| simulator.planned(&token).is_empty())).await;
    signal(&first, "STOP").await;
    served.is_active(1).await;
    served.says("What you can do here", 1).await;
    simulator.say(&token, ANNA, "/cart").unwrap();
    served.says("cart is empty", 1).await;
    served.confirmed().await;
    signal(&first, "CONT").await;
    // It has woken when it tells that it is not active, and that it leaves to the other one what it has not shown.
    until("it stands by", async || {
        served.metric(0, "shopkeeper_active").await == Some(0.0)
            && served.metric(0, "shopkeeper_queue_in_flight").await == Some(0.0)
    })
    .await;
    assert_eq!(served.said("What you can do here"), 1, "nothing stale is shown");
    // And from then on the other one is asked.
    simulator.say(&token, ANNA, "/help").unwrap();
    served.says("What you can do here", 2).await;
    served.confirmed().await;
    assert_eq!((served.said("What you can do here"), served.said("cart is empty")), (2, 1));
    assert_eq!(lease(&served.shop).await.1, 2);
    kill(first).await;
    kill(second).await;
}

#[tokio::test]
async fn a_process_that_stands_still_is_replaced_and_shows_nothing_stale_when_it_wakes_by_webhook() {
    paused(By::Webhook).await;
}

#[tokio::test]
async fn a_process_that_stands_still_is_replaced_and_shows_nothing_stale_when_it_wakes_by_polling() {
    paused(By::Polling).await;
}

/// It stands still for longer than its lease lasts, as on a machine that is too busy, and nobody else is there.
async fn resumed(by: By) {
    let served = Served::open(by, 1).await;
    let program = served.serve(0).await;
    let (simulator, token) = (served.shop.telegram.simulator.clone(), served.shop.token.clone());
    simulator.say(&token, ANNA, "/start").unwrap();
    served.says("Welcome", 1).await;
    simulator.say(&token, ANNA, "/catalogue").unwrap();
    served.offers("🍯 Sweets").await;
    served.confirmed().await;
    stands_still(&served, &program).await;
    simulator.tap_label(&token, ANNA, "🍯 Sweets").unwrap();
    served.offers("Honey").await;
    served.confirmed().await;
    // Once more, while a reply is under way.
    simulator.disturb(&token, Disturbance::refusal("sendMessage", Some(ANNA), 429, Some(2)));
    simulator.say(&token, ANNA, "/help").unwrap();
    soon(simulator.wait_until(&token, |simulator| simulator.planned(&token).is_empty())).await;
    stands_still(&served, &program).await;
    served.says("What you can do here", 1).await;
    simulator.say(&token, ANNA, "/cart").unwrap();
    served.says("cart is empty", 1).await;
    served.confirmed().await;
    assert_eq!(lease(&served.shop).await.1, 3, "it took the lease anew, twice");
    let bot = simulator.chat(&token, ANNA).bubbles.into_iter().filter(|bubble| bubble.author == Author::Bot);
    let said: Vec<String> = bot.map(|bubble| bubble.text).collect();
    let begin = ["Welcome", "**🍯 Sweets**", "**What you can do here**", "Your cart is empty"];
    let as_expected = said.len() == begin.len() && said.iter().zip(begin).all(|(said, begin)| said.starts_with(begin));
    assert!(as_expected, "each is shown once, and what was tapped is changed where it stands: {said:#?}");
    kill(program).await;
}

/// Pauses a process until its lease has run out.
async fn stands_still(served: &Served, program: &Child) {
    signal(program, "STOP").await;
    let bot: i64 = served.shop.token.split(':').next().unwrap().parse().unwrap();
    let leases = served.shop.store.database().collection::<Document>("leases");
    let run_out = doc! { "_id": bot, "$expr": { "$lt": ["$until", "$$NOW"] } };
    until("its lease has run out", async || leases.count_documents(run_out.clone()).await.unwrap() == 1).await;
    signal(program, "CONT").await;
}

#[tokio::test]
async fn a_process_that_takes_its_own_lease_anew_repeats_nothing_by_webhook() {
    resumed(By::Webhook).await;
}

#[tokio::test]
async fn a_process_that_takes_its_own_lease_anew_repeats_nothing_by_polling() {
    resumed(By::Polling).await;
}

#[tokio::test]
async fn who_is_told_to_stop_gives_the_lease_back_and_who_is_killed_is_not_waited_for() {
    let served = Served::open(By::Polling, 2).await;
    let (mut first, second) = (served.serve(0).await, served.serve(1).await);
    assert_eq!(served.metric(0, "shopkeeper_active").await, Some(1.0), "who is alone takes it at once");
    assert_eq!(served.metric(1, "shopkeeper_active").await, Some(0.0));
    let (holder, epoch) = lease(&served.shop).await;
    assert_eq!(epoch, 1);
    signal(&first, "TERM").await;
    soon(first.wait()).await.unwrap();
    assert_ne!(lease(&served.shop).await.0, holder);
    served.is_active(1).await;
    // Killed, and nobody else is there: whoever comes finds its socket closed, and is active when it is open.
    kill(second).await;
    let third = served.serve(0).await;
    assert_eq!(served.metric(0, "shopkeeper_active").await, Some(1.0));
    assert_eq!(lease(&served.shop).await.1, 3);
    kill(third).await;
}
