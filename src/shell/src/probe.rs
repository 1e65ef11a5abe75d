//! An application of one state, for the tests of this package.

use std::sync::LazyLock;

use engine::texts::{Html, Locale, Translations};
use engine::{App, Conversation, Input, Outcome, ReplyButton, Step, View};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Probe;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting;

engine::codes! {
    pub(crate) enum Place { Home = "home" => "/start" }
}
engine::codes! {
    pub(crate) enum Action { Wait = "wait" }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct English;

impl Locale for English {
    fn tag(self) -> &'static str {
        "en"
    }

    fn sentences() -> &'static Translations<Self> {
        static SENTENCES: LazyLock<Translations<English>> = LazyLock::new(|| Translations::read([(English, "")]));
        &SENTENCES
    }
}

impl engine::Dialogue<Probe> for Waiting {
    fn step(&self, _: &Input<Probe>, (): &()) -> Option<Step<Probe, Self>> {
        Some(Step { outcome: Outcome::stay(Self), event: "anything" })
    }

    fn view(&self, (): &()) -> View<Probe> {
        View::text(Html::escape("waiting"))
    }

    fn deadline(&self, _: &()) -> Option<chrono::DateTime<chrono::Utc>> {
        None
    }

    fn name(&self) -> String {
        "Probe.Waiting".to_owned()
    }
}

impl App for Probe {
    type Dialogue = Waiting;
    type Place = Place;
    type Action = Action;
    type Context = ();
    type Effect = ();
    type Beside = ();
    type Picture = String;
    type Document = ();
    type Language = English;

    fn beginning() -> Waiting {
        Waiting
    }

    fn language((): &()) -> English {
        English
    }

    fn fresh((): &()) -> u64 {
        0
    }

    fn visit(_: Place, _: &Conversation<Self>, (): &()) -> Outcome<Self, Waiting> {
        Outcome::stay(Waiting)
    }

    fn asks(Waiting: &Waiting) -> bool {
        true
    }

    fn picture_name(picture: &String) -> String {
        picture.clone()
    }

    fn picture(name: &str) -> Option<String> {
        Some(name.to_owned())
    }

    fn sent_picture(file_id: &str) -> Option<String> {
        Some(file_id.to_owned())
    }

    fn apply((): &mut (), (): &()) {}

    fn menu((): &()) -> Vec<Vec<ReplyButton>> {
        Vec::new()
    }
}
