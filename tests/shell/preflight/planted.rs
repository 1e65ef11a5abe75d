//! Shapes that another program has stored: each is refused with a line that names it, and passes with its migration,
//! through a preflight, the real sweep and a real turn.

use bson::{Bson, Document, doc};
use shell::schema::schema;
use shopkeeper::store::Store;
use shopkeeper::store::migrations::{MIGRATIONS, Migration, at};

use super::super::store_documents::every_document;
use super::super::support::shop::{Shop, bring, quiet};
use super::super::support::{database, open_with};
use super::{documents, hashes, healthy, preflight, told};

/// One shape that is not ours.
struct Plant {
    collection: &'static str,
    /// The good document that it is made of, by what its state or the like is called.
    of: &'static str,
    spoil: fn(&mut Document),
    /// What the refusal says.
    says: &'static [&'static str],
    /// `None`: no migration could help.
    mend: Option<fn(&mut Document)>,
}

const fn plant(
    collection: &'static str,
    of: &'static str,
    spoil: fn(&mut Document),
    says: &'static [&'static str],
    mend: Option<fn(&mut Document)>,
) -> Plant {
    Plant { collection, of, spoil, says, mend }
}

fn dialogue<'a>(document: &'a mut Document, state: &str) -> Option<&'a mut Document> {
    at(document, &["conversation", "dialogue"]).filter(|dialogue| dialogue.get_str("state").is_ok_and(|is| is == state))
}

fn rename(document: &mut Document, from: &str, to: &str) {
    if let Some(value) = document.remove(from) {
        document.insert(to, value);
    }
}

fn first_line(document: &mut Document) -> Option<&mut Document> {
    document.get_array_mut("lines").ok()?.first_mut()?.as_document_mut()
}

