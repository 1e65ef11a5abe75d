use super::*;
use crate::PayFor;

fn invoice(fields: Value) -> Value {
    let prices = json!([{ "label": "Tea", "amount": 20 }]);
    with(
        json!({ "chat_id": ANNA, "title": "Tea", "description": "Green", "payload": "p", "currency": "XTR", "prices": prices }),
        fields,
    )
}

/// Anna begins to pay an invoice of a message; the question that the bot gets.
async fn begin(world: &World, fields: Value, kind: &str) -> Value {
    let sent = world.call("sendInvoice", invoice(fields)).await;
    world.sim.pay(TOKEN, ANNA, ANNA, &PayFor::Message(id_of(&sent))).expect("begun");
    updates(world, kind).await.pop().expect("a question")
}

/// The charge of the newest payment.
async fn charge(world: &World) -> Value {
    let message = updates(world, "message").await.pop().expect("a message");
    message["successful_payment"]["telegram_payment_charge_id"].clone()
}

pub(in crate::tests) async fn scenario(world: &World) {
    let flexible = json!({ "currency": "EUR", "provider_token": "t", "is_flexible": true });
    let asked = begin(world, flexible, "shipping_query").await;
    let ways = json!([{ "id": "post", "title": "Post", "prices": [{ "label": "Post", "amount": 5 }] }]);
    world
        .call("answerShippingQuery", json!({ "shipping_query_id": asked["id"], "ok": true, "shipping_options": ways }))
        .await;
    let asked = updates(world, "pre_checkout_query").await.pop().expect("a question");
    world.call("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": asked["id"], "ok": true })).await;
    let link = world.call("createInvoiceLink", invoice(json!({ "subscription_period": 2_592_000 }))).await;
    world.sim.pay(TOKEN, ANNA, ANNA, &PayFor::Link(link.as_str().expect("a link").to_owned())).expect("begun");
    let asked = updates(world, "pre_checkout_query").await.pop().expect("a question");
    world.call("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": asked["id"], "ok": true })).await;
    let on = json!({ "user_id": ANNA, "telegram_payment_charge_id": charge(world).await, "is_canceled": true });
    world.call("editUserStarSubscription", on.clone()).await;
    world.call("refundStarPayment", on).await;
    world.call("getMyStarBalance", json!({})).await;
    world.call("getStarTransactions", json!({})).await;
}

#[tokio::test]
async fn stars_are_paid_counted_and_given_back_once() {
    let world = World::new().await;
    let asked = begin(&world, json!({}), "pre_checkout_query").await;
    assert_eq!((&asked["total_amount"], &asked["invoice_payload"]), (&json!(20), &json!("p")));
    let answer = json!({ "pre_checkout_query_id": asked["id"], "ok": true });
    world.call("answerPreCheckoutQuery", answer.clone()).await;
    assert!(world.refusal("answerPreCheckoutQuery", answer).await.starts_with("Bad Request: query is too old"));
    assert_eq!(world.call("getMyStarBalance", json!({})).await["amount"], 20);
    let on = json!({ "user_id": ANNA, "telegram_payment_charge_id": charge(&world).await });
    world.call("refundStarPayment", on.clone()).await;
    assert_eq!(world.refusal("refundStarPayment", on).await, "Bad Request: CHARGE_ALREADY_REFUNDED");
    assert_eq!(world.call("getMyStarBalance", json!({})).await["amount"], 0);
    let all = world.call("getStarTransactions", json!({})).await;
    assert_eq!(
        (&all["transactions"][0]["receiver"]["user"]["id"], &all["transactions"][1]["source"]["type"]),
        (&json!(ANNA), &json!("user"))
    );
    let told = updates(&world, "message").await.pop().expect("a message");
    assert_eq!(told["refunded_payment"]["total_amount"], 20);
    let unknown = json!({ "user_id": ANNA, "telegram_payment_charge_id": "x" });
    assert_eq!(world.refusal("refundStarPayment", unknown).await, "Bad Request: CHARGE_NOT_FOUND");
}

