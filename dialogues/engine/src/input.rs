//! What a customer did, before any flow gives it a meaning.

use crate::{App, Callback};

/// What a customer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<A: App> {
    /// Wrote a text, or tapped a button of the reply keyboard, which says its label.
    Said(String),
    /// Wrote a text with formatting; `html` is the same as Telegram's HTML.
    Formatted { text: String, html: String },
    /// Tapped an inline button that was shown with the screen of this serial number.
    Tapped { button: Callback<A>, serial: u32 },
    /// Tapped an inline button whose data the application cannot read: one of an older version, or a forged one.
    TappedUnknown,
    /// Sent a command: a name without the slash, and the rest of the line.
    Command { name: String, argument: String },
    /// Shared a contact; `own` when Telegram's server says that it is theirs.
    SharedContact { phone: String, own: bool },
    /// Sent something without words: a sticker, a voice.
    Sent(Attachment),
    /// Sent a picture; its caption may be empty, and formatted. Pictures that are sent together come one by one, with
    /// the id of their album.
    SentPicture { picture: A::Picture, caption: String, html: Option<String>, album: Option<String> },
    /// Changed a message that was read already.
    Edited,
    /// Blocked the bot.
    Left,
    /// Unblocked it.
    CameBack,
    /// Wrote in a group or a channel.
    InGroup,
    /// Did nothing: the bot is back after an outage in which their taps were lost. See [`crate::outage`].
    BotIsBack,
    /// Did nothing until the deadline of their dialogue: see [`crate::App::deadline`].
    DeadlinePassed,
}

impl<A: App> Input<A> {
    /// What a text message is: a command where it begins with a slash (`/help`, `/help@tea_bot`,
    /// `/start p_…`), else something said.
    pub fn of_text(text: &str) -> Self {
        let Some(command) = text.trim().strip_prefix('/') else { return Self::Said(text.to_owned()) };
        let (name, argument) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let name = name.split('@').next().unwrap_or(name).to_lowercase();
        Self::Command { name, argument: argument.trim().to_owned() }
    }

    /// A text without its formatting; `None` for what is no formatted text.
    pub fn plain(&self) -> Option<Self> {
        match self {
            Self::Formatted { text, .. } => Some(Self::Said(text.clone())),
            _ => None,
        }
    }

    /// Whether it is a tap on an inline button.
    pub fn is_tap(&self) -> bool {
        matches!(self, Self::Tapped { .. } | Self::TappedUnknown)
    }

    /// Whether it is nothing that the customer did.
    pub fn is_by_itself(&self) -> bool {
        matches!(self, Self::BotIsBack | Self::DeadlinePassed)
    }

    /// Whether the customer only blocked or unblocked the bot.
    pub fn is_presence(&self) -> bool {
        matches!(self, Self::Left | Self::CameBack)
    }
}

/// What kind of thing was sent instead of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Attachment {
    Sticker,
    Voice,
    Picture,
    Other,
}
