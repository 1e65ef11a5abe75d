//! What every flow of the shop is made of.

pub use engine::{Flow, out_of_date, step};

pub use crate::machine::{Shop, Step};
