//! A stage on which nothing happens but what was recorded.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;

use super::{GivenSentence, Sentences, Stage, StepResult, UserAction};
use crate::chat::{Chat, Observed};

/// Everybody's chat as far as the recording has been played, and what is still to come.
#[derive(Default)]
pub struct Playback {
    chats: BTreeMap<String, Chat>,
    next: VecDeque<PlaybackStep>,
}

/// What comes next.
pub struct PlaybackStep {
    pub observed: Vec<Observed>,
    /// It came by itself, while time passed.
    pub by_itself: bool,
}

impl Playback {
    /// A stage that will show these things, one step after the other.
    pub fn of(next: impl IntoIterator<Item = PlaybackStep>) -> Self {
        Self { chats: BTreeMap::new(), next: next.into_iter().collect() }
    }

    fn play(&mut self) -> StepResult {
        let observed = self.next.pop_front().map(|next| next.observed).unwrap_or_default();
        observed.iter().for_each(|seen| self.chats.entry(seen.person.clone()).or_default().show(&seen.act));
        StepResult { observed, ..StepResult::default() }
    }
}

impl<L: Sentences> Stage<L> for Playback {
    fn given(&mut self, given: &L::Given) -> Result<(), String> {
        if let Some(name) = given.introduces() {
            self.chats.insert(name.to_owned(), Chat::default());
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

    fn check(&mut self, _: &L::Subject) -> Result<Option<Vec<(String, String)>>, String> {
        Ok(None)
    }
}
