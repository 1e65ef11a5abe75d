//! What the people of the shop add in the chat: products, and pictures of products.

use std::time::Duration;

use bson::{Document, doc};
use dialogues::buttons::{Action, Place};
use dialogues::machine::Effect;
use dialogues::shop::{CategoryId, Id, Money, PictureId, Product, ProductId};
use serde_json::{Value, json};
use shopkeeper::bot::Shopkeeper;
use shopkeeper::simulator::{Disturbance, Fault};
use shopkeeper::store::{CatalogueFeed, CommitOutcome, Store};
use teloxide::prelude::*;
use teloxide::types::InputFile;

use super::support::shop::{ANNA, Shop, bring, quiet};
use super::support::{conversation, database, oid, soon, turn};

fn added(category: CategoryId) -> Product {
    let price = Money::from_minor(39_000).unwrap();
    let id = ProductId(Id::of_key("product", "dew"));
    Product { id, title: "Morning dew".into(), category, price, hidden: true, position: 7, ..Product::default() }
}

#[tokio::test]
async fn a_product_is_added_to_a_category_that_is_there_and_to_no_other() {
    let database = database().await;
    let leaves = database.database().collection::<Document>("categories");
    let leaves_id = CategoryId(Id::of_key("category", "leaves"));
    leaves.insert_one(doc! { "_id": bson::oid::ObjectId::from_bytes(leaves_id.0.0), "title": "Leaves" }).await.unwrap();
    let feed = CatalogueFeed::start(&database).await.unwrap();
    let product = added(leaves_id);
    turn(&database, 7, 1, &[Effect::AddProduct(Box::new(product.clone()))]).await;
    feed.refresh(&[product.id]).await.unwrap();
    assert_eq!(feed.current().product(product.id).map(|found| &**found), Some(&product));
    let stored = database.database().collection::<Document>("products").find_one(doc! {}).await.unwrap().unwrap();
    assert!(stored.get_datetime("created").is_ok() && stored.contains_key("version"), "{stored}");
    // The category was removed while the owner was thinking of a price.
    leaves.delete_one(doc! {}).await.unwrap();
    let another = Product { id: ProductId(Id::of_key("product", "rain")), ..product };
    let loaded = database.load(7).await.unwrap();
    let effects = [Effect::AddProduct(Box::new(another))];
    let committed = database.commit(7, 9, &loaded, Some(&conversation(9)), &effects).await.unwrap();
    assert_eq!(committed, CommitOutcome::CategoryGone);
    assert_eq!(database.database().collection::<Document>("products").count_documents(doc! {}).await.unwrap(), 1);
}

/// A photo that Telegram keeps, and its content.
async fn photo(shop: &Shop) -> (String, Vec<u8>) {
    let content = include_bytes!("../../dialogues/shops/tea-house/pictures/alishan.jpg").to_vec();
    let bot = shop.parts(shell::schema::schema()).bot;
    let sent = bot.send_photo(ChatId(ANNA), InputFile::memory(content.clone())).await.unwrap();
    (sent.photo().unwrap().last().unwrap().file.id.0.clone(), content)
}

fn message(shop: &Shop, file: &str) -> Value {
    let mut update = shop.text("");
    let message = update["message"].as_object_mut().unwrap();
    message.remove("text");
    let size = json!({ "file_id": file, "file_unique_id": file, "width": 320, "height": 240, "file_size": 1000 });
    message.insert("photo".into(), json!([size]));
    update
}

fn picture_of(bot: &Shopkeeper, product: ProductId) -> PictureId {
    bot.desk().feed.current().product(product).unwrap().picture.clone().unwrap()
}

/// Waits until the product's picture is kept, which is no name of Telegram's.
async fn kept(bot: &Shopkeeper, product: ProductId) -> PictureId {
    let mut catalogue = bot.desk().feed.subscribe();
    let is_kept = |picture: &PictureId| picture.telegram_file().is_none();
    soon(catalogue.wait_for(|now| now.product(product).unwrap().picture.as_ref().is_some_and(is_kept))).await.unwrap();
    picture_of(bot, product)
}

async fn content(store: &Store, picture: &PictureId) -> Vec<u8> {
    store.picture(picture).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_picture_that_is_sent_in_the_chat_is_kept_with_its_content() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let (file, bytes) = photo(&shop).await;
    let bot = shop.bot_of(vec![ANNA]).await;
    let sencha = ProductId::of_key("sencha");
    let before = picture_of(&bot, sencha);
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    assert_eq!(bring(&bot, &shop.go(Place::EditProduct(sencha)).await).await, 200);
    assert_eq!(bring(&bot, &shop.tap(Action::AskPicture(sencha)).await).await, 200);
    assert_eq!(bring(&bot, &message(&shop, &file)).await, 200);
    quiet(&bot).await;
    let mut catalogue = bot.desk().feed.subscribe();
    soon(catalogue.wait_for(|now| now.product(sencha).unwrap().picture.as_ref() != Some(&before))).await.unwrap();
    let picture = kept(&bot, sencha).await;
    assert_eq!(content(&shop.store, &picture).await, bytes);
    // Telegram has it: nothing is uploaded.
    let known = shop.store.file_ids(bot_id(&shop)).await.unwrap();
    assert_eq!(known.get(&picture), Some(&file));
    bot.stop().await;
}

#[tokio::test]
async fn a_picture_that_was_not_kept_yet_is_kept_at_the_next_start_and_what_telegram_does_not_have_stays() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let (file, bytes) = photo(&shop).await;
    let (sencha, gyokuro) = (ProductId::of_key("sencha"), ProductId::of_key("gyokuro"));
    let products = database.database().collection::<Document>("products");
    for (product, file) in [(sencha, file.as_str()), (gyokuro, "nothing")] {
        let sent = doc! { "$set": { "picture": PictureId::of_telegram(file).0 } };
        products.update_one(doc! { "_id": oid(product) }, sent).await.unwrap();
    }
    // At first Telegram has neither, and says that this may pass.
    let description = "Bad Request: wrong file_id or the file is temporarily unavailable".to_owned();
    let mishap = Fault::Refused { code: 400, description, retry_after: None };
    let disturbance = Disturbance { method: "getFile".into(), person: None, times: 2, delay: Duration::ZERO, mishap };
    shop.telegram.simulator.disturb(&shop.token, disturbance);
    let bot = shop.bot_of(vec![ANNA]).await;
    bot.desk().photos.notify_one();
    let picture = kept(&bot, sencha).await;
    assert_eq!(content(&shop.store, &picture).await, bytes);
    assert_eq!(picture_of(&bot, gyokuro), PictureId::of_telegram("nothing"));
    // The card of what Telegram does not have is shown without it.
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    assert_eq!(bring(&bot, &shop.go(Place::Product(gyokuro)).await).await, 200);
    quiet(&bot).await;
    assert!(shop.seen().last().unwrap().contains("Gyokuro"), "{:?}", shop.seen());
    bot.stop().await;
}

fn bot_id(shop: &Shop) -> i64 {
    shop.token.split(':').next().unwrap().parse().unwrap()
}
