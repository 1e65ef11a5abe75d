//! What is kept for a time only: nothing goes before its time, nor what somebody still has to be told.

use bson::oid::ObjectId;
use bson::{Document, doc};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::machine::Effect;
use dialogues::shop::{
    AuditAction, AuditEntry, Direction, Letter, Mailing, MailingId, MessageBody, Order, OrderMove, OrderNumber,
    OrderStatus, Retention, Segment, Steer, Steering,
};
use shopkeeper::clock::Clock;
use shopkeeper::mongod::Mongod;
use shopkeeper::store::{CommitOutcome, Expired, Store, StoreOptions};

use super::support::{cart, customer, database, message, noon, order, product, turn};

/// The same database in another process, at this time, with this setting.
async fn later(store: &Store, now: DateTime<Utc>, retention: Retention) -> Store {
    let options = StoreOptions { retention, ..StoreOptions::default() };
    let mongod = Mongod::shared().await.unwrap();
    Store::open(mongod.uri(), store.database().name(), Clock::virtual_at(now), options).await.unwrap()
}

fn stored(store: &Store, name: &str) -> mongodb::Collection<Document> {
    store.database().collection(name)
}

#[tokio::test]
async fn what_failed_is_kept_for_as_many_days_as_the_setting_says() {
    let database = database().await;
    // MongoDB's own clock deletes updates that were given up, too.
    let now = Utc::now();
    for (chat, days) in [(1_i64, 31), (2, 29), (3, 6)] {
        let created = bson::DateTime::from_chrono(now - TimeDelta::days(days));
        let archived =
            doc! { "_id": { "chat": chat, "revision": 1_i64 }, "chat": chat, "document": {}, "created": created };
        stored(&database, "archive").insert_one(archived).await.unwrap();
        let given_up = doc! { "chat": chat, "update": {}, "created": created };
        stored(&database, "dead_letters").insert_one(given_up).await.unwrap();
    }
    let chats = async |name: &str| -> Vec<i64> {
        let mut left: Vec<i64> = Vec::new();
        for chat in 1..=3_i64 {
            let there = stored(&database, name).find_one(doc! { "chat": chat }).await.unwrap();
            left.extend(there.map(|_| chat));
        }
        left
    };
    let default = later(&database, now, Retention::default()).await;
    assert_eq!(default.expire().await.unwrap().archived, 1);
    assert_eq!((chats("archive").await, chats("dead_letters").await), (vec![2, 3], vec![2, 3]));
    let week = later(&database, now, Retention { failed: 7, ..Retention::default() }).await;
    assert_eq!(week.expire().await.unwrap(), Expired { archived: 1, dead_letters: 1, ..Expired::default() });
    assert_eq!((chats("archive").await, chats("dead_letters").await), (vec![3], vec![3]));
}

/// The positions of the events that are kept.
async fn positions(store: &Store) -> Vec<i64> {
    store.number_events().await.unwrap();
    store.events_after(0, &[], 100).await.unwrap().iter().map(|event| event.position).collect()
}

#[tokio::test]
async fn an_event_is_kept_until_its_time_is_over_and_every_webhook_has_been_told() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", "always")).await.unwrap();
    let number = OrderNumber::draw(1);
    let step = |to| OrderMove { to, at: noon(), by: None, reason: None };
    turn(&database, 1, 1, &[Effect::PlaceOrder(order(1, 2))]).await;
    for status in [OrderStatus::Accepted, OrderStatus::Shipped] {
        database.take_order_on(number, |_| Some(step(status))).await.unwrap();
    }
    assert_eq!(positions(&database).await, [1, 2, 3]);
    let retention = Retention { events: Some(30), ..Retention::default() };
    let then = later(&database, noon() + TimeDelta::days(31), retention).await;
    then.take_order_on(number, |_| Some(step(OrderStatus::Delivered))).await.unwrap();
    assert_eq!(positions(&then).await, [1, 2, 3, 4]);
    // Without the setting they stay for ever.
    let kept = later(&database, noon() + TimeDelta::days(3650), Retention::default()).await;
    assert_eq!(kept.expire().await.unwrap().events, 0);

    let endpoint = ObjectId::new();
    stored(&then, "webhook_endpoints")
        .insert_one(doc! { "_id": endpoint, "enabled": true, "reached": 2_i64 })
        .await
        .unwrap();
    let delivery =
        doc! { "_id": { "endpoint": endpoint, "event": ObjectId::new() }, "state": "waiting", "position": 2_i64 };
    stored(&then, "webhook_deliveries").insert_one(delivery).await.unwrap();
    assert_eq!(then.expire().await.unwrap().events, 1, "the second is still to be delivered");
    assert_eq!(positions(&then).await, [2, 3, 4]);
    stored(&then, "webhook_deliveries").delete_many(doc! {}).await.unwrap();
    assert_eq!(then.expire().await.unwrap().events, 1, "the endpoint does not know of the third");
    assert_eq!(positions(&then).await, [3, 4]);
    stored(&then, "webhook_endpoints").update_one(doc! {}, doc! { "$set": { "enabled": false } }).await.unwrap();
    assert_eq!(then.expire().await.unwrap().events, 1, "a webhook that is disabled keeps nothing");
    assert_eq!(positions(&then).await, [4]);
    // What is over is not given again.
    let last = later(&database, noon() + TimeDelta::days(62), retention).await;
    assert_eq!(last.expire().await.unwrap().events, 1);
    turn(&last, 1, 2, &[Effect::PlaceOrder(order(2, 1))]).await;
    assert_eq!(positions(&last).await, [5]);
}

