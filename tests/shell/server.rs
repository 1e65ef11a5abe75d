//! One HTTP server for the webhook and the API, on one catalogue.

use dialogues::shop::{CategoryId, ProductId};
use reqwest::{Client, Method};
use shell::schema::schema;
use shopkeeper::api::scope::Scope;
use shopkeeper::api::{Api, keys};
use shopkeeper::bot::Shopkeeper;
use shopkeeper::config::{Secret, Transport};

use super::support::database;
use super::support::shop::{Shop, bring, quiet};

async fn open(shop: &Shop, transport: Transport) -> Shopkeeper {
    let opened = Shopkeeper::start_beside(shop.parts(schema()), transport, 0, |store, feed| {
        let api = Api::new(store.clone(), feed.clone(), &dialogues::world::settings(), Vec::new());
        Some(Box::new(move |rocket| api.mount(rocket)))
    });
    opened.await.unwrap()
}

async fn send(bot: &Shopkeeper, key: &str, method: Method, path: &str, body: &str) -> (u16, String) {
    let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let request = client.request(method, format!("{}{path}", bot.address().unwrap()));
    let request = request.header("Authorization", format!("Bearer {key}")).header("Content-Type", "application/json");
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn what_is_written_over_http_is_what_the_bot_shows_next() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let url = "http://127.0.0.1:9/hook".parse().unwrap();
    let transport = Transport::Webhook { url, secret: Secret::new("open-sesame"), certificate: None, connections: 20 };
    let bot = open(&shop, transport).await;
    let (_, key) =
        keys::create(&database, "owner", &[Scope::WriteProducts, Scope::DeleteProducts], None).await.unwrap();
    let sencha = format!("/api/v1/products/{}", ProductId::of_key("sencha").0);
    let (status, told) = send(&bot, &key, Method::PATCH, &sencha, r#"{"title": "Fukamushi"}"#).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(bring(&bot, &shop.text("hello")).await, 200);
    shop.open_card(&bot, "sencha").await;
    quiet(&bot).await;
    assert!(shop.seen().last().unwrap().contains("Fukamushi"), "{:?}", shop.seen());

    assert_eq!(send(&bot, &key, Method::DELETE, &sencha, "").await.0, 204);
    shop.open_card(&bot, "sencha").await;
    quiet(&bot).await;
    assert!(!shop.seen().last().unwrap().contains("Fukamushi"), "{:?}", shop.seen());
    let (status, told) = send(&bot, &key, Method::POST, "/hook", "{}").await;
    assert_eq!(status, 401, "a key to the API is no key to the webhook: {told}");
    bot.stop().await;
}

#[tokio::test]
async fn a_bot_that_polls_has_the_api_beside_it() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = open(&shop, Transport::Polling).await;
    let (status, told) = send(&bot, "", Method::GET, "/readyz", "").await;
    assert_eq!((status, told.as_str()), (200, r#"{"status":"ok"}"#));
    let green = format!("/api/v1/categories/{}", CategoryId::of_key("green").0);
    assert_eq!(send(&bot, "", Method::GET, &green, "").await.0, 401);
    bot.stop().await;
}
