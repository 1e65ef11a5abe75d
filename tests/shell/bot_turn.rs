//! What a turn must hold: order, commit before show, once, nothing lost.

use std::sync::Arc;

use bson::doc;
use chrono::{DateTime, Utc};
use dialogues::app::Shop as ShopApp;
use dialogues::buttons::Action;
use dialogues::machine::{Input, Turn};
use dialogues::shop::ProductId;
use futures::future::join_all;
use shell::schema::{DecisionInput, schema};
use shopkeeper::simulator::{HoldPoint, Release};
use tokio::sync::Notify;

use super::support::shop::{ANNA, Shop, bring, bring_as, quiet};
use super::support::{database, open, soon};

fn sencha() -> Action {
    Action::LineMore(ProductId::of_key("sencha"))
}

/// A shop with Anna at her cart of one Sencha.
async fn at_the_cart(shop: &Shop, bot: &shopkeeper::bot::Shopkeeper) {
    shop.open_card(bot, "sencha").await;
    assert_eq!(bring(bot, &shop.tap(Action::AddToCart(None)).await).await, 200);
    assert_eq!(bring(bot, &shop.text("/cart")).await, 200);
    assert_eq!(shop.in_cart("sencha").await, 1);
}

#[tokio::test]
async fn the_same_update_counts_once_at_once_and_after_ten_others() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    at_the_cart(&shop, &bot).await;
    let tap = shop.tap(sencha()).await;
    let answers = join_all([&tap, &tap, &tap].map(|tap| bring(&bot, tap))).await;
    assert_eq!(answers, [200, 200, 200]);
    assert_eq!(shop.in_cart("sencha").await, 2);
    for _ in 0..10 {
        assert_eq!(bring(&bot, &shop.tap(sencha()).await).await, 200);
    }
    assert_eq!(bring(&bot, &tap).await, 200, "a repeat is taken, or Telegram would bring it for ever");
    assert_eq!(shop.in_cart("sencha").await, 12, "Sencha has twelve in stock: ten taps more, and the repeat is none");
    bot.stop().await;
}

#[tokio::test]
async fn an_update_that_another_process_has_played_shows_its_screen_again() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let first = shop.bot().await;
    let greeting = shop.text("/start");
    assert_eq!(bring(&first, &greeting).await, 200);
    quiet(&first).await;
    let seen = shop.seen();
    assert_eq!(bring(&first, &greeting).await, 200);
    quiet(&first).await;
    assert_eq!(shop.seen(), seen, "who has shown it does not show it again");
    first.stop().await;
    let second = shop.bot().await;
    assert_eq!(bring(&second, &greeting).await, 200);
    quiet(&second).await;
    assert_eq!(shop.seen().len(), seen.len() + 1, "who has not cannot know that it was shown");
    second.stop().await;
}

#[tokio::test]
async fn two_taps_racing_in_two_processes_both_count() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    at_the_cart(&shop, &bot).await;
    let other_bot = shop.elsewhere(open(database.store.database_name()).await).bot().await;
    for round in 1..=5 {
        let (one, two) = (shop.tap(sencha()).await, shop.tap(sencha()).await);
        let answers = tokio::join!(bring(&bot, &one), bring(&other_bot, &two));
        assert_eq!(answers, (200, 200));
        assert_eq!(shop.in_cart("sencha").await, 1 + 2 * round, "a customer never loses a race");
    }
    bot.stop().await;
    other_bot.stop().await;
}

#[tokio::test]
async fn a_text_and_a_tap_in_flight_together_run_by_update_id() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    // A turn that takes its time: what comes meanwhile waits in line.
    let gate = Arc::new(Notify::new());
    let opened = Arc::clone(&gate);
    let slow = dptree::entry()
        .branch(
            dptree::filter_async(move |scene: Arc<DecisionInput<ShopApp>>| {
                let opened = Arc::clone(&opened);
                async move {
                    if scene.input == Input::Said("slowly".into()) {
                        opened.notified().await;
                    }
                    false
                }
            })
            .endpoint(|| async { unreachable!("the filter lets nothing pass") as Turn }),
        )
        .branch(schema());
    let bot = shop.bot_with(slow).await;
    at_the_cart(&shop, &bot).await;
    quiet(&bot).await;
    let updates = [shop.text("slowly"), shop.tap(sencha()).await, shop.text("/cart"), shop.text("/profile")];
    let mut in_flight = bot.in_flight();
    let first = bring(&bot, &updates[0]);
    let others = async {
        in_flight.wait_for(|count| *count == 1).await.unwrap();
        let bringing = join_all(updates[1..].iter().rev().map(|update| bring(&bot, update)));
        let release = async {
            in_flight.wait_for(|count| *count == 4).await.unwrap();
            gate.notify_one();
        };
        tokio::join!(bringing, release).0
    };
    let (first, others) = soon(async { tokio::join!(first, others) }).await;
    assert_eq!((first, others), (200, vec![200, 200, 200]));
    let loaded = shop.store.load(ANNA).await.unwrap();
    assert_eq!(shop.in_cart("sencha").await, 2, "the tap came first: its screen was still the current one");
    assert_eq!(loaded.snapshot.conversation.unwrap().dialogue.name(), "Profile.Viewing");
    assert!(loaded.updates.iter().is_sorted(), "{:?}", loaded.updates);
    bot.stop().await;
}

