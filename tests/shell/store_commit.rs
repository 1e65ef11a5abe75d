//! One turn of one customer: what is atomic, what is remembered, what it costs.

use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{Cart, Contact};
use shell::Owed;
use shopkeeper::store::CommitOutcome;

use super::support::shop::Shop;
use super::support::{cart, conversation, customer, database, order, product, soon, turn};

#[tokio::test]
async fn of_two_racing_first_turns_one_wins() {
    let database = database().await;
    let loaded = database.load(1).await.unwrap();
    let (one, two) = (conversation(1), conversation(2));
    let (first, second) = tokio::join!(
        database.commit(1, 11, &loaded, Some(&one), &[]),
        database.commit(1, 12, &loaded, Some(&two), &[]),
    );
    let mut both = [first.unwrap(), second.unwrap()];
    both.sort_by_key(|committed| *committed != CommitOutcome::Done);
    assert_eq!(both, [CommitOutcome::Done, CommitOutcome::LostRace]);
}

#[tokio::test]
async fn of_two_racing_later_turns_one_wins_whatever_they_write() {
    let database = database().await;
    turn(&database, 1, 1, &[]).await;
    for (update, effects) in [
        (10, vec![]),
        (20, vec![Effect::keep(cart(1))]),
        (30, vec![Effect::keep(customer())]),
        (40, vec![Effect::Forget]),
    ] {
        let stale = database.load(1).await.unwrap();
        turn(&database, 1, update, &[]).await;
        let next = conversation(update + 1);
        let late = database.commit(1, i64::from(update) + 1, &stale, Some(&next), &effects).await.unwrap();
        assert_eq!(late, CommitOutcome::LostRace, "{effects:?}");
        let now = database.load(1).await.unwrap();
        assert_eq!(now.conversation, Some(conversation(update)));
        assert!(now.cart.is_empty() && now.customer.is_none());
    }
}

#[tokio::test]
async fn an_update_is_remembered_also_after_ten_others_and_no_more_than_64_are() {
    let database = database().await;
    for update in 1..=11 {
        turn(&database, 1, update, &[]).await;
    }
    assert!(database.load(1).await.unwrap().has_seen(1));
    for update in 12..=70 {
        turn(&database, 1, update, &[]).await;
    }
    let loaded = database.load(1).await.unwrap();
    assert_eq!((loaded.updates.len(), loaded.has_seen(6), loaded.has_seen(7)), (64, false, true));
}

#[tokio::test]
async fn a_turn_that_only_moves_costs_two_commands_and_a_cart_turn_three() {
    let database = database().await;
    for (expected, effects) in [
        (2, vec![]),
        (2, vec![]),
        (3, vec![Effect::keep(cart(1))]),
        (3, vec![Effect::keep(cart(2))]),
        (2, vec![]),
        (4, vec![Effect::keep(customer())]),
    ] {
        let before = database.commands();
        turn(&database, 1, before as u32, &effects).await;
        assert_eq!(database.commands() - before, expected, "{effects:?}");
    }
}

#[tokio::test]
async fn a_crash_between_commit_and_projection_is_mended_by_the_next_turn() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(cart(1))]).await;
    crash_with_cart_of_two(&database).await;
    let loaded = database.load(1).await.unwrap();
    assert_eq!(loaded.cart, cart(2), "the committed cart is there at once");
    turn(&database, 1, 2, &[]).await;
    assert_eq!(stored_quantity(&database).await, 2);
    assert_eq!(database.load(1).await.unwrap().snapshot.cart, cart(2));
    assert_eq!(database.mend().await.unwrap(), 0);
}

#[tokio::test]
async fn a_crash_between_commit_and_projection_is_mended_beside_the_turns_of_the_next_start() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    turn(&database, 1, 1, &[Effect::keep(cart(1))]).await;
    crash_with_cart_of_two(&database).await;
    let bot = shop.bot().await;
    soon(bot.mended()).await;
    bot.stop().await;
    assert_eq!(stored_quantity(&database).await, 2);
    assert_eq!(database.mend().await.unwrap(), 0);
}

#[tokio::test]
async fn a_crash_before_the_very_first_projection_loses_nothing() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(cart(2))]).await;
    database.database().collection::<Document>("carts").delete_one(doc! { "_id": 1_i64 }).await.unwrap();
    assert_eq!(database.load(1).await.unwrap().snapshot.cart, cart(2));
    turn(&database, 1, 2, &[Effect::keep(customer())]).await;
    assert_eq!(stored_quantity(&database).await, 2, "a transaction mends, too");
}

