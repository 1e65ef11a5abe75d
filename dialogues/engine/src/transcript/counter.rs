//! A small bot that counts, for the tests of the runner.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    CheckSubject, GivenSentence, ParseError, Script, Sentence, Sentences, Stage, StepResult, TurnTrace, UserAction,
};
use crate::chat::{
    Author, BotAction, Bubble, Chat, InlineKeyboardButton, KeyboardButton, KeyboardChange, MessageId, Observed,
};

/// The sentences of the counting bot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counting;

impl Sentences for Counting {
    type Given = Given;
    type Subject = Subject;

    const GIVENS: &'static [Sentence] = &[
        Sentence::new("Given the time is 2026-03-14 10:00", "the clock (UTC) shows that"),
        Sentence::new("Given Anna, a customer", "she has a chat with the bot"),
        Sentence::new("Given no tea", "there is none, which is never true"),
        Sentence::new("Let {order} look like ###-####", "a number that is different each time"),
    ];
    const CHECKS: &'static [Sentence] = &[
        Sentence::new("Check the count of Anna\n    tea   1", "tea, coffee, note"),
        Sentence::new("Check the weather\n    rain   none", "has no meaning here"),
    ];
    const BY_HAND: Option<&'static str> = Some("cargo run -- demo --upto");
}

/// Reads a transcript of the counting bot.
pub(crate) fn parse(text: &str) -> Result<Script<Counting>, ParseError> {
    super::parse(text)
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Given {
    Time(DateTime<Utc>),
    Person(String, String),
    NoTea,
}

impl GivenSentence for Given {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let person = |(name, role): (&str, &str)| Self::Person(name.to_owned(), role.to_owned());
        if sentence == "no tea" { Some(Ok(Self::NoTea)) } else { sentence.split_once(", ").map(person).map(Ok) }
    }

    fn write(&self) -> String {
        match self {
            Self::Time(time) => format!("the time is {}", super::print::minute(time)),
            Self::Person(name, role) => format!("{name}, {role}"),
            Self::NoTea => "no tea".to_owned(),
        }
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }

    fn time(&self) -> Option<DateTime<Utc>> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    fn introduces(&self) -> Option<&str> {
        if let Self::Person(name, _) = self { Some(name) } else { None }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    Count(String),
    Weather,
}

impl CheckSubject for Subject {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let count = |person: &str| Self::Count(person.to_owned());
        if sentence == "the weather" {
            Some(Ok(Self::Weather))
        } else {
            sentence.strip_prefix("the count of ").map(count).map(Ok)
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Count(person) => format!("the count of {person}"),
            Self::Weather => "the weather".to_owned(),
        }
    }

    fn person(&self) -> Option<&str> {
        if let Self::Count(person) = self { Some(person) } else { None }
    }
}

/// Two counters per person in one message: tea and coffee.
#[derive(Default)]
pub(crate) struct Counter {
    chats: BTreeMap<String, Chat>,
    counts: BTreeMap<String, [i32; 2]>,
    newest: i32,
    pub(crate) hours: i64,
    /// The bot after a change that transcripts do not know yet.
    pub(crate) reworded: bool,
    /// Whether disturbances mean something here: the next deed runs into them.
    pub(crate) disturbable: bool,
    disturbances: Vec<(String, String)>,
}

impl Counter {
    fn bubble(id: i32, text: &str, rows: &[&[(&str, &str)]]) -> Bubble {
        let button = |(label, data): &(&str, &str)| InlineKeyboardButton {
            label: (*label).to_owned(),
            data: (*data).to_owned(),
        };
        let rows = rows.iter().map(|row| row.iter().map(button).collect()).collect();
        Bubble { id: MessageId(id), author: Author::Bot, picture: None, document: None, text: text.to_owned(), rows }
    }

    fn board(&self, person: &str, id: i32) -> Bubble {
        let [tea, coffee] = self.counts.get(person).copied().unwrap_or_default();
        let title = if self.reworded { "Your sum" } else { "Your count" };
        let (teas, coffees) = (format!("Tea {tea}"), format!("Coffee {coffee}"));
        let rows: [&[(&str, &str)]; 3] =
            [&[("➖", "0-"), (&teas, "=")], &[("➖", "1-"), (&coffees, "=")], &[("➕ Tea", "0+"), ("Done", "done")]];
        Self::bubble(id, &format!("**{title}**\nHello, {person}\nTotal\u{a0}{}", tea + coffee), &rows)
    }

