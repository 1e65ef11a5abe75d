//! Transcripts of bots in any language, and the commands of the program `telegram-simulator`, which other
//! programs of this repository have, too.
//!
//! [`ProcessStage`] plays a transcript in front of a bot that a command starts, [`recorded`] makes one of what people did.

pub mod commands;
mod playing;
mod process;
mod recording;
mod sentences;

pub use playing::{Played, blessed, find, play, play_all, play_in_one_process, play_one, untapped};
pub use process::{BotProcess, ProcessStage, end_all, is_stopping};
pub use recording::{BotRecording, recorded};
pub use sentences::{AnyBot, Given, Nothing, Someone};
