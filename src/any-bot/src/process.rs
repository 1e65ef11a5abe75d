//! Transcripts of a bot in another process, in any language: the bot is started by a command, and talks to the simulator.
//!
//! Nobody knows what goes on inside of it. So it is quiet once it has fetched everything and has made no call for a while,
//! and what it keeps can be neither given nor checked.

mod child;

use std::borrow::Cow;
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;
use engine::FIRST_ID;
use engine::chat::Chat;
use engine::transcript::{Stage, StepResult, UserAction};
use http_server::Running;
use telegram_simulator::{Actors, Person, Simulator, is_token, launch};
use tokio::runtime::Handle;

pub use child::{end_all, is_stopping};

use crate::sentences::{AnyBot, Given, Nothing};
use child::Program;

/// A bot has so long until it asks for updates.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A bot has so long until it is quiet.
const QUIET_LIMIT: Duration = Duration::from_secs(30);

/// How a bot is started, and how it is listened to.
#[derive(Debug, Clone)]
pub struct BotProcess {
    /// For the shell. The bot finds its token in the environment as `BOT_TOKEN`, and as `TELEGRAM_API_URL` what it has to call
    /// instead of `https://api.telegram.org`.
    pub command: String,
    /// The folder it is started in; that of this process where none is named.
    pub folder: Option<PathBuf>,
    pub token: String,
    /// A bot that has made no call for so long is quiet.
    pub calm: Duration,
    /// As long as this, `After 5 seconds` is waited for.
    pub longest_wait: Duration,
}

impl BotProcess {
    /// A bot of this command, with the token and the patience that fit most of them.
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            folder: None,
            token: "42:transcript".to_owned(),
            calm: Duration::from_millis(350),
            longest_wait: Duration::from_secs(10),
        }
    }
}

/// One transcript's own bot process and Telegram. It is played on a thread where it may wait. When it is dropped the bot is
/// ended at once: nobody is left to see how it ends.
pub struct ProcessStage {
    handle: Handle,
    bot: BotProcess,
    actors: Actors,
    server: Running,
    program: Option<Program>,
}

impl ProcessStage {
    /// A stage in front of an empty Telegram. The bot is started when somebody acts.
    ///
    /// # Errors
    /// A sentence: there is no free port.
    pub async fn open(handle: Handle, bot: BotProcess) -> Result<Self, String> {
        let simulator = Simulator::new();
        let server = launch(simulator.clone(), 0).await.map_err(|error| error.to_string())?;
        Ok(Self::before(handle, bot, simulator, server))
    }

    /// A stage in front of a Telegram that others look at, too.
    pub fn before(handle: Handle, bot: BotProcess, simulator: Simulator, server: Running) -> Self {
        let actors = Actors::new(simulator, bot.token.clone(), FIRST_ID);
        Self { handle, bot, actors, server, program: None }
    }

    /// Begins another transcript with the same process of the bot, in front of other people.
    pub fn next_transcript(&mut self) {
        self.actors.dismiss();
    }

    /// Starts the bot unless it runs, and waits until it listens.
    ///
    /// # Errors
    /// A sentence: its token is none, it has ended, or it does not ask for updates; with the last of what it has written.
    pub async fn start(&mut self) -> Result<(), String> {
        if self.program.is_some() {
            return Ok(());
        }
        if !is_token(&self.bot.token) {
            return Err(format!("“{}” is no token of a bot: write digits, a colon, and letters", self.bot.token));
        }
        let (simulator, token) = (self.actors.simulator().clone(), self.bot.token.clone());
        let environment = [("BOT_TOKEN", token.as_str()), ("TELEGRAM_API_URL", &self.server.base_url)];
        let (command, folder) = (&self.bot.command, self.bot.folder.as_deref());
        // The poll of a bot that was ended may still be held.
        let before = simulator.polls(&token);
        let started = Program::start(command, folder, &environment);
        let program = self.program.insert(started.map_err(|error| format!("`{command}` does not start: {error}"))?);
        let listens = |simulator: &Simulator| simulator.polls(&token) > before || simulator.has_webhook(&token);
        let listening = tokio::time::timeout(START_LIMIT, simulator.wait_until(&token, listens));
        tokio::select! {
            listens = listening => if listens.is_err() {
                let wrote = program.last_output().await;
                self.stop().await;
                let limit = START_LIMIT.as_secs();
                return Err(format!(
                    "the bot has not asked for updates within {limit} s; it is to call TELEGRAM_API_URL, with the token \
                     BOT_TOKEN. The last of what it wrote:{wrote}"
                ));
            },
            _ = program.ended() => return Err(self.has_ended().await.unwrap_or_default()),
        }
        self.quiet().await
    }

