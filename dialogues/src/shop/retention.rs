//! For how long is kept what nobody needs any more.

use std::ops::RangeInclusive;

/// For how many days something is kept. What is said of customers stands in the sentence `privacy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// What could not be read or answered: dialogues that no program can read, and updates that were given up.
    pub failed: u16,
    /// What has happened to orders, for the owner's other programs; `None`: for ever. It names nobody.
    pub events: Option<u16>,
    /// Customers from whom nothing is heard any more; `None`: for ever.
    pub inactive: Option<u16>,
    /// Which customers a mailing went to, after its end; `None`: for ever. Later it can neither be corrected nor recalled.
    pub recipients: Option<u16>,
}

impl Retention {
    /// The days that `failed` can be: the collection of updates that were given up keeps them no longer.
    pub const FAILED: RangeInclusive<u16> = 1..=30;
    /// The days that `events` can be: from longer than a webhook is tried, up to ten years.
    pub const EVENTS: RangeInclusive<u16> = 30..=3650;
    /// The days that `inactive` can be: nobody is forgotten who was away for a month.
    pub const INACTIVE: RangeInclusive<u16> = 30..=3650;
    /// The days that `recipients` can be: Telegram lets a bot delete a message for two days.
    pub const RECIPIENTS: RangeInclusive<u16> = 2..=3650;
}

impl Default for Retention {
    fn default() -> Self {
        Self { failed: *Self::FAILED.end(), events: None, inactive: None, recipients: None }
    }
}
