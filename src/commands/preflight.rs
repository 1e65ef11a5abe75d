//! `shopkeeper preflight`: can this program be let at the database?

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, StoreConfig};
use shopkeeper::store::{Findings, PreflightOptions, PreflightProgress, Store, StoreOptions};
use shopkeeper::telemetry;

use super::serve::named;

/// So many lines of faults are printed; `--json` has them all.
const MOST_LINES: usize = 40;

const REMEDY: &str = "Leave the old program running. Each line is a document that this program cannot open as it is: write \
                      a migration for that version (see the head of src/store/migrations.rs), or, where only a few \
                      documents are concerned, mend them by hand. Then run preflight again.";

/// Opens every stored document of a live database with this program, and writes nothing: pending migrations are
/// applied in memory, documents are decoded, the screens of all dialogues are drawn and held against Telegram's limits.
/// Refuses with a list, and with exit status 1. Run the new program's preflight before the new program.
#[derive(Args)]
pub(crate) struct Preflight {
    /// A file of NAME=value lines, as `serve` has it; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG")]
    config: Option<PathBuf>,
    /// Print what is found as JSON
    #[arg(long)]
    json: bool,
}

impl Preflight {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("error");
        let config = StoreConfig::read(&Sources::read(self.config.as_deref())?)?;
        let store = Store::open(
            config.mongodb_uri.expose(),
            &config.database,
            Clock::system(),
            StoreOptions { currency: config.settings.currency, ..StoreOptions::default() },
        )
        .await
        .context(super::NO_MONGODB)?;
        let findings = look(&store, &config).await?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&findings)?);
        } else {
            tell(&findings);
        }
        if !findings.pass() {
            bail!("{} kinds of faults: this program must not be let at the database yet", findings.faults.len());
        }
        Ok(())
    }
}

/// A preflight of a store, telling how far it is where somebody looks on.
pub(crate) async fn look(store: &Store, config: &StoreConfig) -> anyhow::Result<Findings> {
    let settings = named(config.settings.clone(), config.names_shop, store.shop_name().await?);
    let look =
        PreflightOptions { settings: Arc::new(settings), owners: config.owners.clone(), now: store.clock().now() };
    let watched = std::io::stderr().is_terminal();
    let findings = store
        .preflight(&look, |PreflightProgress { collection, read, of }| {
            if watched {
                let _ = write!(std::io::stderr(), "\r\x1b[K{collection}: {read} of {of}");
            }
        })
        .await?;
    if watched {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
    Ok(findings)
}

/// One line when all is well; else what is wrong, and what to do.
pub(crate) fn tell(findings: &Findings) {
    for fault in findings.faults.iter().take(MOST_LINES) {
        println!("{fault}");
    }
    let more = findings.faults.len().saturating_sub(MOST_LINES);
    if more > 0 || findings.unlisted > 0 {
        println!(
            "… and {more} more kinds of faults (--json lists them); {} documents of kinds unlisted",
            findings.unlisted
        );
    }
    for remark in findings.remarks.iter().take(MOST_LINES) {
        println!("! {remark}");
    }
    if let more @ 1.. = findings.remarks.len().saturating_sub(MOST_LINES) {
        println!("! … and {more} more (--json lists them)");
    }
    println!("{findings}");
    if !findings.pass() {
        println!("{REMEDY}");
    }
}
