//! The schema: which part of the core decides a turn. One branch per flow.
//!
//! dptree filters and injects here; it does not hold the state graph, where a missing branch would
//! fall through in silence. A flow without a branch is found by a test that sends every flow an input.

use std::ops::ControlFlow;
use std::sync::Arc;

use dialogues::flow::Step;
use dialogues::machine::{Context, Conversation, Input};
use dialogues::turn::{Meaning, answer, respond};
use dialogues::{Dialogue, Part, step_in};
use dptree::prelude::*;

/// All that one decision looks at.
pub struct Scene {
    pub before: Conversation,
    pub input: Input,
    pub context: Context,
}

/// A decision: the outcome and the name of its event.
pub type Decision = Arc<Step<Dialogue>>;

/// The tree of handlers that makes a decision.
pub type Schema = Handler<'static, Decision>;

/// The shop's schema.
pub fn schema() -> Schema {
    dptree::entry()
        .branch(dptree::filter(|meaning: Meaning| meaning != Meaning::Flow).endpoint(without_flow))
        .branch(dptree::case![Dialogue::Menu(state)].endpoint(in_flow::<dialogues::menu::MenuState>))
        .branch(dptree::case![Dialogue::Catalogue(state)].endpoint(in_flow::<dialogues::catalogue::CatalogueState>))
        .branch(dptree::case![Dialogue::Product(state)].endpoint(in_flow::<dialogues::product::ProductState>))
        .branch(dptree::case![Dialogue::Cart(state)].endpoint(in_flow::<dialogues::cart::CartState>))
        .branch(dptree::case![Dialogue::Checkout(state)].endpoint(in_flow::<dialogues::checkout::CheckoutState>))
        .branch(dptree::case![Dialogue::Orders(state)].endpoint(in_flow::<dialogues::orders::OrdersState>))
        .branch(dptree::case![Dialogue::Profile(state)].endpoint(in_flow::<dialogues::profile::ProfileState>))
        .branch(dptree::case![Dialogue::Privacy(state)].endpoint(in_flow::<dialogues::privacy::PrivacyState>))
        .branch(dptree::case![Dialogue::News(state)].endpoint(in_flow::<dialogues::news::NewsState>))
        .branch(dptree::case![Dialogue::Mailing(state)].endpoint(in_flow::<dialogues::mailing::MailingState>))
        .branch(dptree::case![Dialogue::Group(state)].endpoint(in_flow::<dialogues::group::GroupState>))
}

/// Panics where a handler asks for something that [`decide`] does not provide.
pub fn check(schema: &Schema) {
    let scene = Scene {
        before: Conversation::new(),
        input: Input::Edited,
        context: Context {
            catalogue: Arc::default(),
            settings: Arc::new(dialogues::world::settings()),
            customer: Default::default(),
            acquaintance: dialogues::machine::Acquaintance::Stranger,
            cart: Default::default(),
            orders: Vec::new(),
            office: None,
            now: dialogues::world::beginning(),
            fresh: 0,
        },
    };
    dptree::type_check(schema.sig(), &dependencies(Arc::new(scene), Meaning::Flow), &[]);
}

/// Lets the schema decide; `None` where no branch took the turn, which is a defect.
pub async fn decide(schema: &Schema, scene: Arc<Scene>, meaning: Meaning) -> Option<Decision> {
    match schema.dispatch(dependencies(scene, meaning)).await {
        ControlFlow::Break(decision) => Some(decision),
        ControlFlow::Continue(_) => None,
    }
}

fn dependencies(scene: Arc<Scene>, meaning: Meaning) -> DependencyMap {
    let dialogue = scene.before.dialogue.clone();
    dptree::deps![scene, meaning, dialogue]
}

async fn without_flow(scene: Arc<Scene>, meaning: Meaning) -> Decision {
    Arc::new(respond(meaning, &scene.before, &scene.context))
}

async fn in_flow<S: Part + Send + Sync + 'static>(scene: Arc<Scene>, state: S) -> Decision {
    Arc::new(answer(&scene.before, step_in(&state, &scene.input, &scene.context)))
}
