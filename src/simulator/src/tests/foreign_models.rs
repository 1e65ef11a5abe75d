//! What the simulator answers, read by the models of a client library that is written by others: by frankenstein's, which know the
//! Bot API 10.3 and require what they take to be always there.

use frankenstein::games::GameHighScore;
use frankenstein::gifts::{Gifts, OwnedGifts};
use frankenstein::inline_mode::{PreparedInlineMessage, PreparedKeyboardButton, SentGuestMessage, SentWebAppMessage};
use frankenstein::payments::{StarAmount, StarTransactions};
use frankenstein::stickers::{Sticker, StickerSet};
use frankenstein::types::{
    BotAccessSettings, BotCommand, BotDescription, BotName, BotShortDescription, BusinessConnection,
    ChatAdministratorRights, ChatFullInfo, ChatInviteLink, ChatMember, File, ForumTopic, MenuButton, Message,
    MessageId, Poll, Story, User, UserChatBoosts, UserProfileAudios, UserProfilePhotos,
};
use frankenstein::updates::{Update, WebhookInfo};
use serde_json::Value;

/// What is wrong with a value of a type of `bot-api-10.3.json`, as the library sees it.
pub(super) fn problems(value: &Value, kind: &Value) -> Vec<String> {
    macro_rules! read {
        ($name:expr; $($kind:ident),* $(,)?) => {
            match $name {
                $(stringify!($kind) => serde_json::from_value::<$kind>(value.clone()).err(),)*
                // Texts, numbers, and yes or no.
                "Boolean" | "Integer" | "String" => None,
                other => return vec![format!("no model for {other}")],
            }
        };
    }
    match kind {
        Value::Object(of) => {
            value.as_array().into_iter().flatten().flat_map(|one| problems(one, &of["array"])).collect()
        }
        // The members of a chat and its menu buttons are one type here; an edit answers a message, or yes.
        Value::Array(kinds) => {
            let first = kinds[0].as_str().unwrap_or_default();
            let family = ["ChatMember", "MenuButton"].into_iter().find(|family| first.starts_with(family));
            if value.is_boolean() { Vec::new() } else { problems(value, &family.unwrap_or(first).into()) }
        }
        kind => {
            let problem = read!(kind.as_str().unwrap_or_default();
                BotAccessSettings, BotCommand, BotDescription, BotName, BotShortDescription, BusinessConnection,
                ChatAdministratorRights, ChatFullInfo, ChatInviteLink, ChatMember, File, ForumTopic, GameHighScore, Gifts,
                MenuButton, Message, MessageId, OwnedGifts, Poll, PreparedInlineMessage, PreparedKeyboardButton,
                SentGuestMessage, SentWebAppMessage, StarAmount, StarTransactions, Sticker, StickerSet, Story, Update, User,
                UserChatBoosts, UserProfileAudios, UserProfilePhotos, WebhookInfo,
            );
            // The library's own slip: it takes the state of a suggested post for an object.
            let is_slip = |problem: &serde_json::Error| problem.to_string().contains("enum SuggestedPostState");
            let problem = problem.filter(|problem| !is_slip(problem));
            problem.map(|problem| format!("{kind}: {problem}: {value:.400}")).into_iter().collect()
        }
    }
}
