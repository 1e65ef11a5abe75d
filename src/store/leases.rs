//! `leases`: which process of a bot is the active one, as [`shell::mongo::leases`] writes it.

use shell::mongo::leases::LEASES;
pub(super) use shell::mongo::leases::Leases;

use super::Store;
use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};

pub(super) const NAME: &str = LEASES;

/// What is done with it. It is about processes that run now: in another database it means nothing.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    made: Made::Plain,
    emptied: Emptied::Never,
    migrated: Migrated::Never,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &[],
    forgotten: Forgotten::Untouched,
    remaining: &[],
    backup: InBackup::Nothing,
    picture: None,
    text_ids: false,
};

impl Store {
    /// The lease of the bot with this id.
    pub fn leases(&self, bot: i64) -> Leases {
        Leases::new(self.collection(NAME), bot)
    }
}
