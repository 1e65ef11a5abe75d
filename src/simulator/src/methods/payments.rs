//! Invoices, and what the bot answers while somebody pays.

use serde_json::{Value, json};

use super::members::subject;
use super::sending::{open, send};
use super::{Call, Outcome};
use crate::payments::{self, CHECKOUT_LIFE, Charge, Invoice, Query};
use crate::refusal::{QUERY_TOO_OLD, Refusal};
use crate::updates::{Kind, TAP_LIFE};
use crate::world::Body;

/// Limits of <https://core.telegram.org/bots/api#sendinvoice>: characters, and bytes of the payload.
const TITLE: usize = 32;
const DESCRIPTION: usize = 255;
const PAYLOAD: usize = 128;
/// No price is higher than this, in the smallest unit of any currency: an assumption.
const MOST: i64 = 1_000_000_000_000;
/// Three letters, as ISO 4217 has them. Which of them a provider takes, the simulator does not know.
const CURRENCY: usize = 3;
/// A subscription is for 30 days, in seconds (<https://core.telegram.org/bots/api#createinvoicelink>).
const PERIOD: i64 = 2_592_000;

fn text(call: &Call<'_>, field: &str, limit: usize, refusal: &str) -> Result<String, Refusal> {
    let text = required(call, field)?;
    if text.chars().count() > limit { Err(Refusal::bad(refusal)) } else { Ok(text) }
}

/// A parameter without which nothing can be done; an empty one is none.
fn required(call: &Call<'_>, field: &str) -> Result<String, Refusal> {
    let text = call.params.text(field).unwrap_or_default().into_owned();
    if text.is_empty() { Err(Refusal::bad(format!("parameter \"{field}\" is required"))) } else { Ok(text) }
}

/// Sums that a buyer may add, which the simulator checks and forgets.
fn check_tips(call: &Call<'_>) -> Result<(), Refusal> {
    let tips = call.params.json("suggested_tip_amounts");
    let tips = tips.map_err(|_| Refusal::bad("can't parse suggested_tip_amounts JSON object"))?;
    let Some(tips) = tips else { return Ok(()) };
    let list = tips.as_array().ok_or_else(|| Refusal::bad("expected an Array of suggested tip amounts"))?;
    for tip in list {
        let text = tip.as_str().map(str::to_owned).or_else(|| tip.is_number().then(|| tip.to_string()));
        let text = text.ok_or_else(|| Refusal::bad("suggested tip amount must be of type Number or String"))?;
        text.parse::<i64>().map_err(|_| Refusal::bad("can't parse suggested tip amount as Number"))?;
    }
    Ok(())
}

/// The sum of an array of `LabeledPrice`s.
fn total(prices: &Value) -> Result<i64, Refusal> {
    let list = prices.as_array().ok_or_else(|| Refusal::bad("expected an Array of labeled prices"))?;
    if list.is_empty() {
        return Err(Refusal::bad("there must be at least one price"));
    }
    let mut total = 0_i64;
    for price in list {
        let wrong = |words: &str| Refusal::bad(format!("can't parse labeled price: {words}"));
        if !price.is_object() {
            return Err(wrong("LabeledPrice must be an Object"));
        }
        let label = price.get("label").and_then(Value::as_str).ok_or_else(|| wrong("Can't find field \"label\""))?;
        if label.is_empty() {
            return Err(wrong("LabeledPrice label must be non-empty"));
        }
        let amount = price.get("amount").ok_or_else(|| wrong("Can't find field \"amount\""))?;
        let amount = amount.as_i64().or_else(|| amount.as_str().and_then(|text| text.parse().ok()));
        let amount = amount.ok_or_else(|| wrong("Can't parse amount as Number"))?;
        total = total.saturating_add(amount);
    }
    if (1..=MOST).contains(&total) { Ok(total) } else { Err(Refusal::bad("CURRENCY_TOTAL_AMOUNT_INVALID")) }
}

fn invoice(call: &Call<'_>) -> Result<Invoice, Refusal> {
    let title = text(call, "title", TITLE, "TITLE_INVALID")?;
    let description = text(call, "description", DESCRIPTION, "DESCRIPTION_INVALID")?;
    let payload = required(call, "payload")?;
    if payload.len() > PAYLOAD {
        return Err(Refusal::bad("INVOICE_PAYLOAD_INVALID"));
    }
    let currency = required(call, "currency")?;
    check_tips(call)?;
    if currency.len() != CURRENCY || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::bad("CURRENCY_INVALID"));
    }
    let prices = call.params.json("prices").map_err(|_| Refusal::bad("can't parse prices JSON object"))?;
    let prices = prices.unwrap_or_else(|| json!([]));
    let provider = call.params.text("provider_token").unwrap_or_default();
    let stars = currency == "XTR";
    if !stars && provider.is_empty() {
        return Err(Refusal::bad("PAYMENT_PROVIDER_INVALID"));
    }
    if stars && prices.as_array().is_some_and(|list| list.len() > 1) {
        return Err(Refusal::bad("STARS_INVOICE_INVALID"));
    }
    let needs = [
        ("need_name", "name"),
        ("need_phone_number", "phone_number"),
        ("need_email", "email"),
        ("need_shipping_address", "shipping_address"),
    ];
    let subscription = call.params.integer("subscription_period").filter(|seconds| *seconds != 0);
    if subscription.is_some_and(|seconds| seconds != PERIOD || !stars) {
        return Err(Refusal::bad("SUBSCRIPTION_PERIOD_INVALID"));
    }
    Ok(Invoice {
        title,
        description,
        payload,
        total: total(&prices)?,
        currency,
        is_flexible: call.params.truth("is_flexible"),
        needs: needs.into_iter().filter(|(field, _)| call.params.truth(field)).map(|(_, told)| told).collect(),
        start_parameter: call.params.text("start_parameter").unwrap_or_default().into_owned(),
        subscription,
    })
}

