//! A bot whose house is kept in one document: [`HouseBot`] runs it behind Telegram.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use engine::moment::after;
use http_server::Listen;
use teloxide::Bot;

use crate::clock::Clock;
use crate::dispatcher::{Dispatcher, Parts, StartError, Transport};
use crate::health::{Probes, Upstream};
use crate::looks::Looks;
use crate::metrics::Metrics;
use crate::mongo::Connection;
use crate::mongo::house::{MongoHouse, StoredHouse};
use crate::outbox::{self, Outbox};
use crate::pictures::NoPictures;
use crate::record::Records;
use crate::schema::schema;
use crate::screen::Screen;
use crate::tasks::{Task, supervise};

/// How often a process looks for what another one has made due.
const LOOK: TimeDelta = TimeDelta::seconds(30);
/// Messages that wait have so long to be sent when the bot stops.
const LAST_MESSAGES_TIMEOUT: Duration = Duration::from_millis(500);
/// The pause after MongoDB was away.
const AWAY_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// What a bot is made of.
pub struct HouseParts<H: StoredHouse> {
    pub bot: Bot,
    /// Where its MongoDB is, and the name of its database there.
    pub uri: String,
    pub database: String,
    pub clock: Clock,
    pub metrics: Metrics,
    /// Told about every turn.
    pub records: Option<Records<MongoHouse<H>>>,
}

/// A running bot. Dropping it stops nothing: call [`HouseBot::stop`].
pub struct HouseBot<H: StoredHouse> {
    dispatcher: Dispatcher<MongoHouse<H>>,
    house: Arc<MongoHouse<H>>,
    outbox: Outbox<H::App>,
    timers: Looks,
    tasks: [Task; 2],
}

impl<H: StoredHouse> HouseBot<H> {
    /// Starts the bot behind a transport. Its HTTP server listens at `listen`, which is a port of 127.0.0.1, or an address
    /// and a port; port 0 is any free one. It serves `/healthz`, `/readyz` and `/metrics` (see [`crate::health`]), and the webhook
    /// if there is one.
    ///
    /// # Errors
    /// Telegram or MongoDB cannot be reached, or do not know us; the port is taken.
    pub async fn start(
        parts: HouseParts<H>,
        transport: Transport,
        listen: impl Into<Listen>,
    ) -> Result<Self, StartError> {
        let HouseParts { bot, uri, database, clock, metrics, records } = parts;
        let bot_id = crate::identity::identify(&bot, metrics.names().settings).await?.id;
        let (outbox, inbox) = Outbox::new();
        let connection = Connection::named(metrics.names().program);
        let house = MongoHouse::open(&uri, &database, connection, clock.clone(), outbox.clone()).await?;
        let house = Arc::new(house);
        let screen = Arc::new(Screen::new(bot.clone(), metrics.clone(), Arc::new(NoPictures)));
        let timers = Looks::default();
        let (rung, asked, by) = (Arc::clone(&house), timers.clone(), clock.clone());
        let ringing = supervise(&metrics, "timers", move || run_timers(Arc::clone(&rung), asked.clone(), by.clone()));
        let (shown_by, sent) = (Arc::clone(&screen), outbox.clone());
        let sending =
            supervise(&metrics, "outbox", move || outbox::run(Arc::clone(&shown_by), Arc::clone(&inbox), sent.clone()));
        let pinged = Arc::clone(&house);
        let upstream: Upstream = Box::new(move || {
            let house = Arc::clone(&pinged);
            Box::pin(async move { house.ping().await })
        });
        let probes = Probes { metrics: metrics.clone(), upstream };
        let (host, schema) = (Arc::clone(&house), schema());
        let mut dispatcher =
            Dispatcher::start(Parts { bot, bot_id, host, screen, schema, clock, metrics, records }).await?;
        dispatcher.open(transport, listen, Some(Box::new(|rocket| probes.mount(rocket)))).await?;
        Ok(Self { dispatcher, house, outbox, timers, tasks: [ringing, sending] })
    }

    /// Where its HTTP server listens, such as `http://127.0.0.1:8080`.
    pub fn address(&self) -> &str {
        // Something is always beside the transport: there is a server.
        self.dispatcher.address().unwrap_or_default()
    }

    /// What is kept.
    pub fn house(&self) -> &MongoHouse<H> {
        &self.house
    }

    /// Resolves when nobody is asked again any more, no update is lined up or running, nothing is due, and no
    /// message waits to be sent.
    pub async fn until_idle(&self) {
        self.dispatcher.outage_questions_sent().await;
        let (mut in_flight, mut waiting) = (self.dispatcher.in_flight(), self.outbox.waiting());
        loop {
            let _ = in_flight.wait_for(|count| *count == 0).await;
            self.timers.settle().await;
            self.dispatcher.deadlines_met().await;
            let _ = waiting.wait_for(|count| *count == 0).await;
            if *in_flight.borrow() == 0 && *waiting.borrow() == 0 {
                return;
            }
        }
    }

    /// Takes no new updates, lets open turns end, and leaves.
    pub async fn stop(self) {
        let mut waiting = self.outbox.waiting();
        let sent = async move {
            let _ = tokio::time::timeout(LAST_MESSAGES_TIMEOUT, waiting.wait_for(|count| *count == 0)).await;
        };
        self.dispatcher.stop(async {}, sent).await;
        self.tasks.iter().for_each(Task::abort);
    }
}

/// Lets happen what is due, for as long as the bot runs.
async fn run_timers<H: StoredHouse>(house: Arc<MongoHouse<H>>, timers: Looks, clock: Clock) {
    let mut asked = timers.asked();
    loop {
        let seen = *asked.borrow_and_update();
        let next = match house.ring().await {
            Ok(due) => {
                timers.looked(seen);
                let look = after(clock.now(), LOOK);
                due.map_or(look, |due| due.min(look))
            }
            Err(error) => {
                tracing::warn!(%error, "timers: what is due cannot happen yet");
                after(clock.now(), AWAY_PAUSE)
            }
        };
        tokio::select! {
            () = clock.until(next) => {}
            _ = asked.changed() => {}
        }
    }
}
