//! The shell of shopkeeper: everything that touches the world, and no rule of the shop.

pub mod clock;
pub mod mongod;
pub mod simulator;
pub mod store;
