//! Users over HTTP.

use dialogues::shop::{Address, Customer, Language, OrderMove, OrderStatus, PersonName, Phone};
use serde_json::{Value, json};

use super::support::{ANNA, Shop, modified};

fn anna() -> String {
    format!("users/{ANNA}")
}

#[tokio::test]
async fn contact_data_is_shown_in_full_only_to_a_key_that_may_see_it() {
    let shop = Shop::open().await;
    shop.anna().await;
    let full = shop.get(&anna()).await.expect(200);
    assert_eq!((&full["email"], &full["masked"]), (&json!("anna@example.com"), &json!(false)));
    let key = shop.key(&["users:*"]).await;
    for path in [anna(), "users".to_owned()] {
        let answer = shop.ask_as(&key, "GET", &path).send().await;
        let text = String::from_utf8(answer.bytes.clone()).unwrap();
        for secret in ["Anna", "example", "671112", "Khreshchatyk"] {
            assert!(!text.contains(secret), "{path} shows {secret}: {text}");
        }
        assert!(text.contains("\"masked\":true") && text.contains("+•••33"), "{text}");
    }
    let masked = shop.ask_as(&key, "GET", &anna()).send().await.expect(200);
    // What comes back as it was masked stays as it is; another mask, or a mask to who sees more, is no value.
    for (name, other) in [("name", "••••"), ("email", "b•••@•••"), ("phone", "+•••34"), ("address", "••••••••")]
    {
        let patch = async |key: &str, value: &Value| {
            shop.ask_as(key, "PATCH", &anna()).json(&json!({ name: value })).send().await
        };
        patch(&key, &masked[name]).await.expect(200);
        patch(&key, &json!(other)).await.problem(422, "invalid_fields");
        patch(&shop.key, &masked[name]).await.problem(422, "invalid_fields");
    }
    let changed = shop.ask_as(&key, "PATCH", &anna()).json(&json!({ "language": "uk" })).send().await.expect(200);
    assert_eq!(changed["email"], masked["email"]);
    assert_eq!(shop.get(&anna()).await.expect(200)["email"], "anna@example.com");
}

#[tokio::test]
async fn a_profile_is_changed_by_the_rules_of_the_chat() {
    let shop = Shop::open().await;
    shop.anna().await;
    let before = shop.get(&anna()).await;
    let patch = json!({ "phone": "067 222 33 44", "address": null, "language": "ru" });
    let changed = shop.ask("PATCH", &anna()).header("If-Match", &before.header("ETag")).json(&patch).send().await;
    let changed = changed.expect(200);
    assert_eq!((&changed["phone"], &changed["address"]), (&json!("+380672223344"), &Value::Null));
    assert!(modified(&changed) > modified(&before.json()), "{changed} {}", before.json());
    let customer = shop.store.load(ANNA).await.unwrap().snapshot.customer.unwrap();
    assert_eq!((customer.language, customer.phone.unwrap().as_str()), (Language::Russian, "+380672223344"));
    shop.ask("PATCH", &anna())
        .header("If-Match", &before.header("ETag"))
        .json(&patch)
        .send()
        .await
        .problem(412, "precondition_failed");
    for (name, value) in [
        ("email", json!("anna")),
        ("phone", json!("call me")),
        ("address", json!("Kyiv")),
        ("name", json!("/start")),
        ("language", json!("de")),
        ("nickname", json!("@anna")),
        ("active", json!(false)),
    ] {
        let problem =
            shop.ask("PATCH", &anna()).json(&json!({ name: value })).send().await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["pointer"], format!("/{name}"));
        assert!(name == "language" || !problem.to_string().contains(value.as_str().unwrap_or("?!")), "{problem}");
    }
    let put = shop.ask("PUT", &anna()).json(&json!({ "language": "en" })).send().await.expect(200);
    assert_eq!((&put["email"], &put["nickname"]), (&Value::Null, &Value::Null));
    for nobody in ["users/5", "users/x", "users/+1001", "users/01001"] {
        shop.ask("PUT", nobody).json(&json!({ "language": "en" })).send().await.problem(404, "not_found");
    }
    assert_eq!(shop.walk("users", "id").await, [ANNA.to_string()]);
}

