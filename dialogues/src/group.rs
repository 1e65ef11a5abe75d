//! Groups and channels: the bot serves people one by one, and says so once.

use serde::{Deserialize, Serialize};

use crate::flow::{Flow, Shop};
use crate::machine::{Context, Input, Outcome, View};
use crate::text;
use crate::texts::say;

/// Where the group is.
#[derive(
    Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames, strum::EnumIter,
)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum GroupState {
    /// Has been told that the bot only talks in private.
    Declined,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr)]
pub enum GroupEvent {
    /// Somebody wrote again.
    WroteAgain,
}

/// The first message of a group.
pub fn enter() -> Outcome<GroupState> {
    Outcome::stay(GroupState::Declined)
}

impl Flow<Shop> for GroupState {
    type Event = GroupEvent;

    fn interpret(&self, input: &Input) -> Option<GroupEvent> {
        matches!(input, Input::InGroup).then_some(GroupEvent::WroteAgain)
    }

    fn transition(self, event: GroupEvent, _: &Context) -> Outcome<Self> {
        match (self, event) {
            (Self::Declined, GroupEvent::WroteAgain) => Outcome::keep(Self::Declined),
        }
    }

    fn view(&self, context: &Context) -> View {
        match self {
            Self::Declined => View::text(say(context.customer.language, &text!("group-declined"))),
        }
    }

    fn name(&self) -> &'static str {
        self.into()
    }
}
