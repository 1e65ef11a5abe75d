//! Mailings: one letter to many customers, and how far it has come.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::letter::{Letter, MessageBody};
use super::recipients::Segment;
use super::steer::{MailingId, Steer};

/// Whether it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MailingStatus {
    Running,
    /// Until it is resumed.
    Paused,
    /// Ended before everybody had it.
    Cancelled,
    Done,
}

/// What is being done with the letter.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MailingTask {
    Send,
    /// What was sent is edited.
    Correct,
    /// What was sent is deleted, as long as Telegram allows.
    Recall,
}

/// How many, by what became of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    pub recipients: u32,
    pub sent: u32,
    /// They block the bot.
    pub blocked: u32,
    /// They have deleted their account.
    pub deactivated: u32,
    /// Telegram knows no such chat.
    pub not_found: u32,
    /// They wanted no more mailings, or to be forgotten, before it was their turn.
    pub opted_out: u32,
    /// Telegram refused for another reason.
    pub failed: u32,
    /// We were stopped in the very moment of sending, and sent again: these may have it twice.
    pub repeated: u32,
    /// Corrected, or taken back.
    pub changed: u32,
    /// Could not be corrected, or taken back.
    pub missed: u32,
}

impl Tally {
    /// So many have had their turn in sending.
    pub fn handled(&self) -> u32 {
        self.sent + self.blocked + self.deactivated + self.not_found + self.opted_out + self.failed
    }

    /// How many have had their turn in a task, and of how many.
    pub fn of(&self, task: MailingTask) -> (u32, u32) {
        match task {
            MailingTask::Send => (self.handled(), self.recipients),
            MailingTask::Correct | MailingTask::Recall => (self.changed + self.missed, self.sent),
        }
    }
}

/// A mailing, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mailing {
    pub id: MailingId,
    pub letter: Letter,
    pub segment: Segment,
    pub status: MailingStatus,
    pub task: MailingTask,
    pub tally: Tally,
    /// Not before this time.
    pub starts: DateTime<Utc>,
    /// When the present task was begun.
    pub began: Option<DateTime<Utc>>,
    /// When Telegram lets us go on.
    pub waits_until: Option<DateTime<Utc>>,
    /// Nobody knows any more whom it went to: that was kept for as long as [`super::Retention`] says.
    pub is_closed: bool,
}

/// A change of a mailing, decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steering {
    Pause,
    Resume,
    Cancel,
    /// Let what was sent say this instead, in every language.
    Correct(MessageBody),
    /// Delete what was sent.
    Recall,
}

/// Whether Telegram still lets a bot delete a message that it has sent at this time.
pub fn is_recallable(sent: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - sent < TimeDelta::hours(48)
}

impl MailingStatus {
    /// Whether somebody has something to do with a mailing of this status.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

impl Mailing {
    /// One that begins now.
    pub fn new(id: MailingId, letter: Letter, segment: Segment, recipients: u32, now: DateTime<Utc>) -> Self {
        Self {
            id,
            letter,
            segment,
            status: MailingStatus::Running,
            task: MailingTask::Send,
            tally: Tally { recipients, ..Tally::default() },
            starts: now,
            began: None,
            waits_until: None,
            is_closed: false,
        }
    }

    /// Whether somebody has something to do with it.
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Whether this can be asked of it now.
    pub fn allows(&self, steer: Steer) -> bool {
        match steer {
            Steer::Pause => self.status == MailingStatus::Running,
            Steer::Resume => self.status == MailingStatus::Paused,
            Steer::Cancel => self.is_open(),
            Steer::Correct | Steer::Recall => {
                let recalled = self.task == MailingTask::Recall && self.status == MailingStatus::Done;
                !self.is_open() && !self.is_closed && self.tally.sent > 0 && !recalled
            }
        }
    }

    /// The same mailing, steered. What is not allowed changes nothing.
    pub fn steered(mut self, steering: &Steering) -> Self {
        if !self.allows(steering.steer()) {
            return self;
        }
        match steering {
            Steering::Pause => self.status = MailingStatus::Paused,
            Steering::Resume => self.status = MailingStatus::Running,
            Steering::Cancel => self.status = MailingStatus::Cancelled,
            Steering::Correct(words) => {
                self.letter.words = words.in_place_of(&self.letter.words);
                self.letter.translations.clear();
            }
            Steering::Recall => {}
        }
        if let Some(task) = steering.task() {
            (self.status, self.task) = (MailingStatus::Running, task);
            (self.began, self.waits_until) = (None, None);
            (self.tally.changed, self.tally.missed) = (0, 0);
        }
        self
    }
}

impl Steering {
    /// Which of the wishes it fulfils.
    pub fn steer(&self) -> Steer {
        match self {
            Self::Pause => Steer::Pause,
            Self::Resume => Steer::Resume,
            Self::Cancel => Steer::Cancel,
            Self::Correct(_) => Steer::Correct,
            Self::Recall => Steer::Recall,
        }
    }

    /// The task that it begins; `None`: the present one goes on, or ends.
    pub fn task(&self) -> Option<MailingTask> {
        match self {
            Self::Correct(_) => Some(MailingTask::Correct),
            Self::Recall => Some(MailingTask::Recall),
            Self::Pause | Self::Resume | Self::Cancel => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailing_that_is_over_cannot_be_resumed_but_corrected() {
        let mut mailing =
            Mailing::new(MailingId::draw(1), Letter::plain("x"), Segment::default(), 3, DateTime::UNIX_EPOCH);
        assert!(mailing.allows(Steer::Pause) && !mailing.allows(Steer::Correct));
        (mailing.status, mailing.tally.sent) = (MailingStatus::Cancelled, 1);
        assert_eq!(mailing.clone().steered(&Steering::Resume).status, MailingStatus::Cancelled);
        let words = MessageBody::plain("y");
        let corrected = mailing.steered(&Steering::Correct(words));
        assert_eq!((corrected.task, corrected.status), (MailingTask::Correct, MailingStatus::Running));
        assert_eq!(corrected.letter.words.body, "y");
    }
}
