//! `shopkeeper backup`: the shop as it is at one moment, on a disk.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, StoreConfig};
use shopkeeper::store::{Store, StoreOptions};
use shopkeeper::telemetry;

/// Writes everything the shop has, pictures included, into a new folder in FOLDER, as it is at one moment, while the bot
/// goes on. `mongorestore --gzip` reads it, too. Complete backups of this database but the newest are removed
/// afterwards. Keep copies on another machine: a disk that dies takes its backups along.
#[derive(Args)]
pub(crate) struct Backup {
    /// Where backups are kept, each in a folder of its own
    folder: PathBuf,
    /// How many are kept; older ones are removed once the new one is whole
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    keep: u16,
    /// A file of NAME=value lines, as `serve` has it; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG")]
    config: Option<PathBuf>,
}

impl Backup {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let config = StoreConfig::read(&Sources::read(self.config.as_deref())?)?;
        let (clock, options) = (Clock::system(), StoreOptions::default());
        let store = Store::open(config.mongodb_uri.expose(), &config.database, clock, options)
            .await
            .context(super::NO_MONGODB)?;
        let told = super::told_on_a_terminal();
        let backup = store.backup(&self.folder, usize::from(self.keep), told).await?;
        println!(
            "{}: {} documents, {:.1} MB, in {:.1} s",
            backup.path.display(),
            backup.manifest.documents(),
            backup.manifest.bytes() as f64 / 1e6,
            backup.took.as_secs_f64()
        );
        for removed in backup.removed {
            println!("{removed} is removed: {} are kept", self.keep);
        }
        Ok(())
    }
}