#[tokio::test]
async fn the_audit_log_is_kept_for_as_long_as_events_are() {
    let database = database().await;
    for (by, days) in [("Olga", 31), ("Boris", 29)] {
        let at = noon() - TimeDelta::days(days);
        let (action, object, value) = (AuditAction::ShopResumed, String::new(), String::new());
        let entry = AuditEntry { at, by: by.into(), action, object, value };
        turn(&database, 7, days as u32, &[Effect::Audit(entry)]).await;
    }
    let by = async |store: &Store| -> Vec<String> {
        store.audit(10).await.unwrap().into_iter().map(|entry| entry.by).collect()
    };
    assert_eq!(later(&database, noon(), Retention::default()).await.expire().await.unwrap().audit, 0);
    assert_eq!(by(&database).await, ["Boris", "Olga"]);
    let retention = Retention { events: Some(30), ..Retention::default() };
    assert_eq!(later(&database, noon(), retention).await.expire().await.unwrap().audit, 1);
    assert_eq!(by(&database).await, ["Boris"]);
}

/// Chats of which there is a dialogue, a cart or a profile.
async fn known(store: &Store) -> Vec<i64> {
    let mut known = Vec::new();
    for (name, which) in
        [("users", doc! {}), ("carts", doc! {}), ("dialogues", doc! { "conversation": { "$ne": null } })]
    {
        let ids = stored(store, name).distinct("_id", which).await.unwrap();
        known.extend(ids.iter().map(|id| id.as_i64().unwrap()));
    }
    known.sort_unstable();
    known.dedup();
    known
}

