//! What the people of the shop see and customers do not.

use super::{AudienceCounts, AuditEntry, Correspondent, Mailing, Member, Order, OrderFilter, Sales, TeamRole};

/// Orders of one page of the desk.
pub const DESK_PAGE: usize = 8;

/// Orders of the whole shop, newest first, that an owner's turn looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeskQuery {
    /// A page of them, leaving out so many of the newest.
    Page { of: OrderFilter, skip: u16 },
    /// Those whose customer's name or phone number has these words in it.
    Words(String),
}

impl DeskQuery {
    /// How many of the newest are left out.
    pub fn skip(&self) -> usize {
        match self {
            Self::Page { skip, .. } => usize::from(*skip),
            Self::Words(_) => 0,
        }
    }

    /// Whether an order is one of them.
    pub fn has(&self, order: &Order) -> bool {
        match self {
            Self::Page { of, .. } => of.statuses().contains(&order.status),
            Self::Words(words) => order.contact.as_ref().is_some_and(|contact| {
                let name = contact.name.as_ref().map(|name| name.as_str().to_lowercase()).unwrap_or_default();
                let digits = digits(words);
                name.contains(&words.to_lowercase()) || !digits.is_empty() && contact.phone.as_str().contains(&digits)
            }),
        }
    }
}

/// The digits of a phone number that is searched for, without the zero before it; empty where too few are written.
pub fn digits(words: &str) -> String {
    let digits: String = words.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0');
    if digits.len() < 4 { String::new() } else { digits.to_owned() }
}

/// What an owner or a manager sees in a turn, and nobody else.
#[derive(Debug, Clone, Default)]
pub struct Office {
    /// What they may do.
    pub role: TeamRole,
    /// Whom a mailing would reach; empty unless [`crate::turn::Looks::at_recipients`].
    pub census: AudienceCounts,
    /// The mailing that the turn is about.
    pub mailing: Option<Mailing>,
    /// The order that the turn is about.
    pub order: Option<Order>,
    /// The orders of [`crate::turn::Looks::at_desk`]: a page, and one more where others follow.
    pub orders: Vec<Order>,
    /// What was sold, where the turn [`crate::turn::Looks::at_sales`].
    pub sales: Sales,
    /// The customer of [`crate::turn::Looks::at_addressee`]; `None`: they were forgotten.
    pub correspondent: Option<Correspondent>,
    /// The team, where the turn [`crate::turn::Looks::at_team`]; see [`Member::in_order`].
    pub team: Vec<Member>,
    /// The newest lines of the audit log, newest first, where the turn [`crate::turn::Looks::at_audit`].
    pub audit: Vec<AuditEntry>,
    /// The bot's username, for links to it.
    pub bot: String,
}
