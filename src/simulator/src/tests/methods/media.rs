use super::*;

const FILES: [(&str, &str); 7] = [
    ("sendVideo", "video"),
    ("sendAnimation", "animation"),
    ("sendAudio", "audio"),
    ("sendVoice", "voice"),
    ("sendVideoNote", "video_note"),
    ("sendSticker", "sticker"),
    ("sendDocument", "document"),
];

pub(in crate::tests) async fn scenario(world: &World) {
    let to_anna = |fields: Value| with(json!({ "chat_id": ANNA }), fields);
    let call = |method: &'static str, fields: Value| world.call(method, to_anna(fields));
    for (method, field) in FILES {
        world.upload(method, &[("chat_id", &ANNA.to_string())], field, &png(100, 50, field)).await;
    }
    let photo = "https://e.org/a.jpg";
    call("sendLivePhoto", json!({ "live_photo": "https://e.org/a.mov", "photo": photo })).await;
    call("sendPaidMedia", json!({ "star_count": 5, "media": [{ "type": "photo", "media": photo }, { "type": "video", "media": "https://e.org/a.mp4" }] })).await;
    let place = json!({ "latitude": 50.4, "longitude": 30.5, "title": "Tea house", "address": "Khreshchatyk 1" });
    call("sendVenue", place).await;
    call("sendDice", json!({})).await;
    call("sendMessageDraft", json!({ "draft_id": 1, "text": "so far" })).await;
    let live = call("sendLocation", json!({ "latitude": 1, "longitude": 2, "live_period": 60 })).await;
    let id = live["message_id"].clone();
    call("editMessageLiveLocation", json!({ "message_id": id, "latitude": 1.5, "longitude": 2 })).await;
    call("stopMessageLiveLocation", json!({ "message_id": id })).await;
    let from = json!({ "from_chat_id": ANNA, "message_ids": [live["message_id"]] });
    call("forwardMessages", from.clone()).await;
    call("copyMessages", from).await;
    call("getUserProfileAudios", json!({ "user_id": ANNA })).await;
    let photo = json!({ "type": "static", "photo": "attach://f" }).to_string();
    world.upload("setMyProfilePhoto", &[("photo", &photo)], "f", &png(640, 640, "me")).await;
    call("removeMyProfilePhoto", json!({})).await;
    call(
        "setChatMenuButton",
        json!({ "menu_button": { "type": "web_app", "text": "Shop", "web_app": { "url": "https://e.org" } } }),
    )
    .await;
    call("getChatMenuButton", json!({})).await;
}

#[tokio::test]
async fn a_file_is_sent_again_by_its_id_and_only_as_what_it_is() {
    let world = World::new().await;
    for (method, field) in FILES {
        let sent = world.upload(method, &[("chat_id", "1001"), ("duration", "7")], field, &png(100, 50, field)).await;
        let id = sent[field]["file_id"].clone();
        let again = world.call(method, json!({ "chat_id": ANNA, field: id })).await;
        assert_eq!(again[field], sent[field], "also what was said of it");
        let file = world.call("getFile", json!({ "file_id": id })).await;
        let path = file["file_path"].as_str().expect("a path");
        let url = format!("{}/file/bot{TOKEN}/{path}", world.server.base_url);
        let bytes = world.http.get(url).send().await.expect("an answer").bytes().await.expect("bytes");
        assert_eq!(bytes, png(100, 50, field), "{path}");
        if method != "sendDocument" {
            let words = world.refusal("sendDocument", json!({ "chat_id": ANNA, "document": id })).await;
            assert!(words.starts_with("Bad Request: can't use file of type "), "{words}");
        }
    }
}

#[tokio::test]
async fn albums_mix_photos_and_videos_and_what_is_protected_stays() {
    let world = World::new().await;
    let (photo, video, audio) = ("https://e.org/a.jpg", "https://e.org/a.mp4", "https://e.org/a.mp3");
    let album = |media: Value| json!({ "chat_id": ANNA, "media": media });
    let mixed = json!([{ "type": "photo", "media": photo }, { "type": "video", "media": video, "duration": 3, "caption": "<b>c</b>", "parse_mode": "HTML" }]);
    let sent = world.call("sendMediaGroup", album(mixed)).await;
    assert_eq!((&sent[1]["video"]["duration"], &sent[1]["caption_entities"][0]["type"]), (&json!(3), &json!("bold")));
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    let music = json!([{ "type": "photo", "media": photo }, { "type": "audio", "media": audio }]);
    assert_eq!(
        world.refusal("sendMediaGroup", album(music)).await,
        "Bad Request: audio can't be mixed with other media types"
    );
    let secret = json!({ "chat_id": ANNA, "text": "x", "protect_content": true });
    let secret = world.call("sendMessage", secret).await;
    assert_eq!(secret["has_protected_content"], true);
    let on = json!({ "chat_id": ANNA, "from_chat_id": ANNA, "message_id": secret["message_id"], "message_ids": [secret["message_id"]] });
    assert_eq!(world.refusal("forwardMessage", on.clone()).await, "Bad Request: message can't be forwarded");
    assert_eq!(world.refusal("copyMessage", on.clone()).await, "Bad Request: message can't be copied");
    assert_eq!(world.refusal("forwardMessages", on).await, "Bad Request: there are no messages to forward");
}

