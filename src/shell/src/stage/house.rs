//! Transcripts of an application whose house is kept in one document, end to end.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::chat::Chat;
use engine::memory::{Checked, look};
use engine::transcript::{CheckSubject, GivenSentence, Sentences, Stage, StepResult, UserAction};
use engine::{Dialogue, FIRST_ID, moment};
use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::{Cast, Telegram};
use crate::Names;
use crate::clock::Clock;
use crate::dispatcher::Transport;
use crate::host::{Host, Loaded};
use crate::house::{HouseBot, HouseParts};
use crate::metrics::Metrics;
use crate::mongo::house::{MongoHouse, StoredHouse};
use crate::record::{Records, TurnRecord};

/// One transcript's own bot, database, chats and clock. It is played on a thread where it may wait.
pub struct HouseStage<H: StoredHouse> {
    handle: Handle,
    cast: Cast,
    bot: Option<HouseBot<H>>,
    names: Names,
    uri: String,
    database: String,
    records: Records<MongoHouse<H>>,
    recorded: mpsc::UnboundedReceiver<TurnRecord<MongoHouse<H>>>,
}

impl<H: StoredHouse> HouseStage<H> {
    /// A stage on a database that nobody else uses, at this time.
    pub fn new(
        handle: Handle,
        telegram: Arc<Telegram>,
        token: String,
        (uri, database): (String, String),
        names: Names,
        now: DateTime<Utc>,
    ) -> Self {
        let (records, recorded) = mpsc::unbounded_channel();
        let cast = Cast::new(telegram, token, Clock::virtual_at(now), FIRST_ID);
        cast.set_time(now);
        Self { handle, cast, bot: None, names, uri, database, records, recorded }
    }

    /// Stops the bot, as at the end of the transcript.
    pub fn leave(mut self) {
        let handle = self.handle.clone();
        handle.block_on(self.stop());
    }

    /// The bot, started if it does not run yet.
    async fn running(&mut self) -> Result<&HouseBot<H>, String> {
        let bot = match self.bot.take() {
            Some(bot) => bot,
            None => {
                let parts = HouseParts {
                    bot: self.cast.telegram.bot(&self.cast.token)?,
                    uri: self.uri.clone(),
                    database: self.database.clone(),
                    clock: self.cast.clock.clone(),
                    metrics: Metrics::new(self.names),
                    records: Some(self.records.clone()),
                };
                HouseBot::start(parts, Transport::Polling, 0).await.map_err(|error| error.to_string())?
            }
        };
        Ok(self.bot.insert(bot))
    }

    async fn stop(&mut self) {
        if let Some(bot) = self.bot.take() {
            bot.stop().await;
        }
    }

    /// Silence needs proof: every update is confirmed, no turn is lined up or running, nothing is due.
    async fn until_idle(&mut self) -> Result<StepResult, String> {
        self.running().await?;
        let (simulator, token) = (self.cast.simulator(), &self.cast.token);
        let bot = self.bot.as_ref().ok_or("the bot is not running")?;
        loop {
            simulator.wait_until(token, |simulator| simulator.pending(token) == 0).await;
            bot.until_idle().await;
            if simulator.pending(token) == 0 {
                break;
            }
        }
        let records = std::iter::from_fn(|| self.recorded.try_recv().ok());
        let turns: Vec<_> = records.map(|record| (record.chat, record.trace)).collect();
        Ok(self.cast.happened(turns))
    }

    async fn make_true(&mut self, given: &<H::App as Sentences>::Given) -> Result<(), String> {
        if let Some(name) = given.introduces() {
            self.cast.introduce(name, given.language());
        }
        if let Some(time) = given.time() {
            self.cast.set_time(time);
        }
        self.running().await?;
        let (people, now) = (self.cast.people.clone(), self.cast.clock.now());
        let bot = self.bot.as_ref().ok_or("the bot is not running")?;
        let id = |name: &str| people.get(name).copied();
        bot.house().change(|house| house.given(given, &id, now)).await.map_err(|error| error.to_string())?
    }

    async fn pass(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let end = moment::after(self.cast.clock.now(), time);
        self.running().await?;
        loop {
            let bot = self.bot.as_ref().ok_or("the bot is not running")?;
            let house = bot.house().house().await.map_err(|error| error.to_string())?.house;
            let deadline = bot.house().next_deadline().await.map_err(|error| error.to_string())?;
            let due = [house.due(), deadline].into_iter().flatten().min();
            // What happens at a time happens at that time, as it does where nobody skips it.
            match due.filter(|due| *due <= end) {
                Some(due) => self.cast.set_time(due.max(self.cast.clock.now())),
                None => break,
            }
            bot.until_idle().await;
        }
        self.cast.set_time(end);
        self.until_idle().await
    }

    async fn look(
        &mut self,
        subject: &<H::App as Sentences>::Subject,
    ) -> Result<Option<Vec<(String, String)>>, String> {
        let id = subject.person().and_then(|name| self.cast.people.get(name).copied());
        let bot = self.running().await?;
        let house = bot.house().house().await.map_err(|error| error.to_string())?.house;
        let checked = match id {
            Some(id) => {
                let loaded = bot.house().load(id).await.map_err(|error| error.to_string())?;
                let state = loaded.conversation().map(|conversation| conversation.dialogue.name());
                Some(Checked { id, state: state.unwrap_or_else(|| "Stranger".to_owned()) })
            }
            None => None,
        };
        Ok(look::<H>(&house, subject, checked.as_ref()))
    }
}

impl<H: StoredHouse> Stage<H::App> for HouseStage<H> {
    fn given(&mut self, given: &<H::App as Sentences>::Given) -> Result<(), String> {
        self.handle.clone().block_on(self.make_true(given))
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.running().await?;
            self.cast.act(deeds)?;
            self.until_idle().await
        })
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.handle.clone().block_on(self.pass(time))
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.stop().await;
            self.until_idle().await
        })
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            let id = self.cast.bot_id()?;
            let leases = self.running().await?.house().leases(id);
            self.stop().await;
            leases.set_back(time).await.map_err(|error| error.to_string())?;
            self.cast.elapse(time);
            self.until_idle().await
        })
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        self.cast.simulator().redeliver(&self.cast.token).ok_or("there is no update to deliver again")?;
        self.handle.clone().block_on(self.until_idle())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        self.cast.disturb(method, person, code, retry_after).map(|()| true)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.cast.undisturbed()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        Cow::Owned(self.cast.chat(person))
    }

    fn check(&mut self, subject: &<H::App as Sentences>::Subject) -> Result<Option<Vec<(String, String)>>, String> {
        self.handle.clone().block_on(self.look(subject))
    }
}