/// Does the first half of a turn: the dialogue's document carries a cart that `carts` does not have.
async fn crash_with_cart_of_two(database: &shopkeeper::store::Store) {
    let dialogues = database.database().collection::<Document>("dialogues");
    let ahead = doc! { "$set": { "pending_cart.revision": 2_i64, "pending_cart.lines.0.quantity": 2 } };
    assert_eq!(dialogues.update_one(doc! { "_id": 1_i64 }, ahead).await.unwrap().modified_count, 1);
    assert_eq!(stored_quantity(database).await, 1);
}

async fn stored_quantity(database: &shopkeeper::store::Store) -> i32 {
    let carts = database.database().collection::<Document>("carts");
    let cart = carts.find_one(doc! { "_id": 1_i64 }).await.unwrap().unwrap();
    cart.get_array("lines").unwrap()[0].as_document().unwrap().get_i32("quantity").unwrap()
}

#[tokio::test]
async fn a_projected_cart_leaves_the_dialogue_with_the_next_move() {
    let database = database().await;
    let dialogues = database.database().collection::<Document>("dialogues");
    turn(&database, 1, 1, &[Effect::keep(cart(5))]).await;
    assert!(dialogues.find_one(doc! {}).await.unwrap().unwrap().contains_key("pending_cart"));
    turn(&database, 1, 2, &[]).await;
    assert!(!dialogues.find_one(doc! {}).await.unwrap().unwrap().contains_key("pending_cart"));
    assert_eq!(database.load(1).await.unwrap().snapshot.cart, cart(5));
}

#[tokio::test]
async fn created_stays_and_modified_moves() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(customer()), Effect::keep(cart(1))]).await;
    database.clock().advance(chrono::TimeDelta::minutes(1));
    turn(&database, 1, 2, &[Effect::keep(customer()), Effect::keep(cart(2))]).await;
    for name in ["dialogues", "users", "carts"] {
        let document = database.database().collection::<Document>(name).find_one(doc! {}).await.unwrap().unwrap();
        let (created, modified) =
            (document.get_datetime("created").unwrap(), document.get_datetime("modified").unwrap());
        assert_eq!(modified.timestamp_millis() - created.timestamp_millis(), 60_000, "{name}");
        assert_eq!(document.get_i32("version").unwrap(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_profile_comes_back_as_it_was_kept() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(customer())]).await;
    let loaded = database.load(1).await.unwrap();
    assert_eq!((loaded.snapshot.customer, loaded.snapshot.active), (Some(customer()), true));
    turn(&database, 1, 2, &[Effect::SetActive(false)]).await;
    assert!(!database.load(1).await.unwrap().snapshot.active);
    database.set_active(1, true).await.unwrap();
    assert!(database.load(1).await.unwrap().snapshot.active);
}

#[tokio::test]
async fn profile_and_cart_are_there_without_a_dialogue() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(customer()), Effect::keep(cart(3))]).await;
    database.database().collection::<Document>("dialogues").delete_one(doc! { "_id": 1_i64 }).await.unwrap();
    let loaded = database.load(1).await.unwrap();
    assert_eq!(
        (loaded.snapshot.conversation, loaded.snapshot.customer, loaded.snapshot.cart),
        (None, Some(customer()), cart(3))
    );
}

