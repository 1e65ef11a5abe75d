//! The real program is killed while it shows a reply, and started again, or another process of it takes over: every reply
//! is shown, and repeated at most once for each kill.

use shopkeeper::simulator::{HoldId, HoldPoint};
use tokio::process::Child;

use super::support::served::{By, Served, kill};
use super::support::shop::ANNA;
use super::support::soon;

/// So often each way of being killed is tried; `DELIVERY_ROUNDS` sets another number.
const ROUNDS: usize = 2;

fn rounds() -> usize {
    std::env::var("DELIVERY_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(ROUNDS)
}

/// The processes of a shop, of which one is active.
struct Running {
    served: Served,
    active: usize,
    /// In their places.
    programs: Vec<Option<Child>>,
}

impl Running {
    async fn start(by: By, processes: usize) -> Self {
        let served = Served::open(by, processes).await;
        let mut programs = Vec::new();
        for place in 0..processes {
            programs.push(Some(served.serve(place).await));
        }
        Self { served, active: 0, programs }
    }

    /// Kills the active one while a call is held, and has another one in its place.
    async fn succeed(&mut self, hold: HoldId) {
        kill(self.programs[self.active].take().unwrap()).await;
        self.served.discard(hold);
        let killed = self.active;
        self.active = (killed + 1) % self.programs.len();
        if self.active != killed {
            self.served.is_active(self.active).await;
        }
        // It stands by where there is another one.
        self.programs[killed] = Some(self.served.serve(killed).await);
    }
}

/// Kills the active process while a reply is on its way, in both halves of the call, for texts and for taps.
async fn killed_while_showing(by: By, processes: usize) {
    let mut running = Running::start(by, processes).await;
    let (simulator, token) = (running.served.shop.telegram.simulator.clone(), running.served.shop.token.clone());
    simulator.say(&token, ANNA, "/start").unwrap();
    running.served.says("Welcome", 1).await;
    running.served.confirmed().await;
    let mut shown = 0;
    for round in 0..rounds() {
        for point in [HoldPoint::Before, HoldPoint::After] {
            // A text: its screen is sent. Held after the effect, the first process has shown it, and nobody knows.
            let said = || simulator.say(&token, ANNA, "/help").unwrap();
            let hold = running.served.held("sendMessage", point, said).await;
            let on_its_way = running.served.said("What you can do here");
            running.succeed(hold).await;
            let served = &running.served;
            served.says("What you can do here", shown + 1 + usize::from(point == HoldPoint::After)).await;
            served.confirmed().await;
            let repeated = served.said("What you can do here") - shown - 1;
            assert_eq!(on_its_way - shown, usize::from(point == HoldPoint::After));
            assert!(repeated <= 1, "round {round}, {point:?}, {by:?}: repeated {repeated} times");
            shown += 1 + repeated;
        }
        // A tap: its message is edited, to the same effect however often.
        simulator.say(&token, ANNA, "/catalogue").unwrap();
        running.served.offers("🍯 Sweets").await;
        running.served.confirmed().await;
        let tapped = || simulator.tap_label(&token, ANNA, "🍯 Sweets").unwrap();
        let hold = running.served.held("editMessageText", HoldPoint::Before, tapped).await;
        running.succeed(hold).await;
        running.served.offers("Honey").await;
        running.served.confirmed().await;
    }
    let epoch = running.served.metric(running.active, "shopkeeper_lease_epoch").await;
    assert_eq!(epoch, Some((3 * rounds() + 1) as f64), "each kill is followed by another holder of the lease");
}

#[tokio::test]
async fn killed_while_showing_a_reply_nothing_is_lost_by_webhook() {
    killed_while_showing(By::Webhook, 1).await;
}

#[tokio::test]
async fn killed_while_showing_a_reply_nothing_is_lost_by_polling() {
    killed_while_showing(By::Polling, 1).await;
}

#[tokio::test]
async fn of_two_processes_one_is_killed_while_showing_a_reply_and_nothing_is_lost_by_webhook() {
    killed_while_showing(By::Webhook, 2).await;
}

#[tokio::test]
async fn of_two_processes_one_is_killed_while_showing_a_reply_and_nothing_is_lost_by_polling() {
    killed_while_showing(By::Polling, 2).await;
}

/// Whoever has tapped a screen before it was shown once more finds the answer at the end of the chat.
#[tokio::test]
async fn a_tap_on_a_screen_that_is_shown_again_is_answered_below_both() {
    for (by, processes) in [(By::Webhook, 1), (By::Webhook, 2), (By::Polling, 1)] {
        let mut running = Running::start(by, processes).await;
        let (simulator, token) = (running.served.shop.telegram.simulator.clone(), running.served.shop.token.clone());
        simulator.say(&token, ANNA, "/start").unwrap();
        running.served.confirmed().await;
        // The catalogue is shown, and its process does not get to know.
        let said = || simulator.say(&token, ANNA, "/catalogue").unwrap();
        let hold = running.served.held("sendMessage", HoldPoint::After, said).await;
        simulator.tap_label(&token, ANNA, "🍯 Sweets").unwrap();
        running.succeed(hold).await;
        running.served.offers("Honey").await;
        running.served.confirmed().await;
        running.served.offers("Honey").await;
        assert!(running.served.said("Which shelf") <= 2, "{by:?}: {:#?}", running.served.shop.seen());
    }
}

/// The same where the process that has shown it again is killed over the answer: the next one knows of no second screen.
#[tokio::test]
async fn a_tap_on_a_screen_that_was_shown_again_is_answered_below_both_by_whoever_is_next() {
    let mut running = Running::start(By::Webhook, 2).await;
    let (simulator, token) = (running.served.shop.telegram.simulator.clone(), running.served.shop.token.clone());
    simulator.say(&token, ANNA, "/start").unwrap();
    running.served.confirmed().await;
    let said = || simulator.say(&token, ANNA, "/catalogue").unwrap();
    let hold = running.served.held("sendMessage", HoldPoint::After, said).await;
    let first = simulator.chat(&token, ANNA).bubbles.pop().unwrap();
    running.succeed(hold).await;
    running.served.says("Which shelf", 2).await;
    running.served.confirmed().await;
    let sweets = first.rows.iter().flatten().find(|key| key.label.contains("Sweets")).unwrap();
    let tapped = || simulator.tap(&token, ANNA, first.id.0, &sweets.data).unwrap();
    let hold = running.served.held("sendMessage", HoldPoint::Before, tapped).await;
    running.succeed(hold).await;
    running.served.confirmed().await;
    running.served.offers("Honey").await;
}

/// Telegram has forgotten the update by then: the mark in the dialogue's document remembers it.
#[tokio::test]
async fn a_reply_that_is_late_when_its_process_is_killed_is_shown_by_the_next_one() {
    for processes in [1, 2] {
        let mut running = Running::start(By::Webhook, processes).await;
        let (simulator, token) = (running.served.shop.telegram.simulator.clone(), running.served.shop.token.clone());
        let said = || simulator.say(&token, ANNA, "/start").unwrap();
        let hold = running.served.held("sendMessage", HoldPoint::Before, said).await;
        running.served.confirmed().await;
        assert_eq!(running.served.said("Welcome"), 0);
        running.succeed(hold).await;
        running.served.says("Welcome", 1).await;
        // A later turn comes behind it, and leaves nothing to be shown again.
        simulator.say(&token, ANNA, "/help").unwrap();
        running.served.says("What you can do here", 1).await;
        assert_eq!(running.served.said("Welcome"), 1);
    }
}

/// What was on its way comes first, although Telegram brings the newer update before it brings the older one again.
#[tokio::test]
async fn an_update_that_comes_before_the_interrupted_one_comes_again_is_answered_behind_it() {
    let mut running = Running::start(By::Webhook, 2).await;
    let (simulator, token) = (running.served.shop.telegram.simulator.clone(), running.served.shop.token.clone());
    let first = running.served.shop.text("/start");
    let newer = running.served.shop.text("/help");
    let hold = simulator.hold(&token, "sendMessage", Some(ANNA), HoldPoint::Before);
    {
        let bringing = running.served.bring(0, &first);
        let held = simulator.wait_until(&token, |simulator| simulator.held(&token, hold) > 0);
        tokio::select! {
            _ = bringing => unreachable!("it is not acknowledged before it is shown, or late"),
            () = soon(held) => {}
        }
    }
    running.succeed(hold).await;
    assert_eq!(running.served.bring(1, &newer).await, 200);
    let place = |words: &str| running.served.shop.seen().iter().position(|text| text.contains(words));
    let (welcome, help) = (place("Welcome"), place("What you can do here"));
    assert!(welcome.is_some() && welcome < help, "{:?}", running.served.shop.seen());
    // By whichever process it comes again: it is shown.
    for process in [0, 1] {
        assert_eq!(running.served.bring(process, &first).await, 200);
        assert_eq!(running.served.said("Welcome"), 1);
    }
}
