//! Transcripts in front of a machine that runs: people act in the simulator, and Telegram calls nginx.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use dialogues::app::Shop;
use dialogues::chat::Chat;
use dialogues::transcript::{Given, Stage, StepResult, Subject, UserAction};
use serde_json::json;
use shopkeeper::api::keys;
use shopkeeper::api::scope::Scope;
use shopkeeper::clock::Clock;
use shopkeeper::replay::scene::{Concerns, Fixture};
use tokio::runtime::Handle;

use super::stand::Stand;
use crate::poll;

/// What a process shows in `/metrics` while it has something to do for somebody.
const AT_WORK: [&str; 3] =
    ["shopkeeper_queue_in_flight", "shopkeeper_queue_unshown", "shopkeeper_owner_notices_waiting"];
const QUIET_TIMEOUT: Duration = Duration::from_secs(60);

/// One transcript on a stand that other ones have played on before.
pub(crate) struct Deployed {
    handle: Handle,
    stand: Arc<Stand>,
    scene: Fixture,
    /// Ours, by which we find out that a process has seen what was changed before.
    key: String,
    opened: bool,
}

impl Deployed {
    /// People have ids from `first` on, so that nobody has met the bot before.
    pub(crate) async fn new(stand: &Arc<Stand>, first: i64) -> Self {
        let (telegram, token) = (Arc::clone(&stand.telegram), stand.token.clone());
        let mut scene = Fixture::new(telegram, token, stand.store.clone(), Clock::system(), first);
        scene.api = Some(format!("http://127.0.0.1:{}", stand.ports[0]));
        // Whoever played before leaves nothing; the key is made anew.
        stand.store.wipe().await.unwrap();
        let scopes = [Scope::WriteNews, Scope::DeleteNews];
        let (_, key) = keys::create(&stand.store, "stage", &scopes, Some(100_000)).await.unwrap();
        Self { handle: Handle::current(), stand: Arc::clone(stand), scene, key, opened: false }
    }

    /// Waits until every process shows what was changed before: a program that writes over the API is answered only then.
    /// What it writes is a draft of news, which no customer sees: the other process may show it a moment longer.
    async fn shown(&self) -> Result<(), String> {
        for port in &self.stand.ports {
            let news = format!("http://127.0.0.1:{port}/api/v1/news");
            let bearer = format!("Bearer {}", self.key);
            let made = self.stand.client.post(&news).header("Authorization", &bearer);
            let made =
                made.header("Content-Type", "application/json").body(json!({ "headline": "Passing" }).to_string());
            let made = made.send().await.map_err(|error| error.to_string())?;
            let place = made.headers().get("Location").and_then(|place| place.to_str().ok()).map(str::to_owned);
            let place = place.ok_or_else(|| format!("no news was made: {}", made.status()))?;
            let gone = self.stand.client.delete(format!("http://127.0.0.1:{port}{place}"));
            let gone = gone.header("Authorization", &bearer).send().await.map_err(|error| error.to_string())?;
            assert_eq!(gone.status(), 204);
        }
        Ok(())
    }

    async fn make_true(&mut self, given: &Given) -> Result<(), String> {
        match self.scene.make_true(given).await? {
            Concerns::Nobody => Ok(()),
            Concerns::Shelves => self.shown().await,
            Concerns::Settings => {
                // The next deed starts the processes anew.
                self.opened = false;
                Ok(())
            }
        }
    }

    /// Waits until Telegram has nothing to deliver and no process has anything to do.
    async fn quiet(&mut self) -> Result<StepResult, String> {
        let (simulator, token) = (self.scene.cast.simulator().clone(), self.scene.cast.token.clone());
        let quiet = async {
            let mut looks = tokio::time::interval(poll::INTERVAL);
            loop {
                looks.tick().await;
                let before = simulator.journal_len(&token);
                let delivered = simulator.quiet(&token, Duration::ZERO, QUIET_TIMEOUT).await;
                if delivered && self.is_idle().await && simulator.journal_len(&token) == before {
                    return;
                }
            }
        };
        let quiet = tokio::time::timeout(QUIET_TIMEOUT, quiet).await;
        quiet.map(|()| self.scene.happened(Vec::new())).map_err(|_| "the bot was not quiet in time".to_owned())
    }

    async fn is_idle(&self) -> bool {
        for port in &self.stand.ports {
            let metrics = self.stand.client.get(format!("http://127.0.0.1:{port}/metrics")).send().await;
            let Ok(metrics) = metrics else { return false };
            let Ok(metrics) = metrics.text().await else { return false };
            let at_rest = |name| metrics.lines().any(|line| line == format!("{name} 0"));
            if !AT_WORK.into_iter().all(at_rest) {
                return false;
            }
        }
        true
    }
}

impl Stage<Shop> for Deployed {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        self.handle.clone().block_on(self.make_true(given))
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            if !std::mem::replace(&mut self.opened, true) {
                self.stand.configure(&self.scene.owners, &self.scene.settings).await;
                self.shown().await?;
            }
            self.scene.cast.act(deeds)?;
            self.quiet().await
        })
    }

    fn elapse(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        Err("the time of a machine is not ours".to_owned())
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        self.handle.clone().block_on(async {
            self.stand.restart().await;
            self.quiet().await
        })
    }

    fn away(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        Err("the time of a machine is not ours".to_owned())
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
        self.handle.clone().block_on(self.scene.look(subject))
    }
}
