//! `shopkeeper seed`: a shop from plain files.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use shopkeeper::clock::Clock;
use shopkeeper::store::{Store, StoreOptions, seed};
use shopkeeper::telemetry;

/// Loads a shop from a folder into MongoDB. What the folder names is made as it says; what it does
/// not name is left alone; running it again changes nothing.
#[derive(Args)]
pub(crate) struct Seed {
    /// The folder with shop.yaml and pictures/
    folder: PathBuf,
    /// A MongoDB replica set
    #[arg(long, env = "MONGODB_URI", hide_env_values = true)]
    mongodb_uri: String,
    /// The database
    #[arg(long, env = "SHOPKEEPER_DATABASE", default_value = "shopkeeper")]
    database: String,
}

impl Seed {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let store = Store::open(&self.mongodb_uri, &self.database, Clock::system(), StoreOptions::default())
            .await
            .context(super::NO_MONGODB)?;
        store.prepare().await?;
        println!("{}", seed(&store, &self.folder).await?);
        Ok(())
    }
}
