//! A chat as it is on one person's screen, and what the bot's calls do to it.

use crate::chat::{Author, BotAction, Bubble, Chat, InlineKeyboardButton, KeyboardButton, KeyboardChange, MessageId};
use crate::markup;
use crate::texts::Html;
use crate::transcript::UserAction;
use crate::{App, InlineButton, Keyboard, Output, ReplyButton, View};

/// One person's chat.
#[derive(Debug, Clone, Default)]
pub struct Window {
    pub chat: Chat,
    newest: i32,
}

/// What of a deed is a message in the person's own chat.
fn words(deed: &UserAction) -> Option<&str> {
    match deed {
        UserAction::Says(text) | UserAction::Forwards(text) => Some(text),
        UserAction::SharesContact { phone, .. } => Some(phone),
        UserAction::SendsPicture { caption, .. } => Some(caption),
        UserAction::Sends(_) => Some(""),
        UserAction::Taps { .. }
        | UserAction::EditsLast(_)
        | UserAction::Blocks
        | UserAction::Unblocks
        | UserAction::SaysInGroup(_) => None,
    }
}

impl Window {
    fn next(&mut self) -> MessageId {
        self.newest += 1;
        MessageId(self.newest)
    }

    /// Puts into the chat what of a deed is the person's own message, if anything.
    pub fn hear(&mut self, deed: &UserAction) {
        let Some(text) = words(deed) else { return };
        let (id, text) = (self.next(), chat_text(&Html::escape(text)));
        let (picture, document, rows) = (None, None, Vec::new());
        self.chat.bubbles.push(Bubble { id, author: Author::Person, picture, document, text, rows });
    }

    /// Shows something; `None` where nothing is to be seen of it. `menu` is the main reply keyboard, which is written
    /// where it is shown only.
    pub fn show<A: App>(
        &mut self,
        show: Output<A>,
        tapped: Option<MessageId>,
        menu: impl FnOnce() -> Vec<Vec<ReplyButton>>,
    ) -> Option<BotAction> {
        match show {
            Output::Toast(text) => Some(BotAction::Toast(text)),
            Output::Alert(text) => Some(BotAction::Alert(text)),
            Output::Send { view, serial } => Some(self.send(&view, serial, menu).1),
            Output::File { name, caption, .. } => {
                let id = self.next();
                let mut file = bubble(id, &View::<A>::text(caption), 0);
                file.document = Some(name);
                Some(self.receive(file, KeyboardChange::Kept))
            }
            Output::Edit { view, serial } => self.edit(tapped?, &view, serial),
        }
    }

    /// A new message, and its number.
    pub fn send<A: App>(
        &mut self,
        view: &View<A>,
        serial: u32,
        menu: impl FnOnce() -> Vec<Vec<ReplyButton>>,
    ) -> (MessageId, BotAction) {
        let id = self.next();
        (id, self.receive(bubble(id, view, serial), keyboard(&view.keys, menu)))
    }

    fn receive(&mut self, bubble: Bubble, keyboard: KeyboardChange) -> BotAction {
        let act = BotAction::Sent(bubble, keyboard);
        self.chat.show(&act);
        act
    }

    /// Edits a message; nothing happens where nothing changes.
    pub fn edit<A: App>(&mut self, id: MessageId, view: &View<A>, serial: u32) -> Option<BotAction> {
        let old = self.chat.bubbles.iter().find(|bubble| bubble.id == id)?;
        let mut new = bubble(old.id, view, serial);
        // A picture stays: its caption can be edited, but it cannot become a text.
        new.picture = new.picture.or_else(|| old.picture.clone());
        if new == *old {
            return None;
        }
        let act = BotAction::Edited(new);
        self.chat.show(&act);
        Some(act)
    }
}

/// A view as a person sees it.
pub fn bubble<A: App>(id: MessageId, view: &View<A>, serial: u32) -> Bubble {
    let button = |InlineButton { label, button }: &InlineButton<A>| InlineKeyboardButton {
        label: label.clone(),
        data: button.encode(serial),
    };
    let rows = match &view.keys {
        Keyboard::Inline(rows) => rows.iter().map(|row| row.iter().map(button).collect()).collect(),
        Keyboard::None | Keyboard::Reply(_) | Keyboard::Menu => Vec::new(),
    };
    let picture = view.picture.as_ref().map(A::picture_name);
    Bubble { id, author: Author::Bot, picture, document: None, text: chat_text(&view.text), rows }
}

fn chat_text(html: &Html) -> String {
    markup::parse_html(html.as_str()).map_or_else(|error| format!("⚠ {error}"), |rich| rich.to_chat())
}

fn keyboard<A: App>(keys: &Keyboard<A>, menu: impl FnOnce() -> Vec<Vec<ReplyButton>>) -> KeyboardChange {
    let shown = |rows: &[Vec<ReplyButton>]| {
        let button = |answer: &ReplyButton| KeyboardButton { label: answer.label.clone(), contact: answer.contact };
        KeyboardChange::Shown(rows.iter().map(|row| row.iter().map(button).collect()).collect())
    };
    match keys {
        Keyboard::None | Keyboard::Inline(_) => KeyboardChange::Kept,
        Keyboard::Reply(rows) => shown(rows),
        Keyboard::Menu => shown(&menu()),
    }
}
