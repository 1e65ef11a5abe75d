//! What an application adds to the language of transcripts.

use std::fmt::Debug;

use chrono::{DateTime, Utc};

/// A sentence of the language, by an example.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    /// One that the parser reads.
    pub example: &'static str,
    /// What it says, in a few words.
    pub meaning: &'static str,
}

impl Sentence {
    /// An example, and what it says.
    pub const fn new(example: &'static str, meaning: &'static str) -> Self {
        Self { example, meaning }
    }
}

/// What happens besides, where time can be skipped.
const EVENTS: &[Sentence] = &[
    Sentence::new("After 1 hour", "or seconds, minutes, days; nobody waits for it in fact"),
    Sentence::new("At 2026-03-15 09:00", "the clock (UTC) has come to that"),
    Sentence::new("The bot restarts", "as after an upgrade"),
    Sentence::new(
        "The bot is away for 5 minutes",
        "it is stopped, and started after so long. After more than 150 seconds, in which Telegram drops taps, everybody who \
         was being asked something sees the question once more",
    ),
    Sentence::new("Telegram delivers it again", "the newest tap or message comes a second time"),
    Sentence::new(
        "Telegram answers the next sendPhoto to Boris with 429, retry after 2",
        "a call of the bot is refused; 403 is “blocked”. A refusal that no call runs into is a failure",
    ),
];

/// The sentences of an application: what can be given, and what a check can look at.
///
/// The type that implements this carries no data.
pub trait Sentences: Copy + Debug + Default + PartialEq + Eq + 'static {
    type Given: GivenSentence;
    type Subject: CheckSubject;

    /// Examples of all that may follow `Given`, and of `Let`; the first lines of the page for authors of transcripts.
    const GIVENS: &'static [Sentence];
    /// Examples of all that may follow `Check`.
    const CHECKS: &'static [Sentence];
    /// What happens besides; only what it means can be another thing.
    const EVENTS: &'static [Sentence] = EVENTS;
    /// How the page for authors of transcripts begins, as Markdown.
    const INTRODUCTION: &'static str = "";
    /// The command that plays a transcript up to a line, by hand; `FILE:LINE` is written behind it.
    const BY_HAND: Option<&'static str> = None;
}

/// What a statement that begins with `Given` makes true.
pub trait GivenSentence: Clone + Debug + PartialEq {
    /// Reads what is behind `Given`; `None` where it is no sentence of the application. Its body, if it has one, is in the
    /// second and later lines. The engine reads `the time is …` itself.
    ///
    /// # Errors
    /// What to write instead.
    fn read(sentence: &str) -> Option<Result<Self, String>>;

    /// What [`GivenSentence::read`] reads as this.
    fn write(&self) -> String;

    /// That the clock shows this.
    fn at(time: DateTime<Utc>) -> Self;

    /// The time, if that is what is given.
    fn time(&self) -> Option<DateTime<Utc>>;

    /// The person who is introduced, if that is what is given.
    fn introduces(&self) -> Option<&str>;

    /// The language of the app of the person who is introduced, as a tag; `None` where nothing is said of it.
    fn language(&self) -> Option<&str> {
        None
    }

    /// A person who must have been introduced before.
    fn refers_to(&self) -> Option<&str> {
        None
    }
}

/// What a `Check` looks at.
pub trait CheckSubject: Clone + Debug + PartialEq + Eq {
    /// Reads what is behind `Check`; `None` where it is no sentence of the application.
    ///
    /// # Errors
    /// What to write instead.
    fn read(sentence: &str) -> Option<Result<Self, String>>;

    /// What [`CheckSubject::read`] reads as this.
    fn write(&self) -> String;

    /// The person whom it is about, who must have been introduced before.
    fn person(&self) -> Option<&str> {
        None
    }

    /// A part of it in which `{captures}` are filled in before the stage sees it.
    fn template(&mut self) -> Option<&mut String> {
        None
    }

    /// Whether it is the state of that person's dialogue, which the engine knows itself.
    fn is_state(&self) -> bool {
        false
    }

    /// Whether what is not there is left out of what is found, so that it counts as `none`.
    fn leaves_out(&self) -> bool {
        false
    }
}
