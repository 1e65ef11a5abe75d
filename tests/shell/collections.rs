//! A used database has no collection that the table of collections does not list, and no personal data in a field that
//! the table does not list as personal; and of whoever is forgotten nothing is left but what the table says remains.
//!
//! Transcripts use the database as customers and owners do (`transcripts.rs` plays them). What takes an outage or a crash (an
//! archived dialogue, a dead letter, a postponed update, a mailing under way) is put there by the store, or from
//! `tests/documents/`.

mod fields;
mod traces;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bson::{Document, doc};
use dialogues::machine::Effect;
use dialogues::shop::{
    Address, Addressee, Contact, Customer, Direction, Email, Order, OrderMove, OrderStatus, PersonName, Phone,
};
use shopkeeper::store::{CommitOutcome, Store, UserQuery, collections};

use self::traces::{Place, Traces, places};
use super::store_documents::every_document;
use super::support::{TestDatabase, cart, fresh_database, message, noon, order, product, turn};

const REMEDY: &str = "list it in the DESCRIPTOR of its collection (src/store/collections.rs)";

/// The names of all collections in a database.
async fn names(store: &Store) -> Vec<String> {
    store.database().list_collection_names().await.unwrap()
}

fn unlisted(names: impl IntoIterator<Item = String>) -> Vec<String> {
    names.into_iter().filter(|name| collections::named(name).is_none()).collect()
}

/// The places that a list of fields does not cover.
fn outside(places: BTreeSet<Place>, fields: fn(&collections::Descriptor) -> &'static [&'static str]) -> Vec<String> {
    let listed = |place: &Place| {
        collections::named(&place.collection).is_some_and(|it| fields(it).iter().any(|field| place.is_in(field)))
    };
    places.into_iter().filter(|place| !listed(place)).map(|place| place.to_string()).collect()
}

/// Forgets everybody who has a profile, as the API does.
async fn forget_everybody(store: &Store) {
    let everybody = UserQuery { limit: 1000, ..UserQuery::default() };
    for held in store.users(&everybody).await.unwrap() {
        assert!(store.forget_user(&held).await.unwrap(), "nobody else changes profiles here");
    }
}

/// The collections in which a transcript has left personal data.
///
/// # Errors
/// A sentence, where there is a collection that the table does not list, or personal data where the table does not say so, or
/// where it is left of whoever is forgotten.
pub(super) async fn only_listed(store: &Store, people: Vec<i64>) -> Result<BTreeSet<String>, String> {
    let none = |found: Vec<String>, fault: &str| match found.is_empty() {
        true => Ok(()),
        false => Err(format!("{fault} {found:?}")),
    };
    none(unlisted(names(store).await), "src/store/collections.rs does not list the collections")?;
    let traces = Traces::of_everybody(store).await;
    let found = places(store, &traces.clone().and(people)).await;
    let seen = found.iter().map(|place| place.collection.clone()).collect();
    none(
        outside(found, collections::Descriptor::personal),
        &format!("fields with personal data are not listed ({REMEDY}):"),
    )?;
    forget_everybody(store).await;
    let left = places(store, &traces).await;
    none(outside(left, collections::Descriptor::remaining), "*forget me* leaves personal data in")?;
    store.wipe_people().await.unwrap();
    let left = places(store, &traces).await;
    none(left.iter().map(ToString::to_string).collect(), "`wipe_people` leaves personal data in")?;
    Ok(seen)
}

const ANNA: i64 = 31_415_926;
const OWNER: i64 = 27_182_818;

fn anna() -> Customer {
    Customer {
        name: PersonName::parse("Annabella").ok(),
        email: Email::parse("annabella@example.com").ok(),
        phone: Phone::stored("+380671234567").ok(),
        address: Address::parse("Lviv, Rynok 4").ok(),
        nickname: Some("bella".into()),
        ..Customer::default()
    }
}

fn annas_order() -> Order {
    let Customer { name, email, phone, address, .. } = anna();
    let contact = Contact { name, email: Some(email.unwrap()), phone: phone.unwrap(), address: address.unwrap() };
    Order { contact: Some(contact), ..order(5, 1) }
}

/// The document of this name in `tests/documents/`.
fn document(collection: &str, is_it: impl Fn(&Document) -> bool) -> Document {
    let mut documents = every_document().into_iter().filter(|(of, _)| of == collection).map(|(_, document)| document);
    documents.find(is_it).unwrap()
}

