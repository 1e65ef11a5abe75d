// A bot of one flow, from its states to a transcript that passes: the third application of the engine, which the README leads
// through, step by step. `src/shell/examples` include this file, which a `//!` would not allow.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use dialogue_engine::memory::{Checked, House, Memory, Messages, explore};
use dialogue_engine::texts::{Locale, Translations, label};
use dialogue_engine::transcript::bless::bless;
use dialogue_engine::transcript::common::{Given, OwnGiven, OwnSubject, Subject};
use dialogue_engine::transcript::replay::replay;
use dialogue_engine::transcript::{GivenSentence, Sentence, Sentences, Stage, parse};
use dialogue_engine::{
    App, Callback, Conversation, Flow, InlineButton, Input, Outcome, ReplyButton, SideMessage, User, View, text,
};
use serde::{Deserialize, Serialize};

/// 1. The states. The serde tag is what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Book {
    Reading,
    AskingWords,
}

/// 2. What happens in them, in the past tense.
#[derive(Debug, Clone, strum::IntoStaticStr)]
enum BookEvent {
    AskedToSign,
    Wrote(String),
    SentSomething,
}

dialogue_engine::codes! {
    /// 3. Where buttons lead from everywhere, and what they do on their own screen.
    enum Place of Guestbook { Home = "home" command "start" label "key-book" => "/start" }
}
dialogue_engine::codes! {
    enum Action of Guestbook { Sign = "sign" }
}

dialogue_engine::flows! {
    /// The dialogue: one variant for each flow.
    enum Dialogue of Guestbook { Book(Book) }
}

