//! The house of `deploy/` under load and under fire.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

mod machine {
    pub(crate) mod boot;
    pub(crate) mod crowd;
    pub(crate) mod deployed;
    mod growing;
    mod killed;
    pub(crate) mod town;
}
#[path = "deploy"]
mod deploy {
    #![allow(dead_code, reason = "these tests need a part of it")]
    pub(crate) mod rendered;
    pub(crate) mod stand;
    pub(crate) mod supervised;
}
