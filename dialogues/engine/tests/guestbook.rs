//! A bot of one flow, from its states to a transcript that passes: the third application of the engine, which the README leads
//! through, step by step.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use dialogue_engine::memory::{House, Memory, Messages, explore};
use dialogue_engine::texts::{Locale, Sentences as Texts, label, say};
use dialogue_engine::transcript::bless::bless;
use dialogue_engine::transcript::replay::replay;
use dialogue_engine::transcript::{CheckSubject, GivenSentence, Sentence, Sentences, Stage, parse};
use dialogue_engine::{Answer, App, Button, Conversation, Flow, Input, Key, Note, Outcome, Route, Step, View, text};
use serde::{Deserialize, Serialize};

/// 1. The states. The serde tag is what is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
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
    enum Place { Home = "home" command "start" => "/start" }
}
dialogue_engine::codes! {
    enum Act { Sign = "sign" }
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
            Input::Tapped { button: Button::Act(Act::Sign), .. } => Some(BookEvent::AskedToSign),
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
                    Outcome::stay(Self::Reading).with(Effect::Sign(words)).note(Note::Toast(text!("thanks")))
                }
                BookEvent::SentSomething => Outcome::keep(self).note(Note::Toast(text!("please"))),
                BookEvent::AskedToSign => dialogue_engine::out_of_date(self),
            },
        }
    }

    fn view(&self, context: &Context) -> View<Guestbook> {
        match self {
            Self::Reading => {
                let sign = Key { label: label(English, &text!("sign")), button: Button::Act(Act::Sign) };
                View::text(say(English, &text!("welcome", count = context.signed))).rows(vec![vec![sign]])
            }
            Self::AskingWords => View::text(say(English, &text!("ask"))),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// 5. The application: how its parts belong together.
impl App for Guestbook {
    type Dialogue = Book;
    type Place = Place;
    type Act = Act;
    type Context = Context;
    type Effect = Effect;
    type Beside = ();
    type Picture = ();
    type Document = ();
    type Language = English;

    fn beginning() -> Book {
        Book::Reading
    }
    fn language(_: &Context) -> English {
        English
    }
    fn fresh(context: &Context) -> u64 {
        context.fresh
    }

    fn route(proposal: Route<Self>, _: &Conversation<Self>, input: &Input<Self>, _: &Context) -> Route<Self> {
        match input {
            Input::Said(said) if *said == label(English, &text!("key-book")) => Route::Go(Place::Home),
            _ => proposal,
        }
    }

    fn step(state: &Book, input: &Input<Self>, context: &Context) -> Option<Step<Self, Book>> {
        dialogue_engine::step(state, input, context)
    }

    fn visit(place: Place, _: &Conversation<Self>, _: &Context) -> Outcome<Self, Book> {
        match place {
            Place::Home => Outcome::stay(Book::Reading),
        }
    }

    fn name(state: &Book) -> String {
        format!("Book.{}", Flow::name(state))
    }
    fn view(state: &Book, context: &Context) -> View<Self> {
        Flow::view(state, context)
    }

    fn apply(context: &mut Context, effect: &Effect) {
        match effect {
            Effect::Sign(_) => context.signed += 1,
        }
    }

    fn menu(_: &Context) -> Vec<Vec<Answer>> {
        vec![vec![Answer { label: label(English, &text!("key-book")), contact: false }]]
    }
}

/// 6. The languages, each a Fluent file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct English;

impl Locale for English {
    fn tag(self) -> &'static str {
        "en"
    }

    fn sentences() -> &'static Texts<Self> {
        static TEXTS: LazyLock<Texts<English>> =
            LazyLock::new(|| Texts::read([(English, include_str!("guestbook/en.ftl"))]));
        &TEXTS
    }
}

/// 7. The sentences of its transcripts.
#[derive(Debug, Clone, PartialEq)]
enum Given {
    Time(DateTime<Utc>),
    Guest(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct TheBook;

impl Sentences for Guestbook {
    type Given = Given;
    type Subject = TheBook;
    const GIVENS: &'static [Sentence] = &[Sentence::new("Given Anna, a guest", "she has never written to the bot")];
    const CHECKS: &'static [Sentence] = &[Sentence::new("Check the book\n    newest  Hello", "the newest words")];
}

impl GivenSentence for Given {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        sentence.strip_suffix(", a guest").map(|name| Ok(Self::Guest(name.to_owned())))
    }

    fn write(&self) -> String {
        match self {
            Self::Time(time) => format!("the time is {}", time.format("%Y-%m-%d %H:%M")),
            Self::Guest(name) => format!("{name}, a guest"),
        }
    }

    fn at(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }
    fn time(&self) -> Option<DateTime<Utc>> {
        if let Self::Time(time) = self { Some(*time) } else { None }
    }
    fn introduces(&self) -> Option<&str> {
        if let Self::Guest(name) = self { Some(name) } else { None }
    }
}

impl CheckSubject for TheBook {
    fn read(sentence: &str) -> Option<Result<Self, String>> {
        (sentence == "the book").then_some(Ok(Self))
    }
    fn write(&self) -> String {
        "the book".to_owned()
    }
}

/// 8. What is kept, in memory: transcripts are played in it.
#[derive(Debug, Clone, Default)]
struct Pages(Vec<String>);

impl House for Pages {
    type App = Guestbook;

    fn given(&mut self, _: &Given, _: DateTime<Utc>) -> Result<(), String> {
        Ok(())
    }
    fn context(&self, _: &str, _: DateTime<Utc>, fresh: u64) -> Context {
        Context { signed: self.0.len(), fresh }
    }

    fn carry_out(&mut self, _: &str, effects: Vec<Effect>, _: DateTime<Utc>) -> Result<Messages<Guestbook>, String> {
        self.0.extend(effects.into_iter().map(|Effect::Sign(words)| words));
        Ok(Messages::new())
    }

    fn check(&self, _: &TheBook, _: &dyn Fn(&str) -> String) -> Option<Vec<(String, String)>> {
        Some(vec![("newest".to_owned(), self.0.last().cloned().unwrap_or_default())])
    }
}

/// 9. A transcript; with BLESS set, the bot's lines are written as the bot says them.
#[test]
fn a_guest_signs() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guestbook/sign.chat");
    let text = std::fs::read_to_string(file).unwrap();
    let script = parse::<Guestbook>(&text).unwrap();
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
    memory.given(&Given::read("Anna, a guest").unwrap().unwrap()).unwrap();
    let found = explore(&memory, "Anna", &["/start", "Hello"], |_| String::new(), 100);
    assert_eq!(found.faults, []);
    assert_eq!(found.states().len(), 3, "{:?}", found.states());
}
