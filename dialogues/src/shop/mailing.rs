//! Mailings: one letter to many customers, and how far it has come.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Id, Language, NewsId, PictureId};
use crate::buttons::Go;

/// The name of a mailing. That of a news item is the item's own, so that an item is mailed once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailingId(pub Id);

impl MailingId {
    /// A name out of any random number.
    pub fn draw(random: u64) -> Self {
        Self(Id::of_key("mailing", &random.to_string()))
    }
}

impl From<NewsId> for MailingId {
    fn from(news: NewsId) -> Self {
        Self(news.0)
    }
}

impl fmt::Display for MailingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a letter says in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Words {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Plain text, escaped where it is shown.
    pub body: String,
    /// The body as its author has formatted it, in Telegram's HTML. It counts only while its text is the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl Words {
    /// A body without a headline.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// A button under a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LetterButton {
    pub label: String,
    pub to: Go,
}

/// What is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Letter {
    /// For everybody in whose language it is not written.
    pub words: Words,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<Language, Words>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<LetterButton>,
    /// The date below a news item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<DateTime<Utc>>,
}

impl Letter {
    /// A text for everybody.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { words: Words::plain(body), ..Self::default() }
    }

    /// A text for everybody, perhaps with a picture and formatting.
    pub fn of(picture: Option<PictureId>, body: String, html: Option<String>) -> Self {
        Self { words: Words { headline: None, body, html }, picture, ..Self::default() }
    }

    /// What it says to whoever speaks this language.
    pub fn words_in(&self, language: Language) -> &Words {
        self.translations.get(&language).unwrap_or(&self.words)
    }
}

/// Which customers get it; what is not asked for leaves nobody out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Segment {
    /// Only who speaks this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Only who has ordered something.
    #[serde(default)]
    pub ordered: bool,
    /// Only who has been here in the last so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_days: Option<u16>,
}

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
}

/// What an owner wants of a mailing that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum Steer {
    Pause,
    Resume,
    Cancel,
    Correct,
    Recall,
}

/// A change of a mailing, decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steering {
    Pause,
    Resume,
    Cancel,
    /// Let what was sent say this instead, in every language.
    Correct(Words),
    /// Delete what was sent.
    Recall,
}

/// Telegram lets a bot delete its own messages for so long.
pub const RECALLABLE: TimeDelta = TimeDelta::hours(48);

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
        }
    }

    /// Whether somebody has something to do with it.
    pub fn is_open(&self) -> bool {
        matches!(self.status, MailingStatus::Running | MailingStatus::Paused)
    }

    /// Whether this can be asked of it now.
    pub fn allows(&self, steer: Steer) -> bool {
        match steer {
            Steer::Pause => self.status == MailingStatus::Running,
            Steer::Resume => self.status == MailingStatus::Paused,
            Steer::Cancel => self.is_open(),
            Steer::Correct | Steer::Recall => {
                let recalled = self.task == MailingTask::Recall && self.status == MailingStatus::Done;
                !self.is_open() && self.tally.sent > 0 && !recalled
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
                let headline = self.letter.words.headline.take();
                self.letter.words = Words { headline: words.headline.clone().or(headline), ..words.clone() };
                self.letter.translations.clear();
                self.begin(MailingTask::Correct);
            }
            Steering::Recall => self.begin(MailingTask::Recall),
        }
        self
    }

    fn begin(&mut self, task: MailingTask) {
        (self.status, self.task, self.began) = (MailingStatus::Running, task, None);
        (self.tally.changed, self.tally.missed) = (0, 0);
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
}

/// How many customers a mailing would reach, by what a segment asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census(Vec<(Language, bool, u32)>);

impl Census {
    /// Counts so many who speak a language and have, or have not, ordered.
    pub fn add(&mut self, language: Language, ordered: bool, count: u32) {
        self.0.push((language, ordered, count));
    }

    /// The same, where those who have ordered were counted twice: alone, and among all.
    pub fn with_ordered_among_all(self) -> Self {
        let ordered = |language| -> u32 {
            self.0.iter().filter(|(spoken, ordered, _)| *spoken == language && *ordered).map(|(.., count)| count).sum()
        };
        let apart = |(language, among, count): &(Language, bool, u32)| {
            let rest = if *among { *count } else { count.saturating_sub(ordered(*language)) };
            (*language, *among, rest)
        };
        Self(self.0.iter().map(apart).collect())
    }

    /// How many are in a segment, whenever they were here last.
    pub fn count(&self, segment: Segment) -> u32 {
        let fits = |(language, ordered, _): &&(Language, bool, u32)| {
            segment.language.is_none_or(|wanted| wanted == *language) && (*ordered || !segment.ordered)
        };
        self.0.iter().filter(fits).map(|(_, _, count)| count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_census_counts_by_language_and_orders() {
        let mut census = Census::default();
        census.add(Language::English, true, 2);
        census.add(Language::English, false, 3);
        census.add(Language::Ukrainian, false, 5);
        let of = |language, ordered| census.count(Segment { language, ordered, active_days: None });
        assert_eq!((of(None, false), of(None, true)), (10, 2));
        assert_eq!((of(Some(Language::English), false), of(Some(Language::Ukrainian), true)), (5, 0));
    }

    #[test]
    fn a_mailing_that_is_over_cannot_be_resumed_but_corrected() {
        let mut mailing =
            Mailing::new(MailingId::draw(1), Letter::plain("x"), Segment::default(), 3, DateTime::UNIX_EPOCH);
        assert!(mailing.allows(Steer::Pause) && !mailing.allows(Steer::Correct));
        (mailing.status, mailing.tally.sent) = (MailingStatus::Cancelled, 1);
        assert_eq!(mailing.clone().steered(&Steering::Resume).status, MailingStatus::Cancelled);
        let words = Words::plain("y");
        let corrected = mailing.steered(&Steering::Correct(words));
        assert_eq!((corrected.task, corrected.status), (MailingTask::Correct, MailingStatus::Running));
        assert_eq!(corrected.letter.words.body, "y");
    }
}
