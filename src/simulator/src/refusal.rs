//! Refusals, in the Bot API server's words, and other reasons why a call has no result.

use serde_json::json;

/// An answer with `ok: false`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `error_code`, which is also the HTTP status.
    pub(crate) code: u16,
    /// The whole description, such as `Bad Request: chat not found`.
    pub(crate) description: String,
    /// `parameters.retry_after`, in seconds.
    pub(crate) retry_after: Option<u32>,
    /// `parameters.migrate_to_chat_id`: the supergroup that a group has become.
    pub(crate) migrated_to: Option<i64>,
    /// Whether a test planned it, or what led to it: then the bot is not to blame.
    pub(crate) planned: bool,
}

/// Why a call has no result.
pub(crate) enum Failed {
    Refused(Refusal),
    /// The connection is cut.
    Cut,
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Failed {
        Failed::Refused(refusal)
    }
}

/// What tdlib's `MESSAGE_NOT_MODIFIED` is translated to (`Client.cpp`, `fail_query_with_error`).
pub(crate) const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are \
                                       exactly the same as a current content and reply markup of the message";

/// Telegram writes “ID” where teloxide 0.17 waits for “id”.
pub(crate) const QUERY_TOO_OLD: &str = "query is too old and response timeout expired or query ID is invalid";

impl Refusal {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal { code, description: description.into(), retry_after: None, migrated_to: None, planned: false }
    }

    /// 400, with the words behind “Bad Request: ”.
    pub(crate) fn bad(words: impl std::fmt::Display) -> Refusal {
        Refusal::new(400, format!("Bad Request: {words}"))
    }

    pub(crate) fn blocked() -> Refusal {
        Refusal::new(403, "Forbidden: bot was blocked by the user")
    }

    /// Told to wait: normal for whoever sends much, so no fault.
    pub(crate) fn too_many(seconds: u32) -> Refusal {
        let description = format!("Too Many Requests: retry after {seconds}");
        Refusal { code: 429, description, retry_after: Some(seconds), migrated_to: None, planned: true }
    }

    pub(crate) fn chat_not_found() -> Refusal {
        Refusal::bad("chat not found")
    }

    pub(crate) fn no_method() -> Refusal {
        Refusal::new(404, "Not Found: method not found")
    }

    /// A method that Telegram has, and the simulator does not: no bot is to be told that it has misspelt it.
    pub(crate) fn not_simulated(method: &str) -> Refusal {
        Refusal::new(501, format!("Not Implemented: {method} is not simulated; `simulate --methods` lists what is"))
    }

    pub(crate) fn terminated_by_other_poll() -> Refusal {
        let words = "terminated by other getUpdates request; make sure that only one bot instance is running";
        Refusal::new(409, format!("Conflict: {words}"))
    }

    pub(crate) fn webhook_is_active() -> Refusal {
        let words =
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
        Refusal::new(409, format!("Conflict: {words}"))
    }

    /// Whether it is a fault of the bot to have asked for it. An edit that changes nothing is harmless.
    pub(crate) fn is_fault(&self) -> bool {
        !self.planned && !self.description.ends_with(NOT_MODIFIED)
    }

    pub(crate) fn to_json(&self) -> String {
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({ "retry_after": seconds });
        }
        if let Some(chat) = self.migrated_to {
            body["parameters"] = json!({ "migrate_to_chat_id": chat });
        }
        body.to_string()
    }
}
