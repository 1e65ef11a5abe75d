//! The real program is killed while it shows a reply, and started again: every reply is shown, and repeated at most once
//! for each kill.

use std::process::Stdio;

use dialogues::chat::Author;
use shopkeeper::mongod::Mongod;
use shopkeeper::simulator::{HoldId, HoldPoint, Release};
use tokio::process::{Child, Command};

use super::support::shop::{ANNA, Shop};
use super::support::{database, ports, soon};

/// So often each way of being killed is tried; `DELIVERY_ROUNDS` sets another number.
const ROUNDS: usize = 2;
const SECRET: &str = "open-sesame";

/// How the program gets its updates.
#[derive(Debug, Clone, Copy)]
enum By {
    Polling,
    Webhook(u16),
}

fn rounds() -> usize {
    std::env::var("DELIVERY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

/// A shop whose bot is the real program.
struct Stand {
    shop: Shop,
    mongodb: String,
    by: By,
}

impl Stand {
    async fn serve(&self) -> Child {
        let Self { shop, mongodb, by } = self;
        let mut program = Command::new(env!("CARGO_BIN_EXE_shopkeeper"));
        program
            .arg("serve")
            .env("SHOPKEEPER_TOKEN", &shop.token)
            .env("SHOPKEEPER_API_URL", &shop.telegram.base_url)
            .env("SHOPKEEPER_DATABASE", shop.store.database_name())
            .env("MONGODB_URI", mongodb);
        if let By::Webhook(port) = by {
            program
                .env("SHOPKEEPER_PORT", port.to_string())
                .env("SHOPKEEPER_WEBHOOK_URL", format!("http://127.0.0.1:{port}/telegram"))
                .env("SHOPKEEPER_WEBHOOK_SECRET", SECRET);
        }
        let (simulator, token) = (&shop.telegram.simulator, &shop.token);
        let polls = simulator.polls(token);
        let child = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true).spawn();
        match by {
            // The poll of a killed one is held until it ends by itself.
            By::Polling => soon(simulator.wait_until(token, |simulator| simulator.polls(token) > polls)).await,
            By::Webhook(_) => soon(simulator.wait_until(token, |simulator| simulator.listens(token))).await,
        }
        child.unwrap()
    }

    /// Waits until the bot says this, so often.
    async fn says(&self, words: &str, times: usize) {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        soon(simulator.wait_until(token, |_| self.said(words) >= times)).await;
    }

    /// How often the bot has said this.
    fn said(&self, words: &str) -> usize {
        let chat = self.shop.telegram.simulator.chat(&self.shop.token, ANNA);
        chat.bubbles.iter().filter(|bubble| bubble.author == Author::Bot && bubble.text.contains(words)).count()
    }

    async fn confirmed(&self) {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        soon(simulator.wait_until(token, |simulator| simulator.pending(token) == 0)).await;
    }

    /// Holds the next call of a method; waits, after `act`, until it has come.
    async fn held(&self, method: &str, point: HoldPoint, act: impl FnOnce() -> i64) -> HoldId {
        let (simulator, token) = (&self.shop.telegram.simulator, &self.shop.token);
        let hold = simulator.hold(token, method, Some(ANNA), point);
        act();
        soon(simulator.wait_until(token, |simulator| simulator.held(token, hold) > 0)).await;
        hold
    }
}

async fn kill(mut program: Child) {
    program.start_kill().unwrap();
    program.wait().await.unwrap();
}

/// Kills the program while a reply is on its way, in both halves of the call, for texts and for taps.
async fn killed_while_showing(by: By) {
    let database = database().await;
    let mongodb = Mongod::shared().await.unwrap().uri().to_owned();
    let stand = Stand { shop: Shop::open(database.store.clone()).await, mongodb, by };
    let (simulator, token) = (stand.shop.telegram.simulator.clone(), stand.shop.token.clone());
    let mut program = stand.serve().await;
    simulator.say(&token, ANNA, "/start").unwrap();
    stand.says("Welcome", 1).await;
    let mut shown = 0;
    for round in 0..rounds() {
        for point in [HoldPoint::Before, HoldPoint::After] {
            // A text: its screen is sent. Held after the effect, the first process has shown it, and nobody knows.
            let hold = stand.held("sendMessage", point, || simulator.say(&token, ANNA, "/help").unwrap()).await;
            let on_its_way = stand.said("What you can do here");
            kill(program).await;
            simulator.release(&token, hold, Release::Discard);
            program = stand.serve().await;
            stand.says("What you can do here", shown + 1 + usize::from(point == HoldPoint::After)).await;
            stand.confirmed().await;
            let repeated = stand.said("What you can do here") - shown - 1;
            assert_eq!(on_its_way - shown, usize::from(point == HoldPoint::After));
            assert!(repeated <= 1, "round {round}, {point:?}, {by:?}: repeated {repeated} times");
            shown += 1 + repeated;
        }
        // A tap: its message is edited, to the same effect however often.
        simulator.say(&token, ANNA, "/catalogue").unwrap();
        stand.says("Catalogue", 1).await;
        stand.confirmed().await;
        let hold = stand
            .held("editMessageText", HoldPoint::Before, || simulator.tap_label(&token, ANNA, "🍯 Sweets").unwrap())
            .await;
        kill(program).await;
        simulator.release(&token, hold, Release::Discard);
        program = stand.serve().await;
        soon(simulator.wait_until(&token, |simulator| {
            let chat = simulator.chat(&token, ANNA);
            chat.bubbles
                .last()
                .is_some_and(|bubble| bubble.rows.iter().flatten().any(|key| key.label.contains("Honey")))
        }))
        .await;
        stand.confirmed().await;
    }
    kill(program).await;
}

#[tokio::test]
async fn killed_while_showing_a_reply_nothing_is_lost_by_webhook() {
    killed_while_showing(By::Webhook(ports::leased())).await;
}

#[tokio::test]
async fn killed_while_showing_a_reply_nothing_is_lost_by_polling() {
    killed_while_showing(By::Polling).await;
}

/// Telegram has forgotten the update by then: the mark in the dialogue's document remembers it.
#[tokio::test]
async fn a_reply_that_is_late_when_its_process_is_killed_is_shown_by_the_next_one() {
    let database = database().await;
    let mongodb = Mongod::shared().await.unwrap().uri().to_owned();
    let by = By::Webhook(ports::leased());
    let stand = Stand { shop: Shop::open(database.store.clone()).await, mongodb, by };
    let (simulator, token) = (stand.shop.telegram.simulator.clone(), stand.shop.token.clone());
    let program = stand.serve().await;
    let hold = stand.held("sendMessage", HoldPoint::Before, || simulator.say(&token, ANNA, "/start").unwrap()).await;
    stand.confirmed().await;
    assert_eq!(stand.said("Welcome"), 0);
    kill(program).await;
    simulator.release(&token, hold, Release::Discard);
    let program = stand.serve().await;
    stand.says("Welcome", 1).await;
    // A later turn comes behind it, and leaves nothing to be shown again.
    simulator.say(&token, ANNA, "/help").unwrap();
    stand.says("What you can do here", 1).await;
    assert_eq!(stand.said("Welcome"), 1);
    kill(program).await;
}
