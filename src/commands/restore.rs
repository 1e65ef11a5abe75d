//! `shopkeeper restore`: a backup, put back, or only tried.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::{NaiveDateTime, TimeDelta, Utc};
use clap::Args;
use shopkeeper::clock::Clock;
use shopkeeper::config::{Sources, StoreConfig};
use shopkeeper::store::{Restored, Store, StoreOptions};
use shopkeeper::telemetry;

/// A drill's database is called after the moment; one that was killed is removed by the next after so long.
const STAMP: &str = "%Y%m%dt%H%M%S";
const LEFT_OVER: TimeDelta = TimeDelta::hours(6);

/// Puts a backup into an empty database. Every file is held against the manifest before anything is written, and
/// nothing is ever written over. Afterwards everything is opened as by `preflight`. Mailings that were under way are
/// paused, since the backup cannot know who got a letter after it. Stop the bot before, and start it after.
#[derive(Args)]
pub(crate) struct Restore {
    /// The backup's own folder, such as /var/backups/shopkeeper/shopkeeper-20260314T120000Z
    backup: PathBuf,
    /// Put it into another database than SHOPKEEPER_DATABASE
    #[arg(long, conflicts_with = "drill")]
    database: Option<String>,
    /// Only try: into a database of its own, which is removed again. For a timer: fails where the backup would
    #[arg(long)]
    drill: bool,
    /// A file of NAME=value lines, as `serve` has it; the environment wins over it
    #[arg(long, env = "SHOPKEEPER_CONFIG")]
    config: Option<PathBuf>,
}

impl Restore {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        telemetry::start("warn");
        let config = StoreConfig::read(&Sources::read(self.config.as_deref())?)?;
        let database = match (&self.database, self.drill) {
            (Some(database), _) => database.clone(),
            (None, false) => config.database.clone(),
            (None, true) => format!("{}{}", scratch(&config), Utc::now().format(STAMP)),
        };
        let options = StoreOptions { currency: config.settings.currency, ..StoreOptions::default() };
        let store = Store::open(config.mongodb_uri.expose(), &database, Clock::system(), options)
            .await
            .context(super::NO_MONGODB)?;
        if !self.drill {
            return self.put_back(&store, &config).await;
        }
        sweep_up(&store, &config).await?;
        let tried = self.put_back(&store, &config).await;
        store.drop_database().await?;
        tried.context("the drill has failed: this backup would not bring the shop back")
    }

    async fn put_back(&self, store: &Store, config: &StoreConfig) -> anyhow::Result<()> {
        let restored = store.restore(&self.backup, super::told_on_a_terminal()).await?;
        let differences = store.differences(&restored.manifest).await?;
        for (collection, here, there) in &differences {
            println!("{collection}: {here} documents, where the backup has {there}");
        }
        println!("{}", told(&restored, store.database_name()));
        let findings = super::preflight::look(store, config).await?;
        super::preflight::tell(&findings);
        if !findings.pass() || !differences.is_empty() {
            bail!("what was restored is not as this program wants it");
        }
        Ok(())
    }
}

fn told(restored: &Restored, database: &str) -> String {
    let Restored { manifest, paused, silenced, webhooks, took } = restored;
    let mut said = format!("{database}: {} documents restored in {:.1} s", manifest.documents(), took.as_secs_f64());
    if *paused > 0 {
        said.push_str(&format!(
            "; {paused} mailings are paused, since who got a letter after the backup is not in it: resume or cancel them"
        ));
    }
    if *silenced > 0 {
        said.push_str(&format!("; {silenced} news items came out meanwhile, and are not mailed again"));
    }
    if *webhooks > 0 {
        said.push_str(&format!(
            "; {webhooks} webhooks are told of nothing until they are enabled (POST /api/v1/webhooks/ID/enable)"
        ));
    }
    said
}

/// What the names of drills' databases begin with.
fn scratch(config: &StoreConfig) -> String {
    format!("{}_drill_", config.database.chars().take(32).collect::<String>())
}

/// Removes what drills have left that were killed.
async fn sweep_up(store: &Store, config: &StoreConfig) -> anyhow::Result<()> {
    let scratch = scratch(config);
    for name in store.databases(&scratch).await? {
        let begun = name.strip_prefix(&scratch).and_then(|stamp| NaiveDateTime::parse_from_str(stamp, STAMP).ok());
        if begun.is_some_and(|begun| Utc::now() - begun.and_utc() > LEFT_OVER) {
            store.drop_other(&name).await?;
            println!("{name}, which an interrupted drill has left, is removed");
        }
    }
    Ok(())
}
