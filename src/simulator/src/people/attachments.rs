//! Messages without words, as Telegram writes them: with every field that Bot API 10.3 has at all times, since the clients
//! of bots stop at a missing one.

use std::sync::Arc;

use engine::markup::Rich;
use engine::transcript::Media;
use serde_json::json;

use crate::files::{Blob, FileKind};
use crate::stickers;
use crate::world::{Body, Bot};

/// The message's body for an attachment.
pub(super) fn body(attachment: Media, bot: &mut Bot) -> Body {
    let (field, value, shown) = match attachment {
        Media::Document => {
            let blob = Arc::new(Blob::new(b"A list.\n".to_vec(), Some("list.txt"), Some("text/plain")));
            bot.files.keep(FileKind::Document, &blob);
            return Body::Document(blob, Rich::default());
        }
        Media::Sticker => ("sticker", stickers::sample(), "🐱"),
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
