//! Personal messages in the model: what customers write to the owners, and owners to customers.

use std::sync::Arc;

use super::{Resident, World};
use crate::chat::MessageId;
use crate::shop::{Addressee, Correspondent, Direction, PersonalMessage, TeamRole};
use crate::snapshot::Surroundings;
use crate::talk::notice::{OwnerReply, customer_message, owner_message, undelivered};

/// A customer's message, where the owners have it.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    message: PersonalMessage,
    messages: Vec<(String, MessageId)>,
}

impl World {
    /// The customer whom an owner's turn writes to.
    pub(super) fn correspondent(&self, to: Addressee) -> Option<Correspondent> {
        let (_, resident) = self.addressed(to)?;
        let name = resident.kept.customer.as_ref()?.name.as_ref().map(|name| name.in_one_line());
        let order = match to {
            Addressee::OfOrder(number) => Some(number),
            Addressee::OfMessage(id) => resident.kept.messages.iter().find(|message| message.id == id)?.order,
        };
        Some(Correspondent { addressee: to, name, order })
    }

    fn addressed(&self, to: Addressee) -> Option<(&String, &Resident)> {
        self.residents.iter().find(|(_, resident)| match to {
            Addressee::OfOrder(number) => resident.kept.orders.iter().any(|order| order.number == number),
            Addressee::OfMessage(id) => resident.kept.messages.iter().any(|message| message.id == id),
        })
    }

    /// Brings what was written to whom it is for.
    pub(super) fn bring_messages(&mut self) {
        for (writer, message) in std::mem::take(&mut self.written) {
            match message.direction {
                Direction::ToShop => self.bring_to_owners(&writer, message),
                Direction::ToCustomer(to) => self.bring_to_customer(&writer, message, to),
            }
        }
    }

    fn bring_to_owners(&mut self, writer: &str, message: PersonalMessage) {
        let mut messages = Vec::new();
        // Whoever works here and writes is not written to themselves, unless they are alone.
        let mut owners = self.owners();
        if owners.len() > 1 {
            owners.retain(|owner| owner != writer);
        }
        for owner in owners {
            let view = owner_message(&message, None, &self.around().for_reader(self.residents[&owner].language_now()));
            messages.extend(self.bring(&owner, &view).map(|id| (owner, id)));
        }
        self.brought.push(Brought { message, messages });
    }

    fn bring_to_customer(&mut self, writer: &str, message: PersonalMessage, to: Addressee) {
        let Some((name, resident)) = self.addressed(to) else { return };
        let (name, language, active) = (name.clone(), resident.language_now(), resident.kept.active);
        let around = self.around();
        if !active {
            let called = resident.kept.customer.as_ref().and_then(|customer| customer.name.as_ref());
            let called = called.map(|name| name.in_one_line());
            let is_ours = self.residents.get(writer).is_some_and(|writer| self.role(writer).is_some());
            for reader in if is_ours { vec![writer.to_owned()] } else { self.owners() } {
                let Some(language) = self.residents.get(&reader).map(Resident::language_now) else { continue };
                self.bring(&reader, &undelivered(&message, called.as_deref(), &around.clone().for_reader(language)));
            }
            return;
        }
        self.bring(&name, &customer_message(&message, &around.clone().for_reader(language)));
        let answer = OwnerReply { name: message.name.clone(), text: message.text.clone() };
        if let Some(resident) = self.residents.get_mut(&name) {
            Arc::make_mut(&mut resident.kept.messages).push(message);
        }
        let Addressee::OfMessage(id) = to else { return };
        let answered = self.brought.iter().find(|brought| brought.message.id == id).cloned();
        let Some(Brought { message, messages }) = answered else { return };
        for (owner, id) in messages {
            let Some(resident) = self.residents.get(&owner).filter(|owner| self.role(owner).is_some()) else {
                continue;
            };
            let language = resident.language_now();
            let view = owner_message(&message, Some(&answer), &around.clone().for_reader(language));
            self.alter(&owner, id, &view);
        }
    }

    fn owners(&self) -> Vec<String> {
        self.team(TeamRole::Manager)
    }

    pub(super) fn around(&self) -> Surroundings {
        let (catalogue, settings) = (Arc::clone(&self.catalogue), Arc::clone(&self.settings));
        Surroundings { catalogue, settings, office: None, now: self.now, fresh: 0 }
    }
}
