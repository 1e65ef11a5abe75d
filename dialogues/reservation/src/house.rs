//! The house: tables, and who has one. And the sentences that transcripts have for it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::memory::{Checked, House, Messages};
use engine::texts::{Locale, say};
use engine::transcript::{self, CheckSubject, GivenSentence, Sentence, Sentences, print};
use engine::{User, View, text};
use serde::{Deserialize, Serialize};

use crate::{Context, Effect, Language, Reservation, Table, moment};

/// A guest is reminded so long before.
const REMINDER: TimeDelta = TimeDelta::hours(2);

/// Tables, and who has one, by Telegram's id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Restaurant {
    tables: usize,
    kept: BTreeMap<i64, Kept>,
    /// Of the guests who have chosen one.
    languages: BTreeMap<i64, Language>,
}

/// A table that is kept for a guest, who is reminded in their language.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    table: Table,
    language: Language,
    reminded: bool,
}

impl Default for Restaurant {
    fn default() -> Self {
        Self { tables: 2, kept: BTreeMap::new(), languages: BTreeMap::new() }
    }
}

/// What a statement that begins with `Given` makes true.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Time(DateTime<Utc>),
    /// `Anna, a guest`, `Olena, a guest who speaks Ukrainian`
    Guest(String, Language),
    /// `1 tables`
    Tables(usize),
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// `the table of Anna`: `at`, `guests`, `name`, `phone`.
    Table(String),
    /// `the state of Anna`: `state`.
    State(String),
}

impl Restaurant {
    /// What makes situations differ, for an exploration: who has a table, and which languages are spoken.
    pub fn digest(&self) -> String {
        format!("{:?} {:?}", self.kept.keys(), self.languages)
    }

    /// What the guest has chosen, or else that of their app.
    fn language(&self, user: &User) -> Language {
        let of_app = || user.language_code.as_deref().and_then(|tag| tag.parse().ok()).unwrap_or_default();
        self.languages.get(&user.id).copied().unwrap_or_else(of_app)
    }
}

impl Sentences for Reservation {
    type Given = Given;
    type Subject = Subject;

    const GIVENS: &'static [Sentence] = &[
        Sentence::new("Given the time is 2026-03-14 10:00", "the clock (UTC) shows that"),
        Sentence::new("Given 1 tables", "so many there are"),
        Sentence::new("Given Anna, a guest", "she has never written to the bot"),
        Sentence::new("Given Anna, a guest who speaks Ukrainian", "or English"),
    ];
    const CHECKS: &'static [Sentence] = &[
        Sentence::new("Check the table of Anna\n    guests  4", "at, guests, name, phone"),
        Sentence::new("Check the state of Anna\n    state   Home.Viewing", "the state of the dialogue"),
    ];
}

impl GivenSentence for Given {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        if let Some(count) = sentence.strip_suffix(" tables") {
            return Some(count.parse().map(Self::Tables).map_err(|_| format!("“{count}” is no number of tables")));
        }
        let (name, role) = sentence.split_once(", ")?;
        match role {
            "a guest" => Some(Ok(Self::Guest(name.to_owned(), Language::En))),
            "a guest who speaks Ukrainian" => Some(Ok(Self::Guest(name.to_owned(), Language::Uk))),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Time(time) => format!("the time is {}", print::minute(time)),
            Self::Guest(name, Language::En) => format!("{name}, a guest"),
            Self::Guest(name, Language::Uk) => format!("{name}, a guest who speaks Ukrainian"),
            Self::Tables(count) => format!("{count} tables"),
        }
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }

    fn time(&self) -> Option<DateTime<Utc>> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    fn introduces(&self) -> Option<&str> {
        if let Self::Guest(name, _) = self { Some(name) } else { None }
    }

    fn language(&self) -> Option<&str> {
        if let Self::Guest(_, language) = self { Some(language.tag()) } else { None }
    }
}

