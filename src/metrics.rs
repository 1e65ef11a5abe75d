//! What is counted and timed, for Prometheus: `GET /metrics`.
//!
//! Turns, doors, Telegram, tasks and the process are the shell's: see [`shell::metrics`], also for the rules. The shop adds:
//!
//! | group | reports |
//! |---|---|
//! | [`orders`] | orders, and notices of them |
//! | [`api`] | requests to the API |
//! | [`database`] | MongoDB commands and connections, its disk, the catalogue's age, what was given up |
//! | [`mailings`] | letters by what became of them, how many are left |
//! | [`events`] | tries to deliver events to webhooks |
//! | [`receipts`] | tries to send receipts by e-mail |
//! | [`machine`] | the program's version; the age of the newest backup |

pub mod api;
pub mod database;
pub mod events;
pub mod machine;
pub mod mailings;
pub mod orders;
pub mod receipts;

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use shell::Names;
pub use shell::metrics::CONTENT_TYPE;
use shell::metrics::doors::Doors;
use shell::metrics::tasks::Tasks;
use shell::metrics::telegram::TelegramMetrics;
use shell::metrics::turns::Turns;

use self::api::ApiMetrics;
use self::database::Database;
use self::events::EventDeliveries;
use self::machine::Machine;
use self::mailings::Mailings;
use self::orders::Orders;
use self::receipts::ReceiptMetrics;

/// What this program and its settings are called.
pub const NAMES: Names = Names { program: "shopkeeper", settings: "SHOPKEEPER" };

/// All metrics of one bot. Clones count together.
#[derive(Clone)]
pub struct ShopMetrics {
    shell: shell::metrics::Metrics,
    groups: Arc<ShopGroups>,
}

/// The metrics by what they are about.
pub struct ShopGroups {
    pub turns: Turns,
    pub doors: Doors,
    pub telegram: TelegramMetrics,
    pub tasks: Tasks,
    pub orders: Orders,
    pub api: ApiMetrics,
    pub database: Database,
    pub mailings: Mailings,
    pub events: EventDeliveries,
    pub receipts: ReceiptMetrics,
    pub machine: Machine,
}

impl ShopMetrics {
    /// Metrics that nobody else counts into.
    pub fn new() -> Self {
        let shell = shell::metrics::Metrics::new(NAMES);
        let register = shell.register();
        let shell::metrics::Groups { turns, doors, leases: _, telegram, tasks, process: _ } = (*shell).clone();
        turns.causes(&["stock", "number", "checkout"]);
        let groups = ShopGroups {
            turns,
            doors,
            telegram,
            tasks,
            orders: Orders::new(&register),
            api: ApiMetrics::new(&register),
            database: Database::new(&register),
            mailings: Mailings::new(&register),
            events: EventDeliveries::new(&register),
            receipts: ReceiptMetrics::new(&register),
            machine: Machine::new(&register),
        };
        Self { groups: Arc::new(groups), shell }
    }

    /// What the shell counts into.
    pub fn shell(&self) -> &shell::metrics::Metrics {
        &self.shell
    }

    /// Asks this whenever the metrics are told. The closure holds what it asks weakly, so that it may end.
    pub fn ask_when_told(&self, question: impl Fn(&ShopGroups) + Send + Sync + 'static) {
        let groups = Arc::clone(&self.groups);
        self.shell.ask_when_told(move || question(&groups));
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self) -> String {
        self.machine.look();
        self.shell.text()
    }
}

impl Default for ShopMetrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ShopMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Deref for ShopMetrics {
    type Target = ShopGroups;

    fn deref(&self) -> &ShopGroups {
        &self.groups
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_metric_says_what_it_is_and_is_named_by_the_rules() {
        let metrics = ShopMetrics::new();
        metrics.telegram.called("SendMessage", "ok", Duration::from_millis(3));
        let text = metrics.text();
        for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
            let (name, kind) = line.split_once(' ').unwrap();
            assert!(name.starts_with("shopkeeper_") || name.starts_with("process_"), "{name}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{name} is a {kind}");
            assert!(kind != "histogram" || name.ends_with("_seconds"), "{name}");
            assert!(text.contains(&format!("# HELP {name} ")), "{name}");
        }
        assert!(text.contains("method=\"sendMessage\""), "{text}");
    }
}