#[tokio::test]
async fn a_spoiler_and_a_caption_above_are_of_each_photo_by_itself_and_can_be_edited_away() {
    let world = World::new().await;
    let photo =
        |fields: Value| with(json!({ "type": "photo", "media": "https://e.org/a.jpg", "caption": "x" }), fields);
    let media = [photo(json!({ "has_spoiler": true })), photo(json!({ "show_caption_above_media": true }))];
    let sent = world.call("sendMediaGroup", json!({ "chat_id": ANNA, "media": media })).await;
    let shown = |message: &Value| (message["has_media_spoiler"].clone(), message["show_caption_above_media"].clone());
    assert_eq!(shown(&sent[0]), (true.into(), Value::Null));
    assert_eq!(shown(&sent[1]), (Value::Null, true.into()));
    let edit =
        |place: usize, fields: Value| with(json!({ "chat_id": ANNA, "message_id": sent[place]["message_id"] }), fields);
    // The photo is the same, and shown in another way.
    let plain = world.call("editMessageMedia", edit(0, json!({ "media": photo(json!({})) }))).await;
    assert_eq!(shown(&plain), (Value::Null, Value::Null));
    let below = world.call("editMessageCaption", edit(1, json!({ "caption": "x" }))).await;
    assert_eq!(shown(&below), (Value::Null, Value::Null));
    let again = edit(1, json!({ "caption": "x" }));
    assert!(world.refusal("editMessageCaption", again).await.contains("message is not modified"));
    let above = edit(1, json!({ "caption": "x", "show_caption_above_media": true }));
    assert_eq!(shown(&world.call("editMessageCaption", above).await), (Value::Null, true.into()));
}

#[tokio::test]
async fn a_place_moves_until_its_time_is_over_and_values_have_their_ranges() {
    let world = World::new().await;
    let here = |fields: Value| with(json!({ "chat_id": ANNA, "latitude": 1, "longitude": 2 }), fields);
    let sent = world.call("sendLocation", here(json!({ "live_period": 60 }))).await;
    let moved = here(json!({ "message_id": sent["message_id"], "heading": 90 }));
    assert_eq!(world.call("editMessageLiveLocation", moved.clone()).await["location"]["heading"], 90);
    world.sim.set_time(TOKEN, world.sim.time(TOKEN) + chrono::TimeDelta::seconds(61));
    assert_eq!(world.refusal("editMessageLiveLocation", moved).await, "Bad Request: message can't be edited");
    assert_eq!(
        world.refusal("sendLocation", here(json!({ "live_period": 59 }))).await,
        "Bad Request: wrong live location period specified"
    );
    assert_eq!(
        world.refusal("sendLocation", json!({ "chat_id": ANNA, "longitude": 2 })).await,
        "Bad Request: latitude is empty"
    );
    assert_eq!(
        world.refusal("sendDice", json!({ "chat_id": ANNA, "emoji": "🍵" })).await,
        "Bad Request: DICE_EMOJI_INVALID"
    );
    let note = json!({ "chat_id": ANNA, "video_note": "https://e.org/a.mp4", "length": 641 });
    assert_eq!(world.refusal("sendVideoNote", note).await, "Bad Request: wrong video note length");
    assert_eq!(
        world.refusal("sendVideo", json!({ "chat_id": ANNA })).await,
        "Bad Request: there is no video in the request"
    );
    let parameters = json!({ "chat_id": ANNA, "text": "x", "reply_parameters": { "message_id": [] } });
    let words = "Bad Request: can't parse reply parameters: Field \"message_id\" must be of type Number";
    assert_eq!(world.refusal("sendMessage", parameters).await, words);
}