#[tokio::test]
async fn who_has_been_silent_for_as_many_days_as_the_setting_says_is_forgotten_unless_something_is_on_its_way() {
    let database = database().await;
    stored(&database, "products").insert_one(product("tea", "always")).await.unwrap();
    let (silent, waits, owner, back, wrote, stranger, group, moved) = (1, 2, 3, 4, 5, 6, -7, 8);
    let placed = |number| Effect::PlaceOrder(order(number, 1));
    let profile = [Effect::keep(customer()), Effect::keep(cart(1))];
    for (place, chat) in (1..).zip([silent, waits, owner, back, wrote, group, moved]) {
        turn(&database, chat, place, &profile).await;
    }
    turn(&database, stranger, 8, &[]).await;
    turn(&database, silent, 9, &[placed(1)]).await;
    turn(&database, waits, 10, &[placed(2)]).await;
    turn(&database, moved, 11, &[placed(3)]).await;
    let cancelled = |at| move |_: &Order| Some(OrderMove { to: OrderStatus::Cancelled, at, by: None, reason: None });
    database.take_order_on(OrderNumber::draw(1), cancelled(noon())).await.unwrap().unwrap();
    // Somebody whose dialogue another program has deleted.
    let alone = 9;
    turn(&database, alone, 12, &profile).await;
    stored(&database, "dialogues").delete_one(doc! { "_id": alone }).await.unwrap();

    // What has happened to these only later stands somewhere else than in their dialogue.
    let (postponed, renamed, newer) = (10, 11, 12);
    for (place, chat) in (20..).zip([postponed, renamed, newer]) {
        turn(&database, chat, place, &profile).await;
    }
    database.postponed().keep(900, postponed, "{}").await.unwrap();
    for name in ["dialogues", "users"] {
        let later = doc! { "$set": { "version": 99 } };
        stored(&database, name).update_one(doc! { "_id": newer }, later).await.unwrap();
    }

    let tenth = noon() + TimeDelta::days(10);
    let then = later(&database, tenth, Retention::default()).await;
    turn(&then, back, 13, &[]).await;
    let changed = doc! { "$set": { "modified": bson::DateTime::from_chrono(tenth) } };
    stored(&database, "users").update_one(doc! { "_id": renamed }, changed).await.unwrap();
    then.take_order_on(OrderNumber::draw(3), cancelled(tenth)).await.unwrap().unwrap();
    let mut question = message(1, Direction::ToShop, "Anna", "Is it fresh?");
    question.at = tenth;
    turn(&database, wrote, 14, &[Effect::Write(question)]).await;

    let retention = Retention { inactive: Some(30), ..Retention::default() };
    let never = later(&database, noon() + TimeDelta::days(3650), Retention::default()).await;
    assert_eq!(never.expire_customers(|chat| chat == owner).await.unwrap(), 0, "without the setting nobody is");
    let early = later(&database, noon() + TimeDelta::days(29), retention).await;
    assert_eq!(early.expire_customers(|chat| chat == owner).await.unwrap(), 0);
    let due = later(&database, noon() + TimeDelta::days(31), retention).await;
    let at_once = due.load(silent).await.unwrap();
    assert_eq!(due.expire_customers(|chat| chat == owner).await.unwrap(), 3, "{silent}, {stranger} and {alone}");
    assert_eq!(known(&due).await, [group, waits, owner, back, wrote, moved, postponed, renamed, newer]);
    assert_eq!(due.expire_customers(|chat| chat == owner).await.unwrap(), 0, "nobody is forgotten twice");
    let kept = due.order(OrderNumber::draw(1)).await.unwrap().unwrap();
    assert_eq!((kept.order.contact, kept.order.total), (None, order(1, 1).total), "the law wants it");
    // Whoever is back at this moment is met as somebody new.
    let answer = due.commit(silent, 15, &at_once, Some(&super::support::conversation(15)), &[]).await.unwrap();
    assert_eq!(answer, CommitOutcome::LostRace);
    assert_eq!(due.load(silent).await.unwrap().snapshot.conversation, None);
    // In some shops no status is ever set.
    let end = later(&database, noon() + Order::DELIVERED_WITHIN + TimeDelta::days(1), retention).await;
    assert_eq!(end.expire_customers(|_| false).await.unwrap(), 6);
    assert_eq!(known(&end).await, [group, postponed, newer], "whoever waits for an answer or a newer program stays");
}

#[tokio::test]
async fn whom_a_mailing_went_to_is_kept_for_as_many_days_as_the_setting_says_and_then_it_can_be_steered_no_more() {
    let database = database().await;
    let letter = Letter { words: MessageBody::plain("New harvest!"), ..Letter::default() };
    let ids = [1, 2].map(|id| MailingId(dialogues::shop::Id([id; 12])));
    for id in ids {
        let mailing = Mailing::new(id, letter.clone(), Segment::default(), 1, noon());
        database.create_mailing(&mailing, None).await.unwrap();
        let row = doc! { "mailing": ObjectId::from_bytes(id.0.0), "user": 31_i64 };
        stored(&database, "ledger")
            .insert_one(doc! { "_id": row, "round": 1, "outcome": "sent", "message": 4 })
            .await
            .unwrap();
    }
    let [over, running] = ids;
    stored(&database, "mailings")
        .update_one(
            doc! { "_id": ObjectId::from_bytes(over.0.0) },
            doc! { "$set": { "status": "done", "tally.sent": 1_i64 } },
        )
        .await
        .unwrap();
    let rows = async |store: &Store| stored(store, "ledger").count_documents(doc! {}).await.unwrap();
    let retention = Retention { recipients: Some(30), ..Retention::default() };
    for (days, retention) in [(29, retention), (3650, Retention::default())] {
        let store = later(&database, noon() + TimeDelta::days(days), retention).await;
        assert_eq!(store.expire().await.unwrap().recipients, 0);
        assert!(store.mailing(over).await.unwrap().unwrap().mailing.allows(Steer::Correct));
    }
    let store = later(&database, noon() + TimeDelta::days(31), retention).await;
    assert_eq!(store.expire().await.unwrap().recipients, 1);
    assert_eq!(rows(&store).await, 1, "the other one is not over");
    let closed = store.mailing(over).await.unwrap().unwrap().mailing;
    assert!(!closed.allows(Steer::Correct) && !closed.allows(Steer::Recall));
    assert_eq!(closed.tally.sent, 1);
    let corrected = Steering::Correct(MessageBody::plain("New harvest!!"));
    assert!(!store.try_steering(over, &corrected).await.unwrap());
    assert!(store.try_steering(running, &Steering::Pause).await.unwrap());
}
