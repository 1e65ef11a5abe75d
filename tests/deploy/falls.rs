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

/// A process was killed: how long Anna has waited for an answer at the most, and how long the shop was not whole.
struct Fall {
    waited: Duration,
    away: Duration,
}

async fn fall(stand: &Stand, fallen: &Supervised) -> Fall {
    let (killed, since) = (fallen.id(), Instant::now());
    fallen.signal("KILL");
    let whole = async {
        until("it is started again", async || fallen.id() != killed).await;
        stand.ready().await;
        since.elapsed()
    };
    let (waited, away) = tokio::join!(answer(stand), whole);
    Fall { waited: waited.max(answer(stand).await), away }
}

/// How much longer Anna may wait than the shop was not whole: both processes look for a primary for 3 s each, and
/// Telegram's server tries at once, after two seconds, after four, or when it was asked to.
const AFTERWARDS: Duration = Duration::from_secs(10);

pub(crate) async fn whoever_is_killed_is_back_and_nobody_is_left_unanswered() {
    let stand = open(StandOptions::default()).await;
    for fallen in stand.mongods.iter().chain([&stand.nginx]).chain(&stand.shops) {
        let Fall { waited, away } = fall(&stand, fallen).await;
        assert!(waited < away + AFTERWARDS, "{waited:?} without {}, which was away for {away:?}", fallen.name);
    }
}

pub(crate) async fn of_three_members_the_primary_may_fall() {
    let stand = open(StandOptions { members: 3, ..StandOptions::default() }).await;
    let Fall { waited, away } = fall(&stand, &stand.mongods[0]).await;
    assert!(waited < away + AFTERWARDS, "{waited:?}, and it took {away:?} until there was a primary");
    // What the new primary knows is what was said.
    let store = Store::open(&stand.mongodb_uri, "shopkeeper", Clock::system(), StoreOptions::default()).await.unwrap();
    assert!(store.load(ANNA).await.unwrap().snapshot.conversation.is_some());
}
