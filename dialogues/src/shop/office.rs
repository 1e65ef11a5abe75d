//! What owners see and customers do not.

use super::{AudienceCounts, Mailing, Order};

/// What an owner sees in a turn, and nobody else.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// Whom a mailing would reach; empty unless [`crate::turn::Looks::at_recipients`].
    pub census: AudienceCounts,
    /// The mailing that the turn is about.
    pub mailing: Option<Mailing>,
    /// The order that the turn is about.
    pub order: Option<Order>,
}