    /// Stops the bot as an upgrade does: it may finish what it is at.
    pub async fn stop(&mut self) {
        if let Some(program) = self.program.take() {
            program.stop().await;
        }
    }

    /// That the bot has ended by itself, if it has; with the last of what it has written.
    async fn has_ended(&mut self) -> Option<String> {
        let program = self.program.as_mut()?;
        let status = program.has_ended()?;
        let wrote = program.last_output().await;
        self.program = None;
        Some(format!("the bot has ended with {status}; the last of what it wrote:{wrote}"))
    }

    /// Waits until the bot ends by itself; what is to be said of that.
    pub async fn ended(&mut self) -> String {
        match &mut self.program {
            Some(program) => drop(program.ended().await),
            None => std::future::pending().await,
        }
        self.has_ended().await.unwrap_or_default()
    }

    /// Waits until the bot is quiet.
    async fn quiet(&mut self) -> Result<(), String> {
        let (simulator, limit) = (self.actors.simulator().clone(), QUIET_LIMIT + self.bot.calm);
        let quiet = simulator.quiet(&self.bot.token, self.bot.calm, limit);
        let is_quiet = match &mut self.program {
            Some(program) => tokio::select! {
                is_quiet = quiet => is_quiet,
                _ = program.ended() => true,
            },
            None => quiet.await,
        };
        if let Some(ended) = self.has_ended().await {
            return Err(ended);
        }
        if is_quiet {
            return Ok(());
        }
        let wrote = match &mut self.program {
            Some(program) => program.last_output().await,
            None => String::new(),
        };
        let (limit, waiting) = (limit.as_secs(), simulator.pending(&self.bot.token));
        Err(format!(
            "the bot is not quiet after {limit} s; it has still to confirm {waiting} updates. The last of what it wrote:{wrote}"
        ))
    }

    /// What has happened until the bot is quiet.
    async fn happened(&mut self) -> Result<StepResult, String> {
        self.quiet().await?;
        Ok(self.actors.happened([]))
    }
}

impl Stage<AnyBot> for ProcessStage {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Person(someone) => {
                let id = someone.id.unwrap_or_else(|| self.actors.next_id(&someone.name));
                let other = self.actors.people.iter().find(|(name, known)| **known == id && **name != someone.name);
                if let Some((other, _)) = other {
                    return Err(format!("{other} has the id {id}; write another one"));
                }
                let person = Person {
                    id,
                    first_name: someone.name.clone(),
                    username: someone.username.clone(),
                    language_code: Some(someone.language.clone().unwrap_or_else(|| "en".to_owned())),
                };
                self.actors.introduce_as(person);
                Ok(())
            }
            Given::Time(_) => Err("a bot in another process has a clock of its own, which cannot be set".to_owned()),
        }
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.start().await?;
            self.actors.act(deeds)?;
            self.happened().await
        })
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        let limit = self.bot.longest_wait;
        let wait = time.to_std().ok().filter(|wait| *wait <= limit);
        let too_long = || {
            format!(
                "a bot in another process has a clock of its own, and so long nobody waits: {} s at most, or as \
                 --longest-wait says",
                limit.as_secs()
            )
        };
        let wait = wait.ok_or_else(too_long)?;
        self.handle.clone().block_on(async {
            self.start().await?;
            tokio::time::sleep(wait).await;
            self.happened().await
        })
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.stop().await;
            self.start().await?;
            self.happened().await
        })
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.start().await?;
            self.stop().await;
            self.actors.simulator().advance_time(&self.bot.token, time);
            self.start().await?;
            self.happened().await
        })
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        self.actors.simulator().redeliver(&self.bot.token).ok_or("there is no update to deliver again")?;
        self.handle.clone().block_on(self.happened())
    }

    fn disturb(&mut self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<bool, String> {
        self.actors.disturb(method, person, code, retry_after).map(|()| true)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.actors.undisturbed()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        Cow::Owned(self.actors.chat(person))
    }

    fn check(&mut self, subject: &Nothing) -> Result<Option<Vec<(String, String)>>, String> {
        match *subject {}
    }
}
