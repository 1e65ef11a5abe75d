//! Invoices, payments and stars.

use std::collections::HashMap;

use serde_json::{Value, json};

/// Seconds in which a bot has to say whether a payment may be made (<https://core.telegram.org/bots/api#answerprecheckoutquery>).
pub(crate) const CHECKOUT_LIFE: i64 = 10;

/// All money that the bot has to do with. Nobody really pays.
#[derive(Debug, Default)]
pub(crate) struct Payments {
    /// By the address of the link, or by the chat and the number of the message.
    pub(crate) invoices: HashMap<String, Invoice>,
    /// By whether they are about shipping, and their id.
    pub(crate) queries: HashMap<(bool, String), Query>,
    /// By `telegram_payment_charge_id`.
    pub(crate) charges: HashMap<String, Charge>,
    /// Stars that the bot has.
    pub(crate) balance: i64,
    /// Stars of business accounts, by person.
    pub(crate) accounts: HashMap<i64, i64>,
    pub(crate) gifts: Vec<OwnedGift>,
    /// `StarTransaction`s, the oldest first.
    pub(crate) transactions: Vec<Value>,
}

/// What is to be paid.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Invoice {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) payload: String,
    /// Three letters; `XTR` are stars.
    pub(crate) currency: String,
    /// In the smallest unit of the currency.
    pub(crate) total: i64,
    /// Whether the bot is asked what it costs to send things to an address.
    pub(crate) is_flexible: bool,
    /// What the buyer has to tell: fields of `OrderInfo`.
    pub(crate) needs: Vec<&'static str>,
    pub(crate) start_parameter: String,
    /// Seconds.
    pub(crate) subscription: Option<i64>,
}

/// A question to the bot during a payment.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    pub(crate) invoice: Invoice,
    pub(crate) order: Value,
    /// What was chosen of the ways to send things, and what it costs.
    pub(crate) shipping: Option<(String, i64)>,
    pub(crate) is_shipping: bool,
    /// Unix time.
    pub(crate) at: i64,
}

/// A payment that was made.
#[derive(Debug, Clone)]
pub(crate) struct Charge {
    pub(crate) person: i64,
    pub(crate) chat: i64,
    pub(crate) total: i64,
    pub(crate) currency: String,
    pub(crate) payload: String,
    pub(crate) is_refunded: bool,
    pub(crate) is_subscription: bool,
}

/// A gift that the bot has given.
#[derive(Debug, Clone)]
pub(crate) struct OwnedGift {
    pub(crate) id: String,
    /// A person or a channel.
    pub(crate) owner: i64,
    /// The `Gift`.
    pub(crate) gift: Value,
    /// What it can be converted to, in stars.
    pub(crate) worth: i64,
    pub(crate) words: String,
    /// Unix time.
    pub(crate) date: i64,
    /// Whether who gave it has paid for making it unique.
    pub(crate) is_prepaid: bool,
    /// The `UniqueGift` that was made of it.
    pub(crate) unique: Option<Value>,
}

impl Invoice {
    /// The `Invoice` of a message.
    pub(crate) fn json(&self) -> Value {
        json!({
            "title": self.title, "description": self.description, "start_parameter": self.start_parameter,
            "currency": self.currency, "total_amount": self.total,
        })
    }

    /// What a person sees of it.
    pub(crate) fn shown(&self) -> String {
        let price = if self.currency == "XTR" {
            format!("{} ⭐", self.total)
        } else {
            format!("{} {}", self.total, self.currency)
        };
        format!("🧾 {}\n{}\n{price}", self.title, self.description)
    }
}

/// Where the invoice of a message is kept.
pub(crate) fn of_message(chat: i64, message: i32) -> String {
    format!("{chat}/{message}")
}

/// What a buyer tells, as tests need it: the same for everybody.
pub(crate) fn order(needs: &[&str], name: &str) -> Value {
    let all = [
        ("name", json!(name)),
        ("phone_number", json!("380501234567")),
        ("email", json!("buyer@example.org")),
        (
            "shipping_address",
            json!({
                "country_code": "UA", "state": "", "city": "Kyiv", "street_line1": "Khreshchatyk 1", "street_line2": "",
                "post_code": "01001",
            }),
        ),
    ];
    all.into_iter()
        .filter(|(field, _)| needs.contains(field))
        .map(|(field, value)| (field.to_owned(), value))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What is paid for.
#[derive(Debug, Clone)]
pub enum PayFor {
    /// The number of the invoice's message.
    Message(i32),
    /// What `createInvoiceLink` has answered.
    Link(String),
}
