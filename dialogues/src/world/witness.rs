//! What a recorder asks of a world.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::World;
use crate::shop::Catalogue;
use crate::snapshot::Snapshot;
use crate::transcript::record::Participant;

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
    pub fn people(&self) -> impl Iterator<Item = Participant> {
        self.residents.values().map(|resident| Participant {
            name: resident.first_name.clone(),
            first_name: resident.first_name.clone(),
            nickname: None,
            language: resident.language,
            owner: resident.owner,
        })
    }

    /// What is kept of somebody.
    pub fn kept(&self, person: &str) -> Option<Snapshot> {
        Some(self.residents.get(person)?.kept.clone())
    }
}
