//! What a recorder asks of a world.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Resident, World};
use crate::shop::Catalogue;
use crate::transcript::record::{Before, Somebody};

impl World {
    /// What time it is.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The shop as it is.
    pub fn catalogue(&self) -> &Arc<Catalogue> {
        &self.catalogue
    }

    /// Everybody who was introduced.
    pub fn people(&self) -> impl Iterator<Item = Somebody> {
        self.residents.values().map(|resident| Somebody {
            name: resident.first_name.clone(),
            first_name: resident.first_name.clone(),
            nickname: None,
            language: resident.language,
            owner: resident.owner,
        })
    }

    /// What is kept of somebody.
    pub fn kept(&self, person: &str) -> Option<Before> {
        let Resident { conversation, customer, cart, orders, active, .. } = self.residents.get(person)?.clone();
        Some(Before { conversation, customer, cart, orders, active })
    }
}
