//! Telegram's HTML: read into text and entities, and written in chat notation.
