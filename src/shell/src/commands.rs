//! The commands that Telegram's menu shows.

use std::borrow::Cow;

use engine::texts::{Locale, Text, label};
use engine::{App, Place as _};
use teloxide::prelude::*;
use teloxide::types::BotCommand;

use crate::refusals::described;
use crate::retry::with_retries;

/// An application's commands in a language; each is described by its sentence `command-<name>`.
pub fn commands<A: App>(language: A::Language) -> Vec<BotCommand> {
    let command = |(name, _): &(&'static str, A::Place)| {
        let text = Text { id: Cow::Owned(format!("command-{name}")), values: Vec::new() };
        BotCommand::new(*name, label(language, &text))
    };
    A::Place::COMMANDS.iter().map(command).collect()
}

/// Registers an application's commands with Telegram, in every language. Not knowing them stops nobody.
pub async fn register_commands<A: App>(bot: &Bot) {
    for (place, language) in A::Language::sentences().languages().enumerate() {
        let commands = commands::<A>(language);
        let set = || async {
            let request = bot.set_my_commands(commands.clone());
            // The first language is there for everybody whose language the bot does not speak.
            if place == 0 { request.await } else { request.language_code(language.tag()).await }
        };
        if let Err(error) = with_retries(set).await {
            tracing::warn!(language = language.tag(), error = %described(&error), "commands could not be registered");
        }
    }
}
