//! `shopkeeper seed`: a shop from plain files.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, read_settings};
use shopkeeper::store::{Goods, Store, StoreOptions};
use shopkeeper::telemetry;

/// Loads a shop from a folder into MongoDB. What the folder names is made as it says; what it does
/// not name is left alone. The folder is the truth for what it names, stock included: seeding again puts sold
/// stock back.
#[derive(Args)]
pub(crate) struct Seed {
    /// The folder with shop.yaml and pictures/
    folder: PathBuf,
    /// Do nothing where there are products already
    #[arg(long)]
    if_empty: bool,
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
        let goods = Goods::read(&self.folder).await?;
        let (_, priced_in) = goods.terms();
        let sold_in = read_settings(&Sources::read(None)?)?.currency;
        if priced_in != sold_in {
            bail!(
                "the prices in shop.yaml are in {}, and the shop sells in {}: set SHOPKEEPER_CURRENCY={} here and for serve",
                priced_in.code(),
                sold_in.code(),
                priced_in.code()
            );
        }
        let store = Store::open(&self.mongodb_uri, &self.database, Clock::system(), StoreOptions::default())
            .await
            .context(super::NO_MONGODB)?;
        store.prepare().await?;
        if self.if_empty && store.catalogue().await?.products().next().is_some() {
            println!("There are products already: nothing was changed.");
            return Ok(());
        }
        println!("{}", store.bring_in(&goods).await?);
        Ok(())
    }
}