const PLANTS: [Plant; 22] = [
    // A renamed state.
    plant(
        "dialogues",
        "news.reading",
        |it| drop(dialogue(it, "reading").unwrap().insert("state", "perusing")),
        &["dialogues news.perusing (version 1): conversation.dialogue: none of those that this program knows"],
        Some(|it| dialogue(it, "perusing").into_iter().for_each(|it| drop(it.insert("state", "reading")))),
    ),
    // A renamed field.
    plant(
        "dialogues",
        "product.choosing",
        |it| rename(dialogue(it, "choosing").unwrap(), "quantity", "count"),
        &["product.choosing", "the field quantity is missing"],
        Some(|it| dialogue(it, "choosing").into_iter().for_each(|it| rename(it, "count", "quantity"))),
    ),
    // A new required field.
    plant(
        "dialogues",
        "checkout.asking_email",
        |it| drop(at(it, &["conversation", "dialogue", "form"]).unwrap().remove("id")),
        &["checkout.asking_email", "the field id is missing"],
        Some(|it| {
            let form = at(it, &["conversation", "dialogue", "form"]).filter(|form| !form.contains_key("id"));
            form.into_iter().for_each(|form| drop(form.insert("id", "00c0ffee00c0ffee")));
        }),
    ),
    // A removed variant.
    plant(
        "dialogues",
        "checkout.reviewing",
        |it| drop(dialogue(it, "reviewing").unwrap().insert("state", "asking_comment")),
        &["checkout.asking_comment", "none of those that this program knows, which are `asking_email`"],
        Some(|it| dialogue(it, "asking_comment").into_iter().for_each(|it| drop(it.insert("state", "reviewing")))),
    ),
    // A number that became a text.
    plant(
        "dialogues",
        "menu.choosing",
        |it| drop(at(it, &["conversation"]).unwrap().insert("serial", "18")),
        &["menu.choosing", "conversation.serial: string where u32 is expected"],
        Some(|it| {
            let Some(conversation) = at(it, &["conversation"]) else { return };
            let serial = conversation.get_str("serial").ok().and_then(|serial| serial.parse::<i64>().ok());
            serial.into_iter().for_each(|serial| drop(conversation.insert("serial", serial)));
        }),
    ),
    // An enum that became a struct.
    plant(
        "dialogues",
        "cart.confirming_empty",
        |it| drop(at(it, &["conversation"]).unwrap().insert("keyboard", doc! { "kind": "menu" })),
        &["cart.confirming_empty", "keyboard"],
        Some(|it| {
            let Some(conversation) = at(it, &["conversation"]) else { return };
            let kind = conversation.get_document("keyboard").ok().and_then(|keyboard| keyboard.get("kind").cloned());
            kind.into_iter().for_each(|kind| drop(conversation.insert("keyboard", kind)));
        }),
    ),
    // A removed flow.
    plant(
        "dialogues",
        "privacy.reading",
        |it| drop(at(it, &["conversation"]).unwrap().insert("dialogue", doc! { "flow": "wishlist", "state": "open" })),
        &["wishlist.open", "none of those that this program knows, which are `menu`, `catalogue`"],
        Some(|it| {
            let wishlist = at(it, &["conversation", "dialogue"]);
            let wishlist = wishlist.filter(|it| it.get_str("flow").is_ok_and(|flow| flow == "wishlist"));
            wishlist.into_iter().for_each(|it| *it = doc! { "flow": "menu", "state": "choosing" });
        }),
    ),
    // A changed tag.
    plant(
        "dialogues",
        "profile.viewing",
        |it| rename(dialogue(it, "viewing").unwrap(), "state", "step"),
        &["profile.?", "the field state is missing"],
        Some(|it| at(it, &["conversation", "dialogue"]).into_iter().for_each(|it| rename(it, "step", "state"))),
    ),
    // A narrowed range.
    plant(
        "dialogues",
        "product.added",
        |it| drop(dialogue(it, "added").unwrap().insert("quantity", 1000)),
        &["product.added", "dialogue.quantity: a value that this program does not allow"],
        Some(|it| {
            let Some(card) = dialogue(it, "added") else { return };
            let quantity = card.get_i32("quantity").unwrap_or(1).clamp(1, 99);
            card.insert("quantity", quantity);
        }),
    ),
    // A shape inside of a parked checkout.
    plant(
        "dialogues",
        "cart.adjusting",
        |it| drop(at(it, &["conversation", "parked", "form"]).unwrap().insert("email", doc! { "at": "example.com" })),
        &["cart.adjusting", "conversation.parked.form.email: map where"],
        Some(|it| {
            let form = at(it, &["conversation", "parked", "form"]).filter(|form| form.get_document("email").is_ok());
            form.into_iter().for_each(|form| drop(form.remove("email")));
        }),
    ),
    // A dialogue that has no version.
    plant(
        "dialogues",
        "catalogue.browsing",
        |it| drop(it.remove("version")),
        &["dialogues catalogue.browsing (no version): version is missing"],
        Some(|_| {}),
    ),
    // One of a newer program.
    plant("dialogues", "group.declined", |it| drop(it.insert("version", 99)), &["version 99 is newer than"], None),
    // An id of another type.
    plant(
        "dialogues",
        "menu.greeting",
        |it| drop(it.insert("_id", "anna@example.com")),
        &["_id is of type String, not a whole number", "one of type String"],
        None,
    ),
    // A price as a text.
    plant(
        "products",
        "Alishan",
        |it| drop(it.insert("price", "520.00")),
        &["products (version ", "price is of type String, not a whole number"],
        Some(|it| {
            let price = it.get_str("price").ok().and_then(|price| price.replace('.', "").parse::<i64>().ok());
            price.into_iter().for_each(|price| drop(it.insert("price", price)));
        }),
    ),
    // Money as a document.
    plant(
        "orders",
        "UAH",
        |it| drop(it.insert("total", doc! { "amount": it.get_i64("total").unwrap(), "currency": "UAH" })),
        &["orders (version 1): total is of type EmbeddedDocument, not a whole number"],
        Some(|it| {
            let amount = it.get_document("total").ok().and_then(|total| total.get_i64("amount").ok());
            amount.into_iter().for_each(|amount| drop(it.insert("total", amount)));
        }),
    ),
    // A currency that is none of ours.
    plant(
        "orders",
        "UAH",
        |it| drop(it.insert("currency", "BTC")),
        &["currency: none of those that this program knows, which are `UAH`, `EUR`, `USD`"],
        Some(|it| {
            if it.get_str("currency").is_ok_and(|currency| currency == "BTC") {
                it.insert("currency", "UAH");
            }
        }),
    ),
    // An order's line without its snapshot.
    plant(
        "orders",
        "UAH",
        |it| drop(first_line(it).unwrap().remove("title")),
        &["orders (version 1): lines.0: title is missing"],
        Some(|it| {
            let line = first_line(it).filter(|line| !line.contains_key("title"));
            line.into_iter().for_each(|line| drop(line.insert("title", "?")));
        }),
    ),
    // A screen that is too long for Telegram.
    plant(
        "orders",
        "UAH",
        |it| {
            let line = first_line(it).unwrap().clone();
            it.insert("number", "482-7391");
            it.insert("customer", LONG);
            it.insert("lines", vec![Bson::Document(line); 500]);
        },
        &[
            "dialogues Orders.Viewing (version 1): its screen cannot be shown: a text of",
            "where Telegram takes 1 to 4096",
        ],
        Some(|it| {
            if let Ok(lines) = it.get_array_mut("lines") {
                lines.truncate(20);
            }
        }),
    ),
    // A quantity of none.
    plant(
        "carts",
        "",
        |it| drop(first_line(it).unwrap().insert("quantity", 0)),
        &["carts (version 1): lines.0: quantity is out of range"],
        Some(|it| {
            if let Ok(lines) = it.get_array_mut("lines") {
                lines.retain(|line| line.as_document().and_then(|line| line.get_i32("quantity").ok()) != Some(0));
            }
        }),
    ),
    // A phone in two parts.
    plant(
        "users",
        "",
        |it| drop(it.insert("phone", doc! { "country": 380, "number": "671112233" })),
        &["users (version 1): phone is of type EmbeddedDocument, not a text"],
        Some(|it| {
            let Ok(phone) = it.get_document("phone") else { return };
            let number = phone.get_str("number").unwrap_or_default();
            let whole = format!("+{}{number}", phone.get_i32("country").unwrap_or_default());
            it.insert("phone", whole);
        }),
    ),
    // Scopes as one text.
    plant(
        "keys",
        "",
        |it| drop(it.insert("scopes", "products:read")),
        &["keys (version 1): scopes: string where a sequence is expected"],
        Some(|it| {
            if let Some(scope) = it.get_str("scopes").ok().map(str::to_owned) {
                it.insert("scopes", vec![scope]);
            }
        }),
    ),
    // A status that is gone.
    plant(
        "mailings",
        "",
        |it| drop(it.insert("status", "sleeping")),
        &["mailings (version 1): status: none of those that this program knows"],
        Some(|it| {
            if it.get_str("status").is_ok_and(|status| status == "sleeping") {
                it.insert("status", "paused");
            }
        }),
    ),
];

