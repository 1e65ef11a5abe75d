//! What a transcript can say of any bot: who is there. What such a bot keeps, nobody outside of it can give or check.

use chrono::{DateTime, Utc};
use engine::transcript::{CheckSubject, GivenSentence, Sentence, Sentences, print};

/// The sentences of transcripts of a bot in any language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AnyBot;

/// Somebody with an account, who has never written to the bot.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Someone {
    /// The first name.
    pub name: String,
    /// The tag of their app's language.
    pub language: Option<String>,
    /// Telegram's id, where the bot knows them by it, as its administrator.
    pub id: Option<i64>,
    /// Without the `@`.
    pub username: Option<String>,
}

/// What a statement that begins with `Given` makes true.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Person(Someone),
    /// Read, since the engine reads it; refused when it is played, since the bot has a clock of its own.
    Time(DateTime<Utc>),
}

/// Nothing of a bot in another process can be checked but what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {}

const ROLE: &str = "a person";

/// Languages by their English names, with their tags.
const LANGUAGES: &[(&str, &str)] = &[
    ("Arabic", "ar"),
    ("Chinese", "zh-hans"),
    ("Dutch", "nl"),
    ("English", "en"),
    ("French", "fr"),
    ("German", "de"),
    ("Hebrew", "he"),
    ("Hindi", "hi"),
    ("Indonesian", "id"),
    ("Italian", "it"),
    ("Japanese", "ja"),
    ("Korean", "ko"),
    ("Persian", "fa"),
    ("Polish", "pl"),
    ("Portuguese", "pt-br"),
    ("Russian", "ru"),
    ("Spanish", "es"),
    ("Turkish", "tr"),
    ("Ukrainian", "uk"),
    ("Uzbek", "uz"),
];

const INTRODUCTION: &str = "\
A transcript is a text file whose name ends in `.chat`: a conversation with a bot, line by line, as both sides see it.

- Below a person's line stands all that the bot does then, in any chat, and nothing else.
- What belongs to a line is indented by four spaces; `# Title` begins the file, (a remark) is in parentheses.
- `…` alone stands for any lines, inside a line for any text. In a message there is `**bold**`, `__italic__`, `` `code` ``, and
  `<photo cat.jpg>` on its first line; below it rows of `[buttons]`, or `keyboard: [Cancel]`, or `keyboard: none`.
- A backslash takes the meaning away: `\\[x]`, `\\…`, `\\{x}`.
";

impl Sentences for AnyBot {
    type Given = Given;
    type Subject = Nothing;

    const GIVENS: &'static [Sentence] = &[
        Sentence::new("Given Anna, a person", "she has never written to the bot; her app speaks English"),
        Sentence::new("Given Anna, a person who speaks Ukrainian", "or another language of Telegram's apps"),
        Sentence::new("Given Boris, a person with id 4242", "whom the bot knows by it, such as its administrator"),
        Sentence::new("Given Anna, a person called @anna", "her username"),
        Sentence::new("Let {order} look like ###-####", "what is different each time: # is a digit, @ a letter"),
    ];
    const CHECKS: &'static [Sentence] = &[];
    const INTRODUCTION: &'static str = INTRODUCTION;
    const EVENTS: &'static [Sentence] = &[
        Sentence::new("After 5 seconds", "so long is waited; 10 seconds at most, or as --longest-wait says"),
        Sentence::new("The bot restarts", "it is told to end, and started again; what it has in memory is gone"),
        Sentence::new(
            "The bot is away for 5 minutes",
            "it is told to end, Telegram's clock is moved on by so much, and it is started again; Telegram drops taps after \
             150 seconds",
        ),
        Sentence::new("Telegram delivers it again", "the newest tap or message comes a second time"),
        Sentence::new(
            "Telegram answers the next sendPhoto to Boris with 429, retry after 2",
            "a call of the bot is refused; 403 is “blocked”. A refusal that no call runs into is a failure",
        ),
    ];
}

