use super::*;

const NAME: &str = "teas_by_simulated_bot";

/// Makes a set of one sticker, and answers the identifier of the sticker.
async fn make(world: &World, name: &str, kind: &str, side: u32) -> Value {
    let sticker = json!([{ "sticker": "attach://f", "format": "static", "emoji_list": ["🍵"] }]).to_string();
    let fields =
        [("user_id", "1001"), ("name", name), ("title", "Teas"), ("sticker_type", kind), ("stickers", &sticker)];
    world.upload("createNewStickerSet", &fields, "f", &png(side, side, name)).await;
    first(world, name).await["file_id"].clone()
}

async fn first(world: &World, name: &str) -> Value {
    world.call("getStickerSet", json!({ "name": name })).await["stickers"][0].clone()
}

fn one_more(name: &str) -> [(&str, &str); 3] {
    [
        ("user_id", "1001"),
        ("name", name),
        ("sticker", r#"{"sticker":"attach://f","format":"static","emoji_list":["🫖"]}"#),
    ]
}

pub(in crate::tests) async fn scenario(world: &World) {
    friends(world);
    let id = make(world, NAME, "regular", 512).await;
    world.upload("addStickerToSet", &one_more(NAME), "f", &png(512, 512, "more")).await;
    let call = |method: &'static str, body: Value| world.call(method, body);
    call("setStickerPositionInSet", json!({ "sticker": id, "position": 1 })).await;
    call("setStickerEmojiList", json!({ "sticker": id, "emoji_list": ["☕"] })).await;
    call("setStickerKeywords", json!({ "sticker": id, "keywords": ["tea"] })).await;
    call("setStickerSetTitle", json!({ "name": NAME, "title": "All teas" })).await;
    let thumbnail = [("user_id", "1001"), ("name", NAME), ("format", "static")];
    world.upload("setStickerSetThumbnail", &thumbnail, "thumbnail", &png(100, 100, "small")).await;
    call("setChatStickerSet", in_group(json!({ "sticker_set_name": NAME }))).await;
    call("deleteChatStickerSet", in_group(json!({}))).await;
    let replaced = [one_more(NAME).as_slice(), &[("old_sticker", id.as_str().expect("an id"))]].concat();
    world.upload("replaceStickerInSet", &replaced, "f", &png(512, 512, "other")).await;
    let other = first(world, NAME).await["file_id"].clone();
    call("deleteStickerFromSet", json!({ "sticker": other })).await;
    let mask = make(world, "masks_by_simulated_bot", "mask", 512).await;
    call(
        "setStickerMaskPosition",
        json!({ "sticker": mask, "mask_position": { "point": "eyes", "x_shift": 0, "y_shift": 0.5, "scale": 2 } }),
    )
    .await;
    make(world, "emoji_by_simulated_bot", "custom_emoji", 100).await;
    let emoji = first(world, "emoji_by_simulated_bot").await["custom_emoji_id"].clone();
    call("setCustomEmojiStickerSetThumbnail", json!({ "name": "emoji_by_simulated_bot", "custom_emoji_id": emoji }))
        .await;
    call("getCustomEmojiStickers", json!({ "custom_emoji_ids": [emoji] })).await;
    call("getForumTopicIconStickers", json!({})).await;
    let upload = [("user_id", "1001"), ("sticker_format", "static")];
    world.upload("uploadStickerFile", &upload, "sticker", &png(512, 512, "up")).await;
    call("deleteStickerSet", json!({ "name": NAME })).await;
}

#[tokio::test]
async fn a_sticker_of_a_set_is_told_as_what_it_is() {
    let world = World::new().await;
    let id = make(&world, NAME, "regular", 512).await;
    let sent = world.call("sendSticker", json!({ "chat_id": ANNA, "sticker": id })).await["sticker"].clone();
    assert_eq!((&sent["set_name"], &sent["emoji"], &sent["width"]), (&json!(NAME), &json!("🍵"), &json!(512)));
    world.call("setStickerEmojiList", json!({ "sticker": id, "emoji_list": ["☕", "🍵"] })).await;
    assert_eq!(first(&world, NAME).await["emoji"], "☕");
    world.upload("addStickerToSet", &one_more(NAME), "f", &png(512, 512, "more")).await;
    world.call("setStickerPositionInSet", json!({ "sticker": id, "position": 1 })).await;
    assert_eq!(world.call("getStickerSet", json!({ "name": NAME.to_uppercase() })).await["stickers"][1]["file_id"], id);
    world.sim.publish_stickers(TOKEN, "Cats", "Cats", &["🐱".to_owned()]);
    let cat = first(&world, "cats").await["file_id"].clone();
    assert_eq!(
        world.refusal("deleteStickerFromSet", json!({ "sticker": cat })).await,
        "Bad Request: STICKERSET_NOT_MODIFIED"
    );
}

#[tokio::test]
async fn what_is_no_set_or_no_sticker_is_refused() {
    let world = World::new().await;
    make(&world, NAME, "regular", 512).await;
    let set = |fields: Value| {
        with(json!({ "user_id": ANNA, "name": "a_by_simulated_bot", "title": "x", "stickers": [] }), fields)
    };
    let refusals = [
        ("createNewStickerSet", set(json!({ "name": "teas" })), "invalid sticker set name is specified"),
        ("createNewStickerSet", set(json!({ "name": NAME })), "sticker set name is already occupied"),
        ("createNewStickerSet", set(json!({ "title": "" })), "sticker set title must be non-empty"),
        ("createNewStickerSet", set(json!({})), "at least 1 sticker must be specified"),
        ("createNewStickerSet", set(json!({ "sticker_type": "x" })), "unsupported sticker type specified"),
        (
            "createNewStickerSet",
            set(json!({ "stickers": [{ "format": "static", "emoji_list": [], "sticker": "x" }] })),
            "emoji list must be non-empty",
        ),
        ("getStickerSet", json!({ "name": "none" }), "STICKERSET_INVALID"),
        ("setStickerPositionInSet", json!({ "sticker": "none" }), "wrong file identifier specified"),
        ("setStickerEmojiList", json!({ "emoji_list": ["a"] }), "expected a Unicode emoji"),
        (
            "setStickerMaskPosition",
            json!({ "mask_position": { "point": "ear" } }),
            "can't parse mask position: wrong point specified in MaskPosition",
        ),
        ("uploadStickerFile", json!({ "user_id": ANNA, "sticker_format": "x" }), "invalid sticker format specified"),
    ];
    for (method, body, words) in refusals {
        assert_eq!(world.refusal(method, body).await, format!("Bad Request: {words}"), "{method}");
    }
}
