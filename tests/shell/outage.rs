//! Nobody takes updates for longer than Telegram keeps a tap: who was being asked something is asked again, once.

use bson::{Document, doc};
use chrono::TimeDelta;
use shopkeeper::bot::Shopkeeper;
use shopkeeper::simulator::Person;

use super::support::shop::{ANNA, Shop, quiet};
use super::support::{database, soon, until};

const BORYS: i64 = 1002;
/// What Anna is asked.
const QUESTION: &str = "Ваш номер телефону?";

/// A shop whose Anna speaks Ukrainian, and is being asked for her phone, while Borys reads the menu; without a bot.
async fn left_in_mid_question(shop: &Shop) {
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    for (id, name, language) in [(ANNA, "Anna", "uk"), (BORYS, "Borys", "en")] {
        let language_code = Some(language.into());
        simulator.person(token, Person { id, first_name: name.into(), username: None, language_code });
        simulator.open_chat(token, id);
    }
    let bot = shop.polling_bot().await;
    simulator.say(token, BORYS, "/help").unwrap();
    simulator.say(token, ANNA, "/profile").unwrap();
    until("she sees her profile", async || simulator.tap_label(token, ANNA, "✏️ Телефон").is_ok()).await;
    until("she is asked", async || asked(shop) == 1).await;
    until("Borys reads", async || seen(shop, BORYS).iter().any(|text| text.contains("What you can do here"))).await;
    settled(shop, &bot).await;
    bot.stop().await;
}

async fn settled(shop: &Shop, bot: &Shopkeeper) {
    let (simulator, token) = (&shop.telegram.simulator, &shop.token);
    soon(bot.outage_questions_sent()).await;
    soon(simulator.wait_until(token, |simulator| simulator.pending(token) == 0)).await;
    quiet(bot).await;
}

/// As if nobody had been there for so many seconds.
async fn away(shop: &Shop, seconds: i64) {
    shop.store.leases(id(shop)).set_back(TimeDelta::seconds(seconds)).await.unwrap();
}

fn id(shop: &Shop) -> i64 {
    shop.token.split(':').next().unwrap().parse().unwrap()
}

fn seen(shop: &Shop, chat: i64) -> Vec<String> {
    shop.telegram.simulator.chat(&shop.token, chat).bubbles.into_iter().map(|bubble| bubble.text).collect()
}

/// How often Anna has been asked.
fn asked(shop: &Shop) -> usize {
    seen(shop, ANNA).iter().filter(|text| text.contains(QUESTION)).count()
}

/// Starts the bot, and stops it when everybody is asked again who will be.
async fn ran(shop: &Shop) {
    let bot = shop.polling_bot().await;
    settled(shop, &bot).await;
    bot.stop().await;
}

#[tokio::test]
async fn after_an_outage_who_was_being_asked_something_is_asked_again_once_and_nobody_else() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    left_in_mid_question(&shop).await;
    let reads = seen(&shop, BORYS);
    away(&shop, 100).await;
    ran(&shop).await;
    assert_eq!(asked(&shop), 1, "no tap was lost");
    away(&shop, 300).await;
    ran(&shop).await;
    assert_eq!((asked(&shop), seen(&shop, BORYS)), (2, reads.clone()));
    ran(&shop).await;
    assert_eq!(asked(&shop), 2, "not by the next process");
    // What the question is answered with counts.
    let bot = shop.polling_bot().await;
    shop.telegram.simulator.say(&shop.token, ANNA, "067 111 22 33").unwrap();
    settled(&shop, &bot).await;
    bot.stop().await;
    let customer = shop.store.load(ANNA).await.unwrap().snapshot.customer.unwrap();
    assert_eq!(customer.phone.unwrap().as_str(), "+380671112233");
    away(&shop, 300).await;
    ran(&shop).await;
    assert_eq!((asked(&shop), seen(&shop, BORYS)), (2, reads));
}

/// A process that dies before everybody is through has its successor go on, under the same number.
#[tokio::test]
async fn a_customer_is_asked_once_after_an_outage_however_many_processes_see_to_it() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    left_in_mid_question(&shop).await;
    let leases = shop.store.database().collection::<Document>("leases");
    let lease = async || leases.find_one(doc! { "_id": id(&shop) }).await.unwrap().unwrap();
    let epoch = lease().await.get_i64("epoch").unwrap();
    away(&shop, 300).await;
    ran(&shop).await;
    assert_eq!(asked(&shop), 2);
    assert!(lease().await.get("outage").is_none(), "everybody is through");
    let now = bson::DateTime::from_chrono(super::support::noon());
    let outage = doc! { "number": (epoch + 1) * 1_000, "since": now, "until": now };
    leases.update_one(doc! { "_id": id(&shop) }, doc! { "$set": { "outage": outage } }).await.unwrap();
    ran(&shop).await;
    assert_eq!(asked(&shop), 2);
    assert!(lease().await.get("outage").is_none(), "everybody is through");
}

#[tokio::test]
async fn who_has_written_meanwhile_is_answered_and_not_asked_again() {
    let database = database().await;
    let shop = Shop::open(database.store.clone()).await;
    left_in_mid_question(&shop).await;
    away(&shop, 300).await;
    shop.telegram.simulator.say(&shop.token, ANNA, "хм").unwrap();
    let bot = shop.polling_bot().await;
    settled(&shop, &bot).await;
    let metrics = shop.store.metrics().text();
    bot.stop().await;
    assert_eq!(asked(&shop), 1, "{:?}", seen(&shop, ANNA));
    for (outcome, customers) in [("asked", 0), ("nothing", 2), ("failed", 0)] {
        let line = format!("shopkeeper_customers_after_outages_total{{outcome=\"{outcome}\"}} {customers}\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
    assert!(metrics.contains("shopkeeper_outages_total 1\n"), "{metrics}");
}