/// Puts something of Anna, or of an owner, into every personal field that there is.
async fn used() -> TestDatabase {
    let database = fresh_database().await;
    let stored = |collection: &str| database.database().collection::<Document>(collection);
    stored("products").insert_one(product("tea", "always")).await.unwrap();
    let effects = [Effect::keep(cart(2)), Effect::keep(anna()), Effect::PlaceOrder(annas_order())];
    turn(&database, ANNA, 1, &effects).await;
    let moves = [doc! { "to": "new", "at": bson::DateTime::now(), "by": "Olga", "reason": "Lviv, Rynok 4" }];
    let told = doc! { "told_to": [OWNER], "notices": [{ "owner": OWNER, "message": 17 }], "moves": moves };
    stored("orders").update_one(doc! {}, doc! { "$set": told }).await.unwrap();
    let update = r#"{"update_id":505,"message":{"from":{"id":31415926,"first_name":"Annabella"}}}"#;
    database.dead_letters().add(504, ANNA, "the turn panicked", update).await.unwrap();
    database.postponed().keep(505, ANNA, update).await.unwrap();
    let question = message(1, Direction::ToShop, "Annabella", "Lviv, Rynok 4 or the post office?");
    turn(&database, ANNA, 11, &[Effect::Write(question.clone())]).await;
    let to = Direction::ToCustomer(Addressee::OfMessage(question.id));
    turn(&database, OWNER, 12, &[Effect::Write(message(2, to, "Olga", "As you like, Annabella"))]).await;
    let notices = doc! { "$set": { "notices": [{ "owner": OWNER, "message": 18 }] } };
    stored("personal_messages").update_many(doc! {}, notices).await.unwrap();
    // One that nobody can read: it goes to the archive with the checkout's form in it.
    let form = doc! { "email": "annabella@example.com", "phone": "+380671234567", "address": "Lviv, Rynok 4" };
    let dialogue = |flow: &str| doc! { "flow": flow, "state": "reviewing", "form": &form };
    let spoilt = doc! { "$set": { "conversation.dialogue": dialogue("haggling") } };
    stored("dialogues").update_one(doc! { "_id": ANNA }, spoilt).await.unwrap();
    assert!(database.load(ANNA).await.unwrap().snapshot.undecodable);
    turn(&database, ANNA, 2, &[Effect::keep(cart(1))]).await;
    let mut reviewing = dialogue("checkout");
    reviewing.get_document_mut("form").unwrap().insert("id", "00c0ffee00c0ffee");
    let reply = doc! { "update": 8, "at": bson::DateTime::now(), "parts": [{ "toast": "Lviv, Rynok 4" }] };
    let reviewing = doc! { "$set": { "conversation.dialogue": reviewing, "replies": [reply] } };
    stored("dialogues").update_one(doc! { "_id": ANNA }, reviewing).await.unwrap();
    assert!(database.load(ANNA).await.unwrap().snapshot.conversation.is_some(), "this one can be read");
    let mut mailing = document("mailings", |it| it.contains_key("waits_until"));
    mailing.extend(doc! {
        "author": OWNER, "reports": [{ "chat": OWNER, "message": 17 }], "excluded": [ANNA], "in_flight": [ANNA],
        "done": [{ "user": ANNA, "outcome": "sent", "message": 4 }],
    });
    let id = mailing.get_object_id("_id").unwrap();
    stored("mailings").insert_one(mailing).await.unwrap();
    let line =
        doc! { "at": bson::DateTime::now(), "by": "Annabella", "object": "Annabella", "action": "member_appointed" };
    stored("audit").insert_one(line).await.unwrap();
    let invitation = doc! { "code": "000000000000000001", "by": OWNER };
    let anna = doc! { "chat": ANNA, "role": "owner" };
    let team = doc! { "_id": "team", "members": [&anna], "invitations": [invitation], "untold": [&anna] };
    stored("meta").insert_one(team).await.unwrap();
    let mut row = document("ledger", |it| it.contains_key("outcome"));
    row.insert("_id", doc! { "mailing": id, "user": ANNA });
    stored("ledger").insert_one(row).await.unwrap();
    database
}

/// How somebody can be forgotten.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// By themselves, in the chat.
    Chat,
    /// By the owner's program.
    Api,
}

async fn forget(store: &Store, way: Way) {
    match way {
        Way::Chat => {
            let loaded = store.load(ANNA).await.unwrap();
            let committed = store.commit(ANNA, 9, &loaded, None, &[Effect::Forget]).await.unwrap();
            assert_eq!(committed, CommitOutcome::Done);
        }
        Way::Api => forget_everybody(store).await,
    }
}

