//! A small bot that counts, for the tests of the runner.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Deed, Given, Happened, Stage, Subject, TurnTrace};
use crate::chat::{Act, Author, Bubble, Chat, InlineButton, KeyboardChange, MessageId, Observed, ReplyButton};

/// Two counters per person in one message: tea and coffee.
#[derive(Default)]
pub(super) struct Counter {
    chats: BTreeMap<String, Chat>,
    counts: BTreeMap<String, [i32; 2]>,
    newest: i32,
    pub(super) hours: i64,
    /// The bot after a change that transcripts do not know yet.
    pub(super) reworded: bool,
    /// Whether disturbances mean something here: the next deed runs into them.
    pub(super) disturbable: bool,
    disturbances: Vec<(String, String)>,
}

impl Counter {
    fn bubble(id: i32, text: &str, rows: &[&[(&str, &str)]]) -> Bubble {
        let button =
            |(label, data): &(&str, &str)| InlineButton { label: (*label).to_owned(), data: (*data).to_owned() };
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

    fn send(&mut self, person: &str, mut bubble: Bubble, keyboard: KeyboardChange, happened: &mut Happened) {
        self.newest += 1;
        bubble.id = MessageId(self.newest);
        let chat = self.chats.entry(person.to_owned()).or_default();
        chat.bubbles.push(bubble.clone());
        match &keyboard {
            KeyboardChange::Kept => {}
            KeyboardChange::Removed => chat.keyboard = None,
            KeyboardChange::Shown(rows) => chat.keyboard = Some(rows.clone()),
        }
        happened.observed.push(Observed { person: person.to_owned(), act: Act::Sent(bubble, keyboard) });
    }

    fn edit(&mut self, person: &str, bubble: Bubble, happened: &mut Happened) {
        let chat = self.chats.entry(person.to_owned()).or_default();
        chat.bubbles.iter_mut().filter(|known| known.id == bubble.id).for_each(|known| *known = bubble.clone());
        happened.observed.push(Observed { person: person.to_owned(), act: Act::Edited(bubble) });
    }

    fn tapped(&mut self, person: &str, message: MessageId, data: &str, happened: &mut Happened) {
        let which = usize::from(data.starts_with('1'));
        let count = &mut self.counts.entry(person.to_owned()).or_default()[which];
        let toast = match data {
            "done" => Act::Alert("Well\ndone".to_owned()),
            _ => {
                *count += if data.ends_with('+') { 1 } else { -1 };
                Act::Toast(format!("{count}"))
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

    fn said(&mut self, person: &str, text: &str, happened: &mut Happened) {
        let plain = |text: &str| Self::bubble(0, text, &[]);
        let button = |label: &str, contact| ReplyButton { label: label.to_owned(), contact };
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

impl Stage for Counter {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        match given {
            Given::Person(person) => drop(self.chats.entry(person.name.clone()).or_default()),
            Given::NoNews => return Err("there is news always".to_owned()),
            _ => {}
        }
        Ok(())
    }

    fn perform(&mut self, deeds: &[(String, Deed)]) -> Result<Happened, String> {
        let mut happened = Happened::default();
        self.disturbances.clear();
        for (person, deed) in deeds {
            match deed {
                Deed::Says(text) => self.said(person, text, &mut happened),
                Deed::Taps { message, data } => self.tapped(person, *message, data, &mut happened),
                _ => {}
            }
        }
        Ok(happened)
    }

    fn elapse(&mut self, time: TimeDelta) -> Result<Happened, String> {
        self.hours += time.num_hours();
        Ok(Happened::default())
    }

    fn restart(&mut self) -> Result<Happened, String> {
        Ok(Happened::default())
    }

    fn redeliver(&mut self) -> Result<Happened, String> {
        Ok(Happened::default())
    }

    fn disturb(&mut self, method: &str, person: &str, _: u16, _: Option<u32>) -> Result<bool, String> {
        self.disturbances.extend(self.disturbable.then(|| (method.to_owned(), person.to_owned())));
        Ok(self.disturbable)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        self.disturbances.clone()
    }

    fn chat(&self, person: &str) -> Chat {
        self.chats.get(person).cloned().unwrap_or_default()
    }

    fn check(&mut self, subject: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        let Subject::Cart(person) = subject else { return Ok(None) };
        let [tea, coffee] = self.counts.get(person).copied().unwrap_or_default();
        Ok(Some(vec![
            ("tea".to_owned(), tea.to_string()),
            ("coffee".to_owned(), coffee.to_string()),
            ("note".to_owned(), String::new()),
        ]))
    }
}