#[tokio::test]
async fn forgetting_keeps_number_lines_and_total_only() {
    let database = database().await;
    database.database().collection("products").insert_one(product("tea", "always")).await.unwrap();
    let effects = [Effect::keep(customer()), Effect::PlaceOrder(order(1, 2))];
    turn(&database, 1, 1, &effects).await;
    turn(&database, 1, 2, &[Effect::keep(cart(1))]).await;
    database.dead_letters().add(77, 1, "it was given up", "{}").await.unwrap();
    let postponed = doc! { "_id": 78_i64, "chat": 1_i64, "update": "{}" };
    database.database().collection::<Document>("postponed").insert_one(postponed).await.unwrap();
    let dialogues = database.database().collection::<Document>("dialogues");
    dialogues.update_one(doc! {}, doc! { "$set": { "conversation.dialogue.flow": "haggling" } }).await.unwrap();
    database.load(1).await.unwrap();
    turn(&database, 1, 4, &[]).await;
    let loaded = database.load(1).await.unwrap();
    assert_eq!(database.commit(1, 3, &loaded, None, &[Effect::Forget]).await.unwrap(), CommitOutcome::Done);
    for name in ["users", "carts", "archive", "dead_letters", "postponed"] {
        let left = database.database().collection::<Document>(name).count_documents(doc! {}).await.unwrap();
        assert_eq!(left, 0, "{name}");
    }
    let left = dialogues.find_one(doc! {}).await.unwrap().unwrap();
    let names: Vec<&str> = left.keys().map(String::as_str).collect();
    let kept = ["_id", "revision", "updates", "conversation", "replies", "forgotten", "version", "created", "modified"];
    assert_eq!(names, kept, "the updates are remembered for a day");
    assert_eq!(left.get_array("replies").unwrap().len(), 0);
    // One that Telegram brings again is known, and a turn that began before is not committed.
    let after = database.load(1).await.unwrap();
    assert!([1, 2, 3, 4].iter().all(|update| after.has_seen(*update)), "{:?}", after.updates);
    assert!(after.conversation.is_none() && !after.undecodable);
    let stale = database.commit(1, 5, &loaded, None, &[Effect::Forget]).await.unwrap();
    assert_eq!(stale, CommitOutcome::LostRace);
    let began = after.revision;
    turn(&database, 1, 6, &[]).await;
    let back = database.load(1).await.unwrap();
    assert!(
        back.revision > began && back.has_seen(3) && back.conversation.is_some(),
        "whoever comes back is as any other"
    );
    assert!(!dialogues.find_one(doc! {}).await.unwrap().unwrap().contains_key("forgotten"));
    assert!(database.orders_of(1, 10).await.unwrap().is_empty());
    let kept = database.order(order(1, 2).number).await.unwrap().unwrap();
    let needed = order(1, 2).contact.map(|contact| Contact { email: None, ..contact });
    assert_eq!((kept.customer, &kept.order.contact), (None, &needed), "it is to be delivered");
    assert_eq!((kept.order.lines, kept.order.total), (order(1, 2).lines, order(1, 2).total));
}

#[tokio::test]
async fn a_conversation_of_unknown_shape_is_archived_once_and_cart_and_profile_stay() {
    let database = database().await;
    turn(&database, 1, 1, &[Effect::keep(customer()), Effect::keep(cart(3))]).await;
    let dialogues = database.database().collection::<Document>("dialogues");
    for strange in [doc! { "conversation.dialogue.flow": "haggling" }, doc! { "version": "1" }, doc! { "updates": 7 }] {
        dialogues.update_one(doc! { "_id": 1_i64 }, doc! { "$set": strange }).await.unwrap();
        let loaded = database.load(1).await.unwrap();
        assert!(loaded.undecodable && loaded.conversation.is_none());
        assert_eq!((&loaded.customer, &loaded.cart), (&Some(customer()), &cart(3)));
        database.load(1).await.unwrap();
        turn(&database, 1, loaded.revision.unwrap() as u32, &[]).await;
        assert!(!database.load(1).await.unwrap().snapshot.undecodable);
    }
    let archived = database.database().collection::<Document>("archive").count_documents(doc! {}).await.unwrap();
    assert_eq!(archived, 3);
}

#[tokio::test]
async fn a_storage_of_any_type_keeps_one_of_two_racing_dialogues() {
    let database = database().await;
    let storage = shopkeeper::store::MongoStorage::<Vec<String>>::new(database.documents("carts"));
    assert_eq!(storage.get(1).await.unwrap(), None);
    assert_eq!(storage.put(1, &vec!["a".into()], 0).await.unwrap(), Some(1));
    assert_eq!(storage.put(1, &vec!["b".into()], 0).await.unwrap(), None);
    assert_eq!(storage.put(1, &vec!["c".into()], 1).await.unwrap(), Some(2));
    assert_eq!(storage.get(1).await.unwrap(), Some((vec!["c".into()], 2)));
    assert!(storage.remove(1).await.unwrap());
    assert_eq!(database.load(1).await.unwrap().snapshot.cart, Cart::default());
}

#[tokio::test]
async fn replies_that_cannot_be_read_take_no_dialogue_away() {
    let database = database().await;
    turn(&database, 1, 1, &[]).await;
    let dialogues = database.database().collection::<Document>("dialogues");
    for replies in [bson::Bson::from("nonsense"), bson::Bson::from(vec![doc! { "update": 1 }])] {
        dialogues.update_one(doc! { "_id": 1_i64 }, doc! { "$set": { "replies": replies } }).await.unwrap();
        let loaded = database.load(1).await.unwrap();
        assert!(loaded.conversation.is_some() && !loaded.undecodable);
        assert!(loaded.replies.unwrap_or_default().is_empty());
    }
}

