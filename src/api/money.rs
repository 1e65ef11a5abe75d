//! Money, out and in: whole minor units, and the currency's code, so that nobody guesses.

use dialogues::shop::{Currency, Language, Money};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::body::{Fields, Read, number, text, wrong};

/// An amount of money.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Money)]
pub(crate) struct Amount {
    /// In minor units: kopecks, cents.
    #[schema(minimum = 0, example = 42000)]
    amount: i64,
    /// ISO 4217.
    #[schema(example = "UAH")]
    currency: &'static str,
    /// As an English customer reads it.
    #[schema(example = "420 ₴")]
    text: String,
}

impl Amount {
    pub(crate) fn new(money: Money, currency: Currency) -> Self {
        Self { amount: money.minor(), currency: currency.code(), text: currency.format(money, Language::English) }
    }
}

/// An amount of money as it is set.
#[derive(ToSchema)]
#[schema(as = MoneyInput)]
#[expect(dead_code, reason = "describes what `read` reads")]
pub(crate) struct AmountInput {
    /// In minor units: kopecks, cents.
    #[schema(minimum = 0, maximum = 10_000_000_000_i64, example = 42000)]
    amount: i64,
    /// ISO 4217; the shop sells in one currency.
    #[schema(example = "UAH")]
    currency: String,
}

/// Reads an amount in the shop's currency.
pub(crate) fn read(currency: Currency) -> impl Fn(&Value) -> Read<Money> {
    move |value| {
        let mut fields = Fields::of(value)?;
        let amount = fields.required("amount", number(0, Money::MAX.minor()));
        let ours = fields.required("currency", |value| match text(value)? {
            code if code == currency.code() => Ok(()),
            _ => wrong("out_of_range", format!("the shop sells in {}", currency.code())),
        });
        fields.finish(amount.zip(ours).and_then(|(amount, ())| Money::from_minor(amount)))
    }
}

/// An amount as it would be set.
pub(crate) fn set(money: Money, currency: Currency) -> Value {
    json!({ "amount": money.minor(), "currency": currency.code() })
}
