//! The schema: dptree's way from an update to the one function that decides it.
//!
//! It has one branch. Which flow answers is decided by the engine and the table of flows of the core, where a flow that is
//! forgotten does not compile; a tree with a branch per flow would let it fall through at run time.

use std::ops::ControlFlow;
use std::sync::Arc;

use dialogues::machine::{Context, Conversation, Input, Turn};
use dialogues::turn::turn;
use dptree::prelude::*;

/// All that one decision looks at.
pub struct Scene {
    /// `None` for a stranger, and where the stored dialogue cannot be read.
    pub before: Option<Conversation>,
    pub input: Input,
    pub context: Context,
}

impl Scene {
    fn turn(&self) -> Turn {
        turn(self.before.as_ref(), &self.input, &self.context)
    }
}

/// The tree of handlers that makes a decision.
pub type Schema = Handler<'static, Turn>;

/// The shop's schema.
pub fn schema() -> Schema {
    dptree::entry().endpoint(async |scene: Arc<Scene>| scene.turn())
}

/// Lets the schema decide; what no branch of it takes, the engine decides.
pub async fn decide(schema: &Schema, scene: Arc<Scene>) -> Turn {
    match schema.dispatch(dptree::deps![Arc::clone(&scene)]).await {
        ControlFlow::Break(turn) => turn,
        ControlFlow::Continue(_) => scene.turn(),
    }
}
