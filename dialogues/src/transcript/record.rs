//! From what happened to a transcript that says so.
//!
//! A [`Recording`] is what a recorder has seen. [`transcript`] first takes out of it what belongs to real people, and then
//! plays it back to the blessing of [`super::bless`], so that the bot's side is spelled as everywhere else.

mod aliases;
mod beginning;
mod disguise;
mod head;
mod mask;
mod shop;
mod spot;
mod writer;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::parse;
use super::{Given, StepResult, UserAction};
use crate::Dialogue;
use crate::buttons::Field;
use crate::checkout::CheckoutState;
use crate::profile::ProfileState;
use crate::shop::{Catalogue, Language};
use crate::snapshot::Snapshot;
use crate::world::World;
use engine::transcript::replay::{Conclusion, replay};
pub use shop::differences;

/// What a recorder has seen, in order.
#[derive(Debug, Clone)]
pub struct Recording {
    pub title: String,
    /// The catalogue that the shop was seeded with, by the name that `Given the catalogue …` knows; `None` while the
    /// shop has none.
    pub catalogue: Option<String>,
    /// After how long a silence the shop reminds of carts; `None`: it reminds nobody.
    pub remind_after: Option<TimeDelta>,
    pub asks_email: bool,
    pub sends_receipts: bool,
    /// Everybody who has a chat with the bot. Those of whom nothing is on the tape are not introduced, unless they
    /// are owners.
    pub people: Vec<Participant>,
    pub steps: Vec<RecordedStep>,
}

/// Somebody in a chat with the bot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Participant {
    /// What the tape calls them: unique on it, and in every [`crate::chat::Observed`].
    pub name: String,
    /// Telegram's first name.
    pub first_name: String,
    /// Telegram's `@username`, without the `@`.
    pub nickname: Option<String>,
    /// The language of their Telegram.
    pub language: Language,
    pub owner: bool,
}

/// One step: what was done, and all that came of it.
#[derive(Debug, Clone)]
pub struct RecordedStep {
    pub at: DateTime<Utc>,
    /// The shop just before, and just after. What changed between two steps becomes `Given`s.
    pub shop: [Arc<Catalogue>; 2],
    /// What else was made true just before, such as an order of old or a person introduced anew; with the time of it.
    pub givens: Vec<Given>,
    /// Of everybody who does something in this step, and of the owners, what was kept of them just before.
    pub before: Vec<(String, Snapshot)>,
    pub moment: StepKind,
    /// Its turns and faults are not written down.
    pub happened: StepResult,
}

/// What a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// One deed, several quick ones, or a race: what nobody waited in between of.
    Deeds(Vec<PersonDeed>),
    /// Nobody did anything; something happened by itself.
    Waited,
    Redelivered,
    Restarted,
    /// The bot was away for so long.
    Away(TimeDelta),
    Disturbed {
        method: String,
        person: String,
        code: u16,
        retry_after: Option<u32>,
    },
}

/// What somebody did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonDeed {
    pub person: String,
    pub deed: UserAction,
    /// What they were being asked for at that moment; see [`asked`].
    pub asked: Option<Field>,
}

/// Why a tape cannot be written down as a transcript.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("step {step}: {reason}")]
pub struct RecordError {
    /// Counted from 1; 0 is what comes before all steps.
    pub step: usize,
    pub reason: String,
}

/// What came of replaying a transcript in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayVerdict {
    /// As it stands. What has no meaning in memory, such as a disturbance, was passed over with all that follows:
    /// so many steps.
    Green { skipped: usize },
    /// Why not, for the reader: a line that cannot be read, or the failures.
    Red(String),
}

/// The tape as a transcript. What belongs to real people is replaced by what the fixtures have.
pub fn transcript(tape: &Recording) -> Result<String, RecordError> {
    writer::write(&disguise::disguised(tape))
}

/// Replays a transcript in memory. `file` is what the failures call it.
pub fn verify(file: &str, text: &str) -> ReplayVerdict {
    let script = match parse(text) {
        Ok(script) => script,
        Err(error) => return ReplayVerdict::Red(format!("{file}: {error}\n")),
    };
    let report = replay(&script, &mut World::new());
    match report.conclusion() {
        Conclusion::Passed | Conclusion::InPart => ReplayVerdict::Green { skipped: report.skipped.len() },
        Conclusion::Failed => ReplayVerdict::Red(report.render(file)),
    }
}

/// What a dialogue is asking its customer for.
pub fn asked(dialogue: &Dialogue) -> Option<Field> {
    match dialogue {
        Dialogue::Checkout(CheckoutState::AskingEmail { .. }) => Some(Field::Email),
        Dialogue::Checkout(CheckoutState::AskingPhone { .. }) => Some(Field::Phone),
        Dialogue::Checkout(CheckoutState::AskingAddress { .. }) => Some(Field::Address),
        Dialogue::Profile(ProfileState::Asking { field }) => Some(*field),
        _ => None,
    }
}

/// What somebody of whom this is kept is being asked for.
pub fn asked_of(kept: &Snapshot) -> Option<Field> {
    kept.conversation.as_ref().and_then(|conversation| asked(&conversation.dialogue))
}

impl RecordedStep {
    /// The deeds of this step; none if it is of another kind.
    fn deeds(&self) -> &[PersonDeed] {
        match &self.moment {
            StepKind::Deeds(deeds) => deeds,
            _ => &[],
        }
    }

    /// What was kept of somebody just before, if they do something here.
    fn before(&self, person: &str) -> Option<&Snapshot> {
        self.before.iter().find(|(name, _)| name == person).map(|(_, before)| before)
    }
}
