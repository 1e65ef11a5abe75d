//! The words by which Telegram refuses a call, and how an error is logged.

use teloxide::{ApiError, RequestError};

/// Whether Telegram itself is out of order: its gateways say so, in words that teloxide hands on.
pub fn is_outage(error: &ApiError) -> bool {
    ["bad gateway", "internal server error", "gateway timeout", "service unavailable"]
        .iter()
        .any(|words| says(error, words))
}

/// Whether Telegram's words contain these. teloxide knows errors by their exact text, and Telegram
/// rewords them: what it does not know arrives as `Unknown`, so that the text itself decides.
pub fn says(error: &ApiError, words: &str) -> bool {
    error.to_string().to_lowercase().contains(&words.to_lowercase())
}

/// Whether a `file_id` is not good any more.
pub fn rejects_file(error: &ApiError) -> bool {
    says(error, "wrong file") || says(error, "wrong remote file") || says(error, "file reference")
}

/// Whether it is the picture itself that Telegram does not take.
pub fn refuses_picture(error: &ApiError) -> bool {
    ["PHOTO_", "IMAGE_PROCESS", "wrong type", "file is too big", "wrong file", "wrong remote file"]
        .iter()
        .any(|words| says(error, words))
}

/// Whether the message cannot be edited, and a new one must be sent.
pub fn is_gone(error: &ApiError) -> bool {
    [
        "message to edit not found",
        "message can't be edited",
        "MESSAGE_ID_INVALID",
        "no text in the message",
        "caption is too long",
    ]
    .iter()
    .any(|words| says(error, words))
}

/// The error without what was sent: `InvalidJson` would carry the whole answer.
pub fn described(error: &RequestError) -> String {
    match error {
        RequestError::Api(error) => error.to_string(),
        RequestError::RetryAfter(seconds) => format!("too many requests, retry after {seconds}"),
        RequestError::Network(error) if error.is_timeout() => "Telegram did not answer in time".to_owned(),
        RequestError::Network(_) => "Telegram could not be reached".to_owned(),
        RequestError::InvalidJson { .. } => "Telegram's answer could not be read".to_owned(),
        RequestError::MigrateToChatId(_) => "the group has moved".to_owned(),
        RequestError::Io(_) => "a file could not be read".to_owned(),
    }
}
