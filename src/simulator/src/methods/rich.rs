//! Rich messages (<https://core.telegram.org/bots/api#rich-messages>): headings, lists, tables, media, formulas and buttons in one
//! message.
//!
//! A bot writes one as blocks, as HTML or as Markdown. Markdown is made into HTML (`rich/markdown.rs`), HTML into blocks as a bot
//! may send them (`rich/html.rs`), and those into the blocks that a message contains (`rich/build.rs`), which people see as a text
//! (`rich/spoken.rs`). Telegram reads HTML and Markdown on servers whose source is not public: this follows the description, and
//! refusals that others have met.

mod build;
mod dom;
mod html;
mod markdown;
mod spoken;
mod values;

use std::borrow::Cow;

use serde_json::{Value, json};

use super::Call;
use crate::files::FileKind;
use crate::keyboards::Button;
use crate::refusal::Refusal;
use crate::world::{Body, Post};

/// The field of a `Message`, and of the parameters.
pub(super) const FIELD: &str = "rich_message";

/// Bytes of HTML or Markdown: a text of 32,768 characters with everything that can be said of them is shorter.
const SOURCE: usize = 1 << 20;

/// Where a rich message goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    Message,
    /// What is still being written: it may contain a block that says so.
    Draft,
}

/// The `InputRichMessage` of a call, if it has one.
pub(super) fn asked(call: &Call<'_>) -> Result<Option<Value>, Refusal> {
    call.params.json(FIELD)
}

/// What a call for a rich message brings.
pub(super) fn required(call: &mut Call<'_>, stage: Stage) -> Result<Body, Refusal> {
    let given = asked(call)?.ok_or_else(empty)?;
    body(call, &given, stage)
}

fn empty() -> Refusal {
    Refusal::bad("rich message must be non-empty")
}

/// An `InputRichMessage` as the body of a message.
pub(super) fn body(call: &mut Call<'_>, given: &Value, stage: Stage) -> Result<Body, Refusal> {
    let object = given.as_object().ok_or_else(|| Refusal::bad("object expected as rich message"))?;
    let is_given = |field: &&str| object.get(*field).is_some_and(|value| !value.is_null());
    let sources: Vec<&str> = ["html", "markdown", "blocks"].into_iter().filter(is_given).collect();
    let said = |field: &str| object.get(field).map(values::word).unwrap_or_default();
    let is_long = |text: &str| text.len() > SOURCE;
    if is_long(&said("html")) || is_long(&said("markdown")) {
        return Err(Refusal::bad("RICH_MESSAGE_TOO_LONG"));
    }
    let written = match sources[..] {
        ["blocks"] => object["blocks"].clone(),
        ["html"] => html::blocks(&said("html"))?.into(),
        ["markdown"] if said("markdown").trim().is_empty() => {
            return Err(Refusal::bad("RICH_MESSAGE_MARKDOWN_INVALID"));
        }
        ["markdown"] => html::blocks(&markdown::to_html(&said("markdown")))?.into(),
        [] => return Err(empty()),
        // “Exactly one of the fields must be used” (<https://core.telegram.org/bots/api#inputrichmessage>); the server's own words
        // for it are not known.
        _ => return Err(Refusal::bad("exactly one of the fields html, markdown and blocks must be used")),
    };
    let blocks = build::blocks(call, given, &written, stage)?;
    let shown = spoken::rich(&blocks).to_chat();
    let mut value = json!({ "blocks": blocks });
    if object.get("is_rtl").and_then(Value::as_bool).unwrap_or_default() {
        value["is_rtl"] = true.into();
    }
    Ok(Body::Other { field: FIELD, value, shown })
}

/// The kinds of files in a rich message, each of which needs the right to send it.
pub(super) fn files(body: &Body) -> Vec<FileKind> {
    let mut kinds = Vec::new();
    if let Body::Other { field: FIELD, value, .. } = body {
        build::note_files(&value["blocks"], &mut kinds);
    }
    kinds
}

impl Body {
    /// Whether its text can be edited: `editMessageText` is for texts and rich messages.
    pub(super) fn has_text(&self) -> bool {
        matches!(self, Body::Text(_) | Body::Other { field: FIELD, .. })
    }
}

impl Post {
    /// All buttons of the message: those inside of a rich message, and those below it.
    pub(crate) fn all_buttons(&self) -> Cow<'_, [Vec<Button>]> {
        match &self.body {
            Body::Other { field: FIELD, value, .. } => {
                let mut rows = spoken::buttons(&value["blocks"]);
                rows.extend(self.buttons.iter().cloned());
                rows.into()
            }
            _ => self.buttons.as_slice().into(),
        }
    }
}
