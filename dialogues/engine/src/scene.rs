//! What a turn shows, as it comes together.

use crate::texts::{TOAST_LIMIT, Text, clip, label, say};
use crate::{
    App, Conversation, Dialogue as _, File, Input, Keyboard, Output, ReplyKeyboard, ShownKeyboard, SideMessage, View,
};

pub(crate) struct Scene<'a, A: App> {
    before: &'a Conversation<A>,
    context: &'a A::Context,
    tapped: bool,
    /// The number that the tapped message carries.
    serial: Option<u32>,
    /// The tap was on the screen itself, which can be edited.
    on_screen: bool,
    /// The state of the older message that the tap was on: it can become the screen.
    older: Option<A::Dialogue>,
    /// The number of the older message that has become the screen.
    pub(crate) adopted: Option<u32>,
    /// Something was sent below the screen, so that an edit would happen out of sight.
    buried: bool,
    asking: bool,
    show: Vec<Output<A>>,
}

impl<'a, A: App> Scene<'a, A> {
    pub(crate) fn new(
        before: &'a Conversation<A>,
        input: &Input<A>,
        context: &'a A::Context,
        older: Option<A::Dialogue>,
    ) -> Self {
        let serial = match input {
            Input::Tapped { serial, .. } => Some(*serial),
            _ => None,
        };
        Self {
            before,
            context,
            tapped: input.is_tap(),
            serial,
            on_screen: serial.is_some_and(|serial| before.is_screen(serial)),
            older,
            adopted: None,
            buried: false,
            asking: before.keyboard == ShownKeyboard::Answers,
            show: Vec::new(),
        }
    }

    fn send(&mut self, view: View<A>) {
        self.buried = true;
        self.show.push(Output::Send { view, serial: self.before.serial });
    }

    fn say(&mut self, text: &Text, bring: ReplyKeyboard) {
        let view = View::text(say(A::language(self.context), text));
        self.send(if bring == ReplyKeyboard::Menu { view.menu() } else { view });
    }

    fn answered(&self) -> bool {
        self.show.iter().any(|show| matches!(show, Output::Toast(_) | Output::Alert(_)))
    }

    pub(crate) fn note(&mut self, note: SideMessage<A>) {
        let language = A::language(self.context);
        let toast = |text: &Text| clip(&label(language, text), TOAST_LIMIT).into_owned();
        match note {
            // Telegram takes one answer to a tap: the first one counts.
            SideMessage::Toast(_) | SideMessage::Alert(_) if self.tapped && self.answered() => {}
            SideMessage::Toast(text) if self.tapped => self.show.push(Output::Toast(toast(&text))),
            SideMessage::Alert(text) if self.tapped => self.show.push(Output::Alert(toast(&text))),
            SideMessage::Toast(text) | SideMessage::Alert(text) => self.say(&text, ReplyKeyboard::Nothing),
            SideMessage::Say(text, bring) => self.say(&text, bring),
            SideMessage::Show(view) => self.send(view),
            SideMessage::Replace(text) if self.on_screen => {
                let view = View::text(say(language, &text));
                self.buried = true;
                self.show.push(Output::Edit { view, serial: self.before.serial });
            }
            SideMessage::Replace(_) => {}
            SideMessage::Attach(document) => {
                let File { name, content, caption } = A::file(&document, self.before, self.context);
                self.show.push(Output::File { name, content, caption });
            }
        }
    }

    /// Draws the screen; its serial number from now on.
    pub(crate) fn screen(&mut self, dialogue: &A::Dialogue) -> u32 {
        let view = dialogue.view(self.context);
        self.asking = matches!(view.keys, Keyboard::Reply(_));
        let inline = matches!(view.keys, Keyboard::Inline(_) | Keyboard::None);
        let before = self.before.serial;
        if self.on_screen && !self.buried && inline && A::shares_screen(dialogue, &self.before.dialogue) {
            self.show.push(Output::Edit { view, serial: before });
            return before;
        }
        let serial = before.wrapping_add(1);
        let becomes = self.older.as_ref().is_some_and(|older| A::shares_screen(dialogue, older));
        if becomes && !self.buried && inline {
            self.adopted = self.serial;
            self.show.push(Output::Edit { view, serial });
        } else {
            self.show.push(Output::Send { view, serial });
        }
        serial
    }

    /// Sends the screen once more, under the number that it has: a tap on the message above means the same as before.
    pub(crate) fn again(&mut self, dialogue: &A::Dialogue) -> u32 {
        let view = dialogue.view(self.context);
        self.asking = matches!(view.keys, Keyboard::Reply(_));
        self.send(view);
        self.before.serial
    }

    /// All that is shown, and the keyboard that is in the chat then.
    pub(crate) fn finish(mut self, needs_keyboard: bool) -> (Vec<Output<A>>, ShownKeyboard) {
        let keyboard = self.show.iter().fold(self.before.keyboard, |standing, show| match show {
            Output::Send { view: View { keys: Keyboard::Menu, .. }, .. } => ShownKeyboard::Menu,
            Output::Send { view: View { keys: Keyboard::Reply(_), .. }, .. } => ShownKeyboard::Answers,
            _ => standing,
        });
        let wrong = keyboard == ShownKeyboard::Nothing || (keyboard == ShownKeyboard::Answers && !self.asking);
        if !needs_keyboard || !wrong || self.show.is_empty() {
            return (self.show, keyboard);
        }
        self.bring_menu();
        (self.show, ShownKeyboard::Menu)
    }

    /// Lets the first plain message bring the menu's keyboard; where there is none, one is added.
    fn bring_menu(&mut self) {
        let plain = self.show.iter_mut().find_map(|show| match show {
            Output::Send { view, .. } if view.keys == Keyboard::None => Some(view),
            _ => None,
        });
        match plain {
            Some(view) => view.keys = Keyboard::Menu,
            None => {
                let here = say(A::language(self.context), &A::menu_is_here(self.context));
                self.show.insert(0, Output::Send { view: View::text(here).menu(), serial: self.before.serial });
            }
        }
    }
}
