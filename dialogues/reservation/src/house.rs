//! The house: tables, and who has one. And the sentences that transcripts have for it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use engine::memory::{Checked, House, Messages};
use engine::transcript::common::{Given, OwnGiven, OwnSubject, Subject};
use engine::transcript::{Sentence, Sentences, print};
use engine::{User, View, text};
use serde::{Deserialize, Serialize};

use crate::{Context, Effect, Language, Reservation, Table, day_and_time};

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

/// `3 tables`: so many there are.
#[derive(Debug, Clone, PartialEq)]
pub struct Tables(usize);

/// `the table of Anna`: `at`, `guests`, `name`, `phone`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOf(String);

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
    type Given = Given<Tables>;
    type Subject = Subject<TableOf>;

    const GIVENS: &'static [Sentence] = &[
        Sentence::new("Given the time is 2026-03-14 10:00", "the clock (UTC) shows that"),
        Sentence::new("Given 1 tables", "so many there are"),
        Sentence::new("Given Anna, a guest who speaks Ukrainian", "or English; she has never written to the bot"),
    ];
    const CHECKS: &'static [Sentence] = &[
        Sentence::new("Check the table of Anna\n    guests  4", "at, guests, name, phone"),
        Sentence::new("Check the state of Anna\n    state   Home.Viewing", "the state of the dialogue"),
    ];
}

impl OwnGiven for Tables {
    const ROLE: &'static str = "a guest";
    const LANGUAGES: &'static [(&'static str, &'static str)] = &[("English", "en"), ("Ukrainian", "uk")];

    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let count = sentence.strip_suffix(" tables")?;
        Some(count.parse().map(Self).map_err(|_| format!("“{count}” is no number of tables")))
    }

    fn write(&self) -> String {
        format!("{} tables", self.0)
    }
}

impl OwnSubject for TableOf {
    fn read(sentence: &str) -> Option<Self> {
        sentence.strip_prefix("the table of ").map(|person| Self(person.to_owned()))
    }

    fn write(&self) -> String {
        format!("the table of {}", self.0)
    }

    fn person(&self) -> Option<&str> {
        Some(&self.0)
    }
}

impl House for Restaurant {
    type App = Reservation;

    fn given(
        &mut self,
        given: &Given<Tables>,
        _: &dyn Fn(&str) -> Option<i64>,
        _: DateTime<Utc>,
    ) -> Result<(), String> {
        if let Given::Own(Tables(count)) = given {
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
        now: DateTime<Utc>,
    ) -> Result<Messages<Reservation>, String> {
        for effect in effects {
            match effect {
                Effect::Keep(table) => {
                    let others = self.kept.iter().filter(|(id, kept)| **id != user.id && kept.table.at == table.at);
                    if others.count() >= self.tables {
                        return Err("a table was given that is not there".to_owned());
                    }
                    self.kept.retain(|_, kept| kept.table.at > now);
                    // Who comes that soon needs no reminder.
                    let reminded = table.at - REMINDER <= now;
                    self.kept.insert(user.id, Kept { table, language: self.language(user), reminded });
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
            // After a long stop of the bot the evening may be over.
            let text = text!("reminder", at = day_and_time(kept.table.at));
            (kept.table.at > now).then(|| (*id, View::say(kept.language, &text)))
        };
        due.filter_map(remind).collect()
    }

    fn check(&self, _: &Subject<TableOf>, person: Option<&Checked>) -> Option<Vec<(String, String)>> {
        let table = self.kept.get(&person?.id).map(|kept| &kept.table);
        let field = |name: &str, of: &dyn Fn(&Table) -> String| (name.to_owned(), table.map(of).unwrap_or_default());
        Some(vec![
            field("at", &|table| print::minute(&table.at)),
            field("guests", &|table| table.guests.to_string()),
            field("name", &|table| table.name.clone()),
            field("phone", &|table| table.phone.clone()),
        ])
    }
}
