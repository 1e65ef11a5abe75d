//! The audit log: who of the team has done what.

use chrono::{DateTime, Utc};

use super::{OrderMove, OrderNumber, OrderStatus};

/// What somebody has done. The names are what is stored, and what the command line prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::EnumIter, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum AuditAction {
    /// Took an order on: its number.
    OrderAccepted,
    OrderShipped,
    OrderDelivered,
    /// Cancelled an order: its number. The reason stands in the order, and goes when its customer is forgotten.
    OrderCancelled,
    /// Changed a product: its title, the new value.
    PriceSet,
    DiscountSet,
    StockSet,
    DescriptionSet,
    PictureSet,
    PictureRemoved,
    /// Added a product: its title.
    ProductAdded,
    /// Hid a product: its title.
    ProductHidden,
    ProductShown,
    /// Paused the shop until a day, or changed the pause.
    ShopPaused,
    ShopResumed,
    /// Sent a mailing: its id.
    MailingStarted,
    MailingPaused,
    MailingResumed,
    MailingCancelled,
    MailingCorrected,
    MailingRecalled,
    /// Invited somebody: as what.
    TeamInvited,
    InvitationsWithdrawn,
    /// Joined the team: as what.
    TeamJoined,
    /// Gave somebody a role: whom, which.
    MemberAppointed,
    /// Took somebody out of the team: whom.
    MemberDismissed,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: DateTime<Utc>,
    /// What they call themselves, or by what it was done.
    pub by: String,
    pub action: AuditAction,
    /// What it was done to; empty where the action says all.
    pub object: String,
    /// What it is now; empty where the action says all.
    pub value: String,
}

impl AuditEntry {
    /// So many of the newest ones are shown in the chat.
    pub const SHOWN: usize = 20;

    /// The line of a step that the shop takes an order on by; `None` where its customer does, who cancels in nobody's name.
    pub fn of_step(number: OrderNumber, taken: &OrderMove) -> Option<Self> {
        let action = match taken.to {
            OrderStatus::New => return None,
            OrderStatus::Accepted => AuditAction::OrderAccepted,
            OrderStatus::Shipped => AuditAction::OrderShipped,
            OrderStatus::Delivered => AuditAction::OrderDelivered,
            OrderStatus::Cancelled => AuditAction::OrderCancelled,
        };
        let by = taken.by.clone()?;
        Some(Self { at: taken.at, by, action, object: number.to_string(), value: String::new() })
    }
}
