//! Transcripts played end to end: the real bot, the Bot API over HTTP, a real MongoDB.
//!
//! [`Telegram`] is a simulator that listens, [`Cast`] the people of one transcript in it. [`house::HouseStage`] plays the
//! transcripts of an application whose house is kept in one document; an application with a store of its own writes its
//! stage on the same cast. [`front::Front`] stands before several processes of one bot.

pub mod front;
pub mod house;
pub mod suite;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use http_server::Running;
use http_server::guard::PublicName;
use telegram_simulator::{self as simulator, Actors, Simulator};
use teloxide::Bot;

use crate::clock::Clock;

/// A simulator that listens, and a client for the bots that talk to it.
pub struct Telegram {
    pub simulator: Simulator,
    pub base_url: String,
    pub client: reqwest::Client,
    _server: Running,
}

impl Telegram {
    /// Starts a simulator with its chat page; port 0 is any free one. `names` are further names that it is reached by.
    ///
    /// # Errors
    /// A sentence: the port is taken.
    pub async fn start(simulator: Simulator, port: u16, names: Vec<PublicName>) -> Result<Self, String> {
        let launched = simulator::launch_as(simulator.clone(), port, names).await;
        Self::listening(simulator, launched.map_err(|error| error.to_string())?)
    }

    /// A simulator that listens already.
    ///
    /// # Errors
    /// A sentence: there is no client.
    pub fn listening(simulator: Simulator, server: Running) -> Result<Self, String> {
        let client = teloxide::net::default_reqwest_settings().no_proxy().build().map_err(|error| error.to_string())?;
        Ok(Self { simulator, base_url: server.base_url.clone(), client, _server: server })
    }

    /// The client of a bot.
    ///
    /// # Errors
    /// A sentence: the simulator's own address cannot be read.
    pub fn bot(&self, token: &str) -> Result<Bot, String> {
        let url = self.base_url.parse().map_err(|error| format!("{}: {error}", self.base_url))?;
        Ok(Bot::with_client(token, self.client.clone()).set_api_url(url))
    }
}

/// The people of one transcript, whose clock the transcript moves.
pub struct Cast {
    pub telegram: Arc<Telegram>,
    pub clock: Clock,
    actors: Actors,
}

impl Cast {
    /// A cast before a bot of this token, by a clock that the transcript moves; its people have ids from `first` on.
    pub fn new(telegram: Arc<Telegram>, token: String, clock: Clock, first: i64) -> Self {
        let actors = Actors::new(telegram.simulator.clone(), token, first);
        Self { telegram, clock, actors }
    }

    /// Sets the clock, and Telegram's.
    pub fn set_time(&self, time: DateTime<Utc>) {
        self.clock.set(time);
        self.simulator().set_time(&self.token, time);
    }

    /// Lets time pass, where it is ours.
    pub fn elapse(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.simulator().set_time(&self.token, self.clock.now());
    }
}

/// A cast can do whatever its people can.
impl Deref for Cast {
    type Target = Actors;

    fn deref(&self) -> &Actors {
        &self.actors
    }
}

impl DerefMut for Cast {
    fn deref_mut(&mut self) -> &mut Actors {
        &mut self.actors
    }
}