/// People pay it by its message (`POST …/pay`, or the button that the chat page shows).
pub(super) fn send_invoice(call: &mut Call<'_>) -> Outcome {
    let chat = open(call)?;
    let invoice = invoice(call)?;
    let body = Body::Other { field: "invoice", value: invoice.json(), shown: invoice.shown() };
    let message = send(call, chat, body)?;
    let id = message["message_id"].as_i64().and_then(|id| i32::try_from(id).ok()).unwrap_or_default();
    call.bot.payments.invoices.insert(payments::of_message(chat, id), invoice);
    Ok(message)
}

pub(super) fn create_link(call: &mut Call<'_>) -> Outcome {
    let invoice = invoice(call)?;
    call.bot.serial += 1;
    let link = format!("https://t.me/${:x}{:08x}", call.bot.id, call.bot.serial);
    call.bot.payments.invoices.insert(link.clone(), invoice);
    Ok(link.into())
}

/// The question that the call answers.
fn query(call: &mut Call<'_>, field: &str, is_shipping: bool, life: i64) -> Result<Query, Refusal> {
    let id = call.params.text(field).unwrap_or_default().into_owned();
    let now = call.bot.unix_now();
    let asked = call.bot.payments.queries.get(&(is_shipping, id.clone()));
    if asked.is_none_or(|query| now - query.at > life) {
        return Err(Refusal::bad(QUERY_TOO_OLD));
    }
    call.bot.payments.queries.remove(&(is_shipping, id)).ok_or_else(|| Refusal::bad(QUERY_TOO_OLD))
}

/// What the bot says against it.
fn objection(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    if call.params.truth("ok") {
        return Ok(None);
    }
    let words = call.params.text("error_message").unwrap_or_default().into_owned();
    if words.is_empty() { Err(Refusal::bad("parameter \"error_message\" is required")) } else { Ok(Some(words)) }
}

pub(super) fn answer_shipping(call: &mut Call<'_>) -> Outcome {
    let objection = objection(call)?;
    let options =
        call.params.json("shipping_options").map_err(|_| Refusal::bad("can't parse shipping options JSON object"))?;
    let options = options.unwrap_or_else(|| json!([]));
    let list = options.as_array().ok_or_else(|| Refusal::bad("expected an Array of shipping options"))?;
    if objection.is_none() && list.is_empty() {
        return Err(Refusal::bad("there must be at least one shipping option"));
    }
    let mut known = Vec::new();
    for option in list {
        let wrong = |words: &str| Refusal::bad(format!("can't parse shipping option: {words}"));
        if !option.is_object() {
            return Err(wrong("ShippingOption must be an Object"));
        }
        let said = |field: &str| option.get(field).and_then(Value::as_str).unwrap_or_default();
        if said("id").is_empty() {
            return Err(wrong("ShippingOption identifier must be non-empty"));
        }
        if said("title").is_empty() {
            return Err(wrong("ShippingOption title must be non-empty"));
        }
        known.push((said("id").to_owned(), total(option.get("prices").unwrap_or(&Value::Null))?));
    }
    let asked = query(call, "shipping_query_id", true, TAP_LIFE)?;
    match objection {
        Some(words) => call.bot.alert(asked.person, words),
        // The buyer takes the first way.
        None => {
            call.bot.check_out(Query { shipping: known.into_iter().next(), is_shipping: false, ..asked });
        }
    }
    Ok(true.into())
}

pub(super) fn answer_pre_checkout(call: &mut Call<'_>) -> Outcome {
    let objection = objection(call)?;
    let asked = query(call, "pre_checkout_query_id", false, CHECKOUT_LIFE)?;
    match objection {
        Some(words) => call.bot.alert(asked.person, words),
        None => call.bot.pay(asked),
    }
    Ok(true.into())
}

pub(super) fn refund(call: &mut Call<'_>) -> Outcome {
    let person = subject(call)?;
    let id = call.params.text("telegram_payment_charge_id").unwrap_or_default().into_owned();
    let charge =
        call.bot.payments.charges.get_mut(&id).filter(|charge| charge.person == person && charge.currency == "XTR");
    let charge = charge.ok_or_else(|| Refusal::bad("CHARGE_NOT_FOUND"))?;
    if charge.is_refunded {
        return Err(Refusal::bad("CHARGE_ALREADY_REFUNDED"));
    }
    charge.is_refunded = true;
    let charge = charge.clone();
    call.bot.give_back(&id, &charge);
    Ok(true.into())
}

