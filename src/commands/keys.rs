//! `shopkeeper keys`: who may use the API, and for what.

use anyhow::bail;
use clap::{Args, Subcommand};
use shopkeeper::api::keys;
use shopkeeper::api::scope::Scope;
use shopkeeper::store::StoredKey;
use shopkeeper::telemetry;

use super::Shop;

/// Makes, lists and revokes keys to the API. There is none until one is made.
#[derive(Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    shop: Shop,
    #[command(subcommand)]
    deed: Deed,
}

#[derive(Subcommand)]
enum Deed {
    /// Make a key; it is shown this once, alone on stdout
    Create {
        /// What it is for, such as "warehouse"
        name: String,
        /// What it may do, such as products:read or 'products:*'; can be given several times
        #[arg(long = "scope", required = true, value_parser = Scope::parse_all)]
        scopes: Vec<Vec<Scope>>,
        /// Requests a second
        #[arg(long, default_value_t = keys::DEFAULT_RATE, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
        rate: u32,
    },
    /// List all keys
    List,
    /// Revoke a key for good; every process refuses it within seconds
    Revoke {
        /// The key's id, as `list` shows it
        id: String,
    },
}

impl Keys {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let store = self.shop.open().await?;
        match self.deed {
            Deed::Create { name, scopes, rate } => {
                let mut scopes = scopes.concat();
                scopes.sort_unstable();
                scopes.dedup();
                let (id, key) = keys::create(&store, &name, &scopes, Some(rate)).await?;
                eprintln!("Key {id} for “{name}”. Keep it now: nobody can show it again.");
                println!("{key}");
            }
            Deed::List => {
                for key in store.keys().await? {
                    println!("{}", line(&key));
                }
            }
            Deed::Revoke { id } => {
                if !store.revoke_key(&id).await? {
                    bail!("there is no key {id} that is good; `shopkeeper keys list` shows all");
                }
                eprintln!("Key {id} is revoked.");
            }
        }
        Ok(())
    }
}

fn line(key: &StoredKey) -> String {
    let state = match key.revoked {
        Some(revoked) => format!("revoked {}", revoked.format("%Y-%m-%d %H:%M")),
        None => format!("{} a second", key.rate.unwrap_or(keys::DEFAULT_RATE)),
    };
    let since = key.created.format("%Y-%m-%d");
    format!("{}  {since}  {state:<24}  {:<20}  {}", key.id, key.name, key.scopes.join(" "))
}
