//! The table of all collections.
//!
//! Each collection is described once, by the `DESCRIPTOR` beside its own code, and listed once, in `TABLE`. Whatever is
//! done with many collections is derived from the table: making them and their indexes (`prepare.rs`), emptying them
//! for tests ([`Store::wipe`](super::Store::wipe)), the sweep (`migrations/sweep.rs`), `preflight` and `check`, *forget
//! me* (`transaction.rs`), the catalogue's change stream (`catalogue.rs`), backups, and the search for unused pictures.
//!
//! `descriptor.rs` says what a description consists of. `tests/shell/collections.rs` fails where a collection is not
//! listed, where personal data stands in a field that is not listed as personal, and where something of a forgotten person
//! is left.
//!
//! Files that the table lists do not import it, nor a file that does: what concerns many collections is in files of its
//! own.

pub use super::descriptor::Descriptor;
use super::{
    archive, audit, carts, categories, dead_letters, dialogues, events, fences, idempotency, keys, leases, ledger,
    mailings, messages, meta, news, orders, pictures, postponed, products, telegram_files, users, webhooks,
};

/// All collections. A preflight opens them in this order, the catalogue first.
static TABLE: &[&Descriptor] = &[
    &categories::DESCRIPTOR,
    &products::DESCRIPTOR,
    &news::DESCRIPTOR,
    &users::DESCRIPTOR,
    &carts::DESCRIPTOR,
    &orders::DESCRIPTOR,
    &events::DESCRIPTOR,
    &webhooks::DESCRIPTOR,
    &webhooks::DELIVERIES_DESCRIPTOR,
    &audit::DESCRIPTOR,
    &messages::DESCRIPTOR,
    &mailings::DESCRIPTOR,
    &ledger::DESCRIPTOR,
    &keys::DESCRIPTOR,
    &telegram_files::DESCRIPTOR,
    &postponed::DESCRIPTOR,
    &idempotency::DESCRIPTOR,
    &dialogues::DESCRIPTOR,
    &dead_letters::DESCRIPTOR,
    &archive::DESCRIPTOR,
    &pictures::FILES_DESCRIPTOR,
    &pictures::CHUNKS_DESCRIPTOR,
    &fences::DESCRIPTOR,
    &leases::DESCRIPTOR,
    &meta::DESCRIPTOR,
];

/// All collections of the store.
pub fn all() -> impl Iterator<Item = &'static Descriptor> + Clone {
    TABLE.iter().copied()
}

/// The collection of this name; `None`: it is a foreign program's.
pub fn named(name: &str) -> Option<&'static Descriptor> {
    all().find(|collection| collection.name == name)
}

/// Whether the collection of this name is a part of the catalogue.
pub(super) fn is_shelf(name: &str) -> bool {
    named(name).is_some_and(Descriptor::is_shelf)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::descriptor::Forgotten;

    #[test]
    fn each_name_is_listed_once() {
        let names: BTreeSet<&str> = all().map(Descriptor::name).collect();
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn each_personal_field_is_forgotten_or_said_to_remain() {
        for Descriptor { name, personal, forgotten, remaining, .. } in all() {
            let (personal, remaining): (BTreeSet<_>, BTreeSet<_>) =
                (personal.iter().collect(), remaining.iter().collect());
            // Some may remain for a while: what an order that is on its way needs.
            let (left, may_remain): (BTreeSet<_>, BTreeSet<_>) = match forgotten {
                Forgotten::Untouched => (personal.clone(), personal),
                Forgotten::Cleared { fields, .. } => {
                    let cleared = fields.iter().collect();
                    assert!(personal.is_superset(&cleared), "{name} clears what is not listed as personal");
                    (personal.difference(&cleared).copied().collect(), personal)
                }
                Forgotten::Deleted(_) => Default::default(),
                Forgotten::ByTheTurn => (BTreeSet::from([&"_id", &"replies"]), BTreeSet::from([&"_id", &"replies"])),
            };
            assert!(left.is_subset(&remaining) && remaining.is_subset(&may_remain), "{name}: {left:?} {remaining:?}");
            assert!(left == remaining || *name == "orders", "{name}: {left:?} {remaining:?}");
        }
    }
}
