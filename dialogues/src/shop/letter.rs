//! What a mailing says.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Language, PictureId};
use crate::buttons::Place;

/// What a letter says in one language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MessageBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Plain text, escaped where it is shown.
    pub body: String,
    /// The body as its author has formatted it, in Telegram's HTML. It counts only while its text is the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
}

impl MessageBody {
    /// A body without a headline.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }

    /// What is said once these words stand in place of others: a headline that they do not have stays.
    pub fn in_place_of(&self, others: &Self) -> Self {
        Self { headline: self.headline.clone().or_else(|| others.headline.clone()), ..self.clone() }
    }
}

/// The label of a letter's button has so many characters at most.
pub const LETTER_BUTTON_LIMIT: usize = 64;

/// A button under a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LetterButton {
    pub label: String,
    pub to: Place,
}

/// What is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Letter {
    /// For everybody in whose language it is not written.
    pub words: MessageBody,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub translations: BTreeMap<Language, MessageBody>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<PictureId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<LetterButton>,
    /// The date below a news item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<DateTime<Utc>>,
}

/// A letter that has come to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedLetter {
    /// When it was sent to them.
    pub at: DateTime<Utc>,
    /// What it says to them, with its corrections.
    pub words: MessageBody,
}

impl Letter {
    /// A text for everybody.
    pub fn plain(body: impl Into<String>) -> Self {
        Self { words: MessageBody::plain(body), ..Self::default() }
    }

    /// A text for everybody, perhaps with a picture and formatting.
    pub fn of(picture: Option<PictureId>, body: String, html: Option<String>) -> Self {
        Self { words: MessageBody { headline: None, body, html }, picture, ..Self::default() }
    }

    /// What it says to whoever speaks this language.
    pub fn words_in(&self, language: Language) -> &MessageBody {
        self.translations.get(&language).unwrap_or(&self.words)
    }
}
