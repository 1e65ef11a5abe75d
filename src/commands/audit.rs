//! `shopkeeper audit`: who of the shop has done what.

use clap::Args;
use dialogues::shop::{AuditEntry, Zone};
use shopkeeper::telemetry;

use super::Shop;

/// Prints the audit log, newest first: when, by the shop's clock, who, what, to what, and what it is now; tabs in between.
#[derive(Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    shop: Shop,
    /// How many lines
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    most: u32,
}

impl Audit {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let zone = self.shop.zone()?;
        let store = self.shop.open().await?;
        for entry in store.audit(self.most as usize).await? {
            println!("{}", line(&entry, zone));
        }
        Ok(())
    }
}

/// A line of the log.
fn line(entry: &AuditEntry, zone: Zone) -> String {
    let AuditEntry { at, by, action, object, value } = entry;
    let at = zone.local(*at).format("%Y-%m-%d %H:%M:%S");
    let line = format!("{at}\t{}\t{action}\t{}\t{}", plain(by), plain(object), plain(value));
    line.trim_end().to_owned()
}

fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use dialogues::shop::AuditAction;

    use super::*;

    #[test]
    fn a_line_is_one_line() {
        let mut entry = AuditEntry {
            at: "2026-03-14T10:00:00Z".parse().unwrap(),
            by: "Ol\tga".to_owned(),
            action: AuditAction::OrderCancelled,
            object: "482-7391".to_owned(),
            value: "a\nb".to_owned(),
        };
        let read = |entry: &AuditEntry| line(entry, Zone::default());
        assert_eq!(read(&entry), "2026-03-14 12:00:00\tOl ga\torder_cancelled\t482-7391\ta b");
        (entry.object, entry.value) = (String::new(), String::new());
        entry.action = AuditAction::ShopResumed;
        assert_eq!(read(&entry), "2026-03-14 12:00:00\tOl ga\tshop_resumed");
    }
}