pub(super) fn edit_subscription(call: &mut Call<'_>) -> Outcome {
    let person = subject(call)?;
    let id = call.params.text("telegram_payment_charge_id").unwrap_or_default();
    let is_one = |charge: &&Charge| charge.person == person && charge.is_subscription;
    call.bot.payments.charges.get(&*id).filter(is_one).ok_or_else(|| Refusal::bad("CHARGE_NOT_FOUND"))?;
    Ok(true.into())
}

pub(super) fn balance(call: &mut Call<'_>) -> Outcome {
    Ok(json!({ "amount": call.bot.payments.balance }))
}

/// The newest first (<https://core.telegram.org/bots/api#getstartransactions>).
pub(super) fn transactions(call: &mut Call<'_>) -> Outcome {
    let number = |field: &str| call.params.integer(field).and_then(|number| usize::try_from(number).ok());
    let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap_or(100).clamp(1, 100));
    let all = call.bot.payments.transactions.iter().rev().skip(offset).take(limit);
    Ok(json!({ "transactions": all.collect::<Vec<_>>() }))
}

impl crate::world::Bot {
    /// Tells somebody what the bot has against it.
    pub(crate) fn alert(&mut self, person: i64, words: String) {
        self.journal.push((person, engine::chat::BotAction::Alert(words)));
    }

    /// Asks the bot whether a payment may be made.
    pub(crate) fn check_out(&mut self, query: Query) -> i64 {
        let now = self.unix_now();
        let id = self.next_id();
        let from = self.any_user(query.person).unwrap_or_default();
        let total = query.invoice.total + query.shipping.as_ref().map_or(0, |(_, cost)| *cost);
        let mut object = json!({
            "id": id, "from": from, "currency": query.invoice.currency, "total_amount": total,
            "invoice_payload": query.invoice.payload,
        });
        details(&mut object, &query);
        let person = query.person;
        // Who was not answered in time does not pay any more.
        self.payments.queries.retain(|_, known| now - known.at <= TAP_LIFE);
        self.payments.queries.insert((query.is_shipping, id), Query { at: now, ..query });
        self.updates.push(Kind::PreCheckoutQuery, person, &object, now)
    }

    /// A payment is made: the chat tells of it, and so the bot.
    fn pay(&mut self, query: Query) {
        let now = self.unix_now();
        self.serial += 1;
        let id = format!("stx{}{:09}", self.id, self.serial);
        let Query { person, chat, invoice, shipping, .. } = &query;
        let (person, chat) = (*person, *chat);
        let total = invoice.total + shipping.as_ref().map_or(0, |(_, cost)| *cost);
        let mut object = json!({
            "currency": invoice.currency, "total_amount": total, "invoice_payload": invoice.payload,
            "telegram_payment_charge_id": id, "provider_payment_charge_id": format!("{id}_provider"),
        });
        if let Some(seconds) = invoice.subscription {
            object["subscription_expiration_date"] = (now + seconds).into();
            object["is_recurring"] = true.into();
            object["is_first_recurring"] = true.into();
        }
        details(&mut object, &query);
        let charge = Charge {
            person,
            chat,
            total,
            currency: invoice.currency.clone(),
            payload: invoice.payload.clone(),
            is_refunded: false,
            is_subscription: invoice.subscription.is_some(),
        };
        if charge.currency == "XTR" {
            self.payments.balance += total;
            let source = self.partner(&charge);
            self.payments.transactions.push(json!({ "id": id, "amount": total, "date": now, "source": source }));
        }
        self.payments.charges.insert(id, charge);
        let shown = format!("✅ {}", invoice.title);
        self.by_person(chat, person, None, Body::Other { field: "successful_payment", value: object, shown });
    }

    /// The other side of a payment in stars.
    fn partner(&self, charge: &Charge) -> Value {
        json!({
            "type": "user", "user": self.any_user(charge.person), "invoice_payload": charge.payload,
            "transaction_type": "invoice_payment",
        })
    }

    fn give_back(&mut self, id: &str, charge: &Charge) {
        let now = self.unix_now();
        self.payments.balance -= charge.total;
        let receiver = self.partner(charge);
        // It has the number of the payment (<https://core.telegram.org/bots/api#startransaction>).
        self.payments.transactions.push(json!({ "id": id, "amount": charge.total, "date": now, "receiver": receiver }));
        let value = json!({
            "currency": "XTR", "total_amount": charge.total, "invoice_payload": charge.payload, "telegram_payment_charge_id": id,
        });
        let shown = format!("↩ {} ⭐", charge.total);
        self.by_person(charge.chat, charge.person, None, Body::Other { field: "refunded_payment", value, shown });
    }
}

/// What the buyer has told and chosen.
fn details(object: &mut Value, query: &Query) {
    if query.order.as_object().is_some_and(|order| !order.is_empty()) {
        object["order_info"] = query.order.clone();
    }
    if let Some((option, _)) = &query.shipping {
        object["shipping_option_id"] = option.as_str().into();
    }
}
