//! Whoever falls is back by itself, and what was said meanwhile is answered.

use std::time::{Duration, Instant};

use shopkeeper::clock::Clock;
use shopkeeper::replay::shop_folder;
use shopkeeper::simulator::Person;
use shopkeeper::store::{Store, StoreOptions, seed};

use super::stand::{Stand, StandOptions, soon, until};
use super::supervised::Supervised;

const ANNA: i64 = 1001;

async fn open(options: StandOptions) -> Stand {
    let stand = Stand::open(options).await;
    seed(&stand.store, &shop_folder("tea-house").unwrap()).await.unwrap();
    let anna = Person { id: ANNA, first_name: "Anna".into(), username: None, language_code: Some("en".into()) };
    stand.telegram.simulator.person(&stand.token, anna);
    answer(&stand).await;
    stand
}

/// How long Anna waits for an answer.
async fn answer(stand: &Stand) -> Duration {
    let (simulator, token) = (&stand.telegram.simulator, &stand.token);
    let (began, before) = (Instant::now(), simulator.journal_len(token));
    simulator.say(token, ANNA, "/start").unwrap();
    soon("Anna is answered", async {
        simulator.wait_until(token, |simulator| simulator.pending(token) == 0).await;
        simulator.wait_until(token, |simulator| simulator.journal_len(token) > before).await;
    })
    .await;
    began.elapsed()
}

/// How long Anna waits while somebody is killed. A moment later that one is back.
async fn answer_without(stand: &Stand, fallen: &Supervised) -> Duration {
    let killed = fallen.id();
    fallen.signal("KILL");
    let waited = answer(stand).await;
    until("it is started again", async || fallen.id() != killed).await;
    stand.answers("/healthz").await;
    waited.max(answer(stand).await)
}

pub(crate) async fn whoever_is_killed_is_back_within_ten_seconds_and_nobody_is_left_unanswered() {
    let stand = open(StandOptions::default()).await;
    for fallen in stand.mongods.iter().chain([&stand.nginx]).chain(&stand.shops) {
        let waited = answer_without(&stand, fallen).await;
        // Telegram tries at once, after two seconds, after four, or when it was asked to.
        assert!(waited < Duration::from_secs(10), "{waited:?} without {}", fallen.name);
    }
}

pub(crate) async fn of_three_members_the_primary_may_fall() {
    let stand = open(StandOptions { members: 3, ..StandOptions::default() }).await;
    let waited = answer_without(&stand, &stand.mongods[0]).await;
    // An election takes up to twelve seconds, and Telegram's next try up to eight.
    assert!(waited < Duration::from_secs(25), "{waited:?}");
    // What the new primary knows is what was said.
    let store = Store::open(&stand.mongodb_uri, "shopkeeper", Clock::system(), StoreOptions::default()).await.unwrap();
    assert!(store.load(ANNA).await.unwrap().conversation.is_some());
}
