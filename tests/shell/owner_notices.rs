//! Owners are told of each order, once, whoever is away or killed meanwhile.

use std::time::Duration;

use bson::Document;
use chrono::TimeDelta;
use dialogues::machine::Effect;
use shell::schema::schema;
use shopkeeper::bot::{ShopParts, Shopkeeper};
use shopkeeper::config::{Secret, Transport};
use shopkeeper::simulator::{Disturbance, Fault, HoldPoint, Person, Release};

use super::support::shop::Shop;
use super::support::{TestDatabase, database, order, product, soon, turn};

pub(crate) const OLGA: i64 = 7;
pub(crate) const OLEH: i64 = 8;

pub(crate) struct Office {
    pub(crate) shop: Shop,
    pub(crate) database: TestDatabase,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::on(database().await).await
    }

    /// The same of a database in which something has happened already.
    pub(crate) async fn on(database: TestDatabase) -> Self {
        let shop = Shop::open(database.store.clone()).await;
        for (id, name) in [(OLGA, "Olga"), (OLEH, "Oleh")] {
            let owner = Person { id, first_name: name.into(), username: None, language_code: Some("en".into()) };
            shop.telegram.simulator.person(&shop.token, owner);
        }
        let products = database.store.database().collection::<Document>("products");
        products.insert_one(product("tea", 1000)).await.unwrap();
        Self { shop, database }
    }

    /// Lets an owner press START, so that the bot may write to them.
    pub(crate) fn starts(&self, owner: i64) {
        self.shop.telegram.simulator.open_chat(&self.shop.token, owner);
    }

    pub(crate) async fn bot(&self) -> Shopkeeper {
        let url = "http://127.0.0.1:9/hook".parse().unwrap();
        let door = Transport::Webhook { url, secret: Secret::new("open-sesame"), certificate: None, connections: 20 };
        let clock = self.database.store.clock().clone();
        let parts = ShopParts { owners: vec![OLGA, OLEH], clock, ..self.shop.parts(schema()) };
        Shopkeeper::start(parts, door, 0).await.unwrap()
    }

    /// Places an order, as a turn of this bot does.
    pub(crate) async fn place(&self, bot: &Shopkeeper, number: u64) {
        let mut order = order(number, 1);
        order.placed = self.database.store.clock().now();
        turn(&self.database.store, 1000 + number as i64, 1, &[Effect::PlaceOrder(order.clone())]).await;
        bot.desk().notices.enqueue(order);
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.database.store.clock().advance(TimeDelta::seconds(seconds));
    }

    fn notices(&self, owner: i64) -> usize {
        self.shop.telegram.simulator.chat(&self.shop.token, owner).bubbles.len()
    }

    async fn untold(&self) -> usize {
        self.database.store.unreported_orders().await.unwrap().len()
    }

    /// Waits until so many orders are not told.
    async fn left(&self, untold: usize) {
        let mut ticks = tokio::time::interval(Duration::from_millis(20));
        soon(async {
            while self.untold().await != untold {
                ticks.tick().await;
            }
        })
        .await;
    }
}

/// Waits until a bot has tried to tell of everything.
pub(crate) async fn tried(bot: &Shopkeeper) {
    soon(bot.desk().notices.waiting().wait_for(|count| *count == 0)).await.unwrap();
}

#[tokio::test]
async fn an_order_that_no_owner_could_be_told_of_is_told_as_soon_as_one_can_be() {
    let office = Office::open().await;
    let bot = office.bot().await;
    office.place(&bot, 1).await;
    tried(&bot).await;
    assert_eq!((office.untold().await, office.notices(OLGA)), (1, 0), "nobody has pressed /start");
    assert!(office.database.store.metrics().text().contains("shopkeeper_orders_untold 1"));
    office.starts(OLGA);
    office.pass(61);
    office.left(0).await;
    assert_eq!(office.notices(OLGA), 1);
    let notice = office.shop.telegram.simulator.chat(&office.shop.token, OLGA).bubbles[0].text.clone();
    assert!(notice.contains("Telegram profile"), "the store knows who has placed it: {notice}");
    office.pass(600);
    office.place(&bot, 2).await;
    tried(&bot).await;
    assert_eq!((office.untold().await, office.notices(OLGA)), (0, 2), "whoever never starts the bot is not waited for");
    bot.stop().await;
}

#[tokio::test]
async fn orders_that_come_every_half_minute_do_not_put_off_the_next_try_of_a_failed_notice() {
    let office = Office::open().await;
    let bot = office.bot().await;
    office.starts(OLGA);
    let simulator = &office.shop.telegram.simulator;
    simulator.disturb(&office.shop.token, Disturbance::refusal("sendMessage", Some(OLGA), 400, None));
    office.place(&bot, 1).await;
    tried(&bot).await;
    assert_eq!(office.untold().await, 1);
    for number in 2..=4 {
        office.pass(30);
        office.place(&bot, number).await;
        tried(&bot).await;
    }
    office.left(0).await;
    assert_eq!(office.notices(OLGA), 4, "each once");
    bot.stop().await;
}

#[tokio::test]
async fn who_has_got_a_notice_does_not_get_it_again_because_another_owner_has_not() {
    let office = Office::open().await;
    let bot = office.bot().await;
    office.starts(OLGA);
    office.starts(OLEH);
    let simulator = &office.shop.telegram.simulator;
    // Not a word of an owner who is away: it may go well the next time.
    let description = "Bad Request: message text is empty".to_owned();
    let mishap = Fault::Refused { code: 400, description, retry_after: None };
    let refusal = Disturbance { mishap, ..Disturbance::refusal("sendMessage", Some(OLEH), 400, None) };
    simulator.disturb(&office.shop.token, refusal);
    office.place(&bot, 1).await;
    tried(&bot).await;
    assert_eq!((office.notices(OLGA), office.notices(OLEH), office.untold().await), (1, 0, 1));
    office.pass(61);
    office.left(0).await;
    assert_eq!((office.notices(OLGA), office.notices(OLEH)), (1, 1));
    bot.stop().await;
}

#[tokio::test]
async fn of_two_processes_one_tells_and_after_a_kill_one_of_them_tells_once_more_at_most() {
    let office = Office::open().await;
    office.starts(OLGA);
    let first = office.bot().await;
    let (simulator, token) = (&office.shop.telegram.simulator, &office.shop.token);
    // Delivered, and the process does not learn of it.
    let hold = simulator.hold(token, "sendMessage", Some(OLGA), HoldPoint::After);
    office.place(&first, 1).await;
    soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) == 1)).await;
    assert_eq!(office.notices(OLGA), 1);
    // Two others start, which look for what was not told, and sweep.
    let (second, third) = (office.bot().await, office.bot().await);
    tried(&second).await;
    tried(&third).await;
    office.pass(59);
    assert_eq!((office.notices(OLGA), office.untold().await), (1, 1), "somebody is at it");
    // Killed: nothing is written any more, and nothing released.
    drop(first);
    simulator.release(token, hold, Release::Discard);
    office.pass(62);
    office.left(0).await;
    assert_eq!(office.notices(OLGA), 2, "one repeat for one crash, however many processes there are");
    second.stop().await;
    third.stop().await;
}
