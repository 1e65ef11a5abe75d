//! Mailings from outside: the Bot API over HTTP, a real MongoDB, and a clock that jumps to whatever is waited for.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

#[path = "shell"]
mod shell {
    #[allow(dead_code, reason = "these tests need a part of it")]
    pub(crate) mod support;
}

mod mailing {
    mod changes;
    mod killed;
    mod named;
    mod news;
    mod paced;
    mod supervised;
    pub(crate) mod town;
}
