use super::*;

const GIFT: &str = "5170145012310081615";

pub(in crate::tests) async fn scenario(world: &World) {
    let call = |method: &'static str, body: Value| world.call(method, body);
    world.sim.give_stars(TOKEN, 2_000);
    call("getAvailableGifts", json!({})).await;
    call("sendGift", json!({ "user_id": ANNA, "gift_id": GIFT, "text": "Thanks" })).await;
    call("sendGift", json!({ "user_id": ANNA, "gift_id": GIFT, "pay_for_upgrade": true })).await;
    call("giftPremiumSubscription", json!({ "user_id": ANNA, "month_count": 3, "star_count": 1000 })).await;
    let owned = call("getUserGifts", json!({ "user_id": ANNA })).await;
    call("getChatGifts", json!({ "chat_id": ANNA })).await;
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], true).expect("connected");
    let on = |gift: usize, fields: Value| {
        with(
            json!({ "business_connection_id": "shop", "owned_gift_id": owned["gifts"][gift]["owned_gift_id"] }),
            fields,
        )
    };
    call("convertGiftToStars", on(0, json!({}))).await;
    call("transferBusinessAccountStars", on(0, json!({ "star_count": 10 }))).await;
    call("upgradeGift", on(1, json!({}))).await;
    call("getUserGifts", json!({ "user_id": ANNA })).await;
    call("transferGift", on(1, json!({ "new_owner_chat_id": ANNA }))).await;
    for method in ["verifyUser", "removeUserVerification", "setUserEmojiStatus", "getUserPersonalChatMessages"] {
        call(method, json!({ "user_id": ANNA, "limit": 1 })).await;
    }
    for method in ["verifyChat", "removeChatVerification", "getUserChatBoosts"] {
        call(method, json!({ "chat_id": ANNA, "user_id": ANNA })).await;
    }
    let hash = "ZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWVlZWU=";
    let error = json!({ "source": "unspecified", "type": "address", "element_hash": hash, "message": "?" });
    call("setPassportDataErrors", json!({ "user_id": ANNA, "errors": [error] })).await;
    let game = call("sendGame", json!({ "chat_id": ANNA, "game_short_name": "tea" })).await;
    let played = json!({ "chat_id": ANNA, "message_id": game["message_id"], "user_id": ANNA, "score": 7 });
    call("setGameScore", played.clone()).await;
    call("getGameHighScores", played).await;
}

#[tokio::test]
async fn gifts_cost_stars_and_belong_to_somebody() {
    let world = World::new().await;
    let gift = json!({ "user_id": ANNA, "gift_id": GIFT });
    assert_eq!(world.refusal("sendGift", gift.clone()).await, "Bad Request: BALANCE_TOO_LOW");
    assert_eq!(
        world.refusal("sendGift", json!({ "user_id": ANNA, "gift_id": "1" })).await,
        "Bad Request: STARGIFT_INVALID"
    );
    world.sim.give_stars(TOKEN, 20);
    world.call("sendGift", gift).await;
    assert_eq!(world.call("getMyStarBalance", json!({})).await["amount"], 5);
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], true).expect("connected");
    let account = json!({ "business_connection_id": "shop" });
    let owned = world.call("getBusinessAccountGifts", account.clone()).await["gifts"][0].clone();
    world.call("convertGiftToStars", with(account.clone(), json!({ "owned_gift_id": owned["owned_gift_id"] }))).await;
    assert_eq!(
        world.call("getBusinessAccountStarBalance", account.clone()).await["amount"],
        owned["convert_star_count"]
    );
    let again = with(account.clone(), json!({ "owned_gift_id": owned["owned_gift_id"] }));
    assert_eq!(world.refusal("convertGiftToStars", again).await, "Bad Request: STARGIFT_NOT_FOUND");
    let much = with(account, json!({ "star_count": 14 }));
    assert_eq!(world.refusal("transferBusinessAccountStars", much).await, "Bad Request: BALANCE_TOO_LOW");
}

