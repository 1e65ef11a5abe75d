//! Pictures, and the names under which Telegram keeps them.

use bson::oid::ObjectId;
use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::shop::PictureId;
use shopkeeper::store::Collected;

use super::support::{database, fresh_database};

#[tokio::test]
async fn equal_pictures_are_stored_once_also_when_put_at_the_same_time() {
    // A database that was used may have a loose chunk, of a bot that was stopped while it wrote a picture: what is cancelled on
    // its way to MongoDB can still arrive. A sweep deletes it after a day.
    let database = fresh_database().await;
    // Longer than a chunk of 255 KB.
    let content = [b"\xff\xd8\xff".to_vec(), vec![7; 600_000]].concat();
    let (one, two) = tokio::join!(database.put_picture(&content), database.put_picture(&content));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one, two);
    assert_eq!(one.0.len(), 32);
    assert_eq!(database.put_picture(&content).await.unwrap(), one);
    let files = database.database().collection::<Document>("pictures.files");
    assert_eq!(files.count_documents(doc! { "filename": &one.0 }).await.unwrap(), 1);
    let file = files.find_one(doc! { "filename": &one.0 }).await.unwrap().unwrap();
    let chunks = database.database().collection::<Document>("pictures.chunks");
    assert_eq!(chunks.count_documents(doc! { "files_id": file.get("_id") }).await.unwrap(), 3);
    // None is in pieces without a file.
    let whole = files.distinct("_id", doc! {}).await.unwrap();
    assert_eq!(chunks.count_documents(doc! { "files_id": { "$nin": whole } }).await.unwrap(), 0);
    assert_eq!(database.picture(&one).await.unwrap(), Some(content));
}

#[tokio::test]
async fn what_nothing_refers_to_is_deleted_after_a_day_and_nothing_else() {
    let database = fresh_database().await;
    let content = |number: u8| [b"\xff\xd8\xff".to_vec(), vec![number; 300_000]].concat();
    let (used, lost, wanted_again) = (content(1), content(2), content(3));
    let mut names = Vec::new();
    for content in [&used, &lost, &wanted_again] {
        names.push(database.put_picture(content).await.unwrap());
    }
    let products = database.database().collection::<Document>("products");
    let product = doc! { "title": "Sencha", "category": ObjectId::new(), "price": 1_i64, "picture": &names[0].0 };
    products.insert_one(product).await.unwrap();
    let (day, now) = (TimeDelta::hours(24), TimeDelta::zero());
    // Found to be without use now, they stay for a day from now.
    let _ = database.collect_pictures(day).await.unwrap();
    let has = async |place: usize| database.has_picture(&names[place]).await.unwrap();
    assert!(has(0).await && has(1).await && has(2).await);
    // Put once more, one of them is about to be referred to; and pieces without a file are of a writer that died.
    database.put_picture(&wanted_again).await.unwrap();
    let chunks = database.database().collection::<Document>("pictures.chunks");
    let died = doc! { "files_id": ObjectId::from_bytes([7; 12]), "n": 0, "data": "half" };
    chunks.insert_one(died).await.unwrap();
    let raced =
        async { (database.collect_pictures(now).await.unwrap(), database.collect_pictures(now).await.unwrap()) };
    let ((first, _), again) = tokio::join!(raced, database.put_picture(&wanted_again));
    assert!(first.pictures >= 1 && first.chunks >= 1, "{first:?}");
    assert_eq!((has(0).await, has(1).await), (true, false));
    assert_eq!(again.unwrap(), names[2]);
    // Whoever came first, it is there whole, or not at all.
    assert!(database.picture(&names[2]).await.unwrap().is_none_or(|content| content == wanted_again));
    // And neither has left it in pieces.
    let files = database.database().collection::<Document>("pictures.files");
    let whole = files.distinct("_id", doc! {}).await.unwrap();
    assert_eq!(chunks.count_documents(doc! { "files_id": { "$nin": whole } }).await.unwrap(), 0);
    assert_eq!(database.picture(&names[0]).await.unwrap(), Some(used));
    // A newer program may refer to pictures elsewhere.
    products.insert_one(doc! { "version": 1_000 }).await.unwrap();
    database.collect_pictures(now).await.unwrap();
    database.put_picture(&lost).await.unwrap();
    for _ in 0..2 {
        assert_eq!(database.collect_pictures(now).await.unwrap(), Collected::default());
    }
    assert!(has(1).await);
}

#[tokio::test]
async fn a_refused_picture_is_not_sent_until_it_is_put_again() {
    let database = database().await;
    let content = [b"\xff\xd8\xff".to_vec(), std::process::id().to_le_bytes().to_vec(), b"refused".to_vec()].concat();
    let picture = database.put_picture(&content).await.unwrap();
    database.refuse_picture(&picture, "IMAGE_PROCESS_FAILED").await.unwrap();
    assert!(database.refused_pictures().await.unwrap().contains(&picture));
    assert_eq!(database.picture_to_send(&picture).await.unwrap(), None);
    assert_eq!(database.picture(&picture).await.unwrap(), Some(content.clone()));
    database.put_picture(&content).await.unwrap();
    assert_eq!(database.picture_to_send(&picture).await.unwrap(), Some(content));
    assert!(!database.refused_pictures().await.unwrap().contains(&picture));
}

#[tokio::test]
async fn a_picture_that_is_not_there_is_none() {
    assert_eq!(database().await.picture(&PictureId("0".repeat(32))).await.unwrap(), None);
}

#[tokio::test]
async fn a_file_id_is_good_for_one_bot_until_it_is_dropped() {
    let database = database().await;
    let picture = PictureId("ab".repeat(16));
    database.keep_file_id(1, &picture, "first").await.unwrap();
    database.keep_file_id(1, &picture, "second").await.unwrap();
    assert_eq!(database.file_ids(1).await.unwrap().get(&picture).map(String::as_str), Some("second"));
    assert!(database.file_ids(2).await.unwrap().is_empty());
    database.drop_file_id(1, &picture).await.unwrap();
    assert!(database.file_ids(1).await.unwrap().is_empty());
}
