//! Transcripts played end to end: the real bot, the Bot API over HTTP, a real MongoDB.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use dialogues::app::Shop;
use dialogues::chat::Chat;
use dialogues::transcript::{Given, Stage, StepResult, Subject, UserAction};
use dialogues::world;
use engine::{FIRST_ID, moment};
use shell::schema::schema;
use shell::stage::{Cast, Telegram};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::scene::{Concerns, Fixture};
use crate::api::Api;
use crate::bot::desk::{Records, TurnRecord};
use crate::bot::{ShopParts, Shopkeeper};
use crate::clock::Clock;
use crate::config::Transport;
use crate::mailing::MailingOptions;
use crate::store::Store;

/// One transcript's own bot, database, chats and clock.
pub struct EndToEnd {
    handle: Handle,
    scene: Fixture,
    shopkeeper: Option<Shopkeeper>,
    records: Records,
    recorded: mpsc::UnboundedReceiver<TurnRecord>,
    /// Who wants to hear of the turns, too.
    audience: Option<Records>,
}

impl EndToEnd {
    /// A stage on an empty, prepared store whose clock is `clock`.
    pub fn new(handle: Handle, telegram: Arc<Telegram>, token: String, store: Store, clock: Clock) -> Self {
        clock.set(world::beginning());
        telegram.simulator.set_time(&token, clock.now());
        let (records, recorded) = mpsc::unbounded_channel();
        let scene = Fixture::new(telegram, token, store, clock, FIRST_ID);
        Self { handle, scene, shopkeeper: None, records, recorded, audience: None }
    }

    /// Stops the bot; the store can be used for another transcript then.
    pub fn leave(mut self) -> Store {
        if let Some(shopkeeper) = self.shopkeeper.take() {
            self.handle.clone().block_on(shopkeeper.stop());
        }
        self.scene.store
    }

    /// Lets somebody hear of every turn.
    pub fn tell(&mut self, audience: Records) {
        self.audience = Some(audience);
    }

    /// Everybody in the transcript so far, by name.
    pub fn people(&self) -> &BTreeMap<String, i64> {
        &self.scene.cast.people
    }

    /// Those who are told about orders.
    pub fn owners(&self) -> &[i64] {
        &self.scene.owners
    }

