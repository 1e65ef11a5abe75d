//! `shopkeeper orders`: what was ordered, and how far it has come.

use std::ffi::OsStr;
use std::fs::{OpenOptions, remove_file};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{NaiveDate, Utc};
use clap::{Args, Subcommand};
use dialogues::shop::{Order, OrderMove, OrderNumber, OrderStatus, OrderStep, Zone};
use shopkeeper::export::{TableFormat, in_full, table};
use shopkeeper::store::{OrderQuery, Store, StoredOrder};
use shopkeeper::telemetry;

use super::{OPERATOR, Shop};

/// Lists, shows and exports orders, and takes them on as their owners do in the chat. The running bot tells customer and owners within
/// seconds.
#[derive(Args)]
pub(crate) struct Orders {
    #[command(flatten)]
    shop: Shop,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the newest orders, newest first: number, date, status, total
    List {
        /// Only those: new, accepted, shipped, delivered or cancelled
        #[arg(long, value_parser = status)]
        status: Option<OrderStatus>,
        /// How many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        most: u32,
    },
    /// Write orders into a file, with whom they are for; its name ends with .csv or .xlsx
    Export {
        /// The file; it must not be there yet
        file: PathBuf,
        /// Only those: new, accepted, shipped, delivered or cancelled
        #[arg(long, value_parser = status)]
        status: Option<OrderStatus>,
        /// Only those placed on this day or later, such as 2026-03-01, by the shop's clock
        #[arg(long)]
        from: Option<NaiveDate>,
        /// Only those placed before this day
        #[arg(long)]
        until: Option<NaiveDate>,
    },
    /// Show one order with its lines and steps; not whom it is for
    Show {
        /// Its number, such as 482-7391
        number: OrderNumber,
    },
    /// Accept a new order
    Accept(Step),
    /// Ship an accepted order
    Ship(Step),
    /// Note that a shipped order is delivered
    Deliver(Step),
    /// Cancel an order that is not delivered; its products are in stock again
    Cancel {
        #[command(flatten)]
        step: Step,
        /// Why; the customer reads it
        #[arg(long)]
        reason: Option<String>,
    },
}

#[derive(Args)]
struct Step {
    /// The order's number, such as 482-7391
    number: OrderNumber,
    /// Who does it, as owners read it
    #[arg(long, default_value = OPERATOR)]
    by: String,
}

fn status(word: &str) -> Result<OrderStatus, String> {
    serde_json::from_value(word.into()).map_err(|_| "write new, accepted, shipped, delivered or cancelled".to_owned())
}

impl Orders {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let store = self.shop.open().await?;
        let (step, Step { number, by }, reason) = match self.action {
            Action::List { status, most } => {
                let query = OrderQuery { status, limit: most, ..OrderQuery::default() };
                let found = store.orders(&query).await?;
                found.iter().for_each(|stored| println!("{}", line(stored)));
                if found.is_empty() {
                    eprintln!("There are no such orders.");
                }
                return Ok(());
            }
            Action::Export { file, status, from, until } => {
                let zone = self.shop.zone()?;
                let day = |day: Option<NaiveDate>| day.and_then(|day| zone.beginning_of(day));
                let query = OrderQuery { status, from: day(from), until: day(until), ..OrderQuery::default() };
                return export(&store, query, zone, &file).await;
            }
            Action::Show { number } => {
                let Some(stored) = store.order(number).await? else { bail!("{}", unknown(number)) };
                println!("{}", line(&stored));
                stored.order.lines.iter().for_each(|line| {
                    println!("  {} × {}  {} each", line.title, line.quantity.get(), line.price.plain());
                });
                stored.order.moves.iter().for_each(|step| println!("  {}", told(step)));
                return Ok(());
            }
            Action::Accept(step) => (OrderStep::Accept, step, None),
            Action::Ship(step) => (OrderStep::Ship, step, None),
            Action::Deliver(step) => (OrderStep::Deliver, step, None),
            Action::Cancel { step, reason } => (OrderStep::Cancel, step, super::reason(reason.as_deref())?),
        };
        let taken = OrderMove { to: step.leads_to(), at: Utc::now(), by: Some(by), reason };
        let taken = |order: &Order| order.allows(step).then(|| taken.clone());
        match store.take_order_on(number, taken).await? {
            None => bail!("{}", unknown(number)),
            Some((order, true)) => {
                let whom = if order.is_forgotten {
                    "the owners: its customer was forgotten"
                } else {
                    "its customer and the owners"
                };
                eprintln!("Order {number} is {}; the running bot tells {whom}.", order.status);
            }
            Some((order, false)) => {
                let possible: Vec<String> = order.status.steps().iter().map(ToString::to_string).collect();
                let possible = if possible.is_empty() { "nothing".to_owned() } else { possible.join(" and ") };
                bail!("order {number} is {}: {step} is not possible, {possible} is", order.status);
            }
        }
        Ok(())
    }
}

/// Writes orders into a file that only its owner may read: it says who lives where.
async fn export(store: &Store, query: OrderQuery, zone: Zone, file: &Path) -> anyhow::Result<()> {
    let extension = file.extension().and_then(OsStr::to_str).unwrap_or_default();
    let Ok(format) = extension.parse::<TableFormat>() else {
        bail!("{}: the name of the file ends with .csv or .xlsx", file.display());
    };
    if file.exists() {
        bail!("{}: there is such a file already", file.display());
    }
    let orders = store.all_orders(query).await?;
    let written = table(&orders, zone, format, in_full)?;
    let mut options = OpenOptions::new();
    let made = options.write(true).create_new(true).mode(0o600).open(file);
    let mut made = made.with_context(|| file.display().to_string())?;
    if let Err(error) = made.write_all(&written) {
        // Half a table is none.
        let _ = remove_file(file);
        return Err(error).with_context(|| file.display().to_string());
    }
    eprintln!("{}: {} orders.", file.display(), orders.len());
    Ok(())
}

fn unknown(number: OrderNumber) -> String {
    format!("there is no order {number}; `shopkeeper orders list` shows the newest")
}

fn line(stored: &StoredOrder) -> String {
    let StoredOrder { order, currency, .. } = stored;
    let placed = order.placed.format("%Y-%m-%d %H:%M");
    format!("{}  {placed}  {}  {} {currency}", order.number, order.status, order.total.plain())
}

fn told(step: &OrderMove) -> String {
    let by = step.by.as_deref().unwrap_or("the customer");
    let at = step.at.format("%Y-%m-%d %H:%M");
    let reason = step.reason.as_deref().map(|reason| format!(": {}", reason.replace('\n', " "))).unwrap_or_default();
    format!("{at}  {} by {by}{reason}", step.to)
}
