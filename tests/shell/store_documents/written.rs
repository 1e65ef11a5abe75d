//! The shapes of all collections, as the real store writes them.
//!
//! Everything that is stored is written once, and what stands in each collection then is held against its files in
//! `tests/documents/`: the same fields, of the same types. So a field that is renamed, added, taken away or retyped is
//! noticed in every collection. What a dialogue's states look like is held state by state in `shapes.rs`.

use std::collections::{BTreeMap, BTreeSet};

use bson::{Bson, Document, doc};
use dialogues::buttons::Place;
use dialogues::machine::{Conversation, Effect};
use dialogues::shop::{
    Addressee, Category, Direction, Id, Language, Letter, LetterButton, Mailing, MailingId, MailingStatus, MessageBody,
    OrderMove, OrderStatus, PersonalMessage, PictureId, Product, Segment,
};
use shopkeeper::store::migrations::newest;
use shopkeeper::store::{Managed, NewsItem, NewsMailing, Receipt, Store, StoredKey, WebhookEndpoint, collections};
use shopkeeper::webhooks::new_secret;

use super::every_document;
use super::shapes::{REMEDY, Shape, shape};
use crate::shell::support::shop::{ANNA, Shop};
use crate::shell::support::{cart, conversation, customer, fresh_database, message, noon, order, tea, turn, until};

/// Fields that nothing here writes: what people write, and what is there in the middle of a mailing only. Their readers
/// are tried in `store_documents.rs`.
const ELSEWHERE: [(&str, &str); 15] = [
    ("mailings", "excluded[]"),
    ("mailings", "reports[]"),
    ("mailings", "in_flight[]"),
    ("mailings", "done[]"),
    ("mailings", "waits_until"),
    ("mailings", "letter.dated"),
    ("ledger", "again"),
    ("orders", "stale"),
    ("orders", "receipt"),
    ("personal_messages", "bringing"),
    ("personal_messages", "returned"),
    ("dialogues", "pending_cart"),
    ("events", "unnumbered"),
    ("webhook_deliveries", "attempts[].status"),
    ("webhook_deliveries", "expires"),
];

/// Fields whose inside is another document's.
const OPAQUE: [(&str, &str); 2] = [("dialogues", "conversation"), ("archive", "document")];

/// All shapes that some documents of a collection have.
fn shapes<'a>(collection: &str, documents: impl Iterator<Item = &'a Document>) -> BTreeMap<String, BTreeSet<String>> {
    let mut all = BTreeMap::<String, BTreeSet<String>>::new();
    for document in documents {
        let mut document = document.clone();
        for (_, field) in OPAQUE.iter().filter(|(of, _)| *of == collection) {
            document.insert(*field, "opaque");
        }
        let shape: Shape = shape("", &Bson::Document(document));
        for (path, kind) in shape {
            all.entry(path.trim_start_matches('.').to_owned()).or_default().insert(kind);
        }
    }
    let elsewhere = |path: &str| ELSEWHERE.iter().any(|(of, field)| *of == collection && path.starts_with(field));
    all.retain(|path, kinds| {
        kinds.remove("Null");
        !elsewhere(path) && path != "_id"
    });
    all
}

/// Somebody who is forgotten.
const GONE: i64 = 31_337;

