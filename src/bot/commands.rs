//! The commands that Telegram's menu shows to the people of the shop, beside everybody's.

use std::collections::BTreeMap;
use std::time::Duration;

use dialogues::app::{Shop, TEAM_COMMANDS};
use dialogues::shop::{Language, TeamRole};
use dialogues::texts::{Text, label};
use shell::commands::commands;
use shell::refusals::described;
use shell::retry::with_retries;
use teloxide::RequestError;
use teloxide::prelude::*;
use teloxide::types::{BotCommand, BotCommandScope, Recipient};

use crate::staff::Staff;

/// How often Telegram is told once more what it could not be told.
const AGAIN: Duration = Duration::from_secs(600);

/// Tells Telegram which commands the people of the shop have beside everybody's, now and whenever they change, for as long as
/// the process runs. Who has never written to the bot has none until they have.
pub async fn keep_team_commands(bot: &Bot, mut staff: Staff) {
    let mut told: BTreeMap<i64, TeamRole> = BTreeMap::new();
    loop {
        let now: BTreeMap<i64, TeamRole> = staff.people().into_iter().collect();
        let mut failed = false;
        for (chat, role) in &now {
            if told.get(chat) == Some(role) {
                continue;
            }
            match tell(bot, *chat, *role).await {
                Ok(()) => drop(told.insert(*chat, *role)),
                Err(error) => {
                    failed = true;
                    tracing::warn!(chat.id = chat, error = %described(&error), "the commands of somebody of the shop could not be registered");
                }
            }
        }
        let gone: Vec<i64> = told.keys().copied().filter(|chat| !now.contains_key(chat)).collect();
        for chat in gone {
            let delete = || async { bot.delete_my_commands().scope(scope(chat)).await };
            match with_retries(delete).await {
                Ok(_) => drop(told.remove(&chat)),
                Err(error) => {
                    failed = true;
                    tracing::warn!(chat.id = chat, error = %described(&error), "the commands of somebody of the shop could not be taken back");
                }
            }
        }
        match failed {
            true => drop(tokio::time::timeout(AGAIN, staff.changed()).await),
            false => staff.changed().await,
        }
    }
}

async fn tell(bot: &Bot, chat: i64, role: TeamRole) -> Result<(), RequestError> {
    let mut commands = commands::<Shop>(Language::default());
    let theirs = TEAM_COMMANDS.iter().filter(|(_, place)| place.is_for().is_none_or(|wanted| role >= wanted));
    commands.splice(
        1..1,
        theirs.map(|(name, _)| {
            let text = Text { id: format!("command-{name}").into(), values: Vec::new() };
            BotCommand::new(*name, label(Language::default(), &text))
        }),
    );
    with_retries(|| async { bot.set_my_commands(commands.clone()).scope(scope(chat)).await }).await.map(drop)
}

fn scope(chat: i64) -> BotCommandScope {
    BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(chat)) }
}