/// Whose order is too long.
const LONG: i64 = 900;

/// The migrations of all plants in one list: versions of a collection go up by one.
fn mending() -> &'static [Migration] {
    let mut migrations: Vec<Migration> = MIGRATIONS.to_vec();
    for plant in &PLANTS {
        let Some(bring) = plant.mend else { continue };
        let versionless = plant.says.iter().any(|says| says.contains("no version"));
        let last = migrations.iter().filter(|it| it.collection == plant.collection && it.to > 1).map(|it| it.to).max();
        let to = if versionless { 1 } else { last.unwrap_or(1) + 1 };
        migrations.push(Migration { to, collection: plant.collection, name: plant.says[0], bring });
    }
    migrations.sort_by_key(|migration| migration.to);
    Vec::leak(migrations)
}

/// Plants everything, each in a chat or under an id of its own; the chats.
async fn sow(store: &Store) -> Vec<i64> {
    let all = every_document();
    let mut chats = Vec::new();
    for (place, plant) in (1_i64..).zip(&PLANTS) {
        let is_it = |document: &Document| match plant.collection {
            "dialogues" => {
                let Ok(conversation) = document.get_document("conversation") else { return false };
                let dialogue = conversation.get_document("dialogue").unwrap();
                let [flow, state] = ["flow", "state"].map(|tag| dialogue.get_str(tag).unwrap());
                format!("{flow}.{state}") == plant.of
            }
            _ => true,
        };
        let found = all.iter().find(|(collection, document)| *collection == plant.collection && is_it(document));
        let (_, mut document) = found.expect(plant.of).clone();
        match plant.collection {
            "dialogues" | "users" | "carts" => drop(document.insert("_id", 100 + place)),
            "keys" => drop(document.insert("_id", "planted")),
            _ => drop(document.insert("_id", bson::oid::ObjectId::new())),
        }
        if plant.collection == "orders" {
            document.insert("number", format!("999-{place:04}"));
            document.insert("checkout", format!("{place:016x}"));
        }
        (plant.spoil)(&mut document);
        if plant.collection == "dialogues" && plant.mend.is_some() {
            chats.push(100 + place);
        }
        documents(store, plant.collection).insert_one(document).await.unwrap();
    }
    // Somebody looks at the order that is too long.
    let (_, mut looking) = all
        .into_iter()
        .find(|(_, it)| dialogue(&mut it.clone(), "viewing").is_some_and(|it| it.get_str("flow").unwrap() == "orders"))
        .unwrap();
    looking.insert("_id", LONG);
    documents(store, "dialogues").insert_one(looking).await.unwrap();
    chats.push(LONG);
    chats
}

