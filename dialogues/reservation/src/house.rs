//! The house in memory, and the sentences that transcripts have for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use engine::memory::{House, Messages};
use engine::text;
use engine::transcript::{self, CheckSubject, GivenSentence, Sentence, Sentences, print};

use crate::{Context, Effect, Language, Reservation, Table, moment};

/// A guest is reminded so long before.
const REMINDER: TimeDelta = TimeDelta::hours(2);

/// Tables, who has one, and who has been reminded.
#[derive(Debug, Clone)]
pub struct Restaurant {
    tables: usize,
    kept: BTreeMap<String, Table>,
    reminded: BTreeSet<String>,
    languages: BTreeMap<String, Language>,
}

impl Default for Restaurant {
    fn default() -> Self {
        Self { tables: 2, kept: BTreeMap::new(), reminded: BTreeSet::new(), languages: BTreeMap::new() }
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

    fn given(&mut self, given: &Given, _: DateTime<Utc>) -> Result<(), String> {
        match given {
            Given::Time(_) => {}
            Given::Guest(name, language) => drop(self.languages.insert(name.clone(), *language)),
            Given::Tables(count) => self.tables = *count,
        }
        Ok(())
    }

    fn context(&self, person: &str, now: DateTime<Utc>, fresh: u64) -> Context {
        let mut taken = BTreeMap::new();
        for table in self.kept.iter().filter(|(name, _)| *name != person).map(|(_, table)| table) {
            *taken.entry(table.at).or_default() += 1;
        }
        let language = self.languages.get(person).copied().unwrap_or_default();
        let mine = self.kept.get(person).filter(|table| table.at > now).cloned();
        Context { name: person.to_owned(), language, now, fresh, mine, tables: self.tables, taken }
    }

    fn carry_out(
        &mut self,
        person: &str,
        effects: Vec<Effect>,
        _: DateTime<Utc>,
    ) -> Result<Messages<Reservation>, String> {
        for effect in effects {
            match effect {
                Effect::Keep(table) => {
                    let others = self.kept.iter().filter(|(name, kept)| *name != person && kept.at == table.at).count();
                    if others >= self.tables {
                        return Err(format!("{person} was given a table that is not there"));
                    }
                    self.reminded.remove(person);
                    self.kept.insert(person.to_owned(), table);
                }
                Effect::Release => drop(self.kept.remove(person)),
                Effect::Speak(language) => drop(self.languages.insert(person.to_owned(), language)),
            }
        }
        Ok(Vec::new())
    }

    fn due(&self) -> Option<DateTime<Utc>> {
        let open = self.kept.iter().filter(|(name, _)| !self.reminded.contains(*name));
        open.map(|(_, table)| table.at - REMINDER).min()
    }

    fn ring(&mut self, now: DateTime<Utc>) -> Messages<Reservation> {
        let due = self.kept.iter().filter(|(name, table)| table.at - REMINDER <= now && !self.reminded.contains(*name));
        let due: Vec<_> = due.map(|(name, table)| (name.clone(), table.at)).collect();
        let remind = |(name, at): (String, DateTime<Utc>)| {
            let view = crate::view(&self.context(&name, now, 0), &text!("reminder", at = moment(at)));
            (name, view)
        };
        let messages: Vec<_> = due.into_iter().map(remind).collect();
        self.reminded.extend(messages.iter().map(|(name, _)| name.clone()));
        messages
    }

    fn check(&self, subject: &Subject, state: &dyn Fn(&str) -> String) -> Option<Vec<(String, String)>> {
        Some(match subject {
            Subject::State(person) => vec![("state".to_owned(), state(person))],
            Subject::Table(person) => {
                let table = self.kept.get(person);
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
