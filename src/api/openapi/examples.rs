//! What bodies may look like. A test sends each of them.

use dialogues::shop::Currency;
use serde_json::{Map, Value, json};

/// Adds them to the schemas of bodies.
pub(super) fn apply(schemas: &mut Map<String, Value>, currency: Currency) {
    for (name, example) in all(currency) {
        if let Some(schema) = schemas.get_mut(name) {
            schema["example"] = example;
        }
    }
}

fn all(currency: Currency) -> [(&'static str, Value); 9] {
    let news = json!({
        "headline": "Spring teas are here",
        "body": "Sencha of the first harvest has come from Uji.",
        "published": "2026-04-20T07:00:00Z",
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
