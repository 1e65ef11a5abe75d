//! What the transcripts of any application can say: who is there, what time it is, in which state somebody's dialogue is. An
//! application with few sentences of its own puts them beside: [`OwnGiven`], [`OwnSubject`].

use std::fmt::Debug;

use chrono::{DateTime, Utc};

use super::{CheckSubject, GivenSentence, print};

/// The sentences after `Given` that are an application's own.
pub trait OwnGiven: Clone + Debug + PartialEq {
    /// What a person is called who has never written to the bot, such as `a guest`: `Given Anna, a guest`.
    const ROLE: &'static str;
    /// The languages of people's apps, by their English name, with their tags: `Given Anna, a guest who speaks Ukrainian`.
    const LANGUAGES: &'static [(&'static str, &'static str)];

    /// Reads what is behind `Given`; `None` where it is no sentence of the application.
    ///
    /// # Errors
    /// What to write instead.
    fn read(sentence: &str) -> Option<Result<Self, String>>;

    /// What [`OwnGiven::read`] reads as this.
    fn write(&self) -> String;
}

/// What a statement that begins with `Given` makes true.
#[derive(Debug, Clone, PartialEq)]
pub enum Given<O> {
    Time(DateTime<Utc>),
    /// Somebody who has never written to the bot, and the tag of their app's language.
    Person(String, Option<String>),
    /// What the application alone can say.
    Own(O),
}

impl<O: OwnGiven> GivenSentence for Given<O> {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        if let Some(own) = O::read(sentence) {
            return Some(own.map(Self::Own));
        }
        let (name, role) = sentence.split_once(", ")?;
        let Some(word) = role.strip_prefix(O::ROLE)?.strip_prefix(" who speaks ") else {
            return (role == O::ROLE).then(|| Ok(Self::Person(name.to_owned(), None)));
        };
        let tag = O::LANGUAGES.iter().find(|(known, _)| *known == word).map(|(_, tag)| (*tag).to_owned());
        let known = || O::LANGUAGES.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        let tag = tag.ok_or_else(|| format!("“{word}” is no language here; write one of: {}", known()));
        Some(tag.map(|tag| Self::Person(name.to_owned(), Some(tag))))
    }

    fn write(&self) -> String {
        match self {
            Self::Time(time) => format!("the time is {}", print::minute(time)),
            Self::Person(name, None) => format!("{name}, {}", O::ROLE),
            Self::Person(name, Some(tag)) => {
                let word = O::LANGUAGES.iter().find(|(_, known)| known == tag).map_or(tag.as_str(), |(word, _)| *word);
                format!("{name}, {} who speaks {word}", O::ROLE)
            }
            Self::Own(own) => own.write(),
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

    fn language(&self) -> Option<&str> {
        if let Self::Person(_, language) = self { language.as_deref() } else { None }
    }
}

/// The sentences after `Check` that are an application's own.
pub trait OwnSubject: Clone + Debug + PartialEq + Eq {
    /// Reads what is behind `Check`; `None` where it is no sentence of the application.
    fn read(sentence: &str) -> Option<Self>;

    /// What [`OwnSubject::read`] reads as this.
    fn write(&self) -> String;

    /// The person whom it is about, who must have been introduced before.
    fn person(&self) -> Option<&str> {
        None
    }
}

/// What a check looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject<O> {
    /// `the state of Anna`: the field `state`.
    State(String),
    /// What the application alone can show.
    Own(O),
}

impl<O: OwnSubject> CheckSubject for Subject<O> {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        match sentence.strip_prefix("the state of ") {
            Some(person) => Some(Ok(Self::State(person.to_owned()))),
            None => O::read(sentence).map(|own| Ok(Self::Own(own))),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::State(person) => format!("the state of {person}"),
            Self::Own(own) => own.write(),
        }
    }

    fn person(&self) -> Option<&str> {
        match self {
            Self::State(person) => Some(person),
            Self::Own(own) => own.person(),
        }
    }

    fn is_state(&self) -> bool {
        matches!(self, Self::State(_))
    }
}
