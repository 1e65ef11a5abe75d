//! The shop's store in MongoDB. Only this folder and [`shell::mongo`] know the driver.
//!
//! One turn of a conversation is [`Store::load`], some thinking elsewhere, and [`Store::commit`]; see
//! `store/commit.rs` for what is atomic, and why a cart needs no transaction. Products, categories
//! and news are read from a snapshot that `store/catalogue.rs` keeps fresh.
//!
//! One file per collection, and one table of all of them with what is done with each: `collections.rs`.
//!
//! Every document has `version`, `created` and `modified`, stamped as [`shell::mongo::document`] does it. Dates are
//! BSON dates, money is an Int64 of minor units, product and category ids are ObjectIds.

mod admin;
mod archive;
mod audit;
mod backup;
mod carts;
pub mod catalogue;
mod categories;
mod changes;
mod characteristics;
pub mod collections;
mod commit;
mod dead_letters;
mod descriptor;
mod dialogues;
mod document;
mod events;
mod faults;
mod fences;
mod fields;
mod figures;
mod idempotency;
mod inactive;
pub(crate) mod inspect;
mod keys;
mod leases;
mod ledger;
pub(crate) mod mailings;
mod mend;
mod messages;
mod meta;
pub mod migrations;
mod news;
mod optimistic;
mod orders;
mod pause;
pub(crate) mod pictures;
mod postman;
mod postponed;
mod preflight;
mod prepare;
mod products;
mod restore;
mod retention;
pub mod seed;
mod skipped;
mod team;
mod telegram_files;
mod transaction;
mod translations;
mod users;
mod versioned;
mod watch;
mod webhooks;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as StdMutex};
use std::time::{Duration, Instant};

use ::dialogues::shop::{Currency, LOW_STOCK, Retention};
use bson::Document;
use mongodb::{Client, Collection, Database};
use shell::Cache;
use shell::mongo::Connection;
use shell::mongo::group_commit::GroupCommit;
pub(crate) use shell::mongo::replica;
pub use shell::mongo::watch::{CommandRecord, watched};
pub use shell::mongo::{MongoStorage, STORE_TIMEOUT, StoreError, within};
use tokio::sync::{Mutex, Notify};

pub use self::admin::AdminSnapshot;
pub use self::backup::{Backup, BackupError, BackupFolder, CollectionEntry, FileEntry, Manifest, StoredBackup};
pub use self::catalogue::CatalogueFeed;
pub use self::commit::CommitOutcome;
pub use self::dialogues::LoadedCustomer;
pub(crate) use self::dialogues::MOST_ORDERS;
pub use self::events::{Event, EventKind};
pub use self::idempotency::Receipt;
pub use self::keys::StoredKey;
pub use self::ledger::{Entry, LedgerOutcome, LedgerRow};
pub(crate) use self::ledger::{Recipient, Standing};
pub use self::mailings::StoredMailing;
pub(crate) use self::mailings::{Ahead, Claim, Progress};
pub use self::messages::StoredMessage;
pub use self::migrations::Swept;
use self::migrations::{MIGRATIONS, Migration, Versions};
pub use self::news::{NewsItem, NewsMailing};
pub use self::optimistic::{Content, Managed, ReplaceOutcome, WriteOutcome};
pub(crate) use self::orders::{NOTICE_CLAIM, NoticeClaim};
pub use self::orders::{OrderQuery, StoredOrder, WaitingReceipt};
pub use self::pictures::{Collected, ORPHAN_AGE};
pub(crate) use self::postman::Lease;
pub use self::preflight::{DocumentFault, Findings, PreflightOptions, PreflightProgress};
pub use self::restore::Restored;
pub use self::retention::Expired;
pub use self::seed::{Goods, Seeded, seed};
use self::skipped::Skips;
pub use self::users::{StoredUser, UserOrder, UserQuery};
pub use self::versioned::{Timestamps, Versioned};
use self::watch::{Counter, Heard};
pub use self::webhooks::{Attempt, DeliveryState, FormerSecret, WebhookDelivery, WebhookEndpoint};
use crate::clock::Clock;
use crate::metrics::ShopMetrics;

