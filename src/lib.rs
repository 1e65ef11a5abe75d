//! The shop bot.

pub mod simulator;
