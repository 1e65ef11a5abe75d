//! The server: which one is refused, who prepares it, when it ends.

use std::time::Duration;

use bson::{Document, doc};
use futures::future::join_all;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::store::{Store, StoreError, StoreOptions};

use super::support::{fresh_name, open, turn};

#[tokio::test]
async fn a_lone_server_is_refused_with_a_word_on_what_to_do() {
    let options = MongodOptions { replica_set: false, ..MongodOptions::of_tests() };
    let mongod = Mongod::start(options).await.unwrap();
    let refused = Store::open(mongod.uri(), "shop", Clock::system(), StoreOptions::default()).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoReplicaSet));
    assert!(refused.to_string().contains("rs.initiate()"));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_away() {
    let options = StoreOptions { selection: Duration::from_millis(50), ..StoreOptions::default() };
    // Port 1 is nobody's.
    let refused = Store::open("mongodb://127.0.0.1:1/", "shop", Clock::system(), options).await.unwrap_err();
    assert!(refused.is_away(), "{refused}");
}

#[tokio::test]
async fn a_kept_folder_is_gone_on_with_on_another_port() {
    let dir = std::env::temp_dir().join(fresh_name());
    let options = MongodOptions { dir: Some(dir.clone()), for_tests: true, ..MongodOptions::default() };
    let open = async |mongod: &Mongod| {
        Store::open(mongod.uri(), "shop", Clock::system(), StoreOptions::default()).await.unwrap()
    };
    let mongod = Mongod::start(options.clone()).await.unwrap();
    let store = open(&mongod).await;
    store.prepare().await.unwrap();
    turn(&store, 1, 1, &[]).await;
    drop(mongod);
    let mongod = Mongod::start(options).await.unwrap();
    assert!(open(&mongod).await.load(1).await.unwrap().has_seen(1));
    drop(mongod);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test]
async fn several_processes_prepare_a_database_once() {
    let name = fresh_name();
    let stores = join_all((0..4).map(|_| open(&name))).await;
    join_all(stores.iter().map(Store::prepare)).await.into_iter().collect::<Result<(), _>>().unwrap();
    stores[0].prepare().await.unwrap();
    let meta = stores[0].database().collection::<Document>("meta");
    assert_eq!(meta.count_documents(doc! { "_id": "lock" }).await.unwrap(), 0);
    let indexes = stores[0].database().collection::<Document>("orders").list_index_names().await.unwrap();
    let expected =
        ["_id_", "number", "checkout", "customer", "placed", "untold", "receipt", "announced", "stale", "status"];
    assert_eq!(indexes, expected);
    stores[0].database().drop().await.unwrap();
}
