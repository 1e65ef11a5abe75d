//! What an input means before any flow is asked.

use crate::texts::{Locale, Text};
use crate::{
    App, Callback, Conversation, Dialogue as _, Input, Next, Outcome, Place, ShownKeyboard, SideMessage, Step,
    out_of_date, text, texts,
};

/// The event of a tap that is done on an older message.
pub const TAPPED_OLDER: &str = "tapped an older message";
/// The event of a tap on a screen that is gone.
pub const OUT_OF_DATE: &str = "out of date";
/// The event of a command that the application does not know.
pub const UNKNOWN_COMMAND: &str = "unknown command";

/// The event of a customer who has blocked the bot.
pub const LEFT: &str = "left";
/// The event of a customer who has unblocked it.
pub const CAME_BACK: &str = "came back";
/// The event of a message in a group.
pub const WROTE_IN_GROUP: &str = "wrote in a group";
/// The event of a person who is shown their question again, because the bot was away.
pub const BOT_IS_BACK: &str = "bot is back";

/// The event of a deadline that means nothing any more.
pub const DEADLINE_PASSED: &str = "deadline passed";

/// So many UTF-16 units of an unknown command are repeated.
const COMMAND_LIMIT: usize = 32;

/// What an input means before any flow is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route<A: App> {
    /// Goes somewhere, from wherever the customer is.
    Go(A::Place),
    /// Is the flow's to answer.
    Flow,
    /// Is a tap on a message that is no longer the screen, and safe there: the state that the message shows.
    Older(Box<A::Dialogue>),
    /// Belongs to a screen that is gone.
    OutOfDate,
    /// A command that the application does not know.
    UnknownCommand(String),
    /// Is answered by the application itself, whatever flow the dialogue is in.
    Answer(Box<Step<A, A::Dialogue>>),
}

/// What the input means before any flow is asked: the engine proposes, [`App::route`] decides.
pub fn route<A: App>(before: &Conversation<A>, input: &Input<A>, context: &A::Context) -> Route<A> {
    let proposal = match input {
        Input::Command { name, .. } => {
            let known = A::Place::COMMANDS.iter().find(|(known, _)| known == name);
            known.map_or_else(|| Route::UnknownCommand(name.clone()), |(_, place)| Route::Go(*place))
        }
        Input::Tapped { button: Callback::Go(place), .. } => Route::Go(*place),
        Input::Tapped { serial, .. } if before.is_screen(*serial) => Route::Flow,
        Input::Tapped { .. } => older(before, input).map_or(Route::OutOfDate, |shown| Route::Older(Box::new(shown))),
        Input::TappedUnknown => Route::OutOfDate,
        Input::Said(_) | Input::Formatted { .. } | Input::SharedContact { .. } | Input::Sent(_) => Route::Flow,
        Input::SentPicture { .. } | Input::Edited => Route::Flow,
        // Who has left cannot be answered, and a group is not the customer's chat.
        Input::Left => noted(before, LEFT),
        Input::CameBack => noted(before, CAME_BACK),
        Input::InGroup => noted(before, WROTE_IN_GROUP),
        Input::BotIsBack if A::asks(&before.dialogue) => {
            let outcome = Outcome::stay(before.dialogue.clone());
            Route::Answer(Box::new(Step { outcome, event: BOT_IS_BACK }))
        }
        Input::BotIsBack => noted(before, BOT_IS_BACK),
        Input::DeadlinePassed => match before.dialogue.step(input, context) {
            Some(step) => Route::Answer(Box::new(step)),
            None => noted(before, DEADLINE_PASSED),
        },
    };
    A::route(proposal, before, input, context)
}

