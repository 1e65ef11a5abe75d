//! `shopkeeper pause`: until when the shop takes no orders.

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use clap::Args;
use dialogues::shop::{AuditAction, AuditEntry, DayRefusal, MOST_DAYS, Pause as Pausing, Zone};
use shopkeeper::telemetry;

use super::{OPERATOR, Shop};

/// Tells whether the shop takes orders, pauses it, or lets it go on, as an owner does in the chat with /pause. The running bot
/// follows within a second.
#[derive(Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    shop: Shop,
    /// From which day on it takes orders again, by the shop's clock: 2026-12-24, 24.12.2026 or 24.12
    #[arg(long, conflicts_with = "over")]
    until: Option<String>,
    /// Why; customers read it
    #[arg(long, requires = "until")]
    reason: Option<String>,
    /// It takes orders again from now on
    #[arg(long)]
    over: bool,
    /// Who does it, as owners read it in the audit log
    #[arg(long, default_value = OPERATOR)]
    by: String,
}

impl Pause {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let (zone, now) = (self.shop.zone()?, Utc::now());
        let until = self.until.as_deref().map(|day| read_day(day, now, zone)).transpose()?;
        let reason = super::reason(self.reason.as_deref())?;
        let entry = |action, value| AuditEntry { at: now, by: self.by.clone(), action, object: String::new(), value };
        let store = self.shop.open().await?;
        match until {
            Some(until) => {
                let entry = entry(AuditAction::ShopPaused, zone.date(until));
                store.pause_orders(Some(&Pausing { until, reason }), &entry).await?;
            }
            None if self.over => store.pause_orders(None, &entry(AuditAction::ShopResumed, String::new())).await?,
            None => {}
        }
        let pause = store.pause().await.context("the pause that is stored")?.filter(|pause| pause.lasts(now));
        println!("{}", told(pause.as_ref(), zone));
        Ok(())
    }
}

fn read_day(day: &str, now: DateTime<Utc>, zone: Zone) -> anyhow::Result<DateTime<Utc>> {
    match Pausing::day(day, now, zone) {
        Ok(until) => Ok(until),
        Err(DayRefusal::Unreadable) => bail!("--until {day}: write a day such as 2026-12-24"),
        Err(DayRefusal::Past) => bail!("--until {day}: that is today or over; it takes orders from that day on"),
        Err(DayRefusal::TooFar) => bail!("--until {day}: at most {} days ahead", MOST_DAYS),
    }
}

fn told(pause: Option<&Pausing>, zone: Zone) -> String {
    let Some(Pausing { until, reason }) = pause else { return "The shop takes orders.".to_owned() };
    let day = zone.local(*until).format("%Y-%m-%d");
    let reason = reason.as_deref().map(|reason| format!(": {}", reason.replace('\n', " "))).unwrap_or_default();
    format!("The shop takes no orders until {day} ({zone}){reason}")
}