/// Writes one of everything, by the store and by a bot.
async fn write_all(store: &Store) {
    let stamps = store.first_stamps();
    for (collection, document) in every_document() {
        match collection.as_str() {
            "products" => add::<Product>(store, &document, stamps).await,
            "categories" => add::<Category>(store, &document, stamps).await,
            "news" => add::<NewsItem>(store, &document, stamps).await,
            _ => {}
        }
    }
    let mut placed = order(5, 1);
    placed.lines[0].left = Some(2);
    turn(store, ANNA, 1, &[Effect::keep(cart(2)), Effect::keep(customer().awaiting(tea(), true))]).await;
    store.keep_past_order(&placed, ANNA).await.unwrap();
    let question = PersonalMessage { order: Some(placed.number), ..message(1, Direction::ToShop, "Anna", "When?") };
    turn(store, ANNA, 2, &[Effect::Write(question.clone())]).await;
    let answers = [Addressee::OfMessage(question.id), Addressee::OfOrder(placed.number)];
    for (place, to) in (2..).zip(answers) {
        let answer = message(place, Direction::ToCustomer(to), "Olga", "Tomorrow.");
        turn(store, 8, place, &[Effect::Write(PersonalMessage { order: Some(placed.number), ..answer })]).await;
    }
    let taken = OrderMove {
        to: OrderStatus::Cancelled,
        at: noon(),
        by: Some("Olga".into()),
        reason: Some("The harvest is late.".into()),
    };
    store.take_order_on(placed.number, |_| Some(taken.clone())).await.unwrap().unwrap();
    let endpoint = WebhookEndpoint {
        id: Store::fresh_id(),
        // Nobody listens there.
        url: "http://127.0.0.1:9/hook".into(),
        types: vec!["order.cancelled".into()],
        secret: new_secret(),
        former: Vec::new(),
        enabled: true,
        reached: 0,
        stamps,
    };
    store.add_webhook_endpoint(&endpoint, None).await.unwrap();
    store.rotate_webhook_secret(endpoint.id, &new_secret(), noon()).await.unwrap();
    // The owner is told of it by the bot that starts.
    store
        .database()
        .collection::<Document>("orders")
        .update_one(doc! {}, doc! { "$set": { "told": false } })
        .await
        .unwrap();
    turn(store, GONE, 1, &[]).await;
    let loaded = store.load(GONE).await.unwrap();
    store.commit(GONE, 2, &loaded, None, &[Effect::Forget]).await.unwrap();
    store.keep_file_id(42, &PictureId("ab".repeat(16)), "AgAC").await.unwrap();
    store.dead_letters().add(504, 7, "the turn panicked", "{}").await.unwrap();
    let key = StoredKey {
        id: "0a1b".into(),
        name: "import".into(),
        hash: "00".into(),
        scopes: vec!["products:read".into()],
        rate: Some(7),
        created: noon(),
        revoked: None,
    };
    store.add_key(&key).await.unwrap();
    store.revoke_key(&key.id).await.unwrap();
    let item = NewsItem {
        id: dialogues::shop::NewsId(Store::fresh_id()),
        headline: "H".into(),
        body: String::new(),
        published: Some(noon()),
        mailing: NewsMailing::Due,
        translations: Default::default(),
    };
    let receipt = Receipt {
        key: key.id,
        name: "import-7".into(),
        request: "00".into(),
        status: 201,
        headers: vec![("Location".into(), "/".into())],
        body: "{}".into(),
    };
    store.add(&item, stamps, Some(&receipt)).await.unwrap();
    let waits = Conversation { deadline: Some(noon() + chrono::TimeDelta::days(1)), ..conversation(1) };
    let nobody = store.load(78).await.unwrap();
    store.commit(78, 1, &nobody, Some(&waits), &[]).await.unwrap();
    let unreadable = doc! { "_id": 77_i64, "version": 1, "revision": 3_i64, "conversation": { "no": "such" } };
    store.database().collection::<Document>("dialogues").insert_one(unreadable).await.unwrap();
    assert!(store.load(77).await.unwrap().snapshot.undecodable);
}

async fn add<T: Managed + Send>(store: &Store, document: &Document, stamps: shopkeeper::store::Timestamps) {
    // Its category need not be there for this.
    let thing = T::read(document).unwrap();
    let category = thing.inside().map(|category| bson::oid::ObjectId::from_bytes(category.0.0));
    if let Some(category) = category {
        let categories = store.database().collection::<Document>("categories");
        let shelf = doc! { "$setOnInsert": { "title": "Shelf" } };
        categories.update_one(doc! { "_id": category }, shelf).upsert(true).await.unwrap();
    }
    store.add(&thing, stamps, None).await.unwrap();
}

