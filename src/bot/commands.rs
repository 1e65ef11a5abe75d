//! The commands that Telegram's menu shows to owners, beside everybody's.

use dialogues::app::{OWNER_COMMANDS, Shop};
use dialogues::shop::Language;
use dialogues::texts::{Text, label};
use shell::commands::commands;
use shell::refusals::described;
use shell::retry::with_retries;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};

/// Tells Telegram which commands the owners have beside everybody's. Who has never written to the bot has none.
pub async fn register_owner_commands(bot: &Bot, owners: &[i64]) {
    for owner in owners {
        let mut commands = commands::<Shop>(Language::default());
        commands.splice(
            1..1,
            OWNER_COMMANDS.iter().map(|(name, _)| {
                let text = Text { id: format!("command-{name}").into(), values: Vec::new() };
                BotCommand::new(*name, label(Language::default(), &text))
            }),
        );
        let scope = BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(*owner)) };
        let set = || async { bot.set_my_commands(commands.clone()).scope(scope.clone()).await };
        if let Err(error) = with_retries(set).await {
            tracing::warn!(chat.id = owner, error = %described(&error), "an owner's commands could not be registered");
        }
    }
}
