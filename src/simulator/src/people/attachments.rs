//! Messages without words, as Telegram writes them: with every field that Bot API 10.3 has at all times, since the clients
//! of bots stop at a missing one. Their files are small, and can be downloaded and sent again as those of the bot can.

use std::sync::Arc;

use engine::markup::Rich;
use engine::transcript::Media as Attachment;
use serde_json::{Value, json};

use crate::files::{Blob, FileKind};
use crate::media::Media;
use crate::stickers;
use crate::world::{Body, Bot};

/// The message's body for an attachment.
pub(super) fn body(attachment: Attachment, bot: &mut Bot) -> Body {
    let (field, value, shown) = match attachment {
        Attachment::Document => {
            let blob = Arc::new(Blob::new(b"A list.\n".to_vec(), Some("list.txt"), Some("text/plain")));
            bot.files.keep(FileKind::Document, &blob);
            return Body::Document(blob, Rich::default());
        }
        Attachment::Sticker => {
            let (blob, details) = stickers::cat();
            return file(bot, FileKind::Sticker, blob, details.into());
        }
        Attachment::Voice => {
            let blob = Blob::new(b"OggS: three seconds".to_vec(), Some("voice.ogg"), Some("audio/ogg"));
            return file(bot, FileKind::Voice, blob, json!({ "duration": 3 }));
        }
        Attachment::Video => {
            let blob = Blob::new(b"....ftypisom: seven seconds".to_vec(), Some("video.mp4"), Some("video/mp4"));
            return file(bot, FileKind::Video, blob, json!({ "width": 640, "height": 360, "duration": 7 }));
        }
        Attachment::Location => ("location", json!({ "latitude": 50.4501, "longitude": 30.5234 }), "📍"),
        Attachment::Poll => (
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

/// A file of the person, which the bot can ask for.
fn file(bot: &mut Bot, kind: FileKind, blob: Blob, details: Value) -> Body {
    let blob = Arc::new(blob);
    bot.files.keep(kind, &blob);
    let mut details = details.as_object().cloned().unwrap_or_default();
    let id = bot.files.id(&blob, kind.letter());
    bot.files.describe(&id, &mut details);
    Body::Media(Box::new(Media { kind, blob, details, caption: Rich::default() }))
}
