//! A backup is one moment of the shop; put back, the shop goes on from there. What is not whole is not put back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use bson::{Document, doc};
use chrono::TimeDelta;
use dialogues::buttons::Action;
use dialogues::machine::{Conversation, Effect};
use dialogues::shop::{InvitationCode, Letter, Mailing, MailingId, PictureId, Segment, TeamChange, TeamRole};
use rand::RngCore;
use shopkeeper::clock::Clock;
use shopkeeper::mongod::{Mongod, MongodOptions};
use shopkeeper::store::collections::{self, Descriptor};
use shopkeeper::store::{Backup, BackupError, BackupFolder, Store, StoreError, StoreOptions};
use tokio::process::Command;

use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{
    TestDatabase, conversation, customer, database, fresh_name, noon, open, order, product, soon, turn, until,
};

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("shopkeeper-backup-{:016x}", rand::random::<u64>())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A pipe that nobody writes into.
fn pipe(folder: &Folder) -> PathBuf {
    let path = folder.0.join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

async fn back_up(store: &Store, folder: &Folder) -> Backup {
    store.backup(&folder.0, 5, |_, _| {}).await.unwrap()
}

/// A database that nothing is in yet.
async fn elsewhere() -> Store {
    open(&fresh_name()).await
}

fn documents(store: &Store, collection: &str) -> mongodb::Collection<Document> {
    store.database().collection(collection)
}

async fn hashes(store: &Store) -> Document {
    let answer = store.database().run_command(doc! { "dbHash": 1 }).await.unwrap();
    answer.get_document("collections").unwrap().clone()
}

/// A shop that has been open for a while: people, carts, orders, pictures, and a mailing under way.
async fn busy() -> TestDatabase {
    let database = database().await;
    documents(&database, "products").insert_one(product("tea", 10_000)).await.unwrap();
    for chat in 1..=30 {
        let effects = [Effect::keep(customer()), Effect::keep(super::support::cart(2))];
        turn(&database, chat, 1, &effects).await;
        turn(&database, chat, 2, &[Effect::PlaceOrder(order(u64::from(chat as u32), 2))]).await;
    }
    let letter = Letter::plain("New harvest!");
    let mailing = Mailing::new(MailingId::draw(1), letter, Segment::default(), 30, noon());
    database.create_mailing(&mailing, None).await.unwrap();
    database.put_picture(b"\xff\xd8\xffpicture").await.unwrap();
    database
}

/// What is left of the tea, and what was sold of it.
async fn tea(store: &Store) -> (i64, i64) {
    let tea = documents(store, "products").find_one(doc! { "title": "tea" }).await.unwrap().unwrap();
    let sum = doc! { "$group": { "_id": null, "sold": { "$sum": { "$sum": "$lines.quantity" } } } };
    let mut sold = documents(store, "orders").aggregate([sum]).await.unwrap();
    assert!(sold.advance().await.unwrap());
    let sold = Document::try_from(sold.current()).unwrap();
    (
        tea.get_i64("stock").or_else(|_| tea.get_i32("stock").map(i64::from)).unwrap(),
        sold.get_i32("sold").unwrap().into(),
    )
}

#[tokio::test]
async fn a_backup_is_one_moment_while_orders_are_placed() {
    let (database, folder) = (busy().await, Folder::new());
    let mut sold = 30;
    let selling = async {
        for chat in 31..=330 {
            turn(&database, chat, 1, &[Effect::PlaceOrder(order(u64::from(chat as u32), 1))]).await;
            sold += 1;
        }
    };
    let two = async {
        let first = back_up(&database, &folder).await;
        database.clock().advance(TimeDelta::seconds(1));
        (first, back_up(&database, &folder).await)
    };
    let ((first, second), ()) = tokio::join!(two, selling);
    assert_eq!(sold, 330);
    for backup in [first, second] {
        let restored = elsewhere().await;
        restored.restore(&backup.path, |_, _| {}).await.unwrap();
        let (left, sold) = tea(&restored).await;
        assert_eq!(left + sold, 10_000, "stock and orders are of one moment");
        // Every order has the dialogue of the turn that placed it.
        let orders = documents(&restored, "orders").count_documents(doc! {}).await.unwrap();
        assert_eq!(documents(&restored, "dialogues").count_documents(doc! {}).await.unwrap(), orders);
        assert!(restored.differences(&backup.manifest).await.unwrap().is_empty());
        restored.drop_database().await.unwrap();
    }
}

#[tokio::test]
async fn a_receipt_that_waited_in_the_backup_is_not_sent_after_a_restore() {
    let (database, folder) = (busy().await, Folder::new());
    let orders = documents(&database, "orders");
    let waits = doc! { "receipt": { "$exists": true } };
    let receipt = doc! { "due": bson::DateTime::from_chrono(noon()), "tries": 0 };
    orders.update_many(doc! {}, doc! { "$set": { "receipt": receipt } }).await.unwrap();
    let backup = back_up(&database, &folder).await;
    let restored = elsewhere().await;
    restored.restore(&backup.path, |_, _| {}).await.unwrap();
    assert!(orders.count_documents(waits.clone()).await.unwrap() > 0);
    assert_eq!(documents(&restored, "orders").count_documents(waits).await.unwrap(), 0);
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn what_is_restored_is_what_was_document_by_document_and_index_by_index() {
    let (database, folder) = (busy().await, Folder::new());
    let index = doc! { "createIndexes": "orders", "indexes": [{ "name": "owners_own", "key": { "total": 1 } }] };
    database.database().run_command(index).await.unwrap();
    // Whoever served the bot here does not serve it there.
    documents(&database, "leases").insert_one(doc! { "holder": "a process of before" }).await.unwrap();
    let backup = back_up(&database, &folder).await;
    let restored = elsewhere().await;
    let told = restored.restore(&backup.path, |_, _| {}).await.unwrap();
    let (mut before, mut after) = (hashes(&database).await, hashes(&restored).await);
    // What belongs to the database, and what goes by itself in either of them. Mailings must differ: see below.
    let differs = collections::all().filter(|it| !it.comes_back_whole()).map(Descriptor::name);
    for collection in differs.chain(["mailings"]) {
        before.remove(collection);
        after.remove(collection);
    }
    assert!(before.contains_key("orders") && before.contains_key("keys"), "{before}");
    assert_eq!(after, before);
    assert_eq!(documents(&restored, "leases").count_documents(doc! {}).await.unwrap(), 0);
    for collection in ["orders", "users", "ledger", "pictures.chunks"] {
        let mut names = documents(&database, collection).list_index_names().await.unwrap();
        let mut again = documents(&restored, collection).list_index_names().await.unwrap();
        names.sort();
        again.sort();
        assert_eq!(again, names, "{collection}");
    }
    assert!(restored.highest_position().await.unwrap() > 1_000_000, "what happens now is behind what was seen before");
    assert_eq!(told.paused, 1);
    let mailing = restored.mailing(MailingId::draw(1)).await.unwrap().unwrap().mailing;
    assert_eq!(mailing.status.to_string(), "paused", "who got it after the backup is not known");
    documents(&database, "orders").drop_index("owners_own").await.unwrap();
    documents(&database, "leases").delete_many(doc! {}).await.unwrap();
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn what_was_to_happen_by_itself_before_the_restore_is_over_and_what_comes_later_is_not() {
    let (database, folder) = (database().await, Folder::new());
    for (chat, hours) in [(1, -1), (2, 0), (3, 1)] {
        let waits = Conversation { deadline: Some(noon() + TimeDelta::hours(hours)), ..conversation(1) };
        let nobody = database.load(chat).await.unwrap();
        database.commit(chat, 1, &nobody, Some(&waits), &[]).await.unwrap();
    }
    let backup = back_up(&database, &folder).await;
    let restored = elsewhere().await;
    restored.restore(&backup.path, |_, _| {}).await.unwrap();
    for (chat, waits) in [(1, false), (2, false), (3, true)] {
        let document = documents(&restored, "dialogues").find_one(doc! { "_id": chat }).await.unwrap().unwrap();
        let deadline = restored.load(chat).await.unwrap().snapshot.conversation.unwrap().deadline;
        assert_eq!((document.contains_key("alarm"), deadline.is_some()), (waits, waits), "{chat}");
    }
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn the_team_is_that_of_the_moment_and_its_invitations_let_nobody_in() {
    let (database, folder) = (database().await, Folder::new());
    let code = InvitationCode::draw(1);
    let invite = TeamChange::Invite { code, role: TeamRole::Owner, until: noon() + TimeDelta::days(1) };
    for (update, change) in [(1, TeamChange::Add { member: 7, role: TeamRole::Manager }), (2, invite)] {
        turn(&database, 5, update, &[Effect::ChangeTeam { change, by_settings: true }]).await;
    }
    let backup = back_up(&database, &folder).await;
    let restored = elsewhere().await;
    restored.restore(&backup.path, |_, _| {}).await.unwrap();
    let team = restored.team().await.unwrap();
    assert_eq!((team.members, team.invitations), (vec![(7, TeamRole::Manager)], Vec::new()));
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn the_bot_goes_on_in_the_restored_shop_where_the_customer_stood() {
    let (database, folder) = (database().await, Folder::new());
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    shop.open_card(&bot, "sencha").await;
    assert_eq!(bring(&bot, &shop.tap(Action::AddToCart(None)).await).await, 200);
    for said in ["/cart", "anna@example.com", "+380671112233"] {
        if said.starts_with("anna") {
            let checkout = shop.go(dialogues::buttons::Place::Checkout).await;
            assert_eq!(bring(&bot, &checkout).await, 200);
        }
        assert_eq!(bring(&bot, &shop.text(said)).await, 200);
    }
    quiet(&bot).await;
    let backup = back_up(&database, &folder).await;
    // After the backup she gives up: that was not yet so.
    assert_eq!(bring(&bot, &shop.text("/cancel")).await, 200);
    quiet(&bot).await;
    drop(bot);

    let restored = elsewhere().await;
    restored.restore(&backup.path, |_, _| {}).await.unwrap();
    let again = shop.elsewhere(restored.clone());
    let bot = again.bot().await;
    assert_eq!(bring(&bot, &again.text("Kyiv, Khreshchatyk 1")).await, 200);
    assert_eq!(bring(&bot, &again.tap(Action::Confirm).await).await, 200);
    quiet(&bot).await;
    let orders = restored.orders_of(ANNA, 10).await.unwrap();
    assert_eq!(orders.len(), 1, "the checkout that was half-way is an order: {:?}", again.seen());
    let picture = restored.catalogue().await.unwrap().products().find_map(|product| product.picture.clone());
    let picture: PictureId = picture.unwrap();
    assert_eq!(restored.picture(&picture).await.unwrap(), database.picture(&picture).await.unwrap());
    assert!(restored.picture(&picture).await.unwrap().is_some());
    drop(bot);
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn what_is_not_whole_is_refused_before_anything_is_written() {
    let (database, folder) = (busy().await, Folder::new());
    let backup = back_up(&database, &folder).await;
    let restored = elsewhere().await;
    let refused = async |what: &str| match restored.restore(&backup.path, |_, _| {}).await.unwrap_err() {
        BackupError::NotWhole { problem, .. } => assert!(problem.contains(what), "{problem}"),
        error => panic!("{error}"),
    };
    let orders = backup.path.join("orders.bson.gz");
    let good = fs::read(&orders).unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    fs::write(&orders, &flipped).unwrap();
    refused("orders.bson.gz is not as it was written").await;
    fs::write(&orders, &good[..good.len() - 1]).unwrap();
    refused("orders.bson.gz is not as it was written").await;
    fs::remove_file(&orders).unwrap();
    refused("orders.bson.gz cannot be read").await;
    // What has no end, and what never begins.
    for endless in [PathBuf::from("/dev/zero"), pipe(&folder)] {
        std::os::unix::fs::symlink(&endless, &orders).unwrap();
        soon(refused("orders.bson.gz cannot be read (it is no regular file)")).await;
        fs::remove_file(&orders).unwrap();
        let manifest = backup.path.join("manifest.json");
        let kept = fs::read(&manifest).unwrap();
        fs::remove_file(&manifest).unwrap();
        std::os::unix::fs::symlink(&endless, &manifest).unwrap();
        soon(refused("manifest.json cannot be read (it is no regular file)")).await;
        fs::remove_file(&manifest).unwrap();
        fs::write(&manifest, kept).unwrap();
    }
    fs::write(&orders, &good).unwrap();
    let manifest = fs::read(backup.path.join("manifest.json")).unwrap();
    fs::remove_file(backup.path.join("manifest.json")).unwrap();
    refused("manifest.json cannot be read").await;
    assert!(restored.database().list_collection_names().await.unwrap().is_empty(), "nothing was written");
    fs::write(backup.path.join("manifest.json"), manifest).unwrap();
    restored.restore(&backup.path, |_, _| {}).await.unwrap();
    let again = restored.restore(&backup.path, |_, _| {}).await.unwrap_err();
    assert!(matches!(again, BackupError::NotEmpty { .. }) && again.to_string().contains("dropDatabase"), "{again}");
    restored.drop_database().await.unwrap();
}

#[tokio::test]
async fn a_half_restored_database_is_opened_by_nobody() {
    let half = elsewhere().await;
    documents(&half, "meta").insert_one(doc! { "_id": "restoring" }).await.unwrap();
    assert!(matches!(half.prepare().await, Err(StoreError::HalfRestored)));
    let folder = Folder::new();
    let refused = half.backup(&folder.0, 7, |_, _| {}).await.err().map(|error| error.to_string());
    assert_eq!(refused, Some(StoreError::HalfRestored.to_string()), "nor is it taken for a whole shop");
}

#[tokio::test]
async fn the_newest_complete_ones_of_this_database_are_kept_and_nobody_elses_are_touched() {
    let (database, folder) = (busy().await, Folder::new());
    let first = back_up(&database, &folder).await.path;
    let other = elsewhere().await;
    other.prepare().await.unwrap();
    other.clock().advance(TimeDelta::days(-1));
    let others = back_up(&other, &folder).await.path;
    // A folder that is called like one, and a backup that has lost a file.
    let foreign = folder.0.join("shopkeeper-20200101T000000Z");
    fs::create_dir_all(&foreign).unwrap();
    let mut made = vec![first];
    for keep in [3, 3, 2] {
        database.clock().advance(TimeDelta::hours(1));
        let backup = database.backup(&folder.0, keep, |_, _| {}).await.unwrap();
        made.push(backup.path);
        let broken = made.get(1).filter(|_| made.len() == 3);
        broken.into_iter().for_each(|broken| fs::remove_file(broken.join("users.bson.gz")).unwrap());
    }
    let there: Vec<bool> = made.iter().map(|path| path.exists()).collect();
    assert_eq!(there, [false, true, true, true], "the broken one does not count, and is left for a person to look at");
    assert!(foreign.exists() && others.exists());
    other.drop_database().await.unwrap();
}

#[tokio::test]
async fn two_backups_into_one_folder_do_not_meet() {
    let (database, folder) = (database().await, Folder::new());
    let held = BackupFolder::open(&folder.0).unwrap();
    let busy = database.backup(&folder.0, 1, |_, _| {}).await.unwrap_err();
    assert!(matches!(busy, BackupError::Busy(_)), "{busy}");
    drop(held);
    back_up(&database, &folder).await;
}

#[tokio::test]
async fn a_moment_that_the_server_no_longer_knows_is_told_with_the_remedy() {
    let folder = Folder::new();
    let mongod = Mongod::start(MongodOptions::of_tests()).await.unwrap();
    let clock = Clock::virtual_at(noon());
    let store = Store::open(mongod.uri(), "late", clock, StoreOptions::default()).await.unwrap();
    store.prepare().await.unwrap();
    let admin = mongodb::Client::with_uri_str(mongod.uri()).await.unwrap().database("admin");
    let too_old = doc! { "failCommands": ["find"], "namespace": "late.orders", "errorCode": 239 };
    let fail = doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": too_old };
    admin.run_command(fail).await.unwrap();
    let late = store.backup(&folder.0, 1, |_, _| {}).await.unwrap_err();
    assert!(matches!(late, BackupError::TooLong) && late.to_string().contains("minSnapshotHistoryWindow"), "{late}");
    let names: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, [".lock"], "nothing is left");
    admin.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    store.backup(&folder.0, 1, |_, _| {}).await.unwrap();
}

/// The real program with this command.
fn shopkeeper(store: &Store, mongodb: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
    command.args(arguments).env("MONGODB_URI", mongodb).env("SHOPKEEPER_DATABASE", store.database_name());
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_that_counts() {
    let (database, folder) = (database().await, Folder::new());
    for place in 0..12_i64 {
        let mut noise = vec![0; 1_000_000];
        rand::rng().fill_bytes(&mut noise);
        let noise = bson::Binary { subtype: bson::spec::BinarySubtype::Generic, bytes: noise };
        documents(&database, "dead_letters").insert_one(doc! { "_id": place, "noise": noise }).await.unwrap();
    }
    let mongod = Mongod::shared().await.unwrap();
    let path = folder.0.to_str().unwrap();
    let mut killed = shopkeeper(&database, mongod.uri(), &["backup", path]).spawn().unwrap();
    let names = |folder: &Path| -> Vec<String> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().into_string().unwrap()).filter(|name| name != ".lock").collect()
    };
    until("it has begun", async || names(&folder.0).iter().any(|name| name.starts_with(".partial-"))).await;
    killed.kill().await.unwrap();
    assert!(names(&folder.0).iter().all(|name| name.starts_with('.')), "{:?}", names(&folder.0));
    assert!(BackupFolder::open(&folder.0).unwrap().backups(database.database_name()).is_empty());
    back_up(&database, &folder).await;
    assert_eq!(names(&folder.0), ["shopkeeper-20260314T120000Z"], "the next one throws away what was left");
}

#[tokio::test]
async fn the_commands_say_what_they_did_and_fail_where_they_must() {
    let (database, folder) = (busy().await, Folder::new());
    let mongod = Mongod::shared().await.unwrap();
    let run = async |arguments: &[&str]| {
        let done = shopkeeper(&database, mongod.uri(), arguments).output().await.unwrap();
        let said = [done.stdout, done.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
        (done.status.code(), said)
    };
    let path = folder.0.to_str().unwrap();
    let (code, said) = run(&["backup", path, "--keep", "1"]).await;
    assert!(code == Some(0) && said.contains("documents, "), "{said}");
    let backup = PathBuf::from(said.split(": ").next().unwrap());
    assert_eq!(fs::metadata(&backup).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&backup).unwrap() {
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let backup = backup.to_str().unwrap();
    let (code, said) = run(&["restore", "--drill", backup]).await;
    assert!(code == Some(0) && said.contains("documents opened in"), "{said}");
    let left = database.databases(&format!("{}_drill_", database.database_name())).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    let (code, said) = run(&["restore", backup]).await;
    assert!(code == Some(1) && said.contains("is not empty"), "{said}");
    let name = fresh_name();
    let (code, said) = run(&["restore", backup, "--database", &name]).await;
    assert!(code == Some(0) && said.contains("1 mailings are paused"), "{said}");
    open(&name).await.drop_database().await.unwrap();
    let (code, said) = run(&["preflight", "--json"]).await;
    let found: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &found["faults"], &found["opened"]["users"]), (Some(0), &serde_json::json!([]), &30.into()));
    documents(&database, "carts").update_one(doc! { "_id": 3 }, doc! { "$set": { "version": 8 } }).await.unwrap();
    let (code, said) = run(&["preflight"]).await;
    assert!(code == Some(1) && said.contains("carts (version 8)") && said.contains("write a migration"), "{said}");
    let (code, _) = run(&["restore", "--drill", backup]).await;
    assert_eq!(code, Some(0), "the backup is older than the damage");
}
