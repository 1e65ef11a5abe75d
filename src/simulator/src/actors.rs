//! The people of one transcript: who they are, what they do, and what was seen of their chats.

use std::collections::{BTreeMap, BTreeSet};

use engine::chat::{Chat, Observed};
use engine::transcript::{StepResult, TurnTrace, UserAction};

use super::{Disturbance, Person, Simulator, knows};

/// The people of one transcript, in front of a bot. Whose bot it is, in this process or in another one, they do not know.
pub struct Actors {
    simulator: Simulator,
    pub token: String,
    /// Everybody in the transcript so far, by name.
    pub people: BTreeMap<String, i64>,
    /// The id of the first person; the others follow.
    first: i64,
    /// Those of an earlier transcript, of whom nothing is told any more.
    gone: BTreeSet<i64>,
    /// How much of the simulator's journal and of its list of faults was reported.
    reported: (usize, usize),
    /// In a group, the bot's answer is seen by whoever spoke.
    last_actor: String,
}

impl Actors {
    /// Nobody yet, before a bot of this token; people get ids from `first` on.
    pub fn new(simulator: Simulator, token: String, first: i64) -> Self {
        let reported = (simulator.journal_len(&token), simulator.faults(&token).len());
        let (people, gone, last_actor) = (BTreeMap::new(), BTreeSet::new(), String::new());
        Self { simulator, token, people, first, gone, reported, last_actor }
    }

    /// The Telegram that they act in.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The id of the bot, which is the first part of its token.
    ///
    /// # Errors
    /// A sentence: the token has no such part.
    pub fn bot_id(&self) -> Result<i64, String> {
        let id = self.token.split(':').next().and_then(|id| id.parse().ok());
        id.ok_or_else(|| "the bot's token does not begin with its id".to_owned())
    }

    /// The id of a person.
    ///
    /// # Errors
    /// A sentence: nobody of this name was introduced.
    pub fn id(&self, person: &str) -> Result<i64, String> {
        self.people.get(person).copied().ok_or_else(|| format!("who is {person}? Say “Given {person}, …” first"))
    }

    /// The name of a person; in a group, of whoever spoke.
    pub fn name(&self, chat: i64) -> String {
        let named = self.people.iter().find(|(_, id)| **id == chat).map(|(name, _)| name.clone());
        named.unwrap_or_else(|| self.last_actor.clone())
    }

    /// Lets a person join, whose app is in this language; their id.
    pub fn introduce(&mut self, name: &str, language: Option<&str>) -> i64 {
        let (id, first_name) = (self.next_id(name), name.to_owned());
        let language_code = language.map(str::to_owned);
        self.introduce_as(Person { id, first_name, username: None, language_code });
        id
    }

    /// The id that a person has, or is to get.
    pub fn next_id(&self, name: &str) -> i64 {
        self.people.get(name).copied().unwrap_or_else(|| self.next_free())
    }

    /// The first id that nobody has.
    fn next_free(&self) -> i64 {
        let taken = |id: &i64| self.people.values().any(|known| known == id);
        (self.first + self.people.len() as i64..).find(|id| !taken(id)).unwrap_or(self.first)
    }

    /// Lets a person join, by their first name.
    pub fn introduce_as(&mut self, person: Person) {
        self.gone.remove(&person.id);
        self.people.insert(person.first_name.clone(), person.id);
        self.simulator.person(&self.token, person);
    }

    /// Lets everybody go, as between two transcripts of one bot. Those who come get other ids; what the bot has not fetched, what
    /// is planned for its calls, and a clock that was moved are forgotten, and nothing of what has happened is told any more.
    pub fn dismiss(&mut self) {
        self.first = self.next_free();
        self.gone.extend(std::mem::take(&mut self.people).into_values());
        self.last_actor.clear();
        self.simulator.drop_updates(&self.token);
        self.simulator.undisturb(&self.token);
        self.simulator.follow_system_time(&self.token);
        self.reported = (self.simulator.journal_len(&self.token), self.simulator.faults(&self.token).len());
    }

    /// Lets people act at once: the bot answers when all have done so.
    ///
    /// # Errors
    /// A sentence: somebody is not known, or cannot do that.
    pub fn act(&mut self, deeds: &[(String, UserAction)]) -> Result<(), String> {
        let mut done = Vec::with_capacity(deeds.len());
        for (person, deed) in deeds {
            done.push((self.id(person)?, deed));
            self.last_actor.clone_from(person);
        }
        self.simulator.perform_at_once(&self.token, &done).map_err(|error| error.to_string())
    }

    /// Plans one refusal by Telegram.
    ///
    /// # Errors
    /// A sentence: there is no such method or person.
    pub fn disturb(&self, method: &str, person: &str, code: u16, retry_after: Option<u32>) -> Result<(), String> {
        if !knows(method) {
            return Err(format!("“{method}” is no method of the Bot API that a bot here could call"));
        }
        let disturbance = Disturbance::refusal(method, Some(self.id(person)?), code, retry_after);
        self.simulator.disturb(&self.token, disturbance);
        Ok(())
    }

    /// Refusals that were planned, and that no call has run into: method and person.
    pub fn undisturbed(&self) -> Vec<(String, String)> {
        let planned = self.simulator.planned(&self.token);
        let named =
            |(method, chat): (String, Option<i64>)| (method, chat.map(|chat| self.name(chat)).unwrap_or_default());
        planned.into_iter().map(named).collect()
    }

    /// What is on a person's screen.
    pub fn chat(&self, person: &str) -> Chat {
        self.id(person).map(|id| self.simulator.chat(&self.token, id)).unwrap_or_default()
    }

    /// What people have seen since this was last asked, and the turns that led to it, by chat.
    pub fn happened(&mut self, turns: impl IntoIterator<Item = (i64, TurnTrace)>) -> StepResult {
        let mut happened = StepResult::default();
        let journal = self.simulator.journal(&self.token, self.reported.0);
        self.reported.0 += journal.len();
        for (chat, act) in journal.into_iter().filter(|(chat, _)| !self.gone.contains(chat)) {
            happened.observed.push(Observed { person: self.name(chat), act });
        }
        for (chat, trace) in turns {
            happened.turns.push(TurnTrace { person: self.name(chat), ..trace });
        }
        let faults = self.simulator.faults_since(&self.token, self.reported.1);
        self.reported.1 += faults.len();
        happened.faults.extend(faults);
        let unanswered = self.simulator.unanswered_taps(&self.token);
        for (person, label) in unanswered.into_iter().filter(|(person, _)| !self.gone.contains(person)) {
            happened.faults.push(format!("{}'s tap on [{label}] was not answered", self.name(person)));
        }
        happened
    }
}
