//! What every flow of the shop is made of.

pub use engine::{Flow, out_of_date, step};

pub use crate::app::Shop;
pub use crate::machine::Step;
