//! Updates that a test writes itself: what they ask the bot is known from then on.

use serde_json::Value;

use crate::inline::{GuestQuery, InlineQuery, JoinQuery};
use crate::payments::{Charge, Invoice, Query};
use crate::updates::Kind;
use crate::world::{Bot, Tap};

impl Bot {
    /// What an update that a test has written itself asks the bot: its answer is expected under the id that stands there.
    pub(super) fn make_known(&mut self, name: &str, content: &Value) {
        let now = self.unix_now();
        let person = content["from"]["id"].as_i64().unwrap_or_default();
        let payment = &content["successful_payment"];
        if let Some(charge) = payment["telegram_payment_charge_id"].as_str().filter(|_| name == "message") {
            let said = |field: &str| payment[field].as_str().unwrap_or_default().to_owned();
            let paid = Charge {
                person,
                chat: person,
                total: payment["total_amount"].as_i64().unwrap_or_default(),
                currency: said("currency"),
                payload: said("invoice_payload"),
                is_refunded: false,
                is_subscription: payment["is_recurring"] == true,
            };
            self.payments.charges.insert(charge.to_owned(), paid);
        }
        let id = ["id", "guest_query_id", "query_id"].iter().find_map(|field| content[*field].as_str());
        let Some(id) = id.map(str::to_owned) else { return };
        match Kind::named(name) {
            Some(Kind::CallbackQuery) => {
                let label = content["data"].as_str().unwrap_or_default().to_owned();
                let update = self.updates.next();
                self.keep_tap(id, Tap { person, update, at: now, answered: false, label });
            }
            Some(Kind::InlineQuery) => {
                let text = content["query"].as_str().unwrap_or_default().to_owned();
                self.inline.queries.insert(id, InlineQuery { person, chat: person, text, at: now, results: None });
            }
            Some(kind @ (Kind::ShippingQuery | Kind::PreCheckoutQuery)) => {
                let said = |field: &str| content[field].as_str().unwrap_or_default().to_owned();
                let invoice = Invoice {
                    payload: said("invoice_payload"),
                    currency: said("currency"),
                    total: content["total_amount"].as_i64().unwrap_or_default(),
                    ..Invoice::default()
                };
                let is_shipping = kind == Kind::ShippingQuery;
                let query =
                    Query { person, chat: person, invoice, order: Value::Null, shipping: None, is_shipping, at: now };
                self.payments.queries.insert((is_shipping, id), query);
            }
            Some(Kind::BusinessConnection) => {
                self.connections.insert(id, content.clone());
            }
            Some(Kind::GuestMessage) => {
                let chat = content["chat"]["id"].as_i64().unwrap_or_default();
                let message = content["message_id"].as_i64().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
                self.inline.keep_guest(id, GuestQuery { person, chat, message, at: now });
            }
            Some(Kind::ChatJoinRequest) => {
                let chat = content["chat"]["id"].as_i64().unwrap_or_default();
                self.inline.keep_join(id, JoinQuery { person, chat, at: now, app: None });
            }
            _ => {}
        }
    }
}
