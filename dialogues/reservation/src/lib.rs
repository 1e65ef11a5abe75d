//! A bot that reserves tables, on the dialogue engine: two flows, two languages, a reminder two hours before, and two guests
//! who race for the last table. All times are UTC.

mod booking;
mod codes;
mod home;
pub mod house;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use engine::texts::{Locale, Text, Translations, label};
use engine::{App, Callback, Conversation, InlineButton, Outcome, ReplyButton, text};
use serde::{Deserialize, Serialize};

pub use booking::Booking;
pub use codes::{Action, Place};
pub use home::Home;

/// The application: see [`App`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reservation;

engine::flows! {
    /// The state of a guest's dialogue.
    pub enum Dialogue of Reservation { Home(Home), Booking(Booking) }
}

/// A table that is kept for a guest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub at: DateTime<Utc>,
    pub guests: u8,
    pub name: String,
    pub phone: String,
}

/// What a turn may know.
#[derive(Debug, Clone)]
pub struct Context {
    pub name: String,
    pub language: Language,
    pub now: DateTime<Utc>,
    pub fresh: u64,
    /// The guest's own table.
    pub mine: Option<Table>,
    /// How many tables there are, and how many of them other guests have at a time.
    pub tables: usize,
    pub taken: BTreeMap<DateTime<Utc>, usize>,
}

impl Context {
    /// Whether a table is left for this guest.
    pub fn is_free(&self, at: DateTime<Utc>) -> bool {
        self.taken.get(&at).copied().unwrap_or_default() < self.tables
    }
}

/// What a turn asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Keep this table, instead of the guest's other one.
    Keep(Table),
    Release,
    Speak(Language),
}

/// What the bot speaks.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    Uk,
}

impl Locale for Language {
    fn tag(self) -> &'static str {
        self.into()
    }

    fn sentences() -> &'static Translations<Self> {
        static SENTENCES: LazyLock<Translations<Language>> = LazyLock::new(|| {
            let (english, ukrainian) = (include_str!("../texts/en.ftl"), include_str!("../texts/uk.ftl"));
            Translations::read([(Language::En, english), (Language::Uk, ukrainian)])
        });
        &SENTENCES
    }
}

/// `14.03 19:00`
fn day_and_time(at: DateTime<Utc>) -> String {
    at.format("%d.%m %H:%M").to_string()
}

/// A button in a row of its own.
fn row(context: &Context, text: &Text, button: impl Into<Callback<Reservation>>) -> Vec<InlineButton<Reservation>> {
    vec![InlineButton::new(context.language, text, button)]
}

impl App for Reservation {
    type Dialogue = Dialogue;
    type Place = Place;
    type Action = Action;
    type Context = Context;
    type Effect = Effect;
    type Beside = ();
    type Picture = ();
    type Document = ();
    type Language = Language;

    fn beginning() -> Dialogue {
        Home::Viewing.into()
    }

    fn language(context: &Context) -> Language {
        context.language
    }

    fn fresh(context: &Context) -> u64 {
        context.fresh
    }

    fn visit(place: Place, _: &Conversation<Self>, _: &Context) -> Outcome<Self, Dialogue> {
        match place {
            Place::Home => Outcome::stay(Home::Viewing.into()),
            Place::GiveUp => home::give_up(),
            Place::Book => Outcome::stay(Booking::AskingDay.into()),
            Place::Speak(language) => Outcome::stay(Home::Viewing.into()).with(Effect::Speak(language)),
        }
    }

    fn asks(dialogue: &Dialogue) -> bool {
        match dialogue {
            Dialogue::Home(Home::Viewing) => false,
            Dialogue::Home(Home::Releasing) => true,
            Dialogue::Booking(state) => state.asks(),
        }
    }

    fn apply(context: &mut Context, effect: &Effect) {
        match effect {
            Effect::Keep(table) => context.mine = Some(table.clone()),
            Effect::Release => context.mine = None,
            Effect::Speak(language) => context.language = *language,
        }
    }

    fn menu(context: &Context) -> Vec<Vec<ReplyButton>> {
        vec![vec![ReplyButton { label: label(context.language, &text!("key-table")), contact: false }]]
    }
}
