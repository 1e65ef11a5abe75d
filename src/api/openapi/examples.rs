//! What bodies and answers may look like. A test sends each body.

use dialogues::shop::{Currency, Language, Money};
use serde_json::{Map, Value, json};

use super::super::ROOT;

/// Adds them to the schemas of bodies.
pub(super) fn apply(schemas: &mut Map<String, Value>, currency: Currency) {
    for (name, example) in bodies(currency) {
        if let Some(schema) = schemas.get_mut(name) {
            schema["example"] = example;
        }
    }
    for (name, input, more) in answers(currency) {
        // What is answered is what was set, and more.
        let mut example = schemas.get(input).map(|schema| schema["example"].clone()).unwrap_or_default();
        for (field, value) in more.as_object().into_iter().flatten() {
            example[field] = value.clone();
        }
        for name in [name.to_owned(), format!("Partial_{name}")] {
            if let Some(schema) = schemas.get_mut(&name) {
                schema["example"] = example.clone();
            }
        }
    }
}

/// An answer: its schema, the body that it answers, and what it has beside.
fn answers(currency: Currency) -> [(&'static str, &'static str, Value); 3] {
    const ID: &str = "665f1c2e9b1d4c0a7e3f2b11";
    let amount = |minor: i64| {
        let money = Money::from_minor(minor).unwrap_or(Money::ZERO);
        json!({ "amount": minor, "currency": currency.code(), "text": currency.format(money, Language::English) })
    };
    let (created, modified) = ("2026-04-19T09:30:00Z", "2026-04-19T09:31:12.480Z");
    let picture = json!({ "name": "9f86d081884c7d659a2feaa0c55ad015", "url": format!("{ROOT}/products/{ID}/picture") });
    [
        (
            "Product",
            "ProductInput",
            json!({
                "id": ID, "price": amount(42_000), "discounted_price": amount(37_800), "available": true, "hidden": false,
                "position": 0, "picture": picture, "created": created, "modified": modified,
            }),
        ),
        (
            "Category",
            "CategoryInput",
            json!({
                "id": ID, "description": "", "path": [{ "id": ID, "title": "Green tea" }], "subcategories": [],
                "created": created, "modified": modified,
            }),
        ),
        (
            "News",
            "NewsInput",
            json!({ "id": ID, "mailing": format!("{ROOT}/mailings/{ID}"), "created": created, "modified": modified }),
        ),
    ]
}

fn bodies(currency: Currency) -> [(&'static str, Value); 11] {
    let news = json!({
        "headline": "Spring teas are here",
        "body": "Sencha of the first harvest has come from Uji.",
        "published": "2026-04-20T07:00:00Z",
        "mail": true,
    });
    [
        (
            "ProductInput",
            json!({
                "title": "Sencha",
                "description": "Steamed green tea with a taste of the sea.",
                "category": "665f1c2e9b1d4c0a7e3f2b10",
                "price": { "amount": 42_000, "currency": currency.code() },
                "discount": 10,
                "stock": 25,
                "characteristics": [{ "name": "Origin", "value": "Uji, Japan" }],
            }),
        ),
        ("Patch_ProductInput", json!({ "stock": 40, "discount": 15 })),
        (
            "Batch_ProductInput",
            json!({ "rows": [
                { "id": "665f1c2e9b1d4c0a7e3f2b11", "stock": 40, "price": { "amount": 39_000, "currency": currency.code() } },
                {
                    "id": "665f1c2e9b1d4c0a7e3f2b12",
                    "title": "Gyokuro",
                    "category": "665f1c2e9b1d4c0a7e3f2b10",
                    "price": { "amount": 89_000, "currency": currency.code() },
                    "stock": 5,
                },
            ] }),
        ),
        ("CategoryInput", json!({ "title": "Green tea", "parent": null, "position": 1 })),
        ("Patch_CategoryInput", json!({ "title": "Green teas" })),
        ("NewsInput", news),
        ("Patch_NewsInput", json!({ "published": "2026-04-21T07:00:00Z" })),
        (
            "UserInput",
            json!({
                "name": "Anna",
                "email": "anna@example.com",
                "phone": "+380671112233",
                "address": "Kyiv, Khreshchatyk 1",
                "language": "uk",
            }),
        ),
        (
            "WebhookInput",
            json!({ "url": "https://erp.example.com/hooks/shop", "types": ["order.placed", "order.cancelled"] }),
        ),
        ("Patch_UserInput", json!({ "language": "uk" })),
        (
            "MailingInput",
            json!({
                "headline": "Spring teas are here",
                "text": "Sencha of the first harvest, 15 % off until Sunday.",
                "translations": { "uk": { "headline": "Весняні чаї вже тут", "text": "Сенча першого збору, −15 % до неділі." } },
                "segment": { "ordered": true },
                "starts": "2026-04-20T07:00:00Z",
            }),
        ),
    ]
}
