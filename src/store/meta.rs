//! `meta`: what the processes know of the database itself. `{_id: "shape", made: Int32}` once collections and indexes are
//! made, and while they are being made `{_id: "lock", owner, until: Date}`; `tree` is a lock of the same kind.
//! `{_id: "pause", until: Date, reason}` is there while the shop takes no orders (`pause.rs`), `{_id: "team", members,
//! invitations, untold}` are the people of the shop (`team.rs`), `{_id: "shop", name}` is the name that a seeded folder gives to the shop,
//! `{_id: "events", position: Int64}` the highest position that an event was given (`events.rs`).

use super::descriptor::{Descriptor, Emptied, Forgotten, InBackup, Made, Migrated, Opened, Read};

pub(super) const META: &str = "meta";

/// What is done with it. Of what is in it, `wipe` and `restore` know more.
pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    name: META,
    made: Made::Written,
    emptied: Emptied::Never,
    migrated: Migrated::Never,
    opened: Opened::Not,
    read: Read::Otherwise,
    personal: &["members.chat", "invitations.by", "untold.chat"],
    forgotten: Forgotten::Untouched,
    // Who works here is the owners' to say; the settings name owners by the same ids.
    remaining: &["members.chat", "invitations.by", "untold.chat"],
    backup: InBackup::Changing,
    picture: None,
    text_ids: false,
};

/// What the seeded shop is called.
pub(super) const SHOP: &str = "shop";

/// Until when the shop takes no orders.
pub(super) const PAUSE: &str = "pause";

/// Who works in the shop.
pub(super) const TEAM: &str = "team";

/// There as long as a backup is being restored.
pub(super) const RESTORING: &str = "restoring";
