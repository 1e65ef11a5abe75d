//! The menu: where a customer is greeted, and where every way leads back to.

use serde::{Deserialize, Serialize};

use crate::flow::{Flow, Shop};
use crate::machine::{Attachment, Context, Input, Outcome, ReplyButton, SideMessage, View};
use crate::search::{Courtesy, mere_courtesy};
use crate::shop::{Language, TeamRole};
use crate::text;
use crate::texts::{Html, Label, Text, Value, clip, say};

/// Where the customer is.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames, strum::EnumIter,
)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MenuState {
    /// Has just said `/start`, for the first time or again.
    Greeting { returning: bool },
    /// Looks at the menu.
    Choosing,
    /// Reads what the bot can do.
    ReadingHelp,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum MenuEvent {
    /// Wrote something that is no command and answers no question.
    Chatted(String),
    /// Tapped a button of a question's keyboard when the question was over.
    AnsweredLate,
    /// Sent something without words.
    SentThing(Attachment),
    SharedContact,
    EditedMessage,
}

impl Flow<Shop> for MenuState {
    type Event = MenuEvent;

    fn interpret(&self, input: &Input) -> Option<MenuEvent> {
        small_talk(input)
    }

    fn transition(self, event: MenuEvent, _: &Context) -> Outcome<Self> {
        match self {
            Self::Greeting { .. } | Self::Choosing | Self::ReadingHelp => {
                Outcome::keep(self).note(answer_small_talk(&event))
            }
        }
    }

    fn view(&self, context: &Context) -> View {
        let language = context.customer.language;
        let shop = context.settings.shop_name.as_str();
        let text = match self {
            Self::Greeting { returning: false } => welcome(context),
            Self::Greeting { returning: true } => text!("welcome-back", shop = shop, name = called(context)),
            Self::Choosing => text!("menu"),
            Self::ReadingHelp => text!("help", shop = shop),
        };
        // What only the people of the shop can do is told to nobody else.
        let ours = match self {
            Self::ReadingHelp if context.may(TeamRole::Owner) => Some(text!("help-owners")),
            Self::ReadingHelp if context.may(TeamRole::Manager) => Some(text!("help-managers")),
            _ => None,
        };
        let more = ours.map(|text| say(language, &text));
        View::text(Html::paragraphs([say(language, &text)].into_iter().chain(more))).menu()
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}

/// How a stranger is greeted.
pub(crate) fn welcome(context: &Context) -> Text {
    text!("welcome", shop = context.settings.shop_name.as_str(), name = called(context))
}

/// What to call the customer.
fn called(context: &Context) -> Value {
    match &context.customer.name {
        Some(name) => Value::Html(Html::escape(name.as_str())),
        None => Value::Text(text!("dear-guest")),
    }
}

/// What an input means where nothing was asked.
pub(crate) fn small_talk(input: &Input) -> Option<MenuEvent> {
    match input {
        Input::Said(said) => Some(match Label::read(said) {
            Some(Label::Back | Label::Cancel | Label::Clear | Label::Done) => MenuEvent::AnsweredLate,
            _ => MenuEvent::Chatted(said.clone()),
        }),
        Input::Sent(thing) => Some(MenuEvent::SentThing(*thing)),
        Input::SentPicture { .. } => Some(MenuEvent::SentThing(Attachment::Picture)),
        Input::SharedContact { .. } => Some(MenuEvent::SharedContact),
        Input::Edited => Some(MenuEvent::EditedMessage),
        _ => None,
    }
}

/// A polite answer that points to the menu, as a message of its own.
pub(crate) fn answer_small_talk(event: &MenuEvent) -> SideMessage {
    let text: Text = match event {
        MenuEvent::Chatted(said) => match mere_courtesy(said) {
            Some(Courtesy::Greeting) => text!("greeted"),
            Some(Courtesy::Thanks) => text!("thanked"),
            None => text!("chatted", said = clip(said, 60).into_owned()),
        },
        MenuEvent::AnsweredLate => text!("nothing-asked"),
        MenuEvent::SentThing(Attachment::Sticker) => text!("sent-sticker"),
        MenuEvent::SentThing(Attachment::Voice) => text!("sent-voice"),
        MenuEvent::SentThing(Attachment::Picture) => text!("sent-picture"),
        MenuEvent::SentThing(Attachment::Other) => text!("sent-other"),
        MenuEvent::SharedContact => text!("shared-contact-unasked"),
        MenuEvent::EditedMessage => text!("edited-message"),
    };
    SideMessage::Say(text, crate::machine::ReplyKeyboard::Menu)
}

/// The menu's keyboard: two buttons a row.
pub fn menu_keyboard(language: Language) -> Vec<Vec<ReplyButton>> {
    let rows = [[Label::Catalogue, Label::Sale], [Label::Cart, Label::News], [Label::Orders, Label::Profile]];
    let answer = |label: Label| ReplyButton { label: label.show(language), contact: false };
    rows.map(|row| row.map(answer).to_vec()).to_vec()
}