#[tokio::test]
async fn what_people_write_loses_what_nobody_sees_and_what_is_stored_already_stays() {
    let shop = Shop::open().await;
    let lines = "Kyiv\nLva Tolstoho 5\nflat 2\nsecond floor";
    let before = Customer {
        name: PersonName::stored("Anna\nKarenina").ok(),
        phone: Phone::stored("+89161234567").ok(),
        address: Address::stored(lines).ok(),
        ..Customer::default()
    };
    shop.knows(7, &before).await;
    let ask = |patch: Value| {
        let request = shop.ask("PATCH", "users/7").json(&patch);
        async { request.send().await }
    };
    let same = ask(json!({ "language": "uk" })).await.expect(200);
    assert_eq!((&same["name"], &same["phone"]), (&json!("Anna\nKarenina"), &json!("+89161234567")));
    assert_eq!(same["address"], lines);
    for (name, value, kept) in [
        ("phone", "\u{2066}+44 (0)20 7946–0958\u{2069}", "+442079460958"),
        ("email", "\u{200b}anna–k@example.com", "anna-k@example.com"),
        ("name", "Anna\n\u{3164}Karenina", "Anna Karenina"),
        ("address", lines, "Kyiv\nLva Tolstoho 5\nflat 2, second floor"),
    ] {
        if name == "address" {
            ask(json!({ "address": null })).await.expect(200);
        }
        assert_eq!(ask(json!({ name: value })).await.expect(200)[name], kept);
    }
    for (name, value) in [("phone", "8 916 123-45-67"), ("name", "\u{3164}"), ("address", "\u{2800}\u{2800}\u{200b}")] {
        ask(json!({ name: value })).await.problem(422, "invalid_fields");
    }
}

#[tokio::test]
async fn a_turn_that_has_read_the_old_profile_begins_again() {
    use dialogues::machine::{Conversation, Effect};
    let shop = Shop::open().await;
    shop.anna().await;
    let loaded = shop.store.load(ANNA).await.unwrap();
    shop.ask("PATCH", &anna()).json(&json!({ "name": "Ganna" })).send().await.expect(200);
    let effects = [Effect::keep(loaded.customer.clone().unwrap())];
    let lost = shop.store.commit(ANNA, 2, &loaded, Some(&Conversation::new()), &effects).await.unwrap();
    assert_eq!(lost, shopkeeper::store::CommitOutcome::LostRace);
}

#[tokio::test]
async fn whoever_is_deleted_is_forgotten_as_by_privacy() {
    let shop = Shop::open().await;
    let number = shop.anna().await;
    let orders = shop.store.database().collection::<bson::Document>("orders");
    let today = bson::doc! { "$set": { "placed": bson::DateTime::now() } };
    orders.update_one(bson::doc! {}, today).await.unwrap();
    shop.ask("DELETE", &anna()).send().await.expect(204);
    shop.get(&anna()).await.problem(404, "not_found");
    shop.ask("DELETE", &anna()).send().await.problem(404, "not_found");
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert!(loaded.customer.is_none() && loaded.conversation.is_none() && loaded.cart.is_empty());
    let order = shop.get(&format!("orders/{number}")).await.expect(200);
    assert_eq!(
        (&order["customer"], &order["contact"]["name"]),
        (&Value::Null, &json!("Anna")),
        "it is to be delivered"
    );
    let cancelled = OrderMove { to: OrderStatus::Cancelled, at: chrono::Utc::now(), by: None, reason: None };
    shop.store.take_order_on(number, |_| Some(cancelled.clone())).await.unwrap().unwrap();
    let order = shop.get(&format!("orders/{number}")).await.expect(200);
    assert_eq!((&order["customer"], &order["contact"]), (&Value::Null, &Value::Null));
    assert_eq!(order["total"]["amount"], 20_000);
}

#[tokio::test]
async fn users_are_listed_and_filtered() {
    let shop = Shop::open().await;
    for (id, language, nickname) in
        [(-5, Language::English, None), (7, Language::Ukrainian, Some("olga")), (30, Language::Ukrainian, None)]
    {
        let customer = Customer { language, nickname: nickname.map(str::to_owned), ..Customer::default() };
        shop.knows(id, &customer).await;
    }
    shop.store.set_active(30, false).await.unwrap();
    assert_eq!(shop.walk("users?limit=1", "id").await, ["-5", "7", "30"]);
    assert_eq!(shop.walk("users?limit=2&sort=-id", "id").await, ["30", "7", "-5"]);
    assert_eq!(shop.walk("users?limit=1&sort=-modified", "id").await, ["30", "7", "-5"]);
    assert_eq!(shop.walk("users?language=uk&active=true", "id").await, ["7"]);
    assert_eq!(shop.walk("users?nickname=olga", "id").await, ["7"]);
}
