//! The chat page in a real browser: the demo runs as it runs for people, and Chromium clicks.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]

mod browser {
    mod chats;
    pub(crate) mod page;
    mod screens;
    pub(crate) mod stage;
    pub(crate) mod webdriver;
    mod workbench;
}
