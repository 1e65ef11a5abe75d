//! `shopkeeper seed`: a shop from plain files.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use shopkeeper::store::Goods;
use shopkeeper::telemetry;

use super::Shop;

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
    #[command(flatten)]
    shop: Shop,
}

impl Seed {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let goods = Goods::read(&self.folder).await?;
        let (_, priced_in) = goods.terms();
        let sold_in = self.shop.settings()?.settings.currency;
        if priced_in != sold_in {
            bail!(
                "the prices in shop.yaml are in {}, and the shop sells in {}: set SHOPKEEPER_CURRENCY={} here and for serve",
                priced_in.code(),
                sold_in.code(),
                priced_in.code()
            );
        }
        let store = self.shop.open().await?;
        if self.if_empty && store.catalogue().await?.products().next().is_some() {
            println!("There are products already: nothing was changed.");
            return Ok(());
        }
        println!("{}", store.bring_in(&goods).await?);
        Ok(())
    }
}
