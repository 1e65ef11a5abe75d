//! A real teloxide bot against the simulator.

use teloxide::payloads::{GetUpdatesSetters, SendMessageSetters, SendPhotoSetters};
use teloxide::prelude::{Bot, Request, Requester};
use teloxide::types::{
    CallbackQueryId, ChatId, FileId, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ParseMode, UpdateKind,
};
use teloxide::{ApiError, RequestError};

use super::*;

fn bot(world: &World) -> Bot {
    let client = teloxide::net::default_reqwest_settings().no_proxy().build().expect("a client");
    Bot::with_client(TOKEN, client).set_api_url(world.server.base_url.parse().expect("an address"))
}

const CHAT: ChatId = ChatId(ANNA);

#[tokio::test]
async fn it_starts_sends_and_edits() {
    let world = World::new().await;
    let bot = bot(&world);
    assert_eq!(bot.get_me().await.expect("itself").username(), "simulated_bot");
    let keyboard = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Tap", "c")]]);
    let sent = bot.send_message(CHAT, "<b>Cart</b>").parse_mode(ParseMode::Html).reply_markup(keyboard);
    let sent = sent.await.expect("a message");
    assert_eq!((sent.text(), sent.chat.id), (Some("Cart"), CHAT));
    assert_eq!(bot.edit_message_text(CHAT, sent.id, "Empty").await.expect("edited").text(), Some("Empty"));
    let again = bot.edit_message_text(CHAT, sent.id, "Empty").await;
    assert!(matches!(again, Err(RequestError::Api(ApiError::MessageNotModified))), "{again:?}");
    bot.delete_message(CHAT, sent.id).await.expect("deleted");
    assert!(bot.get_chat(CHAT).await.expect("a chat").is_private());
    bot.send_chat_action(CHAT, teloxide::types::ChatAction::Typing).await.expect("typing");
}

#[tokio::test]
async fn it_uploads_a_photo_and_sends_it_again() {
    let world = World::new().await;
    let bot = bot(&world);
    let file = InputFile::memory(png(640, 480, "tea")).file_name("tea.png");
    let sent = bot.send_photo(CHAT, file).caption("Tea").await.expect("a photo");
    let size = sent.photo().and_then(|sizes| sizes.last()).expect("sizes").clone();
    assert_eq!((size.width, size.height, sent.caption()), (640, 480, Some("Tea")));
    let again = bot.send_photo(CHAT, InputFile::file_id(size.file.id.clone())).await.expect("a photo");
    assert_eq!(again.photo(), sent.photo());
    let unknown = bot.send_photo(CHAT, InputFile::file_id(FileId("AgAC".into()))).await;
    assert!(matches!(unknown, Err(RequestError::Api(ApiError::WrongFileIdOrUrl))), "{unknown:?}");
    let document = bot.send_document(CHAT, InputFile::memory("a;b").file_name("orders.csv")).await.expect("a file");
    assert_eq!(document.document().and_then(|file| file.file_name.as_deref()), Some("orders.csv"));
    assert_eq!(world.chat().bubbles[3].document.as_deref(), Some("orders.csv"));
}

#[tokio::test]
async fn it_polls_and_answers() {
    let world = World::new().await;
    let bot = bot(&world);
    let id = world.send_with_button("Cart", "c").await;
    world.sim.tap(TOKEN, ANNA, id, "c").expect("tapped");
    let updates = bot.get_updates().offset(2).timeout(10).send().await.expect("updates");
    let UpdateKind::CallbackQuery(query) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(query.data.as_deref(), Some("c"));
    assert!(query.regular_message().is_some_and(|message| message.text() == Some("Cart")));
    bot.answer_callback_query(query.id.clone()).await.expect("answered");
    let twice = bot.answer_callback_query(query.id.clone()).await;
    assert!(matches!(twice, Err(RequestError::Api(ApiError::Unknown(_)))), "{twice:?}");
    let unknown = bot.answer_callback_query(CallbackQueryId("7".into())).await;
    assert!(unknown.is_err());
    world.sim.block(TOKEN, ANNA).expect("blocked");
    let refused = bot.send_message(CHAT, "x").await;
    assert!(matches!(refused, Err(RequestError::Api(ApiError::BotBlocked))), "{refused:?}");
}
