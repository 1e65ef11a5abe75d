//! One process of a bot is active: the others hand updates over to it, and take over when it dies, drains or stands still.

use bson::{Document, doc};
use dialogues::buttons::Act;
use futures::future::join_all;
use shopkeeper::simulator::Disturbance;
use tokio::time::Instant;

use super::support::served::{By, Served, kill, signal};
use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{database, open, soon, until};

/// What the bot knows of leases, but for their times.
async fn lease(shop: &Shop) -> (i64, bool) {
    let found = shop.store.database().collection::<Document>("leases").find_one(doc! {}).await.unwrap().unwrap();
    (found.get_i64("epoch").unwrap(), !found.get_str("holder").unwrap().is_empty())
}

/// Whoever an update is brought to: one customer's are played in one lane.
#[tokio::test]
async fn updates_of_one_customer_that_come_to_two_processes_commit_and_show_by_update_id() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let first = shop.bot().await;
    let second = shop.elsewhere(open(database.database_name()).await).bot().await;
    assert_eq!(bring(&first, &shop.text("/start")).await, 200);
    assert_eq!(bring(&second, &shop.text("/catalogue")).await, 200);
    quiet(&first).await;
    // The lane is held up by MongoDB, so that what comes waits in it: in this order, first to the one and then to the other.
    let mut updates = Vec::new();
    for _ in 0..8 {
        updates.extend([shop.text("/help"), shop.go(dialogues::buttons::Go::Catalogue).await]);
    }
    let mut in_flight = first.in_flight();
    let slow = shop.text("/news");
    let dialogues = database.store.database().collection::<Document>("dialogues");
    let (bots, held) = ([&second, &first], hold(&dialogues).await);
    let bringing = async {
        let bring_first = bring(&first, &slow);
        let others = async {
            in_flight.wait_for(|count| *count == 1).await.unwrap();
            let brought = updates.iter().rev().enumerate().map(|(place, update)| bring(bots[place % 2], update));
            let release = async {
                in_flight.wait_for(|count| *count == 17).await.unwrap();
                held.release().await;
            };
            tokio::join!(join_all(brought), release).0
        };
        tokio::join!(bring_first, others)
    };
    let (status, statuses) = soon(bringing).await;
    assert!(status == 200 && statuses.iter().all(|status| *status == 200), "{status}, {statuses:?}");
    quiet(&first).await;
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(loaded.updates.len(), 19);
    assert!(loaded.updates.iter().is_sorted(), "{:?}", loaded.updates);
    assert_eq!(*second.in_flight().borrow(), 0, "the other one plays nothing");
    assert!(shop.store.metrics().text().contains("shopkeeper_active 1"));
    first.stop().await;
    second.stop().await;
}
