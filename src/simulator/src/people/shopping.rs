//! What people do with inline answers, Mini Apps and invoices.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use super::{Done, UserActionError};
use crate::Simulator;
use crate::bot_api;
use crate::files::{Blob, FileKind};
use crate::inline::{InlineQuery, StartedApp};
use crate::json::user;
use crate::methods::Call;
use crate::methods::inline::{body, titles};
use crate::params::Params;
use crate::payments::{self, PayFor, Query};
use crate::pictures;
use crate::stickers::{Sticker, StickerSet};
use crate::updates::Kind;
use crate::world::Body;

impl Simulator {
    /// The person types behind the bot's name, in a chat with the bot or in another one.
    pub fn ask_inline(
        &self,
        token: &str,
        person: i64,
        chat: i64,
        text: &str,
    ) -> Result<(i64, String), UserActionError> {
        self.cell(token).change(|bot| {
            let from = user(bot.person_in(person, chat)?);
            if bot.group(chat).is_some() {
                bot.present(person, chat)?;
            }
            let now = bot.unix_now();
            let kind = match bot.group(chat) {
                Some(group) => group.kind.name(),
                None if chat == person => "sender",
                None => "private",
            };
            let id = bot.next_id();
            let query = json!({ "id": id, "from": from, "query": text, "offset": "", "chat_type": kind });
            let asked = InlineQuery { person, chat, text: text.to_owned(), at: now, results: None };
            bot.inline.keep(id.clone(), asked);
            Ok((bot.updates.push(Kind::InlineQuery, person, &query, now), id))
        })
    }

    /// What the bot has answered to such a question: ids, types and titles; `None` before it has.
    ///
    /// # Errors
    /// A question that nobody has asked.
    pub fn inline_results(&self, token: &str, query: &str) -> Result<Option<Vec<Value>>, UserActionError> {
        self.cell(token).with(|bot| {
            let asked = bot.inline.queries.get(query).ok_or(UserActionError::NoSuchQuery)?;
            Ok(asked.results.as_deref().map(titles))
        })
    }

    /// The person chooses one of the answers, which is sent into the chat where they asked.
    pub fn choose(&self, token: &str, person: i64, chat: i64, query: &str, result: &str) -> Done {
        self.cell(token).change(|bot| {
            let asked = bot.inline.queries.get(query).filter(|asked| asked.person == person).cloned();
            let asked = asked.ok_or(UserActionError::NoSuchQuery)?;
            if asked.chat != chat {
                return Err(UserActionError::AskedElsewhere(chat));
            }
            let from = user(bot.person_in(person, asked.chat)?);
            if bot.group(chat).is_some() {
                bot.present(person, chat)?;
            }
            let now = bot.unix_now();
            let results = asked.results.unwrap_or_default();
            let chosen = results.iter().find(|one| one["id"] == result).ok_or(UserActionError::NoSuchQuery)?;
            let mut params = Params::default();
            let mut call = Call { bot, params: &mut params };
            let (body, markup) =
                body(&mut call, chosen).map_err(|refusal| UserActionError::Refused(refusal.description))?;
            bot.lets_send(person, chat, &body)?;
            let has_buttons = chosen.get("reply_markup").is_some();
            let id = bot.via(asked.chat, asked.person, body, markup);
            let mut told = json!({ "from": from, "query": asked.text, "result_id": result });
            // Without buttons, Telegram does not say what the message is called.
            if has_buttons {
                told["inline_message_id"] = id.into();
            }
            Ok(bot.updates.push(Kind::ChosenInlineResult, asked.person, &told, now))
        })
    }

    /// The person pays an invoice: that of a message, or of a link. The bot is asked first, and what it says decides.
    pub fn pay(&self, token: &str, person: i64, chat: i64, invoice: &PayFor) -> Done {
        self.cell(token).change(|bot| {
            let payer = bot.present(person, chat)?.clone();
            let key = match invoice {
                PayFor::Message(message) => payments::of_message(chat, *message),
                PayFor::Link(link) => link.clone(),
            };
            let invoice = bot.payments.invoices.get(&key).cloned().ok_or(UserActionError::NoSuchInvoice)?;
            let now = bot.unix_now();
            let order = payments::order(&invoice.needs, &payer.first_name);
            let is_shipping = invoice.is_flexible;
            let query = Query { person, chat, invoice, order, shipping: None, is_shipping, at: now };
            if !is_shipping {
                return Ok(bot.check_out(query));
            }
            let id = bot.next_id();
            let address = payments::order(&["shipping_address"], "");
            let told = json!({
                "id": id, "from": user(&payer), "invoice_payload": query.invoice.payload,
                "shipping_address": address["shipping_address"],
            });
            bot.payments.queries.insert((is_shipping, id), query);
            Ok(bot.updates.push(Kind::ShippingQuery, person, &told, now))
        })
    }