impl Someone {
    /// Reads what stands behind a name and a comma.
    fn read(name: &str, role: &str) -> Option<Result<Self, String>> {
        let mut person = Self { name: name.to_owned(), ..Self::default() };
        let mut rest = role.strip_prefix(ROLE)?;
        while !rest.is_empty() {
            let word = |rest: &str| rest.split(' ').next().unwrap_or_default().to_owned();
            let (value, intro) = if let Some(after) = rest.strip_prefix(" who speaks ") {
                let language = word(after);
                match LANGUAGES.iter().find(|(known, _)| *known == language) {
                    Some((_, tag)) => person.language = Some((*tag).to_owned()),
                    None => return Some(Err(unknown(&language))),
                }
                (language, " who speaks ")
            } else if let Some(after) = rest.strip_prefix(" with id ") {
                let id = word(after);
                match id.parse() {
                    Ok(number) if number > 0 => person.id = Some(number),
                    _ => return Some(Err(format!("“{id}” is no id of a person: write a positive number"))),
                }
                (id, " with id ")
            } else if let Some(after) = rest.strip_prefix(" called @") {
                let username = word(after);
                person.username = Some(username.clone());
                (username, " called @")
            } else {
                return None;
            };
            rest = rest.get(intro.len() + value.len()..).unwrap_or_default();
        }
        Some(Ok(person))
    }

    fn write(&self) -> String {
        let mut sentence = format!("{}, {ROLE}", self.name);
        if let Some(tag) = &self.language {
            let word = LANGUAGES.iter().find(|(_, known)| known == tag).map_or(tag.as_str(), |(word, _)| *word);
            sentence += &format!(" who speaks {word}");
        }
        if let Some(id) = self.id {
            sentence += &format!(" with id {id}");
        }
        if let Some(username) = &self.username {
            sentence += &format!(" called @{username}");
        }
        sentence
    }
}

/// Whether a transcript has a word for the language of this tag.
pub(crate) fn known_language(tag: &str) -> bool {
    LANGUAGES.iter().any(|(_, known)| *known == tag)
}

fn unknown(language: &str) -> String {
    let known: Vec<&str> = LANGUAGES.iter().map(|(known, _)| *known).collect();
    format!("“{language}” is no language here; write one of: {}", known.join(", "))
}

impl GivenSentence for Given {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let (name, role) = sentence.split_once(", ")?;
        Someone::read(name, role).map(|read| read.map(Self::Person))
    }

    fn write(&self) -> String {
        match self {
            Self::Person(person) => person.write(),
            Self::Time(time) => format!("the time is {}", print::minute(time)),
        }
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }

    fn time(&self) -> Option<DateTime<Utc>> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }

    fn introduces(&self) -> Option<&str> {
        if let Self::Person(person) = self { Some(&person.name) } else { None }
    }

    fn language(&self) -> Option<&str> {
        if let Self::Person(person) = self { person.language.as_deref() } else { None }
    }
}

impl CheckSubject for Nothing {
    fn read(_: &str) -> Option<Result<Self, String>> {
        Some(Err("of a bot in another process only what it shows can be compared; write what it answers".to_owned()))
    }

    fn write(&self) -> String {
        match *self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_there_is_written_as_it_is_read() {
        for sentence in [
            "Anna, a person",
            "Anna, a person who speaks Ukrainian",
            "Boris, a person with id 4242",
            "Olga, a person who speaks Portuguese with id 7 called @olga",
        ] {
            assert_eq!(Given::read(sentence).unwrap().unwrap().write(), sentence);
        }
        assert_eq!(Given::read("Anna, a customer"), None);
        assert_eq!(Given::read("Anna, a person with a hat"), None);
        let refusal = |sentence| Given::read(sentence).unwrap().unwrap_err();
        assert!(
            refusal("Anna, a person who speaks Elvish").starts_with("“Elvish” is no language here; write one of: Ar")
        );
        assert_eq!(refusal("Anna, a person with id x"), "“x” is no id of a person: write a positive number");
    }
}