#[tokio::test]
async fn a_bot_that_objects_or_is_late_gets_no_money() {
    let world = World::new().await;
    let asked = begin(&world, json!({}), "pre_checkout_query").await;
    let answer = |id: &Value, fields: Value| with(json!({ "pre_checkout_query_id": id, "ok": false }), fields);
    assert_eq!(
        world.refusal("answerPreCheckoutQuery", answer(&asked["id"], json!({}))).await,
        "Bad Request: parameter \"error_message\" is required"
    );
    world.call("answerPreCheckoutQuery", answer(&asked["id"], json!({ "error_message": "Sold out" }))).await;
    assert_eq!(world.acts().pop(), Some(BotAction::Alert("Sold out".into())));
    let asked = begin(&world, json!({}), "pre_checkout_query").await;
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(11));
    assert!(
        world
            .refusal("answerPreCheckoutQuery", answer(&asked["id"], json!({ "ok": true })))
            .await
            .contains("query is too old")
    );
    assert_eq!(world.call("getMyStarBalance", json!({})).await["amount"], 0);
}

#[tokio::test]
async fn invoices_that_cannot_be_paid_are_refused() {
    let world = World::new().await;
    let refusals = [
        (json!({ "title": "" }), "parameter \"title\" is required"),
        (json!({ "title": "x".repeat(33) }), "TITLE_INVALID"),
        (json!({ "description": "x".repeat(256) }), "DESCRIPTION_INVALID"),
        (json!({ "suggested_tip_amounts": {} }), "expected an Array of suggested tip amounts"),
        (json!({ "suggested_tip_amounts": [[]] }), "suggested tip amount must be of type Number or String"),
        (json!({ "suggested_tip_amounts": ["x"] }), "can't parse suggested tip amount as Number"),
        (json!({ "payload": "x".repeat(129) }), "INVOICE_PAYLOAD_INVALID"),
        (json!({ "currency": "euro" }), "CURRENCY_INVALID"),
        (json!({ "currency": "EUR" }), "PAYMENT_PROVIDER_INVALID"),
        (json!({ "prices": [] }), "there must be at least one price"),
        (json!({ "prices": {} }), "expected an Array of labeled prices"),
        (
            json!({ "prices": [{ "label": "", "amount": 1 }] }),
            "can't parse labeled price: LabeledPrice label must be non-empty",
        ),
        (json!({ "prices": [{ "label": "a", "amount": 0 }] }), "CURRENCY_TOTAL_AMOUNT_INVALID"),
        (json!({ "subscription_period": 60 }), "SUBSCRIPTION_PERIOD_INVALID"),
    ];
    for (fields, words) in refusals {
        assert_eq!(world.refusal("createInvoiceLink", invoice(fields)).await, format!("Bad Request: {words}"));
    }
    assert_eq!(world.sim.pay(TOKEN, ANNA, ANNA, &PayFor::Message(1)), Err(crate::UserActionError::NoSuchInvoice));
    let twice = json!({ "currency": "EUR", "provider_token": "t", "need_email": true });
    let sent = world.call("sendInvoice", invoice(twice)).await;
    for _ in 0..2 {
        world.sim.pay(TOKEN, ANNA, ANNA, &PayFor::Message(id_of(&sent))).expect("begun");
        let asked = updates(&world, "pre_checkout_query").await.pop().expect("a question");
        assert_eq!(asked["order_info"]["email"], "buyer@example.org");
        world.call("answerPreCheckoutQuery", json!({ "pre_checkout_query_id": asked["id"], "ok": true })).await;
    }
    let paid = updates(&world, "message")
        .await
        .into_iter()
        .filter(|message| message.get("successful_payment").is_some())
        .count();
    assert_eq!(paid, 2, "one invoice can be paid twice");
}

#[tokio::test]
async fn a_payment_that_a_test_brings_can_be_paid_back() {
    let world = World::new().await;
    let paid = json!({ "currency": "XTR", "total_amount": 5, "invoice_payload": "tea", "telegram_payment_charge_id": "own",
        "provider_payment_charge_id": "own" });
    let message = json!({ "message_id": 9, "date": 1, "chat": { "id": ANNA, "type": "private", "first_name": "Anna" },
        "from": { "id": ANNA, "is_bot": false, "first_name": "Anna" }, "successful_payment": paid });
    world.sim.bring(TOKEN, &json!({ "message": message })).expect("brought");
    world.sim.give_stars(TOKEN, 5);
    let refund = json!({ "user_id": ANNA, "telegram_payment_charge_id": "own" });
    world.call("refundStarPayment", refund.clone()).await;
    assert_eq!(world.refusal("refundStarPayment", refund).await, "Bad Request: CHARGE_ALREADY_REFUNDED");
}
