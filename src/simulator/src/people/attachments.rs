//! Messages without words, as Telegram writes them: with every field that Bot API 10.3 has at all times, since the clients
//! of bots stop at a missing one.

use std::sync::Arc;

use engine::markup::Rich;
use engine::transcript::Media;
use serde_json::json;

use crate::files::{Blob, FileKind};
use crate::world::{Body, Bot};

/// The message's body for an attachment.
pub(super) fn body(attachment: Media, bot: &mut Bot) -> Body {
    let (field, value, shown) = match attachment {
        Media::Document => {
            let blob = Arc::new(Blob::new(b"A list.\n".to_vec(), Some("list.txt"), Some("text/plain")));
            bot.files.keep(FileKind::Document, &blob);
            return Body::Document(blob, Rich::default());
        }
        Media::Sticker => (
            "sticker",
            json!({
                "file_id": "CAACAgIAAxkBsticker", "file_unique_id": "AgADsticker", "file_size": 21_418,
                "width": 512, "height": 512, "type": "regular", "is_animated": false, "is_video": false,
                "emoji": "🐱", "set_name": "Cats",
            }),
            "🐱",
        ),
        Media::Voice => (
            "voice",
            json!({
                "file_id": "AwACAgIAAxkBvoice", "file_unique_id": "AgADvoice", "file_size": 9_104,
                "duration": 3, "mime_type": "audio/ogg",
            }),
            "🎤 0:03",
        ),
        Media::Video => (
            "video",
            json!({
                "file_id": "BAACAgIAAxkBvideo", "file_unique_id": "AgADvideo", "file_size": 812_004,
                "width": 640, "height": 360, "duration": 7, "mime_type": "video/mp4", "file_name": "video.mp4",
            }),
            "🎬 0:07",
        ),
        Media::Location => ("location", json!({ "latitude": 50.4501, "longitude": 30.5234 }), "📍"),
        Media::Poll => (
            "poll",
            json!({
                "id": "5368324170671202286", "question": "Tea or coffee?",
                "options": [
                    { "persistent_id": "0", "text": "Tea", "voter_count": 0 },
                    { "persistent_id": "1", "text": "Coffee", "voter_count": 0 },
                ],
                "total_voter_count": 0, "is_closed": false, "is_anonymous": true, "type": "regular",
                "allows_multiple_answers": false, "allows_revoting": true, "members_only": false,
            }),
            "📊 Tea or coffee?",
        ),
    };
    Body::Other { field, value, shown: shown.to_owned() }
}

/// A picture of one grey pixel. Its name stands behind the end, where readers do not look, so that contents differ.
pub(super) fn tiny_png(name: &str) -> Vec<u8> {
    const PIXEL: &[u8] = &[
        0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, b'I', b'H', b'D', b'R', 0, 0, 0, 1, 0, 0, 0, 1,
        8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 0x0A, b'I', b'D', b'A', b'T', 0x78, 0xDA, 0x63, 0x68, 0x00,
        0x00, 0x00, 0x82, 0x00, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0, b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60,
        0x82,
    ];
    [PIXEL, name.as_bytes()].concat()
}
