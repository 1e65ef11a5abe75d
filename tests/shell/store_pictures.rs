//! Pictures, and the names under which Telegram keeps them.

use bson::{Document, doc};
use dialogues::shop::PictureId;

use super::support::database;

#[tokio::test]
async fn equal_pictures_are_stored_once_also_when_put_at_the_same_time() {
    let database = database().await;
    // Longer than a chunk of 255 KB; with the process in it, for a database is used more than once.
    let content = [b"\xff\xd8\xff".to_vec(), vec![7; 600_000], std::process::id().to_le_bytes().to_vec()].concat();
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
    // The database may hold pictures of tests before this one; none of them is in pieces without a file.
    let whole = files.distinct("_id", doc! {}).await.unwrap();
    assert_eq!(chunks.count_documents(doc! { "files_id": { "$nin": whole } }).await.unwrap(), 0);
    assert_eq!(database.picture(&one).await.unwrap(), Some(content));
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
