//! What every flow is made of.

use chrono::{DateTime, Utc};

use crate::{App, Input, Outcome, SideMessage, View, text};

/// One state machine. The type that implements this is its state; its file holds all of it.
pub trait Flow<A: App>: Sized + Clone {
    /// What an input means here, past tense.
    type Event: Clone + std::fmt::Debug + Into<&'static str>;

    /// What the input means in this state; `None` when nothing.
    fn interpret(&self, input: &Input<A>) -> Option<Self::Event>;

    /// Where the event leads. Matches on the state outside, without `_`, so that a new state does
    /// not compile until it is decided; `_` on events only, and only towards [`out_of_date`].
    fn transition(self, event: Self::Event, context: &A::Context) -> Outcome<A, Self>;

    /// What the screen shows in this state. Decides nothing.
    fn view(&self, context: &A::Context) -> View<A>;

    /// Until when this state waits for the person, if it does. It is asked after each turn, and kept with the dialogue; when
    /// it has passed without another turn, the flow gets [`Input::DeadlinePassed`] once. `context` is that of the turn, so a
    /// time after `now` is so long a silence.
    fn deadline(&self, _context: &A::Context) -> Option<DateTime<Utc>> {
        None
    }

    /// The state's name without its data, such as `Adjusting`.
    fn name(&self) -> &'static str;
}

/// What became of an input in a flow, and the event it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<A: App, S> {
    pub outcome: Outcome<A, S>,
    pub event: &'static str,
}

/// Lets a flow answer an input; `None` when it means nothing there.
pub fn step<A: App, S: Flow<A>>(state: &S, input: &Input<A>, context: &A::Context) -> Option<Step<A, S>> {
    // A flow that does not ask for formatting reads the words alone.
    let event = state.interpret(input).or_else(|| state.interpret(&input.plain()?))?;
    let name = event.clone().into();
    Some(Step { outcome: state.clone().transition(event, context), event: name })
}

/// The answer to a tap that has no meaning in this state any more: normal in Telegram, never an error.
pub fn out_of_date<A: App, S>(state: S) -> Outcome<A, S> {
    Outcome::stay(state).note(SideMessage::Toast(text!("out-of-date")))
}
