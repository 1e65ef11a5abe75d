//! The pure core of shopkeeper.
pub mod chat;
pub mod markup;
pub mod shop;
pub mod transcript;
