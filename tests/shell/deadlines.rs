//! What happens in dialogues by itself: once, whatever becomes of the processes.

use std::collections::BTreeMap;

use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Timelike, Utc};
use dialogues::machine::{Conversation, Effect};
use dialogues::shop::{Cart, Quantity};
use futures::future::join_all;
use shopkeeper::simulator::Person;
use shopkeeper::store::CommitOutcome;

use super::support::served::{By, Served, kill, signal};
use super::support::{conversation, customer, until};

const FIRST: i64 = 5_000;
/// So many replies may be on their way at a time, each of which a kill may repeat.
const AT_A_TIME: usize = 8;

/// How many customers are reminded, and how often a process is killed meanwhile; `DEADLINES=large` for many.
fn size() -> (i64, usize) {
    match std::env::var("DEADLINES").as_deref() {
        Ok("large") => (1_000, 50),
        _ => (120, 4),
    }
}

/// A shop that reminds of carts, wherever it is day now.
async fn reminding(by: By, processes: usize) -> Served {
    let mut served = Served::open(by, processes).await;
    let hours = 12 - i64::from(Utc::now().hour());
    let sign = if hours < 0 { '-' } else { '+' };
    served.set("SHOPKEEPER_TIME_ZONE", &format!("{sign}{:02}:00", hours.abs()));
    served.set("SHOPKEEPER_CART_REMINDER_HOURS", "1");
    served
}

/// Customers with something in their carts, one after the other with a deadline.
async fn leave_carts(served: &Served, customers: i64, deadline: impl Fn(i64) -> DateTime<Utc>) {
    let (shop, store) = (&served.shop, &served.shop.store);
    let catalogue = store.catalogue().await.unwrap();
    let product = catalogue.products().find(|product| product.stock.most().is_some()).unwrap();
    let cart = Cart::default().with(product, Some(Quantity::ONE));
    let leaves = async |place: i64| {
        let chat = FIRST + place;
        let person = Person { id: chat, first_name: "Anna".into(), username: None, language_code: None };
        shop.telegram.simulator.person(&shop.token, person);
        shop.telegram.simulator.open_chat(&shop.token, chat);
        let waits = Conversation { deadline: Some(deadline(place)), ..conversation(1) };
        let effects = [Effect::keep(customer()), Effect::keep(cart.clone())];
        let loaded = store.load(chat).await.unwrap();
        let committed = store.commit(chat, 1, &loaded, Some(&waits), &effects).await.unwrap();
        assert_eq!(committed, CommitOutcome::Done);
    };
    for places in (0..customers).collect::<Vec<_>>().chunks(20) {
        join_all(places.iter().map(|place| leaves(*place))).await;
    }
}

/// How often each of them was reminded.
fn reminded(served: &Served, customers: i64) -> BTreeMap<i64, usize> {
    let (simulator, token) = (&served.shop.telegram.simulator, &served.shop.token);
    let said = |chat| {
        let bubbles = simulator.chat(token, chat).bubbles;
        bubbles.iter().filter(|bubble| bubble.text.contains("still waiting in your cart")).count()
    };
    (FIRST..FIRST + customers).map(|chat| (chat, said(chat))).filter(|(_, times)| *times > 0).collect()
}

async fn alarms(served: &Served) -> u64 {
    let dialogues = served.shop.store.database().collection::<Document>("dialogues");
    dialogues.count_documents(doc! { "alarm": { "$exists": true } }).await.unwrap()
}

/// `spread`: so many milliseconds lie between the deadlines of two customers.
async fn killed(by: By, processes: usize, spread: i64) {
    let served = reminding(by, processes).await;
    let ((customers, kills), began) = (size(), Utc::now());
    leave_carts(&served, customers, |place| began + TimeDelta::milliseconds(place * spread)).await;
    let mut programs = Vec::new();
    for place in 0..processes {
        programs.push(Some(served.serve(place).await));
    }
    for round in 0..kills {
        let (place, before) = (round % processes, reminded(&served, customers).len());
        let enough = (customers as usize).min(before + customers as usize / (2 * kills));
        until("some more are reminded", async || reminded(&served, customers).len() >= enough).await;
        kill(programs[place].take().unwrap()).await;
        programs[place] = Some(served.serve(place).await);
    }
    until("everybody is reminded", async || reminded(&served, customers).len() as i64 == customers).await;
    until("nothing is due any more", async || alarms(&served).await == 0).await;
    let repeated = reminded(&served, customers).values().sum::<usize>() - customers as usize;
    assert!(repeated <= kills * AT_A_TIME, "{repeated} repeats by {kills} kills");
    let most = reminded(&served, customers).into_values().max().unwrap();
    assert!(most <= 1 + kills, "somebody was reminded {most} times");
    for program in programs.into_iter().flatten() {
        kill(program).await;
    }
}

