//! Downloads.

use serde_json::json;

use super::{Call, Outcome};
use crate::files::Files;
use crate::refusal::Refusal;

/// Bytes that can be downloaded (<https://core.telegram.org/bots/api#getfile>).
const DOWNLOAD: usize = 20 << 20;

pub(super) fn get_file(call: &mut Call<'_>) -> Outcome {
    let id = call.params.text("file_id").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad("file_id not specified"));
    }
    let (path, blob) = call.bot.files.path(&id).ok_or_else(|| Refusal::bad("invalid file_id"))?;
    if blob.bytes.len() > DOWNLOAD {
        return Err(Refusal::bad("file is too big"));
    }
    let letter = id.chars().last().unwrap_or('d');
    let unique = Files::unique_id(blob, letter);
    Ok(json!({ "file_id": id, "file_unique_id": unique, "file_size": blob.bytes.len(), "file_path": path }))
}