    /// Leaves the bot running as the transcript has left it, until `stopped`; whoever listens hears of its turns.
    pub async fn linger(mut self, stopped: impl Future<Output = ()>) {
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                () = &mut stopped => break,
                record = self.recorded.recv() => {
                    if let (Some(record), Some(audience)) = (record, &self.audience) {
                        let _ = audience.send(record);
                    }
                }
            }
        }
        self.stop().await;
    }

    async fn start(&mut self) -> Result<(), String> {
        if self.shopkeeper.is_some() {
            return Ok(());
        }
        self.scene.clear().await?;
        let Fixture { cast, store, owners, settings, .. } = &self.scene;
        let parts = ShopParts {
            bot: cast.telegram.bot(&cast.token)?,
            store: store.clone(),
            settings: settings.clone(),
            clock: cast.clock.clone(),
            owners: owners.clone(),
            records: Some(self.records.clone()),
            schema: schema(),
            // No transcript waits for a second to pass between two messages.
            mailing: MailingOptions::at_once(),
            receipts: None,
        };
        let settings = parts.settings.clone();
        let started = Shopkeeper::start_beside(parts, Transport::Polling, 0, |store, feed| {
            let api = Api::new(store.clone(), feed.clone(), &settings, Vec::new());
            Some(Box::new(move |rocket| api.mount(rocket)))
        });
        let shopkeeper = started.await.map_err(|error| error.to_string())?;
        self.scene.api = shopkeeper.address().map(str::to_owned);
        self.shopkeeper = Some(shopkeeper);
        Ok(())
    }

    async fn stop(&mut self) {
        if let Some(shopkeeper) = self.shopkeeper.take() {
            shopkeeper.stop().await;
        }
    }

    /// When the next thing happens in a dialogue by itself.
    async fn next_deadline(&self) -> Result<Option<DateTime<Utc>>, String> {
        let next = self.scene.store.deadlines().after(self.scene.cast.clock.now()).await;
        next.map_err(|error| error.to_string())
    }

    /// Waits until the bot is quiet; what has happened is told later.
    async fn quiet_again(&mut self) -> Result<(), String> {
        quiet(self.shopkeeper.as_ref().ok_or("the bot is not running")?, &self.scene.cast).await;
        Ok(())
    }

    /// What has happened until the bot is quiet.
    async fn quiet(&mut self) -> Result<StepResult, String> {
        self.quiet_again().await?;
        let mut turns = Vec::new();
        while let Ok(record) = self.recorded.try_recv() {
            if let Some(audience) = &self.audience {
                // Whoever has left misses nothing.
                let _ = audience.send(record.clone());
            }
            turns.push(record);
        }
        Ok(self.scene.happened(turns))
    }

    /// Makes something true, and waits until the bot has seen it.
    async fn make_true(&mut self, given: &Given) -> Result<(), String> {
        match (self.scene.make_true(given).await?, &self.shopkeeper) {
            (Concerns::Settings, _) => self.stop().await,
            (Concerns::Shelves, Some(shopkeeper)) => {
                shopkeeper.desk().feed.reload().await.map_err(|error| error.to_string())?;
                // Whoever waits for what is back is told before anybody goes on.
                shopkeeper.desk().notices.look_at_stock();
                let mut telling = shopkeeper.desk().notices.waiting();
                let _ = telling.wait_for(|count| *count == 0).await;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Waits until a bot is quiet. That needs proof: every update is confirmed, and no turn is lined up or running.
pub async fn quiet(shopkeeper: &Shopkeeper, cast: &Cast) {
    let (mut in_flight, mut telling) = (shopkeeper.in_flight(), shopkeeper.desk().notices.waiting());
    let signal = shopkeeper.desk().signal.clone();
    let (simulator, token) = (cast.simulator(), &cast.token);
    shopkeeper.outage_questions_sent().await;
    loop {
        simulator.wait_until(token, |simulator| simulator.pending(token) == 0).await;
        let _ = in_flight.wait_for(|count| *count == 0).await;
        let _ = telling.wait_for(|count| *count == 0).await;
        signal.silence().await;
        shopkeeper.deadlines_met().await;
        if simulator.pending(token) == 0 && *in_flight.borrow() == 0 && signal.is_silent() {
            return;
        }
    }
}

impl Stage<Shop> for EndToEnd {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        self.handle.clone().block_on(self.make_true(given))
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.start().await?;
            self.scene.cast.act(deeds)?;
            self.quiet().await
        })
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let end = moment::after(self.scene.cast.clock.now(), time);
        self.handle.clone().block_on(async {
            if self.shopkeeper.is_none() {
                self.scene.cast.set_time(end);
                return Ok(StepResult::default());
            }
            // What happens at a time happens at that time, as it does where nobody skips it.
            while let Some(next) = self.next_deadline().await?.filter(|next| *next <= end) {
                self.scene.cast.set_time(next);
                self.quiet_again().await?;
            }
            self.scene.cast.set_time(end);
            if let Some(shopkeeper) = &self.shopkeeper {
                // Who waited for the clock may have something to do now.
                shopkeeper.desk().signal.raise();
                shopkeeper.desk().notices.look_at_stock();
            }
            self.quiet().await
        })
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.stop().await;
            self.start().await?;
            self.quiet().await
        })
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.start().await?;
            self.stop().await;
            let bot = self.scene.cast.bot_id()?;
            self.scene.store.leases(bot).set_back(time).await.map_err(|error| error.to_string())?;
            self.scene.cast.elapse(time);
            self.start().await?;
            self.quiet().await
        })
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        self.scene.cast.simulator().redeliver(&self.scene.cast.token).ok_or("there is no update to deliver again")?;
        self.handle.clone().block_on(self.quiet())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        self.scene.cast.disturb(method, person, code, retry_after).map(|()| true)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.scene.cast.undisturbed()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        Cow::Owned(self.scene.cast.chat(person))
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        self.handle.clone().block_on(async {
            if matches!(subject, Subject::Rest { .. }) {
                self.start().await?;
            }
            self.scene.look(subject).await
        })
    }
}