#[tokio::test]
async fn who_is_slow_to_be_shown_something_delays_nobodys_commit() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    let hold = simulator.hold(token, "sendMessage", Some(ANNA), HoldPoint::Before);
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    assert_eq!(bring(&bot, &shop.text("/cart")).await, 200, "committed while the greeting is on its way");
    assert_eq!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Cart.Adjusting");
    simulator.release(token, hold, Release::Proceed);
    quiet(&bot).await;
    let seen = shop.seen();
    assert!(seen[0].contains("Welcome") && seen[1].contains("cart is empty"), "in order: {seen:?}");
    bot.stop().await;
}

#[tokio::test]
async fn a_wrong_secret_is_refused_and_changes_nothing() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    for secret in ["", "open-sesam", "open-sesame!", "OPEN-SESAME"] {
        assert_eq!(bring_as(&bot, &shop.text("/start"), secret).await, 401, "{secret}");
    }
    assert!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.is_none());
    bot.stop().await;
}

#[tokio::test]
async fn an_update_that_cannot_be_read_is_taken_and_does_no_harm() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    for odd in
        [serde_json::json!({}), serde_json::json!({"update_id": 7, "brand_new_kind": {"x": 1}}), serde_json::json!([1])]
    {
        assert_eq!(bring(&bot, &odd).await, 200, "{odd}");
    }
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    bot.stop().await;
}

#[tokio::test]
async fn a_dialogue_of_an_unknown_shape_is_archived_and_the_customer_gets_a_word() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    at_the_cart(&shop, &bot).await;
    let odd = doc! { "$set": { "conversation.dialogue": { "flow": "dance", "state": "waltzing" } } };
    let dialogues = database.store.database().collection::<bson::Document>("dialogues");
    assert_eq!(dialogues.update_one(doc! { "_id": ANNA }, odd).await.unwrap().modified_count, 1);
    // As after a minute: until then the process goes on from what it has committed itself.
    shop.store.cache().clear();
    assert_eq!(bring(&bot, &shop.text("hello?")).await, 200);
    quiet(&bot).await;
    let seen = shop.seen();
    assert!(seen.iter().any(|text| text.contains("lost the thread")), "{seen:?}");
    assert_eq!(shop.in_cart("sencha").await, 1, "the cart is as it was");
    let archive = database.store.database().collection::<bson::Document>("archive");
    assert_eq!(archive.count_documents(doc! {}).await.unwrap(), 1);
    assert_eq!(shop.store.load(ANNA).await.unwrap().snapshot.conversation.unwrap().dialogue.name(), "Menu.Choosing");
    bot.stop().await;
}

#[tokio::test]
async fn a_panic_in_a_flow_ends_that_turn_and_nothing_else() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let faulty = dptree::entry()
        .branch(
            dptree::filter(|scene: Arc<DecisionInput<ShopApp>>| scene.input == Input::Said("boom".into()))
                .endpoint(|| async { panic!("a defect in a flow") as Turn }),
        )
        .branch(schema());
    let bot = shop.bot_with(faulty).await;
    assert_eq!(bring(&bot, &shop.text("/start")).await, 200);
    let boom = shop.text("boom");
    assert_eq!(bring(&bot, &boom).await, 200, "it is put aside, not brought for ever");
    quiet(&bot).await;
    assert!(shop.seen().iter().any(|text| text.contains("something went wrong on my side")), "{:?}", shop.seen());
    assert_eq!(bring(&bot, &shop.text("/cart")).await, 200);
    quiet(&bot).await;
    assert!(shop.seen().last().unwrap().contains("cart is empty"), "{:?}", shop.seen());
    let letters = database.store.dead_letters().newest(9).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(!letters[0].what.contains("boom"), "no customer's words in the cause");
    bot.stop().await;
}

