//! The schema: dptree's way from an update to the one function that decides it.
//!
//! It has one branch. Which flow answers is decided by the engine and by the application's dialogue, where a flow that is
//! forgotten does not compile; a tree with a branch per flow would let it fall through at run time.

use std::ops::ControlFlow;
use std::sync::Arc;

use dptree::prelude::*;
use engine::{App, Conversation, Input, Turn, turn};

/// All that one decision looks at.
#[derive(Debug)]
pub struct DecisionInput<A: App> {
    /// `None` for a stranger, and where the stored dialogue cannot be read.
    pub before: Option<Conversation<A>>,
    pub input: Input<A>,
    pub context: A::Context,
}

impl<A: App> DecisionInput<A> {
    fn turn(&self) -> Turn<A> {
        turn(self.before.as_ref(), &self.input, &self.context)
    }
}

/// The tree of handlers that makes a decision.
pub type Schema<A> = Handler<'static, Turn<A>>;

/// The schema of an application.
pub fn schema<A: App>() -> Schema<A> {
    dptree::entry().endpoint(async |scene: Arc<DecisionInput<A>>| scene.turn())
}

/// Lets the schema decide; what no branch of it takes, the engine decides.
pub async fn decide<A: App>(schema: &Schema<A>, scene: Arc<DecisionInput<A>>) -> Turn<A> {
    match schema.dispatch(dptree::deps![Arc::clone(&scene)]).await {
        ControlFlow::Break(turn) => turn,
        ControlFlow::Continue(_) => scene.turn(),
    }
}
