//! What stands under `deploy/`, stood up on this machine as on the rented one: nginx with TLS in front of two real
//! processes, MongoDB by its configuration, the simulator as Telegram.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

mod deploy {
    mod falls;
    mod files;
    mod nginx;
    pub(crate) mod rendered;
    mod setup;
    pub(crate) mod stage;
    pub(crate) mod stand;
    pub(crate) mod supervised;
    mod transcripts;
}
