//! A stage on which nothing happens but what is on the tape.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;

use crate::app::Shop;
use crate::chat::{Chat, Observed};
use crate::transcript::{Given, Stage, StepResult, Subject, UserAction};

/// Everybody's chat as far as the tape has been played, and what is still to come.
#[derive(Default)]
pub(super) struct Playback {
    chats: BTreeMap<String, Chat>,
    next: VecDeque<Next>,
}

/// What comes next.
pub(super) struct Next {
    pub(super) observed: Vec<Observed>,
    /// It came by itself, while time passed.
    pub(super) by_itself: bool,
}

impl Playback {
    /// A stage that will show these things, one step after the other.
    pub(super) fn of(next: impl IntoIterator<Item = Next>) -> Self {
        Self { chats: BTreeMap::new(), next: next.into_iter().collect() }
    }

    fn play(&mut self) -> StepResult {
        let observed = self.next.pop_front().map(|next| next.observed).unwrap_or_default();
        observed.iter().for_each(|seen| self.chats.entry(seen.person.clone()).or_default().show(&seen.act));
        StepResult { observed, ..StepResult::default() }
    }
}

impl Stage<Shop> for Playback {
    fn given(&mut self, given: &Given) -> Result<(), String> {
        if let Given::Person(person) = given {
            self.chats.insert(person.name.clone(), Chat::default());
        }
        Ok(())
    }

    fn perform(&mut self, _: &[(String, UserAction)]) -> Result<StepResult, String> {
        Ok(self.play())
    }

    fn elapse(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        match self.next.front() {
            Some(next) if next.by_itself => Ok(self.play()),
            _ => Ok(StepResult::default()),
        }
    }

    fn restart(&mut self) -> Result<StepResult, String> {
        Ok(self.play())
    }

    fn away(&mut self, _: TimeDelta) -> Result<StepResult, String> {
        Ok(self.play())
    }

    fn redeliver(&mut self) -> Result<StepResult, String> {
        Ok(self.play())
    }

    fn disturb(&mut self, _: &str, _: &str, _: u16, _: Option<u32>) -> Result<bool, String> {
        self.play();
        Ok(true)
    }

    fn undisturbed(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn chat(&self, person: &str) -> Cow<'_, Chat> {
        self.chats.get(person).map(Cow::Borrowed).unwrap_or_default()
    }

    fn check(&mut self, _: &Subject) -> Result<Option<Vec<(String, String)>>, String> {
        Ok(None)
    }
}