#[tokio::test]
async fn of_whoever_is_forgotten_nothing_is_left_but_what_the_table_says() {
    for way in [Way::Chat, Way::Api] {
        let database = used().await;
        let foreign = unlisted(names(&database).await);
        assert!(foreign.is_empty(), "{way:?}: the collections {foreign:?} are not in src/store/collections.rs");
        let traces = Traces::of(ANNA, &anna());
        let found = places(&database, &traces.clone().and([OWNER])).await;
        // Else this test would not notice what is left there.
        for collection in collections::all() {
            for field in collection.personal() {
                let is_there = found.iter().any(|it| it.collection == collection.name() && it.is_in(field));
                assert!(is_there, "{way:?}: nobody is in {}.{field}", collection.name());
            }
        }
        let unknown = outside(found, collections::Descriptor::personal);
        assert!(unknown.is_empty(), "{way:?}: personal data in {unknown:?}: {REMEDY}");
        forget(&database, way).await;
        let left = outside(places(&database, &traces).await, collections::Descriptor::remaining);
        assert!(left.is_empty(), "{way:?}: *forget me* leaves personal data in {left:?}");
        let kept = database.order(annas_order().number).await.unwrap().unwrap();
        assert_eq!(
            (kept.order.lines, kept.order.total),
            (annas_order().lines, annas_order().total),
            "the law wants it"
        );
        let needed = annas_order().contact.map(|contact| Contact { email: None, ..contact });
        assert_eq!(kept.order.contact, needed, "{way:?}: nobody can deliver it without that");
        let delivered = |order: &Order| {
            let to = if order.status == OrderStatus::New { OrderStatus::Cancelled } else { OrderStatus::Delivered };
            Some(OrderMove { to, at: noon(), by: Some("Olga".into()), reason: None })
        };
        match way {
            Way::Chat => drop(database.take_order_on(annas_order().number, delivered).await.unwrap()),
            // A program before this one cancels it, and does not know that it is to be cleared.
            Way::Api => {
                let orders = database.database().collection::<Document>("orders");
                orders
                    .update_one(doc! {}, doc! { "$set": { "status": "cancelled", "recorded": "cancelled" } })
                    .await
                    .unwrap();
                database.expire().await.unwrap();
            }
        }
        let left = places(&database, &traces).await.into_iter().filter(|place| place.collection == "orders");
        let left: Vec<_> = left.collect();
        assert!(left.is_empty(), "{way:?}: once nothing is left to be delivered, personal data stays in {left:?}");
        database.wipe().await.unwrap();
        let left = places(&database, &traces.and([OWNER])).await;
        assert!(left.is_empty(), "{way:?}: `wipe` leaves {left:?}");
    }
}

/// The ids of all documents, by collection.
async fn ids(store: &Store) -> BTreeSet<(String, String)> {
    let mut ids = BTreeSet::new();
    for name in names(store).await {
        let found = store.database().collection::<Document>(&name).distinct("_id", doc! {}).await.unwrap();
        ids.extend(found.iter().map(|id| (name.clone(), id.as_str().unwrap_or_default().to_owned())));
    }
    ids
}

/// Puts a document into every collection, and into `meta` what a shop that was open has there.
async fn planted(store: &Store) -> Vec<(&'static str, &'static str)> {
    let everywhere = collections::all().map(|collection| (collection.name(), "planted"));
    let planted: Vec<_> =
        everywhere.chain(["postman", "news", "shop", "pause", "team"].map(|id| ("meta", id))).collect();
    for (name, id) in &planted {
        store.database().collection::<Document>(name).insert_one(doc! { "_id": *id }).await.unwrap();
    }
    planted
}

// A transcript that is played in a used database is not to find what the one before it has left there.
#[tokio::test]
async fn a_database_that_is_used_again_has_nothing_of_before_but_shelves_and_pictures() {
    let database = fresh_database().await;
    let pair = |(name, id): (&str, &str)| (name.to_owned(), id.to_owned());
    let remaining = [("meta", "shape"), ("meta", "planted"), ("leases", "planted")];
    let pictures = [("pictures.files", "planted"), ("pictures.chunks", "planted")];
    let shelves = [("categories", "planted"), ("products", "planted"), ("idempotency", "planted"), ("meta", "shop")];
    let kept: BTreeSet<_> = remaining.into_iter().chain(pictures).map(pair).collect();
    let with_shelves: BTreeSet<_> = kept.iter().cloned().chain(shelves.map(pair)).collect();
    let planted = planted(&database).await;
    database.wipe_people().await.unwrap();
    assert_eq!(ids(&database).await, with_shelves);
    database.wipe().await.unwrap();
    assert_eq!(ids(&database).await, kept);
    // What stands alone is found, too.
    for (name, id) in planted.into_iter().filter(|planted| !kept.contains(&pair(*planted))) {
        database.database().collection::<Document>(name).insert_one(doc! { "_id": id }).await.unwrap();
        database.wipe().await.unwrap();
        assert_eq!(ids(&database).await, kept, "{name}");
    }
}

#[tokio::test]
async fn a_prepared_database_has_the_collections_of_the_table_and_no_other() {
    let database = fresh_database().await;
    let there: BTreeSet<String> = names(&database).await.into_iter().collect();
    let listed: BTreeSet<String> = collections::all().map(|collection| collection.name().to_owned()).collect();
    assert_eq!(there, listed);
}

/// A module of the store that is about a collection calls its name `NAME`; these are other names.
const OTHER_NAMES: [&str; 3] = ["backup/manifest.rs", "pictures.rs", "replica.rs"];

#[test]
fn every_collection_that_a_module_of_the_store_names_is_in_the_table() {
    let mut named = Vec::new();
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let mut folders = vec![store.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if OTHER_NAMES.iter().any(|other| path == store.join(other)) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| line.split_once(" NAME: &str = \"")?.1.strip_suffix("\";"));
            named.extend(names.map(str::to_owned));
        }
    }
    assert!(named.len() >= 15, "only {named:?} were found");
    let foreign = unlisted(named);
    assert!(foreign.is_empty(), "{foreign:?} are not in src/store/collections.rs");
}