/// What a text means that is the label of a key, in any language, since a keyboard outlives a change of language: it leads
/// where the key does. A person who begins with another word is greeted as by `/start`. Everything else is as proposed.
pub fn spoken<A: App>(proposal: Route<A>, before: &Conversation<A>, input: &Input<A>) -> Route<A> {
    let (Input::Said(said) | Input::Formatted { text: said, .. }) = input else { return proposal };
    let text = |id: &'static str| Text { id: id.into(), values: Vec::new() };
    let is_said = |id| A::Language::sentences().languages().any(|language| *said == texts::label(language, &text(id)));
    let start = || A::Place::COMMANDS.iter().find(|(name, _)| *name == "start").map(|(_, place)| *place);
    let stranger = before.keyboard == ShownKeyboard::Nothing;
    let place = A::Place::keyed(is_said).or_else(|| if stranger { start() } else { None });
    place.map_or(proposal, Route::Go)
}

/// Nothing is answered, and nothing changes.
fn noted<A: App>(before: &Conversation<A>, event: &'static str) -> Route<A> {
    Route::Answer(Box::new(Step { outcome: Outcome::keep(before.dialogue.clone()), event }))
}

/// The older message that a tap is on, by the state that it shows; `None` for what is not safe there.
pub(crate) fn older<A: App>(before: &Conversation<A>, input: &Input<A>) -> Option<A::Dialogue> {
    match input {
        Input::Tapped { button: Callback::Action(act), serial } if !before.is_screen(*serial) => A::older(*act, before),
        _ => None,
    }
}

/// What becomes of the input on its route.
pub(crate) fn follow<A: App>(
    route: Route<A>,
    before: &Conversation<A>,
    input: &Input<A>,
    context: &A::Context,
) -> Step<A, A::Dialogue> {
    match route {
        Route::Go(place) => Step { outcome: A::visit(place, before, context), event: place.event() },
        Route::Flow => before.dialogue.step(input, context).unwrap_or_else(|| stale(before)),
        Route::Older(shown) => on_older(&*shown, before, input, context).unwrap_or_else(|| stale(before)),
        Route::OutOfDate => stale(before),
        Route::UnknownCommand(name) => {
            let said = text!("unknown-command", name = texts::clip(&name, COMMAND_LIMIT).into_owned());
            let outcome = Outcome::keep(before.dialogue.clone()).say(said);
            Step { outcome, event: UNKNOWN_COMMAND }
        }
        Route::Answer(step) => *step,
    }
}

/// A tap that is out of date: the screen is sent once more, once.
fn stale<A: App>(before: &Conversation<A>) -> Step<A, A::Dialogue> {
    let redrawn = if before.reshown { None } else { A::redrawn(&before.dialogue) };
    let below = || Outcome::keep(before.dialogue.clone()).note(SideMessage::Toast(text!("out-of-date-below")));
    Step { outcome: redrawn.map_or_else(below, out_of_date), event: OUT_OF_DATE }
}

/// Lets the flow of an older message answer a tap on it. What would change nothing, such as the second tap of a double
/// tap on what has become the screen, sends nothing once more; what only answers is answered as often as it is tapped.
fn on_older<A: App>(
    shown: &A::Dialogue,
    before: &Conversation<A>,
    input: &Input<A>,
    context: &A::Context,
) -> Option<Step<A, A::Dialogue>> {
    let mut outcome = shown.step(input, context)?.outcome;
    let same = matches!(&outcome.next, Next::Stay(next) | Next::Keep(next) if *next == before.dialogue);
    let outcome = if same && !outcome.effects.iter().any(|effect| A::changes(effect, context)) {
        let answer =
            outcome.notes.into_iter().find(|note| matches!(note, SideMessage::Toast(_) | SideMessage::Alert(_)));
        let below = || SideMessage::Toast(text!("out-of-date-below"));
        Outcome::keep(before.dialogue.clone()).note(answer.unwrap_or_else(below))
    } else {
        // What is answered without a new screen leaves the person at the one that stands.
        if matches!(&outcome.next, Next::Keep(next) if next == shown) {
            outcome.next = Next::Keep(before.dialogue.clone());
        }
        outcome
    };
    Some(Step { outcome, event: TAPPED_OLDER })
}
