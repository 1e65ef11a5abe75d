//! From which step on a tape can be told without what came before.

use std::collections::HashSet;
use std::sync::Arc;

use super::{PersonDeed, RecordedStep, Recording};
use crate::Dialogue;
use crate::buttons::Place;
use crate::chat::{BotAction, MessageId};
use crate::machine::{Input, ShownKeyboard};
use crate::privacy::PrivacyState;
use crate::shop::{Catalogue, Customer};
use crate::snapshot::{Snapshot, Surroundings};
use crate::transcript::{Given, UserAction};
use crate::turn::{Route, route};
use crate::world::settings;

impl Recording {
    /// The last step up to `at`, counted from 0, from which on the tape can be told.
    pub fn beginning(&self, at: usize) -> Option<usize> {
        (0..self.steps.len()).take(at.saturating_add(1)).rev().find(|at| self.can_begin(*at))
    }

    /// Whether the steps from `at` on can be told without those before: everybody begins with something that means
    /// the same wherever they are, with no question open, and nobody taps a message from before.
    pub fn can_begin(&self, at: usize) -> bool {
        let Some(first) = self.steps.get(at) else { return false };
        if first.deeds().is_empty() || self.goes_on_in_a_group(at) || self.has_an_order_of_nobody(at) {
            return false;
        }
        let mut sent: HashSet<(&str, MessageId)> = HashSet::new();
        let mut met: HashSet<&str> = HashSet::new();
        for step in &self.steps[at..] {
            for done in step.deeds() {
                let known = !met.insert(&done.person);
                let before = step.before(&done.person);
                if !known && !before.is_some_and(|before| works_from_anywhere(done, before, &step.shop[0])) {
                    return false;
                }
                if let UserAction::Taps { message, .. } = &done.deed
                    && !sent.contains(&(done.person.as_str(), *message))
                {
                    return false;
                }
            }
            sent.extend(step.happened.observed.iter().filter_map(|seen| match &seen.act {
                BotAction::Sent(bubble, _) => Some((seen.person.as_str(), bubble.id)),
                _ => None,
            }));
        }
        true
    }

    /// Whether somebody may have been forgotten by then whose order is not delivered yet: no sentence says that there is one.
    fn has_an_order_of_nobody(&self, at: usize) -> bool {
        let is_asked = |before: &Snapshot| {
            let confirming = Dialogue::Privacy(PrivacyState::ConfirmingForget);
            before.conversation.as_ref().is_some_and(|conversation| conversation.dialogue == confirming)
                && before.orders.iter().any(|order| order.status.is_open())
        };
        self.steps[..at].iter().flat_map(|step| &step.before).any(|(_, before)| is_asked(before))
    }

    /// Whether somebody writes in a group who has been told before that the bot does not talk there.
    fn goes_on_in_a_group(&self, at: usize) -> bool {
        let (before, behind) = self.steps.split_at(at);
        let in_group = |done: &&PersonDeed| matches!(done.deed, UserAction::SaysInGroup(_));
        let told: Vec<&PersonDeed> = before.iter().flat_map(RecordedStep::deeds).filter(in_group).collect();
        let mut more = behind.iter().flat_map(RecordedStep::deeds).filter(in_group);
        more.any(|done| told.iter().any(|told| told.person == done.person))
    }

    /// The tape from a step on.
    pub fn since(&self, at: usize) -> Self {
        let mut steps = self.steps.get(at..).unwrap_or_default().to_vec();
        let brought = self.steps.iter().take(at + 1).flat_map(|step| &step.givens).rev();
        let brought = brought.filter_map(|given| match given {
            Given::Catalogue(name) => Some(name.clone()),
            _ => None,
        });
        let catalogue = brought.into_iter().next().or_else(|| self.catalogue.clone());
        if let Some(first) = steps.first_mut() {
            // What was made true for it is true when it begins.
            first.givens.clear();
        }
        Self {
            title: self.title.clone(),
            catalogue,
            people: self.people.clone(),
            steps,
            remind_after: self.remind_after,
            asks_email: self.asks_email,
            sends_receipts: self.sends_receipts,
        }
    }
}

/// Whether a deed would have come to the same after `Given Anna, a customer`.
fn works_from_anywhere(done: &PersonDeed, before: &Snapshot, shop: &Arc<Catalogue>) -> bool {
    let Snapshot { conversation, cart, .. } = before;
    let Some(customer) = &before.customer else { return conversation.is_none() && cart.is_empty() };
    if !customer.awaited.is_empty() {
        // No sentence says what somebody waits for.
        return false;
    }
    let Some(conversation) = conversation else { return false };
    let in_checkout = matches!(&conversation.dialogue, Dialogue::Checkout(state) if state.is_open());
    let at_rest = conversation.beside.parked.is_none()
        && conversation.dialogue.farewell().is_none()
        && conversation.keyboard == ShownKeyboard::Menu
        && !in_checkout;
    let UserAction::Says(text) = &done.deed else { return false };
    let around = Surroundings {
        catalogue: Arc::clone(shop),
        settings: Arc::new(settings()),
        office: None,
        now: chrono::DateTime::UNIX_EPOCH,
        fresh: 0,
    };
    let context = before.context(Customer::default, around);
    match route(conversation, &Input::of_text(text), &context) {
        // What is given up depends on what was being asked.
        Route::Go(Place::Cancel) => false,
        Route::Go(_) => at_rest,
        _ => false,
    }
}