#[tokio::test]
async fn a_gift_is_made_unique_once_and_paid_by_the_giver_or_by_the_account() {
    let world = World::new().await;
    world.sim.give_stars(TOKEN, 100);
    world.sim.connect_business(TOKEN, ANNA, "shop", &[], true).expect("connected");
    for fields in [json!({ "pay_for_upgrade": true }), json!({}), json!({})] {
        world.call("sendGift", with(json!({ "user_id": ANNA, "gift_id": GIFT }), fields)).await;
    }
    assert_eq!(world.call("getMyStarBalance", json!({})).await["amount"], 30, "three gifts and one upgrade");
    let owned = || world.call("getUserGifts", json!({ "user_id": ANNA }));
    let gifts = owned().await["gifts"].clone();
    assert_eq!(gifts[0]["prepaid_upgrade_star_count"], gifts[0]["gift"]["upgrade_star_count"]);
    let on = |gift: usize, fields: Value| {
        with(json!({ "business_connection_id": "shop", "owned_gift_id": gifts[gift]["owned_gift_id"] }), fields)
    };
    world.call("upgradeGift", on(0, json!({}))).await;
    for method in ["upgradeGift", "convertGiftToStars"] {
        assert_eq!(world.refusal(method, on(0, json!({}))).await, "Bad Request: STARGIFT_ALREADY_UPGRADED", "{method}");
    }
    let wrong = world.refusal("upgradeGift", on(1, json!({}))).await;
    assert_eq!(wrong, "Bad Request: invalid number of Telegram Stars specified");
    let paid = json!({ "star_count": 25 });
    assert_eq!(world.refusal("upgradeGift", on(1, paid.clone())).await, "Bad Request: BALANCE_TOO_LOW");
    world.call("convertGiftToStars", on(2, json!({}))).await;
    world.sim.give_stars_to(TOKEN, ANNA, 20);
    world.call("upgradeGift", on(1, paid)).await;
    let account = json!({ "business_connection_id": "shop" });
    assert_eq!(world.call("getBusinessAccountStarBalance", account).await["amount"], 13 + 20 - 25);
    let unique = owned().await["gifts"][1].clone();
    assert_eq!((&unique["type"], &unique["gift"]["number"]), (&json!("unique"), &json!(2)));
}

#[tokio::test]
async fn the_sticker_of_a_gift_can_be_downloaded_and_sent() {
    let world = World::new().await;
    let gifts = world.call("getAvailableGifts", json!({})).await;
    let sticker = gifts["gifts"][0]["sticker"].clone();
    let file = world.call("getFile", json!({ "file_id": sticker["file_id"] })).await;
    assert_eq!(file["file_size"], sticker["file_size"]);
    let sent = world.call("sendSticker", json!({ "chat_id": ANNA, "sticker": sticker["file_id"] })).await;
    assert_eq!(sent["sticker"]["file_unique_id"], sticker["file_unique_id"]);
}

#[tokio::test]
async fn scores_rise_and_fall_only_by_force() {
    let world = World::new().await;
    let game = world.call("sendGame", json!({ "chat_id": ANNA, "game_short_name": "tea" })).await;
    let score = |score: i64, fields: Value| {
        with(json!({ "chat_id": ANNA, "message_id": game["message_id"], "user_id": ANNA, "score": score }), fields)
    };
    world.call("setGameScore", score(7, json!({}))).await;
    assert_eq!(world.refusal("setGameScore", score(6, json!({}))).await, "Bad Request: BOT_SCORE_NOT_MODIFIED");
    world.call("setGameScore", score(6, json!({ "force": true }))).await;
    let best = world.call("getGameHighScores", score(0, json!({}))).await;
    assert_eq!((&best[0]["score"], &best[0]["position"]), (&json!(6), &json!(1)));
    let elsewhere = json!({ "chat_id": ANNA, "message_id": 1, "user_id": ANNA });
    assert_eq!(world.refusal("getGameHighScores", elsewhere).await, "Bad Request: MESSAGE_ID_INVALID");
    let error = |hash: &str| json!({ "user_id": ANNA, "errors": [{ "source": "unspecified", "type": "address", "element_hash": hash, "message": "?" }] });
    assert_eq!(
        world.refusal("setPassportDataErrors", error("e2e")).await,
        "Bad Request: can't parse PassportElementError: hash isn't a valid base64-encoded string"
    );
    assert_eq!(world.refusal("setPassportDataErrors", error("ZWVl")).await, "Bad Request: HASH_SIZE_INVALID");
}