/// A mailing that has all there may be, and is not sent yet.
fn planned() -> Mailing {
    let words =
        |headline: &str| MessageBody { headline: Some(headline.into()), body: "It is here.".into(), html: None };
    let letter = Letter {
        words: words("Spring"),
        translations: [(Language::Ukrainian, words("Весна"))].into(),
        picture: Some(PictureId("ab".repeat(16))),
        button: Some(LetterButton { label: "Look".into(), to: Place::Catalogue }),
        dated: None,
    };
    let segment = Segment { language: Some(Language::English), ordered: true, active_days: Some(30) };
    let mailing = Mailing::new(MailingId(Id([9; 12])), letter, segment, 0, noon());
    Mailing { starts: noon() + chrono::TimeDelta::days(9), ..mailing }
}

#[tokio::test]
async fn every_collection_is_written_as_its_files_say() {
    let database = fresh_database().await;
    let shop = Shop::open(database.store.clone()).await;
    write_all(&database).await;
    let author = Some(4242);
    database.create_mailing(&planned(), author).await.unwrap();
    let letter = Letter { words: MessageBody::plain("New harvest!"), ..planned().letter };
    let letter = Letter { picture: None, ..letter };
    let sent = Mailing::new(MailingId(Id([8; 12])), letter, Segment::default(), 0, noon());
    database.create_mailing(&sent, None).await.unwrap();
    shop.telegram.simulator.say(&shop.token, ANNA, "/start").unwrap();
    let bot = shop.bot_of(vec![ANNA]).await;
    until("the owner is told", async || database.unreported_orders().await.unwrap().is_empty()).await;
    until("a delivery is tried", async || {
        let deliveries = database.database().collection::<Document>("webhook_deliveries");
        deliveries.count_documents(doc! { "tries": { "$gt": 0 } }).await.unwrap() > 0
    })
    .await;
    until("messages are brought", async || {
        let messages = database.database().collection::<Document>("personal_messages");
        messages.count_documents(doc! { "pending": true }).await.unwrap() == 0
    })
    .await;
    until("the mailing is sent", async || {
        database.clock().advance(chrono::TimeDelta::seconds(1));
        let stored = database.mailing(sent.id).await.unwrap().unwrap();
        stored.mailing.status == MailingStatus::Done
    })
    .await;
    bot.stop().await;
    // A bot that runs would play it.
    database.postponed().keep(504, 7, "{}").await.unwrap();

    let mut files = BTreeMap::<String, Vec<Document>>::new();
    for (collection, document) in every_document() {
        if document.get_i32("version").is_ok_and(|version| version == newest(&collection)) {
            files.entry(collection).or_default().push(document);
        }
    }
    let mut names = database.database().list_collection_names().await.unwrap();
    // The others hold nothing of the shop: locks, marks and the driver's own files.
    names.retain(|name| collections::named(name).is_none_or(collections::Descriptor::is_versioned));
    let missing: Vec<_> = names.iter().filter(|name| !files.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:?} have no file of their newest version in tests/documents");
    assert_eq!(names.len(), files.len(), "each file has a collection: {names:?}");
    for collection in names {
        let files = &files[&collection];
        let stored: Vec<Document> = stored(&database, &collection).await;
        assert!(!stored.is_empty(), "nothing writes into {collection}");
        let (expected, written) = (shapes(&collection, files.iter()), shapes(&collection, stored.iter()));
        let mut differences = Vec::new();
        for path in expected.keys().chain(written.keys()).collect::<BTreeSet<_>>() {
            match (expected.get(path), written.get(path)) {
                (Some(expected), Some(written)) if written.is_subset(expected) || expected.is_empty() => {}
                (Some(expected), Some(written)) => {
                    differences.push(format!("{path} was {expected:?} and is {written:?}"));
                }
                (Some(_), None) => differences.push(format!("{path} is gone")),
                (None, _) => differences.push(format!("{path} is new")),
            }
        }
        assert!(differences.is_empty(), "{collection}: {}. {REMEDY}", differences.join(", "));
    }
}

async fn stored(store: &Store, collection: &str) -> Vec<Document> {
    use futures::TryStreamExt;
    let unreadable = doc! { "conversation.no": { "$exists": false } };
    let found = store.database().collection::<Document>(collection).find(unreadable).await.unwrap();
    found.try_collect().await.unwrap()
}
