//! The commands that Telegram's menu shows to owners, beside everybody's.

use dialogues::app::Shop;
use dialogues::shop::Language;
use dialogues::text;
use dialogues::texts::label;
use shell::commands::commands;
use shell::refusals::described;
use shell::retry::with_retries;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};

/// Tells Telegram which commands the owners have beside everybody's. Who has never written to the bot has none.
pub async fn register_owner_commands(bot: &Bot, owners: &[i64]) {
    for owner in owners {
        let mut commands = commands::<Shop>(Language::default());
        commands.insert(1, BotCommand::new("mail", label(Language::default(), &text!("command-mail"))));
        let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(*owner)) };
        let set = || async { bot.set_my_commands(commands.clone()).scope(scope.clone()).await };
        if let Err(error) = with_retries(set).await {
            tracing::warn!(chat.id = owner, error = %described(&error), "an owner's commands could not be registered");
        }
    }
}