/// 4. What a turn knows, and what it asks for.
#[derive(Debug, Clone)]
struct Context {
    signed: usize,
    fresh: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Effect {
    Sign(String),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Guestbook;

impl Flow<Guestbook> for Book {
    type Event = BookEvent;

    fn interpret(&self, input: &Input<Guestbook>) -> Option<BookEvent> {
        match input {
            Input::Tapped { button: Callback::Action(Action::Sign), .. } => Some(BookEvent::AskedToSign),
            Input::Tapped { .. } | Input::TappedUnknown | Input::Formatted { .. } => None,
            Input::Said(words) => Some(BookEvent::Wrote(words.clone())),
            _ => Some(BookEvent::SentSomething),
        }
    }

    fn transition(self, event: BookEvent, _: &Context) -> Outcome<Guestbook, Self> {
        match self {
            Self::Reading => match event {
                BookEvent::AskedToSign => Outcome::stay(Self::AskingWords),
                BookEvent::Wrote(_) | BookEvent::SentSomething => Outcome::stay(self),
            },
            Self::AskingWords => match event {
                BookEvent::Wrote(words) => {
                    Outcome::stay(Self::Reading).with(Effect::Sign(words)).note(SideMessage::Toast(text!("thanks")))
                }
                BookEvent::SentSomething => Outcome::keep(self).note(SideMessage::Toast(text!("please"))),
                BookEvent::AskedToSign => dialogue_engine::out_of_date(self),
            },
        }
    }

    fn view(&self, context: &Context) -> View<Guestbook> {
        match self {
            Self::Reading => {
                let sign = InlineButton::new(English, &text!("sign"), Action::Sign);
                View::say(English, &text!("welcome", count = context.signed)).rows(vec![vec![sign]])
            }
            Self::AskingWords => View::say(English, &text!("ask")),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// 5. The application: how its parts belong together.
impl App for Guestbook {
    type Dialogue = Dialogue;
    type Place = Place;
    type Action = Action;
    type Context = Context;
    type Effect = Effect;
    type Beside = ();
    type Picture = ();
    type Document = ();
    type Language = English;

    fn beginning() -> Dialogue {
        Book::Reading.into()
    }
    fn language(_: &Context) -> English {
        English
    }
    fn fresh(context: &Context) -> u64 {
        context.fresh
    }

    fn visit(place: Place, _: &Conversation<Self>, _: &Context) -> Outcome<Self, Dialogue> {
        match place {
            Place::Home => Outcome::stay(Book::Reading.into()),
        }
    }

    fn asks(dialogue: &Dialogue) -> bool {
        match dialogue {
            Dialogue::Book(Book::Reading) => false,
            Dialogue::Book(Book::AskingWords) => true,
        }
    }

    fn apply(context: &mut Context, effect: &Effect) {
        match effect {
            Effect::Sign(_) => context.signed += 1,
        }
    }

    fn menu(_: &Context) -> Vec<Vec<ReplyButton>> {
        vec![vec![ReplyButton { label: label(English, &text!("key-book")), contact: false }]]
    }
}

/// 6. The languages, each a Fluent file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct English;

impl Locale for English {
    fn tag(self) -> &'static str {
        "en"
    }

    fn sentences() -> &'static Translations<Self> {
        static TEXTS: LazyLock<Translations<English>> =
            LazyLock::new(|| Translations::read([(English, include_str!("guestbook/en.ftl"))]));
        &TEXTS
    }
}

/// 7. The sentences of its transcripts, beside those that every application has.
#[derive(Debug, Clone, PartialEq)]
struct Signatures(usize);

#[derive(Debug, Clone, PartialEq, Eq)]
struct TheBook;

impl Sentences for Guestbook {
    type Given = Given<Signatures>;
    type Subject = Subject<TheBook>;
    const GIVENS: &'static [Sentence] = &[
        Sentence::new("Given Anna, a guest", "she has never written to the bot"),
        Sentence::new("Given 2 signatures", "so many have signed"),
    ];
    const CHECKS: &'static [Sentence] = &[Sentence::new("Check the book\n    newest  Hello", "the newest words")];
}

impl OwnGiven for Signatures {
    const ROLE: &'static str = "a guest";
    const LANGUAGES: &'static [(&'static str, &'static str)] = &[("English", "en")];

    fn read(sentence: &str) -> Option<Result<Self, String>> {
        let count = sentence.strip_suffix(" signatures")?;
        Some(count.parse().map(Self).map_err(|_| format!("“{count}” is no number of signatures")))
    }

    fn write(&self) -> String {
        format!("{} signatures", self.0)
    }
}

impl OwnSubject for TheBook {
    fn read(sentence: &str) -> Option<Self> {
        (sentence == "the book").then_some(Self)
    }

    fn write(&self) -> String {
        "the book".to_owned()
    }
}

/// 8. What is kept, in memory: transcripts are played in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Pages(Vec<String>);

impl House for Pages {
    type App = Guestbook;

    fn given(
        &mut self,
        given: &Given<Signatures>,
        _: &dyn Fn(&str) -> Option<i64>,
        _: DateTime<Utc>,
    ) -> Result<(), String> {
        if let Given::Own(Signatures(count)) = given {
            self.0 = vec!["Hello".to_owned(); *count];
        }
        Ok(())
    }

    fn context(&self, _: &User, _: DateTime<Utc>, fresh: u64) -> Context {
        Context { signed: self.0.len(), fresh }
    }

    fn carry_out(&mut self, _: &User, effects: Vec<Effect>, _: DateTime<Utc>) -> Result<Messages<Guestbook>, String> {
        self.0.extend(effects.into_iter().map(|Effect::Sign(words)| words));
        Ok(Messages::new())
    }

    fn check(&self, _: &Subject<TheBook>, _: Option<&Checked>) -> Option<Vec<(String, String)>> {
        Some(vec![("newest".to_owned(), self.0.last().cloned().unwrap_or_default())])
    }
}

/// 9. A transcript; with BLESS set, the bot's lines are written as the bot says them.
#[test]
fn a_guest_signs() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guestbook/sign.chat");
    let script = parse::<Guestbook>(include_str!("guestbook/sign.chat")).unwrap();
    let mut memory = Memory::<Pages>::at(DateTime::UNIX_EPOCH);
    if std::env::var_os("BLESS").is_some() {
        return std::fs::write(file, bless(&script, &mut memory).unwrap().text).unwrap();
    }
    let report = replay(&script, &mut memory);
    assert!(report.passed(), "{}", report.render(file));
}

/// 10. A walk through everything that can be done.
#[test]
fn wherever_a_guest_is_everything_is_answered() {
    let mut memory = Memory::<Pages>::at(DateTime::UNIX_EPOCH);
    memory.given(&GivenSentence::read("Anna, a guest").unwrap().unwrap()).unwrap();
    let found = explore(&memory, "Anna", &["/start", "Hello"], |_| String::new(), 100);
    assert_eq!(found.faults, []);
    assert_eq!(found.states().len(), 3, "{:?}", found.states());
    assert_eq!(English::sentences().missing::<Guestbook>(), []);
}
