//! One file per subcommand.

pub(crate) mod audit;
pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod flows;
pub(crate) mod keys;
pub(crate) mod letters;
pub(crate) mod orders;
pub(crate) mod pause;
pub(crate) mod preflight;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod replica_set;
pub(crate) mod restore;
pub(crate) mod seed;
pub(crate) mod serve;
pub(crate) mod team;
pub(crate) mod transcripts;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

pub(crate) use any_bot::commands::{Stop, stopped};
use anyhow::Context;
use clap::Args;
use dialogues::shop::rules::{REASON_LIMIT, check_prose};
use dialogues::shop::{Zone, is_visible};
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, StoreConfig, read_owners, read_zone};
use shopkeeper::store::{Store, StoreOptions};

/// Who does something by the command line, unless they say their name.
pub(crate) const OPERATOR: &str = "the operator";

/// What to do when MongoDB does not answer.
pub(crate) const NO_MONGODB: &str =
    "MONGODB_URI names a MongoDB that cannot be used: check that it runs, that it is a replica set, and the address";

/// An error in one line: where MongoDB's driver describes all servers that it knows, what the first of them suffers from.
pub(crate) fn brief(error: &str) -> String {
    let Some((before, topology)) = error.split_once(" Topology: ") else { return error.to_owned() };
    let reason = topology.split("Error: Kind: ").nth(1).and_then(|rest| rest.split(", labels").next());
    format!("{before} {}", reason.unwrap_or_default()).trim_end().to_owned()
}

/// Where the shop's database is, for commands that need no more than that.
#[derive(Args)]
pub(crate) struct Shop {
    /// A file of NAME=value lines, as `serve` has it; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG", global = true)]
    config: Option<PathBuf>,
    /// A MongoDB replica set [MONGODB_URI]
    #[arg(long, global = true)]
    mongodb_uri: Option<String>,
    /// The database [SHOPKEEPER_DATABASE, or shopkeeper]
    #[arg(long, global = true)]
    database: Option<String>,
}

impl Shop {
    /// The settings that concern it.
    pub(crate) fn settings(&self) -> anyhow::Result<StoreConfig> {
        let sources = Sources::read(self.config.as_deref())?;
        let sources = sources.saying("MONGODB_URI", self.mongodb_uri.clone());
        Ok(StoreConfig::read(&sources.saying("SHOPKEEPER_DATABASE", self.database.clone()))?)
    }

    /// The shop's time zone.
    pub(crate) fn zone(&self) -> anyhow::Result<Zone> {
        Ok(read_zone(&Sources::read(self.config.as_deref())?)?)
    }

    /// The owners whom the settings name.
    pub(crate) fn owners(&self) -> anyhow::Result<Vec<i64>> {
        Ok(read_owners(&Sources::read(self.config.as_deref())?)?)
    }

    /// The store, prepared.
    pub(crate) async fn open(&self) -> anyhow::Result<Store> {
        let config = self.settings()?;
        let (uri, clock) = (config.mongodb_uri.expose(), Clock::system());
        let store = Store::open(uri, &config.database, clock, StoreOptions::default()).await.context(NO_MONGODB)?;
        store.prepare().await?;
        Ok(store)
    }
}

/// A reason that customers will read, as long as one that an owner writes in the chat; a blank one is none.
pub(crate) fn reason(given: Option<&str>) -> anyhow::Result<Option<String>> {
    let reason = given.map(str::trim).filter(|reason| is_visible(reason));
    if let Some(reason) = reason {
        check_prose(reason, REASON_LIMIT).map_err(|problem| anyhow::anyhow!("--reason: {problem}"))?;
    }
    Ok(reason.map(str::to_owned))
}

/// Tells how far a backup or a restore is, where somebody looks on.
pub(crate) fn told_on_a_terminal() -> impl FnMut(&str, u64) {
    let watched = std::io::stderr().is_terminal();
    move |collection, documents| {
        if watched {
            let _ = write!(std::io::stderr(), "\r\x1b[K{collection}: {documents}\r");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn of_a_topology_the_reason_is_left() {
        let error = "MONGODB_URI names …: Kind: Server selection timeout: No available servers. Topology: { Type: Unknown, \
                     Servers: [ { Address: 127.0.0.1:9, Type: Unknown, Error: Kind: I/O error: Connection refused (os error \
                     111), labels: {} } ] }, labels: {}";
        assert_eq!(
            brief(error),
            "MONGODB_URI names …: Kind: Server selection timeout: No available servers. I/O error: Connection refused (os error 111)"
        );
        assert_eq!(brief("another one"), "another one");
    }
}