#[tokio::test]
async fn everybody_is_reminded_whatever_is_killed_by_polling() {
    killed(By::Polling, 1, 20).await;
}

#[tokio::test]
async fn of_two_processes_one_reminds_and_the_other_goes_on_by_webhook() {
    killed(By::Webhook, 2, 20).await;
}

/// As in the morning, when everybody is reminded whose evening it was before.
#[tokio::test]
async fn of_those_whose_deadline_is_the_same_nobody_is_left_out_by_a_kill() {
    killed(By::Polling, 1, 0).await;
}

#[tokio::test]
async fn whoever_stops_in_the_middle_lets_the_next_one_go_on_and_nobody_is_reminded_twice() {
    let served = reminding(By::Webhook, 1).await;
    let (customers, began) = (40, Utc::now());
    leave_carts(&served, customers, |_| began).await;
    let first = served.serve(0).await;
    until("some are reminded", async || reminded(&served, customers).len() >= 5).await;
    signal(&first, "TERM").await;
    let stopped = first.wait_with_output().await.unwrap();
    assert!(stopped.status.success(), "{stopped:?}");
    assert!((reminded(&served, customers).len() as i64) < customers, "it was to stop in the middle");
    let second = served.serve(0).await;
    until("nothing is due any more", async || alarms(&served).await == 0).await;
    let reminded = reminded(&served, customers);
    assert_eq!((reminded.len() as i64, reminded.values().max()), (customers, Some(&1)));
    kill(second).await;
}

#[tokio::test]
async fn without_a_kill_everybody_is_reminded_exactly_once_by_one_of_two_processes() {
    let served = reminding(By::Webhook, 2).await;
    let (customers, began) = (60, Utc::now());
    leave_carts(&served, customers, |place| began + TimeDelta::milliseconds(place * 50)).await;
    let programs = [served.serve(0).await, served.serve(1).await];
    until("nothing is due any more", async || alarms(&served).await == 0).await;
    let reminded = reminded(&served, customers);
    assert_eq!((reminded.len(), reminded.values().max()), (60, Some(&1)));
    for program in programs {
        kill(program).await;
    }
}

#[tokio::test]
async fn whoever_waits_for_a_newer_program_keeps_nobody_else_waiting() {
    let served = reminding(By::Polling, 1).await;
    let (customers, began) = (12, Utc::now());
    leave_carts(&served, customers, |place| began + TimeDelta::milliseconds(place)).await;
    // The first ones, which are looked at before all others.
    let newer = doc! { "_id": { "$lt": FIRST + 3 } };
    let dialogues = served.shop.store.database().collection::<Document>("dialogues");
    dialogues.update_many(newer, doc! { "$set": { "version": 99 } }).await.unwrap();
    let program = served.serve(0).await;
    until("the others are reminded", async || alarms(&served).await == 3).await;
    let others: BTreeMap<i64, usize> = (FIRST + 3..FIRST + customers).map(|chat| (chat, 1)).collect();
    assert_eq!(reminded(&served, customers), others);
    // Once their documents can be read, it is their turn.
    dialogues.update_many(doc! {}, doc! { "$set": { "version": 1 } }).await.unwrap();
    until("they are reminded, too", async || alarms(&served).await == 0).await;
    kill(program).await;
}

#[tokio::test]
async fn what_is_due_is_looked_for_by_an_index() {
    let served = reminding(By::Polling, 1).await;
    leave_carts(&served, 3, |place| Utc::now() + TimeDelta::hours(place - 1)).await;
    let find = |bound: &str| {
        doc! { "find": "dialogues", "filter": { "alarm": { bound: bson::DateTime::now() } }, "sort": { "alarm": 1 } }
    };
    for bound in ["$lte", "$gt"] {
        let explained = served.shop.store.database().run_command(doc! { "explain": find(bound) }).await.unwrap();
        let plan = explained.get_document("queryPlanner").unwrap().get_document("winningPlan").unwrap().to_string();
        assert!(plan.contains("IXSCAN") && !plan.contains("SORT"), "{plan}");
    }
}
