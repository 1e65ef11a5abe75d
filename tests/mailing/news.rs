//! News: whoever inserts it, it reaches everybody once.

use bson::{Document, doc, oid::ObjectId};
use chrono::{DateTime, TimeDelta, Utc};
use dialogues::shop::{Id, MailingId, MailingStatus};
use shopkeeper::replay::shop_folder;
use shopkeeper::store::seed;

use super::town::{FIRST, Town};
use crate::shell::support::soon;

/// Inserts an item as a program would that has never heard of us.
async fn insert(town: &Town, headline: &str, published: DateTime<Utc>) -> MailingId {
    let id = ObjectId::new();
    let published = bson::DateTime::from_chrono(published);
    let item = doc! { "_id": id, "headline": headline, "body": "Come & see.", "published": published };
    town.store().database().collection::<Document>("news").insert_one(item).await.unwrap();
    MailingId(Id(id.bytes()))
}

async fn mailed(town: &Town, id: MailingId) {
    let exists = async {
        town.looks(id, |mailing| mailing.is_some()).await;
        town.comes_to(id, MailingStatus::Done).await
    };
    town.live(1, exists).await;
}

#[tokio::test]
async fn an_item_inserted_by_anybody_reaches_everybody_once_also_after_a_restart() {
    let town = Town::of(12).await;
    let (mailer, _signal) = town.worker(None).await;
    let first = insert(&town, "First", town.clock().now()).await;
    mailed(&town, first).await;
    mailer.kill().await;
    // While nobody is there.
    let second = insert(&town, "Second", town.clock().now() - TimeDelta::hours(3)).await;
    let (mailer, _signal) = town.worker(None).await;
    mailed(&town, second).await;
    mailer.kill().await;
    let (_mailer, signal) = town.worker(None).await;
    town.live(1, signal.silence()).await;
    for user in FIRST..FIRST + 12 {
        let inbox = town.inbox(user);
        assert_eq!(inbox.len(), 2, "{inbox:?}");
        assert!(inbox[0].contains("**First**") && inbox[1].contains("Come & see."), "{inbox:?}");
    }
}

#[tokio::test]
async fn of_two_items_only_the_one_that_is_to_be_mailed_is() {
    let town = Town::of(3).await;
    let (_mailer, signal) = town.worker(None).await;
    soon(signal.silence()).await;
    let (shown, due) = (ObjectId::new(), ObjectId::new());
    let published = bson::DateTime::from_chrono(town.clock().now());
    // As the API writes them.
    let item = |id: ObjectId, headline: &str, mailing: Option<&str>| doc! { "_id": id, "headline": headline, "body": "", "published": published, "mailing": mailing };
    let news = town.store().database().collection::<Document>("news");
    news.insert_many([item(shown, "Shown", Some("never")), item(due, "Mailed", None)]).await.unwrap();
    // One look finds both.
    mailed(&town, MailingId(Id(due.bytes()))).await;
    assert!(town.store().mailing(MailingId(Id(shown.bytes()))).await.unwrap().is_none());
    let inbox = town.inbox(FIRST);
    assert!(inbox.len() == 1 && inbox[0].contains("Mailed"), "{inbox:?}");
}

#[tokio::test]
async fn a_date_in_the_future_is_a_schedule() {
    let town = Town::of(2).await;
    let (_mailer, signal) = town.worker(None).await;
    let now = town.clock().now();
    let id = insert(&town, "Tomorrow", now + TimeDelta::hours(20)).await;
    soon(signal.silence()).await;
    assert!(town.store().mailing(id).await.unwrap().is_none());
    town.clock().set(now + TimeDelta::hours(20) - TimeDelta::seconds(30));
    signal.raise();
    soon(signal.silence()).await;
    assert!(town.store().mailing(id).await.unwrap().is_none());
    mailed(&town, id).await;
    let sent = town.ledger(id).await[0].at.unwrap() - now;
    assert!(sent >= TimeDelta::hours(20) && sent < TimeDelta::hours(20) + TimeDelta::seconds(5), "{sent}");
}

