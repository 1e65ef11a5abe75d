//! A bot to talk to, from nothing: a private MongoDB, a Telegram on this machine with its chat page, and the bot.

use chrono::Utc;
use telegram_simulator::{Person, Simulator};

use crate::Names;
use crate::clock::Clock;
use crate::commands::register_commands;
use crate::dispatcher::Transport;
use crate::house::{HouseBot, HouseParts};
use crate::metrics::Metrics;
use crate::mongo::house::StoredHouse;
use crate::mongod::{Mongod, MongodOptions};
use crate::stage::Telegram;

/// The bot's token; the simulator takes any well-formed one.
const TOKEN: &str = "1000:demo";
/// The id of the first person; the others follow.
const FIRST: i64 = 1001;

/// A bot that can be talked to in a browser, until it is closed.
pub struct Demo<H: StoredHouse> {
    bot: HouseBot<H>,
    telegram: Telegram,
    people: Vec<Person>,
    _mongod: Mongod,
}

impl<H: StoredHouse> Demo<H> {
    /// Opens a bot to people with these names, each with the tag of their app's language. `port` is that of the chat page
    /// on 127.0.0.1; 0 is any free one.
    ///
    /// # Errors
    /// A sentence with the remedy: there is no MongoDB, or the port is taken.
    pub async fn open(names: Names, port: u16, people: &[(&str, &str)]) -> Result<Self, String> {
        let simulator = Simulator::new();
        simulator.limit_floods();
        simulator.bot(TOKEN, &format!("{}_bot", names.program));
        let person = |(id, (name, language)): (i64, &(&str, &str))| Person {
            id,
            first_name: (*name).to_owned(),
            username: None,
            language_code: Some((*language).to_owned()),
        };
        let people: Vec<Person> = (FIRST..).zip(people).map(person).collect();
        people.iter().for_each(|person| simulator.person(TOKEN, person.clone()));
        // A database that is kept remembers the updates of its earlier life.
        simulator.number_updates_from(TOKEN, Utc::now().timestamp());
        let telegram = Telegram::start(simulator, port, Vec::new()).await;
        let telegram = telegram.map_err(|error| format!("{error}; try another port"))?;
        let mongod = Mongod::find_or_start(MongodOptions::default()).await.map_err(|error| error.to_string())?;
        let parts = HouseParts::<H> {
            bot: telegram.bot(TOKEN)?,
            uri: mongod.uri().to_owned(),
            database: format!("{}_demo", names.program),
            clock: Clock::system(),
            metrics: Metrics::new(names),
            records: None,
        };
        register_commands::<H::App>(&parts.bot).await;
        let bot = HouseBot::start(parts, Transport::Polling, 0).await.map_err(|error| error.to_string())?;
        Ok(Self { bot, telegram, people, _mongod: mongod })
    }

    /// The address of everybody's chat, and one where all are side by side.
    pub fn pages(&self) -> Vec<(String, String)> {
        let page = |people: &str| format!("{}/?bot={TOKEN}&person={people}", self.telegram.base_url);
        let one = |person: &Person| (person.first_name.clone(), page(&person.id.to_string()));
        let all: Vec<_> = self.people.iter().map(|person| person.id.to_string()).collect();
        let all = ("All side by side".to_owned(), page(&all.join(",")));
        self.people.iter().map(one).chain([all]).collect()
    }

    /// Waits for Ctrl-C, and closes the bot.
    ///
    /// # Errors
    /// Ctrl-C cannot be waited for.
    pub async fn until_ctrl_c(self) -> Result<(), String> {
        tokio::signal::ctrl_c().await.map_err(|error| error.to_string())?;
        self.close().await;
        Ok(())
    }

    /// Closes the bot; open turns end first.
    pub async fn close(self) {
        self.bot.stop().await;
    }
}