    fn send(&mut self, person: &str, mut bubble: Bubble, keyboard: KeyboardChange, happened: &mut StepResult) {
        self.newest += 1;
        bubble.id = MessageId(self.newest);
        let chat = self.chats.entry(person.to_owned()).or_default();
        chat.bubbles.push(bubble.clone());
        match &keyboard {
            KeyboardChange::Kept => {}
            KeyboardChange::Removed => chat.keyboard = None,
            KeyboardChange::Shown(rows) => chat.keyboard = Some(rows.clone()),
        }
        happened.observed.push(Observed { person: person.to_owned(), act: BotAction::Sent(bubble, keyboard) });
    }

    fn edit(&mut self, person: &str, bubble: Bubble, happened: &mut StepResult) {
        let chat = self.chats.entry(person.to_owned()).or_default();
        chat.bubbles.iter_mut().filter(|known| known.id == bubble.id).for_each(|known| *known = bubble.clone());
        happened.observed.push(Observed { person: person.to_owned(), act: BotAction::Edited(bubble) });
    }

    fn tapped(&mut self, person: &str, message: MessageId, data: &str, happened: &mut StepResult) {
        let which = usize::from(data.starts_with('1'));
        let count = &mut self.counts.entry(person.to_owned()).or_default()[which];
        let toast = match data {
            "done" => BotAction::Alert("Well\ndone".to_owned()),
            _ => {
                *count += if data.ends_with('+') { 1 } else { -1 };
                BotAction::Toast(format!("{count}"))
            }
        };
        let board = self.board(person, message.0);
        self.edit(person, board, happened);
        happened.observed.push(Observed { person: person.to_owned(), act: toast });
        let trace = |from: &str, event: &str, to: &str| TurnTrace {
            person: person.to_owned(),
            from: from.to_owned(),
            event: event.to_owned(),
            to: to.to_owned(),
        };
        happened.turns.push(trace("Counting", "Counted", "Counting"));
    }

    fn said(&mut self, person: &str, text: &str, happened: &mut StepResult) {
        let plain = |text: &str| Self::bubble(0, text, &[]);
        let button = |label: &str, contact| KeyboardButton { label: label.to_owned(), contact };
        match text {
            "/start" => self.send(person, self.board(person, 0), KeyboardChange::Kept, happened),
            "/ask" => {
                let rows = vec![vec![button("📱 Share", true)], vec![button("Cancel", false)]];
                self.send(person, plain("Your phone?"), KeyboardChange::Shown(rows), happened);
            }
            "Cancel" => self.send(person, plain("Nothing changed."), KeyboardChange::Removed, happened),
            "/order" => {
                self.send("Boris", plain("New: 123-4567"), KeyboardChange::Kept, happened);
                self.send(person, plain("Order 123-4567 is placed.\n\n… [x]\n[x]"), KeyboardChange::Kept, happened);
            }
            "/late" => {
                let Some(first) = self.chats.get(person).and_then(|chat| chat.bubbles.first()).cloned() else {
                    return;
                };
                self.edit(person, first, happened);
            }
            "/panic" => happened.faults.push("a handler panicked: counted beyond the stars".to_owned()),
            _ if self.reworded => self.send(person, plain("Pardon?"), KeyboardChange::Kept, happened),
            _ => {}
        }
    }
}

impl Stage<Counting> for Counter {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Person(name, _) => drop(self.chats.entry(name.clone()).or_default()),
            Given::NoTea => return Err("there is tea always".to_owned()),
            Given::Time(_) => {}
        }
        Ok(())
    }

    fn perform(&mut self, deeds: &[(String, UserAction)]) -> Result<StepResult, String> {
        let mut happened = StepResult::default();
        self.disturbances.clear();
        for (person, deed) in deeds {
            match deed {
                UserAction::Says(text) => self.said(person, text, &mut happened),
                UserAction::Taps { message, data } => self.tapped(person, *message, data, &mut happened),
                _ => {}
            }
        }
        Ok(happened)
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.hours += time.num_hours();
        Ok(StepResult::default())
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        Ok(StepResult::default())
    }

    fn away(&mut self, time: TimeDelta) -> Result<StepResult, String> {
        self.elapse(time)
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        Ok(StepResult::default())
    }

    fn disturb(&mut self, method: &str, person: &str, _: u16, _: Option<u32>) -> Result<bool, String> {
        self.disturbances.extend(self.disturbable.then(|| (method.to_owned(), person.to_owned())));
        Ok(self.disturbable)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.disturbances.clone()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.chats.get(person).map(Cow::Borrowed).unwrap_or_default()
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let Subject::Count(person) = subject else { return Ok(None) };
        let [tea, coffee] = self.counts.get(person).copied().unwrap_or_default();
        Ok(Some(vec![
            ("tea".to_owned(), tea.to_string()),
            ("coffee".to_owned(), coffee.to_string()),
            ("note".to_owned(), String::new()),
        ]))
    }
}
