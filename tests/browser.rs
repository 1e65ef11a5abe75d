//! The chat page in a real browser: the demo runs as it runs for people, and Chromium clicks.

#![allow(clippy::unwrap_used, reason = "all of this is tests, also the functions between them")]
#![deny(dead_code, reason = "a test that is not listed would never run")]

mod browser {
    pub(crate) mod chats;
    pub(crate) mod foreign;
    pub(crate) mod groups;
    pub(crate) mod mini_apps;
    pub(crate) mod owner;
    pub(crate) mod page;
    pub(crate) mod polls;
    pub(crate) mod reservation;
    pub(crate) mod rich;
    pub(crate) mod screens;
    pub(crate) mod stage;
    pub(crate) mod telegram;
    pub(crate) mod webdriver;
    pub(crate) mod workbench;
}
#[path = "support/harness.rs"]
mod harness;
#[path = "support/programs.rs"]
mod programs;

use std::process::ExitCode;

use harness::{Tests, tests};
use programs::{CHROMEDRIVER, CHROMIUM};

fn main() -> ExitCode {
    let mut tests = Tests::of("browser");
    tests!(tests, needs [CHROMIUM, CHROMEDRIVER]:
        browser::chats::a_stranger_buys_by_clicking,
        browser::chats::two_people_in_one_page,
        browser::chats::a_keyboard_is_enough,
        browser::foreign::another_origin_learns_and_changes_nothing,
        browser::groups::people_meet_in_a_group,
        browser::groups::a_channel_is_written_by_its_administrators,
        browser::groups::an_answer_of_the_bot_is_sent_by_its_inline_mode,
        browser::mini_apps::a_key_makes_a_bot_for_the_bot_to_manage,
        browser::mini_apps::a_mini_app_sends_what_was_made_in_it,
        browser::mini_apps::who_asks_to_be_let_in_is_shown_a_mini_app,
        browser::owner::an_owner_takes_an_order_on_and_schedules_a_letter,
        browser::polls::a_poll_is_voted_in_and_an_invoice_is_paid,
        browser::rich::a_rich_message_is_drawn_and_its_buttons_are_tapped,
        browser::reservation::another_bot_is_talked_to_in_the_same_page,
        browser::screens::narrow_screens_lose_nothing,
        browser::screens::dark_screens_are_dark_and_readable,
        browser::screens::light_screens_are_readable,
        browser::workbench::the_map_follows,
        browser::workbench::a_recording_replays_green,
        browser::workbench::an_older_turn_shows_what_was_seen_then,
    );
    tests.run()
}
