//! The house of `deploy/` under load and under fire.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![allow(dead_code)]

#[path = "machine/boot.rs"]
mod boot;
#[path = "machine/crowd.rs"]
mod crowd;
#[path = "machine/growing.rs"]
mod growing;
#[path = "machine/town.rs"]
mod town;
#[path = "deploy"]
mod deploy {
    pub(crate) mod rendered;
    pub(crate) mod stand;
    pub(crate) mod supervised;
}
