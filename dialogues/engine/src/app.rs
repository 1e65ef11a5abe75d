//! What an application brings to the engine.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::texts::{Locale, Text};
use crate::{Code, Conversation, Dialogue, File, FileBody, Input, Outcome, Place, Route, SideMessage};

/// One application: its states, its buttons, what a turn of it may know, and what it may ask for.
///
/// The type that implements this carries no data; it ties the others together.
pub trait App: Copy + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// The state of a customer's dialogue: one variant per flow. It is stored, so its serde tags are a promise.
    type Dialogue: Dialogue<Self>
        + Clone
        + Debug
        + PartialEq
        + Eq
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;
    /// Where buttons and commands lead, from everywhere and for ever.
    type Place: Place;
    /// What a button does on the screen that it belongs to.
    type Action: Code;
    /// The snapshot that one turn may look at.
    type Context: Clone + Debug + Send + Sync;
    /// A request to the world: data only.
    type Effect: Clone + Debug + PartialEq + Eq + Send + Sync;
    /// What is kept beside the dialogue, flattened into the same document.
    type Beside: Default + Clone + Debug + PartialEq + Eq + Serialize + DeserializeOwned + Send + Sync;
    /// The id of a picture in the application's store.
    type Picture: Clone + Debug + PartialEq + Eq + Send + Sync;
    /// A file that a flow can send; [`App::file`] writes it.
    type Document: Clone + Debug + PartialEq + Eq + Send + Sync;
    /// The languages of the application.
    type Language: Locale;

    /// The state of a customer who has not been here.
    fn beginning() -> Self::Dialogue;

    /// The language of the customer.
    fn language(context: &Self::Context) -> Self::Language;

    /// A random number for this turn; a new conversation takes its first serial number from it.
    fn fresh(context: &Self::Context) -> u64;

    /// What an input means, where the application knows better than the engine's proposal, such as which command is for
    /// owners only. Without this, keys lead where they say, and who begins with a word is greeted: see
    /// [`crate::route::spoken`].
    fn route(
        proposal: Route<Self>,
        before: &Conversation<Self>,
        input: &Input<Self>,
        _context: &Self::Context,
    ) -> Route<Self> {
        crate::route::spoken(proposal, before, input)
    }

    /// Goes to a place: the first state of the flow there.
    fn visit(place: Self::Place, before: &Conversation<Self>, context: &Self::Context)
    -> Outcome<Self, Self::Dialogue>;

    /// The name of a picture, as transcripts say it.
    fn picture_name(_picture: &Self::Picture) -> String {
        String::new()
    }

    /// The picture of a name, for a person of a transcript who sends one.
    fn picture(_name: &str) -> Option<Self::Picture> {
        None
    }

    /// The picture that a person has sent, by Telegram's `file_id`; `None` where the application takes none.
    fn sent_picture(_file_id: &str) -> Option<Self::Picture> {
        None
    }

    /// Whether the person is being asked something, and waits to go on: they see the question again when the bot is back
    /// after an outage ([`crate::outage`]). A menu, a list or a card asks nothing. Match every state, without a wildcard:
    /// then a new one is decided, too.
    fn asks(dialogue: &Self::Dialogue) -> bool;

    /// When something happens in the dialogue by itself, unless another turn comes first: then [`Input::DeadlinePassed`] is
    /// played, once. It is asked after each turn, with the context as it is then. Without this, it is what the flow says.
    /// Whoever has blocked the bot has none, and none is as early as the one that has just passed.
    fn deadline(conversation: &Conversation<Self>, context: &Self::Context) -> Option<DateTime<Utc>> {
        conversation.dialogue.deadline(context)
    }

    /// Whether two states are drawn into the same message.
    fn shares_screen(one: &Self::Dialogue, other: &Self::Dialogue) -> bool {
        std::mem::discriminant(one) == std::mem::discriminant(other)
    }

    /// Makes the context as it is once the effect is carried out.
    fn apply(context: &mut Self::Context, effect: &Self::Effect);

    /// Whether carrying out the effect would change anything.
    fn changes(_effect: &Self::Effect, _context: &Self::Context) -> bool {
        true
    }

    /// The state in which an act does on an older message what its button says; `None` where that is not safe. Safe is what
    /// only asks or shows, and what says itself what it changes.
    fn older(_act: Self::Action, _before: &Conversation<Self>) -> Option<Self::Dialogue> {
        None
    }

    /// The state that is drawn once more after a tap on a screen that is gone; `None` where the screen stays as it is.
    fn redrawn(dialogue: &Self::Dialogue) -> Option<Self::Dialogue> {
        Some(dialogue.clone())
    }

    /// The one place for rules that concern every turn, after the flow has answered and before anything is drawn.
    fn finish(_draft: &mut Draft<'_, Self>) {}

    /// The rows of the main reply keyboard: [`crate::Keyboard::Menu`].
    fn menu(context: &Self::Context) -> Vec<Vec<crate::ReplyButton>>;

    /// What is said where a message is needed only to bring the menu's keyboard.
    fn menu_is_here(_context: &Self::Context) -> Text {
        crate::text!("menu-here")
    }

    /// Writes a file that a flow has asked for. Without this the file is empty, which [`crate::limits`] refuses.
    fn file(_document: &Self::Document, _before: &Conversation<Self>, _context: &Self::Context) -> File {
        File { name: String::new(), content: FileBody::Text(String::new()), caption: crate::texts::Html::default() }
    }
}

/// A turn before it is drawn, for [`App::finish`].
#[derive(Debug)]
pub struct Draft<'a, A: App> {
    pub before: &'a Conversation<A>,
    pub input: &'a Input<A>,
    /// As it was before the effects.
    pub found: &'a A::Context,
    /// As it will be once the effects are carried out.
    pub context: A::Context,
    /// The state after the turn.
    pub dialogue: A::Dialogue,
    /// The screen is drawn anew.
    pub redraws: bool,
    /// The flow was left for good: see [`crate::Next::Abandon`].
    pub abandoned: bool,
    /// What the flows have asked for.
    pub effects: Vec<A::Effect>,
    /// Said before what the flows say.
    pub opening: Vec<SideMessage<A>>,
    pub beside: A::Beside,
    /// A reply keyboard must be in the chat afterwards, as in every private chat that the customer is in.
    pub needs_keyboard: bool,
    /// Nothing of the conversation is kept.
    pub forgets: bool,
}

impl<A: App> Draft<'_, A> {
    /// Whether the screen of before is left.
    pub fn leaves_screen(&self) -> bool {
        !A::shares_screen(&self.dialogue, &self.before.dialogue)
    }
}