#[tokio::test]
async fn a_turn_that_moves_costs_one_command_one_that_changes_the_cart_two_and_the_first_one_a_load() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.bot().await;
    at_the_cart(&shop, &bot).await;
    let more = shop.tap(sencha()).await;
    let cost = async |update: &serde_json::Value| {
        quiet(&bot).await;
        let before = shop.store.commands();
        assert_eq!(bring(&bot, update).await, 200);
        quiet(&bot).await;
        shop.store.commands() - before
    };
    for (update, exactly) in [
        (shop.text("/catalogue"), 1),
        (shop.text("hello"), 1),
        (shop.text("/sale"), 1),
        (shop.text("/news"), 1),
        (shop.text("/profile"), 1),
        (shop.text("/cart"), 1),
        // A tap on an older cart is done, too.
        (more, 2),
    ] {
        assert_eq!(cost(&update).await, exactly, "{update}");
    }
    let tap = shop.tap(sencha()).await;
    assert_eq!(cost(&tap).await, 2);
    let tap = shop.tap(sencha()).await;
    shop.store.cache().clear();
    assert_eq!(cost(&tap).await, 3);
    shop.store.cache().clear();
    assert_eq!(cost(&shop.text("/catalogue")).await, 2);
    bot.stop().await;
}

#[tokio::test]
async fn stopping_lets_open_turns_end() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let bot = shop.polling_bot().await;
    let simulator = shop.telegram.simulator.clone();
    let hold = simulator.hold(&shop.token, "sendMessage", Some(ANNA), HoldPoint::Before);
    simulator.say(&shop.token, ANNA, "/start").unwrap();
    soon(simulator.wait_until(&shop.token, |simulator| simulator.held(&shop.token, hold) == 1)).await;
    let stopping = tokio::spawn(bot.stop());
    simulator.release(&shop.token, hold, Release::Proceed);
    soon(stopping).await.unwrap();
    assert!(shop.seen().iter().any(|text| text.contains("Welcome")), "{:?}", shop.seen());
    assert_eq!(simulator.pending(&shop.token), 0, "what is done is confirmed");
}

#[tokio::test]
async fn a_rejected_file_id_is_uploaded_anew_and_forgotten() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let sencha = database.store.catalogue().await.unwrap().product(ProductId::of_key("sencha")).unwrap().clone();
    let picture = sencha.picture.clone().unwrap();
    let bot_id: i64 = shop.token.split(':').next().unwrap().parse().unwrap();
    database.store.keep_file_id(bot_id, &picture, "of-another-bot").await.unwrap();
    let bot = shop.bot().await;
    shop.open_card(&bot, "sencha").await;
    quiet(&bot).await;
    let chat = shop.telegram.simulator.chat(&shop.token, ANNA);
    assert_eq!(chat.bubbles.last().unwrap().picture.as_deref(), Some("sencha.jpg"));
    let kept = database.store.file_ids(bot_id).await.unwrap();
    assert_ne!(kept.get(&picture).map(String::as_str), Some("of-another-bot"));
    let before = shop.store.commands();
    shop.open_card(&bot, "sencha").await;
    quiet(&bot).await;
    assert_eq!(shop.store.commands() - before, 1, "the picture is not read again: its new file_id is known");
    bot.stop().await;
}

#[tokio::test]
async fn a_picture_that_telegram_refuses_is_uploaded_once() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    let mut content = std::io::Cursor::new(Vec::new());
    let picture = image::DynamicImage::from(image::RgbImage::from_fn(90, 60, |x, y| image::Rgb([x as u8, y as u8, 7])));
    picture.write_to(&mut content, image::ImageFormat::Png).unwrap();
    let mut content = content.into_inner();
    content.truncate(content.len() / 2);
    // Written by another program, or before pictures were decoded.
    let broken = database.store.put_picture(&content).await.unwrap();
    let products = database.database().collection::<bson::Document>("products");
    let update = doc! { "$set": { "picture": &broken.0 } };
    products.update_one(doc! { "title": "Sencha" }, update).await.unwrap();
    for _ in 0..2 {
        // The second process knows of it from the store.
        let bot = shop.bot().await;
        for _ in 0..3 {
            shop.open_card(&bot, "sencha").await;
            quiet(&bot).await;
            assert!(shop.seen().last().unwrap().contains("Sencha"), "the card is shown without its picture");
        }
        bot.stop().await;
    }
    let calls = shop.telegram.simulator.calls(&shop.token, ANNA, DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
    let uploads = calls.iter().filter(|call| call.method.eq_ignore_ascii_case("sendPhoto")).count();
    assert_eq!(uploads, 1);
    assert!(database.store.refused_pictures().await.unwrap().contains(&broken));
}