impl CheckSubject for Subject {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let (what, of) = sentence.split_once(" of ")?;
        match what {
            "the table" => Some(Ok(Self::Table(of.to_owned()))),
            "the state" => Some(Ok(Self::State(of.to_owned()))),
            _ => None,
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Table(person) => format!("the table of {person}"),
            Self::State(person) => format!("the state of {person}"),
        }
    }

    fn person(&self) -> Option<&str> {
        let (Self::Table(person) | Self::State(person)) = self;
        Some(person)
    }
}

/// Reads a transcript of the house.
///
/// # Errors
/// Where it cannot be read, and what to write instead.
pub fn parse(text: &str) -> Result<transcript::Script<Reservation>, transcript::ParseError> {
    transcript::parse(text)
}

impl House for Restaurant {
    type App = Reservation;

    fn given(&mut self, given: &Given, _: &dyn Fn(&str) -> Option<i64>, _: DateTime<Utc>) -> Result<(), String> {
        if let Given::Tables(count) = given {
            self.tables = *count;
        }
        Ok(())
    }

    fn context(&self, user: &User, now: DateTime<Utc>, fresh: u64) -> Context {
        let mut taken = BTreeMap::new();
        for kept in self.kept.iter().filter(|(id, _)| **id != user.id).map(|(_, kept)| kept) {
            *taken.entry(kept.table.at).or_default() += 1;
        }
        let mine = self.kept.get(&user.id).map(|kept| kept.table.clone()).filter(|table| table.at > now);
        let (name, language) = (user.first_name.clone(), self.language(user));
        Context { name, language, now, fresh, mine, tables: self.tables, taken }
    }

    fn carry_out(
        &mut self,
        user: &User,
        effects: Vec<Effect>,
        _: DateTime<Utc>,
    ) -> Result<Messages<Reservation>, String> {
        for effect in effects {
            match effect {
                Effect::Keep(table) => {
                    let others = self.kept.iter().filter(|(id, kept)| **id != user.id && kept.table.at == table.at);
                    if others.count() >= self.tables {
                        return Err("a table was given that is not there".to_owned());
                    }
                    self.kept.insert(user.id, Kept { table, language: self.language(user), reminded: false });
                }
                Effect::Release => drop(self.kept.remove(&user.id)),
                Effect::Speak(language) => {
                    self.languages.insert(user.id, language);
                    self.kept.entry(user.id).and_modify(|kept| kept.language = language);
                }
            }
        }
        Ok(Vec::new())
    }

    fn due(&self) -> Option<DateTime<Utc>> {
        self.kept.values().filter(|kept| !kept.reminded).map(|kept| kept.table.at - REMINDER).min()
    }

    fn ring(&mut self, now: DateTime<Utc>) -> Messages<Reservation> {
        let due = self.kept.iter_mut().filter(|(_, kept)| !kept.reminded && kept.table.at - REMINDER <= now);
        let remind = |(id, kept): (&i64, &mut Kept)| {
            kept.reminded = true;
            (*id, View::text(say(kept.language, &text!("reminder", at = moment(kept.table.at)))))
        };
        due.map(remind).collect()
    }

    fn check(&self, subject: &Subject, person: Option<&Checked>) -> Option<Vec<(String, String)>> {
        let person = person?;
        Some(match subject {
            Subject::State(_) => vec![("state".to_owned(), person.state.clone())],
            Subject::Table(_) => {
                let table = self.kept.get(&person.id).map(|kept| &kept.table);
                let field =
                    |name: &str, of: &dyn Fn(&Table) -> String| (name.to_owned(), table.map(of).unwrap_or_default());
                vec![
                    field("at", &|table| print::minute(&table.at)),
                    field("guests", &|table| table.guests.to_string()),
                    field("name", &|table| table.name.clone()),
                    field("phone", &|table| table.phone.clone()),
                ]
            }
        })
    }
}
