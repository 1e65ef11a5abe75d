//! The test in Rust that the README shows.

use std::time::Duration;

use crate::{Person, Simulator, launch};

/// The bot that it tests.
mod my_bot {
    use teloxide::payloads::GetUpdatesSetters;
    use teloxide::prelude::{Bot, Requester};

    pub(super) async fn run(token: &str, base_url: String) {
        let client = teloxide::net::default_reqwest_settings().no_proxy().build().expect("a client");
        let bot = Bot::with_client(token, client).set_api_url(base_url.parse().expect("an address"));
        let mut offset = 0;
        loop {
            for update in bot.get_updates().offset(offset).timeout(10).await.expect("updates") {
                offset = i32::try_from(update.id.0).unwrap_or(i32::MAX) + 1;
                if let Some(chat) = update.chat() {
                    bot.send_message(chat.id, "Welcome!").await.expect("sent");
                }
            }
        }
    }
}

#[tokio::test]
async fn start_is_answered() {
    let telegram = Simulator::new();
    let server = launch(telegram.clone(), 0).await.unwrap();
    let bot = tokio::spawn(my_bot::run("42:any", server.base_url.clone()));
    telegram.person("42:any", Person { id: 7, first_name: "Anna".into(), username: None, language_code: None });
    telegram.say("42:any", 7, "/start").unwrap();
    assert!(telegram.quiet("42:any", Duration::from_millis(150), Duration::from_secs(10)).await);
    assert_eq!(telegram.chat("42:any", 7).bubbles.last().unwrap().text, "Welcome!");
    bot.abort();
}

#[test]
fn the_readme_shows_this_test() {
    let own = include_str!("readme.rs");
    let shown = own.split_once("#[tokio::test]").and_then(|(_, rest)| rest.split_once("\n}\n")).unwrap().0;
    assert!(include_str!("../../README.md").contains(shown));
}