/// A reply to an update, as it is kept.
fn reply(update: i64, text: &str) -> Owed {
    let parts = vec![doc! { "toast": text }];
    bson::deserialize_from_document(
        doc! { "update": update, "at": bson::DateTime::now(), "epoch": 1_i64, "parts": parts },
    )
    .unwrap()
}

#[tokio::test]
async fn of_the_replies_to_a_forgotten_person_the_goodbye_stays_and_is_owed_where_replies_were() {
    for is_owed in [false, true] {
        let database = database().await;
        turn(&database, 1, 1, &[]).await;
        let dialogues = database.database().collection::<Document>("dialogues");
        let owed = doc! { "by": "somebody", "until": bson::DateTime::now() };
        if is_owed {
            dialogues.update_one(doc! {}, doc! { "$set": { "owed": &owed } }).await.unwrap();
        }
        let loaded = database.load(1).await.unwrap();
        // What looks like a field or an operator is a text.
        let replies = [reply(1, "Kyiv, Khreshchatyk 1"), reply(2, "$updates")];
        let committed = database.commit_with(1, 2, &loaded, None, &[Effect::Forget], &replies).await.unwrap();
        assert_eq!(committed, (CommitOutcome::Done, None));
        let left = dialogues.find_one(doc! {}).await.unwrap().unwrap();
        let text = left.to_string();
        assert!(text.contains("$updates") && !text.contains("Khreshchatyk"), "{text}");
        assert_eq!(left.get_document("owed").ok(), is_owed.then_some(&owed));
        assert_eq!(left.get_i64("revision").unwrap(), 2);
        let loaded = database.load(1).await.unwrap();
        assert_eq!(loaded.replies.iter().flatten().map(|owed| owed.update).collect::<Vec<_>>(), [2]);
    }
}

#[tokio::test]
async fn whoever_comes_back_is_kept_also_where_an_older_program_has_begun_their_conversation() {
    let database = database().await;
    for chat in [1, 2] {
        turn(&database, chat, 1, &[]).await;
        let loaded = database.load(chat).await.unwrap();
        database.commit(chat, 2, &loaded, None, &[Effect::Forget]).await.unwrap();
    }
    let dialogues = database.database().collection::<Document>("dialogues");
    // It does not know `forgotten`, and leaves it.
    let conversation = bson::serialize_to_bson(&conversation(3)).unwrap();
    dialogues.update_one(doc! { "_id": 1_i64 }, doc! { "$set": { "conversation": conversation } }).await.unwrap();
    let expire = dialogues
        .find(doc! { "conversation": { "$type": "null" } })
        .hint(mongodb::options::Hint::Name("forgotten".into()));
    let expire: Vec<Document> = futures::TryStreamExt::try_collect(expire.await.unwrap()).await.unwrap();
    assert_eq!(
        expire.iter().map(|it| it.get_i64("_id").unwrap()).collect::<Vec<_>>(),
        [2],
        "what the index has expires"
    );
    assert!(database.load(1).await.unwrap().conversation.is_some());
}

#[tokio::test]
async fn a_start_removes_the_carts_of_nobody_and_keeps_that_of_a_dialogue_that_cannot_be_read() {
    let [nobody, forgotten, unreadable] = [1_i64, 2, 3];
    let database = database().await;
    for chat in [nobody, forgotten, unreadable] {
        turn(&database, chat, 1, &[Effect::keep(cart(1))]).await;
    }
    let loaded = database.load(forgotten).await.unwrap();
    database.commit(forgotten, 2, &loaded, None, &[Effect::Forget]).await.unwrap();
    let stored = |name: &str| database.database().collection::<Document>(name);
    // A projection that came late.
    stored("carts").insert_one(doc! { "_id": forgotten, "revision": 1_i64, "lines": [] }).await.unwrap();
    stored("dialogues").delete_one(doc! { "_id": nobody }).await.unwrap();
    let spoilt = doc! { "$unset": { "conversation": "", "pending_cart": "" } };
    stored("dialogues").update_one(doc! { "_id": unreadable }, spoilt).await.unwrap();
    assert_eq!(database.mend().await.unwrap(), 2);
    assert_eq!(stored("carts").count_documents(doc! {}).await.unwrap(), 1);
    assert_eq!(database.load(unreadable).await.unwrap().snapshot.cart, cart(1));
}
