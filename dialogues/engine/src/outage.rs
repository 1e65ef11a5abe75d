//! After the bot was away: who is shown their screen again.
//!
//! Telegram keeps messages for a bot that is away, and drops a tap that it cannot deliver soon. Whoever has tapped gets no
//! answer, and cannot know whether to tap again. So a person who was being asked something when the bot went away is shown
//! the question once more when it is back ([`crate::Input::BotIsBack`], [`crate::App::asks`]); nobody else is disturbed.

use chrono::{DateTime, TimeDelta, Utc};

/// Telegram keeps a tap for so long where it cannot deliver it (`telegram-bot-api/Client.cpp` queues a callback query for
/// 150 s).
pub const TAP_LIFE: TimeDelta = TimeDelta::seconds(150);
/// Whoever was here so shortly before the bot went away was in the middle of something.
pub const IN_THE_MIDDLE: TimeDelta = TimeDelta::minutes(15);

/// Whether taps were lost while the bot was away for so long.
pub fn loses_taps(away: TimeDelta) -> bool {
    away > TAP_LIFE
}

/// Whether somebody who was here last at `last` was in the middle of something at `since`, when the bot went away, or
/// later.
pub fn was_in_the_middle(last: DateTime<Utc>, since: DateTime<Utc>) -> bool {
    since - last <= IN_THE_MIDDLE
}
