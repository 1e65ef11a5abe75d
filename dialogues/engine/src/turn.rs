//! One turn: an input, what it means, where it leads, what is shown. Pure from end to end.

use chrono::{DateTime, Utc};

use crate::route::{OUT_OF_DATE, TAPPED_OLDER, follow, older, route};
use crate::scene::Scene;
use crate::{App, Conversation, Draft, Input, Next, Outcome, Output, SideMessage, Step, moment};

/// The most exits that one input can lead through, for instance from a question to its answer and on to a list.
const EXIT_LIMIT: usize = 4;

/// One turn, decided: to be committed, then shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn<A: App> {
    /// `None`: forgotten.
    pub conversation: Option<Conversation<A>>,
    pub effects: Vec<A::Effect>,
    pub show: Vec<Output<A>>,
    /// What the input was taken for, such as `Increased` or `/help`: for logs and coverage.
    pub event: &'static str,
}

/// The whole turn. `before` is `None` for a stranger, and where the stored dialogue cannot be read.
pub fn turn<A: App>(before: Option<&Conversation<A>>, input: &Input<A>, context: &A::Context) -> Turn<A> {
    match before {
        Some(before) => decide(before, input, context),
        None => decide(&Conversation::begun(A::fresh(context)), input, context),
    }
}

fn decide<A: App>(before: &Conversation<A>, input: &Input<A>, context: &A::Context) -> Turn<A> {
    let step = follow(route(before, input, context), before, input, context);
    settle(before, input, context, step)
}

/// From a step to a turn: follows exits, lets the application finish the draft, decides what is edited and what is
/// sent, and sees to it that the right keyboard is in the chat.
fn settle<A: App>(
    before: &Conversation<A>,
    input: &Input<A>,
    context: &A::Context,
    step: Step<A, A::Dialogue>,
) -> Turn<A> {
    let Step { outcome, event } = step;
    let abandoned = matches!(outcome.next, Next::Abandon(_));
    let Followed { dialogue, redraws, effects, notes } = exits(outcome, before, context);
    let mut draft = Draft {
        before,
        input,
        found: context,
        context: after::<A>(context, &effects),
        dialogue,
        redraws,
        abandoned,
        effects,
        opening: Vec::new(),
        beside: before.beside.clone(),
        needs_keyboard: match input {
            Input::Left | Input::CameBack | Input::InGroup => false,
            Input::BotIsBack | Input::DeadlinePassed => redraws,
            _ => true,
        },
        forgets: false,
    };
    A::finish(&mut draft);
    let Draft { context, dialogue, effects, opening, beside, needs_keyboard, forgets, .. } = draft;
    let shown = (event == TAPPED_OLDER).then(|| older(before, input)).flatten();
    let mut scene = Scene::new(before, input, &context, shown);
    opening.into_iter().chain(notes).for_each(|note| scene.note(note));
    let serial = match (redraws, input) {
        (false, _) => before.serial,
        (true, Input::BotIsBack) => scene.again(&dialogue),
        (true, _) => scene.screen(&dialogue),
    };
    let adopted = scene.adopted;
    let (show, keyboard) = scene.finish(needs_keyboard);
    let (adopted, reshown) = match serial == before.serial {
        true => (before.adopted, before.reshown),
        false => (adopted, event == OUT_OF_DATE),
    };
    let mut conversation = Conversation { dialogue, serial, keyboard, beside, adopted, reshown, deadline: None };
    conversation.deadline = deadline(&conversation, before, input, &context);
    Turn { conversation: (!forgets).then_some(conversation), effects, show, event }
}

/// The deadline after a turn, in whole milliseconds, as databases keep it.
fn deadline<A: App>(
    conversation: &Conversation<A>,
    before: &Conversation<A>,
    input: &Input<A>,
    context: &A::Context,
) -> Option<DateTime<Utc>> {
    // Whoever has left cannot be told anything.
    let is_gone = matches!(input, Input::Left);
    let passed = before.deadline.filter(|_| *input == Input::DeadlinePassed);
    let next = A::deadline(conversation, context).filter(|_| !is_gone).map(|next| moment::at(next.timestamp_millis()));
    next.filter(|next| passed.is_none_or(|passed| *next > passed))
}

fn after<A: App>(context: &A::Context, effects: &[A::Effect]) -> A::Context {
    let mut after = context.clone();
    effects.iter().for_each(|effect| A::apply(&mut after, effect));
    after
}

/// Where exits have led.
struct Followed<A: App> {
    dialogue: A::Dialogue,
    redraws: bool,
    effects: Vec<A::Effect>,
    notes: Vec<SideMessage<A>>,
}

/// Follows exits until a flow stays.
fn exits<A: App>(outcome: Outcome<A, A::Dialogue>, before: &Conversation<A>, context: &A::Context) -> Followed<A> {
    let Outcome { mut next, mut effects, mut notes } = outcome;
    for _ in 0..EXIT_LIMIT {
        let place = match next {
            Next::Stay(dialogue) => return Followed { dialogue, redraws: true, effects, notes },
            Next::Keep(dialogue) => return Followed { dialogue, redraws: false, effects, notes },
            Next::Exit(place) | Next::Abandon(place) => place,
        };
        let onward = A::visit(place, before, &after::<A>(context, &effects));
        effects.extend(onward.effects);
        notes.extend(onward.notes);
        next = onward.next;
    }
    Followed { dialogue: A::beginning(), redraws: true, effects, notes }
}
