//! What a flow made of an event.

use crate::texts::Text;
use crate::{App, View};

/// Where a flow goes on: it stays, or it ends and another one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<A: App, S> {
    /// Stay in this flow. The screen is drawn anew.
    Stay(S),
    /// Stay, and leave the screen as it is: the answer is in the notes.
    Keep(S),
    /// Leave for another place; what the application keeps beside the dialogue may wait.
    Exit(A::Place),
    /// Leave for another place for good: nothing waits.
    Abandon(A::Place),
}

/// What a flow made of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<A: App, S> {
    pub next: Next<A, S>,
    pub effects: Vec<A::Effect>,
    pub notes: Vec<SideMessage<A>>,
}

impl<A: App, S> Outcome<A, S> {
    fn to(next: Next<A, S>) -> Self {
        Self { next, effects: Vec::new(), notes: Vec::new() }
    }

    /// Stay in the flow, in this state.
    pub fn stay(state: S) -> Self {
        Self::to(Next::Stay(state))
    }

    /// Stay, and leave the screen as it is.
    pub fn keep(state: S) -> Self {
        Self::to(Next::Keep(state))
    }

    /// Leave the flow.
    pub fn exit(place: A::Place) -> Self {
        Self::to(Next::Exit(place))
    }

    /// Leave the flow for good.
    pub fn abandon(place: A::Place) -> Self {
        Self::to(Next::Abandon(place))
    }

    pub fn with(mut self, effect: A::Effect) -> Self {
        self.effects.push(effect);
        self
    }

    pub fn note(mut self, note: SideMessage<A>) -> Self {
        self.notes.push(note);
        self
    }

    /// Say something in a message of its own, which leaves the reply keyboard as it is.
    pub fn say(self, text: Text) -> Self {
        self.note(SideMessage::Say(text, ReplyKeyboard::Nothing))
    }

    /// The same outcome with its state wrapped.
    pub fn map<T>(self, wrap: impl FnOnce(S) -> T) -> Outcome<A, T> {
        let next = match self.next {
            Next::Stay(state) => Next::Stay(wrap(state)),
            Next::Keep(state) => Next::Keep(wrap(state)),
            Next::Exit(place) => Next::Exit(place),
            Next::Abandon(place) => Next::Abandon(place),
        };
        Outcome { next, effects: self.effects, notes: self.notes }
    }
}

/// Something said beside the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SideMessage<A: App> {
    /// The answer to a tap that fades; a message of its own where there was no tap.
    Toast(Text),
    /// The answer to a tap that waits for “OK”; a message of its own where there was no tap.
    Alert(Text),
    /// A message of its own, before the screen.
    Say(Text, ReplyKeyboard),
    /// A message of its own with buttons, before the screen.
    Show(View<A>),
    /// The tapped message becomes this text.
    Replace(Text),
    /// A file, which [`App::file`] writes.
    Attach(A::Document),
}

/// What a message brings to the place of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyKeyboard {
    Nothing,
    /// The menu's keyboard.
    Menu,
}