#[tokio::test]
async fn at_the_first_start_nobody_is_mailed_the_archive_and_a_seeded_shop_mails_nothing() {
    let town = Town::of(2).await;
    let now = town.clock().now();
    insert(&town, "Old", now - TimeDelta::days(400)).await;
    insert(&town, "Of this morning", now - TimeDelta::hours(2)).await;
    seed(&town.store(), &shop_folder("tea-house").unwrap()).await.unwrap();
    let planned = insert(&town, "Planned", now + TimeDelta::hours(1)).await;
    let (_mailer, signal) = town.worker(None).await;
    soon(signal.silence()).await;
    // An archive that is brought in later is old, too.
    insert(&town, "Older", now - TimeDelta::days(30)).await;
    // Shortly before it is due: an hour in the worker's own steps of two seconds is some thousands of commands, which took
    // longer than a test may wait where a build ran beside it.
    town.clock().set(now + TimeDelta::hours(1) - TimeDelta::seconds(30));
    signal.raise();
    soon(signal.silence()).await;
    mailed(&town, planned).await;
    town.clock().advance(TimeDelta::days(400));
    signal.raise();
    town.live(1, signal.silence()).await;
    assert_eq!(town.inbox(FIRST).len(), 1, "{:?}", town.inbox(FIRST));
}

#[tokio::test]
async fn an_item_is_mailed_in_the_languages_that_it_has() {
    let town = Town::of(2).await;
    let (_mailer, _signal) = town.worker(None).await;
    town.users().update_one(doc! { "_id": FIRST }, doc! { "$set": { "language": "uk" } }).await.unwrap();
    let id = ObjectId::new();
    let item = doc! {
        "_id": id, "headline": "Spring", "body": "Here.", "published": bson::DateTime::from_chrono(town.clock().now()),
        "translations": { "uk": { "headline": "Весна", "body": "Тут." } },
    };
    town.store().database().collection::<Document>("news").insert_one(item).await.unwrap();
    mailed(&town, MailingId(Id(id.bytes()))).await;
    assert!(town.inbox(FIRST)[0].starts_with("**Весна**"), "{:?}", town.inbox(FIRST));
    assert!(town.inbox(FIRST + 1)[0].starts_with("**Spring**"), "{:?}", town.inbox(FIRST + 1));
}

#[tokio::test]
async fn a_date_that_no_calendar_here_has_is_never_due_and_holds_no_other_letter_up() {
    let town = Town::of(3).await;
    let news = town.store().database().collection::<Document>("news");
    let (mailer, signal) = town.worker(None).await;
    soon(signal.silence()).await;
    // mongosh: `new Date(8640000000000000)`, and what else a BSON date can be.
    for (place, millis) in [8_640_000_000_000_000, i64::MAX, -8_640_000_000_000_000, i64::MIN].into_iter().enumerate() {
        let published = bson::DateTime::from_millis(millis);
        let item =
            doc! { "_id": ObjectId::new(), "headline": format!("Far {place}"), "body": "-", "published": published };
        news.insert_one(item).await.unwrap();
    }
    let id = insert(&town, "Today", town.clock().now()).await;
    mailed(&town, id).await;
    assert_eq!(town.inbox(FIRST).len(), 1, "{:?}", town.inbox(FIRST));
    assert!(town.store().metrics().tasks.down().is_empty(), "the worker has not failed");
    mailer.kill().await;
    // Also a worker that starts with them works.
    let (_mailer, _signal) = town.worker(None).await;
    let id = insert(&town, "Tomorrow", town.clock().now()).await;
    mailed(&town, id).await;
}

#[tokio::test]
async fn an_item_that_nobody_can_use_holds_up_no_other() {
    let town = Town::of(2).await;
    let (_mailer, signal) = town.worker(None).await;
    soon(signal.silence()).await;
    let news = town.store().database().collection::<Document>("news");
    let far = bson::DateTime::from_millis(8_640_000_000_000_000);
    news.insert_one(doc! { "headline": "Never", "body": "b", "published": far }).await.unwrap();
    let past = bson::DateTime::from_millis(i64::MIN);
    news.insert_one(doc! { "headline": "Always", "body": "b", "published": past }).await.unwrap();
    let now = bson::DateTime::from_chrono(town.clock().now());
    news.insert_one(doc! { "headline": "Newer", "body": "b", "published": now, "version": 2 }).await.unwrap();
    news.insert_one(doc! { "headline": 7, "body": "b", "published": now }).await.unwrap();
    let mailings = town.store().database().collection::<Document>("mailings");
    mailings.insert_one(doc! { "status": "running", "version": 2 }).await.unwrap();
    mailings.insert_one(doc! { "status": "running", "starts": "soon", "version": 1 }).await.unwrap();
    let id = insert(&town, "Good", town.clock().now()).await;
    mailed(&town, id).await;
    assert_eq!(town.inbox(FIRST).len(), 1);
}
