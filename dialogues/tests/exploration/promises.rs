//! What the screen promises, and the chat around it: kept after every turn.

use dialogues::machine::{Input, Keyboard, Output, ShownKeyboard, Turn};
use dialogues::texts::label;
use dialogues::{Dialogue, checkout, text};

use super::node::Node;

/// What an input was promised to be, when it was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Nothing was: it must be answered, no more.
    None,
    /// It stands on a screen from before the world changed: it must be answered, and may be old.
    Old,
    /// A button under a message just shown: it must lead somewhere.
    Button,
    /// An answer to the question that is asked: it must be accepted.
    Answer,
}

/// A button that was shown leads somewhere; an answer that was offered is accepted.
pub(crate) fn kept_promise(before: &Node, promise: Promise, turn: &Turn) -> Result<(), String> {
    let language = before.speaks();
    let nowhere =
        [text!("out-of-date"), text!("category-gone"), text!("order-unknown")].map(|text| label(language, &text));
    let complaint = turn.show.iter().find_map(|show| match show {
        Output::Toast(said) | Output::Alert(said) if nowhere.contains(said) => Some(said),
        _ => None,
    });
    let stood_still = turn.conversation.as_ref().map(|now| &now.dialogue)
        == before.kept.conversation.as_ref().map(|then| &then.dialogue);
    match promise {
        Promise::None | Promise::Old => Ok(()),
        _ if turn.event == "out of date" => Err("a button just shown is out of date".to_owned()),
        Promise::Button => complaint.map_or(Ok(()), |said| Err(format!("a button just shown says {said}"))),
        Promise::Answer if stood_still => Err("an answer that is offered is refused".to_owned()),
        Promise::Answer => Ok(()),
    }
}

/// Nobody comes to a state that is for people of the shop who may do more; and whoever has lost the role for theirs leaves it
/// with whatever they write there. What is granted everywhere leaves them where they are.
pub(crate) fn is_open(before: &Node, after: &Node, input: &Input) -> Result<(), String> {
    let Some(now) = after.kept.conversation.as_ref().map(|now| &now.dialogue) else { return Ok(()) };
    let answers = match input {
        Input::Said(_) | Input::Formatted { .. } | Input::Sent(_) => true,
        Input::Command { name, .. } => name == "cancel",
        _ => false,
    };
    let stays = before.kept.conversation.as_ref().is_some_and(|then| then.dialogue == *now);
    match now.is_for() {
        Some(role) if after.role < Some(role) && (answers || !stays) => {
            Err(format!("somebody who is {:?} comes to {}", after.role, now.name()))
        }
        _ => Ok(()),
    }
}

/// In a private chat a reply keyboard stands: the answers while something is asked, else the menu.
pub(crate) fn right_keyboard(after: &Node) -> Result<(), String> {
    let Some(conversation) = &after.kept.conversation else { return Ok(()) };
    if matches!(conversation.dialogue, Dialogue::Group(_)) {
        return Ok(());
    }
    // Every state that asks is named so; drawing the view to find out would take most of the time.
    let asked = conversation.dialogue.name().contains(".Asking");
    let right = if asked { ShownKeyboard::Answers } else { ShownKeyboard::Menu };
    match (conversation.keyboard == after.standing, after.standing == right) {
        (false, _) => Err(format!("{:?} is remembered, but {:?} stands", conversation.keyboard, after.standing)),
        (_, false) => Err(format!("{:?} stands where it should be {right:?}", after.standing)),
        _ => Ok(()),
    }
}

/// Who shows orders has asked for them: a screen of orders is the same as with all of them at hand.
pub(crate) fn complete(after: &Node, turn: &Turn) -> Result<(), String> {
    let Some(conversation) = &turn.conversation else { return Ok(()) };
    if !matches!(
        conversation.dialogue,
        Dialogue::Orders(_) | Dialogue::Checkout(checkout::CheckoutState::Placed { .. })
    ) {
        return Ok(());
    }
    let screen = turn.show.iter().rev().find_map(|show| match show {
        Output::Send { view, serial } | Output::Edit { view, serial } if *serial == after.serial() => Some(view),
        _ => None,
    });
    let Some(screen) = screen.filter(|view| matches!(view.keys, Keyboard::Inline(_))) else { return Ok(()) };
    if *screen == conversation.dialogue.view(&after.full_context()) {
        return Ok(());
    }
    Err("the screen was drawn without the customer's orders".to_owned())
}