#[tokio::test]
async fn every_foreign_shape_is_refused_by_name_and_without_its_content() {
    let database = database().await;
    healthy(&database).await;
    documents(&database, "orders").delete_many(doc! {}).await.unwrap();
    sow(&database).await;
    let before = hashes(&database).await;
    let findings = preflight(&database).await;
    assert_eq!(hashes(&database).await, before, "nothing is written");
    let told = told(&findings);
    for Plant { says, of, .. } in &PLANTS {
        let line = told.lines().find(|line| says.iter().all(|words| line.contains(words)));
        assert!(line.is_some(), "{of}: {says:?} is said nowhere in\n{told}");
    }
    assert_eq!(findings.faults.len(), PLANTS.len(), "nothing else is refused:\n{told}");
    for content in ["anna@", "example.com", "Khreshchatyk", "3806", "671112233"] {
        assert!(!told.contains(content), "{content} is quoted in\n{told}");
    }
}

#[tokio::test]
async fn with_its_migration_each_passes_a_preflight_the_sweep_and_a_turn() {
    let old = database().await;
    let chats = sow(&old).await;
    let hopeless = doc! { "$or": [{ "version": 99 }, { "_id": { "$type": "string" } }] };
    documents(&old, "dialogues").delete_many(hopeless).await.unwrap();
    let store = open_with(old.database_name(), mending()).await;
    let before = hashes(&store).await;
    let findings = preflight(&store).await;
    assert!(findings.pass(), "{}", told(&findings));
    assert_eq!(hashes(&store).await, before, "migrations are applied in memory only");
    assert!(findings.to_string().contains("will be brought up by migrations"));

    // A turn that is faster than the sweep, one behind it.
    let shop = Shop::open(store.clone()).await;
    let bot = shop.bot_with(schema()).await;
    let (faster, slower) = chats.split_at(chats.len() / 2);
    for chat in faster {
        assert_eq!(bring(&bot, &hello(&shop, *chat)).await, 200);
    }
    store.migrate().await.unwrap();
    for chat in slower {
        assert_eq!(bring(&bot, &hello(&shop, *chat)).await, 200);
    }
    quiet(&bot).await;
    assert_eq!(documents(&store, "archive").count_documents(doc! {}).await.unwrap(), 0, "no dialogue was lost");
    for chat in &chats {
        let loaded = store.load(*chat).await.unwrap();
        let ours = loaded.updates.iter().any(|update| *update < 500);
        assert!(!loaded.undecodable && ours, "{chat} has had no turn: {loaded:?}");
    }
    assert_eq!(store.migrate().await.unwrap().brought, 0, "nothing is older");
    let findings = preflight(&store).await;
    assert!(findings.pass() && findings.older.is_empty(), "{}", told(&findings));
}

/// A text of somebody in this chat, as Telegram would bring it.
fn hello(shop: &Shop, chat: i64) -> serde_json::Value {
    let mut update = shop.text("hello");
    update["message"]["chat"]["id"] = chat.into();
    update["message"]["from"]["id"] = chat.into();
    update
}