/// How the store is used.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// The most connections to MongoDB.
    pub connections: u32,
    /// How long to look for a primary before MongoDB counts as away.
    pub selection: Duration,
    /// Written into every order.
    pub currency: Currency,
    /// So many or fewer of a product are low, for the owners.
    pub low_stock: u32,
    /// For how long is kept what nobody needs any more.
    pub retention: Retention,
    /// Whether an order with an e-mail address waits for its receipt to be sent.
    pub receipts: bool,
    /// Whether [`Store::commands`] counts, and [`watched`] notes.
    pub watch_commands: bool,
    /// So many customers are kept in memory after their turns: see [`shell::cache`]. A test that holds loads keeps none.
    pub cached_customers: usize,
    /// So many commands that commit turns are under way at a time: see [`shell::mongo::group_commit`]. A test that holds them
    /// needs one for each customer.
    pub commits_at_a_time: usize,
    /// How older documents are brought up; a test plants its own.
    pub migrations: &'static [Migration],
    /// Where commands, connections and whatever else happens to the store are counted.
    pub metrics: ShopMetrics,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            connections: 32,
            selection: Duration::from_secs(3),
            currency: Currency::default(),
            low_stock: LOW_STOCK,
            retention: Retention::default(),
            receipts: false,
            watch_commands: false,
            cached_customers: 4096,
            commits_at_a_time: 1,
            migrations: MIGRATIONS,
            metrics: ShopMetrics::default(),
        }
    }
}

/// The store. Clones share one pool of connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    client: Client,
    database: Database,
    clock: Clock,
    currency: Currency,
    low_stock: u32,
    retention: Retention,
    receipts: bool,
    commands: Arc<AtomicU64>,
    cache: Cache<LoadedCustomer>,
    commits: Arc<GroupCommit>,
    /// Of carts.
    projections: Arc<GroupCommit>,
    versions: Versions,
    metrics: ShopMetrics,
    /// Documents that are left out.
    skipped: Skips,
    /// When the newest answer to a change stream has come.
    heard: Arc<Heard>,
    /// When the disk was last looked at.
    looked: StdMutex<Option<Instant>>,
    /// Transactions that were in the way of others begin again one by one: see `transaction.rs`.
    turnstile: Mutex<()>,
    /// The same for changes of the shop over the API: see `optimistic.rs`.
    write_turnstile: Mutex<()>,
    /// Raised when an event was written.
    events: Notify,
    /// Raised when there may be something to deliver.
    webhooks: Notify,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({})", self.inner.database.name())
    }
}

impl Store {
    /// Connects to a replica set. Collections and indexes are made by [`Store::prepare`].
    ///
    /// # Errors
    /// [`StoreError::Uri`], [`StoreError::Away`] after `options.selection`, [`StoreError::NoReplicaSet`].
    pub async fn open(uri: &str, database: &str, clock: Clock, options: StoreOptions) -> Result<Self, StoreError> {
        let commands = Arc::new(AtomicU64::new(0));
        let (metrics, heard) = (options.metrics, Arc::<Heard>::default());
        let connection = Connection {
            app_name: "shopkeeper",
            connections: options.connections,
            selection: options.selection,
            listener: Some(Arc::new(Counter { metrics: metrics.clone(), heard: Arc::clone(&heard) })),
            counted: options.watch_commands.then(|| Arc::clone(&commands)),
        };
        let database = connection.open(uri, database).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                client: database.client().clone(),
                cache: Cache::new(options.cached_customers),
                commits: GroupCommit::new(database.collection(dialogues::NAME), options.commits_at_a_time),
                projections: GroupCommit::new(database.collection(carts::NAME), options.commits_at_a_time),
                database,
                clock,
                currency: options.currency,
                low_stock: options.low_stock,
                retention: options.retention,
                receipts: options.receipts,
                commands,
                versions: Versions(options.migrations),
                skipped: Skips::new(metrics.clone()),
                metrics,
                heard,
                looked: StdMutex::default(),
                turnstile: Mutex::new(()),
                write_turnstile: Mutex::new(()),
                events: Notify::new(),
                webhooks: Notify::new(),
            }),
        })
    }

    /// How many commands this store has sent: see [`StoreOptions::watch_commands`].
    pub fn commands(&self) -> u64 {
        self.inner.commands.load(Ordering::SeqCst)
    }

    /// What is counted of this store, and of the bot that it belongs to.
    pub fn metrics(&self) -> &ShopMetrics {
        &self.inner.metrics
    }

    /// The customers who had a turn lately. Whatever writes what is kept of a customer, and does not move the revision of their
    /// dialogue, removes them.
    pub fn cache(&self) -> &Cache<LoadedCustomer> {
        &self.inner.cache
    }

    /// The clock that stamps documents.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Asks the primary whether it is there.
    ///
    /// # Errors
    /// [`StoreError::Away`]
    pub async fn ping(&self) -> Result<(), StoreError> {
        replica::ping(self.database()).await
    }

    /// The database's name.
    pub fn database_name(&self) -> &str {
        self.inner.database.name()
    }

    /// The database itself, for tests that play a foreign program, and for the modules of this folder.
    pub fn database(&self) -> &Database {
        &self.inner.database
    }

    fn collection(&self, name: &str) -> Collection<Document> {
        self.inner.database.collection(name)
    }
}