    /// Connects the bot to the account of a business, with all rights but some.
    pub fn connect_business(&self, token: &str, person: i64, id: &str, without: &[String], is_enabled: bool) -> Done {
        self.cell(token).change(|bot| {
            let from = user(bot.able(person)?);
            let now = bot.unix_now();
            let all: Vec<&str> = bot_api::flags("BusinessBotRights").map(|(name, _)| name).collect();
            if let Some(unknown) = without.iter().find(|one| !all.contains(&one.as_str())) {
                return Err(UserActionError::NoSuchRight(unknown.clone(), all.join(", ")));
            }
            let granted =
                bot_api::flags("BusinessBotRights").filter(|(name, _)| !without.iter().any(|one| one == name));
            let rights: Map<String, Value> = granted.map(|(name, _)| (name.to_owned(), true.into())).collect();
            let connection = json!({
                "id": id, "user": from, "user_chat_id": person, "date": now, "is_enabled": is_enabled, "rights": rights,
            });
            bot.connections.insert(id.to_owned(), connection.clone());
            Ok(bot.updates.push(Kind::BusinessConnection, person, &connection, now))
        })
    }

    /// Gives the account of a business so many stars more.
    pub fn give_stars_to(&self, token: &str, person: i64, stars: i64) {
        self.cell(token).change(|bot| *bot.payments.accounts.entry(person).or_default() += stars);
    }

    /// Gives the bot so many stars more, to pay gifts with.
    pub fn give_stars(&self, token: &str, stars: i64) {
        self.cell(token).change(|bot| bot.payments.balance += stars);
    }

    /// Makes a public set of stickers, which is not the bot's: one of a pixel for each emoji.
    pub fn publish_stickers(&self, token: &str, name: &str, title: &str, emoji: &[String]) {
        self.cell(token).change(|bot| {
            let mut stickers = Vec::new();
            for (place, emoji) in emoji.iter().enumerate() {
                let blob = Arc::new(Blob::new(pictures::tiny_png(&format!("{name} {place}")), None, None));
                let file_id = bot.files.id(&blob, FileKind::Sticker.letter());
                bot.files.keep(FileKind::Sticker, &blob);
                let emoji = vec![emoji.clone()];
                stickers.push(Sticker {
                    file_id,
                    blob,
                    format: "static".into(),
                    emoji,
                    mask: None,
                    custom_emoji: None,
                });
            }
            let (name, title) = (name.to_owned(), title.to_owned());
            bot.stickers.keep(StickerSet { name, title, kind: "regular".into(), stickers, thumbnail: None });
        });
    }

    /// The person opens a Mini App of the bot.
    pub fn open_app(&self, token: &str, person: i64, chat: i64) -> Result<StartedApp, UserActionError> {
        self.cell(token).change(|bot| {
            let who = user(bot.present(person, chat)?);
            bot.serial += 1;
            let query_id = format!("AAH{}{:08}", bot.id, bot.serial);
            bot.inline.apps.insert(query_id.clone(), (person, chat));
            let mut fields = vec![
                ("auth_date", bot.unix_now().to_string()),
                ("query_id", query_id.clone()),
                ("user", who.to_string()),
            ];
            fields.sort();
            // Fields in the order of their names (<https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app>).
            let lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let hash = signed(&signed(b"WebAppData", token.as_bytes()), lines.join("\n").as_bytes());
            fields.push(("hash", hash.iter().map(|byte| format!("{byte:02x}")).collect()));
            let init_data = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            Ok(StartedApp { query_id, init_data })
        })
    }

    /// The person sends what a Mini App of the keyboard has made.
    pub fn send_data(&self, token: &str, person: i64, button: &str, data: &str) -> Done {
        self.cell(token).change(|bot| {
            bot.able(person)?;
            let value = json!({ "data": data, "button_text": button });
            Ok(bot.by_person(
                person,
                person,
                None,
                Body::Other { field: "web_app_data", value, shown: format!("📲 {button}") },
            ))
        })
    }
}

/// HMAC-SHA-256.
fn signed(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}
