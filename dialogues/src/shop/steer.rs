//! How a mailing is named, and what can be asked of it: all that a button needs to say.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Id, NewsId};

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
